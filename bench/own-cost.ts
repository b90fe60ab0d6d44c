// What each way costs by itself: real metadata, then a client that answers at once. Row → instance, insert, read, update, batch of 20.
import driver from 'cassandra-driver'
import { hand } from './hand-written.js'
import { interleaved, print } from './measure.js'
import { setUp } from './set-up.js'

const { client, db, Wide, Scalars, mapper, table, keyspace, close } = await setUp()
const { Row } = (driver as unknown as { types: { Row: new (columns: unknown[]) => Record<string, unknown> } }).types

const key = driver.types.Uuid.random()
const wide = () => ({ id: key, a: 'text', b: 5, c: 7n, d: 1.5, e: true, f: new Date(1e12), g: driver.types.Uuid.random(), tags: new Set(['a', 'b', 'c']), scores: new Map([['x', 1], ['y', 2]]) })
const scalars = () => ({ id: key, a: 'text', b: 5, c: 7n, d: 1.5, e: true, f: 'more', g: key, h: 3, i: 'last' })

function rowOf (values: Record<string, unknown>): Record<string, unknown> {
  const row = new Row([])
  for (const [name, value] of Object.entries(values)) row[name] = value
  return row
}

// The Mapper reads of a row what the result says that it has.
const columnsOf = (row: unknown) => Object.keys(row ?? {}).map((name) => ({ name }))
const result = (rows: unknown[]) => ({ rows, rowLength: rows.length, first: () => rows[0] ?? null, wasApplied: () => true, info: {}, pageState: null, columns: columnsOf(rows[0]), * [Symbol.iterator] () { yield * rows } })
let answer: unknown = result([])
const answering = { execute: () => Promise.resolve(answer), batch: () => Promise.resolve(answer) }
Object.assign(client, answering)

const prepared = { prepare: true }
const insertText = `INSERT INTO ${keyspace}.${table} (id, a, b, c, d, e, f, g, tags, scores) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const updateText = `UPDATE ${keyspace}.${table} SET a = ?, tags = tags + ? WHERE id = ?`
const readText = `SELECT * FROM ${keyspace}.${table} WHERE id = ?`

async function times (n: number, one: (i: number) => unknown): Promise<void> {
  for (let i = 0; i < n; i++) await one(i)
}

const rowCount = 100
const scalarRows = () => Array.from({ length: rowCount }, () => rowOf(scalars()))
const wideRows = () => Array.from({ length: rowCount }, () => rowOf(wide()))

/** The same rows again and again: hydration must not depend on fresh ones. Our instances keep the row and set copies in it. */
async function rowsToInstances (title: string, make: () => Record<string, unknown>[], model: { objects: { all (): Promise<unknown[]> } }, modelName: string): Promise<void> {
  const forMapper = mapper.forModel(modelName)
  const all = make()
  const loop = (read: () => Promise<unknown>) => async (n: number) => {
    for (let i = 0; i < n / rowCount; i++) {
      answer = result(all.slice())
      await read()
    }
  }
  print(title, await interleaved([
    { name: 'driver', run: loop(async () => (await client.execute('')).rows) },
    { name: 'hand-written', run: loop(async () => (await client.execute('')).rows.map((row) => new hand.Row(row as never))) },
    { name: 'Mapper', run: loop(async () => (await forMapper.findAll()).toArray().map((o: unknown) => o)) },
    { name: 'fastify-cqlalchemy', run: loop(async () => await model.objects.all()) }
  ], 100_000, 5))
}

await rowsToInstances('row of ten scalars → instance (per row)', scalarRows, Scalars, 'Scalars')
await rowsToInstances('row with a set and a map → instance (per row)', wideRows, Wide, 'Wide')

// Prepared: what the values cost to make is nobody's. Few enough to stay in the caches of the processor.
const thousand = Array.from({ length: 1000 }, () => ({ ...wide(), id: driver.types.Uuid.random() }))
const values = (i: number): ReturnType<typeof wide> => thousand[i % 1000] as ReturnType<typeof wide>

answer = result([])
const wideMapper = mapper.forModel('Wide')
print('insert, 10 columns', await interleaved([
  { name: 'driver', run: async (n) => { await times(n, (i) => { const v = values(i); return client.execute(insertText, [v.id, v.a, v.b, v.c, v.d, v.e, v.f, v.g, v.tags, v.scores], prepared) }) } },
  { name: 'hand-written', run: async (n) => { await times(n, (i) => hand.insert(client, insertText, values(i))) } },
  { name: 'Mapper', run: async (n) => { await times(n, (i) => wideMapper.insert(values(i))) } },
  { name: 'fastify-cqlalchemy', run: async (n) => { await times(n, (i) => Wide.create(values(i))) } }
], 20_000, 5))

const single = [rowOf(wide())]
print('read by key', await interleaved([
  { name: 'driver', run: async (n) => { answer = result(single); await times(n, async () => (await client.execute(readText, [key], prepared)).first()) } },
  { name: 'Mapper', run: async (n) => { answer = result(single); await times(n, () => wideMapper.get({ id: key })) } },
  { name: 'fastify-cqlalchemy', run: async (n) => { answer = result(single); await times(n, () => Wide.objects.filter({ id: key }).first()) } }
], 20_000, 5))

answer = result([])
const loaded = Wide.hydrate(wide())
const plain = wide()
print('update: one scalar and one set addition', await interleaved([
  { name: 'driver', run: async (n) => { await times(n, (i) => client.execute(updateText, [`t${i}`, [`${i % 50}`], key], prepared)) } },
  { name: 'Mapper', run: async (n) => { await times(n, (i) => wideMapper.update({ id: key, a: `t${i}`, tags: driver.mapping.q.append([`${i % 50}`]) })) } },
  { name: 'ours, blind', run: async (n) => { await times(n, (i) => Wide.filter({ id: key }).update({ a: `t${i}`, tags__add: [`${i % 50}`] })) } },
  { name: 'ours, loaded', run: async (n) => { await times(n, (i) => { loaded.a = `t${i}`; loaded.b = i; return loaded.save() }) } }
], 20_000, 5))
void plain

print('batch of 20 inserts', await interleaved([
  { name: 'driver', run: async (n) => { await times(n, () => client.batch(Array.from({ length: 20 }, (_, k) => { const v = values(k); return { query: insertText, params: [v.id, v.a, v.b, v.c, v.d, v.e, v.f, v.g, v.tags, v.scores] } }), prepared)) } },
  { name: 'Mapper', run: async (n) => { await times(n, () => mapper.batch(Array.from({ length: 20 }, (_, k) => wideMapper.batching.insert(values(k))))) } },
  { name: 'fastify-cqlalchemy', run: async (n) => { await times(n, async () => await db.batch(async (b) => { for (let k = 0; k < 20; k++) void Wide.batch(b).create(values(k)) })) } }
], 1_000, 5))

// Last, because from the first scope on every promise of the process carries it along.
const read = async (n: number): Promise<void> => { answer = result(single); await times(n, () => Wide.objects.filter({ id: key }).first()) }
const beforeAnyScope = await interleaved([{ name: 'before any scope', run: read }], 20_000, 5)
await db.scope({ keyspace }, async () => await read(1))
print('read by key, with scopes', [...beforeAnyScope, ...await interleaved([
  { name: 'outside a scope', run: read },
  { name: 'inside a scope', run: async (n) => { await db.scope({ keyspace }, async () => { await read(n) }) } }
], 20_000, 5)])

await close()
