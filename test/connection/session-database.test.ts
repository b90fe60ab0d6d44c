// What a session promises, against a real cluster.
import t from 'tap'
import { type ClientSettings, createClient } from '../../src/cqlengine/connection/client.js'
import { Connection } from '../../src/cqlengine/connection/connection.js'
import type { Session } from '../../src/cqlengine/connection/session.js'
import { Client, errors } from '../../src/cqlengine/driver.js'
import { toHttpError } from '../../src/http-error.js'
import { hosts, uniqueKeyspace } from '../support/cassandra.js'
import { failureOf } from './fake-client.js'
import { prepare } from './frames.js'
import { proxyTo } from './proxy.js'

const write = { kind: 'write', prepare: true, isIdempotent: true, checked: true } as const
const read = { kind: 'read', prepare: true, isIdempotent: true } as const
const schema = { kind: 'schema', prepare: false, readTimeout: 60_000 } as const

type T = Parameters<typeof uniqueKeyspace>[0]

async function open (t: T, settings: Partial<ClientSettings> = {}): Promise<Session> {
  const connection = new Connection({ name: 'c', client: createClient({ name: 'c', hosts, warn: () => {}, ...settings }), owned: true })
  t.teardown(() => connection.close())
  await connection.connect()
  return connection.session
}

t.test('values of every kind go in and come out in our encoding', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const session = await open(t)
  await session.execute(`CREATE TABLE ${keyspace}.v (k int PRIMARY KEY, b bigint, v varint, s set<text>, m map<int, text>)`, [], schema)
  const row = { k: 1, b: 2n ** 63n - 1n, v: 10n ** 40n, s: new Set(['a']), m: new Map([[1, 'x']]) }
  await session.execute(`INSERT INTO ${keyspace}.v (k, b, v, s, m) VALUES (?, ?, ?, ?, ?)`, Object.values(row), write)
  t.same({ ...(await session.execute(`SELECT k, b, v, s, m FROM ${keyspace}.v WHERE k = ?`, [1], read)).first() }, row)
})

t.test('pages: complete whatever the size of a page', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const session = await open(t)
  await session.execute(`CREATE TABLE ${keyspace}.p (k int, c int, PRIMARY KEY (k, c))`, [], schema)
  await Promise.all(Array.from({ length: 100 }, (_, c) => session.execute(`INSERT INTO ${keyspace}.p (k, c) VALUES (?, ?)`, [1, c], write)))
  for (const fetchSize of [1, 7, 50, 100, 101, 5000]) {
    const found: number[] = []
    for await (const { rows } of session.pages(`SELECT c FROM ${keyspace}.p WHERE k = ?`, [1], { ...read, fetchSize })) found.push(...rows.map((row) => row.get('c') as number))
    t.same(found, Array.from({ length: 100 }, (_, c) => c), `fetchSize ${fetchSize}`)
  }
})

t.test('batch: prepared, with the timestamp that it was given', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const session = await open(t)
  await session.execute(`CREATE TABLE ${keyspace}.b (k int PRIMARY KEY, v bigint)`, [], schema)
  const insert = `INSERT INTO ${keyspace}.b (k, v) VALUES (?, ?)`
  await session.batch([{ query: insert, params: [1, 10n] }, { query: insert, params: [2, 20n] }], { ...write, timestamp: 1234 })
  const { rows } = await session.execute(`SELECT k, v, writetime(v) AS at FROM ${keyspace}.b`, [], read)
  t.same(rows.map((row) => ({ ...row })).sort((a, b) => Number(a.k) - Number(b.k)), [{ k: 1, v: 10n, at: 1234n }, { k: 2, v: 20n, at: 1234n }])
})

t.test('a statement is prepared once, also when 1,000 first executions come at once', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  let prepared = 0
  const proxy = await proxyTo(hosts[0] ?? '', (opcode) => { if (opcode === prepare) prepared++ })
  t.teardown(() => proxy.close())
  const session = await open(t, { hosts: [proxy.host] })
  await session.execute(`CREATE TABLE ${keyspace}.o (k int PRIMARY KEY)`, [], schema)
  await Promise.all(Array.from({ length: 1000 }, (_, k) => session.execute(`INSERT INTO ${keyspace}.o (k) VALUES (?)`, [k], write)))
  await Promise.all(Array.from({ length: 100 }, (_, k) => session.execute(`INSERT INTO ${keyspace}.o (k) VALUES (?)`, [k], write)))
  t.equal(prepared, 1)
})

t.test("a keyspace switch never meets another keyspace's statement", async (t) => {
  const [one, two] = [await uniqueKeyspace(t), await uniqueKeyspace(t)]
  const session = await open(t)
  for (const [keyspace, type] of [[one, 'int'], [two, 'text']]) await session.execute(`CREATE TABLE ${keyspace}.s (k int PRIMARY KEY, v ${type})`, [], schema)
  for (const [keyspace, value] of [[one, 5], [two, 'five'], [one, 6], [two, 'six']] as const) {
    await session.execute(`INSERT INTO ${keyspace}.s (k, v) VALUES (?, ?)`, [1, value], write)
    t.equal((await session.execute(`SELECT v FROM ${keyspace}.s WHERE k = ?`, [1], read)).first()?.v, value)
  }
})

t.test('right after a table was altered while it is in use', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const session = await open(t)
  await session.execute(`CREATE TABLE ${keyspace}.a (k int PRIMARY KEY, v int)`, [], schema)
  const insert = `INSERT INTO ${keyspace}.a (k, v) VALUES (?, ?)`
  const select = `SELECT * FROM ${keyspace}.a WHERE k = ?`
  await session.execute(insert, [1, 2], write)
  await session.execute(select, [1], read)
  await session.execute(`ALTER TABLE ${keyspace}.a ADD added text`, [], schema)
  await session.execute(insert, [3, 4], write)
  t.same({ ...(await session.execute(select, [3], read)).first() }, { k: 3, v: 4, added: null })
  await session.execute(`ALTER TABLE ${keyspace}.a DROP v`, [], schema)
  t.same({ ...(await session.execute(select, [3], read)).first() }, { k: 3, added: null })
})

t.test('a table dropped and made again with another type: right without a restart, in batches too', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const session = await open(t)
  const make = (type: string) => session.execute(`CREATE TABLE ${keyspace}.r (k int PRIMARY KEY, v ${type})`, [], schema)
  const insert = `INSERT INTO ${keyspace}.r (k, v) VALUES (?, ?)`
  const value = async () => (await session.execute(`SELECT v FROM ${keyspace}.r WHERE k = 1`, [], read)).first()?.v as unknown
  await make('text')
  await session.execute(insert, [1, 'five'], write)
  await session.execute(`DROP TABLE ${keyspace}.r`, [], schema)
  await make('int')
  await Promise.all(Array.from({ length: 20 }, () => session.execute(insert, [1, 5], write)))
  t.equal(await value(), 5)
  await session.execute(`DROP TABLE ${keyspace}.r`, [], schema)
  // As dropTable does: text sent as the old type would be taken in a batch.
  session.forgetPrepared()
  await make('bigint')
  await session.batch([{ query: insert, params: [1, 7n] }], write)
  t.equal(await value(), 7n)
})

t.test('what is gone under a prepared statement is told in the words of the server, and is no outage', async (t) => {
  const session = await open(t)
  const keyspace = await uniqueKeyspace(t)
  const other = await uniqueKeyspace(t)
  await session.execute(`CREATE TYPE ${keyspace}.place (street text, city text)`, [], schema)
  const gone: [name: string, columns: string, cql: string, change: string][] = [
    ['a table', 'k int PRIMARY KEY, v int', 'SELECT v FROM $ WHERE k = ?', 'DROP TABLE $'],
    ['a column', 'k int PRIMARY KEY, v int', 'SELECT v FROM $ WHERE k = ?', 'ALTER TABLE $ DROP v'],
    ['a key', 'k int, c int, PRIMARY KEY (k, c)', 'SELECT c FROM $ WHERE k = ?', 'ALTER TABLE $ RENAME c TO d'],
    ['a field of a type', `k int PRIMARY KEY, v frozen<${keyspace}.place>`, 'SELECT v.city FROM $ WHERE k = ?', `ALTER TYPE ${keyspace}.place RENAME city TO town`],
    ['a keyspace', 'k int PRIMARY KEY, v int', 'SELECT v FROM $ WHERE k = ?', `DROP KEYSPACE ${other}`]
  ]
  for (const [i, [name, columns, cql, change]] of gone.entries()) {
    const table = `${name === 'a keyspace' ? other : keyspace}.gone${i}`
    const insert = `INSERT INTO ${table} (${columns.split(',').slice(0, 2).map((column) => column.trim().split(' ')[0]).join(', ')}) VALUES (?, ?)`
    await session.execute(`CREATE TABLE ${table} (${columns})`, [], schema)
    const select = cql.replace('$', table)
    const asked = { ...read, isIdempotent: false }
    await session.execute(select, [1], asked)
    if (i < 3) await session.batch([{ query: insert, params: [1, 1] }], { kind: 'write', prepare: true })
    await session.execute(change.replace('$', table), [], schema)
    // Each is listened to from the start: one may fail before another.
    const ways = [['execute', failureOf(session.execute(select, [1], asked))], ['pages', failureOf(session.pages(select, [1], asked).next())]] as const
    const batch = i < 3 ? [['batch', failureOf(session.batch([{ query: insert, params: [1, 1] }], { kind: 'write', prepare: true }))] as const] : []
    for (const [way, failure] of [...ways, ...batch]) {
      const error = await failure
      t.match(error, { name: 'ResponseError', code: 0x2200 }, `${name}, ${way}`)
      t.notMatch(error.message, 'Prepared query', `${name}, ${way}`)
      t.equal(toHttpError(error).statusCode, 500)
    }
  }
})

t.test("OpenTelemetry's instrumentation, which wraps methods of Client, sees every request", async (t) => {
  const prototype = Client.prototype as unknown as Record<'_execute' | 'batch', (...args: unknown[]) => unknown>
  const originals = { _execute: prototype._execute, batch: prototype.batch }
  t.teardown(() => { Object.assign(prototype, originals) })
  const seen: unknown[] = []
  for (const name of ['_execute', 'batch'] as const) {
    prototype[name] = function (...args) {
      seen.push(args[0])
      return originals[name].apply(this, args)
    }
  }
  const keyspace = await uniqueKeyspace(t)
  const session = await open(t)
  await session.execute(`CREATE TABLE ${keyspace}.t (k int PRIMARY KEY)`, [], schema)
  const queries = [{ query: `INSERT INTO ${keyspace}.t (k) VALUES (?)`, params: [1] }]
  const select = `SELECT k FROM ${keyspace}.t`
  seen.length = 0
  await session.batch(queries, write)
  await session.execute(select, [], read)
  t.same(seen, [queries, select])
})

t.test('the driver does not write into options, so they can be shared and frozen', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const session = await open(t)
  await session.execute(`CREATE TABLE ${keyspace}.f (k int PRIMARY KEY)`, [], Object.freeze({ ...schema }))
  const options = Object.freeze({ ...write, keyspace, fetchSize: 10, consistency: 1, serialConsistency: 9, executionProfile: 'default', readTimeout: 5000 })
  for (let round = 0; round < 3; round++) {
    await session.execute(`INSERT INTO ${keyspace}.f (k) VALUES (?)`, Object.freeze([round]), options)
    await session.batch(Object.freeze([Object.freeze({ query: `INSERT INTO ${keyspace}.f (k) VALUES (?)`, params: Object.freeze([round]) })]), options)
  }
  t.equal((await session.execute(`SELECT k FROM ${keyspace}.f`, [], Object.freeze({ ...options, kind: 'read' }))).rowLength, 3)
})

t.test('an outage: requests fail at once meanwhile, and succeed again without help', async (t) => {
  const proxy = await proxyTo(hosts[0] ?? '')
  t.teardown(() => proxy.close())
  const session = await open(t, { hosts: [proxy.host] })
  const ask = () => session.execute('SELECT key FROM system.local', [], read)
  await ask()
  await proxy.shut()
  t.type(await failureOf(ask()), errors.NoHostAvailableError)
  await proxy.open()
  const from = performance.now()
  while (await ask().then(() => false, () => true)) await new Promise((resolve) => { setTimeout(resolve, 20) })
  t.ok(performance.now() - from < 10_000, 'the longest pause is 5 s')
})
