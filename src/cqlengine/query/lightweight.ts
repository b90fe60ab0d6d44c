import { QueryError } from '../errors.js'
import type { OpOptions } from '../model/operations.js'
import type { Table } from '../model/table.js'
import type { Conditions } from '../statements/write.js'
import { type Condition, conditionText, isToken, readConditions } from './conditions.js'

/** The conditions of a lightweight transaction, for text, key and markers. */
export interface Lightweight {
  readonly list: readonly Condition[]
  readonly text: Conditions
}

const none: Lightweight = { list: [], text: undefined }
const exists: Lightweight = { list: [], text: 'exists' }

/**
 * Reads `iff` and `ifExists` (LWT-02, LWT-03); `ifNotExists` belongs to INSERT.
 * @throws {QueryError} for a key column, or no condition at all
 */
export function conditionsOf (table: Table, op: OpOptions): Lightweight {
  if (op.ifExists === true) return exists
  if (op.iff === undefined) return none
  const list = readConditions(table, [op.iff], 'iff')
  if (list.length === 0) throw new QueryError(`${table.name}.iff: no condition is given; leave out iff, or use ifExists`)
  for (const condition of list) {
    if (isToken(condition)) continue
    const { column, operator, value } = condition
    if (operator === 'in' && (value as unknown[]).length === 0) throw new QueryError(`${table.name}.iff: the "in" of "${column.name}" has no values`)
    if (column.role === 'partition' || column.role === 'clustering') throw new QueryError(`${table.name}.iff: "${column.name}" is part of the key, which is in WHERE already; conditions are for other columns`)
  }
  return { list, text: list.map(conditionText) }
}
