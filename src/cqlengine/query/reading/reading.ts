import type { Receiver } from '../../connection/session.js'
import type { RequestOptions } from '../../connection/request.js'
import { errors, type types } from '../../driver.js'
import { QueryError } from '../../errors.js'
import { knownOptions } from '../../known-options.js'
import type { Page, StatementPreview } from '../../model/answer-api.js'
import { promised } from '../../model/instance.js'
import { META } from '../../model/meta.js'
import type { DriverRow } from '../../model/state.js'
import type { Database } from '../operation/database.js'
import { checkState, isRefusedState, refusedState } from './page-state.js'
import { changed, type QueryState } from '../terms/query-state.js'
import { checkResult } from '../operation/result-types.js'
import { type Asked, findsNothing, planSelect, type SelectPlan } from './select-plan.js'
import { fingerprint } from '../operation/wire.js'

/** All rows, whatever the page size. */
export function readAll (db: Database, state: QueryState): Promise<unknown[]> {
  return ask(db, state, () => [], rowsFrom)
}

/** What `pick` makes of all rows. */
export function readPicked<T> (db: Database, state: QueryState, pick: (rows: unknown[]) => T): Promise<T> {
  return ask(db, state, () => pick([]), (ready, first) => {
    const rows = rowsFrom(ready, first)
    return rows instanceof Promise ? rows.then(pick) : pick(rows)
  })
}

/**
 * Sends a query. Its answer is worked on where it comes in: of 50,000 reads that wait, nothing shall be kept but what
 * is sent.
 * @param nothing what the caller gets of a query that finds nothing
 */
function ask<T> (
  db: Database,
  state: QueryState,
  nothing: () => T,
  take: (ready: SelectPlan, answer: types.ResultSet) => T | Promise<T>
): Promise<T> {
  return promised(() => {
    const ready = plan(db, state)
    if (findsNothing(state)) return nothing()
    const { place, cql, params, request } = ready
    const receiver: Receiver<T | Promise<T>> = { received: (answer) => take(ready, answer), ended }
    return place.connection.session.send(cql, params, request, receiver) as Promise<T> // a promise within is awaited
  })
}

function ended (): void {}

function rowsFrom (ready: SelectPlan, first: types.ResultSet): unknown[] | Promise<unknown[]> {
  const rows = ready.read(rowsIn(ready, first))
  return first.pageState ? withLaterPages(ready, first.pageState, rows) : rows
}

async function withLaterPages (ready: SelectPlan, start: string, rows: unknown[]): Promise<unknown[]> {
  for await (const page of laterPages(ready, start)) {
    for (const row of ready.read(page)) rows.push(row)
  }
  return rows
}

/** Asks for one row only. */
export function readFirst (db: Database, state: QueryState): Promise<unknown> {
  return ask(db, changed(state, { limit: 1 }), () => null, firstFrom)
}

function firstFrom (ready: SelectPlan, answer: types.ResultSet): unknown {
  const rows = rowsIn(ready, answer)
  if (rows.length > 0) return ready.read(rows)[0]
  // With filtering a page may be empty although a later one is not.
  return answer.pageState ? firstOfLater(ready, answer.pageState) : null
}

async function firstOfLater (ready: SelectPlan, start: string): Promise<unknown> {
  for await (const later of laterPages(ready, start)) {
    if (later.length > 0) return ready.read(later)[0]
  }
  return null
}

/**
 * So many rows of a page are made into instances at once: more would outlive the young generation of V8, and memory
 * grow with the page.
 */
const slice = 100

/**
 * Rows of a page when they are read one by one. The driver's 5,000 would live long enough to be taken for old, which
 * costs memory; fewer cost time (bench/streaming).
 */
const streamed = 2000

/**
 * All rows in slices; the next page is under way while one is worked on. `timeout` holds for each page: how long a row
 * takes is the caller's.
 */
export async function * slicesOf (db: Database, state: QueryState): AsyncGenerator<unknown[], void, undefined> {
  const ready = plan(db, state)
  if (findsNothing(state)) return
  const { place, cql, params, request, read } = ready
  const { connection: { session, fetchSize } } = place
  const paged = request.fetchSize === undefined ? { ...request, fetchSize: Math.min(fetchSize, streamed) } : request
  for await (const page of session.pages(cql, params, paged)) {
    for (const rows of inSlices(rowsIn(ready, page))) yield read(rows)
  }
}

/** The rows of a page, as many at once as are made into instances at once. */
export function * inSlices<R> (rows: readonly R[]): Generator<R[], void, undefined> {
  for (let i = 0; i < rows.length; i += slice) yield rows.slice(i, i + slice)
}

/** The number of rows. What the server cannot count in the shape asked for is counted by reading (QRY-11, QRY-16). */
export async function countRows (db: Database, state: QueryState): Promise<number> {
  if (state.output.kind === 'distinct' || state.groupBy.length > 0 || state.perPartitionLimit !== undefined) {
    return await countByReading(db, state)
  }
  const ready = plan(db, state, 'count')
  if (findsNothing(state)) return 0
  const { place, cql, params, request } = ready
  const result = await place.connection.session.execute(cql, params, request)
  const count = Number(String(rowsIn(ready, result)[0]?.['count'] ?? 0))
  return Math.min(count, state.limit ?? count)
}

async function countByReading (db: Database, state: QueryState): Promise<number> {
  const ready = plan(db, state)
  if (findsNothing(state)) return 0
  const { place, cql, params, request } = ready
  const first = await place.connection.session.execute(cql, params, request)
  let count = rowsIn(ready, first).length
  if (!first.pageState) return count
  for await (const page of laterPages(ready, first.pageState)) count += page.length
  return count
}

/** The pages after the first one. `timeout` is for the operation as a whole, so each gets what is left of it. */
async function * laterPages (ready: SelectPlan, start: string): AsyncGenerator<DriverRow[], void, undefined> {
  const { place, cql, params, request } = ready
  const { session } = place.connection
  if (request.timeout === undefined) {
    for await (const page of session.pages(cql, params, { ...request, pageState: start })) yield rowsIn(ready, page)
    return
  }
  const { timeout } = request
  const begun = performance.now()
  for (let pageState: string | null = start; pageState;) {
    const left: number = timeout - (performance.now() - begun)
    if (left <= 0) {
      throw new errors.OperationTimedOutError(`Reading all pages on connection "${place.connection.name}" did not ` +
        `end within ${timeout} ms`)
    }
    const page: types.ResultSet = await session.execute(cql, params, { ...request, timeout: left, pageState })
    yield rowsIn(ready, page)
    pageState = page.pageState
  }
}

const pageOptions = ['size', 'state', 'token'] as const

/** One page and the way to the next one. */
export async function readPage (
  db: Database, given: QueryState, options?: { size?: unknown, state?: unknown, token?: unknown }
): Promise<Page<unknown>> {
  const at = `${given.model[META].name}.page`
  const { size, state: pageState, token } = knownOptions(at, options, pageOptions)
  if (size !== undefined && !(typeof size === 'number' && Number.isInteger(size) && size >= 1 && size <= 2 ** 31 - 1)) {
    throw new QueryError(`${at}: size must be a whole number from 1 to 2147483647`)
  }
  if (isGiven(pageState) && isGiven(token)) throw new QueryError(`${at}: give either state or token`)
  const ready = plan(db, size === undefined ? given : changed(given, { fetchSize: size }))
  if (ready.request.fetchSize === 0) {
    throw new QueryError(`${at}: with in on the partition key and orderBy Cassandra cannot page; take one of them ` +
      'out, or use all()')
  }
  const binding = bindingOf(ready)
  const start = isGiven(token)
    ? db.pageTokens.open(token, binding)
    : isGiven(pageState) ? checkState(pageState, at) : undefined
  if (findsNothing(given)) return { rows: [], nextState: null, nextToken: null }
  const result = await fetchPage(ready, start, isGiven(pageState) ? at : undefined)
  const nextState = result.pageState || null
  return {
    rows: ready.read(rowsIn(ready, result)),
    nextState,
    nextToken: nextState === null ? null : db.pageTokens.seal(nextState, binding)
  }
}

/** @param at set when the state came from outside, so that the server's complaint is about it */
async function fetchPage (
  { place, cql, params, request }: SelectPlan, start: string | undefined, at: string | undefined
): Promise<types.ResultSet> {
  const options: RequestOptions = start === undefined ? request : { ...request, pageState: start }
  try {
    return await place.connection.session.execute(cql, params, options)
  } catch (error) {
    if (at !== undefined && isRefusedState(error)) throw refusedState(at, error)
    throw error
  }
}

function isGiven (value: unknown): boolean { return value !== undefined && value !== null }

/** Text, parameters, connection, keyspace and which source decided. */
export function previewOf (db: Database, state: QueryState): StatementPreview {
  const { cql, params, place } = plan(db, state)
  return {
    cql,
    params: [...params],
    connection: place.connection.name,
    keyspace: place.keyspace,
    decidedBy: { ...place.decidedBy }
  }
}

function plan (db: Database, state: QueryState, asked: Asked = 'rows'): SelectPlan {
  return planSelect(db, state, asked)
}

/** @throws {SchemaError} for rows of other types than the model's */
function rowsIn (ready: SelectPlan, result: types.ResultSet): DriverRow[] {
  checkResult(ready, result)
  return (result.rows ?? []) as DriverRow[]
}

/** What a token is for. The page size is not part of it: it may change from page to page. */
function bindingOf ({ cql, params, place }: SelectPlan): string {
  return fingerprint([place.connection.name, place.keyspace, cql, ...params])
}
