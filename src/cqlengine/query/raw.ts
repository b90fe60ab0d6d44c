import type { RequestOptions } from '../connection/session.js'
import type { types } from '../driver.js'
import { BatchError, QueryError } from '../errors.js'
import type { OpOptions } from '../model/operations.js'
import { mergeOptions } from '../model/options.js'
import { refuse } from '../model/refusal.js'
import { connectionOf, type Database } from './place.js'
import { rawParams } from './raw-params.js'
import { requestOf } from './write.js'

const raw: RequestOptions = Object.freeze({ kind: 'raw', prepare: true })

/**
 * `db.execute`: CQL as it is, prepared, with the driver's values. Goes to the connection of `using`, else of the scope, else to the default.
 * @throws {ValidationError} that names each parameter which does not fit its marker
 * @throws {QueryError} for options that raw CQL must write itself, and for USE: connections are bound to no keyspace (FCA-07)
 */
export async function execute (db: Database, cql: string, params: readonly unknown[] | Record<string, unknown> = [], options?: OpOptions): Promise<types.ResultSet> {
  const at = 'db.execute'
  if (typeof cql !== 'string' || cql.trim() === '') throw new QueryError(`${at}: expected a CQL text`)
  if (/^\s*use\b/i.test(cql)) throw new QueryError(`${at}: USE would change the keyspace of all that share the connection; write keyspace.table, or use setKeyspace()`)
  const op = mergeOptions(undefined, options, at)
  if (op.batch !== undefined) {
    const error = new BatchError(`${at}: raw CQL cannot be in a batch`)
    refuse(error, op)
    throw error
  }
  for (const name of ['ttl', 'timestamp', 'iff', 'ifExists', 'ifNotExists'] as const) {
    if (op[name] !== undefined) throw new QueryError(`${at}: write ${name} into the CQL text`)
  }
  const { session, encoding } = connectionOf(db, op.using)
  return await session.execute(cql, rawParams({ at, cql, client: session.client, encoding }, params), requestOf(raw, op))
}
