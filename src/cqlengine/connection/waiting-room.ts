// Where requests wait that the connections cannot carry: first come, first served, bounded in number, and nothing is
// kept of those that gave up.
import type { Client } from '../driver.js'
import { OverloadedError } from '../errors.js'
import { optionsOf } from './driver-internals/internals.js'
import type { TimeLimit } from './time-limit.js'

/** One request that waits: a link of the queue, so that it can leave from the middle. */
interface Waiting {
  before: Waiting | undefined
  after: Waiting | undefined
  /** Its turn has come. Must not throw. */
  start (): void
  /** It will never be sent. Must not throw. */
  refuse (error: unknown): void
}

/** How many may wait on one connection, unless told otherwise. */
export const usualMaxWaiting = 100_000
/**
 * Requests for each open connection of the driver. A node works on 128 at a time, so more would only wait there, and in
 * the driver, where each costs ten times the memory: 50,000 at once took 3.2 s in portions of 512, and 4.6 s when the
 * driver had them all.
 */
const usualShare = 512
/**
 * What is kept free of what the driver allows: for health checks, for preparing, and for those who use its client
 * themselves.
 */
const mostOfDriver = 3 / 4
/** The driver's own, where nothing is said. */
const driverShare = 2048
/** ms between two looks at the pools, while somebody waits. */
const lookInterval = 100
/**
 * Looks until all that runs should have been answered once. Where it takes longer, a node is silent or far away, and
 * the others could do more.
 */
const patience = 4

export class WaitingRoom {
  /** Requests that were sent and not answered. */
  running = 0
  /** As many may run. Of a client of the user's: any number. */
  limit: number
  /** When so few run, {@link left} must be told: 0, or any number while somebody waits. One comparison for both. */
  notice = 0
  readonly #name: string
  readonly #client: Client
  readonly #maxWaiting: number
  readonly #share: number
  readonly #mostShare: number
  #growth = 1
  #size = 0
  #first: Waiting | undefined
  #last: Waiting | undefined
  #answered = 0
  #slowLooks = 0
  #timer: NodeJS.Timeout | undefined

  /** @param maxWaiting 0: nobody waits, and the driver refuses what it cannot carry */
  constructor (name: string, client: Client, maxWaiting: number) {
    this.#name = name
    this.#client = client
    this.#maxWaiting = maxWaiting
    const most = optionsOf(client)?.pooling?.maxRequestsPerConnection ?? driverShare
    this.#mostShare = Math.max(1, Math.floor(most * mostOfDriver))
    this.#share = Math.min(usualShare, this.#mostShare)
    this.limit = maxWaiting === 0 ? Infinity : this.#share
  }

  get size (): number { return this.#size }

  /** Requests may wait here at all. */
  get isOpen (): boolean { return this.#maxWaiting > 0 }

  /**
   * Asked when the limit is reached: whether there is room all the same, since the driver opened connections meanwhile.
   */
  hasRoom (): boolean {
    // Whoever comes now must not go before those who wait.
    if (this.#size > 0) return false
    this.#look()
    return this.running < this.limit
  }

  /** @throws {OverloadedError} as many wait as may */
  check (others = 0): void {
    if (this.#maxWaiting === 0 || this.#size + others < this.#maxWaiting) return
    throw new OverloadedError(`Connection "${this.#name}" has more to do than it can carry: ${this.#maxWaiting} ` +
      'statements wait already (option maxWaiting). Send fewer at once, or try again later')
  }

  /**
   * Sends a request when its turn has come.
   * @param receiver told when it will never be sent
   * @throws {OverloadedError} as a rejection
   */
  later<T> (send: () => Promise<T>, receiver: { ended (): void }, limit: TimeLimit | undefined): Promise<T> {
    try {
      this.check()
    } catch (error) {
      return Promise.reject(error).finally(() => { receiver.ended() }) // not before the caller has the promise
    }
    return new Promise((resolve, reject) => {
      const refuse = (error: unknown): void => {
        if (limit !== undefined) limit.leave = undefined
        receiver.ended()
        reject(error)
      }
      const start = (): void => {
        if (limit?.isOver() === true) return refuse(limit.error())
        if (limit !== undefined) limit.leave = undefined
        resolve(send())
      }
      const waiting: Waiting = { before: undefined, after: undefined, start, refuse }
      this.#add(waiting)
      if (limit === undefined) return
      limit.leave = () => {
        this.#remove(waiting)
        refuse(limit.error())
      }
    })
  }

  /** A request ended: the next one's turn. */
  left (): void {
    if (this.#size === 0) return
    this.#answered++
    this.#fill()
  }

  refuseAll (error: unknown): void {
    for (let waiting = this.#first; waiting !== undefined; waiting = this.#first) {
      this.#remove(waiting)
      waiting.refuse(error)
    }
  }

  #add (waiting: Waiting): void {
    waiting.before = this.#last
    if (this.#last === undefined) this.#first = waiting
    else this.#last.after = waiting
    this.#last = waiting
    this.notice = Infinity
    if (this.#size++ === 0) this.#timer = setInterval(() => { this.#tick() }, lookInterval)
  }

  /** One that gave up, and waits here still. */
  #remove (waiting: Waiting): void {
    const { before, after } = waiting
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    waiting.before = waiting.after = undefined
    if (--this.#size === 0) this.#emptied()
  }

  #fill (): void {
    while (this.running < this.limit && this.#first !== undefined) {
      const next = this.#first
      this.#remove(next)
      next.start()
    }
  }

  #emptied (): void {
    clearInterval(this.#timer)
    this.notice = 0
    this.#growth = 1
    this.#slowLooks = 0
  }

  #tick (): void {
    // Most of what runs is stuck: were no more let in, one silent node would hold up what the others could do. Seen
    // once, it may be this process that was too busy to take the answers.
    this.#slowLooks = this.#answered * patience < this.running ? this.#slowLooks + 1 : 0
    if (this.#slowLooks > 1) this.#growth *= 2
    this.#answered = 0
    this.#look()
    this.#fill()
  }

  #look (): void {
    if (this.#maxWaiting === 0) return
    this.limit = Math.min(this.#share * this.#growth, this.#mostShare) * Math.max(1, openConnections(this.#client))
  }
}

function openConnections (client: Client): number {
  // A double for tests may have neither.
  if (typeof client.hosts?.values !== 'function' || typeof client.getState !== 'function') return 1
  const state = client.getState()
  return client.hosts.values().reduce((sum, host) => sum + state.getOpenConnections(host), 0)
}
