import { ValidationError } from '../../errors.js'
import { META, type ModelConstructor } from '../../model/meta.js'

/**
 * The server's own limit for one mutation, half a commit-log segment, as small servers have it. Above 16 MiB the
 * request as a whole is refused, and other statements on the same connection may suffer.
 */
export const mostMutationBytes = 8 * 2 ** 20
export const mostRequestBytes = 16 * 2 ** 20

/**
 * @param bytes about those of a statement's values
 * @throws {ValidationError} for values that are too large for one statement
 */
export function checkSize (model: ModelConstructor, bytes: number): void {
  if (bytes <= mostMutationBytes) return
  throw new ValidationError(
    model[META].name,
    [{
      column: '*',
      rule: 'size',
      message: `the values of one statement have about ${mebibytes(bytes)} MiB, at most ` +
        `${mebibytes(mostMutationBytes)} are sent; keep large values elsewhere, or in several rows`
    }]
  )
}

function mebibytes (bytes: number): number { return Math.ceil(bytes / 2 ** 20 * 10) / 10 }
