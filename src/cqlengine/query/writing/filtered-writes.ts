import { META, tableOf } from '../../model/meta.js'
import type { OpOptions } from '../../model/operations.js'
import { checkNoView } from '../../model/read-only.js'
import type { Table } from '../../model/table.js'
import {
  bindCondition, type ColumnCondition, conditionText, isToken, type QueryCondition
} from '../terms/conditions.js'
import type { Database } from '../operation/database.js'
import { checkKey, conditionsOfKey, rowKeyOf } from './filter-key.js'
import { readChanges } from './given-changes.js'
import type { Lightweight } from '../terms/lightweight.js'
import { demandOf, type Operation, operationOf } from '../operation/operation.js'
import { PendingWrite, settlesNothing } from '../operation/pending-write.js'
import type { Place } from '../operation/place.js'
import type { QueryState } from '../terms/query-state.js'
import type { Statement } from '../operation/statement-cache.js'
import { deleteStatement, updateStatement, type WhereClause } from './write-statements.js'

/**
 * `filter(…).update({ … })` without loading anything: one UPDATE (UPD rows), to be sent. No changes: nothing is
 * (UPD-01).
 */
export function updateRows (
  db: Database, state: QueryState, values: unknown, options: OpOptions
): PendingWrite<void> | undefined {
  const { model } = state
  const table = tableOf(model)
  const at = `${model[META].name}.update`
  checkNoView(table)
  const changes = readChanges(model, values)
  const demand = demandOf(model, options, 'update')
  const conditions = demand.conditions(table) // told before what is wrong with the filter
  if (changes.length === 0) return undefined
  const isStatic = changes.every((c) => c.column.role === 'static') && onlyStatic(conditions)
  const key = conditionsOfKey(state, at)
  const operation = operationOf(db, model, demand, undefined)
  const where: WhereClause = {
    // The whole key has the text of an instance's update, which is found without making a string.
    rows: !isStatic && isWholeKey(table, key) ? 'key' : key,
    relations: () => {
      checkKey(table, key, at, isStatic ? 'partition' : 'row', operation.isConditional)
      return key.map(conditionText)
    },
    params: boundTo(key, operation.place)
  }
  return written(operation, updateStatement(operation, changes, where), key)
}

/** `filter(…).delete()`: rows, ranges of rows or whole partitions, as far as the filter says (QRY-23). */
export function deleteRows (db: Database, state: QueryState, options: OpOptions): PendingWrite<void> {
  const { model } = state
  const table = tableOf(model)
  const at = `${model[META].name}.delete`
  checkNoView(table)
  const demand = demandOf(model, options, 'delete')
  demand.conditions(table) // told before what is wrong with the filter
  const key = conditionsOfKey(state, at)
  const operation = operationOf(db, model, demand, undefined)
  const where: WhereClause = {
    rows: isWholeKey(table, key) ? 'key' : key,
    relations: () => {
      checkKey(table, key, at, operation.isConditional ? 'row' : 'range', operation.isConditional)
      return key.map(conditionText)
    },
    params: boundTo(key, operation.place)
  }
  return written(operation, deleteStatement(operation, where), key)
}

function written (
  operation: Operation, statement: Statement, key: readonly ColumnCondition[]
): PendingWrite<void> {
  const rowKey = operation.demand.batch === undefined ? undefined : rowKeyOf(key, operation.place)
  return new PendingWrite<void>(operation, statement, undefined, undefined, settlesNothing, rowKey, undefined)
}

/** One value for each column of the key, in its order: always legal. */
function isWholeKey ({ key: columns }: Table, key: readonly ColumnCondition[]): boolean {
  return key.length === columns.length &&
    key.every(({ column, operator }, i) => column === columns[i] && operator === 'eq')
}

/** Conditions on the partition as a whole need no row. */
function onlyStatic ({ list }: Lightweight): boolean {
  return list.every((c) => !isToken(c) && c.column.role === 'static')
}

function boundTo (conditions: readonly QueryCondition[], place: Place): readonly unknown[] {
  const params: unknown[] = []
  for (const condition of conditions) bindCondition(condition, place.connection.encoding, params)
  return params
}
