import type { Connection } from '../connection/connection.js'
import { optionsOf } from '../connection/driver-internals/internals.js'
import type { RequestOptions } from '../connection/session.js'
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
