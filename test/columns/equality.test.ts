// Equality by value, copies, and keys that equal values share.
import t from 'tap'
import type { AnyColumn } from '../../src/cqlengine/columns/column.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { types } from '../../src/cqlengine/driver.js'
import fc from '../support/random.js'
import { nested, scalars, singles } from './random-types.js'

const decimal = (text: string): types.BigDecimal => c.Decimal().type.convert(text) as types.BigDecimal

const equal: readonly (readonly [AnyColumn, unknown, unknown])[] = [
  [c.Double(), NaN, NaN],
  [c.Float(), 2.39, Math.fround(2.39)],
  [c.Decimal(), decimal('1.0'), decimal('1.00')],
  [c.Decimal(), decimal('1e3'), decimal('1000')],
  [c.Decimal(), decimal('0'), decimal('0.000')],
  [c.Decimal(), types.BigDecimal.fromString('1.5'), types.BigDecimal.fromString('1.50')],
  [c.DateTime(), new Date(5), new Date(5)],
  [c.DateTime(), new Date(NaN), new Date(NaN)],
  [c.Duration(), new types.Duration(1, 2, 3), new types.Duration(1, 2, types.Long.fromNumber(3))],
  [c.Date(), new types.LocalDate(2020, 2, 3), types.LocalDate.fromString('2020-02-03')],
  [c.Blob(), Buffer.from('a'), Buffer.from('a')],
  [c.Set(c.DateTime), new Set([new Date(1), new Date(2)]), new Set([new Date(2), new Date(1)])],
  [c.Set(c.Float), new Set([0.1]), new Set([Math.fround(0.1)])],
  [c.Map(c.Blob, c.Integer), new Map([[Buffer.from('a'), 1]]), new Map([[Buffer.from('a'), 1]])],
  [c.Map(c.Tuple(c.Integer, c.Text), c.Integer), new Map([[[1, null], 1]]), new Map([[[1, null], 1]])]
]
const different: readonly (readonly [AnyColumn, unknown, unknown])[] = [
  [c.Double(), 0, -0],
  [c.Duration(), new types.Duration(1, 0, 0), new types.Duration(0, 30, 0)],
  [c.Decimal(), decimal('9007199254740993.1'), decimal('9007199254740993.2')],
  [c.Decimal(), decimal('1e-400'), decimal('2e-400')],
  [c.Set(c.Text), new Set(['a', 'b']), new Set(['a', 'c'])],
  [c.Map(c.Text, c.Text), new Map([['a', 'b']]), new Map([['b', 'a']])],
  [c.List(c.Text), ['ab', 'c'], ['a', 'bc']],
  [c.Tuple(c.Text, c.Text), ['~', null], [null, '~']],
  [c.Tuple(c.Text, c.Text), ['1:a', null], ['1', 'a']]
]

t.test('INS-11 equal by value', (t) => {
  for (const [{ type }, a, b] of equal) {
    t.ok(type.equals(a, b), type.cql)
    t.ok(Object.is(type.keyOf(a), type.keyOf(b)), 'with one key')
    t.strictSame(type.changes(a, b), [], 'nothing to send')
  }
  for (const [{ type }, a, b] of different) {
    t.notOk(type.equals(a, b), `not ${type.cql}`)
    t.notOk(type.equals(b, a), 'either way round')
    if (type.cql !== 'double') t.not(type.keyOf(a), type.keyOf(b), 'with two keys')
  }
  t.end()
})

t.test('the elements of a set collapse by value', (t) => {
  const uuid = 'f47ac10b-58cc-4372-a567-0e02b2c3d479'
  const size = (column: AnyColumn, values: unknown): number => (column.type.convert(values) as Set<unknown>).size
  t.equal(size(c.Set(c.UUID), [uuid, uuid.toUpperCase(), types.Uuid.fromString(uuid)]), 1)
  t.equal(size(c.Set(c.DateTime), [5, new Date(5)]), 1)
  t.equal(size(c.Set(c.Tuple(c.Integer, c.Text)), [[1], [1, null]]), 1)
  t.equal(size(c.Set(c.Decimal), ['1.0', 1]), 1)
  t.equal(size(c.Set(c.Double), [NaN, NaN, 0, -0]), 2)
  t.equal(size(c.Set(c.Blob), new Set([Buffer.from('a'), Buffer.from('a')])), 1)
  const map = c.Map(c.UUID, c.Integer).type.convert(new Map([[types.Uuid.fromString(uuid), 1], [types.Uuid.fromString(uuid), 2]])) as Map<types.Uuid, number>
  t.strictSame([...map.values()], [2], 'of equal keys the last value counts')
  t.end()
})

t.test('B05 a copy stays when the value is changed in place', (t) => {
  const column = c.Map(c.Tuple(c.DateTime, c.Integer), c.List(c.Set(c.Blob)))
  const key = [new Date(1), 5]
  const value = column.type.convert(new Map([[key, [[Buffer.from('ab')]]]])) as Map<[Date, number], Set<Buffer>[]>
  const { type } = column
  for (const change of [
    () => { key[1] = 6 }, () => { (key[0] as Date).setTime(7) }, () => { value.set([new Date(2), 1], []) },
    () => { value.values().next().value?.push(new Set()) }, () => { value.values().next().value?.[0]?.values().next().value?.fill(0) }
  ]) {
    const copy = type.copy(value)
    t.ok(type.equals(copy, value))
    change()
    t.notOk(type.equals(copy, value), 'seen')
  }
  t.end()
})

t.test('B05 at random', (t) => {
  const samples = fc.constantFrom(...singles, ...fc.sample(nested(3), 30))
  fc.assert(fc.property(samples.chain(({ column, values }) => fc.tuple(fc.constant(column.type), values, values)), ([type, a, b]) => {
    const copy = type.copy(a)
    const isEqual = type.equals(a, b)
    return type.equals(a, copy) && type.equals(copy, a) && Object.is(type.keyOf(a), type.keyOf(copy)) && type.changes(a, copy).length === 0 &&
      isEqual === type.equals(b, a) && isEqual === (type.changes(a, b).length === 0) &&
      (isEqual === (type.keyOf(a) === type.keyOf(b)) || type.cql === 'double' || type.cql === 'float') &&
      (!type.mutable || typeof a !== 'object' || copy !== a)
  }), { numRuns: 300 })
  t.pass('300 pairs')
  t.end()
})

t.test('what needs no conversion comes back from it as it is', (t) => {
  const samples = [...singles, ...fc.sample(nested(2), 30)]
  const anything = fc.oneof(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }), fc.constantFrom(-0, NaN, Infinity, 1e39, 2 ** 31, 2n ** 63n, '\ud800', new Date(NaN)))
  fc.assert(fc.property(fc.constantFrom(...samples).chain(({ column, values }) => fc.tuple(fc.constant(column.type), fc.oneof(values, anything))), ([type, value]) =>
    !type.isConverted(value) || Object.is(type.convert(value), value)), { numRuns: 3000 })
  for (const { column: { type }, values } of Object.values(scalars)) {
    if (type.primitive) fc.assert(fc.property(values, (value) => Object.is(value, -0) || type.isConverted(value)), { numRuns: 50 })
  }
  t.pass('3000 values')
  t.end()
})

t.test('B05 a vector is compared by its numbers', (t) => {
  const { type } = c.Vector(c.Float, 2)
  const value = Float32Array.of(1, 2)
  const copy = type.copy(value)
  value[1] = 3
  t.notOk(type.equals(value, copy))
  t.end()
})
