// What stands beside a client of the user's in the options of a `db`, and in the environment: excluded is only what says where the cluster is.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { Client, errors, ExecutionProfile } from '../../src/cqlengine/driver.js'
import { connectedClient, hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { failureOf, fakeClient } from '../connection/fake-client.js'

type T = Parameters<typeof uniqueKeyspace>[0]

function made (t: T): CQLAlchemy {
  const db = new CQLAlchemy()
  t.teardown(() => db.close())
  return db
}

t.test('lazyConnect: the client is connected at first use', async (t) => {
  for (const option of [{ lazyConnect: true, env: false }, { env: { CASSANDRA_LAZY_CONNECT: 'true' } }, { env: false, connections: { other: { client: fakeClient().client, lazyConnect: true } } }]) {
    const fake = fakeClient()
    const db = made(t)
    await db.init({ client: fake.client, keyspace: 'k', ...option })
    const name = 'connections' in option ? 'other' : 'default'
    t.equal(db.status().connections[name]?.state, 'idle')
    await db.connection.getConnection(name)
    t.equal(db.status().connections[name]?.state, 'ready')
  }
})

t.test('retryConnect: the start survives a failure, and whenReady waits for a later success', async (t) => {
  const refused = new errors.NoHostAvailableError({})
  for (const option of [{ retryConnect: true, env: false }, { env: { CASSANDRA_RETRY_CONNECT: '1' } }]) {
    const fake = fakeClient()
    fake.onConnect = async () => { throw refused }
    t.equal(await failureOf(made(t).init({ client: fake.client, keyspace: 'k', env: false })), refused, 'without it the start fails')
    const db = made(t)
    await db.init({ client: fake.client, keyspace: 'k', ...option })
    t.equal(db.status().connections.default?.state, 'retrying')
    fake.onConnect = async () => {}
    await db.connection.whenReady()
    t.equal(db.status().connections.default?.state, 'ready')
    await db.close()
    t.notOk(fake.events.includes('shutdown'), 'still never closed by us')
  }
})

t.test('consistency: for every request that names none; the client stays as it is', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const client = await connectedClient(t, { queryOptions: { consistency: 1 } })
  const db = made(t)
  await new CQLAlchemy().init({ client, keyspace, env: false }).then(async (plain) => {
    class Row extends plain.Model.define('row', { id: plain.columns.Integer({ primaryKey: true }) }).as<Row>() {}
    await plain.syncDb()
    await Row.create({ id: 1 })
    await plain.close()
  })
  await db.init({ client, keyspace, consistency: 'three', env: false })
  class Row extends db.Model.define('row', { id: db.columns.Integer({ primaryKey: true }) }).as<Row>() {}
  const tooFew = async (promise: Promise<unknown>): Promise<void> => { t.match((await failureOf(promise)).message, 'consistency THREE') }
  await tooFew(Row.get({ id: 1 }))
  await tooFew(Row.create({ id: 2 }))
  await tooFew(db.batch(async (b) => { await Row.objects.batch(b).create({ id: 2 }) }))
  await tooFew(db.execute(`SELECT * FROM ${keyspace}.row`))
  await tooFew((async () => { for await (const row of Row.objects) t.fail(String(row.id)) })())
  t.equal((await Row.objects.consistency('ONE').get({ id: 1 })).id, 1, 'the operation’s own wins')
  t.ok(await db.health({ timeout: 30_000 }), 'the question for health is no request of the user')
  t.equal((await client.execute(`SELECT * FROM ${keyspace}.row`)).rowLength, 1, 'the client keeps its own')
})

t.test('consistency from the environment; a profile that an operation names keeps its own', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const client = new Client({ contactPoints: hosts, localDataCenter, profiles: [new ExecutionProfile('one', { consistency: 1 })] })
  t.teardown(() => client.shutdown())
  const db = made(t)
  await db.init({ client, keyspace, env: { CASSANDRA_CONSISTENCY: 'THREE' } })
  class Row extends db.Model.define('row', { id: db.columns.Integer({ primaryKey: true }) }).as<Row>() {}
  await db.syncDb()
  t.match((await failureOf(Row.filter({ id: 1 }).all())).message, 'consistency THREE')
  t.same(await Row.filter({ id: 1 }).profile('one').all(), [])
})
