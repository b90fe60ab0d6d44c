// Tables without a model: `db.table('events')`, `new db.NamedKeyspace('logs').table('events')` (NAM rows, B37).

import type { Expression } from '../columns/expression.js'
import { checkedRoute, type Route } from '../connection/route.js'
import { DoesNotExist, MultipleObjectsReturned, QueryError } from '../errors.js'
import { knownOptions } from '../known-options.js'
import type { Page } from '../model/answer-api.js'
import { META, type ModelConstructor, type ModelMeta } from '../model/meta.js'
import type { Timestamp } from '../model/operations.js'
import { inspect } from '../model/printing.js'
import { printAs } from '../model/test-printing.js'
import type { Table } from '../model/table.js'
import type { QueryEngine } from './engine.js'
import { placeOfTable } from './operation/place.js'
import { QuerySet } from './query-set.js'
import { shown } from '../words.js'

/** A row of a table without a model, by its database names. */
export type NamedRow = Record<string, unknown>

/**
 * A table by its name; the columns are read from the server when a query runs.
 * @example
 * const events = new db.NamedKeyspace('logs').table('events')
 * const ten = await events.objects.limit(10).all()
 */
export class NamedTable {
  /** In the database, in its case. */
  readonly name: string
  readonly #engine: QueryEngine
  readonly #to: Route

  /** @param to its place, as a model's `keyspace` and `connection`: `using` and contexts are stronger */
  constructor (engine: QueryEngine, name: string, to: Route = {}) {
    if (typeof name !== 'string' || name === '') {
      throw new QueryError('db.table: the name of a table must be a string that is not empty')
    }
    this.#engine = engine
    this.name = name
    this.#to = checkedRoute(`db.table(${shown(name)}): the place`, to)
  }

  /**
   * All its rows.
   * @example
   * const ten = await db.table('post').objects.limit(10).all()
   */
  get objects (): NamedQuerySet { return new NamedQuerySet(this.#engine, this.name, this.#to) }
}

type Call = readonly [method: Builder, ...values: unknown[]]
type Builder =
  'filter' | 'limit' | 'perPartitionLimit' | 'orderBy' | 'allowFiltering' | 'fetchSize' | 'distinct' | 'only' |
  'defer' | 'valuesList' | 'consistency' | 'timeout' | 'ttl' | 'timestamp' | 'iff' | 'ifExists'

/** Conditions by column names and operators, or made by columns of a model of the same table. */
type Where = readonly (Record<string, unknown> | Expression)[]

interface PageOptions {
  /** Rows, from 1. Default: the fetch size. */
  size?: number | undefined
  /** The `nextState` of a page, for your own storage; null: the first page. */
  state?: string | null | undefined
  /** The `nextToken` of a page, for clients over HTTP; null: the first page. */
  token?: string | null | undefined
}

/** The part of a query set that is used here. */
interface Running<R> extends AsyncIterable<R> {
  all (): Promise<R[]>
  first (): Promise<R | null>
  get (...where: Where): Promise<R>
  count (): Promise<number>
  page (options?: PageOptions): Promise<Page<R>>
  update (values: Record<string, unknown>): Promise<void>
  delete (): Promise<void>
}

/**
 * A query on a table without a model. It keeps what was asked and, when it runs, asks a query set made from the
 * server's description of the table: names, checks and conversions are the same as for models. R: what comes out.
 * @example
 * const cats = db.table('post').objects.filter({ blog: 'cats' })
 * for await (const row of cats.orderBy('-day')) console.log(row.title)
 */
export class NamedQuerySet<R = NamedRow> implements AsyncIterable<R> {
  readonly #engine: QueryEngine
  readonly #name: string
  readonly #to: Route
  readonly #using: Route | undefined
  readonly #calls: readonly Call[]

  constructor (engine: QueryEngine, name: string, to: Route, using?: Route, calls: readonly Call[] = []) {
    this.#engine = engine
    this.#name = name
    this.#to = to
    this.#using = using
    this.#calls = calls
  }

  /**
   * Conditions by column names and operators, all of which must hold. @throws {QueryError} when it runs, as for models
   * @example
   * const rows = await db.table('post').objects.filter({ blog: 'cats', day__gte: 3 }).all()
   */
  filter (...where: Where): NamedQuerySet<R> { return this.#with('filter', ...where) }
  /**
   * At most so many rows, over all pages.
   * @param n a whole number from 1
   * @example
   * const rows = await db.table('post').objects.filter({ blog: 'cats' }).limit(10).all()
   */
  limit (n: number): NamedQuerySet<R> { return this.#with('limit', n) }
  /**
   * At most so many rows of each partition.
   * @param n a whole number from 1
   * @example
   * const rows = await db.table('post').objects.perPartitionLimit(1).all()
   */
  perPartitionLimit (n: number): NamedQuerySet<R> { return this.#with('perPartitionLimit', n) }
  /**
   * By clustering columns, `-` in front for descending.
   * @example
   * const rows = await db.table('post').objects.filter({ blog: 'cats' }).orderBy('-day').all()
   */
  orderBy (...by: string[]): NamedQuerySet<R> { return this.#with('orderBy', ...by) }
  /**
   * Lets Cassandra read rows and discard those that do not match.
   * @example
   * const rows = await db.table('post').objects.filter({ title: 'Hello' }).allowFiltering().all()
   */
  allowFiltering (): NamedQuerySet<R> { return this.#with('allowFiltering') }
  /**
   * Rows per page.
   * @param n from 1; absent: 5000
   * @example
   * for await (const row of db.table('post').objects.fetchSize(500)) console.log(row.title)
   */
  fetchSize (n: number): NamedQuerySet<R> { return this.#with('fetchSize', n) }
  /**
   * How many replicas must answer.
   * @param level a name in any case, or a number of `types.consistencies`
   * @example
   * const rows = await db.table('post').objects.filter({ blog: 'cats' }).consistency('LOCAL_QUORUM').all()
   */
  consistency (level: string | number): NamedQuerySet<R> { return this.#with('consistency', level) }
  /**
   * A time limit for the whole operation.
   * @param ms milliseconds
   * @example
   * const rows = await db.table('post').objects.filter({ blog: 'cats' }).timeout(500).all()
   */
  timeout (ms: number): NamedQuerySet<R> { return this.#with('timeout', ms) }
  /**
   * How long what is updated lives.
   * @param seconds 0 to 630,720,000; 0 overrides the table's default
   * @example
   * await db.table('post').objects.filter({ blog: 'cats', day: 1, id: 1 }).ttl(3600).update({ title: 'Hello' })
   */
  ttl (seconds: number): NamedQuerySet<R> { return this.#with('ttl', seconds) }
  /**
   * The time of the write, by which Cassandra tells which of two holds.
   * @param at a `Date`, microseconds since 1970 as bigint, or `{ msFromNow }`, counted when it is sent
   * @example
   * const one = db.table('post').objects.filter({ blog: 'cats', day: 1, id: 1 })
   * await one.timestamp(new Date()).update({ title: 'Hello' })
   */
  timestamp (at: Timestamp): NamedQuerySet<R> { return this.#with('timestamp', at) }
  /**
   * Updates or deletes only where the row is like this; otherwise an `LWTError`.
   * @param where values by `column` or `column__operator`; null is a value here
   * @example
   * const one = db.table('post').objects.filter({ blog: 'cats', day: 1, id: 1 })
   * await one.iff({ title: 'Hello' }).update({ title: 'Hello again' })
   */
  iff (where: Record<string, unknown>): NamedQuerySet<R> { return this.#with('iff', where) }
  /**
   * Updates or deletes only where the row exists; otherwise an `LWTError`.
   * @param yes default true
   * @example
   * await db.table('post').objects.filter({ blog: 'cats', day: 1, id: 1 }).ifExists().delete()
   */
  ifExists (yes: boolean = true): NamedQuerySet<R> { return this.#with('ifExists', yes) }
  /**
   * Rows with these columns and the key.
   * @example
   * const rows = await db.table('post').objects.filter({ blog: 'cats' }).only('title').all()
   */
  only (...names: string[]): NamedQuerySet<R> { return this.#with('only', ...names) }
  /**
   * Rows without these columns.
   * @example
   * const rows = await db.table('post').objects.filter({ blog: 'cats' }).defer('tags').all()
   */
  defer (...names: string[]): NamedQuerySet<R> { return this.#with('defer', ...names) }
  /**
   * One row for each partition, with its key or these columns (B37).
   * @example
   * const partitions = await db.table('post').objects.distinct().all()
   */
  distinct (...names: string[]): NamedQuerySet<R> { return this.#with('distinct', ...names) }
  /**
   * Arrays of values, or with `flat` the values of one column.
   * @example
   * const titles = await db.table('post').objects.filter({ blog: 'cats' }).valuesList('title', { flat: true }).all()
   */
  valuesList (name: string, options: { flat: true }): NamedQuerySet<unknown>
  /**
   * Arrays of values, in the order of the names.
   * @example
   * const pairs = await db.table('post').objects.filter({ blog: 'cats' }).valuesList('day', 'title').all()
   */
  valuesList (...names: string[]): NamedQuerySet<unknown[]>
  // What comes out is the caller's to say from here on.
  valuesList (...given: unknown[]): NamedQuerySet<never> { return this.#with<never>('valuesList', ...given) }

  /**
   * Sends this query to another connection, keyspace, or both.
   * @param to names of a connection, a keyspace, or both
   * @example
   * const rows = await db.table('post').objects.using({ keyspace: 'archive' }).all()
   */
  using (to: Route): NamedQuerySet<R> {
    return new NamedQuerySet(
      this.#engine, this.#name, this.#to, { ...this.#using, ...checkedRoute(`${this.#name}.using()`, to) }, this.#calls
    )
  }

  /**
   * All rows, in one array.
   * @example
   * const rows = await db.table('post').objects.filter({ blog: 'cats' }).all()
   */
  async all (): Promise<R[]> { return await (await this.#query()).all() }
  /**
   * The first row, or null.
   * @example
   * const row = await db.table('post').objects.filter({ blog: 'cats' }).first()
   */
  async first (): Promise<R | null> { return await (await this.#query()).first() }

  /**
   * The one row that fits.
   * @throws {DoesNotExist} where none does, {MultipleObjectsReturned} where several do
   * @example
   * const row = await db.table('post').objects.get({ blog: 'cats', day: 1, id: 1 })
   */
  async get (...where: Where): Promise<R> { return await (await this.#query()).get(...where) }

  /**
   * The number of rows.
   * @example
   * const posts = await db.table('post').objects.filter({ blog: 'cats' }).count()
   */
  async count (): Promise<number> { return await (await this.#query()).count() }

  /**
   * One page, and the way to the next one; see `QuerySet.page`.
   * @param options `size`: rows; `state` for your own storage, `token` for clients over HTTP
   * @example
   * const { rows, nextToken } = await db.table('post').objects.filter({ blog: 'cats' }).page({ size: 20 })
   */
  async page (options?: PageOptions): Promise<Page<R>> {
    return await (await this.#query()).page(options)
  }

  /**
   * Writes without reading, as `QuerySet.update`, by the names of columns in the database.
   * @param values new values, `null` to delete them, and operations such as `tags__add`
   * @example
   * await db.table('post').objects.filter({ blog: 'cats', day: 1, id: 1 }).update({ title: 'Hello' })
   */
  async update (values: Record<string, unknown>): Promise<void> { await (await this.#query()).update(values) }

  /**
   * Deletes rows, ranges of rows or partitions, as far as the filter says.
   * @example
   * await db.table('post').objects.filter({ blog: 'cats', day: 1 }).delete()
   */
  async delete (): Promise<void> { await (await this.#query()).delete() }

  /**
   * All rows, page by page, in constant memory.
   * @example
   * for await (const row of db.table('post').objects) console.log(row.title)
   */
  async * [Symbol.asyncIterator] (): AsyncGenerator<R, void, undefined> { yield * await this.#query() }

  [inspect] (): string {
    const calls = this.#calls.map(([method]) => `${method}()`).join('.')
    return `NamedQuerySet { of ${shown(this.#name)}, ${calls || 'all rows'} }`
  }

  static { printAs(this.prototype, 'NamedQuerySet', (query) => query[inspect]()) }
  /**
   * A query set is no data: returned from a handler by mistake it throws.
   * @throws {QueryError} always
   * @example
   * app.get('/posts', async () => await db.table('post').objects.limit(10).all()) // and not without all()
   */
  toJSON (): never {
    throw new QueryError(`${this.#name}: a query set is not its rows; await all() or first() and return that`)
  }

  #with<T = R> (...call: Call): NamedQuerySet<T> {
    return new NamedQuerySet(this.#engine, this.#name, this.#to, this.#using, [...this.#calls, call])
  }

  async #query (): Promise<Running<R>> {
    const { db } = this.#engine
    const place = placeOfTable(db, this.#name, this.#to, this.#using)
    const start = QuerySet.of(db, standIn(this.#engine, await db.described.describe(place, this.#name)))
    const query = this.#calls.reduce(
      (q, [method, ...values]) => (q[method] as (...v: unknown[]) => QuerySet).apply(q, values), start
    )
    // Inside nothing is known of what comes out; the builders have said it.
    return query.using({ connection: place.connection.name, keyspace: place.keyspace }) as Running<R>
  }
}

const standIns = new WeakMap<Table, ModelConstructor>()

/**
 * What query sets need of a model, for a table that has none. It makes no instances; one for all queries of the table,
 * for what is learnt hangs on it.
 */
function standIn (engine: QueryEngine, table: Table): ModelConstructor {
  let known = standIns.get(table)
  if (known === undefined) {
    const { name } = table
    const meta: ModelMeta = {
      name,
      engine,
      columns: {},
      table,
      options: { properties: {} },
      family: undefined,
      variant: undefined,
      body:
      Object,
      rows: 'plain'
    }
    known = Object.assign(class {}, { [META]: meta, DoesNotExist, MultipleObjectsReturned }) as ModelConstructor
    standIns.set(table, known)
  }
  return known
}

/**
 * Tables of one keyspace by their names.
 * @example
 * const logs = new db.NamedKeyspace('logs', { connection: 'archive' })
 * const events = await logs.table('events').objects.filter({ day: '2026-02-28' }).all()
 */
export class NamedKeyspace {
  /** In the database, in its case. */
  readonly name: string
  readonly #engine: QueryEngine
  readonly #connection: string | undefined

  constructor (engine: QueryEngine, name: string, options?: { connection?: string | undefined }) {
    if (typeof name !== 'string' || name === '') {
      throw new QueryError('NamedKeyspace: the name of a keyspace must be a string that is not empty')
    }
    this.#engine = engine
    this.name = name
    const at = `NamedKeyspace(${shown(name)})`
    this.#connection = checkedRoute(at, knownOptions(at, options, ['connection'])).connection
  }

  /**
   * A table of this keyspace; nothing is asked before a query runs.
   * @throws {QueryError} for a name that is empty
   * @example
   * const howMany = await new db.NamedKeyspace('logs').table('events').objects.count()
   */
  table (name: string): NamedTable {
    return new NamedTable(
      this.#engine, name, { keyspace: this.name, ...this.#connection !== undefined && { connection: this.#connection } }
    )
  }
}
