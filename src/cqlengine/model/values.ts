// One value of a column, checked for what is meant with it; and what a user passed as values, read once.
import { checkValue, nullRefused } from '../columns/check.js'
import { type CqlType, InvalidValue } from '../columns/cql-type.js'
import { unreadable } from '../columns/outside.js'
import { checkKeyValue } from './key-limits.js'
import type { TableColumn } from './table.js'
import { validationError } from './violations.js'

/**
 * One value of a column, in the form an instance holds; collections that are null become empty. @throws {InvalidValue}
 */
export function checked (column: TableColumn, value: unknown): unknown {
  const converted = checkValue(column, value)
  if (converted === null) return column.type.emptyValue()
  if (column.plain) return converted
  if (column.role === 'partition' || column.role === 'clustering') checkKeyValue(column, converted)
  return converted
}

/** Checks a value that is written: null is refused where the column must have one. @throws {InvalidValue} */
export function checkedToWrite (column: TableColumn, value: unknown): unknown {
  const converted = checked(column, value)
  if (converted === null && column.required) throw nullRefused()
  return converted
}

/**
 * Checks what is sent so that a stored value becomes the new one, and no more of it: older rows may hold what the rules
 * of today refuse.
 * @param kept what is known to be stored of the column; see `State`
 */
export function checkedToSend (column: TableColumn, value: unknown, kept: unknown): unknown {
  try {
    return checkedToWrite(column, value)
  } catch (error) {
    if (kept === undefined || !(error instanceof InvalidValue)) throw error
    return checkedInParts(column, value, kept, error)
  }
}

function checkedInParts (column: TableColumn, value: unknown, kept: unknown, error: InvalidValue): unknown {
  const { type, unruled, options, mutable } = column
  const before = kept === null ? null : mutable ? type.restore(kept) : kept
  const own = value === null ? type.emptyValue() : unruled.convert(value)
  const changes = type.changes(before, isNothing(column, own) ? null : own)
  if (changes.length === 0) return own
  if (own === null || unruled === type) throw error
  // What the column itself says is of the value as a whole.
  checkValue({ type: unruled, options }, own)
  try {
    for (const change of changes) type.judge(change)
  } catch (broken) {
    // Places are told as they are in the whole value, unless something older is in the way.
    throw before === null || isRight(column, before) ? error : broken
  }
  return own
}

function isRight ({ type }: TableColumn, value: unknown): boolean {
  try {
    type.convert(value)
    return true
  } catch {
    return false
  }
}

/**
 * A value of a key that is compared with a stored one, or tells which row is meant: by its type alone, whatever the
 * rules say.
 * @throws {InvalidValue}
 */
export function checkedToFind (column: TableColumn, value: unknown): unknown {
  if (value === null) throw nullRefused()
  const converted = column.unruled.convert(value)
  checkKeyValue(column, converted)
  return converted
}

/** Instances share no value that can change in place, neither with each other nor with a default or what was passed. */
export function isolated (type: CqlType, converted: unknown, given: unknown): unknown {
  return type.mutable && converted === given && converted !== null ? type.copy(converted) : converted
}

/** True for what the database stores as null: null itself and empty collections. */
export function isNothing (column: TableColumn, value: unknown): boolean {
  return value === null || value === undefined || (column.canBeEmpty && column.type.isEmpty(value))
}

/**
 * The own enumerable properties of what a user passed as values, read once each.
 * @throws {ValidationError} when it is no object, or a property cannot be read
 */
export function readValues (values: unknown, model: string): Map<string, unknown> {
  const read = new Map<string, unknown>()
  eachValue(values, model, (name, value) => { read.set(name, value) })
  return read
}

/** What {@link readValues} reads, as names and values by turns, for what looks at each once. */
export function entriesOf (values: unknown, model: string): unknown[] {
  const read: unknown[] = []
  eachValue(values, model, (name, value) => { read.push(name, value) })
  return read
}

/** Gives what {@link readValues} reads one by one. @param take must not throw */
export function eachValue (values: unknown, model: string, take: (name: string, value: unknown) => void): void {
  let key = '*'
  try {
    if (!isRecord(values)) throw new InvalidValue('type', 'expected an object of column names and values')
    for (key of Object.keys(values)) take(key, values[key])
  } catch (error) {
    throw validationError(model, key, unreadable(error))
  }
}

function isRecord (values: unknown): values is Record<string, unknown> {
  return typeof values === 'object' && values !== null && !Array.isArray(values) && !(values instanceof Map) &&
    !(values instanceof Set)
}
