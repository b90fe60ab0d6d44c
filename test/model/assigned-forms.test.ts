// Whatever accepted form was assigned to a stored row, it is converted, and what was equal all along is not sent.
import t from 'tap'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { recorded } from './setup.js'

t.test('DRT-02 TYP-12 TYP-22 an equal value in another form gets the form of the column, and nothing is sent', async (t) => {
  const { db, texts } = await recorded(t)
  class All extends db.Model.define('all', {
    id: c.Integer({ primaryKey: true }),
    at: c.DateTime(),
    pair: c.Tuple(c.Integer, c.Blob),
    blobs: c.List(c.Blob),
    times: c.Set(c.DateTime),
    byTime: c.Map(c.DateTime, c.Blob),
    deep: c.List(c.List(c.DateTime)),
    vector: c.Vector(c.Blob, 1)
  }).as<All>() {}
  const values = { id: 1, at: 5, pair: [1, 'YQ=='], blobs: ['YQ=='], times: [5], byTime: new Map([[new Date(5), 'YQ==']]), deep: [[5]], vector: ['YQ=='] }
  const bytes = new Uint8Array([97])
  const others: Record<string, unknown> = { at: 5, pair: [1, bytes], blobs: [bytes], times: new Set([5]), byTime: new Map([[5, bytes]]), deep: [['1970-01-01T00:00:00.005Z']], vector: [bytes] }
  const json = { id: 1, at: new Date(5).toJSON(), pair: [1, 'YQ=='], blobs: ['YQ=='], times: [new Date(5).toJSON()], byTime: { [new Date(5).toJSON()]: 'YQ==' }, deep: [[new Date(5).toJSON()]], vector: ['YQ=='] }
  for (const [name, other] of Object.entries(others)) {
    const row = await All.create(values as never) as unknown as Record<string, unknown> & { save (): Promise<unknown>, update (values?: object): Promise<unknown>, toJSON (): unknown, toObject (): object }
    const before = row.toObject()
    texts()
    row[name] = other
    t.strictSame(JSON.parse(JSON.stringify(row)), json, `${name}: JSON before it is saved`)
    await row.save()
    t.strictSame(texts(), [], 'nothing is sent')
    t.strictSame(row.toObject(), before, 'the form of the column')
    t.strictSame(JSON.parse(JSON.stringify(row)), json)
    row[name] = other
    await row.update({})
    t.strictSame(texts(), [])
  }
})

t.test('TYP-22 a tuple that grew is refused, also where what it had is unchanged', async (t) => {
  const { db, texts } = await recorded(t)
  class Pair extends db.Model.define('pairs', { id: c.Integer({ primaryKey: true }), pair: c.Tuple(c.Integer, c.Text), pairs: c.List(c.Tuple(c.Integer, c.Text)) }).as<Pair>() {}
  const row = await Pair.create({ id: 1, pair: [1, 'a'], pairs: [[1, 'a']] })
  texts()
  ;(row.pair as unknown[]).push('b')
  t.throws(() => { row.validate() }, { name: 'ValidationError' })
  await t.rejects(row.save(), { name: 'ValidationError' })
  ;(row.pair as unknown[]).pop()
  ;(row.pairs[0] as unknown[]).push('b')
  await t.rejects(row.save(), { name: 'ValidationError' })
  t.strictSame(texts(), [])
})

t.test('TYP-19 TYP-20 TYP-21 null is the empty collection, required ones included', async (t) => {
  const { db, texts } = await recorded(t)
  class Tags extends db.Model.define('tags', { id: c.Integer({ primaryKey: true }), tags: c.Set(c.Text), list: c.List(c.Text), map: c.Map(c.Text, c.Text), must: c.Set(c.Text, { required: true }) }).as<Tags>() {}
  const row = await Tags.create({ id: 1, must: null as never })
  Object.assign(row, { tags: null, list: null, map: null, must: null })
  t.strictSame(row.toJSON(), { id: 1, tags: [], list: [], map: {}, must: [] })
  texts()
  await row.save()
  t.strictSame(texts(), [])
  t.strictSame(row.toObject(), { id: 1, tags: new Set(), list: [], map: new Map(), must: new Set() })
  await row.update({ must: null as never })
  await Tags.filter({ id: 1 }).update({ must: null as never })
})

t.test('INS-04 INS-07 UPD-01 LWT-02 arguments that may be left out, and those that may not', async (t) => {
  const { db, texts } = await recorded(t)
  class Row extends db.Model.define('rows', { id: c.Integer({ primaryKey: true }), a: c.Integer() }).as<Row>() {}
  const row = Row.hydrate({ id: 1, a: 1 })
  await row.update()
  await Row.filter({ id: 1 }).update()
  t.strictSame(texts(), [])
  row.a = 2
  await row.ifExists(false).update()
  await Row.ifNotExists(false).create({ id: 2, a: 1 })
  t.strictSame(texts(), ['UPDATE "k"."rows" SET "a" = ? WHERE "id" = ?', 'INSERT INTO "k"."rows" ("id", "a") VALUES (?, ?)'])
  for (const call of [() => row.iff(undefined as never), () => Row.iff(undefined as never), () => Row.objects.iff(undefined as never)]) t.throws(call, { name: 'QueryError', message: /undefined/ })
  t.throws(() => row.timestamp(-(2n ** 63n)), { name: 'QueryError' })
})

t.test('POL-03 a child keeps its discriminator, whatever was assigned before the first save', async (t) => {
  const { db, taken } = await recorded(t)
  class Base extends db.Model.define('kinds', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }).as<Base>() {}
  class A extends Base.polymorphic('a', {}).as<A>() { static { this.register() } }
  const row = new A({ id: 1 })
  ;(row as { kind: string }).kind = 'other'
  await row.save()
  t.strictSame(taken()[0]?.params, [1, 'a'])
  t.equal(row.kind, 'a')
})

t.test('what is hostile is a ValidationError without its text, in constructors and saves', async (t) => {
  const { db, texts } = await recorded(t)
  class Row extends db.Model.define('rows', { id: c.Integer({ primaryKey: true }), b: c.Blob(), l: c.List(c.Text), at: c.DateTime(), u: c.TimeUUID(), s: c.Set(c.Text) }).as<Row>() {}
  const boom = (): never => { throw new Error('secret') }
  class Twice extends Date { #n = 0; override getTime (): number { return this.#n++ > 0 ? boom() : super.getTime() } }
  const fakeSet: object = Object.create(Set.prototype, { size: { value: 4e8 }, [Symbol.iterator]: { value: () => [][Symbol.iterator]() } }) as object
  const hostile: Record<string, unknown>[] = [
    { b: new Proxy(Buffer.from('x'), {}) }, { b: Object.create(Buffer.prototype) }, { l: Object.assign(['a'], { slice: boom }) }, { at: new Twice(5) }, { s: fakeSet }, { s: new Proxy(new Set(['a']), {}) }
  ]
  for (const values of hostile) {
    try {
      new Row({ id: 1, ...values } as never) // eslint-disable-line no-new
      t.fail(`${Object.keys(values).join()} was accepted`)
    } catch (error) {
      t.equal((error as Error).name, 'ValidationError', Object.keys(values).join())
      t.notMatch((error as Error).message, /secret/)
    }
  }
  t.strictSame(texts(), [])
})

t.test('DML-02 the caller of a failed save may change the instance before the one that waits goes out', async (t) => {
  const { db, client, taken } = await recorded(t)
  class Row extends db.Model.define('rows', { id: c.Integer({ primaryKey: true }), n: c.Integer() }).as<Row>() {}
  for (const options of [{}, { timeout: 1000 }]) {
    const row = Row.hydrate({ id: 1, n: 1 })
    client.reply('UPDATE', () => new Error('no'))
    row.n = 2
    const first = row.save(options).catch(() => {
      client.reply('UPDATE', [])
      row.n = 3
    })
    await row.save()
    await first
    t.strictSame(taken().map((call) => call.params), [[2, 1], [3, 1]])
  }
})

t.test('a statement of just the size that is sent is sent, and one byte more is not, whatever else is null', async (t) => {
  const { db, texts } = await recorded(t)
  class Row extends db.Model.define('rows', { id: c.Integer({ primaryKey: true }), s: c.Text(), m: c.Integer(), n: c.Integer() }).as<Row>() {}
  const largest = 8 * 2 ** 20 - 8 // beside the 8 bytes that a number counts
  await Row.create({ id: 1, s: 'x'.repeat(largest) })
  t.equal(texts().length, 1)
  await t.rejects(Row.create({ id: 1, s: 'x'.repeat(largest + 1) }), { name: 'ValidationError' })
  await t.rejects(Row.ttl(5).create({ id: 1, s: 'x'.repeat(largest) }), { name: 'ValidationError' }, 'TTL and timestamp count like any value')
  t.strictSame(texts(), [])
})

t.test('a client whose promises are odd locks no instance', async (t) => {
  const { db, client } = await recorded(t)
  class Row extends db.Model.define('rows', { id: c.Integer({ primaryKey: true }), n: c.Integer() }).as<Row>() {}
  const execute = client.execute.bind(client)
  class Odd<T> extends Promise<T> { override then (): never { throw new Error('odd') } }
  const odd: (() => unknown)[] = [
    () => Odd.resolve(1), () => Object.assign(Promise.resolve({ rows: [] }), { then: () => undefined }), () => Object.assign(Promise.resolve({ rows: [] }), { then: () => { throw new Error('odd') } }), () => { throw new Error('odd') }
  ]
  for (const answer of odd) {
    const row = Row.hydrate({ id: 1, n: 1 })
    Object.assign(client, { execute: answer })
    row.n = 2
    await row.save().catch(() => {})
    Object.assign(client, { execute })
    row.n = 3
    t.equal(await row.save(), row)
  }
})

t.test('a row that another constructor loads while its own class is looked over is an ordinary instance', async (t) => {
  const { db } = await recorded(t)
  class Inner extends db.Model.define('inner', { id: c.Integer({ primaryKey: true }), n: c.Integer() }).as<Inner>() {}
  const loaded: Inner[] = []
  class Outer extends db.Model.define('outer', { id: c.Integer({ primaryKey: true }), n: c.Integer() }).as<Outer>() {
    constructor (values?: never) {
      super(values as never)
      this.n = 7
      loaded.push(Inner.hydrate({ id: 1, n: 1 }))
    }
  }
  Outer.hydrate({ id: 1, n: 1 })
  t.ok(loaded.length > 0)
  for (const row of loaded) t.doesNotThrow(() => Object.defineProperty(row, 'n', { value: 5, writable: true, enumerable: true, configurable: true }))
})

t.test('TYP-21 of a Map of the user\'s own class it is the iteration that pairs keys with values', async (t) => {
  const { db, client } = await recorded(t)
  class Sorted<V> extends Map<string, V> { override keys (): ReturnType<Map<string, V>['keys']> { return [...super.keys()].sort()[Symbol.iterator]() } }
  class Shop extends db.Model.define('shop', { id: c.Integer({ primaryKey: true }), stock: c.Map(c.Text, c.Integer), opened: c.Map(c.Text, c.DateTime) }).as<Shop>() {}
  const [stock, opened] = [new Sorted([['pears', 1], ['apples', 2]]), new Sorted([['b', new Date(1)], ['a', new Date(2)]])]
  const pairs = [{ params: [1, new Map([['pears', 1], ['apples', 2]]), new Map([['b', new Date(1)], ['a', new Date(2)]])] }]
  client.calls.length = 0
  await Shop.create({ id: 1, stock, opened })
  t.strictSame(client.calls.map(({ params }) => ({ params })), pairs)
  const shop = new Shop({ id: 1 })
  Object.assign(shop, { stock, opened })
  client.calls.length = 0
  await shop.save()
  t.strictSame(client.calls.map(({ params }) => ({ params })), pairs)
  client.calls.length = 0
  await shop.save()
  t.strictSame(client.calls, [], 'what is as it was stored is not sent again')
})
