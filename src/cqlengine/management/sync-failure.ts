// A sync that fails half-way has done something: whatever ends it, its error tells what.
import { isDriverError } from '../connection/driver-error.js'
import { CQLEngineError, SchemaError } from '../errors.js'
import type { SchemaPlace, SyncReport } from './report.js'

/** What a sync is about, for the message of an error. */
export interface Doing extends SchemaPlace {
  readonly what:
    'reading the schema' | 'sending a statement' | 'waiting until the nodes agree' | 'waiting for the indexes'
}

/**
 * @param report with all that was sent @returns the error itself where it has that report, else one that has it, and it
 * as its cause
 */
export function failure (error: unknown, doing: Doing | undefined, report: SyncReport): unknown {
  if (doing === undefined || (error instanceof SchemaError && error.report === report)) return error
  const { connection, keyspace, what } = doing
  const sent = report.statements.length
  const before = sent === 0
    ? 'nothing was sent'
    : `${sent} ${sent === 1 ? 'statement was' : 'statements were'} sent (see ` +
      `report)${what === 'sending a statement' ? `, the last of which ${lastOf(error)}` : ''}`
  return new SchemaError(
    `The sync of keyspace "${keyspace}" on connection "${connection}" failed while ${what}; ${before}. ` +
      `${reason(error)}`,
    report,
    { cause: error }
  )
}

function lastOf (error: unknown): string {
  return isDriverError(error, 'ResponseError') ? 'the server refused' : 'may have been done or not'
}

/** Of the driver's own errors only the name: their messages have addresses, and this one may get to a client. */
function reason (error: unknown): string {
  if (isDriverError(error, 'ResponseError')) return `The server says: ${error.message}`
  if (error instanceof CQLEngineError) return error.message
  return `The cause is ${error instanceof Error ? `of type ${error.name}` : 'no error'}: see cause`
}
