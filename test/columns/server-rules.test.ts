// What the columns refuse, and what they send for a change, against the real server.
import t from 'tap'
import type { AnyColumn } from '../../src/cqlengine/columns/column.js'
import type { Change } from '../../src/cqlengine/columns/cql-type.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { encodingOf, ownEncodingOptions } from '../../src/cqlengine/connection/encoding.js'
import { errors } from '../../src/cqlengine/driver.js'
import { connectedClient, uniqueKeyspace } from '../support/cassandra.js'
import { needs5 } from '../support/needs-5.js'

const keyspace = await uniqueKeyspace(t)
const own = await connectedClient(t, { encoding: ownEncodingOptions, keyspace })
const plain = await connectedClient(t, { keyspace })
let tables = 0

async function createTable (columns: string): Promise<string> {
  const name = `t${tables++}`
  await own.execute(`CREATE TABLE ${name} (${columns})`)
  return name
}

t.test('TYP-23 the server takes the nestings that a declaration takes', needs5('vectors'), async (t) => {
  const nestings: readonly AnyColumn[] = [
    c.List(c.Duration), c.Map(c.Text, c.Duration), c.Set(c.Tuple(c.Integer, c.Duration)), c.Map(c.List(c.Duration), c.Text), c.Tuple(c.Duration), c.Vector(c.Duration, 2), c.Set(c.Vector(c.Integer, 2)),
    c.Vector(c.Vector(c.Text, 1), 1), c.Vector(c.Float, 10_000), c.List(c.Set(c.Map(c.Text, c.Tuple(c.List(c.Integer)))))
  ]
  const keys: readonly AnyColumn[] = [
    c.Boolean({ primaryKey: true }), c.List(c.Set(c.Text), { primaryKey: true }), c.Map(c.Text, c.Integer, { primaryKey: true }), c.Tuple(c.Integer, c.Text, { primaryKey: true }), c.Vector(c.Duration, 2, { primaryKey: true })
  ]
  const definitions = [...keys.map(({ cql }, i) => `k${i} ${cql}`), ...nestings.map(({ cql }, i) => `v${i} ${cql}`)]
  await t.resolves(createTable(`${definitions.join(', ')}, PRIMARY KEY (${keys.map((_, i) => `k${i}`).join(', ')})`))
})

t.test('TYP-23 and refuses what a declaration refuses', async (t) => {
  for (const cql of ['set<duration>', 'map<duration, int>', 'list<counter>', 'tuple<counter>', 'vector<float, 0>', 'list<list<int>>']) {
    await t.rejects(createTable(`k int PRIMARY KEY, v ${cql}`), errors.ResponseError, cql)
  }
  for (const cql of ['duration', 'counter', 'frozen<list<duration>>', 'tuple<int, duration>', 'list<int>']) {
    await t.rejects(createTable(`k ${cql} PRIMARY KEY`), errors.ResponseError, `key ${cql}`)
  }
})

t.test('an indexed vector: what the column refuses, the server answers with a write failure', needs5('vectors'), async (t) => {
  const table = await createTable('k int PRIMARY KEY, v vector<float, 2>')
  await own.execute(`CREATE INDEX ON ${table} (v) USING 'sai'`)
  const insert = (...vector: number[]): Promise<unknown> => own.execute(`INSERT INTO ${table} (k, v) VALUES (1, ?)`, [Float32Array.from(vector)], { prepare: true })
  for (const vector of [[0, 0], [NaN, 1], [Infinity, 1], [1.1e17, 1]]) await t.rejects(insert(...vector), { code: 0x1500 }, vector.join())
  for (const vector of [[0, 1e-20], [1e17, 1]]) await t.resolves(insert(...vector), vector.join())
})

t.test('STM-07 STM-08 STM-09 STM-10 UPD-07 the changes, applied, give the new value', async (t) => {
  const cases: readonly (readonly [AnyColumn, unknown, unknown])[] = [
    [c.Set(c.UUID), ['f47ac10b-58cc-4372-a567-0e02b2c3d479', 'f47ac10b-58cc-4372-a567-0e02b2c3d480'], ['f47ac10b-58cc-4372-a567-0e02b2c3d480', 'f47ac10b-58cc-4372-a567-0e02b2c3d481']],
    [c.Set(c.Tuple(c.BigInt, c.Text)), [[1, 'a'], [2, null]], [[2, null], [3, 'c']]],
    [c.Set(c.Text), ['a'], ['b']],
    [c.Set(c.Text), ['a'], []],
    [c.List(c.Decimal), ['1.5', '2'], ['0', '1.5', '2', '1e-30']],
    [c.List(c.Text), ['a', 'b'], ['b', 'a']],
    [c.List(c.Text), [], ['b', 'a']],
    [c.Map(c.Text, c.VarInt), { a: 1, b: 2, 2: 3 }, { b: 5, c: 10n ** 20n, 2: 3 }],
    [c.Map(c.BigInt, c.List(c.Text)), { 1: ['a'], 2: ['b'] }, { 1: ['a', 'x'] }],
    [c.Map(c.Boolean, c.Integer), { true: 1, false: 2 }, { false: 3 }],
    [c.Map(c.Text, c.Text), { a: 'b' }, { c: 'd' }],
    [c.List(c.Text, { frozen: true }), ['a'], ['a', 'b']]
  ]
  const table = await createTable(`k int PRIMARY KEY, ${cases.map(([{ cql }], i) => `v${i} ${cql}`).join(', ')}`)
  for (const client of [own, plain]) {
    const encoding = encodingOf(client)
    for (const [i, [{ type }, from, to]] of cases.entries()) {
      const [before, after] = [type.convert(from), type.convert(to)]
      await client.execute(`INSERT INTO ${table} (k, v${i}) VALUES (1, ?)`, [type.toDriver(before, encoding)], { prepare: true })
      const changes = type.changes(before, after)
      const assignments = changes.map((change) => assignment(change, `v${i}`)).join(', ')
      await client.execute(`UPDATE ${table} SET ${assignments} WHERE k = 1`, changes.map((change) => type.changeToDriver(change, encoding)), { prepare: true })
      const found: unknown = (await client.execute(`SELECT v${i} AS v FROM ${table}`, [], { prepare: true })).first()?.['v'] ?? null
      t.ok(type.equals(found === null ? type.emptyValue() : type.fromDriver(found), after), `${type.cql}: ${changes.map(({ kind }) => kind).join(', ')}`)
    }
  }
})

function assignment ({ kind }: Change, column: string): string {
  switch (kind) {
    case 'assign': return `${column} = ?`
    case 'prepend': return `${column} = ? + ${column}`
    case 'remove': return `${column} = ${column} - ?`
    default: return `${column} = ${column} + ?`
  }
}
