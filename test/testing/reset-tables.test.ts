import { tracingChannel } from 'node:diagnostics_channel'
import t from 'tap'
import { resetTables } from '../../src/testing/reset-tables.js'
import { serverDb } from '../query/setup.js'
import { uniqueKeyspace } from '../support/cassandra.js'

t.test('resetTables empties the tables of all models, wherever they are, and asks the server for nothing where nothing is', async (t) => {
  const db = await serverDb(t)
  const elsewhere = await uniqueKeyspace(t)
  const c = db.columns
  class Plain extends db.Model.define('plain', { id: c.Integer({ primaryKey: true }), tags: c.Set(c.Text) }).as<Plain>() {}
  class Wide extends db.Model.define('wide', { id: c.Integer({ primaryKey: true }), n: c.Integer() }).as<Wide>() {}
  class Shop extends db.Model.define('shop', { p: c.Integer({ partitionKey: true }), k: c.Integer({ primaryKey: true }), owner: c.Text({ static: true }) }).as<Shop>() {}
  class Hits extends db.Model.define('hits', { page: c.Text({ primaryKey: true }), n: c.Counter() }).as<Hits>() {}
  class Pet extends db.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }).as<Pet>() {}
  class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() { static { this.register() } }
  class Far extends db.Model.define('far', { id: c.Integer({ primaryKey: true }) }, { keyspace: elsewhere }).as<Far>() {}
  class Empty extends db.Model.define('empty', { id: c.Integer({ primaryKey: true }) }).as<Empty>() {}
  class ByN extends db.Model.view('by_n', Wide, { partitionKey: ['n'], clusteringKey: ['id'] }).as<ByN>() {}
  class Theirs extends db.Model.define('theirs', { id: c.Integer({ primaryKey: true }) }, { managed: false }).as<Theirs>() {}
  await db.syncDb()
  await db.cql`CREATE TABLE ${Theirs} (id int PRIMARY KEY)`
  await Theirs.create({ id: 1 })
  const fill = async (): Promise<void> => {
    await Promise.all([
      Plain.createMany([{ id: 1, tags: ['a'] }, { id: 2 }]), Shop.create({ p: 1, owner: 'ada' }), Hits.filter({ page: '/' }).update({ n__increment: 1 }), Cat.create({ id: 1, lives: 9 }), Far.create({ id: 1 }), Wide.create({ id: 1, n: 5 })
    ])
    while (await ByN.objects.count() === 0) { /* a view follows in its time */ }
  }
  const left = async (): Promise<number[]> => await Promise.all([Plain, Shop, Hits, Pet, Far, Wide, ByN, Empty].map(async (model) => await model.objects.distinct().count()))
  const sent: string[] = []
  const subscriber = (message: unknown): void => {
    const { kind, cql } = message as { kind: string, cql: string }
    if (kind === 'schema') sent.push(cql.replace(/^TRUNCATE (?:TABLE )?"\w+"\."(\w+)".*$/, '$1'))
  }
  const channel = tracingChannel('fastify-cqlalchemy:query')
  channel.start.subscribe(subscriber)
  t.teardown(() => { channel.start.unsubscribe(subscriber) })

  await fill()
  t.strictSame(await left(), [2, 1, 1, 1, 1, 1, 1, 0])
  await resetTables(db)
  t.strictSame(await left(), [0, 0, 0, 0, 0, 0, 0, 0])
  t.strictSame(sent.sort(), ['far', 'hits', 'pet', 'plain', 'shop', 'wide'])
  t.equal(await Theirs.objects.count(), 1, 'what others look after is left alone')
  await resetTables(db)
  t.equal(sent.length, 6, 'what is empty is left alone')
  await fill()
  t.strictSame(await left(), [2, 1, 1, 1, 1, 1, 1, 0], 'what is written afterwards is there')
})

t.test('in a scope those of its keyspace', async (t) => {
  const db = await serverDb(t)
  const tenant = await uniqueKeyspace(t)
  class Note extends db.Model.define('note', { id: db.columns.Integer({ primaryKey: true }) }).as<Note>() {}
  await db.syncDb()
  await db.syncDb({ keyspaces: [tenant] })
  await Promise.all([Note.create({ id: 1 }), Note.using({ keyspace: tenant }).create({ id: 1 })])
  await db.scope({ keyspace: tenant }, () => resetTables(db))
  t.strictSame([await Note.objects.count(), await Note.objects.using({ keyspace: tenant }).count()], [1, 0])
})
