// What goes wrong with several clusters, seen from the db: the second one stands behind a door that can be shut.
import Fastify from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { errors } from '../../src/cqlengine/driver.js'
import fastifyCqlalchemy from '../../src/index.js'
import { proxyTo } from '../connection/proxy.js'
import { connectedClient, hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'

const client = await connectedClient(t)
/** `near` is the keyspace of the db, `far` that of the connection behind the door: two clusters, as far as rows and failures go. */
const [near, far] = [await uniqueKeyspace(t), await uniqueKeyspace(t)]
for (const keyspace of [near, far]) await client.execute(`CREATE TABLE ${keyspace}.item (id int PRIMARY KEY, name text)`)

function make () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Item extends db.Model.define('item', { id: c.Integer({ primaryKey: true }), name: c.Text() }).as<Item>() {}
  class Far extends db.Model.define('item', { id: c.Integer({ primaryKey: true }), name: c.Text() }, { connection: 'far' }).as<Far>() {}
  return { db, Item, Far }
}

async function door (t: Pick<Test, 'teardown'>) {
  const proxy = await proxyTo(hosts[0] ?? '')
  t.teardown(async () => { await proxy.close() })
  return proxy
}

async function open (t: Pick<Test, 'teardown'>, behind: string | undefined, far_: object = {}) {
  const made = make()
  await made.db.init({
    hosts,
    localDataCenter,
    keyspace: near,
    env: false,
    ...behind !== undefined && { connections: { far: { hosts: [behind], localDataCenter, keyspace: far, ...far_ } } }
  })
  t.teardown(async () => { await made.db.close() })
  return made
}

const ids = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i)

/** The names that the rows of these ids hold in a keyspace, by id. */
async function stored (keyspace: string, wanted: readonly number[]): Promise<Record<number, string | null>> {
  const { rows } = await client.execute(`SELECT id, name FROM ${keyspace}.item`)
  return Object.fromEntries(rows.filter((row) => wanted.includes(row['id'] as number)).map((row) => [row['id'], row['name'] as string | null]))
}

async function until (holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!await holds()) await new Promise((resolve) => { setTimeout(resolve, 10) })
}

t.test('a model may be defined before its connection is registered; without it nothing is sent', async (t) => {
  const { host } = await door(t)
  const { db, Far } = await open(t, undefined)
  const unknown = { name: 'ConnectionRegistryError', message: /"far" is not registered; known connections: default/ }
  await t.rejects(Far.create({ id: 1 }), unknown)
  await t.rejects(Far.all(), unknown)
  t.throws(() => Far.objects.toCQL(), unknown)
  await t.rejects(db.syncDb(), unknown)
  await t.rejects(db.batch(async (b) => { await Far.batch(b).create({ id: 1 }) }), unknown)
  await db.connection.registerConnection('far', { hosts: [host], localDataCenter, keyspace: far })
  await Far.create({ id: 1, name: 'after' })
  t.same([await stored(near, [1]), await stored(far, [1])], [{}, { 1: 'after' }])
  t.same((await db.syncDb()).statements, [])
  await db.connection.unregisterConnection('far')
  await t.rejects(Far.all(), unknown)
  await db.connection.registerConnection('far', { hosts: [host], localDataCenter, keyspace: near })
  t.equal(await Far.filter({ id: 1 }).first(), null, 'the name leads to what is registered now')
})

t.test('a keyspace that is no name is refused where it is given', async (t) => {
  const { db, Item } = await open(t, undefined)
  for (const bad of ['', 5, {}, ['k']] as never[]) {
    t.throws(() => { db.setKeyspace(bad) }, { name: 'ConfigError', message: /setKeyspace/ })
    t.throws(() => db.scope({ keyspace: bad }, () => Item.objects.toCQL()), { name: 'QueryError' })
    t.throws(() => Item.using({ keyspace: bad }), { name: 'QueryError' })
    await t.rejects(db.contextQuery(Item, { keyspace: bad }, async (I) => await I.all()), { name: 'QueryError' })
  }
  t.equal(db.keyspace, near)
  db.setKeyspace('not_there')
  await t.rejects(Item.create({ id: 1 }), errors.ResponseError, "one that does not exist is the server's answer")
  db.setKeyspace()
  t.equal(Item.objects.toCQL().keyspace, near)
})

t.test('unregistering during requests: those under way end well, later ones are told', async (t) => {
  const { host } = await door(t)
  const { db, Far } = await open(t, host)
  // More than two pages, whichever of the requests below the server takes first.
  await Far.createMany(ids(210, 40).map((id) => ({ id })))
  const all = ids(100, 100)
  const writes = all.map((id) => Far.create({ id, name: 'written' }))
  const queued = new db.BatchQuery()
  await Far.batch(queued).create({ id: 200 })
  const rows = Far.objects.fetchSize(10)[Symbol.asyncIterator]()
  await rows.next()
  const gone = db.connection.unregisterConnection('far')
  await t.rejects(Far.all(), { name: 'ConnectionRegistryError', message: /"far"/ })
  await gone
  await Promise.all(writes)
  t.equal(Object.keys(await stored(far, all)).length, 100)
  await t.rejects(queued.execute(), { name: 'ClosedError', message: /"far"/ }, 'a batch keeps the connection that it was checked for')
  t.same(await stored(far, [200]), {})
  await t.rejects(async () => { while ((await rows.next()).done !== true); }, { name: 'ClosedError', message: /"far"/ }, 'a stream is never cut short in silence')
})

t.test('replacing a connection during requests: all end well, each on the client that it began with', async (t) => {
  const { host } = await door(t)
  const { db, Far } = await open(t, host)
  const all = ids(300, 100)
  const writes: Promise<unknown>[] = all.slice(0, 50).map((id) => Far.create({ id, name: 'first' }))
  const replaced = db.connection.registerConnection('far', { hosts: [host], localDataCenter, keyspace: near })
  for (const id of all.slice(50, 60)) writes.push(Far.create({ id, name: 'while connecting' }))
  await replaced
  for (const id of all.slice(60)) writes.push(Far.create({ id, name: 'second' }))
  await Promise.all(writes)
  t.same([Object.keys(await stored(far, all)).length, Object.keys(await stored(near, all)).length], [60, 40])
})

t.test('switching the default in the middle of a hundred requests: each goes whole where it was sent, and its instance stays there', async (t) => {
  const { host } = await door(t)
  const { db, Item } = await open(t, host)
  const all = ids(500, 100)
  const made = await Promise.all(all.map(async (id, i) => {
    if (i === 50) db.connection.setDefaultConnection('far')
    return await Item.create({ id, name: i < 50 ? 'near' : 'far' })
  }))
  t.same(await stored(near, all), Object.fromEntries(all.slice(0, 50).map((id) => [id, 'near'])))
  t.same(await stored(far, all), Object.fromEntries(all.slice(50).map((id) => [id, 'far'])))
  await Promise.all(made.map(async (item) => await item.update({ name: 'again' })))
  t.same([await stored(near, all), await stored(far, all)].map((rows) => Object.values(rows)), [Array(50).fill('again'), Array(50).fill('again')])
  t.equal((await Item.get({ id: 550 })).name, 'again', 'the default is far now')
  await t.rejects(Item.get({ id: 500 }), { name: 'DoesNotExist' })
})

t.test('a query that runs while the default is switched stays where it began', async (t) => {
  const { host } = await door(t)
  const { db, Item } = await open(t, host)
  const all = ids(700, 60)
  await Item.createMany(all.map((id) => ({ id, name: 'near' })))
  let seen = 0
  for await (const item of Item.objects.filter({ id__in: all }).fetchSize(5)) {
    if (++seen === 3) db.connection.setDefaultConnection('far')
    if (item.name !== 'near') t.fail('a row of another cluster')
  }
  t.equal(seen, 60)
})

t.test('one cluster down: the other serves on; over HTTP the one is a 503, the other a 200', async (t) => {
  const proxy = await door(t)
  const { db, Item, Far } = make()
  const app = Fastify()
  await app.register(fastifyCqlalchemy, { db, hosts, localDataCenter, keyspace: near, env: false, connections: { far: { hosts: [proxy.host], localDataCenter, keyspace: far } } })
  t.teardown(async () => { await app.close() })
  app.get<{ Params: { id: number } }>('/near/:id', async (request) => await Item.create({ id: Number(request.params.id), name: 'served' }))
  app.get<{ Params: { id: number } }>('/far/:id', async (request) => await Far.create({ id: Number(request.params.id), name: 'served' }))
  const status = async (path: string): Promise<number> => (await app.inject(path)).statusCode
  t.same(await Promise.all([status('/near/800'), status('/far/800')]), [200, 200])
  t.equal(await db.health({ timeout: 30_000 }), true)

  await proxy.shut()
  const answers = await Promise.all(ids(801, 50).map(async (id) => [await status(`/near/${id}`), await status(`/far/${id}`)]))
  t.same(new Set(answers.map(([one]) => one)), new Set([200]))
  t.same(new Set(answers.map(([, two]) => two)), new Set([503]))
  await t.rejects(Far.all(), errors.NoHostAvailableError)
  t.equal(await db.health(), false)
  t.equal(db.status().connections['default']?.state, 'ready')

  await proxy.open()
  await until(async () => await status('/far/860') === 200 && await db.health())
  t.same(await stored(far, ids(800, 60)), { 800: 'served' }, 'what was refused was not written')
  t.equal(Object.keys(await stored(near, ids(800, 60))).length, 51)
})

t.test('a cluster that is down at start and up later', async (t) => {
  const start = async (t: Pick<Test, 'teardown'>, options: object) => {
    const proxy = await door(t)
    await proxy.shut()
    return { proxy, ...await open(t, proxy.host, options) }
  }

  t.test('neither lazy nor retrying: the start fails as a whole, with the error of the driver, and may be tried again', async (t) => {
    const proxy = await door(t)
    await proxy.shut()
    const { db, Item } = make()
    const options = { hosts, localDataCenter, keyspace: near, env: false, connections: { far: { hosts: [proxy.host], localDataCenter } } } as const
    await t.rejects(db.init(options), errors.NoHostAvailableError)
    await t.rejects(Item.all(), { name: 'ClosedError' }, 'nothing is half open')
    t.same(db.connection.names, [])
    await proxy.open()
    await db.init(options)
    t.same(db.connection.names, ['default', 'far'])
    await db.close()
  })

  t.test('lazy: nothing happens at start; the first use fails, and one after it came up succeeds', async (t) => {
    const { proxy, db, Item, Far } = await start(t, { lazyConnect: true })
    t.equal(db.status().connections['far']?.state, 'idle')
    await t.rejects(Far.create({ id: 901 }), errors.NoHostAvailableError)
    await Item.create({ id: 901, name: 'near' })
    await proxy.open()
    await Promise.all(ids(901, 20).map((id) => Far.create({ id, name: 'far' })))
    t.equal(db.status().connections['far']?.state, 'ready')
    t.same([await stored(near, [901]), await stored(far, [901])], [{ 901: 'near' }, { 901: 'far' }])
  })

  t.test('retrying: the start succeeds, the other cluster serves, and it connects by itself once it is up', async (t) => {
    const { proxy, db, Item, Far } = await start(t, { retryConnect: true })
    t.equal(db.status().connections['far']?.state, 'retrying')
    await Item.create({ id: 931, name: 'near' })
    await t.rejects(Far.create({ id: 931 }), errors.NoHostAvailableError)
    await proxy.open()
    await until(() => db.status().connections['far']?.state === 'ready')
    await Far.create({ id: 931, name: 'far' })
    t.same([await stored(near, [931]), await stored(far, [931])], [{ 931: 'near' }, { 931: 'far' }])
  })
  t.end()
})
