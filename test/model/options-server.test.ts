// TTL, timestamps, consistency, timeouts and conditions as a real server takes them.
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { errors, policies } from '../../src/cqlengine/driver.js'
import { LWTError } from '../../src/cqlengine/errors.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { needs5 } from '../support/needs-5.js'
import { open, watch } from './setup.js'

/** Conditional writes have the server's time in whole milliseconds, others the driver's, which counts on within one: within one the others would win. */
const earlier = { timestamp: { msFromNow: -1000 } }

function make () {
  const db = new CQLAlchemy()
  const c = db.columns
  const f = db.functions
  class Item extends db.Model.define('item', { id: c.UUID({ primaryKey: true, default: randomUUID }), count: c.Integer({ dbField: 'the count' }), text: c.Text(), tags: c.Set(c.Text), map: c.Map(c.Text, c.Integer) }).as<Item>() {}
  class Short extends db.Model.define('short', { id: c.Integer({ primaryKey: true }), text: c.Text() }, { options: { default_time_to_live: 20 } }).as<Short>() {}
  class Lock extends db.Model.define('lock', { p: c.Integer({ primaryKey: true }), c: c.Integer({ primaryKey: true }), owner: c.Text({ static: true }), v: c.Integer() }).as<Lock>() {}
  return { db, f, Item, Short, Lock }
}

t.test('options on a real server', async (t) => {
  const made = make()
  const { f, Item, Short, Lock } = made
  const db = await open(t, made.db)
  const ttlOf = async (id: unknown, column: 'text' | 'count' = 'text'): Promise<number | null> => (await Item.filter({ id } as never).select({ ttl: f.ttl(Item.columns[column]) }).get() as { ttl: number | null }).ttl
  const writtenAt = async (id: unknown): Promise<bigint | null> => (await Item.filter({ id } as never).select({ at: f.writetime(Item.columns.text) }).get() as { at: bigint | null }).at

  t.test('OPT-01 B34 TTL of creates and updates, as chain and as argument', needs5('rows that live beyond 2038'), async (t) => {
    const item = await Item.create({ text: 'a', count: 1 }, { ttl: 60 })
    t.ok((await ttlOf(item.id) ?? 0) > 50)
    item.text = 'b'
    await item.ttl(600).save()
    t.ok((await ttlOf(item.id) ?? 0) > 500)
    t.ok((await ttlOf(item.id, 'count') ?? 0) <= 60, 'of what the statement wrote only')
    await item.update({ text: 'c' })
    t.equal(await ttlOf(item.id), null, 'it does not stick')
    const [one, two] = [await Item.objects.ttl(60).create({ text: 'x' }), await Item.ttl(60).create({ text: 'x' })]
    t.ok((await ttlOf(one.id) ?? 0) > 50 && (await ttlOf(two.id) ?? 0) > 50)
    await Item.create({ text: 'x' }, { ttl: 630_720_000 })
  })

  t.test('OPT-02 B34 the table\'s default counts unless the statement says otherwise, be it 0', async (t) => {
    const ttl = async (id: number): Promise<number | null> => (await Short.filter({ id }).select({ ttl: f.ttl(Short.columns.text) }).get() as { ttl: number | null }).ttl
    await Short.create({ id: 1, text: 'a' })
    await Short.create({ id: 2, text: 'a' }, { ttl: 0 })
    await Short.create({ id: 3, text: 'a' }, { ttl: 90 })
    t.ok((await ttl(1) ?? 0) > 10 && (await ttl(1) ?? 0) <= 20)
    t.equal(await ttl(2), null)
    t.ok((await ttl(3) ?? 0) > 80)
  })

  t.test('OPT-03 OPT-04 B10 B35 timestamps: of inserts, updates, nulls and deletes', async (t) => {
    const at = new Date('2020-01-01T05:00:00+05:00')
    const item = await Item.create({ text: 'a' }, { timestamp: at })
    t.equal(await writtenAt(item.id), 1_577_836_800_000_000n)
    await item.update({ text: 'old' }, { timestamp: 5n })
    t.equal((await Item.get({ id: item.id })).text, 'a', 'an older write loses')
    item.text = null
    await item.timestamp(6n).save()
    t.equal((await Item.get({ id: item.id })).text, 'a', 'and so does an older deletion of a column, in the same statement')
    await item.timestamp(new Date('2019-01-01')).delete()
    t.equal(await Item.filter({ id: item.id }).count(), 1, 'a delete in the past hides nothing')
    const future = await Item.create({ text: 'a' })
    await future.timestamp({ msFromNow: 60_000 }).delete()
    await Item.create({ id: future.id, text: 'later' })
    t.equal(await Item.filter({ id: future.id }).count(), 0, 'a delete in the future hides later writes')
    const batched = new Item({ text: 'x' })
    await db.batch({ timestamp: 7n }, async (b) => { await batched.batch(b).save() })
    t.equal(await writtenAt(batched.id), 7n)
    const own = new Item({ text: 'x' })
    await db.batch({ timestamp: 7n }, async (b) => { await own.batch(b).timestamp(9n).save() })
    t.equal(await writtenAt(own.id), 9n, 'the statement\'s own wins')
  })

  t.test('OPT-05 OPT-06 consistency and timeout reach the server', async (t) => {
    const item = await Item.create({ text: 'a' }, { consistency: 'ALL' })
    await item.consistency('QUORUM').update({ text: 'b' })
    await t.rejects(item.update({ text: 'c' }, { consistency: 'THREE' }), errors.NoHostAvailableError)
    t.same(item.getChangedColumns(), ['text'])
    await item.save({ timeout: 10_000 })
    t.equal((await Item.get({ id: item.id })).text, 'c')
    await t.rejects(item.update({ text: 'd' }, { consistency: 'SERIAL' }), { name: 'QueryError', message: /serialConsistency/ })
    t.equal(item.text, 'c', 'nothing was sent, so the instance is as it was')
  })

  t.test('LWT-01 ifNotExists: the whole row by attribute names when it is there already', async (t) => {
    const id = randomUUID()
    const item = await Item.ifNotExists().create({ id, text: 'a', count: 1, tags: ['x'] })
    t.equal(item.isPersisted, true)
    const second = new Item({ id, text: 'b' })
    const error = await second.ifNotExists().save().catch((e: unknown) => e) as LWTError
    t.ok(error instanceof LWTError)
    t.match(error.existing, { '[applied]': false, text: 'a', count: 1, tags: new Set(['x']), map: new Map() })
    t.equal(second.isPersisted, false)
    t.same(second.getChangedColumns(), ['id', 'text'])
    await second.save()
    t.equal((await Item.get({ id })).text, 'b', 'the option did not stick')
    await t.rejects(Item.createMany([{ id, text: 'z' }], { ifNotExists: true }), LWTError)
  })

  t.test('LWT-02 ifExists on updates and deletes', async (t) => {
    const item = await Item.create({ text: 'a' }, earlier)
    await item.ifExists().update({ text: 'b' })
    await Item.filter({ id: item.id }).delete()
    item.text = 'c'
    const error = await item.ifExists().save().catch((e: unknown) => e) as LWTError
    t.match(error.existing, { '[applied]': false })
    t.same(Object.keys(error.existing), ['[applied]'])
    await t.rejects(item.ifExists().delete(), LWTError)
    t.same(item.getChangedColumns(), ['text'])
    await t.rejects(new Item({ text: 'new' }).ifExists().save(), LWTError, 'a new row with ifExists is an UPDATE with it')
    await Item.create({ id: item.id })
    await item.ifExists().delete()
    t.equal(await Item.filter({ id: item.id }).count(), 0)
  })

  t.test('LWT-03 LWT-04 LWT-06 iff: operators, nulls, collections, values and nulls in one statement', async (t) => {
    const item = await Item.create({ text: 'a', count: 5, tags: ['x'], map: { k: 1 } }, earlier)
    const texts = watch(db)
    await item.iff({ count: 5 }).update({ text: 'b' })
    await item.iff({ count__gt: 4, count__ne: 9, count__in: [1, 5], text: 'b', tags__contains: 'x', map__containsKey: 'k', map__entry: ['k', 1] } as never).update({ text: null, count: null })
    t.equal(texts.length, 2)
    await item.iff({ count: null }).update({ count: 1 })
    const error = await item.iff({ count: 7, text__ne: null }).update({ text: 'never' }).catch((e: unknown) => e) as LWTError
    t.same(error.existing, { '[applied]': false, count: 1, text: null })
    t.same([item.text, item.getChangedColumns()], ['never', ['text']], 'what was assigned is still to be written')
    t.equal((await Item.get({ id: item.id })).text, null)
    await t.rejects(item.iff({ count: 7 }).delete(), LWTError)
    await item.iff({ count: 1 }).delete()
    const gone = await item.iff({ count: 1 }).save().catch((e: unknown) => e) as LWTError
    t.same(gone.existing, { '[applied]': false }, 'of a row that is not there nothing is told')
    await item.iff({ count: null }).save()
    t.equal((await Item.get({ id: item.id })).text, 'never', 'a missing row satisfies a condition on null')
  })

  t.test('conditions on static columns, and static columns under conditions on the row', async (t) => {
    const lock = await Lock.create({ p: 1, c: 1, owner: 'me', v: 1 }, earlier)
    lock.owner = 'you'
    await lock.iff({ owner: 'me' }).save()
    lock.owner = 'them'
    await t.rejects(lock.iff({ v: 2 }).save(), LWTError)
    await lock.iff({ v: 1 }).save()
    await lock.update({ owner: 'all' }, { ifExists: true })
    t.equal((await Lock.get({ p: 1, c: 1 })).owner, 'all')
    await new Lock({ p: 2, owner: 'x' }).ifNotExists().save()
    await t.rejects(new Lock({ p: 2, owner: 'y' }).ifNotExists().save(), LWTError)
  })

  t.test('LWT-05 a refused batch changes neither rows nor instances', async (t) => {
    const one = await Lock.create({ p: 5, c: 1, v: 1 }, earlier)
    const two = await Lock.create({ p: 5, c: 2, v: 2 }, earlier)
    one.v = 10
    two.v = 20
    const error = await db.batch(async (b) => {
      await one.batch(b).iff({ v: 1 }).save()
      await two.batch(b).iff({ v: 99 }).save()
    }).catch((e: unknown) => e) as LWTError
    t.ok(error instanceof LWTError)
    t.equal(error.rows.length, 2)
    t.same([one.getChangedColumns(), two.getChangedColumns()], [['v'], ['v']])
    t.same((await Lock.filter({ p: 5 }).all()).map((l) => l.v), [1, 2])
    await db.batch(async (b) => {
      await one.batch(b).iff({ v: 1 }).save()
      await two.batch(b).iff({ v: 2 }).save()
    })
    t.same((await Lock.filter({ p: 5 }).all()).map((l) => l.v), [10, 20])
    t.same([one.getChangedColumns(), two.getChangedColumns()], [[], []])
  })

  t.test('B25 an option that cannot be carried is refused, one that can is', async (t) => {
    const item = await Item.objects.timeout(5_000).create({ text: 'a' }, earlier)
    await t.rejects(Item.objects.iff({ count: 5 }).create({ id: item.id, text: 'b' }), LWTError)
    await Item.objects.iff({ text: 'a' }).create({ id: item.id, text: 'b' })
    t.equal((await Item.get({ id: item.id })).text, 'b')
  })
})

t.test('MOD-13 statements are routed by the partition key, of single, composite and mixed keys', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class One extends db.Model.define('one', { id: c.Integer({ primaryKey: true }), v: c.Integer() }).as<One>() {}
  class Two extends db.Model.define('two', { a: c.Text({ partitionKey: true }), b: c.BigInt({ partitionKey: true }), c: c.Integer({ primaryKey: true }), v: c.Integer() }).as<Two>() {}
  const keys: (string | undefined)[] = []
  class Recording extends policies.loadBalancing.DefaultLoadBalancingPolicy {
    override newQueryPlan (...[keyspace, options, callback]: Parameters<policies.loadBalancing.LoadBalancingPolicy['newQueryPlan']>): void {
      const key = options?.getRoutingKey()
      keys.push(key === undefined || key === null ? undefined : (Array.isArray(key) ? Buffer.concat(key) : key).toString('hex'))
      super.newQueryPlan(keyspace, options, callback)
    }
  }
  const keyspace = await uniqueKeyspace(t)
  await db.init({ hosts, keyspace, env: false, setupKwargs: { policies: { loadBalancing: new Recording({ localDc: localDataCenter }) } } })
  t.teardown(async () => { await db.close() })
  await db.syncDb()
  const routed = async (run: () => Promise<unknown>): Promise<string | undefined> => {
    keys.length = 0
    await run()
    return keys.at(-1)
  }
  const one = '00000005'
  const two = `0001${Buffer.from('x').toString('hex')}00` + '0008000000000000000700'
  t.equal(await routed(async () => await One.create({ id: 5 })), one)
  t.equal(await routed(async () => await One.get({ id: 5 })), one)
  t.equal(await routed(async () => await Two.create({ a: 'x', b: 7n, c: 1, v: 1 })), two)
  const row = await Two.get({ a: 'x', b: 7n, c: 1 })
  t.equal(await routed(async () => await row.update({ v: 2 })), two)
  t.equal(await routed(async () => { await row.delete() }), two)
})
