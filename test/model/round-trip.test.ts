// Models through a real server: every save is one statement, and what is read back is what the instance held.
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { types } from '../../src/cqlengine/driver.js'
import { scalarColumns } from '../support/scalar-columns.js'
import { open, watch } from './setup.js'

function make () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Doc extends db.Model.define('Doc', {
    id: c.UUID({ primaryKey: true, default: randomUUID }),
    rank: c.Integer({ primaryKey: true, clusteringOrder: 'desc', dbField: 'the rank' }),
    title: c.Text({ dbField: 't' }),
    size: c.Integer({ default: 7 }),
    words: c.List(c.Text),
    tags: c.Set(c.Text),
    marks: c.Map(c.Text, c.Integer),
    deep: c.Map(c.Text, c.List(c.Integer)),
    pair: c.Tuple(c.Integer, c.Text),
    owner: c.Text({ static: true }),
    badges: c.Set(c.Text, { static: true })
  }).as<Doc>() {}
  class Hits extends db.Model.define('hits', { page: c.Text({ primaryKey: true }), day: c.Integer({ primaryKey: true }), n: c.Counter(), total: c.Counter({ static: true }) }).as<Hits>() {}
  class Every extends db.Model.define('every', {
    id: c.Integer({ primaryKey: true }),
    ...scalarColumns(db),
    uuid: c.UUID(),
    timeuuid: c.TimeUUID(),
    inet: c.Inet()
  }).as<Every>() {}
  return { db, Doc, Hits, Every }
}

t.test('models on a real server', async (t) => {
  const made = make()
  const { Doc, Hits, Every } = made
  const db = await open(t, made.db)
  const texts = watch(db)
  const sent = (): number => texts.splice(0).length

  t.test('INS-02 INS-03 DML-02 what was created is read back equal, by any key and in any place', async (t) => {
    const doc = await Doc.create({ rank: 1, title: 'a', words: ['x'], tags: ['p'], marks: { u: 1 }, deep: { d: [1, 2] }, pair: [1, 'y'], owner: 'me' })
    t.equal(sent(), 1)
    const read = await Doc.get({ id: doc.id, rank: 1 })
    t.ok(read.equals(doc))
    t.equal(read.size, 7)
    t.equal(await doc.save(), doc)
    t.equal(await read.save(), read)
    t.equal(sent(), 1, 'only the read')
  })

  t.test('DML-02 DRT-12 inserting again: what is not given stays, null and given empty delete', async (t) => {
    const { id } = await Doc.create({ rank: 1, title: 'a', tags: ['p'], words: ['w'], marks: { u: 1 }, owner: 'me' })
    await Doc.create({ id, rank: 1, size: null })
    const read = await Doc.get({ id, rank: 1 })
    t.same([read.title, [...read.tags], read.size], ['a', ['p'], null])
    await Doc.create({ id, rank: 1, title: null, tags: [], words: null, marks: {}, owner: null })
    const emptied = await Doc.get({ id, rank: 1 })
    t.same([emptied.title, emptied.tags.size, emptied.words, emptied.marks.size, emptied.owner], [null, 0, [], 0, null])
  })

  t.test('DML-03 DML-05 B01 B10 every kind of change at once, on a table with clustering keys, is one statement', async (t) => {
    const doc = await Doc.create({ rank: 1, title: 'a', words: ['x', 'y'], tags: ['p', 'q'], marks: { u: 1, v: 2 }, deep: { a: [1], b: [2] }, pair: [1, 'a'], owner: 'me', badges: ['g'] })
    sent()
    doc.title = null
    doc.size = 3
    doc.words.unshift('w')
    doc.words.push('z')
    doc.tags.delete('p')
    doc.tags.add('r')
    doc.marks.delete('u')
    doc.marks.set('v', 5).set('w', 6)
    doc.deep.get('a')?.push(9)
    doc.deep.delete('b')
    if (doc.pair !== null) doc.pair[1] = 'b'
    doc.owner = 'you'
    doc.badges.add('h')
    await doc.save()
    t.equal(sent(), 1)
    const read = await Doc.get({ id: doc.id, rank: 1 })
    t.ok(read.equals(doc), JSON.stringify(read))
    t.same(read.toJSON(), { id: String(doc.id), rank: 1, title: null, size: 3, words: ['w', 'x', 'y', 'z'], tags: ['q', 'r'], marks: { v: 5, w: 6 }, deep: { a: [1, 9] }, pair: [1, 'b'], owner: 'you', badges: ['g', 'h'] })
  })

  t.test('DML-05 each change of a collection gives what the instance holds', async (t) => {
    const changes: ((doc: InstanceType<typeof Doc>) => void)[] = [
      (d) => { d.words = ['a', 'x', 'y', 'b'] },
      (d) => { d.words = ['y'] },
      (d) => { d.words = ['y', 'x'] },
      (d) => { d.words = ['x', 'y', 'x', 'y'] },
      (d) => { d.words = [] },
      (d) => { d.words = null as never },
      (d) => { d.tags = new Set(['p', 'z']) },
      (d) => { d.tags = new Set(['z']) },
      (d) => { d.tags.clear() },
      (d) => { d.marks = new Map([['u', 1]]) },
      (d) => { d.marks = new Map([['n', 1]]) },
      (d) => { d.marks = { u: 9 } as never },
      (d) => { d.marks.clear() },
      (d) => { d.deep = new Map([['a', [2, 1]], ['c', [3]]]) }
    ]
    for (const [i, change] of changes.entries()) {
      const doc = await Doc.create({ rank: i, words: ['x', 'y'], tags: ['p', 'q'], marks: { u: 1, v: 2 }, deep: { a: [1, 2] } })
      const loaded = await Doc.get({ id: doc.id, rank: i })
      change(loaded)
      sent()
      await loaded.save()
      await loaded.save()
      t.equal(sent(), 1)
      t.ok((await Doc.get({ id: doc.id, rank: i })).equals(loaded), String(change))
    }
  })

  t.test('UPD-05 UPD-06 UPD-07 UPD-08 DRT-11 operations of update() on an instance', async (t) => {
    const doc = await Doc.create({ rank: 1, words: ['x', 'y', 'x'], tags: ['p'], marks: { u: 1, v: 2 } })
    sent()
    await doc.update({ title: 'b', words__append: ['z'], words__prepend: ['a'], tags__add: ['q'], tags__remove: ['p'], marks__update: { w: 3, u: null }, marks__remove: ['v'] })
    t.equal(sent(), 1)
    t.ok((await Doc.get({ id: doc.id, rank: 1 })).equals(doc))
    await doc.update({ words__remove: ['x'] })
    t.ok((await Doc.get({ id: doc.id, rank: 1 })).equals(doc))
    doc.words.push('own')
    doc.tags.add('own')
    await doc.update({ words__append: ['more'], tags__remove: ['q'] })
    t.ok((await Doc.get({ id: doc.id, rank: 1 })).equals(doc))
    t.same(doc.words, ['a', 'y', 'z', 'own', 'more'])
    t.same(doc.getChangedColumns(), [])
  })

  t.test('DRT-09 DRT-11 B06 rows that are known in part', async (t) => {
    const { id } = await Doc.create({ rank: 1, title: 'a', size: 3, tags: ['p'] })
    await new Doc({ id, rank: 1 }).update({ title: 'b' })
    const blind = await new Doc({ id, rank: 1 }).update({ words: ['w'] })
    blind.title = 'c'
    await blind.save()
    const read = await Doc.get({ id, rank: 1 })
    t.same([read.title, read.size, [...read.tags], read.words], ['c', 3, ['p'], ['w']])
    const part = (await Doc.filter({ id, rank: 1 }).only('title').all())[0] as unknown as InstanceType<typeof Doc>
    part.title = 'd'
    part.tags = new Set(['new'])
    await part.save()
    const after = await Doc.get({ id, rank: 1 })
    t.same([after.title, after.size, [...after.tags], after.words], ['d', 3, ['new'], ['w']])
  })

  t.test('DML-01 a changed key makes a copy', async (t) => {
    const doc = await Doc.create({ rank: 1, title: 'a', tags: ['p'] })
    doc.rank = 2
    doc.title = null
    await Doc.create({ id: doc.id, rank: 2, title: 'there before', size: 9 })
    await doc.save()
    t.same((await Doc.filter({ id: doc.id }).all()).map((d) => [d.rank, d.title, d.size, [...d.tags]]), [[2, null, 7, ['p']], [1, 'a', 7, ['p']]])
  })

  t.test('DML-06 DML-07 DML-08 DML-09 B11 static columns', async (t) => {
    const id = randomUUID()
    const part = new Doc({ id, owner: 'me', badges: ['x'] })
    await part.save()
    await Doc.create({ id, rank: 1 })
    const [row] = await Doc.filter({ id }).all()
    t.same([row?.owner, [...row?.badges ?? []]], ['me', ['x']])
    part.owner = null
    part.badges.add('y')
    await part.save()
    t.same([(await Doc.get({ id, rank: 1 })).owner, [...(await Doc.get({ id, rank: 1 })).badges]], [null, ['x', 'y']])
    await Doc.filter({ id, rank: 1 }).delete()
    const [bare] = await Doc.filter({ id }).all()
    if (bare === undefined) throw new Error('no static part')
    t.equal(bare.rank, null)
    bare.owner = 'again'
    await bare.save()
    t.equal((await Doc.filter({ id }).first())?.owner, 'again')
    await t.rejects(bare.delete(), { name: 'ValidationError', column: 'rank' })
    t.equal((await Doc.filter({ id }).first())?.owner, 'again', 'B12 the partition is still there')
  })

  t.test('INS-05 deletes and saves again', async (t) => {
    const doc = await Doc.create({ rank: 1, title: 'a', tags: ['p'] })
    await Doc.create({ id: doc.id, rank: 2 })
    await doc.delete()
    t.same((await Doc.filter({ id: doc.id }).all()).map((d) => d.rank), [2])
    await doc.save()
    t.ok((await Doc.get({ id: doc.id, rank: 1 })).equals(doc))
  })

  t.test('DML-12 DRT-07 TYP-08 counters', async (t) => {
    const hits = await Hits.create({ page: '/', day: 1 })
    t.same([(await Hits.get({ page: '/', day: 1 })).n, hits.n], [0n, 0n], 'create makes the row')
    const [one, two] = [await Hits.get({ page: '/', day: 1 }), await Hits.get({ page: '/', day: 1 })]
    one.n += 5n
    two.n += 5n
    two.total += 1n
    await Promise.all([one.save(), two.save(), one.save()])
    t.same([(await Hits.get({ page: '/', day: 1 })).n, (await Hits.get({ page: '/', day: 1 })).total], [10n, 1n])
    await one.update({ n__decrement: 3, total__increment: 1n })
    t.same([one.n, (await Hits.get({ page: '/', day: 1 })).n, (await Hits.get({ page: '/', day: 1 })).total], [2n, 7n, 2n])
    await db.batch(async (b) => {
      one.n += 1n
      await one.batch(b).save()
      one.n += 1n
      await one.batch(b).save()
    })
    t.equal((await Hits.get({ page: '/', day: 1 })).n, 9n)
    await new Hits({ page: '/s' }).save()
    await new Hits({ page: '/s' }).update({ total__increment: 4 })
    const [part] = await Hits.filter({ page: '/s' }).all()
    t.same([part?.total, part?.day, part?.n], [4n, null, 0n])
    if (part !== undefined) { part.total += 1n; await part.save() }
    t.equal((await Hits.filter({ page: '/s' }).first())?.total, 5n)
  })

  t.test('all scalar types with all that they accept', async (t) => {
    const row = await Every.create({
      id: 1,
      text: 'é✓',
      ascii: 'a',
      blob: new Uint8Array([1, 2]),
      tiny: -128,
      small: 32767,
      int: 2 ** 31 - 1,
      big: '9223372036854775807',
      varint: 10n ** 75n,
      bool: false,
      float: 2.39,
      double: 0.1,
      decimal: '0.1000000000000000000000000001',
      at: '2020-02-03T04:05:06.007Z',
      day: '-0044-03-15',
      time: '10:11:12.123456789',
      took: '1mo2d3s',
      uuid: 'F47AC10B58CC4372A5670E02B2C3D479',
      timeuuid: types.TimeUuid.now(),
      inet: '::1'
    })
    const read = await Every.get({ id: 1 })
    t.equal(read.decimal?.toString(), '0.1000000000000000000000000001')
    t.same([read.big, read.varint], [2n ** 63n - 1n, 10n ** 75n])
    t.equal(read.float, Math.fround(2.39))
    row.float = Math.fround(2.39)
    t.ok(read.equals(row))
    const again = Every.hydrate(JSON.parse(JSON.stringify(read)) as never)
    t.ok(again.equals(read), 'every column accepts its own JSON form')
    for (const { name } of Object.values(Every.columns)) if (name !== 'id') Object.assign(read, { [name as string]: null })
    await read.save()
    t.same(Object.values((await Every.get({ id: 1 })).toObject()).filter((v) => v !== null), [1])
  })
})
