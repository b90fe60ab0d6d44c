import { InvalidValue } from '../columns/cql-type.js'
import { PolymorphicModelError } from '../errors.js'
import { valueOf } from './changes.js'
import { META, tableOf } from './meta.js'
import type { State } from './state.js'
import type { Table, TableColumn } from './table.js'
import { checked, isNothing, Violations } from './values.js'

/**
 * Checks and converts the loaded columns of an instance; only when all are right are the converted values put in place.
 * @throws {ValidationError} with one entry per broken rule
 */
export function validateInstance (instance: object, state: State): void {
  const table = tableOf(state.model)
  const violations = new Violations()
  const converted: [string, unknown][] = []
  const staticOnly = writesOnlyStatic(instance, state, table)
  for (const column of table.columns) {
    const value = valueOf(instance, column.name)
    if (value === undefined) {
      if (state.stored === undefined && column.required && !(staticOnly && column.role !== 'partition')) violations.add(column.name, new InvalidValue('required', 'must be given'))
      continue
    }
    // What is stored and immutable was checked when it was written, or was never ours to check.
    if (state.stored !== undefined && value === state.stored[column.field] && !column.type.mutable && (value !== null || !column.required)) continue
    if (value === null && column.role === 'clustering' && staticOnly) continue
    if (value === null && staticOnly && column.role === 'regular') continue
    const result = violations.try(column.name, () => required(column, checked(column, value)))
    if (result !== value && !violations.any) converted.push([column.name, result])
  }
  violations.finish(state.model[META].name)
  for (const [name, value] of converted) (instance as Record<string, unknown>)[name] = value
}

function required (column: TableColumn, value: unknown): unknown {
  if (value === null && column.required) throw new InvalidValue('required', 'must not be null')
  return value
}

/** Static columns alone need no clustering key (DML-08): true when no clustering column and no regular column has a value. */
export function writesOnlyStatic (instance: object, state: State, table: Table): boolean {
  if (table.clustering.length === 0 || state.stored !== undefined) return false
  let statics = false
  for (const column of table.columns) {
    if (column.role === 'partition' || column === table.discriminator) continue
    const value = valueOf(instance, column.name)
    const given = value !== undefined && !(column.type.kind === 'counter' ? value === 0n : isNothing(column, value))
    if (column.role === 'static') statics ||= given || state.givenEmpty?.has(column.name) === true
    else if (given || state.givenEmpty?.has(column.name) === true) return false
  }
  return statics
}

/** The base of a family has no rows of its own (POL-01), and a child must be registered, or its rows could not be read again. */
export function checkWritable (state: State): void {
  const { family, variant, name } = state.model[META]
  if (family === undefined || !family.hasChildren) return
  if (variant === undefined) throw new PolymorphicModelError(`${name}: the base of a polymorphic family cannot be written; create one of its children`)
  if (!family.isRegistered(state.model)) throw new PolymorphicModelError(`${name}, kind ${JSON.stringify(String(variant))}: the class is not registered, so its rows could not be read again. Write "static { this.register() }" in it`)
}

/** Same model, same loaded columns, equal values (INS-11, B08). */
export function equalInstances (a: object, stateA: State, b: object, stateB: State): boolean {
  if (stateA.model[META] !== stateB.model[META]) return false
  return tableOf(stateA.model).columns.every((column) => {
    const left = valueOf(a, column.name)
    const right = valueOf(b, column.name)
    if (left === undefined || right === undefined) return left === right
    if (isNothing(column, left) || isNothing(column, right)) return isNothing(column, left) && isNothing(column, right)
    return column.type.equals(left, right)
  })
}

/** The loaded columns as a plain object. */
export function toObject (instance: object, state: State): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const { name } of tableOf(state.model).columns) {
    const value = valueOf(instance, name)
    if (value !== undefined) object[name] = value
  }
  return object
}

/** Plain JSON values of the loaded columns that are not hidden (reference fastify 2.1). */
export function toJSON (instance: object, state: State): Record<string, unknown> {
  const json: Record<string, unknown> = {}
  for (const { name, type, options } of tableOf(state.model).columns) {
    const value = options.hidden === true ? undefined : valueOf(instance, name)
    if (value !== undefined) json[name] = value === null ? null : type.toJSON(value)
  }
  return json
}
