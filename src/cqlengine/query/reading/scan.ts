// A whole table by parts of the ring, several at once. Each part is read page by page, and the next page of a part is
// asked for when the present one is handed out: so no more pages are in memory than parts are read at once, however
// slow the caller is.
import { boundInt64 } from '../../columns/big-integer.js'
import { routedTo, tokensOf } from '../../connection/driver-internals/token-ring.js'
import type { RequestOptions } from '../../connection/request.js'
import type { types } from '../../driver.js'
import { QueryError } from '../../errors.js'
import { knownOptions } from '../../known-options.js'
import type { ScanOptions, ScanPosition, ScanProgress } from '../../model/scan-api.js'
import { META, tableOf } from '../../model/meta.js'
import type { DriverRow } from '../../model/state.js'
import { isToken, rangeOf } from '../terms/conditions.js'
import { withDiscriminator } from '../terms/family-filter.js'
import { isAggregate } from '../terms/legality-facts.js'
import { isRefusedState } from './page-state.js'
import type { Database } from '../operation/database.js'
import { changed, type QueryState } from '../terms/query-state.js'
import { inSlices } from './reading.js'
import { checkResult } from '../operation/result-types.js'
import { RowIterator } from './row-iterator.js'
import { type Part, positionText, readPosition } from './scan-position.js'
import { findsNothing, planSelect, type SelectPlan } from './select-plan.js'
import { type Bounds, cut, wholeRing, width } from '../terms/token-range.js'
import { fingerprint } from '../operation/wire.js'

const usualConcurrency = 8
const mostConcurrency = 512
const mostSplits = 100_000
/** Parts for each that is read at once: near the end few parts are left, and fewer are read at once. */
const partsEach = 8
/**
 * Rows of a page: of several parts as many pages are in memory at once. More rows cost memory, fewer time
 * (bench/whole-table).
 */
const pageRows = 1000

/** A page, until the caller is through with it. */
export interface ScannedPage {
  readonly rows: readonly DriverRow[]
  /** The position goes beyond it. */
  done (): void
}

interface Settings {
  readonly concurrency: number
  readonly splits: number
  readonly onProgress: ((progress: ScanProgress) => void) | undefined
}

/** What the answer to a request for a page was. */
type Arrived =
  { readonly part: Part, readonly page: types.ResultSet } | { readonly part: Part, readonly error: unknown }

const optionNames = ['concurrency', 'splits', 'from', 'onProgress'] as const

/** The body of scans; users see the interface `Scan` of `model/scan-api.ts`. It is read once, from its position on. */
export class Scan implements AsyncIterable<unknown> {
  readonly #at: string
  readonly #ready: SelectPlan
  readonly #settings: Settings
  readonly #bounds: Bounds
  /** Where the markers of the part's bounds are. */
  readonly #marker: number
  readonly #query: string
  /** Those of which a page was asked for, and is not through. */
  readonly #begun = new Set<Part>()
  /** Those still to be read, and how many of them were begun. */
  #parts: readonly Part[]
  #taken = 0
  #rows = 0
  #isBegun = false
  readonly #findsNothing: boolean

  /** @throws {QueryError} for a query that cannot be divided, for options and a position that cannot be */
  constructor (db: Database, given: QueryState, options: ScanOptions | undefined) {
    this.#at = `${given.model[META].name}.scan`
    const { from, ...settings } = readScanOptions(this.#at, options)
    const state = scanned(this.#at, given)
    this.#ready = planSelect(db, state, 'rows')
    this.#settings = settings
    this.#bounds = rangeOf(state.conditions)?.bounds ?? wholeRing
    const { params, place, cql } = this.#ready
    this.#marker = params.length - 2 - (state.perPartitionLimit === undefined ? 0 : 1)
    this.#query = fingerprint([place.keyspace, cql, ...params])
    this.#parts = from === undefined
      ? [{ bounds: this.#bounds, page: undefined }]
      : readPosition(this.#at, from, this.#query, this.#bounds)
    this.#findsNothing = findsNothing(state)
    if (this.#findsNothing) this.#parts = []
  }

  get position (): ScanPosition {
    return positionText(this.#query, [...this.#begun], this.#parts.slice(this.#taken))
  }

  [Symbol.asyncIterator] (): AsyncIterator<unknown, void, undefined> { return new RowIterator(this.#slices()) }

  async * #slices (): AsyncGenerator<unknown[], void, undefined> {
    const { read } = this.#ready
    for await (const page of this.pages()) {
      for (const rows of inSlices(page.rows)) yield read(rows)
      page.done()
    }
  }

  /** The rows as the driver gives them. */
  async * pages (): AsyncGenerator<ScannedPage, void, undefined> {
    if (this.#isBegun) {
      throw new QueryError(`${this.#at}: this scan was begun before. Go on with another one: scan({ from: ` +
        'scan.position })')
    }
    this.#isBegun = true
    const { connection } = this.#ready.place
    await connection.connect()
    const tokens = tokensOf(connection.client)
    if (tokens === undefined) {
      throw new QueryError(`${this.#at}: connection "${connection.name}" leads to a cluster with another partitioner ` +
        'than Murmur3Partitioner, whose tokens cannot be divided here. Iterate objects instead')
    }
    this.#parts = this.#parts.flatMap((part) => part.page === undefined ? this.#cut(part, tokens) : part)
    const arrivals = new Arrivals()
    let reading = 0
    const begin = (): void => {
      for (; reading < this.#settings.concurrency && this.#taken < this.#parts.length; reading++) {
        const part = this.#parts[this.#taken++] as Part
        this.#begun.add(part)
        this.#ask(arrivals, part, this.#requestOf(part), part.page)
      }
    }
    for (begin(); reading > 0;) {
      const arrived = await arrivals.next()
      if ('error' in arrived) throw this.#failure(arrived.error, arrived.part)
      const { part, page } = arrived
      checkResult(this.#ready, page)
      const next = page.pageState || undefined
      if (next === undefined) {
        reading--
        begin()
      } else this.#ask(arrivals, part, this.#requestOf(part), next)
      const rows = (page.rows ?? []) as DriverRow[]
      yield { rows, done: () => { this.#through(part, next, rows.length) } }
    }
    if (this.#parts.length === 0) this.#tell()
  }

  #through (part: Part, next: string | undefined, rows: number): void {
    if (next === undefined) this.#begun.delete(part)
    else part.page = next
    part.isOurs = true
    this.#rows += rows
    this.#tell()
  }

  #tell (): void {
    const { onProgress } = this.#settings
    if (onProgress === undefined) return
    let left = 0n
    for (const { bounds } of this.#begun) left += width(bounds)
    for (let i = this.#taken; i < this.#parts.length; i++) left += width((this.#parts[i] as Part).bounds)
    onProgress({ share: 1 - Number(left) / Number(width(this.#bounds)), rows: this.#rows })
  }

  /** A page that a position names may be of a table that was made anew since, or of another server. */
  #failure (error: unknown, { page, isOurs }: Part): unknown {
    if (page === undefined || isOurs === true || !isRefusedState(error)) return error
    return new QueryError(
      `${this.#at}: the server refuses the position; it is one of another table, or of another version of the ` +
        'server. Scan from the beginning',
      { cause: error }
    )
  }

  #cut ({ bounds }: Part, tokens: readonly bigint[]): Part[] {
    return cut(bounds, tokens, this.#settings.splits, this.#bounds).map((own) => ({ bounds: own, page: undefined }))
  }

  #requestOf (part: Part): RequestOptions {
    const { place: { connection }, request } = this.#ready
    part.request ??= routedTo(
      connection.client,
      part.bounds.upTo,
      { ...request, fetchSize: request.fetchSize ?? Math.min(connection.fetchSize, pageRows) }
    )
    return part.request
  }

  #ask (arrivals: Arrivals, part: Part, request: RequestOptions, pageState: string | undefined): void {
    const { place: { connection }, cql, params } = this.#ready
    const { after, upTo } = part.bounds
    const own = params.slice()
    own[this.#marker] = boundInt64(after, connection.encoding)
    own[this.#marker + 1] = boundInt64(upTo, connection.encoding)
    connection.session.execute(cql, own, pageState === undefined ? request : { ...request, pageState })
      .then((page) => { arrivals.add({ part, page }) }, (error: unknown) => { arrivals.add({ part, error }) })
  }
}

/** What was answered and is not handed out yet. One waits for it at most. */
class Arrivals {
  readonly #arrived: Arrived[] = []
  #wake: (() => void) | undefined

  add (one: Arrived): void {
    this.#arrived.push(one)
    this.#wake?.()
  }

  async next (): Promise<Arrived> {
    for (;;) {
      const one = this.#arrived.shift()
      if (one !== undefined) return one
      await new Promise<void>((resolve) => { this.#wake = resolve })
    }
  }
}

function readScanOptions (at: string, options: ScanOptions | undefined): Settings & { readonly from: unknown } {
  const { concurrency, splits, from, onProgress } = knownOptions(at, options, optionNames)
  const many = wholeNumber(at, 'concurrency', concurrency ?? usualConcurrency, mostConcurrency)
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new QueryError(`${at}: onProgress takes a function`)
  }
  return {
    concurrency: many,
    splits: wholeNumber(at, 'splits', splits ?? many * partsEach, mostSplits),
    onProgress,
    from: from ?? undefined
  }
}

/** @throws {QueryError} for anything but a whole number from 1 */
export function wholeNumber (at: string, name: string, value: unknown, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value
  throw new QueryError(`${at}: ${name} takes a whole number from 1 to ${most}`)
}

/** The query with the bounds of a part as its last condition. */
function scanned (at: string, given: QueryState): QueryState {
  const { limit, order, groupBy, conditions, model } = given
  if (limit !== undefined) {
    throw new QueryError(`${at}: a scan reads all rows, in no order, and has no limit(); leave the loop when you ` +
      'have enough')
  }
  if (order.length > 0) {
    throw new QueryError(`${at}: a scan reads partitions side by side and has no orderBy(); iterate the query instead`)
  }
  if (conditions.some((c) => isToken(c) && c.token !== 'range')) {
    throw new QueryError(`${at}: a scan divides by tokens itself and takes no pk__token; scan inRange(range)`)
  }
  if (groupBy.length === 0 && isAggregate(given)) {
    throw new QueryError(`${at}: select() asks for one total of all rows, but each part of a scan would have its ` +
      'own; await all() instead, or group by the partition key')
  }
  const range = rangeOf(conditions) ??
    { token: 'range', bounds: wholeRing, columns: tableOf(model).partitionKey } as const
  const own = withDiscriminator(changed(given, { conditions: conditions.filter((c) => c !== range) }), true)
  return changed(
    own, { conditions: [...own.conditions, range], allowFiltering: own.allowFiltering || own.conditions.length > 0 }
  )
}
