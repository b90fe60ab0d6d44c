// The driver must read its own rows as it was written to. Known version: 4.10. A client with `encoding.map` or
// `encoding.set` gets Maps and Sets in the rows of system tables too, and there the driver looks for keys of objects:
// every keyspace counts as one replica with no strategy options, so all requests of a partition go to one node, and
// silent nodes are not avoided.
import type { Client } from '../../driver.js'
import { type Answer, type ControlConnection, internalsOf, optionsOf } from './internals.js'

type Collection = abstract new (...args: never[]) => unknown

const repaired = new WeakSet<ControlConnection>()

/**
 * Turns the Maps and Sets of the rows that the driver reads for itself into objects and arrays. Statements of the
 * client's user take another way.
 * @param isOurs the rows of traces and of nodes too; a user's own client shows those in the form that it always did
 */
export function readClusterRows (client: Client, isOurs: boolean): void {
  const control = internalsOf(client).controlConnection
  const { map, set } = optionsOf(client)?.encoding ?? {}
  if (control === undefined || typeof control.query !== 'function' || repaired.has(control) || (!map && !set)) return
  repaired.add(control)
  const plain = plainly([Map, map as Collection | undefined], [Set, set as Collection | undefined])

  const { query } = control
  control.query = async (request, ...rest) => {
    const answer = await query.call(control, request, ...rest)
    // The schema is asked for in texts, traces are not.
    return isOurs || typeof request === 'string' ? plainAnswer(answer, plain) : answer
  }
  if (!isOurs) return
  const { _setLocalInfo: setLocal, setPeersInfo: setPeers } = control
  if (typeof setLocal === 'function') {
    control._setLocalInfo = (initializing, current, connection, answer) => {
      setLocal.call(control, initializing, current, connection, plainAnswer(answer, plain))
    }
  }
  if (typeof setPeers === 'function') {
    control.setPeersInfo = (initializing, answer) => setPeers.call(control, initializing, plainAnswer(answer, plain))
  }
}

/**
 * To be called before {@link readClusterRows}: what a user's client that is connected, or about to be, has misread
 * already.
 * @returns reads it again, once the client is connected; absent: nothing to do
 */
export function misreadCluster (client: Client): (() => Promise<void>) | undefined {
  const { connected, connecting, controlConnection } = internalsOf(client)
  const { encoding, isMetadataSyncEnabled } = optionsOf(client) ?? {}
  const isAffected = connected === true || connecting === true
  if (!isAffected || !encoding?.map || isMetadataSyncEnabled === false || controlConnection === undefined ||
    repaired.has(controlConnection)) return undefined
  // It served its user as it was, so a failure is no reason to refuse it.
  return async () => { await client.metadata.refreshKeyspaces().catch(() => {}) }
}

function plainAnswer (answer: Answer, plain: (value: unknown) => unknown): Answer {
  for (const row of answer?.rows ?? []) for (const [name, value] of Object.entries(row)) row[name] = plain(value)
  return answer
}

/** The forms that a client without `encoding` gives. */
function plainly (
  maps: readonly (Collection | undefined)[], sets: readonly (Collection | undefined)[]
): (value: unknown) => unknown {
  const isOne = (value: unknown, classes: readonly (Collection | undefined)[]): value is Map<unknown, unknown> =>
    classes.some((one) => typeof one === 'function' && value instanceof one)
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain)
    if (isOne(value, maps)) {
      return Object.fromEntries(foreignEntries(value).map(([key, one]) => [String(key), plain(one)]))
    }
    if (isOne(value, sets)) return foreignEntries(value).map(([, one]) => plain(one))
    return value
  }
  return plain
}

/** `forEach`, for that is what every stand-in for Map or Set has. */
function foreignEntries (collection: Map<unknown, unknown>): [key: unknown, value: unknown][] {
  const entries: [unknown, unknown][] = []
  collection.forEach((value, key) => { entries.push([key, value]) })
  return entries
}
