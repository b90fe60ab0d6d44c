import { Buffer } from 'node:buffer'
import type { Encoding } from '../connection/encoding.js'
import { types } from '../driver.js'
import { InvalidValue, type JsonSchema, type TypeFacts } from './cql-type.js'
import { bytesByItsClass, hasMethods, ObjectType } from './outside.js'
import { fromBytes, toBytes } from './twos-complement.js'

/**
 * Most digits of a varint or decimal. A limit of ours, against input that would keep the process busy: the driver's
 * codec and JS's own conversions need quadratic time (a million digits: minutes).
 */
export const digitLimit = 10_000
const sizeLimit = 10n ** BigInt(digitLimit)

const int64 = 2n ** 63n
/** The driver gives bigints for all of them. */
const readsToo = ['bigint', 'varint', 'counter']

/** `bigint` (TYP-06). The driver wraps what does not fit, so the range is checked here. */
export class BigIntType extends ObjectType<bigint> {
  override readonly cql: 'bigint' | 'counter' = 'bigint'
  override readonly facts: TypeFacts = {
    size: 8,
    isNumber: true,
    isOrderedBySai: true,
    isPlainKey: true,
    takesBack: ['timestamp'],
    readsToo,
    serverClass: 'Long'
  }

  override readonly primitive = true

  protected read (value: unknown): bigint {
    const integer = toBigInt(value)
    if (integer < -int64 || integer >= int64) {
      throw new InvalidValue('range', 'must fit in 64 bits: -9223372036854775808 to 9223372036854775807')
    }
    return integer
  }

  override isConverted (value: unknown): value is bigint {
    return typeof value === 'bigint' && BigInt.asIntN(64, value) === value
  }

  override toDriver (value: bigint, encoding: Encoding): unknown {
    return boundInt64(value, encoding)
  }

  override fromDriver (value: unknown): bigint { return typeof value === 'bigint' ? value : this.convert(value) }
  override toJSON (value: bigint): string { return value.toString() }
  override schema (direction: 'input' | 'output'): JsonSchema { return integerSchema(direction) }
}

/** `varint` (TYP-07): whole numbers of any size up to {@link digitLimit} digits. */
export class VarIntType extends ObjectType<bigint> {
  override readonly cql = 'varint'
  override readonly facts: TypeFacts = {
    isNumber: true, isOrderedBySai: true, isPlainKey: true, hasLength: true, readsToo, serverClass: 'Integer'
  }

  override readonly primitive = true

  protected read (value: unknown): bigint {
    const integer = toBigInt(value)
    if (integer >= sizeLimit || integer <= -sizeLimit) throw tooLong()
    return integer
  }

  override isConverted (value: unknown): value is bigint {
    return typeof value === 'bigint' && value < sizeLimit && value > -sizeLimit
  }

  override toDriver (value: bigint, encoding: Encoding): unknown {
    if (encoding.varint === 'bigint') return value
    return encoding.classes === 'own' ? types.Integer.fromBuffer(toBytes(value)) : toBytes(value)
  }

  override fromDriver (value: unknown): bigint {
    if (typeof value === 'bigint') return value
    // Its bytes, also of another copy: what other writers stored beyond our limit is read all the same.
    return isInteger(value) ? fromBytes(bytesByItsClass(value)) : this.convert(value)
  }

  override toJSON (value: bigint): string { return value.toString() }
  override schema (direction: 'input' | 'output'): JsonSchema { return integerSchema(direction) }
}

/**
 * Digits in a text; a number too, where it is exact. The text first: Ajv, trying one after the other, would make a
 * number of it.
 */
function integerSchema (direction: 'input' | 'output'): JsonSchema {
  const text = { type: 'string', pattern: '^-?\\d+$' }
  if (direction === 'output') return text
  return {
    anyOf: [
      { ...text, maxLength: digitLimit + 1 },
      { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }
    ]
  }
}

/** A whole number in any form that big integer columns accept. @throws {InvalidValue} */
function toBigInt (value: unknown): bigint {
  switch (typeof value) {
    case 'bigint': return value
    case 'number': return fromNumber(value)
    case 'string': return fromText(value)
    case 'object': return fromDriverClass(value)
    default: throw notInteger()
  }
}

function fromNumber (value: number): bigint {
  if (!Number.isInteger(value)) throw notInteger()
  if (!Number.isSafeInteger(value)) {
    throw new InvalidValue('range', 'must be a bigint or a string: a number beyond 2^53 is not exact')
  }
  return BigInt(value)
}

function fromText (value: string): bigint {
  if (value.length > digitLimit + 1) throw tooLong()
  if (!/^-?\d+$/.test(value)) throw new InvalidValue('syntax', 'must be written in decimal digits, e.g. "-123"')
  return BigInt(value)
}

/** Of this copy of the driver or another. */
const isLong = (value: unknown): value is types.Long => hasMethods(value, 'shiftRightUnsigned', 'toNumber')
const isInteger = (value: unknown): value is types.Integer => hasMethods(value, 'getBits', 'shiftLeft')

function fromDriverClass (value: unknown): bigint {
  if (value instanceof types.Integer) return fromBytes(types.Integer.toBuffer(value))
  if (isLong(value)) return fromLong(value)
  if (isInteger(value)) return fromText(String(value))
  throw notInteger()
}

/** A `Long` of any copy of its package, signed or not. */
function fromLong ({ high, low, unsigned }: types.Long): bigint {
  if (!Number.isInteger(high) || !Number.isInteger(low)) throw notInteger()
  const bits = (BigInt(high) << 32n) | BigInt(low >>> 0)
  return unsigned ? BigInt.asUintN(64, bits) : BigInt.asIntN(64, bits)
}

/** A 64-bit integer as that client takes it: a column's value, or what a marker of `USING TIMESTAMP` is bound to. */
export function boundInt64 (value: bigint, { bigint, classes }: Encoding): bigint | types.Long | Buffer {
  if (bigint === 'bigint') return value
  if (classes === 'own') return toLong(value)
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}

export function toLong (value: bigint): types.Long {
  return types.Long.fromBits(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)))
}

function notInteger (): InvalidValue {
  return new InvalidValue(
    'type', 'must be a whole number: a bigint, a safe integer, a string of digits, or the driver\'s Long or Integer'
  )
}

function tooLong (): InvalidValue {
  return new InvalidValue('length', `must have at most ${digitLimit} digits`)
}
