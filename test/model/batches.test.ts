// Instances in batches: clean only after success, and never bound to a batch that is over.
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { root } from '../support/root.js'
import { runScript } from '../support/run-script.js'
import { recorded } from './setup.js'

function make () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), a: c.Integer(), list: c.List(c.Integer), tags: c.Set(c.Text) }).as<Row>() {}
  class Hits extends db.Model.define('hits', { id: c.Integer({ primaryKey: true }), n: c.Counter() }).as<Hits>() {}
  return { db, Row, Hits }
}

t.test('B03 BAT-12 an instance is clean after the batch succeeded, and dirty after it failed', async (t) => {
  const { db, Row } = make()
  const { client, taken } = await recorded(t, db)
  const row = Row.hydrate({ id: 1, a: 1, list: [1], tags: new Set() })
  row.a = 2
  const fresh = new Row({ id: 2 })
  const failing = new db.BatchQuery()
  await row.batch(failing).save()
  await fresh.batch(failing).save()
  t.same([row.getChangedColumns(), fresh.isPersisted], [['a'], false], 'queued is not written')
  client.reply('row', () => new Error('down'))
  await t.rejects(failing.execute(), { message: 'down' })
  t.same([row.getChangedColumns(), fresh.isPersisted], [['a'], false])
  client.reply('row', [])
  taken()
  await db.batch(async (b) => { await row.batch(b).save(); await fresh.save({ batch: b }) })
  t.same([row.getChangedColumns(), fresh.isPersisted], [[], true])
  t.same(taken().map((call) => call.cql), ['UPDATE "k"."row" SET "a" = ? WHERE "id" = ?', 'INSERT INTO "k"."row" ("id") VALUES (?)'])
  row.a = 3
  await row.save()
  t.match(taken(), [{ cql: /^UPDATE/ }], 'a batch that is over has no hold on it')
  await t.rejects(row.batch(failing).delete(), { name: 'BatchError' })
})

t.test('B03 deletes and updates take effect on the instance with the batch, not before', async (t) => {
  const { db, Row } = make()
  await recorded(t, db)
  const row = Row.hydrate({ id: 1, a: 1, list: [1], tags: new Set(['x']) })
  const b = new db.BatchQuery()
  await row.batch(b).update({ tags__add: ['y'], a: 5 })
  t.same([[...row.tags], row.a, row.getChangedColumns()], [['x'], 5, ['a']])
  await b.execute()
  t.same([[...row.tags], row.getChangedColumns()], [['x', 'y'], []])
  const last = new db.BatchQuery()
  await row.batch(last).delete()
  t.equal(row.isPersisted, true)
  await last.execute()
  t.equal(row.isPersisted, false)
})

t.test('two writes of one instance in one batch add nothing twice', async (t) => {
  const { db, Row, Hits } = make()
  const { taken } = await recorded(t, db)
  const row = Row.hydrate({ id: 1, a: 1, list: [1], tags: new Set() })
  const hits = Hits.hydrate({ id: 1, n: 1n })
  await db.batch(async (b) => {
    row.list.push(2)
    await row.batch(b).save()
    row.list.push(3)
    await row.batch(b).save()
    await row.batch(b).save()
  })
  t.same(taken().map((call) => call.params[0]), [[2], [3]])
  t.same(row.getChangedColumns(), [])
  await db.batch(async (b) => {
    hits.n += 5n
    await hits.batch(b).save()
    hits.n += 2n
    await hits.batch(b).save()
  })
  t.same(taken().map((call) => call.params[0]), [5n, 2n])
  const b = new db.BatchQuery()
  const fresh = new Row({ id: 2, list: [1] })
  await fresh.batch(b).save()
  fresh.list.push(2)
  await fresh.batch(b).save()
  fresh.list.push(3)
  await b.execute()
  t.same(taken().map((call) => [call.cql.split(' ')[0], call.params]), [['INSERT', [2, [1]]], ['UPDATE', [[2], 2]]])
  t.same(fresh.getChangedColumns(), ['list'], 'what came later is still to be written')
})

t.test('changes queued in a batch that fails are all sent again by the next save', async (t) => {
  const { db, Row } = make()
  const { client, taken } = await recorded(t, db)
  const row = Row.hydrate({ id: 1, a: 1, list: [1], tags: new Set() })
  client.reply('row', () => new Error('down'))
  await t.rejects(db.batch(async (b) => {
    row.list.push(2)
    await row.batch(b).save()
    row.list.push(3)
    await row.batch(b).save()
  }), { message: 'down' })
  client.reply('row', [])
  taken()
  await row.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "list" = "list" + ? WHERE "id" = ?', params: [[2, 3], 1] }])
})

t.test('INS-09 BAT-04 a call in a batch resolves, checks and queues at once, awaited or not', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  const row = Row.hydrate({ id: 1, a: 1, list: [], tags: new Set() })
  await db.batch((b) => {
    row.a = 2
    void row.batch(b).save()
    row.a = 3
    void new Row({ id: 2 }).save({ batch: b })
    void Row.hydrate({ id: 3 }).batch(b).delete()
  })
  t.match(taken().map((call) => [call.cql.split(' ')[0], call.params[0]]), [['UPDATE', 2], ['INSERT', 2], ['DELETE', 3]])
  t.same(row.getChangedColumns(), ['a'], 'what was changed after queueing is not stored')
  const b = new db.BatchQuery()
  await t.rejects(row.batch(b).timeout(5).save(), { name: 'BatchError', message: /timeout is for/ })
  await t.rejects(row.batch(b).save({ consistency: 'ONE' }), { name: 'BatchError' })
  t.same([row.a, row.getChangedColumns()], [3, ['a']])
  await t.rejects(row.batch(b).update({ a: 9 }, { timeout: 5 }), { name: 'BatchError' })
  t.equal(row.a, 3, 'what the batch refused is taken back')
  for (const wrong of [{}, 'b', 5, { execute () {}, addCallback () {} }]) {
    await t.rejects(async () => await row.save({ batch: wrong as never }), { name: /QueryError|BatchError/ })
  }
})

t.test('conditions in a batch look at the partitions as they were queued', async (t) => {
  const { db, Row } = make()
  await recorded(t, db)
  const b = new db.BatchQuery()
  const row = new Row({ id: 1 })
  await row.batch(b).ifNotExists().save()
  row.id = 2
  await t.rejects(new Row({ id: 2 }).batch(b).save(), { name: 'BatchError', message: /one partition/ })
  await new Row({ id: 1, a: 5 }).batch(b).save()
})

t.test('instances are detached from a batch that is over, and it from them', async (t) => {
  const program = fileURLToPath(new URL('programs/batch-memory.js', import.meta.url))
  const { code, stderr } = await runScript(['--expose-gc', program], root)
  t.equal(code, 0, stderr)
})
