// What our own code costs, line by line, with a client that answers at once; for tricks.ts, which runs it with each
// trick switched off. Prints one line of JSON: names, and µs of CPU per operation or row.
import './switched-off.js'
import { CQLAlchemy } from '../src/cqlalchemy.js'
import { ResultSet, Row } from '../src/cqlengine/connection/driver-internals/results.js'
import { types } from '../src/cqlengine/driver.js'
import { mockClient } from '../src/testing/mock-client.js'
import { median } from './measure.js'

const db = new CQLAlchemy()
const c = db.columns
class Wide extends db.Model.define('wide', {
  id: c.UUID({ primaryKey: true }), a: c.Text(), b: c.Integer(), c: c.BigInt(), d: c.Double(), e: c.Boolean(), f: c.DateTime(), g: c.UUID(), tags: c.Set(c.Text), scores: c.Map(c.Text, c.Integer)
}).as<Wide>() {}
class Scalars extends db.Model.define('scalars', {
  id: c.UUID({ primaryKey: true }), a: c.Text(), b: c.Integer(), c: c.BigInt(), d: c.Double(), e: c.Boolean(), f: c.Text(), g: c.UUID(), h: c.Integer(), i: c.Text()
}).as<Scalars>() {}
const thirty = Object.fromEntries(Array.from({ length: 26 }, (_, i) => [`c${i}`, i % 2 === 0 ? c.Text() : c.Integer()]))
class Thirty extends db.Model.define('thirty', { id: c.UUID({ primaryKey: true }), changed: c.Text(), tags: c.Set(c.Text), scores: c.Map(c.Text, c.Integer), ...thirty }).as<Thirty>() {}
const client = mockClient()
await db.init({ client, keyspace: 'bench', env: false })

const key = types.Uuid.random()
const wide = () => ({ id: types.Uuid.random(), a: 'text', b: 5, c: 7n, d: 1.5, e: true, f: new Date(1e12), g: types.Uuid.random(), tags: new Set(['a', 'b', 'c']), scores: new Map([['x', 1], ['y', 2]]) })
const scalars = () => ({ id: key, a: 'text', b: 5, c: 7n, d: 1.5, e: true, f: 'more', g: key, h: 3, i: 'last' })

function rowOf (values: Record<string, unknown>): Record<string, unknown> {
  const row = new Row([]) as unknown as Record<string, unknown>
  for (const [name, value] of Object.entries(values)) row[name] = value
  return row
}

const result = (rows: unknown[]) => new ResultSet({ rows, meta: { columns: [] } }, '127.0.0.1:9042', {}, 0, types.consistencies.localOne, true)
let answer = result([])
Object.assign(client, { execute: () => Promise.resolve(answer), batch: () => Promise.resolve(answer) })

const rowCount = 100
const [scalarRows, wideRows] = [scalars, wide].map((make) => Array.from({ length: rowCount }, () => rowOf(make())))
const thousand = Array.from({ length: 1000 }, wide)
const values = (i: number) => thousand[i % 1000] as ReturnType<typeof wide>
const loaded = Wide.hydrate(wide())
const loadedThirty = Thirty.hydrate({ id: key, changed: 'a', tags: new Set(['a', 'b', 'c']), scores: new Map([['x', 1], ['y', 2]]), ...Object.fromEntries(Object.keys(thirty).map((name, i) => [name, i % 2 === 0 ? 'text' : i])) } as never) as unknown as { changed: string, save (): Promise<unknown> }

async function times (n: number, one: (i: number) => unknown): Promise<void> {
  for (let i = 0; i < n; i++) await one(i)
}
const empty = (): void => { answer = result([]) }
const reading = (model: { objects: { all (): Promise<unknown[]> } }, rows: readonly unknown[] | undefined) => async (n: number) => {
  for (let i = 0; i < n / rowCount; i++) {
    answer = result([...rows ?? []])
    await model.objects.all()
  }
}
const create = async (n: number): Promise<void> => { empty(); await times(n, (i) => Wide.create(values(i))) }
const readByKey = async (n: number): Promise<void> => { answer = result(wideRows?.slice(0, 1) ?? []); await times(n, () => Wide.objects.filter({ id: key }).first()) }
const change = async (n: number): Promise<void> => { empty(); await times(n, (i) => { loaded.a = `t${i}`; loaded.b = i; return loaded.save() }) }
const lines: Readonly<Record<string, { readonly count: number, readonly run: (n: number) => Promise<void> }>> = {
  'row of ten scalars': { count: 100_000, run: reading(Scalars, scalarRows) },
  'row with a set and a map': { count: 50_000, run: reading(Wide, wideRows) },
  'new instance': { count: 20_000, run: async (n) => { await times(n, (i) => new Wide(values(i))) } },
  insert: { count: 20_000, run: create },
  'read by key': { count: 20_000, run: readByKey },
  'save of two changed columns': { count: 20_000, run: change },
  'save of one changed column of thirty': { count: 20_000, run: async (n) => { empty(); await times(n, (i) => { loadedThirty.changed = `t${i}`; return loadedThirty.save() }) } },
  'update by a filter': { count: 20_000, run: async (n) => { empty(); await times(n, (i) => Wide.filter({ id: key }).update({ a: `t${i}`, tags__add: [`${i % 50}`] })) } },
  'batch of 20 creates': { count: 1_000, run: async (n) => { empty(); await times(n, async () => { await db.batch((b) => { for (let k = 0; k < 20; k++) void Wide.batch(b).create(values(k)) }) }) } }
}

/** µs of CPU per operation, without what the collection before takes. */
async function measured (count: number, run: (n: number) => Promise<void>, passes: number, warmUp: boolean): Promise<number> {
  const samples: number[] = []
  for (let pass = 0; pass < passes; pass++) {
    globalThis.gc?.()
    if (warmUp) await run(Math.ceil(count / 10))
    const before = process.cpuUsage()
    await run(count)
    const { user, system } = process.cpuUsage(before)
    samples.push((user + system) / count)
  }
  return median(samples)
}

/** LINES=save,insert: only those lines. */
const wanted = (process.env['LINES'] ?? '').split(',')
const isWanted = (name: string): boolean => wanted.some((part) => name.includes(part))
const found: Record<string, number> = {}
for (const [name, { count, run }] of Object.entries(lines)) {
  if (!isWanted(name)) continue
  await run(count)
  found[name] = await measured(count, run, 5, true)
}
// V8 drops what it compiled for objects of which a full collection finds none. After a few of them nothing is left.
for (const [name, run] of Object.entries({ 'row with a set and a map': lines['row with a set and a map']?.run, insert: create, 'read by key': readByKey, 'save of two changed columns': change })) {
  if (run === undefined || !isWanted(name)) continue
  found[`${name}, 1,000 after each full collection`] = await measured(1_000, run, 60, false)
}
// What instances take while a program holds them, beside their rows.
const all: unknown[] = []
for (const [name, make, model] of [['scalars', scalars, Scalars], ['wide', wide, Wide]] as const) {
  if (!isWanted('bytes held')) continue
  const rows = Array.from({ length: 5_000 }, () => rowOf(make()))
  globalThis.gc?.()
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  answer = result(rows)
  const held = await (model as typeof Wide).objects.all()
  all.push(rows, held)
  globalThis.gc?.()
  globalThis.gc?.()
  found[`bytes of an instance of ${name}`] = (process.memoryUsage().heapUsed - before) / held.length
  const cpu: number[] = []
  for (let pass = 0; pass < 20; pass++) {
    answer = result(rows.slice())
    const { user, system } = process.cpuUsage()
    held.splice(0, held.length, ...await (model as typeof Wide).objects.all() as never[])
    const now = process.cpuUsage()
    cpu.push((now.user + now.system - user - system) / held.length)
  }
  found[`5,000 rows of ${name}, held`] = median(cpu)
}
await db.close()
console.log(JSON.stringify(found))
