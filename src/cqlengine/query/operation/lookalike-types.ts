// The server writes a user type that is called like a native type, and is not frozen, as the native one: a column of
// the type "date" is told as `date`. What a result says of its columns tells the two apart.
import { readType } from '../../columns/type-tree.js'
import { isDriverError } from '../../connection/driver-error.js'
import type { Session } from '../../connection/session.js'
import type { RequestOptions } from '../../connection/request.js'
import { types } from '../../driver.js'
import { qualified, quote } from '../../statements/identifiers.js'

/** What system_schema.columns says of one, as far as it is needed here. */
interface ColumnRow { readonly column_name: string, readonly type: string, readonly kind: string }

interface TableAddress { readonly session: Session, readonly keyspace: string, readonly table: string }

/**
 * The rows, with user types' names in quotes where they would be read as native types. Nothing is asked unless the
 * keyspace has a user type of such a name.
 * @param columns all of one table
 * @param userTypes the names of those of the keyspace
 */
export async function withUserTypes<R extends object> (
  { session, keyspace, table }: TableAddress, columns: readonly R[], userTypes: { has (name: string): boolean },
  request: RequestOptions
): Promise<readonly R[]> {
  // Each is a row of system_schema.columns, whatever its reader calls it.
  const rows = columns as unknown as readonly ColumnRow[]
  const unclear = rows.filter(({ type }) => userTypes.has(type) && readType(type)?.kind === 'native')
  if (unclear.length === 0) return columns
  // No row is read for a key that is in no list.
  const noKey = rows.filter(({ kind }) => kind === 'partition_key').map((row) => `${quote(row.column_name)} IN ()`)
  const names = unclear.map((row) => quote(row.column_name))
  try {
    const answer = await session.execute(
      `SELECT ${names.join(', ')} FROM ${qualified(keyspace, table)} WHERE ${noKey.join(' AND ')}`, [], request
    )
    const found = new Set(
      answer.columns.filter(({ type }) => type.code === types.dataTypes.udt).map(({ name }) => name)
    )
    // What they came as, but for one text.
    return rows.map((row) => found.has(row.column_name) ? { ...row, type: quote(row.type) } : row) as unknown as R[]
  } catch (error) {
    // Who may not read the table, or finds it dropped by now, learns no more than the text says.
    if (isDriverError(error, 'ResponseError')) return columns
    throw error
  }
}
