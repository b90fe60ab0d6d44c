// A shortest length speaks of a text that is there.
import t from 'tap'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { recorded } from './setup.js'

t.test('TYP-01 a text with a minLength may be missing and null, unless it is required', async (t) => {
  const { db, taken } = await recorded(t)
  class Label extends db.UserType.define('label', { text: c.Text({ minLength: 2 }), note: c.Text() }) {}
  class Row extends db.Model.define('row', {
    id: c.Integer({ primaryKey: true }), code: c.Text({ minLength: 3 }), sign: c.Ascii({ minLength: 1, required: true }), label: c.UserDefinedType(Label), texts: c.Tuple(c.Text({ minLength: 1 }))
  }).as<Row>() {}

  const row = await Row.create({ id: 1, sign: 'x', label: new Label({ note: 'a' }), texts: [null] })
  const code: string | null = row.code
  t.equal(code, null)
  row.validate()
  await Row.create({ id: 1, sign: 'x', code: null })
  await Row.filter({ id: 1 }).update({ code: null })
  row.code = 'abc'
  await row.save()
  row.code = null
  await row.save()
  await row.update({ code: null, label: { text: null, note: 'b' } })
  t.equal(taken().length, 6)

  const tooShort = { name: 'ValidationError', column: 'code', rule: 'length', message: /row.code: must have at least 3 characters/ }
  for (const code of ['', 'ab']) {
    await t.rejects(Row.create({ id: 1, sign: 'x', code }), tooShort)
    await t.rejects(Row.filter({ id: 1 }).update({ code }), tooShort)
    await t.rejects(row.update({ code }), tooShort)
  }
  await t.rejects(Row.create({ id: 1, code: 'abc' } as never), { name: 'ValidationError', column: 'sign', rule: 'required' })
  await t.rejects(Row.filter({ id: 1 }).update({ sign: null as never }), { name: 'ValidationError', column: 'sign', rule: 'required' })
  t.strictSame(taken(), [])
})

t.test('TYP-01 its schemas say the same', async (t) => {
  const { db } = await recorded(t)
  class Label extends db.UserType.define('label', { text: c.Text({ minLength: 2 }), must: c.Text({ required: true }) }) {}
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), code: c.Text({ minLength: 3 }), kind: c.Text({ minLength: 0, required: true }), label: c.UserDefinedType(Label) }).as<Row>() {}
  t.strictSame(Row.toJSONSchema({ for: 'create' }).required, ['id', 'kind'])
  const code = { type: 'string', minLength: 3, nullable: true }
  for (const view of ['create', 'update'] as const) t.match(Row.toJSONSchema({ for: view }), { properties: { code, kind: { type: 'string', nullable: undefined, minLength: undefined } } })
  t.match(Row.toJSONSchema({ for: 'create' }), { properties: { label: { required: ['must'], properties: { text: { type: 'string', minLength: 2, nullable: true }, must: { minLength: 1, nullable: undefined } } } } })
  t.strictSame(Row.toJSONSchema().required, ['id', 'kind'])
  t.match(Row.toJSONSchema(), { properties: { code: { type: 'string', nullable: true } } })
})
