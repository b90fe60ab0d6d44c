// One named connection: when it connects, what it does when that fails, and how it ends.
import type { Client } from '../driver.js'
import { ClosedError } from '../errors.js'
import { isDriverError } from './driver-error.js'
import { misreadCluster, readClusterRows } from './driver-internals/cluster-rows.js'
import { firstPool } from './driver-internals/first-pool.js'
import { optionsOf } from './driver-internals/internals.js'
import { Leftovers } from './driver-internals/leftovers.js'
import { type Encoding, encodingOf } from './encoding.js'
import type { Observers } from './observe.js'
import { Session } from './session.js'
import { withTimeout } from './time-limit.js'
import { usualMaxWaiting } from './waiting-room.js'

/**
 * `idle`: nothing was tried yet (lazy). `connecting`: the first attempt. `ready`: connected; from then on the driver
 * keeps it so. `retrying`: an attempt failed, others follow in the background and with each use. `failed`: an attempt
 * failed, the next use tries again.
 */
export type ConnectionState = 'idle' | 'connecting' | 'ready' | 'retrying' | 'failed' | 'closed'

/** Told of each change of a connection's state, with the reason of a failure. Must not throw. */
export type StateObserver = (connection: string, state: ConnectionState, error?: unknown) => void

export interface ConnectionSettings {
  readonly name: string
  readonly client: Client
  /** We made the client, so we end it too. */
  readonly owned: boolean
  readonly keyspace?: string | undefined
  /** After a failed attempt, try again in the background. */
  readonly retryConnect?: boolean | undefined
  /** For requests that name none, where the client cannot be told: one of the user's stays as it is. */
  readonly consistency?: number | undefined
  /** How many requests may wait for room, where the client is ours; default 100,000. */
  readonly maxWaiting?: number | undefined
  readonly observers?: Observers | undefined
  readonly onState?: StateObserver | undefined
}

/** Pauses between attempts in the background: 0.5 s, doubling to 30 s, each shortened at random by up to a half. */
const firstPause = 500
const longestPause = 30_000
/** The driver's own. */
const usualFetchSize = 5000
/** How long `close()` waits for requests, unless told otherwise. */
const drainTimeout = 10_000
/** How long the driver may take to say goodbye to all nodes: a silent one would keep it for `connectTimeout`. */
const shutdownTimeout = 1000

export class Connection {
  readonly name: string
  readonly keyspace: string | undefined
  readonly owned: boolean
  readonly encoding: Encoding
  /** Rows of a page where a query does not say: the client's own setting. */
  readonly fetchSize: number
  readonly consistency: number | undefined
  readonly maxWaiting: number
  readonly client: Client
  readonly session: Session
  readonly #retryConnect: boolean
  readonly #leftovers: Leftovers | undefined
  readonly #onState: StateObserver | undefined
  #state: ConnectionState = 'idle'
  #attempt: Promise<void> | undefined
  #failures = 0
  #pause: NodeJS.Timeout | undefined
  #error: unknown
  #waiting: { resolve: () => void, reject: (error: unknown) => void }[] = []
  #closing: Promise<void> | undefined
  /** What a user's client misread of its cluster before it was given to us. */
  #readAgain: (() => Promise<void>) | undefined

  constructor (
    {
      name, client, owned, keyspace, consistency, maxWaiting = usualMaxWaiting, retryConnect = false, observers, onState
    }: ConnectionSettings
  ) {
    this.name = name
    this.keyspace = keyspace
    this.owned = owned
    this.client = client
    this.encoding = encodingOf(client)
    this.fetchSize = optionsOf(client)?.queryOptions?.fetchSize ?? usualFetchSize
    this.consistency = consistency
    this.maxWaiting = owned ? maxWaiting : 0
    this.session = new Session(this, observers)
    this.#retryConnect = retryConnect
    this.#onState = onState
    this.#leftovers = owned ? new Leftovers(client) : undefined
    if (owned) return
    this.#readAgain = misreadCluster(client)
    readClusterRows(client, false)
  }

  get state (): ConnectionState { return this.#state }
  get isReady (): boolean { return this.#state === 'ready' }
  get isClosed (): boolean { return this.#state === 'closed' }

  /** Why the last attempt failed; undefined when none did, or a later one succeeded. */
  get error (): unknown { return this.#error }

  /**
   * Connects, or joins the attempt that is under way.
   * @param options.timeout ms until this caller gets the driver's OperationTimedOutError; the attempt itself goes on
   * @throws the driver's error, as it is
   * @throws {ClosedError} the connection is, or was meanwhile, closed
   */
  connect ({ timeout }: { timeout?: number | undefined } = {}): Promise<void> {
    if (this.#state === 'ready') return Promise.resolve()
    if (this.#closing !== undefined && this.#attempt === undefined) return Promise.reject(this.#closedError())
    const attempt = this.#attempt ??= this.#tryOnce()
    return timeout === undefined
      ? attempt
      : withTimeout(attempt, timeout, `Connection "${this.name}" could not be made within ${timeout} ms`)
  }

  /**
   * Resolves once the connection is ready. One that retries is waited for through its failures; any other is tried now.
   * @throws what `connect()` throws, unless it retries
   * @throws {ClosedError} the connection is, or was meanwhile, closed
   */
  async whenReady (): Promise<void> {
    if (this.#state === 'ready') return
    if (!this.#retryConnect || this.#closing !== undefined) return await this.connect()
    const ready = new Promise<void>((resolve, reject) => { this.#waiting.push({ resolve, reject }) })
    if (this.#pause === undefined) this.connect().catch(() => {})
    else this.#pause.ref()
    return await ready
  }

  /**
   * Ends the connection: new requests get a ClosedError at once, those under way may finish, then the client is shut
   * down if it is ours. Calling it again gives the same promise.
   * @param options.timeout ms to wait for requests under way, and for an attempt to connect; default 10,000
   */
  close ({ timeout = drainTimeout }: { timeout?: number } = {}): Promise<void> {
    this.#closing ??= this.#end(timeout)
    return this.#closing
  }

  async #tryOnce (): Promise<void> {
    clearTimeout(this.#pause)
    this.#pause = undefined
    if (this.#state !== 'retrying') this.#become('connecting')
    try {
      // A double for tests may need no connecting.
      await this.client.connect?.()
      this.#leftovers?.afterSuccess()
      if (this.owned) await firstPool(this.client)
      await this.#readAgain?.()
      this.#readAgain = undefined
      this.#succeeded()
    } catch (error) {
      this.#leftovers?.afterFailure()
      this.#failed(error)
      throw error
    } finally {
      this.#attempt = undefined
    }
  }

  #become (state: ConnectionState, error?: unknown): void {
    if (this.#state === state) return
    this.#state = state
    this.#onState?.(this.name, state, error)
  }

  #succeeded (): void {
    this.#failures = 0
    this.#error = undefined
    // While it is closing, those who waited for the attempt may still send.
    if (this.#closing === undefined) this.#become('ready')
    this.#settleWaiting(({ resolve }) => { resolve() })
  }

  #failed (error: unknown): void {
    this.#error = error
    if (this.#closing !== undefined) return
    if (!this.#retryConnect || isHopeless(error)) {
      this.#become('failed', error)
      this.#settleWaiting(({ reject }) => { reject(error) })
      return
    }
    this.#become('retrying', error)
    const pause = Math.min(firstPause * 2 ** this.#failures++, longestPause) * (1 - Math.random() / 2)
    this.#pause = setTimeout(() => { this.connect().catch(() => {}) }, pause)
    // No process shall live on for this alone, unless somebody in it waits.
    if (this.#waiting.length === 0) this.#pause.unref()
  }

  async #end (timeout: number): Promise<void> {
    this.#become('closed')
    clearTimeout(this.#pause)
    this.#settleWaiting(({ reject }) => { reject(this.#closedError()) })
    const deadline = performance.now() + timeout
    const left = (): number => Math.max(0, deadline - performance.now())
    await atMost(left(), this.session.whenIdle())
    this.session.refuseWaiting(this.#closedError())
    if (!this.owned) return
    const attempt = this.#attempt
    if (attempt === undefined || await atMost(left(), attempt)) return await this.#shutdown()
    // The driver cannot take an attempt back: it is made to fail, and closed once it has.
    this.#leftovers?.abandon()
    attempt.catch(() => {}).then(() => this.#shutdown()).catch(() => {})
  }

  async #shutdown (): Promise<void> {
    await atMost(shutdownTimeout, this.client.shutdown())
    await this.#leftovers?.closeAll()
  }

  #settleWaiting (settle: (waiting: { resolve: () => void, reject: (error: unknown) => void }) => void): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const one of waiting) settle(one)
  }

  #closedError (): ClosedError {
    return new ClosedError(`Connection "${this.name}" is closed`)
  }
}

/** Whether `promise` settled within `ms`; how does not matter. */
function atMost (ms: number, promise: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => { resolve(false) }, ms)
    const settled = (): void => {
      clearTimeout(timer)
      resolve(true)
    }
    promise.then(settled, settled)
  })
}

/** A data center that does not exist is a mistake in the settings: no time will heal it. */
const isHopeless = (error: unknown): boolean => isDriverError(error, 'ArgumentError') ||
  (isDriverError(error, 'NoHostAvailableError') &&
  Object.values<unknown>(error.innerErrors ?? {}).some((inner) => isDriverError(inner, 'ArgumentError')))
