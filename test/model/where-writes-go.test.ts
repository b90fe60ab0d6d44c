// Where writes of instances go: origin, using, contexts, batches (docs/contract.md: the routing cases about instances).
import t from 'tap'
import type { Test } from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { mockClient, type MockClient } from '../../src/testing/mock-client.js'

async function make (t: Pick<Test, 'teardown'>) {
  const db = new CQLAlchemy()
  const c = db.columns
  class Auto extends db.Model.define('auto', { id: c.Integer({ primaryKey: true }), model: c.Text(), extras: c.Set(c.Text) }, { connection: 'cluster', keyspace: 'k' }).as<Auto>() {}
  class Free extends db.Model.define('free', { id: c.Integer({ primaryKey: true }), model: c.Text() }).as<Free>() {}
  class Hits extends db.Model.define('hits', { id: c.Integer({ primaryKey: true }), n: c.Counter() }).as<Hits>() {}
  const clients = { default: mockClient(), cluster: mockClient(), cluster2: mockClient() }
  await db.init({ client: clients.default, keyspace: 'k', env: false })
  t.teardown(async () => { await db.close() })
  await db.connection.registerConnection('cluster', { session: clients.cluster })
  await db.connection.registerConnection('cluster2', { session: clients.cluster2, keyspace: 'k2' })
  const row = [{ id: 1, model: 'a', extras: null }]
  for (const client of Object.values(clients)) client.reply('SELECT', row)
  /** `connection: first words … table` of what was sent since the last call. */
  const sent = (): string[] => Object.entries(clients).flatMap(([name, client]: [string, MockClient]) => client.calls.splice(0).map(({ cql }) => {
    const at = /"(\w+)"\."\w+"/.exec(cql)
    return `${name} ${cql.split(' ')[0]} ${at?.[1]}`
  }))
  return { db, Auto, Free, Hits, clients, sent }
}

t.test('R01 R02 the model\'s connection, and using on the query set', async (t) => {
  const { Auto, sent } = await make(t)
  const auto = await Auto.create({ id: 1, model: 'a' })
  auto.model = 'b'
  await auto.save()
  await auto.update({ model: 'c' })
  await auto.delete()
  t.same(sent(), ['cluster INSERT k', 'cluster UPDATE k', 'cluster UPDATE k', 'cluster DELETE k'])
  const other = await Auto.objects.using({ connection: 'cluster2' }).create({ id: 2 })
  await other.update({ model: 'x' })
  t.same(sent(), ['cluster2 INSERT k', 'cluster2 UPDATE k'], 'where it was first saved')
})

t.test('R03 R04 an instance made or loaded in a context goes on belonging there', async (t) => {
  const { db, Auto, sent } = await make(t)
  const [loaded, made] = await db.contextQuery(Auto, { connection: 'cluster2', keyspace: 'k9' }, async (A) => [await A.get({ id: 1 }), await A.create({ id: 2 })] as const)
  await loaded.update({ model: 'x' })
  await made.update({ model: 'x' })
  await Auto.create({ id: 3 })
  t.same(sent(), ['cluster INSERT k', 'cluster2 SELECT k9', 'cluster2 INSERT k9', 'cluster2 UPDATE k9', 'cluster2 UPDATE k9'])
})

t.test('R05 using on an instance is for one operation and leaves origin and changes alone', async (t) => {
  const { Auto, clients, sent } = await make(t)
  const auto = await Auto.create({ id: 1, model: 'a', extras: ['x'] })
  sent()
  await auto.using({ connection: 'cluster2' }).update({ model: 'b' })
  t.match(clients.cluster2.calls, [{ cql: 'UPDATE "k"."auto" SET "model" = ? WHERE "id" = ?', params: ['b', 1] }])
  t.same(auto.getChangedColumns(), ['model'], 'at its origin it is not stored')
  sent()
  auto.extras.add('y')
  await auto.using({ connection: 'cluster2' }).update({ model: 'b' })
  t.match(clients.cluster2.calls, [{ cql: 'UPDATE "k"."auto" SET "model" = ?, "extras" = ? WHERE "id" = ?', params: ['b', ['x', 'y'], 1] }], 'whole values, for what is stored there is not known')
  sent()
  await auto.update({})
  t.match(clients.cluster.calls, [{ cql: 'UPDATE "k"."auto" SET "model" = ?, "extras" = "extras" + ? WHERE "id" = ?' }])
  t.same(auto.getChangedColumns(), [])
})

t.test('a save elsewhere writes the whole row there', async (t) => {
  const { Auto, Hits, clients, sent } = await make(t)
  const auto = await Auto.create({ id: 1, model: 'a', extras: ['x'] })
  auto.model = 'b'
  sent()
  await auto.using({ connection: 'cluster2' }).save()
  t.match(clients.cluster2.calls, [{ cql: 'INSERT INTO "k"."auto" ("id", "model", "extras") VALUES (?, ?, ?)', params: [1, 'b', ['x']] }])
  t.same(auto.getChangedColumns(), ['model'])
  sent()
  await auto.using({ keyspace: 'k' }).save()
  t.same(sent(), ['cluster UPDATE k'], 'its own place is not elsewhere')
  await auto.using({ keyspace: 'archive' }).save({ ttl: 60 })
  t.match(clients.cluster.calls, [{ cql: 'INSERT INTO "archive"."auto" ("id", "model", "extras") VALUES (?, ?, ?) USING TTL ?' }], 'though nothing has changed')
  sent()
  const part = (await Auto.objects.only('model').all())[0]
  sent()
  await t.rejects((part as unknown as typeof auto).using({ keyspace: 'archive' }).save(), { name: 'QueryError', message: /"extras" was not loaded/ })
  await t.rejects(auto.using({ keyspace: 'archive' }).ifExists().save(), { name: 'QueryError' })
  const hits = Hits.hydrate({ id: 1, n: 5n })
  await t.rejects(hits.using({ connection: 'cluster2' }).save(), { name: 'QueryError', message: /counters cannot be copied/ })
  t.same(sent(), [])
  await hits.using({ connection: 'cluster2' }).update({ n__increment: 1 })
  t.same([sent(), hits.n], [['cluster2 UPDATE k2'], 5n], 'what was added there is not counted here')
  await Auto.hydrate({ id: 1, model: 'a', extras: new Set() }).using({ keyspace: 'archive' }).save()
  t.same(sent(), ['cluster INSERT archive'], 'a row from a cache belongs where it goes by itself')
})

t.test('a delete elsewhere leaves the instance stored at its origin', async (t) => {
  const { Auto, sent } = await make(t)
  const auto = await Auto.create({ id: 1, model: 'a' })
  await auto.using({ connection: 'cluster2' }).delete()
  t.equal(auto.isPersisted, true)
  auto.model = 'b'
  await auto.save()
  t.same(sent(), ['cluster INSERT k', 'cluster UPDATE k', 'cluster2 DELETE k'])
})

t.test('R06 an instance remembers where it was loaded from', async (t) => {
  const { Auto, Free, sent } = await make(t)
  const auto = await Auto.objects.using({ connection: 'cluster2', keyspace: 'k5' }).get({ id: 1 })
  auto.model = 'b'
  await auto.save()
  const free = await Free.objects.using({ connection: 'cluster2' }).get({ id: 1 })
  await free.delete()
  t.same(sent(), ['cluster2 SELECT k5', 'cluster2 UPDATE k5', 'cluster2 SELECT k2', 'cluster2 DELETE k2'])
})

t.test('a scope moves what is new, and not what has an origin', async (t) => {
  const { db, Free, sent } = await make(t)
  const free = await Free.create({ id: 1 })
  await db.scope({ keyspace: 'tenant' }, async () => {
    await free.update({ model: 'a' })
    const theirs = await Free.create({ id: 2 })
    db.setKeyspace('elsewhere')
    await theirs.update({ model: 'b' })
  })
  db.setKeyspace()
  t.same(sent(), ['default INSERT k', 'default UPDATE k', 'default INSERT tenant', 'default UPDATE tenant'])
})

t.test('R07 R08 R09 R10 R11 R12 batches', async (t) => {
  const { db, Auto, Free, sent } = await make(t)
  await db.batch(async (b) => { await Auto.objects.batch(b).create({ id: 1 }) })
  t.same(sent(), ['cluster INSERT k'], '7: the model\'s connection')
  const auto = await Auto.create({ id: 1 })
  sent()
  await db.batch({ connection: 'cluster2' }, async (b) => {
    auto.model = 'x'
    await auto.batch(b).save()
  })
  t.same(sent(), ['cluster2 INSERT k'], '9: an explicit batch wins, and elsewhere the row is written whole')
  await t.rejects(db.batch(async (b) => {
    await auto.batch(b).update({ model: 'y' })
    await t.rejects(new Free({ id: 1 }).batch(b).save(), { name: 'BatchError' }, '10 and 11: another connection, be it the default')
    await t.rejects(Free.create({ id: 1 }, { batch: b }), { name: 'BatchError' })
  }), { name: 'BatchError' })
  t.same(sent(), [], 'what was queued before is not sent without the others')
  const refusing = new db.BatchQuery()
  t.throws(() => auto.using({ connection: 'cluster2' }).batch(refusing), { name: 'BatchError' }, '12')
  t.throws(() => auto.batch(refusing).using({ connection: 'cluster2' }), { name: 'BatchError' })
  await t.rejects(auto.batch(refusing).save({ using: { connection: 'cluster2' } }), { name: 'BatchError' })
  await t.rejects(auto.using({ connection: 'cluster2' }).save({ batch: refusing }), { name: 'BatchError' })
  await t.rejects(refusing.execute(), { name: 'BatchError' })
  const b = new db.BatchQuery()
  auto.model = 'z'
  await auto.using({ keyspace: 'k' }).batch(b).save()
  await b.execute()
  t.same(sent(), ['cluster UPDATE k'], 'a keyspace is fine')
})

t.test('R13 unknown names are told with the known ones, and nothing is sent', async (t) => {
  const { db, Auto, sent } = await make(t)
  const auto = new Auto({ id: 1 })
  const unknown = { name: 'ConnectionRegistryError', message: /nowhere.*default, cluster, cluster2/ }
  await t.rejects(auto.using({ connection: 'nowhere' }).save(), unknown)
  await t.rejects(auto.using({ connection: 'nowhere' }).delete(), unknown)
  const loaded = Auto.hydrate({ id: 1, model: 'a' })
  await t.rejects(loaded.using({ connection: 'nowhere' }).update({ model: 'b' }), unknown)
  t.equal(loaded.model, 'a', 'the instance is as it was')
  await t.rejects(db.contextQuery(Auto, { connection: 'nowhere' }, async (A) => await A.create({ id: 1 })), unknown)
  t.same(sent(), [])
})
