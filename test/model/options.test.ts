// The options of one operation on instances: as chain and as last argument, and what they refuse.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { recorded } from './setup.js'

function make () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), n: c.Integer({ dbField: 'number' }), tags: c.Set(c.Text), list: c.List(c.Text) }).as<Row>() {}
  class Careful extends db.Model.define('careful', { id: c.Integer({ primaryKey: true }), n: c.Integer() }, { consistency: 'QUORUM', options: { default_time_to_live: 60 } }).as<Careful>() {}
  return { db, Row, Careful }
}
const loaded = { id: 1, n: 1, tags: new Set<string>(), list: [] }

t.test('OPT-01 B34 TTL is a bound parameter of inserts and updates; 0 is one, too', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  await Row.create({ id: 1 }, { ttl: 60 })
  await Row.ttl(61).create({ id: 1 })
  await new Row({ id: 1 }).ttl(0).save()
  await new Row({ id: 1 }).ttl(62).update({ n: 2 })
  const row = Row.hydrate(loaded)
  row.n = 5
  await row.save({ ttl: 63 })
  await row.update({ n: 6 }, { ttl: 630_720_000 })
  t.same(taken().map((call) => [call.cql, call.params]), [
    ['INSERT INTO "k"."row" ("id") VALUES (?) USING TTL ?', [1, 60]],
    ['INSERT INTO "k"."row" ("id") VALUES (?) USING TTL ?', [1, 61]],
    ['INSERT INTO "k"."row" ("id") VALUES (?) USING TTL ?', [1, 0]],
    ['UPDATE "k"."row" USING TTL ? SET "number" = ? WHERE "id" = ?', [62, 2, 1]],
    ['UPDATE "k"."row" USING TTL ? SET "number" = ? WHERE "id" = ?', [63, 5, 1]],
    ['UPDATE "k"."row" USING TTL ? SET "number" = ? WHERE "id" = ?', [630_720_000, 6, 1]]
  ])
})

t.test('OPT-02 MOD-11 the table\'s default TTL is no part of any statement', async (t) => {
  const { db, Careful } = make()
  const { texts } = await recorded(t, db)
  await Careful.create({ id: 1 })
  t.same(texts(), ['INSERT INTO "k"."careful" ("id") VALUES (?)'])
})

t.test('OPT-03 B35 STM-15 timestamps are instants: a Date, microseconds, or a distance from now', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  const at = async (timestamp: Date | bigint | { msFromNow: number }): Promise<bigint> => {
    await Row.create({ id: 1 }, { timestamp })
    return taken()[0]?.params[1] as bigint
  }
  t.equal(await at(new Date('2020-01-01T05:00:00+05:00')), 1_577_836_800_000_000n)
  t.equal(await at(0n), 0n)
  t.equal(await at(-5n), -5n)
  t.equal(await at(2n ** 63n - 1n), 2n ** 63n - 1n)
  const before = BigInt(Date.now()) * 1000n
  const later = await at({ msFromNow: 60_000.5 })
  t.ok(later >= before + 60_000_500n && later < before + 70_000_000n)
  await Row.timestamp(5n).ttl(6).create({ id: 1 })
  t.match(taken(), [{ cql: 'INSERT INTO "k"."row" ("id") VALUES (?) USING TTL ? AND TIMESTAMP ?', params: [1, 6, 5n] }])
  const date = new Date(5)
  const row = Row.hydrate(loaded).timestamp(date)
  date.setTime(9)
  await row.delete()
  t.match(taken(), [{ params: [5000n, 1] }], 'a Date that changes later changes nothing')
})

t.test('OPT-05 OPT-06 B18 B25 consistency, timeout, profile and idempotence: the call beats the chain beats the model', async (t) => {
  const { db, Row, Careful } = make()
  const { taken } = await recorded(t, db)
  const options = (): Record<string, unknown>[] => taken().map((call) => call.options)
  const row = await Careful.create({ id: 1 })
  await row.update({ n: 1 })
  await row.update({ n: 2 }, { consistency: 'ALL' })
  await row.consistency('TWO').update({ n: 3 })
  await row.consistency('TWO').update({ n: 4 }, { consistency: 3 })
  await row.consistency('one' as never).delete()
  t.same(options().map((o) => o['consistency']), [4, 4, 5, 2, 3, 1])
  await Careful.objects.consistency('ONE').create({ id: 2 })
  await Row.objects.timeout(500).create({ id: 1 })
  await Row.objects.profile('slow').create({ id: 1 })
  await Row.create({ id: 1 }, { idempotent: false, serialConsistency: 'LOCAL_SERIAL' })
  t.match(options(), [{ consistency: 1 }, { timeout: 500 }, { executionProfile: 'slow' }, { isIdempotent: false, serialConsistency: 9 }])
})

t.test('what may be sent twice: plain values may; counters, list appends and conditions may not', async (t) => {
  const { db, Row } = make()
  const { client, taken } = await recorded(t, db)
  client.reply(/ IF /, [{ '[applied]': true }])
  const twice = async (write: () => Promise<unknown>): Promise<unknown> => {
    await write()
    return taken()[0]?.options['isIdempotent']
  }
  t.equal(await twice(async () => await Row.create({ id: 1, n: 1, tags: ['a'] })), true)
  t.equal(await twice(async () => await Row.hydrate(loaded).update({ n: 5, tags__add: ['x'] })), true)
  t.equal(await twice(async () => { await Row.hydrate(loaded).delete() }), true)
  t.equal(await twice(async () => await Row.hydrate(loaded).update({ list__append: ['x'] })), false)
  t.equal(await twice(async () => await Row.hydrate(loaded).update({ list__prepend: ['x'] })), false)
  t.equal(await twice(async () => await Row.hydrate(loaded).iff({ n: 1 }).update({ n: 5 })), false)
  t.equal(await twice(async () => await Row.create({ id: 1 }, { ifNotExists: true })), false)
  t.equal(await twice(async () => { await Row.hydrate(loaded).ifExists().delete() }), false)
  t.equal(await twice(async () => await Row.hydrate(loaded).idempotent().update({ list__append: ['x'] })), true, 'unless the user says so')
})

t.test('LWT-01 LWT-02 LWT-03 conditions on instances, with CQL names', async (t) => {
  const { db, Row } = make()
  const { client, taken } = await recorded(t, db)
  client.reply(/ IF /, [{ '[applied]': true }])
  const row = await new Row({ id: 1, n: 1 }).ifNotExists().save()
  t.equal(row.isPersisted, true)
  await Row.ifNotExists().ttl(5).create({ id: 1 })
  row.n = 2
  await row.ifExists().save()
  await row.iff({ n: 2, n__ne: 3, n__gt: 1, n__in: [1, 2], tags__contains: 'x' }).update({ n: null })
  await row.iff({ n: null }).delete()
  await new Row({ id: 1, n: 5 }).iff({ n: null }).save()
  await Row.ifExists().create({ id: 1, n: 5 })
  t.same(taken().map((call) => [call.cql, call.params]), [
    ['INSERT INTO "k"."row" ("id", "number") VALUES (?, ?) IF NOT EXISTS', [1, 1]],
    ['INSERT INTO "k"."row" ("id") VALUES (?) IF NOT EXISTS USING TTL ?', [1, 5]],
    ['UPDATE "k"."row" SET "number" = ? WHERE "id" = ? IF EXISTS', [2, 1]],
    ['UPDATE "k"."row" SET "number" = ? WHERE "id" = ? IF "number" = ? AND "number" != ? AND "number" > ? AND "number" IN ? AND "tags" CONTAINS ?', [null, 1, 2, 3, 1, [1, 2], 'x']],
    ['DELETE FROM "k"."row" WHERE "id" = ? IF "number" = ?', [1, null]],
    ['UPDATE "k"."row" SET "number" = ? WHERE "id" = ? IF "number" = ?', [5, 1, null]],
    ['UPDATE "k"."row" SET "number" = ? WHERE "id" = ? IF EXISTS', [5, 1]]
  ])
})

t.test('LWT-04 a condition that is not met: the row by attribute names, and the instance stays as it was', async (t) => {
  const { db, Row } = make()
  const { client } = await recorded(t, db)
  client.reply(/ IF /, [{ '[applied]': false, id: 1, number: 7, tags: null, list: ['a'] }])
  const row = Row.hydrate(loaded)
  row.n = 2
  const refused = { name: 'LWTError', statusCode: 409, code: 'CQL_LWT', existing: { id: 1, n: 7, tags: new Set(), list: ['a'] } }
  await t.rejects(row.iff({ n: 1 }).save(), refused)
  t.same(row.getChangedColumns(), ['n'])
  await t.rejects(row.ifExists().delete(), refused)
  t.equal(row.isPersisted, true)
  const fresh = new Row({ id: 1 })
  await t.rejects(fresh.ifNotExists().save(), refused)
  t.equal(fresh.isPersisted, false)
  await t.rejects(row.iff({ n: 1 }).update({ n: 3, list__append: ['b'] }), refused)
  t.same([row.n, row.list], [3, []], 'an operation has no effect before it is confirmed')
  const error = await Row.ifNotExists().create({ id: 1 }).catch((e: unknown) => e) as Error
  t.notOk(JSON.stringify(error).includes('7') || error.message.includes('7'), 'logs do not print the row')
})

t.test('B04 B34 what options refuse, before anything is sent', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  const wrong: [string, unknown][] = [
    ...[-1, 1.5, 630_720_001, '5', NaN, null, 5n, '1 AND TIMESTAMP 5'].map((ttl) => ['ttl', ttl] as [string, unknown]),
    ...[5, '2020', new Date(NaN), 2n ** 63n, {}, { msFromNow: '5' }, { msFromNow: NaN }, { msFromNow: 1e300 }, null].map((at) => ['timestamp', at] as [string, unknown]),
    ...['SOME', 99, null, {}].map((level) => ['consistency', level] as [string, unknown]),
    ...['QUORUM', 1].map((level) => ['serialConsistency', level] as [string, unknown]),
    ...[0, -5, '5', NaN, Infinity].map((ms) => ['timeout', ms] as [string, unknown]),
    ['profile', ''], ['profile', 5], ['idempotent', 'yes'], ['ifExists', 1], ['iff', 'x'], ['iff', [1]], ['iff', null],
    ['using', 'k'], ['using', { keyspace: '' }], ['using', { keyspaces: 'x' }], ['using', null], ['batch', 5]
  ]
  for (const [name, value] of wrong) {
    const refused = { name: /QueryError|BatchError/, message: new RegExp(name) }
    await t.rejects(Row.hydrate(loaded).update({ n: 5 }, { [name]: value }), refused, `${name} ${String(value)}`)
    await t.rejects(Row.create({ id: 1 }, { [name]: value }), refused)
    if (name !== 'ifExists') t.throws(() => (Row.hydrate(loaded) as unknown as Record<string, (v: unknown) => unknown>)[name]?.(value), refused)
  }
  for (const options of [5, 'ttl', [], [1], { ttk: 5 }, { get ttl () { throw new Error('secret') } }]) {
    const error = await Row.create({ id: 1 }, options as never).catch((e: unknown) => e) as Error
    t.match(error, { name: 'QueryError' })
    t.notMatch(error.message, 'secret')
  }
  t.same(taken(), [])
})

t.test('LWT-02 LWT-03 conditions that make no sense', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  const row = Row.hydrate(loaded)
  row.n = 5
  const wrong: object[] = [
    { iff: {} }, { iff: { id: 1 } }, { iff: { nope: 1 } }, { iff: { n__nope: 1 } }, { iff: { n: undefined } }, { iff: { n__gt: null } }, { iff: { n__in: [] } }, { iff: { n__in: 5 } },
    { iff: { n: 1 }, ifExists: true }, { iff: { n: 1 }, timestamp: 5n }, { ifExists: true, timestamp: 5n }, { ifNotExists: true }, { ifExists: true, ifNotExists: true }
  ]
  for (const options of wrong) await t.rejects(row.save(options), { name: 'QueryError' }, JSON.stringify(options, (_, v: unknown) => typeof v === 'bigint' ? String(v) : v))
  await t.rejects(row.save({ iff: { n: 'x' } }), { name: 'ValidationError', column: 'n' })
  await t.rejects(row.update({ n: 6 }, { ifNotExists: true }), { name: 'QueryError', message: /ifNotExists is for new rows/ })
  t.equal(row.n, 5, 'and the instance is as it was')
  await t.rejects(new Row({ id: 1 }).ifExists().save(), { name: 'QueryError', message: /needs a column beside the key/ })
  const idle = Row.hydrate(loaded)
  await t.rejects(idle.iff({ nope: 1 } as never).save(), { name: 'QueryError' }, 'told though there is nothing to send')
  t.same(taken(), [])
})

t.test('options that an overridden save spreads into its own are checked like those of any user', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  let ttl: unknown
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }) }).as<Row>() {
    // A wrong one cannot be written in TypeScript; a JavaScript user can.
    override save (options?: { ttl?: number }): Promise<this> { return super.save({ ...options, ttl: ttl as number }) }
  }
  const { taken } = await recorded(t, db)
  ttl = 5
  await Row.timeout(900).create({ id: 1 })
  t.same(taken().map(({ params }) => params), [[1, 5]])
  ttl = 'soon'
  await t.rejects(Row.timeout(900).create({ id: 1 }), { code: 'CQL_QUERY', message: /ttl/ })
  await t.rejects(Row.objects.timeout(900).create({ id: 1 }), { code: 'CQL_QUERY', message: /ttl/ })
  t.same(taken(), [])
})
