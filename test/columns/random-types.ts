// Random column types of any nesting, each with random values in the form that an instance holds: what the round-trip tests draw from.
import type { AnyColumn } from '../../src/cqlengine/columns/column.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { types } from '../../src/cqlengine/driver.js'
import fc from '../support/random.js'

/** A column and its values; `inner` leaves out what cannot stand inside another value. */
export interface Sample {
  readonly column: AnyColumn
  readonly values: fc.Arbitrary<unknown>
  readonly inner: fc.Arbitrary<unknown>
}

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }
const dayInNanoseconds = 86_400_000_000_000n

const bytes = (length: number): fc.Arbitrary<Buffer> => fc.uint8Array({ minLength: length, maxLength: length }).map((b) => Buffer.from(b))

function versionOne (buffer: Buffer): Buffer {
  buffer[6] = 0x10 | ((buffer[6] ?? 0) & 0x0f)
  return buffer
}

const durations = fc.record({
  negative: fc.boolean(),
  months: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  days: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  nanoseconds: fc.bigInt({ min: 0n, max: int64.max })
}).map(({ negative, months, days, nanoseconds }) => {
  const text = `${negative ? '-' : ''}${months}mo${days}d${nanoseconds}ns`
  return c.Duration().type.convert(text)
})

const decimals = fc.record({ digits: fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), exponent: fc.integer({ min: -80, max: 80 }) })
  .map(({ digits, exponent }) => c.Decimal().type.convert(`${digits}e${exponent}`))

/** The one key that the driver loses in its plain objects. */
const isKept = (text: string): boolean => text !== '__proto__'

const scalar = (column: AnyColumn, values: fc.Arbitrary<unknown>): Sample => ({ column, values, inner: values })

/** Every type without parameters. */
export const scalars: Readonly<Record<string, Sample>> = {
  text: scalar(c.Text(), fc.string({ unit: 'binary', maxLength: 40 }).filter(isKept)),
  ascii: scalar(c.Ascii(), fc.string({ unit: 'binary-ascii' }).filter(isKept)),
  blob: scalar(c.Blob(), fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b))),
  int: scalar(c.Integer(), fc.integer()),
  tinyint: scalar(c.TinyInt(), fc.integer({ min: -128, max: 127 })),
  smallint: scalar(c.SmallInt(), fc.integer({ min: -32768, max: 32767 })),
  bigint: scalar(c.BigInt(), fc.bigInt(int64)),
  varint: scalar(c.VarInt(), fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n })),
  boolean: scalar(c.Boolean(), fc.boolean()),
  float: scalar(c.Float(), fc.float()),
  double: scalar(c.Double(), fc.double()),
  decimal: scalar(c.Decimal(), decimals),
  timestamp: scalar(c.DateTime(), fc.date({ noInvalidDate: true })),
  date: scalar(c.Date(), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((days) => types.LocalDate.fromString(String(days)))),
  time: scalar(c.Time(), fc.bigInt({ min: 0n, max: dayInNanoseconds - 1n }).map((n) => new types.LocalTime(types.Long.fromString(n.toString())))),
  duration: scalar(c.Duration(), durations),
  uuid: scalar(c.UUID(), bytes(16).map((b) => new types.Uuid(b))),
  timeuuid: scalar(c.TimeUUID(), bytes(16).map((b) => c.TimeUUID().type.convert(new types.Uuid(versionOne(b))))),
  inet: scalar(c.Inet(), fc.oneof(bytes(4), bytes(16)).map((b) => new types.InetAddress(b)))
}

const scalarSamples = Object.values(scalars)
const sortable = scalarSamples.filter(({ column }) => column.cql !== 'duration')

/** A list, set or map: `minLength` 1 inside other values, where the driver cannot send an empty one. */
function collection (column: AnyColumn, values: (minLength: number) => fc.Arbitrary<unknown>): Sample {
  const converted = (minLength: number): fc.Arbitrary<unknown> => values(minLength).map((v) => column.type.convert(v))
  return { column, values: converted(0), inner: converted(1) }
}

const list = (of: Sample): Sample => collection(c.List(of.column), (minLength) => fc.array(of.inner, { minLength, maxLength: 4 }))
const set = (of: Sample): Sample => collection(c.Set(of.column), (minLength) => fc.array(of.inner, { minLength, maxLength: 4 }))
const frozenList = (of: Sample): Sample => collection(c.List(of.column, { frozen: true }), (minLength) => fc.array(of.inner, { minLength, maxLength: 4 }))

function map (key: Sample, value: Sample): Sample {
  const entries = fc.array(fc.tuple(key.inner, value.inner), { maxLength: 4 })
  return collection(c.Map(key.column, value.column), () => entries.map((e) => new Map(e)))
}

function tuple (of: readonly Sample[]): Sample {
  const [first, ...more] = of.map(({ column }) => column) as [AnyColumn, ...AnyColumn[]]
  return scalar(c.Tuple(first, ...more), fc.tuple(...of.map(({ inner }) => fc.option(inner))))
}

function vector (of: Sample, dimensions: number): Sample {
  const column = c.Vector(of.column, dimensions)
  return scalar(column, fc.array(of.inner, { minLength: dimensions, maxLength: dimensions }).map((v) => column.type.convert(v)))
}

/** Types of any nesting up to `depth`. */
export function nested (depth: number): fc.Arbitrary<Sample> {
  if (depth === 0) return fc.constantFrom(...scalarSamples)
  const inner = nested(depth - 1)
  const sortableInner = inner.filter(({ column }) => column.cql !== 'duration')
  return fc.oneof(
    inner.map(list), inner.map(frozenList), sortableInner.map(set), fc.tuple(sortableInner, inner).map(([k, v]) => map(k, v)),
    fc.array(inner, { minLength: 1, maxLength: 3 }).map(tuple), fc.tuple(inner, fc.integer({ min: 1, max: 3 })).map(([of, n]) => vector(of, n))
  )
}

/** Every type in every kind of collection, once. */
export const singles: readonly Sample[] = [
  ...scalarSamples, ...scalarSamples.map(list), ...sortable.map(set), ...sortable.map((key) => map(key, scalars['int'] as Sample)),
  ...scalarSamples.map((value) => map(scalars['text'] as Sample, value)), tuple(scalarSamples), ...scalarSamples.map((of) => vector(of, 3))
]
