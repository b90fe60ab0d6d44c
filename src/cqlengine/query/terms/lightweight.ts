import { QueryError } from '../../errors.js'
import type { Table } from '../../model/table.js'
import type { Conditions } from '../../statements/write.js'
import { type QueryCondition, conditionText, isToken, readConditions } from './conditions.js'

/** The conditions of a lightweight transaction, for text, key and markers. */
export interface Lightweight {
  readonly list: readonly QueryCondition[]
  readonly text: Conditions
}

export const unconditional: Lightweight = { list: [], text: undefined }
/** Of `ifExists`. */
export const exists: Lightweight = { list: [], text: 'exists' }

/**
 * Reads `iff` (LWT-02, LWT-03).
 * @throws {QueryError} for a key column, or no condition at all
 */
export function readIff (table: Table, iff: unknown): Lightweight {
  const list = readConditions(table, [iff], 'iff')
  if (list.length === 0) {
    throw new QueryError(`${table.name}.iff: no condition is given; leave out iff, or use ifExists`)
  }
  for (const condition of list) {
    if (isToken(condition)) continue
    const { column, operator, value } = condition
    if (operator === 'in' && (value as unknown[]).length === 0) {
      throw new QueryError(`${table.name}.iff: the "in" of "${column.name}" has no values`)
    }
    if (column.role === 'partition' || column.role === 'clustering') {
      throw new QueryError(`${table.name}.iff: "${column.name}" is part of the key, which is in WHERE already; ` +
        'conditions are for other columns')
    }
  }
  return { list, text: list.map(conditionText) }
}
