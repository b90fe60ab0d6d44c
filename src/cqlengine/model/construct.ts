import { InvalidValue } from '../columns/cql-type.js'
import { unreadable } from '../columns/outside.js'
import type { Blueprint } from './blueprint.js'
import { META } from './meta.js'
import type { State } from './state.js'
import type { TableColumn } from './table.js'
import { checked, isNothing, isolated, Violations } from './values.js'

/**
 * Fills a new instance: given values, else defaults, else null or an empty collection (COL-06, DRT-01, INS-01).
 * The discriminator of a polymorphic child is its own, whatever was given (POL-03).
 * @throws {ValidationError} for unknown names and values that their columns refuse; the instance then was never seen by anybody
 */
export function fill (instance: object, state: State, { name, table, layout, givens }: Blueprint, given: unknown): void {
  const { columns, discriminator } = table
  const { variant } = state.model[META]
  const violations = new Violations()
  const values = given === undefined ? columns.map(() => undefined) : givens.read(given, violations)
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i] as TableColumn
    const value = values[i]
    if (column === discriminator && variant !== undefined) {
      values[i] = variant
      continue
    }
    try {
      values[i] = value === undefined ? initialValue(column, state) : acceptedValue(column, value, state)
    } catch (error) {
      // What a default function of the user's throws passes; a type that throws has met a value that it cannot read.
      violations.add(column.name, value === undefined ? error : unreadable(error))
    }
  }
  violations.finish(name)
  layout.assign(instance, values)
  state.accepted = values
}

/** In a constructor a required column may still be null: `validate()` and every write refuse it. */
function acceptedValue (column: TableColumn, value: unknown, state: State): unknown {
  if (column.isCounter) throw new InvalidValue('counter', `a counter starts at 0 and is only changed: set it afterwards, or use update({ ${column.name}__increment })`)
  const converted = value === null ? column.type.emptyValue() : column.plain ? column.type.convert(value) : checked(column, value)
  if (isNothing(column, converted)) (state.givenEmpty ??= new Set()).add(column.name)
  return isolated(column.type, converted, value)
}

function initialValue (column: TableColumn, state: State): unknown {
  const { type, options: { default: given } } = column
  if (given === undefined || given === null) return type.emptyValue()
  const value: unknown = typeof given === 'function' ? given() : given
  if (value === undefined || value === null) return type.emptyValue()
  try {
    const initial = isolated(type, checked(column, value), value)
    if (!isNothing(column, initial)) (state.defaulted ??= new Map()).set(column.name, type.copy(initial))
    return initial
  } catch (error) {
    throw error instanceof InvalidValue ? error.within('the default') : error
  }
}
