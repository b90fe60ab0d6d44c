// A text with a shortest length cannot be nothing at all.
import t from 'tap'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { recorded } from './setup.js'

t.test('TYP-01 INS-02 a text with a minLength is never written as null, whatever the way', async (t) => {
  const { db, texts } = await recorded(t)
  class Label extends db.UserType.define('label', { text: c.Text({ minLength: 2 }), note: c.Text() }) {}
  class Row extends db.Model.define('row', {
    id: c.Integer({ primaryKey: true }), n: c.Integer(), code: c.Text({ minLength: 3 }), sign: c.Ascii({ minLength: 0 }), label: c.UserDefinedType(Label), texts: c.Tuple(c.Text({ minLength: 1 }))
  }).as<Row>() {}
  const tooShort = { name: 'ValidationError', model: 'row', column: 'code', rule: 'length', message: /row.code: must have at least 3 characters, so it cannot be null/ }

  await t.rejects(Row.create({ id: 1 }), tooShort)
  await t.rejects(Row.create({ id: 1, code: null }), tooShort)
  await t.rejects(Row.filter({ id: 1 }).update({ code: null }), tooShort)
  for (const row of [Row.hydrate({ id: 1, code: 'abc' }), Row.hydrate({ id: 1, code: null }), new Row({ id: 1, code: 'abc' })]) {
    row.code = null
    t.throws(() => { row.validate() }, tooShort)
    await t.rejects(row.save(), tooShort)
    await t.rejects(row.update({ code: null }), tooShort)
  }
  await t.rejects(Row.create({ id: 1, code: 'abc', label: new Label({ note: 'a' }) }), { name: 'ValidationError', column: 'label' })
  t.strictSame(texts(), [])

  const row = await Row.create({ id: 1, code: 'abc', sign: null, label: new Label({ text: 'ab' }) })
  row.sign = null
  await row.save()
  const part = Row.hydrate({ id: 1 })
  await part.update({ n: 5 })
  t.equal(texts().length, 2, 'one that was not loaded is nobody’s business')
  t.end()
})

t.test('TYP-01 its schemas: bodies demand it, and answers may still have null, which others can have written', async (t) => {
  const { db } = await recorded(t)
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), code: c.Text({ minLength: 3 }), kind: c.Text({ minLength: 1, default: 'plain' }) }).as<Row>() {}
  t.strictSame(Row.toJSONSchema({ for: 'create' }).required, ['id', 'code'])
  t.match(Row.toJSONSchema({ for: 'create' }), { properties: { code: { type: 'string', minLength: 3, nullable: undefined }, kind: { nullable: undefined } } })
  t.match(Row.toJSONSchema({ for: 'update' }), { properties: { code: { nullable: undefined } } })
  t.strictSame(Row.toJSONSchema().required, ['id'])
  t.match(Row.toJSONSchema(), { properties: { code: { type: 'string', nullable: true } } })
})
