// Random tables, and random operations on them as a program writes them, for comparing one process with another.
import type { CQLAlchemy } from '../../src/cqlalchemy.js'
import fc from '../support/random.js'
import type { Dice } from './random-queries.js'

type Kind = 'int' | 'text' | 'set' | 'list' | 'map' | 'counter'
interface Spec {
  readonly name: string
  readonly kind: Kind
  readonly role: 'partition' | 'clustering' | 'static' | 'regular'
  readonly options: Readonly<Record<string, unknown>>
}
export type TableSpec = readonly Spec[]

/** The part of a model, its queries and instances that the operations below use; which columns there are is random. */
interface Query {
  [builder: string]: (...values: unknown[]) => Query
}
interface Row extends Record<string, unknown> {
  save (options?: unknown): Promise<unknown>
  update (values: unknown, options?: unknown): Promise<unknown>
  delete (options?: unknown): Promise<unknown>
}
export interface Model {
  readonly objects: Query
  filter (...where: unknown[]): Query
  create (values: unknown, options?: unknown): Promise<unknown>
  hydrate (row: unknown): Row
}
/** @param batch the one that its writes go into */
export type Operation = (db: CQLAlchemy, model: Model, batch?: unknown) => Promise<unknown>

/** 9 to 24 columns, and seldom more than keys have bits for: composite keys, both clustering orders, static columns, plain and SAI indexes, collections. Some are tables of counters. */
export function randomTable (d: Dice): TableSpec {
  const isCounter = d.odds(0.1)
  const length = d.pick([9, 9, 9, 10, 10, 11, 12, 14, 18, 18, 24, 34, 56])
  const partition = d.pick([1, 1, 1, 2])
  const clustering = d.pick([0, 0, 1, 2])
  // Static columns stand anywhere, the last place too.
  return Array.from({ length }, (_, i): Spec => {
    const name = `c${i}`
    if (i < partition) return { name, kind: d.pick(['int', 'text']), role: 'partition', options: { partitionKey: true } }
    if (i < partition + clustering) return { name, kind: d.pick(['int', 'text']), role: 'clustering', options: { primaryKey: true, ...d.odds(0.4) && { clusteringOrder: 'desc' } } }
    const role = clustering > 0 && d.odds(0.25) ? 'static' : 'regular'
    const own = role === 'static' ? { static: true } : {}
    if (isCounter) return { name, kind: 'counter', role, options: own }
    const kind = d.pick<Kind>(['int', 'int', 'int', 'int', 'text', 'text', 'set', 'list', 'map'])
    const isPlain = kind === 'int' || kind === 'text'
    return { name, kind, role, options: { ...own, ...isPlain && d.odds(0.5) && { index: d.odds(0.7) ? { using: 'sai' } : true } } }
  })
}

/** Makes the table in a `db`. */
export function defineTable (db: CQLAlchemy, table: TableSpec): Model {
  const c = db.columns
  const make = ({ kind, options: given }: Spec): unknown => {
    const options = given as {} // which options there are is random

    switch (kind) {
      case 'int': return c.Integer(options)
      case 'text': return c.Text(options)
      case 'counter': return c.Counter(options)
      case 'set': return c.Set(c.Integer, options)
      case 'list': return c.List(c.Integer, options)
      case 'map': return c.Map(c.Text, c.Integer, options)
    }
  }
  return db.Model.define('walked', Object.fromEntries(table.map((spec) => [spec.name, make(spec)])) as never, { keyspace: 'ks' }) as unknown as Model
}

/** One operation, mostly near to what is legal. What Cassandra would refuse is among them: that it is refused must not depend on what came before. */
export function randomOperation (d: Dice, table: TableSpec): Operation {
  const kind = d.pick(['select', 'select', 'select', 'update', 'update', 'update', 'save', 'insert', 'delete', 'batch'])
  if (kind === 'select') return select(d, table)
  if (kind !== 'batch') return write(d, table, kind)
  const writes = Array.from({ length: d.pick([1, 2, 3]) }, () => write(d, table, d.pick(['update', 'save', 'insert', 'delete'])))
  // Each is waited for, so that the first refusal ends the batch.
  return (db, model) => db.batch(async (batch) => {
    for (const one of writes) await one(db, model, batch)
  })
}

function call (query: Query, method: string, ...values: unknown[]): Query {
  return (query[method] as (...given: unknown[]) => Query).apply(query, values)
}

/** Calls in turn, the last of which asks. */
type Calls = readonly (readonly [method: string, ...values: unknown[]])[]
const run = (query: Query, calls: Calls): Promise<unknown> => calls.reduce<Query>((q, [method, ...values]) => call(q, method, ...values), query) as unknown as Promise<unknown>

function select (d: Dice, table: TableSpec): Operation {
  // Half are of the shortest forms, for those have the keys that are numbers, which are close together.
  if (d.odds(0.5)) {
    const where = condition(d, d.pick(table))
    const calls = [['allowFiltering'], ...d.odds(0.3) ? [['limit', 3] as const] : [], ['all']] as const
    return (_, model) => run(model.filter(where), calls)
  }
  const calls: (readonly [string, ...unknown[]])[] = []
  const names = table.map((c) => c.name)
  const some = (from: readonly string[]): string[] => from.filter(() => d.odds(0.3))
  const where: Record<string, unknown> = d.odds(0.5) ? keyOf(d, table, d.pick(['row', 'partition', 'some'])) : {}
  for (let i = d.pick([0, 1, 1, 1, 2, 3]); i > 0; i--) Object.assign(where, condition(d, d.pick(table)))
  if (Object.keys(where).length > 0) calls.push(['filter', where])
  if (d.odds(0.6)) calls.push(['allowFiltering'])
  if (d.odds(0.3)) calls.push(['limit', 3])
  if (d.odds(0.1)) calls.push(['perPartitionLimit', 2])
  const clustering = table.filter((c) => c.role === 'clustering').map((c) => c.name)
  if (clustering.length > 0 && d.odds(0.2)) calls.push(['orderBy', ...clustering.map((name) => d.odds(0.5) ? `-${name}` : name)])
  if (d.odds(0.05)) calls.push(['groupBy', ...names.slice(0, d.pick([1, 2]))])
  const output = d.pick(['', '', '', '', 'only', 'defer', 'valuesList', 'distinct', 'select'])
  if (output === 'only' || output === 'valuesList') calls.push([output, d.pick(names), ...some(names)])
  else if (output === 'defer') calls.push([output, ...some(names)])
  else if (output === 'distinct') calls.push([output])
  if (d.odds(0.1)) calls.push(['consistency', 'localQuorum'])
  const last = d.pick(['all', 'all', 'all', 'first', 'count'])
  if (output !== 'select') return (_, model) => run(model.objects, [...calls, [last]])
  const fields = [d.pick(names), ...some(names)]
  return (db, model) => {
    const columns = (model as unknown as { columns: Record<string, never> }).columns
    const what = Object.fromEntries(fields.map((name, i) => [i === 0 ? 'a",1 "b' : name, i === 1 ? db.functions.max(columns[name] as never) : columns[name]]))
    return run(model.objects, [...calls, ['select', what], [last]])
  }
}

function write (d: Dice, table: TableSpec, kind: string): Operation {
  const options = writeOptions(d, table, kind)
  const own = (batch: unknown): object => batch === undefined ? options : { ...options, batch }
  const share = d.pick([0.1, 0.3, 0.5])
  const changed = table.filter((c) => c.role !== 'partition' && c.role !== 'clustering' && d.odds(share))
  const isShort = d.odds(0.5)
  const changes = Object.assign({}, ...changed.map((c) => isShort && c.kind !== 'counter' ? { [c.name]: valueOf(d, c) } : change(d, c))) as Record<string, unknown>
  const key = keyOf(d, table, 'row')
  switch (kind) {
    case 'insert': {
      const values = { ...key, ...Object.fromEntries(changed.filter((c) => c.kind !== 'counter').map((c) => [c.name, valueOf(d, c)])) }
      const ifNotExists = d.odds(0.2) ? { ifNotExists: true } : {}
      return (_, model, batch) => model.create(values, { ...own(batch), ...ifNotExists })
    }
    case 'save': {
      const loaded = { ...key, ...Object.fromEntries(table.filter((c) => !(c.name in key)).map((c) => [c.name, c.kind === 'counter' ? 5n : null])) }
      const assigned = Object.fromEntries(changed.map((c) => [c.name, c.kind === 'counter' ? 7n : valueOf(d, c)]))
      if (d.odds(0.3)) return (_, model, batch) => model.hydrate(loaded).update(changes, own(batch))
      if (d.odds(0.2)) return (_, model, batch) => model.hydrate(loaded).delete(own(batch))
      return (_, model, batch) => Object.assign(model.hydrate(loaded), assigned).save(own(batch))
    }
    case 'delete': {
      const where = keyOf(d, table, d.pick(['row', 'partition', 'some']))
      return (_, model, batch) => run(model.filter(where), [['delete', own(batch)]])
    }
    default: {
      const where = d.odds(0.8) ? key : keyOf(d, table, d.pick(['partition', 'some']))
      return (_, model, batch) => run(model.filter(where), [['update', changes, own(batch)]])
    }
  }
}

function writeOptions (d: Dice, table: TableSpec, kind: string): Record<string, unknown> {
  const isCounter = table.some((c) => c.kind === 'counter')
  const conditions = table.filter((c) => (c.role === 'static' || c.role === 'regular') && (c.kind === 'int' || c.kind === 'text'))
  const iff = d.odds(0.1) && conditions.length > 0 ? Object.assign({}, condition(d, d.pick(conditions)), condition(d, d.pick(conditions))) as unknown : undefined
  const isConditional = iff !== undefined || d.odds(0.1)
  return {
    ...d.odds(0.1) && { idempotent: d.odds(0.5) },
    ...d.odds(0.05) && { consistency: 'quorum' },
    ...!isCounter && kind !== 'delete' && d.odds(0.3) && { ttl: 60 },
    ...!isCounter && (isConditional ? kind !== 'insert' && (iff === undefined ? { ifExists: true } : { iff }) : d.odds(0.2) && { timestamp: 5n })
  }
}

function keyOf (d: Dice, table: TableSpec, reach: 'row' | 'partition' | 'some'): Record<string, unknown> {
  const key: Record<string, unknown> = {}
  for (const c of table) {
    if (c.role === 'partition') key[c.name] = valueOf(d, c)
    else if (c.role === 'clustering' && reach !== 'partition') {
      if (reach === 'row') key[c.name] = valueOf(d, c)
      else Object.assign(key, condition(d, c))
      if (reach === 'some' && d.odds(0.5)) break
    }
  }
  return key
}

function condition (d: Dice, spec: Spec): Record<string, unknown> {
  const { name, kind } = spec
  if (kind === 'set' || kind === 'list') return { [`${name}__contains`]: d.pick([1, 2]) }
  if (kind === 'map') return d.pick([{ [`${name}__contains`]: 1 }, { [`${name}__containsKey`]: 'a' }, { [`${name}__entry`]: ['a', 1] }])
  const operator = d.pick(['eq', 'in', 'gt', 'gte', 'lt', 'lte', 'gt', 'lte'])
  return { [`${name}__${operator}`]: operator === 'in' ? [valueOf(d, spec)] : valueOf(d, spec) }
}

function change (d: Dice, spec: Spec): Record<string, unknown> {
  const { name, kind } = spec
  const value = valueOf(d, spec)
  switch (kind) {
    case 'counter': return { [`${name}__${d.pick(['increment', 'decrement'])}`]: 2 }
    case 'set': return d.pick([{ [name]: value }, { [`${name}__add`]: [1] }, { [`${name}__remove`]: [2] }, { [`${name}__add`]: [1], [`${name}__remove`]: [2] }])
    case 'list': return d.pick([{ [name]: value }, { [`${name}__append`]: [1] }, { [`${name}__prepend`]: [2] }, { [`${name}__remove`]: [2] }])
    case 'map': return d.pick([{ [name]: value }, { [`${name}__update`]: { a: 1 } }, { [`${name}__update`]: { a: null, b: 2 } }, { [`${name}__remove`]: ['c'] }])
    default: return { [name]: d.odds(0.1) ? null : value }
  }
}

function valueOf (d: Dice, { kind }: Spec): unknown {
  switch (kind) {
    case 'int': case 'counter': return d.pick([1, 2, 3])
    case 'text': return d.pick(['a', 'b'])
    case 'set': case 'list': return [1, 2]
    case 'map': return { a: 1 }
  }
}

interface Walk { readonly table: TableSpec, readonly operations: readonly Operation[] }

/** As many operations on one table as `length` says. */
export function walks (dice: fc.Arbitrary<Dice>, length: number): fc.Arbitrary<Walk> {
  return dice.map((d) => {
    const table = randomTable(d)
    const walk: Walk = { table, operations: Array.from({ length }, () => randomOperation(d, table)) }
    // A failure shows the statements; hundreds of functions say nothing.
    return Object.assign(walk, { [fc.toStringMethod]: () => JSON.stringify(table) })
  })
}
