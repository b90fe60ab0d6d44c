import { types } from '../driver.js'
import { ValidationError } from '../errors.js'
import { META, type ModelConstructor } from '../model/meta.js'

/**
 * The server's own limit for one mutation, half a commit-log segment, as small servers have it. Above 16 MiB the request as a whole is
 * refused, and other statements on the same connection may suffer (reference driver-faults, trap 11).
 */
export const mostBytes = 8 * 2 ** 20
export const mostRequestBytes = 16 * 2 ** 20

/**
 * @returns about the bytes of the values
 * @throws {ValidationError} for values that are too large for one statement
 */
export function checkSize (model: ModelConstructor, params: readonly unknown[]): number {
  const bytes = bytesOf(params)
  if (bytes <= mostBytes) return bytes
  throw new ValidationError(model[META].name, [{ column: '*', rule: 'size', message: `the values of one statement have ${bytes} bytes, at most ${mostBytes} are sent; keep large values elsewhere, or in several rows` }])
}

/** About the bytes of bound values: their text and binary parts; numbers and the like are too small to matter. */
function bytesOf (params: readonly unknown[]): number {
  let bytes = 0
  for (const value of params) bytes += sizeOf(value)
  return bytes
}

function sizeOf (value: unknown): number {
  if (typeof value === 'string') return value.length < 256 ? value.length : Buffer.byteLength(value)
  if (typeof value !== 'object' || value === null) return 8
  if (value instanceof types.Uuid || value instanceof Date) return 16
  if (Array.isArray(value)) return bytesOf(value)
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (value instanceof Map) {
    let bytes = 0
    for (const [key, entry] of value) bytes += sizeOf(key) + sizeOf(entry)
    return bytes
  }
  if (value instanceof Set) {
    let bytes = 0
    for (const element of value) bytes += sizeOf(element)
    return bytes
  }
  return isPlain(value) ? bytesOf(Object.values(value)) : 16
}

function isPlain (value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
