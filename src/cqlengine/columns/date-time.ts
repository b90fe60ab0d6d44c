import { isDate } from 'node:util/types'
import { daysSinceEpoch } from './calendar.js'
import { InvalidValue, type JsonSchema, type ElementKey, type TypeFacts } from './cql-type.js'
import { ObjectType } from './outside.js'

/** `timestamp` (TYP-12): a `Date`, to the millisecond, of the years -271821 to 275760. */
export class DateTimeType extends ObjectType<Date> {
  override readonly cql = 'timestamp'
  override readonly facts: TypeFacts = {
    size: 16, isOrderedBySai: true, takesBack: ['bigint'], serverClass: 'Timestamp'
  }

  override readonly mutable = true

  protected read (value: unknown): Date {
    if (value instanceof Date && Number.isFinite(value.getTime())) return value
    return new Date(toMilliseconds(value))
  }

  override isConverted (value: unknown): value is Date {
    try {
      return value instanceof Date && Number.isFinite(value.getTime())
    } catch {
      return false
    }
  }

  override fromRaw (value: unknown): unknown {
    return typeof value === 'string' && !/^\d{4}-/.test(value) ? new Date(value) : value
  }

  /** A copy, since the statement may wait in a batch or for its preparation. */
  override toDriver (value: Date): unknown { return new Date(value.getTime()) }
  override fromDriver (value: unknown): Date { return value instanceof Date ? value : this.convert(value) }
  /** Dates that other writers stored beyond what a Date can hold are read as invalid ones, which equal each other. */
  override equals (a: Date, b: Date): boolean { return Object.is(a.getTime(), b.getTime()) }
  override copy (value: Date): Date { return new Date(value.getTime()) }
  override snapshot (value: Date): number { return value.getTime() }
  override restore (snapshot: unknown): Date { return new Date(snapshot as number) }
  override isAsKept (snapshot: unknown, value: unknown): boolean {
    return value instanceof Date && Object.is(snapshot, value.getTime())
  }

  override keyOf (value: Date): ElementKey { return value.getTime() }
  override toJSON (value: Date): string | null { return value.toJSON() }

  /**
   * Beside the two formats, which know four digits of a year and a full time, what else is taken. As one of several
   * types a number stays one.
   */
  override schema (direction: 'input' | 'output'): JsonSchema {
    const text = { type: 'string', format: 'date-time' }
    if (direction === 'output') return text
    // The lengths of the long forms first: a wrong text breaks them, and its sender is told no pattern.
    const long = { type: 'string', minLength: 13, maxLength: 38, pattern: otherForms }
    const others = [{ type: 'string', format: 'date' }, long]
    return { anyOf: [text, ...others, { type: 'integer', minimum: -8.64e15, maximum: 8.64e15 }] }
  }
}

function toMilliseconds (value: unknown): number {
  switch (typeof value) {
    case 'number': return inRange(value)
    case 'string': return inRange(parse(value))
    default:
      if (!isDate(value)) {
        throw new InvalidValue('type', 'must be a Date, an ISO 8601 string or whole milliseconds since 1970')
      }
      return inRange(value.getTime())
  }
}

function inRange (milliseconds: number): number {
  if (!Number.isInteger(milliseconds) && Number.isFinite(milliseconds)) {
    throw new InvalidValue('type', 'must be a whole number of milliseconds since 1970')
  }
  if (!(Math.abs(milliseconds) <= 8.64e15)) {
    throw new InvalidValue('range', 'must be a valid date, at most 8.64e15 milliseconds away from 1970')
  }
  return milliseconds
}

const form = /^(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?))?$/i

/** As a pattern of JSON schemas, which have no flags: what the format `date-time` lacks. */
const otherForms = '^(\\d{4}|[+-]\\d{6})-\\d\\d-\\d\\d[Tt ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d([.,]\\d{1,9})?)?' +
  '([Zz]|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)$|^[+-]\\d{6}-\\d\\d-\\d\\d$'

/**
 * ISO 8601 by our own rules: `Date.parse` takes '2020', 'Jan 1' and February 30th, and reads a time without a zone as
 * local time.
 */
function parse (text: string): number {
  const match = form.exec(text)
  if (match === null) {
    throw new InvalidValue(
      'syntax', 'must be ISO 8601 with a time zone, such as "2020-02-03T10:11:12.123Z", or a day such as "2020-02-03"'
    )
  }
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match
  const days = daysSinceEpoch({ year: Number(year), month: Number(month), day: Number(day) })
  if (days === undefined || +hour > 23 || +minute > 59 || +second > 59) {
    throw new InvalidValue('range', 'must be a day and time that exist')
  }
  // More digits than milliseconds are cut off, as a Date does.
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3))
  return days * 86_400_000 + ((+hour * 60 + +minute - offset(zone)) * 60 + +second) * 1000 + milliseconds
}

/** Minutes east of UTC. */
function offset (zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', ''))]
  if (hours > 23 || minutes > 59) throw new InvalidValue('range', 'must have a time zone that exists')
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}
