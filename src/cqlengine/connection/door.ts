import { CQLEngineError } from '../errors.js'
import type { BatchedQuery, BatchRequestOptions, Params, RequestOptions } from './request.js'

/**
 * The last look at a statement before it is sent. What it refuses is no mistake of a user: every statement of ours was
 * made and judged before, so that one which does not fit is a defect of this library, and sending it could change what
 * nobody meant to change. Raw CQL is not judged.
 * @param connection its name, for the message
 * @throws {CQLEngineError} a read that is no SELECT, a write that is none, or another number of values than of markers
 */
export function checkStatement (
  cql: string, params: Params, { kind, markers, label }: RequestOptions, connection: string
): void {
  if (kind === 'read' ? !cql.startsWith('SELECT ') : kind === 'write' && !isWrite(cql)) {
    throw defect(`a ${kind} was to be sent as another kind of statement`, label, connection)
  }
  if (markers !== undefined && markers !== params.length) {
    throw defect(
      `a statement with ${markers} markers was to be sent with ${String(params.length)} values`, label, connection
    )
  }
}

/**
 * The options of a request, by who sends it: a reader's statement is a read, whatever was found for it. @throws as
 * {@link checkStatement}
 */
export function ofKind (kind: 'read' | 'write', request: RequestOptions): RequestOptions {
  if (request.kind === kind) return request
  throw defect(`a ${kind} found a statement of another kind (${request.kind})`, request.label)
}

/** A batch of ours holds writes only. @throws as {@link checkStatement} */
export function checkBatch (
  queries: readonly BatchedQuery[], { kind, label }: BatchRequestOptions, connection: string
): void {
  for (const { query, params, markers } of queries) {
    if (kind !== 'raw' && !isWrite(query)) {
      throw defect('a batch was to be sent with something that is no write', label, connection)
    }
    if (markers !== undefined && markers !== params.length) {
      throw defect(
        `a batch was to be sent with ${String(params.length)} values for ${markers} markers`, label, connection
      )
    }
  }
}

function isWrite (cql: string): boolean {
  return cql.startsWith('INSERT ') || cql.startsWith('UPDATE ') || cql.startsWith('DELETE ')
}

function defect (what: string, label: string | undefined, connection?: string): CQLEngineError {
  const where = connection === undefined ? '' : ` on connection "${connection}"`
  return new CQLEngineError(`${label ?? 'A statement'}: ${what}${where}, so it was not sent. This is a defect of ` +
    'fastify-cqlalchemy: please report it with the call that led to it')
}
