// Which nodes answer nobody, and whether others could do their work. Known version: 4.10. Told by what the driver
// counts of each host.
import { type Client, types } from '../../driver.js'
import type { HoldUp } from '../hedge.js'
import { type InternalHost, internalsOf } from './internals.js'

/** ms: the driver counts a host's answers of the last 200 to 400. */
const shortestCounted = 200
export const longestCounted = 400

/** It owes answers, and gave none within the last 200 to 400 ms. */
export const isSilent = (host: InternalHost): boolean =>
  (host.getInFlight?.() ?? 0) > 0 && host.getResponseCount?.() === 0

/** It can be asked, and at its pace answers all that it owes within `after` ms. */
const isQuick = (host: InternalHost, after: number): boolean => host.pool?.connections?.length !== 0 &&
  (host.getInFlight?.() ?? 0) * longestCounted <= (host.getResponseCount?.() ?? 0) * after

/** The hosts that are up, and that the client asks at all. */
export function hostsInUse (client: Client): InternalHost[] {
  const { profileManager } = internalsOf(client)
  return client.hosts.values()
    .filter((host) => host.isUp() && profileManager?.getDistance(host) !== types.distance.ignored)
}

interface Finding {
  readonly holdUp: HoldUp
  readonly silent: ReadonlySet<InternalHost>
}

/** Of the hosts of one client. */
export class Silence {
  readonly #client: Client
  readonly #after: number
  readonly #clock: () => number
  #found: Finding | undefined
  #until = 0

  /**
   * @param after ms: who answers within it is quick
   * @param clock ms
   */
  constructor (client: Client, after: number, clock: () => number = () => performance.now()) {
    this.#client = client
    this.#after = after
    this.#clock = clock
  }

  /**
   * What holds requests up at this moment. That it is a silent node holds for as long as the driver takes to count the
   * answers: those that the others now owe in its place must not make them look silent, too.
   */
  look (): Finding {
    const now = this.#clock()
    if (this.#found !== undefined && now < this.#until) return this.#found
    const found = this.#find()
    if (found.holdUp === 'silent node') {
      this.#found = found
      this.#until = now + shortestCounted
    } else this.#found = undefined
    return found
  }

  #find (): Finding {
    const inUse = hostsInUse(this.#client)
    const silent = inUse.filter(isSilent)
    // Where requests are few, each node of a cluster that is slow as a whole may seem silent for a moment, and one that
    // owes nothing quick: so the budget asks the answers, too.
    const isOne = silent.length > 0 && inUse.some((host) => isQuick(host, this.#after))
    return {
      holdUp: isOne ? 'silent node' : 'slow cluster',
      silent: new Set(silent.length === inUse.length ? [] : silent)
    }
  }
}
