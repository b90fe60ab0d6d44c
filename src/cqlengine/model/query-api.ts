// What users see of queries. Types only; `query/` has the bodies. Each example is compiled by
// test/docs/docstrings.test.ts.

import type { Route } from '../connection/route.js'
import type { AnyColumn } from '../columns/column.js'
import type { Expression, Ordering } from '../columns/expression.js'
import type { Page, PartialRow, Selection, StatementPreview } from './answer-api.js'
import type { ColumnName, Condition, Create, CreateStatic, Filter, Row, Update, ValueOf } from './inference.js'
import type { BatchLike, Consistency, OpOptions, Timestamp } from './operations.js'
import type { Scan, ScanOptions, TokenRange } from './scan-api.js'

/** A query of a model that can be written: views cannot. */
export interface OfTable { readonly '~of'?: 'table' }
/** A query of a materialized view: as any other, without writes. V: the view's instances; R: what comes out. */
export type ViewQuery<V, R = V> = QuerySet<V, R, 'view'>

/** `-` in front: descending. */
export type Order<M> = ColumnName<M> | `-${ColumnName<M>}` | Ordering

/**
 * A query. It is immutable: every method gives a new one, and nothing is sent before a terminal (`all`, `first`, `get`,
 * `count`, `page`, `create`, `update`, `delete`) or an iteration. M: the model's instances; R: what comes out; W:
 * whether it is of a table or a view.
 * @example
 * const cats = Post.filter({ blog: 'cats' })
 * for await (const post of cats.orderBy('-day')) console.log(post.title) // page by page, in constant memory
 */
export interface QuerySet<M, R = M, W extends 'table' | 'view' = 'table'> extends AsyncIterable<R> {
  /** Types only: whether its model can be written. */
  readonly '~of'?: W
  /**
   * Adds conditions, all of which must hold.
   * @param where values by `column` or `column__operator`; or conditions of columns
   * @throws {QueryError} for an unknown column or operator, and for what Cassandra would refuse
   * @throws {ValidationError} for a value that its column does not take; null and undefined are such values
   * @example
   * const posts = await Post.objects.filter({ blog: 'cats', day__gte: 3 }).all()
   */
  filter (where: Filter<M>): QuerySet<M, R, W>
  /**
   * Adds conditions made by columns, all of which must hold.
   * @example
   * const posts = await Post.objects.filter(Post.columns.blog.eq('cats'), Post.columns.day.in([1, 2])).all()
   */
  filter (...where: Expression[]): QuerySet<M, R, W>
  /**
   * Orders the rows of a partition by its clustering columns, or finds nearest neighbours of a vector. Called again it
   * appends; without arguments it takes the order back.
   * @param by names, with `-` for descending, or `column.ann(vector)`
   * @throws {QueryError} for other columns, and without the partition key
   * @example
   * const newest = await Post.filter({ blog: 'cats' }).orderBy('-day', 'id').limit(10).all()
   */
  orderBy (...by: Order<M>[]): QuerySet<M, R, W>
  /**
   * At most so many rows, over all pages. There is no limit by default.
   * @param n a whole number from 1
   * @throws {QueryError} for another number
   * @example
   * const ten = await Post.filter({ blog: 'cats' }).limit(10).all()
   */
  limit (n: number): QuerySet<M, R, W>
  /**
   * At most so many rows of each partition.
   * @param n a whole number from 1
   * @example
   * const twoOfEach = await Post.objects.perPartitionLimit(2).all()
   */
  perPartitionLimit (n: number): QuerySet<M, R, W>
  /**
   * Rows per page: what is fetched at once, not what comes out. Default 5000, and 2000 in an iteration.
   * @param n a whole number from 1
   * @example
   * for await (const post of Post.objects.fetchSize(100)) console.log(post.id)
   */
  fetchSize (n: number): QuerySet<M, R, W>
  /**
   * Lets Cassandra read rows and discard those that do not match, which may take long.
   * @example
   * const posts = await Post.filter({ title: 'post 7' }).allowFiltering().all()
   */
  allowFiltering (): QuerySet<M, R, W>
  /**
   * One row for each partition.
   * @param names all columns of the partition key, and static ones; absent: the partition key
   * @throws {QueryError} for other columns
   * @example
   * const blogs = await Post.objects.distinct().all()
   */
  distinct (...names: ColumnName<M>[]): QuerySet<M, R, W>
  /**
   * Makes one row of each group of rows, for the functions of `select`.
   * @param names columns of the key, in their order
   * @throws {QueryError} for other columns
   * @example
   * const perDay = await Post.filter({ blog: 'cats' }).groupBy('blog', 'day')
   *   .select({ day: Post.columns.day, posts: f.count() }).all()
   */
  groupBy (...names: ColumnName<M>[]): QuerySet<M, R, W>
  /**
   * Loads these columns and the key. Others throw when they are read, and are never written.
   * @param names at least one
   * @example
   * const [post] = await Post.filter({ blog: 'cats' }).only('title').all()
   */
  only<const P extends ColumnName<M>> (...names: P[]): QuerySet<M, PartialRow<M, P>, W>
  /**
   * Loads all columns but these; the key is always loaded.
   * @example
   * const posts = await Post.filter({ blog: 'cats' }).defer('past', 'scores').all()
   */
  defer<const P extends ColumnName<M>> (...names: P[]): QuerySet<M, PartialRow<M, Exclude<ColumnName<M>, P>>, W>
  /**
   * Gives the values of one column instead of rows.
   * @example
   * const titles = await Post.filter({ blog: 'cats' }).valuesList('title', { flat: true }).all() // (string | null)[]
   */
  valuesList<const P extends ColumnName<M>> (name: P, options: { flat: true }): QuerySet<M, Row<M>[P], W>
  /**
   * Gives tuples of values instead of rows.
   * @param names in the order of the tuples
   * @example
   * const pairs = await Post.filter({ blog: 'cats' }).valuesList('id', 'title').all() // [number, string | null][]
   */
  valuesList<const P extends readonly ColumnName<M>[]> (
    ...names: P
  ): QuerySet<M, { -readonly [I in keyof P]: Row<M>[P[I] & keyof Row<M>] }, W>
  /**
   * Gives plain objects of columns and functions instead of rows.
   * @param what columns of the model, or functions of `db.functions`, by your names
   * @throws {QueryError} for columns of other models, and for what Cassandra cannot compute
   * @example
   * const [sums] = await Post.filter({ blog: 'cats' })
   *   .select({ posts: f.count(), best: f.max(Post.columns.stars) }).all()
   */
  select<const S extends { [alias: string]: Selection<unknown> | AnyColumn }> (
    what: S
  ): QuerySet<M, {
    [K in keyof S]: S[K] extends AnyColumn ? ValueOf<S[K]> : S[K] extends Selection<infer V> ? V : never
  }, W>
  /**
   * How long what is created or updated lives.
   * @param seconds 0 to 630,720,000; 0 overrides the table's default
   * @throws {QueryError} for another number, and on reads and deletes
   * @example
   * await Post.filter({ blog: 'cats', day: 1, id: 1 }).ttl(3600).update({ title: 'for an hour' })
   */
  ttl (seconds: number): QuerySet<M, R, W>
  /**
   * The time of a write, by which Cassandra tells which of two holds.
   * @param at a `Date`, microseconds since 1970 as bigint, or `{ msFromNow }`, counted when it is sent
   * @throws {QueryError} on reads, and beside a condition
   * @example
   * await Post.filter({ blog: 'cats', day: 1, id: 1 }).timestamp({ msFromNow: -1000 }).delete()
   */
  timestamp (at: Timestamp): QuerySet<M, R, W>
  /**
   * How many replicas must answer. Default: that of the model, of the connection, of the driver.
   * @param level a name such as `'LOCAL_QUORUM'`, or a number of the driver's `types.consistencies`
   * @throws {QueryError} for an unknown one
   * @example
   * const posts = await Post.filter({ blog: 'cats' }).consistency('LOCAL_QUORUM').all()
   */
  consistency (level: Consistency): QuerySet<M, R, W>
  /**
   * The consistency of the decision in a conditional write.
   * @param level `'SERIAL'` or `'LOCAL_SERIAL'`
   * @example
   * await Post.filter({ blog: 'cats', day: 1, id: 1 }).iff({ title: 'a' })
   *   .serialConsistency('LOCAL_SERIAL').update({ title: 'b' })
   */
  serialConsistency (level: Consistency): QuerySet<M, R, W>
  /**
   * A time limit for the whole operation, all pages and preparing included; in an iteration for each page. It ends in
   * the driver's `OperationTimedOutError`.
   * @param ms milliseconds
   * @example
   * const posts = await Post.filter({ blog: 'cats' }).timeout(500).all()
   */
  timeout (ms: number): QuerySet<M, R, W>
  /**
   * Writes only where the row exists: an update, a deletion, and a `create`, which then is an UPDATE.
   * @param yes default true
   * @throws {LWTError} at the end of the write, when it does not
   * @example
   * await Post.filter({ blog: 'cats', day: 1, id: 1 }).ifExists().update({ title: 'new' })
   */
  ifExists (yes?: boolean): QuerySet<M, R, W>
  /**
   * Creates only where the row does not exist.
   * @param yes default true
   * @throws {LWTError} at the end of `create`, with the row that is there in `existing`
   * @example
   * await Post.objects.ifNotExists().create({ blog: 'cats', day: 1, id: 2, title: 'first come' })
   */
  ifNotExists (yes?: boolean): QuerySet<M, R, W>
  /**
   * Updates or deletes only where the row is like this.
   * @param where as for `filter`, with `ne` and with null as a value; no columns of the key
   * @throws {LWTError} at the end of the write, with the row that is there in `existing`
   * @example
   * await Post.filter({ blog: 'cats', day: 1, id: 1 }).iff({ stars__lt: 5, author: null }).update({ author: 'ann' })
   */
  iff (where: Condition<M>): QuerySet<M, R, W>
  /**
   * Sends this query elsewhere; the instances that it loads belong there.
   * @param to names of a connection, a keyspace, or both
   * @throws {BatchError} for a connection beside a batch; {@link ConnectionRegistryError} when it is sent, for an
   *   unknown one
   * @example
   * const theirs = await Post.filter({ blog: 'cats' }).using({ keyspace: 'tenant_7' }).all()
   */
  using (to: Route): QuerySet<M, R, W>
  /**
   * Queues the write in a batch instead of sending it.
   * @param batch what `db.batch` hands to its function, or a `BatchQuery`
   * @throws {QueryError} at a read; {@link BatchError} for a batch that was executed, or goes to another connection
   * @example
   * await db.batch(async (b) => {
   *   await Post.objects.batch(b).create({ blog: 'cats', day: 1, id: 3 })
   *   await Post.filter({ blog: 'cats', day: 1, id: 2 }).batch(b).delete()
   * })
   */
  batch (batch: BatchLike): QuerySet<M, R, W>
  /**
   * Sends with an execution profile of the driver.
   * @param name as in the driver's option `profiles`
   * @example
   * const posts = await Post.filter({ blog: 'cats' }).profile('analytics').all()
   */
  profile (name: string): QuerySet<M, R, W>
  /**
   * Whether the request may be sent twice. The library knows by itself: reads and writes of plain values may, counters,
   * list appends and conditions may not.
   * @param yes default true
   * @example
   * await Visits.filter({ page: '/' }).idempotent(false).update({ count__increment: 1 })
   */
  idempotent (yes?: boolean): QuerySet<M, R, W>
  /**
   * All rows, in one array. For many rows iterate instead.
   * @throws {QueryError} for what Cassandra would refuse
   * @example
   * const posts = await Post.filter({ blog: 'cats' }).all()
   */
  all (): Promise<R[]>
  /**
   * The first row, or null. It asks for one.
   * @example
   * const newest = await Post.filter({ blog: 'cats' }).first()
   */
  first (): Promise<R | null>
  /**
   * The only row. It asks for two.
   * @throws {DoesNotExist} the model's own, with status 404
   * @throws {MultipleObjectsReturned} the model's own
   * @example
   * const post = await Post.filter({ blog: 'cats', day: 1, id: 1 }).get()
   */
  get (): Promise<R>
  /**
   * The only row that fulfils these conditions too.
   * @throws {DoesNotExist} the model's own, with status 404
   * @throws {MultipleObjectsReturned} the model's own
   * @example
   * const post = await Post.objects.get({ blog: 'cats', day: 1, id: 1 })
   */
  get (where: Filter<M>): Promise<R>
  /**
   * The only row that fulfils these conditions too.
   * @example
   * const post = await Post.filter({ blog: 'cats', day: 1 }).get(Post.columns.id.eq(1))
   */
  get (...where: Expression[]): Promise<R>
  /**
   * The number of rows, within the limit. The server counts by reading them; without a condition that is the whole
   * table.
   * @example
   * const howMany = await Post.filter({ blog: 'cats' }).count()
   */
  count (): Promise<number>
  /**
   * All rows, in no order, of large tables: parts of the ring are read side by side, each from a node that keeps it, in
   * constant memory. Filters read and discard, as after `allowFiltering()`.
   * @param options how many parts at once, from where, and who is told how far it is
   * @throws {QueryError} with `limit`, `orderBy`, or a total in `select`; for other options; for a position of another
   *   query
   * @example
   * const scan = Post.objects.scan({ concurrency: 16, onProgress: ({ share, rows }) => console.log(share, rows) })
   * for await (const post of scan) console.log(post.title)
   */
  scan (options?: ScanOptions): Scan<R>
  /**
   * Divides what is asked for among processes: ranges that have about as many rows each, and together all.
   * @param n how many: 1 to 100,000
   * @throws {QueryError} for another number
   * @example
   * const [first, second] = await Post.objects.ranges(2)
   */
  ranges (n: number): Promise<TokenRange[]>
  /**
   * Limits the query to the partitions of one range; the latest one holds. It can be iterated, scanned, counted.
   * @param range one of `ranges(n)`, from here or another process
   * @throws {QueryError} for what is no range
   * @example
   * for (const range of await Post.objects.ranges(2)) console.log(await Post.objects.inRange(range).count())
   */
  inRange (range: TokenRange): QuerySet<M, R, W>
  /**
   * Makes a new instance and saves it, with the options of this query set.
   * @param values the key and what is required; what is not given gets its default
   * @param options those of this operation
   * @throws {ValidationError} for values that columns do not take
   * @throws {LWTError} with `ifNotExists`, where the row exists
   * @example
   * const post = await Post.objects.ttl(60).create({ blog: 'cats', day: 1, id: 4, tags: ['new'] })
   */
  create (this: OfTable, values: Create<M> | CreateStatic<M>, options?: OpOptions): Promise<M>
  /**
   * Writes without reading, in one statement. A row that does not exist is created.
   * @param values new values, `null` to delete them, and operations: `tags__add`, `past__append`, `scores__update`,
   *   `count__increment`
   * @param options those of this operation
   * @throws {ValidationError} for unknown columns, columns of the key and values that columns do not take
   * @throws {QueryError} where the conditions do not name the rows by their key
   * @throws {LWTError} when a condition is not met
   * @example
   * await Post.filter({ blog: 'cats', day: 1, id: 1 }).update({ title: 'new', price: null, tags__add: ['x'] })
   */
  update (this: OfTable, values?: Update<M>, options?: OpOptions): Promise<void>
  /**
   * Deletes rows, a range of a partition, or partitions, without reading.
   * @param options those of this operation
   * @throws {QueryError} where the conditions do not name them by their key
   * @throws {LWTError} when a condition is not met
   * @example
   * await Post.filter({ blog: 'cats', day__lt: 1 }).delete()
   */
  delete (this: OfTable, options?: OpOptions): Promise<void>
  /**
   * One page. Give back `state` or `token` of a page to get the next one of the same query.
   * @param options `size`: rows, default the fetch size; `state` for your own storage, `token` for clients over HTTP
   * @throws {PageTokenError} for a token or state that is forged, cut, or of another query; status 400
   * @example
   * const { rows, nextToken } = await Post.filter({ blog: 'cats' }).page({ size: 20, token: null })
   */
  page (
    options?: { size?: number | undefined, state?: string | null | undefined, token?: string | null | undefined }
  ): Promise<Page<R>>
  /**
   * What the query would send, where, and which source decided. Sends nothing.
   * @throws {QueryError} for what Cassandra would refuse
   * @example
   * const { cql, params, keyspace } = Post.filter({ blog: 'cats' }).toCQL()
   */
  toCQL (): StatementPreview
}
