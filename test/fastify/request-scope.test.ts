import { request as httpRequest } from 'node:http'
import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter, once } from 'node:events'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'
import type { Test } from 'tap'
import type { PluginOptions } from '../../src/fastify/options.js'
import { register } from '../../src/fastify/register.js'
import { FakeDb } from './fake-db.js'

const plugin = fp(async (app: FastifyInstance, options: PluginOptions<FakeDb> & { db: FakeDb }) => { await register(app, options.db, options) })
const tenantOf = (request: FastifyRequest): { keyspace: string } => ({ keyspace: `tenant_${String(request.headers['x-tenant'])}` })

async function appWith (t: Test, scope: NonNullable<PluginOptions<FakeDb>['scope']>, options = {}): Promise<{ app: FastifyInstance, db: FakeDb }> {
  const app = Fastify(options)
  t.teardown(() => app.close())
  const db = new FakeDb()
  await app.register(plugin, { db, scope })
  return { app, db }
}

/** A real request over a socket, on a connection of its own, its body in two parts. */
async function post (url: string, tenant: string, body: string, lost = ''): Promise<{ status: number, text: string }> {
  const sent = httpRequest(url, { method: 'POST', agent: false, headers: { 'x-tenant': tenant, 'x-lost': lost, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } })
  sent.write(body.slice(0, 5))
  setImmediate(() => { sent.end(body.slice(5)) })
  const [response] = await once(sent, 'response')
  let text = ''
  for await (const part of response) text += part
  return { status: response.statusCode, text }
}

/** Goes on in an event that begins outside of every request, as old drivers and pools do. */
const outside = new EventEmitter()
const ticks = setInterval(() => { outside.emit('tick') }, 1)
t.teardown(() => { clearInterval(ticks) })

const stages = ['onRequest', 'preParsing', 'preValidation', 'preHandler', 'handler', 'preSerialization', 'onError', 'onSend', 'onResponse', 'notFound', 'onTimeout', 'onRequestAbort'] as const
type Stage = typeof stages[number]

/** An app that notes at each stage whether it was in its request's scope, and where `x-lost` loses the context of all that follows. */
async function notingApp (t: Test): Promise<{ url: string, app: FastifyInstance, db: FakeDb, seen: Map<Stage, boolean[]> }> {
  const { app, db } = await appWith(t, tenantOf)
  const seen = new Map<Stage, boolean[]>()
  const note = (request: FastifyRequest, stage: Stage): void => {
    let here: string | undefined
    try { here = db.where()?.keyspace } catch {}
    seen.set(stage, [...seen.get(stage) ?? [], here === tenantOf(request).keyspace])
  }
  const at = (stage: Stage) => (request: FastifyRequest, done: () => void): void => {
    note(request, stage)
    if (request.headers['x-lost'] === stage) outside.once('tick', () => { done() })
    else done()
  }
  app.addHook('onRequest', (request, _reply, done) => { at('onRequest')(request, done) })
  app.addHook('preParsing', (request, _reply, payload, done) => { at('preParsing')(request, () => { done(null, payload) }) })
  app.addHook('preValidation', (request, _reply, done) => { at('preValidation')(request, done) })
  app.addHook('preHandler', (request, _reply, done) => { at('preHandler')(request, done) })
  app.addHook('preSerialization', (request, _reply, payload, done) => { at('preSerialization')(request, () => { done(null, payload) }) })
  app.addHook('onError', (request, _reply, _error, done) => { at('onError')(request, done) })
  app.addHook('onSend', (request, _reply, payload, done) => { at('onSend')(request, () => { done(null, payload) }) })
  app.addHook('onResponse', (request, _reply, done) => { at('onResponse')(request, done) })
  app.addHook('onTimeout', (request, _reply, done) => { at('onTimeout')(request, done) })
  app.addHook('onRequestAbort', (request, done) => { at('onRequestAbort')(request, done) })
  app.post('/', async (request) => {
    await new Promise(setImmediate)
    note(request, 'handler')
    return { where: db.where() }
  })
  app.post('/outside', (request, reply) => { outside.once('tick', () => { reply.send({}) }) })
  app.post('/fails', (request, reply) => { outside.once('tick', () => { reply.send(new Error('no')) }) })
  // Of this connection alone: on a busy machine any other may be idle for as long.
  app.post('/silent', (request) => { request.raw.socket.setTimeout(300) })
  app.setNotFoundHandler(async (request) => { note(request, 'notFound'); return {} })
  return { url: await app.listen({ host: '127.0.30.1', port: 0 }), app, db, seen }
}

t.test('all hooks and the handler, with a body that comes over a socket, many requests at once', async (t) => {
  const { url, app, seen } = await notingApp(t)
  const answers = await Promise.all(['a', 'b', 'c', 'd'].map((tenant) => post(url, tenant, '{"a":"12345"}')))
  t.strictSame(answers.map(({ text }) => JSON.parse(text).where), ['a', 'b', 'c', 'd'].map((tenant) => ({ keyspace: `tenant_${tenant}` })))
  t.equal((await post(`${url}/fails`, 'e', '{"a":1}')).status, 500)
  t.equal((await post(`${url}/outside`, 'e', '{"a":1}')).status, 200)
  t.equal((await post(url, 'f', '{"broken json')).status, 400)
  t.equal((await post(`${url}/nowhere`, 'g', '{"a":1}')).status, 200)
  await t.rejects(post(`${url}/silent`, 'h', '{"a":1}'), { code: 'ECONNRESET' })
  const aborted = httpRequest(`${url}/silent`, { method: 'POST', agent: false, headers: { 'x-tenant': 'i' } }).on('error', () => {})
  aborted.end()
  await once(app.server, 'request')
  aborted.destroy()
  while (!seen.has('onRequestAbort')) await new Promise(setImmediate)
  await app.close()
  for (const stage of stages) t.strictSame(new Set(seen.get(stage)), new Set([true]), stage)
})

t.test('a context that is lost at one stage is there again at the next', async (t) => {
  const { url, app, seen } = await notingApp(t)
  for (const lost of ['onRequest', 'preParsing', 'preValidation'] as const) {
    t.equal((await post(url, 'a', '{"a":1}', lost)).status, 200, lost)
    t.equal((await post(url, 'b', '{"broken json', lost)).status, 400)
    t.equal((await post(`${url}/nowhere`, 'c', '{}', lost)).status, 200)
  }
  t.equal((await post(`${url}/fails`, 'd', '{"a":1}', 'onError')).status, 500)
  t.equal((await post(`${url}/outside`, 'e', '{"a":1}', 'onSend')).status, 200)
  await app.close()
  for (const [stage, notes] of seen) t.strictSame(new Set(notes), new Set([true]), stage)
})

t.test('evaluated whenever a statement needs a default', async (t) => {
  let calls = 0
  const { app, db } = await appWith(t, (request) => {
    calls++
    return (request as { user?: { keyspace: string } }).user
  })
  app.addHook('preHandler', async (request) => { (request as { user?: object }).user = { keyspace: 'later' } })
  app.get('/', async () => db.where() ?? 'none')
  app.get('/idle', async () => 'x')
  app.addHook('onRequest', async () => { t.equal(db.where(), undefined, 'nothing returned: no scope') })
  t.strictSame((await app.inject('/')).json(), { keyspace: 'later' })
  const before = calls
  await app.inject('/idle')
  t.equal(calls, before + 1, 'only the hook above asked')
})

t.test('what it throws reaches the caller, as it is', async (t) => {
  const { app, db } = await appWith(t, () => { throw Object.assign(new Error('no tenant'), { statusCode: 401 }) })
  app.get('/', async () => db.where())
  app.get('/none', async () => 'fine')
  const answer = await app.inject('/')
  t.strictSame([answer.statusCode, answer.json().message], [401, 'no tenant'])
  t.equal((await app.inject('/none')).body, 'fine')
})

t.test('a promise is refused, never taken for no scope', async (t) => {
  const { app, db } = await appWith(t, (async () => { throw new Error('late') }) as never)
  app.get('/', async () => db.where() ?? 'none')
  t.equal((await app.inject('/')).statusCode, 500)
})

t.test('other stores of the request are left alone', async (t) => {
  const { app, db } = await appWith(t, tenantOf)
  const mine = new AsyncLocalStorage<string>()
  app.addHook('preParsing', (_request, _reply, payload, done) => { mine.run('mine', () => { done(null, payload) }) })
  app.addHook('preValidation', (_request, _reply, done) => { mine.run('still mine', done) })
  app.post('/', async () => [mine.getStore(), db.where()?.keyspace])
  const url = await app.listen({ host: '127.0.30.1', port: 0 })
  t.equal((await post(url, 'a', '{"a":1}')).text, '["still mine","tenant_a"]')
})

t.test('several instances, each with its own', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  const [a, b] = [new FakeDb(), new FakeDb()]
  await app.register(plugin, { db: a, scope: () => ({ keyspace: 'a' }) })
  await app.register(plugin, { db: b, name: 'b', scope: () => ({ connection: 'b' }) })
  app.get('/', async () => [a.where(), b.where()])
  t.strictSame((await app.inject('/')).json(), [{ keyspace: 'a' }, { connection: 'b' }])
  t.strictSame([a.where(), b.where()], [undefined, undefined], 'and nothing outside')
})
