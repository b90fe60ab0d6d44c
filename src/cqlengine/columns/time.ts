import { types } from '../driver.js'
import { toLong } from './big-integer.js'
import { InvalidValue, type JsonSchema, type ElementKey, type TypeFacts } from './cql-type.js'
import { DriverObjectType, hasMethods } from './outside.js'

const dayInNanoseconds = 86_400_000_000_000n

/** `time` (TYP-14): a time of day to the nanosecond. */
export class TimeType extends DriverObjectType<types.LocalTime> {
  override readonly cql = 'time'
  override readonly facts: TypeFacts = {
    size: 16, isOrderedBySai: true, isPlainKey: true, hasLength: true, serverClass: 'Time'
  }

  protected read (value: unknown): types.LocalTime {
    if (value instanceof types.LocalTime) return value
    if (typeof value === 'string') return fromNanoseconds(parse(value))
    // A LocalTime of another copy of the driver.
    if (hasMethods(value, 'getTotalNanoseconds')) return fromNanoseconds(BigInt(String(value.getTotalNanoseconds())))
    throw new InvalidValue('type', 'must be a LocalTime or a string such as "10:11:12.123456789"')
  }

  override fromDriver (value: unknown): types.LocalTime {
    return value instanceof types.LocalTime ? value : this.convert(value)
  }

  protected override toBytes (value: types.LocalTime): Buffer { return value.toBuffer() }
  override equals (a: types.LocalTime, b: types.LocalTime): boolean { return a === b || a.equals(b) }
  override keyOf (value: types.LocalTime): ElementKey { return value.getTotalNanoseconds().toString() }
  override toJSON (value: types.LocalTime): string { return value.toString() }
  /** A pattern, since Ajv's `time` format demands a zone. */
  override schema (): JsonSchema {
    return { type: 'string', pattern: '^([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?$' }
  }
}

function fromNanoseconds (nanoseconds: bigint): types.LocalTime {
  if (nanoseconds < 0n || nanoseconds >= dayInNanoseconds) {
    throw new InvalidValue('range', 'must be a time of day, below 24:00:00')
  }
  return new types.LocalTime(toLong(nanoseconds))
}

function parse (text: string): bigint {
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$/.exec(text)
  if (match === null) throw new InvalidValue('syntax', 'must be a time such as "10:11:12" or "10:11:12.123456789"')
  const [, hour = '', minute = '', second = '', fraction = ''] = match
  if (+hour > 23 || +minute > 59 || +second > 59) {
    throw new InvalidValue('range', 'must be a time of day, below 24:00:00')
  }
  return BigInt((+hour * 60 + +minute) * 60 + +second) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
}
