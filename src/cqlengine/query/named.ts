// Tables without a model: `db.table('events')`, `new db.NamedKeyspace('logs').table('events')` (NAM rows, B37).

import type { Route } from '../connection/route.js'
import { DoesNotExist, MultipleObjectsReturned, QueryError } from '../errors.js'
import type { Engine } from '../model/engine.js'
import { META, type ModelConstructor, type ModelMeta } from '../model/meta.js'
import type { Table } from '../model/table.js'
import type { DescribedTables } from './described-table.js'
import { type Place, placeOf, sourcesOf } from './place.js'
import { QuerySet } from './query-set.js'
import type { Querying } from './querying.js'

/** A row of a table without a model, by its database names. */
export type NamedRow = Record<string, unknown>

export interface Naming {
  readonly querying: Querying & Engine
  readonly tables: DescribedTables
}

/** A table by its name; the columns are read from the server when a query runs. */
export class NamedTable {
  readonly name: string
  readonly #naming: Naming
  readonly #to: Route

  /** @param to its place, as a model's `keyspace` and `connection`: `using` and contexts are stronger */
  constructor (naming: Naming, name: string, to: Route = {}) {
    if (typeof name !== 'string' || name === '') throw new QueryError('db.table: the name of a table must be a string that is not empty')
    this.#naming = naming
    this.name = name
    this.#to = to
  }

  /** All its rows. */
  get objects (): NamedQuerySet { return new NamedQuerySet(this.#naming, this.name, this.#to, []) }
}

type Call = readonly [method: Builder, ...values: unknown[]]
type Builder = 'filter' | 'limit' | 'perPartitionLimit' | 'orderBy' | 'allowFiltering' | 'fetchSize' | 'distinct' | 'using' | 'consistency' | 'timeout' | 'ttl' | 'timestamp' | 'iff' | 'ifExists'

/**
 * A query on a table without a model. It keeps what was asked and, when it runs, asks a query set made from the server's description of
 * the table: names, checks and conversions are the same as for models.
 */
export class NamedQuerySet implements AsyncIterable<NamedRow> {
  readonly #naming: Naming
  readonly #name: string
  readonly #to: Route
  readonly #calls: readonly Call[]

  constructor (naming: Naming, name: string, to: Route, calls: readonly Call[]) {
    this.#naming = naming
    this.#name = name
    this.#to = to
    this.#calls = calls
  }

  filter (where: Record<string, unknown>): NamedQuerySet { return this.#with(['filter', where]) }
  limit (n: number): NamedQuerySet { return this.#with(['limit', n]) }
  perPartitionLimit (n: number): NamedQuerySet { return this.#with(['perPartitionLimit', n]) }
  orderBy (...by: string[]): NamedQuerySet { return this.#with(['orderBy', ...by]) }
  allowFiltering (): NamedQuerySet { return this.#with(['allowFiltering']) }
  fetchSize (n: number): NamedQuerySet { return this.#with(['fetchSize', n]) }
  using (to: Route): NamedQuerySet { return this.#with(['using', to]) }
  consistency (level: string | number): NamedQuerySet { return this.#with(['consistency', level]) }
  timeout (ms: number): NamedQuerySet { return this.#with(['timeout', ms]) }
  ttl (seconds: number): NamedQuerySet { return this.#with(['ttl', seconds]) }
  timestamp (at: Date | bigint | { msFromNow: number }): NamedQuerySet { return this.#with(['timestamp', at]) }
  iff (where: Record<string, unknown>): NamedQuerySet { return this.#with(['iff', where]) }
  ifExists (): NamedQuerySet { return this.#with(['ifExists']) }

  async all (): Promise<NamedRow[]> {
    const { rows, read } = await this.#reading()
    return (await rows.all() as unknown[][]).map(read)
  }

  async first (): Promise<NamedRow | null> {
    const { rows, read } = await this.#reading()
    const row = await rows.first() as unknown[] | null
    return row === null ? null : read(row)
  }

  /** The one row that fits. @throws {DoesNotExist} {MultipleObjectsReturned} */
  async get (where?: Record<string, unknown>): Promise<NamedRow> {
    const { rows, read } = await (where === undefined ? this : this.filter(where)).#reading()
    return read(await rows.get() as unknown[])
  }

  async count (): Promise<number> { return await (await this.#query()).query.count() }

  async update (values: Record<string, unknown>): Promise<void> { await (await this.#query()).query.update(values) }

  /** Deletes rows, ranges of rows or partitions, as far as the filter says. */
  async delete (): Promise<void> { await (await this.#query()).query.delete() }

  async * [Symbol.asyncIterator] (): AsyncGenerator<NamedRow, void, undefined> {
    const { rows, read } = await this.#reading()
    for await (const row of rows) yield read(row as unknown[])
  }

  toJSON (): never { throw new QueryError(`${this.#name}: a query set is not its rows; await all() or first() and return that`) }

  #with (call: Call): NamedQuerySet { return new NamedQuerySet(this.#naming, this.#name, this.#to, [...this.#calls, call]) }

  async #reading (): Promise<{ rows: QuerySet, read: (row: unknown[]) => NamedRow }> {
    const { query, table } = await this.#query()
    const names = table.columns.map((c) => c.name)
    return { rows: query.valuesList(...names), read: (row) => Object.fromEntries(names.map((name, i) => [name, row[i]])) }
  }

  async #query (): Promise<{ query: QuerySet, table: Table }> {
    const { querying, tables } = this.#naming
    const unknown = standIn(querying, this.#name, undefined, this.#to)
    const using = Object.assign({}, ...this.#calls.filter(([method]) => method === 'using').map(([, to]) => to)) as Route
    const place: Place = placeOf(querying.db, unknown, sourcesOf(using))
    const table = await tables.describe(place, this.#name)
    const start = QuerySet.of(querying, standIn(querying, this.#name, table, this.#to))
    const query = this.#calls.reduce((q, [method, ...values]) => (q[method] as (...v: unknown[]) => QuerySet).apply(q, values), start)
    return { query: query.using({ connection: place.connection.name, keyspace: place.keyspace }), table }
  }
}

/** What query sets need of a model, for a table that has none. It makes no instances. */
function standIn (engine: Engine, name: string, table: Table | undefined, { connection, keyspace }: Route): ModelConstructor {
  const meta: ModelMeta = {
    name, engine, columns: {}, table, options: { properties: {} }, family: undefined, variant: undefined, body: Object
  }
  return Object.assign(class {}, { [META]: meta, connection, keyspace, DoesNotExist, MultipleObjectsReturned }) as ModelConstructor
}

/** Tables of one keyspace by their names. */
export class NamedKeyspace {
  readonly name: string
  readonly #naming: Naming
  readonly #connection: string | undefined

  constructor (naming: Naming, name: string, options: { connection?: string } = {}) {
    if (typeof name !== 'string' || name === '') throw new QueryError('NamedKeyspace: the name of a keyspace must be a string that is not empty')
    this.#naming = naming
    this.name = name
    this.#connection = options.connection
  }

  table (name: string): NamedTable {
    return new NamedTable(this.#naming, name, { keyspace: this.name, ...this.#connection !== undefined && { connection: this.#connection } })
  }
}
