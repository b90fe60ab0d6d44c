import { createHash } from 'node:crypto'
import { PageTokenError, QueryError } from '../errors.js'
import type { Page, StatementPreview } from '../model/api.js'
import { META, tableOf } from '../model/meta.js'
import type { QueryState } from './query-state.js'
import type { Querying } from './querying.js'
import { findsNothing, planSelect, type SelectPlan } from './select-plan.js'

type Row = Record<string, unknown>

/** All rows, whatever the page size. */
export async function readAll (querying: Querying, state: QueryState): Promise<unknown[]> {
  const { place, cql, params, request, read } = plan(querying, state)
  if (findsNothing(state)) return []
  const { session } = place.connection
  const first = await session.execute(cql, params, request)
  const rows = read(rowsIn(first))
  if (!first.pageState) return rows
  for await (const page of session.pages(cql, params, { ...request, pageState: first.pageState })) {
    for (const row of read(rowsIn(page))) rows.push(row)
  }
  return rows
}

/** Asks for one row only. */
export async function readFirst (querying: Querying, state: QueryState): Promise<unknown> {
  const { place, cql, params, request, read } = plan(querying, { ...state, limit: 1 })
  if (findsNothing(state)) return null
  const { session } = place.connection
  const result = await session.execute(cql, params, request)
  const rows = rowsIn(result)
  if (rows.length > 0) return read(rows)[0]
  // With filtering a page may be empty although a later one is not.
  if (!result.pageState) return null
  for await (const page of session.pages(cql, params, { ...request, pageState: result.pageState })) {
    const later = rowsIn(page)
    if (later.length > 0) return read(later)[0]
  }
  return null
}

/** Page by page, in constant memory; the next page is under way while one is worked on. */
export async function * rowsOf (querying: Querying, state: QueryState): AsyncGenerator<unknown[], void, undefined> {
  const { place, cql, params, request, read } = plan(querying, state)
  if (findsNothing(state)) return
  for await (const page of place.connection.session.pages(cql, params, request)) yield read(rowsIn(page))
}

/** The number of rows. What the server cannot count in the shape asked for is counted by reading (QRY-11, QRY-16). */
export async function countRows (querying: Querying, state: QueryState): Promise<number> {
  if (state.output.kind === 'distinct' || state.groupBy.length > 0 || state.perPartitionLimit !== undefined) {
    let count = 0
    for await (const rows of rowsOf(querying, state)) count += rows.length
    return count
  }
  const { place, cql, params, request } = plan(querying, state, 'count')
  if (findsNothing(state)) return 0
  const result = await place.connection.session.execute(cql, params, request)
  const count = Number(String(rowsIn(result)[0]?.['count'] ?? 0))
  return Math.min(count, state.limit ?? count)
}

/** One page and the way to the next one. */
export async function readPage (querying: Querying, given: QueryState, options: { size?: number, state?: string | null, token?: string | null } = {}): Promise<Page<unknown>> {
  const at = `${given.model[META].name}.page`
  const { size, state: pageState, token } = options
  if (size !== undefined && (!Number.isInteger(size) || size < 1 || size > 2 ** 31 - 1)) throw new QueryError(`${at}: size must be a whole number from 1 to 2147483647`)
  if (pageState !== undefined && pageState !== null && token !== undefined && token !== null) throw new QueryError(`${at}: give either state or token`)
  const state = size === undefined ? given : { ...given, fetchSize: size }
  const ready = plan(querying, state)
  if (ready.request.fetchSize === 0) throw new QueryError(`${at}: with in on the partition key and orderBy Cassandra cannot page; take one of them out, or use all()`)
  if (findsNothing(state)) return { rows: [], nextState: null, nextToken: null }
  const binding = bindingOf(ready)
  const start = typeof token === 'string' ? querying.pageTokens.open(token, binding) : checkedState(pageState, at)
  const result = await ready.place.connection.session.execute(ready.cql, ready.params, start === undefined ? ready.request : { ...ready.request, pageState: start })
  const nextState = result.pageState || null
  return { rows: ready.read(rowsIn(result)), nextState, nextToken: nextState === null ? null : querying.pageTokens.seal(nextState, binding) }
}

/** Text, parameters, connection, keyspace and which source decided. */
export function previewOf (querying: Querying, state: QueryState): StatementPreview {
  const { cql, params, place } = plan(querying, state)
  return { cql, params: [...params], connection: place.connection.name, keyspace: place.keyspace, decidedBy: { ...place.decidedBy } }
}

function plan ({ db, cacheOf }: Querying, state: QueryState, as: 'count' | 'rows' = 'rows'): SelectPlan {
  return planSelect(db, cacheOf(tableOf(state.model)), state, as)
}

function rowsIn (result: { readonly rows?: unknown }): Row[] {
  return (result.rows ?? []) as Row[]
}

function checkedState (state: string | null | undefined, at: string): string | undefined {
  if (state === undefined || state === null) return undefined
  if (typeof state === 'string' && /^(?:[0-9a-f]{2})+$/i.test(state)) return state
  throw new PageTokenError(`${at}: the state is not one that page() gave`)
}

/** What a token is for. The page size is not part of it: it may change from page to page. */
function bindingOf ({ cql, params, place }: SelectPlan): string {
  const hash = createHash('sha256')
  for (const part of [place.connection.name, place.keyspace, cql, ...params.map(serialised)]) hash.update(`${part.length}:`).update(part)
  return hash.digest('base64')
}

function serialised (param: unknown): string {
  return JSON.stringify(param, (_key, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`
    if (value instanceof Map || value instanceof Set) return [...value]
    return value
  }) ?? 'undefined'
}
