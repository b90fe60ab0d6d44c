// Which rows a write means: what Cassandra takes in the WHERE of UPDATE and DELETE (QRY-23, UPD-05).

import { QueryError } from '../../errors.js'
import type { Table, TableColumn } from '../../model/table.js'
import { checkKeyLength } from '../../model/key-limits.js'
import { META, tableOf } from '../../model/meta.js'
import { validationError } from '../../model/violations.js'
import { bindCondition, type ColumnCondition, isToken } from '../terms/conditions.js'
import { withDiscriminator } from '../terms/family-filter.js'
import { isRange } from '../terms/index-support.js'
import type { RowKey } from '../operation/pending-write.js'
import type { Place } from '../operation/place.js'
import type { QueryState } from '../terms/query-state.js'

/** `row`: the full key. `partition`: the partition key alone. `range`: as much of the key as is given. */
export type Reach = 'row' | 'partition' | 'range'

/**
 * The conditions that find the rows of a write, with what depends on their values checked; {@link checkKey} judges the
 * rest, once for each shape.
 * @param at the operation, for messages
 * @throws {QueryError} for what only a read has, and an `in` without values; {ValidationError} for values that are too
 *   long for a key
 */
export function conditionsOfKey (given: QueryState, at: string): readonly ColumnCondition[] {
  checkReadingOnly(given, at)
  const conditions = withOwnKey(given).conditions
  for (const c of conditions) {
    if (isToken(c)) throw new QueryError(`${at}: Cassandra takes no token in a write`)
    checkConditionValue(c, at)
  }
  return conditions as readonly ColumnCondition[]
}

/** @throws {QueryError} with the rule and the remedy */
export function checkKey (
  table: Table, conditions: readonly ColumnCondition[], at: string, reach: Reach, isConditional: boolean
): void {
  for (const c of conditions) checkColumn(c, at)
  checkTwice(conditions, at)
  checkPartition(table, conditions, at)
  if (reach === 'row') checkRow(table, conditions, at)
  else if (reach === 'range') checkRange(table, conditions, at)
  else checkNoRow(conditions, at)
  if (isConditional) checkSingle(conditions, at)
}

/** What a SELECT alone understands is refused, so that nobody believes that it has an effect. */
function checkReadingOnly (state: QueryState, at: string): void {
  if (state.limit !== undefined || state.perPartitionLimit !== undefined) {
    throw new QueryError(`${at}: a write has no limit; take it out, and filter the rows that are meant`)
  }
  if (state.order.length > 0 || state.groupBy.length > 0 || state.output.kind !== 'instances') {
    throw new QueryError(`${at}: orderBy, groupBy, only, defer, distinct, select and valuesList are for reading`)
  }
  if (state.allowFiltering || state.fetchSize !== undefined) {
    throw new QueryError(`${at}: allowFiltering and fetchSize are for reading; a write finds its rows by key`)
  }
}

/**
 * A child of a polymorphic family writes its own rows; where the kind is part of the key it must be named (B09,
 * POL-06).
 */
function withOwnKey (state: QueryState): QueryState {
  const { family } = state.model[META]
  const role = family === undefined ? undefined : tableOf(state.model).byField.get(family.discriminator.field)?.role
  return role === 'partition' || role === 'clustering' ? withDiscriminator(state) : state
}

function checkColumn ({ column: { name, role }, operator }: ColumnCondition, at: string): void {
  if (role === 'static' || role === 'regular') {
    throw new QueryError(`${at}: "${name}" is no key column; a write finds its rows by key. As a condition use iff`)
  }
  if (operator !== 'eq' && operator !== 'in' && !isRange(operator)) {
    throw new QueryError(`${at}: "${name}" takes a value, in or a range in a write, not "${operator}"`)
  }
}

function checkConditionValue ({ column, operator, value }: ColumnCondition, at: string): void {
  if (operator === 'in' && (value as unknown[]).length === 0) {
    throw new QueryError(`${at}: the "in" of "${column.name}" has no values, so no row is meant`)
  }
  try {
    if (operator !== 'in') checkKeyLength(value)
    else for (const one of value as unknown[]) checkKeyLength(one)
  } catch (error) {
    throw validationError(at, column.name, error)
  }
}

function checkTwice (conditions: readonly ColumnCondition[], at: string): void {
  for (const { column, operator } of conditions) {
    const own = conditions.filter((c) => c.column === column)
    if (own.length > 1 && !isRange(operator)) {
      throw new QueryError(`${at}: "${column.name}" has two conditions; Cassandra takes one`)
    }
    if (own.filter((c) => c.operator[0] === operator[0]).length > 1) {
      throw new QueryError(`${at}: "${column.name}" has two lower or two upper bounds; keep the narrower one`)
    }
  }
}

function checkPartition (table: Table, conditions: readonly ColumnCondition[], at: string): void {
  for (const column of table.partitionKey) {
    const own = conditions.find((c) => c.column === column)
    if (own === undefined) {
      throw new QueryError(`${at}: the partition key column "${column.name}" is missing in the filter`)
    }
    if (isRange(own.operator)) {
      throw new QueryError(`${at}: the partition key column "${column.name}" takes a value or in, no range`)
    }
  }
}

function checkRow (table: Table, conditions: readonly ColumnCondition[], at: string): void {
  for (const column of table.clustering) {
    const own = conditions.find((c) => c.column === column)
    if (own === undefined) {
      throw new QueryError(`${at}: the clustering column "${column.name}" is missing in the filter; this needs the ` +
        'full key')
    }
    if (isRange(own.operator)) {
      throw new QueryError(`${at}: the clustering column "${column.name}" takes a value or in here, no range`)
    }
  }
}

function checkRange (table: Table, conditions: readonly ColumnCondition[], at: string): void {
  let open: TableColumn | undefined
  for (const column of table.clustering) {
    const own = conditions.find((c) => c.column === column)
    if (own !== undefined && open !== undefined) {
      throw new QueryError(`${at}: "${column.name}" cannot be restricted, because "${open.name}" before it has ` +
        'no value')
    }
    if (own === undefined || isRange(own.operator)) open ??= column
  }
}

function checkNoRow (conditions: readonly ColumnCondition[], at: string): void {
  const clustering = conditions.find((c) => c.column.role === 'clustering')
  if (clustering !== undefined) {
    throw new QueryError(`${at}: only static columns change, which belong to the partition; leave out the condition ` +
      `on "${clustering.column.name}"`)
  }
}

function checkSingle (conditions: readonly ColumnCondition[], at: string): void {
  const several = conditions.find((c) => c.operator !== 'eq')
  if (several !== undefined) {
    throw new QueryError(`${at}: a condition (iff, ifExists) is for one row; "${several.column.name}" needs a ` +
      'single value')
  }
}

/** The one row or partition that the conditions mean; none where `in` or a range means several. */
export function rowKeyOf (conditions: readonly ColumnCondition[], place: Place): RowKey {
  return (columns) => {
    const values: unknown[] = []
    for (const column of columns) {
      const condition = conditions.find((c) => c.column === column)
      if (condition?.operator !== 'eq') return undefined
      bindCondition(condition, place.connection.encoding, values)
    }
    return values
  }
}
