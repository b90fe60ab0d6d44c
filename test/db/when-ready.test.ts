// `db.connection.whenReady(name?)` on a real server behind a door that can be shut: for the db its host is down then.
import t, { type Test } from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { errors } from '../../src/cqlengine/driver.js'
import { ClosedError, ConnectionRegistryError } from '../../src/cqlengine/errors.js'
import { failureOf } from '../connection/fake-client.js'
import { type Proxy, proxyTo } from '../connection/proxy.js'
import { hosts, localDataCenter } from '../support/cassandra.js'

const question = 'SELECT key FROM system.local'

/** A `db` whose connection `far` stands behind a door, shut at first unless told otherwise. */
async function made (t: Pick<Test, 'teardown'>, far: object, isOpen = false): Promise<{ db: CQLAlchemy, door: Proxy, state: () => string | undefined }> {
  const door = await proxyTo(hosts[0] ?? '')
  if (!isOpen) await door.shut()
  const db = new CQLAlchemy()
  t.teardown(async () => {
    await db.close()
    await door.close()
  })
  await db.init({ hosts, localDataCenter, keyspace: null, env: false, connections: { far: { hosts: [door.host], localDataCenter, ...far } } })
  return { db, door, state: () => db.status().connections['far']?.state }
}

/** Settles with the first state that differs from `from`. */
async function leaves (from: string, state: () => string | undefined): Promise<string | undefined> {
  while (state() === from) await new Promise((resolve) => { setTimeout(resolve, 10) })
  return state()
}

t.test('the default connection, and one by name, are ready once the db is', async (t) => {
  const { db } = await made(t, {}, true)
  await db.connection.whenReady()
  await db.connection.whenReady('far')
  await db.connection.whenReady('default')
})

t.test('a lazy connection is made by it, by many callers once', async (t) => {
  const { db, state } = await made(t, { lazyConnect: true }, true)
  t.equal(state(), 'idle')
  const { client } = await db.connection.getConnection('default')
  const all = Array.from({ length: 20 }, () => db.connection.whenReady('far'))
  t.equal(state(), 'connecting')
  await Promise.all(all)
  t.equal(state(), 'ready')
  t.not(await db.connection.getSession('far'), client)
})

t.test('a lazy connection whose host is down: the error of the driver, and the next call tries again', async (t) => {
  const { db, door, state } = await made(t, { lazyConnect: true })
  t.type(await failureOf(db.connection.whenReady('far')), errors.NoHostAvailableError)
  t.equal(state(), 'failed')
  await door.open()
  await db.connection.whenReady('far')
  t.equal(state(), 'ready')
})

t.test('a retrying connection is waited for through its failures, eager or lazy', async (t) => {
  for (const lazyConnect of [false, true]) {
    const { db, door, state } = await made(t, { retryConnect: true, lazyConnect })
    let isReady = false
    const waiting = db.connection.whenReady('far').then(() => { isReady = true })
    t.equal(await leaves(lazyConnect ? 'connecting' : 'ready', state), 'retrying')
    t.type(await failureOf(db.execute(question, [], { using: { connection: 'far' } })), errors.NoHostAvailableError, 'a use fails meanwhile')
    t.equal(isReady, false)
    await door.open()
    await waiting
    t.equal(state(), 'ready')
    t.equal((await db.execute(question, [], { using: { connection: 'far' } })).rowLength, 1)
  }
})

t.test('an unknown name is an error that lists the known ones', async (t) => {
  const { db } = await made(t, { lazyConnect: true })
  const error = await failureOf(db.connection.whenReady('nowhere'))
  t.type(error, ConnectionRegistryError)
  t.match(error.message, /"nowhere".*default.*far/)
})

t.test('unregistered or closed while somebody waits, or before: a ClosedError, and no process is kept', async (t) => {
  const { db } = await made(t, { retryConnect: true })
  const waiting = failureOf(db.connection.whenReady('far'))
  await db.connection.unregisterConnection('far')
  t.type(await waiting, ClosedError)
  t.type(await failureOf(db.connection.whenReady('far')), ConnectionRegistryError)

  const other = await made(t, { retryConnect: true })
  const left = failureOf(other.db.connection.whenReady('far'))
  await other.db.close()
  t.type(await left, ClosedError)
  for (const name of [undefined, 'far', 'nowhere']) t.type(await failureOf(other.db.connection.whenReady(name)), ClosedError)
})
