// No statement waits for a silent node to be prepared when others answer. Known version: 4.10. PREPARE knows only
// `socketOptions.readTimeout`, and the driver asks one node at a time; so each connection is given preparations of its
// own that also ask another node after a while.
import { type Client, errors, type Host } from '../../driver.js'
import type { HedgeBudget } from '../hedge.js'
import type { InternalHost, PreparedByDriver, Socket } from './internals.js'
import { hostsInUse, type Silence } from './silence.js'

interface Outcome { readonly prepared: PreparedByDriver, readonly isOwn: boolean }

interface Hedging {
  /** ms without an answer until another node is asked */
  readonly after: number
  readonly budget: HedgeBudget
  readonly silence: Silence
}

export function hedgePreparing (client: Client, how: Hedging): void {
  client.hosts?.on?.('add', (host: InternalHost) => {
    const { pool } = host
    const listen = pool?._addListeners
    if (pool === undefined || typeof listen !== 'function') return
    // Each connection of a pool passes here once, before its first use.
    pool._addListeners = (connection) => {
      listen.call(pool, connection)
      new Preparing({ client, host, connection, ...how }).take()
    }
  })
}

/** Connections that did not answer while another node did. */
const silent = new WeakSet<Socket>()

interface Parts extends Hedging {
  readonly client: Client
  readonly host: Host
  readonly connection: Socket
}

/** Of one connection. */
class Preparing {
  readonly #parts: Parts
  /** What is under way, by what the driver tells statements by. */
  readonly #underWay = new Map<string, Promise<Outcome>>()

  constructor (parts: Parts) {
    this.#parts = parts
  }

  take (): void {
    const { connection, host } = this.#parts
    const { prepareOnceAsync } = connection
    if (typeof prepareOnceAsync !== 'function' || typeof connection.prepareOnce !== 'function') return
    const ask = (query: string, keyspace: string | undefined): Promise<PreparedByDriver> =>
      prepareOnceAsync.call(connection, query, keyspace)

    // The first preparation of a statement: what any node answers will do. A node that is coming back is prepared for
    // that, and nothing else.
    connection.prepareOnceAsync = async (query, keyspace) =>
      host.isUp() ? (await this.#prepare(query, keyspace, ask)).prepared : await ask(query, keyspace)

    // This node just answered that it does not know the statement. If it falls silent now, the request goes on to the
    // next.
    connection.prepareOnce = (query, keyspace, callback) => {
      silent.delete(connection)
      this.#prepare(query, keyspace, ask).then(({ prepared, isOwn }) => {
        if (isOwn) callback(null, prepared)
        else {
          callback(
            new errors.OperationTimedOutError(
            `The host ${host.address} did not prepare a statement within ${this.#parts.after} ms`, host.address
            )
          )
        }
      }, callback)
    }
  }

  #prepare (query: string, keyspace: string | undefined, ask: Ask): Promise<Outcome> {
    const name = `${keyspace ?? ''}${query}`
    const known = this.#underWay.get(name)
    if (known !== undefined) return known
    const outcome = this.#first(query, keyspace, ask).finally(() => { this.#underWay.delete(name) })
    this.#underWay.set(name, outcome)
    return outcome
  }

  #first (query: string, keyspace: string | undefined, ask: Ask): Promise<Outcome> {
    const { connection, after, budget, silence } = this.#parts
    // While it owes an answer, others are asked in its place: nothing is sent twice.
    const substitute = silent.has(connection) ? this.#other() : undefined
    if (substitute !== undefined) return asked(substitute, query, keyspace).then(fromOther)

    return new Promise((resolve, reject) => {
      let open = 1
      const failed = (error: unknown): void => { if (--open === 0 || isVerdict(error)) reject(error) }
      const askOther = (): void => {
        const other = this.#other()
        if (other === undefined || !budget.hasRoom(silence.look().holdUp)) {
          timer = setTimeout(askOther, after).unref()
          return
        }
        budget.spend()
        open++
        asked(other, query, keyspace).then((prepared) => {
          silent.add(connection)
          resolve(fromOther(prepared))
        }, failed)
      }
      let timer = setTimeout(askOther, after).unref()
      ask(query, keyspace).then((prepared) => { resolve({ prepared, isOwn: true }) }, failed).finally(() => {
        clearTimeout(timer)
        // The next one may try it again.
        silent.delete(connection)
      })
    })
  }

  /** A connection to another node that is not known to be silent; any of them. */
  #other (): Socket | undefined {
    const { client, host, silence } = this.#parts
    const mute = silence.look().silent
    const others = hostsInUse(client).filter((one) => one !== host && !mute.has(one))
    const start = Math.floor(Math.random() * others.length)
    for (const one of [...others.slice(start), ...others.slice(0, start)]) {
      try {
        const connection = one.borrowConnection?.()
        if (connection !== undefined && !silent.has(connection)) return connection
      } catch {
        // It has no connection, or no room on it.
      }
    }
    return undefined
  }
}

type Ask = (query: string, keyspace: string | undefined) => Promise<PreparedByDriver>

const fromOther = (prepared: PreparedByDriver): Outcome => ({ prepared, isOwn: false })

/** The driver's own way to ask, on a connection that may have one of ours by now: that asks a third node if it must. */
async function asked (connection: Socket, query: string, keyspace: string | undefined): Promise<PreparedByDriver> {
  if (keyspace !== undefined && connection.keyspace !== keyspace) await connection.changeKeyspace?.(keyspace)
  if (typeof connection.prepareOnceAsync !== 'function') throw new Error('The connection cannot prepare')
  return await connection.prepareOnceAsync(query, keyspace)
}

const leastVerdict = 0x2000

/** Every node would answer that: the statement is wrong, or not allowed. */
const isVerdict = (error: unknown): boolean => error instanceof errors.ResponseError && error.code >= leastVerdict
