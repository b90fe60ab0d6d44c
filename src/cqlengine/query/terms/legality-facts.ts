import type { Table, TableColumn } from '../../model/table.js'
import { type ColumnCondition, isToken, type RangeCondition, type TokenCondition } from './conditions.js'
import { Selected } from './functions.js'
import { answering, type IndexKind, isRange } from './index-support.js'
import type { ColumnOrder, NearestOrder, QueryState } from './query-state.js'

/** What the rules of `legality.ts` ask of a query. */
export interface QueryFacts {
  readonly table: Table
  readonly state: QueryState
  readonly conditions: readonly ColumnCondition[]
  readonly on: ReadonlyMap<TableColumn, readonly ColumnCondition[]>
  readonly tokens: readonly (TokenCondition | RangeCondition)[]
  readonly columnOrder: readonly ColumnOrder[]
  readonly nearest: NearestOrder | undefined
  /** Totals come out, not rows. */
  readonly isAggregate: boolean
  /** Static columns come out, alone or beside the partition key. */
  readonly isStaticOnly: boolean
  /** The whole partition key has values. */
  readonly namesPartitions: boolean
  /** The whole partition key has values, or its token bounds. */
  readonly limitsPartitions: boolean
  /** Some of the partition key is filtered, but not as Cassandra finds partitions. */
  readonly partitionIsFiltered: boolean
  /** Clustering columns are filtered, but not as a part of the order. */
  readonly clusteringIsFiltered: boolean
  readonly clusteringGap: { readonly column: TableColumn, readonly before: TableColumn } | undefined
  /**
   * One condition at least, or the order, is answered by an index, or may be by one that is managed elsewhere (COL-04).
   */
  readonly hasIndex: boolean
  /** The server asks an index, as far as we know its indexes. */
  readonly usesIndex: boolean
  /** A condition that neither the keys nor an index answer. */
  readonly leftOver: ColumnCondition | undefined
  readonly answering: (condition: ColumnCondition) => readonly IndexKind[]
}

export function factsOf (table: Table, state: QueryState, as: 'count' | 'rows'): QueryFacts {
  const conditions = state.conditions.filter((c): c is ColumnCondition => !isToken(c))
  const tokens = state.conditions.filter(isToken)
  const on = grouped(conditions)
  const order = as === 'count' ? [] : state.order
  const nearest = order.find((o): o is NearestOrder => 'vector' in o)
  const answeredBy = (c: ColumnCondition): readonly IndexKind[] => answering(c.column, c.operator)

  const hasIndex = nearest !== undefined || conditions.some((c) => answeredBy(c).length > 0)
  const hasValue = (c: TableColumn): boolean =>
    (on.get(c) ?? []).some((o) => o.operator === 'eq' || o.operator === 'in')
  const namesPartitions = table.partitionKey.every(hasValue)
  const partitionIsFiltered = !namesPartitions && table.partitionKey.some((c) => on.has(c))
  const clusteringGap = gap(table, on)
  const clusteringIsFiltered = clusteringGap !== undefined ||
    table.clustering.some((c) => (on.get(c) ?? []).some((o) => !isOrdered(o)))
  const other = conditions.filter(({ column: { role } }) => role === 'static' || role === 'regular')
  const clustering = conditions.filter((c) => c.column.role === 'clustering')
  // The server narrows the rows of each partition by them, and filters nothing, when the whole key has values, or when
  // beside a token only another column is asked of an index.
  const narrowsInOrder = !clusteringIsFiltered &&
    (namesPartitions ||
    (tokens.length > 0 && !partitionIsFiltered && other.length > 0 &&
      !clustering.some((c) => answeredBy(c).length > 0)))
  const hasOwnIndex = nearest !== undefined || conditions.some((c) => answeredBy(c).some((kind) => kind !== 'unknown'))
  const usesIndex = hasOwnIndex &&
    (nearest !== undefined || !namesPartitions || clusteringIsFiltered || other.length > 0)

  return {
    table,
    state,
    conditions,
    on,
    tokens,
    columnOrder: order.filter((o): o is ColumnOrder => !('vector' in o)),
    nearest,
    isAggregate: as === 'count' || isAggregate(state),
    isStaticOnly: as === 'rows' && asksStaticOnly(state),
    namesPartitions,
    limitsPartitions: tokens.length > 0 || namesPartitions,
    partitionIsFiltered,
    clusteringIsFiltered,
    clusteringGap,
    hasIndex,
    usesIndex,
    leftOver: leftOver([
      ...other,
      ...conditions.filter((c) => c.column.role === 'partition' && !namesPartitions),
      ...narrowsInOrder ? [] : clustering
    ], answeredBy, nearest !== undefined),
    answering: answeredBy
  }
}

function grouped (conditions: readonly ColumnCondition[]): Map<TableColumn, ColumnCondition[]> {
  const on = new Map<TableColumn, ColumnCondition[]>()
  for (const c of conditions) {
    const own = on.get(c.column)
    if (own === undefined) on.set(c.column, [c])
    else own.push(c)
  }
  return on
}

function isOrdered ({ operator }: ColumnCondition): boolean {
  return operator === 'eq' || operator === 'in' || isRange(operator)
}

/** The first clustering column that is filtered although one before it has no value. */
function gap (table: Table, on: QueryFacts['on']): QueryFacts['clusteringGap'] {
  let before: TableColumn | undefined
  for (const column of table.clustering) {
    const own = on.get(column)
    if (own !== undefined && before !== undefined) return { column, before }
    if (own === undefined || own.some((o) => o.operator !== 'eq' && o.operator !== 'in')) before ??= column
  }
  return undefined
}

/** SAI indexes work together, nearness included; of the others one answers one condition, and the rest is filtered. */
function leftOver (
  needed: readonly ColumnCondition[], answeredBy: QueryFacts['answering'], besideNearest: boolean
): ColumnCondition | undefined {
  if (needed.some((c) => answeredBy(c).includes('unknown'))) return undefined
  const open = needed.find((c) => answeredBy(c).length === 0)
  if (open !== undefined || (needed.length < 2 && !besideNearest)) return open
  return needed.find((c) => !answeredBy(c).includes('sai'))
}

/** `select` asks for totals, of all rows or of each group. */
export function isAggregate ({ output }: QueryState): boolean {
  return output.kind === 'selection' &&
    [...output.fields.values()].some((f) =>
      f instanceof Selected && ['count', 'min', 'max', 'sum', 'avg'].includes(f.function))
}

function asksStaticOnly ({ output }: QueryState): boolean {
  const columns = output.kind === 'values' || output.kind === 'distinct'
    ? output.columns
    : output.kind === 'selection' ? selected([...output.fields.values()]) : []
  return columns.some((c) => c.role === 'static') && columns.every((c) => c.role === 'static' || c.role === 'partition')
}

function selected (fields: readonly (TableColumn | Selected)[]): TableColumn[] {
  return fields.flatMap((f) => f instanceof Selected ? f.of ?? [] : f)
}
