// What users see of an instance. Types only; `instance.ts` has the body. Each example is compiled by
// test/docs/docstrings.test.ts.

import type { Route } from '../connection/route.js'
import type { Condition, Json, Row, Update } from './inference.js'
import type { BatchLike, Consistency, OpOptions, Timestamp } from './operations.js'

/**
 * Chain setters of an instance, each for the next operation only; a column of the same name hides the setter.
 * @example
 * await post.ttl(60).using({ connection: 'cluster2' }).save()
 */
export interface InstanceSetters {
  /**
   * How long what the next write stores lives.
   * @param seconds 0 to 630,720,000; 0 overrides the table's default
   * @throws {QueryError} for another number
   * @example
   * await post.ttl(3600).save()
   */
  ttl<T> (this: T, seconds: number): T
  /**
   * The time of the next write, by which Cassandra tells which of two holds.
   * @param at a `Date`, microseconds since 1970 as bigint, or `{ msFromNow }`, counted when it is sent
   * @throws {QueryError} beside a condition, and for what is no time
   * @example
   * await post.timestamp({ msFromNow: -1000 }).delete()
   */
  timestamp<T> (this: T, at: Timestamp): T
  /**
   * How many replicas must answer the next write. Default: that of the model, of the connection, of the driver.
   * @param level a name such as `'LOCAL_QUORUM'`, or a number of the driver's `types.consistencies`
   * @throws {QueryError} for an unknown one
   * @example
   * await post.consistency('EACH_QUORUM').save()
   */
  consistency<T> (this: T, level: Consistency): T
  /**
   * The consistency of the decision in the next conditional write.
   * @param level `'SERIAL'` or `'LOCAL_SERIAL'`
   * @example
   * await post.ifNotExists().serialConsistency('LOCAL_SERIAL').save()
   */
  serialConsistency<T> (this: T, level: Consistency): T
  /**
   * A time limit for the next write, preparing included. It ends in the driver's `OperationTimedOutError`, and the
   * write may have been applied.
   * @param ms milliseconds
   * @example
   * await post.timeout(500).save()
   */
  timeout<T> (this: T, ms: number): T
  /**
   * Updates or deletes only where the row exists.
   * @param yes default true
   * @throws {LWTError} at the end of the write, when it does not
   * @example
   * await post.ifExists().update({ title: 'new' })
   */
  ifExists<T> (this: T, yes?: boolean): T
  /**
   * Saves a new instance only where no such row exists.
   * @param yes default true
   * @throws {LWTError} at the end of the write, with the row that is there in `existing`
   * @example
   * await new Post({ blog: 'cats', day: 1, id: 1 }).ifNotExists().save()
   */
  ifNotExists<T> (this: T, yes?: boolean): T
  /**
   * Updates or deletes only where the row is like this.
   * @param where as for `filter`, with `ne` and with null as a value; no columns of the key
   * @throws {LWTError} at the end of the write, with the row that is there in `existing`
   * @example
   * await post.iff({ stars: 4 }).update({ stars: 5 })
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- any instance
  iff<T extends Instance<any>> (this: T, where: Condition<T>): T
  /**
   * Sends the next write elsewhere. The instance goes on belonging to where it was loaded from.
   * @param to names of a connection, a keyspace, or both
   * @throws {BatchError} for a connection beside a batch; {@link ConnectionRegistryError} at the write, for an unknown
   *   one
   * @example
   * await post.using({ keyspace: 'archive' }).save() // the whole row, for it may not exist there
   */
  using<T> (this: T, to: Route): T
  /**
   * Queues the next write in a batch instead of sending it.
   * @param batch what `db.batch` hands to its function, or a `BatchQuery`
   * @throws {BatchError} for one that was executed, or goes to another connection
   * @example
   * await db.batch(async (b) => { await post.batch(b).save() })
   */
  batch<T> (this: T, batch: BatchLike): T
  /**
   * Sends the next write with an execution profile of the driver.
   * @param name as in the driver's option `profiles`
   * @example
   * await post.profile('slow').save()
   */
  profile<T> (this: T, name: string): T
  /**
   * Whether the next write may be sent twice. The library knows by itself: plain values may, counters, list appends and
   * conditions may not.
   * @param yes default true
   * @example
   * await post.idempotent(false).save()
   */
  idempotent<T> (this: T, yes?: boolean): T
}

/** One row, as it was read. */
export interface ReadInstance<C = {}> {
  readonly '~columns'?: C
  /** The partition key: a value, or an array where it has several columns. */
  readonly pk: unknown
  /** True once the row was loaded or written. */
  readonly isPersisted: boolean
  /**
   * True for an instance of the same model with the same loaded columns and equal values.
   * @example
   * const isUnchanged = post.equals(await Post.get({ blog: 'cats', day: 1, id: 1 }))
   */
  equals (other: unknown): boolean
  /**
   * The loaded columns as a plain object of their values, hidden ones too.
   * @example
   * const { title, tags } = post.toObject()
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- any instance
  toObject<T extends ReadInstance<any>> (this: T): Row<T>
  /**
   * The loaded columns in their JSON forms, without hidden ones. `JSON.stringify` and Fastify call it.
   * @throws {ValidationError} for an assigned value that its column does not take
   * @example
   * const body = post.toJSON()
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- any instance
  toJSON<T extends ReadInstance<any>> (this: T): Json<T>
  /**
   * As `JSON.stringify` calls it.
   * @example
   * const body = JSON.stringify({ post })
   */
  // Beside this signature the compiler asks of an override only that it gives an object, with whatever columns.
  toJSON (key: string): object
}

/** One row. Its own keys are the loaded columns and the fields of your class. */
export interface Instance<C = {}> extends ReadInstance<C> {
  /**
   * Writes what differs from what is stored, in one statement; nothing when nothing differs. A new row, or one whose
   * key was changed, is inserted.
   * @param options those of this write, such as `{ ttl: 60 }`
   * @returns the instance
   * @throws {ValidationError} with all values that columns do not take, before anything is sent
   * @throws {LWTError} when a condition is not met; the instance stays dirty
   * @example
   * post.title = 'new'
   * await post.save({ consistency: 'LOCAL_QUORUM' })
   */
  save (options?: OpOptions): Promise<this>
  /**
   * Deletes the row by its full key.
   * @param options those of this write
   * @throws {ValidationError} without a whole key
   * @throws {LWTError} when a condition is not met
   * @example
   * await post.delete({ ifExists: true })
   */
  delete (options?: OpOptions): Promise<void>
  /**
   * Assigns values and writes what differs, in one statement.
   * @param values new values, `null` to delete them, and operations: `tags__add`, `past__append`, `scores__update`
   * @param options those of this write
   * @returns the instance
   * @throws {ValidationError} for unknown columns, another key, and values that columns do not take
   * @throws {LWTError} when a condition is not met
   * @example
   * await post.update({ title: 'new', tags__add: ['x'], price: null })
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- any instance
  update<T extends Instance<any>> (this: T, values?: Update<T>, options?: OpOptions): Promise<T>
  /**
   * Checks and converts all loaded columns. Every write runs it.
   * @throws {ValidationError} with all values that columns do not take
   * @example
   * post.stars = 5
   * post.validate() // throws what save() would throw, without a statement
   */
  validate (): void
  /**
   * What a save would write: attribute names, in the order of the columns. Empty where nothing differs from what is
   * stored.
   * @example
   * post.title = 'new'
   * const names = post.getChangedColumns() // ['title']
   */
  getChangedColumns (): string[]
}
