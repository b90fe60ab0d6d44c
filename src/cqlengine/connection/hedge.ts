// How many requests may be sent twice: a silent node shall hold up nobody, and a cluster that is slow as a whole shall
// not be fed with more. What a node holds that answers nobody, while others do, is no load on the cluster: the others
// do what they would do if that node were down. So then many more may be.
import { ConfigError } from '../errors.js'

export interface Hedge {
  /** ms without an answer until an idempotent request is also sent to another node. */
  readonly after: number
  /**
   * The largest part of the requests of the last ten seconds that may be sent twice; ten may in any case. While a node
   * answers nobody and another one is quick, {@link ifSilent} times as many.
   */
  readonly share: number
}

/** What a user may write: `false` for never; what is not given is as in {@link usualHedge}. */
export type HedgeOption = false | { after?: number | undefined, share?: number | undefined }

export const usualHedge: Hedge = Object.freeze({ after: 1000, share: 0.02 })

const inAnyCase = 10
/** s */
const window = 10
/** s */
const memory = 20
/**
 * Of its share, what may be spent in the longer time: with it, a slow quarter of a minute gets no more than the whole
 * share of its own requests.
 */
const thrift = 0.8
/**
 * Of a thousand requests at once a third may lie at a node that has just fallen silent: half of all, by the usual
 * share.
 */
const ifSilent = 25
const longestTimer = 2 ** 31 - 1

/** What holds requests up: all nodes are slow, for all that is known, or one answers nobody while another one does. */
export type HoldUp = 'slow cluster' | 'silent node'

/** @throws {ConfigError} naming the key, never its value */
export function parseHedge (value: unknown, where: string): Hedge | false {
  if (value === false) return false
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(`${where} must be false (never), or an object with after (ms) and share (0 to 1)`)
  }
  const { after, share, ...unknown } = value as Readonly<Record<string, unknown>>
  const [name] = Object.keys(unknown)
  if (name !== undefined) {
    throw new ConfigError(`${where} has no option ${JSON.stringify(name.slice(0, 60))}; it has: after, share`)
  }
  return {
    after: inRange(
      after ?? usualHedge.after,
      1,
      longestTimer,
      `${where}.after must be a number of milliseconds from 1 to ${longestTimer}`
    ),
    share: inRange(share ?? usualHedge.share, 0, 1, `${where}.share must be a number from 0 to 1`)
  }
}

function inRange (value: unknown, least: number, most: number, message: string): number {
  if (typeof value !== 'number' || !(value >= least && value <= most)) throw new ConfigError(message)
  return value
}

/** Counts by whole seconds, so that a request costs a look at the clock and an addition. */
export class HedgeBudget {
  readonly #share: number
  readonly #clock: () => number
  readonly #requests = new Array<number>(memory).fill(0)
  readonly #sent = new Array<number>(memory).fill(0)
  /** Quick answers less slow ones: above zero when most were quick. */
  readonly #quick = new Array<number>(memory).fill(0)
  readonly #after: number
  /** s: in them the others have answered what was sent along with what waits for a silent node. */
  readonly #lately: number
  #second = 0
  #sentEver = 0

  /** @param clock ms */
  constructor ({ after, share }: Hedge, clock: () => number = () => performance.now()) {
    this.#share = share
    this.#after = after
    this.#lately = Math.min(Math.ceil(after / 1000) + 1, memory)
    this.#clock = clock
  }

  /** How many were sent twice since the beginning. */
  get sentEver (): number { return this.#sentEver }

  /** A request is about to be sent for the first time. */
  countRequest (): void {
    const at = this.#now() % memory
    this.#requests[at] = (this.#requests[at] ?? 0) + 1
  }

  /**
   * A request was answered. It counts for the second in which one was sent last, so that it costs no look at the clock.
   * @param latency ms
   */
  countAnswer (latency: number): void {
    const at = this.#second % memory
    this.#quick[at] = (this.#quick[at] ?? 0) + (latency <= this.#after ? 1 : -1)
  }

  /**
   * Whether one more may be sent twice at this moment. Where a node is asked little, it may seem silent between two
   * slow answers, and one that owes nothing quick: only answers tell that the cluster is not slow as a whole.
   */
  hasRoom (holdUp: HoldUp): boolean {
    const now = this.#now()
    if (holdUp === 'silent node' && recent(this.#quick, now, this.#lately) > 0) {
      return this.#hasRoomFor(now, window, ifSilent)
    }
    // What calm seconds left may go out at once; where all nodes have become slow it would do so again when those are
    // forgotten, but for the longer look.
    return this.#hasRoomFor(now, window, 1) && this.#hasRoomFor(now, memory, thrift)
  }

  #hasRoomFor (now: number, seconds: number, part: number): boolean {
    const least = inAnyCase * seconds / window
    return recent(this.#sent, now, seconds) < Math.max(
      least, Math.floor(Math.min(1, this.#share * part) * recent(this.#requests, now, seconds))
    )
  }

  /** One was sent for the second time. */
  spend (): void {
    const at = this.#now() % memory
    this.#sent[at] = (this.#sent[at] ?? 0) + 1
    this.#sentEver++
  }

  /** The present second; what is older than `memory` is forgotten. */
  #now (): number {
    const second = Math.floor(this.#clock() / 1000)
    if (second === this.#second) return second
    for (let passed = Math.min(second - this.#second, memory); passed > 0; passed--) {
      const at = (second - passed + 1) % memory
      this.#requests[at] = 0
      this.#sent[at] = 0
      this.#quick[at] = 0
    }
    this.#second = second
    return second
  }
}

/** The sum of the last `seconds`, the present one included. */
function recent (counts: readonly number[], now: number, seconds: number): number {
  let sum = 0
  for (let ago = 0; ago < seconds; ago++) sum += counts[(now - ago + memory) % memory] ?? 0
  return sum
}
