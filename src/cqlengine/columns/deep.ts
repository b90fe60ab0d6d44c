// Equality of JSON-like values, for columns whose values are the user's own.
import { isPlainObject } from './outside.js'

/**
 * Equal by value, deep: primitives, arrays, plain objects, dates, sets and maps of primitives, bytes. Instances of
 * other classes are never called equal, since their state may be private. Cyclic values are compared as far as the
 * other one follows.
 */
export function deepEqual (a: unknown, b: unknown, seen = new Map<object, object>()): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (seen.get(a) === b) return true
  seen.set(a, b)
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((e, i) => deepEqual(e, b[i], seen))
  if (a instanceof Date) return b instanceof Date && Object.is(a.getTime(), b.getTime())
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0
  if (a instanceof Set) return b instanceof Set && a.size === b.size && Array.from(a).every((e) => b.has(e))
  if (a instanceof Map) {
    return b instanceof Map && a.size === b.size &&
      Array.from(a).every(([k, v]) => b.has(k) && deepEqual(v, b.get(k), seen))
  }
  return isPlainObject(a) && isPlainObject(b) && equalObjects(a, b, seen)
}

function equalObjects (a: Record<string, unknown>, b: Record<string, unknown>, seen: Map<object, object>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((k) => Object.hasOwn(b, k) && deepEqual(a[k], b[k], seen))
}
