// Views as models: what is told at their definition, and that nothing writes to them.
import t from 'tap'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { recorded } from './setup.js'

t.test('what Cassandra would refuse of a view is a ModelDefinitionError', async (t) => {
  const db = new CQLAlchemy()
  class Row extends db.Model.define('row', {
    p: c.Integer({ partitionKey: true }), k: c.Text({ primaryKey: true, clusteringOrder: 'desc' }), s: c.Text({ static: true }), v: c.Text(), w: c.Text(), l: c.List(c.Text), f: c.List(c.Text, { frozen: true }), d: c.Tuple(c.Duration)
  }).as<Row>() {}
  class Count extends db.Model.define('count', { id: c.Integer({ primaryKey: true }), n: c.Counter() }).as<Count>() {}
  class Soon extends db.Model.define('soon', { id: c.Integer({ primaryKey: true }), v: c.Text() }, { options: { gc_grace_seconds: 0 } }).as<Soon>() {}
  class Pet extends db.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }).as<Pet>() {}
  class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() {}
  abstract class Bare extends db.Model.abstract({ a: c.Text() }) {}
  class View extends db.Model.view('by_v', Row, { partitionKey: ['v'], clusteringKey: ['p', 'k'], only: ['w'] }).as<View>() {}
  const view = db.Model.view.bind(db.Model) as unknown as (name: unknown, base: unknown, options?: unknown) => unknown
  const only = ['v', 'w']
  const wrong: readonly (readonly [unknown, unknown, RegExp])[] = [
    [Row, { partitionKey: ['v'], clusteringKey: ['p'], only }, /lacks "k"/],
    [Row, { partitionKey: ['v', 'w'], clusteringKey: ['p', 'k'], only }, /one column that is not in the key of its base, not "v", "w"/],
    [Row, { partitionKey: ['s'], clusteringKey: ['p', 'k'], only }, /"s": Cassandra has no static columns in views/],
    [Row, { partitionKey: ['k'], clusteringKey: ['p'] }, /static columns.*without "s"/],
    [Row, { partitionKey: ['l'], clusteringKey: ['p', 'k'], only }, /"l": in a key it must be frozen/],
    [Row, { partitionKey: ['d'], clusteringKey: ['p', 'k'], only }, /"d": Cassandra has no durations in keys/],
    [Row, { partitionKey: ['k', 'k'], clusteringKey: ['p'], only }, /"k" twice/],
    [Row, { partitionKey: [], clusteringKey: ['p', 'k'], only }, /at least one/],
    [Row, { partitionKey: 'k', clusteringKey: ['p'], only }, /partitionKey must be an array/],
    [Row, { partitionKey: ['k'], clusteringKey: ['pp'], only }, /names "pp"/],
    [Row, { partitionKey: ['k'], clusteringKey: ['p'], only: ['nope', 5] }, /names "nope"/],
    [Row, { partitionKey: ['k'], clusteringKey: ['p'], only: [5] }, /a value of type number/],
    [Row, { partitionKey: ['k'], clusteringKey: ['p'], clusteringOrder: { k: 'desc' }, only }, /"k", which is not in clusteringKey/],
    [Row, { partitionKey: ['k'], clusteringKey: ['p'], clusteringOrder: { p: 'down' }, only }, /'asc' or 'desc'/],
    [Row, { partitionKey: ['k'], clusteringKey: ['p'], only, keyspace: 'other' }, /unknown option "keyspace"/],
    [Row, { partitionKey: ['k'], clusteringKey: ['p'], only, options: { default_time_to_live: 5 } }, /default_time_to_live/],
    [Row, { partitionKey: ['k'], clusteringKey: ['p'], only, managed: 'no' }, /managed must be true or false/],
    [Row, undefined, /partitionKey must be an array/],
    [Row, null, /object of options/],
    [Count, { partitionKey: ['id'] }, /tables with counters/],
    [Soon, { partitionKey: ['v'], clusteringKey: ['id'] }, /gc_grace_seconds 0/],
    [Cat, { partitionKey: ['id'] }, /child of a polymorphic model/],
    [Bare, { partitionKey: ['a'] }, /abstract/],
    [View, { partitionKey: ['k'] }, /view itself/],
    ['row', { partitionKey: ['k'] }, /must be the model/],
    [undefined, { partitionKey: ['k'] }, /must be the model/]
  ]
  for (const [base, options, message] of wrong) t.throws(() => view('wrong', base, options), { name: 'ModelDefinitionError', message }, String(message))
  t.throws(() => view('a b', Row, { partitionKey: ['k'], clusteringKey: ['p'], only }), { name: 'ModelDefinitionError', message: /letters, digits/ })
  t.throws(() => view('by_v', Row, { partitionKey: ['k'], clusteringKey: ['p'], only }), { name: 'ModelDefinitionError', message: /defined already/ })
  t.throws(() => new CQLAlchemy().Model.view('x', Row, { partitionKey: ['k'], clusteringKey: ['p'], only: ['v'] }), { name: 'ModelDefinitionError', message: /another db/ })
  for (const wrong of ['old', [5]]) t.throws(() => db.Model.define('other', { id: c.Integer({ primaryKey: true }) }, { ignoreColumns: wrong as never }), { message: /ignoreColumns/ })
})

t.test('a view has columns and place of its base, a key of its own, and is listed', async (t) => {
  const { db } = await recorded(t)
  class Row extends db.Model.define('row', { p: c.Integer({ partitionKey: true, dbField: 'P p' }), k: c.Text({ primaryKey: true, clusteringOrder: 'desc', maxLength: 3 }), v: c.Text({ index: true, default: 'x' }), w: c.Text({ hidden: true }) }, { keyspace: 'k9' }).as<Row>() {}
  class View extends db.Model.view('by_v', Row, { partitionKey: ['v'], clusteringKey: ['k', 'p'], only: ['w'] }).as<View>() {}
  t.equal(View.keyspace, 'k9')
  t.equal(View.objects.filter({ v: 'a' }).toCQL().cql, 'SELECT "P p", "k", "v", "w" FROM "k9"."by_v" WHERE "v" = ?')
  t.equal(View.objects.filter({ v: 'a' }).orderBy('k', '-p').toCQL().cql, 'SELECT "P p", "k", "v", "w" FROM "k9"."by_v" WHERE "v" = ? ORDER BY "k" ASC, "P p" DESC')
  t.ok(db.models.includes(View as never))
  const one = View.hydrate({ p: 1, k: 'longer than three', v: 'a', w: 'secret' })
  t.same(one.toJSON(), { p: 1, k: 'longer than three', v: 'a' })
  t.equal(one.pk, 'a')
  t.throws(() => { View.objects.filter({ k: 'a' }).toCQL() }, { name: 'QueryError' }, 'its own key counts')
  t.same(Object.keys(View.toJSONSchema()['properties'] as object), ['p', 'k', 'v'])
  t.same(Object.keys(View.toJSONSchema({ for: 'key' })['properties'] as object), ['v', 'k', 'p'])
  const ids: unknown[] = []
  db.addSchemas({ addSchema: ({ $id }: { $id?: unknown }) => ids.push($id) })
  t.same(ids.filter((id) => String(id).startsWith('by_v')), ['by_v', 'by_v.partial', 'by_v.key'])
})

t.test('every write of a view is a QueryError, before anything is sent', async (t) => {
  const { db, texts } = await recorded(t)
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), v: c.Text() }, { keyspace: 'k' }).as<Row>() {}
  class View extends db.Model.view('by_v', Row, { partitionKey: ['v'], clusteringKey: ['id'] }).as<View>() {}
  const view = View as unknown as typeof Row
  const loaded = view.hydrate({ id: 1, v: 'a' })
  await View.filter({ v: 'a' }).all() // what was read before makes no difference
  t.equal(texts().length, 1)
  const writes: readonly (() => Promise<unknown>)[] = [
    () => view.create({ id: 1, v: 'a' }),
    () => view.createMany([{ id: 1, v: 'a' }]),
    () => view.objects.create({ id: 1, v: 'a' }),
    () => view.ttl(5).ifNotExists().create({ id: 1 }),
    () => view.filter({ v: 'a', id: 1 }).update({ v: 'b' }),
    () => view.filter({ v: 'a' }).delete(),
    async () => { loaded.v = 'b'; await loaded.save() },
    () => loaded.update({ v: 'c' }),
    () => loaded.delete(),
    () => new view({ id: 2, v: 'x' }).save(), // eslint-disable-line new-cap -- a class in a variable
    () => db.batch(async (b) => { await view.batch(b).create({ id: 1, v: 'a' }) }),
    () => db.batch(async (b) => { await loaded.batch(b).delete() }),
    () => db.management.truncateTable(view)
  ]
  for (const write of writes) await t.rejects(write(), { name: 'QueryError', message: /"by_v" is a materialized view/ }, String(write))
  for (const purpose of ['create', 'update'] as const) {
    t.throws(() => view.toJSONSchema({ for: purpose }), { name: 'QueryError', message: /materialized view/ })
    t.throws(() => view.standard(purpose), { name: 'QueryError', message: /materialized view/ })
  }
  t.same(texts(), [])
})
