import { InvalidValue } from '../columns/cql-type.js'
import { CONTEXT, META, tableOf, type ModelConstructor } from './meta.js'
import { type Source, State } from './state.js'
import type { Table, TableColumn } from './table.js'
import { checked, eachValue, isNothing, unknownColumn, Violations } from './values.js'

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
  const { name, variant } = model[META]
  const table = tableOf(model)
  const violations = new Violations()
  const values = given === undefined ? undefined : valuesByPosition(given, name, table, violations)
  const accepted: unknown[] = []
  for (const column of table.columns) {
    const value = values?.[column.position]
    let own: unknown
    if (column === table.discriminator && variant !== undefined) own = variant
    else if (value === undefined) own = defaultOf(column, state, violations)
    else own = acceptedValue(column, value, state, violations)
    instance[column.name] = own
    accepted.push(own)
  }
  violations.finish(name)
  state.accepted = accepted
}

/** What was given, in the order of the columns; unknown names are broken rules. */
function valuesByPosition (given: unknown, model: string, table: Table, violations: Violations): unknown[] {
  const values: unknown[] = []
  for (const _ of table.columns) values.push(undefined)
  eachValue(given, model, (name, value) => {
    const column = table.byName.get(name)
    if (column === undefined) violations.add(name, unknownColumn(name, table.columns))
    else values[column.position] = value
  })
  return values
}

function acceptedValue (column: TableColumn, value: unknown, state: State, violations: Violations): unknown {
  try {
    if (column.type.kind === 'counter') throw new InvalidValue('counter', `a counter starts at 0 and is only changed: set it afterwards, or use update({ ${column.name}__increment })`)
    const converted = acceptGiven(column, value)
    if (isNothing(column, converted)) (state.givenEmpty ??= new Set()).add(column.name)
    return isolated(column, converted, value)
  } catch (error) {
    violations.add(column.name, error)
    return null
  }
}

function defaultOf (column: TableColumn, state: State, violations: Violations): unknown {
  const { type, options } = column
  if (options.default === undefined) return type.emptyValue()
  try {
    const initial = initialValue(column)
    if (!isNothing(column, initial)) (state.defaulted ??= new Map()).set(column.name, type.copy(initial))
    return initial
  } catch (error) {
    violations.add(column.name, error)
    return null
  }
}

/** In a constructor a required column may still be null: `validate()` and every write refuse it. */
function acceptGiven (column: TableColumn, value: unknown): unknown {
  return value === null ? column.type.emptyValue() : checked(column, value)
}

function initialValue (column: TableColumn): unknown {
  const { default: given } = column.options
  if (given === null) return column.type.emptyValue()
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
