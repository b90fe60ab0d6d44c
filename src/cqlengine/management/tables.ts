import type { Connection } from '../connection/connection.js'
import type { Table } from '../model/table.js'
import { dropTableText, dropViewText, truncateTableText } from '../statements/ddl.js'
import { changeSchema } from './schema-statement.js'

/**
 * ms. The server gives all replicas 60 s, far more than for other statements; an answer of its own should come first.
 */
const truncateTimeout = 65_000

/**
 * Drops a table with its rows and indexes; a missing table or keyspace is no error (MGT-14). The statements that the
 * client prepared are forgotten: were the table made again with other types, the driver would go on encoding for the
 * old ones. Other processes must be restarted before it is made again with other types.
 * @param table its name in the database, and whether it is a view
 */
export async function dropTable (
  connection: Connection, keyspace: string, { name, isView }: Pick<Table, 'name' | 'isView'>
): Promise<void> {
  try {
    await changeSchema(connection, isView ? dropViewText(keyspace, name) : dropTableText(keyspace, name), keyspace)
  } finally {
    // Also when the answer got lost: the table may be gone.
    connection.session.forgetPrepared()
  }
}

/**
 * Removes all rows of a table. All its replicas must be up. Up to 65 s.
 * @throws the driver's ResponseError when there is no such table, or a replica is down
 */
export async function truncateTable (connection: Connection, keyspace: string, table: string): Promise<void> {
  await connection.session.execute(
    truncateTableText(keyspace, table),
    [],
    { kind: 'schema', prepare: false, isIdempotent: false, timeout: truncateTimeout, keyspace, label: table }
  )
}
