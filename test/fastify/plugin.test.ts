import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import plugin, { Client, ClosedError, ConfigError, CQLAlchemy, errors, fastifyCqlalchemy, NoConfigError } from '../../src/index.js'
import type { FastifyCqlalchemyOptions } from '../../src/index.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'

const options = Object.freeze({ env: false, hosts: Object.freeze([...hosts]), keyspace: 'any' } satisfies FastifyCqlalchemyOptions)

function newApp (t: Test, settings = {}): FastifyInstance {
  const app = Fastify(settings)
  t.teardown(() => app.close())
  return app
}

const register = async (app: FastifyInstance, more: FastifyCqlalchemyOptions = {}): Promise<void> => { await app.register(plugin, Object.freeze({ ...options, ...more })) }
const answers = async (db: CQLAlchemy): Promise<boolean> => (await db.execute('SELECT key FROM system.local')).rowLength === 1

/** A server that accepts and says nothing. */
async function silentHost (t: Test): Promise<string> {
  const sockets = new Set<{ destroy (): void }>()
  const server = createServer((socket) => { sockets.add(socket); socket.on('error', () => {}) })
  server.listen(0, '127.0.30.2')
  await once(server, 'listening')
  t.teardown(() => { for (const socket of sockets) socket.destroy(); server.close() })
  return `127.0.30.2:${(server.address() as AddressInfo).port}`
}

t.test('registers, serves and closes; a db may be made before', async (t) => {
  t.equal(plugin, fastifyCqlalchemy)
  const app = newApp(t)
  const db = new CQLAlchemy()
  await register(app, { db })
  t.equal(app.db, db)
  t.ok(app.hasPlugin('fastify-cqlalchemy'))
  t.equal(db.keyspace, 'any', 'which need not exist (FCA-07)')
  t.ok(await answers(app.db))
  t.ok(await app.db.health({ timeout: 30_000 }))
  await app.close()
  await t.rejects(answers(db), ClosedError)
  await db.close()
  const again = newApp(t)
  await register(again, { db })
  t.ok(await answers(db), 'registered again after close')
})

t.test('a db of the plugin’s own making; the data center given', async (t) => {
  const app = newApp(t)
  await register(app, { localDataCenter })
  t.ok(app.db instanceof CQLAlchemy)
  t.ok(await answers(app.db))
})

t.test('two apps in one process, with the same options', async (t) => {
  const [first, second] = [newApp(t), newApp(t)]
  await Promise.all([register(first), register(second)])
  t.not(first.db, second.db)
  await first.close()
  t.ok(await answers(second.db))
})

t.test('one db for two apps at once is an error, and does no harm to the first', async (t) => {
  const db = new CQLAlchemy()
  const [first, second] = [newApp(t), newApp(t)]
  first.register(plugin, { ...options, db })
  second.register(plugin, { ...options, db })
  const outcomes = await Promise.allSettled([first, second].map(async (app) => { await app.ready() }))
  t.strictSame(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  t.match(outcomes.find(({ status }) => status === 'rejected'), { reason: { name: 'ConfigError', message: /already/ } })
  t.ok(await answers(db))
})

t.test('named instances in both orders, each on its own', async (t) => {
  const app = newApp(t)
  await register(app, { name: 'early', keyspace: 'e' })
  await register(app)
  await register(app, { name: 'late', keyspace: 'l' })
  const all = app.db as unknown as Record<'early' | 'late', CQLAlchemy> & CQLAlchemy
  t.strictSame([all.keyspace, all.early.keyspace, all.late.keyspace], ['any', 'e', 'l'])
  for (const one of [all, all.early, all.late]) t.ok(await answers(one))
  await app.close()
  t.equal(all.early, undefined, 'the names leave with the app')
  await t.rejects(answers(all), ClosedError)
})

t.test('names of members are refused', async (t) => {
  for (const name of ['Model', 'columns', 'execute', 'client', 'connection', 'syncDb', 'getter', 'setter']) {
    await t.rejects(register(newApp(t), { name }), { name: 'ConfigError', message: /is a member of every db/ }, name)
  }
})

t.test('a child context with its own instance, or with one more', async (t) => {
  const app = newApp(t)
  await register(app)
  await app.register(async (child) => {
    await register(child, { keyspace: 'child' })
    t.equal(child.db.keyspace, 'child')
    t.ok(await answers(child.db))
  })
  await app.register(async (child) => {
    await register(child, { name: 'extra' })
    t.ok(await answers((child.db as unknown as { extra: CQLAlchemy }).extra))
    t.ok(await answers(child.db), 'the parent’s works from here')
    t.equal(child.db.Model, app.db.Model)
    t.equal(child.db.keyspace, 'any')
  })
  t.equal(app.db.keyspace, 'any')
  t.notOk('extra' in app.db)
})

t.test('scope: each request has its own keyspace', async (t) => {
  const keyspaces = [await uniqueKeyspace(t), await uniqueKeyspace(t)]
  const db = new CQLAlchemy()
  class Note extends db.Model.define('note', { id: db.columns.Integer({ primaryKey: true }), text: db.columns.Text() }) {}
  const app = newApp(t)
  await register(app, { db, keyspace: null, scope: (request) => ({ keyspace: String(request.headers['x-keyspace']) }) })
  await db.syncDb({ keyspaces })
  app.post('/', async (request) => {
    await Note.create({ id: 1, text: request.body as string })
    return (await Note.all()).map(({ text }) => text)
  })
  const write = (keyspace: string) => app.inject({ method: 'POST', url: '/', payload: keyspace, headers: { 'x-keyspace': keyspace, 'content-type': 'text/plain' } })
  const replies = await Promise.all(keyspaces.map(write))
  t.strictSame(replies.map((reply) => reply.json()), keyspaces.map((keyspace) => [keyspace]))
  t.equal((await write('no such')).statusCode, 500)
})

t.test('unreachable: at once, with the driver’s own error', async (t) => {
  const app = newApp(t)
  const db = new CQLAlchemy()
  await t.rejects(register(app, { db, hosts: ['127.0.30.3:1'] }), errors.NoHostAvailableError)
  t.equal(db.isOpen, false)
  const again = newApp(t)
  await register(again, { db })
  t.ok(await answers(db), 'registered again after a failed start')
})

t.test('a silent host: within connectTimeout, as the driver’s own time-out', async (t) => {
  // What it is without the option, register.test.ts says; here a busy machine shall not matter.
  await t.rejects(register(newApp(t), { hosts: [await silentHost(t)], connectTimeout: 300 }), { name: 'OperationTimedOutError', message: /300 ms/ })
  await t.rejects(register(newApp(t), { hosts: [await silentHost(t)], connectTimeout: 300 }), errors.OperationTimedOutError)
})

t.test('retryConnect and lazyConnect survive an unreachable cluster', async (t) => {
  for (const more of [{ retryConnect: true }, { lazyConnect: true }]) {
    const app = newApp(t)
    await register(app, { ...more, hosts: ['127.0.30.3:1'] })
    t.equal(await app.db.health({ timeout: 500 }), false)
    app.get('/', async () => { await app.db.execute('SELECT key FROM system.local', [], { timeout: 300 }) })
    const reply = await app.inject('/')
    t.match(reply.json(), { statusCode: /^50[34]$/, message: /^The database/ }, JSON.stringify(more))
    t.notMatch(reply.body, /127\.0/)
  }
  const silent = newApp(t)
  await register(silent, { hosts: [await silentHost(t)], retryConnect: true, connectTimeout: 300 })
  t.match(silent.db.status(), { connections: { default: { state: /connecting|retrying/ } } })
})

t.test('mistakes in the options', async (t) => {
  await t.rejects(register(newApp(t), { hosts: [] }), NoConfigError)
  await t.rejects(register(newApp(t), { keyspace: undefined }), NoConfigError)
  await t.rejects(register(newApp(t), { nonsense: 'cAnArY' } as object), { name: 'ConfigError', message: /^unknown option nonsense(?!.*cAnArY)/ })
  await t.rejects(register(newApp(t), { db: {} as CQLAlchemy }), ConfigError)
  const all = /^option name must be [^;]+; option httpErrors must be [^;]+; unknown option hostz \(did you mean hosts\?\); known are .*hosts.*db, name, decorator, scope, httpErrors; .*option slowQuery/
  await t.rejects(register(newApp(t), { name: '5', httpErrors: 'cAnArY', hostz: 'cAnArY', slowQuery: 'cAnArY' } as object), { name: 'ConfigError', message: all }, 'all at once, those of db.init() too')
  await t.rejects(register(newApp(t), { scop: () => ({}) } as object), { name: 'ConfigError', message: /unknown option scop \(did you mean scope\?\); known are/ })
})

t.test('a client of the user’s stays open', async (t) => {
  const client = new Client({ contactPoints: [...hosts], localDataCenter })
  t.teardown(() => client.shutdown())
  const app = newApp(t)
  await app.register(plugin, { env: false, client, keyspace: 'any' })
  t.equal(app.db.client, client)
  t.ok(await answers(app.db))
  await app.close()
  t.equal((await client.execute('SELECT key FROM system.local')).rowLength, 1)
  t.strictSame(client.listenerCount('log'), 0)
})

t.test('the keyspace of a client is db.keyspace, unless one stands beside it', async (t) => {
  const [own, beside] = [await uniqueKeyspace(t), await uniqueKeyspace(t)]
  const client = new Client({ contactPoints: [...hosts], localDataCenter, keyspace: own })
  t.teardown(() => client.shutdown())
  for (const keyspace of [undefined, beside]) {
    const app = newApp(t)
    await app.register(plugin, { env: false, client, keyspace })
    class Note extends app.db.Model.define('note', { id: app.db.columns.Integer({ primaryKey: true }) }) {}
    const report = await app.db.syncDb()
    t.strictSame(report.statements.map((statement) => statement.keyspace), [keyspace ?? own])
    await Note.create({ id: 1 })
    app.db.setKeyspace(beside)
    t.equal(app.db.keyspace, beside)
    await app.close()
  }
})

t.test('slow queries are logged, without parameters', async (t) => {
  const lines: string[] = []
  const app = newApp(t, { logger: { level: 'warn', stream: { write (line: string) { lines.push(line) } } } })
  await register(app, { slowQuery: 0 })
  await app.db.execute('SELECT key FROM system.local WHERE key = ?', ['cAnArY'])
  const line = lines.map((text) => JSON.parse(text)).find(({ cql }) => /WHERE/.test(cql))
  t.match(line, { level: 40, msg: 'slow query', cassandra: 'default', connection: 'default', ms: Number })
  t.notMatch(lines.join(), 'cAnArY')
})

t.test('states of connections are logged', async (t) => {
  const lines: string[] = []
  const app = newApp(t, { logger: { level: 'info', stream: { write (line: string) { lines.push(line) } } } })
  await register(app, { connections: { other: { hosts: ['127.0.30.3:1'], retryConnect: true } } })
  await app.close()
  const states = lines.map((line) => JSON.parse(line)).filter(({ state }) => state !== undefined)
  const of = (connection: string): unknown[] => states.filter((line) => line.connection === connection).map(({ level, state }) => [level, state])
  t.strictSame(of('default'), [[30, 'connecting'], [30, 'ready'], [30, 'closed']])
  t.strictSame(of('other'), [[30, 'connecting'], [50, 'retrying'], [30, 'closed']])
  t.match(states.find(({ state }) => state === 'retrying'), { err: { message: /ECONNREFUSED/ } })
})

t.test('statements after close, and before a name is known', async (t) => {
  const app = newApp(t)
  await register(app, { keyspace: null })
  class User extends app.db.Model.define('user', { id: app.db.columns.Integer({ primaryKey: true }) }) {}
  await t.rejects(User.all(), { name: 'UndefinedKeyspaceError' })
  await app.close()
  await t.rejects(User.all(), ClosedError)
})
