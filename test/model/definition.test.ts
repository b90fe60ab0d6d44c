// How models come about: columns, keys, names, inheritance, and every mistake in a definition.
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { ModelDefinitionError } from '../../src/cqlengine/errors.js'
import { recorded } from './setup.js'

/** Definitions that the compiler refuses, too. */
interface Loose {
  define (name: unknown, columns: unknown, options?: unknown): new (values?: unknown) => Record<string, unknown>
  abstract (columns: unknown): Loose
  polymorphic (value: unknown, columns?: unknown): Loose & { register (): void }
}
const loose = (db: CQLAlchemy): Loose => db.Model as unknown as Loose

t.test('MOD-01 COL-12 columns keep their order: inherited first, then the model\'s own', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  abstract class Base extends db.Model.abstract({ z: c.Text(), id: c.UUID({ primaryKey: true }) }) {}
  abstract class Middle extends Base.abstract({ m: c.Text() }) {}
  class Leaf extends Middle.define('leaf', { a: c.Text() }).as<Leaf>() {}
  class Other extends Base.define('other', { b: c.Text() }).as<Other>() {}
  t.same(Object.keys(Leaf.columns), ['z', 'id', 'm', 'a'])
  t.same(Object.keys(Other.columns), ['z', 'id', 'b'], 'not shared between models')
  t.same(Object.keys(new Leaf()), ['z', 'id', 'm', 'a'], 'an instance\'s own keys are its columns')
})

t.test('MOD-02 an overridden column keeps its place; its type may change', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  abstract class Base extends db.Model.abstract({ id: c.UUID({ primaryKey: true }), note: c.Text(), last: c.Text() }) {}
  const Leaf = Base.define('leaf', { note: c.Integer(), id: c.Integer({ primaryKey: true }) })
  t.same(Object.keys(Leaf.columns), ['id', 'note', 'last'])
  t.same([Leaf.columns.id.cql, Leaf.columns.note.cql], ['int', 'int'])
})

t.test('COL-01 COL-02 COL-08 keys: the first is the partition key, unless columns say partitionKey', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  const { texts } = await recorded(t, db)
  class One extends db.Model.define('one', { a: c.Text(), id: c.Text({ primaryKey: true }), b: c.Text({ primaryKey: true, clusteringOrder: 'desc' }) }).as<One>() {}
  class Two extends db.Model.define('two', { c: c.Text({ primaryKey: true }), p: c.Text({ partitionKey: true }), q: c.Text({ partitionKey: true }) }).as<Two>() {}
  class Three extends loose(db).define('three', { x: c.Text(), y: c.Text(), z: c.Text() }, { key: [['z', 'y'], 'x'] }) {}
  await One.filter({ id: 'x' }).delete()
  await Two.filter({ p: 'x', q: 'y' }).delete()
  t.throws(() => Two.filter({ p: 'x' }).toCQL(), { name: 'QueryError' }, 'half a partition key')
  t.same(new Three({ x: 'x', y: 'y', z: 'z' })['pk'], ['z', 'y'])
  t.same(texts(), ['DELETE FROM "k"."one" WHERE "id" = ?', 'DELETE FROM "k"."two" WHERE "p" = ? AND "q" = ?'])
  t.same(new Two({ c: 'c', p: 'p', q: 'q' }).pk, ['p', 'q'])
})

t.test('MOD-03 COL-05 COL-09 TYP-08 mistakes in a definition name table, column and remedy', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  const id = c.Text({ primaryKey: true })
  class Info extends db.UserType.define('info', { age: c.Duration() }) {}
  const wrong: [unknown, RegExp, options?: unknown][] = [
    [{ a: c.Text() }, /at least one column with primaryKey: true/],
    [{}, /at least one column/],
    [{ id, kind: c.Text({ discriminatorColumn: true }), sort: c.Text({ discriminatorColumn: true }) }, /"kind" and "sort" are both discriminators/],
    [{ id, kind: c.List(c.Text, { discriminatorColumn: true } as never) }, /"kind": a discriminator must be a plain value/],
    [{ id, n: c.Counter(), a: c.Text() }, /"a": a table with counters can hold only counters/],
    [{ n: { ...c.Counter() } }, /"n": expected a column/],
    [{ id, save: c.Text() }, /"save": every model has a member of this name.*dbField: 'save'/],
    [{ id, pk: c.Text() }, /"pk": every model has a member/],
    [{ id, isPersisted: c.Text() }, /"isPersisted"/],
    [{ id, a: c.Text(), b: c.Text({ dbField: 'a' }) }, /"b": its database name "a" is that of "a" too.*more than once/],
    [{ id, a: c.Text({ clusteringOrder: 'asc' }) }, /"a": clusteringOrder is for clustering columns/],
    [{ id: c.Text({ primaryKey: true, clusteringOrder: 'asc' }) }, /"id": clusteringOrder is for clustering/],
    [{ id, a: c.Text({ static: true }) }, /"a": a static column needs a table with clustering columns/],
    [{ a: c.Text({ static: true }) }, /"a": a key column cannot be static/, { key: ['a'] }],
    [{ id: c.Text({ primaryKey: true, index: true }) }, /"id": Cassandra cannot index the only partition key/],
    [{ id, n: c.Text({ primaryKey: true, index: true }), m: c.Counter() }, /"n": Cassandra has no indexes on counter tables/],
    [{ id, a: c.Duration({ index: true }) }, /"a": Cassandra has no indexes on durations/],
    [{ id, a: c.Text({ index: [{ using: 'sai' }, { using: 'legacy_local_table' }] }) }, /"a": SAI and another kind of index/],
    [{ id, a: c.Text({ index: { target: 'keys' } }) }, /"a": an index on keys is for maps/],
    [{ id, '': c.Text() }, /a column needs a name/],
    [{ id, a: c.Text({ dbField: '__columns' }) }, /"a": the driver cannot read/],
    [{ id, a: c.Text({ dbField: '__proto__' }) }, /"a": the driver cannot read/],
    [Object.assign(JSON.parse('{"__proto__": 1}') as object, { id }), /"__proto__": expected a column/],
    [Object.fromEntries([['id', id], ['__proto__', c.Text()]]), /"__proto__": JavaScript cannot hold/],
    [{ id, a: 'text' }, /"a": expected a column/],
    [{ id, a: c.Text }, /"a": expected a column/],
    [undefined, /columns must be an object/],
    [{ id }, /option key names "nope", which is no column/, { key: ['nope'] }],
    [{ id }, /names a column twice/, { key: ['id', 'id'] }],
    [{ id, a: c.Text() }, /"id": it says primaryKey or partitionKey, but the option key leaves it out/, { key: ['a'] }],
    [{ a: c.Duration() }, /"a": The primary key cannot hold durations/, { key: ['a'] }],
    [{ a: c.UserDefinedType(Info) }, /"a": The primary key cannot hold durations/, { key: ['a'] }],
    [{ a: c.Counter() }, /"a": The primary key cannot hold counters/, { key: ['a'] }],
    [{ id }, /unknown option "keyspaces" \(did you mean keyspace\?\); known are keyspace, connection/, { keyspaces: 'x' }],
    [{ id }, /keyspace must be a name/, { keyspace: 'a-b' }],
    [{ id }, /keyspace must be a name/, { keyspace: 'k'.repeat(49) }],
    [{ id }, /connection must be a name/, { connection: '' }],
    [{ id }, /consistency/, { consistency: 'SOME' }],
    [{ id }, /description must be a string/, { description: 5 }],
    [{ id }, /options must be an object/, { options: 'x' }],
    [{ id }, /last argument of define\(\) must be an object/, null]
  ]
  for (const [columns, message, options] of wrong) {
    const error = t.throws(() => loose(db).define('wrong', columns, options), { name: 'ModelDefinitionError', code: 'CQL_MODEL_DEFINITION', message })
    if (error instanceof Error && options === undefined && columns !== undefined) t.match(error.message, /[Tt]able "wrong"|model "wrong"/)
  }
  for (const name of ['', 'a b', 'a"b', 'é', 5, undefined, 't'.repeat(223)]) t.throws(() => loose(db).define(name, { id }), ModelDefinitionError)
  t.equal(db.models.length, 0, 'nothing wrong was kept')
})

t.test('MOD-04 B22 an abstract base has no table: every use of it is an error, at once and by one check', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Base extends db.Model.abstract({ id: c.UUID({ primaryKey: true, default: randomUUID }) }) { greet () { return `hello ${String(this.id)}` } }
  const abstract = { name: 'ModelDefinitionError', message: /abstract.*define\(\)/ }
  const { taken } = await recorded(t, db)
  t.throws(() => new Base(), abstract)
  t.throws(() => Base.objects, abstract)
  await t.rejects(Base.create({}), abstract)
  await t.rejects(Base.createMany([]), abstract)
  await t.rejects(Base.all(), abstract)
  await t.rejects(async () => await Base.get({ id: randomUUID() }), abstract)
  t.throws(() => Base.filter({ id: randomUUID() }), abstract)
  t.throws(() => Base.hydrate({}), abstract)
  t.throws(() => Base.toJSONSchema(), abstract)
  for (const setter of ['ttl', 'timestamp', 'consistency', 'iff', 'using', 'batch', 'ifExists', 'ifNotExists', 'timeout', 'profile', 'idempotent'] as const) {
    t.throws(() => (Base[setter] as (value: unknown) => unknown)(1), abstract, setter)
  }
  await t.rejects(db.syncTable(Base as never), abstract)
  t.same(taken(), [])
  class Leaf extends Base.define('leaf', {}).as<Leaf>() {}
  t.match(new Leaf().greet(), /^hello /, 'what it says is passed on')
})

t.test('MOD-05 MOD-06 MOD-07 names are written by the user, keep their case, and are always quoted', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Select extends db.Model.define('Table', { token: c.Text({ primaryKey: true }), where: c.Text(), 'a "b"': c.Text({ dbField: 'x "y" z' }) }, { keyspace: 'Keyspace' }).as<Select>() {}
  const { taken } = await recorded(t, db)
  await Select.create({ token: 'x', where: 'y', 'a "b"': 'z' })
  t.match(taken(), [{ cql: 'INSERT INTO "Keyspace"."Table" ("token", "where", "x ""y"" z") VALUES (?, ?, ?)' }])
  t.equal(Select.tableName, 'Table')
})

t.test('MOD-08 MOD-10 keyspace and connection are read at each call; statics of bases count', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  abstract class Base extends db.Model.abstract({ id: c.Integer({ primaryKey: true }) }) { static override keyspace = 'of_base' }
  class A extends Base.define('a', {}).as<A>() {}
  class B extends Base.define('b', {}, { keyspace: 'own' }).as<B>() {}
  class C extends db.Model.define('c', { id: c.Integer({ primaryKey: true }) }).as<C>() {}
  class D extends C.define('d', {}).as<D>() { static override keyspace = 'of_class' }
  const { taken } = await recorded(t, db)
  const where = async (Model: { create (values: { id: number }): Promise<unknown> }): Promise<string | undefined> => {
    await Model.create({ id: 1 })
    return /INTO (\S+)/.exec(taken()[0]?.cql ?? '')?.[1]
  }
  t.equal(await where(A), '"of_base"."a"')
  t.equal(await where(B), '"own"."b"')
  t.equal(await where(C), '"k"."c"')
  t.equal(await where(D), '"of_class"."d"')
  C.keyspace = 'later'
  t.equal(await where(C), '"later"."c"')
  Reflect.deleteProperty(C, 'keyspace')
  t.equal(await where(C), '"k"."c"')
  B.connection = 'nowhere'
  await t.rejects(where(B), { name: 'ConnectionRegistryError', message: /nowhere/ })
})

t.test('MOD-08 without any keyspace a statement says so, and nothing is sent', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class A extends db.Model.define('a', { id: c.Integer({ primaryKey: true }) }).as<A>() {}
  const { taken } = await recorded(t, db)
  db.connection.setDefaultConnection('default')
  await db.close()
  const { mockClient } = await import('../../src/testing/mock-client.js')
  const client = mockClient()
  await db.init({ client, keyspace: null, env: false })
  await t.rejects(A.create({ id: 1 }), { name: 'UndefinedKeyspaceError', message: /no keyspace is known/ })
  t.same([...taken(), ...client.calls], [])
})

t.test('MOD-09 B07 each model has its own table name, whatever was asked before', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class A extends db.Model.define('a', { id: c.Integer({ primaryKey: true }) }).as<A>() {}
  t.equal(A.tableName, 'a')
  class B extends A.define('b', { more: c.Text() }).as<B>() {}
  t.same([A.tableName, B.tableName], ['a', 'b'])
  t.same([Object.keys(A.columns), Object.keys(B.columns)], [['id'], ['id', 'more']])
})

t.test('MOD-14 overridden statics and methods are always used', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  const saved: unknown[] = []
  abstract class Base extends db.Model.abstract({ id: c.Integer({ primaryKey: true }) }) {
    static label = 'base'
    static describe () { return `${this.label}: ${this.tableName}` }
    override async save (options?: object) { saved.push(this.id); return await super.save(options) }
  }
  class A extends Base.define('a', { n: c.Integer() }).as<A>() {
    static override label = 'a'
    override validate () {
      super.validate()
      if (this.n === 13) throw new RangeError('not 13')
    }

    override toJSON () { return { ...super.toJSON(), extra: true } }
  }
  const { texts } = await recorded(t, db)
  t.equal(A.describe(), 'a: a')
  await A.create({ id: 1 })
  await A.objects.create({ id: 2 })
  await A.ttl(5).create({ id: 3 })
  await A.createMany([{ id: 4 }])
  t.same(saved, [1, 2, 3, 4])
  t.equal(texts().length, 4)
  await t.rejects(A.create({ id: 5, n: 13 }), RangeError)
  await t.rejects(new A({ id: 5 }).update({ n: 13 }), RangeError)
  const a = A.hydrate({ id: 6, n: 1 })
  await t.rejects(a.update({ n: 13 }), RangeError)
  t.equal(a.n, 1, 'what validate() refused is taken back')
  t.same(texts(), [])
  t.same(JSON.parse(JSON.stringify(a)), { id: 6, n: 1, extra: true })
})

t.test('INS-13 an override of validate() cannot switch the column checks off, nor be async', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class A extends db.Model.define('a', { id: c.Integer({ primaryKey: true }), n: c.Integer() }).as<A>() { override validate () {} }
  class B extends db.Model.define('b', { id: c.Integer({ primaryKey: true }) }).as<B>() { override async validate () { await Promise.reject(new Error('late')) } }
  const { texts } = await recorded(t, db)
  const a = new A({ id: 1 })
  a.n = 'five' as never
  await t.rejects(a.save(), { name: 'ValidationError', column: 'n' })
  await t.rejects(new B({ id: 1 }).save(), { name: 'ModelDefinitionError', message: /must not be async/ })
  t.same(texts(), [])
})

t.test('MOD-16 pk is the partition key: a value, or an array in the order of the key', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class One extends db.Model.define('one', { a: c.Text(), id: c.Integer({ primaryKey: true }) }).as<One>() {}
  class Two extends db.Model.define('two', { c: c.Integer({ primaryKey: true }), p: c.Integer({ partitionKey: true }) }).as<Two>() {}
  t.equal(new One({ id: 5 }).pk, 5)
  t.equal(new Two({ c: 1, p: 2 }).pk, 2)
  t.throws(() => { (new One({ id: 5 }) as { pk: unknown }).pk = 6 }, TypeError)
})

t.test('MOD-17 each model has error classes of its own, below those of its base', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class A extends db.Model.define('a', { id: c.Integer({ primaryKey: true }) }).as<A>() {}
  class B extends A.define('b', {}).as<B>() {}
  class C extends db.Model.define('c', { id: c.Integer({ primaryKey: true }) }).as<C>() {}
  await recorded(t, db)
  const error = await B.get({ id: 1 }).catch((e: unknown) => e)
  t.ok(error instanceof B.DoesNotExist && error instanceof A.DoesNotExist)
  t.notOk(error instanceof C.DoesNotExist)
  t.match(error, { code: 'CQL_DOES_NOT_EXIST', statusCode: 404, name: 'DoesNotExist' })
  t.equal(B.DoesNotExist, B.DoesNotExist)
  t.not(A.MultipleObjectsReturned, C.MultipleObjectsReturned)
})

t.test('a second model of the same table, keyspace and connection is an error; another place is none', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  const columns = { id: c.Integer({ primaryKey: true }) }
  db.Model.define('a', columns)
  t.throws(() => db.Model.define('a', columns), { name: 'ModelDefinitionError', message: /"a".*defined already/ })
  db.Model.define('A', columns)
  db.Model.define('a', columns, { keyspace: 'other' })
  db.Model.define('a', columns, { connection: 'other' })
  t.throws(() => db.Model.define('a', columns, { connection: 'other' }), ModelDefinitionError)
  new CQLAlchemy().Model.define('a', columns)
  t.equal(db.models.length, 4)
})

t.test('register() of any model makes the user\'s class the one that the db knows', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class A extends db.Model.define('a', { id: c.Integer({ primaryKey: true }) }).as<A>() {
    static override keyspace = 'mine'
    static { this.register() }
  }
  t.same(db.models, [A])
})

t.test('COL-15 INS-06 on the class a name is the column, on an instance the value', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class A extends db.Model.define('a', { id: c.Integer({ primaryKey: true, description: 'the key' }) }).as<A>() {}
  t.equal(A.columns.id.name, 'id')
  t.equal(A.columns.id.options.description, 'the key')
  t.not(A.objects, A.objects, 'a fresh query set each time')
  t.equal(A.hydrate({ id: 4 }).id, 4)
})

t.test('MOD-19 toObject gives the loaded columns as values', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class A extends db.Model.define('a', { id: c.Integer({ primaryKey: true }), at: c.DateTime(), secret: c.Text({ hidden: true }) }).as<A>() { extra = 1 }
  const a = A.hydrate({ id: 1, at: 5, secret: 's' } as never)
  t.strictSame(a.toObject(), { id: 1, at: new Date(5), secret: 's' })
  t.same(a.toJSON(), { id: 1, at: '1970-01-01T00:00:00.005Z' })
  t.same(Object.keys(a).sort(), ['at', 'extra', 'id'], 'a hidden column is read by its name only')
})
