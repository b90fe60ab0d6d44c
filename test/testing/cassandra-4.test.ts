// Cassandra 4.1, which most clusters still run: a node starts, a sync makes tables, rows are written and read, and what it lacks is told apart.
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { startCassandra } from '../../src/testing/cassandra.js'
import { syncsInAnyEncoding } from '../management/in-any-encoding.js'
import { startOwnCluster } from '../support/cassandra.js'

t.test('startCassandra({ version }) runs 4.1: start, sync, write, read', async (t) => {
  const progress: string[] = []
  const cassandra = await startOwnCluster(t, { version: '4.1.9', durable: false, log: (line) => { progress.push(line) } })
  t.match(progress.at(-2), /^starting Cassandra 4\.1\.9 on/)
  await using db = await new CQLAlchemy().init({ env: { ...cassandra.env, CASSANDRA_KEYSPACE: 'old_server' } })
  const c = db.columns
  class Address extends db.UserType.define('address', { street: c.Text() }) {}
  class User extends db.Model.define('user', {
    uid: c.UUID({ primaryKey: true, default: randomUUID }),
    day: c.Date({ primaryKey: true }),
    tenant: c.Text({ static: true }),
    username: c.Text({ index: true }),
    home: c.UserDefinedType(Address),
    tags: c.Set(c.Text, { index: true }),
    votes: c.Map(c.Text, c.BigInt),
    pair: c.Tuple(c.Integer, c.Text)
  }).as<User>() {}
  await db.createKeyspaceSimple('old_server', 1)
  const report = await db.syncDb()
  t.match(report, { warnings: [], conflicts: [] })
  t.same((await db.syncDb()).statements, [], 'a second sync finds nothing to do')

  const { rows: [local] } = await db.execute('SELECT release_version FROM system.local')
  t.equal(local?.['release_version'], '4.1.9')
  const ada = await User.create({ day: '2024-02-29', tenant: 'acme', username: 'ada', home: { street: 'Main' }, tags: ['a', 'b'], votes: { x: 2n ** 60n }, pair: [1, 'x'] })
  const found = await User.get({ username: 'ada' })
  t.same(found.toJSON(), ada.toJSON())
  found.tags.add('c')
  found.votes.set('y', 1n)
  await found.save()
  t.same((await User.filter({ tags__contains: 'c' }).all()).map(({ votes }) => votes), [new Map([['x', 2n ** 60n], ['y', 1n]])])
  await t.rejects(found.iff({ username: 'eve' }).update({ username: 'bob' }), { name: 'LWTError', existing: { username: 'ada' } })

  class Newer extends db.Model.define('newer', { id: c.Integer({ primaryKey: true }), v: c.Vector(c.Float, 2), name: c.Text({ index: { using: 'sai' } }) }, { options: { allow_auto_snapshot: true } }).as<Newer>() {}
  await t.rejects(db.syncTable(Newer), { code: 'CQL_SCHEMA', report: { statements: [], conflicts: [{ kind: 'server', message: /4\.1\.9/ }, { kind: 'server', column: 'v', message: /vectors since 5\.0.*4\.1\.9/ }] } })
  class Named extends db.Model.define('named', { id: c.Integer({ primaryKey: true }), name: c.Text({ index: { using: 'sai' } }), old: c.Text({ index: { using: 'legacy_local_table' } }) }).as<Named>() {}
  t.match((await db.syncTable(Named, { dryRun: true })).conflicts, [{ kind: 'server', column: 'name', message: /SAI indexes since 5\.0/ }])
  class Older extends db.Model.define('older', { id: c.Integer({ primaryKey: true }), old: c.Text({ index: { using: 'legacy_local_table' } }) }).as<Older>() {}
  class ByOld extends db.Model.view('by_old', Older, { partitionKey: ['old'], clusteringKey: ['id'] }).as<ByOld>() {}
  t.equal((await db.syncDb({ models: [Older, ByOld] })).statements.length, 3)
  t.same((await db.syncDb({ models: [Older, ByOld] })).statements, [])

  await t.test('whatever encoding the client has', async (t) => { await syncsInAnyEncoding(t, cassandra, 6) })
})

t.test('data of a later server is refused before anything starts', async (t) => {
  const directory = t.testdir({ 'cluster.json': JSON.stringify({ name: 'local', version: '5.0.8' }) })
  await t.rejects(startCassandra({ directory, version: '4.1.9' }), { reason: 'directory', message: /was written by Cassandra 5\.0\.8, which 4\.1\.9 cannot read/ })
})
