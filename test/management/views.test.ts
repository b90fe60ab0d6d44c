// Materialized views and tables that others look after, on a server.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import type { SyncNote } from '../../src/cqlengine/sync-report.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'

const keyspace = await uniqueKeyspace(t)
const make = async (): Promise<CQLAlchemy> => {
  const db = await new CQLAlchemy().init({ hosts, localDataCenter, keyspace, env: false })
  t.teardown(() => db.close())
  return db
}
const db = await make()
const c = db.columns
const kinds = (notes: readonly SyncNote[]): unknown[] => notes.map(({ kind, table, column }) => [kind, table, column])

class Home extends db.UserType.define('home', { city: c.Text() }) {}
const columns = { uid: c.Integer({ primaryKey: true }), 'E mail': c.Text(), name: c.Text({ required: true }), day: c.Date({ primaryKey: true, clusteringOrder: 'desc' }), tags: c.Set(c.Text), home: c.UserDefinedType(Home) }

t.test('a view is made after its base, follows it, is read by its key, and settles', async (t) => {
  class User extends db.Model.define('user', columns).as<User>() {}
  class ByMail extends db.Model.view('by_mail', User, { partitionKey: ['E mail'], clusteringKey: ['day', 'uid'], clusteringOrder: { uid: 'desc' }, only: ['name'], options: { comment: "it's", gc_grace_seconds: 77 } }).as<ByMail>() {
    greet () { return `hello ${this.name}` }
  }
  class Whole extends db.Model.view('whole', User, { partitionKey: ['uid'], clusteringKey: ['day', 'name'] }).as<Whole>() {}
  // Named first, and yet made last.
  const report = await db.syncDb({ models: [Whole, ByMail, User] })
  t.match(report.statements.map(({ cql }) => cql), [/^CREATE TYPE/, /^CREATE TABLE/,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS "${keyspace}"."whole" AS SELECT * FROM "${keyspace}"."user" WHERE "uid" IS NOT NULL AND "day" IS NOT NULL AND "name" IS NOT NULL PRIMARY KEY (("uid"), "day", "name") WITH CLUSTERING ORDER BY ("day" DESC, "name" ASC)`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS "${keyspace}"."by_mail" AS SELECT "uid", "E mail", "name", "day" FROM "${keyspace}"."user" WHERE "E mail" IS NOT NULL AND "day" IS NOT NULL AND "uid" IS NOT NULL PRIMARY KEY (("E mail"), "day", "uid") WITH CLUSTERING ORDER BY ("day" DESC, "uid" DESC) AND comment = 'it''s' AND gc_grace_seconds = 77`])
  t.same(await db.syncDb(), { statements: [], warnings: [], conflicts: [] })
  await User.create({ uid: 1, day: '2024-01-01', name: 'Ada', 'E mail': 'a', tags: ['x'], home: { city: 'London' } })
  const until = async <T>(read: () => Promise<T[]>): Promise<T[]> => { for (;;) { const rows = await read(); if (rows.length > 0) return rows } }
  const [found] = await until(() => ByMail.filter({ 'E mail': 'a' }).all())
  t.equal(found?.greet(), 'hello Ada')
  const [whole] = await until(() => Whole.filter({ uid: 1 }).all())
  t.equal(whole?.home?.city, 'London')
  t.same([...whole?.tags ?? []], ['x'])

  // The base gets a column, and with it the view that has all; another one does not.
  const later = await make()
  class More extends later.Model.define('user', { ...columns, more: c.Text() }).as<More>() {}
  later.Model.view('whole', More, { partitionKey: ['uid'], clusteringKey: ['day', 'name'] })
  later.Model.view('by_mail', More, { partitionKey: ['E mail'], clusteringKey: ['day', 'uid'], clusteringOrder: { uid: 'desc' }, only: ['name'], options: { comment: 'new' } })
  t.match((await later.syncDb()).statements.map(({ cql }) => cql), [/ALTER TABLE .* ADD IF NOT EXISTS "more"/, /^ALTER MATERIALIZED VIEW .*"by_mail" WITH comment = 'new'/])
  t.same(await later.syncDb(), { statements: [], warnings: [], conflicts: [] })

  // A view that differs cannot be changed.
  const other = await make()
  const Base = other.Model.define('user', columns)
  other.Model.view('whole', Base, { partitionKey: ['day'], clusteringKey: ['uid', 'name'] })
  other.Model.view('by_mail', Base, { partitionKey: ['E mail'], clusteringKey: ['day', 'uid'], clusteringOrder: { day: 'asc', uid: 'asc' }, only: ['name', 'tags'] })
  other.Model.view('user_2', Base, { partitionKey: ['day'], clusteringKey: ['uid'] })
  const dry = await other.syncDb({ dryRun: true })
  t.match(dry.conflicts, [
    { kind: 'view', table: 'whole', message: /has PRIMARY KEY/, statements: [/^DROP MATERIALIZED VIEW/, /^CREATE MATERIALIZED VIEW/] },
    { kind: 'view', table: 'by_mail', message: /order of "day" is desc.*asc in the model/ }, { kind: 'view', table: 'by_mail', message: /order of "uid"/ },
    { kind: 'view', table: 'by_mail', message: /lacks the column "tags"/ }
  ])
  await t.rejects(other.syncDb(), { code: 'CQL_SCHEMA', report: { statements: [] } })
  for (const text of dry.conflicts.slice(0, 2).flatMap(({ statements = [] }) => statements)) await db.execute(text)
  t.same(kinds((await other.syncDb()).warnings), [['unknown-column', 'user', 'more']], 'mended by hand')

  await db.management.dropTable(ByMail)
  await db.management.dropTable(Whole)
  t.same((await db.syncDb({ models: [User], unknown: true })).warnings.map(({ kind, table }) => [kind, table]), [['unknown-column', 'user'], ['unknown-view', 'user_2']])
})

t.test('a view whose base is not there, and names that are taken, are conflicts', async (t) => {
  const db = await make()
  class Absent extends db.Model.define('absent', { id: c.Integer({ primaryKey: true }), v: c.Text() }).as<Absent>() {}
  class ByV extends db.Model.view('by_v', Absent, { partitionKey: ['v'], clusteringKey: ['id'] }).as<ByV>() {}
  t.match((await db.syncTable(ByV, { dryRun: true })).conflicts, [{ kind: 'missing-base', table: 'by_v', message: /no table "absent"/ }])
  await db.execute(`CREATE TABLE ${keyspace}.absent (id int PRIMARY KEY)`)
  t.match((await db.syncTable(ByV, { dryRun: true })).conflicts, [{ kind: 'missing-base', column: 'v' }])
  await db.execute(`CREATE TABLE ${keyspace}.by_v (id int PRIMARY KEY)`)
  t.match((await db.syncDb({ dryRun: true })).conflicts, [{ kind: 'name-taken', table: 'by_v' }])
  await db.execute(`DROP TABLE ${keyspace}.by_v`)
  await db.syncDb()
  await db.execute(`DROP MATERIALIZED VIEW ${keyspace}.by_v`)
  await db.execute(`CREATE MATERIALIZED VIEW ${keyspace}.by_v AS SELECT * FROM ${keyspace}.absent WHERE v IS NOT NULL AND id > 5 PRIMARY KEY (v, id)`)
  t.match((await db.syncDb({ dryRun: true })).conflicts, [{ kind: 'view', table: 'by_v', message: /leaves out rows/ }])
  await db.execute(`DROP MATERIALIZED VIEW ${keyspace}.by_v`)
})

t.test('where views or SASI are switched off, the conflict names the setting', async (t) => {
  const db = await make()
  class Row extends db.Model.define('off', { id: c.Integer({ primaryKey: true }), v: c.Text({ index: { using: 'sasi' } }) }).as<Row>() {}
  db.Model.view('off_by_v', Row, { partitionKey: ['v'], clusteringKey: ['id'] })
  const { client } = db
  const { execute } = client
  const sent: string[] = []
  client.execute = ((cql: string, params: unknown[], ...rest: unknown[]) => {
    sent.push(cql)
    return cql.includes('system_views.settings')
      ? Promise.resolve({ rows: [{ name: params[0], value: 'false' }], columns: [] })
      : Reflect.apply(execute, client, [cql, params, ...rest]) as unknown
  }) as unknown as typeof client.execute
  await t.rejects(db.syncDb(), { code: 'CQL_SCHEMA', message: /materialized_views_enabled/, report: { statements: [], conflicts: [{ kind: 'server', message: /sasi_indexes_enabled/ }, { kind: 'server', table: 'off_by_v' }] } })
  t.notOk(sent.some((cql) => cql.startsWith('CREATE')))
})

t.test('what others look after is left alone by every sync, and a dry run shows how it differs', async (t) => {
  const db = await make()
  class Place extends db.UserType.define('place', { city: c.Text() }) {}
  await db.execute(`CREATE TABLE ${keyspace}.legacy (id int PRIMARY KEY, old text, extra text)`)
  await db.execute(`CREATE INDEX ON ${keyspace}.legacy (old)`)
  const legacy = { id: c.Integer({ primaryKey: true }), name: c.Text({ index: true }), at: c.UserDefinedType(Place) }
  class Legacy extends db.Model.define('legacy', legacy, { managed: false, ignoreColumns: ['old'] }).as<Legacy>() {}
  db.Model.define('gone', { id: c.BigInt({ primaryKey: true }) }, { managed: false })
  db.Model.view('legacy_by_name', Legacy, { partitionKey: ['name'], clusteringKey: ['id'], managed: false })
  const nothing = { statements: [], warnings: [], conflicts: [] }
  t.same(await db.syncDb({ waitForIndexes: true }), nothing)
  t.same(await db.syncTable(Legacy), nothing)
  const dry = await db.syncDb({ dryRun: true })
  t.same([dry.statements, dry.conflicts], [[], []])
  t.match(dry.warnings, [
    { kind: 'unknown-column', table: 'legacy', column: 'extra' },
    { kind: 'unmanaged', table: 'legacy', statements: [/CREATE TYPE .*"place"/, /ADD IF NOT EXISTS "name"/, /ADD IF NOT EXISTS "at"/, /CREATE INDEX/] },
    { kind: 'unmanaged', table: 'gone', statements: [/CREATE TABLE .*"gone"/] },
    { kind: 'missing-base', table: 'legacy_by_name', column: 'name' }, { kind: 'missing-base', column: 'at' }
  ])
  t.equal(dry.warnings.length, 5)
  await t.rejects(db.syncDb({ keyspaces: ['no_such_keyspace'], unknown: true }).then(() => { throw new Error('nothing to do') }), { message: 'nothing to do' })
  t.match((await db.syncDb({ keyspaces: ['no_such_keyspace'], dryRun: true })).warnings, [{ kind: 'missing-keyspace', message: /and 2 more need it/ }])
})
