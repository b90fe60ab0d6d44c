// What is sent, and what goes with it. Types only.
import type { types } from '../driver.js'

/**
 * Options of one request. The object goes to the driver as it is, so it may be frozen and shared; what only we read the
 * driver ignores.
 */
export interface RequestOptions {
  readonly kind: 'read' | 'write' | 'schema' | 'raw'
  /** Default true. Say so explicitly: without it each request copies its options. */
  readonly prepare?: boolean
  /** The request may be repeated on another node. Never true for counters, list appends, conditions, `now()`. */
  readonly isIdempotent?: boolean
  readonly consistency?: number
  readonly serialConsistency?: number
  readonly executionProfile?: string
  readonly fetchSize?: number
  readonly pageState?: string | Buffer
  /** ms that the driver waits for one node; default: that of the profile. Above 12 s it follows `timeout`. */
  readonly readTimeout?: number
  /**
   * ms for the whole request, connecting, waiting and preparing included; 0 or absent: no limit of ours. For pages: for
   * each page.
   */
  readonly timeout?: number
  /** Our own checks passed, so a TypeError of the driver's encoder means that it knows an old type of a column. */
  readonly checked?: boolean
  /**
   * How many values the text takes, counted when it was made; absent: nobody counted. Checked before the statement is
   * sent.
   */
  readonly markers?: number
  /** Goes past those that wait for room: for what must tell whether the database answers. */
  readonly urgent?: boolean
  /** The model or table, for logs. */
  readonly label?: string
  /** For logs, and for the driver's choice of a replica. CQL names keyspaces itself. */
  readonly keyspace?: string
  /** A token of the client's driver, see `routedTo`: the request goes to a node that keeps it. */
  readonly routingKey?: Buffer
}

export interface BatchRequestOptions extends RequestOptions {
  readonly logged?: boolean
  readonly counter?: boolean
  /** µs since the epoch. A number of the driver's encoding: see `encodingOf`. */
  readonly timestamp?: number | types.Long
}

export type Params = readonly unknown[] | Readonly<Record<string, unknown>>
/** `markers`: see {@link RequestOptions}. */
export interface BatchedQuery { readonly query: string, readonly params: Params, readonly markers?: number | undefined }
