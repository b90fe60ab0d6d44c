// What can be told of a connection from outside: as it is known here, and as its cluster answers.
import { type Client, types } from '../driver.js'
import type { Connection } from './connection.js'
import { hedgesOf } from './driver-internals/hedged-requests.js'
import type { ConnectionStatus, HostStatus } from './public-types.js'
import { withTimeout } from './time-limit.js'

/** A row that every node has, and reads from itself whatever the consistency. */
const question = 'SELECT key FROM system.local'

export function connectionStatus (connection: Connection, isDefault: boolean): ConnectionStatus {
  const { state, keyspace, session, client } = connection
  const { inFlight, waiting } = session
  return { state, isDefault, keyspace, inFlight, waiting, hedged: hedgesOf(client), hosts: hostStatus(client) }
}

/**
 * Whether some node answers within `timeout` ms; never throws. One silent node shall not hide the others: the driver
 * asks the next one halfway.
 */
export async function isHealthy (connection: Connection, timeout: number): Promise<boolean> {
  const options = {
    kind: 'raw',
    prepare: false,
    isIdempotent: true,
    consistency: types.consistencies.one,
    readTimeout: Math.max(1, Math.floor(timeout / 2)),
    label: 'health',
    urgent: true
  } as const
  try {
    await withTimeout(connection.session.execute(question, [], options), timeout, 'No node answered in time')
    return true
  } catch {
    return false
  }
}

function hostStatus (client: Client): HostStatus[] {
  // A double for tests may have neither.
  if (typeof client.hosts?.values !== 'function' || typeof client.getState !== 'function') return []
  const state = client.getState()
  return client.hosts.values().map((host) => ({
    address: host.address,
    dataCenter: host.datacenter,
    rack: host.rack,
    isUp: host.isUp(),
    connections: state.getOpenConnections(host),
    inFlight: state.getInFlightQueries(host)
  }))
}
