// An instance as plain values, and whether two of them hold equal ones.
import type { CqlType } from '../columns/cql-type.js'
import { inForm, isAsKept, wrong } from './changes.js'
import { valuesOf } from './compile/blueprint.js'
import { META, type ModelConstructor, tableOf } from './meta.js'
import type { Seen, State } from './state.js'
import type { TableColumn } from './table.js'
import { isNothing } from './values.js'
import { validationError } from './violations.js'

/** Same model, same loaded columns, equal values (INS-11, B08). */
export function equalInstances (a: object, stateA: State, b: object, stateB: State): boolean {
  if (stateA.model[META] !== stateB.model[META]) return false
  const [valuesA, valuesB] = [valuesOf(a, stateA), valuesOf(b, stateB)]
  return tableOf(stateA.model).columns.every((column) => {
    const left = inForm(column, valuesA[column.position])
    const right = inForm(column, valuesB[column.position])
    if (left === wrong || right === wrong) return valuesA[column.position] === valuesB[column.position]
    if (left === undefined || right === undefined) return left === right
    if (isNothing(column, left) || isNothing(column, right)) return isNothing(column, left) && isNothing(column, right)
    return column.type.equals(left, right)
  })
}

/** The loaded columns as a plain object. */
export function toObject (instance: object, state: State): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  const values = valuesOf(instance, state)
  for (const { name, position } of tableOf(state.model).columns) {
    const value = values[position]
    if (value !== undefined) object[name] = value
  }
  return object
}

/**
 * Plain JSON values of the loaded columns that are not hidden.
 * @throws {ValidationError} for a value that was assigned and that its column refuses
 */
export function toJSON (instance: object, seen: Seen): Record<string, unknown> {
  const { source: { model }, stored } = seen
  const json: Record<string, unknown> = {}
  const values = valuesOf(instance, seen)
  for (const column of tableOf(model).columns) {
    const { name, type, options } = column
    const value = options.hidden === true ? undefined : values[column.position]
    if (value === undefined) continue
    const held = value ?? type.emptyValue()
    json[name] = held === null
      ? null
      : type.toJSON(isAsKept(column, stored?.[column.field], held) ? held : converted(model, column, held))
  }
  return json
}

/**
 * A copy of an instance, which a logger makes before it takes values out: it has the class and the enumerable
 * properties, and knows nothing else. What is no value of its column any more (`'[Redacted]'`) stays as it is.
 */
export function copyToJSON (copy: object, columns: readonly TableColumn[]): Record<string, unknown> {
  const json: Record<string, unknown> = {}
  for (const { name, unruled, options } of columns) {
    if (options.hidden === true || !Object.hasOwn(copy, name)) continue
    const value = (copy as Record<string, unknown>)[name]
    if (value !== undefined) json[name] = value === null ? null : jsonOf(unruled, value)
  }
  return json
}

function jsonOf (type: CqlType, value: unknown): unknown {
  try {
    return type.toJSON(type.convert(value))
  } catch {
    if (type.kind === 'udt') return fieldsToJSON(type, value)
    return typeof value === 'object' ? unreadable : typeof value === 'bigint' ? value.toString() : value
  }
}

const unreadable = '[unreadable]'

/** Of the copy of a user type's instance of which something was taken out: a field is not the whole. */
function fieldsToJSON (type: CqlType, value: unknown): unknown {
  try {
    return type.toJSON(value)
  } catch {
    return unreadable
  }
}

/** What was assigned since may have any accepted form. */
function converted (model: ModelConstructor, column: TableColumn, value: unknown): unknown {
  try {
    return column.unruled.convert(value)
  } catch (error) {
    throw validationError(model[META].name, column.name, error)
  }
}
