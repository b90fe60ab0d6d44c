import { randomInt } from 'node:crypto'
import type { Server } from 'node:net'
import type { Endpoints, Reservation } from './guardian-protocol.js'
import { listen } from './lock.js'
import { systemCode } from './start-error.js'

/** Held as long as the cluster runs: who listens here owns the whole address. */
const lockPort = 7009
/** The first address and port that could not be had, and the system's reason. */
export interface Refusal { readonly taken: string, readonly code: string }
export const standardPorts = { cqlPort: 9042, storagePort: 7000 }

/**
 * Finds loopback addresses for the nodes of a cluster and takes them for as long as this process runs.
 * Linux answers on all of 127.0.0.0/8; the places are drawn at random, so a client of an earlier cluster that still
 * reconnects does not find the next one.
 */
export async function reserve ({ count, wanted, strict }: Reservation, take = takeAll): Promise<Endpoints | Refusal> {
  let refusal = { taken: '', code: 'EADDRINUSE' }
  for (const endpoints of candidates(count, wanted, strict)) {
    const result = await take(endpoints)
    if (result === undefined) return endpoints
    refusal = result
    if (refusal.code !== 'EADDRINUSE') break
  }
  return refusal
}

function * candidates (count: number, wanted: Endpoints | undefined, strict: boolean): Generator<Endpoints> {
  if (wanted) yield wanted
  if (strict) return
  // Someone who listens on all addresses (a container's published port, for one) takes a port everywhere: then other
  // ports.
  for (let set = 0; set < 10; set++) {
    const ports = { cqlPort: standardPorts.cqlPort + 100 * set, storagePort: standardPorts.storagePort + 100 * set }
    for (let draw = 0; draw < 5; draw++) yield { addresses: successive(randomAddress(), count), ...ports }
  }
}

/** The given IPv4 address and those after it. */
export function successive (first: string, count: number): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = first.split('.').map(Number)
  return Array.from({ length: count }, (_, i) => `${a}.${b}.${c}.${d + i}`)
}

function randomAddress (): string {
  return `127.${randomInt(64, 128)}.${randomInt(256)}.${randomInt(1, 250)}`
}

/** Takes all addresses or none. */
async function takeAll ({ addresses, cqlPort, storagePort }: Endpoints): Promise<Refusal | undefined> {
  const locks: Server[] = []
  for (const host of addresses) {
    // The lock first: the ports are only looked at by its holder.
    for (const port of [lockPort, cqlPort, storagePort]) {
      const result = await tryListen(host, port)
      if (typeof result !== 'string') {
        if (port === lockPort) locks.push(result)
        else await new Promise((resolve) => result.close(resolve))
        continue
      }
      for (const lock of locks) lock.close()
      return { taken: `${host}:${port === lockPort ? cqlPort : port}`, code: result }
    }
  }
  return undefined
}

async function tryListen (host: string, port: number): Promise<Server | string> {
  try {
    return await listen({ host, port }) ?? 'EADDRINUSE'
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return code
  }
}
