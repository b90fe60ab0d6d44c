// Sends schema statements, one at a time, and waits until the nodes agree: changes made while they do not can damage a cluster
// for good.
import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from '../connection/connection.js'
import { agreement } from '../connection/driver-internals/internals.js'
import type { RequestOptions } from '../connection/session.js'
import { SchemaError } from '../errors.js'
import type { ReadSettings } from './schema.js'
import type { Place, SyncReport } from './report.js'

/** ms, after the ten seconds that the driver waits by itself. */
const agreementTimeout = 10_000
/** ms between two looks; the driver's own 500 ms would be most of what a statement takes. */
const agreementPause = 50

/**
 * Whether all nodes have the same schema, asked again and again for at most ten seconds. A node that is down counts with the schema
 * that it had.
 */
export async function nodesAgree ({ client }: Connection): Promise<boolean> {
  const agree = agreement(client)
  if (agree === undefined) return true
  const end = performance.now() + agreementTimeout
  while (!await agree()) {
    if (performance.now() >= end) return false
    await pause(agreementPause)
  }
  return true
}

/**
 * Sends one statement, which must do no harm when it is sent twice.
 * @returns whether all nodes have the change
 * @throws the driver's errors, as they are
 */
export async function sendSchemaStatement (connection: Connection, cql: string, keyspace: string, { timeout }: ReadSettings = {}): Promise<boolean> {
  const options: RequestOptions = { kind: 'schema', prepare: false, isIdempotent: true, keyspace, ...timeout !== undefined && { timeout } }
  await connection.session.execute(cql, [], options)
  // The driver waited too, but not where the statement found nothing to do because another process was faster.
  return await nodesAgree(connection)
}

/** Sends a statement that stands alone. It is done then, so that nodes that do not have it yet are no error, but worth a process warning. */
export async function changeSchema (connection: Connection, cql: string, keyspace: string): Promise<void> {
  if (await sendSchemaStatement(connection, cql, keyspace)) return
  process.emitWarning(`A schema change of keyspace "${keyspace}" was made, but not all nodes of connection "${connection.name}" have it yet; is one of them down?`, 'CQLEngineWarning')
}

/** @param report with all that was sent */
export function disagreement ({ connection }: Place, report: SyncReport): SchemaError {
  const sent = report.statements.length
  return new SchemaError(
    `The nodes of connection "${connection}" do not agree on the schema, ` +
    `${sent === 0 ? 'so that nothing was sent' : `after ${sent} ${sent === 1 ? 'statement was' : 'statements were'} sent (see report), the last of which not all nodes have`}. ` +
    'More is sent only when they agree: see to it that all nodes are up, then sync again', report)
}
