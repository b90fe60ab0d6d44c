// How far a scan is, as JSON: it must be short whatever the number of parts, and what comes from outside is checked
// before it is believed.
import type { RequestOptions } from '../../connection/request.js'
import { PageTokenError, QueryError } from '../../errors.js'
import { asOurs } from '../../known-options.js'
import type { ScanPosition } from '../../model/scan-api.js'
import { checkState } from './page-state.js'
import { type Bounds, rangeText, readRange } from '../terms/token-range.js'

/** A part of the ring that one request after the other reads. */
export interface Part {
  readonly bounds: Bounds
  /** The state of the first page that is not through; absent: none is. */
  page: string | undefined
  /** The page is one that this scan was given by the server. */
  isOurs?: boolean
  /** What its requests have in common. */
  request?: RequestOptions
}

/** @param waiting parts that were not begun, in the order of the ring */
export function positionText (query: string, begun: readonly Part[], waiting: readonly Part[]): ScanPosition {
  return {
    query,
    left: joinedParts([...begun, ...waiting]).map(({ bounds, page }) => ({
      ...rangeText(bounds), ...page !== undefined && { page }
    }))
  }
}

/** Neighbours of which nothing was read are one: a later scan divides them as it likes. */
function joinedParts (parts: readonly Part[]): Part[] {
  const result: Part[] = []
  for (const part of parts) {
    const last = result.at(-1)
    if (last !== undefined && last.page === undefined && part.page === undefined &&
      last.bounds.upTo === part.bounds.after) {
      result[result.length - 1] = { bounds: { after: last.bounds.after, upTo: part.bounds.upTo }, page: undefined }
    } else result.push(part)
  }
  return result
}

/**
 * What a position leaves to be read.
 * @param query what the position must be of
 * @param bounds what the scan reads as a whole
 * @throws {QueryError}
 */
export function readPosition (at: string, given: unknown, query: string, bounds: Bounds): Part[] {
  try {
    return partsOf(at, given, query, bounds)
  } catch (error) {
    throw asOurs(error, `${at}, from`)
  }
}

function partsOf (at: string, given: unknown, query: string, bounds: Bounds): Part[] {
  if (typeof given !== 'object' || given === null || !('left' in given) || !Array.isArray(given.left)) {
    throw new QueryError(`${at}: from takes the position of a scan, as an object; parse it where it was kept as text`)
  }
  if (!('query' in given) || given.query !== query) {
    throw new QueryError(`${at}: from is the position of another query. Scan with the conditions, columns, range and ` +
      'keyspace that it is of, or from the beginning')
  }
  // Not map, which would walk along any number of holes.
  return Array.from(given.left as readonly unknown[], (one) => readPart(at, one, bounds))
}

function readPart (at: string, given: unknown, whole: Bounds): Part {
  const where = `${at}, from`
  if (typeof given !== 'object' || given === null) throw new QueryError(`${where}: not the position of a scan`)
  const { page, ...range } = given as Record<string, unknown>
  const bounds = readRange(where, range)
  if (bounds.after < whole.after || bounds.upTo > whole.upTo) {
    throw new QueryError(`${where}: a part of it lies outside of the range that is scanned`)
  }
  try {
    return { bounds, page: page === undefined ? undefined : checkState(page, where) }
  } catch (error) {
    throw error instanceof PageTokenError
      ? new QueryError(`${where}: the page of a part was changed or cut. Scan from the beginning`, { cause: error })
      : error
  }
}
