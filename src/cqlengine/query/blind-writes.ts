import { InvalidValue, type ChangeKind } from '../columns/cql-type.js'
import { QueryError } from '../errors.js'
import type { ColumnChange } from '../model/changes.js'
import { META, type ModelConstructor, tableOf } from '../model/meta.js'
import type { OpOptions } from '../model/operations.js'
import type { Table, TableColumn } from '../model/table.js'
import { checked, isNothing, readValues, unknownColumn, Violations } from '../model/values.js'
import { qualified } from '../statements/identifiers.js'
import { remove } from '../statements/write.js'
import { bindCondition, type ColumnCondition, type Condition, conditionShape, conditionText, isToken } from './conditions.js'
import { conditionsOf } from './lightweight.js'
import { type Place, placeOf } from './place.js'
import type { QueryState } from './query-state.js'
import type { Querying } from './querying.js'
import { updateStatement } from './update-statement.js'
import { baseRequest, batchOf, bindTimestamp, checkCounterOptions, isConditional, send } from './write.js'

const operations: readonly ChangeKind[] = ['append', 'prepend', 'add', 'remove', 'update', 'increment', 'decrement']

/** `filter(…).update({ … })` without loading anything: one UPDATE (UPD rows). No changes: nothing is sent (UPD-01). */
export async function updateRows (querying: Querying, state: QueryState, values: unknown, op: OpOptions): Promise<void> {
  const { model } = state
  const at = `${model[META].name}.update`
  const changes = readChanges(model, values)
  if (op.ifNotExists === true) throw new QueryError(`${at}: ifNotExists is for create`)
  checkCounterOptions(model, op)
  if (changes.length === 0) return
  const staticOnly = changes.every((c) => c.column.role === 'static')
  const conditions = writeConditions(state, at)
  const key = checkKeys(tableOf(model), conditions, at, staticOnly ? 'partition' : 'row', op)
  const place = placeFor(querying, state, op)
  const write = updateStatement(
    { cache: querying.cacheOf(tableOf(model)) }, model, place, op, changes, key.map(conditionText), key.map(conditionShape).join(),
    (params) => { bindAll(key, place, params) }, () => partitionOf(tableOf(model), key, place), undefined
  )
  await send(write, op)
}

/** `filter(…).delete()`: rows, ranges of rows or whole partitions, as far as the filter says (QRY-23). */
export async function deleteRows (querying: Querying, state: QueryState, op: OpOptions): Promise<void> {
  const { model } = state
  const table = tableOf(model)
  const at = `${model[META].name}.delete`
  if (op.ttl !== undefined) throw new QueryError(`${at}: a deletion has no ttl`)
  if (op.ifNotExists === true) throw new QueryError(`${at}: ifNotExists is for create`)
  checkCounterOptions(model, op)
  const key = checkKeys(table, writeConditions(state, at), at, 'range', op)
  const place = placeFor(querying, state, op)
  const conditions = conditionsOf(table, op)
  const prepared = querying.cacheOf(table).get(`r ${op.timestamp === undefined ? 0 : 1} ${key.map(conditionShape).join()} ${conditions.shape}`, place.keyspace, () => ({
    cql: remove(qualified(place.keyspace, table.name), [], key.map(conditionText), { timestamp: op.timestamp !== undefined }, conditions.text),
    request: baseRequest(model, place.keyspace, 'write', !isConditional(op))
  }))
  const params: unknown[] = []
  bindTimestamp(op, place, params)
  bindAll(key, place, params)
  bindAll(conditions.list, place, params)
  await send({ ...prepared, params, place, model, conditional: isConditional(op), partition: () => partitionOf(table, key, place) }, op)
}

/**
 * Reads the argument of `update`: new values and `column__operation`s.
 * @throws {ValidationError} for unknown columns and operations, keys, counters that are assigned, values that the column refuses
 */
export function readChanges (model: ModelConstructor, values: unknown): ColumnChange[] {
  const table = tableOf(model)
  const violations = new Violations()
  const changes: ColumnChange[] = []
  for (const [key, value] of readValues(values, model[META].name)) {
    if (value === undefined) continue
    const change = violations.try(key, () => readChange(table, key, value))
    if (change !== undefined) changes.push(change)
  }
  violations.finish(model[META].name)
  checkTogether(model, changes)
  return changes.filter(({ change }) => change.kind === 'assign' || !isEmptyOperation(change.value))
}

function readChange (table: Table, key: string, value: unknown): ColumnChange {
  const { column, kind } = splitKey(table, key)
  if (column.role === 'partition' || column.role === 'clustering') throw new InvalidValue('key', 'a key column cannot be updated; delete the row and create another')
  if (kind === 'assign') {
    if (column.type.kind === 'counter') throw new InvalidValue('counter', `a counter is not assigned; use ${column.name}__increment or ${column.name}__decrement`)
    const converted = checked(column, value)
    if (converted === null && column.required) throw new InvalidValue('required', 'must not be null')
    return { column, change: { kind, value: isNothing(column, converted) ? null : converted } }
  }
  if (value === null) throw new InvalidValue('null', `${kind} takes a value; to delete the column assign null`)
  return { column, change: { kind, value: column.type.convertChange(kind, value) } }
}

/** A declared column wins over an operation in its name (B20); an unknown operation is an error, never an assignment (B32). */
function splitKey (table: Table, key: string): { column: TableColumn, kind: ChangeKind } {
  const plain = table.byName.get(key)
  if (plain !== undefined) return { column: plain, kind: 'assign' }
  const at = key.lastIndexOf('__')
  const column = at < 0 ? undefined : table.byName.get(key.slice(0, at))
  if (column === undefined) throw unknownColumn(key, table.columns)
  const kind = operations.find((o) => o === key.slice(at + 2))
  if (kind === undefined) throw new InvalidValue('operation', `unknown operation; known are ${operations.join(', ')}`)
  return { column, kind }
}

/** Cassandra takes one assignment of a column, or operations (reference 6.4 "Maps, sets"). */
function checkTogether (model: ModelConstructor, changes: readonly ColumnChange[]): void {
  for (const { column, change } of changes) {
    if (change.kind === 'assign' && changes.some((other) => other.column === column && other.change.kind !== 'assign')) {
      throw new QueryError(`${model[META].name}.update: "${column.name}" is both assigned and changed by an operation; Cassandra takes one of them`)
    }
  }
}

/** Adding nothing is no change (STM-12, B32). */
function isEmptyOperation (value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return (value instanceof Set || value instanceof Map) && value.size === 0
}

/** Of a write only the filter counts: what a SELECT alone understands is refused, so that nobody believes that it has an effect. */
function writeConditions (state: QueryState, at: string): readonly ColumnCondition[] {
  if (state.limit !== undefined || state.perPartitionLimit !== undefined) throw new QueryError(`${at}: a write has no limit; take it out, and filter the rows that are meant`)
  if (state.order.length > 0 || state.groupBy.length > 0 || state.output.kind !== 'instances') throw new QueryError(`${at}: orderBy, groupBy, only, defer, distinct, select and valuesList are for reading`)
  return state.conditions.map((c) => {
    if (isToken(c)) throw new QueryError(`${at}: Cassandra takes no token in a write`)
    if (c.column.role === 'static' || c.column.role === 'regular') throw new QueryError(`${at}: "${c.column.name}" is no key column; a write finds its rows by key. As a condition use iff`)
    if (c.operator === 'in' && (c.value as unknown[]).length === 0) throw new QueryError(`${at}: the "in" of "${c.column.name}" has no values`)
    return c
  })
}

/** What a write must say about the key (reference 6.4 "Keys", "Ranges", "Static"). */
function checkKeys (table: Table, conditions: readonly ColumnCondition[], at: string, reach: 'row' | 'partition' | 'range', op: OpOptions): readonly ColumnCondition[] {
  for (const column of table.partitionKey) {
    const own = conditions.filter((c) => c.column === column)
    if (own.length === 0) throw new QueryError(`${at}: the partition key column "${column.name}" is missing in the filter`)
    if (own.some((c) => c.operator !== 'eq' && c.operator !== 'in')) throw new QueryError(`${at}: the partition key column "${column.name}" takes a value or in, no range`)
  }
  const twice = conditions.find((c, i) => conditions.some((other, j) => j < i && other.column === c.column && (c.operator === 'eq' || other.operator === 'eq' || c.operator === 'in' || other.operator === 'in')))
  if (twice !== undefined) throw new QueryError(`${at}: "${twice.column.name}" has two conditions; Cassandra takes one`)
  const clustering = conditions.filter((c) => c.column.role === 'clustering')
  if (reach === 'partition' && clustering.length > 0) throw new QueryError(`${at}: only static columns change, which belong to the partition; leave out the condition on "${clustering[0]?.column.name}"`)
  if (reach === 'row') checkRow(table, conditions, at)
  if (reach === 'range') checkRange(table, conditions, at)
  if (isConditional(op)) checkConditional(table, conditions, at, reach)
  return conditions
}

function checkRow (table: Table, conditions: readonly ColumnCondition[], at: string): void {
  for (const column of table.clustering) {
    const own = conditions.find((c) => c.column === column)
    if (own === undefined) throw new QueryError(`${at}: the clustering column "${column.name}" is missing in the filter; an update needs the full key`)
    if (own.operator !== 'eq' && own.operator !== 'in') throw new QueryError(`${at}: the clustering column "${column.name}" takes a value or in; Cassandra updates no ranges`)
  }
}

function checkRange (table: Table, conditions: readonly ColumnCondition[], at: string): void {
  let open: TableColumn | undefined
  for (const column of table.clustering) {
    const own = conditions.filter((c) => c.column === column)
    if (own.length > 0 && open !== undefined) throw new QueryError(`${at}: "${column.name}" cannot be restricted, because "${open.name}" before it is not restricted by a value`)
    if (own.length === 0 || own.some((c) => c.operator !== 'eq' && c.operator !== 'in')) open ??= column
  }
}

function checkConditional (table: Table, conditions: readonly ColumnCondition[], at: string, reach: 'row' | 'partition' | 'range'): void {
  const several = conditions.find((c) => c.operator !== 'eq')
  if (several !== undefined) throw new QueryError(`${at}: a condition (iff, ifExists) is for one row; "${several.column.name}" needs a single value`)
  const missing = reach === 'partition' ? undefined : table.clustering.find((column) => !conditions.some((c) => c.column === column))
  if (missing !== undefined) throw new QueryError(`${at}: a condition (iff, ifExists) is for one row; "${missing.name}" is missing in the filter`)
}

function placeFor ({ db }: Querying, state: QueryState, op: OpOptions): Place {
  const batch = batchOf(op)
  return placeOf(db, state.model, { using: op.using, batched: batch !== undefined, batch: batch?.connection })
}

function bindAll (conditions: readonly Condition[], place: Place, params: unknown[]): void {
  for (const condition of conditions) bindCondition(condition, place.connection.encoding, params)
}

/** The one partition that the conditions mean; undefined where `in` means several. */
function partitionOf (table: Table, conditions: readonly ColumnCondition[], place: Place): unknown[] | undefined {
  const values = table.partitionKey.map((column) => conditions.find((c) => c.column === column && c.operator === 'eq'))
  if (values.some((c) => c === undefined)) return undefined
  return values.map((c) => c?.column.type.toDriver(c.value, place.connection.encoding))
}
