// Models with every kind of key, index and column, and random queries on them.
import type { CQLAlchemy } from '../../src/cqlalchemy.js'
import type { CqlType } from '../../src/cqlengine/columns/cql-type.js'
import { type ModelConstructor, tableOf } from '../../src/cqlengine/model/meta.js'
import type { TableColumn } from '../../src/cqlengine/model/table.js'
import { type QueryCondition, isToken, readConditions } from '../../src/cqlengine/query/terms/conditions.js'
import { Selected, Token } from '../../src/cqlengine/query/terms/functions.js'
import { allOf, type QueryOrder, type Output, type QueryState } from '../../src/cqlengine/query/terms/query-state.js'
import fc from '../support/random.js'

export function indexedModels (db: CQLAlchemy): ModelConstructor[] {
  const c = db.columns
  const sai = { index: { using: 'sai' } } as const
  const key = { primaryKey: true } as const
  const part = { partitionKey: true } as const
  const models = [
    db.Model.define('mixed', {
      p: c.Integer(key),
      c: c.Integer(key),
      d: c.Text(key),
      e: c.Integer({ ...key, clusteringOrder: 'desc' }),
      s: c.Integer({ static: true }),
      si: c.Integer({ static: true, index: true }),
      v: c.Integer(),
      w: c.Text({ index: true }),
      w2: c.Integer({ index: true }),
      x: c.Integer(sai),
      l: c.List(c.Integer),
      li: c.List(c.Integer, { index: true }),
      mk: c.Map(c.Text, c.Integer, { index: { target: 'keys' } }),
      me: c.Map(c.Text, c.Integer, { index: { target: 'entries' } }),
      fl: c.List(c.Integer, { frozen: true, index: { target: 'full' } }),
      fm: c.Map(c.Text, c.Integer, { frozen: true }),
      du: c.Duration(),
      tu: c.Tuple(c.Integer, c.Text)
    }),
    db.Model.define('half', {
      a: c.Integer({ ...part, index: true }), b: c.Integer(part), c: c.Integer({ ...key, clusteringOrder: 'desc', index: true }), d: c.Integer(key), v: c.Integer(), x: c.Integer(sai)
    }),
    db.Model.define('attached', {
      a: c.Integer({ ...part, ...sai }),
      b: c.Integer(part),
      c: c.Integer({ ...key, ...sai }),
      d: c.Integer(key),
      n: c.Integer(sai),
      t: c.Text(sai),
      u: c.UUID(sai),
      at: c.DateTime(sai),
      l: c.List(c.Integer, sai),
      m: c.Map(c.Text, c.Integer, { index: [{ using: 'sai', target: 'keys' }, { using: 'sai', target: 'values' }, { using: 'sai', target: 'entries' }] }),
      tu: c.Tuple(c.Integer, c.Text, sai),
      s: c.Integer({ static: true, ...sai }),
      v: c.Integer()
    }),
    db.Model.define('near', {
      a: c.Integer({ ...part, ...sai }), b: c.Integer(part), c: c.Integer(key), d: c.Integer({ ...key, ...sai }), ve: c.Vector(c.Float, 3, sai), bare: c.Vector(c.Float, 3), n: c.Integer(sai), w: c.Integer({ index: true }), v: c.Integer()
    }),
    db.Model.define('flat', { p: c.Text(key), v: c.Integer(), w: c.Integer({ index: true }) }),
    db.Model.define('votes', { p: c.Integer(key), c: c.Integer(key), n: c.Counter(), m: c.Counter({ static: true }) })
  ]
  return models as unknown as ModelConstructor[]
}

/** Decides by chance: `pick` one of several, `odds(0.2)` true in one case of five. */
export interface Dice {
  pick<T> (from: readonly T[]): T
  odds (p: number): boolean
}

export const dice: fc.Arbitrary<Dice> = fc.gen().map((g) => ({
  pick: (from) => g(fc.constantFrom, ...from),
  odds: (p) => g(fc.integer, { min: 0, max: 99 }) < p * 100
}))

/** A query that a user could ask for: mostly near to what Cassandra takes, so that both verdicts are frequent. */
export function randomQuery (d: Dice, models: readonly ModelConstructor[]): QueryState {
  const model = d.pick(models)
  const table = tableOf(model)
  const some = <T>(from: readonly T[]): T[] => from.filter(() => d.odds(0.4))
  return {
    ...allOf(model),
    conditions: ofOneVector([...keyConditions(d, model), ...Array.from({ length: d.pick([0, 0, 1, 1, 2, 3]) }, () => randomCondition(d, model, d.pick(table.columns))), ...d.odds(0.06) ? [tokenCondition(d, model)] : []]),
    allowFiltering: d.odds(0.25),
    output: randomOutput(d, model, some),
    groupBy: d.odds(0.15) ? table.key.slice(0, d.pick([1, 2, 3])) : d.odds(0.03) ? some(table.columns) : [],
    order: randomOrder(d, model),
    limit: d.odds(0.4) ? 3 : undefined,
    perPartitionLimit: d.odds(0.1) ? 1 : undefined
  }
}

/** Of several vectors the server looks at the first one by name only, and then asks the index of another for what it cannot answer. */
function ofOneVector (conditions: QueryCondition[]): QueryCondition[] {
  const isVector = (c: QueryCondition): boolean => !isToken(c) && c.column.type.kind === 'vector'
  const hasIndexed = conditions.some((c) => isVector(c) && !isToken(c) && c.column.indexed)
  return hasIndexed ? conditions.filter((c) => !isVector(c) || (!isToken(c) && c.column.indexed)) : conditions
}

/** As much of the key as `filter` often has. */
export function keyConditions (d: Dice, model: ModelConstructor): QueryCondition[] {
  const { partitionKey, clustering } = tableOf(model)
  const conditions: QueryCondition[] = []
  const add = (column: TableColumn): void => {
    conditions.push(d.odds(0.75) ? condition(model, `${column.name}`, valueOf(d, column.type)) : randomCondition(d, model, column))
  }
  if (d.odds(0.75)) for (const column of partitionKey) if (d.odds(0.9)) add(column)
  if (d.odds(0.5)) {
    for (const column of clustering) {
      if (d.odds(0.3)) break
      if (d.odds(0.85)) add(column)
      if (d.odds(0.1)) add(column)
    }
  }
  return conditions
}

function randomCondition (d: Dice, model: ModelConstructor, { name, type }: TableColumn): QueryCondition {
  const isCollection = ['list', 'set', 'map'].includes(type.kind)
  if (isCollection && d.odds(0.75)) {
    const element = type.elementType(type.kind === 'map' ? 'value' : 'element') as CqlType
    const operator = type.kind === 'map' ? d.pick(['contains', 'containsKey', 'entry']) : 'contains'
    return condition(model, `${name}__${operator}`, operator === 'containsKey' ? 'a' : operator === 'entry' ? ['a', 1] : valueOf(d, element))
  }
  if (type.kind === 'text' && d.odds(0.05)) return condition(model, `${name}__like`, 'a%')
  const operator = d.pick(['eq', 'eq', 'eq', 'in', 'gt', 'gte', 'lt', 'lte'])
  return condition(model, `${name}__${operator}`, operator === 'in' ? [valueOf(d, type)] : valueOf(d, type))
}

function condition (model: ModelConstructor, key: string, value: unknown): QueryCondition {
  return readConditions(tableOf(model), [{ [key]: value }], 'filter')[0] as QueryCondition
}

function tokenCondition (d: Dice, model: ModelConstructor): QueryCondition {
  return condition(model, `pk__token__${d.pick(['gt', 'gte', 'lt', 'lte', 'eq'])}`, new Token(tableOf(model).partitionKey.map((c) => valueOf(d, c.type))))
}

function randomOutput (d: Dice, model: ModelConstructor, some: <T>(from: readonly T[]) => T[]): Output {
  const { columns, partitionKey, key } = tableOf(model)
  const statics = columns.filter((c) => c.role === 'static')
  const kind = d.pick(['instances', 'instances', 'instances', 'instances', 'instances', 'distinct', 'values', 'static', 'selection'])
  if (kind === 'distinct') return { kind, columns: [...partitionKey, ...some(statics)] }
  if (kind === 'static' && statics.length > 0) return { kind: 'values', columns: [...some(partitionKey), ...statics], flat: false }
  if (kind === 'values') return { kind, columns: [d.pick(columns), ...some(columns)], flat: false }
  if (kind !== 'selection') return { kind: 'instances' }
  const column = d.pick(columns)
  const fields = new Map<string, TableColumn | Selected>([['one', d.pick([new Selected('count'), new Selected('max', undefined, undefined, column), new Selected('count', undefined, undefined, column), column])]])
  if (d.odds(0.5)) fields.set('two', key[0] as TableColumn)
  return { kind, fields }
}

function randomOrder (d: Dice, model: ModelConstructor): QueryOrder[] {
  const { clustering, columns } = tableOf(model)
  const vectors = columns.filter((c) => c.type.kind === 'vector')
  const flip = d.odds(0.5)
  const chosen = d.odds(0.7) ? clustering.slice(0, d.pick([1, 2, 3])) : clustering.filter(() => d.odds(0.5))
  const order = d.odds(0.25) ? chosen.map((column): QueryOrder => ({ column, descending: ((column.order === 'desc') !== flip) !== d.odds(0.1) })) : []
  if (vectors.length === 0 || d.odds(0.5)) return order
  return [{ column: d.pick(vectors), vector: new Float32Array([1, 2, 3]) }, ...d.odds(0.1) ? order : []]
}

function valueOf (d: Dice, type: CqlType): unknown {
  const cql = type.cql.replace(/^frozen<(.*)>$/, '$1')
  const value = values[cql] ?? (cql.startsWith('vector') ? [1, 2, 3] : undefined)
  if (value === undefined) throw new Error(`no value of ${cql}`)
  return Array.isArray(value) && cql === 'int' ? d.pick(value) : value
}

const values: Readonly<Record<string, unknown>> = {
  int: [1, 2, 3], counter: 1, text: 'a', uuid: 'b7f8a6a0-0000-4000-8000-000000000001', timestamp: new Date(0), duration: '1d', 'list<int>': [1], 'map<text, int>': { a: 1 }, 'tuple<int, text>': [1, 'a']
}
