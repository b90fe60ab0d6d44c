import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { get } from 'node:http'
import t from 'tap'
import { errors } from '../../src/cqlengine/driver.js'
import type { PluginOptions } from '../../src/fastify/options.js'
import { register } from '../../src/fastify/register.js'
import { FakeDb } from './fake-db.js'

const plugin = fp(async (app: FastifyInstance, options: PluginOptions<FakeDb> & { db: FakeDb }) => { await register(app, options.db, options) })
const dbOf = (app: FastifyInstance): unknown => app.db

t.test('options: the plugin’s own stay here, the rest goes to init, nothing is changed', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  const db = new FakeDb()
  const options = Object.freeze({ db, hosts: Object.freeze(['h']), keyspace: 'k', httpErrors: false, scope: () => undefined, prefix: '/p', logLevel: 'silent', logSerializers: {}, slowQuery: 5 })
  await app.register(plugin, options as never)
  t.strictSame(db.options, { hosts: ['h'], keyspace: 'k', slowQuery: 5, connectTimeout: 9000 })
  t.equal(dbOf(app), db)
  t.equal(app.hasPlugin('fastify-cqlalchemy'), false, 'the name belongs to the plugin around')
})

t.test('the limit for connecting follows Fastify’s', async (t) => {
  const limitWith = async (pluginTimeout: number, connectTimeout?: number): Promise<unknown> => {
    const app = Fastify({ pluginTimeout })
    const db = new FakeDb()
    await app.register(plugin, { db, ...(connectTimeout !== undefined && { connectTimeout }) })
    await app.close()
    return db.options?.connectTimeout
  }
  t.equal(await limitWith(1000), 900)
  t.equal(await limitWith(0), 0)
  t.equal(await limitWith(1000, 50), 50)
  t.equal(await limitWith(1000, 0), 0)
})

t.test('bad options', async (t) => {
  for (const [option, wrong] of Object.entries({ name: ['', 5, null, '1a', 'a b', 'a.b'], decorator: ['', 5, null, 'a b'], scope: [5, {}, null], httpErrors: ['yes', null, 1] })) {
    for (const value of wrong) {
      const app = Fastify()
      await t.rejects(async () => { await app.register(plugin, { db: new FakeDb(), [option]: value } as never) }, { name: 'ConfigError', message: new RegExp(option) }, `${option}: ${String(value)}`)
      await app.close()
    }
  }
})

t.test('closing the app closes the db once, after the requests', async (t) => {
  const app = Fastify()
  const db = new FakeDb()
  await app.register(plugin, { db })
  let isOpen: boolean | undefined
  app.get('/', async () => {
    await new Promise(setImmediate)
    isOpen = db.isOpen
    return 'x'
  })
  const url = await app.listen({ host: '127.0.30.1', port: 0 })
  const answer = new Promise<number | undefined>((resolve, reject) => {
    // A connection that is kept alive would keep Fastify waiting.
    get(url, { agent: false }, (response) => { response.resume().on('end', () => { resolve(response.statusCode) }) }).on('error', reject)
  })
  await new Promise<void>((resolve) => { app.server.once('request', () => { resolve() }) })
  await app.close()
  t.equal(await answer, 200)
  t.equal(isOpen, true)
  t.strictSame(db.events, ['init', 'close'])
})

t.test('a failed start throws the real cause, leaves the db alone and may be repeated', async (t) => {
  const cause = new errors.NoHostAvailableError({})
  let fails = true
  const db = new FakeDb(async () => { if (fails) throw cause })
  const first = Fastify()
  first.register(plugin, { db })
  await t.rejects(async () => { await first.ready() }, cause)
  fails = false
  const second = Fastify()
  await second.register(plugin, { db })
  await first.close()
  t.equal(db.isOpen, true, 'the first app no longer has a say')
  await second.close()
  t.strictSame(db.events, ['init', 'init', 'close'])
})

t.test('Fastify gives up before us: closing still ends what was begun', async (t) => {
  let finish = (): void => {}
  const db = new FakeDb(async () => { await new Promise<void>((resolve) => { finish = resolve }) })
  const app = Fastify({ pluginTimeout: 40 })
  app.register(plugin, { db, connectTimeout: 0 })
  await t.rejects(async () => { await app.ready() }, { code: 'FST_ERR_PLUGIN_TIMEOUT' })
  await app.close()
  t.strictSame(db.events, ['init', 'close'])
  finish()
  await new Promise(setImmediate)
  t.strictSame(db.events, ['init', 'close'], 'the db itself ends what is closed while it connects')
  t.equal(db.isOpen, false)
  t.equal(Object.hasOwn(app, 'db'), false)
})

t.test('a db serves one app at a time', async (t) => {
  const db = new FakeDb()
  const app = Fastify()
  await app.register(plugin, { db })
  const other = Fastify()
  await t.rejects(async () => { await other.register(plugin, { db }) }, { name: 'ConfigError', message: /in use already/ })
  await t.rejects(async () => { await app.register(plugin, { db, name: 'again' } as never) }, { name: 'ConfigError' })
  await other.close()
  t.equal(db.isOpen, true)
  await app.close()
  const later = Fastify()
  await later.register(plugin, { db })
  t.equal(dbOf(later), db)
  await later.close()
})

t.test('two apps in one process', async (t) => {
  const options = Object.freeze({ hosts: 'h', keyspace: 'k' })
  const apps = [Fastify(), Fastify()]
  const dbs = [new FakeDb(), new FakeDb()]
  for (const [index, app] of apps.entries()) await app.register(plugin, { ...options, db: dbs[index] as FakeDb })
  t.equal(dbOf(apps[0] as FastifyInstance), dbs[0])
  t.equal(dbOf(apps[1] as FastifyInstance), dbs[1])
  await apps[0]?.close()
  t.strictSame(dbs.map(({ isOpen }) => isOpen), [false, true])
  await apps[1]?.close()
})

t.test('a start during which the app is closed', async (t) => {
  let closing: Promise<unknown> | undefined
  const app = Fastify()
  const db = new FakeDb(async () => {
    closing = app.close()
    await new Promise(setImmediate)
  })
  await app.register(plugin, { db })
  await app.ready().then(() => {}, () => {})
  await closing
  t.equal(db.isOpen, false)
})

t.test('a start that ends after the app was closed leaves the db to the app that it serves by then', async (t) => {
  const starts: (() => void)[] = []
  const db = new FakeDb(async () => { await new Promise<void>((resolve) => { starts.push(resolve) }) })
  const [first, second] = [Fastify({ pluginTimeout: 40 }), Fastify()]
  first.register(plugin, { db, connectTimeout: 0 })
  await t.rejects(async () => { await first.ready() }, { code: 'FST_ERR_PLUGIN_TIMEOUT' })
  await first.close()
  second.register(plugin, { db })
  const ready = second.ready()
  while (starts.length < 2) await new Promise(setImmediate)
  for (const start of starts) start()
  await ready
  await new Promise(setImmediate)
  t.strictSame(db.events, ['init', 'close', 'init'])
  t.equal(dbOf(second), db)
  await second.close()
})
