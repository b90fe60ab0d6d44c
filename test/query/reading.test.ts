// Results are whole at any page size, streams are lean, and what is asked for is what comes out. On the real server.
import t from 'tap'
import { errors, types } from '../../src/cqlengine/driver.js'
import { failure, serverDb } from './setup.js'
import { fileNeeds5 } from '../support/needs-5.js'

fileNeeds5('vectors')

const db = await serverDb(t)
const c = db.columns
const f = db.functions

class Line extends db.Model.define('line', {
  book: c.Integer({ primaryKey: true, dbField: 'book_id' }),
  number: c.Integer({ primaryKey: true }),
  title: c.Text({ static: true }),
  text: c.Text({ dbField: 'content' }),
  words: c.Integer(),
  price: c.Decimal(),
  tags: c.Set(c.Text),
  counts: c.Map(c.Text, c.Integer)
}).as<Line>() { shout () { return this.text?.toUpperCase() } }
class Hit extends db.Model.define('hit', { page: c.Text({ primaryKey: true }), day: c.Integer({ primaryKey: true }), n: c.Counter() }).as<Hit>() {}
class Doc extends db.Model.define('document', { id: c.Integer({ primaryKey: true }), vector: c.Vector(c.Float, 2, { index: { using: 'sai' } }) }).as<Doc>() {}
await db.syncDb({ waitForIndexes: true })

const books = [1, 2, 3]
const perBook = 41
await Line.createMany((function * () {
  for (const book of books) for (let number = 1; number <= perBook; number++) yield { book, number, title: `book ${book}`, text: `line ${number}`, words: number, tags: ['x'], price: '1.50' }
})())
const all = Line.filter({ book: 1 })

t.test('QRY-14 OPT-07 results are whole at every page size', async (t) => {
  const expected = Array.from({ length: perBook }, (_, i) => i + 1)
  for (const size of [1, 2, 7, perBook - 1, perBook, perBook + 1, 5_000]) {
    t.same((await all.fetchSize(size).all()).map((l) => l.number), expected, `all, ${size} a page`)
    const streamed: number[] = []
    for await (const line of all.fetchSize(size)) streamed.push(line.number)
    t.same(streamed, expected, `streamed, ${size} a page`)
    t.equal((await Line.objects.fetchSize(size).all()).length, books.length * perBook)
  }
})

t.test('QRY-13 limit counts over pages, perPartitionLimit in each partition', async (t) => {
  t.equal((await Line.objects.fetchSize(3).limit(10).all()).length, 10)
  t.equal((await Line.objects.perPartitionLimit(2).all()).length, 6)
  t.equal((await Line.objects.perPartitionLimit(2).limit(5).all()).length, 5)
})

t.test('QRY-08 QRY-07 first, get and count', async (t) => {
  t.equal((await all.orderBy('-number').first())?.number, perBook)
  t.equal(await all.filter({ number: 0 }).first(), null)
  t.equal((await Line.get({ book: 2, number: 3 })).shout(), 'LINE 3')
  await t.rejects(Line.get({ book: 9, number: 3 }), Line.DoesNotExist)
  await t.rejects(Line.get({ book: 2 }), Line.MultipleObjectsReturned)
  t.equal(await Line.objects.count(), 123)
  t.equal(await all.filter({ number__lte: 5 }).count(), 5)
  t.equal(await all.limit(7).count(), 7)
})

t.test('QRY-08 first looks on when filtering leaves the first pages empty', async (t) => {
  t.equal((await Line.filter({ words: perBook }).allowFiltering().fetchSize(2).first())?.words, perBook)
  t.equal(await Line.filter({ words: 0 }).allowFiltering().fetchSize(2).first(), null)
})

t.test('QRY-11 QRY-16 distinct, groups and limits in each partition are counted by reading', async (t) => {
  t.equal(await Line.objects.distinct().count(), 3)
  t.equal(await Line.objects.distinct().fetchSize(1).count(), 3)
  t.equal(await Line.objects.perPartitionLimit(2).count(), 6)
  t.equal(await Line.objects.groupBy('book').count(), 3)
})

t.test('QRY-16 distinct gives one row for each partition, with static columns', async (t) => {
  const rows = await Line.objects.distinct('book', 'title').all()
  t.same(rows.map((r) => [r.book, r.title]).sort(), [[1, 'book 1'], [2, 'book 2'], [3, 'book 3']])
  t.throws(() => rows[0]?.text, 'what was not loaded cannot be read')
})

t.test('QRY-17 QRY-18 QRY-19 instances of only and defer have their key and what was asked for', async (t) => {
  const only = await all.only('text').first()
  t.same({ ...only }, { book: 1, number: 1, text: 'line 1' })
  t.throws(() => (only as unknown as Line).words)
  t.same(only?.toJSON(), { book: 1, number: 1, text: 'line 1' })
  const deferred = await all.defer('price', 'tags', 'counts').first()
  t.same(Object.keys(deferred ?? {}), ['book', 'number', 'title', 'text', 'words'])
})

t.test('QRY-20 valuesList gives the instances\' forms', async (t) => {
  const [row] = await all.valuesList('tags', 'counts', 'price', 'text').limit(1).all()
  t.same(row, [new Set(['x']), new Map(), types.BigDecimal.fromString('1.50'), 'line 1'])
  t.same(await all.valuesList('number', { flat: true }).limit(3).all(), [1, 2, 3])
  t.same(await Line.filter({ book: 1 }).valuesList('book', { flat: true }).first(), 1, 'the key alone')
})

t.test('iteration asks for the next page while one is worked on, and for none after an early end', async (t) => {
  const client = (await db.connection.getConnection()).client
  const sent: unknown[] = []
  const { execute } = client
  t.teardown(() => { client.execute = execute })
  client.execute = function (...args: unknown[]) {
    sent.push(args[0])
    return Reflect.apply(execute, client, args) as never
  } as typeof execute

  let seen = 0
  for await (const line of all.fetchSize(10)) {
    seen += line.book
    if (seen === 1) t.equal(sent.length, 2, 'the second page is under way at the first row')
    if (seen === 15) break
  }
  const before = sent.length
  await new Promise((resolve) => { setImmediate(resolve) })
  t.equal(sent.length, before)
  t.ok(before <= 3, `${before} of 5 pages`)

  const iterator = all.fetchSize(10)[Symbol.asyncIterator]()
  const rows = await Promise.all(Array.from({ length: perBook + 2 }, () => iterator.next()))
  t.same(rows.map((r) => r.done === true ? null : r.value.number), [...Array.from({ length: perBook }, (_, i) => i + 1), null, null], 'calls that do not wait get the rows in their order')
  t.same(await iterator.return?.(), { done: true, value: undefined })
  t.same(await iterator.next(), { done: true, value: undefined })
})

t.test('OPT-06 QRY-27 a timeout holds for all pages together', async (t) => {
  const error = await failure(() => Line.objects.fetchSize(1).timeout(15).all())
  t.type(error, errors.OperationTimedOutError)
  t.equal((await Line.objects.fetchSize(20).timeout(20_000).all()).length, 123)
})

t.test('in on the partition key with an order runs unpaged, and cannot be paged', async (t) => {
  const query = Line.filter({ book__in: [2, 1] }).orderBy('-number')
  const numbers = (await query.fetchSize(5).all()).map((l) => l.number)
  t.equal(numbers.length, 82)
  t.same(numbers, [...numbers].sort((a, b) => b - a))
  t.match(await failure(() => query.page({ size: 5 })), { name: 'QueryError', message: /cannot page/ })
})

t.test('select gives plain objects by alias, of the columns\' types', async (t) => {
  const [row] = await all.select({
    n: f.count(), least: f.min(Line.columns.number), most: f.max(Line.columns.words), sum: f.sum(Line.columns.words), mean: f.avg(Line.columns.price), book: Line.columns.book
  }).all()
  t.same({ ...row, mean: String(row?.mean) }, { n: 41, least: 1, most: 41, sum: 861, mean: '1.50', book: 1 })
  t.same(await Line.filter({ book: 99 }).select({ n: f.count(), most: f.max(Line.columns.words), tags: f.max(Line.columns.tags) }).all(), [{ n: 0, most: null, tags: new Set() }])
  const byBook = await Line.objects.groupBy('book').select({ book: Line.columns.book, n: f.count() }).all()
  t.same(byBook.sort((a, b) => a.book - b.book), books.map((book) => ({ book, n: 41 })))
})

t.test('select gives the age and the time of writing, of collections for each element', async (t) => {
  await Line.create({ book: 50, number: 1, text: 'a', words: 1, tags: ['x', 'y'] }, { ttl: 1_000, timestamp: 1_700_000_000_000_000n })
  const [row] = await Line.filter({ book: 50 }).select({ ttl: f.ttl(Line.columns.text), at: f.writetime(Line.columns.words), tags: f.writetime(Line.columns.tags), none: f.ttl(Line.columns.price) }).all()
  t.match(row, { at: 1_700_000_000_000_000n, tags: [1_700_000_000_000_000n, 1_700_000_000_000_000n], none: null })
  t.ok(typeof row?.ttl === 'number' && row.ttl > 900 && row.ttl <= 1_000)
  for (const act of [() => Line.objects.select({}), () => Line.objects.select({ '': f.count() }), () => Line.objects.select({ x: 'text' as never }), () => Line.objects.select(null as never), () => f.max(c.Integer()), () => f.sum('words' as never)]) {
    t.match(await failure(act), { name: 'QueryError' })
  }
})

t.test('select of counters and vectors', async (t) => {
  for (const day of [1, 2]) await Hit.filter({ page: 'a', day }).update({ n__increment: 2n ** 40n })
  t.same(await Hit.filter({ page: 'a' }).select({ sum: f.sum(Hit.columns.n), most: f.max(Hit.columns.n) }).all(), [{ sum: 2n ** 41n, most: 2n ** 40n }])
  await Doc.create({ id: 1, vector: [1, 0] })
  await Doc.create({ id: 2, vector: [0, 1] })
  const near = await Doc.objects.orderBy(Doc.columns.vector.ann([0.9, 0.1])).limit(2).select({ id: Doc.columns.id, likeness: f.similarityCosine(Doc.columns.vector, [0.9, 0.1]) }).all()
  t.same(near.map((d) => d.id), [1, 2])
  t.ok((near[0]?.likeness ?? 0) > 0.9)
  t.match(await failure(() => Doc.objects.select({ x: f.similarityCosine(Doc.columns.vector, [1]) })), { name: 'ValidationError', column: 'vector' })
  t.match(await failure(() => Doc.objects.orderBy(Doc.columns.vector.ann([0, 0]))), { name: 'ValidationError', rule: 'zero' })
  t.match(await failure(() => Doc.objects.orderBy(Doc.columns.vector.ann([1]))), { name: 'ValidationError', column: 'vector' })
})
