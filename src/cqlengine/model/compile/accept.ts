import { InvalidValue } from '../../columns/cql-type.js'
import { tellsConverted, unreadable } from '../../columns/outside.js'
import { defaultOf } from '../defaults.js'
import { canGenerate, generate } from './generate.js'
import { META } from '../meta.js'
import type { State } from '../state.js'
import type { Table, TableColumn } from '../table.js'
import { checked, isNothing, isolated } from '../values.js'
import { type Violations } from '../violations.js'

/** Puts in the place of each given value, or of `undefined`, what the instance gets. */
export type Accept = (values: unknown[], state: State, violations: Violations) => void

/**
 * For the columns of one table. Where code may be generated the columns are written out in it: each call then meets one
 * type only, and most of them vanish (measured in bench/).
 */
export function acceptorOf ({ columns }: Table): Accept {
  return canGenerate('accept') ? generated(columns) : interpreted(columns)
}

function generated (columns: readonly TableColumn[]): Accept {
  const lines = columns.map(({ type, plain, mutable, canBeEmpty, isCounter, options }, i) => {
    const accepted = `acceptOne(c[${i}], x, state, violations)`
    if (!plain || isCounter || options.discriminatorColumn === true || !tellsConverted(type)) {
      return `v[${i}] = ${accepted}`
    }
    if (!mutable) return `v[${i}] = t${i}.isConverted(x) ? x : ${accepted}`
    return `y = t${i}.copyIfConverted(x); v[${i}] = y !== undefined${canBeEmpty ? ` && !t${i}.isEmpty(y)` : ''} ? y ` +
      `: ${accepted}`
  })
  const body = `
    const [${columns.map((_, i) => `t${i}`).join(', ')}] = c.map((column) => column.type)
    return (v, state, violations) => {
      let x, y
      ${lines.map((line, i) => `x = v[${i}]; ${line}`).join('\n      ')}
    }`
  return generate<Accept>('accept', { c: columns, acceptOne }, body)
}

function interpreted (columns: readonly TableColumn[]): Accept {
  return (values, state, violations) => {
    for (const column of columns) {
      values[column.position] = acceptOne(column, values[column.position], state, violations)
    }
  }
}

function acceptOne (column: TableColumn, value: unknown, state: State, violations: Violations): unknown {
  if (column.options.discriminatorColumn === true) {
    const { variant } = state.model[META]
    if (variant !== undefined) return variant
  }
  try {
    return value === undefined ? initialValue(column, state) : acceptedValue(column, value, state)
  } catch (error) {
    // What a default function of the user's throws passes; a type that throws has met a value that it cannot read.
    violations.add(column.name, value === undefined ? error : unreadable(error))
    return undefined
  }
}

/** In a constructor a required column may still be null: `validate()` and every write refuse it. */
function acceptedValue (column: TableColumn, value: unknown, state: State): unknown {
  if (column.isCounter) {
    throw new InvalidValue(
      'counter',
      `a counter starts at 0 and is only changed: set it afterwards, or use update({ ${column.name}__increment })`
    )
  }
  const converted = value === null
    ? column.type.emptyValue()
    : column.plain ? column.type.convert(value) : checked(column, value)
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
    if (!isNothing(column, initial)) (state.defaulted ??= new Map()).set(column.name, defaultOf(column, initial, state))
    return initial
  } catch (error) {
    throw error instanceof InvalidValue ? error.within('the default') : error
  }
}
