// The only place that talks to the network. All statements of all kinds leave through execute, pages or batch of a connection's session.
import { setTimeout as delay } from 'node:timers/promises'
import { type Client, errors, type types } from '../driver.js'
import { ClosedError } from '../errors.js'
import { checkBatch, checkStatement } from './door.js'
import { isDriverError } from './driver-error.js'
import { withoutValue } from './encoder-error.js'
import { isNoConnection } from './http-cause.js'
import { isObserved, observed, type Observers } from './observe.js'

/** Options of one request. The object goes to the driver as it is, so it may be frozen and shared; what only we read the driver ignores. */
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
  /** ms for the whole request, connecting and preparing included; 0 or absent: no limit of ours. For pages: for each page. */
  readonly timeout?: number
  /** Our own checks passed, so a TypeError of the driver's encoder means that it knows an old type of a column. */
  readonly checked?: boolean
  /** How many values the text takes, counted when it was made; absent: nobody counted. Checked before the statement is sent. */
  readonly markers?: number
  /** The model or table, for logs. */
  readonly label?: string
  /** For logs, and for the driver's choice of a replica. CQL names keyspaces itself. */
  readonly keyspace?: string
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

/** Who takes an answer where it comes in, and makes of it what the caller gets: another promise around it would cost as much as all the rest. */
export interface Receiver<T> {
  /** What it throws is what the caller gets. */
  received (answer: types.ResultSet): T
  /** The request is over, whatever came of it. After {@link received}. */
  ended (): void
}

const asItIs: Receiver<types.ResultSet> = { received: (answer) => answer, ended: () => {} }

/** What a session needs to know of its connection. */
export interface Link {
  readonly name: string
  readonly client: Client
  /** Connected and open: a request may be sent at once. */
  readonly isReady: boolean
  readonly isClosed: boolean
  /** For requests that name neither a consistency nor a profile; absent: the client's own. */
  readonly consistency?: number | undefined
  /** Connects, sharing an attempt that is under way. */
  connect (): Promise<void>
}

/** The driver's own limit for one node: the server's longest default is 10 s (ranges). */
const statementTimeout = 12_000

/** What a server answers to a text that it cannot prepare: syntax, unauthorized, invalid. */
const refusals: ReadonlySet<number> = new Set([0x2000, 0x2100, 0x2200])
/** Far below `maxPrepared`. */
const mostRefused = 1000

export class Session {
  readonly #link: Link
  readonly #observers: Observers
  #inFlight = 0
  #whenIdle: (() => void)[] = []
  // How often the prepared statements were forgotten: requests that fail together must forget them only once.
  #forgotten = 0
  #refused = 0

  constructor (link: Link, observers: Observers = {}) {
    this.#link = link
    this.#observers = observers
  }

  /** Requests that wait for an answer, or for a connection. */
  get inFlight (): number { return this.#inFlight }

  /** The driver's client, for what is no statement (metadata). */
  get client (): Client { return this.#link.client }

  /**
   * Sends one statement; a page of rows at most.
   * @throws the driver's errors, as they are
   * @throws {ClosedError} the connection was closed
   */
  execute (cql: string, params: Params, options: RequestOptions): Promise<types.ResultSet> {
    return this.#isPlain(options)
      ? this.#execute(cql, params, options, asItIs)
      : this.#carefully(cql, options, (prepared) => this.#execute(cql, params, prepared, asItIs))
  }

  /** The same for a receiver. An answer that comes after the time limit is not given to it. */
  send<T> (cql: string, params: Params, options: RequestOptions, receiver: Receiver<T>): Promise<T> {
    return this.#isPlain(options)
      ? this.#execute(cql, params, options, receiver)
      : this.execute(cql, params, options).then((answer) => receiver.received(answer)).finally(() => { receiver.ended() })
  }

  /**
   * Sends one statement and gives page after page; the next one is already under way while the present one is worked on.
   * Who ends early asks for nothing more.
   */
  async * pages (cql: string, params: Params, options: RequestOptions): AsyncGenerator<types.ResultSet, void, undefined> {
    let next: Promise<types.ResultSet> | undefined = this.execute(cql, params, options)
    while (next !== undefined) {
      const page: types.ResultSet = await next
      const { pageState } = page
      next = pageState ? this.execute(cql, params, { ...options, pageState }) : undefined
      // It may fail while nobody waits for it yet, or ever.
      next?.catch(() => {})
      yield page
    }
  }

  /** Sends statements as one protocol batch. At least one: the driver refuses an empty one. */
  batch (queries: readonly BatchedQuery[], options: BatchRequestOptions): Promise<types.ResultSet> {
    return this.#isPlain(options)
      ? this.#batch(queries, options)
      : this.#carefully(`BEGIN BATCH (${queries.length} statements)`, options, (prepared) => this.#batch(queries, prepared))
  }

  /** The driver encodes by the types that it saw when preparing: after a table changed its types, it must prepare anew. */
  forgetPrepared (): void {
    this.#forgotten++
    this.#link.client.metadata?.clearPrepared()
  }

  /** Resolves when no request is under way. */
  whenIdle (): Promise<void> {
    return this.#inFlight === 0 ? Promise.resolve() : new Promise((resolve) => { this.#whenIdle.push(resolve) })
  }

  #isPlain (options: RequestOptions): boolean {
    return this.#link.isReady && options.timeout === undefined && options.prepare !== undefined && !isObserved(this.#observers) && this.#link.consistency === undefined
  }

  // `then` where `await` would read better: of a small request that is a tenth.
  #execute<T> (cql: string, params: Params, options: RequestOptions, receiver: Receiver<T>): Promise<T> {
    const link = this.#link
    const forgotten = this.#forgotten
    this.#inFlight++
    // Promise's own `then`, for the promise may have another: what is counted above must be counted back. (The compiler gives `call` no types.)
    return then.call(
      started(link, cql, params, options),
      (answer: types.ResultSet) => this.#arrived(answer, receiver),
      (error: unknown) => this.#failed(error, options, forgotten, () => started(link, cql, params, options), receiver)
    ) as Promise<T>
  }

  async #batch (queries: readonly BatchedQuery[], options: BatchRequestOptions): Promise<types.ResultSet> {
    const { client, name } = this.#link
    const forgotten = this.#forgotten
    const send = async (): Promise<types.ResultSet> => {
      checkBatch(queries, options, name)
      return await client.batch(queries as { query: string, params: unknown[] }[], options)
    }
    this.#inFlight++
    let answer: types.ResultSet
    try {
      answer = await send()
    } catch (error) {
      return await this.#failed(error, options, forgotten, send, asItIs)
    }
    return this.#arrived(answer, asItIs)
  }

  #arrived<T> (answer: types.ResultSet, receiver: Receiver<T>): T {
    if (--this.#inFlight === 0) this.#becameIdle()
    try {
      return receiver.received(answer)
    } finally {
      receiver.ended()
    }
  }

  /** Repeats a request that never left; any other error is its outcome. */
  async #failed<T> (error: unknown, options: RequestOptions, forgotten: number, send: () => Promise<types.ResultSet>, receiver: Receiver<T>): Promise<T> {
    let answer: types.ResultSet
    try {
      answer = await this.#again(error, options, forgotten, send)
    } catch (failure) {
      if (--this.#inFlight === 0) this.#becameIdle()
      receiver.ended()
      throw withoutValue(failure, options)
    }
    return this.#arrived(answer, receiver)
  }

  /** The way of a request that is watched, limited in time, or first of its connection. */
  #carefully<O extends RequestOptions> (cql: string, options: O, send: (options: O) => Promise<types.ResultSet>): Promise<types.ResultSet> {
    if (!isObserved(this.#observers)) return this.#limited(options, send)
    const { kind, label, keyspace } = options
    return observed(this.#observers, { connection: this.#link.name, keyspace, cql, kind, label }, () => this.#limited(options, send))
  }

  #limited<O extends RequestOptions> (options: O, send: (options: O) => Promise<types.ResultSet>): Promise<types.ResultSet> {
    const { timeout } = options
    if (timeout === undefined || timeout === 0) return this.#connected(options, send)
    const patient = timeout > statementTimeout && options.readTimeout === undefined ? { ...options, readTimeout: timeout } : options
    const message = `The request on connection "${this.#link.name}" did not end within ${timeout} ms`
    const deadline = performance.now() + timeout
    let hasEnded = false
    const sendInTime = (prepared: O): Promise<types.ResultSet> => {
      // Its caller has given up while it was connecting: sent now, it would surprise everybody. The timer may be late, or a little early.
      if (hasEnded || performance.now() >= deadline) throw new errors.OperationTimedOutError(message)
      return send(prepared)
    }
    return withTimeout(this.#connected(patient, sendInTime), timeout, message).finally(() => { hasEnded = true })
  }

  async #connected<O extends RequestOptions> (options: O, send: (options: O) => Promise<types.ResultSet>): Promise<types.ResultSet> {
    const link = this.#link
    if (link.isClosed) throw new ClosedError(`Connection "${link.name}" is closed`)
    const prepared = completed(options, link)
    if (link.isReady) return await send(prepared)
    // Closing lets this request finish, as it does those that were sent.
    this.#inFlight++
    try {
      await link.connect()
      return await send(prepared)
    } finally {
      if (--this.#inFlight === 0) this.#becameIdle()
    }
  }

  async #again (error: unknown, options: RequestOptions, forgotten: number, send: () => Promise<types.ResultSet>): Promise<types.ResultSet> {
    if (isStale(error, options)) {
      if (forgotten === this.#forgotten) this.forgetPrepared()
      return await send()
    }
    let failure = error
    for (let pause = 1; pause <= longestPause && isWithoutConnection(failure); pause *= 2) {
      await delay(pause)
      try {
        return await send()
      } catch (another) {
        failure = another
      }
    }
    this.#note(failure)
    throw failure
  }

  /** Trap 8: the driver never evicts a statement that could not be prepared, and once there are enough of them prepares everything anew each time. */
  #note (error: unknown): void {
    if (!(isDriverError(error, 'ResponseError') && refusals.has(error.code)) || ++this.#refused < mostRefused) return
    this.#refused = 0
    this.forgetPrepared()
  }

  #becameIdle (): void {
    if (this.#whenIdle.length === 0) return
    const waiting = this.#whenIdle
    this.#whenIdle = []
    for (const resolve of waiting) resolve()
  }
}

const { then } = Promise.prototype

/** The promise of a request, whatever a user's own client gives or throws. (The driver changes no parameters, but declares them as if.) */
function started ({ client, name }: Link, cql: string, params: Params, options: RequestOptions): Promise<types.ResultSet> {
  try {
    checkStatement(cql, params, options, name)
    return Promise.resolve(client.execute(cql, params as unknown[], options)) // itself, where it is an ordinary promise
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Copies only what lacks something. */
function completed<O extends RequestOptions> (options: O, { consistency }: Link): O {
  const needsLevel = consistency !== undefined && options.consistency === undefined && options.executionProfile === undefined
  if (options.prepare !== undefined && !needsLevel) return options
  return { ...options, prepare: options.prepare ?? true, ...needsLevel && { consistency } }
}

/** Nothing was sent yet: the encoder refused a value that is right for the column as it is now. */
const isStale = (error: unknown, options: RequestOptions): boolean =>
  options.checked === true && (error instanceof TypeError || error instanceof RangeError)

/** ms; doubled from 1, ten attempts within about a second. */
const longestPause = 512

/**
 * Preparing gives up when the first host of its plan has no free connection (just connected, or silent), though others have: the next plan
 * starts with another host. Executing does not need this: there the driver goes on by itself.
 */
const isWithoutConnection = (error: unknown): boolean => isDriverError(error, 'BusyConnectionError') || isNoConnection(error)

const longestTimer = 2 ** 31 - 1

/**
 * The outcome of `promise`, or the driver's OperationTimedOutError after `ms`. What is under way goes on; its later failure is nobody's.
 */
export function withTimeout<T> (promise: Promise<T>, ms: number, message: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => { reject(new errors.OperationTimedOutError(message)) }, Math.min(ms, longestTimer))
    promise.then(resolve, reject).finally(() => { clearTimeout(timer) })
  })
}
