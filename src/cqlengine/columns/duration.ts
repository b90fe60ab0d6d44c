import { durationFields } from '../connection/driver-internals/values.js'
import { types } from '../driver.js'
import { toLong } from './big-integer.js'
import { InvalidValue, type JsonSchema, type ElementKey, type TypeFacts } from './cql-type.js'
import { DriverObjectType, hasMethods } from './outside.js'

interface Parts { readonly months: bigint, readonly days: bigint, readonly nanoseconds: bigint }

const int32 = 2n ** 31n
const int64 = 2n ** 63n

/**
 * `duration` (TYP-15): months, days and nanoseconds, which do not convert into each other; all three of one sign.
 * Text is read and written here: the driver's parser takes any nonsense as zero, and its printer rounds years (18
 * months: "2y6mo").
 */
export class DurationType extends DriverObjectType<types.Duration> {
  override readonly cql = 'duration'
  override readonly facts: TypeFacts = {
    size: 16, isOrderless: true, lacksSai: true, hasLength: true, serverClass: 'Duration', sentAsClass: '.DurationType'
  }

  protected read (value: unknown): types.Duration {
    if (typeof value === 'string') return duration(parse(value))
    if (!hasMethods(value, 'toBuffer', 'equals') || !('nanoseconds' in value)) {
      throw new InvalidValue('type', 'must be a Duration or a string such as "1mo2d3h"')
    }
    const { months, days, nanoseconds } = durationFields(value)
    const parts = { months: wholeOf(months), days: wholeOf(days), nanoseconds: BigInt(String(nanoseconds)) }
    check(parts)
    return value instanceof types.Duration ? value : duration(parts)
  }

  override fromDriver (value: unknown): types.Duration {
    return value instanceof types.Duration ? value : this.convert(value)
  }

  protected override toBytes (value: types.Duration): Buffer { return value.toBuffer() }
  override equals (a: types.Duration, b: types.Duration): boolean { return a === b || this.keyOf(a) === this.keyOf(b) }

  override keyOf (value: types.Duration): ElementKey {
    const { months, days, nanoseconds } = split(value)
    return `${months}:${days}:${nanoseconds}`
  }

  override toJSON (value: types.Duration): string { return print(split(value)) }
  override schema (): JsonSchema { return { type: 'string', pattern, maxLength: longest } }
}

/** The driver's declarations leave the three fields out. */
function split (value: types.Duration): Parts {
  const { months, days, nanoseconds } = value as types.Duration & {
    readonly months: number
    readonly days: number
    readonly nanoseconds: types.Long
  }
  return { months: BigInt(months), days: BigInt(days), nanoseconds: BigInt(nanoseconds.toString()) }
}

function wholeOf (value: unknown): bigint {
  if (!Number.isInteger(value)) throw new InvalidValue('type', 'must have whole numbers of months and days')
  return BigInt(value as number)
}

function duration (parts: Parts): types.Duration {
  check(parts)
  return new types.Duration(Number(parts.months), Number(parts.days), toLong(parts.nanoseconds))
}

function check ({ months, days, nanoseconds }: Parts): void {
  if (months < -int32 || months >= int32 || days < -int32 || days >= int32) {
    throw new InvalidValue('range', 'must have months and days that fit in 32 bits')
  }
  if (nanoseconds < -int64 || nanoseconds >= int64) {
    throw new InvalidValue('range', 'must have nanoseconds that fit in 64 bits')
  }
  const parts = [months, days, nanoseconds]
  if (parts.some((n) => n < 0n) && parts.some((n) => n > 0n)) {
    throw new InvalidValue('range', 'must have months, days and nanoseconds of one sign')
  }
}

const units = [
  ['y', 'months', 12n], ['mo', 'months', 1n], ['w', 'days', 7n], ['d', 'days', 1n],
  ['h', 'nanoseconds', 3_600_000_000_000n], ['m', 'nanoseconds', 60_000_000_000n], ['s', 'nanoseconds', 1_000_000_000n],
  ['ms', 'nanoseconds', 1_000_000n], ['us', 'nanoseconds', 1000n], ['ns', 'nanoseconds', 1n]
] as const

// One group for each unit, in their order; `u` of microseconds also as the two signs that look like a micro.
const plain = /^(-?)(?=\d)(?:(\d+)y)?(?:(\d+)mo)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?(?:(\d+)[uµμ]s)?(?:(\d+)ns)?$/i
const iso = /^(-?)P(?=[\dT])(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/
const isoWeeks = /^(-?)P(\d+)W$/
const isoDate = /^(-?)P(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/
/** JSON schemas have no flags: each letter of a unit in both cases, micro signs in all three. */
const anyCase = plain.source.replace(
  /(?<=\))[a-z]+|\[uµμ\]s/g,
  (unit) => unit.startsWith('[') ? '[uUµμ\u039c][sS]' : unit.replace(/[a-z]/g, (c) => `[${c}${c.toUpperCase()}]`)
)
const pattern = `${anyCase}|${iso.source}|${isoWeeks.source}|${isoDate.source}`
/** Longest sensible text: ten units with counts of at most 19 digits. */
const longest = 250

const groups: readonly (readonly [RegExp, readonly string[]])[] = [
  [plain, units.map(([unit]) => unit)],
  [iso, ['y', 'mo', 'd', 'h', 'm', 's']],
  [isoWeeks, ['w']],
  [isoDate, ['y', 'mo', 'd', 'h', 'm', 's']]
]

/**
 * The forms that Cassandra takes: "1y2mo3d", ISO 8601 "P1Y2M3DT4H", "P3W", "P0001-02-03T04:05:06", each with "-" before
 * it for a negative one.
 */
function parse (text: string): Parts {
  if (text.length > longest) throw syntaxError()
  for (const [form, names] of groups) {
    const match = form.exec(text)
    if (match !== null) {
      return sum(match[1] === '-' ? -1n : 1n, new Map(names.map((unit, i) => [unit, match[i + 2] ?? '0'])))
    }
  }
  throw syntaxError()
}

function sum (sign: bigint, counts: ReadonlyMap<string, string>): Parts {
  const total = { months: 0n, days: 0n, nanoseconds: 0n }
  for (const [unit, part, factor] of units) total[part] += sign * factor * BigInt(counts.get(unit) ?? 0)
  return total
}

function syntaxError (): InvalidValue {
  return new InvalidValue(
    'syntax',
    'must be a duration such as "1y2mo3d4h5m6s7ms8us9ns", units in this order, or ISO 8601 such as "P1Y2M3DT4H5M6S"'
  )
}

function print (parts: Parts): string {
  const negative = Object.values(parts).some((n: bigint) => n < 0n)
  const rest: { -readonly [P in keyof Parts]: bigint } = negative
    ? { months: -parts.months, days: -parts.days, nanoseconds: -parts.nanoseconds }
    : { ...parts }
  let text = ''
  for (const [unit, part, factor] of units) {
    // Weeks are printed as days, as everywhere in Cassandra.
    if (unit === 'w' || rest[part] < factor) continue
    text += `${rest[part] / factor}${unit}`
    rest[part] %= factor
  }
  return text === '' ? '0s' : `${negative ? '-' : ''}${text}`
}
