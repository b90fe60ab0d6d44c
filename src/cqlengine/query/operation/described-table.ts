import { type AnyColumn, Column, type Columns } from '../../columns/column.js'
import type { CqlType } from '../../columns/cql-type.js'
import { parseType } from '../../columns/parse-type.js'
import { counterType } from '../../columns/scalar-types.js'
import { UnknownType } from '../../columns/unknown-type.js'
import type { RequestOptions } from '../../connection/request.js'
import type { types } from '../../driver.js'
import { ModelDefinitionError, QueryError } from '../../errors.js'
import { compileTable, type KeyOption, type Table } from '../../model/table.js'
import { withUserTypes } from './lookalike-types.js'
import type { Place } from './place.js'
import { shown } from '../../words.js'

const request: RequestOptions = Object.freeze({
  kind: 'read', prepare: true, isIdempotent: true, label: 'system_schema'
})

/** How long a description is good for, in ms: a column that is added while the process runs is seen after that. */
const lifetime = 5_000

/** As many descriptions are kept of each connection: tables of tenants may be many. */
const mostKept = 500

/** `answer`: what the server said, to know it again. */
interface Description { readonly table: Table, readonly answer: string, readonly until: number }

/** Of one connection, by keyspace and name. */
interface Descriptions {
  readonly kept: Map<string, Description>
  /** Under way: whoever asks meanwhile gets the same. */
  readonly asked: Map<string, Promise<Table>>
}

/**
 * Tables that no model describes: their columns are read from the server, and kept for a while. A table is compiled
 * anew only when it changed, so that its statements are not made again. One per `db`.
 */
export class DescribedTables {
  readonly #known = new WeakMap<object, Descriptions>()

  /** @throws {QueryError} when there is no such table */
  async describe (place: Place, name: string): Promise<Table> {
    const { connection, keyspace } = place
    let known = this.#known.get(connection)
    if (known === undefined) this.#known.set(connection, known = { kept: new Map(), asked: new Map() })
    const { kept, asked } = known
    const key = JSON.stringify([keyspace, name])
    const description = kept.get(key)
    if (description !== undefined && description.until > performance.now()) return description.table
    let reading = asked.get(key)
    if (reading === undefined) {
      asked.set(key, reading = read(kept, key, place, name).finally(() => { asked.delete(key) }))
    }
    return await reading
  }
}

async function read (kept: Map<string, Description>, key: string, place: Place, name: string): Promise<Table> {
  const former = kept.get(key)
  kept.delete(key)
  const columns = await readColumns(place, name)
  const answer = JSON.stringify(columns)
  const table = former?.answer === answer ? former.table : compile(name, columns)
  kept.set(key, { table, answer, until: performance.now() + lifetime })
  const [oldest] = kept.keys()
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
  return table
}

interface TableColumns { readonly rows: readonly ColumnRow[], readonly targets: readonly string[] }

async function readColumns ({ connection, keyspace }: Place, name: string): Promise<TableColumns> {
  const [columns, indexes, userTypes] = await Promise.all([
    connection.session.execute(
      'SELECT column_name, type, kind, position, clustering_order FROM system_schema.columns WHERE keyspace_name = ? ' +
        'AND table_name = ?',
      [keyspace, name],
      request
    ),
    connection.session.execute(
      'SELECT kind, options FROM system_schema.indexes WHERE keyspace_name = ? AND table_name = ?',
      [keyspace, name],
      request
    ),
    connection.session.execute(
      'SELECT type_name FROM system_schema.types WHERE keyspace_name = ?', [keyspace], request
    )
  ])
  const rows = rowsAs<ColumnRow>(columns)
  if (rows.length === 0) {
    throw new QueryError(`db.table: there is no table ${shown(name)} in keyspace ${shown(keyspace)} on connection ` +
      `"${connection.name}"`)
  }
  const typeNames = new Set(rowsAs<TypeRow>(userTypes).map((row) => row.type_name))
  const told = await withUserTypes({ session: connection.session, keyspace, table: name }, rows, typeNames, request)
  const targets = rowsAs<IndexRow>(indexes).map((row) => optionsOf(row.options)['target'] ?? '')
  return { rows: told, targets }
}

/** Rows have the columns that their statement names, of which the driver's type knows nothing. */
const rowsAs = <R>({ rows }: types.ResultSet): R[] => rows as unknown as R[]

function compile (name: string, { rows, targets }: TableColumns): Table {
  const ofKind = (kind: string): string[] =>
    rows.filter((r) => r.kind === kind).sort((a, b) => a.position - b.position).map((r) => r.column_name)
  const key: KeyOption = [ofKind('partition_key'), ...ofKind('clustering')]
  return compileTable(
    name,
    Object.fromEntries(rows.map((row) => [row.column_name, describedColumn(row, targets)])) as Columns,
    key,
    'described'
  )
}

interface ColumnRow {
  readonly column_name: string
  readonly type: string
  readonly kind: string
  readonly position: number
  readonly clustering_order: string
}
interface IndexRow { readonly options: unknown }
interface TypeRow { readonly type_name: string }

/** A user's client gives objects for maps, ours gives Maps. */
function optionsOf (given: unknown): Readonly<Record<string, string>> {
  return given instanceof Map
    ? Object.fromEntries(given) as Record<string, string>
    : (given ?? {}) as Record<string, string>
}

function describedColumn (
  { column_name: name, type, kind, clustering_order: order }: ColumnRow, targets: readonly string[]
): AnyColumn {
  // An index of any kind lets conditions through: what it can do is the server's to say.
  const customIndex = targets.some((target) =>
    target === name || target === `"${name.replaceAll('"', '""')}"` || target.includes(`(${name})`) ||
      target.includes(`("${name}")`))
  return new Column(
    typeOf(type),
    {
      ...kind === 'static' && { static: true },
      ...order === 'desc' && { clusteringOrder: 'desc' },
      ...customIndex && { customIndex }
    }
  )
}

function typeOf (cql: string): CqlType {
  if (cql === counterType.cql) return counterType
  try {
    return parseType(cql, { userTypes: true })
  } catch (error) {
    if (error instanceof ModelDefinitionError) return new UnknownType(cql)
    throw error
  }
}
