// What others may see of a request: subscribers of the diagnostics channel, and the observer of one db. Never a
// parameter, never a row.
import { tracingChannel } from 'node:diagnostics_channel'
import { CQLEngineError } from '../errors.js'
import { classifyDriverError } from './http-cause.js'

/** One finished request. `error` is what the caller got. */
export interface RequestEvent {
  /** The connection's name. */
  readonly connection: string
  /** Where the statement's table is, as far as it is known. */
  readonly keyspace?: string | undefined
  /** The text, without values. */
  readonly cql: string
  /** `read`, `write`, `schema` or `raw`. */
  readonly kind: string
  /** The model or table; `batch` for a batch. */
  readonly label?: string | undefined
  /** How long the caller waited, connecting and preparing included. */
  readonly ms: number
  /** `ok`, or the code of the error, which is that of the answer to a client: see `toHttpError`. */
  readonly outcome: string
  /** It was also sent to a second node, for the first did not answer: see the option `hedge`. */
  readonly hedged?: true | undefined
  /** What the caller gets. */
  readonly error?: unknown | undefined
}

export interface Observers {
  /**
   * Told of each request that took at least `slowQuery` ms, failed ones too. What it throws becomes a process warning.
   * @example
   * await db.init({ slowQuery: 200 }, { observe: ({ cql, ms }) => { app.log.warn({ cql, ms }) } })
   */
  readonly observe?: (event: RequestEvent) => void
  /** ms; absent: 0, that is every request. */
  readonly slowQuery?: number
}

/**
 * The channel `fastify-cqlalchemy:query` of node:diagnostics_channel (start, end, asyncStart, asyncEnd, error). Its
 * messages are as `QueryMessage` of `public-types.ts` says.
 */
const channel = tracingChannel('fastify-cqlalchemy:query')

type Ending = Pick<RequestEvent, 'ms' | 'outcome' | 'hedged' | 'error'>
type About = Omit<RequestEvent, keyof Ending>
/** As far as it is looked at: an answer of the driver. */
interface Answered { readonly info?: { readonly speculativeExecutions?: number } }
/** Who knows whether a request that failed was sent twice. */
interface Sent { readonly twice: boolean }

export const isObserved = (observers: Observers): boolean => channel.hasSubscribers || observers.observe !== undefined

/** Runs `send` and tells whoever wants to know. */
export async function observed<T extends Answered> (
  observers: Observers, about: About, sent: Sent, send: () => Promise<T>
): Promise<T> {
  const started = performance.now()
  let ending: Ending | undefined
  const measured = async (): Promise<T> => {
    try {
      const result = await send()
      ending = endingOf(started, sent, result)
      return result
    } catch (error) {
      ending = { ...endingOf(started, sent, undefined), outcome: outcomeOf(error), error }
      throw error
    }
  }
  try {
    return channel.hasSubscribers ? await traced(about, measured, () => ending) : await measured()
  } finally {
    if (ending !== undefined) tell(observers, { ...about, ...ending })
  }
}

/** Node's tracePromise would publish the result, that is rows. */
async function traced<T> (about: About, send: () => Promise<T>, ending: () => Ending | undefined): Promise<T> {
  let result: { readonly value: T } | undefined
  const message = { ...about }
  await channel.tracePromise(async () => {
    try {
      result = { value: await send() }
    } finally {
      Object.assign(message, ending())
    }
  }, message)
  return (result as { readonly value: T }).value // there is one where nothing was thrown
}

function endingOf (started: number, sent: Sent, answer: Answered | undefined): Ending {
  const hedged = sent.twice || (answer?.info?.speculativeExecutions ?? 0) > 0
  return { ms: performance.now() - started, outcome: 'ok', ...hedged && { hedged } }
}

function outcomeOf (error: unknown): string {
  if (error instanceof CQLEngineError) return error.code
  return classifyDriverError(error)?.code ?? 'INTERNAL_SERVER_ERROR'
}

function tell ({ observe, slowQuery = 0 }: Observers, event: RequestEvent): void {
  if (observe === undefined || event.ms < slowQuery) return
  try {
    observe(event)
  } catch (error) {
    process.emitWarning(
      error instanceof Error ? error : new Error('The observer of requests threw something that is no Error')
    )
  }
}
