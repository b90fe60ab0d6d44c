// Which data center is ours, when nobody says so: that of the contact points, found inside the one client.
import { isIP, connect as tcpConnect } from 'node:net'
import { type Client, errors, type Host, type HostMap, policies, types } from '../driver.js'
import { answeringHost, optionsOf, resolvedContacts } from './driver-internals/internals.js'

type Policy = policies.loadBalancing.LoadBalancingPolicy
// The declarations forget that there may be no error.
const noError = null as unknown as Error

/** How long a contact point may take to accept a connection when data centers compete. */
const patience = 1000

export interface DataCenterOptions {
  /** The data center to use; absent: found. */
  readonly wanted: string | undefined
  readonly warn: (message: string) => void
}

/**
 * A policy that no request uses: as the policy of the first profile it is asked before all others, and sets
 * `localDataCenter` of the client, which they read. The option itself stays away from the driver's constructor: for a
 * data center that does not exist the driver would leave a socket behind that keeps the process alive; an error from
 * here closes everything.
 */
export class DataCenterPolicy extends policies.loadBalancing.LoadBalancingPolicy {
  readonly #options: DataCenterOptions

  constructor (options: DataCenterOptions) {
    super()
    this.#options = options
  }

  override init (client: Client, hosts: HostMap, done: Parameters<Policy['init']>[2]): void {
    this.#choose(client, hosts.values()).then((dataCenter) => {
      const options = optionsOf(client)
      // The driver's declarations forget that it may be undefined.
      if (options !== undefined) Object.assign(options, { localDataCenter: dataCenter })
      done(noError)
    }, done)
  }

  /** Leaves every host to the other policies. */
  override getDistance (): types.distance {
    return types.distance.ignored
  }

  override newQueryPlan (_keyspace: string, _options: unknown, callback: Parameters<Policy['newQueryPlan']>[2]): void {
    callback(noError, [][Symbol.iterator]())
  }

  override getOptions (): Map<string, object> {
    return new Map()
  }

  async #choose (client: Client, hosts: readonly Host[]): Promise<string | undefined> {
    // Astra's bundle names one.
    const wanted = this.#options.wanted ?? optionsOf(client)?.localDataCenter
    const existing = [...new Set(hosts.map((host) => host.datacenter))]
    if (wanted !== undefined) {
      if (existing.includes(wanted)) return wanted
      throw notThere(hosts, existing)
    }
    if (existing.length === 1) return existing[0]
    return await this.#find(client, hosts)
  }

  async #find (client: Client, hosts: readonly Host[]): Promise<string | undefined> {
    const contacts = contactHosts(client, hosts)
    const theirs = [...new Set(contacts.map((host) => host.datacenter))]
    if (theirs.length === 0) return answeringHost(client)?.datacenter ?? hosts[0]?.datacenter
    if (theirs.length === 1) return theirs[0]
    const chosen = await firstToAccept(contacts) ?? answeringHost(client)?.datacenter ?? theirs[0]
    this.#options.warn(`The hosts are in several data centers (${theirs.join(', ')}): using ${chosen}. Name one with ` +
      'localDataCenter')
    return chosen
  }
}

/** The hosts that the contact points stand for, in the user's order. */
function contactHosts (client: Client, hosts: readonly Host[]): Host[] {
  const resolved = resolvedContacts(client)
  const endpoints = (optionsOf(client)?.contactPoints ?? []).flatMap((name) => resolved?.get(name) ?? [])
  return endpoints.flatMap((endpoint) => {
    const { address, port } = split(endpoint)
    return hosts.find((host) => host.address === `${address}:${port}`) ?? []
  })
}

/** The data center of the first host, in this order, that accepts TCP; all are asked at once. */
async function firstToAccept (hosts: readonly Host[]): Promise<string | undefined> {
  const answers = hosts.map((host) => accepts(host))
  for (const [index, answer] of answers.entries()) if (await answer) return hosts[index]?.datacenter
  return undefined
}

function accepts (host: Host): Promise<boolean> {
  const { address, port } = split(host.address)
  return new Promise((resolve) => {
    const socket = tcpConnect({ host: address, port: Number(port), timeout: patience })
    const finish = (accepted: boolean) => () => {
      socket.destroy()
      resolve(accepted)
    }
    socket.once('connect', finish(true)).once('timeout', finish(false)).once('error', finish(false))
  })
}

/** `1.2.3.4:9042`, `::1:9042` (the driver's form of a host) and `[::1]:9042` (its form of a contact point). */
function split (endpoint: string): { address: string, port: string } {
  const colon = endpoint.lastIndexOf(':')
  const address = endpoint.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  return { address: isIP(address) ? address : endpoint.slice(0, colon), port: endpoint.slice(colon + 1) }
}

/** As the driver reports it, but for the name that was configured. */
function notThere (hosts: readonly Host[], existing: readonly string[]): Error {
  const cause = new errors.ArgumentError('localDataCenter names a data center that this cluster does not have; it ' +
    `has: ${existing.join(', ')}`)
  return new errors.NoHostAvailableError({ [hosts[0]?.address ?? 'unknown']: cause })
}
