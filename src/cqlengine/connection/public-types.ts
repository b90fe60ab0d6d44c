// What users see of connections: the type of `db.connection`, and the options that it takes.
import type { Client, ClientOptions } from '../driver.js'
import type { ConnectionState } from './connection.js'
import type { HedgeOption } from './hedge.js'

/**
 * What is told of each request on the diagnostics channel `fastify-cqlalchemy:query` (`tracingChannel` of
 * node:diagnostics_channel): where it goes and what it is from the beginning, how it ended from `asyncStart` and
 * `error` on. Never a parameter, never a row. docs/production.md makes metrics of it.
 */
export interface QueryMessage {
  /** The connection's name. */
  readonly connection: string
  /** Where the statement's table is, as far as it is known. */
  readonly keyspace?: string
  /** The text, without values. A batch: `BEGIN BATCH (3 statements)`. */
  readonly cql: string
  /** `read`, `write`, `schema` or `raw`. */
  readonly kind: string
  /** The model or table; `batch` for a batch. */
  readonly label?: string
  /**
   * How long the caller waited, in milliseconds: waiting for room, connecting and preparing included. Of each page by
   * itself.
   */
  readonly ms?: number
  /** `ok`, or the code that a client is answered with: `CQL_TIMEOUT`, `CQL_UNAVAILABLE`, … (`toHttpError`). */
  readonly outcome?: string
  /** Present when it was also sent to a second node, because the first did not answer: see the option `hedge`. */
  readonly hedged?: true
  /** What the caller gets. */
  readonly error?: unknown
}

/** Options of a connection to hosts. */
export interface ConnectOptions {
  /** Contact points, `host` or `host:port`; an array, or a string with commas. */
  hosts?: string | readonly string[] | undefined
  /** The connection's own default keyspace; it need not exist when connecting. */
  keyspace?: string | null | undefined
  /**
   * Default consistency: a name in any case, or a number of `types.consistencies`. Absent: the driver's (LOCAL_ONE).
   */
  consistency?: string | number | undefined
  /** Connect at first use. Default false. */
  lazyConnect?: boolean | undefined
  /** A failure to connect is no error: it is tried again in the background and with each use. Default false. */
  retryConnect?: boolean | undefined
  /** Absent: found from the contact points. */
  localDataCenter?: string | undefined
  /**
   * How many statements may wait until the connection has room for them; further ones are an `OverloadedError`. Default
   * 100,000. 0: none waits, and what the driver cannot carry is its `NoHostAvailableError`.
   */
  maxWaiting?: number | undefined
  /**
   * Idempotent requests that a node does not answer within `after` ms are also sent to another node: at most the part
   * `share` of the requests of the last ten seconds, but ten in any case; twenty-five times that part while one node
   * answers nobody and another one is quick, for then it is no load on the cluster. `false`: never. Default
   * `{ after: 1000, share: 0.02 }`. A speculative policy in `setupKwargs` wins.
   */
  hedge?: HedgeOption | undefined
  /** Options of the driver's client; they win over ours. */
  setupKwargs?: Partial<ClientOptions> | undefined
  /** Another name for `setupKwargs`. */
  clusterOptions?: Partial<ClientOptions> | undefined
}

/**
 * Options of a connection that uses a client of the user's, which we never close. `client` and `session` are two names
 * for it.
 */
export type SessionOptions = { keyspace?: string | null | undefined } &
  ({ session: Client, client?: undefined } | { client: Client, session?: undefined })

/** What `getConnection` gives. */
export interface ConnectionInfo {
  /** As it was registered. */
  readonly name: string
  /** The driver's client. */
  readonly client: Client
  /** The connection's own keyspace. */
  readonly keyspace: string | undefined
  /** `idle`, `connecting`, `ready`, `retrying`, `failed` or `closed`. */
  readonly state: ConnectionState
}

/** `db.connection` (CON-01 … CON-22). */
export interface Connections {
  /** The names of all connections. */
  readonly names: string[]
  /** The name of the default connection. */
  readonly defaultName: string | undefined

  /**
   * Registers the default connection, named `default`, and sets `db.keyspace` (CON-03).
   * @param hosts contact points; null: this machine
   * @param keyspace `db.keyspace`; it need not exist yet; null: none
   * @param options those of a connection, and options of the driver's client beside them
   * @throws {ConfigError} an option cannot be used; nothing was registered
   * @throws the driver's error when connecting fails (unless `lazyConnect` or `retryConnect`); nothing was registered
   * @example
   * await db.connection.setup(['10.0.0.1', '10.0.0.2'], 'library', { localDataCenter: 'dc1' })
   */
  setup (
    hosts: string | readonly string[] | null,
    keyspace: string | null,
    options?: Omit<ConnectOptions, 'hosts' | 'keyspace'> & Partial<ClientOptions>
  ): Promise<void>
  /**
   * Registers the default connection on this machine with the driver's defaults; leaves `db.keyspace` alone (CON-04).
   * @throws the driver's error when connecting fails; nothing was registered
   * @example
   * await db.connection.default()
   */
  default (): Promise<void>
  /**
   * Registers a connection, or replaces the one of this name: its client, if we made it, is closed once its requests
   * have ended (CON-05 to CON-09).
   * @param options hosts and how to connect, or a client of yours; `default: true` makes it the default as well
   * @throws {ConfigError} an option cannot be used; the registry stays as it was
   * @throws {ConnectionRegistryError} the name is empty, or is being registered at this moment
   * @throws the driver's error when connecting fails (unless `lazyConnect` or `retryConnect`); the registry stays as it
   *   was
   * @example
   * await db.connection.registerConnection('archive', { hosts: '10.1.0.1', localDataCenter: 'dc1', lazyConnect: true })
   * const old = await Post.using({ connection: 'archive' }).filter({ blog: 'cats' }).all()
   */
  registerConnection (
    name: string, options: (ConnectOptions | SessionOptions) & { default?: boolean | undefined }
  ): Promise<void>
  /**
   * Removes a connection; its client, if we made it, is closed once its requests have ended. An unknown name is no
   * error (CON-10). Without the default connection, statements that name none are an error until another one is chosen.
   * @example
   * await db.connection.unregisterConnection('archive')
   */
  unregisterConnection (name: string): Promise<void>
  /**
   * Chooses the default by name; it is not connected by that (CON-11).
   * @throws {ConnectionRegistryError} an unknown name
   * @example
   * db.connection.setDefaultConnection('archive')
   */
  setDefaultConnection (name: string): void
  /**
   * Puts a client of yours in the place of the default connection's, or registers it as `default` (CON-13). Its
   * keyspace is its connection's own.
   * @param client of the driver; it is never closed here
   * @example
   * db.connection.setSession(new cql.Client({ contactPoints: ['10.0.0.1'], localDataCenter: 'dc1' }))
   */
  setSession (client: Client): void
  /**
   * A connection, connected if it was not yet (CON-12).
   * @param name absent: the default
   * @throws {ConnectionRegistryError} an unknown name, or no default
   * @throws {ClosedError} the `db` was closed
   * @throws the driver's error when connecting fails
   * @example
   * const { client, keyspace, state } = await db.connection.getConnection('archive')
   */
  getConnection (name?: string): Promise<ConnectionInfo>
  /**
   * Resolves once a connection is ready: one with `retryConnect` is waited for through its failures, any other is tried
   * now.
   * @param name absent: the default
   * @throws what `getConnection` throws, unless it retries
   * @example
   * await db.connection.whenReady()
   */
  whenReady (name?: string): Promise<void>
  /**
   * The driver's client of a connection, connected if it was not yet (CON-17).
   * @param name absent: the default
   * @throws what `getConnection` throws
   * @example
   * const client = await db.connection.getSession()
   */
  getSession (name?: string): Promise<Client>
  /**
   * The driver's client of a connection, as `getSession`: in this driver one object is session and cluster.
   * @param name absent: the default
   * @example
   * const { metadata } = await db.connection.getCluster()
   */
  getCluster (name?: string): Promise<Client>
}

/** `db.status()`. Holds host addresses: for operators, not for clients. */
export interface Status {
  /** By their names. */
  readonly connections: Record<string, ConnectionStatus>
}

/** What is known of one connection, without asking a server. */
export interface ConnectionStatus {
  /** `idle`, `connecting`, `ready`, `retrying`, `failed` or `closed`. */
  readonly state: ConnectionState
  /** Whether statements that name no connection go here. */
  readonly isDefault: boolean
  /** The connection's own keyspace. */
  readonly keyspace?: string | undefined
  /** Requests that wait for an answer, or for a connection. */
  readonly inFlight: number
  /** Requests that wait until fewer are in flight; see `maxWaiting`. */
  readonly waiting: number
  /** Requests that were also sent to a second node, since the connection was made: see the option `hedge`. */
  readonly hedged: number
  /** The nodes that the driver knows. */
  readonly hosts: HostStatus[]
}

/** What the driver knows of one node. */
export interface HostStatus {
  /** `host:port`. */
  readonly address: string
  /** As the node says. */
  readonly dataCenter: string
  /** As the node says. */
  readonly rack: string
  /** Whether the driver takes it for reachable. */
  readonly isUp: boolean
  /** Open connections of the pool. */
  readonly connections: number
  /** Requests that wait for an answer of this node. */
  readonly inFlight: number
}
