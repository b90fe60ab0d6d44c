import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { recorded } from '../model/setup.js'

/** How often code is made from text, which is what a model's compiling ends in. */
async function compilations (run: () => Promise<void>): Promise<number> {
  const usual = globalThis.Function
  let made = 0
  globalThis.Function = new Proxy(usual, { construct (target, given, newTarget) { made++; return Reflect.construct(target, given, newTarget) as object } })
  try {
    await run()
  } finally {
    globalThis.Function = usual
  }
  return made
}

const rounds = 50

t.test('what a model has learnt is learnt once, wherever its statements go', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class User extends db.Model.define('user', { id: c.Integer({ primaryKey: true }), name: c.Text(), tags: c.Set(c.Text) }).as<User>() {}
  class Pet extends db.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }).as<Pet>() {}
  class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() { static { this.register() } }
  const { client } = await recorded(t, db)
  client.reply('user', [{ id: 1, name: 'ada', tags: new Set(['a']) }])
  client.reply('pet', [{ id: 1, kind: 'cat', lives: 9 }])

  const use = async (U: typeof User, P: typeof Pet, C: typeof Cat): Promise<void> => {
    const user = await U.get({ id: 1 })
    await user.update({ name: 'b', tags__add: ['b'] })
    await U.create({ id: 2, name: 'c' })
    t.ok((await U.objects.filter({ id: 1 }).only('name').first()) instanceof User)
    t.ok((await P.get({ id: 1 })) instanceof Cat)
    await C.create({ id: 2, lives: 1 })
    await (await C.get({ id: 1 })).delete()
    client.calls.length = 0
  }
  const using = async (keyspace: string): Promise<void> => {
    const user = await User.using({ keyspace }).get({ id: 1 })
    await user.using({ keyspace }).update({ name: 'b' })
    await User.using({ keyspace }).create({ id: 2, name: 'c' })
    await Pet.using({ keyspace }).get({ id: 1 })
    client.calls.length = 0
  }
  const places: Record<string, (keyspace: string) => Promise<void>> = {
    contexts: (keyspace) => db.contextQuery([User, Pet, Cat], { keyspace }, ([U, P, C]) => use(U, P, C)),
    'contexts in contexts': (keyspace) => db.contextQuery(User, { keyspace: 'outer' }, (U) => db.contextQuery([U, Pet, Cat], { keyspace }, ([V, P, C]) => use(V, P, C))),
    using,
    scopes: (keyspace) => db.scope({ keyspace }, () => use(User, Pet, Cat)),
    'scopes by functions': (keyspace) => db.scope(() => ({ keyspace }), () => use(User, Pet, Cat)),
    setKeyspace: async (keyspace) => { db.setKeyspace(keyspace); await use(User, Pet, Cat) }
  }
  await use(User, Pet, Cat)
  for (const [name, at] of Object.entries(places)) {
    await at('first')
    const count = await compilations(async () => { for (let i = 0; i < rounds; i++) await at(`tenant_${i % 5}`) })
    t.equal(count, 0, `${name}: nothing is compiled for the next ${rounds}`)
  }
})

t.test('a view is a class of its own, with its own place', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class User extends db.Model.define('user', { id: c.Integer({ primaryKey: true }), name: c.Text() }).as<User>() {}
  const { client, taken } = await recorded(t, db)
  client.reply('user', [{ id: 1, name: 'ada' }])
  const [first, second] = await Promise.all(['a', 'b'].map((keyspace) => db.contextQuery(User, { keyspace }, async (U) => {
    const [made, loaded] = [new U({ id: 2 }), await U.get({ id: 1 })]
    const part = await U.objects.only('name').get({ id: 1 })
    await made.save()
    await loaded.update({ name: keyspace })
    await part.update({ name: keyspace })
    t.ok(made instanceof User && loaded instanceof User && part instanceof User)
    t.equal(loaded.constructor, User)
    return U
  })))
  t.not(first, second)
  const sent = taken().map(({ cql }) => cql)
  for (const keyspace of ['a', 'b']) t.equal(sent.filter((cql) => cql.includes(` ${keyspace}.`) || cql.includes(` "${keyspace}".`)).length, 5)
})

t.test('a table without a model is described and compiled once, whoever asks', async (t) => {
  const db = new CQLAlchemy()
  const { client, taken } = await recorded(t, db)
  const columns = [
    { column_name: 'id', type: 'int', kind: 'partition_key', position: 0, clustering_order: 'none' },
    { column_name: 'name', type: 'text', kind: 'regular', position: -1, clustering_order: 'none' }
  ]
  client.reply('columns', columns)
  client.reply('event', [{ id: 1, name: 'x' }])
  await Promise.all(Array.from({ length: rounds }, () => db.table('event').objects.filter({ id: 1 }).all()))
  t.equal(taken().filter(({ cql }) => cql.includes('system_schema')).length, 3, 'the columns, the indexes and the user types, asked together')
  const clock = performance.now.bind(performance)
  t.teardown(() => { performance.now = clock })
  performance.now = () => clock() + 60_000
  await db.table('event').objects.filter({ id: 1 }).all()
  t.equal(taken().filter(({ cql }) => cql.includes('system_schema')).length, 3, 'asked again after a while')
  client.reply('columns', [...columns, { column_name: 'extra', type: 'int', kind: 'regular', position: -1, clustering_order: 'none' }])
  performance.now = () => clock() + 120_000
  t.match(await db.table('event').objects.filter({ id: 1, extra: 1 }).allowFiltering().all(), [{ id: 1, name: 'x' }], 'and what changed is seen')
})
