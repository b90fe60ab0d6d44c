// A driver client without a network: it records what it is asked, and answers as the test says.
import type { Client, types } from '../../src/cqlengine/driver.js'

export interface Call { readonly kind: 'execute' | 'batch', readonly cql: string, readonly params: unknown, readonly options: Record<string, unknown> }
type Answer = (call: Call) => unknown

export interface FakeClient {
  readonly calls: Call[]
  /** `connect`, `shutdown` and `clearPrepared`, in the order of their calls. */
  readonly events: string[]
  answer: Answer
  onConnect: () => Promise<void>
  keyspace: string | undefined
  options: Record<string, unknown>
  /** The same object, as the sources see it. */
  readonly client: Client
}

export const rows = (...all: Record<string, unknown>[]): types.ResultSet =>
  ({ rows: all, rowLength: all.length, pageState: null, first: () => all[0] ?? null }) as unknown as types.ResultSet

export function fakeClient (answer: Answer = () => rows()): FakeClient {
  const fake = {
    calls: [] as Call[],
    events: [] as string[],
    answer,
    onConnect: async () => {},
    keyspace: undefined,
    options: {},
    metadata: { clearPrepared: () => { fake.events.push('clearPrepared') } },
    async connect () {
      fake.events.push('connect')
      await fake.onConnect()
    },
    async shutdown () { fake.events.push('shutdown') },
    execute: (cql: string, params: unknown, options: Record<string, unknown>) => record({ kind: 'execute', cql, params, options }),
    batch: (params: { query: string }[], options: Record<string, unknown>) => record({ kind: 'batch', cql: params.map(({ query }) => query).join('; '), params, options }),
    get client () { return fake as unknown as Client }
  }
  const record = async (call: Call): Promise<unknown> => {
    fake.calls.push(call)
    return await fake.answer(call)
  }
  return fake
}

/** A promise and its two ends. */
export function deferred<T = void> (): { promise: Promise<T>, resolve: (value: T) => void, reject: (error: unknown) => void } {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((_resolve, _reject) => { resolve = _resolve; reject = _reject })
  return { promise, resolve, reject }
}

/** Lets everything run that waits for no timer and no I/O. */
export const settle = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })

/** What `fn` throws. */
export function thrownBy (fn: () => unknown): Error {
  try {
    fn()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

/** Why `promise` fails. */
export async function failureOf (promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('the promise did not fail')
}
