import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { QueryError, DoesNotExist, ValidationError } from '../../src/cqlengine/errors.js'
import { connectedClient, hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'

t.test('tables that no model describes', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const client = await connectedClient(t)
  await client.execute(`CREATE TYPE ${keyspace}.addr (street text)`)
  await client.execute(`CREATE TABLE ${keyspace}."Ev;ents" (day text, "select" int, save int, "a""b" set<text>, home addr, total decimal, PRIMARY KEY (day, "select"))`.replace('"Ev;ents"', '"Events"'))
  const db = await new CQLAlchemy().init({ hosts, localDataCenter, keyspace, env: false })
  t.teardown(async () => { await db.close() })
  for (let i = 0; i < 25; i++) {
    await db.execute(`INSERT INTO ${keyspace}."Events" (day, "select", save, "a""b", total) VALUES (?, ?, ?, ?, 1.5)`, [i < 20 ? 'mon' : 'tue', i, i * 2, new Set([`t${i}`])])
  }
  const events = db.table('Events')

  t.test('NAM-01 NAM-02 B37 reads by any column names, quoted, with values in the models\' forms', async (t) => {
    const row = await events.objects.filter({ day: 'mon', select: 3 }).first()
    t.equal(row?.['save'], 6)
    t.same(row?.['a"b'], new Set(['t3']))
    t.equal(String(row?.['total']), '1.5')
    t.equal(await events.objects.filter({ day: 'mon' }).count(), 20)
    t.equal((await events.objects.all()).length, 25)
    t.same((await events.objects.filter({ day: 'mon', select__gte: 17 }).orderBy('-select').all()).map((r) => r['select']), [19, 18, 17])
    const seen: unknown[] = []
    for await (const one of events.objects.fetchSize(7)) seen.push(one['select'])
    t.equal(seen.length, 25, 'complete whatever the page size')
  })

  t.test('NAM-02 get finds one row, or says that there is none', async (t) => {
    t.match(await events.objects.get({ day: 'tue', select: 21 }), { save: 42 })
    await t.rejects(events.objects.get({ day: 'never' }), DoesNotExist)
  })

  t.test('NAM-03 pages by token', async (t) => {
    const all = await events.objects.filter({ pk__token__gte: db.functions.Token('mon') }).all()
    t.ok(all.some((row) => row['day'] === 'mon'))
  })

  t.test('NAM-04 a materialized view is read by its name', async (t) => {
    await client.execute(`CREATE MATERIALIZED VIEW ${keyspace}.by_save AS SELECT * FROM ${keyspace}."Events" WHERE day IS NOT NULL AND "select" IS NOT NULL AND save IS NOT NULL PRIMARY KEY (save, day, "select")`)
    await client.execute(`INSERT INTO ${keyspace}."Events" (day, "select", save) VALUES ('wed', 1, 999)`)
    t.match(await db.table('by_save').objects.filter({ save: 999 }).first(), { day: 'wed', select: 1 })
    await client.execute(`DROP MATERIALIZED VIEW ${keyspace}.by_save`)
  })

  t.test('NAM-05 NAM-06 updates and deletes by key, checked as for models', async (t) => {
    await events.objects.filter({ day: 'tue', select: 22 }).update({ 'a"b__add': ['more'] })
    t.same((await events.objects.get({ day: 'tue', select: 22 }))['a"b'], new Set(['t22', 'more']))
    await events.objects.filter({ day: 'tue' }).delete()
    t.equal(await events.objects.filter({ day: 'tue' }).count(), 0)
    await t.rejects(events.objects.filter({ save: 1 }).delete(), QueryError)
    await t.rejects(events.objects.filter({ day: 5 }).all(), ValidationError)
    await t.rejects(events.objects.filter({ nope: 5 }).all(), { message: /no column "nope"/ })
  })

  t.test('NAM-06 using, NamedKeyspace and the place of the table decide where it goes', async (t) => {
    t.equal(await new db.NamedKeyspace(keyspace).table('Events').objects.filter({ day: 'mon' }).count(), 20)
    t.equal(await db.table('tables', { keyspace: 'system_schema' }).objects.filter({ keyspace_name: keyspace }).count(), 1)
    t.ok((await db.table('local').objects.using({ keyspace: 'system' }).first())?.['cluster_name'])
    await t.rejects(db.table('nope').objects.all(), { name: 'QueryError', message: /no table "nope"/ })
    await t.rejects(db.table('Events').objects.using({ connection: 'nope' }).all(), { name: 'ConnectionRegistryError' })
  })
})
