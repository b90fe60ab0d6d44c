import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'
import type { Test } from 'tap'
import { register } from '../../src/fastify/register.js'
import { FakeDb } from './fake-db.js'

interface Options { db: FakeDb, name?: string, decorator?: string }

const plugin = fp(async (app: FastifyInstance, options: Options) => { await register(app, options.db, options) })
const dbOf = (app: FastifyInstance, decorator = 'db'): Record<string, unknown> => (app as unknown as Record<string, Record<string, unknown>>)[decorator] as Record<string, unknown>

function newApp (t: Test): FastifyInstance {
  const app = Fastify()
  t.teardown(() => app.close())
  return app
}

t.test('named instances before and after the default', async (t) => {
  const app = newApp(t)
  const [early, late, db] = [new FakeDb(), new FakeDb(), new FakeDb()]
  await app.register(plugin, { db: early, name: 'early' })
  t.equal(dbOf(app).early, early)
  t.equal(dbOf(app).init, undefined, 'there is no default yet')
  await app.register(plugin, { db })
  await app.register(plugin, { db: late, name: 'late' })
  t.equal(dbOf(app), db)
  t.equal(dbOf(app).early, early)
  t.equal(dbOf(app).late, late)
  t.equal(app.getDecorator('db'), db)
  t.strictSame(early.hooks?.name, 'early')
  t.strictSame(Object.keys(db).includes('early'), false, 'it does not show up where a db is printed')
})

t.test('only named ones', async (t) => {
  const app = newApp(t)
  const [a, b] = [new FakeDb(), new FakeDb()]
  await app.register(plugin, { db: a, name: 'a' })
  await app.register(plugin, { db: b, name: 'b' })
  t.equal(dbOf(app).a, a)
  t.equal(dbOf(app).b, b)
})

t.test('names leave a db together with their app', async (t) => {
  const [db, reports] = [new FakeDb(), new FakeDb()]
  for (let round = 0; round < 2; round++) {
    const app = Fastify()
    await app.register(plugin, { db })
    await app.register(plugin, { db: reports, name: 'reports' })
    t.equal(dbOf(app).reports, reports)
    await app.close()
    t.notOk('reports' in db)
  }
})

t.test('names that cannot be used', async (t) => {
  for (const name of ['init', 'close', 'openScope', 'isOpen', 'events', 'constructor', 'toString', 'hasOwnProperty', 'getter', 'setter', 'then', 'toJSON']) {
    await t.rejects(async () => { await newApp(t).register(plugin, { db: new FakeDb(), name }) }, { name: 'ConfigError', message: new RegExp(`${name}.* is a member of every db`) }, name)
  }
  const app = newApp(t)
  await app.register(plugin, { db: new FakeDb() })
  await t.rejects(async () => { await app.register(plugin, { db: new FakeDb(), name: 'close' }) }, { name: 'ConfigError' })
})

t.test('places that are taken', async (t) => {
  // Fastify takes no further plugin after one that failed.
  const refused = async (prepare: (app: FastifyInstance) => unknown, place: { name?: string, decorator?: string }, message: RegExp): Promise<void> => {
    const app = newApp(t)
    await prepare(app)
    const db = new FakeDb()
    await t.rejects(async () => { await app.register(plugin, { db, ...place }) }, { name: 'ConfigError', message })
    t.strictSame(db.events, [], 'before anything is opened')
  }
  await refused((app) => app.register(plugin, { db: new FakeDb() }), {}, /registered already as app\.db.*option name/)
  await refused((app) => app.register(plugin, { db: new FakeDb(), name: 'a' }), { name: 'a' }, /called a is registered already as app\.db\.a/)
  for (const decorator of ['mine', 'log', 'get']) await refused((app) => app.decorate('mine', {}), { decorator }, /something else already.*option decorator/)
})

t.test('another decorator', async (t) => {
  const app = newApp(t)
  const [db, named, other] = [new FakeDb(), new FakeDb(), new FakeDb()]
  await app.register(plugin, { db, decorator: 'cassandra' })
  await app.register(plugin, { db: named, decorator: 'cassandra', name: 'reports' })
  await app.register(plugin, { db: other })
  t.equal(dbOf(app, 'cassandra'), db)
  t.equal(dbOf(app, 'cassandra').reports, named)
  t.equal(dbOf(app), other)
})

t.test('a child context may have its own, and its siblings and parents keep theirs', async (t) => {
  const app = newApp(t)
  const [root, own] = [new FakeDb(), new FakeDb()]
  await app.register(plugin, { db: root })
  await app.register(async (child) => {
    t.equal(dbOf(child), root)
    await child.register(plugin, { db: own })
    t.equal(dbOf(child), own)
    await child.register(async (grandchild) => { t.equal(dbOf(grandchild), own) })
  })
  await app.register(async (sibling) => { t.equal(dbOf(sibling), root) })
  t.equal(dbOf(app), root)
  await app.close()
  t.strictSame([root.isOpen, own.isOpen], [false, false])
})

t.test('a name of a child context stays there, beside all that the parent has', async (t) => {
  const app = newApp(t)
  const [root, reports, own] = [new FakeDb(), new FakeDb(), new FakeDb()]
  await app.register(plugin, { db: root })
  await app.register(async (child) => {
    await child.register(plugin, { db: reports, name: 'reports' })
    t.equal(dbOf(child).reports, reports)
    t.ok('reports' in dbOf(child))
    t.equal(dbOf(child).events, root.events)
    t.equal(dbOf(child).constructor, FakeDb)
    t.equal((dbOf(child).where as () => unknown)(), undefined, 'methods work, with private parts')
    await child.register(plugin, { db: own })
    t.equal(dbOf(child), own)
    t.equal(dbOf(child).reports, reports)
  })
  t.notOk('reports' in dbOf(app))
})

t.test('siblings may use one name', async (t) => {
  const app = newApp(t)
  const dbs = [new FakeDb(), new FakeDb()]
  for (const db of dbs) {
    await app.register(async (child) => {
      await child.register(plugin, { db, name: 'shared' })
      t.equal(dbOf(child).shared, db)
    })
  }
  t.notOk('db' in app)
})
