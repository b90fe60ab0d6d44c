// Clients that another copy of the driver made, against a real server: such a copy knows none of our classes, and its rows and errors are of its own.
import Fastify from 'fastify'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { ownEncodingOptions } from '../../src/cqlengine/connection/encoding.js'
import { Client, errors, types } from '../../src/cqlengine/driver.js'
import { BatchError, LWTError, PageTokenError } from '../../src/cqlengine/errors.js'
import { fastifyCqlalchemy } from '../../src/fastify/plugin.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { fileNeeds5 } from '../support/needs-5.js'
import { secondDriver } from '../support/second-driver.js'
import { scalarColumns } from '../support/scalar-columns.js'
import { failureOf, fakeClient } from './fake-client.js'

fileNeeds5('vectors')

const other = secondDriver(t)
t.not(other.Client, Client, 'it is another copy')
t.not(other.types.Long, types.Long, 'with a Long of its own')

function makeModels () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Place extends db.UserType.define('place', { owner: c.UUID(), since: c.Date(), price: c.Decimal(), big: c.BigInt() }) {}
  class Every extends db.Model.define('every', {
    id: c.UUID({ primaryKey: true }),
    when: c.TimeUUID({ primaryKey: true }),
    ...scalarColumns(db),
    inet: c.Inet(),
    ids: c.List(c.UUID),
    days: c.Set(c.Date),
    prices: c.Map(c.UUID, c.Decimal),
    pair: c.Tuple(c.Inet, c.Tuple(c.Time, c.BigInt), c.List(c.VarInt)),
    place: c.UserDefinedType(Place),
    places: c.List(c.UserDefinedType(Place)),
    vector: c.Vector(c.Float, 2),
    times: c.Vector(c.Time, 2),
    host: c.custom<string>({ cql: 'inet', toDatabase: (v) => v, fromDatabase: (v: types.InetAddress) => v.toString() })(),
    shared: c.Inet({ static: true })
  }).as<Every>() {}
  class Hit extends db.Model.define('hit', { host: c.Inet({ primaryKey: true }), day: c.Date({ primaryKey: true }), n: c.Counter() }).as<Hit>() {}
  return { db, Every, Hit }
}

const owner = 'f47ac10b-58cc-4372-a567-0e02b2c3d479'
const newId = () => types.Uuid.random().toString()
const when = 'd2177dd0-eaa2-11de-a572-001b779c76e3'
const values = {
  text: 'é',
  ascii: 'a',
  blob: Buffer.from([0, 255]),
  tiny: -128,
  small: -32768,
  int: -1,
  big: -(2n ** 63n),
  varint: -(10n ** 40n),
  bool: false,
  float: 0.5,
  double: 1e300,
  decimal: '-12.50',
  at: new Date(-1),
  day: '-5877641-06-23',
  time: '23:59:59.999999999',
  took: '-1y2mo3d4h5ns',
  inet: '1:0:0:2:0:3:4:5',
  ids: [owner, when],
  days: ['2020-02-03', '5881580-07-11'],
  prices: new Map([[owner, '1e-30'], [when, '1.5e3']]),
  pair: ['::ffff:1.2.3.4', ['00:00:00', 2n ** 63n - 1n], [128n, -129n]],
  place: { owner, since: '0000-01-01', price: '0', big: -5n },
  places: [{ owner: when, big: 2n ** 53n + 1n }, {}],
  vector: [0.25, -1],
  times: ['01:02:03.000000004', '10:00:00'],
  host: '10.1.2.3',
  shared: '::1'
} as const
const encodings = { 'the driver’s own defaults': undefined, 'the encoding of our clients': ownEncodingOptions }

for (const [name, encoding] of Object.entries(encodings)) {
  t.test(name, async (t) => {
    const keyspace = await uniqueKeyspace(t)
    const client = new other.Client({ contactPoints: hosts, localDataCenter, ...encoding && { encoding } })
    t.teardown(() => client.shutdown())
    const theirs = makeModels()
    const ours = makeModels()
    await theirs.db.init({ client, keyspace, env: false, pageTokenSecret: 'x' })
    await theirs.db.syncDb()
    await ours.db.init({ hosts, localDataCenter, keyspace, env: false })
    t.teardown(async () => { await Promise.all([theirs.db.close(), ours.db.close()]) })
    const both = [ours, theirs]
    const { db, Every, Hit } = theirs

    t.test('every type, written and read through either client, is the same', async (t) => {
      const id = newId()
      for (const writer of both) {
        const made = await writer.Every.create({ id, when, ...values })
        for (const reader of both) {
          const read = await reader.Every.get({ id, when })
          t.strictSame(read.toJSON(), made.toJSON())
          for (const { name, type } of Object.values(reader.Every.columns)) {
            const column = name as keyof typeof read
            t.ok(type.equals(read[column], made[column]) && Object.is(type.convert(read[column]), read[column]), `${column}: as an instance holds it`)
          }
          t.type(read.id, types.Uuid)
          t.type(read.decimal, types.BigDecimal)
          t.equal(await read.save(), read, 'and has no changes')
        }
      }
    })

    t.test('values of its own classes are taken, too', async (t) => {
      const id = newId()
      const made = await Every.create({ id: other.types.Uuid.fromString(id), when: other.types.TimeUuid.fromString(when), decimal: other.types.BigDecimal.fromString('1.10'), took: other.types.Duration.fromString('1h') } as never)
      t.strictSame((await Every.get({ id, when })).toJSON(), made.toJSON())
    })

    t.test('changes of columns, with ttl and timestamp', async (t) => {
      const id = newId()
      const row = await Every.create({ id, when, ...values })
      row.ids.push(row.id)
      row.days.delete(row.days.values().next().value as types.LocalDate)
      row.prices.set(types.Uuid.fromString(when), types.BigDecimal.fromString('2'))
      Object.assign(row, { pair: ['1.1.1.1', null, null], big: 7n, place: { owner: when } })
      await row.save()
      const where = Every.filter({ id, when })
      await where.ttl(1000).timestamp({ msFromNow: 1000 }).update({ took: '2d', prices__update: { [owner]: null }, ids__prepend: [when], days__add: ['1999-12-31'] })
      for (const { Every } of both) {
        const read = await Every.get({ id, when })
        t.match(read.toJSON(), { ids: [when, owner, when, id], days: ['1999-12-31', '5881580-07-11'], prices: { [when]: '2' }, pair: ['1.1.1.1', null, null], big: '7', took: '2d', place: { owner: when } })
      }
      const [{ ttl, at } = {}] = await where.select({ ttl: db.functions.ttl(Every.columns.took), at: db.functions.writetime(Every.columns.took) }).all()
      t.ok(Number(ttl) > 900)
      t.type(at, 'bigint')
    })

    t.test('conditions of reads: keys, IN, contains, tokens', async (t) => {
      const id = newId()
      await Every.create({ id, when, ...values })
      t.equal(await Every.filter({ id__in: [id, when], when__gte: db.functions.MinTimeUUID(new Date(0)) }).count(), 1)
      t.equal(await Every.filter({ id, days__contains: '2020-02-03' }).allowFiltering().count(), 1)
      t.equal(await Every.filter({ pk__token__gte: db.functions.Token(id), pk__token__lte: db.functions.Token(id) }).count(), 1)
      t.same(await Every.filter({ id, when }).valuesList('inet', { flat: true }).all(), [types.InetAddress.fromString('1:0:0:2:0:3:4:5')])
    })

    t.test('lightweight transactions', async (t) => {
      const id = newId()
      await Every.ifNotExists().create({ id, when, ...values })
      const error = await failureOf(Every.ifNotExists().create({ id, when }))
      t.ok(error instanceof LWTError)
      const existing = (error as LWTError).existing as unknown as Record<string, unknown>
      t.type(existing['decimal'], types.BigDecimal)
      t.equal(existing['big'], values.big)
      await Every.filter({ id, when }).iff({ decimal: '-12.50', inet: values.inet }).update({ int: 5 })
      t.equal((await Every.get({ id, when })).int, 5)
      t.type(await failureOf(Every.filter({ id, when }).iff({ day: '2020-01-01' }).update({ int: 6 })), LWTError)
    })

    t.test('batches and their timestamps', async (t) => {
      const id = newId()
      const at = BigInt(Date.now() - 60_000) * 1000n
      await db.batch({ timestamp: at }, async (b) => {
        await Every.batch(b).create({ id, when, ...values })
        await Every.batch(b).timestamp(at + 5n).create({ id: when, when, decimal: '1' })
      })
      const { functions: f } = db
      for (const [key, expected] of [[id, at], [when, at + 5n]] as const) {
        t.same(await Every.filter({ id: key, when }).select({ at: f.writetime(Every.columns.decimal) }).all(), [{ at: expected }])
      }
      const refused = await failureOf(db.batch({ timestamp: 2n ** 60n }, async (b) => { await Every.batch(b).create({ id, when }) }))
      t.ok(refused instanceof BatchError)
      t.match(refused.message, /another copy of cassandra-driver.*each statement.*Client that fastify-cqlalchemy exports/)
      await db.batch(async (b) => { await Every.filter({ id, when }).batch(b).timestamp(2n ** 60n).delete() })
      t.equal(await Every.filter({ id, when }).count(), 0, 'a statement takes it')
    })

    t.test('counters', async (t) => {
      const key = { host: '::1', day: '2020-02-03' }
      await Hit.filter(key).update({ n__increment: 2n ** 40n })
      const hit = await Hit.get(key)
      hit.n -= 1n
      await hit.save()
      await db.batch(async (b) => { await Hit.filter(key).batch(b).update({ n__increment: 3 }) })
      for (const { Hit } of both) t.equal((await Hit.get(key)).n, 2n ** 40n + 2n)
    })

    t.test('pages, streams, and states that the server refuses', async (t) => {
      const id = newId()
      const all = Array.from({ length: 9 }, (_, i) => types.TimeUuid.fromDate(new Date(i * 1000), 0))
      await Every.createMany(all.map((when) => ({ id, when, decimal: '1.0' })))
      const query = Every.filter({ id })
      const first = await query.page({ size: 4 })
      const second = await query.page({ size: 100, token: first.nextToken })
      const found = [...first.rows, ...second.rows].map((row) => row.when.toString())
      t.same(found, all.map(String))
      const streamed: string[] = []
      for await (const { when } of query.fetchSize(2)) streamed.push(when.toString())
      t.same(streamed, found)
      const state = first.nextState ?? ''
      let refusals = 0
      for (let i = 0; i < state.length; i += 2) {
        const changed = state.slice(0, i) + (parseInt(state.slice(i, i + 2), 16) ^ 0x55).toString(16).padStart(2, '0') + state.slice(i + 2)
        const outcome: unknown = await query.page({ size: 4, state: changed }).catch((error: unknown) => error)
        if (outcome instanceof PageTokenError && outcome.cause !== undefined) refusals++
      }
      t.ok(refusals > 0, 'some of them by the server')
    })

    t.test('raw CQL takes the classes of both copies, and gives rows of that one', async (t) => {
      const { rows: [local] } = await db.execute('SELECT host_id FROM system.local')
      t.type(local?.['host_id'], other.types.Uuid)
      t.equal((await db.cql`SELECT key FROM system.local WHERE host_id = ${local?.['host_id']} ALLOW FILTERING`).length, 1)
      const made = await Every.create({ id: newId(), when, ...values })
      const columns = ['id', 'when', 'inet', 'day', 'time', 'took', 'decimal', 'ids', 'days'] as const
      const insert = `INSERT INTO ${keyspace}.every (${columns.join(', ')}, varint, big, pair, place) VALUES (${'?, '.repeat(columns.length + 3)}?)`
      const id = types.Uuid.fromString(newId())
      const days = encoding === undefined ? [...made.days] : made.days
      const tuple = types.Tuple.fromArray([made.inet, null, [types.Integer.fromNumber(-129)]])
      const params = [id, made.when, made.inet, made.day, made.time, made.took, made.decimal, made.ids, days, types.Integer.fromString(String(values.varint)), types.Long.fromString('-5'), tuple, { owner: id, since: made.day }]
      await db.execute(insert, params)
      const [row] = await db.cql`SELECT * FROM ${Every} WHERE ${Every.columns.id} = ${id}`
      t.type(row?.['decimal'], other.types.BigDecimal)
      const written = (await ours.Every.get({ id, when })).toJSON()
      for (const name of columns.slice(1)) t.strictSame(written[name], made.toJSON()[name], name)
      t.match(written, { varint: String(values.varint), big: '-5', pair: [made.toJSON().inet, null, ['-129']], place: { owner: String(id), since: values.day } })
      await db.execute(`UPDATE ${keyspace}.every SET prices = :prices WHERE id = :id AND when = :when`, { id, when: made.when, prices: encoding === undefined ? { [owner]: made.decimal } : new Map([[made.ids[0], made.decimal]]) })
      t.strictSame((await ours.Every.get({ id, when })).toJSON().prices, { [owner]: values.decimal })
    })
  })
}

t.test('its errors are the driver’s to HTTP', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  const wrong = new other.Client({ contactPoints: ['127.0.0.1:1'], localDataCenter })
  t.teardown(() => wrong.shutdown())
  await app.register(fastifyCqlalchemy, { client: wrong, keyspace: 'k', env: false, lazyConnect: true })
  app.get('/', async () => await app.db.execute('SELECT key FROM system.local'))
  const reply = await app.inject('/')
  t.strictSame([reply.statusCode, reply.json(), reply.headers['retry-after']],
    [503, { statusCode: 503, code: 'CQL_UNAVAILABLE', error: 'Service Unavailable', message: 'The database is not available' }, '5'])
  const refused = await failureOf(app.db.connection.getConnection())
  t.ok(refused instanceof other.errors.NoHostAvailableError && !(refused instanceof errors.NoHostAvailableError), 'the error itself is as that copy made it')
})

t.test('a data center that does not exist is not tried again', async (t) => {
  const refused = new other.errors.NoHostAvailableError({ h: new other.errors.ArgumentError('only found') })
  const fake = fakeClient()
  fake.onConnect = async () => { throw refused }
  const db = new CQLAlchemy()
  t.teardown(() => db.close())
  t.equal(await failureOf(db.init({ client: fake.client, keyspace: 'k', env: false, retryConnect: true })), refused)
})
