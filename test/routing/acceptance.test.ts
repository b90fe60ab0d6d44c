// The sixteen cases of routing in docs/contract.md, R01 to R16, on two real clusters; where each row is, the servers are asked.
import t from 'tap'
import type { Test } from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { placesOf, twoClusters } from './two-clusters.js'

const clusters = await twoClusters(t)
const { keyspace, own } = clusters
const { find, plant } = placesOf(clusters)

/** `Auto` is on `cluster`, `Free` names no connection; both have a table at all four places. */
function models (db: CQLAlchemy) {
  const c = db.columns
  class Auto extends db.Model.define('auto', { id: c.Integer({ primaryKey: true }), model: c.Text() }, { connection: 'cluster' }).as<Auto>() {}
  class Free extends db.Model.define('free', { id: c.Integer({ primaryKey: true }), model: c.Text() }).as<Free>() {}
  return { Auto, Free }
}

async function make (t: Pick<Test, 'teardown'>) {
  const db = await clusters.connected(t)
  return { db, ...models(db) }
}

await t.test('R14 syncTable with connections × keyspaces makes the table on x(a), x(b), y(a), y(b)', async (t) => {
  const { db, Auto, Free } = await make(t)
  const { statements } = await db.management.syncTable(Auto, { keyspaces: [keyspace, own], connections: ['cluster', 'cluster2'] })
  t.same(statements.map(({ connection, keyspace }) => [connection, keyspace]), [['cluster', keyspace], ['cluster', own], ['cluster2', keyspace], ['cluster2', own]])
  for (const client of Object.values(clusters.clients)) {
    for (const name of [keyspace, own]) t.equal((await client.execute("SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = 'auto'", [name], { prepare: true })).rowLength, 1)
  }
  await db.management.syncTable(Free, { keyspaces: [keyspace, own], connections: ['cluster', 'cluster2'] })
  t.same((await db.syncDb({ connections: ['cluster', 'cluster2'], keyspaces: [keyspace, own] })).statements, [], 'a second time there is nothing to do')
})

t.test("R01 the model's connection takes create, select, save, update and delete", async (t) => {
  const { Auto } = await make(t)
  await plant(1, { default: 'decoy', cluster2: 'decoy' })
  const auto = await Auto.create({ id: 1, model: 'created' })
  t.same(await find(1), { default: 'decoy', cluster: 'created', cluster2: 'decoy' })
  t.equal((await Auto.get({ id: 1 })).model, 'created')
  auto.model = 'saved'
  await auto.save()
  t.same(await find(1), { default: 'decoy', cluster: 'saved', cluster2: 'decoy' })
  await auto.update({ model: 'updated' })
  t.same(await find(1), { default: 'decoy', cluster: 'updated', cluster2: 'decoy' })
  await Auto.filter({ id: 1 }).update({ model: 'by query' })
  t.same(await find(1), { default: 'decoy', cluster: 'by query', cluster2: 'decoy' })
  await auto.delete()
  t.same(await find(1), { default: 'decoy', cluster2: 'decoy' })
})

t.test('R02 using on the query set, and on the class', async (t) => {
  const { Auto } = await make(t)
  const using = { connection: 'cluster2' }
  await plant(2, { default: 'decoy', cluster: 'decoy' })
  await Auto.objects.using(using).create({ id: 2, model: 'created' })
  t.same(await find(2), { default: 'decoy', cluster: 'decoy', cluster2: 'created' })
  await Auto.objects.using(using).filter({ id: 2 }).update({ model: 'updated' })
  t.same(await find(2), { default: 'decoy', cluster: 'decoy', cluster2: 'updated' })
  t.equal((await Auto.objects.using(using).get({ id: 2 })).model, 'updated')
  t.equal((await Auto.using(using).get({ id: 2 })).model, 'updated')
  await Auto.using(using).filter({ id: 2 }).delete()
  t.same(await find(2), { default: 'decoy', cluster: 'decoy' })
  await Auto.using(using).create({ id: 2, model: 'by class' })
  t.same(await find(2), { default: 'decoy', cluster: 'decoy', cluster2: 'by class' })
})

t.test('R03 the context wins over the model, using over the context, and after the block all is as before', async (t) => {
  const { db, Auto } = await make(t)
  await db.contextQuery(Auto, { connection: 'cluster2' }, async (A) => {
    await A.create({ id: 3, model: 'in the context' })
    await A.objects.using({ connection: 'default' }).create({ id: 3, model: 'using' })
    t.equal((await A.get({ id: 3 })).model, 'in the context')
  })
  t.same(await find(3), { default: 'using', cluster2: 'in the context' })
  await Auto.create({ id: 3, model: 'after' })
  t.same(await find(3), { default: 'using', cluster: 'after', cluster2: 'in the context' })
})

t.test('R04 an instance loaded in the context and saved after the block goes back there', async (t) => {
  const { db, Auto } = await make(t)
  await plant(4, { cluster: 'decoy', cluster2: 'loaded' })
  const auto = await db.contextQuery(Auto, { connection: 'cluster2' }, async (A) => await A.get({ id: 4 }))
  auto.model = 'saved'
  await auto.save()
  t.same(await find(4), { cluster: 'decoy', cluster2: 'saved' })
})

t.test('R05 using on an instance is for one operation; the next follows the rule', async (t) => {
  const { Auto } = await make(t)
  const auto = await Auto.create({ id: 5, model: 'created' })
  await auto.using({ connection: 'cluster2' }).update({ model: 'there' })
  t.same(await find(5), { cluster: 'created', 'cluster2.own': 'there' }, 'the keyspace is that of its origin')
  await auto.update({ model: 'here' })
  t.same(await find(5), { cluster: 'here', 'cluster2.own': 'there' })
  await auto.using({ connection: 'cluster2', keyspace }).update({ model: 'there, too' })
  t.same(await find(5), { cluster: 'here', cluster2: 'there, too', 'cluster2.own': 'there' })
})

t.test('R06 an instance goes back to where it was loaded from, and makes no part of a row elsewhere', async (t) => {
  const { Auto } = await make(t)
  await plant(6, { cluster2: 'loaded' })
  const auto = await Auto.objects.using({ connection: 'cluster2' }).get({ id: 6 })
  auto.model = 'saved'
  await auto.save()
  t.same(await find(6), { cluster2: 'saved' })
})

t.test("R07 a batch goes to the model's connection", async (t) => {
  const { db, Auto } = await make(t)
  await db.batch(async (b) => { await Auto.objects.batch(b).create({ id: 7, model: 'batched' }) })
  t.same(await find(7), { cluster: 'batched' })
})

t.test("R08 so does a query's update in a batch (cqlengine: the default)", async (t) => {
  const { db, Auto } = await make(t)
  await plant(8, { default: 'decoy', cluster: 'planted' })
  await db.batch(async (b) => { await Auto.objects.filter({ id: 8 }).batch(b).update({ model: 'updated' }) })
  t.same(await find(8), { default: 'decoy', cluster: 'updated' })
  await db.batch(async (b) => { await Auto.objects.filter({ id: 8 }).batch(b).delete() })
  t.same(await find(8), { default: 'decoy' })
})

t.test('R09 the connection of an explicit batch wins over the model', async (t) => {
  const { db, Auto } = await make(t)
  const b = new db.BatchQuery({ connection: 'cluster2' })
  await Auto.objects.batch(b).create({ id: 9, model: 'batched' })
  t.same(await find(9), {}, 'nothing before the batch is executed')
  await b.execute()
  t.same(await find(9), { cluster2: 'batched' })
})

t.test('R10 models of two connections in one batch: an error when added, and at the end, which sends nothing', async (t) => {
  const { db, Auto } = await make(t)
  class Other extends db.Model.define('free', { id: db.columns.Integer({ primaryKey: true }), model: db.columns.Text() }, { connection: 'cluster2' }).as<Other>() {}
  const b = new db.BatchQuery()
  await Auto.objects.batch(b).create({ id: 10, model: 'first' })
  await t.rejects(Other.objects.batch(b).create({ id: 10 }), { name: 'BatchError', message: /"cluster2".*"cluster"/ })
  await t.rejects(Other.filter({ id: 10 }).batch(b).update({ model: 'x' }), { name: 'BatchError', message: /"cluster2".*"cluster"/ })
  t.same([await find(10), await placesOf(clusters, 'free').find(10)], [{}, {}])
  await t.rejects(b.execute(), { name: 'BatchError', message: /"cluster2".*"cluster"/ })
  t.same([await find(10), await placesOf(clusters, 'free').find(10)], [{}, {}])
})

t.test('R11 the default connection is another one, too, in both orders', async (t) => {
  const { db, Auto, Free } = await make(t)
  for (const [first, second] of [[Auto, Free], [Free, Auto]] as const) {
    await t.rejects(db.batch(async (b) => {
      await first.objects.batch(b).create({ id: 11, model: 'first' })
      await second.objects.batch(b).create({ id: 11, model: 'second' })
    }), { name: 'BatchError', message: /"default"/ })
  }
  t.same([await find(11), await placesOf(clusters, 'free').find(11)], [{}, {}])
})

t.test('R12 using and batch exclude each other in all four orders, on queries and on instances', async (t) => {
  const { db, Auto } = await make(t)
  const auto = await Auto.create({ id: 12, model: 'created' })
  const using = { connection: 'cluster2' }
  for (const batch of [new db.BatchQuery(), new db.BatchQuery({ connection: 'cluster2' })]) {
    t.throws(() => Auto.objects.using(using).batch(batch), { name: 'BatchError' })
    t.throws(() => Auto.objects.batch(batch).using(using), { name: 'BatchError' })
    t.throws(() => auto.using(using).batch(batch), { name: 'BatchError' })
    t.throws(() => auto.batch(batch).using(using), { name: 'BatchError' })
    await batch.execute()
  }
  t.same(await find(12), { cluster: 'created' })
})

t.test('R13 unknown names in using, batch, model and context are told with the known ones; nothing is sent', async (t) => {
  const { db, Auto } = await make(t)
  class Lost extends db.Model.define('lost', { id: db.columns.Integer({ primaryKey: true }) }, { connection: 'nowhere' }).as<Lost>() {}
  const unknown = { name: 'ConnectionRegistryError', message: /"nowhere" is not registered; known connections: (?=.*\bdefault\b)(?=.*\bcluster\b)(?=.*\bcluster2\b)/ }
  const using = { connection: 'nowhere' }
  await t.rejects(Auto.objects.using(using).create({ id: 13 }), unknown)
  await t.rejects(Auto.objects.using(using).all(), unknown)
  await t.rejects(new Auto({ id: 13 }).using(using).save(), unknown)
  await t.rejects(db.batch(using, async (b) => { await Auto.objects.batch(b).create({ id: 13 }) }), unknown)
  await t.rejects(Lost.create({ id: 13 }), unknown)
  await t.rejects(Lost.objects.count(), unknown)
  await t.rejects(db.contextQuery(Auto, using, async (A) => await A.create({ id: 13 })), unknown)
  await t.rejects(db.scope(using, () => new Auto({ id: 13 }).using({ keyspace: own }).save().then(() => db.execute('SELECT key FROM system.local'))), unknown)
  await t.rejects(db.management.createKeyspaceSimple('never', 1, { connections: ['cluster', 'nowhere'] }), unknown)
  await t.rejects(db.management.syncTable(Auto, { connections: ['cluster', 'nowhere'] }), unknown)
  t.same(await find(13), { cluster: null }, 'only the save that named no unknown one')
  t.equal((await clusters.clients.one.execute("SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = 'never'")).rowLength, 0)
})

t.test('R15 without any default, a model with a connection of its own does everything', async (t) => {
  const db = new CQLAlchemy()
  const { Auto, Free } = models(db)
  t.teardown(async () => { await db.close() })
  await db.connection.registerConnection('cluster', { ...clusters.options.one, keyspace: own })
  t.equal(db.connection.defaultName, undefined)
  const ids = [151, 152, 153]
  for (const id of ids) await Auto.create({ id, model: 'm' })
  const some = Auto.filter({ id__in: ids })
  t.same((await some.all()).map((auto) => auto.id), ids)
  t.equal(await some.count(), 3)
  t.equal((await some.first())?.id, 151)
  t.same(await some.valuesList('id', { flat: true }).all(), ids)
  t.equal((await some.page({ size: 2 })).rows.length, 2)
  const streamed: number[] = []
  for await (const auto of some.fetchSize(1)) streamed.push(auto.id)
  t.same(streamed, ids)
  t.equal((await Auto.objects.only('model').get({ id: 151 })).model, 'm')
  await Auto.filter({ id: 151 }).update({ model: 'u' })
  await Auto.createMany([{ id: 154 }, { id: 155, model: 'x' }])
  await db.batch(async (b) => { await Auto.filter({ id: 152 }).batch(b).delete() })
  await (await Auto.get({ id: 153 })).delete()
  t.same(await Promise.all([151, 152, 153, 154, 155].map(find)), [{ cluster: 'u' }, {}, {}, { cluster: null }, { cluster: 'x' }])
  t.same(await db.cql<{ id: number }>`SELECT id FROM ${Auto} WHERE ${Auto.columns.id} = ${151}`, [{ id: 151 }])
  t.match(await db.table('auto', { connection: 'cluster' }).objects.get({ id: 155 }), { model: 'x' })
  t.same((await db.management.syncTable(Auto)).statements, [])
  await t.rejects(Free.all(), { name: 'ConnectionRegistryError', message: /No default connection.*cluster/ })
  await t.rejects(db.execute('SELECT key FROM system.local'), { name: 'ConnectionRegistryError', message: /No default connection.*cluster/ })
  t.equal((await db.execute('SELECT key FROM system.local', [], { using: { connection: 'cluster' } })).rowLength, 1)
})

t.test('R16 two dbs of one process with different keyspaces do not see each other', async (t) => {
  const [one, two] = [new CQLAlchemy(), new CQLAlchemy()]
  const [a, b] = [models(one), models(two)]
  t.teardown(async () => { await Promise.all([one.close(), two.close()]) })
  await Promise.all([one.init({ ...clusters.options.one, keyspace, env: false }), two.init({ ...clusters.options.two, keyspace: own, env: false })])
  const free = placesOf(clusters, 'free')
  await Promise.all([a.Free.create({ id: 16, model: 'one' }), b.Free.create({ id: 16, model: 'two' })])
  t.same(await free.find(16), { default: 'one', 'cluster2.own': 'two' })
  t.same([(await a.Free.get({ id: 16 })).model, (await b.Free.get({ id: 16 })).model], ['one', 'two'])
  one.setKeyspace(own)
  await Promise.all([a.Free.create({ id: 16, model: 'moved' }), b.Free.filter({ id: 16 }).update({ model: 'stays' })])
  t.same(await free.find(16), { default: 'one', cluster: 'moved', 'cluster2.own': 'stays' })
  await one.scope({ keyspace }, async () => { await Promise.all([a.Free.filter({ id: 16 }).delete(), b.Free.filter({ id: 16 }).update({ model: 'unmoved' })]) })
  t.same(await free.find(16), { cluster: 'moved', 'cluster2.own': 'unmoved' })
  await one.close()
  t.equal((await b.Free.get({ id: 16 })).model, 'unmoved')
})
