import type { RequestOptions } from '../connection/request.js'
import type { types } from '../driver.js'
import { QueryError } from '../errors.js'
import { asOurs } from '../known-options.js'
import type { OpOptions } from '../model/operations.js'
import { mergeOptions } from '../model/operation-options.js'
import type { Database } from './operation/database.js'
import { rawDemand } from './operation/operation.js'
import { checkState, isRefusedState, refusedState } from './reading/page-state.js'
import { connectionOf } from './operation/place.js'
import { rawParams } from './raw-params.js'

const raw: RequestOptions = Object.freeze({ kind: 'raw', prepare: true })
/** May be sent to another node, when one is silent or lost. */
const rawRead: RequestOptions = Object.freeze({ kind: 'raw', prepare: true, isIdempotent: true })

/** What goes with a text of the user's: of a SELECT that it may be sent twice. */
export function rawRequest (cql: string): RequestOptions { return /^\s*select\b/i.test(cql) ? rawRead : raw }

/** Options of `db.execute`: those of one operation, and which page. */
export interface RawOptions extends OpOptions {
  /** Rows of one page, at least 1. Default: the driver's, 5000, or that of the client or profile. */
  fetchSize?: number | undefined
  /** Where the page begins: the `pageState` of the one before. `null`: the first. */
  pageState?: string | null | undefined
}

/**
 * The driver's `ResultSet`, whose rows are R. `rows` are those of one page; `for await` of it asks for the later pages
 * too.
 * @example
 * for await (const { n } of await db.execute<{ n: number }>('SELECT n FROM app.page')) console.log(n)
 */
export interface RawResult<R> extends
  Pick<types.ResultSet, 'info' | 'columns' | 'nextPage' | 'rowLength' | 'wasApplied'>, Iterable<R>, AsyncIterable<R> {
  /** The rows of this page; `undefined` for a statement that has none, such as an INSERT. */
  rows: R[]
  /** Where the next page begins; null at the end. */
  pageState: string | null
  /**
   * The first row of this page; null without one.
   * @example
   * const found = (await db.execute<{ n: number }>('SELECT n FROM app.page WHERE url = ?', ['/'])).first()
   * const n = found?.n ?? 0
   */
  first (): R | null
}

/**
 * `db.execute`: CQL as it is, prepared, with the driver's values. Goes to the connection of `using`, else of the scope,
 * else to the default.
 * @throws {ValidationError} that names each parameter which does not fit its marker
 * @throws {QueryError} for options that raw CQL must write itself, and for USE: connections are bound to no keyspace
 *   (FCA-07)
 * @throws {PageTokenError} for a `pageState` of something else
 */
export async function execute (
  db: Database, cql: string, params: readonly unknown[] | Record<string, unknown> = [], options?: RawOptions
): Promise<types.ResultSet> {
  const at = 'db.execute'
  if (typeof cql !== 'string' || cql.trim() === '') throw new QueryError(`${at}: expected a CQL text`)
  if (/^\s*use\b/i.test(cql)) {
    throw new QueryError(`${at}: USE would change the keyspace of all that share the connection; write ` +
      'keyspace.table, or use setKeyspace()')
  }
  const { paging, others } = pagingOf(at, options)
  const demand = rawDemand(at, mergeOptions(undefined, others, at))
  const { session, encoding } = connectionOf(db, demand.using)
  const request = demand.over(rawRequest(cql))
  const values = rawParams({ at, cql, client: session.client, encoding }, params)
  if (paging === undefined) return await session.execute(cql, values, request)
  try {
    return await session.execute(cql, values, { ...request, ...paging })
  } catch (error) {
    throw paging.pageState !== undefined && isRefusedState(error) ? refusedState(at, error) : error
  }
}

interface Paging { readonly fetchSize?: number, readonly pageState?: string }

/** Those options that only raw CQL has, checked, and all others. */
function pagingOf (at: string, options: RawOptions | undefined): { paging?: Paging, others: OpOptions | undefined } {
  try {
    return split(at, options)
  } catch (error) {
    throw asOurs(error, at)
  }
}

function split (at: string, options: RawOptions | undefined): { paging?: Paging, others: OpOptions | undefined } {
  if (typeof options !== 'object' || options === null || !('fetchSize' in options || 'pageState' in options)) {
    return { others: options }
  }
  const { fetchSize, pageState, ...others } = options
  if (fetchSize !== undefined && !(Number.isInteger(fetchSize) && fetchSize > 0 && fetchSize <= 2 ** 31 - 1)) {
    throw new QueryError(`${at}: fetchSize must be a whole number of rows from 1 to 2147483647`)
  }
  const paging = {
    ...fetchSize !== undefined && { fetchSize },
    ...pageState !== undefined && pageState !== null && { pageState: checkState(pageState, at) }
  }
  return { paging, others }
}
