import { standardPorts } from './addresses.js'
import type { Endpoints } from './guardian-protocol.js'

/** The user that a cluster with passwords has at first. */
export const credentials = { username: 'cassandra', password: 'cassandra' }
/** What SimpleSnitch calls it. */
export const localDataCenter = 'datacenter1'

/** Contact points: the port is named only where it is not the usual one. */
export function contactPoints ({ addresses, cqlPort }: Endpoints): string[] {
  return addresses.map((address) => cqlPort === standardPorts.cqlPort ? address : `${address}:${cqlPort}`)
}

/**
 * The environment of a program that connects to the cluster.
 * @param ca PEM of the certificate to trust; absent: plain text
 */
export function environment (endpoints: Endpoints, auth: boolean, ca?: string): Record<string, string> {
  const clientOptions = {
    ...auth ? { credentials } : {},
    ...ca === undefined ? {} : { sslOptions: { ca, rejectUnauthorized: true } },
    // The driver looks for the other nodes at this port, whatever the contact point's was.
    ...endpoints.cqlPort === standardPorts.cqlPort ? {} : { protocolOptions: { port: endpoints.cqlPort } }
  }
  return {
    CASSANDRA_HOSTS: contactPoints(endpoints).join(','),
    CASSANDRA_LOCAL_DATA_CENTER: localDataCenter,
    ...Object.keys(clientOptions).length > 0 ? { CASSANDRA_SETUP_KWARGS: JSON.stringify(clientOptions) } : {}
  }
}
