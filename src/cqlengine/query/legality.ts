// What Cassandra accepts, told before the network, with the remedy (QRY-06, QRY-15, reference 6.1 and 6.2).

import { QueryError } from '../errors.js'
import type { Table } from '../model/table.js'
import { isToken } from './conditions.js'
import type { QueryState } from './query-state.js'

/** @throws {QueryError} for a SELECT that the server would refuse */
export function checkLegal (table: Table, state: QueryState, as: 'count' | 'rows'): void {
  checkOrder(table, state, as)
}

function checkOrder (table: Table, state: QueryState, as: 'count' | 'rows'): void {
  if (state.order.length === 0 || as === 'count') return
  const restricted = (name: string): boolean => state.conditions.some((c) => !isToken(c) && c.column.name === name && (c.operator === 'eq' || c.operator === 'in'))
  const open = table.partitionKey.find((c) => !restricted(c.name))
  if (open !== undefined && !state.order.some((o) => 'vector' in o)) {
    throw new QueryError(`${table.name}.orderBy: rows have an order only inside a partition; filter the partition key column "${open.name}" by a value or with in`)
  }
}
