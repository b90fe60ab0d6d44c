// Sends schema statements, one at a time, and waits until the nodes agree: changes made while they do not can damage a
// cluster for good.
import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from '../connection/connection.js'
import { agreement } from '../connection/driver-internals/internals.js'
import type { RequestOptions } from '../connection/request.js'
import { type Host, types } from '../driver.js'
import { SchemaError } from '../errors.js'
import { Coordinator, nearHosts, onNode } from './nodes.js'
import type { ReadSettings } from './schema.js'
import type { SchemaPlace, SyncReport } from './report.js'

/** ms, after the ten seconds that the driver waits by itself. */
const agreementTimeout = 10_000
/** ms between two looks; the driver's own 500 ms would be most of what a statement takes. */
const agreementPause = 50
/** ms for one node to tell its version. */
const versionTimeout = 2000

/** Whether all nodes have the same schema; if not, why one of them did not tell its own, where that is the reason. */
export interface Agreement { readonly isThere: boolean, readonly cause?: unknown }

/**
 * Asks again and again, for at most ten seconds. A node that is down counts with the schema that it had, one that does
 * not answer as one that has another.
 */
export async function nodesAgree (connection: Connection): Promise<Agreement> {
  const end = performance.now() + agreementTimeout
  for (;;) {
    const agreement = await agreeNow(connection)
    if (agreement.isThere || performance.now() >= end) return agreement
    await pause(agreementPause)
  }
}

async function agreeNow (connection: Connection): Promise<Agreement> {
  if (nearHosts(connection.client).length === 0) return { isThere: await agreement(connection.client)?.() ?? true }
  const { versions, silent } = await schemaVersions(connection)
  const [first] = silent.values()
  if (first !== undefined) return { isThere: false, cause: first }
  return { isThere: versions.size === 1 }
}

/** What each node says of its schema. */
export interface SchemaVersions {
  /** Addresses of nodes by their version; one that is down counts with the one that it had. */
  readonly versions: ReadonlyMap<string, readonly string[]>
  /** Why, by the addresses of those that do not tell. */
  readonly silent: ReadonlyMap<string, unknown>
}

/**
 * Each node is asked for its own version. The driver asks one node, which knows of the others what they said some time
 * ago: when that one has not heard of a change yet, all seem to agree on what was before.
 */
export async function schemaVersions ({ client, session }: Connection): Promise<SchemaVersions> {
  const versions = new Map<string, string[]>()
  const silent = new Map<string, unknown>()
  const asked = new Set<string>()
  const ask = async (host: Host, what: string): Promise<types.Row[]> => {
    try {
      return (await session.execute(`SELECT ${what}`, [], onNode(versionOptions, host))).rows
    } catch (error) {
      silent.set(host.address, error)
      return []
    }
  }
  const add = (version: unknown, address: string): void => {
    if (version === null || version === undefined) return
    const same = versions.get(String(version))
    if (same === undefined) versions.set(String(version), [address])
    else same.push(address)
  }
  const nodes = nearHosts(client)
  await Promise.all(nodes.map(async (host) => {
    for (const row of await ask(host, 'host_id, schema_version FROM system.local')) {
      asked.add(String(row['host_id']))
      add(row['schema_version'], host.address)
    }
  }))
  const first = nodes.find(({ address }) => !silent.has(address))
  const others = first === undefined ? [] : await ask(first, 'peer, host_id, schema_version FROM system.peers')
  // Those that are down, or in another data center.
  for (const row of others) {
    if (!asked.has(String(row['host_id']))) add(row['schema_version'], String(row['peer']))
  }
  return { versions, silent }
}

const versionOptions: RequestOptions = Object.freeze({
  kind: 'schema',
  prepare: false,
  isIdempotent: true,
  consistency: types.consistencies.localOne,
  timeout: versionTimeout,
  label: 'system.local'
})

/**
 * Sends one statement, which must do no harm when it is sent twice.
 * @returns whether all nodes have the change then
 * @throws the driver's errors, as they are
 */
export async function sendSchemaStatement (
  connection: Connection, node: Coordinator, cql: string, keyspace: string, { timeout }: ReadSettings = {}
): Promise<Agreement> {
  await node.execute(
    cql, [], { kind: 'schema', prepare: false, isIdempotent: true, keyspace, ...timeout !== undefined && { timeout } }
  )
  // The driver waited too, but not where the statement found nothing to do because another process was faster.
  return await nodesAgree(connection)
}

/**
 * Sends a statement that stands alone. It is done then, so that nodes that do not have it yet are no error, but worth a
 * process warning.
 */
export async function changeSchema (connection: Connection, cql: string, keyspace: string): Promise<void> {
  if ((await sendSchemaStatement(connection, new Coordinator(connection), cql, keyspace)).isThere) return
  process.emitWarning(
    `A schema change of keyspace "${keyspace}" was made, but not all nodes of connection "${connection.name}" have ` +
      'it yet; is one of them down?',
    'CQLEngineWarning'
  )
}

/**
 * @param report with all that was sent
 * @param agreement which is not there
 */
export function disagreement ({ connection }: SchemaPlace, report: SyncReport, { cause }: Agreement): SchemaError {
  const sent = report.statements.length
  const what = cause === undefined
    ? `The nodes of connection "${connection}" do not agree on the schema`
    : `The nodes of connection "${connection}" were asked whether they agree on the schema, but not all of them ` +
      'answered (see cause)'
  return new SchemaError(
    `${what}, ` +
    (sent === 0
      ? 'so that nothing was sent. '
      : `after ${sent} ${sent === 1 ? 'statement was' : 'statements were'} sent (see report), the last of which not ` +
        `all nodes ${cause === undefined ? '' : 'may '}have. `) +
    'More is sent only when they agree: see to it that all nodes are up, then sync again',
    report,
    cause === undefined ? {} : { cause }
  )
}
