import type { Change } from '../../columns/cql-type.js'
import { InvalidValue } from '../../columns/cql-type.js'
import { valuesOf } from '../../model/compile/blueprint.js'
import {
  asStored, type ColumnChange, changedByHand, changesOf, inForm, isDefault, keyChanged, snapshotOf, storedValue, wrong
} from '../../model/changes.js'
import { isWatched } from '../../model/defaults.js'
import { valueOf } from '../../model/compile/layout.js'
import { META, tableOf } from '../../model/meta.js'
import type { OpOptions } from '../../model/operations.js'
import type { State } from '../../model/state.js'
import type { TableColumn } from '../../model/table.js'
import { checkedToFind, checkedToSend, isNothing, readValues } from '../../model/values.js'
import { Violations } from '../../model/violations.js'
import { checkWritable, frozen, isSettable, judgeAll } from '../../model/validate.js'
import { afterOperations } from './collection-change.js'
import type { Database } from '../operation/database.js'
import { readChanges } from './given-changes.js'
import { baseOf, mustWait, sendInTurn, whenItsTurn } from '../operation/instance-order.js'
import { type Demand, demandOf } from '../operation/operation.js'
import type { PendingWrite } from '../operation/pending-write.js'
import { becoming, changing, type WriteSubject, subjectOf } from './subject.js'
import { validate } from './validation.js'

/**
 * `instance.update({ … })`: assigns plain values, then writes what changed and the operations (`tags__add`) as one
 * UPDATE (INS-04, DRT-11). When anything is refused before it is sent, the instance is as it was. When the write fails,
 * assigned values stay assigned and unsaved; operations have no effect on the instance before the server confirmed
 * them.
 */
export function updateInstance<T extends object> (
  db: Database, instance: T, state: State, values: unknown, options: OpOptions
): Promise<T> {
  const demand = demandOf(state.model, options, 'update instance')
  return mustWait(state, demand)
    ? whenItsTurn(state, () => sendInTurn(state, prepareUpdate(db, instance, state, values, demand), instance))
    : sendInTurn(state, prepareUpdate(db, instance, state, values, demand), instance)
}

function prepareUpdate (
  db: Database, instance: object, state: State, values: unknown, demand: Demand
): PendingWrite<object> | undefined {
  const { model } = state
  checkWritable(state)
  const base = baseOf(state, demand)
  const changes = readChanges(
    model,
    withoutKey(instance, base, values),
    (column, value) => checkedToSend(column, value, base.stored?.[column.field])
  )
  checkSettable(instance, base, changes)
  const takeBack = assign(instance, changes, base)
  try {
    const subject = subjectOf(db, instance, validate(instance, base).values, state, base, demand)
    return plan(subject, changes)?.ready(base)
  } catch (error) {
    takeBack()
    throw error
  }
}

/** The key and a child's discriminator may be named with their present values; other ones are errors. */
function withoutKey (instance: object, base: State, values: unknown): unknown {
  const { name, variant } = base.model[META]
  const table = tableOf(base.model)
  const read = readValues(values, name)
  const violations = new Violations()
  const present = valuesOf(instance, base)
  if (base.stored !== undefined && keyChanged(present, base, table.key)) {
    for (const column of table.key) {
      if (keyChanged(present, base, [column])) {
        violations.add(
          column.name,
          new InvalidValue(
            'key',
            'was set to another value. A key cannot be updated: save() writes a copy of the row under the new key'
          )
        )
      }
    }
  }
  for (const column of table.key) dropPresent(read, column, present[column.position], violations)
  const { discriminator } = table
  if (discriminator !== undefined && variant !== undefined) {
    dropPresent(read, discriminator, variant, violations)
    if (read.get(discriminator.name) !== undefined) {
      violations.add(
        discriminator.name, new InvalidValue('discriminator', 'is that of the class and cannot be another')
      )
    }
  }
  violations.finish(name)
  return Object.fromEntries(read)
}

function dropPresent (read: Map<string, unknown>, column: TableColumn, current: unknown, violations: Violations): void {
  const given = read.get(column.name)
  if (given === undefined) return
  const converted = violations.try(column.name, () => checkedToFind(column, given)) ?? null
  if (converted !== null && current !== undefined && current !== null && column.type.equals(current, converted)) {
    read.delete(column.name)
  }
}

function checkSettable (instance: object, { model }: State, changes: readonly ColumnChange[]): void {
  const violations = new Violations()
  for (const { name } of new Set(changes.map((c) => c.column))) {
    if (!isSettable(instance, name)) violations.add(name, frozen())
  }
  violations.finish(model[META].name)
}

/** A user's own `validate()` sees the new values. Gives the way back, for the case that something is refused. */
function assign (instance: object, changes: readonly ColumnChange[], { defaulted }: State): () => void {
  const fields = instance as Record<string, unknown>
  const columns = changes.filter((c) => c.change.kind === 'assign').map((c) => c.column)
  const before = columns.map(({ name }) => ({
    own: Object.getOwnPropertyDescriptor(instance, name), value: valueOf(instance, name)
  }))
  const defaults = [...defaulted ?? []]
  for (const { column: { name, type }, change } of changes) {
    if (change.kind === 'assign') {
      fields[name] = change.value === null ? type.emptyValue() : type.mutable ? type.copy(change.value) : change.value
    }
  }
  return () => {
    for (const [i, { name }] of columns.entries()) {
      const { own, value } = before[i] ?? {}
      if (isWatched(own)) Object.defineProperty(instance, name, own ?? {})
      else if (value === undefined) Reflect.deleteProperty(instance, name)
      else fields[name] = value
    }
    for (const [name, one] of defaults) defaulted?.set(name, one)
  }
}

function plan (subject: WriteSubject, changes: readonly ColumnChange[]): PendingWrite<object> | undefined {
  const { instance, values, base, table } = subject
  const operations = changes.filter((c) => c.change.kind !== 'assign')
  const unsaved = unsavedColumns(subject, changes)
  if (subject.elsewhere) judgeAll(base.model[META].name, unsaved, values)
  const sent = [
    ...unsaved.flatMap((column) => columnChanges(subject, column, ofColumn(operations, column))),
    ...operations.filter(({ column }) => !unsaved.includes(column))
  ]
  if (sent.length === 0) return undefined
  const settleValues = settling(subject, unsaved)
  return changing(subject, sent, (state) => {
    settleValues(state)
    // In a batch the instance waits for the real outcome; a state that is only foreseen must not touch it.
    if (state !== subject.state || subject.elsewhere) return
    for (const column of new Set(operations.map((c) => c.column))) {
      applyOperations(instance, state, column, ofColumn(operations, column))
    }
  }, 'update')

  function settling ({ elsewhere }: WriteSubject, columns: readonly TableColumn[]): (state: State) => void {
    if (elsewhere) return () => {}
    if (base.stored !== undefined) {
      const snapshot = snapshotOf(values, columns)
      return (state) => { Object.assign(state.stored ?? {}, snapshot) }
    }
    // Of a row that was never read only this much is known. The rest must not be written by the next save as if it had
    // been changed. Defaults that were not sent are not stored either: they are unchanged as long as nobody assigns
    // them.
    const known = table.columns.filter((c) =>
      table.key.includes(c) || columns.includes(c) || !isDefault(c, base, values[c.position]))
    return becoming(subject, snapshotOf(values, known))
  }
}

/**
 * Columns beside the key whose values were assigned now or changed before. Of a row that was never stored, defaults are
 * not written by an update.
 */
function unsavedColumns (
  { values, base, table, elsewhere }: WriteSubject, changes: readonly ColumnChange[]
): TableColumn[] {
  const columns = table.columns.filter((c) =>
    !table.key.includes(c) && c.type.kind !== 'counter' && c !== table.discriminator)
  const changed = changesOf(values, base, base.stored === undefined ? changedByHand(values, base, columns) : columns)
  // Where nothing is known of what is stored, what was given is sent in any case.
  const given = base.stored === undefined || elsewhere ? changes.filter((c) => c.change.kind === 'assign') : []
  return [...new Set([...changed, ...given].map((c) => c.column))]
}

/**
 * What is sent of a column whose value is unsaved: with its operations carried out, for Cassandra takes no assignment
 * beside them.
 */
function columnChanges (
  { values, base, elsewhere }: WriteSubject, column: TableColumn, operations: readonly Change[]
): readonly ColumnChange[] {
  const { type } = column
  const current = values[column.position] ?? type.emptyValue()
  const value = operations.length === 0 ? current : afterOperations(type, current, operations)
  const after = isNothing(column, value) ? null : value
  // What is stored elsewhere is not known, so a difference would mean nothing there.
  if (base.stored === undefined || elsewhere || !Object.hasOwn(base.stored, column.field)) {
    return [{ column, change: { kind: 'assign', value: after } }]
  }
  return type.changes(storedValue(base, column), after).map((change) => ({ column, change }))
}

function ofColumn (changes: readonly ColumnChange[], column: TableColumn): Change[] {
  return changes.filter((c) => c.column === column).map((c) => c.change)
}

/**
 * What the operations did on the server, done to what the instance holds of the column, and to what is taken for
 * stored.
 */
function applyOperations (instance: object, state: State, column: TableColumn, operations: readonly Change[]): void {
  const { stored } = state
  const { type, name, field } = column
  const current = valueOf(instance, name)
  if (current === undefined) return
  // It may have got another value meanwhile; what its column refuses stays as it is, for the next write to tell.
  const held = current === null ? type.emptyValue() : inForm(column, current)
  if (held !== wrong) (instance as Record<string, unknown>)[name] = afterOperations(type, held, operations)
  if (stored === undefined || !Object.hasOwn(stored, field)) return
  stored[field] = asStored(column, afterOperations(type, storedValue(state, column) ?? type.emptyValue(), operations))
}
