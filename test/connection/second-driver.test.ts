// A client that another copy of the driver made, against a real server: its encoder knows none of our values, and says so in a TypeError that shows them.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { Client } from '../../src/cqlengine/driver.js'
import { ConfigError } from '../../src/cqlengine/errors.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { secondDriver } from '../support/second-driver.js'
import { failureOf, fakeClient } from './fake-client.js'

const other = secondDriver()
t.not(other.Client, Client, 'it is another copy')
const keyspace = await uniqueKeyspace(t)
const client = new other.Client({ contactPoints: hosts, localDataCenter })
t.teardown(() => client.shutdown())
const refusal = { constructor: ConfigError, message: /another copy of cassandra-driver.*Client that fastify-cqlalchemy exports/ }
type T = Parameters<typeof uniqueKeyspace>[0]

function made (t: T): CQLAlchemy {
  const db = new CQLAlchemy()
  t.teardown(() => db.close())
  return db
}

t.test('registering it is an error that names cause and remedy, and leaves the client as it was', async (t) => {
  t.match(await failureOf(made(t).init({ client, keyspace, env: false })), refusal)
  t.match(await failureOf(made(t).init({ client, keyspace, env: false, retryConnect: true })), refusal, 'no time heals it')
  const db = made(t)
  await db.init({ client: fakeClient().client, keyspace, env: false })
  t.match(await failureOf(db.connection.registerConnection('second', { session: client })), { ...refusal, message: /"second"/ })
  t.same(Object.keys(db.status().connections), ['default'])
  t.equal((await client.execute('SELECT key FROM system.local')).rowLength, 1, 'it is open still')
})

t.test('where nothing connects at registration, it is the error of each use', async (t) => {
  const db = made(t)
  await db.init({ client, keyspace, env: false, lazyConnect: true })
  class Row extends db.Model.define('row', { id: db.columns.UUID({ primaryKey: true }) }).as<Row>() {}
  for (const use of [() => Row.create({ id: 'f47ac10b-58cc-4372-a567-0e02b2c3d479' }), () => db.syncDb(), () => db.connection.getConnection()]) t.match(await failureOf(use()), refusal)
  t.notOk(await db.health())
  db.connection.setSession(client)
  t.match(await failureOf(db.execute('SELECT key FROM system.local')), refusal)
})

t.test('a class of the user’s that extends Client is welcome', async (t) => {
  class Traced extends Client {}
  const own = new Traced({ contactPoints: hosts, localDataCenter })
  t.teardown(() => own.shutdown())
  const db = await made(t).init({ client: own, keyspace, env: false })
  t.ok(await db.health())
})
