import { bytesOf } from '../../columns/size.js'
import { isDriverError } from '../../connection/driver-error.js'
import type { BatchedQuery, BatchRequestOptions } from '../../connection/request.js'
import type { types } from '../../driver.js'
import { BatchError, LWTError } from '../../errors.js'
import { asOurs } from '../../known-options.js'
import { META, type ModelConstructor, tableOf } from '../../model/meta.js'
import type { BatchLike, BatchOptions, OpOptions } from '../../model/operations.js'
import { addOption, microseconds, type OptionName, optionsThat } from '../../model/operation-options.js'
import { REFUSE } from '../../model/refusal.js'
import type { State } from '../../model/state.js'
import { checkBatchable, InBatch } from './batch-rules.js'
import { LargeBatch } from './batch-size.js'
import type { Database } from './database.js'
import type { Demand } from './operation.js'
import type { PendingWrite } from './pending-write.js'
import { rowsRefused } from './result-types.js'
import { checkSize, mostMutationBytes } from './statement-size.js'
import { fingerprint, requestTimestamp } from './wire.js'
import { listed, meant, shown } from '../../words.js'

/** Options of an operation that a batch may have for all of its statements. */
const shared = optionsThat((row) => row.inBatch.includes('batch')) as readonly (keyof BatchOptions & OptionName)[]
const optionNames = ['type', 'connection', ...shared, 'executeOnException']

/** As many errors of refused statements are kept. */
const mostErrors = 20

interface BatchedWrites { readonly model: ModelConstructor, readonly querySet: object }
interface Callback { readonly fn: (...args: never[]) => unknown, readonly args: readonly unknown[] }

/** Ends a batch whose function threw; gives the error that is told. */
let abandon: (batch: BatchQuery, error: unknown) => unknown

/**
 * Statements that are sent together, in one request (BAT rows). Each is resolved, checked and queued when it is added;
 * instances become clean when the batch succeeded, and only then.
 * @example
 * const b = new db.BatchQuery({ type: 'unlogged' })
 * await post.batch(b).update({ title: 'new' })
 * await Post.batch(b).create({ blog: 'cats', day: 1, id: 2 })
 * await b.execute()
 */
export class BatchQuery implements BatchLike {
  /** The connection that the batch names by itself. */
  readonly connection: string | undefined
  /** Whether `db.batch` sends what was queued although its function threw. */
  readonly executeOnException: boolean
  readonly #db: Database
  readonly #options: BatchOptions
  readonly #refused: unknown[] = []
  #callbacks: Callback[] = []
  #queue: PendingWrite[] = []
  /** The last write of each instance, once somebody asked for one of an instance that was in a batch before. */
  #last: Map<State, PendingWrite> | undefined
  #all = new InBatch()
  #bytes = 0
  /** Of a batch that is larger than one mutation may be. */
  #large: LargeBatch | undefined
  #state: 'open' | 'ending' | 'executed' | 'failed' = 'open'
  #hasTold = false
  #plain: Demand | undefined
  #writes: BatchedWrites | undefined

  static {
    abandon = (batch, error) => batch.#abandon(error)
  }

  /**
   * @param given see `BatchOptions`
   * @throws {BatchError} for an unknown option or type; {QueryError} for a value of the others that makes no sense
   */
  constructor (db: Database, given: BatchOptions = {}) {
    if (typeof given !== 'object' || given === null) throw new BatchError('BatchQuery: the options must be an object')
    const options = copied(given)
    const unknown = Object.keys(options).find((name) => !optionNames.includes(name))
    if (unknown !== undefined) {
      throw new BatchError(`BatchQuery: unknown option ${shown(unknown)}${meant(unknown, optionNames)}; known are ` +
        `${listed(optionNames)}`)
    }
    const { type, connection, executeOnException = false } = options
    if (type !== undefined && !['logged', 'unlogged', 'counter'].includes(type)) {
      throw new BatchError('BatchQuery: type must be logged, unlogged or counter')
    }
    if (connection !== undefined && (typeof connection !== 'string' || connection === '')) {
      throw new BatchError('BatchQuery: connection must be a name')
    }
    if (typeof executeOnException !== 'boolean') {
      throw new BatchError('BatchQuery: executeOnException must be true or false')
    }
    let checked: OpOptions | undefined
    for (const name of shared) {
      if (options[name] !== undefined) checked = addOption(checked, name, options[name], 'BatchQuery')
    }
    if (type === 'counter' && options.timestamp !== undefined) {
      throw new BatchError('BatchQuery: a batch of counters takes no timestamp; leave it out')
    }
    this.#db = db
    this.#options = { ...options, ...checked }
    this.connection = connection
    this.executeOnException = executeOnException
  }

  /**
   * Runs after the batch succeeded, an empty one too, in the order of adding; awaited (BAT-09).
   * @param fn called with `args`; a promise of it is awaited
   * @throws {BatchError} once it was executed
   * @example
   * await db.batch(async (b) => {
   *   await post.batch(b).save()
   *   b.addCallback((title) => { console.log('saved', title) }, post.title)
   * })
   */
  addCallback<A extends unknown[]> (fn: (...args: A) => unknown, ...args: A): void {
    if (typeof fn !== 'function') throw new BatchError('addCallback takes a function')
    this.#checkOpen('a callback cannot be added')
    this.#callbacks.push({ fn, args })
  }

  /**
   * For the query layer: queues a write.
   * @throws {BatchError} when it cannot go with the others
   * @internal
   */
  add (write: PendingWrite): void {
    this.#checkOpen('nothing can be added')
    if (!this.#db.registry.has(write.operation.place.connection)) {
      throw new BatchError(`${write.model[META].name}: it belongs to another db than the batch; take a batch of ` +
        'its own db')
    }
    checkBatchable(this.#queue, this.#all, write, this.#options)
    const { params, bytes: own = bytesOf(params) } = write.statement
    checkSize(write.model, own)
    const bytes = this.#bytes + own
    if (bytes > mostMutationBytes) {
      this.#large ??= new LargeBatch(this.#queue)
      this.#large.add(write, bytes, this.#options)
    }
    this.#bytes = bytes
    this.#all.add(write)
    this.#queue.push(write)
    if (write.base !== undefined && write.state !== undefined) this.#note(write, write.state)
  }

  #note (write: PendingWrite, state: State): void {
    state.wasBatched = true
    this.#last?.set(state, write)
  }

  /** For the query layer: what options ask for that name this batch alone; see operation.ts. @internal */
  get plain (): Demand | undefined { return this.#plain }
  /** For the query layer: keeps it for the next statement. @internal */
  set plain (demand: Demand | undefined) { this.#plain = demand }

  /** For the query layer: what `Model.batch(b)` gave last, for a loop asks for it again and again. @internal */
  get writes (): BatchedWrites | undefined { return this.#writes }
  /** For the query layer: keeps it for the next time. @internal */
  set writes (writes: BatchedWrites | undefined) { this.#writes = writes }

  /** For the query layer: the last write of an instance that waits in this batch. @internal */
  lastOf (state: State): PendingWrite | undefined {
    // Nearly all instances are in one batch once: no map is made for those.
    if (!state.wasBatched) return undefined
    if (this.#last === undefined) {
      this.#last = new Map()
      for (const write of this.#queue) {
        if (write.base !== undefined && write.state !== undefined) this.#last.set(write.state, write)
      }
    }
    return this.#last.get(state)
  }

  /**
   * For the layers of models and queries: a statement did not get in, so that the others will not be sent without it.
   */
  [REFUSE] (error: unknown): void {
    if (this.#state === 'executed') this.#tellLate()
    else if (this.#state !== 'failed' && this.#refused.length < mostErrors && !this.#refused.includes(error)) {
      this.#refused.push(error)
    }
  }

  /**
   * Sends what was queued; an empty batch sends nothing. Callbacks run afterwards.
   * @throws {BatchError} when it was executed before; {LWTError} when a condition was not met; the driver's errors;
   *   where a statement was refused its error, and then nothing is sent: those of further ones are in its `refused`
   * @example
   * const b = new db.BatchQuery()
   * await post.batch(b).save()
   * await b.execute()
   */
  async execute (): Promise<void> {
    this.#checkOpen('it cannot be executed again')
    const [queue, callbacks] = [this.#queue, this.#callbacks]
    this.#end('ending')
    await Promise.resolve() // what a save() of a user's threw by itself is told now
    this.#state = this.#refused.length === 0 ? 'executed' : 'failed'
    if (this.#refused.length > 0) throw withOthers(this.#refused[0], this.#refused)
    if (queue.length > 0) await this.#send(queue)
    for (const write of queue) write.written()
    // Checked against each other when they were added
    for (const { fn, args } of callbacks) await fn(...args as never[])
  }

  /** For the end of `db.batch`. @internal */
  hasRefused (error: unknown): boolean { return this.#refused.includes(error) }

  /** What it holds is let go, for somebody may keep the batch. */
  #end (state: 'ending' | 'failed'): void {
    this.#state = state
    this.#queue = []
    this.#callbacks = []
    this.#all.conditions = undefined
    this.#writes = undefined
    this.#last = undefined
    this.#large = undefined
  }

  #abandon (error: unknown): unknown {
    this.#end('failed')
    return withOthers(error, this.#refused)
  }

  /** The batch is over and has told its outcome: only this is left, for nobody may be waiting for the call. */
  #tellLate (): void {
    if (this.#hasTold) return
    this.#hasTold = true
    process.emitWarning(
      'A statement came to a batch that was executed already, so it was not written. Await in the function of the ' +
        'batch whatever adds to it',
      'CQLEngineWarning'
    )
  }

  /** The driver's error passes as it is; where the server only says "too large", the numbers are told beside it. */
  async #send (queue: readonly PendingWrite[]): Promise<void> {
    const { operation: { place }, model } = queue[0] as PendingWrite
    const conditional = this.#all.isConditional
    const queries: BatchedQuery[] = queue.map(({ statement: { cql, params, request } }) => ({
      query: cql, params, markers: request.markers
    }))
    let result: types.ResultSet
    try {
      result = await place.connection.session.batch(queries, this.#requestOptions(queue))
    } catch (error) {
      if (isDriverError(error, 'ResponseError') && error.message === 'Batch too large') {
        process.emitWarning(this.#sizeOf(queue), 'CQLEngineWarning')
      }
      throw error
    }
    if (conditional && !result.wasApplied()) {
      throw new LWTError(
        `Batch on "${model[META].name}": a condition was not met, so nothing of the batch was written`,
        rowsRefused(model, place, result)
      )
    }
  }

  #requestOptions (queue: readonly PendingWrite[]): BatchRequestOptions {
    const { operation: { place }, model } = queue[0] as PendingWrite
    const { type, timestamp, consistency, timeout } = this.#options
    const { isCounter } = tableOf(model)
    // A model's own consistency holds where the batch has none (B18); checkBatchable saw to it that there is one at
    // most.
    const level = consistency as number | undefined ??
      queue.find(({ statement }) => statement.request.consistency !== undefined)?.statement.request.consistency
    return {
      kind: 'write',
      prepare: true,
      checked: true,
      label: 'batch',
      keyspace: place.keyspace,
      logged: type !== 'unlogged' && !isCounter,
      counter: isCounter,
      isIdempotent: !this.#all.isConditional &&
        queue.every(({ statement, operation: { demand } }) =>
          demand.request?.isIdempotent ?? statement.request.isIdempotent === true),
      ...level !== undefined && { consistency: level },
      ...timeout !== undefined && { timeout },
      ...timestamp !== undefined && { timestamp: requestTimestamp(microseconds(timestamp), place.connection.encoding) }
    }
  }

  #sizeOf (queue: readonly PendingWrite[]): string {
    const partitions = new Set(
      queue.map((write) =>
        fingerprint([tableOf(write.model).name, write.operation.place.keyspace, ...write.partition() ?? []]))
    )
    return `The server refused a batch: ${queue.length} statements with about ${Math.ceil(this.#bytes / 1024)} KiB ` +
      `of values in ${partitions.size} partitions. ` +
      'By default it takes 50 KiB where there is more than one partition (batch_size_fail_threshold); use smaller ' +
      'batches, one for each partition, or createMany'
  }

  #checkOpen (what: string): void {
    if (this.#state === 'open') return
    throw new BatchError(
      `The batch ${this.#state === 'failed' ? 'has ended, and nothing of it was sent' : 'was executed already'}: ` +
        `${what}. Make a new one`
    )
  }
}

function copied (options: BatchOptions): BatchOptions {
  try {
    return { ...options }
  } catch (error) {
    throw asOurs(error, 'BatchQuery')
  }
}

/**
 * `db.batch(…)`: runs `fn`, then sends what it queued; not when it throws, unless `executeOnException` (BAT-06), nor
 * when a statement was refused, whether `fn` noticed or not.
 */
export async function runBatch<T> (
  db: Database, options: BatchOptions, fn: (batch: BatchQuery) => T | Promise<T>
): Promise<T> {
  if (typeof fn !== 'function') throw new BatchError('db.batch takes a function, or options and a function')
  const batch = new BatchQuery(db, options)
  let value: T
  try {
    value = await fn(batch)
  } catch (error) {
    if (!batch.executeOnException) throw abandon(batch, error)
    await executeAfter(batch, error)
    throw error
  }
  await batch.execute()
  return value
}

/**
 * The function's error is what the caller gets; that the batch failed too is told beside it.
 * @throws the error of a statement that the batch refused, whose cause is then the function's
 */
async function executeAfter (batch: BatchQuery, error: unknown): Promise<void> {
  try {
    await batch.execute()
  } catch (failure) {
    if (batch.hasRefused(failure)) throw failure === error ? error : withCause(failure, error)
    process.emitWarning(
      'A batch was executed although its function threw an error (executeOnException), and failed too: ' +
        `${messageOf(failure)}`,
      'CQLEngineWarning'
    )
  }
}

function messageOf (error: unknown): string { return error instanceof Error ? error.message : 'see the function' }

/** The errors of the other statements must not be lost. Not enumerable: logs print one error. */
function withOthers (error: unknown, refused: readonly unknown[]): unknown {
  const others = refused.filter((other) => other !== error)
  return others.length === 0 ? error : extended(error, 'refused', others)
}

function withCause (error: unknown, cause: unknown): unknown {
  return error instanceof Error && error.cause === undefined ? extended(error, 'cause', cause) : error
}

function extended (error: unknown, name: string, value: unknown): unknown {
  if (typeof error !== 'object' || error === null || !Object.isExtensible(error)) return error
  Reflect.defineProperty(error, name, { value, configurable: true, writable: true })
  return error
}
