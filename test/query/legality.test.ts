// The rules of legality.ts one by one: what we say, and that the server says the same.
import t from 'tap'
import { errors } from '../../src/cqlengine/driver.js'
import { QueryError } from '../../src/cqlengine/errors.js'
import { failure, serverDb } from './setup.js'
import { fileNeeds5 } from '../support/needs-5.js'

fileNeeds5('vectors')

const db = await serverDb(t)
const c = db.columns
const f = db.functions

class Post extends db.Model.define('post', {
  blog: c.Text({ primaryKey: true }),
  day: c.Integer({ primaryKey: true }),
  id: c.Integer({ primaryKey: true, clusteringOrder: 'desc' }),
  title: c.Text(),
  author: c.Text({ index: true }),
  editor: c.Text({ index: true }),
  motto: c.Text({ static: true }),
  stars: c.Integer({ index: { using: 'sai' } }),
  words: c.Integer({ index: { using: 'sai' } }),
  tags: c.Set(c.Text, { index: true }),
  links: c.List(c.Text),
  scores: c.Map(c.Text, c.Integer, { index: { target: 'keys' } }),
  totals: c.Map(c.Text, c.Integer, { index: { target: 'entries' } }),
  fixed: c.Map(c.Text, c.Integer, { frozen: true }),
  took: c.Duration(),
  elsewhere: c.Text({ customIndex: true })
}).as<Post>() {}

class Event extends db.Model.define('event', { tenant: c.Text({ partitionKey: true }), day: c.Integer({ partitionKey: true }), at: c.Integer({ primaryKey: true }), kind: c.Text({ index: true }) }).as<Event>() {}
class Doc extends db.Model.define('doc', { id: c.Integer({ primaryKey: true }), embedding: c.Vector(c.Float, 2, { index: { using: 'sai' } }), bare: c.Vector(c.Float, 2), lang: c.Text({ index: { using: 'sai' } }), text: c.Text() }).as<Doc>() {}
class Word extends db.Model.define('word', { id: c.Integer({ primaryKey: true }), head: c.Text({ index: { using: 'sasi' } }), any: c.Text({ index: { using: 'sasi', options: { mode: 'CONTAINS' } } }) }).as<Word>() {}

await db.syncDb({ waitForIndexes: true })
await db.execute(`CREATE INDEX elsewhere_idx ON ${db.keyspace}.post (elsewhere) USING 'sai'`)

const posts = Post.filter({ blog: 'x' })
const near = Doc.objects.orderBy(Doc.columns.embedding.ann([1, 0]))

interface Asked { toCQL (): { cql: string }, all (): Promise<unknown[]> }

const taken: Record<string, () => Asked> = {
  'the partition key': () => posts,
  'in on the partition key, with an order, unpaged': () => Post.filter({ blog__in: ['x', 'y'] }).orderBy('day'),
  'a range of the first clustering column': () => posts.filter({ day__gt: 1, day__lte: 5 }),
  'a value, then a range': () => posts.filter({ day: 1, id__lt: 5 }),
  'in on all of the key (OPR-03)': () => Post.filter({ blog__in: ['x'], day__in: [1, 2], id__in: [3] }),
  'an indexed column': () => Post.filter({ author: 'a' }),
  'an indexed column in a partition': () => posts.filter({ author: 'a' }),
  'two SAI columns, one with a range': () => Post.filter({ stars: 1, words__gte: 5 }),
  'two other indexes, filtered': () => Post.filter({ author: 'a', editor: 'b' }).allowFiltering(),
  'contains with its index (OPR-04)': () => Post.filter({ tags__contains: 'a' }),
  'containsKey with its index': () => Post.filter({ scores__containsKey: 'a' }),
  'entry with its index': () => Post.filter({ totals__entry: ['a', 1] }),
  'contains without index, filtered': () => Post.filter({ links__contains: 'a' }).allowFiltering(),
  'a frozen map as a whole, filtered': () => Post.filter({ fixed: { a: 1 } }).allowFiltering(),
  'a duration, filtered': () => Post.filter({ took: '1d' as never }).allowFiltering(),
  'any operator of an index that is managed elsewhere (COL-04)': () => Post.filter({ elsewhere: 'a' }),
  'and what only filtering answers beside in on the partition key, or an order': () => Post.filter({ blog__in: ['x', 'y'], elsewhere__gt: 'a' }).orderBy('-day').allowFiltering(),
  'like at the start, with SASI (OPR-05)': () => Word.filter({ head__like: 'ab%' }),
  'like in the middle, with SASI in mode CONTAINS': () => Word.filter({ any__like: '%b%' }),
  'a token range (OPR-08)': () => Event.filter({ pk__token__gt: f.Token('a', 1), pk__token__lte: f.Token('b', 2) }),
  'a token range beside the partition key': () => Event.filter({ pk__token__gt: f.Token('a', 1) } as never).filter({ tenant: 'x', day: 1 }),
  'a token range and an index, beside the first of the rows of each partition': () => Post.filter({ pk__token__gt: f.Token('a'), day: 1, stars: 5 }),
  'half a key, filtered': () => Event.filter({ tenant: 'x' }).allowFiltering(),
  'a range on the partition key, filtered': () => Event.filter({ tenant: 'x', day__gt: 1 }).allowFiltering(),
  'the order of the table': () => posts.orderBy('day', '-id'),
  'the reverse of it': () => posts.orderBy('-day', 'id'),
  'a part of the order': () => posts.orderBy('-day'),
  'the order behind a value': () => posts.filter({ day: 1 }).orderBy('id'),
  'groups by a part of the key': () => Post.objects.groupBy('blog', 'day').select({ day: Post.columns.day, n: f.count() }),
  'groups behind a value': () => posts.groupBy('day').select({ n: f.count() }),
  'distinct with static columns': () => Post.filter({ motto: 'm' }).distinct('blog', 'motto').allowFiltering(),
  perPartitionLimit: () => Post.objects.perPartitionLimit(1).limit(3),
  'static columns of a partition': () => posts.select({ motto: Post.columns.motto }),
  'the nearest': () => near.limit(5),
  'the nearest of those that an index finds': () => near.filter({ lang: 'en' }).limit(1000)
}

t.test('what is allowed is taken by the server, with no word of ours', async (t) => {
  for (const [what, query] of Object.entries(taken)) await t.resolves(query().all(), what)
})

/** What is refused, by which words, and the same as CQL. */
const refused: Record<string, [words: RegExp, query: () => Asked, where: string]> = {
  'no key and no index (QRY-06)': [/"title" is neither key nor indexed; declare it { index: true }.*allowFiltering/, () => Post.filter({ title: 'a' }), "* FROM post WHERE title = 'a'"],
  'a clustering column alone': [/whole partition key|"day"/, () => Post.filter({ day: 1 }), '* FROM post WHERE day = 1'],
  'half a composite key': [/"tenant", "day"\); filter "day" too/, () => Event.filter({ tenant: 'x' }), "* FROM event WHERE tenant = 'x'"],
  'a range on the partition key': [/"day" is hashed: it takes a value or in/, () => Event.filter({ tenant: 'x', day__gt: 1 }), "* FROM event WHERE tenant = 'x' AND day > 1"],
  'a clustering column that is skipped': [/"id" cannot be, because "day" before it has no value/, () => posts.filter({ id: 1 }), "* FROM post WHERE blog = 'x' AND id = 1"],
  'a clustering column behind a range': [/"id" cannot be, because "day"/, () => posts.filter({ day__gt: 1, id: 1 }), "* FROM post WHERE blog = 'x' AND day > 1 AND id = 1"],
  'an index that lacks the operator': [/index of "author" does not answer "gt"/, () => Post.filter({ author__gt: 'a' }), "* FROM post WHERE author > 'a'"],
  'in on an indexed column': [/does not answer "in"/, () => Post.filter({ author__in: ['a'] }), "* FROM post WHERE author IN ('a', 'b')"],
  'contains without index': [/"links" is neither key nor indexed/, () => Post.filter({ links__contains: 'a' }), "* FROM post WHERE links CONTAINS 'a'"],
  'containsKey with an index on entries': [/index of "totals" does not answer "containsKey"/, () => Post.filter({ totals__containsKey: 'a' }), "* FROM post WHERE totals CONTAINS KEY 'a'"],
  'entry without index': [/declare another index/, () => Post.filter({ scores__entry: ['a', 1] }), "* FROM post WHERE scores['a'] = 1"],
  'entry of a frozen map': [/frozen map/, () => Post.filter({ fixed__entry: ['a', 1] }).allowFiltering(), "* FROM post WHERE fixed['a'] = 1 ALLOW FILTERING"],
  'a whole collection': [/not compared as a whole; filter with tags__contains/, () => Post.filter({ tags: ['a'] }).allowFiltering(), "* FROM post WHERE tags = {'a'} ALLOW FILTERING"],
  'two indexes that do not work together': [/no index answers all conditions together/, () => Post.filter({ author: 'a', editor: 'b' }), "* FROM post WHERE author = 'a' AND editor = 'b'"],
  'an indexed column with in on the partition key': [/ask for the partitions one by one/, () => Post.filter({ blog__in: ['x', 'y'], author: 'a' }), "* FROM post WHERE blog IN ('x', 'y') AND author = 'a'"],
  'like without SASI, filtered': [/needs a SASI index, and filtering does not help/, () => Post.filter({ title__like: 'a%' }).allowFiltering(), "* FROM post WHERE title LIKE 'a%' ALLOW FILTERING"],
  'like in the middle in the wrong mode': [/mode: 'CONTAINS'/, () => Word.filter({ head__like: '%b' }), "* FROM word WHERE head LIKE '%b'"],
  'a range of durations': [/durations, which have no order/, () => Post.filter({ took__gt: '1d' as never }).allowFiltering(), '* FROM post WHERE took > 1d ALLOW FILTERING'],
  'a token range and a clustering column, without index': [/without the whole partition key the condition on "day"/, () => Post.filter({ pk__token__gt: f.Token('a'), day: 1 }), "* FROM post WHERE token(blog) > token('a') AND day = 1"],
  'two values for one column': [/"blog" has 2 conditions/, () => posts.filter({ blog: 'y' }), "* FROM post WHERE blog = 'x' AND blog = 'y'"],
  'two lower bounds': [/two lower or two upper bounds/, () => posts.filter({ day__gt: 1, day__gte: 2 }), "* FROM post WHERE blog = 'x' AND day > 1 AND day >= 2"],
  'an order without partition': [/only inside a partition/, () => Post.objects.orderBy('day'), '* FROM post ORDER BY day'],
  'an order that the table does not have': [/turn all of these or none/, () => posts.orderBy('day', 'id'), "* FROM post WHERE blog = 'x' ORDER BY day ASC, id ASC"],
  'an order that skips a column': [/order by these, from the first on/, () => posts.orderBy('id'), "* FROM post WHERE blog = 'x' ORDER BY id"],
  'an order by another column (QRY-15)': [/no clustering column/, () => posts.orderBy('title'), "* FROM post WHERE blog = 'x' ORDER BY title"],
  'an order of what an index finds': [/an index finds have no order/, () => posts.filter({ author: 'a' }).orderBy('day'), "* FROM post WHERE blog = 'x' AND author = 'a' ORDER BY day"],
  'distinct of another column (QRY-16)': [/neither a partition key nor a static/, () => Post.objects.distinct('blog', 'day'), 'DISTINCT blog, day FROM post'],
  'distinct of half a key': [/add "day"/, () => Event.objects.distinct('tenant'), 'DISTINCT tenant FROM event'],
  'distinct with a filter on rows': [/"author" cannot be filtered/, () => Post.filter({ author: 'a' }).distinct(), "DISTINCT blog FROM post WHERE author = 'a'"],
  'distinct with perPartitionLimit': [/perPartitionLimit cannot stand/, () => Post.objects.distinct().perPartitionLimit(1), 'DISTINCT blog FROM post PER PARTITION LIMIT 1'],
  'groups that skip a column': [/leaves out "blog"/, () => Post.objects.groupBy('day'), '* FROM post GROUP BY day'],
  'groups in another order': [/in their order/, () => posts.groupBy('day', 'blog'), "* FROM post WHERE blog = 'x' GROUP BY day, blog"],
  'groups by another column': [/key columns, which "author" is not/, () => Post.objects.groupBy('author'), '* FROM post GROUP BY author'],
  'groups by half a partition key': [/add "day"/, () => Event.objects.groupBy('tenant'), '* FROM event GROUP BY tenant'],
  'a total with perPartitionLimit': [/a total has no perPartitionLimit/, () => Post.objects.perPartitionLimit(1).select({ n: f.count() }), 'COUNT(*) FROM post PER PARTITION LIMIT 1'],
  'static columns of one row': [/take out the condition on "day"/, () => posts.filter({ day: 1 }).select({ motto: Post.columns.motto }), "motto FROM post WHERE blog = 'x' AND day = 1"],
  'the nearest without limit': [/needs a limit/, () => near, '* FROM doc ORDER BY embedding ANN OF [1, 0]'],
  'the nearest of too many': [/at most 1000/, () => near.limit(1001), '* FROM doc ORDER BY embedding ANN OF [1, 0] LIMIT 1001'],
  'the nearest without index': [/declare "bare" with/, () => Doc.objects.orderBy(Doc.columns.bare.ann([1, 0])).limit(1), '* FROM doc ORDER BY bare ANN OF [1, 0] LIMIT 1'],
  'the nearest of those that no index finds': [/index "text"/, () => near.filter({ text: 'a' }).limit(1).allowFiltering(), "* FROM doc WHERE text = 'a' ORDER BY embedding ANN OF [1, 0] LIMIT 1 ALLOW FILTERING"],
  'the nearest of each partition': [/no perPartitionLimit/, () => near.perPartitionLimit(1).limit(1), '* FROM doc ORDER BY embedding ANN OF [1, 0] PER PARTITION LIMIT 1 LIMIT 1'],
  'a total of the nearest': [/no totals/, () => near.limit(1).select({ n: f.count() }), 'COUNT(*) FROM doc ORDER BY embedding ANN OF [1, 0] LIMIT 1'],
  'a vector by equality': [/only orders/, () => Doc.filter({ embedding: [1, 0] }), '* FROM doc WHERE embedding = [1, 0]'],
  'a sum of texts': [/for numbers/, () => Post.objects.select({ x: f.sum(Post.columns.title) }), 'SUM(title) FROM post'],
  'the age of a key': [/neither ttl nor writetime/, () => Post.objects.select({ x: f.ttl(Post.columns.day) }), 'TTL(day) FROM post']
}

t.test('what is refused is refused by the server too, and we say why and what helps', async (t) => {
  for (const [what, [words, query, cql]] of Object.entries(refused)) {
    const ours = await failure(() => query().toCQL())
    t.type(ours, QueryError, what)
    t.match(ours.message, words, what)
    const theirs = await failure(() => db.execute(`SELECT ${cql.replace(/FROM /, `FROM ${db.keyspace}.`)}`))
    t.type(theirs, errors.ResponseError, what)
    t.match(theirs, { code: 0x2200 }, `${what}: ${theirs.message}`)
  }
})

t.test('the order of a table that no model describes is that of the server', async (t) => {
  const post = db.table('post').objects.filter({ blog: 'x' })
  await t.resolves(post.orderBy('day', '-id').all())
  t.match(await failure(() => post.orderBy('day', 'id').all()), { name: 'QueryError', message: /turn all of these or none/ })
})
