// TTL, timestamp, consistency, timeout and page size of single operations.
import t from 'tap'
import { types } from '../../src/cqlengine/driver.js'
import { failure, recordingDb, serverDb } from './setup.js'
import { needs5 } from '../support/needs-5.js'

const server = await serverDb(t)
const { db, client } = await recordingDb(t)
const define = (on: typeof db) => on.Model.define('note', { id: on.columns.Integer({ primaryKey: true }), part: on.columns.Integer({ primaryKey: true }), text: on.columns.Text(), n: on.columns.Integer() }, { options: { default_time_to_live: 5_000 }, consistency: 'TWO' })
class Note extends define(db).as<Note>() {}
class Real extends server.Model.define('note', { id: server.columns.Integer({ primaryKey: true }), part: server.columns.Integer({ primaryKey: true }), text: server.columns.Text(), n: server.columns.Integer() }, { options: { default_time_to_live: 5_000 } }).as<Real>() {}
await server.syncDb()
t.beforeEach(() => { client.calls.length = 0 })

const f = server.functions
const stored = async (id: number): Promise<{ ttl: number | null, at: bigint | null } | null> => await Real.filter({ id, part: 1 }).select({ ttl: f.ttl(Real.columns.text), at: f.writetime(Real.columns.text) }).first()

t.test('INS-08 OPT-01 OPT-02 B34 TTLs are bound and checked; 0 overrides the default of the table', needs5('rows that live beyond 2038'), async (t) => {
  await Real.create({ id: 1, part: 1, text: 'a' })
  await Real.ttl(100).create({ id: 2, part: 1, text: 'a' })
  await Real.create({ id: 3, part: 1, text: 'a' }, { ttl: 0 })
  await Real.filter({ id: 4, part: 1 }).ttl(200).update({ text: 'a' })
  const between = async (id: number, least: number, most: number): Promise<void> => {
    const ttl = (await stored(id))?.ttl ?? -1
    t.ok(ttl > least && ttl <= most, `${ttl}`)
  }
  await between(1, 4_900, 5_000)
  await between(2, 50, 100)
  await between(4, 150, 200)
  t.equal((await stored(3))?.ttl, null)
  for (const ttl of [-1, 1.5, 630_720_001, '1 AND TIMESTAMP 5', '5', null, NaN]) t.match(await failure(() => Note.ttl(ttl as number)), { name: 'QueryError' }, String(ttl))
  await t.resolves(Real.ttl(630_720_000).create({ id: 5, part: 1 }))
})

t.test('OPT-03 B35 timestamps are instants, microseconds or relative, and never text', async (t) => {
  await Real.timestamp(new Date('2024-01-01T05:00:00+05:00')).create({ id: 10, part: 1, text: 'a' })
  t.equal((await stored(10))?.at, BigInt(Date.UTC(2024, 0, 1)) * 1_000n)
  await Real.create({ id: 11, part: 1, text: 'a' }, { timestamp: 0n })
  t.equal((await stored(11))?.at, 0n)
  await Real.create({ id: 12, part: 1, text: 'a' }, { timestamp: -5n })
  t.equal((await stored(12))?.at, -5n)
  const before = BigInt(Date.now() + 60_000) * 1_000n
  await Real.create({ id: 13, part: 1, text: 'a' }, { timestamp: { msFromNow: 60_000 } })
  const at = (await stored(13))?.at ?? 0n
  t.ok(at >= before && at < before + 30_000_000n)
  for (const timestamp of [5, '5', 'now', new Date(NaN), 2n ** 63n, { ms: 5 }, null]) t.match(await failure(() => Note.timestamp(timestamp as never)), { name: 'QueryError' })
})

t.test('OPT-03 { msFromNow } counts from the moment of sending, not of writing it down', async (t) => {
  const query = Note.filter({ id: 1, part: 1 }).timestamp({ msFromNow: 0 })
  await query.delete()
  const first = client.calls[0]?.params[0] as bigint
  while (BigInt(Date.now()) * 1_000n <= first) await new Promise((resolve) => { setImmediate(resolve) })
  await query.delete()
  t.ok(client.calls[1]?.params[0] as bigint > first)
})

t.test('OPT-05 B18 the consistency of the operation wins over that of the query set, of the model, of the connection', async (t) => {
  const { two, quorum, one } = types.consistencies
  await Note.filter({ id: 1 }).all()
  await Note.filter({ id: 1, part: 1 }).update({ n: 1 })
  await Note.create({ id: 1, part: 1 })
  await Note.filter({ id: 1, part: 1 }).consistency('QUORUM').update({ n: 1 })
  await Note.filter({ id: 1, part: 1 }).consistency('QUORUM').delete({ consistency: 'one' as never })
  await Note.filter({ id: 1 }).consistency(quorum).count()
  t.same(client.calls.map(({ options }) => options['consistency']), [two, two, two, quorum, one, quorum])
  for (const bad of ['MOST', 99, -1, '', null, {}]) t.match(await failure(() => Note.consistency(bad as never)), { name: /Error$/ }, String(bad))
})

t.test('OPT-06 OPT-07 timeouts and page sizes are checked', async (t) => {
  for (const bad of [0, -5, '5', NaN, Infinity, null]) t.match(await failure(() => Note.timeout(bad as number)), { name: 'QueryError' }, String(bad))
  await Note.filter({ id: 1 }).fetchSize(7).all()
  t.match(client.calls, [{ options: { fetchSize: 7 } }])
  for (const query of [Note.objects, Note.objects.fetchSize(5000)]) {
    for await (const row of query) t.fail(`no row, but ${row.id}`)
  }
  t.same(client.calls.slice(1).map(({ options }) => options['fetchSize']), [2000, 5000], 'one by one: smaller pages, unless asked otherwise')
})

t.test('an option may be taken back, and unknown ones are told', async (t) => {
  await Note.filter({ id: 1, part: 1 }).ttl(5).ttl(undefined as never).update({ n: 1 })
  t.notMatch(client.calls[0]?.cql, 'TTL')
  for (const options of [{ TTL: 5 }, { ttl: 5, nope: 1 }, 'ttl', 5]) t.match(await failure(() => Note.filter({ id: 1, part: 1 }).update({ n: 1 }, options as never)), { name: 'QueryError' })
})
