// Rows of the cqlengine contract that go through all layers, on the real server.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { ModelDefinitionError, NoConfigError } from '../../src/cqlengine/errors.js'
import { connectedClient, hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { root } from '../support/root.js'
import { mockClient } from '../../src/testing/mock-client.js'

t.test('on a real server', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const client = await connectedClient(t)
  const options = { hosts, localDataCenter, keyspace, env: false }

  t.test('FCA-01 FCA-08 the db has columns, Model, UserType and the helpers; a model with a user type syncs type and table', async (t) => {
    const db = new CQLAlchemy()
    const c = db.columns
    class Address extends db.UserType.define('address', { street: c.Text(), zip: c.Integer() }) {}
    class Person extends db.Model.define('person', { name: c.Text({ primaryKey: true }), home: c.UserDefinedType(Address) }).as<Person>() {}
    await db.init(options)
    await db.syncDb()
    await Person.create({ name: 'a', home: { street: 'Elm', zip: 5 } })
    const home = (await Person.get({ name: 'a' })).home
    t.ok(home instanceof Address)
    t.match(home, { street: 'Elm', zip: 5 })
    t.type(db.syncTable, 'function')
    t.type(db.syncType, 'function')
    t.type(db.createKeyspaceSimple, 'function')
    await db.close()
  })

  t.test('FCA-02 the CASSANDRA_* keys of a config object connect it; hosts and keyspace are both needed', async (t) => {
    const db = await new CQLAlchemy().init({ config: { CASSANDRA_HOSTS: hosts, CASSANDRA_KEYSPACE: keyspace, CASSANDRA_CONSISTENCY: 'ONE', CASSANDRA_LAZY_CONNECT: true, CASSANDRA_LOCAL_DATA_CENTER: localDataCenter }, env: false })
    t.equal(db.status().connections['default']?.state, 'idle', 'lazy')
    t.equal(db.keyspace, keyspace)
    await db.close()
    await t.rejects(new CQLAlchemy().init({ keyspace, env: false }), NoConfigError)
    await t.rejects(new CQLAlchemy().init({ hosts, env: false }), NoConfigError)
    await t.rejects(new CQLAlchemy().init({ env: false }), NoConfigError, 'no silent localhost')
  })

  t.test('FCA-10 these tests run on Cassandra 5.0 or 4.1 and on a Node that the package names', async (t) => {
    t.match((await client.execute('SELECT release_version FROM system.local')).first()['release_version'], /^(5\.0|4\.1)\./)
    const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { engines: { node: string } }
    const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(engines.node) ?? []
    const [here, part] = process.versions.node.split('.').map(Number)
    t.ok(here! > Number(major) || (here === Number(major) && part! >= Number(minor)), engines.node)
  })

  t.test('MGT-05 only the calls that say so change the schema, and no variable is needed for them', async (t) => {
    const warnings: Error[] = []
    const heard = (warning: Error): void => { warnings.push(warning) }
    process.on('warning', heard)
    t.teardown(() => process.off('warning', heard))
    const db = await new CQLAlchemy().init(options)
    t.teardown(async () => { await db.close() })
    class Bare extends db.Model.define('bare', { id: db.columns.Integer({ primaryKey: true }) }).as<Bare>() {}
    await t.rejects(Bare.create({ id: 1 }), { name: 'ResponseError' }, 'using a model makes no table')
    t.notOk('CQLENG_ALLOW_SCHEMA_MANAGEMENT' in process.env)
    t.equal((await db.syncTable(Bare)).statements.length, 1)
    await Bare.create({ id: 1 })
    await new Promise((resolve) => { setImmediate(resolve) })
    t.same(warnings, [])
  })

  t.test('MOD-18 B29 a model with a user type is declared without any connection, and its type is made where it is synced', async (t) => {
    const db = new CQLAlchemy()
    const c = db.columns
    class Inner extends db.UserType.define('inner_type', { n: c.Integer() }) {}
    class Uses extends db.Model.define('uses_type', { id: c.Integer({ primaryKey: true }), list: c.List(c.UserDefinedType(Inner)) }).as<Uses>() {}
    t.same(db.status(), { connections: {} })
    await db.init(options)
    const report = await db.syncDb()
    t.match(report.statements[0]?.cql, /CREATE TYPE/)
    await Uses.create({ id: 1, list: [{ n: 1 }, { n: 2 }] })
    t.equal((await Uses.get({ id: 1 })).list[1]?.n, 2)
    await db.close()
  })

  t.test('UDT-10 one type is synced for each keyspace by itself', async (t) => {
    const other = await uniqueKeyspace(t)
    const db = await new CQLAlchemy().init(options)
    const c = db.columns
    class Tag extends db.UserType.define('tag', { name: c.Text() }) {}
    for (const place of [keyspace, other]) await db.syncType(place, Tag)
    const { rows } = await client.execute('SELECT keyspace_name FROM system_schema.types WHERE keyspace_name IN (?, ?) AND type_name = ?', [keyspace, other, 'tag'], { prepare: true })
    t.equal(rows.length, 2)
    await db.close()
  })

  t.test('TYP-27 columns that the model does not know never break loading, and are never written', async (t) => {
    const db = await new CQLAlchemy().init(options)
    const c = db.columns
    class Known extends db.Model.define('known', { id: c.Integer({ primaryKey: true }), v: c.Text() }).as<Known>() {}
    await db.syncDb()
    await client.execute(`ALTER TABLE ${keyspace}.known ADD later text`)
    await client.execute(`INSERT INTO ${keyspace}.known (id, v, later) VALUES (1, 'a', 'kept')`)
    const one = await Known.get({ id: 1 })
    t.same(Object.keys(one), ['id', 'v'])
    one.v = 'b'
    await one.save()
    t.match((await client.execute(`SELECT * FROM ${keyspace}.known WHERE id = 1`)).first(), { v: 'b', later: 'kept' })
    await db.close()
  })

  t.test('COL-13 values are converted when given, checked when written, stored as they are, and converted when read', async (t) => {
    const db = await new CQLAlchemy().init(options)
    const c = db.columns
    class Piped extends db.Model.define('piped', { id: c.UUID({ primaryKey: true, default: randomUUID }), n: c.BigInt(), at: c.DateTime(), m: c.Map(c.Integer, c.Decimal) }).as<Piped>() {}
    await db.syncDb()
    const made = new Piped({ n: '12', at: '2020-01-02T03:04:05.006Z', m: { 1: '1.50' } })
    t.equal(made.n, 12n, 'the constructor converts')
    t.ok(made.at instanceof Date)
    made.n = '13' as unknown as bigint
    await made.save()
    t.equal(made.n, 13n, 'a write puts the converted value in place')
    const read = await Piped.get({ id: made.id })
    t.ok(read.equals(made))
    t.equal(read.m.get(1)?.toString(), '1.50')
    made.n = 'x' as unknown as bigint
    await t.rejects(made.save(), { name: 'ValidationError' })
    t.equal((await Piped.get({ id: made.id })).n, 13n)
    await db.close()
  })

  t.test('DML-10 B01 map keys are removed on tables with clustering keys, in the same statement as other changes', async (t) => {
    const db = await new CQLAlchemy().init(options)
    const c = db.columns
    class Row extends db.Model.define('clustered', { p: c.Integer({ primaryKey: true }), c: c.Integer({ primaryKey: true }), m: c.Map(c.Text, c.Integer), v: c.Text() }).as<Row>() {}
    await db.syncDb()
    await Row.create({ p: 1, c: 2, m: { a: 1, b: 2, c: 3 } })
    const row = await Row.get({ p: 1, c: 2 })
    row.m.delete('a')
    row.m.set('d', 4)
    row.v = 'x'
    await row.save()
    t.same((await Row.get({ p: 1, c: 2 })).toObject(), { p: 1, c: 2, m: new Map([['b', 2], ['c', 3], ['d', 4]]), v: 'x' })
    await db.close()
  })

  t.test('CTX-06 B08 a polymorphic base works in a context, and the base\'s own queries are untouched by it', async (t) => {
    const other = await uniqueKeyspace(t)
    const db = await new CQLAlchemy().init(options)
    const c = db.columns
    class Pet extends db.Model.define('ctx_pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }).as<Pet>() {}
    class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() { static { this.register() } }
    await db.syncTable(Pet, { keyspaces: [keyspace, other] })
    await db.contextQuery([Pet, Cat], { keyspace: other }, async ([P, C]) => {
      await C.create({ id: 1, lives: 9 })
      const found = await P.objects.get({ id: 1 })
      t.ok(found instanceof Cat)
      t.ok(found instanceof P)
    })
    t.equal(await Pet.objects.count(), 0)
    await Cat.create({ id: 2, lives: 7 })
    const mine = await Pet.objects.get({ id: 2 })
    await mine.update({})
    t.ok(mine.equals(await Cat.get({ id: 2 })))
    t.equal(await Pet.using({ keyspace: other }).count(), 1)
    await db.close()
  })
})

t.test('what is sent', async (t) => {
  const client = mockClient()
  const db = await new CQLAlchemy().init({ client, keyspace: 'k', env: false })
  t.teardown(async () => { await db.close() })
  const c = db.columns
  class Row extends db.Model.define('row', { p: c.Integer({ partitionKey: true }), q: c.Text({ partitionKey: true }), c: c.Integer({ primaryKey: true }), v: c.Text(), n: c.Integer() }, { consistency: 'QUORUM' }).as<Row>() {}
  const last = () => client.calls.at(-1)

  t.test('B43 every statement is prepared and names its keyspace; the driver routes it', async (t) => {
    await Row.create({ p: 1, q: 'a', c: 2, v: 'x' })
    await Row.filter({ p: 1, q: 'a', c: 2 }).update({ v: 'y' })
    await Row.filter({ p: 1, q: 'a' }).all()
    await Row.filter({ p: 1, q: 'a' }).delete()
    t.ok(client.calls.length >= 4)
    for (const { cql, options } of client.calls) {
      t.equal(options['prepare'], true)
      t.match(cql, /"k"\."row"/)
      t.notMatch(cql, /'/, 'no value is in the text')
    }
  })

  t.test('MOD-15 B18 the model\'s consistency holds for every statement, and the call\'s wins', async (t) => {
    await Row.create({ p: 1, q: 'a', c: 2 })
    t.equal(last()?.options['consistency'], 4)
    await Row.objects.filter({ p: 1, q: 'a' }).all()
    t.equal(last()?.options['consistency'], 4)
    await Row.filter({ p: 1, q: 'a', c: 2 }).update({ v: 'z' })
    t.equal(last()?.options['consistency'], 4)
    await Row.objects.consistency('ONE').filter({ p: 1, q: 'a' }).all()
    t.equal(last()?.options['consistency'], 1)
  })

  t.test('DML-04 B10 values and nulls are one statement, with its TTL and timestamp', async (t) => {
    const row = Row.hydrate({ p: 1, q: 'a', c: 2, v: 'x', n: 5 })
    row.v = null
    row.n = 6
    const before = client.calls.length
    await row.save({ ttl: 60, timestamp: 5n })
    t.equal(client.calls.length, before + 1)
    t.match(last()?.cql, /^UPDATE "k"\."row" USING TTL \? AND TIMESTAMP \? SET "v" = \?, "n" = \? WHERE/)
    t.same(last()?.params.slice(0, 4), [60, 5n, null, 6])
  })

  t.test('TYP-26 OPR-08 pk__token names all partition key columns, in their order', async (t) => {
    const preview = Row.objects.filter({ pk__token__gt: db.functions.Token(1, 'a') }).toCQL()
    t.match(preview.cql, /WHERE token\("p", "q"\) > token\(\?, \?\)/)
    t.same(preview.params, [1, 'a'])
  })

  t.test('QRY-21 allowFiltering lets the server search', async (t) => {
    t.match(Row.objects.filter({ v: 'x' }).allowFiltering().toCQL().cql, /WHERE "v" = \? ALLOW FILTERING$/)
    await t.rejects(Row.objects.filter({ v: 'x' }).all(), { name: 'QueryError', message: /allowFiltering/ })
  })

  t.test('QRY-24 a query set updates without loading', async (t) => {
    const before = client.calls.length
    await Row.filter({ p: 1, q: 'a', c: 2 }).update({ v: 'y' })
    t.equal(client.calls.length, before + 1)
    t.match(last()?.cql, /^UPDATE/)
  })

  t.test('B21 pk and the other members of instances cannot be column names', async (t) => {
    const define = (table: string, name: string): unknown => db.Model.define(table, { id: c.Integer({ primaryKey: true }), ...{ [name]: c.Integer() } as { other: ReturnType<typeof c.Integer> } })
    for (const name of ['pk', 'save', 'update', 'delete', 'validate', 'toJSON', 'toObject', 'getChangedColumns', 'equals', 'isPersisted']) {
      t.throws(() => define('bad', name), ModelDefinitionError, name)
    }
    for (const name of ['timestamp', 'values', 'keys', 'items', 'filter', '_values', 'objects']) {
      t.doesNotThrow(() => define(`fine_${name}`, name), name)
    }
  })
})
