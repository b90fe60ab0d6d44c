// The only place that quotes: no identifier reaches CQL text in any other way (MOD-07, STM rows).

/** `name` as a quoted CQL identifier; a quote inside is doubled, so nothing can end the identifier early. */
export function quote (name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * `"keyspace"."name"`: every table, type and index is named in full, since connections are bound to no keyspace
 * (FCA-07).
 */
export function qualified (keyspace: string, name: string): string {
  return `${quote(keyspace)}.${quote(name)}`
}

/** `text` as a CQL string literal, for the few places of DDL that take no bind marker. */
export function literal (text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** What Cassandra takes as the name of a keyspace or table: letters, digits and `_` only, even quoted. */
export const nameRule = /^[A-Za-z0-9_]+$/
export const keyspaceNameLimit = 48
export const tableNameLimit = 222
