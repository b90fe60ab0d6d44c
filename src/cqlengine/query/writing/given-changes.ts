import { type Change, type ChangeKind, type CqlType, InvalidValue, operationKinds } from '../../columns/cql-type.js'
import { QueryError } from '../../errors.js'
import type { ColumnChange } from '../../model/changes.js'
import { META, type ModelConstructor, tableOf } from '../../model/meta.js'
import type { Table, TableColumn } from '../../model/table.js'
import { checkedToWrite, entriesOf, isNothing } from '../../model/values.js'
import { Violations } from '../../model/violations.js'
import { listed, meant } from '../../words.js'
import { splitKey } from '../terms/conditions.js'

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
  if (target === undefined && (target = targetIn(table, key)) !== undefined) known.set(key, target)
  return target
}

/**
 * A declared column wins over an operation in its name (B20); an unknown operation is an error, never an assignment
 * (B32).
 */
function targetIn (table: Table, key: string): Target | undefined {
  const plain = table.byName.get(key)
  if (plain !== undefined) return { column: plain, kind: 'assign' }
  const split = splitKey(table, key)
  if (split === undefined) return undefined
  const { column, word } = split
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
