// INSERT, UPDATE and DELETE (STM-02 … STM-04). All values are bind markers, TTL and timestamp too: nothing from outside
// becomes text (B34).

/** `USING` of a write: which of the two there are. Their markers come TTL first. */
export interface Using { readonly ttl?: boolean, readonly timestamp?: boolean }

/** `IF` of a write: conditions with their markers, `exists`, or none. */
export type Conditions = readonly string[] | 'exists' | undefined

/** Markers come in the order: columns, TTL, timestamp. */
export function insert (table: string, columns: readonly string[], using: Using, ifNotExists: boolean): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})` +
    (ifNotExists ? ' IF NOT EXISTS' : '') + usingClause(using)
}

/** Markers come in the order: TTL, timestamp, assignments, where, conditions. */
export function update (
  table: string, assignments: readonly string[], where: readonly string[], using: Using, conditions: Conditions
): string {
  return `UPDATE ${table}${usingClause(using)} SET ${assignments.join(', ')} WHERE ` +
    `${where.join(' AND ')}${ifClause(conditions)}`
}

/** Markers come in the order: timestamp, where, conditions. Cassandra has no TTL here. */
export function remove (
  table: string, columns: readonly string[], where: readonly string[], using: Using, conditions: Conditions
): string {
  const what = columns.length === 0 ? '' : `${columns.join(', ')} `
  return `DELETE ${what}FROM ${table}${usingClause({ timestamp: using.timestamp === true })} WHERE ` +
    `${where.join(' AND ')}${ifClause(conditions)}`
}

function usingClause ({ ttl, timestamp }: Using): string {
  if (ttl === true) return timestamp === true ? ' USING TTL ? AND TIMESTAMP ?' : ' USING TTL ?'
  return timestamp === true ? ' USING TIMESTAMP ?' : ''
}

function ifClause (conditions: Conditions): string {
  if (conditions === 'exists') return ' IF EXISTS'
  return conditions === undefined || conditions.length === 0 ? '' : ` IF ${conditions.join(' AND ')}`
}
