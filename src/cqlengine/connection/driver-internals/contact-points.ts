// A contact point that is silent at start holds up nobody. Known version: 4.10. The driver tries one contact point
// after the other, and gives each the whole time limit; here the next one is tried beside it when there is no
// connection after a while.
import { type Client, errors } from '../../driver.js'
import { type ControlConnection, internalsOf, type Socket } from './internals.js'

/** ms */
const patience = 1000

export function tryContactPointsTogether (client: Client): void {
  const control = internalsOf(client).controlConnection
  if (control === undefined || typeof control._borrowFirstConnection !== 'function' ||
    typeof control._createConnection !== 'function') return
  // The driver asks again with the same iterator when a connection turned out to be of no use.
  const searches = new WeakMap<Iterator<string>, Search>()
  control._borrowFirstConnection = async (contactPoints) => {
    const search = searches.get(contactPoints) ?? new Search(control, contactPoints)
    searches.set(contactPoints, search)
    const connection = await search.next()
    control.protocolVersion = connection.protocolVersion
    control._encoder = connection.encoder
    control.connection = connection
  }
}

interface Attempt { readonly point: string, readonly connection?: Socket | undefined, readonly error?: unknown }

class Search {
  readonly #control: ControlConnection
  readonly #points: string[]
  readonly #underWay = new Map<string, Promise<Attempt>>()
  #isWanted = false

  constructor (control: ControlConnection, contactPoints: Iterator<string>) {
    this.#control = control
    this.#points = [...{ [Symbol.iterator]: () => contactPoints }]
  }

  /** The first connection that can be had. @throws {NoHostAvailableError} with what each contact point answered */
  async next (): Promise<Socket> {
    this.#isWanted = true
    try {
      while (true) {
        this.#start()
        if (this.#underWay.size === 0) throw new errors.NoHostAvailableError(this.#control._triedHosts ?? {})
        const attempt = await this.#firstEnd()
        if (attempt === undefined) continue
        this.#underWay.delete(attempt.point)
        if (attempt.connection !== undefined) return attempt.connection
        Object.assign(this.#control._triedHosts ?? {}, { [attempt.point]: attempt.error })
      }
    } finally {
      this.#isWanted = false
    }
  }

  #start (): void {
    const point = this.#points.shift()
    if (point !== undefined) this.#underWay.set(point, this.#attempt(point))
  }

  async #attempt (point: string): Promise<Attempt> {
    let connection: Socket | undefined
    try {
      connection = await this.#control._createConnection?.(point)
    } catch (error) {
      return { point, error }
    }
    if (this.#isWanted || connection === undefined) return { point, connection }
    // Another one was quicker. Should that be of no use, this one is tried anew.
    this.#underWay.delete(point)
    this.#points.push(point)
    connection.closeAsync?.().catch(() => {})
    return { point }
  }

  /** Undefined: there was silence, and there is another contact point to try. */
  async #firstEnd (): Promise<Attempt | undefined> {
    if (this.#points.length === 0) return await Promise.race(this.#underWay.values())
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<undefined>((resolve) => { timer = setTimeout(() => { resolve(undefined) }, patience) })
    try {
      return await Promise.race([...this.#underWay.values(), silence])
    } finally {
      clearTimeout(timer)
    }
  }
}
