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
  /** It was also sent to a second node, for the first did not answer: see the option `hedge`. Absent: it was not, or it failed. */
  readonly hedged?: true
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
 * connection, keyspace, cql, kind and label; at their end `hedged: true` when it was sent to a second node; `error` where there is one.
 */
const channel = tracingChannel('fastify-cqlalchemy:query')

type About = Omit<RequestEvent, 'ms' | 'error' | 'hedged'>
/** As far as it is looked at: an answer of the driver. */
interface Answer { readonly info?: { readonly speculativeExecutions?: number } }

export const isObserved = (observers: Observers): boolean => channel.hasSubscribers || observers.observe !== undefined

/** Runs `send` and tells whoever wants to know. */
export async function observed<T extends Answer> (observers: Observers, about: About, send: () => Promise<T>): Promise<T> {
  const started = performance.now()
  try {
    const result = channel.hasSubscribers ? await traced(about, send) : await send()
    tell(observers, about, started, hedgedIn(result))
    return result
  } catch (error) {
    tell(observers, about, started, { error })
    throw error
  }
}

/** Node's tracePromise would publish the result, that is rows. */
async function traced<T extends Answer> (about: About, send: () => Promise<T>): Promise<T> {
  let result: T | undefined
  const message = { ...about }
  await channel.tracePromise(async () => {
    result = await send()
    Object.assign(message, hedgedIn(result))
  }, message)
  return result as T
}

const hedgedIn = (answer: Answer | undefined): { hedged: true } | undefined => (answer?.info?.speculativeExecutions ?? 0) > 0 ? { hedged: true } : undefined

function tell ({ observe, slowQuery = 0 }: Observers, about: About, started: number, outcome?: { error: unknown } | { hedged: true }): void {
  const ms = performance.now() - started
  if (observe === undefined || ms < slowQuery) return
  try {
    observe({ ...about, ...outcome, ms })
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : new Error('The observer of requests threw something that is no Error'))
  }
}
