// The programs of seeds 000, 001 and 002 in our spelling, on two real clusters; and what instances know of where they came from.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { Client } from '../../src/cqlengine/driver.js'
import { twoClusters } from './two-clusters.js'

const clusters = await twoClusters(t)
const { keyspace: test, own: ks2, options } = clusters
const [one, two] = [clusters.clients.one, clusters.clients.two]

function models (db: CQLAlchemy) {
  const c = db.columns
  class Automobile extends db.Model.define('automobile', {
    manufacturer: c.Text({ primaryKey: true }),
    year: c.Integer({ primaryKey: true }),
    model: c.Text({ primaryKey: true }),
    price: c.Double(),
    extras: c.Set(c.Text)
  }, { keyspace: test, connection: 'cluster2' }).as<Automobile>() {}
  return { Automobile }
}

/** `manufacturer model price` of the rows of a maker, in a keyspace of a cluster. */
async function found (client: Client, keyspace: string, manufacturer: string): Promise<string[]> {
  const { rows } = await client.execute(`SELECT manufacturer, model, price FROM ${keyspace}.automobile WHERE manufacturer = ?`, [manufacturer], { prepare: true })
  return rows.map((row) => `${row['manufacturer']} ${row['model']} ${row['price']}`)
}

/** The same for all four places: keyspace `test` and `ks2` of cluster one, then of cluster two. */
const everywhere = async (manufacturer: string): Promise<string[][]> =>
  await Promise.all(([[one, test], [one, ks2], [two, test], [two, ks2]] as const).map(async ([client, keyspace]) => await found(client, keyspace, manufacturer)))

const db = new CQLAlchemy()
const { Automobile } = models(db)
t.teardown(async () => { await db.close() })

await t.test('registering connections, by hosts and by a session of the user; changing the default; unregistering', async (t) => {
  const { connection } = db
  await connection.setup(options.one.hosts ?? null, test)
  await connection.registerConnection('cluster1', { ...options.one })
  await connection.registerConnection('cluster2', { hosts: options.two.hosts as string[] })
  t.same([connection.names, connection.defaultName], [['default', 'cluster1', 'cluster2'], 'default'])

  const session = new Client({ contactPoints: options.two.hosts as string[], localDataCenter: 'datacenter1' })
  t.teardown(async () => { await session.shutdown() })
  await connection.registerConnection('cluster3', { session })
  t.equal(await connection.getSession('cluster3'), session)
  await connection.registerConnection('cluster4', { hosts: options.two.hosts as string[], default: true })
  t.equal(connection.defaultName, 'cluster4')
  connection.setDefaultConnection('default')
  await connection.unregisterConnection('cluster3')
  await connection.unregisterConnection('cluster4')
  t.same(connection.names, ['default', 'cluster1', 'cluster2'])
  t.equal((await session.execute('SELECT key FROM system.local')).rowLength, 1, "the user's session is the user's to close")
})

await t.test('management on connections × keyspaces', async (t) => {
  const keyspaces = [test, ks2]
  const connections = ['cluster1', 'cluster2']
  for (const keyspace of keyspaces) await db.management.createKeyspaceSimple(keyspace, 1, { connections })
  const { statements } = await db.management.syncTable(Automobile, { keyspaces, connections })
  t.equal(statements.length, 4)
  t.same(await everywhere('nobody'), [[], [], [], []], 'the table is at all four')
})

t.test('the default connection of a model, using on queries and instances, contexts, batches', async (t) => {
  const tesla = { manufacturer: 'Tesla', year: 2012, model: 'S' }
  await Automobile.create({ ...tesla, price: 1 })
  t.same(await everywhere('Tesla'), [[], [], ['Tesla S 1'], []], 'on cluster2')
  t.equal((await Automobile.objects.all()).length, 1)

  await Automobile.objects.using({ connection: 'cluster1' }).create({ manufacturer: 'honda', year: 2010, model: 'civic' })
  t.same(await everywhere('honda'), [['honda civic null'], [], [], []])

  await Automobile.using({ keyspace: ks2 }).create({ ...tesla, price: 2, extras: ['hook'] })
  const q = Automobile.objects.filter({ manufacturer: 'Tesla' })
  const autos = await q.using({ keyspace: ks2, connection: 'cluster2' }).all()
  t.same(autos.map(({ price }) => price), [2])
  for (const auto of autos) await auto.using({ connection: 'cluster1' }).save()
  t.same(await everywhere('Tesla'), [[], ['Tesla S 2'], ['Tesla S 1'], ['Tesla S 2']], 'the whole row, in the keyspace that it came from')

  t.equal((await db.contextQuery(Automobile, { connection: 'cluster1' }, async (A) => await A.objects.filter({ manufacturer: 'honda' }).all())).length, 1)
  await db.batch({ connection: 'cluster1' }, async (b) => {
    await Automobile.objects.batch(b).create({ manufacturer: 'honda', year: 2010, model: 'civic', price: 3 })
  })
  t.same(await everywhere('honda'), [['honda civic 3'], [], [], []])
})

t.test('setup, registerConnection and setSession with all their options', async (t) => {
  await using other = new CQLAlchemy()
  const { Automobile } = models(other)
  const { connection } = other
  await connection.setup(options.two.hosts ?? null, 'nowhere_yet', { consistency: 'LOCAL_QUORUM', lazyConnect: true, retryConnect: true, socketOptions: { readTimeout: 20_000 } })
  t.match(other.status(), { connections: { default: { state: 'idle', isDefault: true } } })
  t.equal(other.keyspace, 'nowhere_yet')
  await connection.registerConnection('cluster2', { hosts: options.two.hosts as string[], consistency: 1, lazyConnect: false, retryConnect: false, clusterOptions: { pooling: { warmup: true } }, default: false })
  await Automobile.create({ manufacturer: 'fiat', year: 1957, model: '500' })
  t.same(await everywhere('fiat'), [[], [], ['fiat 500 null'], []])
  t.equal((await connection.getConnection()).state, 'ready', 'a lazy one is connected by that')
  await t.rejects(connection.registerConnection('both', { hosts: options.one.hosts as string[], session: one } as never), { name: 'ConfigError' })
  t.notOk(connection.names.includes('both'))

  connection.setSession(one)
  t.equal(await connection.getSession(), one)
  t.match((await other.execute(`SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = '${test}'`)).rows, [{ keyspace_name: test }])
})

t.test('an instance remembers its place, however it was loaded', async (t) => {
  const key = { manufacturer: 'origin', year: 2000 }
  const names = ['all', 'first', 'get', 'iterated', 'paged', 'only', 'by batch', 'in a context']
  for (const model of names) await one.execute(`INSERT INTO ${ks2}.automobile (manufacturer, year, model, price) VALUES ('origin', 2000, ?, 0)`, [model], { prepare: true })
  const place = { connection: 'cluster1', keyspace: ks2 }
  const q = (model: string) => Automobile.using(place).filter({ ...key, model })
  for (const auto of await q('all').all()) await auto.update({ price: 1 })
  await (await q('first').first())?.update({ price: 1 })
  await (await q('get').get()).update({ price: 1 })
  for await (const auto of q('iterated')) await auto.update({ price: 1 })
  for (const auto of (await q('paged').page()).rows) await auto.update({ price: 1 })
  for (const auto of await q('only').only('price').all()) await auto.update({ price: 1 })
  const batched = await q('by batch').get()
  await db.batch(async (b) => { await batched.batch(b).update({ price: 1 }) })
  const [contextual] = await db.contextQuery(Automobile, place, async (A) => await A.filter({ ...key, model: 'in a context' }).all())
  await contextual?.update({ price: 1 })
  t.same(await everywhere('origin'), [[], [...names].sort().map((model) => `origin ${model} 1`), [], []])

  db.connection.setDefaultConnection('cluster1')
  await db.scope({ connection: 'cluster2', keyspace: test }, async () => { await batched.delete() })
  db.connection.setDefaultConnection('default')
  t.equal((await everywhere('origin'))[1]?.length, names.length - 1, 'neither scope nor default moves it')
})

t.test('a save elsewhere copies the whole row, explicitly and once', async (t) => {
  const auto = await Automobile.create({ manufacturer: 'copy', year: 1, model: 'x', price: 1, extras: ['a', 'b'] })
  const there = { connection: 'cluster1' }
  await auto.using(there).save()
  t.same(await everywhere('copy'), [['copy x 1'], [], ['copy x 1'], []])
  t.same((await one.execute(`SELECT extras FROM ${test}.automobile WHERE manufacturer = 'copy'`)).first()?.['extras'], ['a', 'b'], 'collections, too')

  auto.price = 2
  auto.extras.delete('a')
  await auto.save()
  t.same(await everywhere('copy'), [['copy x 1'], [], ['copy x 2'], []], 'the next save is at home again')
  await auto.using(there).save()
  t.same((await one.execute(`SELECT price, extras FROM ${test}.automobile WHERE manufacturer = 'copy'`)).rows.map((row) => ({ ...row })), [{ price: 2, extras: ['b'] }], 'an unchanged instance is copied as well, and what was taken away is gone')

  auto.price = 3
  await auto.using(there).save()
  t.same(auto.getChangedColumns(), ['price'], 'at home it is not stored yet')
  await auto.save()
  t.same(await everywhere('copy'), [['copy x 3'], [], ['copy x 3'], []])

  await db.batch({ connection: 'cluster1' }, async (b) => {
    auto.price = 4
    await auto.batch(b).save()
  })
  t.same(await everywhere('copy'), [['copy x 4'], [], ['copy x 3'], []], 'in a batch of another connection, too')

  const [part] = await Automobile.filter({ manufacturer: 'copy' }).only('price').all()
  await t.rejects(Automobile.hydrate({ manufacturer: 'copy', year: 1, model: 'x' }).using(there).save(), { name: 'QueryError', message: /was not loaded/ }, 'a part of a row is not copied')
  t.equal(part?.price, 3)
  await auto.using(there).delete()
  t.same(await everywhere('copy'), [[], [], ['copy x 3'], []])
  await auto.save()
  t.same(await everywhere('copy'), [[], [], ['copy x 4'], []])
})

t.test('CTX-01 CTX-02 CTX-03 CTX-04 B08: views of one model and of several, polymorphic ones, and the models as before', async (t) => {
  const c = db.columns
  class Pet extends db.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }).as<Pet>() {}
  class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() {
    static { this.register() }
    static async withId (id: number) { return await this.get({ id }) }
  }
  await db.management.syncTable(Pet, { keyspaces: [test, ks2], connections: ['cluster1', 'cluster2'] })
  const pets = async (client: Client, keyspace: string): Promise<unknown[]> => (await client.execute(`SELECT id, lives FROM ${keyspace}.pet`)).rows.map((row) => `${row['id']} ${row['lives']}`).sort()
  const place = { connection: 'cluster2', keyspace: ks2 }

  await db.contextQuery([Pet, Cat], place, async ([P, C]) => {
    const cat = await C.create({ id: 1, lives: 9 })
    t.ok(cat instanceof Cat && cat instanceof C && cat instanceof P && cat instanceof Pet)
    t.equal((await C.withId(1)).lives, 9, 'statics of the model work on the view')
    const found = await P.get({ id: 1 })
    t.ok(found instanceof Cat)
    await (found as Cat).update({ lives: 8 })
  })
  t.same(await pets(two, ks2), ['1 8'])
  await Cat.create({ id: 3, lives: 7 })
  t.same([await pets(one, test), await pets(one, ks2), await pets(two, test)], [['3 7'], [], []], 'afterwards the models are as they were')

  const [A, B] = await db.contextQuery([Cat, Cat], place, async (both) => both)
  t.not(A, B, 'two views of one model are two classes')
  t.not(A, Cat)
  t.equal((await A.get({ id: 1 })).lives, 8, 'views stay usable')
  await db.contextQuery(Cat, {}, async (C) => { t.equal((await C.get({ id: 3 })).lives, 7) })
  await db.contextQuery(A, { connection: 'cluster1' }, async (C) => { t.match(C.objects.toCQL(), { connection: 'cluster1', keyspace: ks2 }) })
})

t.test('CTX-05: what is no model, no place or no function is told', async (t) => {
  const fn = async (): Promise<void> => {}
  for (const [models, to, what] of [
    [undefined, {}, fn], [[], {}, fn], [class {}, {}, fn], ['Automobile', {}, fn], [[Automobile, 5], {}, fn], [db.Model, {}, fn],
    [Automobile, undefined, fn], [Automobile, { cluster: 'x' }, fn], [Automobile, { connection: 5 }, fn], [Automobile, { keyspace: '' }, fn],
    [Automobile, {}, undefined]
  ] as never[][]) await t.rejects(db.contextQuery(models as never, to as never, what as never), { name: 'QueryError', message: /^contextQuery: / })
  await t.rejects(db.contextQuery(Automobile, {}, async () => { throw new RangeError('mine') }), RangeError, 'what the function throws passes')
})

t.test('CON-19: user types belong to each cluster: other keyspaces, another order of fields, one field more', async (t) => {
  const c = db.columns
  class Address extends db.UserType.define('address', { street: c.Text(), zip: c.Integer() }) {}
  class Person extends db.Model.define('person', { id: c.Integer({ primaryKey: true }), home: c.UserDefinedType(Address), former: c.List(c.UserDefinedType(Address)) }, { keyspace: test, connection: 'cluster1' }).as<Person>() {}
  await two.execute(`CREATE TYPE ${ks2}.address (since date, zip int, street text)`)
  await db.management.syncTable(Person)
  await db.management.syncTable(Person, { connections: ['cluster2'], keyspaces: [ks2] })
  const there = { connection: 'cluster2', keyspace: ks2 }
  const values = { id: 1, home: { street: 'Main St', zip: 1 }, former: [{ street: 'Side St', zip: 2 }, { street: null, zip: 3 }] }
  const person = await Person.create(values)
  await person.using(there).save()
  for (const found of [await Person.get({ id: 1 }), await Person.using(there).get({ id: 1 })]) {
    t.ok(found.home instanceof Address)
    t.match(found.toJSON(), values)
  }
  t.match((await two.execute(`SELECT home.street, home.zip, home.since FROM ${ks2}.person WHERE id = 1`)).rows.map((row) => Object.values(row)), [['Main St', 1, null]])
})

t.test('CON-16: raw CQL goes where it is told, with its consistency and its time limit', async (t) => {
  const rows = async (using?: object): Promise<unknown> => (await db.execute(`SELECT manufacturer FROM ${ks2}.automobile WHERE manufacturer = ?`, ['raw'], { ...using !== undefined && { using }, consistency: 'ONE', timeout: 20_000 })).rowLength
  await db.execute(`INSERT INTO ${ks2}.automobile (manufacturer, year, model) VALUES (?, ?, ?)`, ['raw', 1, 'x'], { using: { connection: 'cluster2' }, consistency: 'LOCAL_QUORUM' })
  await db.execute(`UPDATE ${ks2}.automobile SET price = :price WHERE manufacturer = :maker AND year = 1 AND model = 'x'`, { price: 5, maker: 'raw' }, { using: { connection: 'cluster2' } })
  t.same([await rows(), await rows({ connection: 'cluster2' }), await db.scope({ connection: 'cluster2' }, rows)], [0, 1, 1])
  t.same(await everywhere('raw'), [[], [], [], ['raw x 5']])
  await t.rejects(db.execute('SELECT key FROM system.local', [], { using: { connection: 'nowhere' } }), { name: 'ConnectionRegistryError' })
  await t.rejects(db.execute(`USE ${ks2}`), { name: 'QueryError', message: /USE/ })
})
