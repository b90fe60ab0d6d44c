// Values made by a second copy of the driver: `instanceof` does not know them, so they are told by their methods and made anew.
import t from 'tap'
import type { AnyColumn } from '../../src/cqlengine/columns/column.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { ownEncoding } from '../../src/cqlengine/connection/encoding.js'
import { types } from '../../src/cqlengine/driver.js'
import { secondDriver } from '../support/second-driver.js'
import { brokenRule } from './broken-rule.js'

const { types: other } = secondDriver(t)
t.not(other.Uuid, types.Uuid, 'it is another copy')

const duration = new other.Duration(1, 2, other.Long.fromNumber(-3))
const cases: readonly (readonly [AnyColumn, unknown, unknown])[] = [
  [c.UUID(), other.Uuid.fromString('f47ac10b-58cc-4372-a567-0e02b2c3d479'), types.Uuid],
  [c.TimeUUID(), other.TimeUuid.fromString('d2177dd0-eaa2-11de-a572-001b779c76e3'), types.TimeUuid],
  [c.Inet(), other.InetAddress.fromString('::1'), types.InetAddress],
  [c.Date(), other.LocalDate.fromString('2020-02-03'), types.LocalDate],
  [c.Time(), other.LocalTime.fromString('10:11:12.5'), types.LocalTime],
  [c.Duration(), new other.Duration(1, 2, other.Long.fromNumber(3)), types.Duration],
  [c.Decimal(), other.BigDecimal.fromString('-12.50'), types.BigDecimal],
  [c.Decimal(), new other.BigDecimal(15, -2), types.BigDecimal]
]

for (const [{ type }, value, ours] of cases) {
  t.test(type.cql, (t) => {
    for (const made of [type.convert(value), type.fromDriver(value)] as object[]) {
      t.equal(Object.getPrototypeOf(made), (ours as { prototype: object }).prototype, 'ours')
      t.ok(type.equals(made, type.convert(type.toJSON(made))), 'the same value')
    }
    t.end()
  })
}

t.test('big integers', (t) => {
  t.equal(c.BigInt().type.convert(other.Long.fromString('-5')), -5n)
  t.equal(c.BigInt().type.fromDriver(other.Long.MIN_VALUE), -(2n ** 63n))
  t.equal(c.VarInt().type.convert(other.Integer.fromString('123456789012345678901234567890')), 123456789012345678901234567890n)
  t.equal(c.VarInt().type.fromDriver(other.Integer.fromString('-1')), -1n)
  t.end()
})

t.test('what other writers stored beyond our limits is read, as it is with our own classes', (t) => {
  const digits = '7'.repeat(10_001)
  t.equal(c.VarInt().type.fromDriver(other.Integer.fromString(digits)), BigInt(digits))
  for (const scale of [30_000, -30_000]) {
    const read = c.Decimal().type.fromDriver(new other.BigDecimal(15, scale)) as types.BigDecimal
    t.ok(read instanceof types.BigDecimal)
    t.equal(c.Decimal().type.toJSON(read), `15e${-scale}`)
  }
  t.end()
})

t.test('to a client of another copy go bytes in place of our classes, and only there', (t) => {
  const foreign = { ...ownEncoding, classes: 'foreign' } as const
  const uuid = types.Uuid.random()
  t.equal(c.UUID().type.toDriver(uuid, ownEncoding), uuid)
  t.strictSame(c.UUID().type.toDriver(uuid, foreign), uuid.getBuffer())
  t.equal(c.BigInt().type.toDriver(5n, foreign), 5n)
  t.strictSame(c.BigInt().type.toDriver(-2n, { ...foreign, bigint: 'long' }), Buffer.from('fffffffffffffffe', 'hex'))
  t.strictSame(c.VarInt().type.toDriver(128n, { ...foreign, varint: 'integer' }), Buffer.from('0080', 'hex'))
  t.end()
})

t.test('tuples and vectors', (t) => {
  t.strictSame(c.Tuple(c.Integer, c.Text).type.convert(new other.Tuple(1, 'a')), [1, 'a'])
  t.strictSame(c.Tuple(c.Integer, c.Text).type.fromDriver(new other.Tuple(1, null)), [1, null])
  t.strictSame(c.Vector(c.Float, 2).type.fromDriver(new other.Vector([1, 2])), Float32Array.of(1, 2))
  t.strictSame(c.Vector(c.Integer, 2).type.convert(new other.Vector([1, 2])), [1, 2])
  t.end()
})

t.test('their wrong values are refused like ours', (t) => {
  t.equal(brokenRule(() => c.Duration().type.convert(new other.Duration(1, -2, other.Long.ZERO))), 'range')
  t.equal(brokenRule(() => c.Duration().type.convert(duration)), 'range')
  t.equal(brokenRule(() => c.BigInt().type.convert(other.Long.MAX_UNSIGNED_VALUE)), 'range')
  t.equal(brokenRule(() => c.UUID().type.convert(other.InetAddress.fromString('::1'))), 'type')
  t.equal(brokenRule(() => c.Inet().type.convert(other.Uuid.random())), 'type')
  t.end()
})
