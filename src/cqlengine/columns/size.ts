import { Buffer } from 'node:buffer'
import { types } from '../driver.js'

// In a constant, so that the compiler of V8 knows it.
const { Uuid } = types

/** About the bytes of bound values: their text and binary parts; numbers and the like are too small to matter. */
export function bytesOf (params: readonly unknown[]): number {
  let bytes = 0
  for (let i = 0; i < params.length; i++) bytes += sizeOf(params[i])
  return bytes
}

/** About the bytes of one bound value. */
export function sizeOf (value: unknown): number {
  if (typeof value === 'string') return textSize(value)
  return typeof value === 'object' && value !== null ? objectSize(value) : 8
}

function textSize (text: string): number { return text.length < 256 ? text.length : Buffer.byteLength(text) }

function objectSize (value: object): number {
  if (value instanceof Uuid || value instanceof Date) return 16
  if (Array.isArray(value)) return bytesOf(value)
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (value instanceof Map) return entriesSize(value)
  if (value instanceof Set) return bytesOf([...value])
  return isPlain(value) ? bytesOf(Object.values(value)) : 16
}

function entriesSize (map: ReadonlyMap<unknown, unknown>): number {
  let bytes = 0
  for (const [key, entry] of map) bytes += sizeOf(key) + sizeOf(entry)
  return bytes
}

function isPlain (value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
