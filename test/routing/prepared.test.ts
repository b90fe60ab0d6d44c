// Prepared once for each connection and statement, and never a wrong one, as models see it.
import t from 'tap'
import type { Test } from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import type { AnyColumn } from '../../src/cqlengine/columns/column.js'
import { prepare } from '../connection/frames.js'
import { proxyTo } from '../connection/proxy.js'
import { connectedClient, hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'

type Context = Pick<Test, 'teardown'>

/** A db behind a door that counts what is prepared. */
async function counting (t: Context) {
  let prepared = 0
  const proxy = await proxyTo(hosts[0] ?? '', (opcode) => { if (opcode === prepare) prepared++ })
  t.teardown(async () => { await proxy.close() })
  return { host: proxy.host, prepared: () => prepared }
}

t.test('1,000 first executions at once prepare once on each connection; later ones not at all', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const [one, two] = [await counting(t), await counting(t)]
  const db = new CQLAlchemy()
  const c = db.columns
  class Item extends db.Model.define('item', { id: c.Integer({ primaryKey: true }), name: c.Text() }).as<Item>() {}
  await db.init({ hosts: [one.host], localDataCenter, keyspace, env: false, connections: { two: { hosts: [two.host], localDataCenter } } })
  t.teardown(async () => { await db.close() })
  await db.syncDb()
  const before = [one.prepared(), two.prepared()] as const
  const ids = Array.from({ length: 1000 }, (_, id) => id)
  await Promise.all(ids.flatMap((id) => [Item.create({ id, name: 'one' }), Item.using({ connection: 'two' }).create({ id: id + 1000, name: 'two' })]))
  t.same([one.prepared() - before[0], two.prepared() - before[1]], [1, 1])
  const found = await Promise.all(ids.map(async (id) => (await Item.get({ id: id * 2 })).name))
  t.same([found.filter((name) => name === 'one').length, found.length], [500, 1000])
  await Promise.all(ids.map(async (id) => await Item.create({ id, name: 'again' })))
  await db.batch({ type: 'unlogged' }, async (b) => { for (const id of ids.slice(0, 50)) await Item.batch(b).create({ id, name: 'batch' }) })
  t.same([one.prepared() - before[0], two.prepared() - before[1]], [2, 1], 'the SELECT was added')
})

/** Dbs that each define the table `thing` in their own way. */
function text () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Thing extends db.Model.define('thing', { id: c.Integer({ primaryKey: true }), v: c.Text() }) {}
  return { db, Thing }
}

function integer () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Thing extends db.Model.define('thing', { id: c.Integer({ primaryKey: true }), v: c.Integer() }) {}
  return { db, Thing }
}

function textAndSet () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Thing extends db.Model.define('thing', { id: c.Integer({ primaryKey: true }), v: c.Text(), added: c.Set(c.Text) }) {}
  return { db, Thing }
}

/** `v` is of a type that only the test knows. */
function anything (column: (columns: CQLAlchemy['columns']) => AnyColumn) {
  const db = new CQLAlchemy()
  class Thing extends db.Model.define('thing', { id: db.columns.Integer({ primaryKey: true }), v: column(db.columns) }) {}
  return { db, Thing }
}

t.test("a keyspace switch never meets another keyspace's statement", async (t) => {
  const [a, b] = [await uniqueKeyspace(t), await uniqueKeyspace(t)]
  // One client of the user's, so that both share what the driver has prepared.
  const client = await connectedClient(t)
  const [one, two] = [text(), integer()]
  await one.db.init({ client, keyspace: a, env: false })
  await two.db.init({ client, keyspace: b, env: false })
  t.teardown(async () => { await Promise.all([one.db.close(), two.db.close()]) })
  await one.db.syncDb()
  await two.db.syncDb()
  for (let round = 0; round < 3; round++) {
    await one.Thing.create({ id: round, v: 'five' })
    await two.Thing.create({ id: round, v: 5 })
    t.match(await one.Thing.get({ id: round }), { v: 'five' })
    t.match(await two.Thing.get({ id: round }), { v: 5 })
    ;[one, two].forEach(({ db }, i) => { db.setKeyspace([b, a][i]) })
    await t.rejects(one.Thing.create({ id: 9, v: 'five' }), { message: /./ }, 'text is no int: the server refuses it')
    t.equal(await two.Thing.filter({ id: 9 }).count(), 0)
    for (const { db } of [one, two]) db.setKeyspace()
  }
})

t.test('a table that another process alters while it is in use', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const [old, next] = [text(), textAndSet()]
  const options = { hosts, localDataCenter, keyspace, env: false } as const
  await Promise.all([old.db.init(options), next.db.init(options)])
  t.teardown(async () => { await Promise.all([old.db.close(), next.db.close()]) })
  await old.db.syncDb()
  await old.Thing.create({ id: 1, v: 'old' })
  t.match(await old.Thing.get({ id: 1 }), { v: 'old' })
  const raw = async () => ({ ...(await old.db.execute(`SELECT * FROM ${keyspace}.thing WHERE id = 1`)).first() })
  t.same(await raw(), { id: 1, v: 'old' })

  const writes = Array.from({ length: 200 }, async (_, id) => await old.Thing.create({ id: 100 + id, v: 'meanwhile' }))
  await next.db.syncDb()
  await Promise.all(writes)
  await next.Thing.create({ id: 2, v: 'next', added: new Set(['x']) })
  t.match((await old.Thing.get({ id: 2 })).toJSON(), { id: 2, v: 'next' }, 'the old one reads on')
  await old.Thing.filter({ id: 2 }).update({ v: 'old again' })
  t.match((await next.Thing.get({ id: 2 })).toJSON(), { id: 2, v: 'old again', added: ['x'] })
  t.same(await raw(), { id: 1, v: 'old', added: null }, 'a SELECT * shows the new column')
  t.equal(await next.Thing.objects.count(), 202)
})

t.test('dropped by dropTable and made again with other types, through the same client: right without a restart', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const client = await connectedClient(t)
  /** Makes the table, writes in all ways, reads, and drops the table. */
  async function live (column: (columns: CQLAlchemy['columns']) => AnyColumn, v: unknown): Promise<void> {
    const { db, Thing } = anything(column)
    await db.init({ client, keyspace, env: false })
    await db.syncDb()
    const value = { v }
    await Promise.all([1, 2, 3].map(async (id) => await Thing.create({ id, ...value })))
    await db.batch(async (b) => { await Thing.batch(b).create({ id: 4, ...value }) })
    t.same((await Thing.all()).map((row) => row.v as unknown), [v, v, v, v])
    await db.management.dropTable(Thing)
    await db.close()
  }
  await live((c) => c.Text(), 'five')
  await live((c) => c.Integer(), 5)
  await live((c) => c.BigInt(), 2n ** 40n)
  await live((c) => c.Float(), 1.5)
  await live((c) => c.Set(c.Integer), new Set([1, 2]))
  await live((c) => c.Text(), 'five again')
})

t.test('dropped and made again by another process with a type of another kind', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const client = await connectedClient(t)
  const [before, other, after] = [text(), integer(), integer()]
  await before.db.init({ client, keyspace, env: false })
  await before.db.syncDb()
  await before.Thing.create({ id: 1, v: 'five' })
  t.match(await before.Thing.get({ id: 1 }), { v: 'five' })
  await before.db.close()

  await other.db.init({ hosts, localDataCenter, keyspace, env: false })
  t.teardown(async () => { await other.db.close() })
  await other.db.management.dropTable(other.Thing)
  await other.db.syncDb()
  await other.Thing.create({ id: 1, v: 5 })

  // The same client, which prepared the same texts for the table that is gone.
  await after.db.init({ client, keyspace, env: false })
  t.teardown(async () => { await after.db.close() })
  t.match(await after.Thing.get({ id: 1 }), { v: 5 })
  await Promise.all(Array.from({ length: 50 }, async (_, id) => await after.Thing.create({ id, v: id })))
  t.match(await after.Thing.get({ id: 49 }), { v: 49 })
  t.match(await other.Thing.get({ id: 49 }), { v: 49 })
})

t.test('made again by another process, whatever the types were and are: written and read by the client that knew it', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const other = await connectedClient(t)
  const db = new CQLAlchemy()
  const c = db.columns
  await db.init({ hosts, localDataCenter, keyspace, env: false })
  t.teardown(async () => { await db.close() })
  /** One column for each type that there was, and after that all of one type: its texts are known as those of the other. */
  const before: Readonly<Record<string, readonly [AnyColumn, unknown]>> = {
    int: [c.Integer(), 5],
    tinyint: [c.TinyInt(), 5],
    bigint: [c.BigInt(), 5n],
    varint: [c.VarInt(), 5n],
    decimal: [c.Decimal(), '5.5'],
    double: [c.Double(), 5.5],
    boolean: [c.Boolean(), true],
    timestamp: [c.DateTime(), new Date(5)],
    date: [c.Date(), '2020-01-01'],
    time: [c.Time(), '01:02:03'],
    duration: [c.Duration(), '5s'],
    uuid: [c.UUID(), '05c8f006-0000-4000-8000-000000000000'],
    inet: [c.Inet(), '127.0.0.1'],
    blob: [c.Blob(), Buffer.from('five')],
    list: [c.List(c.BigInt), [5n]],
    set: [c.Set(c.BigInt), [5n]],
    map: [c.Map(c.BigInt, c.BigInt), new Map([[5n, 5n]])],
    tuple: [c.Tuple(c.BigInt), [5n]],
    vector: [c.Vector(c.BigInt, 1), [5n]]
  }
  const names = Object.keys(before)
  const rounds: readonly (readonly [(name: string) => AnyColumn, (name: string) => unknown])[] = [
    [(name) => before[name]?.[0] ?? c.Text(), (name) => before[name]?.[1]],
    [() => c.Text(), () => 'five'],
    [() => c.BigInt(), () => 2n ** 62n],
    [() => c.Map(c.Text, c.Integer), () => new Map([['five', 5]])],
    [() => c.Double(), () => 5.5]
  ]
  for (const [columnOf, valueOf] of rounds) {
    const columns = { id: c.Integer({ primaryKey: true }), ...Object.fromEntries(names.map((name) => [name, columnOf(name)])) }
    await other.execute(`DROP TABLE IF EXISTS ${keyspace}.thing`)
    await other.execute(`CREATE TABLE ${keyspace}.thing (id int PRIMARY KEY, ${names.map((name) => `"${name}" ${columnOf(name).cql}`).join(', ')})`)
    const Thing = db.Model.define('thing', columns, { replace: true })
    const outcomes = await Promise.allSettled(names.map(async (name) => {
      await Thing.filter({ id: 1 }).update({ [name]: valueOf(name) } as never)
      const row = await Thing.filter({ id: 1 }).all()
      t.same(row[0]?.toJSON()[name as never], new Thing({ id: 1, [name]: valueOf(name) } as never).toJSON()[name as never], `${columnOf(name).cql} in the place of ${name}`)
    }))
    t.strictSame(outcomes.flatMap((o, i) => o.status === 'rejected' ? [`${names[i] ?? ''}: ${String(o.reason)}`] : []), [])
  }
})
