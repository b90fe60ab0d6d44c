// Every type and random nestings, written and read back on the real server, through a client of ours and through one with the driver's defaults.
import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { CqlType } from '../../src/cqlengine/columns/cql-type.js'
import { type Encoding, encodingOf, ownEncodingOptions } from '../../src/cqlengine/connection/encoding.js'
import type { Client } from '../../src/cqlengine/driver.js'
import { QueryError } from '../../src/cqlengine/errors.js'
import { connectedClient, uniqueKeyspace } from '../support/cassandra.js'
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
    return !type.equals(a, b) || type.keyOf(a) !== type.keyOf(b) || type.changes(a, b).length > 0 || !Object.is(type.convert(b), b)
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
  }), { numRuns: runs, endOnFailure: true })
  t.pass(`${runs} rows of ${samples.length} columns`)
}

/** Without `encoding.map` the driver spoils the keys of some maps; such types refuse to be bound. */
function survivesPlainObjects (type: CqlType): boolean {
  const hurt = /map<(?!(text|ascii|tinyint|smallint|int|bigint|varint|boolean|uuid|timeuuid|date|time),)/
  return !hurt.test(type.cql)
}

t.test('TYP-01 to TYP-25 every type, alone and in every collection, comes back equal', async (t) => {
  await property(t, [await store(own, 'singles', singles)], singles, 60)
})

t.test('TYP-23 random nestings come back equal', async (t) => {
  const samples = fc.sample(nested(3), 40)
  t.comment(samples.map(({ column }) => column.cql).join(' · '))
  await property(t, [await store(own, 'nested', samples)], samples, 40)
})

t.test('B16 the encodings of a user\'s client are honoured both ways', async (t) => {
  const samples = [...singles, ...fc.sample(nested(2), 30)].filter(({ column }) => survivesPlainObjects(column.type))
  await property(t, [await store(own, 'encodings', samples), await store(plain, 'encodings', samples)], samples, 25)
})

t.test('map keys that the driver would spoil are refused', async (t) => {
  const { encoding } = await store(plain, 'refused', singles)
  for (const { column: { type }, inner } of singles.filter(({ column }) => !survivesPlainObjects(column.type))) {
    t.throws(() => type.toDriver(fc.sample(inner, 1)[0], encoding), QueryError, type.cql)
    t.throws(() => type.fromDriver({ x: 1 }), QueryError, type.cql)
  }
})
