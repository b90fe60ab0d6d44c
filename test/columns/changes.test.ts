// What is sent so that one value becomes another, and the operations of `update`.
import t from 'tap'
import type { AnyColumn } from '../../src/cqlengine/columns/column.js'
import type { Change } from '../../src/cqlengine/columns/cql-type.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { splitUpdate } from '../../src/cqlengine/columns/map.js'
import { ownEncoding } from '../../src/cqlengine/connection/encoding.js'
import { types } from '../../src/cqlengine/driver.js'
import fc from '../support/random.js'
import { brokenRule } from './broken-rule.js'

const set = (...values: unknown[]): Set<unknown> => new Set(values)
const map = (entries: Record<string, unknown>): Map<string, unknown> => new Map(Object.entries(entries))
const assign = (value: unknown): readonly Change[] => [{ kind: 'assign', value }]

type Row = readonly [title: string, before: unknown, after: unknown, expected: readonly Change[]]

function check (title: string, { type }: AnyColumn, rows: readonly Row[]): void {
  t.test(title, (t) => {
    for (const [name, before, after, expected] of rows) {
      t.strictSame(type.changes(before, after), expected, name)
      if (before !== null && after !== null) t.strictSame(type.changesSince(type.snapshot(before), after), expected, `${name}, from what was kept`)
    }
    t.end()
  })
}

t.test('what changed since a value was kept is what changed from that value', (t) => {
  const few = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 1 })), { maxLength: 6 })
  const same = ({ type }: AnyColumn, before: unknown, after: unknown): void => { t.strictSame(type.changesSince(type.snapshot(before), after), type.changes(before, after)) }
  fc.assert(fc.property(few, few, fc.boolean(), (before, other, isGrown) => {
    const after = isGrown ? [...before, ...other] : other
    for (const column of [c.Set(c.Integer), c.Set(c.Integer, { frozen: true })]) same(column, new Set(before.map(([k]) => k)), new Set(after.map(([k]) => k)))
    for (const column of [c.Map(c.Integer, c.Integer), c.Map(c.Integer, c.Integer, { frozen: true })]) same(column, new Map(before), new Map(after))
  }), { numRuns: 200 })
  t.end()
})

check('STM-07 sets', c.Set(c.Integer), [
  ['from none: the whole', null, set(1, 2), assign(set(1, 2))],
  ['from the empty one too', set(), set(1, 2), assign(set(1, 2))],
  ['equal: nothing', set(1, 2), set(2, 1), []],
  ['none to none: nothing', null, null, []],
  ['none to empty: nothing, they are the same', null, set(), []],
  ['more: an addition', set(1, 2), set(1, 2, 3), [{ kind: 'add', value: set(3) }]],
  ['fewer: a removal', set(1, 2, 3), set(1), [{ kind: 'remove', value: set(2, 3) }]],
  ['both', set(1, 2), set(2, 3), [{ kind: 'add', value: set(3) }, { kind: 'remove', value: set(1) }]],
  ['nothing in common: the whole', set(1, 2), set(3), assign(set(3))],
  ['emptied: null', set(1), set(), assign(null)],
  ['removed: null', set(1), null, assign(null)]
])

const [a, b] = ['f47ac10b-58cc-4372-a567-0e02b2c3d479', 'f47ac10b-58cc-4372-a567-0e02b2c3d480'] as const
const uuid = (text: string): types.Uuid => types.Uuid.fromString(text)
check('STM-07 sets of objects, by value', c.Set(c.UUID), [
  ['equal', set(uuid(a), uuid(b)), set(uuid(b), uuid(a)), []],
  ['more', set(uuid(a)), set(uuid(a), uuid(b)), [{ kind: 'add', value: set(uuid(b)) }]]
])
check('STM-07 sets of tuples, by value', c.Set(c.Tuple(c.Integer, c.Text)), [
  ['equal', set([1, 'a'], [2, null]), set([2, null], [1, 'a']), []],
  ['an element changed in place', set([1, 'a'], [2, 'b']), set([1, 'a'], [2, 'c']), [{ kind: 'add', value: set([2, 'c']) }, { kind: 'remove', value: set([2, 'b']) }]]
])
check('frozen sets are sent as a whole', c.Set(c.Integer, { frozen: true }), [
  ['more', set(1), set(1, 2), assign(set(1, 2))],
  ['equal', set(1), set(1), []],
  ['emptied', set(1), set(), assign(null)]
])

check('STM-08 lists', c.List(c.Text), [
  ['from none: the whole', null, ['a'], assign(['a'])],
  ['from the empty one too', [], ['a'], assign(['a'])],
  ['none to empty: nothing', null, [], []],
  ['equal: nothing', ['a', 'b'], ['a', 'b'], []],
  ['unrelated: the whole', ['a', 'b'], ['c', 'd', 'e'], assign(['c', 'd', 'e'])],
  ['shorter: the whole', ['a', 'b'], ['a'], assign(['a'])],
  ['another order: the whole', ['a', 'b'], ['b', 'a'], assign(['b', 'a'])],
  ['appended', ['a', 'b'], ['a', 'b', 'c', 'd'], [{ kind: 'append', value: ['c', 'd'] }]],
  ['prepended', ['a', 'b'], ['x', 'y', 'a', 'b'], [{ kind: 'prepend', value: ['x', 'y'] }]],
  ['both, the prepend first', ['a', 'b'], ['x', 'a', 'b', 'y'], [{ kind: 'prepend', value: ['x'] }, { kind: 'append', value: ['y'] }]],
  ['an append where it could be either', ['a'], ['a', 'a'], [{ kind: 'append', value: ['a'] }]],
  ['found behind a false start', ['a', 'a', 'b'], ['a', 'a', 'a', 'b'], [{ kind: 'prepend', value: ['a'] }]],
  ['torn apart: the whole', ['a', 'b'], ['a', 'x', 'b'], assign(['a', 'x', 'b'])],
  ['emptied: null', ['a'], [], assign(null)]
])
check('frozen lists are sent as a whole', c.List(c.Text, { frozen: true }), [['appended', ['a'], ['a', 'b'], assign(['a', 'b'])], ['equal', ['a'], ['a'], []]])

t.test('STM-08 a long list of equal elements is compared in linear time', (t) => {
  const before = Array.from({ length: 50_000 }, () => 'a')
  t.strictSame(c.List(c.Text).type.changes([...before, 'b'], [...before, ...before, 'b', 'c']).map(({ kind }) => kind), ['prepend', 'append'])
  t.end()
})

check('STM-09 STM-10 B46 maps', c.Map(c.Text, c.Integer), [
  ['from none: the whole', null, map({ a: 1 }), assign(map({ a: 1 }))],
  ['equal: nothing', map({ a: 1, b: 2 }), map({ b: 2, a: 1 }), []],
  ['new and changed entries', map({ a: 1, b: 2 }), map({ a: 1, b: 3, c: 4 }), [{ kind: 'update', value: map({ b: 3, c: 4 }) }]],
  ['missing keys', map({ a: 1, b: 2 }), map({ a: 1 }), [{ kind: 'remove', value: set('b') }]],
  ['both', map({ a: 1, b: 2 }), map({ b: 3 }), [{ kind: 'update', value: map({ b: 3 }) }, { kind: 'remove', value: set('a') }]],
  ['no key stays: the whole', map({ a: 1 }), map({ b: 1 }), assign(map({ b: 1 }))],
  ['emptied: null', map({ a: 1 }), map({}), assign(null)],
  ['none to empty: nothing', null, map({}), []]
])
check('STM-09 maps with objects as keys, by value', c.Map(c.UUID, c.List(c.Integer)), [
  ['equal', new Map([[uuid(a), [1]]]), new Map([[uuid(a), [1]]]), []],
  ['changed deep inside', new Map([[uuid(a), [1]], [uuid(b), [2]]]), new Map([[uuid(a), [1]], [uuid(b), [2, 3]]]), [{ kind: 'update', value: new Map([[uuid(b), [2, 3]]]) }]],
  ['missing', new Map([[uuid(a), [1]], [uuid(b), [2]]]), new Map([[uuid(a), [1]]]), [{ kind: 'remove', value: set(uuid(b)) }]]
])
check('frozen maps are sent as a whole', c.Map(c.Text, c.Integer, { frozen: true }), [['more', map({ a: 1 }), map({ a: 1, b: 2 }), assign(map({ a: 1, b: 2 }))]])

check('tuples are sent as a whole', c.Tuple(c.Integer, c.Text), [
  ['equal', [1, null], [1, null], []],
  ['changed', [1, 'a'], [1, null], assign([1, null])],
  ['removed', [1, 'a'], null, assign(null)]
])
check('vectors are sent as a whole', c.Vector(c.Float, 2), [['equal', Float32Array.of(1, 2), Float32Array.of(1, 2), []], ['changed', Float32Array.of(1, 2), Float32Array.of(1, 3), assign(Float32Array.of(1, 3))]])
check('STM-11 counters by their difference', c.Counter(), [
  ['up', 3n, 5n, [{ kind: 'increment', value: 2n }]],
  ['down', 5n, 2n, [{ kind: 'decrement', value: 3n }]],
  ['none counts as 0', null, 2n, [{ kind: 'increment', value: 2n }]],
  ['equal', 5n, 5n, []]
])

t.test('a set or map of a hundred thousand is compared at once', (t) => {
  const large = new Set(Array.from({ length: 100_000 }, (_, i) => i))
  t.strictSame(c.Set(c.Integer).type.changes(large, new Set([...large, -1])), [{ kind: 'add', value: set(-1) }])
  t.end()
})

t.test('UPD-05 UPD-06 UPD-07 UPD-08 STM-12 operations', (t) => {
  const list = c.List(c.BigInt).type
  for (const kind of ['append', 'prepend', 'remove'] as const) {
    t.strictSame(list.convertChange(kind, ['5', 6]), [5n, 6n])
    t.strictSame(list.convertChange(kind, []), [], 'an empty one means nothing')
    t.strictSame(list.changeToDriver({ kind, value: [5n] }, ownEncoding), [5n])
  }
  const tags = c.Set(c.BigInt).type
  for (const kind of ['add', 'remove'] as const) {
    t.strictSame(tags.convertChange(kind, ['5', 6, 5n]), set(5n, 6n))
    t.strictSame(tags.convertChange(kind, set()), set())
    t.strictSame(tags.changeToDriver({ kind, value: set(5n) }, ownEncoding), [5n])
  }
  const scores = c.Map(c.Text, c.BigInt).type
  t.strictSame(scores.convertChange('update', { a: '5', b: null }), map({ a: 5n, b: null }))
  t.strictSame(scores.convertChange('update', map({ a: 5n })), map({ a: 5n }))
  t.strictSame(scores.convertChange('remove', ['a', 'a']), set('a'))
  t.strictSame(scores.convertChange('remove', set('a')), set('a'))
  t.strictSame(scores.changeToDriver({ kind: 'update', value: map({ a: 5n, b: null }) }, ownEncoding), map({ a: 5n }))
  t.strictSame(scores.changeToDriver({ kind: 'remove', value: set('a') }, ownEncoding), ['a'])
  t.strictSame(splitUpdate(map({ a: 5n, b: null })), [{ kind: 'update', value: map({ a: 5n }) }, { kind: 'remove', value: set('b') }])
  t.strictSame(splitUpdate(map({})), [])
  t.strictSame(c.Counter().type.convertChange('increment', '5'), 5n)
  t.strictSame(c.Counter().type.convertChange('decrement', -5), -5n)
  t.strictSame(c.Text().type.changeToDriver({ kind: 'assign', value: null }, ownEncoding), null)
  t.end()
})

t.test('B15 a null value deletes the entry of a map of blobs', (t) => {
  const { type } = c.Map(c.Integer, c.Blob)
  t.strictSame(type.convertChange('update', { 1: null, 2: 'aGk=' }), new Map([[1, null], [2, Buffer.from('hi')]]))
  t.end()
})

t.test('UPD-10 wrong operations and wrong values of right ones', (t) => {
  const refused = (column: AnyColumn, kind: Change['kind'], value: unknown, rule: string): void => {
    t.equal(brokenRule(() => column.type.convertChange(kind, value)), rule, `${column.cql} ${kind}`)
  }
  refused(c.Text(), 'append', 'x', 'operation')
  refused(c.List(c.Text), 'add', ['x'], 'operation')
  refused(c.List(c.Text), 'append', 'x', 'type')
  refused(c.List(c.Text), 'append', null, 'type')
  refused(c.List(c.Text), 'append', [null], 'null')
  refused(c.List(c.Text, { frozen: true }), 'append', ['x'], 'operation')
  refused(c.Set(c.Text), 'append', ['x'], 'operation')
  refused(c.Set(c.Text), 'add', { x: 1 }, 'type')
  refused(c.Set(c.Text), 'remove', [5], 'type')
  refused(c.Map(c.Text, c.Text), 'add', { x: 'y' }, 'operation')
  refused(c.Map(c.Text, c.Text), 'update', ['x'], 'type')
  refused(c.Map(c.Text, c.Text), 'update', { x: 5 }, 'type')
  refused(c.Map(c.Text, c.Text), 'remove', { x: 'y' }, 'type')
  refused(c.Map(c.Text, c.Text), 'remove', [null], 'null')
  refused(c.Map(c.Text, c.Text, { frozen: true }), 'update', {}, 'operation')
  refused(c.Tuple(c.Text), 'update', ['x'], 'operation')
  refused(c.Counter(), 'assign', 5, 'operation')
  refused(c.Counter(), 'increment', 1.5, 'type')
  refused(c.Counter(), 'increment', 2n ** 63n, 'range')
  t.end()
})

t.test('what may be sent twice', (t) => {
  const twice = ({ type }: AnyColumn, kind: Change['kind']): boolean => type.isIdempotent(kind)
  t.ok(twice(c.Text(), 'assign'))
  t.notOk(twice(c.List(c.Text), 'assign'), 'with the same timestamp the elements stand there twice')
  t.ok(twice(c.List(c.Text, { frozen: true }), 'assign'))
  t.ok(twice(c.List(c.Text), 'remove'))
  t.notOk(twice(c.List(c.Text), 'append'))
  t.notOk(twice(c.List(c.Text), 'prepend'))
  t.ok(twice(c.Set(c.Text), 'add'))
  t.ok(twice(c.Map(c.Text, c.Text), 'update'))
  t.notOk(twice(c.Counter(), 'increment'))
  t.end()
})
