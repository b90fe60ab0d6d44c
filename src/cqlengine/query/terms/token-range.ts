// Parts of the ring of tokens, as numbers. A part begins after one token and ends with another; no row has the smallest
// token, so all parts together have each row once.
import { QueryError } from '../../errors.js'
import { asOurs } from '../../known-options.js'
import type { TokenRange } from '../../model/scan-api.js'
import { shown } from '../../words.js'

export interface Bounds { readonly after: bigint, readonly upTo: bigint }

/** Of the Murmur3Partitioner. */
export const wholeRing: Bounds = Object.freeze({ after: -(2n ** 63n), upTo: 2n ** 63n - 1n })

export function width ({ after, upTo }: Bounds): bigint { return upTo - after }

export function rangeText ({ after, upTo }: Bounds): TokenRange {
  return { after: after.toString(), upTo: upTo.toString() }
}

/**
 * A range from outside.
 * @param where for messages
 * @throws {QueryError}
 */
export function readRange (where: string, given: unknown): Bounds {
  try {
    return boundsOf(where, given)
  } catch (error) {
    throw asOurs(error, where)
  }
}

function boundsOf (where: string, given: unknown): Bounds {
  if (typeof given !== 'object' || given === null) throw noRange(where)
  const { after, upTo, ...unknown } = given as Record<string, unknown>
  const [other] = Object.keys(unknown)
  if (other !== undefined) throw new QueryError(`${where}: a range has no ${shown(other)}, only after and upTo`)
  const bounds = { after: readToken(after), upTo: readToken(upTo) }
  if (bounds.after === undefined || bounds.upTo === undefined || bounds.after >= bounds.upTo) throw noRange(where)
  return bounds as Bounds
}

function noRange (where: string): QueryError {
  return new QueryError(`${where}: expected a range as ranges() gives it: { after, upTo }, two tokens as texts, the ` +
    'smaller one first')
}

function readToken (given: unknown): bigint | undefined {
  if (typeof given !== 'string' || !/^-?\d{1,19}$/.test(given)) return undefined
  const token = BigInt(given)
  return token >= wholeRing.after && token <= wholeRing.upTo ? token : undefined
}

/** `n` parts of equal width; fewer where there are not so many tokens. */
export function splitEvenly (bounds: Bounds, n: number): Bounds[] {
  const parts: Bounds[] = []
  const all = width(bounds)
  let { after } = bounds
  for (let i = 1n; i <= BigInt(n); i++) {
    const upTo = bounds.after + all * i / BigInt(n)
    if (upTo === after) continue
    parts.push({ after, upTo })
    after = upTo
  }
  return parts
}

/**
 * Parts that lie between two neighbouring borders each, `atLeast` of them for the whole of `all`.
 * @param borders tokens, ascending
 */
export function cut (bounds: Bounds, borders: readonly bigint[], atLeast: number, all: Bounds): Bounds[] {
  const inside = borders.filter((token) => token > bounds.after && token < bounds.upTo)
  const ends = [...inside, bounds.upTo]
  return ends.flatMap((upTo, i) => {
    const arc = { after: i === 0 ? bounds.after : ends[i - 1] as bigint, upTo }
    return splitEvenly(arc, Math.max(1, Math.ceil(Number(width(arc)) * atLeast / Number(width(all)))))
  })
}
