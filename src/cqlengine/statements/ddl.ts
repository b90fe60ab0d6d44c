// The texts of schema statements. They take no bind markers, so every name is quoted and every word is a literal here.
import { literal, qualified, quote } from './identifiers.js'

/** A value of a table option or index option, as far as CQL has them. */
export type OptionValue = string | number | boolean | Readonly<Record<string, string | number | boolean>>

export interface ColumnText {
  /** Name in the database. */
  readonly name: string
  /** Its CQL type, user types in it quoted. */
  readonly type: string
  readonly isStatic?: boolean
}

export interface TableText {
  readonly keyspace: string
  readonly name: string
  readonly columns: readonly ColumnText[]
  readonly partitionKey: readonly string[]
  readonly clustering: readonly { readonly name: string, readonly order: 'asc' | 'desc' }[]
  readonly options: Readonly<Record<string, OptionValue>>
}

export interface ViewText extends Omit<TableText, 'columns'> {
  readonly base: string
  /** Undefined: all, also those that the base gets later. */
  readonly columns: readonly string[] | undefined
}

export interface IndexText {
  readonly keyspace: string
  readonly table: string
  readonly column: string
  /** Absent: the server makes one up. */
  readonly name?: string
  /** What of a collection; absent: the column itself. */
  readonly target?: 'values' | 'keys' | 'entries' | 'full'
  /** Absent: the server's default kind. */
  readonly using?: string
  readonly options?: Readonly<Record<string, string | number | boolean>>
}

export function createKeyspace (
  name: string, replication: Readonly<Record<string, string | number>>, durableWrites: boolean
): string {
  return `CREATE KEYSPACE IF NOT EXISTS ${quote(name)} WITH replication = ${mapText(replication)} AND durable_writes ` +
    `= ${durableWrites}`
}

export function dropKeyspaceText (name: string): string {
  return `DROP KEYSPACE IF EXISTS ${quote(name)}`
}

export function createType (keyspace: string, name: string, fields: readonly ColumnText[]): string {
  return `CREATE TYPE IF NOT EXISTS ${qualified(keyspace, name)} (${fields.map(columnText).join(', ')})`
}

export function addField (keyspace: string, type: string, field: ColumnText): string {
  return `ALTER TYPE ${qualified(keyspace, type)} ADD IF NOT EXISTS ${columnText(field)}`
}

/**
 * MGT-08: the partition key always in its own parentheses, the clustering order always told, options sorted by name.
 */
export function createTable (table: TableText): string {
  const parts = [...table.columns.map(columnText), keyText(table.partitionKey, table.clustering.map((c) => c.name))]
  return [
    `CREATE TABLE IF NOT EXISTS ${qualified(table.keyspace, table.name)} (${parts.join(', ')})`,
    ...propertiesText(table.clustering, table.options)
  ].join(' ')
}

function propertiesText (clustering: TableText['clustering'], options: TableText['options']): string[] {
  const order = clustering.map((c) => `${quote(c.name)} ${c.order.toUpperCase()}`)
  const properties = [
    ...order.length === 0 ? [] : [`CLUSTERING ORDER BY (${order.join(', ')})`],
    ...optionTexts(options)
  ]
  return properties.length === 0 ? [] : [`WITH ${properties.join(' AND ')}`]
}

export function addColumn (keyspace: string, table: string, column: ColumnText): string {
  return `ALTER TABLE ${qualified(keyspace, table)} ADD IF NOT EXISTS ${columnText(column)}`
}

/** A row of the base without a value in the view's key is not in the view. */
export function createView ({ keyspace, name, base, columns, partitionKey, clustering, options }: ViewText): string {
  const key = [...partitionKey, ...clustering.map((c) => c.name)]
  return [
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${qualified(keyspace, name)} AS SELECT ` +
      `${columns === undefined ? '*' : columns.map(quote).join(', ')}`,
    `FROM ${qualified(keyspace, base)} WHERE ${key.map((column) => `${quote(column)} IS NOT NULL`).join(' AND ')}`,
    keyText(partitionKey, clustering.map((c) => c.name)),
    ...propertiesText(clustering, options)
  ].join(' ')
}

/** @param options at least one */
export function alterViewOptions (
  keyspace: string, view: string, options: Readonly<Record<string, OptionValue>>
): string {
  return `ALTER MATERIALIZED VIEW ${qualified(keyspace, view)} WITH ${optionTexts(options).join(' AND ')}`
}

/** @param options at least one */
export function alterOptions (keyspace: string, table: string, options: Readonly<Record<string, OptionValue>>): string {
  return `ALTER TABLE ${qualified(keyspace, table)} WITH ${optionTexts(options).join(' AND ')}`
}

export function createIndex (index: IndexText): string {
  const { target, using } = index
  const column = quote(index.column)
  // Only these two have names of their own in the grammar; a class is a custom index.
  const isCustom = using !== undefined && !/^(sai|legacy_local_table)$/i.test(using)
  return [
    `CREATE ${isCustom ? 'CUSTOM ' : ''}INDEX IF NOT EXISTS`,
    ...index.name === undefined ? [] : [quote(index.name)],
    `ON ${qualified(index.keyspace, index.table)} (${target === undefined ? column : `${target}(${column})`})`,
    ...using === undefined ? [] : [`USING ${literal(using)}`],
    ...index.options === undefined || Object.keys(index.options).length === 0
      ? []
      : [`WITH OPTIONS = ${mapText(index.options)}`]
  ].join(' ')
}

/** Deletes all values of the column. */
export function dropColumnText (keyspace: string, table: string, column: string): string {
  return `ALTER TABLE ${qualified(keyspace, table)} DROP ${quote(column)}`
}

export function dropIndexText (keyspace: string, index: string): string {
  return `DROP INDEX IF EXISTS ${qualified(keyspace, index)}`
}

export function dropTypeText (keyspace: string, type: string): string {
  return `DROP TYPE IF EXISTS ${qualified(keyspace, type)}`
}

export function dropViewText (keyspace: string, view: string): string {
  return `DROP MATERIALIZED VIEW IF EXISTS ${qualified(keyspace, view)}`
}

export function dropTableText (keyspace: string, table: string): string {
  return `DROP TABLE IF EXISTS ${qualified(keyspace, table)}`
}

export function truncateTableText (keyspace: string, table: string): string {
  return `TRUNCATE TABLE ${qualified(keyspace, table)}`
}

/** `PRIMARY KEY (("p1", "p2"), "c1")` */
export function keyText (partitionKey: readonly string[], clustering: readonly string[]): string {
  return `PRIMARY KEY (${[`(${partitionKey.map(quote).join(', ')})`, ...clustering.map(quote)].join(', ')})`
}

function columnText ({ name, type, isStatic = false }: ColumnText): string {
  return `${quote(name)} ${type}${isStatic ? ' static' : ''}`
}

function optionTexts (options: Readonly<Record<string, OptionValue>>): string[] {
  return Object.keys(options).sort().map((name) => `${name} = ${valueText(options[name] as OptionValue)}`)
}

function valueText (value: OptionValue): string {
  if (typeof value === 'string') return literal(value)
  return typeof value === 'object' ? mapText(value) : String(value)
}

/** Everything as a string: servers take numbers and booleans in this form too, and give them back so. */
function mapText (map: Readonly<Record<string, string | number | boolean>>): string {
  return `{${Object.keys(map).sort().map((key) => `${literal(key)}: ${literal(String(map[key]))}`).join(', ')}}`
}
