// What others may see of a request: subscribers of the diagnostics channel, and the observer of one db. Never a parameter, never a row.
import { tracingChannel } from 'node:diagnostics_channel'

/** One finished request. `error` is what the caller got. */
export interface RequestEvent {
  readonly connection: string
  readonly keyspace?: string
  readonly cql: string
  readonly kind: string
  readonly label?: string
  /** How long the caller waited, connecting and preparing included. */
  readonly ms: number
  readonly error?: unknown
}

export interface Observers {
  /** Told of each request that took at least `slowQuery` ms, failed ones too. What it throws becomes a process warning. */
  readonly observe?: (event: RequestEvent) => void
  /** ms; absent: 0, that is every request. */
  readonly slowQuery?: number
}

/**
 * The channel `fastify-cqlalchemy:query` of node:diagnostics_channel (start, end, asyncStart, asyncEnd, error). Its messages hold
 * connection, keyspace, cql, kind and label; `error` where there is one.
 */
const channel = tracingChannel('fastify-cqlalchemy:query')

type About = Omit<RequestEvent, 'ms' | 'error'>

export const isObserved = (observers: Observers): boolean => channel.hasSubscribers || observers.observe !== undefined

/** Runs `send` and tells whoever wants to know. */
export async function observed<T> (observers: Observers, about: About, send: () => Promise<T>): Promise<T> {
  const started = performance.now()
  try {
    const result = channel.hasSubscribers ? await traced(about, send) : await send()
    tell(observers, about, started)
    return result
  } catch (error) {
    tell(observers, about, started, { error })
    throw error
  }
}

/** Node's tracePromise would publish the result, that is rows. */
async function traced<T> (about: About, send: () => Promise<T>): Promise<T> {
  let result: T | undefined
  await channel.tracePromise(async () => { result = await send() }, { ...about })
  return result as T
}

function tell ({ observe, slowQuery = 0 }: Observers, about: About, started: number, failure?: { error: unknown }): void {
  const ms = performance.now() - started
  if (observe === undefined || ms < slowQuery) return
  try {
    observe({ ...about, ...failure, ms })
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : new Error('The observer of requests threw something that is no Error'))
  }
}
