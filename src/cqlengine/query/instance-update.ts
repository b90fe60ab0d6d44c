import type { Change, CqlType } from '../columns/cql-type.js'
import { type ColumnChange, changedByHand, changesOf, markStored, snapshotOf, valueOf } from '../model/changes.js'
import { META, tableOf } from '../model/meta.js'
import type { OpOptions } from '../model/operations.js'
import type { State } from '../model/state.js'
import type { Table, TableColumn } from '../model/table.js'
import { checked, isNothing, readValues, Violations } from '../model/values.js'
import { checkWritable } from '../model/whole.js'
import { ValidationError } from '../errors.js'
import { readChanges } from './blind-writes.js'
import { originOf, type Place } from './place.js'
import { updateInstance, type Writing } from './instance-writes.js'
import { checkCounterOptions } from './write.js'

/**
 * `instance.update({ … })`: assigns plain values, then writes what changed and the operations (`tags__add`) as one UPDATE (INS-04, DRT-11).
 * When a value is refused, nothing was sent and the instance is as it was. When the write fails, assigned values stay assigned and
 * unsaved; operations have no effect on the instance before the server confirmed them.
 */
export async function updateByValues (writing: Writing, instance: object, state: State, values: unknown, op: OpOptions): Promise<void> {
  const { model } = state
  const table = tableOf(model)
  checkWritable(state)
  checkCounterOptions(model, op)
  const changes = readChanges(model, withoutKey(instance, state, table, values))
  const assigned = changes.filter((c) => c.change.kind === 'assign')
  assignAndValidate(instance, assigned)
  const unsaved = unsavedChanges(instance, state, table, assigned)
  const operations = changes.filter((c) => c.change.kind !== 'assign')
  const sent = [...unsaved.map((one) => withOperations(one, operations)), ...operations.filter(({ column }) => !isAssigned(unsaved, column))]
  const snapshot = snapshotOf(instance, new Set(unsaved.map((c) => c.column)))
  await updateInstance(writing, instance, state, sent, op, (place) => {
    becomeStored(instance, state, table, place, snapshot)
    for (const { column, change } of operations) applyToInstance(instance, state, column, change)
  })
}

/** The key may be named with its present value; another one is an error. */
function withoutKey (instance: object, state: State, table: Table, values: unknown): unknown {
  const read = readValues(values, state.model[META].name)
  const violations = new Violations()
  for (const column of table.key) {
    const given = read.get(column.name)
    if (given === undefined) continue
    const converted = violations.try(column.name, () => checked(column, given))
    const current = valueOf(instance, column.name)
    if (converted !== undefined && converted !== null && current !== undefined && current !== null && column.type.equals(current, converted)) read.delete(column.name)
  }
  violations.finish(state.model[META].name)
  return Object.fromEntries(read)
}

/** A user's own `validate()` sees the new values; what it refuses is taken back. */
function assignAndValidate (instance: object, assigned: readonly ColumnChange[]): void {
  const fields = instance as Record<string, unknown> & { validate (): void }
  const before = assigned.map(({ column }) => Object.getOwnPropertyDescriptor(instance, column.name))
  try {
    for (const { column, change } of assigned) fields[column.name] = change.value ?? column.type.emptyValue()
    fields.validate()
  } catch (error) {
    for (const [i, { column }] of assigned.entries()) {
      const old = before[i]
      if (old === undefined) Reflect.deleteProperty(instance, column.name)
      else Object.defineProperty(instance, column.name, old)
    }
    throw error
  }
}

/** Of a row that was never stored, defaults are not written by an update, but values given to it are. */
function unsavedChanges (instance: object, state: State, table: Table, assigned: readonly ColumnChange[]): ColumnChange[] {
  const columns = table.columns.filter((c) => !table.key.includes(c) && c.type.kind !== 'counter' && c !== table.discriminator)
  if (state.stored !== undefined) return changesOf(instance, state, columns)
  const byHand = changesOf(instance, state, changedByHand(instance, state, columns))
  return [...byHand.filter((one) => !isAssigned(assigned, one.column)), ...assigned]
}

function isAssigned (changes: readonly ColumnChange[], column: TableColumn): boolean {
  return changes.some((c) => c.column === column && c.change.kind === 'assign')
}

/** A column that is assigned as a whole takes its operations into the assigned value: Cassandra refuses both side by side. */
function withOperations (one: ColumnChange, operations: readonly ColumnChange[]): ColumnChange {
  if (one.change.kind !== 'assign') return one
  const own = operations.filter((o) => o.column === one.column)
  if (own.length === 0) return one
  const { type } = one.column
  const start = one.change.value === null ? type.emptyValue() : type.copy(one.change.value)
  const value = own.reduce((current, { change }) => applied(type, current, change), start)
  return { column: one.column, change: { kind: 'assign', value: isNothing(one.column, value) ? null : value } }
}

function becomeStored (instance: object, state: State, table: Table, place: Place, snapshot: Readonly<Record<string, unknown>>): void {
  if (state.stored === undefined) {
    markStored(state, { ...snapshotOf(instance, table.key), ...snapshot })
    state.source = { ...state.source, origin: originOf(place) }
  } else markStored(state, snapshot)
}

/** What the operation did on the server, done to what the instance holds of the column. */
function applyToInstance (instance: object, state: State, column: TableColumn, change: Change): void {
  const current = valueOf(instance, column.name)
  if (current === undefined) return
  const { type } = column
  ;(instance as Record<string, unknown>)[column.name] = applied(type, current, change)
  const { stored } = state
  if (stored === undefined || !Object.hasOwn(stored, column.field)) return
  const before = stored[column.field] === null ? type.emptyValue() : stored[column.field]
  const after = applied(type, type.kind === 'counter' ? before ?? 0n : before, change)
  stored[column.field] = isNothing(column, after) ? null : type.mutable ? type.copy(after) : after
}

/** The value after an operation; a new one, so that nobody's copy changes. */
function applied (type: CqlType, current: unknown, { kind, value }: Change): unknown {
  switch (type.kind) {
    case 'counter': return kind === 'decrement' ? (current as bigint) - (value as bigint) : (current as bigint) + (value as bigint)
    case 'list': return appliedToList(type, current as unknown[], kind, value as unknown[])
    case 'set': return appliedToSet(type, current as Set<unknown>, kind, value as Iterable<unknown>)
    case 'map': return appliedToMap(type, current as Map<unknown, unknown>, kind, value as Map<unknown, unknown> & Set<unknown>)
    default: throw new ValidationError(undefined, [{ column: type.cql, rule: 'operation', message: `has no operation ${kind}` }])
  }
}

function appliedToList (type: CqlType, current: readonly unknown[], kind: Change['kind'], values: readonly unknown[]): unknown[] {
  if (kind === 'append') return [...current, ...values]
  if (kind === 'prepend') return [...values, ...current]
  const same = equality(type.elementType('element'))
  return current.filter((one) => !values.some((value) => same(one, value)))
}

function appliedToSet (type: CqlType, current: ReadonlySet<unknown>, kind: Change['kind'], values: Iterable<unknown>): Set<unknown> {
  const same = equality(type.elementType('element'))
  const rest = [...values]
  if (kind === 'remove') return new Set([...current].filter((one) => !rest.some((value) => same(one, value))))
  return new Set([...current, ...rest.filter((value) => !current.has(value) && ![...current].some((one) => same(one, value)))])
}

function appliedToMap (type: CqlType, current: ReadonlyMap<unknown, unknown>, kind: Change['kind'], values: ReadonlyMap<unknown, unknown> & ReadonlySet<unknown>): Map<unknown, unknown> {
  const same = equality(type.elementType('key'))
  const touched = [...values.keys()]
  const kept = [...current].filter(([key]) => !touched.some((one) => same(one, key)))
  const set = kind === 'remove' ? [] : [...values.entries()].filter(([, value]) => value !== null)
  return new Map([...kept, ...set])
}

function equality (type: CqlType | undefined): (a: unknown, b: unknown) => boolean {
  return (a, b) => a === b || type?.equals(a, b) === true
}
