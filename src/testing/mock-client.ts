import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import { ResultSet, Row } from '../cqlengine/connection/driver-internals/results.js'
import { Client, errors, types } from '../cqlengine/driver.js'
import type { HostMap } from '../cqlengine/driver.js'

/** A statement that reached the client. A batch gives one for each of its statements, all with the batch's options. */
export interface MockCall {
  /** The text. */
  cql: string
  /** Named parameters: their values, in the order of the object. */
  params: unknown[]
  /** The driver's options of the request. */
  options: Record<string, unknown>
}

/** An `Error` rejects the statement; a promise answers later, as a slow cluster does. */
export type MockAnswer =
  unknown[] |
  ((call: { cql: string, params: unknown[] }) => unknown[] | Error | Promise<unknown[] | Error>)

/** A driver `Client` that answers from a list instead of a cluster. */
export interface MockClient extends Client {
  /** What was executed, in order; may be emptied by `calls.length = 0`. */
  readonly calls: MockCall[]
  /**
   * Sets the rows for all statements that contain this text or match this expression. Of several that fit the one set
   * last answers. A statement that fits none has an empty result.
   * @param rows by the names of columns in the database; or a function that gives them
   * @example
   * mockClient().reply(/^SELECT .* FROM "library"."post"/, [{ blog: 'cats', day: 1, id: 1, title: 'Hello' }])
   */
  reply (cql: string | RegExp, rows: MockAnswer): this
}

/**
 * A client without network for unit tests of handlers. It is an instance of the driver's `Client`, its results are the
 * driver's `ResultSet` and `Row`, and it checks no CQL.
 * @example
 * const client = mockClient().reply('FROM "library"."user"', [{ uid: id, name: 'Ada' }])
 * await app.register(fastifyCqlalchemy, { client, keyspace: 'library' })
 */
export function mockClient (): MockClient {
  return new NetworklessClient()
}

type Callback<T> = (error: unknown, value?: T) => void
type QueryResult = types.ResultSet
interface Statement { readonly query: string, readonly params?: unknown }

const address = '127.0.0.1:9042'

class NetworklessClient extends Client implements MockClient {
  readonly calls: MockCall[] = []
  readonly #replies: { readonly cql: string | RegExp, readonly rows: MockAnswer }[] = []
  #state: 'idle' | 'connected' | 'closed' = 'idle'

  constructor () {
    super({
      contactPoints: [address],
      localDataCenter: 'datacenter1',
      // What the plugin sets on its own clients.
      encoding: { useBigIntAsLong: true, useBigIntAsVarint: true, set: Set, map: Map }
    })
    this.hosts = new OneHost(() => this.#state === 'connected') as HostMap
    // The driver would ask its control connection.
    Object.assign(this.metadata, { checkSchemaAgreement: async () => true })
  }

  reply (cql: string | RegExp, rows: MockAnswer): this {
    this.#replies.unshift({ cql, rows })
    return this
  }

  override connect (...args: unknown[]): Promise<void> {
    return deliver(this.#connect(), args[0] as Callback<void> | undefined)
  }

  override shutdown (...args: unknown[]): Promise<void> {
    this.#state = 'closed'
    return deliver(Promise.resolve(), args[0] as Callback<void> | undefined)
  }

  override execute (...args: unknown[]): Promise<QueryResult> {
    const [[query, params, options], [callback]] = split(args)
    return deliver(this.#run([{ query: String(query), params }], options), callback as Callback<QueryResult>)
  }

  override batch (...args: unknown[]): Promise<QueryResult> {
    const [[queries, options], [callback]] = split(args)
    const statements = (queries as (string | Statement)[]).map((query) => typeof query === 'string' ? { query } : query)
    return deliver(this.#run(statements, options), callback as Callback<QueryResult>)
  }

  override eachRow (...args: unknown[]): void {
    const [[query, params, options], [onRow, onEnd]] = split(args)
    const result = this.#run([{ query: String(query), params }], options).then((answer) => {
      for (const [index, row] of (answer.rows ?? []).entries()) {
        (onRow as (index: number, row: types.Row) => void)(index, row)
      }
      return answer
    })
    void deliver(result, onEnd as Callback<QueryResult> | undefined ?? (() => {}))
  }

  override stream (...args: unknown[]): ReturnType<Client['stream']> {
    const [[query, params, options], [callback]] = split(args)
    const stream = new Readable({ objectMode: true, read: () => {} })
    void deliver(this.#run([{ query: String(query), params }], options), (error, result) => {
      if (error) stream.destroy(error as Error)
      for (const row of result?.rows ?? []) stream.push(row)
      stream.push(null)
      ;(callback as Callback<void> | undefined)?.(error)
    })
    return stream
  }

  override getState (): ReturnType<Client['getState']> {
    const open = this.#state === 'connected' ? 1 : 0
    return {
      getConnectedHosts: () => open ? this.hosts.values() : [],
      getOpenConnections: () => open,
      getInFlightQueries: () => 0,
      toString: () => `mock client, ${this.#state}`
    }
  }

  async #connect (): Promise<void> {
    if (this.#state === 'closed') {
      throw new errors.NoHostAvailableError({}, 'Connecting after shutdown is not supported: make a new mockClient()')
    }
    if (this.#state === 'connected') return
    this.#state = 'connected'
    this.emit('connected')
  }

  /** Several statements are a batch. All are recorded before any is answered, as the server sees a batch at once. */
  async #run (statements: readonly Statement[], options: unknown): Promise<QueryResult> {
    await this.#connect() // as the driver does at the first statement
    const calls = statements.map(({ query, params }) => ({
      cql: query, params: Object.values(params ?? []), options: { ...options as object }
    }))
    this.calls.push(...calls)
    const answers = await Promise.all(calls.map(async (call) => await this.#answer(call)))
    const rows = answers.find((answer) => answer !== undefined && answer.length > 0) ?? answers[0]
    return resultSet(rows)
  }

  async #answer ({ cql, params }: MockCall): Promise<unknown[] | undefined> {
    const reply = this.#replies.find((one) =>
      typeof one.cql === 'string' ? cql.includes(one.cql) : cql.search(one.cql) !== -1)
    // As from a server: no rows of a write is not the same as an empty list of rows.
    if (!reply) return /^\s*SELECT\b/i.test(cql) ? [] : undefined
    const rows = typeof reply.rows === 'function' ? await reply.rows({ cql, params }) : reply.rows
    if (rows instanceof Error) throw rows
    return rows
  }
}

/** What libraries ask of the driver's map of hosts. */
class OneHost extends EventEmitter {
  readonly length = 1
  readonly #host: object

  constructor (isUp: () => boolean) {
    super()
    this.#host = {
      address,
      datacenter: 'datacenter1',
      rack: 'rack1',
      cassandraVersion: '5.0.8',
      tokens: [],
      isUp,
      canBeConsideredAsUp: isUp,
      getCassandraVersion: () => [5, 0, 8]
    }
  }

  get (key: string): object | undefined { return key === address ? this.#host : undefined }
  keys (): string[] { return [address] }
  values (): object[] { return [this.#host] }
  forEach (callback: (host: object, key: string) => void): void { callback(this.#host, address) }
}

function resultSet (rows: readonly unknown[] | undefined): QueryResult {
  const columns = Object.keys(rows?.[0] ?? {})
    .map((name) => ({ name, type: { code: types.dataTypes.custom, info: null } }))
  const response = rows && { rows: rows.map((row) => Object.assign(new Row(columns), row)), meta: { columns } }
  return new ResultSet(response ?? {}, address, { [address]: null }, 0, types.consistencies.localOne, true)
}

/** The driver's functions take their callbacks after whatever arguments were given. */
function split (args: readonly unknown[]): [values: unknown[], callbacks: unknown[]] {
  const first = args.findIndex((arg) => typeof arg === 'function')
  return first === -1
    ? [[...args], []]
    : [args.slice(0, first), args.slice(first).filter((arg) => typeof arg === 'function')]
}

/**
 * The promise, and the callback when there is one: outside the promise, where its errors surface as they do in the
 * driver.
 */
function deliver<T> (promise: Promise<T>, callback: Callback<T> | undefined): Promise<T> {
  if (callback) {
    promise.then((value) => setImmediate(callback, null, value), (error: unknown) => setImmediate(callback, error))
  }
  return promise
}
