import { InvalidValue } from '../columns/cql-type.js'
import { CONTEXT, META, tableOf, type ModelConstructor } from './meta.js'
import { type Source, State } from './state.js'
import type { Table, TableColumn } from './table.js'
import { checked, isNothing, readValues, unknownColumn, Violations } from './values.js'

const newSources = new WeakMap<Table, Source>()

/** The state of an instance that does not come from the database. */
export function newState (model: ModelConstructor): State {
  const table = tableOf(model)
  let source = newSources.get(table)
  if (source === undefined) newSources.set(table, source = { origin: undefined, columns: table.columns })
  const state = new State(model, source, undefined)
  state.context = model[CONTEXT]
  return state
}

/**
 * Fills a new instance: given values, else defaults, else null or an empty collection (COL-06, DRT-01, INS-01).
 * The discriminator of a polymorphic child is its own, whatever was given (POL-03).
 * @throws {ValidationError} for unknown names and values that their columns refuse; the instance then was never seen by anybody
 */
export function fill (instance: Record<string, unknown>, state: State, given: unknown): void {
  const { model } = state
  const meta = model[META]
  const table = tableOf(model)
  const values = given === undefined ? undefined : readValues(given, meta.name)
  const violations = new Violations()
  if (values !== undefined) {
    for (const name of values.keys()) {
      if (!table.byName.has(name)) violations.add(name, unknownColumn(name, table.columns))
    }
  }
  let givenEmpty: Set<string> | undefined
  let defaulted: Map<string, unknown> | undefined
  for (const column of table.columns) {
    const value = values?.get(column.name)
    if (column === table.discriminator && meta.variant !== undefined) {
      instance[column.name] = meta.variant
    } else if (value !== undefined && column.type.kind === 'counter') {
      violations.add(column.name, new InvalidValue('counter', `a counter starts at 0 and is only changed: set it afterwards, or use update({ ${column.name}__increment })`))
    } else if (value !== undefined) {
      const converted = violations.try(column.name, () => acceptGiven(column, value))
      instance[column.name] = isolated(column, converted, value)
      if (isNothing(column, converted)) (givenEmpty ??= new Set()).add(column.name)
    } else {
      const initial = violations.try(column.name, () => initialValue(column))
      instance[column.name] = initial
      if (column.options.default !== undefined && !isNothing(column, initial)) (defaulted ??= new Map()).set(column.name, column.type.copy(initial))
    }
  }
  violations.finish(meta.name)
  state.givenEmpty = givenEmpty
  state.defaulted = defaulted
}

/** In a constructor a required column may still be null: `validate()` and every write refuse it. */
function acceptGiven (column: TableColumn, value: unknown): unknown {
  return value === null ? column.type.emptyValue() : checked(column, value)
}

function initialValue (column: TableColumn): unknown {
  const { default: given } = column.options
  if (column.type.kind === 'counter') return 0n
  if (given === undefined || given === null) return column.type.emptyValue()
  const value: unknown = typeof given === 'function' ? given() : given
  if (value === undefined || value === null) return column.type.emptyValue()
  try {
    return isolated(column, checked(column, value), value)
  } catch (error) {
    throw error instanceof InvalidValue ? error.within('the default') : error
  }
}

/** Instances share no mutable value, neither with each other nor with the default or what was passed. */
function isolated (column: TableColumn, converted: unknown, given: unknown): unknown {
  return column.type.mutable && converted === given && converted !== null ? column.type.copy(converted) : converted
}
