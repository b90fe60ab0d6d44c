// Conditions of lightweight transactions: on query sets, instances and in batches, on the real server.
import t from 'tap'
import { LWTError, QueryError } from '../../src/cqlengine/errors.js'
import { failure, recordingDb, serverDb } from './setup.js'

const db = await serverDb(t)
const c = db.columns
class Room extends db.Model.define('room', {
  house: c.Text({ primaryKey: true }),
  number: c.Integer({ primaryKey: true }),
  street: c.Text({ static: true, dbField: 'st' }),
  owner: c.Text({ dbField: 'ow' }),
  seats: c.Integer(),
  tags: c.Set(c.Text),
  prices: c.Map(c.Text, c.Integer),
  since: c.DateTime()
}).as<Room>() {}
class Hit extends db.Model.define('hit', { page: c.Text({ primaryKey: true }), n: c.Counter() }).as<Hit>() {}
await db.syncDb()

/** Conditional writes have the server's time in whole milliseconds, others the driver's, which counts on within one: within one the others would win. */
const earlier = { timestamp: { msFromNow: -1000 } }
const room = (house: string, number = 1) => Room.filter({ house, number })
const lwt = async (act: () => unknown): Promise<LWTError> => {
  const error = await failure(act)
  if (!(error instanceof LWTError)) throw error
  return error
}

t.test('LWT-01 ifNotExists creates once, and shows the row that is there', async (t) => {
  const since = new Date(0)
  await Room.ifNotExists().create({ house: 'a', number: 1, owner: 'ann', tags: ['x'], since })
  const error = await lwt(() => Room.objects.ifNotExists().create({ house: 'a', number: 1, owner: 'bob' }))
  t.match(error.existing, { house: 'a', number: 1, owner: 'ann', street: null, seats: null, tags: new Set(['x']), prices: new Map(), since, '[applied]': false })
  t.match(error, { code: 'CQL_LWT', statusCode: 409 })
  t.notMatch(JSON.stringify(error), 'ann', 'rows are not printed with the error')
  t.equal((await room('a').get()).owner, 'ann')
  await lwt(() => Room.create({ house: 'a', number: 1 }, { ifNotExists: true }))
})

t.test('LWT-02 ifExists on updates and deletions of what is missing', async (t) => {
  for (const act of [() => room('missing').ifExists().update({ seats: 1 }), () => room('missing').ifExists().delete(), () => room('missing').update({ seats: 1 }, { ifExists: true })]) {
    t.same((await lwt(act)).existing, { '[applied]': false })
  }
  await Room.create({ house: 'b', number: 1 }, earlier)
  await room('b').ifExists().update({ seats: 3 })
  await room('b').ifExists().delete()
  t.equal(await room('b').first(), null)
})

t.test('LWT-03 LWT-04 iff with every operator, by attribute names; null is a value', async (t) => {
  await Room.create({ house: 'c', number: 1, owner: 'ann', seats: 4, street: 'main', tags: ['x'], prices: { may: 10 } })
  const met: object[] = [
    { owner: 'ann' }, { owner__eq: 'ann', seats__gt: 3 }, { seats__gte: 4, seats__lt: 5 }, { seats__lte: 4 }, { owner__ne: 'bob' }, { owner__ne: null }, { since: null }, { since__eq: null }, { seats__in: [3, 4] }, { tags__contains: 'x' },
    { prices__containsKey: 'may' }, { prices__contains: 10 }, { prices__entry: ['may', 10] }, { tags: ['x'] }, { street: 'main' }
  ]
  for (const iff of met) await t.resolves(room('c').iff(iff).update({ since: null }), JSON.stringify(iff))
  const missed: [iff: object, existing: object][] = [
    [{ owner: 'bob' }, { owner: 'ann' }], [{ owner: null }, { owner: 'ann' }], [{ seats__gt: 4, street: 'side' }, { seats: 4, street: 'main' }], [{ tags__contains: 'y' }, { tags: new Set(['x']) }], [{ prices: null }, { prices: new Map([['may', 10]]) }]
  ]
  for (const [iff, existing] of missed) t.same((await lwt(() => room('c').iff(iff).update({ since: null }))).existing, { '[applied]': false, ...existing }, JSON.stringify(iff))
  t.same((await lwt(() => room('c', 9).iff({ owner: 'ann' }).update({ seats: 1 }))).existing, { '[applied]': false }, 'no row')
  await room('c', 8).iff({ owner: null }).update({ seats: 1 })
  t.equal((await room('c', 8).get()).seats, 1, 'a missing row has a null owner, and is created')
})

t.test('LWT-03 conditions on static columns need only the partition', async (t) => {
  await Room.create({ house: 'd', street: 'main' } as never, earlier)
  await Room.filter({ house: 'd' }).iff({ street: 'main' }).update({ street: 'side' })
  t.match((await lwt(() => Room.filter({ house: 'd' }).iff({ street: 'main' }).update({ street: 'x' }))).existing, { street: 'side' })
  await room('d').iff({ seats: null }).update({ street: 'other' })
  t.match(await failure(() => Room.filter({ house: 'd' }).iff({ seats: null }).update({ street: 'x' })), { name: 'QueryError', message: /"number" is missing/ })
})

t.test('LWT-03 LWT-07 wrong conditions are told before anything is sent', async (t) => {
  const { db, client } = await recordingDb(t)
  class Room extends db.Model.define('room', { house: db.columns.Text({ primaryKey: true }), number: db.columns.Integer({ primaryKey: true }), seats: db.columns.Integer(), owner: db.columns.Text() }).as<Room>() {}
  const one = Room.filter({ house: 'a', number: 1 })
  const wrong: (() => unknown)[] = [
    () => one.iff({}), () => one.iff({ house: 'a' } as never), () => one.iff({ number__gt: 1 } as never), () => one.iff({ nope: 1 } as never), () => one.iff({ owner__like: 'a%' } as never), () => one.iff({ owner: undefined as never }), () => one.iff(null as never), () => one.iff('x' as never),
    () => one.iff({ pk__token__gt: db.functions.Token('a') } as never), () => one.iff({ seats__gt: null } as never), () => one.iff({ seats__in: [null] } as never).update({ seats: 1 }), () => one.iff({ seats: 1 }).ifExists(), () => one.ifExists().iff({ seats: 1 }), () => one.ifExists().ifNotExists(),
    () => one.iff({ seats: 1 }).timestamp(5n), () => one.timestamp(5n).ifExists(),
    () => Room.filter({ house: 'a', number__in: [1, 2] }).ifExists().update({ seats: 1 }), () => Room.filter({ house__in: ['a'], number: 1 }).ifExists().update({ seats: 1 }), () => Room.filter({ house: 'a' }).ifExists().delete(), () => Room.filter({ house: 'a', number__gt: 1 }).iff({ seats: 1 }).delete(),
    () => one.iff({ seats: 1 }).create({ house: 'a', number: 1 }), () => one.iff({ seats: 'many' } as never)
  ]
  for (const act of wrong) t.match(await failure(act), { name: /^(Query|Validation)Error$/ }, String(act))
  t.equal(client.calls.length, 0)
  await one.iff({ seats__ne: 5, owner: null }).ttl(9).serialConsistency('LOCAL_SERIAL').update({ seats: 1 })
  t.match(client.calls, [{ cql: 'UPDATE "ks"."room" USING TTL ? SET "seats" = ? WHERE "house" = ? AND "number" = ? IF "seats" != ? AND "owner" = ?', params: [9, 1, 'a', 1, 5, null], options: { isIdempotent: false, serialConsistency: 9 } }], 'LWT-08')
})

t.test('LWT-01 LWT-02 counters take no conditions', async (t) => {
  for (const act of [() => Hit.ifNotExists().create({ page: 'a' }), () => Hit.filter({ page: 'a' }).ifExists().update({ n__increment: 1 }), () => Hit.filter({ page: 'a' }).iff({ n: 1 } as never).delete(), () => Hit.filter({ page: 'a' }).ifExists().delete()]) t.type(await failure(act), QueryError, String(act))
})

t.test('LWT-04 LWT-06 an instance whose condition was not met stays as it was, and can be saved otherwise', async (t) => {
  await Room.create({ house: 'e', number: 1, owner: 'ann', seats: 4, tags: ['x'] }, earlier)
  const loaded = await room('e').get()
  loaded.owner = 'bob'
  loaded.seats = null
  t.match((await lwt(() => loaded.iff({ owner: 'eve' }).save())).existing, { owner: 'ann' })
  t.same(loaded.getChangedColumns(), ['owner', 'seats'])
  await loaded.iff({ owner: 'ann', seats: 4 }).save()
  t.same(loaded.getChangedColumns(), [])
  t.match({ ...await room('e').get() }, { owner: 'bob', seats: null }, 'one statement, conditions on columns that it changes too (B02, LWT-06)')
  await lwt(() => loaded.delete({ iff: { owner: 'ann' } }))
  t.equal(loaded.isPersisted, true)
  await loaded.delete({ ifExists: true })
  t.equal(await room('e').first(), null)
})

t.test('SERIAL is no consistency of a write under a condition: told before, and what the server says', async (t) => {
  for (const consistency of ['SERIAL', 'LOCAL_SERIAL'] as const) {
    for (const act of [() => room('s').iff({ owner: 'x' }).update({ seats: 1 }, { consistency }), () => Room.create({ house: 's', number: 1 }, { ifNotExists: true, consistency }), () => room('s').ifExists().consistency(consistency).delete()]) {
      t.match(await failure(act), { name: 'QueryError', message: /are for reads; a write has them as serialConsistency/ })
    }
    await t.rejects(db.execute(`DELETE FROM ${db.keyspace ?? ''}.room WHERE house = 's' AND number = 1 IF EXISTS`, [], { consistency }), { message: /not supported as conditional update commit consistency/ })
  }
})

t.test('LWT-05 B33 one condition that is not met refuses the batch, with all rows of the answer', async (t) => {
  await Room.createMany([1, 2, 3].map((number) => ({ house: 'f', number, owner: `o${number}`, seats: number })), earlier)
  const error = await lwt(() => db.batch(async (b) => {
    await room('f', 1).iff({ owner: 'o1' }).batch(b).update({ seats: 10 })
    await room('f', 2).iff({ owner: 'nobody' }).batch(b).update({ seats: 20 })
    await room('f', 3).iff({ owner: 'nobody' }).batch(b).update({ seats: 30 })
    await Room.batch(b).create({ house: 'f', number: 4 })
  }))
  t.same(error.rows.map((r) => [r['number'], r['owner'], r['[applied]']]), [[1, 'o1', false], [2, 'o2', false], [3, 'o3', false]])
  t.same(error.existing, error.rows[0])
  t.same(await Room.filter({ house: 'f' }).valuesList('seats', { flat: true }).all(), [1, 2, 3])

  const none = await lwt(() => db.batch(async (b) => {
    await room('f', 7).ifExists().batch(b).delete()
    await room('f', 8).iff({ owner: 'x' }).batch(b).update({ seats: 1 })
  }))
  t.same(none.rows, [{ '[applied]': false }], 'no row of those exists')

  await db.batch(async (b) => {
    await room('f', 1).iff({ owner: 'o1' }).batch(b).update({ seats: 10 })
    await Room.ifNotExists().batch(b).create({ house: 'f', number: 9 })
    await room('f', 2).batch(b).delete()
  })
  t.same(await Room.filter({ house: 'f' }).valuesList('number', { flat: true }).all(), [1, 3, 9])
  t.equal(error.message.includes('o1'), false)
})

t.test('LWT-05 what the server refuses in a conditional batch is refused when it is added', async (t) => {
  const wrong: [words: RegExp, second: () => object][] = [
    [/one partition/, () => room('other')], [/one partition/, () => Room.filter({ house__in: ['f', 'g'], number: 1 })], [/ifExists and ifNotExists|ifNotExists and ifExists/, () => room('f').ifExists()]
  ]
  for (const [words, second] of wrong) {
    const b = new db.BatchQuery()
    await Room.ifNotExists().batch(b).create({ house: 'f', number: 1 })
    t.match(await failure(() => (second() as typeof Room.objects).batch(b).delete()), { name: 'BatchError', message: words })
  }
  const b = new db.BatchQuery()
  await room('f').batch(b).delete()
  await room('g').batch(b).delete()
  t.match(await failure(() => room('f').ifExists().batch(b).delete()), { name: 'BatchError' }, 'also the other way round')
  t.match(await failure(() => Room.ifNotExists().batch(new db.BatchQuery({ timestamp: 5n })).create({ house: 'f', number: 1 })), { name: 'BatchError', message: /takes no timestamp/ })
})
