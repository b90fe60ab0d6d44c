// A batch that refused a statement sends nothing, its end tells the error, and no rejection is left over.
import t from 'tap'
import { BatchError, QueryError, ValidationError } from '../../src/cqlengine/errors.js'
import type { BatchQuery } from '../../src/cqlengine/query/operation/batch.js'
import { mockClient } from '../../src/testing/mock-client.js'
import { failure, recordingDb, serverDb } from './setup.js'

const { db, client } = await recordingDb(t)
const far = mockClient()
await db.connection.registerConnection('far', { session: far })
const c = db.columns
class User extends db.Model.define('user', { id: c.Integer({ primaryKey: true }), name: c.Text({ required: true, maxLength: 5 }), age: c.Integer() }).as<User>() {}
class Asynchronous extends db.Model.define('later', { id: c.Integer({ primaryKey: true }), a: c.Integer() }).as<Asynchronous>() {
  // The compiler cannot know that this one must not wait.
  override async validate (): Promise<void> { await null; throw new Error('nobody waits for this') }
}

class Throwing extends db.Model.define('throwing', { id: c.Integer({ primaryKey: true }) }).as<Throwing>() {
  override validate (): void { throw 'no error at all' } // eslint-disable-line no-throw-literal -- users do
}

class OwnSave extends db.Model.define('own', { id: c.Integer({ primaryKey: true }), a: c.Integer() }).as<OwnSave>() {
  override async save (): Promise<this> { throw new QueryError('its own save() says no') }
}

class Hit extends db.Model.define('hit', { id: c.Integer({ primaryKey: true }), n: c.Counter() }).as<Hit>() {}
class Far extends db.Model.define('far', { id: c.Integer({ primaryKey: true }) }, { connection: 'far' }).as<Far>() {}
class Nowhere extends db.Model.define('nowhere', { id: c.Integer({ primaryKey: true }) }, { connection: 'none' }).as<Nowhere>() {}
const stranger = await recordingDb(t)
class Strange extends stranger.db.Model.define('strange', { id: c.Integer({ primaryKey: true }) }).as<Strange>() {}

const unhandled: unknown[] = []
const note = (error: unknown): void => { unhandled.push(error) }
process.on('unhandledRejection', note)
t.teardown(() => process.off('unhandledRejection', note))
/** Rejections that nobody handles are told after the microtasks of a turn. */
const turn = async (): Promise<void> => { await new Promise((resolve) => { setImmediate(resolve) }) }
t.beforeEach(() => { client.calls.length = 0 })

const good = (b: BatchQuery): Promise<unknown> => User.batch(b).create({ id: 1, name: 'ann' })
const large = 'x'.repeat(9 * 2 ** 20)

/** Each refused for another reason, and in another way of calling. */
const refused: Record<string, (b: BatchQuery) => unknown> = {
  'create of a class': (b) => User.create({ id: 1, name: null as never }, { batch: b }),
  'create of a query set': (b) => User.batch(b).create({ id: 1, name: 'too long' }),
  'create with a filter': (b) => User.filter({ id: 1 }).batch(b).create({ id: 1, name: 'ann' }),
  'create with an unknown key': (b) => User.batch(b).create({ id: 1, nam: 'ann' } as never),
  'create with a wrong option': (b) => User.batch(b).create({ id: 1, name: 'ann' }, { ttl: -1 }),
  'create of a class with an unknown option': (b) => User.create({ id: 1, name: 'ann' }, { batch: b, tll: 1 } as never),
  'save of an instance': (b) => Object.assign(new User({ id: 1, name: 'ann' }), { name: 'too long' }).batch(b).save(),
  'save with an option of a request': (b) => new User({ id: 1, name: 'ann' }).save({ batch: b, timeout: 5 }),
  'save with a wrong option': (b) => new User({ id: 1, name: 'ann' }).save({ batch: b, ttl: 'x' as never }),
  'a wrong option beside a chain': (b) => new User({ id: 1, name: 'ann' }).batch(b).save({ ttl: 'x' as never }),
  'update of an instance': (b) => User.hydrate({ id: 1, name: 'ann' }).batch(b).update({ name: 'too long' }),
  'update of an unknown column': (b) => User.hydrate({ id: 1, name: 'ann' }).update({ nam: 'x' } as never, { batch: b }),
  'delete of an instance': (b) => User.hydrate({ id: 1, name: 'ann' }).delete({ batch: b, ttl: 5 }),
  'delete of an instance by a chain': (b) => User.hydrate({ id: 1, name: 'ann' }).batch(b).ttl(5).delete(),
  'update by a filter': (b) => User.filter({ id: 1 }).batch(b).update({ name: 'too long' }),
  'update of too much': (b) => User.objects.batch(b).update({ name: 'ann' }),
  'update with a wrong option': (b) => User.filter({ id: 1 }).update({ age: 1 }, { batch: b, ttl: -1 }),
  'delete by a filter': (b) => User.filter({ age: 1 }).batch(b).delete(),
  'delete with a limit': (b) => User.filter({ id: 1 }).limit(1).batch(b).delete(),
  'delete with an option of a request': (b) => User.filter({ id: 1 }).delete({ batch: b, consistency: 'ONE' }),
  'a validate() that waits': (b) => new Asynchronous({ id: 1 }).batch(b).save(),
  'a validate() that throws no error': (b) => new Throwing({ id: 1 }).batch(b).save(),
  'a save() of its own': (b) => OwnSave.batch(b).create({ id: 1 }),
  'a counter beside columns': (b) => Hit.filter({ id: 1 }).batch(b).update({ n__increment: 1 }),
  'another connection': (b) => Far.batch(b).create({ id: 1 }),
  'an unknown connection': (b) => Nowhere.filter({ id: 1 }).batch(b).delete(),
  'another db': (b) => Strange.batch(b).create({ id: 1 }),
  'too many bytes in a statement': (b) => new Asynchronous({ id: 1 }).batch(b).update({ a: large as never }),
  'a read': (b) => User.batch(b).all(),
  'a get': (b) => User.batch(b).get({ id: 1 }),
  'a count': (b) => User.batch(b).count(),
  'a page': (b) => User.batch(b).page({ size: -1 }),
  createMany: (b) => User.createMany([{ id: 1, name: 'ann' }], { batch: b } as never),
  'raw CQL': (b) => db.execute('SELECT now() FROM system.local', [], { batch: b })
}
/** Those whose chain throws at once. */
const thrown: Record<string, (b: BatchQuery) => unknown> = {
  'a wrong option in a chain': (b) => User.filter({ id: 1 }).batch(b).ttl(-1).delete(),
  'a wrong option in the chain of an instance': (b) => User.hydrate({ id: 1, name: 'ann' }).batch(b).ttl(-1).save(),
  'a wrong filter': (b) => User.batch(b).filter({ nam: 1 } as never).delete(),
  'a wrong condition': (b) => User.batch(b).iff({ nam: 1 } as never)
}
const names = (cases: object): string[] => Object.keys(cases)

t.test('db.batch throws what a call refused that nobody awaited, before and after others, and sends nothing', async (t) => {
  for (const name of names(refused)) {
    const call = refused[name] as (b: BatchQuery) => unknown
    let own: unknown
    const told = await db.batch((b) => {
      void good(b)
      const promise = call(b) as Promise<unknown>
      void good(b)
      promise.then(() => {}, (error: unknown) => { own = error })
    }).then(() => undefined, (error: unknown) => error)
    t.ok(told !== undefined && told === own, `${name}: the very error of the call`)
    await t.rejects(db.batch((b) => { void good(b); void call(b) }), name)
    t.same(client.calls.length + far.calls.length + stranger.client.calls.length, 0, `${name}: nothing is sent`)
    await turn()
    t.same(unhandled.splice(0), [], name)
  }
})

t.test('also when the function caught the error, with executeOnException, and by hand', async (t) => {
  for (const [name, call] of Object.entries({ ...refused, ...thrown })) {
    for (const executeOnException of [false, true]) {
      let own: unknown
      const told = await db.batch({ executeOnException }, async (b) => {
        await good(b)
        try { await call(b) } catch (error) { own = error }
        await good(b)
      }).then(() => undefined, (error: unknown) => error)
      t.ok(own !== undefined && told === own, `${name}, caught`)
      own = undefined
      const passed = await db.batch({ executeOnException }, async (b) => {
        await good(b)
        try { await call(b) } catch (error) { own = error; throw error }
      }).then(() => undefined, (error: unknown) => error)
      t.ok(own !== undefined && passed === own, `${name}, passed on`)
    }
    const b = new db.BatchQuery()
    void good(b)
    try { void call(b) } catch { /* told at the end */ }
    await t.rejects(b.execute(), name)
    await t.rejects(b.execute(), { name: 'BatchError', message: /has ended/ }, 'once')
    await t.rejects(good(b), BatchError)
    t.equal(client.calls.length, 0, name)
  }
})

t.test('limits refuse the whole batch: 20 times 1 MiB is nothing, not seven times', async (t) => {
  class Large extends db.Model.define('large', { id: c.Integer({ primaryKey: true }), data: c.Text() }).as<Large>() {}
  const data = 'x'.repeat(2 ** 20)
  await t.rejects(db.batch((b) => { for (let id = 0; id < 20; id++) void Large.batch(b).create({ id, data }) }), { name: 'BatchError', message: /number 8, the values of the batch have 838\d{4} bytes/ })
  t.equal(client.calls.length, 0)
})

t.test('instances stay dirty, callbacks do not run, and the next batch takes the instances', async (t) => {
  const user = User.hydrate({ id: 1, name: 'ann', age: 1 })
  user.age = 2
  const fresh = new User({ id: 2, name: 'bob' })
  await t.rejects(db.batch((b) => {
    b.addCallback(() => t.fail('it did not succeed'))
    void user.batch(b).save()
    void fresh.batch(b).save()
    void User.batch(b).create({ id: 3, name: 'too long' })
  }), ValidationError)
  t.same([user.getChangedColumns(), fresh.isPersisted], [['age'], false])
  await db.batch((b) => { void user.batch(b).save(); void fresh.batch(b).save() })
  t.same([client.calls.length, user.getChangedColumns(), fresh.isPersisted], [2, [], true])
})

t.test('of several errors the first is thrown, and has the others, twenty at most', async (t) => {
  const error = await failure(() => db.batch((b) => {
    void User.batch(b).create({ id: 1, name: 'too long' })
    void Far.filter({ id: 1 }).batch(b).update({} as never, { consistency: 'ONE', ttl: -1 })
    void User.filter({ age: 1 }).batch(b).delete()
    for (let id = 0; id < 100; id++) void User.batch(b).create({ id, name: 'too long' })
  })) as Error & { refused: Error[] }
  t.type(error, ValidationError)
  t.same(error.refused.slice(0, 3).map((e) => e.name), ['QueryError', 'QueryError', 'ValidationError'])
  t.equal(error.refused.length, 19)
  t.notOk(Object.keys(error).includes('refused'), 'logs print one error')
})

t.test('an error of the function is told with the refusal beside it', async (t) => {
  const mine = new Error('mine')
  const plain = await failure(() => db.batch((b) => { void User.filter({ age: 1 }).batch(b).delete(); throw mine })) as Error & { refused: Error[] }
  t.equal(plain, mine)
  t.match(plain.refused, [{ name: 'QueryError' }])
  const executed = await failure(() => db.batch({ executeOnException: true }, (b) => {
    void good(b)
    void User.filter({ age: 1 }).batch(b).delete()
    throw new Error('mine too')
  }))
  t.match(executed, { name: 'QueryError', cause: { message: 'mine too' } })
  t.equal(client.calls.length, 0)
})

t.test('a batch that nobody ends does not end the process', async () => {
  const b = new db.BatchQuery()
  for (const call of Object.values(refused)) void call(b)
})

t.test('a function that threw has ended its batch', async (t) => {
  let kept: BatchQuery | undefined
  await t.rejects(db.batch((b) => { kept = b; throw new Error('mine') }), /mine/)
  await t.rejects(good(kept as BatchQuery), { name: 'BatchError', message: /has ended/ })
})

t.test('a statement that comes after the end is told once as a warning, for nobody may be waiting', async (t) => {
  const warned: Error[] = []
  const listen = (warning: Error): void => { warned.push(warning) }
  process.on('warning', listen)
  t.teardown(() => process.off('warning', listen))
  const b = new db.BatchQuery()
  await b.execute()
  void good(b)
  void User.filter({ id: 1 }).batch(b).update({ name: 'too long' })
  await t.rejects(good(b), BatchError)
  await turn()
  t.match(warned.map((w) => w.message), [/came to a batch that was executed already/])
  t.equal(warned.length, 1)
})

t.test('nothing is written on a server', async (t) => {
  const db = await serverDb(t)
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), name: c.Text({ maxLength: 5 }) }).as<Row>() {}
  await db.syncDb()
  await t.rejects(db.batch((b) => { void Row.batch(b).create({ id: 1, name: 'ann' }); void Row.batch(b).create({ id: 2, name: 'too long' }) }), ValidationError)
  t.equal(await Row.objects.count(), 0)
})

t.test('no rejection was left over', async (t) => {
  await turn()
  t.same(unhandled, [])
})
