// What is undefined by mistake must not be a call without it, and nothing that was said is left out.
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { recorded } from '../model/setup.js'

t.test('QRY-07 get takes all conditions that filter takes, and none that is missing', async (t) => {
  const { db, texts, taken } = await recorded(t)
  class Row extends db.Model.define('row', { p: c.Integer({ primaryKey: true }), k: c.Integer({ primaryKey: true }), n: c.Integer() }).as<Row>() {}
  for (const missing of [undefined, null]) {
    await t.rejects(Row.get(missing as never), { name: 'QueryError' })
    await t.rejects(Row.objects.get(missing as never), { name: 'QueryError' })
    await t.rejects(Row.filter({ p: 1 }).get(missing as never), { name: 'QueryError' })
    await t.rejects(Row.get(Row.columns.p.eq(1), missing as never), { name: 'QueryError' })
  }
  t.strictSame(texts(), [])

  const both = 'SELECT "p", "k", "n" FROM "k"."row" WHERE "p" = ? AND "k" = ? LIMIT ?'
  const { p, k } = Row.columns
  await t.rejects(Row.get(p.eq(1), k.eq(2)), Row.DoesNotExist)
  await t.rejects(Row.objects.get(p.eq(1), k.eq(2)), Row.DoesNotExist)
  await t.rejects((Row as unknown as { get (...where: object[]): Promise<unknown> }).get({ p: 1 }, { k: 2 }), Row.DoesNotExist)
  await t.rejects(Row.filter({ p: 1 }).get({ k: 2 }), Row.DoesNotExist)
  t.strictSame(taken().map(({ cql, params }) => [cql, params]), Array.from({ length: 4 }, () => [both, [1, 2, 2]]))
})

t.test('OPT-01 QRY-25 using and batch are never undefined by mistake', async (t) => {
  const { db, texts, taken } = await recorded(t)
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), n: c.Integer() }).as<Row>() {}
  const row = Row.hydrate({ id: 1 })
  const refused = { name: 'QueryError', message: /using/ }
  for (const wrong of [undefined, null, 5, 'k', ['k'], { keyspaces: 'k' }, { keyspace: '' }, { keyspace: undefined }, { connection: undefined, keyspace: undefined }]) {
    t.throws(() => Row.using(wrong as never), refused)
    t.throws(() => Row.objects.using(wrong as never), refused)
    t.throws(() => row.using(wrong as never), refused)
  }
  const missing = undefined as never
  for (const call of [() => Row.batch(missing), () => Row.objects.batch(missing), () => row.batch(missing)]) t.throws(call, { name: 'QueryError', message: /batch/ })
  for (const wrong of [undefined, null]) {
    t.throws(() => db.scope(wrong as never, () => {}), { name: 'QueryError', message: /^A scope is an object/ })
    t.throws(() => db.openScope(wrong as never), { name: 'QueryError' })
    t.throws(() => db.scope({}, wrong as never), { name: 'QueryError', message: /runs a function/ })
  }
  t.strictSame(texts(), [])

  const client = (await import('../../src/testing/mock-client.js')).mockClient()
  await db.connection.registerConnection('other', { client })
  await row.using({ connection: 'other' }).using({ keyspace: 'far' }).update({ n: 1 })
  await Row.using({ connection: 'other' }).using({ keyspace: 'far' }).filter({ id: 1 }).update({ n: 1 })
  await Row.using({ connection: 'other' }).filter({ id: 1 }).update({ n: 1 }, { using: { keyspace: 'far' } })
  t.strictSame(taken(), [])
  t.strictSame(client.calls.map(({ cql }) => /UPDATE (\S+)/.exec(cql)?.[1]), ['"far"."row"', '"far"."row"', '"far"."row"'], 'connection and keyspace are chosen each by itself')
})

t.test('CTX-01 a view tells where it is', async (t) => {
  const { db } = await recorded(t)
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }) }, { keyspace: 'own' }).as<Row>() {}
  await db.contextQuery(Row, { keyspace: 'far' }, async (View) => {
    t.equal(View.keyspace, 'far')
    t.equal(View.connection, undefined)
    t.match(View.objects.toCQL(), { keyspace: 'far', decidedBy: { keyspace: 'context' } })
  })
  await db.contextQuery(Row, {}, async (View) => { t.equal(View.keyspace, 'own') })
  t.equal(Row.keyspace, 'own')
})

t.test('UPD-05 UPD-08 what gets and loses the same at once would lose it in silence, so it is refused', async (t) => {
  const { db, texts } = await recorded(t)
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), tags: c.Set(c.UUID), scores: c.Map(c.Text, c.Integer) }).as<Row>() {}
  const [a, b] = [randomUUID(), randomUUID()]
  const refused = { name: 'QueryError', message: /^row\.update: "(tags|scores)" gets and loses the same (element|key)/ }
  for (const values of [{ tags__add: [a, b], tags__remove: [b.toUpperCase()] }, { scores__update: { a: 1 }, scores__remove: ['a', 'c'] }] as object[]) {
    await t.rejects(Row.filter({ id: 1 }).update(values), refused)
    await t.rejects(Row.hydrate({ id: 1 }).update(values), refused)
  }
  t.strictSame(texts(), [])
  await Row.filter({ id: 1 }).update({ tags__add: [a], tags__remove: [b], scores__update: { a: null, b: 1 }, scores__remove: ['a'] })
  t.equal(texts().length, 1, 'removing twice is no contradiction')
})
