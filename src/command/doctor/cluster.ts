// What an app finds once it is connected: its keyspace, enough replicas, one schema.
import { setTimeout as delay } from 'node:timers/promises'
import { optionsOf } from '../../cqlengine/connection/driver-internals/internals.js'
import type { CQLAlchemy } from '../../cqlalchemy.js'
import type { Connection } from '../../cqlengine/connection/connection.js'
import { type Client, types } from '../../cqlengine/driver.js'
import { type SchemaVersions, schemaVersions } from '../../cqlengine/management/schema-statement.js'
import { shown } from '../../cqlengine/words.js'
import { registryOf } from '../inside.js'
import type { Finding } from './finding.js'

const { consistencies } = types

export async function clusterFindings (
  db: CQLAlchemy, keyspace: string | undefined, consistency: number | undefined
): Promise<Finding[]> {
  const agreed = await settledVersions(registryOf(db).resolve())
  return [
    nodesFinding(db.client, agreed.silent),
    ...await keyspaceFindings(db, keyspace, consistency),
    schemaFinding(agreed)
  ]
}

/** Those that no connection leads to: down, or silent. */
function nodesFinding (client: Client, silent: ReadonlyMap<string, unknown>): Finding {
  const hosts = client.hosts.values()
  const missing = hosts.filter((host) => !host.isUp() || silent.has(host.address)).map(({ address }) => address)
  if (missing.length === 0) {
    const message = `connected; ${hosts.length} node${hosts.length === 1 ? '' : 's'}`
    return { check: 'connection', state: 'ok', message }
  }
  return {
    check: 'connection',
    state: 'note',
    message: `connected; ${missing.length} of ${hosts.length} nodes cannot be reached: ${missing.join(', ')}`,
    remedy: 'start them, or remove them from the ring; if they run, see that a firewall lets them be reached from ' +
      'here, and broadcast_rpc_address in cassandra.yaml'
  }
}

async function keyspaceFindings (
  db: CQLAlchemy, keyspace: string | undefined, consistency: number | undefined
): Promise<Finding[]> {
  if (keyspace === undefined) {
    return [{ check: 'keyspace', state: 'note', message: 'no keyspace is configured: each model must name its own' }]
  }
  const { rows: [row] } = await db.execute<{ replication: Map<string, string> }>(
    'SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?', [keyspace], { consistency: 'LOCAL_ONE' }
  )
  if (row === undefined) {
    return [{
      check: 'keyspace',
      state: 'failed',
      message: `there is no keyspace ${shown(keyspace)}`,
      remedy: `make it once: db.createKeyspaceSimple(${JSON.stringify(keyspace)}, 1), or with ` +
        'NetworkTopologyStrategy; names keep their case'
    }]
  }
  return [
    { check: 'keyspace', state: 'ok', message: `the keyspace ${shown(keyspace)} is there` },
    replication(db.client, row.replication, consistency ?? consistencies.localOne)
  ]
}

/** How many replicas must answer, in the near data center or in all. */
function replication (client: Client, settings: ReadonlyMap<string, string>, level: number): Finding {
  const own = optionsOf(client)?.localDataCenter ?? ''
  const isSimple = /SimpleStrategy$/.test(settings.get('class') ?? '')
  const perCenter = [...settings].filter(([name]) => name !== 'class' && name !== 'replication_factor')
    .map(([name, factor]) => [name, Number.parseInt(factor, 10)] as const)
  const all = isSimple
    ? Number.parseInt(settings.get('replication_factor') ?? '0', 10)
    : perCenter.reduce((sum, [, factor]) => sum + factor, 0)
  const near = isSimple ? all : new Map(perCenter).get(own) ?? 0
  const isLocal = [consistencies.localOne, consistencies.localQuorum, consistencies.localSerial].includes(level)
  const factor = isLocal ? near : all
  const nodesIn = (center: string | undefined): number =>
    client.hosts.values().filter((host) => center === undefined || host.datacenter === center).length
  // Replicas beyond the nodes of their data center are on none.
  const nodes = isSimple
    ? nodesIn(undefined)
    : isLocal ? nodesIn(own) : perCenter.reduce((sum, [center, one]) => sum + Math.min(one, nodesIn(center)), 0)
  const needed = neededBy(level, factor)
  const name = Object.entries(consistencies).find(([, code]) => code === level)?.[0] ?? String(level)
  if (factor === 0) {
    return {
      check: 'replication',
      state: 'failed',
      message: `the keyspace has no replicas in the data center ${shown(own)}`,
      remedy: `ALTER KEYSPACE … WITH replication = {'class': 'NetworkTopologyStrategy', '${own}': 3}, then ` +
        'nodetool rebuild'
    }
  }
  if (needed > factor) {
    return {
      check: 'replication',
      state: 'failed',
      message: `the consistency ${name} needs ${needed} replicas, and each row has ${factor}`,
      remedy: 'lower the consistency, or raise the replication factor and run nodetool repair --full'
    }
  }
  if (needed > nodes) {
    return {
      check: 'replication',
      state: 'failed',
      message: `the consistency ${name} needs ${needed} replicas, and there ` +
        `${nodes === 1 ? 'is 1 node' : `are ${nodes} nodes`} for them`,
      remedy: 'lower the replication factor to the number of nodes, or add nodes'
    }
  }
  const spare = factor - needed
  return {
    check: 'replication',
    state: spare > 0 ? 'ok' : 'note',
    message: `each row has ${factor} replica${factor === 1 ? '' : 's'}, and ${name} needs ` +
      `${needed}${spare > 0 ? '' : ': one node that is down makes rows unreachable'}`
  }
}

function neededBy (level: number, factor: number): number {
  switch (level) {
    case consistencies.two: return 2
    case consistencies.three: return 3
    case consistencies.all: return factor
    case consistencies.quorum:
    case consistencies.localQuorum:
    case consistencies.eachQuorum:
    case consistencies.serial:
    case consistencies.localSerial:
      return Math.floor(factor / 2) + 1
    default: return 1
  }
}

/** ms for which a change may be on its way, and connections too: what lasts is told. */
const settling = 3000

async function settledVersions (connection: Connection): Promise<SchemaVersions> {
  for (const begun = performance.now(); ;) {
    const found = await schemaVersions(connection)
    const isSettled = found.versions.size <= 1 && found.silent.size === 0
    if (isSettled || performance.now() - begun > settling) return found
    await delay(300)
  }
}

function schemaFinding ({ versions, silent }: SchemaVersions): Finding {
  if (versions.size > 1) {
    const largestFirst = [...versions.values()].sort((a, b) => b.length - a.length)
    const groups = largestFirst.map((nodes) => [...nodes].sort().join(', '))
    return {
      check: 'schema',
      state: 'failed',
      message: `the nodes do not agree on the schema: it is one on ${groups.join(', another one on ')}`,
      remedy: 'start nodes that are down; else see nodetool describecluster, and restart the node that differs, or ' +
        'nodetool resetlocalschema on it. Change no schema before they agree'
    }
  }
  const who = silent.size > 0 ? 'all nodes that answer' : 'all nodes'
  return { check: 'schema', state: 'ok', message: `${who} have one schema` }
}
