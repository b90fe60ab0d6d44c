import { types } from '../driver.js'

/** A 64-bit integer for clients that are set to `Long` (reference 5.1 "Encoding"). */
export function toLong (value: bigint): types.Long {
  const bits = BigInt.asUintN(64, value)
  return types.Long.fromBits(Number(bits & 0xffffffffn) | 0, Number(bits >> 32n) | 0)
}
