import { CqlType, InvalidValue, type JsonSchema, type ElementKey, type TypeFacts } from './cql-type.js'

const common: TypeFacts = {
  size: 8, isNumber: true, isOrderedBySai: true, readsToo: ['float', 'double', 'tinyint', 'smallint', 'int']
}

/**
 * `double` (TYP-10): any JS number. NaN and the infinities are stored; JSON has no word for them, so there they are
 * null.
 */
export class DoubleType extends CqlType<number> {
  override readonly cql: 'float' | 'double' = 'double'
  override readonly facts: TypeFacts = { ...common, serverClass: 'Double' }
  override readonly primitive: boolean = true

  convert (value: unknown): number {
    if (typeof value !== 'number') throw new InvalidValue('type', 'must be a number')
    return value
  }

  override isConverted (value: unknown): value is number { return typeof value === 'number' }

  override fromRaw (value: unknown): unknown {
    return typeof value === 'string' && /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : value
  }

  /** 0 and -0 differ, as they do for Cassandra; NaN is equal to itself. */
  override equals (a: number, b: number): boolean { return Object.is(a, b) }
  override toJSON (value: number): number | null { return Number.isFinite(value) ? value : null }

  override schema (direction: 'input' | 'output'): JsonSchema {
    return direction === 'input' ? { type: 'number' } : { type: 'number', nullable: true }
  }
}

/** The largest number that is rounded to a finite one. */
const largest = 3.4028235677973362e38

/**
 * `float`: numbers are stored rounded to 32 bits, so two that are rounded to the same are equal; too large ones would
 * become Infinity.
 */
export class FloatType extends DoubleType {
  override readonly cql = 'float'
  override readonly facts: TypeFacts = { ...common, isSaiVector: true, serverClass: 'Float' }
  override readonly primitive = false

  override convert (value: unknown): number {
    const number = super.convert(value)
    if (Number.isFinite(number) && !Number.isFinite(Math.fround(number))) {
      throw new InvalidValue('range', 'must be at most 3.4028234663852886e38 in size, the largest 32-bit float')
    }
    return number
  }

  override isConverted (value: unknown): value is number {
    return typeof value === 'number' && (Number.isFinite(Math.fround(value)) || !Number.isFinite(value))
  }

  override schema (direction: 'input' | 'output'): JsonSchema {
    return direction === 'input' ? { type: 'number', minimum: -largest, maximum: largest } : super.schema(direction)
  }

  override equals (a: number, b: number): boolean { return Object.is(Math.fround(a), Math.fround(b)) }
  override keyOf (value: number): ElementKey { return Math.fround(value) }
}
