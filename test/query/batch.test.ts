// Batches: what is sent, what is refused when it is added, what happens to instances and callbacks. No server.
import { inspect } from 'node:util'
import t from 'tap'
import { BatchError } from '../../src/cqlengine/errors.js'
import { types } from '../../src/cqlengine/driver.js'
import type { BatchQuery } from '../../src/cqlengine/query/operation/batch.js'
import { mockClient } from '../../src/testing/mock-client.js'
import { failure, recordingDb } from './setup.js'

const { db, client } = await recordingDb(t)
const other = mockClient()
await db.connection.registerConnection('other', { session: other })
const c = db.columns
class Car extends db.Model.define('car', { maker: c.Text({ primaryKey: true }), year: c.Integer({ primaryKey: true }), color: c.Text(), tags: c.Set(c.Text) }).as<Car>() {}
class Far extends db.Model.define('far', { id: c.Integer({ primaryKey: true }), text: c.Text() }, { connection: 'other' }).as<Far>() {}
class Hit extends db.Model.define('hit', { page: c.Text({ primaryKey: true }), n: c.Counter() }).as<Hit>() {}
class Safe extends db.Model.define('safe', { id: c.Integer({ primaryKey: true }), text: c.Text() }, { consistency: 'QUORUM' }).as<Safe>() {}
class Safer extends db.Model.define('safer', { id: c.Integer({ primaryKey: true }), text: c.Text() }, { consistency: 'ALL' }).as<Safer>() {}
t.beforeEach(() => { client.calls.length = 0; other.calls.length = 0 })
const car = Car.filter({ maker: 'kia', year: 1 })

t.test('BAT-04 BAT-05 BAT-07 all kinds of writes are sent together, at the end', async (t) => {
  const b = new db.BatchQuery()
  await Car.objects.batch(b).create({ maker: 'kia', year: 1 })
  const instance = await new Car({ maker: 'kia', year: 2 }).batch(b).save()
  await car.batch(b).update({ color: 'red' })
  await car.delete({ batch: b })
  t.equal(client.calls.length, 0)
  t.equal(instance.isPersisted, false)
  await b.execute()
  t.match(client.calls, [
    { cql: /^INSERT/, options: { prepare: true, logged: true, isIdempotent: true } }, { cql: /^INSERT/ }, { cql: /^UPDATE/, params: ['red', 'kia', 1] }, { cql: /^DELETE/ }
  ])
  t.equal(instance.isPersisted, true)
})

t.test('LWT-05 a row is one row, in whatever order a filter names its key', async (t) => {
  class Seat extends db.Model.define('seat', { hall: c.Text({ partitionKey: true }), day: c.Text({ partitionKey: true }), row: c.Integer({ primaryKey: true }), n: c.Integer({ primaryKey: true }), by: c.Text() }).as<Seat>() {}
  const [free, turned] = [{ by: 'nobody' }, { n: 2, row: 1, day: 'x', hall: 'y' }]
  const b = new db.BatchQuery()
  await Seat.filter({ hall: 'y', day: 'x', row: 1, n: 2 }).iff(free).batch(b).update({ by: 'me' })
  await Seat.filter(turned).iff(free).batch(b).update({ by: 'me' })
  t.match(await failure(() => Seat.ifNotExists().batch(b).create({ ...turned, by: 'me' })), { name: 'BatchError', message: /iff and ifNotExists stand on one row/ })
  t.match(await failure(() => Seat.filter({ ...turned, hall: 'x', day: 'y' }).iff(free).batch(b).update({ by: 'me' })), { name: 'BatchError', message: /one partition/ })
})

t.test('BAT-06 db.batch gives the value of its function, and sends nothing when that throws', async (t) => {
  t.equal(await db.batch(async (b) => { await car.batch(b).delete(); return 5 }), 5)
  t.equal(client.calls.length, 1)
  const error = new Error('mine')
  await t.rejects(db.batch(async (b) => { await car.batch(b).delete(); throw error }), error)
  t.equal(client.calls.length, 1)
  await t.rejects(db.batch({ executeOnException: true }, async (b) => { await car.batch(b).delete(); throw error }), error)
  t.equal(client.calls.length, 2)
})

t.test('BAT-06 the error of the function wins over that of the batch, which is told as a warning', async (t) => {
  const warned = new Promise<Error>((resolve) => { process.once('warning', resolve) })
  client.reply('DELETE', () => new Error('the server is gone'))
  t.teardown(() => { client.reply('DELETE', []) })
  await t.rejects(db.batch({ executeOnException: true }, async (b) => { await car.batch(b).delete(); throw new Error('mine') }), /mine/)
  t.match((await warned).message, /executeOnException.*the server is gone/)
})

t.test('a batch takes no writes of another db, whose connection and server may be others, though the names are the same', async (t) => {
  const stranger = await recordingDb(t)
  class Car2 extends stranger.db.Model.define('car', { maker: c.Text({ primaryKey: true }), color: c.Text() }).as<Car2>() {}
  const loaded = Car2.hydrate({ maker: 'kia', color: 'red' })
  loaded.color = 'blue'
  let b = new db.BatchQuery()
  for (const write of [
    () => Car2.create({ maker: 'kia' }, { batch: b }), () => loaded.batch(b).save(), () => Car2.filter({ maker: 'kia' }).batch(b).update({ color: 'red' }),
    () => Car2.filter({ maker: 'kia' }).batch(b).delete()
  ]) {
    const error = await failure(write)
    t.type(error, BatchError)
    t.match(error.message, /car: .*another db/)
    await t.rejects(b.execute(), error)
    b = new db.BatchQuery()
  }
  await failure(() => stranger.db.batch(async (mine) => { await loaded.batch(mine).save(); await car.batch(mine).delete() }))
  t.equal(client.calls.length + stranger.client.calls.length, 0, 'nothing is sent')
})

t.test('BAT-07 an empty batch sends nothing, its callbacks run', async (t) => {
  const seen: number[] = []
  await db.batch((b) => { b.addCallback((n) => seen.push(n), 1) })
  t.same(seen, [1])
  t.equal(client.calls.length, 0)
})

t.test('BAT-08 a finished batch takes nothing, and is not executed twice', async (t) => {
  const b = new db.BatchQuery()
  await b.execute()
  for (const act of [() => b.execute(), () => car.batch(b).delete(), () => Car.batch(b).create({ maker: 'kia', year: 1 }), () => b.addCallback(() => {})]) t.match(await failure(act), { name: 'BatchError', message: /executed already/ })
  const failed = new db.BatchQuery()
  await car.batch(failed).delete()
  client.reply('DELETE', () => new Error('gone'))
  await t.rejects(failed.execute(), /gone/)
  client.reply('DELETE', [])
  await t.rejects(failed.execute(), BatchError)
})

t.test('BAT-09 callbacks run in order after success, are awaited, and one that throws ends them', async (t) => {
  const seen: string[] = []
  const note = async (what: string): Promise<void> => { await null; seen.push(what) }
  const b = new db.BatchQuery()
  t.throws(() => b.addCallback('x' as never), BatchError)
  b.addCallback(note, 'first')
  b.addCallback((a: number, z: number) => { seen.push(`${a} ${z} after ${client.calls.length}`) }, 1, 2)
  b.addCallback(() => { throw new Error('third') })
  b.addCallback(note, 'fourth')
  await car.batch(b).delete()
  await t.rejects(b.execute(), /third/)
  t.same(seen, ['first', '1 2 after 1'])

  client.reply('DELETE', () => new Error('gone'))
  const failing = new db.BatchQuery()
  failing.addCallback(note, 'never')
  await car.batch(failing).delete()
  await t.rejects(failing.execute(), /gone/)
  client.reply('DELETE', [])
  t.notMatch(seen, ['never'])
})

t.test('BAT-01 BAT-02 BAT-10 options of the constructor are checked and sent', async (t) => {
  const b = new db.BatchQuery({ type: 'unlogged', timestamp: 7n, consistency: 'LOCAL_QUORUM', timeout: 5_000 })
  await car.batch(b).delete()
  await b.execute()
  t.match(client.calls, [{ options: { logged: false, consistency: types.consistencies.localQuorum, timestamp: types.Long.fromNumber(7) } }])
  for (const options of [{ type: 'COUNTER' }, { type: 5 }, { timestamp: 5 }, { timestamp: 'now' }, { consistency: 'MOST' }, { timeout: 0 }, { executeOnException: 1 }, { connection: '' }, { logged: true }, { type: 'counter', timestamp: 5n }]) {
    t.match(await failure(() => new db.BatchQuery(options as never)), { name: /^(Batch|Query|Config)Error$/ }, JSON.stringify(options, (_, v: unknown) => typeof v === 'bigint' ? String(v) : v))
  }
  t.match(await failure(() => db.batch({} as never, 'x' as never)), { name: 'BatchError' })
})

t.test('BAT-03 BAT-13 statements have their own timestamps and TTLs beside that of the batch', async (t) => {
  await db.batch({ timestamp: new Date(5) }, async (b) => {
    await car.timestamp(1n).batch(b).delete()
    await Car.batch(b).ttl(60).create({ maker: 'kia', year: 1 })
  })
  t.match(client.calls, [{ cql: /USING TIMESTAMP \?/, params: [1n, 'kia', 1], options: { timestamp: types.Long.fromNumber(5_000) } }, { cql: /USING TTL \?$/ }])
})

t.test('BAT-02 counters make a counter batch, and stand alone', async (t) => {
  const hit = Hit.filter({ page: 'a' })
  await db.batch(async (b) => { await hit.batch(b).update({ n__increment: 1 }) })
  t.match(client.calls, [{ options: { counter: true, logged: false, isIdempotent: false } }])
  const wrong: [options: object, first: (b: InstanceType<typeof db.BatchQuery>) => Promise<unknown>, second?: (b: InstanceType<typeof db.BatchQuery>) => Promise<unknown>][] = [
    [{ type: 'counter' }, (b) => car.batch(b).delete()],
    [{ type: 'logged' }, (b) => hit.batch(b).update({ n__increment: 1 })],
    [{ timestamp: 5n }, (b) => hit.batch(b).update({ n__increment: 1 })],
    [{}, (b) => hit.batch(b).update({ n__increment: 1 }), (b) => car.batch(b).delete()],
    [{}, (b) => car.batch(b).delete(), (b) => hit.batch(b).update({ n__increment: 1 })]
  ]
  for (const [options, first, second] of wrong) {
    const b = new db.BatchQuery(options)
    if (second !== undefined) await first(b)
    t.match(await failure(() => (second ?? first)(b)), { name: 'BatchError' })
  }
})

t.test('BAT-11 B40 B41 a batch goes to one connection: its own, or that of its statements', async (t) => {
  await db.batch(async (b) => { await Far.filter({ id: 1 }).batch(b).update({ text: 'x' }); await Far.batch(b).create({ id: 2 }) })
  t.same([client.calls.length, other.calls.length], [0, 2], "the model's")
  await db.batch({ connection: 'other' }, async (b) => { await car.batch(b).update({ color: 'red' }); await Car.batch(b).create({ maker: 'kia', year: 2 }) })
  t.same([client.calls.length, other.calls.length], [0, 4], "the batch's own")
  await db.batch({ connection: 'default' }, async (b) => { await Far.filter({ id: 1 }).batch(b).delete() })
  t.same([client.calls.length, other.calls.length], [1, 4])

  for (const [first, second] of [[Far.filter({ id: 1 }), car], [car, Far.filter({ id: 1 })]] as const) {
    const b = new db.BatchQuery()
    await (first as typeof car).batch(b).delete()
    t.match(await failure(() => (second as typeof car).batch(b).delete()), { name: 'BatchError', message: /"other".*"default"|"default".*"other"/ })
    await t.rejects(b.execute(), BatchError)
  }
  t.equal(client.calls.length + other.calls.length, 5, 'what was queued before is not sent without the other')
  let b = new db.BatchQuery()
  for (const act of [() => car.using({ connection: 'other' }).batch(b), () => car.batch(b).using({ connection: 'other' }), () => new Car({ maker: 'a', year: 1 }).batch(b).using({ connection: 'other' }).save(), () => new Car({ maker: 'a', year: 1 }).using({ connection: 'other' }).batch(b).save(), () => car.using({ connection: 'other' }).delete({ batch: b })]) {
    t.match(await failure(act), { name: 'BatchError' }, String(act))
  }
  await t.rejects(b.execute(), BatchError)
  b = new db.BatchQuery()
  await car.using({ keyspace: 'there' }).batch(b).delete()
  await b.execute()
  t.match(client.calls.at(-1)?.cql, 'DELETE FROM "there"."car"')
  t.match(await failure(() => db.batch({ connection: 'nope' }, async (b) => { await car.batch(b).delete() })), { name: 'ConnectionRegistryError', message: /nope/ })
})

t.test('BAT-12 B03 instances are clean after success only, and detached', async (t) => {
  const instance = Car.hydrate({ maker: 'kia', year: 1, color: 'red', tags: new Set() } as never)
  instance.color = 'blue'
  client.reply('UPDATE', () => new Error('gone'))
  await t.rejects(db.batch(async (b) => { await instance.batch(b).save() }), /gone/)
  t.same(instance.getChangedColumns(), ['color'])
  client.reply('UPDATE', [])
  await db.batch(async (b) => {
    await instance.batch(b).save()
    instance.color = 'green'
    t.same(instance.getChangedColumns(), ['color'], 'queued is not stored')
  })
  t.same(instance.getChangedColumns(), ['color'], 'what was changed after queueing is still to be saved')
  client.calls.length = 0
  await instance.save()
  t.match(client.calls, [{ params: ['green', 'kia', 1] }], 'at once, not into the finished batch')
})

t.test('BAT-12 each batch knows its own writes of an instance, whatever waits in another one', async (t) => {
  const [first, second] = [new db.BatchQuery(), new db.BatchQuery()]
  const shared = new Car({ maker: 'kia', year: 1, color: 'red' })
  await shared.batch(first).save()
  shared.color = 'blue'
  await shared.batch(second).save()
  shared.color = 'green'
  await shared.batch(first).save()
  await shared.batch(first).save()
  await second.execute()
  t.match(client.calls, [{ cql: /^INSERT/, params: ['kia', 1, 'blue'] }])
  client.calls.length = 0
  await first.execute()
  t.match(client.calls, [{ cql: /^INSERT/, params: ['kia', 1, 'red'] }, { cql: /^UPDATE/, params: ['green', 'kia', 1] }])
  t.equal(client.calls.length, 2, 'what nothing changed is not sent again')
  t.strictSame(shared.getChangedColumns(), [])
})

t.test('Model.batch(b) begins with the objects of the class, whatever those are at that time', async (t) => {
  let color = 'red'
  class Own extends Car { static override get objects (): typeof Car.objects { return super.objects.iff({ color }) } }
  const key = { maker: 'kia', year: 1 }
  await db.batch(async (b) => {
    await Own.batch(b).filter(key).update({ color: 'blue' })
    color = 'green'
    await Own.batch(b).filter(key).update({ color: 'blue' })
  })
  t.match(client.calls, [{ cql: /IF "color" = \?$/, params: ['blue', 'kia', 1, 'red'] }, { params: ['blue', 'kia', 1, 'green'] }])
})

t.test('a batch shows nothing of what waits in it, and may be frozen', async (t) => {
  const b = Object.freeze(new db.BatchQuery())
  const shown = inspect(b)
  await Car.batch(b).create({ maker: 'kia', year: 1 })
  t.equal(inspect(b), shown)
  t.strictSame(Object.keys(b), ['connection', 'executeOnException'])
  await b.execute()
  t.equal(client.calls.length, 1)
})

t.test('calls queue synchronously, awaited or not', async (t) => {
  await db.batch((b) => {
    void Car.objects.batch(b).create({ maker: 'kia', year: 1 })
    void new Car({ maker: 'kia', year: 2 }).batch(b).save()
    void car.batch(b).update({ color: 'red' })
    void car.batch(b).delete()
    void Car.hydrate({ maker: 'kia', year: 1, color: 'red', tags: new Set() } as never).batch(b).update({ color: 'blue' })
    void Car.hydrate({ maker: 'kia', year: 1, color: 'red', tags: new Set() } as never).batch(b).delete()
  })
  t.equal(client.calls.length, 6)
})

t.test('options of a request are not one statement\'s (OPT-06)', async (t) => {
  for (const options of [{ consistency: 'ONE' }, { serialConsistency: 'SERIAL' }, { timeout: 5 }, { profile: 'x' }] as const) {
    t.match(await failure(() => car.delete({ ...options, batch: new db.BatchQuery() })), { name: 'BatchError', message: new RegExp(Object.keys(options)[0] ?? '') })
  }
  await db.batch(async (b) => { await car.idempotent(false).batch(b).delete() })
  t.match(client.calls, [{ options: { isIdempotent: false } }])
})

t.test('B18 models with a consistency bring it into the batch, unless it has its own; two need one', async (t) => {
  await db.batch(async (b) => { await car.batch(b).delete(); await Safe.filter({ id: 1 }).batch(b).delete() })
  t.match(client.calls[0]?.options, { consistency: types.consistencies.quorum })
  client.calls.length = 0
  await db.batch({ consistency: 'ONE' }, async (b) => { await Safe.filter({ id: 1 }).batch(b).delete(); await Safer.filter({ id: 1 }).batch(b).delete() })
  t.match(client.calls[0]?.options, { consistency: types.consistencies.one })
  t.match(await failure(() => db.batch(async (b) => { await Safe.filter({ id: 1 }).batch(b).delete(); await Safer.filter({ id: 1 }).batch(b).delete() })), { name: 'BatchError', message: /db\.batch\({ consistency }\)/ })
})

t.test('sizes are told with their numbers, before anything is sent', async (t) => {
  const large = 'x'.repeat(5 * 2 ** 20)
  const paint = (b: BatchQuery, ...makers: string[]): Promise<Error> => failure(async () => { for (const maker of makers) await Car.filter({ maker, year: 1 }).batch(b).update({ color: large }) })
  for (const [type, makers, message] of [
    [undefined, ['a', 'b'], /^car: with this statement, number 2, the values of the batch have 1048\d{4} bytes, of which a logged batch takes 8388608/],
    ['unlogged', ['a', 'b', 'b'], /^car: with this statement, number 3, the values for one partition have 1048\d{4} bytes, of which a batch takes 8388608/],
    ['unlogged', ['a', 'b', 'c', 'd'], /^car: with this statement, number 4, the batch has 2097\d{4} bytes, of which one request takes 16777216/]
  ] as const) {
    const b = new db.BatchQuery({ type })
    t.match(await paint(b, ...makers), { name: 'BatchError', message })
    await t.rejects(b.execute(), { name: 'BatchError', message }, 'nothing of it is sent')
  }
  const b = new db.BatchQuery()
  t.match(await failure(() => car.batch(b).update({ color: large + large })), { name: 'ValidationError', rule: 'size' })

  const many = new db.BatchQuery()
  for (let year = 0; year < 65_535; year++) void Car.filter({ maker: 'kia', year }).batch(many).delete()
  t.match(await failure(() => car.batch(many).delete()), { name: 'BatchError', message: /at most 65535 statements/ })
  t.equal(client.calls.length, 0)
})
