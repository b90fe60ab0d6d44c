// Builders: what a query set becomes, and what is refused at the call. No server.
import t from 'tap'
import { QueryError, ValidationError } from '../../src/cqlengine/errors.js'
import { types } from '../../src/cqlengine/driver.js'
import { failure, recordingDb, texts } from './setup.js'

const { db, client } = await recordingDb(t)
const c = db.columns
t.beforeEach(() => { client.calls.length = 0 })

class Car extends db.Model.define('car', {
  maker: c.Text({ primaryKey: true }),
  year: c.Integer({ primaryKey: true, clusteringOrder: 'desc' }),
  model: c.Text({ primaryKey: true }),
  seats: c.Integer({ dbField: 'number_of_seats' }),
  color: c.Text({ index: true, dbField: 'colour' }),
  owner: c.Text({ static: true }),
  tags: c.Set(c.Text)
}).as<Car>() {}

class Reading extends db.Model.define('reading', {
  sensor: c.UUID({ partitionKey: true, dbField: 'sensor_id' }),
  day: c.Date({ partitionKey: true }),
  at: c.TimeUUID({ primaryKey: true }),
  a__b: c.Integer({ index: true }),
  value: c.Double()
}).as<Reading>() {}

class Sale extends db.Model.define('sale', { shop: c.Integer({ primaryKey: true }), day: c.Integer({ primaryKey: true }), euros: c.Integer() }).as<Sale>() {}

const cql = (query: { toCQL (): { cql: string } }): string => query.toCQL().cql.replaceAll('"ks".', '').replace(/SELECT (.*) FROM/, (all, what: string) => what.includes(',') ? 'SELECT … FROM' : all)

t.test('QRY-01 B13 every method gives a new query set and leaves the old one as it was', async (t) => {
  const all = Car.objects
  const before = all.toCQL()
  const derived = [
    all.filter({ maker: 'kia' }), all.filter({ maker: 'kia' }).orderBy('-year'), all.limit(3), all.perPartitionLimit(2), all.fetchSize(10), all.allowFiltering(), all.distinct(), all.groupBy('maker'),
    all.only('seats'), all.defer('seats'), all.valuesList('seats'), all.select({ n: db.functions.count() }), all.consistency('ONE'), all.timeout(5), all.using({ keyspace: 'other' }), all.profile('x'), all.idempotent()
  ]
  for (const one of derived) t.not(one, all)
  t.same(all.toCQL(), before)

  client.reply('COUNT', [{ count: 5n }])
  t.equal(await all.count(), 5)
  client.reply('COUNT', [{ count: 2n }])
  t.equal(await all.filter({ maker: 'kia' }).count(), 2, 'nothing is remembered')
  t.equal(await all.count(), 2)
})

t.test('QRY-05 B14 query sets have no equality of their own, and can be keys of maps', async (t) => {
  const a = Car.filter({ maker: 'kia' })
  t.not(a, Car.filter({ maker: 'kia' }))
  t.equal(new Map([[a, 1]]).get(a), 1)
})

t.test('QRY-02 STM-01 conditions are ANDed in the order of the calls, in both spellings', async (t) => {
  const expected = 'SELECT … FROM "car" WHERE "maker" = ? AND "year" > ? AND "year" <= ?'
  t.equal(cql(Car.filter({ maker: 'kia', year__gt: 2000, year__lte: 2010 })), expected)
  t.equal(cql(Car.filter(Car.columns.maker.eq('kia'), Car.columns.year.gt(2000)).filter({ year__lte: 2010 })), expected)
  t.same(Car.filter({ maker: 'kia', year__gt: 2000 }).toCQL().params, ['kia', 2000])
})

t.test('QRY-02 wrong conditions are told at the call', async (t) => {
  const wrong: [what: string, act: () => unknown][] = [
    ['nothing', () => Car.filter()],
    ['null', () => Car.filter(null as never)],
    ['undefined', () => Car.filter(undefined as never)],
    ['a text', () => Car.filter('maker' as never)],
    ['an array', () => Car.filter([{ maker: 'kia' }] as never)],
    ['an unknown column', () => Car.filter({ nope: 1 } as never)],
    ['an unknown operator', () => Car.filter({ year__near: 1 } as never)],
    ['a null condition', () => Car.filter({ maker: null as never })],
    ['an undefined condition', () => Car.filter({ maker: undefined as never })],
    ['null in an expression', () => Car.filter(Car.columns.year.eq(null as never))],
    ['!= (OPR-02)', () => Car.filter({ year__ne: 5 } as never)],
    ['!= as a method', () => Car.filter(Car.columns.year.ne(5))],
    ['a column without a model', () => Car.filter(c.Text().eq('x'))],
    ['contains on a text', () => Car.filter({ maker__contains: 'k' } as never)],
    ['containsKey on a set', () => Car.filter({ tags__containsKey: 'k' } as never)],
    ['entry on a set', () => Car.filter({ tags__entry: ['k', 1] } as never)],
    ['like on a number', () => Car.filter({ year__like: '20%' } as never)]
  ]
  for (const [what, act] of wrong) t.type(await failure(act), QueryError, what)
  t.equal(client.calls.length, 0)
})

t.test('QRY-02 wrong values are a ValidationError that says the column and not the value', async (t) => {
  const wrong: [column: string, act: () => unknown][] = [
    ['year', () => Car.filter({ year: 'secret' as never })],
    ['year', () => Car.filter({ year: 2 ** 40 })],
    ['year', () => Car.filter({ year__in: [1, 'secret' as never] })],
    ['year', () => Car.filter({ year__in: [1, null as never] })],
    ['maker', () => Car.filter({ maker: ['secret'] as never })],
    ['maker', () => Car.filter({ maker: { $gt: 'secret' } as never })],
    ['maker', () => Car.filter({ maker: '' })],
    ['maker', () => Car.filter({ maker: 'secret'.repeat(20_000) })],
    ['tags', () => Car.filter({ tags__contains: 5 as never })],
    ['sensor', () => Reading.filter({ sensor: 'secret' })]
  ]
  for (const [column, act] of wrong) {
    const error = await failure(act)
    t.type(error, ValidationError)
    t.match(error, { column })
    t.notMatch(error.message, 'secret')
  }
})

t.test('B20 a column with __ in its name is found by its name, with and without operator', async (t) => {
  t.match(cql(Reading.filter({ a__b: 1 })), 'WHERE "a__b" = ?')
  t.match(cql(Reading.filter({ a__b__gt: 1 } as never).allowFiltering()), 'WHERE "a__b" > ?')
})

t.test('QRY-03 filtered columns are loaded like all others', async (t) => {
  t.match(Car.filter({ maker: 'kia' }).toCQL().cql, 'SELECT "maker", "year", "model", "number_of_seats", "colour", "owner", "tags" FROM')
})

t.test('QRY-04 QRY-06 all() sends the query with all its conditions, and says which index is missing before that', async (t) => {
  await Car.filter({ maker: 'kia' }).all()
  t.match(texts(client), [/WHERE "maker" = \?$/])
  const error = await failure(() => Car.filter({ seats: 4 }).all())
  t.type(error, QueryError)
  t.match(error.message, /"seats" is neither key nor indexed.*index: true.*allowFiltering/)
  t.equal(client.calls.length, 1)
  t.match(await failure(() => Reading.filter({ sensor: types.Uuid.random() }).all()), { message: /whole partition key \("sensor", "day"\); filter "day" too/ }, 'half a key')
})

t.test('QRY-13 limits are whole numbers from 1, there is none by default', async (t) => {
  t.notMatch(cql(Car.objects), 'LIMIT')
  t.match(Car.objects.limit(7).toCQL(), { cql: /LIMIT \?$/, params: [7] })
  for (const bad of [0, -1, 1.5, NaN, '5', null, undefined, 2 ** 31]) {
    for (const method of ['limit', 'perPartitionLimit', 'fetchSize'] as const) t.throws(() => Car.objects[method](bad as number), QueryError, `${method} ${String(bad)}`)
  }
})

t.test('QRY-15 orderBy takes clustering columns, appends, and without names takes the order back', async (t) => {
  const kia = Car.filter({ maker: 'kia' })
  t.match(cql(kia.orderBy('-year', 'model')), 'ORDER BY "year" DESC, "model" ASC')
  t.match(cql(kia.orderBy('-year').orderBy('model')), 'ORDER BY "year" DESC, "model" ASC')
  t.notMatch(cql(kia.orderBy('-year').orderBy()), 'ORDER')
  for (const bad of ['maker', 'color', 'seats', 'nope', '-nope', '', 5]) t.throws(() => kia.orderBy(bad as never), QueryError, String(bad))
  t.throws(() => kia.orderBy('year', 'model').toCQL(), /only be turned round as a whole/)
  t.throws(() => Car.objects.orderBy('year').toCQL(), /only inside a partition; filter the partition key column "maker"/)
})

t.test('QRY-16 B19 distinct asks for the partition key by its database names', async (t) => {
  t.equal(Reading.objects.distinct().toCQL().cql, 'SELECT DISTINCT "sensor_id", "day" FROM "ks"."reading"')
  t.equal(Car.objects.distinct('owner', 'maker').toCQL().cql, 'SELECT DISTINCT "maker", "owner" FROM "ks"."car"')
  t.throws(() => Car.objects.distinct('year'), /"year" is neither a partition key nor a static column/)
  t.throws(() => Reading.objects.distinct('day'), /add "sensor"/)
})

t.test('QRY-17 QRY-18 only and defer load the key and what is left, in the order of the model', async (t) => {
  const columns = (q: { toCQL (): { cql: string } }): string => /SELECT (.*) FROM/.exec(q.toCQL().cql)?.[1]?.replaceAll('"', '') ?? ''
  t.equal(columns(Car.objects.only('tags', 'seats')), 'maker, year, model, number_of_seats, tags')
  t.equal(columns(Car.objects.defer('seats', 'tags', 'maker')), 'maker, year, model, colour, owner')
  t.equal(columns(Car.objects.defer('seats').defer('tags')), 'maker, year, model, colour, owner')
  t.equal(columns(Car.objects.only('seats', 'color').defer('seats')), 'maker, year, model, colour')
  t.equal(columns(Car.objects.defer('seats').only('seats', 'color') as never), 'maker, year, model, colour')
  t.equal(columns(Car.objects.defer('seats', 'color', 'owner', 'tags')), 'maker, year, model')
  t.throws(() => Car.objects.only('seats').only('color'), QueryError)
  t.throws(() => Car.objects.only(), QueryError)
  for (const method of ['only', 'defer'] as const) t.throws(() => Car.objects[method]('nope' as never), QueryError)
})

t.test('QRY-20 B24 valuesList gives converted values in the order asked for, also of the key alone', async (t) => {
  client.reply('"car"', [{ maker: 'kia', year: 2001, tags: null, number_of_seats: null }, { maker: 'kia', year: 2000, tags: new Set(['x']), number_of_seats: 4 }])
  const kia = Car.filter({ maker: 'kia' })
  t.same(await kia.valuesList('tags', 'maker', 'seats').all(), [[new Set(), 'kia', null], [new Set(['x']), 'kia', 4]])
  t.same(await kia.valuesList('maker').all(), [['kia'], ['kia']])
  t.same(await kia.valuesList('year', { flat: true }).all(), [2001, 2000])
  t.throws(() => kia.valuesList('year', 'maker', { flat: true } as never), QueryError)
  t.throws(() => kia.valuesList('year', { flatten: true } as never), QueryError)
  t.throws(() => kia.valuesList('nope' as never), QueryError)
  t.throws(() => kia.only('year').valuesList('year'), /exclude each other/)
})

t.test('QRY-08 B23 first asks for one row, get for two', async (t) => {
  client.reply('"sale"', [])
  t.equal(await Sale.filter({ shop: 1 }).first(), null)
  await t.rejects(Sale.filter({ shop: 1 }).get(), Sale.DoesNotExist)
  client.reply('"sale"', [{ shop: 1, day: 1, euros: 1 }])
  t.match(await Sale.objects.get({ shop: 1 }), { euros: 1 })
  client.reply('"sale"', [{ shop: 1, day: 1, euros: 1 }, { shop: 1, day: 2, euros: 1 }])
  const error = await failure(() => Sale.get({ shop: 1 }))
  t.type(error, Sale.MultipleObjectsReturned)
  t.notOk(error instanceof Car.MultipleObjectsReturned)
  t.same(client.calls.map(({ params }) => params), [[1, 1], [1, 2], [1, 2], [1, 2]])
})

t.test('QRY-07 the errors of get belong to the model', async (t) => {
  client.reply('"sale"', [])
  const error = await failure(() => Sale.get({ shop: 1 }))
  t.type(error, Sale.DoesNotExist)
  t.match(error, { code: 'CQL_DOES_NOT_EXIST', statusCode: 404 })
  t.notOk(error instanceof Car.DoesNotExist)
  t.notMatch(error.message, '1')
})

t.test('QRY-09 each use is one statement of its own', async (t) => {
  client.reply('"sale"', [{ shop: 1, day: 1, euros: 1 }])
  const query = Sale.filter({ shop: 1 })
  const [first] = await query.all()
  const [again] = await query.all()
  t.not(first, again)
  for await (const sale of query) t.equal(sale.euros, 1)
  t.equal(client.calls.length, 3)
})

t.test('QRY-11 count asks for the number, without fields and order, and keeps the limit', async (t) => {
  client.reply('COUNT', [{ count: 12n }])
  t.equal(await Sale.filter({ shop: 1 }).only('euros').orderBy('day').count(), 12)
  t.equal(await Sale.filter({ shop: 1 }).limit(5).count(), 5)
  t.same(texts(client), Array(2).fill('SELECT COUNT(*) AS "count" FROM "sale" WHERE "shop" = ?'))
  client.reply('COUNT', [{ count: types.Long.fromNumber(3) }])
  t.equal(await Sale.objects.count(), 3, "also from a user's client")
})

t.test('QRY-25 only writes can be in a batch; null takes the batch out again', async (t) => {
  const batch = new db.BatchQuery()
  const query = Sale.filter({ shop: 1 }).batch(batch)
  for (const act of [() => query.all(), () => query.first(), () => query.get(), () => query.count(), () => query.page(), () => query[Symbol.asyncIterator]().next()]) {
    t.match(await failure(act), { name: 'QueryError', message: /only writes can be in a batch/ })
  }
  await query.batch(null as never).all()
  t.equal(client.calls.length, 1)
  t.throws(() => Sale.objects.batch({} as never), QueryError)
})

t.test('QRY-27 QRY-28 OPT-01 options of writes on a read are refused, those of reads are sent', async (t) => {
  for (const query of [Sale.objects.ttl(5), Sale.objects.timestamp(5n), Sale.objects.ifExists(), Sale.objects.ifNotExists(), Sale.objects.iff({ euros: 1 }), Sale.objects.consistency('ANY')]) {
    t.match(await failure(() => query.all()), { name: 'QueryError', message: /is for writes/ })
  }
  await Sale.objects.consistency('quorum' as never).timeout(5_000).profile('default').idempotent(false).fetchSize(17).all()
  t.match(client.calls[0]?.options, { consistency: types.consistencies.quorum, executionProfile: 'default', isIdempotent: false, fetchSize: 17, prepare: true })
  t.throws(() => Sale.objects.timeout('5' as never), QueryError)
  t.throws(() => Sale.objects.consistency('MOST' as never), /consistency/i)
})

t.test('QRY-22 B25 create carries the options of the query set, and refuses what has no effect', async (t) => {
  await Sale.objects.ttl(60).timestamp(7n).consistency('ONE').timeout(1_000).create({ shop: 1, day: 2, euros: 3 })
  t.match(client.calls, [{ cql: 'INSERT INTO "ks"."sale" ("shop", "day", "euros") VALUES (?, ?, ?) USING TTL ? AND TIMESTAMP ?', params: [1, 2, 3, 60, 7n], options: { consistency: types.consistencies.one } }])
  t.match(await failure(() => Sale.objects.iff({ euros: 3 }).create({ shop: 1, day: 2 })), { name: 'QueryError' })
  t.match(await failure(() => Sale.filter({ shop: 1 }).create({ shop: 1, day: 2 })), { name: 'QueryError', message: /filter has no effect/ })
  t.equal(client.calls.length, 1)
})

t.test('QRY-29 toCQL shows text, parameters and place, and sends nothing', async (t) => {
  t.same(Sale.filter({ shop: 1 }).using({ keyspace: 'other' }).toCQL(), {
    cql: 'SELECT "shop", "day", "euros" FROM "other"."sale" WHERE "shop" = ?',
    params: [1],
    connection: 'default',
    keyspace: 'other',
    decidedBy: { connection: 'default', keyspace: 'using' }
  })
  t.equal(client.calls.length, 0)
})

t.test('a query set is neither thenable nor data', async (t) => {
  t.notOk('then' in Sale.objects)
  t.equal(await Promise.resolve(Sale.objects) instanceof Object, true)
  t.throws(() => JSON.stringify({ sales: Sale.objects }), /await all\(\), first\(\) or page\(\)/)
})

t.test('QRY-12 QRY-10 QRY-26 there are no len() and indexes; using() changes the place of one query set', async (t) => {
  t.notOk('length' in Sale.objects)
  t.notOk(0 in Sale.objects)
  t.equal(Sale.objects.using({ keyspace: 'other' }).toCQL().keyspace, 'other')
  t.equal(Sale.objects.toCQL().keyspace, 'ks')
})

t.test('an empty in finds nothing, without a statement', async (t) => {
  const none = Sale.filter({ shop__in: [] })
  t.same(await none.all(), [])
  t.equal(await none.first(), null)
  t.equal(await none.count(), 0)
  t.same(await none.page(), { rows: [], nextState: null, nextToken: null })
  await t.rejects(none.get(), Sale.DoesNotExist)
  for await (const sale of none) t.fail(`there is ${sale.shop}`)
  t.equal(client.calls.length, 0)
  t.throws(() => Sale.filter({ euros__in: [] }).toCQL(), QueryError, 'and yet what the server would refuse is told')
})

t.test('SELECT in raw CQL may be sent to another node, unless its options say otherwise; nothing else may', async (t) => {
  client.calls.length = 0
  await db.execute('SELECT a FROM ks.t')
  await db.execute(' select a FROM ks.t', [], { fetchSize: 5 })
  await db.execute('SELECT a FROM ks.t', [], { idempotent: false })
  await db.execute('UPDATE ks.t SET n = n + 1 WHERE a = 1')
  await db.execute('UPDATE ks.t SET n = 1 WHERE a = 1', [], { idempotent: true })
  await db.cql`SELECT a FROM ks.t`
  await db.cql`UPDATE ks.t SET n = n + 1 WHERE a = 1`
  t.strictSame(client.calls.map(({ options }) => options['isIdempotent'] === true), [true, true, false, false, true, true, false])
})
