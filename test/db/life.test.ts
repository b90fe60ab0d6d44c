import { randomUUID } from 'node:crypto'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { ClosedError, ConfigError } from '../../src/cqlengine/errors.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'

function make () {
  const db = new CQLAlchemy()
  const c = db.columns
  class User extends db.Model.define('user', { id: c.UUID({ primaryKey: true, default: randomUUID }), name: c.Text() }).as<User>() {}
  return { db, User }
}

t.test('the life of a db', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const options = { hosts, localDataCenter, keyspace, env: false }

  t.test('a statement before init says what to do', async (t) => {
    const { User, db } = make()
    await t.rejects(User.all(), { name: 'ClosedError', message: /not connected yet.*register/ })
    await t.rejects(db.syncDb(), ClosedError)
    t.equal(await db.health(), false)
    t.same(db.status(), { connections: {} })
  })

  t.test('FCA-06 closing keeps the models, ends statements with a ClosedError, does no harm twice, and it may be opened again', async (t) => {
    const { User, db } = make()
    await db.init(options)
    await db.syncDb()
    const user = await User.create({ name: 'a' })
    t.equal(await db.health({ timeout: 30_000 }), true)
    await t.rejects(db.init(options), ConfigError, 'one application at a time')
    await db.close()
    await db.close()
    await t.rejects(User.all(), ClosedError)
    await t.rejects(user.update({ name: 'b' }), ClosedError)
    await t.rejects(db.execute('SELECT key FROM system.local'), ClosedError)
    await db.init(options)
    t.equal((await User.get({ id: user.id })).name, 'a')
    await db.close()
  })

  t.test('await using closes it', async (t) => {
    const { User, db } = make()
    {
      await using open = await db.init(options)
      await open.syncDb()
      await User.create({})
    }
    await t.rejects(User.all(), ClosedError)
  })

  t.test('a start that fails leaves it closed, and it may be started again', async (t) => {
    const { db } = make()
    await t.rejects(db.init({ ...options, hosts: ['127.0.0.254:1'] }), { name: 'NoHostAvailableError' })
    t.equal(db.isOpen, false)
    await db.init(options)
    await db.close()
  })

  t.test('closed at any moment of connecting, it can be opened again at once, and that is the one that counts', async (t) => {
    const { db } = make()
    // Nothing, turns of promises, of the event loop, or some of the time that connecting takes.
    const moments = [0, 1, 2, 3, 5, 8].map((turns) => async () => { for (let turn = 0; turn < turns; turn++) await Promise.resolve() })
    moments.push(() => new Promise(setImmediate))
    for (const ms of [1, 5, 10, 20, 40, 80]) moments.push(() => new Promise((resolve) => { setTimeout(resolve, ms) }))
    const others = { other: { hosts, localDataCenter }, lazy: { hosts, lazyConnect: true }, down: { hosts: ['127.0.0.254:1'], retryConnect: true } }
    let failed = 0
    for (const closes of ['awaited', 'not awaited', 'twice'] as const) {
      for (const moment of moments) {
        const first = db.init({ ...options, connections: others }).then(() => undefined, (error: unknown) => error)
        await moment()
        const closing = db.close()
        if (closes === 'awaited') await closing
        if (closes === 'twice') {
          const second = db.init(options).then(() => undefined, (error: unknown) => error)
          const again = db.close()
          t.type(await second, ClosedError)
          await again
        }
        await db.init(options)
        const error = await first
        if (error !== undefined && !(error instanceof ClosedError)) failed++
        t.equal(db.isOpen, true)
        t.same(Object.keys(db.status().connections), ['default'], 'nothing of the first stays')
        await db.execute('SELECT key FROM system.local')
        await closing
        await db.close()
      }
    }
    t.equal(failed, 0, 'whoever was closed meanwhile hears that')
  })

  t.test('a hook that closes the db while it begins to connect ends the start as a whole', async (t) => {
    const { db } = make()
    const onState = (): void => { void db.close() }
    await t.rejects(db.init({ ...options, connections: { other: { hosts, lazyConnect: true } } }, { onState }), ClosedError)
    t.same(db.status().connections, {})
    t.equal(db.isOpen, false)
    await db.init(options)
    await db.close()
  })

  t.test('B39 B42 two in one process know nothing of each other', async (t) => {
    const one = make()
    const two = make()
    const other = await uniqueKeyspace(t)
    await Promise.all([one.db.init(options), two.db.init({ ...options, keyspace: other })])
    await Promise.all([one.db.syncDb(), two.db.syncDb()])
    const user = await two.User.create({ name: 'two' })
    t.equal(await one.User.objects.filter({ id: user.id }).count(), 0)
    one.db.setKeyspace(other)
    t.equal(await one.User.objects.filter({ id: user.id }).count(), 1, 'FCA-05 setKeyspace works on all that name none')
    one.db.setKeyspace()
    t.equal(one.db.keyspace, keyspace, 'FCA-05 without a name: back to the configured one')
    await one.db.close()
    t.equal(await two.User.objects.count(), 1, 'closing one leaves the other')
    await two.db.close()
  })

  t.test('FCA-03 FCA-04 syncDb syncs every model of its own db, children of polymorphic ones too', async (t) => {
    const { db } = make()
    const c = db.columns
    class Pet extends db.Model.define('pet', { id: c.UUID({ primaryKey: true, default: randomUUID }), kind: c.Text({ discriminatorColumn: true }) }).as<Pet>() {}
    class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() { static { this.register() } }
    await db.init(options)
    await db.syncDb()
    await Cat.create({ lives: 9 })
    t.match(await Pet.objects.first(), { kind: 'cat', lives: 9 })
    t.same((await db.syncDb()).statements, [])
    await db.close()
  })

  t.test('FCA-09 an abstract base with a discriminator lends its columns, never its table', async (t) => {
    const db = new CQLAlchemy()
    const c = db.columns
    abstract class Pet extends db.Model.abstract({ id: c.UUID({ primaryKey: true, default: randomUUID }), kind: c.Text({ discriminatorColumn: true }) }) {}
    class Cat extends Pet.define('cats', { lives: c.Integer() }).as<Cat>() {}
    class Dog extends Pet.define('dogs', { owner: c.Text() }).as<Dog>() {}
    await db.init(options)
    await db.syncDb()
    const cat = await Cat.create({ lives: 9 })
    await Dog.create({ owner: 'x' })
    t.equal((await Cat.get({ id: cat.id })).lives, 9)
    t.equal(await Dog.objects.count(), 1)
    await db.close()
  })
})
