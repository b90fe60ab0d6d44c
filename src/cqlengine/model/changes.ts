import type { Change } from '../columns/cql-type.js'
import { unwritten } from './defaults.js'
import type { RowValues } from './compile/layout.js'
import type { State } from './state.js'
import type { TableColumn } from './table.js'
import { isNothing } from './values.js'

/** What is to be sent for one column. */
export interface ColumnChange { readonly column: TableColumn, readonly change: Change }

/**
 * What differs from what is stored, by value and deep (DRT-02 … DRT-05): for a loaded instance the changed columns, for
 * a new one all that have a value or were explicitly given as null. Values must have the form that instances hold:
 * `validate()` sees to it.
 */
export function changesOf (values: RowValues, state: State, columns: readonly TableColumn[]): ColumnChange[] {
  const found: ColumnChange[] = []
  for (const column of columns) {
    const changes = columnChanges(state, column, values[column.position])
    for (const change of changes) found.push({ column, change })
  }
  return found
}

const deletion: readonly Change[] = [{ kind: 'assign', value: null }]
const none: readonly Change[] = []

function columnChanges (state: State, column: TableColumn, value: unknown): readonly Change[] {
  if (value === undefined) return none
  const { stored } = state
  if (stored === undefined) {
    if (!isNothing(column, value)) return [{ kind: 'assign', value }]
    return state.givenEmpty?.has(column.name) === true ? deletion : none
  }
  const before = stored[column.field]
  if (!column.mutable && Object.is(before, value)) return none // to a double, -0 is another value than 0
  if (!Object.hasOwn(stored, column.field)) {
    return isNothing(column, value) ? deletion : isDefault(column, state, value) ? none : [{ kind: 'assign', value }]
  }
  const after = isNothing(column, value) ? null : value
  if (!column.mutable || before === null || before === undefined) return column.type.changes(before ?? null, after)
  if (after !== null) return column.type.changesSince(before, after)
  return column.type.isAsKept(before, value) ? none : column.type.changes(column.type.restore(before), null)
}

/** True when a key column of a loaded instance has another value than the one it was loaded with (DML-01). */
export function keyChanged (values: RowValues, state: State, key: readonly TableColumn[]): boolean {
  for (const column of key) {
    if (columnChanges(state, column, values[column.position]).length > 0) return true
  }
  return false
}

/**
 * What was changed by hand (INS-14, DRT-01): of a new instance what was given or set, not what a default filled in.
 * Values may still have any form; one that cannot be converted differs from what is stored, and is refused when it is
 * written. See `dropAssigned` first.
 */
export function changedByHand (values: RowValues, state: State, columns: readonly TableColumn[]): TableColumn[] {
  return columns.filter((column) => {
    const held = values[column.position]
    const value = inForm(column, held)
    if (value === wrong) return !isAsKept(column, state.stored?.[column.field], held)
    if (columnChanges(state, column, value).length === 0) return false
    if (state.stored !== undefined) return true
    // Each begins at 0.
    if (column.isCounter) return value !== 0n && value !== null
    return !isNothing(column, value) && !isDefault(column, state, value)
  })
}

/**
 * True for a column of a new instance that still has what its default filled in. `value` must have the form that
 * instances hold.
 */
export function isDefault (column: TableColumn, state: State, value: unknown): boolean {
  const initial = state.defaulted?.get(column.name)
  if (initial === undefined || value === wrong || value === undefined || value === null) return false
  return (value === initial.held || typeof value !== 'object') && column.type.equals(initial.copy, value)
}

/**
 * True for a value that is still the one that is kept of the row, by value: it needs no check, for it was checked when
 * it was written, or was never ours to check.
 */
export function isAsKept ({ mutable, type }: TableColumn, kept: unknown, value: unknown): boolean {
  // Undefined where it was not loaded
  if (!mutable || value === null || kept === null || kept === undefined) return Object.is(kept, value)
  try {
    return type.isAsKept(kept, value)
  } catch {
    return false // something of another form was put into it
  }
}

/** Stands for a value that its column refuses. */
export const wrong: unique symbol = Symbol('wrong')

/** A value as instances hold it, null included, whatever the rules say; {@link wrong} for what its type refuses. */
export function inForm (column: TableColumn, value: unknown): unknown {
  if (value === undefined || value === null) return value
  try {
    return column.unruled.convert(value)
  } catch {
    return wrong
  }
}

/**
 * The present values of `columns` by database name, as the database will hold them: taken when a write is sent, for the
 * instance may change before the answer.
 */
export function snapshotOf (values: RowValues, columns: Iterable<TableColumn>): Record<string, unknown> {
  const snapshot: Record<string, unknown> = {}
  for (const column of columns) {
    const value = values[column.position]
    if (value !== undefined) snapshot[column.field] = asStored(column, value)
  }
  return snapshot
}

/**
 * A value as states keep it: what the database will hold, and not the instance's own where that can change in place.
 */
export function asStored (column: TableColumn, value: unknown): unknown {
  return isNothing(column, value) ? null : column.mutable ? column.type.snapshot(value) : value
}

/** The value that a state keeps of a column, in the form that instances hold; null where it is not known. */
export function storedValue ({ stored }: State, { field, mutable, type }: TableColumn): unknown {
  const kept = stored?.[field] ?? null
  return kept !== null && mutable ? type.restore(kept) : kept
}

/** The present values of changed columns as states keep them, for {@link markChanged}. */
export function keptOf (values: RowValues, changes: readonly ColumnChange[]): readonly unknown[] {
  return changes.map(({ column }) => asStored(column, values[column.position]))
}

/** Takes what is `kept` of changed columns as what the database holds, after the write that carried it succeeded. */
export function markChanged (state: State, changes: readonly ColumnChange[], kept: readonly unknown[]): void {
  const stored = state.stored ??= {}
  for (let i = 0; i < changes.length; i++) stored[(changes[i] as ColumnChange).column.field] = kept[i]
  settled(state)
}

/**
 * Takes `snapshot` as what the database holds, after the write that carried it succeeded. It belongs to the state from
 * then on.
 */
export function markStored (state: State, snapshot: Record<string, unknown>): void {
  if (state.stored === undefined) state.stored = snapshot
  else Object.assign(state.stored, snapshot)
  settled(state)
}

/** What only new instances need to know, but for defaults that were not written. */
function settled (state: State): void {
  state.givenEmpty = undefined
  state.defaulted = unwritten(state)
  state.accepted = undefined
}
