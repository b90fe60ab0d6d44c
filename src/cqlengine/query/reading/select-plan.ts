import { bytesOf } from '../../columns/size.js'
import { type Encoding, ownEncoding } from '../../connection/encoding.js'
import { ofKind } from '../../connection/door.js'
import { routedTo } from '../../connection/driver-internals/token-ring.js'
import type { RequestOptions } from '../../connection/request.js'
import { hydrate } from '../../model/load.js'
import { classOfView, META, type ModelConstructor, tableOf } from '../../model/meta.js'
import type { Source } from '../../model/state.js'
import type { Table, TableColumn } from '../../model/table.js'
import { qualified } from '../../statements/identifiers.js'
import { select } from '../../statements/select.js'
import { bindCondition, conditionText, isToken, rangeOf } from '../terms/conditions.js'
import { withDiscriminator } from '../terms/family-filter.js'
import { checkLegal, checkNearest } from '../terms/legality.js'
import { demandOf, operationOf } from '../operation/operation.js'
import type { Database } from '../operation/database.js'
import type { Place } from '../operation/place.js'
import type { QueryOrder, Output, QueryState } from '../terms/query-state.js'
import type { Wanted } from '../operation/result-types.js'
import { readValue, type Selector, selectors } from './selection.js'
import { baseRequest, type Prepared, type StatementCache } from '../operation/statement-cache.js'
import { selectKey, type StatementKey } from '../operation/statement-keys.js'
import { checkSize } from '../operation/statement-size.js'

/** A read that is ready to be sent. */
export interface SelectPlan extends Wanted {
  readonly cql: string
  readonly params: readonly unknown[]
  readonly request: RequestOptions
  /** The rows of one page, as what the query set gives. */
  readonly read: (rows: readonly Record<string, unknown>[]) => unknown[]
}

/** `count` asks for the number of rows instead of the rows. */
export type Asked = 'count' | 'rows'

/** An `in` without values finds nothing, so nothing needs to be asked. */
export function findsNothing (state: QueryState): boolean {
  return state.conditions.some((c) => !isToken(c) && c.operator === 'in' && (c.value as unknown[]).length === 0)
}

/**
 * Resolves, checks and builds a SELECT. It is judged before its text is kept, and found again only under the key of
 * what was judged.
 * @throws {QueryError} for what the server would refuse, and what resolving a place throws
 */
export function planSelect (db: Database, given: QueryState, asked: Asked): SelectPlan {
  const { model, options } = given
  const demand = demandOf(model, options, 'read')
  const state = withDiscriminator(given)
  const { cache, place } = operationOf(db, model, demand, undefined)
  const output = outputOf(state)
  const what = asked === 'count' ? countRows : output
  const key = selectKey(state, asked)
  const prepared = cache.select.find(key, place.keyspace) ??
    makeSelect(cache, key, place.keyspace, state, what.selectors, asked)
  const params = bindSelect(state, what.selectors, asked, place.connection.encoding)
  checkSize(model, bytesOf(params))
  const columns = what.columns.length === 0 ? what.selectors.map((s) => s.column) : what.columns
  const request = withPaging(demand.over(ofKind('read', prepared.request)), state)
  return {
    model,
    cql: prepared.cql,
    params,
    place,
    columns,
    request: withReplica(request, state, place),
    read: reader(model, state.output, place, output)
  }
}

function makeSelect (
  cache: StatementCache, key: StatementKey, keyspace: string, state: QueryState, what: readonly Selector[], asked: Asked
): Prepared {
  const table = tableOf(state.model)
  checkLegal(table, state, asked)
  return cache.select.add(
    key,
    keyspace,
    { cql: selectText(table, keyspace, state, what, asked), request: baseRequest(state.model, keyspace, 'read', true) }
  )
}

/** The text of a query's SELECT. Markers come in the order: what, where, order, per partition limit, limit. */
export function selectText (
  table: Table, keyspace: string, state: QueryState, what: readonly Selector[], asked: Asked
): string {
  return select({
    table: qualified(keyspace, table.name),
    what: what.map((w) => w.text),
    distinct: state.output.kind === 'distinct' && asked === 'rows',
    where: state.conditions.map(conditionText),
    groupBy: state.groupBy.map((c) => c.cql),
    orderBy: asked === 'count' ? [] : state.order.map(orderText),
    perPartitionLimit: state.perPartitionLimit !== undefined,
    limit: state.limit !== undefined && asked === 'rows',
    allowFiltering: state.allowFiltering
  })
}

/** What the markers of {@link selectText} are bound to. */
export function bindSelect (state: QueryState, what: readonly Selector[], asked: Asked, encoding: Encoding): unknown[] {
  const params: unknown[] = []
  for (const w of what) w.bind?.(params, encoding)
  for (const condition of state.conditions) bindCondition(condition, encoding, params)
  if (asked === 'rows' && state.order.length > 0) {
    checkNearest(state)
    for (const o of state.order) if ('vector' in o) params.push(o.column.type.toDriver(o.vector, encoding))
  }
  if (state.perPartitionLimit !== undefined) params.push(state.perPartitionLimit)
  if (state.limit !== undefined && asked === 'rows') params.push(state.limit)
  return params
}

/** What is selected, and how a row becomes what the query set gives. */
interface SelectList {
  readonly selectors: readonly Selector[]
  readonly columns: readonly TableColumn[]
}

const countRows: SelectList = { selectors: [{ text: 'COUNT(*) AS "count"' }], columns: [] }

export function outputOf (state: QueryState): SelectList {
  const { output, model } = state
  switch (output.kind) {
    case 'instances': return wholeRows(model)
    case 'selection': {
      return { selectors: selectors(model[META].name, output.fields), columns: [] }
    }
    case 'partial': case 'values': case 'distinct': return selectedColumns(output.columns)
  }
}

function selectedColumns (columns: readonly TableColumn[]): SelectList {
  return { selectors: columns.map((c) => ({ text: c.cql })), columns }
}

const wholes = new WeakMap<ModelConstructor, { readonly children: number, readonly selected: SelectList }>()

/** All columns of the model; for a polymorphic one those of its children too, which may be defined later. */
function wholeRows (queried: ModelConstructor): SelectList {
  const model = classOfView(queried)
  const children = model[META].family?.children.length ?? 0
  const known = wholes.get(model)
  if (known?.children === children) return known.selected
  const selected = selectedColumns(allColumns(model))
  wholes.set(model, { children, selected })
  return selected
}

function allColumns (model: ModelConstructor): readonly TableColumn[] {
  const table = tableOf(model)
  const { family, variant } = model[META]
  if (family === undefined || !family.hasChildren) return table.columns
  const byField = new Map(table.columns.map((c) => [c.field, c]))
  for (const child of family.children) {
    for (const column of child.prototype instanceof model || variant === undefined ? tableOf(child).columns : []) {
      if (!byField.has(column.field)) byField.set(column.field, { ...column, position: byField.size })
    }
  }
  return [...byField.values()]
}

function orderText (order: QueryOrder): string {
  return 'vector' in order ? `${order.column.cql} ANN OF ?` : `${order.column.cql} ${order.descending ? 'DESC' : 'ASC'}`
}

function withPaging (request: RequestOptions, state: QueryState): RequestOptions {
  if (isUnpaged(state)) return { ...request, fetchSize: 0 }
  return state.fetchSize === undefined ? request : { ...request, fetchSize: state.fetchSize }
}

/** A part of the ring is asked of a node that keeps it. */
function withReplica (request: RequestOptions, { conditions }: QueryState, { connection }: Place): RequestOptions {
  if (conditions.length === 0) return request
  const range = rangeOf(conditions)
  return range === undefined ? request : routedTo(connection.client, range.bounds.upTo, request)
}

/** With IN on the partition key and an order the server cannot page. */
function isUnpaged (state: QueryState): boolean {
  return state.order.length > 0 &&
    state.conditions.some((c) => !isToken(c) && c.operator === 'in' && c.column.role === 'partition')
}

function reader (
  model: ModelConstructor, output: Output, place: Place, { selectors: what, columns: loaded }: SelectList
): SelectPlan['read'] {
  if (output.kind === 'selection') {
    const names = [...output.fields.keys()]
    return (rows) => rows.map((row) => Object.fromEntries(names.map((name, i) => [name, what[i]?.read?.(row[name])])))
  }
  const values = output.kind === 'values' ? output : output.kind === 'distinct' ? output.values : undefined
  if (values !== undefined) {
    const { columns, flat } = values
    const [only] = columns
    if (flat && only !== undefined) return (rows) => rows.map((row) => readValue(only, row[only.field]))
    return (rows) => rows.map((row) => columns.map((c) => readValue(c, row[c.field])))
  }
  if (model[META].rows === 'plain') {
    return (rows) => rows.map((row) => Object.fromEntries(loaded.map((c) => [c.name, readValue(c, row[c.field])])))
  }
  return instanceReader(model, loaded, place)
}

interface InstanceReader { readonly source: Source, readonly read: SelectPlan['read'] }
/** The last one for each list of columns: queries of one shape share them, and so do all rows that they find. */
const instanceReaders = new WeakMap<readonly TableColumn[], InstanceReader>()

function instanceReader (
  model: ModelConstructor, columns: readonly TableColumn[], { origin, connection }: Place
): SelectPlan['read'] {
  const form = connection.encoding === ownEncoding ? undefined : 'foreign'
  const last = instanceReaders.get(columns)
  if (last !== undefined && last.source.model === model && last.source.origin === origin && last.source.form === form) {
    return last.read
  }
  const source: Source = { model, origin, columns, form }
  const read: SelectPlan['read'] = (rows) => hydrate(model, rows, source)
  instanceReaders.set(columns, { source, read })
  return read
}
