import { createHash } from 'node:crypto'
import { toLong } from '../../columns/big-integer.js'
import type { Encoding } from '../../connection/encoding.js'
import { types } from '../../driver.js'
import { BatchError } from '../../errors.js'

/**
 * The `timestamp` option of a request, which no encoder sees: the driver takes a Long of its own, or a number.
 * @param at µs since 1970
 * @throws {BatchError} a client of another copy of the driver, and no number holds it
 */
export function requestTimestamp (at: bigint, { classes }: Encoding): types.Long | number {
  if (classes === 'own') return toLong(at)
  const number = Number(at)
  if (Number.isSafeInteger(number)) return number
  throw new BatchError('The timestamp of a batch must be within 2^53 µs (the year 2255) of 1970 with a client of ' +
    'another copy of cassandra-driver. ' +
    'Give it to each statement of the batch, or make the client with the Client that fastify-cqlalchemy exports')
}

/** One short text for values in the driver's form: equal values give the same, others do not. */
export function fingerprint (values: readonly unknown[]): string {
  const hash = createHash('sha256')
  for (const value of values) {
    const text = textOf(value)
    hash.update(`${text.length}:`).update(text)
  }
  return hash.digest('base64')
}

function textOf (value: unknown): string {
  if (typeof value === 'string') return `s${value}`
  if (typeof value === 'bigint') return `n${value}`
  if (typeof value === 'number') return Object.is(value, -0) ? 'n-0' : `n${value}`
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date) return `d${value.getTime()}`
  if (ArrayBuffer.isView(value)) {
    return `b${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`
  }
  if (value instanceof Map) return listText([...value].flat())
  if (value instanceof Set || Array.isArray(value)) return listText([...value])
  if (value instanceof types.Tuple) return listText(value.values())
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return listText(Object.entries(value).flat())
  return `o${String(value)}`
}

function listText (values: readonly unknown[]): string {
  return `[${values.map((value) => { const text = textOf(value); return `${text.length}:${text}` }).join('')}]`
}
