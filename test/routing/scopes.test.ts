// Scopes over real HTTP and a real server: where each row is, is asked of the server by a plain client.
import { createServer, request as httpRequest, Agent, type IncomingMessage } from 'node:http'
import { EventEmitter, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import express from 'express'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { expressScope } from '../../src/express/scope.js'
import fastifyCqlalchemy from '../../src/index.js'
import { connectedClient, hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'

const client = await connectedClient(t, { socketOptions: { readTimeout: 30_000 } })
const tenants = 50
const base = await uniqueKeyspace(t)
const keyspaces = Array.from({ length: tenants }, (_, i) => `${base}_${i}`)
t.teardown(async () => { for (const keyspace of keyspaces) await client.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`) })
for (const keyspace of keyspaces) {
  await client.execute(`CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1} AND durable_writes = false`)
  await client.execute(`CREATE TABLE ${keyspace}.entry (id int PRIMARY KEY, tenant text, how text)`)
}

function make () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Entry extends db.Model.define('entry', { id: c.Integer({ primaryKey: true }), tenant: c.Text({ required: true }), how: c.Text() }).as<Entry>() {}
  return { db, Entry }
}
type Entry = ReturnType<typeof make>['Entry']

/** What begins outside of every request, as the events of a pool do. */
const outside = new EventEmitter().setMaxListeners(0)
const ticks = setInterval(() => { outside.emit('tick') }, 1)
t.teardown(() => { clearInterval(ticks) })

interface Row { readonly id: number, readonly tenant: string }

/** Ways to get to a statement: each leaves the call stack of the handler, some leave it several times. */
const ways = (db: CQLAlchemy, Entry: Entry): Record<string, (row: Row & { how: string }) => Promise<unknown>> => ({
  plain: async (row) => await Entry.create(row),
  awaits: async (row) => {
    for (let i = 0; i < 5; i++) await delay(Math.random() * 3)
    await Entry.create(row)
  },
  timer: async (row) => {
    await new Promise((resolve, reject) => { setTimeout(() => { Entry.create(row).then(resolve, reject) }, Math.random() * 5) })
  },
  stream: async (row) => {
    const writer = new Transform({ objectMode: true, transform: (one: Row, _encoding, done) => { Entry.create(one).then(() => { done(null, one) }, done) } })
    await pipeline(Readable.from([row]), writer, async (written) => { for await (const one of written) await Entry.filter({ id: (one as Row).id }).update({ how: row.how }) })
  },
  emitter: async (row) => {
    const events = new EventEmitter()
    const written = new Promise((resolve, reject) => { events.once('write', () => { Entry.create(row).then(resolve, reject) }) })
    setImmediate(() => { events.emit('write') })
    await written
  },
  'after an event from outside': async (row) => {
    await once(outside, 'tick')
    await Entry.create(row)
  },
  batch: async (row) => {
    await db.batch(async (b) => {
      await delay(1)
      await Entry.batch(b).create(row)
    })
  },
  'read first': async (row) => {
    for await (const one of Entry.objects.limit(3)) if (one.tenant !== row.tenant) throw new Error(`a row of ${one.tenant} was found by ${row.tenant}`)
    await new Entry(row).save()
  },
  'two at once': async (row) => {
    const [, there] = await Promise.all([Entry.create(row), Entry.filter({ id: row.id }).count()])
    if (there > 1) throw new Error('more than one row')
  },
  'scope within': async (row) => {
    await db.scope({ connection: 'default' }, async () => {
      await delay(1)
      await Entry.create(row)
    })
  }
})

const agent = new Agent({ keepAlive: true, maxSockets: 100 })
t.teardown(() => { agent.destroy() })

/** A request whose body comes in two parts. */
async function post (url: string, tenant: number, body: object): Promise<{ status: number | undefined, text: string }> {
  const text = JSON.stringify(body)
  const sent = httpRequest(url, { method: 'POST', agent, headers: { 'x-tenant': String(tenant), 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } })
  sent.write(text.slice(0, 5))
  setImmediate(() => { sent.end(text.slice(5)) })
  const [response] = await once(sent, 'response') as [IncomingMessage]
  let answer = ''
  for await (const part of response) answer += String(part)
  return { status: response.statusCode, text: answer }
}

/** Sends `count` requests, request i of tenant i modulo `of`, a hundred at a time. Gives the answers that are not 200. */
async function send (url: string, count: number, of: number, names: readonly string[], firstId = 0): Promise<unknown[]> {
  const ids = Array.from({ length: count }, (_, i) => i)[Symbol.iterator]()
  const failures: unknown[] = []
  await Promise.all(Array.from({ length: 100 }, async () => {
    for (const i of ids) {
      const answer = await post(url, i % of, { id: firstId + i, how: names[Math.floor(i / of) % names.length] })
      if (answer.status !== 200) failures.push({ i, ...answer })
    }
  }))
  return failures
}

/** The ids in a tenant's keyspace, and the tenants that are named there. */
async function stored (tenant: number): Promise<{ ids: number[], tenants: string[] }> {
  const { rows } = await client.execute(`SELECT id, tenant FROM ${keyspaces[tenant]}.entry`)
  return { ids: rows.map((row) => row['id'] as number).sort((a, b) => a - b), tenants: [...new Set(rows.map((row) => row['tenant'] as string))] }
}

const keyspaceOf = (tenant: unknown): { keyspace: string } => {
  const keyspace = keyspaces[Number(tenant)]
  if (keyspace === undefined) throw Object.assign(new Error('no such tenant'), { statusCode: 401 })
  return { keyspace }
}

async function fastifyApp (db: CQLAlchemy, Entry: Entry): Promise<FastifyInstance> {
  const app = Fastify()
  // No keyspace: what lost its scope must be an error, never somebody's.
  await app.register(fastifyCqlalchemy, { db, hosts, localDataCenter, keyspace: null, env: false, scope: (request) => keyspaceOf(request.headers['x-tenant']) })
  const all = ways(db, Entry)
  app.post<{ Body: { id: number, how: string } }>('/', async (request) => {
    const { id, how } = request.body
    await all[how]?.({ id, how, tenant: String(request.headers['x-tenant']) })
    return { found: (await Entry.get({ id })).tenant }
  })
  return app
}

await t.test('2,000 interleaved requests of 50 tenants: each row in its tenant\'s keyspace, none elsewhere', async (t) => {
  const { db, Entry } = make()
  const app = await fastifyApp(db, Entry)
  t.teardown(async () => { await app.close() })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  t.same(await send(url, 2000, tenants, Object.keys(ways(db, Entry))), [])
  for (let tenant = 0; tenant < tenants; tenant++) {
    t.same(await stored(tenant), { ids: Array.from({ length: 40 }, (_, i) => tenant + i * tenants), tenants: [String(tenant)] })
  }
  await t.rejects(Entry.create({ id: 1, tenant: 'nobody' }), { name: 'UndefinedKeyspaceError' }, 'outside of requests no scope is left')
})

t.test('a request without its tenant reaches nothing: what the scope throws is the answer', async (t) => {
  const { db, Entry } = make()
  const app = await fastifyApp(db, Entry)
  t.teardown(async () => { await app.close() })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  t.match(await post(url, 77, { id: 5000, how: 'plain' }), { status: 401 })
  const found = await Promise.all(keyspaces.map((keyspace) => client.execute(`SELECT id FROM ${keyspace}.entry WHERE id = 5000`)))
  t.equal(found.reduce((sum, { rowLength }) => sum + rowLength, 0), 0)
})

t.test('Express: 300 interleaved requests of 5 tenants, the body read by a parser', async (t) => {
  const { db, Entry } = make()
  await db.init({ hosts, localDataCenter, keyspace: null, env: false })
  t.teardown(async () => { await db.close() })
  const all = ways(db, Entry)
  const app = express()
  app.use(expressScope(db, (req: IncomingMessage) => keyspaceOf(req.headers['x-tenant'])))
  app.use(express.json())
  app.post('/', async (req, res) => {
    const { id, how } = req.body as { id: number, how: string }
    await all[how]?.({ id, how, tenant: String(req.headers['x-tenant']) })
    res.json({ found: (await Entry.get({ id })).tenant })
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  t.same(await send(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 300, 5, Object.keys(all), 10_000), [])
  for (let tenant = 0; tenant < 5; tenant++) {
    const { ids, tenants } = await stored(tenant)
    t.same(ids.filter((id) => id >= 10_000), Array.from({ length: 60 }, (_, i) => 10_000 + tenant + i * 5))
    t.same(tenants, [String(tenant)])
  }
})

t.test('the scope reaches raw CQL, named tables, and what goes on after the answer was sent', async (t) => {
  const { db, Entry } = make()
  const app = Fastify()
  await app.register(fastifyCqlalchemy, { db, hosts, localDataCenter, keyspace: null, env: false, scope: (request) => keyspaceOf(request.headers['x-tenant']) })
  t.teardown(async () => { await app.close() })
  const late: Promise<unknown>[] = []
  app.addHook('onResponse', async (request) => { late.push(Entry.create({ id: 20_001, tenant: String(request.headers['x-tenant']) })) })
  app.post('/', async (request) => {
    const tenant = String(request.headers['x-tenant'])
    await Entry.create({ id: 20_000, tenant })
    late.push(delay(5).then(async () => await Entry.create({ id: 20_002, tenant })))
    return [
      (await db.cql<{ tenant: string }>`SELECT tenant FROM ${Entry} WHERE id = ${20_000}`)[0]?.tenant,
      (await db.table('entry').objects.get({ id: 20_000 }))['tenant'],
      Entry.objects.toCQL().decidedBy
    ]
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const answers = await Promise.all([6, 7, 8].map((tenant) => post(url, tenant, {})))
  t.same(answers.map(({ text }) => JSON.parse(text) as unknown), ['6', '7', '8'].map((tenant) => [tenant, tenant, { connection: 'default', keyspace: 'scope' }]))
  while (late.length < 6) await new Promise(setImmediate)
  await Promise.all(late)
  for (const tenant of [6, 7, 8]) {
    const { ids, tenants } = await stored(tenant)
    t.same([ids.filter((id) => id >= 20_000), tenants], [[20_000, 20_001, 20_002], [String(tenant)]])
  }
})

t.test("a page token of one tenant is worthless to another, as is another connection's", async (t) => {
  const { db, Entry } = make()
  await db.init({ hosts, localDataCenter, keyspace: null, env: false, connections: { other: { hosts, localDataCenter } } })
  t.teardown(async () => { await db.close() })
  const scope = keyspaceOf(1)
  const first = await db.scope(scope, async () => await Entry.objects.page({ size: 10 }))
  const token = first.nextToken
  t.equal(first.rows.length, 10)
  const next = async (route: object): Promise<number> => await db.scope(route, async () => (await Entry.objects.page({ size: 10, token })).rows.length)
  t.equal(await next(scope), 10)
  await t.rejects(next(keyspaceOf(2)), { name: 'PageTokenError' })
  await t.rejects(next({ ...scope, connection: 'other' }), { name: 'PageTokenError' })
})
