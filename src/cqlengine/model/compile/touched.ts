import { DoubleType } from '../../columns/float.js'
import { canGenerate, generate } from './generate.js'
import type { RowValues } from './layout.js'
import type { TableColumn } from '../table.js'

/**
 * Of a stored row the columns that may hold something else than what is kept of them: all others surely hold the same.
 * Takes the instance's values and what is kept, both by position.
 */
export type FindTouched = (values: RowValues, kept: RowValues) => readonly TableColumn[]

/**
 * True where an instance holds something else for null, or where null stands for a part of the row that is not there.
 */
export function hasNoNull ({ role, isCounter, canBeEmpty }: TableColumn): boolean {
  return role === 'partition' || role === 'clustering' || isCounter || canBeEmpty
}

/**
 * For one table. Where code may be generated the columns are written out in it, since most saves find one or two
 * (measured in bench/).
 */
export function touchedFinder (columns: readonly TableColumn[]): FindTouched {
  return canGenerate('touched') ? generated(columns) : () => columns
}

function generated (columns: readonly TableColumn[]): FindTouched {
  const lines = columns.map((column, i) => {
    const { mutable, type } = column
    // What can change in place may be kept in another form, which a value can look like: only null, and what is not
    // loaded, are themselves.
    const differs = mutable
      ? `(v[${i}] == null || k[${i}] == null ? v[${i}] !== k[${i}] : !t${i}.isAsKept(k[${i}], v[${i}]))`
      : type instanceof DoubleType ? `!Object.is(v[${i}], k[${i}])` : `v[${i}] !== k[${i}]` // -0 is not 0
    return `if (${differs}${hasNoNull(column) ? ` || v[${i}] === null` : ''}) touched.push(columns[${i}])`
  })
  const body = `
    const [${columns.map((_, i) => `t${i}`).join(', ')}] = columns.map((c) => c.type)
    return (v, k) => {
      const touched = []
      try {
        ${lines.join('\n        ')}
      } catch {
        return columns // something that cannot be compared: each of them is looked at
      }
      return touched
    }`
  return generate<FindTouched>('touched', { columns }, body)
}
