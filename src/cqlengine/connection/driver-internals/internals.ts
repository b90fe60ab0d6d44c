// What this library touches of cassandra-driver that the driver does not declare. Known version: 4.10. All of it is
// optional in these types, so that each place must ask first whether what it needs is there: with another driver, or a
// double for tests, a comfort is lost, nothing else.
import type { Client, DseClientOptions, Host, types } from '../../driver.js'

/** The parts of a client. */
export interface ClientInternals {
  readonly options?: DriverSettings
  readonly controlConnection?: ControlConnection
  readonly profileManager?: { getDistance (host: Host): types.distance }
  /** The driver declares it without this. */
  readonly metadata?: {
    getPreparedInfo? (keyspace: string | undefined, cql: string): PreparedInfo
    checkSchemaAgreement? (): Promise<boolean>
  }
  readonly connected?: boolean
  readonly connecting?: boolean
  metrics?: Metrics
}

/** Where the driver counts; the names of the driver's own methods. */
export interface Metrics {
  onSpeculativeExecution? (): void
  /** @param latency s, and ns beside */
  onSuccessfulResponse? (latency: readonly [number, number]): void
  [name: string]: unknown
}

/** What the driver keeps of a statement; the rest comes when a node has prepared it. */
export interface PreparedInfo { readonly queryId?: unknown, readonly meta?: { readonly columns?: readonly Marker[] } }

/** A type as the server tells it: its code of the protocol, and what it is made of. */
export interface DriverType { readonly code: number, readonly info?: unknown, readonly customTypeName?: string }

/** One marker: the column that it stands for, or a word of the server's such as `[ttl]`. */
export interface Marker { readonly name: string, readonly type: DriverType }

/** The client's options after the driver filled in its defaults. */
export interface DriverSettings extends Partial<DseClientOptions> {
  logEmitter?: (...message: unknown[]) => unknown
}

/** The answer to a request of the driver's own. */
export interface Answer { readonly rows?: Record<string, unknown>[] }

/** ms until the next attempt, one after the other; without end. */
export interface Schedule { next (): { readonly value?: unknown } }

/** Where the driver learns of the cluster. */
export interface ControlConnection {
  readonly host?: Host | null
  connection?: Socket | null
  protocolVersion?: unknown
  _encoder?: unknown
  /** Why each host or contact point could not be had, by its address. */
  readonly _triedHosts?: Record<string, unknown> | null
  readonly _isShuttingDown?: boolean
  _reconnectionPolicy?: { newSchedule (): Schedule }
  _reconnectionSchedule?: Schedule
  log? (level: string, message: string): void
  emit? (event: string, error: unknown): unknown
  /** Cancels its timers; does not close its connection. */
  shutdown? (): void
  query? (request: unknown, waitReconnect?: boolean): Promise<Answer>
  getResolvedContactPoints? (): Map<string, readonly string[]>
  _borrowFirstConnection? (contactPoints: Iterator<string>): Promise<void>
  _createConnection? (contactPoint: string): Promise<Socket>
  _refresh? (hosts?: unknown): Promise<void>
  _setHealthListeners? (host: unknown, connection: unknown): void
  _setLocalInfo? (initializing: unknown, setCurrentHost: unknown, connection: unknown, answer: Answer): void
  setPeersInfo? (initializing: unknown, answer: Answer): Promise<void>
  /** A node told of a change of the schema, or this client made one. */
  handleSchemaChange? (event: unknown, now: unknown): unknown
}

/** The driver's connection to one node. */
export interface Socket {
  readonly netClient?: { readonly destroyed: boolean, readonly bytesRead?: number, destroy (): unknown }
  /** Ends the heartbeat, and tells all who wait that the socket was closed. */
  clearAndInvokePending? (): void
  listenerCount? (event: string): number
  /** Of an EventEmitter. */
  emit? (event: string, ...told: unknown[]): boolean
  /** Requests that wait for an answer. */
  getInFlight? (): number
  readonly protocolVersion?: unknown
  readonly encoder?: unknown
  readonly keyspace?: string | null
  /** A heartbeat is under way. */
  readonly sendingIdleQuery?: boolean
  /** Sends a heartbeat. */
  _idleTimeoutHandler? (): void
  changeKeyspace? (keyspace: string): Promise<void>
  closeAsync? (): Promise<void>
  /** The driver's first preparation of a statement. */
  prepareOnceAsync? (query: string, keyspace: string | undefined): Promise<PreparedByDriver>
  /** After a node answered that it does not know the statement. */
  prepareOnce? (
    query: string, keyspace: string | undefined, callback: (error: unknown, prepared?: PreparedByDriver) => void
  ): void
}

/** What a node answers to PREPARE. */
export interface PreparedByDriver { readonly id: unknown, readonly meta: unknown }

export type InternalHost = Host & {
  shutdown? (waitForPending: boolean): Promise<void>
  warmupPool? (): Promise<void>
  /** @throws when there is no connection, or no room on any */
  borrowConnection? (previous?: Socket): Socket
  getInFlight? (): number
  /** Answers within the last 200 to 400 ms. */
  getResponseCount? (): number
  readonly pool?: { readonly connections?: readonly Socket[], _addListeners? (connection: Socket): void }
}

/** What every client has at run time, though the declarations leave it out; of a hand-made double, what it has. */
export const internalsOf = (client: Client): ClientInternals => client as unknown as ClientInternals

/** The options of a client, with the driver's defaults; of a double, nothing. */
export const optionsOf = (client: Client): DriverSettings | undefined => internalsOf(client).options

/** The node that the control connection leads to. */
export const answeringHost = (client: Client): Host | null | undefined => internalsOf(client).controlConnection?.host

/** The addresses that each contact point stands for, `address:port`. */
export const resolvedContacts = (client: Client): ReadonlyMap<string, readonly string[]> | undefined =>
  internalsOf(client).controlConnection?.getResolvedContactPoints?.()

/**
 * Asks whether all nodes have the same schema now; of a double for tests, which may have no cluster behind it, nothing.
 */
export function agreement (client: Client): (() => Promise<boolean>) | undefined {
  const { metadata } = internalsOf(client)
  return metadata?.checkSchemaAgreement === undefined
    ? undefined
    : async () => await metadata.checkSchemaAgreement?.() ?? true
}

/**
 * What every driver's client has once it is made, whichever copy of the driver made it; a hand-made double lacks it.
 */
export const isDriverClient = (client: object): boolean => 'controlConnection' in client

/** What each part must have, by its name: a test compares this with the installed driver, once it is connected. */
export const touched = {
  client: {
    options: 'object',
    controlConnection: 'object',
    profileManager: 'object',
    connected: 'boolean',
    connecting: 'boolean',
    metrics: 'object'
  },
  metadata: { getPreparedInfo: 'function', checkSchemaAgreement: 'function' },
  metrics: { onSpeculativeExecution: 'function', onSuccessfulResponse: 'function' },
  options: { logEmitter: 'function', policies: 'object' },
  profileManager: { getDistance: 'function' },
  controlConnection: {
    host: 'object',
    connection: 'object',
    protocolVersion: 'number',
    _encoder: 'object',
    _triedHosts: 'object',
    _isShuttingDown: 'boolean',
    _reconnectionPolicy: 'object',
    _reconnectionSchedule: 'object',
    log: 'function',
    emit: 'function',
    shutdown: 'function',
    query: 'function',
    getResolvedContactPoints: 'function',
    _borrowFirstConnection: 'function',
    _createConnection: 'function',
    _refresh: 'function',
    _setHealthListeners: 'function',
    _setLocalInfo: 'function',
    setPeersInfo: 'function',
    handleSchemaChange: 'function'
  },
  host: {
    shutdown: 'function',
    warmupPool: 'function',
    borrowConnection: 'function',
    getInFlight: 'function',
    getResponseCount: 'function',
    pool: 'object'
  },
  pool: { connections: 'object', _addListeners: 'function' },
  socket: {
    netClient: 'object',
    clearAndInvokePending: 'function',
    listenerCount: 'function',
    protocolVersion: 'number',
    encoder: 'object',
    keyspace: 'object',
    _idleTimeoutHandler: 'function',
    emit: 'function',
    getInFlight: 'function',
    changeKeyspace: 'function',
    closeAsync: 'function',
    prepareOnceAsync: 'function',
    prepareOnce: 'function'
  }
} as const
