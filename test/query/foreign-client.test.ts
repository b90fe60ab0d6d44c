// Queries over a client of the user's, whose encoding is the driver's default: Long, Integer, arrays and objects.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { types } from '../../src/cqlengine/driver.js'
import { connectedClient, uniqueKeyspace } from '../support/cassandra.js'
import { needs5 } from '../support/needs-5.js'

const keyspace = await uniqueKeyspace(t)
const client = await connectedClient(t)
const db = await new CQLAlchemy().init({ client, keyspace, env: false, pageTokenSecret: 'x' })
t.teardown(() => db.close())
const c = db.columns
const f = db.functions
class Thing extends db.Model.define('thing', {
  id: c.BigInt({ primaryKey: true }), at: c.DateTime({ primaryKey: true }), big: c.BigInt({ index: true }), huge: c.VarInt(), tags: c.Set(c.BigInt, { index: true }), marks: c.Map(c.Text, c.BigInt), price: c.Decimal()
}).as<Thing>() {}
class Hit extends db.Model.define('hit', { page: c.Text({ primaryKey: true }), n: c.Counter() }).as<Hit>() {}
await db.syncDb({ waitForIndexes: true })
const most = 2n ** 63n - 1n
const at = new Date(0)
await Thing.create({ id: most, at, big: -5n, huge: 10n ** 40n, tags: [1n, 2n], marks: { a: most }, price: '0.10' })
const thing = Thing.filter({ id: most, at })

t.test('conditions, values and options are bound as that client takes them', async (t) => {
  t.equal(await Thing.filter({ big: -5n }).count(), 1)
  t.equal(await Thing.filter({ tags__contains: 2n }).count(), 1)
  t.equal(await Thing.filter({ id__in: [1n, most] }).count(), 1)
  await thing.timestamp({ msFromNow: 1_000 }).ttl(500).update({ tags__add: [3n], marks__update: { b: 7n, a: null }, huge: 9n })
  t.match({ ...await thing.get() }, { tags: new Set([1n, 2n, 3n]), marks: new Map([['b', 7n]]), huge: 9n, big: -5n })
  await db.batch({ timestamp: { msFromNow: 2_000 } }, async (b) => { await thing.timestamp({ msFromNow: 3_000 }).batch(b).update({ big: 8n }) })
  t.equal((await thing.get()).big, 8n)
})

t.test('rows, lists of values and functions are read as instances hold them', needs5('the greatest of several sets'), async (t) => {
  const [row] = await thing.valuesList('id', 'tags', 'marks', 'price').all()
  t.match(row, [most, new Set([1n, 2n, 3n]), new Map([['b', 7n]]), types.BigDecimal.fromString('0.10')])
  t.match(await thing.select({ n: f.count(), most: f.max(Thing.columns.id), sum: f.sum(Thing.columns.huge), written: f.max(Thing.columns.tags) }).all(), [{ n: 1, most, sum: 9n, written: new Set([1n, 2n, 3n]) }])
  const [times] = await thing.select({ at: f.writetime(Thing.columns.price), ttl: f.ttl(Thing.columns.price) }).all()
  t.type(times?.at, 'bigint')
  t.equal(times?.ttl, null)
  await Hit.filter({ page: 'a' }).update({ n__increment: 2 ** 40 })
  t.equal((await Hit.get({ page: 'a' })).n, 2n ** 40n)
})

t.test('a refused condition shows the row in the same forms', async (t) => {
  const error = await thing.iff({ big: 0n, huge__gt: 100n, tags: [1n] }).update({ price: 1 }).then(() => undefined, (e: unknown) => e)
  t.match(error, { name: 'LWTError', existing: { big: 8n, huge: 9n, tags: new Set([1n, 2n, 3n]) } })
})

t.test('pages of such a client follow each other', async (t) => {
  for (let i = 1; i <= 5; i++) await Thing.create({ id: 5n, at: new Date(i), big: BigInt(i) })
  const query = Thing.filter({ id: 5n }).valuesList('big', { flat: true })
  const first = await query.page({ size: 2 })
  const second = await query.page({ size: 10, token: first.nextToken })
  t.same([...first.rows, ...second.rows], [1n, 2n, 3n, 4n, 5n])
})
