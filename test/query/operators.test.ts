// Every operator in both spellings, and what comes back, on the real server.
import t from 'tap'
import { types } from '../../src/cqlengine/driver.js'
import { failure, serverDb } from './setup.js'
import { fileNeeds5 } from '../support/needs-5.js'

fileNeeds5('vectors')

const db = await serverDb(t)
const c = db.columns
const f = db.functions
class Reading extends db.Model.define('reading', {
  site: c.Text({ partitionKey: true }),
  day: c.Integer({ partitionKey: true }),
  at: c.TimeUUID({ primaryKey: true }),
  part: c.Integer({ primaryKey: true }),
  ok: c.Boolean({ index: true }),
  level: c.Double({ index: { using: 'sai' } }),
  note: c.Text({ index: { using: 'sasi', options: { mode: 'CONTAINS' } } }),
  tags: c.Set(c.Text, { index: true }),
  past: c.List(c.Integer, { index: { using: 'sai' } }),
  marks: c.Map(c.Text, c.Integer, { index: [{ using: 'sai', target: 'keys' }, { using: 'sai', target: 'values' }, { using: 'sai', target: 'entries' }] })
}).as<Reading>() {}
class Flag extends db.Model.define('flag', { on: c.Boolean({ primaryKey: true }), at: c.DateTime({ primaryKey: true }), id: c.UUID(), amount: c.BigInt({ index: { using: 'sai' } }) }).as<Flag>() {}
await db.syncDb({ waitForIndexes: true })

const start = Date.UTC(2024, 0, 1)
const ids = [0, 1, 2, 3].map((i) => types.TimeUuid.fromDate(new Date(start + i * 1_000), 0))
await Reading.createMany(ids.map((at, i) => ({ site: 'a', day: 1, at, part: i, ok: i % 2 === 0, level: i + 0.5, note: `note ${i} end`, tags: [`t${i}`, 'all'], past: [i, 9], marks: { [`k${i}`]: i } })))
await Reading.create({ site: 'b', day: 2, at: ids[0] as types.TimeUuid, part: 7 })

const day = Reading.filter({ site: 'a', day: 1 })
const [first, second, third] = ids as [types.TimeUuid, types.TimeUuid, types.TimeUuid]
const r = Reading.columns

t.test('OPR-01 OPR-02 OPR-03 OPR-04 OPR-05 both spellings of every operator find the same rows', async (t) => {
  const same: [what: string, asObject: object, asMethod: Parameters<typeof Reading.filter>[0], parts: number[], filtering?: true][] = [
    ['eq', { at: second }, r.at.eq(second), [1]],
    ['eq, written', { at__eq: String(second) }, r.at.eq(String(second)), [1]],
    ['gt', { at__gt: second }, r.at.gt(second), [2, 3]],
    ['gte', { at__gte: second }, r.at.gte(second), [1, 2, 3]],
    ['lt', { at__lt: second }, r.at.lt(second), [0]],
    ['lte', { at__lte: second }, r.at.lte(second), [0, 1]],
    ['in', { at__in: [first, third] }, r.at.in([first, third]), [0, 2]],
    ['contains, of a set', { tags__contains: 't2' }, r.tags.contains('t2'), [2]],
    ['contains, of a list', { past__contains: 3 }, r.past.contains(3), [3]],
    ['contains, of a map', { marks__contains: 1 }, r.marks.contains(1), [1]],
    ['containsKey', { marks__containsKey: 'k3' }, r.marks.containsKey('k3'), [3]],
    ['entry', { marks__entry: ['k2', 2] }, r.marks.entry('k2', 2), [2]],
    ['like', { note__like: '%2 e%' }, r.note.like('%2 e%'), [2]],
    ['like at the end', { note__like: '%end' }, r.note.like('%end'), [0, 1, 2, 3]],
    ['a boolean', { ok: true }, r.ok.eq(true), [0, 2]],
    ['a range of an index', { level__gt: 1 }, r.level.gt(1), [1, 2, 3]],
    ['in, filtered', { level__in: [0.5, 3.5] }, r.level.in([0.5, 3.5]), [0, 3], true]
  ]
  for (const [what, asObject, asMethod, parts, filtering] of same) {
    for (const query of [day.filter(asObject), day.filter(asMethod as never)]) {
      t.same(await (filtering === true ? query.allowFiltering() : query).valuesList('part', { flat: true }).all(), parts, what)
    }
  }
})

t.test('OPR-03 in on all of the key, with duplicates and thousands of values', async (t) => {
  t.same((await Reading.filter({ site__in: ['a', 'b', 'b'], day__in: [1, 2], at__in: ids, part__in: [0, 7, 3] }).valuesList('part', { flat: true }).all()).sort(), [0, 3, 7])
  const many = Array.from({ length: 10_000 }, (_, i) => i)
  t.same(await Reading.filter({ site: 'a', day__in: many }).valuesList('part', { flat: true }).all(), [0, 1, 2, 3])
  t.same(await Flag.filter({ on__in: [true, false] }).all(), [])
  t.match(await failure(() => Reading.filter({ day__in: 1 as never })), { name: 'QueryError', message: /takes an array/ })
  t.match(await failure(() => Reading.filter({ day__in: [1, , 2] as never })), { name: 'ValidationError', column: 'day' }) // eslint-disable-line no-sparse-arrays -- a hole is no value
})

t.test('OPR-06 OPR-02 IS NOT NULL and != are not there, for the server refuses them', async (t) => {
  t.match(await failure(() => Reading.filter({ ok__isNotNull: true } as never)), { name: 'QueryError', message: /unknown operator/ })
  t.match(await failure(() => db.execute(`SELECT * FROM ${db.keyspace}.reading WHERE ok IS NOT NULL ALLOW FILTERING`)), { code: 0x2200 })
  t.match(await failure(() => Reading.filter(r.ok.ne(true))), { name: 'QueryError', message: /iff/ })
})

t.test('OPR-07 MinTimeUUID and MaxTimeUUID bound a millisecond', async (t) => {
  const at = new Date(start + 1_000)
  t.same(await day.filter({ at__gte: f.MinTimeUUID(at), at__lte: f.MaxTimeUUID(at) }).valuesList('part', { flat: true }).all(), [1])
  t.same(await day.filter({ at__gt: f.MaxTimeUUID(at) }).valuesList('part', { flat: true }).all(), [2, 3])
  t.same(await day.filter({ at__lt: f.MinTimeUUID(at) }).valuesList('part', { flat: true }).all(), [0])
  for (const bad of ['2024-01-01', 5, null, new Date(NaN)]) t.match(await failure(() => f.MinTimeUUID(bad as never)), { name: 'ValidationError' })
  const server = (await db.execute(`SELECT minTimeuuid('2024-01-01 00:00:01+0000') AS least FROM ${db.keyspace}.reading LIMIT 1`)).first()
  t.equal(String(f.MinTimeUUID(at)), String(server['least']))
})

t.test('OPR-08 tokens page through all partitions, composite keys included', async (t) => {
  const seen: string[] = []
  let after: ReturnType<typeof f.Token> | undefined
  while (true) {
    const [next] = await (after === undefined ? Reading.objects : Reading.filter({ pk__token__gt: after })).distinct().limit(1).all()
    if (next === undefined) break
    seen.push(`${next.site}${next.day}`)
    after = f.Token(next.site, next.day)
  }
  t.same(seen.sort(), ['a1', 'b2'])
  t.match(Reading.filter({ pk__token__lte: f.Token(['a', 1]) }).toCQL(), { cql: /WHERE token\("site", "day"\) <= token\(\?, \?\)/, params: ['a', 1] })
  const wrong: [name: string, act: () => unknown][] = [
    ['QueryError', () => Reading.filter({ pk__token__gt: 5 } as never)], ['QueryError', () => Reading.filter({ pk__token__gt: f.Token('a') })], ['ValidationError', () => Reading.filter({ pk__token__gt: f.Token('a', 'b') })],
    ['ValidationError', () => Reading.filter({ pk__token__gt: f.Token('a', null) })], ['QueryError', () => Reading.filter({ site: f.Token('a', 1) } as never)], ['QueryError', () => Reading.filter({ pk__token__in: f.Token('a', 1) } as never)]
  ]
  for (const [name, act] of wrong) t.match(await failure(act), { name }, String(act))
})

t.test('values are converted as on writing: instants, ids and large numbers', async (t) => {
  const id = types.Uuid.random()
  await Flag.create({ on: true, at: '2024-01-01T00:00:00.123Z', id, amount: '9223372036854775807' })
  t.equal((await Flag.filter({ on: true, at: start + 123 }).get()).amount, 2n ** 63n - 1n)
  t.equal((await Flag.filter({ on: true, at__gte: new Date(start) }).get()).id?.equals(id), true)
  t.equal(await Flag.filter({ amount: 2n ** 63n - 1n }).count(), 1)
  t.equal(await Flag.filter({ amount__gt: '9223372036854775806' }).count(), 1)
  t.match(await failure(() => Flag.filter({ amount: 2n ** 63n })), { name: 'ValidationError', column: 'amount' })
})
