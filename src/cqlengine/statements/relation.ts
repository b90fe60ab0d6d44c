/** What a condition compares, as it is spelled behind `__` in `filter({ year__gt: 5 })`. */
export type Operator =
  'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'in' | 'like' | 'contains' | 'containsKey' | 'entry'

const symbols: Readonly<Record<Exclude<Operator, 'entry'>, string>> = {
  eq: '=',
  ne: '!=',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  in: 'IN',
  like: 'LIKE',
  contains: 'CONTAINS',
  containsKey: 'CONTAINS KEY'
}

/** One relation of a WHERE or IF, with its marker; `entry` has two: the key, then the value. `column` is quoted. */
export function relation (column: string, operator: Operator): string {
  return operator === 'entry' ? `${column}[?] = ?` : `${column} ${symbols[operator]} ?`
}

/** `token("a", "b") > ? AND token("a", "b") <= ?`: a part of the ring. */
export function ringRelation (columns: readonly string[]): string {
  const token = `token(${columns.join(', ')})`
  return `${token} > ? AND ${token} <= ?`
}

/** `token("a", "b") > token(?, ?)` (OPR-08). */
export function tokenRelation (columns: readonly string[], operator: 'eq' | 'gt' | 'gte' | 'lt' | 'lte'): string {
  return `token(${columns.join(', ')}) ${symbols[operator]} token(${columns.map(() => '?').join(', ')})`
}
