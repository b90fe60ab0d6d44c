// Reads what a keyspace has, from system_schema: the driver's own metadata is cached and lags behind other clients.
import type { Connection } from '../connection/connection.js'
import { isDriverError } from '../connection/driver-error.js'
import type { Session } from '../connection/session.js'
import { type Host, types } from '../driver.js'
import { nearHosts, type OneNode } from './nodes.js'

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

export interface ExistingSchema {
  readonly tables: ReadonlyMap<string, ExistingTable>
  readonly views: ReadonlySet<string>
  /** Fields and their types, by name. */
  readonly types: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** The columns of system_schema.tables. */
  readonly optionNames: ReadonlySet<string>
}

/** Something that a statement is to add. */
export type Addition =
  | { readonly kind: 'table', readonly table: string }
  | { readonly kind: 'column', readonly table: string, readonly column: string }
  | { readonly kind: 'type', readonly type: string }
  | { readonly kind: 'field', readonly type: string, readonly field: string }
  | { readonly kind: 'index', readonly table: string, readonly isFulfilledBy: (index: ExistingIndex) => boolean }

export interface ReadSettings {
  /** ms for each request; absent: the driver's own limit. */
  readonly timeout?: number
}

interface NodeSettings extends ReadSettings { readonly host?: Host }
type Row = Readonly<Record<string, unknown>>
interface Rows { readonly rows: readonly Row[], readonly columns: readonly string[] }

export interface Snapshot {
  /** undefined: there is no such keyspace. */
  readonly schema: ExistingSchema | undefined
  /** False when the schema changed while it was read, so that its parts may not belong together. */
  readonly isQuiet: boolean
}

/**
 * The schema of one keyspace as it is now, from one node: another one may be ahead or behind for a moment. Should that node fail, from
 * whichever answers.
 */
export async function readSchema (connection: Connection, keyspace: string, settings: ReadSettings = {}): Promise<Snapshot> {
  const nodes = nearHosts(connection.client)
  const node = nodes[Math.floor(Math.random() * nodes.length)]
  if (node === undefined) return await readFrom(connection, undefined, keyspace, settings)
  try {
    return await readFrom(connection, node, keyspace, settings)
  } catch (error) {
    if (nodes.length === 1 || !(isDriverError(error, 'NoHostAvailableError') || isDriverError(error, 'OperationTimedOutError'))) throw error
    return await readFrom(connection, undefined, keyspace, settings)
  }
}

async function readFrom ({ session }: Connection, host: Host | undefined, keyspace: string, settings: ReadSettings): Promise<Snapshot> {
  const one = { ...settings, ...host !== undefined && { host } }
  const version = async (): Promise<string> => String((await select(session, "SELECT schema_version FROM system.local WHERE key = 'local'", [], one)).rows[0]?.['schema_version'])
  const before = await version()
  const schema = await readParts(session, keyspace, one)
  return { schema, isQuiet: before === await version() }
}

async function readParts (session: Session, keyspace: string, settings: NodeSettings): Promise<ExistingSchema | undefined> {
  const read = (table: string, columns: string): Promise<Rows> =>
    select(session, `SELECT ${columns} FROM system_schema.${table} WHERE keyspace_name = ?`, [keyspace], settings)
  const { rows: [found] } = await read('keyspaces', 'keyspace_name')
  if (found === undefined) return undefined
  // The parts of a table after the tables: one that is made just now is then seen with all its columns, or not at all.
  const [tables, views] = await Promise.all([read('tables', '*'), read('views', 'view_name')])
  const [columns, dropped, indexes, userTypes] = await Promise.all([
    read('columns', 'table_name, column_name, type, kind, position, clustering_order'),
    read('dropped_columns', 'table_name, column_name, type, kind'),
    read('indexes', 'table_name, index_name, kind, options'),
    read('types', 'type_name, field_names, field_types')
  ])
  const of = { columns: byTable(columns), dropped: byTable(dropped), indexes: byTable(indexes) }
  return {
    tables: new Map(tables.rows.map((row) => [text(row, 'table_name'), {
      columns: new Map(of.columns(row).map((c) => [text(c, 'column_name'), existingColumn(c)])),
      dropped: new Map(of.dropped(row).map((c) => [text(c, 'column_name'), { type: text(c, 'type'), kind: text(c, 'kind') }])),
      indexes: of.indexes(row).map(existingIndex),
      options: new Map(Object.entries(row).map(([name, value]) => [name, asMap(value)]))
    }])),
    views: new Set(views.rows.map((row) => text(row, 'view_name'))),
    types: new Map(userTypes.rows.map((row) => [text(row, 'type_name'), fieldsOf(row)])),
    optionNames: new Set(tables.columns)
  }
}

/** Whether what a statement is to add is still missing, asked just before it is sent: other processes may sync at the same time (B45). */
export async function isMissing (session: Session, keyspace: string, addition: Addition, settings: ReadSettings = {}): Promise<boolean> {
  const read = (columns: string, table: string, where: string, ...values: string[]): Promise<readonly Row[]> =>
    select(session, `SELECT ${columns} FROM system_schema.${table} WHERE keyspace_name = ? AND ${where}`, [keyspace, ...values], settings).then(({ rows }) => rows)
  switch (addition.kind) {
    case 'table': return (await read('table_name', 'tables', 'table_name = ?', addition.table)).length === 0
    case 'column': return (await read('column_name', 'columns', 'table_name = ? AND column_name = ?', addition.table, addition.column)).length === 0
    case 'type': return (await read('type_name', 'types', 'type_name = ?', addition.type)).length === 0
    case 'field': {
      const [type] = await read('type_name, field_names, field_types', 'types', 'type_name = ?', addition.type)
      return type === undefined || !fieldsOf(type).has(addition.field)
    }
    case 'index': return !(await readIndexes(session, keyspace, addition.table, settings)).some(addition.isFulfilledBy)
  }
}

/** The indexes of one table. */
export async function readIndexes (session: Session, keyspace: string, table: string, settings: ReadSettings = {}): Promise<ExistingIndex[]> {
  const { rows } = await select(session, 'SELECT index_name, kind, options FROM system_schema.indexes WHERE keyspace_name = ? AND table_name = ?', [keyspace, table], settings)
  return rows.map(existingIndex)
}

/** Reads all pages: a keyspace can have more columns than fit into one. */
async function select (session: Session, cql: string, params: readonly string[], { timeout, host }: NodeSettings): Promise<Rows> {
  const rows: Row[] = []
  let columns: readonly string[] = []
  const options: OneNode = { ...readOptions, ...timeout !== undefined && { timeout }, ...host !== undefined && { host } }
  for await (const page of session.pages(cql, params, options)) {
    rows.push(...page.rows as Row[])
    columns = page.columns.map((c) => c.name)
  }
  return { rows, columns }
}

// Every node has these tables by itself, so one answers for all. Unprepared: they are read once, and only strings are sent along.
const readOptions: OneNode = Object.freeze({ kind: 'schema', prepare: false, isIdempotent: true, consistency: types.consistencies.localOne, label: 'system_schema' })

function byTable ({ rows }: Rows): (table: Row) => readonly Row[] {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const name = text(row, 'table_name')
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [row])
    else group.push(row)
  }
  return (table) => groups.get(text(table, 'table_name')) ?? []
}

function existingColumn (row: Row): ExistingColumn {
  return {
    type: text(row, 'type'),
    kind: text(row, 'kind') as ExistingColumn['kind'],
    position: row['position'] as number,
    order: text(row, 'clustering_order').toLowerCase() as ExistingColumn['order']
  }
}

function existingIndex (row: Row): ExistingIndex {
  const { target = '', class_name: using, ...options } = Object.fromEntries(asMap(row['options']) as Map<string, string>)
  return { name: text(row, 'index_name'), target, using: row['kind'] === 'CUSTOM' ? using : undefined, options }
}

function fieldsOf (row: Row): Map<string, string> {
  const fieldTypes = row['field_types'] as readonly string[]
  return new Map((row['field_names'] as readonly string[]).map((name, i) => [name, fieldTypes[i] as string]))
}

/** Clients of users may give maps as objects, ours give Maps. */
function asMap (value: unknown): unknown {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype ? new Map(Object.entries(value)) : value
}

function text (row: Row, column: string): string {
  return row[column] as string
}
