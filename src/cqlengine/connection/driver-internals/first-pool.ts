// When a client of ours can serve. Known version: 4.10. With `warmup` off connect() waits for no pool, and the one
// connection that it has may lead to a data center that no request goes to.
import { type Client, types } from '../../driver.js'
import { type InternalHost, internalsOf } from './internals.js'

/**
 * Resolves when some host that requests may go to has a connection, or none can be had now: then requests will tell
 * why.
 */
export async function firstPool (client: Client): Promise<void> {
  const { profileManager } = internalsOf(client)
  if (profileManager === undefined) return
  const hosts: InternalHost[] = client.hosts.values()
    .filter((host) => profileManager.getDistance(host) !== types.distance.ignored)
  const state = client.getState()
  if (hosts.some((host) => state.getOpenConnections(host) > 0)) return
  // The first one is enough: a silent host shall not delay the others.
  await Promise.any(hosts.map(async (host) => { await host.warmupPool?.() })).catch(() => {})
}
