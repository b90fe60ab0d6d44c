// What saving, updating and deleting an instance sends: texts and parameters, without a server.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { QueryError } from '../../src/cqlengine/errors.js'
import { recorded } from './setup.js'

function make () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Doc extends db.Model.define('doc', {
    id: c.Integer({ primaryKey: true }),
    rank: c.Integer({ primaryKey: true }),
    title: c.Text({ dbField: 't' }),
    size: c.Integer({ default: 7 }),
    words: c.List(c.Text),
    tags: c.Set(c.Text),
    marks: c.Map(c.Text, c.Integer),
    owner: c.Text({ static: true })
  }).as<Doc>() {}
  class Hits extends db.Model.define('hits', { page: c.Text({ primaryKey: true }), n: c.Counter(), m: c.Counter() }).as<Hits>() {}
  class Note extends db.Model.define('note', { id: c.Integer({ primaryKey: true }), text: c.Text() }).as<Note>() {}
  return { db, Doc, Hits, Note }
}

const key = { id: 1, rank: 2 }
const stored = { ...key, title: 'a', size: 1, words: ['x', 'y'], tags: new Set(['p', 'q']), marks: new Map([['u', 1], ['v', 2]]), owner: 'me' }

t.test('DML-01 DML-02 STM-02 DRT-12 a new row is one INSERT of what has a value, defaults included, empty containers not', async (t) => {
  const { db, Doc } = make()
  const { taken } = await recorded(t, db)
  await Doc.create({ ...key, title: 'a' })
  t.match(taken(), [{ cql: 'INSERT INTO "k"."doc" ("id", "rank", "t", "size") VALUES (?, ?, ?, ?)', params: [1, 2, 'a', 7], options: { prepare: true, isIdempotent: true } }])
})

t.test('DML-02 B10 given nulls and emptied containers are deletions in that same INSERT', async (t) => {
  const { db, Doc } = make()
  const { taken } = await recorded(t, db)
  await Doc.create({ ...key, title: null, size: null, tags: [], marks: null }, { ttl: 60, timestamp: 5n })
  t.match(taken(), [{ cql: 'INSERT INTO "k"."doc" ("id", "rank", "t", "size", "tags", "marks") VALUES (?, ?, ?, ?, ?, ?) USING TTL ? AND TIMESTAMP ?', params: [1, 2, null, null, null, null, 60, 5n] }])
})

t.test('DML-02 a row of its key alone is written, too', async (t) => {
  const { db, Note } = make()
  const { texts } = await recorded(t, db)
  await Note.create({ id: 1 })
  t.same(texts(), ['INSERT INTO "k"."note" ("id") VALUES (?)'])
})

t.test('DML-03 STM-03 B01 B02 B10 a stored row is one UPDATE of what changed, by the full key: values, nulls, map keys', async (t) => {
  const { db, Doc } = make()
  const { taken } = await recorded(t, db)
  const doc = Doc.hydrate(stored)
  doc.title = null
  doc.size = 3
  doc.words.push('z')
  doc.tags.delete('p')
  doc.tags.add('r')
  doc.marks.delete('u')
  doc.marks.set('v', 5)
  await doc.save()
  t.match(taken(), [{
    cql: 'UPDATE "k"."doc" SET "t" = ?, "size" = ?, "words" = "words" + ?, "tags" = "tags" + ?, "tags" = "tags" - ?, "marks" = "marks" + ?, "marks" = "marks" - ? WHERE "id" = ? AND "rank" = ?',
    params: [null, 3, ['z'], ['r'], ['p'], new Map([['v', 5]]), ['u'], 1, 2]
  }])
  await doc.save()
  t.same(taken(), [], 'an idle save sends nothing')
})

t.test('DML-05 STM-07 STM-08 STM-09 STM-10 how each change of a collection is sent', async (t) => {
  const { db, Doc } = make()
  const { taken } = await recorded(t, db)
  const sent = async (change: (doc: InstanceType<typeof Doc>) => void): Promise<unknown> => {
    const doc = Doc.hydrate(stored)
    change(doc)
    await doc.save()
    const [call] = taken()
    return call === undefined ? undefined : [/SET (.*) WHERE/.exec(call.cql)?.[1], ...call.params.slice(0, -2)]
  }
  t.same(await sent((d) => { d.words = ['x', 'y', 'z'] }), ['"words" = "words" + ?', ['z']])
  t.same(await sent((d) => { d.words.unshift('w') }), ['"words" = ? + "words"', ['w']])
  t.same(await sent((d) => { d.words = ['w', 'x', 'y', 'z'] }), ['"words" = ? + "words", "words" = "words" + ?', ['w'], ['z']])
  t.same(await sent((d) => { d.words.shift() }), ['"words" = ?', ['y']])
  t.same(await sent((d) => { d.words = [] }), ['"words" = ?', null], 'emptied: one deletion')
  t.same(await sent((d) => { d.words = ['x', 'y'] }), undefined, 'an equal list is no change')
  t.same(await sent((d) => { d.tags.add('r') }), ['"tags" = "tags" + ?', ['r']])
  t.same(await sent((d) => { d.tags.delete('q') }), ['"tags" = "tags" - ?', ['q']])
  t.same(await sent((d) => { d.tags.clear() }), ['"tags" = ?', null])
  t.same(await sent((d) => { d.tags = new Set(['q', 'p']) }), undefined, 'sets have no order')
  t.same(await sent((d) => { d.marks.set('w', 3) }), ['"marks" = "marks" + ?', new Map([['w', 3]])])
  t.same(await sent((d) => { d.marks.delete('u') }), ['"marks" = "marks" - ?', ['u']])
  t.same(await sent((d) => { d.marks.clear() }), ['"marks" = ?', null])
  t.same(await sent((d) => { d.marks = new Map([['v', 2], ['u', 1]]) }), undefined)
})

t.test('B46 maps with keys of any type need no order', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Grid extends db.Model.define('grid', { id: c.Integer({ primaryKey: true }), cells: c.Map(c.Tuple(c.Integer, c.Text), c.Integer) }).as<Grid>() {}
  const { taken } = await recorded(t, db)
  const grid = Grid.hydrate({ id: 1, cells: new Map([[[1, 'a'], 1]]) })
  grid.cells.set([null, 'b'], 2)
  await grid.save()
  const [call] = taken()
  t.equal(call?.cql, 'UPDATE "k"."grid" SET "cells" = "cells" + ? WHERE "id" = ?')
  t.equal((call?.params[0] as Map<unknown, unknown>).size, 1, 'only the new entry')
})

t.test('DML-01 a changed key inserts a copy: the whole row, nulls too', async (t) => {
  const { db, Doc } = make()
  const { taken } = await recorded(t, db)
  const doc = Doc.hydrate({ ...stored, title: null })
  doc.rank = 9
  await doc.save()
  t.match(taken(), [{ cql: 'INSERT INTO "k"."doc" ("id", "rank", "t", "size", "words", "tags", "marks", "owner") VALUES (?, ?, ?, ?, ?, ?, ?, ?)', params: [1, 9, null, 1, ['x', 'y'], ['p', 'q'], new Map([['u', 1], ['v', 2]]), 'me'] }])
  doc.size = 2
  await doc.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."doc" SET "size" = ? WHERE "id" = ? AND "rank" = ?', params: [2, 1, 9] }], 'from then on it is the new row')
  const [part] = [Doc.hydrate({ ...key, title: 'a' })]
  part.rank = 9
  await t.rejects(part.save(), QueryError, 'a part of a row cannot be copied')
  t.same(taken(), [])
})

t.test('DML-06 DML-07 DML-09 static columns alone go by the partition key, with others by the full key', async (t) => {
  const { db, Doc } = make()
  const { taken } = await recorded(t, db)
  const doc = Doc.hydrate(stored)
  doc.owner = 'you'
  await doc.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."doc" SET "owner" = ? WHERE "id" = ?', params: ['you', 1] }])
  doc.owner = null
  await doc.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."doc" SET "owner" = ? WHERE "id" = ?', params: [null, 1] }])
  doc.owner = 'me'
  doc.size = 2
  await doc.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."doc" SET "size" = ?, "owner" = ? WHERE "id" = ? AND "rank" = ?', params: [2, 'me', 1, 2] }])
  doc.owner = 'them'
  await doc.iff({ size: 2 }).save().catch(() => {})
  t.match(taken(), [{ cql: 'UPDATE "k"."doc" SET "owner" = ? WHERE "id" = ? AND "rank" = ? IF "size" = ?' }], 'a condition on the row needs the row')
})

t.test('DML-08 B11 a static column without a clustering key is written alone, and can be changed again', async (t) => {
  const { db, Doc } = make()
  const { taken } = await recorded(t, db)
  const part = new Doc({ id: 1, owner: 'me' })
  await part.save()
  t.match(taken(), [{ cql: 'INSERT INTO "k"."doc" ("id", "owner") VALUES (?, ?)', params: [1, 'me'] }])
  t.equal(part.size, null, 'a default belongs to a row, and there is none')
  part.owner = null
  await part.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."doc" SET "owner" = ? WHERE "id" = ?', params: [null, 1] }])
  const loaded = Doc.hydrate({ ...stored, rank: null as unknown as number, title: null, size: null, words: [], tags: new Set(), marks: new Map() })
  loaded.owner = 'you'
  await loaded.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."doc" SET "owner" = ? WHERE "id" = ?', params: ['you', 1] }])
  await new Doc({ id: 1 }).update({ owner: 'x' })
  t.match(taken(), [{ cql: 'UPDATE "k"."doc" SET "owner" = ? WHERE "id" = ?' }])
  await Doc.create({ id: 1, owner: null } as never)
  t.match(taken(), [{ cql: 'INSERT INTO "k"."doc" ("id", "owner") VALUES (?, ?)', params: [1, null] }], 'nulling it is sent, too')
})

t.test('B11 B12 DML-11 B44 null keys reach no server: with regular values, in updates, in deletes', async (t) => {
  const { db, Doc, Note } = make()
  const { taken } = await recorded(t, db)
  const refused = { name: 'ValidationError', model: 'doc', column: 'rank', rule: 'required' }
  await t.rejects(Doc.create({ id: 1, owner: 'me', title: 'a' } as never), refused)
  await t.rejects(Doc.create({ id: 1, owner: 'me', title: null } as never), refused)
  await t.rejects(Doc.create({ id: 1 } as never), refused)
  await t.rejects(new Doc({ id: 1, title: 'a' }).update({ size: 1 }), refused)
  await t.rejects(new Doc({ id: 1, owner: 'me' }).delete(), refused, 'it would delete the partition')
  await t.rejects(new Doc({}).delete(), { errors: [{ column: 'id' }, { column: 'rank' }] })
  await t.rejects(Note.create({} as never), { name: 'ValidationError', column: 'id', rule: 'required' })
  t.same(taken(), [])
})

t.test('INS-05 STM-04 a delete has the full key, in WHERE nothing else', async (t) => {
  const { db, Doc } = make()
  const { taken } = await recorded(t, db)
  const doc = Doc.hydrate(stored)
  doc.title = 'b'
  t.equal(await doc.delete(), undefined)
  t.match(taken(), [{ cql: 'DELETE FROM "k"."doc" WHERE "id" = ? AND "rank" = ?', params: [1, 2], options: { isIdempotent: true } }])
  t.equal(doc.isPersisted, false)
  await doc.save()
  t.match(taken(), [{ cql: /^INSERT INTO "k"."doc" \("id", "rank", "t", "size", "words", "tags", "marks", "owner"\)/, params: [1, 2, 'b'] }], 'a save then writes the row again, whole')
  const moved = Doc.hydrate(stored)
  moved.rank = 9
  await moved.delete({ timestamp: 5n })
  t.match(taken(), [{ cql: 'DELETE FROM "k"."doc" USING TIMESTAMP ? WHERE "id" = ? AND "rank" = ?', params: [5n, 1, 2] }], 'of the row that was loaded')
  await t.rejects(doc.delete({ ttl: 5 }), QueryError)
  await t.rejects(doc.delete({ ifNotExists: true }), QueryError)
})

t.test('INS-04 update() writes what changed, gives the instance, and takes no key but the present one', async (t) => {
  const { db, Doc } = make()
  const { taken } = await recorded(t, db)
  const doc = Doc.hydrate(stored)
  t.equal(await doc.update({ title: 'b', id: 1, rank: 2 } as never), doc)
  t.match(taken(), [{ cql: 'UPDATE "k"."doc" SET "t" = ? WHERE "id" = ? AND "rank" = ?', params: ['b', 1, 2] }])
  await doc.update({ title: 'b', size: 1 })
  await doc.update({})
  await doc.update({ title: undefined, tags__add: [], words__append: [], marks__update: {}, marks__remove: new Set() })
  t.same(taken(), [], 'no change, no statement')
  doc.size = 9
  await doc.update({ title: 'c' })
  t.match(taken(), [{ cql: 'UPDATE "k"."doc" SET "t" = ?, "size" = ? WHERE "id" = ? AND "rank" = ?' }], 'with what was unsaved')
  await t.rejects(doc.update({ rank: 3 } as never), { name: 'ValidationError', column: 'rank', rule: 'key' })
  await t.rejects(doc.update({ rank: null } as never), { name: 'ValidationError', column: 'rank' })
  await t.rejects(doc.update({ nope: 3 } as never), { name: 'ValidationError', column: 'nope', rule: 'unknown' })
  doc.rank = 3
  await t.rejects(doc.update({ title: 'd' }), { name: 'ValidationError', column: 'rank', rule: 'key', message: /save\(\) writes a copy/ })
  t.equal(doc.title, 'c')
  t.same(taken(), [])
  t.match(await new Doc(key).update({ title: 'blind', owner: 'o' }), { title: 'blind', isPersisted: true })
  t.match(taken(), [{ cql: 'UPDATE "k"."doc" SET "t" = ?, "owner" = ? WHERE "id" = ? AND "rank" = ?', params: ['blind', 'o', 1, 2] }])
})

t.test('DML-12 DRT-07 STM-11 counters: created by adding 0, changed by differences, idle when nothing changed', async (t) => {
  const { db, Hits } = make()
  const { taken } = await recorded(t, db)
  const hits = await Hits.create({ page: '/' })
  t.match(taken(), [{ cql: 'UPDATE "k"."hits" SET "n" = "n" + ?, "m" = "m" + ? WHERE "page" = ?', params: [0n, 0n, '/'], options: { isIdempotent: false } }])
  t.same([hits.n, hits.m, hits.isPersisted], [0n, 0n, true])
  hits.n += 5n
  await hits.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."hits" SET "n" = "n" + ? WHERE "page" = ?', params: [5n, '/'] }])
  hits.n -= 3n
  hits.m = 1n
  await hits.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."hits" SET "n" = "n" - ?, "m" = "m" + ? WHERE "page" = ?', params: [3n, 1n, '/'] }])
  await hits.save()
  t.same(taken(), [])
  const loaded = Hits.hydrate({ page: '/', n: 7n, m: null as unknown as bigint })
  t.equal(loaded.m, 0n, 'null is 0')
  t.same(loaded.getChangedColumns(), [])
  loaded.m += 2n
  await loaded.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."hits" SET "m" = "m" + ? WHERE "page" = ?', params: [2n, '/'] }])
  await loaded.update({ n__increment: 5, m__decrement: 1n })
  t.match(taken(), [{ cql: 'UPDATE "k"."hits" SET "n" = "n" + ?, "m" = "m" - ? WHERE "page" = ?', params: [5n, 1n, '/'] }])
  t.same([loaded.n, loaded.m], [12n, 1n])
  await new Hits({ page: '/x' }).update({ n__increment: 1 })
  t.match(taken(), [{ cql: 'UPDATE "k"."hits" SET "n" = "n" + ? WHERE "page" = ?', params: [1n, '/x'] }], 'blind')
})

t.test('DML-12 what a counter row refuses', async (t) => {
  const { db, Hits } = make()
  const { taken } = await recorded(t, db)
  await t.rejects(Hits.create({ page: '/', n: 5n } as never), { name: 'ValidationError', column: 'n', rule: 'counter' })
  const hits = Hits.hydrate({ page: '/', n: 1n, m: 1n })
  await t.rejects(hits.update({ n: 5n } as never), { name: 'ValidationError', column: 'n', rule: 'counter' })
  hits.n = 'many' as never
  await t.rejects(hits.save(), { name: 'ValidationError', column: 'n' })
  hits.n = 2n
  hits.page = '/other'
  await t.rejects(hits.save(), { name: 'QueryError', message: /key of a counter row/ })
  for (const option of [{ ttl: 1 }, { timestamp: 1n }, { ifExists: true }, { iff: { n: 1 } }, { ifNotExists: true }]) {
    await t.rejects(new Hits({ page: '/' }).save(option), QueryError)
    await t.rejects(Hits.hydrate({ page: '/', n: 1n, m: 1n }).delete(option), QueryError)
    await t.rejects(Hits.hydrate({ page: '/', n: 1n, m: 1n }).update({ n__increment: 1 }, option), QueryError)
  }
  t.same(taken(), [])
})

t.test('static counters', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Votes extends db.Model.define('votes', { poll: c.Integer({ primaryKey: true }), choice: c.Integer({ primaryKey: true }), n: c.Counter(), total: c.Counter({ static: true }) }).as<Votes>() {}
  const { taken } = await recorded(t, db)
  await new Votes({ poll: 1 }).save()
  t.match(taken(), [{ cql: 'UPDATE "k"."votes" SET "total" = "total" + ? WHERE "poll" = ?', params: [0n, 1] }])
  const votes = await Votes.create({ poll: 1, choice: 2 })
  t.match(taken(), [{ cql: 'UPDATE "k"."votes" SET "n" = "n" + ?, "total" = "total" + ? WHERE "poll" = ? AND "choice" = ?' }])
  votes.total++
  await votes.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."votes" SET "total" = "total" + ? WHERE "poll" = ?', params: [1n, 1] }])
  const row = new Votes({ poll: 1 })
  row.n = 1n
  await t.rejects(row.save(), { name: 'ValidationError', column: 'choice', rule: 'required' })
})

t.test('a list that is written as a whole may not be sent twice by the driver: it would stand there twice', async (t) => {
  const { db, Doc } = make()
  const { taken } = await recorded(t, db)
  await Doc.create({ ...key, words: ['a'] })
  await Doc.create({ ...key, tags: ['a'], marks: { a: 1 } })
  const doc = Doc.hydrate(stored)
  doc.words = ['new']
  await doc.save()
  t.same(taken().map((call) => call.options['isIdempotent']), [false, true, false])
})
