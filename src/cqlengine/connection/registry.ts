// The connections of one db, by name. The default is a name, too: it follows whatever is registered under it.
import type { Client } from '../driver.js'
import { ClosedError, ConfigError, ConnectionRegistryError } from '../errors.js'
import { createClient } from './client.js'
import { Connection, type StateObserver } from './connection.js'
import { connectionStatus, isHealthy } from './health.js'
import type { Observers } from './observe.js'
import { checkClient, type Plan, planConnection, setupOptions } from './plan.js'
import type { ConnectionInfo, Connections, ConnectOptions, SessionOptions, Status } from './public-types.js'
import { type Defaults, known } from './route.js'
import { meant, shown } from '../words.js'

export interface RegistryOptions extends Observers {
  /** ms for each attempt to connect at registration; absent: the driver's own limits. */
  readonly connectTimeout?: number
  /** Told of what is odd but no error; else a process warning. @example await db.init({}, { warn: console.warn }) */
  readonly warn?: (message: string) => void
  /**
   * Told of each client that we make, before it connects: for its `log` and host events.
   * @example await db.init({}, { onClient: (client, name) => { client.on('hostDown', () => { app.log.warn(name) }) } })
   */
  readonly onClient?: (client: Client, name: string) => void
  /**
   * Told of each change of the state of a connection.
   * @example await db.init({}, { onState: (name, state) => { app.log.info(`${name} is ${state}`) } })
   */
  readonly onState?: StateObserver
}

/** The name of the connection that `setup()` and the settings make. */
export const defaultConnectionName = 'default'

/** A registration that is connecting. */
interface Pending {
  readonly connection: Connection
  /** Why it shall not go on. */
  aborted: ClosedError | undefined
  abort (reason: ClosedError): void
}

const warnProcess = (message: string): void => { process.emitWarning(message, 'CQLEngineWarning') }

export class ConnectionRegistry implements Connections, Defaults {
  /** In the order of registration. */
  #connections = new Map<string, Connection>()
  /** The numbers of connections by when they were registered, for they connect in any order. */
  readonly #turns = new WeakMap<Connection, number>()
  #turn = 0
  readonly #pending = new Map<string, Pending>()
  /** What still drains: connections that were replaced or unregistered, and all those of an earlier closing. */
  readonly #leaving = new Set<Promise<void>>()
  #options: RegistryOptions
  #defaultName: string | undefined
  #configuredKeyspace: string | undefined
  #keyspace: string | undefined
  #closing: Promise<void> | undefined
  #version = 0

  constructor (options: RegistryOptions = {}) {
    this.#options = options
  }

  /** Options for the connections that are registered from now on. Those that exist keep theirs. */
  configure (options: RegistryOptions): void {
    this.#options = options
  }

  get names (): string[] { return [...this.#connections.keys()] }
  get defaultName (): string | undefined { return this.#defaultName }

  /** `db.close()` was called, and nothing was registered since. */
  get isClosed (): boolean { return this.#closing !== undefined }

  /**
   * Another number whenever something changed that a route depends on: decisions may be kept as long as it is the same.
   */
  get version (): number { return this.#version }

  /** The default's name, for routing. */
  get connection (): string | undefined {
    if (this.#closing !== undefined) throw closed()
    return this.#defaultName
  }

  /** `db.keyspace`. */
  get keyspace (): string | undefined { return this.#keyspace }

  /** Sets `db.keyspace`, and what `setKeyspace()` goes back to. */
  configureKeyspace (name: string | undefined): void {
    this.#configuredKeyspace = name
    this.#keyspace = name
    this.#version++
  }

  /**
   * `db.setKeyspace()`: without a name, back to the configured one.
   * @throws {ConfigError} `name` is no string, or empty
   */
  setKeyspace (name: string | undefined): void {
    if (name !== undefined && name !== null && (typeof name !== 'string' || name === '')) {
      throw new ConfigError('setKeyspace(): the keyspace must be a name, that is a string that is not empty; without ' +
        'an argument it goes back to the configured one')
    }
    this.#keyspace = name ?? this.#configuredKeyspace
    this.#version++
  }

  keyspaceOf (name: string): string | undefined {
    return this.#connections.get(name)?.keyspace
  }

  /**
   * Looks a connection up; never connects.
   * @param name absent: the default
   * @throws {ConnectionRegistryError} an unknown name, or no default
   * @throws {ClosedError} the registry was closed
   */
  resolve (name: string | undefined = this.#defaultName): Connection {
    const connection = name === undefined ? undefined : this.#connections.get(name)
    if (connection === undefined) throw this.#unknown(name)
    return connection
  }

  /** Whether the connection is one of this registry, and not of another `db`, where the names may be the same. */
  has (connection: Connection): boolean {
    return this.#connections.get(connection.name) === connection
  }

  async setup (
    hosts: string | readonly string[] | null, keyspace: string | null, options?: Parameters<Connections['setup']>[2]
  ): Promise<void> {
    if (keyspace !== null && keyspace !== undefined && (typeof keyspace !== 'string' || keyspace === '')) {
      throw new ConfigError('setup(): keyspace must be a name, that is a string that is not empty, or null')
    }
    const { clusterOptions, ...rest } = setupOptions(options)
    const elsewhere = clusterOptions as { cloud?: unknown, contactPoints?: unknown }
    const here = hosts ??
      (elsewhere.cloud === undefined && elsewhere.contactPoints === undefined ? localhost : undefined)
    await this.register(defaultConnectionName, { ...rest, clusterOptions, hosts: here, default: true })
    this.configureKeyspace(keyspace ?? undefined)
  }

  async default (): Promise<void> {
    await this.register(defaultConnectionName, { hosts: localhost, default: true })
  }

  async registerConnection (
    name: string, options: (ConnectOptions | SessionOptions) & { default?: boolean }
  ): Promise<void> {
    await this.register(name, options)
  }

  /** As `registerConnection`, but gives the connection. `options` are what a user wrote. */
  async register (name: string, options: unknown): Promise<Connection> {
    this.#checkName(name)
    return await this.registerPlan(planConnection(name, options, this.#warn))
  }

  /** Registers a connection whose options were checked before. */
  async registerPlan (plan: Plan): Promise<Connection> {
    const { name } = plan
    if (this.#pending.has(name)) {
      throw new ConnectionRegistryError(`Connection ${shown(name)} is being registered already: wait for that, or ` +
        `choose another name; known connections: ${known(this.names)}`)
    }
    this.#reopen()
    const connection = this.#make(plan)
    if (plan.lazyConnect) this.#install(connection, plan.isDefault)
    else await this.#connectAndInstall(connection, plan)
    return connection
  }

  async unregisterConnection (name: string): Promise<void> {
    const pending = this.#pending.get(name)
    const connection = this.#connections.get(name)
    const leaving: Promise<void>[] = []
    if (pending !== undefined) {
      this.#pending.delete(name)
      pending.abort(new ClosedError(`Connection ${shown(name)} was unregistered while it was connecting`))
      leaving.push(this.#leave(pending.connection, { timeout: 0 }))
    }
    if (connection !== undefined) {
      this.#connections.delete(name)
      if (this.#defaultName === name) this.#defaultName = undefined
      this.#version++
      leaving.push(this.#leave(connection))
    }
    await Promise.all(leaving)
  }

  setDefaultConnection (name: string): void {
    if (!this.#connections.has(name)) throw this.#unknown(name)
    this.#defaultName = name
    this.#version++
  }

  setSession (client: Client): void {
    const session = checkClient(client, 'setSession(): the session')
    const name = this.#defaultName ?? defaultConnectionName
    this.#reopen()
    const plan = planConnection(name, { session }, this.#warn)
    this.#install(this.#make(plan), true)
  }

  async getConnection (name?: string): Promise<ConnectionInfo> {
    const connection = this.resolve(name || undefined)
    await connection.connect()
    const { client, keyspace, state } = connection
    return Object.freeze({ name: connection.name, client, keyspace, state })
  }

  async whenReady (name?: string): Promise<void> {
    await this.resolve(name || undefined).whenReady()
  }

  async getSession (name?: string): Promise<Client> {
    return (await this.getConnection(name)).client
  }

  async getCluster (name?: string): Promise<Client> {
    return (await this.getConnection(name)).client
  }

  /**
   * Closes all connections: lets requests end, waits for attempts to connect (both bounded), and shuts down the clients
   * that are ours. Again: the same promise. Registering afterwards opens the registry again.
   * @param options.timeout ms to wait for requests, default 10,000
   */
  close (options: { timeout?: number } = {}): Promise<void> {
    this.#closing ??= this.#untilEnded(this.#closeAll(options))
    this.#version++
    return this.#closing
  }

  /** What is known of each connection, without asking a server. */
  status (): Status {
    const connections = Object.fromEntries(
      [...this.#connections].map(([name, connection]) => [
        name, connectionStatus(connection, name === this.#defaultName)
      ])
    )
    return { connections }
  }

  /**
   * Whether every connection in use answers: the default one (a lazy one is connected by that), and all others that
   * were not left idle. Never throws.
   * @param options.timeout ms, default 2000
   */
  async health (options?: { timeout?: number | undefined }): Promise<boolean> {
    const timeout = timeoutOf(options)
    const asked = [...this.#connections].filter(([name, { state }]) => name === this.#defaultName || state !== 'idle')
    if (asked.length === 0) return false
    const answers = await Promise.all(asked.map(([, connection]) => isHealthy(connection, timeout)))
    return answers.every((healthy) => healthy)
  }

  #reopen (): void {
    this.#closing = undefined
    this.#version++
  }

  #make (plan: Plan): Connection {
    const { name, keyspace, retryConnect, maxWaiting } = plan
    const client = plan.client ?? createClient({ ...plan, warn: this.#warn })
    const owned = plan.client === undefined
    if (owned) this.#options.onClient?.(client, name)
    const consistency = owned ? undefined : plan.consistency
    const connection = new Connection({
      name,
      client,
      owned,
      keyspace,
      consistency,
      maxWaiting,
      retryConnect,
      observers: this.#options,
      onState:
      this.#options.onState
    })
    this.#turns.set(connection, this.#turn++)
    return connection
  }

  async #connectAndInstall (connection: Connection, { name, isDefault, retryConnect }: Plan): Promise<void> {
    const { promise: never, reject } = withReject()
    const abort = (reason: ClosedError): void => { reject(pending.aborted = reason) }
    const pending: Pending = { connection, aborted: undefined, abort }
    this.#pending.set(name, pending)
    try {
      await Promise.race([connection.connect({ timeout: this.#options.connectTimeout }), never])
    } catch (error) {
      if (pending.aborted !== undefined) throw pending.aborted
      // Settings that no time will heal are an error even so.
      if (!retryConnect || connection.state === 'failed') {
        await connection.close({ timeout: 0 })
        throw error
      }
    } finally {
      // Whoever aborted it took it out, and another registration of the name may be under way by now.
      if (this.#pending.get(name) === pending) this.#pending.delete(name)
    }
    // It was aborted in the very moment when it was connected.
    if (pending.aborted !== undefined) throw pending.aborted
    // In one turn with the above: at any moment it is found in one of both places.
    this.#install(connection, isDefault)
  }

  #install (connection: Connection, isDefault: boolean): void {
    const { name } = connection
    const old = this.#connections.get(name)
    if (isDefault) this.#defaultName = name
    this.#connections.set(name, connection)
    this.#version++
    if (old === undefined) {
      this.#sort()
      return
    }
    this.#turns.set(connection, this.#turnOf(old))
    this.#warn(`Connection "${name}" was registered before: it is replaced`)
    this.#leave(old).catch((error: unknown) => {
      this.#warn(`The former connection "${name}" could not be closed: ${String(error)}`)
    })
  }

  #sort (): void {
    this.#connections = new Map([...this.#connections].sort(([, a], [, b]) => this.#turnOf(a) - this.#turnOf(b)))
  }

  #turnOf (connection: Connection): number {
    return this.#turns.get(connection) ?? 0
  }

  #leave (connection: Connection, options?: { timeout: number }): Promise<void> {
    return this.#untilEnded(connection.close(options))
  }

  #untilEnded (leaving: Promise<void>): Promise<void> {
    this.#leaving.add(leaving)
    return leaving.finally(() => { this.#leaving.delete(leaving) })
  }

  async #closeAll (options: { timeout?: number }): Promise<void> {
    const connections = [...this.#connections.values()]
    const pending = [...this.#pending.values()]
    this.#connections.clear()
    this.#pending.clear()
    this.#defaultName = undefined
    this.#version++
    for (const { abort } of pending) abort(closed())
    await Promise.all([
      ...connections.map((connection) => connection.close(options)),
      ...pending.map(({ connection }) => connection.close({ timeout: 0 })),
      ...this.#leaving
    ])
  }

  #checkName (name: unknown): asserts name is string {
    if (typeof name !== 'string' || name.trim() === '') {
      throw new ConnectionRegistryError('The name of a connection must be a string that is not empty; known ' +
        `connections: ${known(this.names)}`)
    }
  }

  #unknown (name: string | undefined): ClosedError | ConnectionRegistryError {
    if (this.isClosed) return closed()
    return new ConnectionRegistryError(name === undefined
      ? `No default connection is registered; known connections: ${known(this.names)}. Call setup() or ` +
        'setDefaultConnection()'
      : `Connection ${shown(name)}${meant(name, this.names ?? [])} is not registered; known connections: ` +
        `${known(this.names)}`)
  }

  get #warn (): (message: string) => void {
    return this.#options.warn ?? warnProcess
  }
}

/** Never throws: what is no time is not believed. */
function timeoutOf (options: { timeout?: unknown } | null | undefined): number {
  try {
    const timeout = options?.timeout
    if (typeof timeout === 'number' && timeout > 0 && timeout < 2 ** 31) return timeout
  } catch { /* a getter */ }
  return usualHealthTimeout
}

/** ms */
const usualHealthTimeout = 2000
const localhost = ['127.0.0.1']
const closed = (): ClosedError => new ClosedError('The db is closed: its connections are gone')

function withReject (): { promise: Promise<never>, reject: (error: unknown) => void } {
  let reject!: (error: unknown) => void
  const promise = new Promise<never>((_resolve, _reject) => { reject = _reject })
  promise.catch(() => {})
  return { promise, reject }
}
