// Parameters of raw CQL: what does not fit its marker is refused before anything is sent, by its number or name and its type, and never with its value.
import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import t from 'tap'
import fastifyCqlalchemy from '../../src/index.js'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { Client, types } from '../../src/cqlengine/driver.js'
import { ValidationError } from '../../src/cqlengine/errors.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { fileNeeds5 } from '../support/needs-5.js'

fileNeeds5('vectors')

const secret = 'PARAMSECRET'
const keyspace = await uniqueKeyspace(t)
const db = await new CQLAlchemy().init({ hosts, localDataCenter, keyspace, env: false })
t.teardown(async () => { await db.close() })
await db.execute(`CREATE TYPE ${keyspace}.place (street text, door int)`)
const columns: Record<string, string> = {
  id: 'int PRIMARY KEY',
  tiny: 'tinyint',
  small: 'smallint',
  big: 'bigint',
  huge: 'varint',
  price: 'decimal',
  f: 'float',
  d: 'double',
  ok: 'boolean',
  name: 'text',
  code: 'ascii',
  data: 'blob',
  at: 'timestamp',
  day: 'date',
  hour: 'time',
  span: 'duration',
  uid: 'uuid',
  tid: 'timeuuid',
  ip: 'inet',
  tags: 'set<text>',
  list: 'list<int>',
  marks: 'map<text, int>',
  pair: 'tuple<int, text>',
  home: 'frozen<place>',
  point: 'vector<float, 2>',
  nested: 'map<text, frozen<list<int>>>'
}
await db.execute(`CREATE TABLE ${keyspace}.row (${Object.entries(columns).map(([name, type]) => `${name} ${type}`).join(', ')})`)
await db.execute(`CREATE TABLE ${keyspace}.hits (id int PRIMARY KEY, n counter)`)

const hostile = { toString () { throw new Error(secret) }, get length () { throw new Error(secret) }, valueOf () { throw new Error(secret) } }
const throwing = new Proxy({}, { get () { throw new Error(secret) }, ownKeys () { throw new Error(secret) }, getPrototypeOf () { throw new Error(secret) } })

const wrong: Record<string, unknown[]> = {
  tiny: [128, -129, 1.5, NaN, secret, '', true, [], [7], {}, new Date(), Symbol(secret), () => secret, hostile, 5n],
  small: [32768, 'x'],
  big: [2n ** 63n, -(2n ** 63n) - 1n, 1.5, 2 ** 60, secret, {}, [1]],
  huge: [1.5, secret, {}],
  price: [secret, NaN, {}, '1,5', [1]],
  f: [secret, '1abc', {}, [1], true],
  d: ['', 'NaNa', 5n],
  ok: ['false', secret, 2, {}, []],
  name: [5, {}, [secret], Symbol(secret), '\ud800', new Date()],
  code: ['ä', 5],
  data: [secret, 5, {}, [1]],
  at: [new Date(NaN), secret, {}, 9e15, true],
  day: [secret, {}, 5.5],
  hour: [secret, {}, -1],
  span: [secret, {}],
  uid: [secret, '', 5, {}],
  tid: [randomUUID(), secret],
  ip: [secret, 5, {}],
  tags: [secret, 5, [5], [null], [undefined], { a: secret }, new Map([[secret, 1]]), hostile, throwing],
  list: [[secret], [1, 2.5], [null], [2 ** 31], secret, { 0: 1 }],
  marks: [{ a: secret }, new Map([['a', null]]), secret, [[1, 2]], new Set([secret]), throwing],
  pair: [[secret, 'x'], [1, 2], secret, [1, 'x', 3], {}],
  home: [{ street: 5 }, { street: 'x', door: secret }, { window: secret }, secret, [1], new Map([['street', secret]])],
  point: [[1], [1, secret], secret, [1, 2, 3], {}],
  nested: [{ a: [secret] }, { a: 5 }]
}

/** Statements that reach a node, by the driver's own request handler. */
const sent: unknown[] = []
const controlled = db.client as unknown as { _execute (...given: unknown[]): Promise<unknown> }
const { _execute: execute } = controlled
controlled._execute = async function (...given) {
  const result = await execute.apply(this, given)
  sent.push(given[0])
  return result
}

async function refusal (act: () => unknown): Promise<ValidationError> {
  sent.length = 0
  const error: unknown = await Promise.resolve().then(act).then(() => undefined, (e: unknown) => e)
  if (!(error instanceof ValidationError)) throw new Error('no ValidationError', { cause: error })
  if (sent.length > 0) throw new Error('sent')
  const printed = `${error.message} ${error.stack ?? ''} ${JSON.stringify(error)}`
  if (printed.includes(secret) || error.cause !== undefined) throw new Error('shows the value', { cause: error })
  return error
}

/** What a tag gets, for texts that are known only now. */
const template = (...texts: string[]): TemplateStringsArray => Object.assign(texts, { raw: texts })

t.test('each type refuses what it cannot hold, at the first use of a text and at the next, by position and by name', async (t) => {
  for (const [column, values] of Object.entries(wrong)) {
    const type = columns[column] ?? ''
    for (const value of values) {
      try {
        for (const cql of [`INSERT INTO ${keyspace}.row (id, ${column}) VALUES (?, ?)`, `INSERT  INTO ${keyspace}.row (id, ${column}) VALUES (?, ?) /* ${randomUUID()} */`]) {
          const error = await refusal(async () => await db.execute(cql, [1, value]))
          t.match(error.message, new RegExp(`^db\\.execute, parameter 2: \\(${column} `), column)
          if (/^\w+$/.test(type)) t.match(error.message, type)
        }
        for (const comment of ['', ` /* ${randomUUID()} */`]) t.match((await refusal(async () => await db.execute(`UPDATE ${keyspace}.row SET ${column} = :v WHERE id = :Id${comment}`, { ID: 1, v: value }))).message, 'parameter :v')
        t.match((await refusal(async () => await db.cql(template(`UPDATE ${keyspace}.row SET ${column} = `, ' WHERE id = 1'), value))).message, 'db.cql, parameter 1')
      } catch (cause) {
        throw new Error(column, { cause })
      }
    }
  }
  t.equal((await db.execute(`SELECT count(*) AS n FROM ${keyspace}.row`)).rows[0]?.['n'], 0n)
})

t.test('all wrong parameters are told at once; none that is missing or too many; nothing but arrays and objects', async (t) => {
  const cql = `INSERT INTO ${keyspace}.row (id, name, tiny) VALUES (?, ?, ?)`
  t.match(await refusal(async () => await db.execute(cql, [secret, 5, 1.5])), { errors: [{ column: 'db.execute, parameter 1' }, { column: 'db.execute, parameter 2' }, { column: 'db.execute, parameter 3' }] })
  for (const params of [[], [1], [1, 'a', 2, 3]]) t.match((await refusal(async () => await db.execute(cql, params))).message, /3 markers/)
  for (const params of [secret, 5, true, new Map([['a', secret]]), new Set([secret]), () => secret, Symbol(secret), new Date(), throwing]) await refusal(async () => await db.execute(cql, params as never))
  t.match((await refusal(async () => await db.execute(cql, [1, undefined, 2]))).message, /parameter 2: is undefined/)
  await refusal(async () => await db.execute(cql, Array.from({ length: 3 })))
  const named = `INSERT INTO ${keyspace}.row (id, name) VALUES (:id, :name)`
  t.match((await refusal(async () => await db.execute(named, { id: 1 }))).message, /parameter :name: is not given/)
  t.match((await refusal(async () => await db.execute(named, { id: 1, name: undefined }))).message, /parameter :name: is undefined/)
  t.match((await refusal(async () => await db.execute(`UPDATE ${keyspace}.hits SET n = n + ? WHERE id = ?`, [2n ** 63n, 1]))).message, /counter/)
})

t.test('what fits is stored as it was meant, with our client and with one of other encodings', async (t) => {
  const plain = new Client({ contactPoints: [...hosts], localDataCenter })
  const other = await new CQLAlchemy().init({ client: plain, keyspace, env: false })
  t.teardown(async () => { await other.close(); await plain.shutdown() })
  const uid = randomUUID()
  for (const one of [db, other]) {
    const values: Record<string, unknown> = {
      id: '7',
      tiny: 5,
      small: '-3',
      big: 5,
      huge: '12345678901234567890',
      price: '1.5e3',
      f: '1.5',
      d: 2.5,
      ok: 1,
      name: 'x',
      code: 'y',
      data: Buffer.from('z'),
      at: new Date(5),
      day: '2020-01-02',
      hour: '10:00:00',
      span: '1d',
      uid,
      tid: types.TimeUuid.now(),
      ip: '127.0.0.1',
      tags: new Set(['a']),
      list: [1, 2],
      marks: new Map([['a', 1]]),
      pair: [1, 'x'],
      home: { street: 's', door: 4 },
      point: [1, 2],
      nested: { a: [1] }
    }
    for (let i = 0; i < 2; i++) await one.execute(`INSERT INTO ${keyspace}.row (${Object.keys(values).join(', ')}) VALUES (${Object.keys(values).map(() => '?').join(', ')})`, Object.values(values))
    const text = async (column: string): Promise<unknown> => (await db.execute(`SELECT CAST(${column} AS text) AS v FROM ${keyspace}.row WHERE id = 7`)).rows[0]?.['v']
    t.match({ big: await text('big'), huge: await text('huge'), price: await text('price'), uid: await text('uid'), small: await text('small') }, { big: '5', huge: '12345678901234567890', price: /^1500|1\.5E\+3$/, uid, small: '-3' })
    const [row] = await db.cql<Record<string, unknown>>(template(`SELECT * FROM ${keyspace}.row WHERE id = 7`))
    t.match(row, { tags: new Set(['a']), list: [1, 2], marks: new Map([['a', 1]]), home: { street: 's', door: 4 }, ok: true })
    await one.execute(`INSERT INTO ${keyspace}.row (id, name, tiny) VALUES (?, ?, ?)`, [7, null, types.unset])
    t.match((await db.execute(`SELECT name, tiny FROM ${keyspace}.row WHERE id = 7`)).rows[0], { name: null, tiny: 5 })
    t.equal((await one.execute(`SELECT id FROM ${keyspace}.row WHERE id IN ?`, [[7]])).rowLength, 1)
    await one.execute(`TRUNCATE ${keyspace}.row`)
  }
})

t.test('a route: neither the answer nor the log shows the value', async (t) => {
  let log = ''
  const app = Fastify({ logger: { level: 'trace', stream: { write: (line: string) => { log += line } } } })
  t.teardown(async () => { await app.close() })
  await app.register(fastifyCqlalchemy, { hosts, localDataCenter, keyspace, env: false })
  app.get('/rows/:id', async (request) => (await app.db.execute(`SELECT * FROM ${keyspace}.row WHERE id = ?`, [(request.params as { id: string }).id])).rows)
  const response = await app.inject(`/rows/${secret}`)
  t.equal(response.statusCode, 400)
  t.notMatch(response.body, secret)
  t.notMatch(log.replace(/"url":"[^"]*"/g, ''), secret)
})

t.test('a value that fits the model and not the table: an error without it, nothing sent', async (t) => {
  const own = await new CQLAlchemy().init({ hosts, localDataCenter, keyspace, env: false })
  t.teardown(async () => { await own.close() })
  const c = own.columns
  class Row extends own.Model.define('row', { id: c.Integer({ primaryKey: true }), tiny: c.Text(), point: c.Text() }).as<Row>() {}
  for (const act of [() => Row.create({ id: 1, tiny: secret }), () => Row.filter({ id: 1 }).update({ point: secret }), () => own.batch((b) => { void Row.batch(b).create({ id: 1, tiny: secret }) }), () => own.table('row').objects.filter({ id: 1 }).update({ home: { street: 5, door: secret } })]) {
    const error: unknown = await act().then(() => undefined, (e: unknown) => e)
    t.match(error, { name: 'SchemaError', message: /Nothing was sent/ })
    t.notMatch((error as Error).stack, secret)
  }
})

t.test('a vector takes elements of any type that has no user type in it', async (t) => {
  const values: Record<string, unknown[]> = {
    'list<text>': [['a', 'b'], ['c']],
    'set<int>': [[1, 2], new Set([3])],
    'map<text, int>': [{ a: 1 }, new Map([['b', 2]])],
    'tuple<int, text>': [[1, 'a'], [2, null]],
    'vector<float, 2>': [[1, 2], Float32Array.of(3, 4)],
    'vector<frozen<list<frozen<tuple<uuid, date>>>>, 2>': [Array.from({ length: 2 }, () => [[randomUUID(), '2026-01-02']]), Array.from({ length: 2 }, () => [[randomUUID(), null]])],
    duration: ['1d', '2h']
  }
  for (const [i, [type, given]] of Object.entries(values).entries()) {
    await db.execute(`CREATE TABLE ${keyspace}.v${i} (id int PRIMARY KEY, v vector<${type.includes('<') && !type.startsWith('vector') ? `frozen<${type}>` : type}, 2>)`)
    await db.execute(`INSERT INTO ${keyspace}.v${i} (id, v) VALUES (?, ?)`, [1, given])
    const { rows: [row] } = await db.execute(`SELECT v FROM ${keyspace}.v${i} WHERE id = 1`)
    const read: unknown = row?.['v']
    t.equal((read as ArrayLike<unknown>).length, 2, type)
    await db.execute(`INSERT INTO ${keyspace}.v${i} (id, v) VALUES (?, ?)`, [2, read])
    t.strictSame((await db.execute(`SELECT v FROM ${keyspace}.v${i} WHERE id = 2`)).rows[0]?.['v'], read, `${type}: what was read can be written`)
    await t.rejects(db.execute(`INSERT INTO ${keyspace}.v${i} (id, v) VALUES (?, ?)`, [3, [given[0]]]), ValidationError, `${type}: one element too few`)
  }
})
