// Functions in select(), and distinct before valuesList(), on the server.
import t from 'tap'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { functions as f } from '../../src/cqlengine/query/terms/functions.js'
import { types } from '../../src/cqlengine/driver.js'
import type { SchemaError } from '../../src/cqlengine/errors.js'
import { recordingDb, serverDb } from './setup.js'
import { fileNeeds5 } from '../support/needs-5.js'
import { scalarColumns } from '../support/scalar-columns.js'

fileNeeds5('vectors')

const db = await serverDb(t)
class Point extends db.UserType.define('point', { x: c.Integer() }) {}
class Sale extends db.Model.define('sale', {
  shop: c.Text({ primaryKey: true }),
  year: c.Integer({ primaryKey: true }),
  motto: c.Text({ static: true }),
  short: c.Text({ dbField: 'Short' }),
  tags: c.Set(c.Text),
  pair: c.Tuple(c.Integer, c.Text),
  at: c.UserDefinedType(Point),
  v: c.Vector(c.Float, 2)
}).as<Sale>() {}
class Pair extends db.Model.define('pair', { a: c.Integer({ partitionKey: true }), b: c.Text({ partitionKey: true }), c: c.Integer({ primaryKey: true }) }).as<Pair>() {}
class Kinds extends db.Model.define('kinds', { id: c.Integer({ primaryKey: true }), key: c.TimeUUID({ primaryKey: true }), ...scalarColumns(db), uuid: c.UUID(), inet: c.Inet(), own: c.custom<string>({ cql: 'timeuuid', toDatabase: (id) => id, fromDatabase: String })() }).as<Kinds>() {}
await db.syncDb()
for (const [shop, short] of [['a', 's'], ['b', null], ['c', 's']] as const) {
  for (const year of [1, 2, 3]) await Sale.create({ shop, year, short: year === 3 ? null : short, motto: `of ${shop}`, tags: year === 1 ? ['x'] : [], pair: year === 1 ? [1, 'a'] : null })
}
for (const a of [1, 2]) for (const b of ['x', 'y']) for (const n of [1, 2]) await Pair.create({ a, b, c: n })

t.test('QRY-16 distinct before valuesList: one value for each partition', async (t) => {
  const shops = Sale.objects.distinct('shop').valuesList('shop', { flat: true })
  t.strictSame((await shops.all()).sort(), ['a', 'b', 'c'])
  t.equal(await shops.count(), 3)
  t.match(shops.toCQL().cql, /^SELECT DISTINCT "shop" FROM/)
  const iterated: string[] = []
  for await (const shop of shops.fetchSize(2)) iterated.push(shop)
  t.strictSame(iterated.sort(), ['a', 'b', 'c'])
  const first = await shops.page({ size: 2 })
  const second = await shops.page({ size: 2, token: first.nextToken })
  t.strictSame([...first.rows, ...second.rows].sort(), ['a', 'b', 'c'])
  t.ok(['a', 'b', 'c'].includes(await shops.first() ?? ''))
  t.strictSame((await Sale.objects.distinct('shop', 'motto').valuesList('motto', 'shop').all()).sort(), [['of a', 'a'], ['of b', 'b'], ['of c', 'c']])
  t.strictSame(await Sale.filter({ shop: 'a' }).distinct('shop', 'motto').valuesList('motto', { flat: true }).all(), ['of a'])
  t.strictSame((await Sale.objects.distinct().valuesList().all()).sort(), [['a'], ['b'], ['c']])
  t.strictSame((await Pair.objects.distinct().valuesList('a', { flat: true }).all()).sort(), [1, 1, 2, 2])
  t.throws(() => Sale.objects.distinct('shop').valuesList('motto'), { name: 'QueryError', message: /distinct\(\) does not ask for "motto"/ })
  t.throws(() => Sale.objects.distinct('shop').valuesList('nope' as never), { name: 'QueryError' })
  t.throws(() => Sale.objects.distinct('shop').valuesList('shop').valuesList('shop'), { name: 'QueryError', message: /exclude each other/ })
  t.throws(() => Sale.objects.valuesList('shop').distinct('shop'), { name: 'QueryError', message: /exclude each other/ })
  t.throws(() => Sale.objects.distinct('shop').only('shop'), { name: 'QueryError' })
})

t.test('the least and the greatest value of a column has the form of its values, whatever class the server names for it', async (t) => {
  const key = types.TimeUuid.now()
  const kinds = await Kinds.create({ id: 1, key, own: String(key), text: 'ä', ascii: 'a', blob: Buffer.from([1]), tiny: 1, small: 2, int: 3, big: 4n, varint: 5n, bool: true, float: 1.5, double: 0.1, decimal: '1.5', at: 1, day: '2020-02-03', time: '10:11:12', took: '1d', uuid: String(key), inet: '::1' })
  for (const [name, column] of Object.entries(Kinds.columns)) {
    for (const of of ['min', 'max'] as const) {
      const [row] = await Kinds.objects.select({ value: f[of](column as typeof Kinds.columns.key) }).all()
      t.strictSame(row?.value, kinds[name as 'key'], `${of} of ${name}`)
    }
  }
  class Uuids extends db.Model.define('kinds', { id: c.Integer({ primaryKey: true }), key: c.UUID({ primaryKey: true }) }, { replace: true, managed: false }).as<Uuids>() {}
  class Wrong extends db.Model.define('kinds', { id: c.Integer({ primaryKey: true }), key: c.TimeUUID({ primaryKey: true }), int: c.Text() }, { replace: true, managed: false }).as<Wrong>() {}
  const told = await Wrong.objects.select({ int: Wrong.columns.int, most: f.max(Wrong.columns.int) }).all().then(() => undefined, (error: SchemaError) => error.report.conflicts)
  t.match(told, [{ kind: 'column-type', column: 'int' }], 'a column that is asked for twice is told once')
  t.equal(told?.length, 1)
  t.equal(String((await Uuids.objects.select({ value: f.max(Uuids.columns.key) }).all())[0]?.value), String(key), 'a uuid reads timeuuids')
})

t.test('count of a column', async (t) => {
  const { columns } = Sale
  const [total] = await Sale.objects.select({ all: f.count(), short: f.count(columns.short), motto: f.count(columns.motto), tags: f.count(columns.tags), pair: f.count(columns.pair), at: f.count(columns.at) }).all()
  const short: number | undefined = total?.short
  t.equal(short, 4)
  t.strictSame(total, { all: 9, short: 4, motto: 9, tags: 3, pair: 3, at: 0 })
  t.strictSame(await Sale.filter({ shop: 'b' }).select({ n: f.count(columns.short) }).all(), [{ n: 0 }], 'never null')
  t.match(Sale.objects.select({ n: f.count(columns.short) }).toCQL().cql, /COUNT\("Short"\) AS "n"/)
  t.strictSame(await Sale.filter({ shop: 'a' }).groupBy('shop').select({ shop: columns.shop, n: f.count(columns.short) }).all(), [{ shop: 'a', n: 2 }])
})

t.test('too many and wrong arguments', async (t) => {
  const loose = f as unknown as Record<keyof typeof f, (...given: unknown[]) => unknown>
  const { year, v } = Sale.columns
  for (const name of ['count', 'max', 'min', 'sum', 'avg', 'ttl', 'writetime'] as const) {
    t.throws(() => loose[name](year, year), { name: 'QueryError', message: `${name}(): it takes one argument, not 2` })
    for (const wrong of [undefined, null, 'year', c.Integer(), {}]) t.throws(() => loose[name](wrong), { name: 'QueryError', message: /expected a column of a model/ })
    if (name !== 'count') t.throws(() => loose[name](), { name: 'QueryError' })
  }
  t.throws(() => loose.similarityCosine(v, [1, 2], 3), { name: 'QueryError', message: /2 arguments/ })
  for (const name of ['MinTimeUUID', 'MaxTimeUUID'] as const) t.throws(() => loose[name](new Date(), 0), { name: 'QueryError' })

  const { db: other } = await recordingDb(t)
  class Base extends other.Model.abstract({ id: c.Integer({ primaryKey: true }), n: c.Integer() }) {}
  class A extends Base.define('a', { year: c.Integer() }).as<A>() {}
  class Pet extends other.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true, index: true }), year: c.Integer() }).as<Pet>() {}
  class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() { static { this.register() } }
  for (const wrong of [year, f.max(year), f.count(Pet.columns.year)]) t.throws(() => A.objects.select({ x: wrong }), { name: 'QueryError', message: /is that of another model/ })
  t.ok(A.objects.select({ n: f.max(Base.columns.n), id: A.columns.id }).toCQL(), 'a base’s')
  t.ok(Cat.objects.select({ n: f.max(Pet.columns.year), l: Cat.columns.lives }).toCQL())
  t.ok(await other.contextQuery(A, { keyspace: 'elsewhere' }, (View) => View.objects.select({ n: f.sum(A.columns.n) }).toCQL()))
})
