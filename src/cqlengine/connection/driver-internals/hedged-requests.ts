// A request that a silent node holds is also sent to another node. Known version: 4.10. The driver's speculative
// executions do the sending: one request, one timestamp, and the first answer cancels the other. A policy can say after
// how long, but not whether there is room when the time has come. So the bound is where the driver counts them, in
// `client.metrics` just before it sends: what that throws, it swallows, and sends nothing.
import { type Client, policies } from '../../driver.js'
import type { HedgeBudget } from '../hedge.js'
import { type InternalHost, internalsOf, type Metrics, optionsOf } from './internals.js'
import { isSilent, longestCounted, type Silence } from './silence.js'

/** The plan of one request: asked once when it was sent, and again when it was sent for the second time. */
class HedgedPlan {
  readonly #policy: HedgePolicy
  #first: InternalHost | undefined
  /** Of a request that somebody watches. */
  #sent: Sent | undefined

  constructor (policy: HedgePolicy) {
    this.#policy = policy
  }

  /** ms until the next sending; negative: no other. */
  nextExecution (host: InternalHost): number {
    if (this.#first === undefined) {
      this.#first = host
      this.#sent = asking
      asking = undefined
      return this.#policy.delay
    }
    this.#policy.budget.spend()
    if (this.#sent !== undefined) this.#sent.twice = true
    const first = this.#first
    probe(first)
    // So soon answers from before the node fell silent may still count.
    if (this.#policy.delay < longestCounted) setTimeout(() => { probe(first) }, longestCounted).unref()
    return -1
  }
}

interface Sent { twice: boolean }

/**
 * Of the request whose options the driver asked last whether it is idempotent: it does so right before it asks the
 * plan, in the same turn.
 */
let asking: Sent | undefined

/**
 * Options of a request that tell `sent` when it is sent twice: of answers the driver says it, of failures it does not.
 * They are a copy, so only for requests that somebody watches.
 */
export function watchedTwice<O extends { readonly isIdempotent?: boolean }> (options: O, sent: Sent): O {
  if (options.isIdempotent !== true) return options
  const get = (): boolean => {
    asking = sent
    return true
  }
  return Object.defineProperty({ ...options }, 'isIdempotent', { get, enumerable: true })
}

/**
 * Nothing else may be under way on two nodes at once. A change of the schema may be repeated when it failed, but two
 * nodes that make one table at the same time give it two ids, and then disagree about it.
 */
const readsOrWritesRows = /^\s*(?:select|insert|update|delete|begin)\b/i
const onlyOnce = { nextExecution: () => -1 }

/**
 * Stands for the driver's NoSpeculativeExecutionPolicy; sends nothing twice until {@link boundHedges} found how to
 * bound it.
 */
export class HedgePolicy extends policies.speculativeExecution.NoSpeculativeExecutionPolicy {
  readonly budget: HedgeBudget
  /** ms; negative: never. */
  delay = -1

  constructor (budget: HedgeBudget) {
    super()
    this.budget = budget
  }

  override newPlan (_keyspace: string, queryInfo: string | object[]): { nextExecution (host: InternalHost): number } {
    this.budget.countRequest()
    return typeof queryInfo === 'string' && !readsOrWritesRows.test(queryInfo) ? onlyOnce : new HedgedPlan(this)
  }
}

interface BoundedBy {
  /** ms */
  readonly after: number
  readonly silence: Silence
}

/**
 * Makes the policy of a client work.
 * @param isShared the metrics are an object of the user's, which other clients may have too
 */
export function boundHedges (client: Client, { after, silence }: BoundedBy, isShared: boolean): void {
  const policy = optionsOf(client)?.policies?.speculativeExecution
  const internals = internalsOf(client)
  if (!(policy instanceof HedgePolicy) || typeof internals.metrics?.onSpeculativeExecution !== 'function') return
  const metrics = isShared ? forwarding(internals.metrics) : internals.metrics
  const { budget } = policy
  const avoid = avoidable(client, silence)
  const { onSpeculativeExecution: count, onSuccessfulResponse: answered } = metrics
  metrics.onSpeculativeExecution = () => {
    if (!budget.hasRoom(silence.look().holdUp)) throw noRoom
    count?.call(metrics)
    avoid()
  }
  metrics.onSuccessfulResponse = (latency) => {
    budget.countAnswer(latency[0] * 1e3 + latency[1] / 1e6)
    answered?.call(metrics, latency)
  }
  internals.metrics = metrics
  policy.delay = after
}

/**
 * The driver goes on to the next host of a plan that it made when the request was sent first, and that may be the
 * silent one by now: another one that waited for it, say. It takes a host's refusal to lend a connection as a reason to
 * go on.
 * @returns to be called before the driver chooses a host, in the same turn: hosts that are silent now refuse until that
 *   turn ends
 */
function avoidable (client: Client, silence: Silence): () => void {
  let avoided = nobody
  const noMore = (): void => { avoided = nobody }
  client.hosts?.on?.('add', (host: InternalHost) => {
    const { borrowConnection: borrow } = host
    if (typeof borrow !== 'function') return
    host.borrowConnection = (previous) => {
      if (avoided !== nobody && avoided.has(host)) throw noAnswer
      return borrow.call(host, previous)
    }
  })
  return () => {
    const { silent } = silence.look()
    if (silent.size === 0) return
    avoided = silent
    queueMicrotask(noMore)
  }
}

const nobody: ReadonlySet<InternalHost> = new Set()

/**
 * A heartbeat before its time, for a host that is silent. Requests that another node answered never time out, so the
 * driver would not notice by them; without an answer within `socketOptions.readTimeout` it closes the connection, and
 * takes the host for down until a new one can be made.
 */
function probe (host: InternalHost): void {
  if (!isSilent(host)) return
  for (const connection of host.pool?.connections ?? []) {
    if (connection.sendingIdleQuery !== true) connection._idleTimeoutHandler?.()
  }
}

/** How many requests of this client were sent to a second node. */
export function hedgesOf (client: Client): number {
  const policy = optionsOf(client)?.policies?.speculativeExecution
  return policy instanceof HedgePolicy ? policy.budget.sentEver : 0
}

const noRoom = new Error('No more requests may be sent twice')
const noAnswer = new Error('The host does not answer')

/** An object of its own that hands everything on to theirs. */
function forwarding (theirs: Metrics): Metrics {
  const own = Object.create(theirs) as Metrics
  const names = new Set<string>()
  for (let level: object | null = theirs; level !== null && level !== Object.prototype; level = Object.getPrototypeOf(
    level
  ) as object | null) {
    for (const name of Object.getOwnPropertyNames(level)) if (name !== 'constructor') names.add(name)
  }
  for (const name of names) {
    const method = theirs[name]
    if (typeof method === 'function') own[name] = (...values: unknown[]) => method.apply(theirs, values)
  }
  return own
}
