import { foreignDecimal, scaleOf } from '../connection/driver-internals/values.js'
import { types } from '../driver.js'
import { digitLimit } from './big-integer.js'
import { InvalidValue, type JsonSchema, type ElementKey, type TypeFacts } from './cql-type.js'
import { bytesByItsClass, DriverObjectType, hasMethods } from './outside.js'
import { fromBytes, toBytes } from './twos-complement.js'

/** unscaled × 10^-scale */
interface Parts { readonly unscaled: bigint, readonly scale: number }

const sizeLimit = 10n ** BigInt(digitLimit)

/**
 * `decimal` (TYP-11, B16): exact to the last digit. Text and numbers are parsed here, since the driver stores '1.5e3'
 * as 0.015 and 'abc' as 0. Values keep a scale of 0 or more (1.5e3 is held as 1500), for the driver's `BigDecimal`
 * prints and compares negative scales wrongly. Values are equal by number, 1.0 and 1.00 alike, as in Cassandra and in
 * Python.
 */
export class DecimalType extends DriverObjectType<types.BigDecimal> {
  override readonly cql = 'decimal'
  override readonly facts: TypeFacts = {
    isNumber: true, isOrderedBySai: true, hasLength: true, serverClass: 'Decimal'
  }

  override readonly readsAsIs = false

  protected read (value: unknown): types.BigDecimal {
    const parts = limited(toParts(value))
    return value instanceof types.BigDecimal && parts.scale >= 0 ? value : bigDecimal(parts)
  }

  override fromDriver (given: unknown): types.BigDecimal {
    const value = given instanceof types.BigDecimal
      ? given
      : isForeign(given) ? types.BigDecimal.fromBuffer(bytesByItsClass(given)) : this.convert(given)
    const scale = scaleOf(value)
    // What other writers stored beyond our limits is passed on as it came.
    return scale >= 0 || scale < -digitLimit ? value : bigDecimal(split(value))
  }

  protected override toBytes (value: types.BigDecimal): Buffer { return types.BigDecimal.toBuffer(value) }
  override equals (a: types.BigDecimal, b: types.BigDecimal): boolean {
    return a === b || this.keyOf(a) === this.keyOf(b)
  }

  /** Digits without the zeros at the end, and the exponent that makes up for them. */
  override keyOf (value: types.BigDecimal): ElementKey {
    const { unscaled, scale } = split(value)
    if (unscaled === 0n) return '0'
    const digits = unscaled.toString()
    let end = digits.length
    while (digits[end - 1] === '0') end--
    return `${digits.slice(0, end)}e${digits.length - end - scale}`
  }

  override toJSON (value: types.BigDecimal): string { return print(split(value)) }

  override schema (direction: 'input' | 'output'): JsonSchema {
    if (direction === 'output') return { type: 'string', pattern: '^-?\\d+(\\.\\d+)?(e[+-]?\\d+)?$' }
    return {
      anyOf: [{ type: 'string', pattern: '^[+-]?(\\d+(\\.\\d+)?|\\.\\d+)([eE][+-]?\\d+)?$' }, { type: 'number' }]
    }
  }
}

/** The driver's two fields are private; its codec is not: four bytes of scale, then the unscaled number. */
function split (value: types.BigDecimal): Parts {
  const bytes = types.BigDecimal.toBuffer(value)
  return { scale: bytes.readInt32BE(0), unscaled: fromBytes(bytes.subarray(4)) }
}

function bigDecimal ({ unscaled, scale }: Parts): types.BigDecimal {
  const whole = scale < 0 ? unscaled * 10n ** BigInt(-scale) : unscaled
  const head = Buffer.alloc(4)
  head.writeInt32BE(Math.max(scale, 0))
  return types.BigDecimal.fromBuffer(Buffer.concat([head, toBytes(whole)]))
}

function limited (parts: Parts): Parts {
  const { unscaled, scale } = parts
  if (scale > digitLimit || scale < -digitLimit) {
    throw new InvalidValue('range', `must have an exponent between -${digitLimit} and ${digitLimit}`)
  }
  if (unscaled >= sizeLimit || unscaled <= -sizeLimit) throw tooLong()
  return parts
}

function toParts (value: unknown): Parts {
  switch (typeof value) {
    case 'bigint': return { unscaled: value, scale: 0 }
    case 'number': return fromNumber(value)
    case 'string': return parse(value)
    default: return fromBigDecimal(value)
  }
}

/** Through the shortest text that stands for the number: 1.1 is 1.1 and not 1.100000000000000088. */
function fromNumber (value: number): Parts {
  if (!Number.isFinite(value)) throw new InvalidValue('range', 'must be finite: a decimal has no NaN and no infinity')
  return parse(String(value))
}

const syntax = /^([+-]?)(\d*)(?:\.(\d+))?(?:e([+-]?\d+))?$/i

function parse (text: string): Parts {
  if (text.length > 2 * digitLimit) throw tooLong()
  const match = syntax.exec(text)
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? []
  const digits = whole + fraction
  if (digits === '') throw new InvalidValue('syntax', 'must be a decimal number such as "-12.50" or "1.5e3"')
  if (digits.length > digitLimit) throw tooLong()
  const unscaled = BigInt(digits)
  return { unscaled: sign === '-' ? -unscaled : unscaled, scale: fraction.length - Number(exponent) }
}

/** A BigDecimal of another copy of the driver. */
const isForeign = (value: unknown): value is object =>
  hasMethods(value, 'notEquals', 'toNumber') && foreignDecimal(value) !== undefined

function fromBigDecimal (value: unknown): Parts {
  if (value instanceof types.BigDecimal) return checkedScale(split(value), scaleOf(value))
  const foreign = isForeign(value) ? foreignDecimal(value) : undefined
  if (foreign !== undefined) {
    return checkedScale({ unscaled: BigInt(foreign.unscaled), scale: foreign.scale }, foreign.scale)
  }
  throw new InvalidValue('type', 'must be a BigDecimal, a number, a bigint or decimal text')
}

function checkedScale (parts: Parts, scale: number): Parts {
  if (!Number.isInteger(scale)) throw new InvalidValue('type', 'must be a BigDecimal with a whole number as its scale')
  return parts
}

/** Plain digits, but for the absurd exponents of other writers, which are printed as such: `15e20000`. */
function print ({ unscaled, scale }: Parts): string {
  if (scale > 2 * digitLimit || scale < -2 * digitLimit) return `${unscaled}e${-scale}`
  if (scale <= 0) return unscaled === 0n ? '0' : `${unscaled}${'0'.repeat(-scale)}`
  const sign = unscaled < 0n ? '-' : ''
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function tooLong (): InvalidValue {
  return new InvalidValue('length', `must have at most ${digitLimit} digits`)
}
