// What an app finds once it is connected: its keyspace, enough replicas, one schema.
import { setTimeout as delay } from 'node:timers/promises'
import { agreement, optionsOf } from '../../cqlengine/connection/driver-internals/internals.js'
import type { CQLAlchemy } from '../../cqlalchemy.js'
import { type Client, types } from '../../cqlengine/driver.js'
import { shown } from '../../cqlengine/words.js'
import type { Finding } from './finding.js'

const { consistencies } = types

export async function clusterFindings (
  db: CQLAlchemy, keyspace: string | undefined, consistency: number | undefined
): Promise<Finding[]> {
  const { client } = db
  const hosts = client.hosts.values()
  const down = hosts.filter((host) => !host.isUp()).map(({ address }) => address)
  const nodes: Finding = down.length === 0
    ? { check: 'connection', state: 'ok', message: `connected; ${hosts.length} node${hosts.length === 1 ? '' : 's'}` }
    : {
        check: 'connection',
        state: 'note',
        message: `connected; ${down.length} of ${hosts.length} nodes are down: ${down.join(', ')}`,
        remedy: 'start them, or remove them from the ring'
      }
  return [nodes, ...await keyspaceFindings(db, keyspace, consistency), await schemaFinding(client)]
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

/** A change may be on its way: what lasts is a disagreement. */
async function schemaFinding (client: Client): Promise<Finding> {
  const agree = agreement(client) ?? (async () => true)
  for (let attempt = 0; attempt < 10; attempt++) {
    if (await agree()) return { check: 'schema', state: 'ok', message: 'all nodes have one schema' }
    await delay(300)
  }
  return {
    check: 'schema',
    state: 'failed',
    message: 'the nodes do not agree on the schema',
    remedy: 'see nodetool describecluster; restart the node that differs, or nodetool resetlocalschema on it'
  }
}
