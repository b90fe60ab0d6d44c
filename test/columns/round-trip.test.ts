// Every type and random nestings, written and read back on the real server, through a client of ours and through one with the driver's defaults.
import t, { type Test } from 'tap'
import { checkValue } from '../../src/cqlengine/columns/check.js'
import type { AnyColumn } from '../../src/cqlengine/columns/column.js'
import type { CqlType } from '../../src/cqlengine/columns/cql-type.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { type Encoding, encodingOf, ownEncodingOptions } from '../../src/cqlengine/connection/encoding.js'
import type { Client, ClientOptions } from '../../src/cqlengine/driver.js'
import { QueryError } from '../../src/cqlengine/errors.js'
import { connectedClient, hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { needs5 } from '../support/needs-5.js'
import { secondDriver } from '../support/second-driver.js'
import fc from '../support/random.js'
import { nested, type Sample, singles } from './random-types.js'

interface Store { readonly client: Client, readonly encoding: Encoding, readonly insert: string, readonly select: string }

const keyspace = await uniqueKeyspace(t)
const own = await connectedClient(t, { encoding: ownEncodingOptions })
const plain = await connectedClient(t)

async function store (client: Client, table: string, samples: readonly Sample[]): Promise<Store> {
  const names = samples.map((_, i) => `c${i}`)
  const columns = samples.map(({ column }, i) => `c${i} ${column.cql}`)
  await client.execute(`CREATE TABLE IF NOT EXISTS ${keyspace}.${table} (k int PRIMARY KEY, ${columns.join(', ')})`)
  return {
    client,
    encoding: encodingOf(client),
    insert: `INSERT INTO ${keyspace}.${table} (k, ${names.join(', ')}) VALUES (0, ${names.map(() => '?').join(', ')})`,
    select: `SELECT ${names.join(', ')} FROM ${keyspace}.${table} WHERE k = 0`
  }
}

async function write ({ client, encoding, insert }: Store, samples: readonly Sample[], values: readonly unknown[]): Promise<void> {
  const parameters = samples.map(({ column: { type } }, i) => type.isEmpty(values[i]) ? null : type.toDriver(values[i], encoding))
  await client.execute(insert, parameters, { prepare: true })
}

async function read ({ client, select }: Store, samples: readonly Sample[]): Promise<unknown[]> {
  const row = (await client.execute(select, [], { prepare: true })).first()
  return samples.map(({ column: { type } }, i) => {
    const value: unknown = row[`c${i}`]
    if (value === null) return type.emptyValue()
    return client === own && type.readsAsIs ? value : type.fromDriver(value)
  })
}

/** The first column that came back otherwise than it was written. */
function difference (samples: readonly Sample[], written: readonly unknown[], found: readonly unknown[]): string | undefined {
  const at = samples.findIndex(({ column: { type } }, i) => {
    const [a, b] = [written[i], found[i]]
    if (b === null) return true
    return !type.equals(a, b) || !Object.is(type.keyOf(a), type.keyOf(b)) || type.changes(a, b).length > 0 || !Object.is(type.convert(b), b)
  })
  return at === -1 ? undefined : `${samples[at]?.column.cql} read otherwise than written`
}

async function property (t: Test, stores: readonly Store[], samples: readonly Sample[], runs: number): Promise<void> {
  await fc.assert(fc.asyncProperty(fc.tuple(...samples.map(({ values }) => values)), async (values) => {
    for (const writer of stores) {
      await write(writer, samples, values)
      for (const reader of stores) {
        const wrong = difference(samples, values, await read(reader, samples))
        if (wrong !== undefined) throw new Error(wrong)
      }
    }
  }), { numRuns: runs, endOnFailure: true, includeErrorInReport: true })
  t.pass(`${runs} rows of ${samples.length} columns`)
}

/** Without `encoding.map` the driver spoils the keys of some maps; such types refuse to be bound. */
function survivesPlainObjects (type: CqlType): boolean {
  const hurt = /map<(?!(text|ascii|tinyint|smallint|int|bigint|varint|boolean|uuid|timeuuid|date|time),)/
  return !hurt.test(type.cql)
}

t.test('TYP-01 to TYP-25 every type, alone and in every collection, comes back equal', needs5('vectors'), async (t) => {
  await property(t, [await store(own, 'singles', singles)], singles, 25)
})

t.test('TYP-01 TYP-03 TYP-06 TYP-11 TYP-12 extremes', needs5('vectors'), async (t) => {
  const extremes: readonly (readonly [AnyColumn, readonly unknown[]])[] = [
    [c.Text(), ['', '\'"; DROP TABLE x; -- $$ /* \\ \0', '🎈'.repeat(1000), 'x'.repeat(1 << 20)]],
    [c.Blob(), [Buffer.alloc(1 << 20, 0xff), Buffer.alloc(0)]],
    [c.BigInt(), [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n]],
    [c.VarInt(), [10n ** 75n, -(10n ** 75n), -1n, 0n, 128n, -128n, '9'.repeat(10_000)]],
    [c.Decimal(), ['0.1000000000000000000000000001', '12345678901234567890.5', '1.5e3', '1e-9999', '-1e9999', '0', '-0.00', 1e21, 5e-324, Number.MAX_VALUE]],
    [c.DateTime(), ['0001-01-01', '9999-12-31T23:59:59.999Z', 8.64e15, -8.64e15, 0, -1]],
    [c.Date(), ['-5877641-06-23', '5881580-07-11', '0000-01-01', '1970-01-01']],
    [c.Double(), [NaN, Infinity, -Infinity, -0, Number.MIN_VALUE, Number.MAX_VALUE]],
    [c.Float(), [NaN, Infinity, -0, 3.4028234663852886e38, 1e-45]],
    [c.Duration(), ['-2147483648mo2147483648d9223372036854775808ns', '2147483647mo2147483647d9223372036854775807ns', '0s']],
    [c.Inet(), ['::ffff:1.2.3.4', '::', '255.255.255.255', '1:0:0:2:0:3:4:5']],
    [c.List(c.Integer), [[], null]],
    [c.Map(c.Text, c.Boolean), [{}, null, { '': true, "'": false }]],
    [c.Vector(c.Float, 2000), [Array.from({ length: 2000 }, (_, i) => i)]]
  ]
  await rows(t, 'extremes', extremes)
})

t.test('TYP-25 no limit of ours on the size of a collection', async (t) => {
  const many = Array.from({ length: 70_000 }, (_, i) => i)
  await rows(t, 'large', [[c.List(c.Integer), [many]], [c.Set(c.Integer, { frozen: true }), [many]], [c.Map(c.Integer, c.Integer, { frozen: true }), [new Map(many.map((i) => [i, i]))]]])
})

/** One row for each round of values, until each column had all of its own. */
async function rows (t: Test, table: string, columns: readonly (readonly [AnyColumn, readonly unknown[]])[]): Promise<void> {
  const samples = columns.map(([column]): Sample => ({ column, values: fc.constant(null), inner: fc.constant(null) }))
  const place = await store(own, table, samples)
  for (let i = 0; i < Math.max(...columns.map(([, given]) => given.length)); i++) {
    const held = columns.map(([column, given]) => checkValue(column, given[i % given.length]) ?? column.type.emptyValue())
    await write(place, samples, held)
    t.equal(difference(samples, held, await read(place, samples)), undefined)
  }
}

t.test('TYP-23 random nestings come back equal', needs5('vectors'), async (t) => {
  const samples = fc.sample(nested(3), 40)
  t.comment(samples.map(({ column }) => column.cql).join(' · '))
  await property(t, [await store(own, 'nested', samples)], samples, 20)
})

t.test('the encodings of a user\'s client are honoured both ways', needs5('vectors'), async (t) => {
  const samples = [...singles, ...fc.sample(nested(2), 30)].filter(({ column }) => survivesPlainObjects(column.type))
  await property(t, [await store(own, 'encodings', samples), await store(plain, 'encodings', samples)], samples, 10)
})

t.test('a client of another copy of the driver reads and writes the same, in any encoding', needs5('vectors'), async (t) => {
  const { Client: Other } = secondDriver(t)
  const made = (options: Partial<ClientOptions>): Client => {
    const client = new Other({ contactPoints: hosts, localDataCenter, ...options })
    t.teardown(() => client.shutdown())
    return client
  }
  const samples = [...singles, ...fc.sample(nested(2), 30)]
  await property(t, [await store(own, 'copies', samples), await store(made({ encoding: ownEncodingOptions }), 'copies', samples)], samples, 10)
  const plainSamples = samples.filter(({ column }) => survivesPlainObjects(column.type))
  await property(t, [await store(own, 'plain_copies', plainSamples), await store(made({}), 'plain_copies', plainSamples)], plainSamples, 10)
})

t.test('map keys that the driver would spoil are refused', needs5('vectors'), async (t) => {
  const { encoding } = await store(plain, 'refused', singles)
  for (const { column: { type }, inner } of singles.filter(({ column }) => !survivesPlainObjects(column.type))) {
    t.throws(() => type.toDriver(fc.sample(inner, 1)[0], encoding), QueryError, type.cql)
    t.throws(() => type.fromDriver({ x: 1 }), QueryError, type.cql)
  }
})
