import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyReply, InjectOptions } from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'
import type { Test } from 'tap'
import { errors, types } from '../../src/cqlengine/driver.js'
import { LWTError, QueryError, ValidationError } from '../../src/cqlengine/errors.js'
import type { PluginOptions } from '../../src/fastify/options.js'
import { register } from '../../src/fastify/register.js'
import { FakeDb } from './fake-db.js'

const plugin = fp(async (app: FastifyInstance, options: Partial<PluginOptions<FakeDb>>) => { await register(app, new FakeDb(), options) })

/** Must never reach a client. */
const secret = /10\.0\.0\.1|SELECT|\bat \w/
const refused = (): Error => new errors.NoHostAvailableError({ '10.0.0.1:9042': Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:9042'), { code: 'ECONNREFUSED', syscall: 'connect' }) } as never)
const timedOut = (): Error => new errors.OperationTimedOutError('The host 10.0.0.1:9042 did not reply before timeout 12000 ms', '10.0.0.1:9042')
const syntax = (): Error => new errors.ResponseError(types.responseErrorCodes.syntaxError, 'line 1:0 no viable alternative at SELECT')
const unavailable = { statusCode: 503, code: 'CQL_UNAVAILABLE', error: 'Service Unavailable', message: 'The database is not available' }

type Prepare = (app: FastifyInstance) => unknown

interface Asked {
  inject?: InjectOptions | string
  options?: Partial<PluginOptions<FakeDb>>
  boom?: () => unknown
  log?: { level: string, stream: { write (line: string): void } }
}

async function answer (t: Test, prepare: Prepare, { inject = '/', options = {}, boom = refused, log }: Asked = {}) {
  const app = Fastify({ ...log !== undefined && { logger: log } })
  t.teardown(() => app.close())
  await app.register(plugin, options)
  await prepare(app)
  await app.after()
  if (!app.hasRoute({ method: 'GET', url: '/' })) app.get('/', async () => { throw boom() })
  return await app.inject(inject)
}

t.test('a body that Fastify makes from an error of the driver is replaced', async (t) => {
  const reply = await answer(t, () => {})
  t.equal(reply.statusCode, 503)
  t.strictSame(reply.json(), unavailable)
  t.match(reply.headers, { 'content-type': 'application/json; charset=utf-8', 'retry-after': /^\d+$/, 'content-length': String(reply.rawPayload.length) })
  const late = await answer(t, () => {}, { boom: timedOut })
  t.match(late.json(), { statusCode: 504, code: 'CQL_TIMEOUT', error: 'Gateway Timeout' })
  t.equal(late.headers['retry-after'], undefined)
  const broken = await answer(t, () => {}, { boom: syntax })
  t.match(broken.json(), { statusCode: 500, code: 'CQL_DRIVER', error: 'Internal Server Error' })
  for (const one of [reply, late, broken]) t.notMatch(one.body + JSON.stringify(one.headers), secret)
})

t.test('the log line of an error of the driver has the status that the client gets', async (t) => {
  const ways: Readonly<Record<string, Prepare>> = {
    'a handler': () => {},
    'a hook': (app) => app.addHook('preHandler', (_request, _reply, done) => { done(refused()) }),
    'reply.send': (app) => app.get('/', (_request, reply) => { reply.send(refused()) }),
    'a status that was set before': (app) => app.get('/', async (_request, reply) => { reply.code(418); throw refused() })
  }
  for (const [what, prepare] of Object.entries(ways)) {
    const lines: Record<string, unknown>[] = []
    const log = { level: 'info', stream: { write: (line: string) => { lines.push(JSON.parse(line) as Record<string, unknown>) } } }
    const { statusCode } = await answer(t, prepare, { log })
    t.equal(statusCode, 503, what)
    t.match(lines.filter(({ err }) => err !== undefined), [{ level: 50, res: { statusCode }, err: { type: 'NoHostAvailableError' } }], what)
    t.match(lines.at(-1), { msg: 'request completed', res: { statusCode } }, what)
  }
})

t.test('of the error itself nothing else is changed, and nothing that anybody sees', async (t) => {
  const error = timedOut()
  const before = [Object.keys(error), JSON.stringify(error), String(error)]
  await answer(t, (app) => app.setErrorHandler(async (given: Error) => { t.equal(given, error) }), { boom: () => error })
  t.strictSame([Object.keys(error), JSON.stringify(error), String(error)], before)
  const frozen = Object.freeze(timedOut())
  t.equal((await answer(t, () => {}, { boom: () => frozen })).statusCode, 504)
  const own = Object.assign(timedOut(), { statusCode: 599 })
  await answer(t, () => {}, { boom: () => own })
  t.equal(own.statusCode, 599)
})

t.test('wherever it comes from', async (t) => {
  const cases: Readonly<Record<string, Prepare>> = {
    onRequest: (app) => app.addHook('onRequest', async () => { throw refused() }),
    preHandler: (app) => app.addHook('preHandler', (_request, _reply, done) => { done(refused()) }),
    preSerialization: (app) => app.addHook('preSerialization', async () => { throw refused() }).get('/', async () => ({})),
    'onSend, once': (app) => app.addHook('onSend', async (_request, reply) => { if (reply.statusCode === 200) throw refused() }).get('/', async () => ({})),
    'onSend, again and again': (app) => app.addHook('onSend', async () => { throw refused() }).get('/', async () => ({})),
    'onSend after a handler that failed otherwise': (app) => app.addHook('onSend', async () => { throw refused() }).get('/', async () => { throw new Error('else') }),
    'reply.send': (app) => app.get('/', (_request, reply) => { reply.send(refused()) }),
    'a stream': (app) => app.get('/', (_request, reply) => { reply.send(new Readable({ read () { this.destroy(refused()) } })) }),
    'with a status and a type set before': (app) => app.get('/', async (_request, reply) => { reply.code(418).type('text/html'); throw refused() }),
    'with a serializer of the route': (app) => app.get('/', async (_request, reply) => { reply.serializer(() => 'no'); throw refused() }),
    'a child context': (app) => { app.register(async (child) => { child.get('/', async () => { throw refused() }) }) },
    'the handler of 404': (app) => app.setNotFoundHandler(async () => { throw refused() }).addHook('onRequest', async (request) => { if (request.url === '/') throw refused() }),
    'a handler of errors that sends it on': (app) => app.setErrorHandler((error, _request, reply) => { reply.send(error) }),
    'one that returns it': (app) => app.setErrorHandler(async (error) => error),
    'one that throws it': (app) => app.setErrorHandler((error) => { throw error }),
    'one that fails by another': (app) => app.setErrorHandler(async () => { throw refused() }).get('/', async () => { throw new Error('harmless') }),
    'one that sets a status': (app) => app.setErrorHandler((error, _request, reply) => { reply.code(418).send(error) }),
    'two that send it on': (app) => app.setErrorHandler((error, _request, reply) => { reply.send(error) }).register(async (child) => {
      child.setErrorHandler((error, _request, reply) => { reply.send(error) })
      child.get('/', async () => { throw refused() })
    })
  }
  for (const [what, prepare] of Object.entries(cases)) {
    const reply = await answer(t, prepare)
    t.strictSame([reply.statusCode, reply.json()], [503, unavailable], what)
    t.equal(reply.headers['content-length'], String(reply.rawPayload.length), what)
    t.notMatch(reply.body + JSON.stringify(reply.headers), secret, what)
  }
})

t.test('what a handler composes is left alone, even of the same words', async (t) => {
  const compositions: Readonly<Record<string, (error: Error, reply: FastifyReply) => unknown>> = {
    object: (error, reply) => reply.code(500).send({ mine: error.message }),
    'Fastify’s own form': (error, reply) => reply.code(500).send({ statusCode: 500, error: 'Internal Server Error', message: error.message }),
    text: (error, reply) => reply.code(500).send(error.message),
    stream: (error, reply) => reply.code(500).send(Readable.from([error.message])),
    'returned value': (error, reply) => {
      reply.code(500)
      return { mine: error.message }
    },
    nothing: (_error, reply) => reply.code(500).send()
  }
  for (const [what, compose] of Object.entries(compositions)) {
    const reply = await answer(t, (app) => app.setErrorHandler(async (error: Error, _request, reply) => {
      t.ok(error instanceof errors.NoHostAvailableError, 'the handler gets the driver’s error')
      return compose(error, reply)
    }))
    t.equal(reply.statusCode, 500, what)
    if (what !== 'nothing') t.match(reply.body, /10\.0\.0\.1/, what)
    else t.equal(reply.body, '')
  }
  const own = await answer(t, (app) => app.setErrorHandler(async () => { throw Object.assign(new Error('mine'), { statusCode: 418 }) }))
  t.match(own.json(), { statusCode: 418, message: 'mine' })
})

t.test('other errors are left alone', async (t) => {
  for (const [error, status] of [[new Error('plain'), 500], [new ValidationError('User', [{ column: 'name', rule: 'max', message: 'is too long' }]), 400], [new LWTError('not applied', []), 409], [new QueryError('no'), 500]] as const) {
    const reply = await answer(t, () => {}, { boom: () => error })
    t.match(reply.json(), { statusCode: status, message: error.message })
  }
  const thrown = await answer(t, () => {}, { boom: () => 'a text' })
  t.equal(thrown.statusCode, 500)
})

t.test('httpErrors: false, for each context', async (t) => {
  t.match((await answer(t, () => {}, { options: { httpErrors: false } })).json(), { statusCode: 500, message: /10\.0\.0\.1/ })
  const within = (outer: boolean, inner: boolean | undefined) => answer(t, (app) => app.register(async (child) => {
    await child.register(plugin, { httpErrors: inner })
    child.get('/', async () => { throw refused() })
  }), { options: { httpErrors: outer } })
  t.strictSame((await within(false, true)).json(), unavailable)
  t.match((await within(true, false)).json(), { statusCode: 500 })
  t.strictSame((await within(true, undefined)).json(), unavailable)
  t.match((await within(false, undefined)).json(), { statusCode: 500 })
  const two = await answer(t, (app) => app.register(plugin, { name: 'other' }))
  t.strictSame(two.json(), unavailable, 'several instances on one app')
})

t.test('HEAD', async (t) => {
  const reply = await answer(t, (app) => app.head('/head', async () => { throw refused() }), { inject: { method: 'HEAD', url: '/head' } })
  t.strictSame([reply.statusCode, reply.body], [503, ''])
  const exposed = await answer(t, () => {}, { inject: { method: 'HEAD', url: '/' } })
  t.strictSame([exposed.statusCode, exposed.body], [503, ''])
})

t.test('response schemas', async (t) => {
  const withSchema = (response: object): Promise<{ statusCode: number, body: string }> => answer(t, (app) => app.get('/', { schema: { response } }, async () => { throw refused() }))
  const message = { type: 'object', properties: { message: { type: 'string' } } }
  const only = { message: unavailable.message }
  for (const response of [{ '5xx': message }, { 503: message }, { default: message }, { 503: { content: { 'application/json': { schema: message } } } }, { '5xx': { content: { '*/*': { schema: message } } } }]) {
    const { statusCode, body } = await withSchema(response)
    t.strictSame([statusCode, JSON.parse(body)], [503, only], JSON.stringify(response))
  }
  const demanding = await withSchema({ '5xx': { type: 'object', required: ['ticket'], properties: { ticket: { type: 'string' }, message: { type: 'string' } } } })
  t.strictSame(JSON.parse(demanding.body), unavailable, 'a schema that no error fits')
  const other = await withSchema({ 500: message, 503: { content: { 'text/html': { schema: message } } } })
  t.strictSame(JSON.parse(other.body), unavailable)
  const inner = await withSchema({ '5xx': { type: 'object', additionalProperties: true, properties: { innerErrors: { type: 'object', additionalProperties: true } } } })
  t.notMatch(inner.body, secret)
})

t.test('a hook before ours that compresses', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  let compressed: Readable | undefined
  app.addHook('onSend', async (_request, reply, payload) => {
    reply.header('content-encoding', 'gzip').removeHeader('content-length')
    compressed = Readable.from([gzipSync(payload as string)])
    return compressed
  })
  await app.register(plugin, {})
  app.get('/', async () => { throw refused() })
  const reply = await app.inject('/')
  t.strictSame([reply.json(), reply.headers['content-encoding']], [unavailable, undefined])
  t.equal(compressed?.destroyed, true, 'nobody reads the old body')
})

t.test('hooks after ours see the new body, and headers of others stay', async (t) => {
  const seen: unknown[] = []
  const reply = await answer(t, (app) => app
    .addHook('onSend', async (_request, reply, payload) => { seen.push(reply.statusCode, JSON.parse(payload as string)); reply.header('x-mine', '1') })
    .addHook('onRequest', async (_request, reply) => { reply.header('access-control-allow-origin', '*') }))
  t.strictSame(seen, [503, unavailable])
  t.match(reply.headers, { 'x-mine': '1', 'access-control-allow-origin': '*' })
})
