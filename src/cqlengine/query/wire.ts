import { createHash } from 'node:crypto'
import { types } from '../driver.js'

/** A 64-bit integer for clients that are set to `Long` (reference 5.1 "Encoding"). */
export function toLong (value: bigint): types.Long {
  const bits = BigInt.asUintN(64, value)
  return types.Long.fromBits(Number(bits & 0xffffffffn) | 0, Number(bits >> 32n) | 0)
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
  if (ArrayBuffer.isView(value)) return `b${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`
  if (value instanceof Map) return listOf([...value].flat())
  if (value instanceof Set || Array.isArray(value)) return listOf([...value])
  if (value instanceof types.Tuple) return listOf(value.values())
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return listOf(Object.entries(value).flat())
  return `o${String(value)}`
}

function listOf (values: readonly unknown[]): string {
  return `[${values.map((value) => { const text = textOf(value); return `${text.length}:${text}` }).join('')}]`
}
