// The options of one operation, as types. `query/options.ts` checks and merges them.

import type { Route } from '../connection/route.js'

/** A number of the driver's `types.consistencies`, or its name. */
export type Consistency =
  number | 'ANY' | 'ONE' | 'TWO' | 'THREE' | 'QUORUM' | 'ALL' | 'LOCAL_QUORUM' | 'EACH_QUORUM' | 'SERIAL' | 'LOCAL_SERIAL' | 'LOCAL_ONE'

/** An instant, microseconds since 1970, or milliseconds from now. */
export type Timestamp = Date | bigint | { readonly msFromNow: number }

export interface OpOptions {
  /** Conditions of a lightweight transaction; `null` is a value here. */
  iff?: Readonly<Record<string, unknown>> | undefined
  /** Seconds, 0 to 630,720,000; 0 overrides the table's default. */
  ttl?: number | undefined
  timestamp?: Timestamp | undefined
  consistency?: Consistency | undefined
  serialConsistency?: Consistency | undefined
  /** Milliseconds for the whole operation, preparing included. */
  timeout?: number | undefined
  ifExists?: boolean | undefined
  ifNotExists?: boolean | undefined
  using?: Route | undefined
  batch?: BatchLike | undefined
  /** Name of an execution profile of the driver. */
  profile?: string | undefined
  /** Overrides what the library knows by itself. */
  idempotent?: boolean | undefined
}

export interface BatchOptions {
  /** Default `'logged'`, `'counter'` for counters. */
  type?: 'logged' | 'unlogged' | 'counter' | undefined
  connection?: string | undefined
  timestamp?: Timestamp | undefined
  consistency?: Consistency | undefined
  /** Milliseconds. */
  timeout?: number | undefined
  /** Sends what was queued although the function threw. Default false. */
  executeOnException?: boolean | undefined
}

/** A `BatchQuery`, as far as models know it. */
export interface BatchLike {
  addCallback<A extends unknown[]> (fn: (...args: A) => unknown, ...args: A): void
  execute (): Promise<void>
}
