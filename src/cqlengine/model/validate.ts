// What is judged before an instance is written.
import { InvalidValue } from '../columns/cql-type.js'
import { PolymorphicModelError } from '../errors.js'
import { inForm, isAsKept, isDefault, wrong } from './changes.js'
import { dropAssigned } from './defaults.js'
import { META } from './meta.js'
import { blueprintOf, valuesOf } from './compile/blueprint.js'
import type { RowValues } from './compile/layout.js'
import type { State } from './state.js'
import type { Table, TableColumn } from './table.js'
import { hasNoNull } from './compile/touched.js'
import { checkedToSend, checkedToWrite, isNothing } from './values.js'
import { Violations } from './violations.js'
import { shown } from '../words.js'

/** An instance's values, all right. */
export interface Validated {
  readonly values: RowValues
  /** Of a stored row the columns that may differ from what is stored; the others do not. Of a new one all. */
  readonly touched: readonly TableColumn[]
}

/**
 * Checks and converts the loaded columns of an instance; only when all are right are the converted values put in place.
 * @param judged `sent`: of a stored row what differs from what is stored, for a write judges what it sends; `all`: each
 *   column
 * @throws {ValidationError} with one entry per broken rule
 */
export function validateInstance (instance: object, state: State, judged: 'all' | 'sent'): Validated {
  const { name, table, layout, findTouched } = blueprintOf(state.model)
  const { stored, accepted } = state
  const violations = new Violations()
  const values = valuesOf(instance, state)
  dropAssigned(instance, state)
  const staticOnly = isStaticOnly(values, state, table)
  const kept = stored === undefined ? undefined : layout.fields(stored)
  const touched: TableColumn[] | undefined = stored === undefined || staticOnly ? undefined : []
  let converted: TableColumn[] | undefined
  let result: unknown[] | undefined
  const columns = kept === undefined || staticOnly || judged === 'all' ? table.columns : findTouched(values, kept)
  for (const column of columns) {
    const value = values[column.position]
    // The static part of a partition has neither clustering key nor regular columns.
    if (staticOnly && (column.role === 'clustering' || column.role === 'regular')) continue
    if (value === undefined) {
      if (stored === undefined && column.required) {
        violations.add(column.name, new InvalidValue('required', 'must be given'))
      }
      continue
    }
    if (accepted !== undefined && value !== null && !column.mutable && value === accepted[column.position]) continue
    const isKept = kept !== undefined && (value !== null || !hasNoNull(column)) &&
      isAsKept(column, kept[column.position], value)
    if (isKept && judged === 'sent') continue
    if (!isKept) touched?.push(column)
    try {
      const own = judged === 'all'
        ? checkedToWrite(column, value)
        : checkedToSend(column, value, kept?.[column.position])
      if (own === value) continue
      if (!isSettable(instance, column.name)) throw frozen()
      result ??= values.slice()
      result[column.position] = own
      ;(converted ??= []).push(column)
    } catch (error) {
      violations.add(column.name, error)
    }
  }
  violations.finish(name)
  if (converted !== undefined && result !== undefined) {
    for (const column of converted) (instance as Record<string, unknown>)[column.name] = result[column.position]
  }
  return { values: result ?? values, touched: touched ?? table.columns }
}

/**
 * Judges values that are sent though they may be stored elsewhere: those of a whole row that goes to another place.
 * @throws {ValidationError}
 */
export function judgeAll (model: string, columns: readonly TableColumn[], values: RowValues): void {
  const violations = new Violations()
  for (const column of columns) violations.try(column.name, () => checkedToWrite(column, values[column.position]))
  violations.finish(model)
}

/** False for columns of frozen instances. */
export function isSettable (instance: object, name: string): boolean {
  const own = Object.getOwnPropertyDescriptor(instance, name)
  return own === undefined
    ? Object.isExtensible(instance)
    : own.writable === true || (own.set !== undefined && own.configurable === true)
}

export function frozen (): InvalidValue {
  return new InvalidValue('frozen', 'cannot be set, because the instance is frozen')
}

/**
 * True for the static part of a partition, which needs no clustering key (DML-08): no clustering column and no regular
 * column has a value but its default, and of a new instance a static one was given.
 */
export function isStaticOnly (values: RowValues, state: State, table: Table): boolean {
  if (!table.hasStatic) return false
  let statics = state.stored !== undefined
  for (const column of table.columns) {
    if (column.role === 'partition' || column === table.discriminator) continue
    const value = inForm(column, values[column.position])
    const given = state.givenEmpty?.has(column.name) === true ||
      (isGiven(column, value) && !(column.role === 'regular' && isDefault(column, state, value)))
    if (column.role === 'static') statics ||= given || table.isCounter
    else if (given) return false
  }
  return statics
}

function isGiven (column: TableColumn, value: unknown): boolean {
  if (value === wrong) return true
  return column.isCounter ? value !== 0n && value !== undefined : !isNothing(column, value)
}

/**
 * The base of a family has no rows of its own (POL-01), and a child must be registered, or its rows could not be read
 * again.
 */
export function checkWritable (state: State): void {
  const { family, variant, name } = state.model[META]
  if (family === undefined || !family.hasChildren) return
  if (variant === undefined) {
    throw new PolymorphicModelError(`${name}: the base of a polymorphic family cannot be written; create one of its ` +
      'children')
  }
  if (!family.isRegistered(state.model)) {
    throw new PolymorphicModelError(`${name}, kind ${shown(String(variant))}: the class is not registered, so its ` +
      'rows could not be read again. Write "static { this.register() }" in it')
  }
}
