// The only place that talks to the network. All statements of all kinds leave through execute, pages or batch of a
// connection's session.
import { setTimeout as delay } from 'node:timers/promises'
import type { Client, types } from '../driver.js'
import { ClosedError } from '../errors.js'
import { checkBatch, checkStatement } from './door.js'
import { isDriverError } from './driver-error.js'
import { watchedTwice } from './driver-internals/hedged-requests.js'
import { schemaChanges } from './driver-internals/schema-changes.js'
import { isRefusedValue, withoutValue } from './encoder-error.js'
import { isNoConnection } from './http-cause.js'
import { isBetweenSchemas, isBusy, isSelect, isUnprepared } from './not-executed.js'
import { isObserved, observed, type Observers } from './observe.js'
import type { BatchedQuery, BatchRequestOptions, Params, RequestOptions } from './request.js'
import { TimeLimit } from './time-limit.js'
import { WaitingRoom } from './waiting-room.js'

/**
 * Who takes an answer where it comes in, and makes of it what the caller gets: another promise around it would cost as
 * much as all the rest.
 */
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
  /** How many requests may wait for room; 0: none waits, and as many are sent as anybody likes. */
  readonly maxWaiting: number
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
  readonly #room: WaitingRoom
  readonly #schemaChanged: () => boolean
  /** Requests that wait for a connection. */
  #connecting = 0
  #whenIdle: (() => void)[] = []
  // How often the prepared statements were forgotten: requests that fail together must forget them only once.
  #forgotten = 0
  #refused = 0

  constructor (link: Link, observers: Observers = {}) {
    this.#link = link
    this.#observers = observers
    this.#room = new WaitingRoom(link.name, link.client, link.maxWaiting)
    this.#schemaChanged = schemaChanges(link.client)
  }

  /** Requests that wait for an answer, or for a connection. */
  get inFlight (): number { return this.#room.running + this.#connecting }

  /** Requests that wait for room, because so many are in flight. */
  get waiting (): number { return this.#room.size }

  /** The driver's client, for what is no statement (metadata). */
  get client (): Client { return this.#link.client }

  /**
   * Sends one statement; a page of rows at most.
   * @throws the driver's errors, as they are
   * @throws {ClosedError} the connection was closed
   * @throws {OverloadedError} as many requests wait as may
   */
  execute (cql: string, params: Params, options: RequestOptions): Promise<types.ResultSet> {
    return this.#isPlain(options)
      ? this.#execute(cql, params, options, asItIs)
      : this.#carefully(cql, options, (prepared, limit) => this.#execute(cql, params, prepared, asItIs, limit))
  }

  /** Executes for a receiver. An answer that comes after the time limit is not given to it. */
  send<T> (cql: string, params: Params, options: RequestOptions, receiver: Receiver<T>): Promise<T> {
    return this.#isPlain(options)
      ? this.#execute(cql, params, options, receiver)
      : this.execute(cql, params, options).then((answer) => receiver.received(answer))
        .finally(() => { receiver.ended() })
  }

  /**
   * Sends one statement and gives page after page; the next one is already under way while the present one is worked
   * on. Who ends early asks for nothing more.
   */
  async * pages (
    cql: string, params: Params, options: RequestOptions
  ): AsyncGenerator<types.ResultSet, void, undefined> {
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
      : this.#carefully(
        `BEGIN BATCH (${queries.length} statements)`,
        options,
        (prepared, limit) => this.#batch(queries, prepared, limit)
      )
  }

  /**
   * The driver encodes by the types that it saw when preparing: after a table changed its types, it must prepare anew.
   */
  forgetPrepared (): void {
    this.#forgotten++
    this.#link.client.metadata?.clearPrepared()
  }

  /** Resolves when no request is under way, and none waits. */
  whenIdle (): Promise<void> {
    return this.#isIdle ? Promise.resolve() : new Promise((resolve) => { this.#whenIdle.push(resolve) })
  }

  /** Those that wait for room will not be sent. */
  refuseWaiting (error: unknown): void {
    this.#room.refuseAll(error)
    this.#checkIdle()
  }

  #isPlain (options: RequestOptions): boolean {
    return this.#link.isReady && options.timeout === undefined && options.prepare !== undefined &&
      !isObserved(this.#observers) && this.#link.consistency === undefined
  }

  #execute<T> (
    cql: string, params: Params, options: RequestOptions, receiver: Receiver<T>, limit?: TimeLimit
  ): Promise<T> {
    return this.#mustWait(options)
      ? this.#room.later(() => this.#send(cql, params, options, receiver, limit), receiver, limit)
      : this.#send(cql, params, options, receiver, limit)
  }

  #batch (queries: readonly BatchedQuery[], options: BatchRequestOptions, limit?: TimeLimit): Promise<types.ResultSet> {
    return this.#mustWait(options)
      ? this.#room.later(() => this.#sendBatch(queries, options, limit), asItIs, limit)
      : this.#sendBatch(queries, options, limit)
  }

  #mustWait (options: RequestOptions): boolean {
    return this.#room.running >= this.#room.limit && options.urgent !== true && !this.#room.hasRoom()
  }

  // `then` where `await` would read better: of a small request that is a tenth.
  #send<T> (
    cql: string, params: Params, options: RequestOptions, receiver: Receiver<T>, limit: TimeLimit | undefined
  ): Promise<T> {
    const link = this.#link
    const forgotten = this.#forgotten
    this.#room.running++
    // Promise's own `then`, for the promise may have another: what is counted above must be counted back. (The compiler
    // gives `call` no types.)
    return then.call(
      started(link, cql, params, options),
      (answer: types.ResultSet) => this.#arrived(answer, receiver),
      (error: unknown) =>
        this.#failed(
          { error, options, forgotten, limit, isRead: isSelect(cql), send: () => started(link, cql, params, options) },
          receiver
        )
    ) as Promise<T>
  }

  #sendBatch (
    queries: readonly BatchedQuery[], options: BatchRequestOptions, limit: TimeLimit | undefined
  ): Promise<types.ResultSet> {
    const link = this.#link
    const forgotten = this.#forgotten
    const send = (): Promise<types.ResultSet> => startedBatch(link, queries, options)
    this.#room.running++
    return then.call( // as in #send
      send(),
      (answer: types.ResultSet) => this.#arrived(answer, asItIs),
      (error: unknown) => this.#failed({ error, options, forgotten, limit, isRead: false, send }, asItIs)
    ) as Promise<types.ResultSet>
  }

  #arrived<T> (answer: types.ResultSet, receiver: Receiver<T>): T {
    if (--this.#room.running <= this.#room.notice) this.#left()
    try {
      return receiver.received(answer)
    } finally {
      receiver.ended()
    }
  }

  /** Repeats a request that never left; any other error is its outcome. */
  async #failed<T> (failure: Failure, receiver: Receiver<T>): Promise<T> {
    let answer: types.ResultSet
    try {
      answer = await this.#again(failure)
    } catch (error) {
      if (--this.#room.running <= this.#room.notice) this.#left()
      receiver.ended()
      throw withoutValue(error, failure.options)
    }
    return this.#arrived(answer, receiver)
  }

  /** The next one's turn, if any waits. */
  #left (): void {
    this.#room.left()
    this.#checkIdle()
  }

  /** The way of a request that is watched, limited in time, or first of its connection. */
  #carefully<O extends RequestOptions> (cql: string, options: O, send: Send<O>): Promise<types.ResultSet> {
    if (!isObserved(this.#observers)) return this.#limited(options, send)
    const { kind, label, keyspace } = options
    const sent = { twice: false }
    const watched: Send<O> = (complete, limit) => send(watchedTwice(complete, sent), limit)
    return observed(
      this.#observers,
      { connection: this.#link.name, keyspace, cql, kind, label },
      sent,
      () => this.#limited(options, watched)
    )
  }

  #limited<O extends RequestOptions> (options: O, send: Send<O>): Promise<types.ResultSet> {
    const { timeout } = options
    if (timeout === undefined || timeout === 0) return this.#connected(options, send)
    const patient = timeout > statementTimeout && options.readTimeout === undefined
      ? { ...options, readTimeout: timeout }
      : options
    const limit = new TimeLimit(
      timeout, `The request on connection "${this.#link.name}" did not end within ${timeout} ms`
    )
    return limit.of(this.#connected(patient, send, limit))
  }

  async #connected<O extends RequestOptions> (options: O, send: Send<O>, limit?: TimeLimit): Promise<types.ResultSet> {
    const link = this.#link
    if (link.isClosed) throw new ClosedError(`Connection "${link.name}" is closed`)
    const prepared = completed(options, link)
    if (!link.isReady) await this.#connect()
    if (limit?.isOver() === true) throw limit.error()
    return await send(prepared, limit)
  }

  async #connect (): Promise<void> {
    this.#room.check(this.#connecting)
    // Closing lets this request finish, as it does those that were sent.
    this.#connecting++
    try {
      await this.#link.connect()
    } finally {
      this.#connecting--
      // Not now: it is sent after this, if it can be.
      if (this.#isIdle) setImmediate(() => { this.#checkIdle() })
    }
  }

  async #again ({ error, options, forgotten, limit, isRead, send }: Failure): Promise<types.ResultSet> {
    if (limit?.isOver() === true) throw error
    if (isStale(error, options) || isUnprepared(error, options.isIdempotent === true)) {
      if (forgotten === this.#forgotten) this.forgetPrepared()
      return await send()
    }
    let failure = error
    // A write that is sent again has a new time: it could undo what was written in between.
    const isSafe = isRead && options.isIdempotent === true
    const isBetween = (): boolean => isSafe && isBetweenSchemas(failure, this.#schemaChanged)
    const [first, longest] = isBetween() ? schemaPauses : [1, longestPause]
    for (let pause = first; this.#mayPause(pause, failure) || (pause <= longest && isBetween()); pause *= 2) {
      await delay(Math.min(pause, longest))
      if (limit?.isOver() === true) break
      try {
        return await send()
      } catch (another) {
        failure = another
      }
    }
    this.#note(failure)
    throw failure
  }

  /**
   * Whoever waits for room waits for it here, too: others may use the client's connections, or some of them were lost.
   */
  #mayPause (pause: number, failure: unknown): boolean {
    return (this.#room.isOpen && isBusy(failure)) || (pause <= longestPause && isWithoutConnection(failure))
  }

  /**
   * Counts refusals, for the driver never evicts a statement that could not be prepared, and once there are enough of
   * them prepares everything anew each time.
   */
  #note (error: unknown): void {
    if (!(isDriverError(error, 'ResponseError') && refusals.has(error.code)) || ++this.#refused < mostRefused) return
    this.#refused = 0
    this.forgetPrepared()
  }

  get #isIdle (): boolean { return this.#room.running === 0 && this.#connecting === 0 && this.#room.size === 0 }

  #checkIdle (): void {
    if (this.#whenIdle.length === 0 || !this.#isIdle) return
    const waiting = this.#whenIdle
    this.#whenIdle = []
    // Whoever got the last answer shall have it before the connection is closed.
    setImmediate(() => { for (const resolve of waiting) resolve() })
  }
}

/** Sends a request whose options are complete. */
type Send<O> = (options: O, limit?: TimeLimit) => Promise<types.ResultSet>

/** A request that failed, and all that is needed to send it again. */
interface Failure {
  readonly error: unknown
  readonly options: RequestOptions
  readonly forgotten: number
  readonly limit: TimeLimit | undefined
  /** It is a SELECT. */
  readonly isRead: boolean
  send (): Promise<types.ResultSet>
}

const { then } = Promise.prototype

/**
 * The promise of a request, whatever a user's own client gives or throws. (The driver changes no parameters, but
 * declares them as if.)
 */
function started (
  { client, name }: Link, cql: string, params: Params, options: RequestOptions
): Promise<types.ResultSet> {
  try {
    checkStatement(cql, params, options, name)
    return Promise.resolve(client.execute(cql, params as unknown[], options)) // itself, where it is an ordinary promise
  } catch (error) {
    return Promise.reject(error)
  }
}

/** The promise of a batch, as {@link started} gives that of one statement. */
function startedBatch (
  { client, name }: Link, queries: readonly BatchedQuery[], options: BatchRequestOptions
): Promise<types.ResultSet> {
  try {
    checkBatch(queries, options, name)
    return Promise.resolve(client.batch(queries as { query: string, params: unknown[] }[], options))
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Copies only what lacks something. */
function completed<O extends RequestOptions> (options: O, { consistency }: Link): O {
  const needsLevel = consistency !== undefined && options.consistency === undefined &&
    options.executionProfile === undefined
  if (options.prepare !== undefined && !needsLevel) return options
  return { ...options, prepare: options.prepare ?? true, ...needsLevel && { consistency } }
}

/** Nothing was sent yet: the encoder refused a value that is right for the column as it is now. */
const isStale = (error: unknown, options: RequestOptions): boolean => options.checked === true && isRefusedValue(error)

/** ms; doubled from 1, ten attempts within about a second. */
const longestPause = 512
/** ms, the first and the longest; doubled: five attempts in two seconds, as nodes learn of a change of the schema. */
const schemaPauses = [64, 1024] as const

/**
 * Preparing gives up when the first host of its plan has no free connection (just connected, or silent), though others
 * have: the next plan starts with another host. Executing does not need this: there the driver goes on by itself.
 */
const isWithoutConnection = (error: unknown): boolean =>
  isDriverError(error, 'BusyConnectionError') || isNoConnection(error)
