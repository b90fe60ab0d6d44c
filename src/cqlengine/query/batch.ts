import type { BatchedQuery } from '../connection/session.js'
import { BatchError, LWTError, QueryError } from '../errors.js'
import { META, tableOf } from '../model/meta.js'
import type { BatchLike, BatchOptions, OpOptions } from '../model/operations.js'
import { addOption, microseconds } from '../model/options.js'
import { readRefused } from './applied.js'
import type { Write } from './pending-write.js'
import type { Database } from './place.js'
import { toLong } from './wire.js'

const optionNames = ['type', 'connection', 'timestamp', 'consistency', 'timeout', 'executeOnException']
/** The protocol counts statements in two bytes. */
const mostStatements = 65_535

interface Callback { readonly fn: (...args: never[]) => unknown, readonly args: readonly unknown[] }

/**
 * Statements that are sent together, in one request (BAT rows). Each is resolved, checked and queued when it is added; instances become
 * clean when the batch succeeded, and only then.
 */
export class BatchQuery implements BatchLike {
  /** The connection that the batch names by itself. */
  readonly connection: string | undefined
  readonly executeOnException: boolean
  readonly #options: BatchOptions
  readonly #callbacks: Callback[] = []
  #writes: Write[] = []
  #state: 'open' | 'executing' | 'executed' = 'open'

  /**
   * @param options see `BatchOptions`
   * @throws {BatchError} for an unknown option or type; {QueryError} for a value of the others that makes no sense
   */
  constructor (_db: Database, options: BatchOptions = {}) {
    const unknown = Object.keys(options).find((name) => !optionNames.includes(name))
    if (unknown !== undefined) throw new BatchError(`BatchQuery: unknown option ${JSON.stringify(unknown)}; known are ${optionNames.join(', ')}`)
    const { type, connection, executeOnException = false } = options
    if (type !== undefined && !['logged', 'unlogged', 'counter'].includes(type)) throw new BatchError('BatchQuery: type must be logged, unlogged or counter')
    if (connection !== undefined && (typeof connection !== 'string' || connection === '')) throw new BatchError('BatchQuery: connection must be a name')
    if (typeof executeOnException !== 'boolean') throw new BatchError('BatchQuery: executeOnException must be true or false')
    let checked: OpOptions | undefined
    for (const name of ['timestamp', 'consistency', 'timeout'] as const) checked = addOption(checked, name, options[name], 'BatchQuery')
    this.#options = { ...options, ...checked }
    this.connection = connection
    this.executeOnException = executeOnException
  }

  /** Runs after the batch succeeded, in the order of adding (BAT-09). */
  addCallback<A extends unknown[]> (fn: (...args: A) => unknown, ...args: A): void {
    if (typeof fn !== 'function') throw new BatchError('addCallback takes a function')
    this.#checkOpen('a callback cannot be added')
    this.#callbacks.push({ fn, args })
  }

  /** For the query layer: queues a write. @throws {BatchError} when it cannot go with the others */
  add (write: Write, op: OpOptions): void {
    this.#checkOpen('nothing can be added')
    for (const name of ['consistency', 'serialConsistency', 'timeout', 'profile'] as const) {
      if (op[name] !== undefined) throw new BatchError(`${write.model[META].name}: ${name} is for the batch as a whole; give it to the batch`)
    }
    this.#checkConnection(write)
    this.#checkCounter(write)
    this.#checkConditions(write)
    if (this.#writes.length >= mostStatements) throw new BatchError(`A batch takes at most ${mostStatements} statements; use several, or createMany`)
    this.#writes.push(write)
  }

  /**
   * Sends what was queued; an empty batch sends nothing. Callbacks run afterwards.
   * @throws {BatchError} when it was executed before; {LWTError} when a condition was not met; the driver's errors
   */
  async execute (): Promise<void> {
    this.#checkOpen('it cannot be executed again')
    this.#state = 'executing'
    const writes = this.#writes
    this.#writes = []
    try {
      if (writes.length > 0) await this.#send(writes)
    } finally {
      this.#state = 'executed'
    }
    for (const { written } of writes) written?.()
    for (const { fn, args } of this.#callbacks) await fn(...args as never[])
  }

  async #send (writes: readonly Write[]): Promise<void> {
    const [first] = writes
    if (first === undefined) return
    const { connection } = first.place
    const { type, timestamp, consistency, timeout } = this.#options
    const isCounter = tableOf(first.model).isCounter
    const conditional = writes.some((w) => w.conditional)
    if (timestamp !== undefined && conditional) throw new BatchError('A batch with conditions takes no timestamp; Cassandra chooses it by itself')
    if (timestamp !== undefined && isCounter) throw new BatchError('A batch of counters takes no timestamp')
    const queries: BatchedQuery[] = writes.map(({ cql, params }) => ({ query: cql, params }))
    const result = await connection.session.batch(queries, {
      kind: 'write',
      prepare: true,
      checked: true,
      label: 'batch',
      keyspace: first.place.keyspace,
      logged: type !== 'unlogged' && !isCounter,
      counter: isCounter,
      isIdempotent: !conditional && writes.every((w) => w.request.isIdempotent === true),
      ...consistency !== undefined && { consistency: consistency as number },
      ...timeout !== undefined && { timeout },
      ...timestamp !== undefined && { timestamp: toLong(microseconds(timestamp)) }
    })
    if (conditional && !result.wasApplied()) {
      throw new LWTError(`Batch on "${first.model[META].name}": a condition was not met, so nothing of the batch was written`, readRefused(first.model, result))
    }
  }

  #checkOpen (what: string): void {
    if (this.#state !== 'open') throw new BatchError(`The batch was executed already: ${what}. Make a new one`)
  }

  #checkConnection (write: Write): void {
    const [first] = this.#writes
    if (first === undefined || first.place.connection === write.place.connection) return
    throw new BatchError(`${write.model[META].name}: its connection is "${write.place.connection.name}", the batch goes to "${first.place.connection.name}" ("${first.model[META].name}"). A batch goes to one connection as a whole: use two, or name it: db.batch({ connection })`)
  }

  #checkCounter (write: Write): void {
    const isCounter = tableOf(write.model).isCounter
    const { type } = this.#options
    if (type === 'counter' && !isCounter) throw new BatchError(`${write.model[META].name}: a counter batch takes only counters`)
    if (type === 'logged' && isCounter) throw new BatchError(`${write.model[META].name}: Cassandra takes no counters in a logged batch; leave out the type`)
    const [first] = this.#writes
    if (first !== undefined && tableOf(first.model).isCounter !== isCounter) throw new BatchError(`${write.model[META].name}: counters and other columns cannot stand in one batch; use two`)
  }

  /** Conditions are for one partition of one table (reference 6.6). */
  #checkConditions (write: Write): void {
    const conditional = write.conditional ? write : this.#writes.find((w) => w.conditional)
    if (conditional === undefined) return
    for (const other of this.#writes) {
      if (tableOf(other.model).name !== tableOf(write.model).name || other.place.keyspace !== write.place.keyspace) {
        throw new BatchError(`${write.model[META].name}: a batch with conditions is for one table, and "${other.model[META].name}" is in it already`)
      }
    }
    const [first = write] = this.#writes
    if (write.partition() === undefined || !samePartition(first, write)) throw new BatchError(`${write.model[META].name}: a batch with conditions is for one partition; this statement is for another, or for several`)
  }
}

function samePartition (a: Write, b: Write): boolean {
  const left = a.partition()
  const right = b.partition()
  return left !== undefined && right !== undefined && left.every((value, i) => a === b || String(value) === String(right[i]))
}

/** `db.batch(…)`: runs `fn`, then sends what it queued; not when it throws, unless `executeOnException` (BAT-06). */
export async function runBatch<T> (db: Database, options: BatchOptions, fn: (batch: BatchQuery) => T | Promise<T>): Promise<T> {
  if (typeof fn !== 'function') throw new QueryError('db.batch takes a function, or options and a function')
  const batch = new BatchQuery(db, options)
  let value: T
  try {
    value = await fn(batch)
  } catch (error) {
    if (batch.executeOnException) await batch.execute()
    throw error
  }
  await batch.execute()
  return value
}
