// filter(…).update(…) and filter(…).delete(): what is sent, what is refused, and what the server makes of it.
import t from 'tap'
import { QueryError, ValidationError } from '../../src/cqlengine/errors.js'
import type { CQLAlchemy } from '../../src/cqlalchemy.js'
import { failure, recordingDb, serverDb, texts } from './setup.js'

const { db: unitDb, client } = await recordingDb(t)
const server = await serverDb(t)
t.beforeEach(() => { client.calls.length = 0 })

function define (db: CQLAlchemy) {
  const c = db.columns
  class Post extends db.Model.define('post', {
    blog: c.Text({ primaryKey: true, dbField: 'blog_name' }),
    id: c.Integer({ primaryKey: true }),
    part: c.Integer({ primaryKey: true, dbField: 'part_no' }),
    motto: c.Text({ static: true, dbField: 'mo' }),
    text: c.Text({ dbField: 'tt' }),
    n: c.Integer(),
    must: c.Text({ required: true }),
    tags: c.Set(c.Text, { dbField: 'tg' }),
    past: c.List(c.Integer),
    scores: c.Map(c.Text, c.Integer),
    blobs: c.Map(c.Integer, c.Blob),
    fixed: c.List(c.Integer, { frozen: true }),
    pair: c.Tuple(c.Integer, c.Text),
    a__b: c.Integer(),
    tags__add: c.Integer()
  }).as<Post>() {}
  class Hit extends db.Model.define('hit', { page: c.Text({ primaryKey: true }), day: c.Integer({ primaryKey: true }), hits: c.Counter({ dbField: 'h' }), total: c.Counter({ static: true }) }).as<Hit>() {}
  return { Post, Hit }
}
const { Post, Hit } = define(unitDb)
const real = define(server)
await server.syncDb()

const row = Post.filter({ blog: 'x', id: 1, part: 2 })
const where = 'WHERE "blog_name" = ? AND "id" = ? AND "part_no" = ?'
const realRow = (blog: string) => real.Post.filter({ blog, id: 1, part: 2 })

t.test('UPD-01 no changes, no statement', async (t) => {
  await row.update({})
  await row.update({ text: undefined, tags__add: undefined } as never)
  t.equal(client.calls.length, 0)
})

t.test('UPD-02 UPD-03 UPD-04 B02 values and nulls are one statement, by database names', async (t) => {
  await row.update({ text: 'a', n: null, motto: null })
  t.match(client.calls, [{ cql: `UPDATE "ks"."post" SET "tt" = ?, "n" = ?, "mo" = ? ${where}`, params: ['a', null, null, 'x', 1, 2] }])
})

t.test('UPD-02 B32 what cannot be updated is refused with all reasons, and nothing is sent', async (t) => {
  const wrong: [column: string, values: object][] = [
    ['nope', { nope: 1 }], ['blog', { blog: 'y' }], ['part', { part: 3 }], ['n', { n: 'five' }], ['n', { n: 2 ** 40 }], ['must', { must: null }], ['text', { text: ['a'] }], ['text', { text: { $gt: 1 } }],
    ['past__add', { past__add: [1] }], ['tags__append', { tags__append: ['a'] }], ['n__increment', { n__increment: 1 }], ['scores__add', { scores__add: { a: 1 } }], ['text__upper', { text__upper: 'a' }], ['fixed__append', { fixed__append: [1] }],
    ['tags__remove', { tags__remove: null }], ['past__append', { past__append: [null] }], ['scores__update', { scores__update: [1] }], ['scores__remove', { scores__remove: { a: 1 } }]
  ]
  for (const [column, values] of wrong) {
    const error = await failure(() => row.update(values as never))
    t.type(error, ValidationError, JSON.stringify(values))
    t.match(error, { column })
  }
  t.match(await failure(() => row.update({ nope: 1, n: 'five' } as never)), { errors: [{ column: 'nope' }, { column: 'n' }] })
  for (const values of [null, undefined, 'a', ['a'], new Map()]) t.type(await failure(() => row.update(values as never)), ValidationError)
  t.equal(client.calls.length, 0)
})

t.test('B20 a column with __ in its name is assigned, even where the rest is an operation', async (t) => {
  await row.update({ a__b: 1, tags__add: 5 } as never)
  t.match(texts(client), [`UPDATE "post" SET "a__b" = ?, "tags__add" = ? ${where}`])
})

t.test('UPD-05 UPD-06 UPD-07 UPD-08 STM-12 operations of collections are one statement; empty ones none', async (t) => {
  await row.update({ tags__remove: ['a'], past__append: [1], past__prepend: [2], scores__update: { a: 1, b: null }, scores__remove: ['c'] })
  t.match(texts(client), [`UPDATE "post" SET "tg" = "tg" - ?, "past" = "past" + ?, "past" = ? + "past", "scores" = "scores" + ?, "scores" = "scores" - ?, "scores" = "scores" - ? ${where}`])
  await row.update({ tags__remove: [], past__append: [], past__prepend: [], past__remove: [], scores__update: {}, scores__remove: new Set<string>() })
  t.equal(client.calls.length, 1)
})

t.test('UPD-09 B31 B32 whole collections replace, and cannot stand beside an operation', async (t) => {
  await row.update({ scores: { a: 1 }, past: [], tags: null })
  t.match(texts(client), [`UPDATE "post" SET "scores" = ?, "past" = ?, "tg" = ? ${where}`])
  t.match(await failure(() => row.update({ past: [1], past__append: [2] })), { name: 'QueryError', message: /both assigned and changed/ })
})

t.test('UPD-05 … UPD-09 B15 operations on the server, on a row that does not exist yet', async (t) => {
  const post = realRow('collections')
  await post.update({ n: 1, past__append: [2, 3], past__prepend: [0, 1], scores__update: { a: 1, b: 2 }, blobs__update: new Map([[1, Buffer.from('x')]]), tags: ['x', 'y'] })
  t.match({ ...await post.get() }, { past: [0, 1, 2, 3], scores: new Map([['a', 1], ['b', 2]]), tags: new Set(['x', 'y']) })
  await post.update({ past__remove: [1, 9], scores__update: { a: null, c: 3 }, scores__remove: ['nope'], blobs__update: new Map([[1, null]]) })
  t.match({ ...await post.get() }, { past: [0, 2, 3], scores: new Map([['b', 2], ['c', 3]]), blobs: new Map() })
  await post.update({ past__append: [4], past__prepend: [-1] })
  t.same((await post.get()).past, [-1, 0, 2, 3, 4], 'both at once')
  await post.update({ scores: { z: 26 } })
  t.same((await post.get()).scores, new Map([['z', 26]]), 'replaced, not merged')
  await post.update({ scores__remove: ['z'], past: [], tags: new Set<string>() })
  t.match({ ...await post.get() }, { scores: new Map(), past: [], tags: new Set() })
})

t.test('UPD-12 tuples and frozen values are replaced as a whole', async (t) => {
  const post = realRow('tuples')
  await post.update({ pair: [1, 'a'], fixed: [1, 2] })
  await post.update({ pair: [2, null] as never })
  t.match({ ...await post.get() }, { pair: [2, null], fixed: [1, 2] })
  await post.update({ pair: null, n: 1 })
  t.equal((await post.get()).pair, null)
})

t.test('UPD-11 counters are added to, never assigned', async (t) => {
  const page = real.Hit.filter({ page: 'p', day: 1 })
  await page.update({ hits__increment: 5 })
  await page.update({ hits__decrement: 2n, hits__increment: '10' } as never)
  await real.Hit.filter({ page: 'p' }).update({ total__increment: 2 ** 40 })
  t.match({ ...await page.get() }, { hits: 13n, total: 2n ** 40n })
  await real.Hit.filter({ page: 'p', day__in: [1, 2] }).update({ hits__increment: 1 })
  t.same(await real.Hit.filter({ page: 'p' }).valuesList('hits', { flat: true }).all(), [14n, 1n])
  for (const values of [{ hits: 5 }, { hits: null }]) t.match(await failure(() => page.update(values as never)), { name: 'ValidationError', rule: 'counter' })
  t.match(await failure(() => page.update({ hits__increment: 1.5 })), { name: 'ValidationError', column: 'hits__increment' })
  t.match(await failure(() => page.update({ hits__increment: 2n ** 63n })), { name: 'ValidationError' })
  for (const query of [page.ttl(5), page.timestamp(5n), page.ifExists()]) t.match(await failure(() => query.update({ hits__increment: 1 })), { name: 'QueryError', message: /counter/ })
})

t.test('static columns alone need the partition key, and take no more', async (t) => {
  await Post.filter({ blog: 'x' }).update({ motto: 'm' })
  t.match(texts(client), ['UPDATE "post" SET "mo" = ? WHERE "blog_name" = ?'])
  t.match(await failure(() => row.update({ motto: 'm' })), { name: 'QueryError', message: /leave out the condition on "id"/ })
  t.match(await failure(() => Post.filter({ blog: 'x' }).update({ motto: 'm', text: 't' })), { name: 'QueryError', message: /"id" is missing/ })
  await real.Post.filter({ blog__in: ['s', 't'] }).update({ motto: 'm' })
  t.equal((await real.Post.objects.distinct('blog', 'motto').all()).filter((p) => p.motto === 'm').length, 2)
})

t.test('QRY-23 UPD-05 a write says which rows it means, by their key', async (t) => {
  const wrong: [words: RegExp, act: () => Promise<unknown>][] = [
    [/"blog" is missing/, () => Post.objects.update({ n: 1 })],
    [/"blog" is missing/, () => Post.objects.delete()],
    [/"blog" is missing/, () => Post.filter({}).delete()],
    [/takes a value or in, no range/, () => Post.filter({ blog__gt: 'x' }).delete()],
    [/"id" is missing/, () => Post.filter({ blog: 'x' }).update({ n: 1 })],
    [/no range/, () => Post.filter({ blog: 'x', id: 1, part__gt: 1 }).update({ n: 1 })],
    [/"part" cannot be restricted, because "id"/, () => Post.filter({ blog: 'x', part: 1 }).delete()],
    [/"part" cannot be restricted, because "id"/, () => Post.filter({ blog: 'x', id__gt: 1, part: 1 }).delete()],
    [/"n" is no key column.*iff/, () => row.filter({ n: 1 }).delete()],
    [/has no values/, () => Post.filter({ blog__in: [] }).delete()],
    [/has no values/, () => Post.filter({ blog: 'x', id__in: [], part: 1 }).update({ n: 1 })],
    [/two conditions/, () => row.filter({ id: 2 }).delete()],
    [/two lower or two upper/, () => Post.filter({ blog: 'x', id__gt: 1, id__gte: 2 }).delete()],
    [/no token/, () => Post.filter({ pk__token__gt: unitDb.functions.Token('x') }).delete()],
    [/no limit/, () => row.limit(1).delete()],
    [/are for reading/, () => row.orderBy('id').delete()],
    [/are for reading/, () => row.only('n').update({ n: 1 })],
    [/are for reading/, () => row.allowFiltering().delete()],
    [/no ttl/, () => row.ttl(5).delete()],
    [/ifNotExists is for create/, () => row.ifNotExists().delete()],
    [/ifNotExists is for create/, () => row.ifNotExists().update({ n: 1 })]
  ]
  for (const [words, act] of wrong) {
    const error = await failure(act)
    t.type(error, QueryError, String(words))
    t.match(error.message, words)
  }
  t.equal(client.calls.length, 0)
})

t.test('an undefined or null condition never makes a deletion reach further', async (t) => {
  const query: { id?: number } = {}
  t.throws(() => Post.filter({ blog: 'x', id: query.id as number }).delete(), QueryError)
  t.throws(() => Post.filter({ blog: 'x', id: null as never }).delete(), QueryError)
  t.throws(() => Post.filter(query.id as never), QueryError)
  t.equal(client.calls.length, 0)
})

t.test('QRY-23 deletions of rows, ranges and partitions on the server', async (t) => {
  const fill = async (blog: string): Promise<void> => {
    await real.Post.createMany([1, 2, 3].flatMap((id) => [1, 2].map((part) => ({ blog, id, part, must: 'm', n: id }))))
  }
  const left = async (blog: string): Promise<string> => (await real.Post.filter({ blog }).valuesList('id', 'part').all()).map((r) => r.join('')).join(' ')
  const cases: [conditions: object, left: string][] = [
    [{ id: 1, part: 2 }, '11 21 22 31 32'],
    [{ id: 2 }, '11 12 31 32'],
    [{ id__gte: 2 }, '11 12'],
    [{ id__gt: 1, id__lt: 3 }, '11 12 31 32'],
    [{ id: 2, part__gt: 1 }, '11 12 21 31 32'],
    [{ id__in: [1, 3], part__in: [2] }, '11 21 22 31'],
    [{}, '']
  ]
  for (const [conditions, expected] of cases) {
    await fill('ranges')
    await real.Post.filter({ blog: 'ranges', ...conditions }).delete()
    t.equal(await left('ranges'), expected, JSON.stringify(conditions))
    await real.Post.filter({ blog: 'ranges' }).delete()
  }
  await fill('one')
  await fill('two')
  await real.Post.filter({ blog__in: ['one', 'two'], id: 1 }).delete()
  t.equal(`${await left('one')} ${await left('two')}`, '21 22 31 32 21 22 31 32')
})

t.test('STM-06 options go into the statement and the request, from the chain and from the last argument', async (t) => {
  await row.ttl(60).update({ n: 1 }, { timestamp: 5n, consistency: 'QUORUM', idempotent: false })
  await row.timestamp(new Date(2)).delete()
  await row.delete({ timestamp: 3n })
  t.match(client.calls, [
    { cql: `UPDATE "ks"."post" USING TTL ? AND TIMESTAMP ? SET "n" = ? ${where}`, params: [60, 5n, 1, 'x', 1, 2], options: { consistency: 4, isIdempotent: false } },
    { cql: `DELETE FROM "ks"."post" USING TIMESTAMP ? ${where}`, params: [2000n, 'x', 1, 2] },
    { cql: `DELETE FROM "ks"."post" USING TIMESTAMP ? ${where}`, params: [3n, 'x', 1, 2] }
  ])
  t.match(await failure(() => row.update({ n: 1 }, { consistency: 'SERIAL' })), { name: 'QueryError', message: /serialConsistency/ })
  t.match(await failure(() => row.update({ n: 1 }, { ttl: '5' as never })), { name: 'QueryError' })
  t.match(await failure(() => row.update({ n: 1 }, { sometimes: true } as never)), { name: 'QueryError', message: /unknown option/ })
})

t.test('only what may be sent twice is idempotent', async (t) => {
  await row.update({ n: 1, tags__remove: ['a'], scores__update: { a: 1 }, past__remove: [1] })
  await row.update({ past__append: [1] })
  await row.update({ past__prepend: [1] })
  await Hit.filter({ page: 'p', day: 1 }).update({ hits__increment: 1 })
  await row.delete()
  t.same(client.calls.map(({ options }) => options['isIdempotent']), [true, false, false, false, true])
})
