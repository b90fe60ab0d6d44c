// Reads what a keyspace has, from system_schema: the driver's own metadata is cached and lags behind other clients.
import type { Connection } from '../connection/connection.js'
import { isDriverError } from '../connection/driver-error.js'
import type { Session } from '../connection/session.js'
import { type Host, types } from '../driver.js'
import { withUserTypes } from '../query/operation/lookalike-types.js'
import { type Coordinator, onNode, type OneNode } from './nodes.js'

export interface ExistingColumn {
  readonly type: string
  readonly kind: 'partition_key' | 'clustering' | 'static' | 'regular'
  readonly position: number
  readonly order: 'asc' | 'desc' | 'none'
}

export interface ExistingIndex {
  readonly name: string
  /** `values("tags")`, as the server writes it. */
  readonly target: string
  /** The custom class or its short name; undefined for the classic kind. */
  readonly using: string | undefined
  readonly options: Readonly<Record<string, string>>
}

export interface ExistingTable {
  readonly columns: ReadonlyMap<string, ExistingColumn>
  /** Columns that were dropped, with what they were: the server remembers. */
  readonly dropped: ReadonlyMap<string, { readonly type: string, readonly kind: string }>
  readonly indexes: readonly ExistingIndex[]
  /** The row of system_schema.tables. */
  readonly options: ReadonlyMap<string, unknown>
}

/** A materialized view. */
export interface ExistingView extends ExistingTable {
  readonly base: string
  readonly where: string
}

export interface ExistingSchema {
  readonly tables: ReadonlyMap<string, ExistingTable>
  readonly views: ReadonlyMap<string, ExistingView>
  /** Fields and their types, by name. */
  readonly types: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** The columns of system_schema.tables. */
  readonly optionNames: ReadonlySet<string>
  /** The row of system.local: what the server is. */
  readonly server: ReadonlyMap<string, unknown>
}

/** Something that a statement is to add. */
export type Addition =
  | { readonly kind: 'table', readonly table: string }
  | { readonly kind: 'view', readonly view: string }
  | { readonly kind: 'column', readonly table: string, readonly column: string }
  | { readonly kind: 'type', readonly type: string }
  | { readonly kind: 'field', readonly type: string, readonly field: string }
  | { readonly kind: 'index', readonly table: string, readonly isFulfilledBy: (index: ExistingIndex) => boolean }

export interface ReadSettings {
  /** ms for each request; absent: the driver's own limit. */
  readonly timeout?: number
}

interface NodeSettings extends ReadSettings { readonly host?: Host }
type SchemaRow = Readonly<Record<string, unknown>>
interface SchemaRows { readonly rows: readonly SchemaRow[], readonly columns: readonly string[] }

export interface Snapshot {
  /** undefined: there is no such keyspace. */
  readonly schema: ExistingSchema | undefined
  /** False when the schema changed while it was read, so that its parts may not belong together. */
  readonly isQuiet: boolean
}

/** The schema of one keyspace as it is now, from one node: another one may be ahead or behind for a moment. */
export async function readSchema (
  connection: Connection, node: Coordinator, keyspace: string, settings: ReadSettings = {}
): Promise<Snapshot> {
  return await node.ask(async (host) => await readFrom(connection, host, keyspace, settings))
}

async function readFrom (
  { session }: Connection, host: Host | undefined, keyspace: string, settings: ReadSettings
): Promise<Snapshot> {
  const one = { ...settings, ...host !== undefined && { host } }
  const local = async (columns: string): Promise<SchemaRow> =>
    (await selectRows(session, `SELECT ${columns} FROM system.local WHERE key = 'local'`, [], one)).rows[0] ?? {}
  const before = await local('*')
  const schema = await readParts(session, keyspace, new Map(Object.entries(before)), one)
  return {
    schema, isQuiet: String(before['schema_version']) === String((await local('schema_version'))['schema_version'])
  }
}

async function readParts (
  session: Session, keyspace: string, server: ExistingSchema['server'], settings: NodeSettings
): Promise<ExistingSchema | undefined> {
  const read = (table: string, columns: string): Promise<SchemaRows> =>
    selectRows(session, `SELECT ${columns} FROM system_schema.${table} WHERE keyspace_name = ?`, [keyspace], settings)
  const { rows: [found] } = await read('keyspaces', 'keyspace_name')
  if (found === undefined) return undefined
  // The parts of a table after the tables: one that is made just now is then seen with all its columns, or not at all.
  const [tables, views] = await Promise.all([read('tables', '*'), read('views', '*')])
  const [columns, dropped, indexes, userTypes] = await Promise.all([
    read('columns', 'table_name, column_name, type, kind, position, clustering_order'),
    read('dropped_columns', 'table_name, column_name, type, kind'),
    read('indexes', 'table_name, index_name, kind, options'),
    read('types', 'type_name, field_names, field_types')
  ])
  const typeNames = new Set(userTypes.rows.map((row) => text(row, 'type_name')))
  const columnsOf = await columnsByTable(byTable(columns), [
    ...tables.rows.map((row) => text(row, 'table_name')), ...views.rows.map((row) => text(row, 'view_name'))
  ], async (name, rows) =>
    await withUserTypes({ session, keyspace, table: name }, rows, typeNames, optionsOfNode(settings)))
  const of = { columns: columnsOf, dropped: byTable(dropped), indexes: byTable(indexes) }
  const table = (row: SchemaRow, name: string): ExistingTable => ({
    columns: new Map(of.columns(name).map((c) => [text(c, 'column_name'), existingColumn(c)])),
    dropped: new Map(
      of.dropped(name).map((c) => [text(c, 'column_name'), { type: text(c, 'type'), kind: text(c, 'kind') }])
    ),
    indexes: of.indexes(name).map(existingIndex),
    options: new Map(Object.entries(row).map(([option, value]) => [option, asMap(value)]))
  })
  return {
    tables: new Map(tables.rows.map((row) => [text(row, 'table_name'), table(row, text(row, 'table_name'))])),
    views: new Map(
      views.rows.map((row) => [
        text(row, 'view_name'),
        { ...table(row, text(row, 'view_name')), base: text(row, 'base_table_name'), where: text(row, 'where_clause') }
      ])
    ),
    types: new Map(userTypes.rows.map((row) => [text(row, 'type_name'), fieldsOf(row)])),
    optionNames: new Set(tables.columns),
    server
  }
}

/**
 * Whether what a statement is to add is still missing, asked just before it is sent: other processes may sync at the
 * same time (B45).
 */
export async function isMissing (
  { session }: Connection, node: Coordinator, keyspace: string, addition: Addition, settings: ReadSettings = {}
): Promise<boolean> {
  const read = async (
    columns: string, table: string, where: string, ...values: string[]
  ): Promise<readonly SchemaRow[]> => await node.ask(async (host) =>
    (await selectRows(
      session,
      `SELECT ${columns} FROM system_schema.${table} WHERE keyspace_name = ? AND ${where}`,
      [keyspace, ...values],
      { ...settings, ...host !== undefined && { host } }
    )).rows)
  switch (addition.kind) {
    case 'table': return (await read('table_name', 'tables', 'table_name = ?', addition.table)).length === 0
    case 'view': return (await read('view_name', 'views', 'view_name = ?', addition.view)).length === 0
    case 'column':
      return (await read(
        'column_name', 'columns', 'table_name = ? AND column_name = ?', addition.table, addition.column
      )).length === 0
    case 'type': return (await read('type_name', 'types', 'type_name = ?', addition.type)).length === 0
    case 'field': {
      const [type] = await read('type_name, field_names, field_types', 'types', 'type_name = ?', addition.type)
      return type === undefined || !fieldsOf(type).has(addition.field)
    }
    case 'index':
      return !(await read('index_name, kind, options', 'indexes', 'table_name = ?', addition.table))
        .map(existingIndex).some(addition.isFulfilledBy)
  }
}

/** Those of these settings of a node that are `false`. Who may not read them, or has no such table, learns nothing. */
export async function switchedOff (
  { session }: Connection, node: Coordinator, settings: readonly string[], { timeout }: ReadSettings = {}
): Promise<string[]> {
  try {
    const found = await Promise.all(settings.map(async (name) => await node.ask(async (host) =>
      await selectRows(
        session,
        'SELECT name, value FROM system_views.settings WHERE name = ?',
        [name],
        { ...timeout !== undefined && { timeout }, ...host !== undefined && { host } }
      ))))
    return found.flatMap(({ rows }) => rows.filter((row) => row['value'] === 'false').map((row) => text(row, 'name')))
  } catch (error) {
    if (isDriverError(error, 'ResponseError')) return []
    throw error
  }
}

/** The indexes of one table. */
export async function readIndexes (
  { session }: Connection, node: Coordinator, keyspace: string, table: string, settings: ReadSettings = {}
): Promise<ExistingIndex[]> {
  const { rows } = await node.ask(async (host) =>
    await selectRows(
      session,
      'SELECT index_name, kind, options FROM system_schema.indexes WHERE keyspace_name = ? AND table_name = ?',
      [keyspace, table],
      { ...settings, ...host !== undefined && { host } }
    ))
  return rows.map(existingIndex)
}

/** Reads all pages: a keyspace can have more columns than fit into one. */
async function selectRows (
  session: Session, cql: string, params: readonly string[], settings: NodeSettings
): Promise<SchemaRows> {
  const rows: SchemaRow[] = []
  let columns: readonly string[] = []
  for await (const page of session.pages(cql, params, optionsOfNode(settings))) {
    rows.push(...page.rows as SchemaRow[])
    columns = page.columns.map((c) => c.name)
  }
  return { rows, columns }
}

function optionsOfNode ({ timeout, host }: NodeSettings): OneNode {
  return onNode({ ...readOptions, ...timeout !== undefined && { timeout } }, host)
}

// Every node has these tables by itself, so one answers for all. Unprepared: they are read once, and only strings are
// sent along.
const readOptions: OneNode = Object.freeze({
  kind: 'schema', prepare: false, isIdempotent: true, consistency: types.consistencies.localOne, label: 'system_schema'
})

type RowsOfTable = (table: string) => readonly SchemaRow[]

/** `rows`, with what is read of each table's. */
async function columnsByTable (
  rows: RowsOfTable, tables: readonly string[],
  read: (table: string, rows: readonly SchemaRow[]) => Promise<readonly SchemaRow[]>
): Promise<RowsOfTable> {
  const all = new Map(await Promise.all(tables.map(async (name) => [name, await read(name, rows(name))] as const)))
  return (table) => all.get(table) ?? []
}

function byTable ({ rows }: SchemaRows): RowsOfTable {
  const groups = new Map<string, SchemaRow[]>()
  for (const row of rows) {
    const name = text(row, 'table_name')
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [row])
    else group.push(row)
  }
  return (table) => groups.get(table) ?? []
}

function existingColumn (row: SchemaRow): ExistingColumn {
  return {
    type: text(row, 'type'),
    kind: text(row, 'kind') as ExistingColumn['kind'],
    position: row['position'] as number,
    order: text(row, 'clustering_order').toLowerCase() as ExistingColumn['order']
  }
}

function existingIndex (row: SchemaRow): ExistingIndex {
  const { target = '', class_name: using, ...options } = Object.fromEntries(
    asMap(row['options']) as Map<string, string>
  )
  return { name: text(row, 'index_name'), target, using: row['kind'] === 'CUSTOM' ? using : undefined, options }
}

function fieldsOf (row: SchemaRow): Map<string, string> {
  const fieldTypes = row['field_types'] as readonly string[]
  return new Map((row['field_names'] as readonly string[]).map((name, i) => [name, fieldTypes[i] as string]))
}

/** Clients of users may give maps as objects, ours give Maps. */
function asMap (value: unknown): unknown {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
    ? new Map(Object.entries(value))
    : value
}

function text (row: SchemaRow, column: string): string {
  return row[column] as string
}
