import { createServer, get, request as httpRequest } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import t from 'tap'
import type { Test } from 'tap'
import { errors } from '../../src/cqlengine/driver.js'
import { DoesNotExist } from '../../src/cqlengine/errors.js'
import { expressErrors } from '../../src/express/errors.js'
import { expressScope } from '../../src/express/scope.js'
import { expressShutdown } from '../../src/express/shutdown.js'
import { FakeDb } from '../fastify/fake-db.js'

async function listen (t: Test, app: Parameters<typeof createServer>[1]): Promise<{ server: Server, url: string }> {
  const server = createServer(app as () => void)
  server.listen(0, '127.0.30.1')
  await once(server, 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  return { server, url: `http://127.0.30.1:${(server.address() as AddressInfo).port}` }
}

async function send (url: string, { method = 'GET', headers = {}, body }: { method?: string, headers?: Record<string, string>, body?: string } = {}): Promise<{ status: number | undefined, text: string, headers: IncomingMessage['headers'] }> {
  const sent = httpRequest(url, { method, agent: false, headers })
  if (body !== undefined) sent.write(body.slice(0, 3))
  setImmediate(() => { sent.end(body?.slice(3)) })
  const [response] = await once(sent, 'response') as [IncomingMessage]
  let text = ''
  for await (const part of response) text += String(part)
  return { status: response.statusCode, text, headers: response.headers }
}

t.test('expressScope: everywhere in the request, and nowhere else', async (t) => {
  const db = new FakeDb()
  const app = express()
  const seen: unknown[] = []
  app.use(expressScope(db, (req: IncomingMessage) => ({ keyspace: String(req.headers['x-tenant']) })))
  app.use((req, res, next) => {
    res.on('finish', () => { seen.push(db.where()) })
    // A body that is read by hand goes on in an event of the socket.
    if (req.path === '/events') req.on('data', () => {}).on('end', () => { next() })
    else next()
  })
  app.use(express.json())
  app.post('/*splat', async (_req, res) => {
    await new Promise(setImmediate)
    res.json(db.where())
  })
  const { url } = await listen(t, app)
  const headers = (tenant: string): Record<string, string> => ({ 'x-tenant': tenant, 'content-type': 'application/json' })
  const answers = await Promise.all(['a', 'b', 'c'].map((tenant) => send(`${url}/json`, { method: 'POST', headers: headers(tenant), body: '{"a":1}' })))
  t.strictSame(answers.map(({ text }) => JSON.parse(text)), ['a', 'b', 'c'].map((keyspace) => ({ keyspace })))
  const { text } = await send(`${url}/events`, { method: 'POST', headers: headers('d'), body: '{"a":1}' })
  t.strictSame(JSON.parse(text), { keyspace: 'd' })
  t.strictSame(new Set(seen.map((route) => (route as { keyspace: string }).keyspace)), new Set(['a', 'b', 'c', 'd']))
  t.equal(db.where(), undefined)
})

t.test('expressScope: asked late, and what it throws reaches the caller', async (t) => {
  const db = new FakeDb()
  const app = express()
  app.use(expressScope(db, (req: express.Request & { user?: string }) => { if (req.user === undefined) throw new DoesNotExist('no tenant'); return { keyspace: req.user } }))
  app.get('/none', (_req, res) => { res.json(db.where()) })
  app.get('/user', (req, res) => { (req as express.Request & { user?: string }).user = 'u'; res.json(db.where()) })
  app.use(expressErrors())
  const { url } = await listen(t, app)
  t.equal((await send(`${url}/user`)).text, '{"keyspace":"u"}')
  t.equal((await send(`${url}/none`)).status, 404)
})

t.test('expressScope needs no Express', async (t) => {
  const db = new FakeDb()
  let inside: unknown
  expressScope(db, () => ({ connection: 'c' }))(null, undefined, () => { inside = db.where() })
  t.match(inside, { connection: 'c' })
})

t.test('expressErrors: ours and the driver’s are answered, all others are passed on', async (t) => {
  const logged: unknown[] = []
  const refused = new errors.NoHostAvailableError({ '10.0.0.1': new Error('at 10.0.0.1') } as never)
  const app = express()
  app.get('/refused', (_req, res) => { res.setHeader('content-encoding', 'gzip'); throw refused })
  app.get('/missing', async () => { throw new DoesNotExist('no such User') })
  app.get('/other', () => { throw Object.assign(new Error('teapot'), { status: 418 }) })
  app.get('/late', (_req, res) => { res.write('x'); throw refused })
  app.use(expressErrors({ log: (error) => { logged.push(error) } }))
  app.use(((error, _req, res, _next) => {
    if (res.headersSent) { res.end('!'); return }
    res.status(error.status).send('mine')
  }) as express.ErrorRequestHandler)
  const { url } = await listen(t, app)
  const unavailable = await send(`${url}/refused`)
  t.equal(unavailable.status, 500, 'an unknown reason')
  t.match(unavailable.headers, { 'content-type': 'application/json; charset=utf-8', 'content-length': String(unavailable.text.length) })
  t.equal(unavailable.headers['content-encoding'], undefined)
  t.notMatch(unavailable.text, /10\.0/)
  t.strictSame(Object.keys(JSON.parse(unavailable.text)), ['statusCode', 'code', 'message'])
  const missing = await send(`${url}/missing`)
  t.strictSame([missing.status, JSON.parse(missing.text)], [404, { statusCode: 404, code: 'CQL_DOES_NOT_EXIST', message: 'no such User' }])
  t.strictSame(await send(`${url}/other`).then(({ status, text }) => [status, text]), [418, 'mine'])
  t.equal((await send(`${url}/late`)).text, 'x!')
  t.equal((await send(`${url}/refused`, { method: 'HEAD' })).text, '')
  t.equal(logged.length, 3)
  t.equal(logged[0], refused)
})

t.test('expressErrors: a server that is down asks to come again', async (t) => {
  const { url } = await listen(t, express().get('/', () => { throw new errors.NoHostAvailableError({}) }).use(expressErrors()))
  const { status, headers } = await send(url)
  t.equal(status, 503)
  t.match(headers['retry-after'], /^\d+$/)
})

t.test('expressShutdown: requests finish, then the db goes', async (t) => {
  const db = new FakeDb()
  await db.init({})
  let open: boolean | undefined
  const { server, url } = await listen(t, async (_req: unknown, res: { end (text: string): void }) => {
    await new Promise(setImmediate)
    open = db.isOpen
    res.end('done')
  })
  // Kept alive: its connection must not hold up the end.
  const answered = new Promise<string | undefined>((resolve, reject) => { get(url, (response) => { response.resume().on('end', () => { resolve(response.headers.connection) }) }).on('error', reject) })
  await once(server, 'request')
  const before = performance.now()
  await expressShutdown(server, db)
  t.equal(await answered, 'keep-alive')
  t.ok(performance.now() - before < 3000, 'without waiting for kept-alive connections')
  t.strictSame([open, db.isOpen], [true, false])
  await expressShutdown(server, db)
  t.pass('twice does no harm')
})

t.test('expressShutdown is bounded', async (t) => {
  const db = new FakeDb()
  const { server, url } = await listen(t, () => {})
  const cut = new Promise((resolve) => { get(url).on('error', resolve) })
  await once(server, 'request')
  await expressShutdown(server, db, { timeout: 30 })
  t.match(await cut, { code: 'ECONNRESET' })
  t.strictSame(db.events, ['close'])
})

t.test('expressShutdown closes the db even when the server fails to', async (t) => {
  const db = new FakeDb()
  const broken = new Error('broken')
  await t.rejects(expressShutdown({ close (done) { done(broken) } }, db), broken)
  t.strictSame(db.events, ['close'])
})
