import { isDate } from 'node:util/types'
import { dateOfDays } from '../connection/driver-internals/values.js'
import { types } from '../driver.js'
import { dayOf, daysSinceEpoch } from './calendar.js'
import { InvalidValue, type JsonSchema, type ElementKey, type TypeFacts } from './cql-type.js'
import { DriverObjectType, hasMethods } from './outside.js'

/** `date` (TYP-13): a day without a zone, of the years -5877641 to 5881580. */
export class DateType extends DriverObjectType<types.LocalDate> {
  override readonly cql = 'date'
  override readonly facts: TypeFacts = {
    size: 16,
    isOrderedBySai: true,
    isPlainKey: true,
    isKeyOfDriver: true,
    hasLength: true,
    serverClass: 'SimpleDate'
  }

  protected read (value: unknown): types.LocalDate {
    if (value instanceof types.LocalDate) return value
    if (typeof value === 'string') return fromDays(parse(value))
    if (isDate(value)) return fromDays(dayInUtc(value))
    // A LocalDate of another copy of the driver.
    if (hasMethods(value, 'toBuffer', 'compare') && 'month' in value) {
      return types.LocalDate.fromBuffer(value.toBuffer() as Buffer)
    }
    throw new InvalidValue('type', 'must be a LocalDate, a string such as "2020-02-03" or a Date')
  }

  override fromDriver (value: unknown): types.LocalDate {
    return value instanceof types.LocalDate ? value : this.convert(value)
  }

  protected override toBytes (value: types.LocalDate): Buffer { return value.toBuffer() }
  override equals (a: types.LocalDate, b: types.LocalDate): boolean { return a === b || toDays(a) === toDays(b) }
  override keyOf (value: types.LocalDate): ElementKey { return toDays(value) }
  override toJSON (value: types.LocalDate): string { return print(toDays(value)) }
  override schema (direction: 'input' | 'output'): JsonSchema {
    const text = { type: 'string', format: 'date' }
    // The format knows years of four digits only.
    return direction === 'output'
      ? text
      : { anyOf: [text, { type: 'string', pattern: '^([+-]\\d{4,7}|\\d{5,7})-\\d\\d-\\d\\d$' }] }
  }
}

function toDays (date: types.LocalDate): number { return date.toBuffer().readUInt32BE(0) - 2 ** 31 }

function fromDays (days: number): types.LocalDate {
  if (!(days >= -(2 ** 31) && days < 2 ** 31)) {
    throw new InvalidValue('range', 'must be between -5877641-06-23 and 5881580-07-11')
  }
  return dateOfDays(days)
}

function dayInUtc (date: Date): number {
  const milliseconds = date.getTime()
  if (Number.isNaN(milliseconds)) throw new InvalidValue('range', 'must be a valid date')
  return Math.floor(milliseconds / 86_400_000)
}

function parse (text: string): number {
  const match = /^([+-]?\d{4,7})-(\d\d)-(\d\d)$/.exec(text)
  if (match === null) throw new InvalidValue('syntax', 'must be a day such as "2020-02-03"')
  const days = daysSinceEpoch({ year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) })
  if (days === undefined) throw new InvalidValue('range', 'must be a day that exists')
  return days
}

/** As the driver prints it, also where the driver gives up (years beyond a JS Date). */
function print (days: number): string {
  const { year, month, day } = dayOf(days)
  const digits = String(Math.abs(year)).padStart(4, '0')
  return `${year < 0 ? '-' : ''}${digits}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}
