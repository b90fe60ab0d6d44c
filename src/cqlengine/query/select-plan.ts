import type { RequestOptions } from '../connection/session.js'
import { hydrate } from '../model/hydrate.js'
import { META, type ModelConstructor, tableOf } from '../model/meta.js'
import type { Source } from '../model/state.js'
import type { TableColumn } from '../model/table.js'
import { ownEncoding } from '../connection/encoding.js'
import { qualified } from '../statements/identifiers.js'
import { select } from '../statements/select.js'
import { bindCondition, type Condition, conditionShape, conditionText, isToken } from './conditions.js'
import { checkLegal } from './legality.js'
import { type Database, originOf, type Place, placeOf } from './place.js'
import type { Order, Output, QueryState } from './query-state.js'
import { type Selector, selectors } from './selection.js'
import type { StatementCache } from './statement-cache.js'
import { baseRequest, batchOf, requestOf } from './write.js'
import { QueryError } from '../errors.js'

/** A read that is ready to be sent. */
export interface SelectPlan {
  readonly cql: string
  readonly params: readonly unknown[]
  readonly place: Place
  readonly request: RequestOptions
  /** The rows of one page, as what the query set gives. */
  readonly read: (rows: readonly Record<string, unknown>[]) => unknown[]
}

export type Count = 'count'

/** An `in` without values finds nothing, so nothing needs to be asked. */
export function findsNothing (state: QueryState): boolean {
  return state.conditions.some((c) => !isToken(c) && c.operator === 'in' && (c.value as unknown[]).length === 0)
}

/**
 * Resolves, checks and builds a SELECT. `count` asks for the number of rows instead of the rows.
 * @throws {QueryError} for what the server would refuse, {BatchError} for a read in a batch, and what resolving a place throws
 */
export function planSelect (db: Database, cache: StatementCache, given: QueryState, as: Count | 'rows'): SelectPlan {
  const { model, options } = given
  const table = tableOf(model)
  if (batchOf(options) !== undefined) throw new QueryError(`${model[META].name}: only writes can be in a batch; take the reads out of it`)
  const state = withDiscriminator(given)
  checkLegal(table, state, as)
  const place = placeOf(db, model, { using: options.using })
  const output = columnsOf(state)
  const what: readonly Selector[] = as === 'count' ? countRows : output.what
  const order = as === 'count' ? [] : state.order
  const prepared = cache.get(shapeOf(state, what, as), place.keyspace, () => ({
    cql: select({
      table: qualified(place.keyspace, table.name),
      what: what.map((w) => w.text),
      distinct: state.output.kind === 'distinct' && as === 'rows',
      where: state.conditions.map(conditionText),
      groupBy: state.groupBy.map((c) => c.cql),
      orderBy: order.map(orderText),
      perPartitionLimit: state.perPartitionLimit !== undefined,
      limit: state.limit !== undefined && as === 'rows',
      allowFiltering: state.allowFiltering
    }),
    request: baseRequest(model, place.keyspace, 'read', true)
  }))
  const { encoding } = place.connection
  const params: unknown[] = []
  for (const w of what) w.bind?.(params, encoding)
  for (const condition of state.conditions) bindCondition(condition, encoding, params)
  for (const o of order) if ('vector' in o) params.push(o.column.type.toDriver(o.vector, encoding))
  if (state.perPartitionLimit !== undefined) params.push(state.perPartitionLimit)
  if (state.limit !== undefined && as === 'rows') params.push(state.limit)
  const source: Source = { origin: originOf(place), columns: output.columns, ...encoding !== ownEncoding && { form: 'foreign' } }
  return { cql: prepared.cql, params, place, request: withPaging(requestOf(prepared.request, options), state), read: reader(model, state.output, source, what) }
}

/** A query on a polymorphic child finds its own rows and those of its children (POL-05). */
function withDiscriminator (state: QueryState): QueryState {
  const { family, variant } = state.model[META]
  if (family === undefined || variant === undefined) return state
  const table = tableOf(state.model)
  const column = table.byField.get(family.discriminator.field) ?? family.discriminator
  const isKey = column.role === 'clustering' || column.role === 'partition'
  if (!isKey && !column.indexed) return state
  const values = family.valuesBelow(state.model)
  const single = values.length === 1
  const condition: Condition = { column, operator: single ? 'eq' : 'in', value: single ? values[0] : values }
  if (state.conditions.some((c) => !isToken(c) && c.column.field === column.field)) return state
  // An index takes no IN but with filtering; the rows are the same.
  return { ...state, conditions: [...state.conditions, condition], allowFiltering: state.allowFiltering || (!single && !isKey) }
}

const countRows: readonly Selector[] = [{ text: 'COUNT(*) AS "count"', shape: 'count' }]

interface Columns { readonly what: readonly Selector[], readonly columns: readonly TableColumn[] }

function columnsOf (state: QueryState): Columns {
  const { output, model } = state
  if (output.kind === 'selection') return { what: selectors(model[META].name, output.fields), columns: [] }
  const columns = output.kind === 'instances' ? allColumns(model) : output.columns
  return { what: columns.map((c) => ({ text: c.cql, shape: String(c.position) })), columns }
}

const familyColumns = new WeakMap<ModelConstructor, { readonly children: number, readonly columns: readonly TableColumn[] }>()

/** All columns of the model; for a polymorphic one those of its children too. */
function allColumns (model: ModelConstructor): readonly TableColumn[] {
  const table = tableOf(model)
  const { family } = model[META]
  if (family === undefined || !family.hasChildren) return table.columns
  const known = familyColumns.get(model)
  if (known?.children === family.children.length) return known.columns
  const byField = new Map(table.columns.map((c) => [c.field, c]))
  for (const child of family.children) {
    for (const column of child.prototype instanceof model || model[META].variant === undefined ? tableOf(child).columns : []) {
      if (!byField.has(column.field)) byField.set(column.field, { ...column, position: byField.size })
    }
  }
  const columns = [...byField.values()]
  familyColumns.set(model, { children: family.children.length, columns })
  return columns
}

function orderText (order: Order): string {
  return 'vector' in order ? `${order.column.cql} ANN OF ?` : `${order.column.cql} ${order.descending ? 'DESC' : 'ASC'}`
}

function shapeOf (state: QueryState, what: readonly Selector[], as: Count | 'rows'): string {
  const order = state.order.map((o) => `${o.column.position}${'vector' in o ? 'ann' : o.descending ? 'd' : 'a'}`).join()
  const flags = (state.perPartitionLimit === undefined ? 0 : 1) + (state.limit === undefined ? 0 : 2) + (state.allowFiltering ? 4 : 0) + (state.output.kind === 'distinct' ? 8 : 0)
  return `s ${as} ${what.map((w) => w.shape).join()} ${state.conditions.map(conditionShape).join()} ${state.groupBy.map((c) => c.position).join()} ${order} ${flags}`
}

function withPaging (request: RequestOptions, state: QueryState): RequestOptions {
  // With IN on the partition key and an order the server cannot page (reference 6.1).
  const unpaged = state.order.length > 0 && state.conditions.some((c) => !isToken(c) && c.operator === 'in' && c.column.role === 'partition')
  if (unpaged) return { ...request, fetchSize: 0 }
  return state.fetchSize === undefined ? request : { ...request, fetchSize: state.fetchSize }
}

function reader (model: ModelConstructor, output: Output, source: Source, what: readonly Selector[]): SelectPlan['read'] {
  if (output.kind === 'selection') {
    const names = [...output.fields.keys()]
    return (rows) => rows.map((row) => Object.fromEntries(names.map((name, i) => [name, what[i]?.read?.(row[name])])))
  }
  if (output.kind === 'values') {
    const { columns, flat } = output
    const valueOf = (row: Record<string, unknown>, { field, type }: TableColumn): unknown => {
      const value = row[field]
      return value === null || value === undefined ? type.emptyValue() : type.fromDriver(value)
    }
    const [only] = columns
    if (flat && only !== undefined) return (rows) => rows.map((row) => valueOf(row, only))
    return (rows) => rows.map((row) => columns.map((c) => valueOf(row, c)))
  }
  return (rows) => hydrate(model, rows, source)
}
