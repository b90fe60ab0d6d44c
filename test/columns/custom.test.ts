// COL-14: columns of the user's own.
import t from 'tap'
import { checkValue } from '../../src/cqlengine/columns/check.js'
import { columnSchema } from '../../src/cqlengine/columns/column-schema.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { ownEncoding } from '../../src/cqlengine/connection/encoding.js'
import { brokenRule } from './broken-rule.js'

interface Document { lang?: string, tags?: string[] }
const json = c.custom<Document>({ cql: 'text', toDatabase: JSON.stringify, fromDatabase: JSON.parse })

class Money {
  readonly #cents: bigint
  constructor (cents: bigint) { this.#cents = cents }
  get cents (): bigint { return this.#cents }
  static parse (text: string): Money { return new Money(BigInt(text.replace('.', ''))) }
  toString (): string { return `${this.#cents / 100n}.${this.#cents % 100n}` }
}
const money = c.custom<Money, Money | string>({
  cql: 'bigint',
  toDatabase: (v) => (typeof v === 'string' ? Money.parse(v) : v).cents,
  fromDatabase: (cents: bigint) => new Money(cents),
  toJSON: String,
  schema: { type: 'string', pattern: '^\\d+\\.\\d\\d$' }
})

t.test('COL-14 JSON-like values: bound, read, compared by value, seen when changed in place', (t) => {
  const { type } = json()
  const value: Document = { lang: 'en', tags: ['a'] }
  t.equal(checkValue(json(), value), value, 'what is held already comes back as it is')
  t.equal(type.cql, 'text')
  t.equal(type.toDriver(value, ownEncoding), '{"lang":"en","tags":["a"]}')
  t.strictSame(type.fromDriver('{"lang":"en"}'), { lang: 'en' })
  t.ok(type.equals(value, { tags: ['a'], lang: 'en' }), 'whatever the order of keys')
  const copy = type.copy(value)
  value.tags?.push('b')
  t.strictSame(type.changes(copy, value), [{ kind: 'assign', value }], 'B05 seen')
  t.strictSame(type.toJSON(value), value)
  t.strictSame(columnSchema(json({ description: 'x' }), 'input'), { description: 'x' })
  t.end()
})

t.test('COL-14 instances of classes with private members', (t) => {
  const column = money()
  const { type } = column
  const five = checkValue(column, '5.50') as Money
  t.ok(five instanceof Money)
  t.equal(five.cents, 550n)
  t.equal(checkValue(column, five), five)
  t.ok(type.equals(five, new Money(550n)))
  t.notOk(type.equals(five, new Money(551n)))
  t.not(type.copy(five), five)
  t.equal((type.copy(five) as Money).cents, 550n)
  t.equal(type.keyOf(five), 550n)
  t.equal(type.toJSON(five), '5.50')
  t.ok(type.equals(checkValue(column, type.toJSON(five)), five), 'its own JSON form is accepted')
  t.equal(type.toDriver(five, { ...ownEncoding, bigint: 'long' })?.toString(), '550', 'as the client takes it')
  t.equal((type.fromDriver(type.toDriver(five, { ...ownEncoding, bigint: 'long' })) as Money).cents, 550n)
  t.end()
})

t.test('COL-14 inside collections and tuples, as keys, with options', (t) => {
  const prices = c.Set(money)
  const value = checkValue(prices, ['5.50', new Money(550n), '1.00']) as Set<Money>
  t.strictSame([...value].map(String), ['5.50', '1.0'], 'equal ones are one element')
  t.strictSame(prices.type.toDriver(value, ownEncoding), [550n, 100n])
  t.equal(c.Map(money, json).cql, 'map<bigint, text>')
  t.equal((checkValue(c.Map(money, json), { 5.25: { lang: 'en' } }) as Map<Money, Document>).size, 1)
  t.equal(c.Tuple(money, c.Text).cql, 'tuple<bigint, text>')
  t.equal(brokenRule(() => checkValue(money({ required: true }), null)), 'required')
  t.equal(brokenRule(() => checkValue(money({ validate: (m) => m.cents < 100n }), '5.50')), 'validate')
  t.end()
})

t.test('COL-14 what the functions cannot do refuses the value, without telling it', (t) => {
  const failing = c.custom<string>({ cql: 'text', toDatabase: (v) => { throw new Error(v) }, fromDatabase: String })()
  t.throws(() => checkValue(failing, 'secret'), { message: /^(?!.*secret).*toDatabase of the column threw/ })
  t.equal(brokenRule(() => checkValue(failing, 'x')), 'custom')
  const unreadable = c.custom<string>({ cql: 'text', toDatabase: String, fromDatabase: () => { throw new Error('x') } })()
  t.equal(brokenRule(() => checkValue(unreadable, 'x')), 'custom')
  const nothing = c.custom<string>({ cql: 'text', toDatabase: () => undefined, fromDatabase: String })()
  t.equal(brokenRule(() => checkValue(nothing, 'x')), 'custom')
  const tooLarge = c.custom<number>({ cql: 'tinyint', toDatabase: (v) => v, fromDatabase: Number })()
  t.equal(brokenRule(() => checkValue(tooLarge, 300)), 'range', 'the rules of the CQL type hold')
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  t.equal(brokenRule(() => checkValue(json(), cyclic)), 'custom')
  t.notOk(json().type.equals(cyclic, { self: 1 }), 'what cannot be written equals nothing')
  t.end()
})

t.test('COL-14 every CQL type made of built-in ones', (t) => {
  const cqlOf = (cql: string): string => c.custom({ cql, toDatabase: (v) => v, fromDatabase: (v: unknown) => v })().cql
  for (const cql of ['int', 'timestamp', 'list<int>', 'set<frozen<list<text>>>', 'map<text, frozen<map<uuid, blob>>>', 'tuple<int, text>', 'vector<float, 3>', 'frozen<list<int>>']) t.equal(cqlOf(cql), cql)
  t.equal(cqlOf('  LIST< varchar > '), 'list<text>')
  for (const wrong of ['', 'txt', 'list', 'list<>', 'list<int', 'list<int>>', 'list<int, int>', 'map<int>', 'int int', 'counter', 'frozen<address>', 'vector<float>', 'vector<float, 0>', 'text; DROP', 'constructor', '"x"', 'set<duration>']) {
    t.throws(() => cqlOf(wrong), { code: 'CQL_MODEL_DEFINITION' }, JSON.stringify(wrong))
  }
  const loose = c.custom as unknown as (spec: unknown) => unknown
  for (const spec of [undefined, null, {}, { cql: 5 }, { cql: 'text' }, { cql: 'text', toDatabase: String }, { cql: 'text', toDatabase: String, fromDatabase: String, toJSON: 5 }, { cql: 'text', toDatabase: String, fromDatabase: String, schema: 'x' }]) {
    t.throws(() => loose(spec), { code: 'CQL_MODEL_DEFINITION', message: /columns\.custom/ })
  }
  t.end()
})

t.test('a custom collection without elements is null for the database', (t) => {
  const { type } = c.custom<number[]>({ cql: 'list<int>', toDatabase: (v) => v, fromDatabase: (v: number[]) => v })()
  t.ok(type.isEmpty([]))
  t.notOk(type.isEmpty([1]))
  t.notOk(type.isEmpty('wrong'), 'what it refuses is not nothing')
  t.equal(type.frozen().cql, 'frozen<list<int>>')
  t.end()
})

t.test('B05 changes in place of a collection that the functions pass on as it is are seen, in its elements too', (t) => {
  const { type: same } = c.custom<number[]>({ cql: 'list<int>', toDatabase: (v) => v, fromDatabase: (v: number[]) => v })()
  const list = [1]
  const kept = same.snapshot(list)
  list.push(2)
  t.notOk(same.isAsKept(kept, list))
  t.strictSame(same.changesSince(kept, list), [{ kind: 'assign', value: [1, 2] }])
  const { type: wrapped } = c.custom<{ at: Map<string, Date[]> }>({ cql: 'map<text, frozen<list<timestamp>>>', toDatabase: (v) => v.at, fromDatabase: (at: Map<string, Date[]>) => ({ at }) })()
  const value = { at: new Map([['x', [new Date(1)]]]) }
  const before = wrapped.copy(value) as typeof value
  value.at.get('x')?.[0]?.setTime(2)
  t.notOk(wrapped.equals(before, value))
  t.strictSame(before.at.get('x'), [new Date(1)])
  t.end()
})
