// What a driver's client knows of its cluster, as plain values that two clients can be compared by.
import { type Client, types } from '../../src/cqlengine/driver.js'

/** Names of what is to be looked up in a keyspace; the driver reads these only when asked. */
export interface Wanted {
  readonly tables?: readonly string[]
  readonly types?: readonly string[]
  readonly functions?: readonly string[]
  readonly aggregates?: readonly string[]
  readonly views?: readonly string[]
}

/** Everything of one keyspace and of all nodes. What changes by itself (counts, timers, listeners) is left out. */
export async function clusterView (client: Client, keyspace: string, { tables = [], types: userTypes = [], functions = [], aggregates = [], views = [] }: Wanted = {}): Promise<object> {
  const { metadata } = client
  const all = async (names: readonly string[], read: (name: string) => Promise<unknown>): Promise<Record<string, unknown>> =>
    Object.fromEntries(await Promise.all(names.map(async (name) => [name, await read(name)])))
  const known = {
    tables: await all(tables, (name) => metadata.getTable(keyspace, name)),
    types: await all(userTypes, (name) => metadata.getUdt(keyspace, name)),
    functions: await all(functions, (name) => metadata.getFunctions(keyspace, name)),
    aggregates: await all(aggregates, (name) => metadata.getAggregates(keyspace, name)),
    // The driver's declarations forget that this one gives a promise, too.
    views: await all(views, (name) => (metadata.getMaterializedView as unknown as (keyspace: string, name: string) => Promise<unknown>).call(metadata, keyspace, name))
  }
  const tokens = [...metadata.getTokenRanges()].map(String).sort()
  const keys = Array.from({ length: 20 }, (_, i) => Buffer.from([0, 0, 0, i]))
  return plain({
    ...known,
    keyspace: metadata.keyspaces[keyspace],
    keyspaces: Object.entries(metadata.keyspaces).filter(([name]) => !name.startsWith('t_')).map(([name, { strategy, strategyOptions }]: [string, Strategy]) => ({ name, strategy, strategyOptions })).sort((a, b) => a.name < b.name ? -1 : 1),
    tokens,
    hosts: client.hosts.values().map(({ address, datacenter, rack, tokens, hostId, cassandraVersion, workloads }: Described) => ({ address, datacenter, rack, tokens, hostId: String(hostId), cassandraVersion, workloads })).sort((a, b) => a.address < b.address ? -1 : 1),
    replicas: keys.map((key) => (client.getReplicas(keyspace, key) ?? []).map(({ address }) => address).sort()),
    ranges: client.hosts.values().map((host) => [host.address, [...metadata.getTokenRangesForHost(keyspace, host) ?? []].length]).sort()
  }) as object
}

interface Strategy { readonly strategy?: unknown, readonly strategyOptions?: unknown }
interface Described { readonly address: string, readonly datacenter: string, readonly rack: string, readonly tokens: readonly string[], readonly hostId?: unknown, readonly cassandraVersion: string, readonly workloads?: unknown }

/** Named by their classes, so that a Map is never taken for an object; without the driver's events and functions. */
function plain (value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? 'function' : value
  if (value instanceof types.Uuid || Buffer.isBuffer(value)) return String(value)
  if (Array.isArray(value)) return value.map(plain)
  const kind = value.constructor?.name
  if (value instanceof Map || value instanceof Set) return { kind, items: [...value].map(plain) }
  const entries = Object.entries(value).filter(([key]) => !(key.startsWith('_') || key === 'domain' || key === 'replicas'))
  return { ...kind !== 'Object' && { kind }, ...Object.fromEntries(entries.map(([key, one]) => [key, plain(one)])) }
}
