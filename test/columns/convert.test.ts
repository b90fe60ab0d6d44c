// What each column accepts, as what, and what it refuses with which rule.
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { checkValue } from '../../src/cqlengine/columns/check.js'
import type { AnyColumn } from '../../src/cqlengine/columns/column.js'
import { InvalidValue } from '../../src/cqlengine/columns/cql-type.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { types } from '../../src/cqlengine/driver.js'
import { brokenRule } from './broken-rule.js'

const { BigDecimal, Duration, InetAddress, Integer, LocalDate, LocalTime, Long, TimeUuid, Tuple, Uuid } = types

/** `accepts`: what is given and the JSON form of what is held. `refuses`: what is given and the broken rule. */
interface Table { readonly column: AnyColumn, readonly accepts?: readonly (readonly [unknown, unknown])[], readonly refuses?: readonly (readonly [unknown, string])[] }

const ruleOf = (column: AnyColumn, value: unknown): string => brokenRule(() => checkValue(column, value))

const name = (value: unknown): string => {
  try {
    return `${typeof value} ${String(value).slice(0, 40)}`
  } catch {
    return typeof value
  }
}

function check (title: string, { column, accepts = [], refuses = [] }: Table): void {
  t.test(title, (t) => {
    for (const [given, json] of accepts) {
      const held = checkValue(column, given)
      t.strictSame(column.type.toJSON(held), json, `accepts ${name(given)}`)
      t.ok(Object.is(column.type.convert(held), held), 'what is held already comes back as it is')
    }
    for (const [given, rule] of refuses) t.equal(ruleOf(column, given), rule, `refuses ${name(given)}`)
    // No column takes these, and none fails over them in another way.
    for (const given of [undefined, Symbol('s'), () => 1, new (class Odd {})(), new WeakSet(), new Proxy([], { get () { throw new Error('secret') } })]) {
      t.not(ruleOf(column, given), 'accepted', `refuses ${name(given)}`)
    }
    t.end()
  })
}

const maximum = 2n ** 63n - 1n
const numberForms = [[5, '5'], [-5n, '-5'], ['0012', '12'], [Long.fromNumber(7), '7'], [Long.MAX_UNSIGNED_VALUE.shiftRightUnsigned(1), maximum.toString()], [Integer.fromString('-123456789012'), '-123456789012'], [-0, '0']] as const
const noIntegers = [[1.5, 'type'], [NaN, 'type'], [Infinity, 'type'], [2 ** 53, 'range'], ['1.5', 'syntax'], ['', 'syntax'], [' 5', 'syntax'], ['0x10', 'syntax'], ['1e3', 'syntax'], ['+5', 'syntax'], [true, 'type'], [{ high: 0, low: 1, unsigned: false }, 'type'], [{ bits_: [1], sign_: 0 }, 'type'], [['5'], 'type']] as const

check('TYP-01 Text', {
  column: c.Text(),
  accepts: [['', ''], ['näive 🎈 \0 "', 'näive 🎈 \0 "']],
  refuses: [[5, 'type'], [true, 'type'], [Buffer.from('x'), 'type'], [['x'], 'type'], [Object('x'), 'type'], ['\ud800', 'encoding'], ['a\udc00b', 'encoding']]
})
check('TYP-02 Ascii', { column: c.Ascii(), accepts: [['a\0\x7f', 'a\0\x7f']], refuses: [['é', 'encoding'], ['\x80', 'encoding'], [5, 'type']] })
check('TYP-01 lengths count characters', {
  column: c.Text({ minLength: 2, maxLength: 3 }),
  accepts: [['ab', 'ab'], ['🎈🎈🎈', '🎈🎈🎈']],
  refuses: [['a', 'length'], ['🎈', 'length'], ['abcd', 'length'], ['', 'length']]
})
check('TYP-01 COL-07 a required text has at least one character', { column: c.Text({ required: true }), accepts: [[' ', ' ']], refuses: [['', 'length'], [null, 'required']] })
check('TYP-01 but for minLength 0', { column: c.Text({ required: true, minLength: 0 }), accepts: [['', '']], refuses: [[null, 'required']] })
check('TYP-01 a shortest length', { column: c.Ascii({ minLength: 1 }), accepts: [['k', 'k']], refuses: [['', 'length']] })
t.test('TYP-01 of a text that is there', (t) => {
  for (const minLength of [0, 1, 5]) t.equal(checkValue(c.Ascii({ minLength }), null), null)
  t.end()
})
check('TYP-01 maxLength 0 allows the empty string', { column: c.Text({ maxLength: 0 }), accepts: [['', '']], refuses: [['a', 'length']] })
check('TYP-03 Blob', {
  column: c.Blob(),
  accepts: [[Buffer.from('hi'), 'aGk='], [new Uint8Array([104, 105]), 'aGk='], ['aGk=', 'aGk='], ['', ''], [runInNewContext('new Uint8Array([104, 105])'), 'aGk=']],
  refuses: [['aGk', 'syntax'], ['aG-_', 'syntax'], ['aG k=', 'syntax'], ['aGl=', 'syntax'], [[104], 'type'], [new ArrayBuffer(2), 'type'], [{ type: 'Buffer', data: [1] }, 'type']]
})
check('TYP-04 B44 Integer', {
  column: c.Integer(),
  accepts: [[2 ** 31 - 1, 2 ** 31 - 1], [-(2 ** 31), -(2 ** 31)], [-0, 0]],
  refuses: [[2 ** 31, 'range'], [-(2 ** 31) - 1, 'range'], [1.5, 'type'], [NaN, 'type'], ['5', 'type'], [true, 'type'], [5n, 'type'], [Object(5), 'type']]
})
check('TYP-05 B44 TinyInt', { column: c.TinyInt(), accepts: [[127, 127], [-128, -128]], refuses: [[128, 'range'], [-129, 'range'], [300, 'range']] })
check('TYP-05 B44 SmallInt', { column: c.SmallInt(), accepts: [[32767, 32767], [-32768, -32768]], refuses: [[32768, 'range'], [-32769, 'range']] })
check('TYP-06 B44 BigInt', {
  column: c.BigInt(),
  accepts: [...numberForms, [maximum, maximum.toString()], [(-maximum - 1n).toString(), (-maximum - 1n).toString()]],
  refuses: [...noIntegers, [maximum + 1n, 'range'], [-maximum - 2n, 'range'], ['9223372036854775808', 'range'], [Long.MAX_UNSIGNED_VALUE, 'range'], [Integer.fromString('99999999999999999999'), 'range']]
})
check('TYP-07 VarInt', {
  column: c.VarInt(),
  accepts: [...numberForms, ['9'.repeat(75), '9'.repeat(75)], [-(10n ** 75n), `-1${'0'.repeat(75)}`], [Long.MAX_UNSIGNED_VALUE, '18446744073709551615'], [Integer.fromString(`-${'8'.repeat(75)}`), `-${'8'.repeat(75)}`]],
  refuses: [...noIntegers, ['1'.repeat(10_001), 'length'], [10n ** 10_000n, 'length'], [`-${'1'.repeat(1_000_000)}`, 'length']]
})
check('TYP-09 B44 Boolean', { column: c.Boolean(), accepts: [[true, true], [false, false]], refuses: [['false', 'type'], [0, 'type'], [1, 'type'], ['', 'type'], [Object(true), 'type']] })
check('TYP-10 Double', { column: c.Double(), accepts: [[1.5, 1.5], [Number.MAX_VALUE, Number.MAX_VALUE], [NaN, null], [-Infinity, null]], refuses: [['1.5', 'type'], ['NaN', 'type'], [true, 'type'], [5n, 'type']] })
check('TYP-10 Float', { column: c.Float(), accepts: [[2.39, 2.39], [3.4028234663852886e38, 3.4028234663852886e38], [Infinity, null]], refuses: [[3.5e38, 'range'], [-1e300, 'range'], ['1', 'type']] })
check('TYP-11 B16 Decimal', {
  column: c.Decimal(),
  accepts: [
    ['0.1000000000000000000000000001', '0.1000000000000000000000000001'], ['12345678901234567890.5', '12345678901234567890.5'], ['1.5e3', '1500'], ['1E+3', '1000'], ['15e-1', '1.5'],
    ['-0.00', '0.00'], ['.5', '0.5'], ['+5', '5'], ['-.05E1', '-0.5'], ['1.50', '1.50'], [1.1, '1.1'], [1e21, '1000000000000000000000'], [5e-7, '0.0000005'], [-0, '0'], [10n ** 40n, `1${'0'.repeat(40)}`],
    [BigDecimal.fromString('12.50'), '12.50'], [new BigDecimal(15, -2), '1500'], [`1e${'0'.repeat(50)}3`, '1000'], ['1e9999', `1${'0'.repeat(9999)}`], ['1e-10000', `0.${'0'.repeat(9999)}1`]
  ],
  refuses: [
    ['abc', 'syntax'], ['', 'syntax'], ['.', 'syntax'], ['1.', 'syntax'], ['1e', 'syntax'], ['e5', 'syntax'], ['1_000', 'syntax'], [' 1', 'syntax'], ['1,5', 'syntax'], ['0x10', 'syntax'], ['--1', 'syntax'], ['NaN', 'syntax'], ['Infinity', 'syntax'],
    [NaN, 'range'], [Infinity, 'range'], ['1e999999999', 'range'], ['1e-999999999', 'range'], ['0e99999999999999999999', 'range'], ['1'.repeat(10_001), 'length'], ['9'.repeat(1_000_000), 'length'], [`1e${'9'.repeat(50)}`, 'range'],
    [new BigDecimal(1, 0.5), 'type'], [new BigDecimal(1, 99999), 'range'], [true, 'type'], [{ _intVal: {}, _scale: 1 }, 'type']
  ]
})
check('TYP-12 DateTime', {
  column: c.DateTime(),
  accepts: [
    [new Date(0), '1970-01-01T00:00:00.000Z'], [1e12, '2001-09-09T01:46:40.000Z'], [-1, '1969-12-31T23:59:59.999Z'], ['2020-02-03', '2020-02-03T00:00:00.000Z'], ['2020-02-29T10:11:12.123Z', '2020-02-29T10:11:12.123Z'],
    ['2020-02-03T10:11Z', '2020-02-03T10:11:00.000Z'], ['2020-02-03t10:11:12z', '2020-02-03T10:11:12.000Z'], ['2020-02-03 10:11:12+02:00', '2020-02-03T08:11:12.000Z'], ['2020-02-03T10:11:12.1234567-0530', '2020-02-03T15:41:12.123Z'],
    ['0001-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z'], ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'], ['+012345-01-01T00:00:00.000Z', '+012345-01-01T00:00:00.000Z'], ['-000001-01-01T00:00:00Z', '-000001-01-01T00:00:00.000Z'],
    [8.64e15, '+275760-09-13T00:00:00.000Z'], [-8.64e15, '-271821-04-20T00:00:00.000Z'], [runInNewContext('new Date(5)'), '1970-01-01T00:00:00.005Z']
  ],
  refuses: [
    [new Date(NaN), 'range'], [NaN, 'range'], [Infinity, 'range'], [1.5, 'type'], [8.64e15 + 2, 'range'], ['2020', 'syntax'], ['Jan 1', 'syntax'], ['2020-02-30', 'range'], ['2021-02-29T00:00:00Z', 'range'], ['2020-13-01', 'range'], ['2020-00-01', 'range'],
    ['2020-02-03T10:11:12', 'syntax'], ['2020-02-03T24:00:00Z', 'range'], ['2020-02-03T10:60:00Z', 'range'], ['2020-02-03T10:11:12+25:00', 'range'], ['+300000-01-01T00:00:00Z', 'range'], ['', 'syntax'], ['1580724672123', 'syntax'], [5n, 'type'], [true, 'type']
  ]
})
check('TYP-13 Date', {
  column: c.Date(),
  accepts: [
    ['2020-02-29', '2020-02-29'], [LocalDate.fromString('2020-02-03'), '2020-02-03'], [new Date('2020-02-03T23:59:59.999Z'), '2020-02-03'], ['0001-01-01', '0001-01-01'], ['-0044-03-15', '-0044-03-15'], ['9999-12-31', '9999-12-31'],
    ['5881580-07-11', '5881580-07-11'], ['-5877641-06-23', '-5877641-06-23'], ['+12345-01-01', '12345-01-01']
  ],
  refuses: [['2021-02-29', 'range'], ['5881580-07-12', 'range'], ['-5877641-06-22', 'range'], ['2020-2-3', 'syntax'], ['2020-02-03T00:00:00Z', 'syntax'], ['18000', 'syntax'], [18000, 'type'], [new Date(NaN), 'range'], [{ year: 2020, month: 2, day: 3 }, 'type']]
})
check('TYP-14 Time', {
  column: c.Time(),
  accepts: [['10:11:12', '10:11:12'], ['10:11:12.123456789', '10:11:12.123456789'], ['23:59:59.999999999', '23:59:59.999999999'], ['00:00:00.1', '00:00:00.1'], [LocalTime.fromMilliseconds(1000), '00:00:01']],
  refuses: [['24:00:00', 'range'], ['10:60:00', 'range'], ['10:11', 'syntax'], ['1:11:12', 'syntax'], ['10:11:12.1234567890', 'syntax'], ['-1:00:00', 'syntax'], [1000, 'type'], [new Date(), 'type']]
})
check('TYP-15 B17 Duration', {
  column: c.Duration(),
  accepts: [
    ['1mo2d3s', '1mo2d3s'], ['1y6mo', '1y6mo'], ['18mo', '1y6mo'], ['2w', '14d'], ['-1h30m', '-1h30m'], ['90m', '1h30m'], ['5us', '5us'], ['5µs', '5us'], ['1Y2MO3D', '1y2mo3d'], ['0s', '0s'], ['P1Y2M3DT4H5M6S', '1y2mo3d4h5m6s'], ['-P2W', '-14d'],
    ['P0001-02-03T04:05:06', '1y2mo3d4h5m6s'], ['PT5M', '5m'], [new Duration(1, 2, 3), '1mo2d3ns'], [new Duration(0, 0, 0), '0s'], ['9223372036854775807ns', '2562047h47m16s854ms775us807ns'], [new Duration(-1, -2, Long.MIN_VALUE), '-1mo2d2562047h47m16s854ms775us808ns']
  ],
  refuses: [
    ['abc', 'syntax'], ['', 'syntax'], ['-', 'syntax'], ['1', 'syntax'], ['1d2mo', 'syntax'], ['1d1d', 'syntax'], ['1.5h', 'syntax'], ['P', 'syntax'], ['PT', 'syntax'], ['P1D ', 'syntax'], ['2147483648mo', 'range'], ['2147483648d', 'range'], ['9223372036854775808ns', 'range'],
    [`${'9'.repeat(1000)}s`, 'syntax'], [new Duration(1, -2, 3), 'range'], [new Duration(1.5, 0, 0), 'type'], [5, 'type'], [{ months: 1, days: 2, nanoseconds: 3 }, 'type']
  ]
})
const uuid = 'f47ac10b-58cc-4372-a567-0e02b2c3d479'
check('TYP-16 UUID', {
  column: c.UUID(),
  accepts: [[uuid, uuid], [uuid.toUpperCase(), uuid], [uuid.replaceAll('-', ''), uuid], [`{${uuid}}`, uuid], [`urn:uuid:${uuid}`, uuid], [Uuid.fromString(uuid), uuid]],
  refuses: [['x', 'syntax'], [`${uuid}0`, 'syntax'], [`{${uuid}`, 'syntax'], [uuid.replace('f', 'g'), 'syntax'], [uuid.replace('-', ''), 'syntax'], ['', 'syntax'], [5, 'type'], [InetAddress.fromString('::1'), 'type'], [Buffer.alloc(16), 'type'], [Object.create(Uuid.prototype), 'type']]
})
const timeUuid = 'd2177dd0-eaa2-11de-a572-001b779c76e3'
check('TYP-17 B44 TimeUUID', {
  column: c.TimeUUID(),
  accepts: [[timeUuid, timeUuid], [TimeUuid.fromString(timeUuid), timeUuid], [Uuid.fromString(timeUuid), timeUuid]],
  refuses: [[uuid, 'version'], [Uuid.fromString(uuid), 'version'], [TimeUuid.fromString(uuid), 'version'], ['', 'syntax'], [new Date(), 'type']]
})
check('TYP-18 B44 Inet', {
  column: c.Inet(),
  accepts: [
    ['127.0.0.1', '127.0.0.1'], ['::', '::'], ['::1', '::1'], ['1::', '1::'], ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'], ['::ffff:1.2.3.4', '::ffff:102:304'], ['1:0:0:2:0:3:4:5', '1::2:0:3:4:5'], ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:7:0', '1:2:3:4:5:6:7:0'], ['0:0:3:4:5:6:0:0', '::3:4:5:6:0:0'], [InetAddress.fromString('10.0.0.1'), '10.0.0.1']
  ],
  refuses: [['', 'syntax'], ['bad', 'syntax'], ['1.2.3', 'syntax'], ['1.2.3.256', 'syntax'], ['01.2.3.4', 'syntax'], ['fe80::1%eth0', 'syntax'], ['1::2::3', 'syntax'], [':::', 'syntax'], ['localhost', 'syntax'], [Uuid.fromString(uuid), 'type'], [Buffer.alloc(4), 'type'], [5, 'type']]
})
check('TYP-19 List', {
  column: c.List(c.UUID),
  accepts: [[[], []], [[uuid, Uuid.fromString(uuid)], [uuid, uuid]]],
  refuses: [['x', 'type'], [{}, 'type'], [new Set([uuid]), 'type'], [[null], 'null'], [[uuid, , uuid], 'null'], [new Array(5), 'null'], [['x'], 'syntax'], [{ length: 1, 0: uuid }, 'type']] // eslint-disable-line no-sparse-arrays
})
check('TYP-20 Set', {
  column: c.Set(c.Integer),
  accepts: [[[1, 2, 1], [1, 2]], [new Set([1]), [1]], [[], []], [runInNewContext('new Set([1])'), [1]]],
  refuses: [['x', 'type'], [{}, 'type'], [new Map([[1, 1]]), 'type'], [[null], 'null'], [new Set([undefined]), 'null'], [[1.5], 'type']]
})
check('TYP-21 Map', {
  column: c.Map(c.Integer, c.Text),
  accepts: [[new Map([[1, 'a']]), { 1: 'a' }], [{ 1: 'a', '-2': 'b' }, { 1: 'a', '-2': 'b' }], [{}, {}], [Object.assign(Object.create(null), { 1: 'a' }), { 1: 'a' }]],
  refuses: [['x', 'type'], [[], 'type'], [[[1, 'a']], 'type'], [new Set(), 'type'], [{ x: 'a' }, 'syntax'], [{ '': 'a' }, 'syntax'], [{ 1.5: 'a' }, 'type'], [{ '"1"': 'a' }, 'type'], [{ 1: null }, 'null'], [new Map([[null, 'a']]), 'null'], [new Map([['1', 'a']]), 'type'], [new Date(), 'type']]
})
check('TYP-22 B17 Tuple', {
  column: c.Tuple(c.Integer, c.UUID),
  accepts: [[[1, uuid], [1, uuid]], [[1], [1, null]], [[], [null, null]], [[null, null], [null, null]], [new Tuple(1, Uuid.fromString(uuid)), [1, uuid]], [new Tuple(1, undefined), [1, null]], [[1, undefined], [1, null]], [[, uuid], [null, uuid]]], // eslint-disable-line no-sparse-arrays
  refuses: [[[1, uuid, 3], 'length'], [['1', uuid], 'type'], ['x', 'type'], [{ elements: [1] }, 'type'], [new Set([1]), 'type']]
})
check('TYP-22 of tuples inside tuples, but nowhere else', {
  column: c.Tuple(c.Tuple(c.Text, c.Integer), c.List(c.Text)),
  accepts: [[[[undefined, 1], undefined], [[null, 1], null]]],
  refuses: [[[undefined, [undefined]], 'null'], [[undefined, [null]], 'null']]
})
check('Vector of float', {
  column: c.Vector(c.Float, 3),
  accepts: [[[1, 2, 3], [1, 2, 3]], [Float32Array.of(1, 2, 3), [1, 2, 3]], [new types.Vector([1, 2, 3]), [1, 2, 3]], [runInNewContext('new Float32Array([1, 2, 3])'), [1, 2, 3]]],
  refuses: [[[1, 2], 'length'], [[1, 2, 3, 4], 'length'], [Float32Array.of(1), 'length'], [[1, null, 3], 'null'], [[1, undefined, 3], 'null'], [[1, '2', 3], 'type'], [[1e300, 1, 1], 'range'], [new Float64Array(3), 'type'], ['x', 'type'], [{ length: 3 }, 'type']]
})
check('Vector of others', { column: c.Vector(c.BigInt, 2), accepts: [[[1, '2'], ['1', '2']], [new types.Vector([1n, 2n]), ['1', '2']]], refuses: [[[1], 'length'], [Float32Array.of(1, 2), 'type']] })
check('an indexed vector holds what its index takes', {
  column: c.Vector(c.Float, 2, { index: { using: 'sai' } }),
  accepts: [[[0, 1e-20], [0, Math.fround(1e-20)]]],
  refuses: [[[0, -0], 'zero'], [[NaN, 1], 'range'], [[Infinity, 1], 'range'], [[1.1e17, 1], 'range']]
})
check('zero vectors fit an index that does not compare by cosine', { column: c.Vector(c.Float, 2, { index: { using: 'sai', options: { similarity_function: 'dot_product' } } }), accepts: [[[0, 0], [0, 0]]] })
check('TYP-23 an empty list or set cannot stand inside another value', {
  column: c.List(c.Tuple(c.List(c.Integer), c.Map(c.Integer, c.Integer))),
  accepts: [[[[[1], {}]], [[[1], {}]]], [[[null, { 1: 2 }]], [[null, { 1: 2 }]]]],
  refuses: [[[[[], {}]], 'empty']]
})
check('TYP-23 not in a set, a map, a vector either', { column: c.Map(c.Text, c.Set(c.Text)), refuses: [[{ a: [] }, 'empty']] })

t.test('COL-07 null is allowed but in required columns and keys; undefined never', (t) => {
  t.equal(checkValue(c.Text(), null), null)
  t.equal(checkValue(c.List(c.Text), null), null)
  t.equal(ruleOf(c.Integer({ required: true }), null), 'required')
  t.equal(ruleOf(c.Integer({ primaryKey: true }), null), 'required')
  t.equal(ruleOf(c.Integer({ partitionKey: true }), null), 'required')
  t.equal(ruleOf(c.Integer(), undefined), 'type')
  t.strictSame(checkValue(c.List(c.Text, { required: true }), []), [], 'an empty container passes')
  t.end()
})

t.test('an empty list or set is no key', (t) => {
  t.equal(ruleOf(c.List(c.Text, { primaryKey: true }), []), 'empty')
  t.equal(ruleOf(c.Set(c.Text, { partitionKey: true }), []), 'empty')
  t.equal(ruleOf(c.Map(c.Text, c.Text, { primaryKey: true }), {}), 'none')
  t.end()
})

t.test('validate judges what is held', (t) => {
  const seen: unknown[] = []
  checkValue(c.BigInt({ validate: (v) => { seen.push(v); return true } }), '5')
  t.strictSame(seen, [5n])
  const verdict = (validate: (v: string) => unknown): unknown => {
    try {
      return checkValue(c.Text({ validate: validate as (v: string) => boolean }), 'secret')
    } catch (error) {
      t.ok(error instanceof InvalidValue)
      t.notMatch((error as Error).message, 'secret')
      return (error as InvalidValue).message
    }
  }
  t.equal(verdict(() => true), 'secret')
  t.equal(verdict(() => 'must rhyme'), 'must rhyme')
  t.match(verdict(() => false), 'refused')
  t.match(verdict((v) => { throw new Error(v) }), 'threw an error')
  t.match(verdict(() => undefined), 'must return')
  t.match(verdict(async () => false), 'no promise')
  t.end()
})

t.test('COL-14 the rules of a column hold inside collections too', (t) => {
  const short = c.Text({ maxLength: 2, validate: (v) => v !== 'no' })
  for (const column of [c.List(short), c.Set(short), c.Tuple(short), c.Vector(short, 1)]) {
    t.strictSame(column.type.toJSON(checkValue(column, ['ok'])), ['ok'])
    t.equal(ruleOf(column, ['long']), 'length')
    t.equal(ruleOf(column, ['no']), 'validate')
  }
  t.equal(ruleOf(c.Map(short, c.Integer), { long: 1 }), 'length')
  t.equal(ruleOf(c.Map(c.Text, short), { x: 'long' }), 'length')
  t.equal(ruleOf(c.List(c.Text({ required: true })), ['']), 'length')
  t.end()
})

t.test('B17 the message says where and never what', (t) => {
  const column = c.Map(c.Text, c.List(c.Tuple(c.Integer, c.UUID)))
  t.throws(() => checkValue(column, { a: [[1, uuid]], b: [[1, uuid], [2, 'secret']] }), { rule: 'syntax', message: /^value of entry 1: element 1: element 1: must be a UUID/ })
  t.end()
})
