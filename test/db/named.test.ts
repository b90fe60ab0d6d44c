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

  t.test('NAM-02 a user type that is called like a native type is read as one, beside columns of the native type', async (t) => {
    await client.execute(`CREATE TYPE ${keyspace}."date" (day int)`)
    await client.execute(`CREATE TABLE ${keyspace}.due (a int, b int, at "date", until date, past list<frozen<"date">>, PRIMARY KEY ((a, b)))`)
    await client.execute(`INSERT INTO ${keyspace}.due (a, b, at, until, past) VALUES (1, 2, {day: 3}, '2020-01-02', [{day: 4}])`)
    const row = await db.table('due').objects.filter({ a: 1, b: 2 }).get()
    t.match(row, { at: { day: 3 }, past: [{ day: 4 }] })
    t.equal(String(row['until']), '2020-01-02')
    class Due extends db.Model.define('due', { a: db.columns.Integer({ partitionKey: true }), b: db.columns.Integer({ partitionKey: true }), at: db.columns.Date() }).as<Due>() {}
    await t.rejects(Due.all(), { code: 'CQL_SCHEMA', message: /"at" is "date" in the table, date in the model/ })
    await client.execute(`DROP TABLE ${keyspace}.due`)
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

  t.test('NAM-01 all conditions count, however they are given', async (t) => {
    await client.execute(`INSERT INTO ${keyspace}."Events" (day, "select") VALUES ('thu', 1)`)
    await client.execute(`INSERT INTO ${keyspace}."Events" (day, "select") VALUES ('thu', 2)`)
    t.equal(await events.objects.filter({ day: 'thu' }, { select: 1 }).count(), 1)
    t.match(await events.objects.get({ day: 'thu' }, { select: 2 }), { select: 2 })
    t.match(await events.objects.filter({ day: 'thu' }).get({ select: 2 }), { select: 2 })
    class Event extends db.Model.define('Events', { day: db.columns.Text({ primaryKey: true }), select: db.columns.Integer({ primaryKey: true }) }).as<Event>() {}
    await events.objects.filter(Event.columns.day.eq('thu'), Event.columns.select.eq(1)).delete()
    await events.objects.filter({ day: 'thu' }, { select: 5 }).delete()
    t.same((await events.objects.filter({ day: 'thu' }).all()).map((row) => row['select']), [2])
    for (const wrong of [undefined, null]) {
      await t.rejects(events.objects.get(wrong as never), QueryError)
      await t.rejects(events.objects.filter(wrong as never).all(), QueryError)
      t.throws(() => events.objects.using(wrong as never), QueryError)
    }
    await events.objects.filter({ day: 'thu' }).delete()
  })

  t.test('NAM-06 B37 parts of rows, values, partitions and pages', async (t) => {
    const first = events.objects.filter({ day: 'mon', select__lte: 1 })
    t.same(await first.only('save').all(), [{ day: 'mon', select: 0, save: 0 }, { day: 'mon', select: 1, save: 2 }])
    t.same(Object.keys(await first.defer('a"b', 'home').first() ?? {}).sort(), ['day', 'save', 'select', 'total'])
    t.same(await first.valuesList('select', 'save').all(), [[0, 0], [1, 2]])
    t.same(await first.valuesList('save', { flat: true }).all(), [0, 2])
    t.same(new Set((await events.objects.distinct().all()).map((row) => JSON.stringify(row))), new Set(['{"day":"mon"}', '{"day":"tue"}', '{"day":"wed"}']))
    t.same(await events.objects.distinct('day').count(), 3)
    const page = await events.objects.filter({ day: 'mon' }).page({ size: 15 })
    t.equal(page.rows.length, 15)
    t.equal((await events.objects.filter({ day: 'mon' }).page({ size: 15, token: page.nextToken })).rows.length, 5)
    await t.rejects(events.objects.only('nope').all(), { name: 'QueryError', message: /no column "nope"/ })
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
