// What Cassandra refuses in a SELECT, told before the network, with the remedy (QRY-06, QRY-15). Follows the
// server's own decisions; test/query/legality-server.test.ts holds both side by side.

import { hasDuration } from '../../columns/nesting.js'
import { QueryError } from '../../errors.js'
import { tableOf } from '../../model/meta.js'
import type { Table, TableColumn } from '../../model/table.js'
import { type ColumnCondition, isToken } from './conditions.js'
import { hasVectorIndex, isRange } from './index-support.js'
import { type QueryFacts, factsOf } from './legality-facts.js'
import type { QueryState } from './query-state.js'

/** What is wrong and what to do, or undefined. */
type LegalityRule = (facts: QueryFacts) => string | undefined

const filtering = 'or call allowFiltering(), and Cassandra reads and discards rows'

/** First what no index and no filtering can help, then what they can. The first broken rule is told. */
const rules: readonly LegalityRule[] = [
  twoConditions, wholeCollection, openUserType, durationRange, entryOfFrozen, likeWithoutIndex,
  distinctLimit, distinctFilter, distinctOrder, groupOrder, groupDistinct, aggregateLimit, staticOnly,
  nearestAlone, nearestIndex, nearestLimit, nearestFilter,
  orderPartition, orderDirection,
  vectorFilter, partitionFilter, clusteringFilter, otherFilter, partitionIn, orderIndex, leftToFilter
]

/**
 * Depends on nothing but the query's shape, so it is asked once for each.
 * @throws {QueryError} for a SELECT that the server would refuse
 */
export function checkLegal (table: Table, state: QueryState, as: 'count' | 'rows'): void {
  const facts = factsOf(table, state, as)
  for (const rule of rules) {
    const broken = rule(facts)
    if (broken !== undefined) throw new QueryError(`${table.name}: ${broken}`)
  }
}

const quoted = (columns: readonly TableColumn[]): string => columns.map((c) => `"${c.name}"`).join(', ')

// -------------------------------------------------------------------------------------------- conditions on one column

function twoConditions ({ on, tokens }: QueryFacts): string | undefined {
  for (const [column, own] of on) {
    const alone = own.find((c) => c.operator === 'eq' || c.operator === 'in' || c.operator === 'like')
    if (alone !== undefined && own.length > 1) {
      return `"${column.name}" has ${own.length} conditions beside "${alone.operator}", which stands alone; keep ` +
        'one of them'
    }
    if (hasTwoBounds(own.map((c) => c.operator))) {
      return `"${column.name}" has two lower or two upper bounds; keep the narrower one`
    }
    if (own.some((c) => isRange(c.operator)) && own.some((c) => !isRange(c.operator))) {
      return `"${column.name}" has both a range and another condition; keep one of them`
    }
  }
  const operators = tokens.map((t) => t.token)
  if (operators.includes('range') && operators.length > 1) {
    return 'pk__token has conditions beside a range of inRange() or scan(); keep one of them'
  }
  if (hasTwoBounds(operators) || (operators.includes('eq') && operators.length > 1)) {
    return 'pk__token has two conditions for one side; keep one of them'
  }
  return undefined
}

function hasTwoBounds (operators: readonly string[]): boolean {
  const count = (a: string, b: string): number => operators.filter((o) => o === a || o === b).length
  return count('gt', 'gte') > 1 || count('lt', 'lte') > 1
}

function find (facts: QueryFacts, test: (c: ColumnCondition) => boolean): ColumnCondition | undefined {
  return facts.conditions.find(test)
}

function wholeCollection (facts: QueryFacts): string | undefined {
  const found = find(
    facts, (c) => c.column.type.isMultiCell && !['contains', 'containsKey', 'entry'].includes(c.operator)
  )
  if (found === undefined) return undefined
  const { name, type } = found.column
  if (type.elementType(type.kind === 'map' ? 'value' : 'element') === undefined) {
    return `"${name}" is a ${type.cql}, which is not compared as a whole; declare the column with cql: ` +
      `'frozen<${type.cql}>'`
  }
  return `a ${type.cql} is not compared as a whole; filter with ` +
    `${name}__contains${type.kind === 'map' ? `, ${name}__containsKey or ${name}__entry` : ''}, or declare the ` +
    'column { frozen: true }'
}

function openUserType (facts: QueryFacts): string | undefined {
  const found = find(facts, ({ column }) => column.type.kind === 'udt' && !column.type.isFrozen)
  return found &&
    `"${found.column.name}" is a user type that is not frozen, which Cassandra cannot search for; declare the column ` +
    'without { frozen: false }'
}

function durationRange (facts: QueryFacts): string | undefined {
  const found = find(facts, (c) => isRange(c.operator) && hasDuration(c.column.type))
  return found && `"${found.column.name}" holds durations, which have no order; only equality can be asked for`
}

function entryOfFrozen (facts: QueryFacts): string | undefined {
  const found = find(facts, (c) => c.operator === 'entry' && c.column.type.isFrozen)
  return found &&
    `"${found.column.name}" is a frozen map, whose entries Cassandra cannot search for; filter with containsKey or ` +
    'contains, or declare the column without frozen'
}

function likeWithoutIndex (facts: QueryFacts): string | undefined {
  const found = find(facts, (c) => c.operator === 'like' && facts.answering(c).length === 0)
  return found &&
    `"like" on "${found.column.name}" needs a SASI index, and filtering does not help: declare the column { index: { ` +
    'using: \'sasi\' } }, or { customIndex: true } for an index that is managed elsewhere'
}

// -------------------------------------------------------------------------------------------------- what comes out

function distinctLimit ({ state }: QueryFacts): string | undefined {
  return state.output.kind === 'distinct' && state.perPartitionLimit !== undefined
    ? 'distinct gives one row a partition, so perPartitionLimit cannot stand with it; take one of them out'
    : undefined
}

function distinctFilter (facts: QueryFacts): string | undefined {
  if (facts.state.output.kind !== 'distinct') return undefined
  const found = find(facts, ({ column: { role } }) => role === 'clustering' || role === 'regular')
  return found &&
    `distinct looks at partitions, so "${found.column.name}" cannot be filtered; filter partition key and static ` +
    'columns only'
}

/** The server takes an order on the whole partition's rows beside DISTINCT, but a count is read without it. */
function distinctOrder ({ state }: QueryFacts): string | undefined {
  if (state.output.kind !== 'distinct') return undefined
  if (state.order.some((o) => 'vector' in o)) {
    return 'distinct cannot stand with an order by nearness; take one of them out'
  }
  // The server would sort the partitions afterwards, by columns that distinct does not ask for.
  const several = state.order.length > 0 &&
    state.conditions.some((c) => !isToken(c) && c.operator === 'in' && c.column.role === 'partition')
  return several
    ? 'distinct cannot stand with orderBy where the partition key is filtered with in; take one of them out'
    : undefined
}

/** Groups are runs of neighbours: columns of the key, in its order; those that have one value may be left out. */
function groupOrder ({ table, state, on }: QueryFacts): string | undefined {
  let next = 0
  for (const column of state.groupBy) {
    const at = table.key.indexOf(column)
    if (at < 0) return `groupBy is for key columns, which "${column.name}" is not`
    if (at < next) return `groupBy takes the key columns in their order (${quoted(table.key)}), each once`
    const skipped = table.key.slice(next, at)
      .find((c) =>
        !(on.get(c) ?? []).some((o) => o.operator === 'eq' || (o.operator === 'in' && c.role === 'partition')))
    if (skipped !== undefined) {
      return `groupBy leaves out "${skipped.name}", which comes before "${column.name}" in the key; group by it too, ` +
        'or filter it by a value'
    }
    next = at + 1
  }
  const last = state.groupBy.at(-1)
  const open = last?.role === 'partition' ? table.partitionKey.slice(next)[0] : undefined
  return open && `groupBy takes the whole partition key or more; add "${open.name}"`
}

function groupDistinct ({ state }: QueryFacts): string | undefined {
  if (state.output.kind !== 'distinct') return undefined
  const column = state.groupBy.find((c) => c.role === 'clustering')
  return column && `distinct looks at partitions, so its groups cannot be smaller; take "${column.name}" out of groupBy`
}

function aggregateLimit ({ state, isAggregate }: QueryFacts): string | undefined {
  return isAggregate && state.groupBy.length === 0 && state.perPartitionLimit !== undefined
    ? 'a total has no perPartitionLimit; take it out, or group by the partition key'
    : undefined
}

function staticOnly (facts: QueryFacts): string | undefined {
  const found = facts.isStaticOnly ? find(facts, (c) => c.column.role === 'clustering') : undefined
  return found &&
    'only static columns are asked for, which belong to the partition; take out the condition on ' +
    `"${found.column.name}", or ask for a further column`
}

// -------------------------------------------------------------------------------------------------- nearest neighbours

function nearestAlone ({ state, nearest, isAggregate }: QueryFacts): string | undefined {
  if (nearest === undefined) return undefined
  if (state.order.length > 1) return 'an order by nearness stands alone; take the other order out'
  if (isAggregate || state.groupBy.length > 0) {
    return 'an order by nearness has no totals and groups; take one of them out'
  }
  if (state.perPartitionLimit !== undefined) return 'an order by nearness has no perPartitionLimit; take it out'
  return undefined
}

function nearestIndex ({ nearest }: QueryFacts): string | undefined {
  return nearest !== undefined && !hasVectorIndex(nearest.column)
    ? `an order by nearness needs an index: declare "${nearest.column.name}" with { index: { using: 'sai' } }`
    : undefined
}

function nearestLimit ({ nearest, state }: QueryFacts): string | undefined {
  return nearest !== undefined && state.limit === undefined
    ? 'an order by nearness needs a limit, 1000 at most; call limit()'
    : undefined
}

/** Filtering does not help: what is neither indexed nor found by the keys cannot stand beside it at all. */
function nearestFilter (facts: QueryFacts): string | undefined {
  if (facts.nearest === undefined) return undefined
  if (facts.partitionIsFiltered) {
    return 'an order by nearness looks at given partitions or at all; filter the whole partition key ' +
      `(${quoted(facts.table.partitionKey)}) by values, or none of it`
  }
  const open = facts.conditions.filter(({ column }) => column.role !== 'partition' && !column.indexed)
  const found = open.find(({ column }) => column.role !== 'clustering') ??
    (facts.limitsPartitions && !facts.clusteringIsFiltered ? undefined : open[0])
  return found &&
    'an order by nearness takes conditions on indexed columns, and on clustering columns of a given partition; index ' +
    `"${found.column.name}", or take its condition out`
}

// -------------------------------------------------------------------------------------------------- order

function orderPartition ({ columnOrder, table, on, namesPartitions }: QueryFacts): string | undefined {
  if (columnOrder.length === 0 || namesPartitions) return undefined
  const open = table.partitionKey.find((c) =>
    !(on.get(c) ?? []).some((o) => o.operator === 'eq' || o.operator === 'in'))
  return `rows have an order only inside a partition; filter the partition key column "${open?.name ?? ''}" by a ` +
    'value or with in'
}

/**
 * The table's own order or the reverse of all of it, from the first clustering column on; those with one value may be
 * left out.
 */
function orderDirection ({ columnOrder, table, on }: QueryFacts): string | undefined {
  let next = 0
  let reversed: boolean | undefined
  for (const { column, descending } of columnOrder) {
    const at = table.clustering.indexOf(column)
    const skipped = table.clustering.slice(next, at).find((c) => !(on.get(c) ?? []).some((o) => o.operator === 'eq'))
    if (at < next || skipped !== undefined) {
      return `rows are kept in the order of ${quoted(table.clustering)}; order by these, from the first on, or ` +
        `filter those before "${column.name}" by a value`
    }
    const turned = descending !== (column.order === 'desc')
    if (reversed !== undefined && turned !== reversed) {
      return 'rows are kept in one order, which can only be turned round as a whole: ' +
        `${table.clustering.map((c) => `${c.name} ${c.order}`).join(', ')}; turn all of these or none`
    }
    reversed = turned
    next = at + 1
  }
  return undefined
}

// -------------------------------------------------------------------------------------------------- filters

function vectorFilter (facts: QueryFacts): string | undefined {
  const found = find(
    facts,
    ({ column }) => column.type.base().kind === 'vector' && column.indexed && column.options.customIndex !== true
  )
  return found &&
    `"${found.column.name}" has a vector index, which only orders: ` +
    `orderBy(Model.columns.${found.column.name}.ann(vector))`
}

function partitionFilter (facts: QueryFacts): string | undefined {
  const { table, on, state, hasIndex, partitionIsFiltered } = facts
  if (!partitionIsFiltered || state.allowFiltering || hasIndex) return undefined
  const ranged = table.partitionKey.find((c) =>
    (on.get(c) ?? []).some((o) => o.operator !== 'eq' && o.operator !== 'in'))
  if (ranged !== undefined) {
    return `the partition key column "${ranged.name}" is hashed: it takes a value or in, no range. For all rows in ` +
      `hash order use pk__token; ${filtering}`
  }
  const open = table.partitionKey.find((c) => !on.has(c))
  return `rows are found by the whole partition key (${quoted(table.partitionKey)}); filter "${open?.name ?? ''}" ` +
    `too, index a filtered column, ${filtering}`
}

function clusteringFilter (facts: QueryFacts): string | undefined {
  const { table, state, hasIndex, clusteringIsFiltered, clusteringGap } = facts
  if (!clusteringIsFiltered || state.allowFiltering || hasIndex) return undefined
  if (clusteringGap === undefined) {
    return `clustering columns (${quoted(table.clustering)}) take contains only with an index, ${filtering}`
  }
  return `clustering columns are filtered in their order (${quoted(table.clustering)}): ` +
    `"${clusteringGap.column.name}" cannot be, because "${clusteringGap.before.name}" before it has no value; filter ` +
    `that by a value or with in, index "${clusteringGap.column.name}", ${filtering}`
}

function otherFilter (facts: QueryFacts): string | undefined {
  if (facts.state.allowFiltering || facts.hasIndex) return undefined
  const found = find(facts, ({ column: { role } }) => role === 'static' || role === 'regular')
  return found && needsIndex(found)
}

function needsIndex ({ column, operator }: ColumnCondition): string {
  if (column.indexed) {
    return `the index of "${column.name}" does not answer "${operator}"; ask with another operator, declare another ` +
      `index, ${filtering}`
  }
  const target = operator === 'containsKey'
    ? "{ target: 'keys' }"
    : operator === 'entry' ? "{ target: 'entries' }" : 'true'
  return `"${column.name}" is neither key nor indexed; declare it { index: ${target} }, ${filtering}`
}

function partitionIn ({ table, on, usesIndex, tokens, namesPartitions }: QueryFacts): string | undefined {
  // The token says where to look, and the key is only filtered
  if (tokens.length > 0 && !namesPartitions) return undefined
  const found = usesIndex
    ? table.partitionKey.find((c) => (on.get(c) ?? []).some((o) => o.operator === 'in'))
    : undefined
  return found &&
    `"in" on the partition key column "${found.name}" cannot stand with an indexed condition; ask for the partitions ` +
    'one by one, or take the other condition out'
}

function orderIndex ({ columnOrder, usesIndex }: QueryFacts): string | undefined {
  return usesIndex && columnOrder.length > 0
    ? 'rows that an index finds have no order; take orderBy out and sort them afterwards, or the indexed condition'
    : undefined
}

function leftToFilter (facts: QueryFacts): string | undefined {
  const { state, leftOver, namesPartitions, usesIndex } = facts
  if (state.allowFiltering || (namesPartitions && !usesIndex)) return undefined
  if (leftOver === undefined) return undefined
  if (leftOver.column.role === 'clustering' || leftOver.column.role === 'partition') {
    return `without the whole partition key the condition on "${leftOver.column.name}" is answered by no index; ` +
      `filter the partition key, index "${leftOver.column.name}", ${filtering}`
  }
  return facts.hasIndex
    ? `no index answers all conditions together, and "${leftOver.column.name}" is left; index these columns with ` +
      `SAI, ${filtering}`
    : needsIndex(leftOver)
}

/** Cassandra's limit of nearest neighbours; a value, not a shape. */
const mostNearest = 1000

/** @throws {QueryError} for an order by nearness with a limit above 1000 */
export function checkNearest ({ model, order, limit }: QueryState): void {
  if (limit !== undefined && limit > mostNearest && order.some((o) => 'vector' in o)) {
    throw new QueryError(`${tableOf(model).name}: an order by nearness gives at most ${mostNearest} rows; lower ` +
      'the limit')
  }
}
