// Values of raw CQL, which no column converts: a program may bind what it got from a model.
import { isPlainObject } from '../columns/outside.js'
import type { Encoding } from '../connection/encoding.js'
import type { Params } from '../connection/session.js'
import { types } from '../driver.js'

/** As they are; for a client of another copy of the driver, which refuses the classes of ours and shows the value, with their bytes instead. */
export function rawParams (params: Params, { classes }: Encoding): Params {
  return classes === 'own' ? params : inner(params) as Params
}

function inner (value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof types.Uuid || value instanceof types.InetAddress) return value.getBuffer()
  if (value instanceof types.LocalDate || value instanceof types.LocalTime || value instanceof types.Duration) return value.toBuffer()
  if (value instanceof types.BigDecimal) return types.BigDecimal.toBuffer(value)
  if (value instanceof types.Integer) return types.Integer.toBuffer(value)
  if (value instanceof types.Long) return Buffer.from(value.toBytesBE())
  if (value instanceof types.Tuple) return types.Tuple.fromArray(value.values().map(inner))
  if (Array.isArray(value)) return value.map(inner)
  if (value instanceof Set) return new Set([...value].map(inner))
  if (value instanceof Map) return new Map([...value].map(([key, of]) => [inner(key), inner(of)]))
  return isPlainObject(value) ? Object.fromEntries(Object.entries(value).map(([name, of]) => [name, inner(of)])) : value
}
