// The options of one operation, as types. `operation-options.ts` has a row for each: how it is checked, who may have
// it, what it becomes.

import type { Route } from '../connection/route.js'

/** A number of the driver's `types.consistencies`, or its name. */
export type Consistency =
    number | 'ANY' | 'ONE' | 'TWO' | 'THREE' | 'QUORUM' | 'ALL' | 'LOCAL_QUORUM' | 'EACH_QUORUM' | 'SERIAL' |
    'LOCAL_SERIAL' | 'LOCAL_ONE'

/** An instant, microseconds since 1970, or milliseconds from now. */
export type Timestamp = Date | bigint | { readonly msFromNow: number }

/**
 * The options of one operation: the last argument of `create`, `save`, `update`, `delete`; the chain setters have the
 * same names.
 */
export interface OpOptions {
  /** Conditions of a lightweight transaction; `null` is a value here. */
  iff?: Readonly<Record<string, unknown>> | undefined
  /** Seconds, 0 to 630,720,000; 0 overrides the table's default. */
  ttl?: number | undefined
  /** The time of the write, by which Cassandra tells which of two holds; not beside a condition. */
  timestamp?: Timestamp | undefined
  /** How many replicas must answer. Default: that of the model, of the connection, of the driver. */
  consistency?: Consistency | undefined
  /** `'SERIAL'` or `'LOCAL_SERIAL'`, for the decision of a conditional write. */
  serialConsistency?: Consistency | undefined
  /** Milliseconds for the whole operation, preparing included. */
  timeout?: number | undefined
  /** Update or delete only where the row exists; otherwise an `LWTError`. */
  ifExists?: boolean | undefined
  /** Create only where no such row exists; otherwise an `LWTError`. */
  ifNotExists?: boolean | undefined
  /** Another connection, keyspace, or both, for this operation. */
  using?: Route | undefined
  /** Queue the write in this batch instead of sending it. */
  batch?: BatchLike | undefined
  /** Name of an execution profile of the driver. */
  profile?: string | undefined
  /** Overrides what the library knows by itself. */
  idempotent?: boolean | undefined
}

/** What `db.batch` and `new db.BatchQuery` take. */
export interface BatchOptions {
  /** Default `'logged'`, `'counter'` for counters. */
  type?: 'logged' | 'unlogged' | 'counter' | undefined
  /** Name of the connection. Default: that of its statements, which must have one in common. */
  connection?: string | undefined
  /** Of all statements that have none of their own; not for counters. */
  timestamp?: Timestamp | undefined
  /** Of the request. Default: that of its models, of the connection, of the driver. */
  consistency?: Consistency | undefined
  /** Milliseconds for the request. */
  timeout?: number | undefined
  /** Sends what was queued although the function threw. Default false. */
  executeOnException?: boolean | undefined
}

/** A `BatchQuery`, as far as models know it. */
export interface BatchLike {
  /**
   * Calls `fn` with these arguments once the batch has succeeded.
   * @example
   * await db.batch(async (b) => {
   *   await post.batch(b).save()
   *   b.addCallback((title) => { console.log('saved', title) }, post.title)
   * })
   */
  addCallback<A extends unknown[]> (fn: (...args: A) => unknown, ...args: A): void
  /**
   * Sends what was queued, in one request.
   * @example
   * const b = new db.BatchQuery()
   * await post.batch(b).save()
   * await b.execute()
   */
  execute (): Promise<void>
}
