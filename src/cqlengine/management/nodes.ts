import type { Connection } from '../connection/connection.js'
import { isDriverError } from '../connection/driver-error.js'
import { optionsOf } from '../connection/driver-internals/internals.js'
import type { Params, RequestOptions } from '../connection/request.js'
import { type Host, types } from '../driver.js'

/** The session hands options to the driver as they are; `host` makes it ask this node only. */
export type OneNode = RequestOptions & { readonly host?: Host }

/** The nodes that a request can be sent to. None where the driver tells of none. */
export function nearHosts (client: Connection['client']): Host[] {
  // The driver has no connection to nodes that its policy ignores, and sends nothing to those
  // that are down.
  const policy = optionsOf(client)?.policies?.loadBalancing
  const hosts = client.hosts?.values() ?? []
  return hosts.filter((host) => host.isUp() && policy?.getDistance(host) !== types.distance.ignored)
}

/** As {@link nearHosts}; undefined: whichever the driver takes. */
export function nodesOf ({ client }: Connection): (Host | undefined)[] {
  const nodes = nearHosts(client)
  return nodes.length === 0 ? [undefined] : nodes
}

/**
 * The node through which a sync reads and sends all. What one node has, another may not have yet: a statement that
 * builds on what was read must go to the node that said so. All processes take the same one as long as it is up, so
 * that it puts their changes in an order: where two nodes take different types of one column at once, the schema of the
 * cluster is damaged.
 */
export class Coordinator {
  readonly #connection: Connection
  readonly #failed = new Set<Host>()

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /** Undefined: whichever the driver takes. */
  get host (): Host | undefined {
    const hosts = nearHosts(this.#connection.client).filter((host) => !this.#failed.has(host))
    return hosts.sort((a, b) => idOf(a) < idOf(b) ? -1 : 1)[0]
  }

  /** Gives what `ask` gives of the node; of the next one where it does not answer. */
  async ask<T> (ask: (host: Host | undefined) => Promise<T>): Promise<T> {
    // Of a lazy connection nothing is known of the nodes before.
    if (!this.#connection.isReady) await this.#connection.connect()
    for (;;) {
      const { host } = this
      try {
        return await ask(host)
      } catch (error) {
        if (host === undefined ||
          !(isDriverError(error, 'NoHostAvailableError') || isDriverError(error, 'OperationTimedOutError'))) throw error
        this.#failed.add(host)
      }
    }
  }

  async execute (cql: string, params: Params, options: RequestOptions): Promise<types.ResultSet> {
    return await this.ask(async (host) => await this.#connection.session.execute(cql, params, onNode(options, host)))
  }
}

export function onNode (options: RequestOptions, host: Host | undefined): OneNode {
  return host === undefined ? options : { ...options, host }
}

/** A node keeps its id, while its address is what each client sees of it. */
function idOf ({ hostId, address }: Host): string { return String(hostId ?? address) }
