// Whatever a program or a request throws at a column: a broken rule comes back, never another error, and nothing given is changed.
import t from 'tap'
import { checkValue } from '../../src/cqlengine/columns/check.js'
import type { AnyColumn } from '../../src/cqlengine/columns/column.js'
import { InvalidValue } from '../../src/cqlengine/columns/cql-type.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { types } from '../../src/cqlengine/driver.js'
import { brokenRule } from './broken-rule.js'

const secret = 'secret-4711'
const boom = (): never => { throw new RangeError(secret) }
const trap = new Proxy({}, { get: boom, getPrototypeOf: boom, ownKeys: boom, has: boom })
const throwing = { get a () { return boom() }, get [Symbol.iterator] () { return boom() } }
const listTrap = new Proxy([1], { get: boom })

class BadSet extends Set<unknown> { override [Symbol.iterator] (): never { return boom() } }
class BadMap extends Map<unknown, unknown> { override [Symbol.iterator] (): never { return boom() } }
const badUuid = Object.assign(types.Uuid.random(), { getBuffer: boom })
const cyclic: unknown[] = []
cyclic.push(cyclic)
const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as unknown
const prototypeKeys = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "hasOwnProperty": 2}') as unknown

const columns: readonly AnyColumn[] = [
  c.Text(), c.Blob(), c.Integer(), c.BigInt(), c.VarInt(), c.Boolean(), c.Float(), c.Decimal(), c.DateTime(), c.Date(), c.Time(), c.Duration(), c.UUID(), c.TimeUUID(), c.Inet(),
  c.List(c.Integer), c.List(c.List(c.Integer)), c.Set(c.UUID), c.Map(c.Text, c.Integer), c.Map(c.Tuple(c.Integer), c.Integer), c.Tuple(c.UUID, c.Integer), c.Vector(c.Float, 2), c.Vector(c.Text, 2),
  c.custom({ cql: 'list<int>', toDatabase: (v) => v, fromDatabase: (v: unknown) => v })(),
  c.custom({ cql: 'text', toDatabase: JSON.stringify, fromDatabase: JSON.parse })({ validate: () => false })
]
const values: readonly unknown[] = [
  trap, throwing, listTrap, new BadSet([1]), new BadMap([[1, 1]]), badUuid, cyclic, deep, prototypeKeys, [trap], [throwing], new Map([[trap, trap]]), new Set([trap]), { a: trap },
  new Proxy(new Set([1]), {}), new Proxy(new Date(), {}), new Proxy(types.Uuid.random(), { get: boom }), Object.create(Date.prototype), Object.create(types.LocalDate.prototype), Object.create(types.BigDecimal.prototype),
  Object.create(types.Duration.prototype), Object.create(types.Integer.prototype), Object.create(types.Long.prototype), Object.create(types.LocalTime.prototype), Object.create(types.Tuple.prototype), Object.create(types.InetAddress.prototype),
  Object.create(Set.prototype), Object.create(Map.prototype), Object.create(Float32Array.prototype), { toString: boom, valueOf: boom, toJSON: boom }, { length: 2 ** 53 }, new Array(2 ** 32 - 1), 'x'.repeat(5_000_000), '9'.repeat(5_000_000), Symbol.iterator, undefined
]

t.test('the quick look at a value says no, and never throws', (t) => {
  for (const { type } of columns) {
    values.forEach((value, i) => {
      if (type.isConverted(value) && !Object.is(type.convert(value), value)) t.fail(`${type.cql}: value ${i} is not what it is converted to`)
    })
  }
  t.pass('asked of every type')
  t.end()
})

for (const column of columns) {
  t.test(`${column.cql} refuses all of it in its own words`, (t) => {
    const started = process.hrtime.bigint()
    values.forEach((value, i) => {
      try {
        checkValue(column, value)
      } catch (error) {
        if (!(error instanceof InvalidValue)) t.fail(`value ${i}: ${String(error)}`)
        else if (error.message.includes(secret) || error.message.length > 400) t.fail(`value ${i}: ${error.message}`)
      }
    })
    t.ok(process.hrtime.bigint() - started < 5_000_000_000n, 'and keeps nobody waiting')
    t.end()
  })
}

t.test('keys of Object.prototype are keys like others', (t) => {
  const map = checkValue(c.Map(c.Text, c.Text), JSON.parse('{"__proto__": "a", "constructor": "b"}')) as Map<string, string>
  t.strictSame([...map], [['__proto__', 'a'], ['constructor', 'b']])
  const { type } = c.Map(c.Text, c.Text)
  t.strictSame(Object.entries(type.toJSON(map) as object), [['__proto__', 'a'], ['constructor', 'b']])
  const bound = type.toDriver(map, { bigint: 'long', varint: 'integer', set: 'array', map: 'object', classes: 'own' }) as object
  t.strictSame(Object.keys(bound), ['__proto__', 'constructor'])
  t.equal(Object.getPrototypeOf(bound), Object.prototype)
  t.strictSame(type.fromDriver(JSON.parse('{"__proto__": "a"}')), new Map([['__proto__', 'a']]))
  const read = Object.setPrototypeOf({}, ['a']) as unknown // what the driver's assignment does
  t.strictSame(c.Map(c.Text, c.List(c.Text)).type.fromDriver(read), new Map([['__proto__', ['a']]]))
  t.end()
})

t.test('nothing given is changed, frozen things pass', (t) => {
  const given = Object.freeze([Object.freeze(['5']), Object.freeze(['6'])])
  t.strictSame(checkValue(c.List(c.List(c.BigInt)), given), [[5n], [6n]])
  t.strictSame(given, [['5'], ['6']])
  const inherited = Object.create({ a: 1 }) as object
  t.equal(brokenRule(() => checkValue(c.Map(c.Text, c.Integer), inherited)), 'type', 'inherited keys are not read')
  t.end()
})
