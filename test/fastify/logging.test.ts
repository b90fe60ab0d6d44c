import { EventEmitter } from 'node:events'
import { Writable } from 'node:stream'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'
import type { Test } from 'tap'
import type { Client } from '../../src/cqlengine/driver.js'
import { register } from '../../src/fastify/register.js'
import { FakeDb } from './fake-db.js'

const plugin = fp(async (app: FastifyInstance, options: { db: FakeDb, name?: string }) => { await register(app, options.db, options) })

async function appWith (t: Test, name?: string): Promise<{ app: FastifyInstance, db: FakeDb, lines: Record<string, unknown>[] }> {
  const lines: Record<string, unknown>[] = []
  const stream = new Writable({ write (line, _encoding, done) { lines.push(JSON.parse(String(line))); done() } })
  const app = Fastify({ logger: { level: 'trace', stream } })
  t.teardown(() => app.close())
  const db = new FakeDb()
  await app.register(plugin, { db, ...(name !== undefined && { name }) })
  lines.length = 0
  return { app, db, lines }
}

t.test('slow queries, without parameters and without the error’s text', async (t) => {
  const { db, lines } = await appWith(t, 'reports')
  db.hooks?.observe?.({ connection: 'c', keyspace: 'k', cql: 'SELECT 1', kind: 'read', ms: 12.3456, outcome: 'CQL_TIMEOUT', hedged: true, error: new Error('cAnArY') })
  t.match(lines, [{ level: 40, cassandra: 'reports', connection: 'c', keyspace: 'k', cql: 'SELECT 1', kind: 'read', ms: 12.3, failed: true, outcome: 'CQL_TIMEOUT', hedged: true, msg: 'slow query' }])
  t.notMatch(JSON.stringify(lines), 'cAnArY')
})

t.test('states of connections, with the reason of a failure', async (t) => {
  const { db, lines } = await appWith(t)
  db.hooks?.onState?.('default', 'ready')
  db.hooks?.onState?.('default', 'retrying', new Error('refused'))
  db.hooks?.warn?.('take care')
  t.match(lines, [
    { level: 30, cassandra: 'default', connection: 'default', state: 'ready', msg: 'Cassandra connection is ready' },
    { level: 50, state: 'retrying', err: { message: 'refused' } },
    { level: 40, msg: 'take care' }
  ])
})

t.test('the driver’s messages by level, hosts that come and go; no listener stays', async (t) => {
  const { app, db, lines } = await appWith(t)
  const client = new EventEmitter()
  db.hooks?.onClient?.(client as unknown as Client, 'c')
  db.hooks?.onClient?.({} as Client, 'a double')
  for (const level of ['verbose', 'info', 'warning', 'error', 'unheard of']) client.emit('log', level, 'Source', 'text', { more: 'cAnArY' })
  for (const event of ['hostUp', 'hostDown', 'hostAdd', 'hostRemove']) client.emit(event, { address: '127.0.0.1:9042' })
  t.strictSame(lines.map(({ level }) => level), [10, 20, 40, 50, 10, 30, 40, 30, 30])
  t.match(lines[0], { connection: 'c', source: 'Source', msg: 'text' })
  t.match(lines[6], { host: '127.0.0.1:9042', msg: 'Cassandra host is down' })
  await app.close()
  t.strictSame(client.eventNames(), [])
})
