// What docs/production.md promises and its own program cannot show: an outage, a slow reader, and one that leaves.
import { once } from 'node:events'
import { tracingChannel } from 'node:diagnostics_channel'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable, Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import underPressure from '@fastify/under-pressure'
import Fastify from 'fastify'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { proxyTo } from '../connection/proxy.js'
import { serverDb } from '../query/setup.js'
import { hosts, localDataCenter } from '../support/cassandra.js'

t.test('while the database is away a process is alive and not ready, and ready again by itself', { timeout: 60_000 }, async (t) => {
  const proxy = await proxyTo(hosts[0] ?? '')
  t.teardown(() => proxy.close())
  const db = await new CQLAlchemy().init({ hosts: [proxy.host], localDataCenter, keyspace: 'system', env: false })
  t.teardown(() => db.close())
  const app = Fastify()
  t.teardown(() => app.close())
  app.get('/alive', async () => ({ status: 'ok' }))
  await app.register(async (api) => {
    await api.register(underPressure, { healthCheck: async () => await db.health({ timeout: 500 }), healthCheckInterval: 50, exposeStatusRoute: '/ready' })
    api.get('/', async () => 'ok')
  })
  const statuses = async (): Promise<number[]> => await Promise.all(['/alive', '/ready', '/'].map(async (url) => (await app.inject(url)).statusCode))
  const until = async (wanted: readonly number[]): Promise<void> => {
    while (String(await statuses()) !== String(wanted)) await delay(20)
  }
  t.strictSame(await statuses(), [200, 200, 200])
  await proxy.shut()
  await until([200, 503, 503])
  await proxy.open()
  await until([200, 200, 200])
  t.pass('within the time of the test')
})

async function * lines (rows: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`
}

t.test('NDJSON: pages are asked for as they are taken, and no more once the reader has left', { timeout: 60_000 }, async (t) => {
  const db = await serverDb(t)
  const c = db.columns
  class Line extends db.Model.define('line', { day: c.Integer({ partitionKey: true }), id: c.Integer({ primaryKey: true }), text: c.Text() }).as<Line>() {}
  await db.syncDb()
  const [count, size] = [1000, 10]
  await Line.createMany(Array.from({ length: count }, (_, id) => ({ day: 1, id, text: 'x'.repeat(20_000) })))
  const asked = { pages: 0 }
  const subscriber = (message: unknown): void => { if ((message as { kind: string }).kind === 'read') asked.pages++ }
  const channel = tracingChannel('fastify-cqlalchemy:query')
  channel.start.subscribe(subscriber)
  t.teardown(() => { channel.start.unsubscribe(subscriber) })
  const stream = (): Readable => Readable.from(lines(Line.filter({ day: 1 }).fetchSize(size)), { objectMode: false })

  // A reader that takes one line and no more.
  const stuck = new Writable({ write () { /* never done */ } })
  const pending = stream()
  pending.pipe(stuck)
  while (asked.pages < 2) await delay(5)
  await delay(100)
  t.ok(asked.pages <= 3, `${asked.pages} pages for a reader that is stuck`)
  pending.destroy()

  const app = Fastify({ forceCloseConnections: true })
  t.teardown(() => app.close())
  app.get('/', async (_request, reply) => await reply.type('application/x-ndjson').send(stream()))
  await app.listen({ port: 0, host: '127.0.0.1' })
  asked.pages = 0
  const request = get({ port: (app.server.address() as AddressInfo).port, host: '127.0.0.1' })
  const [response] = await once(request, 'response') as [IncomingMessage]
  await once(response, 'data')
  request.destroy()
  let before = -1
  while (before !== asked.pages) {
    before = asked.pages
    await delay(100)
  }
  t.ok(asked.pages < count / size, `${asked.pages} of ${count / size} pages for a reader that left`)
})
