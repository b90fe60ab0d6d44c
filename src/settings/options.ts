// What a user may write in `register(plugin, …)` and `db.init(…)`; docs/configuration.md explains each.
import type { HedgeOption } from '../cqlengine/connection/hedge.js'
import type { Client, DseClientOptions } from '../cqlengine/driver.js'

/** One connection, as an option of `connections` or, for the connection `default`, at the top. */
export interface ConnectOptions {
  /** Contact points, `host` or `host:port`; an array, or one string separated by commas. Variable `CASSANDRA_HOSTS`. */
  hosts?: string | readonly string[] | undefined
  /** Keyspace of models that name none; need not exist yet. `null`: none on purpose. Variable `CASSANDRA_KEYSPACE`. */
  keyspace?: string | null | undefined
  /** Default consistency, a name in any case or its number; absent: the driver's. Variable `CASSANDRA_CONSISTENCY`. */
  consistency?: number | string | undefined
  /** Connect at first use instead of at start-up; default false. Variable `CASSANDRA_LAZY_CONNECT`. */
  lazyConnect?: boolean | undefined
  /**
   * Start-up survives a failed connect, which is then retried in the background and at each use; default false.
   * Variable `CASSANDRA_RETRY_CONNECT`.
   */
  retryConnect?: boolean | undefined
  /** Data center to send requests to; absent: found from the contact points. Variable `CASSANDRA_LOCAL_DATA_CENTER`. */
  localDataCenter?: string | undefined
  /**
   * How many statements may wait until the connection has room for them; further ones are an `OverloadedError` (503).
   * Default 100,000; 0: none waits, and what the driver cannot carry is its own error. At the top it holds for all
   * `connections` that say nothing else.
   */
  maxWaiting?: number | undefined
  /** The driver's `ClientOptions`: policies, pooling, TLS, authentication. Variable `CASSANDRA_SETUP_KWARGS` (JSON). */
  setupKwargs?: Partial<DseClientOptions> | undefined
  /**
   * Idempotent requests that a node does not answer within `after` ms are also sent to another node: at most the part
   * `share` of the requests of the last ten seconds, but ten in any case; twenty-five times that part while one node
   * answers nobody and another one is quick, for then it is no load on the cluster. `false`: never. Default
   * `{ after: 1000, share: 0.02 }`. A speculative policy in `setupKwargs` wins, and a `client` of your own keeps its
   * own.
   */
  hedge?: HedgeOption | undefined
  /**
   * A driver client of your own, never closed by this library. Excludes `hosts`, `setupKwargs` and `localDataCenter`.
   */
  client?: Client | undefined
}

/** Options of `db.init()`; the plugin takes them too. */
export interface InitOptions extends ConnectOptions {
  /** Further connections by name. Variable `CASSANDRA_CONNECTIONS` (JSON). */
  connections?: Readonly<Record<string, ConnectOptions>> | undefined
  /** An object with the `CASSANDRA_*` keys, such as `app.config` of @fastify/env; goes before the environment. */
  config?: object | undefined
  /** `false`: read neither environment nor `.env`; an object: read it instead of both. Default true. */
  env?: boolean | Readonly<Record<string, string | undefined>> | undefined
  /**
   * Encrypts page tokens; an array to rotate: the first encrypts, all decrypt. Default: random per process, and a
   * warning.
   */
  pageTokenSecret?: string | readonly string[] | undefined
  /** Limit of the first connect, in milliseconds; 0: none. The plugin's default is 0.9 × Fastify's `pluginTimeout`. */
  connectTimeout?: number | undefined
  /** Statements that take at least this many milliseconds are logged as slow; default: none are. */
  slowQuery?: number | undefined
}

/** The options that the environment knows too, with the end of their variable's name. */
export const VARIABLES = {
  setupKwargs: 'SETUP_KWARGS',
  hosts: 'HOSTS',
  keyspace: 'KEYSPACE',
  consistency: 'CONSISTENCY',
  lazyConnect: 'LAZY_CONNECT',
  retryConnect: 'RETRY_CONNECT',
  localDataCenter: 'LOCAL_DATA_CENTER',
  connections: 'CONNECTIONS'
} as const

export type Variable = keyof typeof VARIABLES

/** The environment variable of an option, for the default instance or for the one called `name`. */
export function variableOf (option: Variable, name?: string): string {
  const instance = name === undefined ? '' : `${name.replace(/[^A-Za-z0-9]/g, '_').toUpperCase()}_`
  return `CASSANDRA_${instance}${VARIABLES[option]}`
}
