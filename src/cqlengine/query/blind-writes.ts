import { type Change, type ChangeKind, type CqlType, InvalidValue, operationKinds } from '../columns/cql-type.js'
import type { types } from '../driver.js'
import { QueryError } from '../errors.js'
import type { ColumnChange } from '../model/changes.js'
import { META, type ModelConstructor, tableOf } from '../model/meta.js'
import type { OpOptions } from '../model/operations.js'
import { checkWritable } from '../model/read-only.js'
import type { Table, TableColumn } from '../model/table.js'
import { checkedToWrite, entriesOf, isNothing, Violations } from '../model/values.js'
import { bindCondition, type ColumnCondition, type Condition, conditionText, isToken } from './conditions.js'
import type { Lightweight } from './lightweight.js'
import { demandOf, type Operation, operationOf } from './operation.js'
import type { Write } from './pending-write.js'
import type { Place } from './place.js'
import type { QueryState } from './query-state.js'
import type { Querying } from './querying.js'
import type { Statement } from './statement-cache.js'
import { checkKey, keyOf, partitionOf, rowOf } from './write-key.js'
import { confirm } from './write.js'
import { deleteStatement, updateStatement, type Where } from './write-statements.js'
import { listed, meant } from '../words.js'

/**
 * `filter(…).update({ … })` without loading anything: one UPDATE (UPD rows), to be sent. No changes: nothing is
 * (UPD-01).
 */
export function updateRows (
  querying: Querying, state: QueryState, values: unknown, options: OpOptions
): Write<void> | undefined {
  const { model } = state
  const table = tableOf(model)
  const at = `${model[META].name}.update`
  checkWritable(table)
  const changes = readChanges(model, values)
  const demand = demandOf(model, options, 'update')
  const conditions = demand.conditions(table) // told before what is wrong with the filter
  if (changes.length === 0) return undefined
  const isStatic = changes.every((c) => c.column.role === 'static') && onlyStatic(conditions)
  const key = keyOf(state, at)
  const operation = operationOf(querying.db, model, demand, undefined)
  const where: Where = {
    // The whole key has the text of an instance's update, which is found without making a string.
    rows: !isStatic && isWholeKey(table, key) ? 'key' : key,
    relations: () => {
      checkKey(table, key, at, isStatic ? 'partition' : 'row', operation.isConditional)
      return key.map(conditionText)
    },
    params: boundTo(key, operation.place)
  }
  return new BlindWrite(
    model, operation, key, updateStatement(querying.cacheOf(table), model, operation, changes, where)
  )
}

/** A write of the rows that a filter says. */
class BlindWrite implements Write<void> {
  /** See model/compile/shape.ts: one that nobody sends. */
  static readonly kept = new BlindWrite(
    undefined as never, undefined as never, [], { cql: '', params: [], request: { kind: 'write' } }
  )

  readonly statement: Statement
  readonly operation: Operation
  readonly model: ModelConstructor
  readonly #key: readonly ColumnCondition[]

  constructor (model: ModelConstructor, operation: Operation, key: readonly ColumnCondition[], statement: Statement) {
    this.statement = statement
    this.operation = operation
    this.model = model
    this.#key = key
  }

  partition (): readonly unknown[] | undefined {
    return partitionOf(tableOf(this.model), this.#key, this.operation.place)
  }

  row (): readonly unknown[] | undefined { return rowOf(tableOf(this.model), this.#key, this.operation.place) }
  written (): void { /* no instance takes part */ }
  received (answer: types.ResultSet): void { confirm(this, answer) }
  ended (): void { /* nobody waits for it */ }
}

/** `filter(…).delete()`: rows, ranges of rows or whole partitions, as far as the filter says (QRY-23). */
export function deleteRows (querying: Querying, state: QueryState, options: OpOptions): Write<void> {
  const { model } = state
  const table = tableOf(model)
  const at = `${model[META].name}.delete`
  checkWritable(table)
  const demand = demandOf(model, options, 'delete')
  demand.conditions(table) // told before what is wrong with the filter
  const key = keyOf(state, at)
  const operation = operationOf(querying.db, model, demand, undefined)
  const where: Where = {
    rows: isWholeKey(table, key) ? 'key' : key,
    relations: () => {
      checkKey(table, key, at, operation.isConditional ? 'row' : 'range', operation.isConditional)
      return key.map(conditionText)
    },
    params: boundTo(key, operation.place)
  }
  return new BlindWrite(model, operation, key, deleteStatement(querying.cacheOf(table), model, operation, where))
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

/**
 * Reads the argument of `update`: new values and `column__operation`s.
 * @param check of an assigned value
 * @throws {ValidationError} for unknown columns and operations, keys, counters that are assigned, values that the
 *   column refuses
 */
export function readChanges (
  model: ModelConstructor, values: unknown, check: (column: TableColumn, value: unknown) => unknown = checkedToWrite
): ColumnChange[] {
  const table = tableOf(model)
  const violations = new Violations()
  const changes: ColumnChange[] = []
  const given = entriesOf(values, model[META].name)
  for (let i = 0; i < given.length; i += 2) {
    const [key, value] = [given[i] as string, given[i + 1]]
    if (value === undefined) continue
    try {
      const target = targetOf(table, key)
      if (target === undefined) violations.unknown(key, { known: table.columns })
      else changes.push(readChange(target, value, check))
    } catch (error) {
      violations.add(key, error)
    }
  }
  violations.finish(model[META].name)
  checkTogether(model, changes)
  return changes.some(isNoChange) ? changes.filter((c) => !isNoChange(c)) : changes
}

/** Adding nothing is no change (STM-12, B32). */
function isNoChange ({ change: { kind, value } }: ColumnChange): boolean {
  return kind !== 'assign' && isEmptyOperation(value)
}

function readChange (
  { column, kind }: Target, value: unknown, check: (column: TableColumn, value: unknown) => unknown
): ColumnChange {
  if (column.role === 'partition' || column.role === 'clustering') {
    throw new InvalidValue('key', 'a key column cannot be updated; delete the row and create another')
  }
  if (kind === 'assign') {
    if (column.isCounter) {
      throw new InvalidValue(
        'counter', `a counter is not assigned; use ${column.name}__increment or ${column.name}__decrement`
      )
    }
    const converted = check(column, value)
    return { column, change: { kind, value: isNothing(column, converted) ? null : converted } }
  }
  if (value === null) throw new InvalidValue('null', `${kind} takes a value; to delete the column assign null`)
  return { column, change: { kind, value: column.type.convertChange(kind, value) } }
}

interface Target { readonly column: TableColumn, readonly kind: ChangeKind }
/** By key: as many as a table has columns and operations. */
const targets = new WeakMap<Table, Map<string, Target>>()

function targetOf (table: Table, key: string): Target | undefined {
  let known = targets.get(table)
  if (known === undefined) targets.set(table, known = new Map())
  let target = known.get(key)
  if (target === undefined && (target = splitKey(table, key)) !== undefined) known.set(key, target)
  return target
}

/**
 * A declared column wins over an operation in its name (B20); an unknown operation is an error, never an assignment
 * (B32).
 */
function splitKey (table: Table, key: string): Target | undefined {
  const plain = table.byName.get(key)
  if (plain !== undefined) return { column: plain, kind: 'assign' }
  const at = key.lastIndexOf('__')
  const column = at < 0 ? undefined : table.byName.get(key.slice(0, at))
  if (column === undefined) return undefined
  const word = key.slice(at + 2)
  const kind = operationKinds.find((o) => o === word)
  if (kind === undefined) {
    throw new InvalidValue(
      'operation', `unknown operation${meant(word, operationKinds)}; known are ${listed(operationKinds)}`
    )
  }
  return { column, kind }
}

/**
 * Cassandra takes one assignment of a column, or operations. Of what one statement both puts in and removes it keeps
 * the removal, and says nothing.
 */
function checkTogether (model: ModelConstructor, changes: readonly ColumnChange[]): void {
  if (changes.every(({ change }) => change.kind === 'assign')) return
  const at = `${model[META].name}.update`
  for (const { column, change } of changes) {
    const others = changes.filter((other) => other.column === column && other.change !== change)
      .map((other) => other.change)
    if (change.kind === 'assign' && others.length > 0) {
      throw new QueryError(`${at}: "${column.name}" is both assigned and changed by an operation; Cassandra takes ` +
        'one of them')
    }
    if (change.kind === 'remove' && others.some((other) => meets(column.type, change.value, other))) {
      throw new QueryError(`${at}: "${column.name}" gets and loses the same ` +
        `${column.type.kind === 'map' ? 'key' : 'element'}; Cassandra would only remove it. Leave out one of both`)
    }
  }
}

/** True where the other operation puts in something of what is removed. An update with null removes as well. */
function meets (type: CqlType, removed: unknown, { kind, value }: Change): boolean {
  const put = kind === 'add'
    ? [...value as Set<unknown>]
    : kind === 'update' ? [...value as Map<unknown, unknown>].flatMap(([k, v]) => v === null ? [] : [k]) : []
  const element = type.elementType(type.kind === 'map' ? 'key' : 'element')
  if (put.length === 0 || element === undefined) return false
  const keys = new Set(Array.from(removed as Set<unknown>, (one) => element.keyOf(one)))
  return put.some((one) => keys.has(element.keyOf(one)))
}

function isEmptyOperation (value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return (value instanceof Set || value instanceof Map) && value.size === 0
}

function boundTo (conditions: readonly Condition[], place: Place): readonly unknown[] {
  const params: unknown[] = []
  for (const condition of conditions) bindCondition(condition, place.connection.encoding, params)
  return params
}
