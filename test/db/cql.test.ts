import { randomUUID } from 'node:crypto'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { QueryError } from '../../src/cqlengine/errors.js'
import type { RawResult } from '../../src/cqlengine/query/raw.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'

t.test('raw CQL', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const db = await new CQLAlchemy().init({ hosts, localDataCenter, keyspace, env: false })
  t.teardown(async () => { await db.close() })
  const c = db.columns
  class Page extends db.Model.define('Pa_ge', { id: c.UUID({ primaryKey: true, default: randomUUID }), n: c.Integer({ dbField: 'N "n"' }), s: c.Text() }).as<Page>() {}
  await db.syncDb()
  const page = await Page.create({ n: 1, s: "'; DROP TABLE x; --" })

  t.test('STM-14 db.cql quotes models and columns and binds all else', async (t) => {
    const rows = await db.cql<{ n: number, s: string }>`SELECT ${Page.columns.n} AS n, s FROM ${Page} WHERE ${Page.columns.id} = ${page.id}`
    t.same(rows, [{ n: 1, s: "'; DROP TABLE x; --" }])
    const evil = "' OR 1 = 1; --"
    await db.cql`UPDATE ${Page} SET s = ${evil} WHERE id = ${page.id}`
    t.equal((await Page.get({ id: page.id })).s, evil)
  })

  t.test('db.cql gives all rows, whatever their number', async (t) => {
    await Page.createMany(Array.from({ length: 5100 }, (_, n) => ({ n })))
    t.equal((await db.cql`SELECT id FROM ${Page}`).length, 5101)
  })

  t.test('db.cql refuses what it cannot place', async (t) => {
    await t.rejects(db.cql`SELECT * FROM ${Page} WHERE ${c.Text()} = 1`, QueryError)
    class Elsewhere extends db.Model.define('elsewhere', { id: c.Integer({ primaryKey: true }) }, { connection: 'other' }).as<Elsewhere>() {}
    await t.rejects(db.cql`SELECT * FROM ${Elsewhere}`, { name: 'ConnectionRegistryError', message: /"other".*default/ })
    await db.connection.registerConnection('other', { hosts, localDataCenter })
    await t.rejects(db.cql`SELECT ${Page} ${Elsewhere}`, { name: 'QueryError', message: /one connection/ })
    await db.connection.unregisterConnection('other')
  })

  t.test('STM-14 db.execute gives the driver\'s result, prepared', async (t) => {
    const result = await db.execute(`SELECT count(*) AS n FROM ${keyspace}."Pa_ge"`)
    t.equal(result.rows[0]?.['n'], 5101n)
    t.equal((await db.execute('SELECT key FROM system.local WHERE key = :k', { k: 'local' }, { consistency: 'ONE' })).rowLength, 1)
    await t.rejects(db.execute(`USE ${keyspace}`), { name: 'QueryError', message: /USE/ })
    await t.rejects(db.execute('SELECT * FROM local'), { name: 'ResponseError' }, 'FCA-07 connections are bound to no keyspace')
    await t.rejects(db.execute('SELECT key FROM system.local', [], { ttl: 5 }), QueryError)
    await t.rejects(db.execute(''), QueryError)
  })

  t.test('db.execute gives a page at a time: rows holds one, for await goes on, pageState begins one in another request', async (t) => {
    const text = `SELECT id, "N ""n""" AS n FROM ${keyspace}."Pa_ge"`
    const whole = await db.execute<{ id: unknown, n: number | null }>(text)
    t.equal(whole.rows.length, 5000, 'the first page alone')
    t.type(whole.pageState, 'string')
    let count = 0
    for await (const { n } of whole) count += typeof n === 'number' ? 1 : 0
    t.equal(count, 5101, 'all pages')
    const seen = new Set<string>()
    let pageState: string | null | undefined = null
    let pages = 0
    do {
      const page: RawResult<{ id: unknown }> = await db.execute<{ id: unknown }>(text, [], { fetchSize: 2000, pageState })
      for (const { id } of page.rows) seen.add(String(id))
      ;({ pageState } = page)
      pages++
    } while (pageState !== null)
    t.same([seen.size, pages], [5101, 3])
    t.equal((await db.execute<{ id: unknown }>(`${text} WHERE id = ?`, [randomUUID()])).first(), null)
  })

  t.test('db.execute refuses a page that cannot be', async (t) => {
    const text = `SELECT id FROM ${keyspace}."Pa_ge"`
    for (const fetchSize of [0, -1, 1.5, '5', null, 2 ** 31]) {
      await t.rejects(db.execute(text, [], { fetchSize: fetchSize as number }), { name: 'QueryError', message: /fetchSize/ })
    }
    for (const pageState of ['', 'zz', '00', 5]) {
      await t.rejects(db.execute(text, [], { pageState: pageState as string }), { name: 'PageTokenError', statusCode: 400, message: /^db\.execute: the state/ })
    }
    await t.rejects(db.execute(text, [], { fetchSize: 5, tll: 5 } as object), { name: 'QueryError', message: /tll/ })
  })
})

t.test('only a template is CQL: what a body may hold instead is refused, and nothing is sent', async (t) => {
  const db = new CQLAlchemy()
  const cql = db.cql.bind(db) as unknown as (text: unknown) => Promise<unknown>
  for (const text of ['SELECT 1', ['SELECT 1'], { length: 1, 0: 'SELECT 1', raw: ['SELECT 1'] }, null, undefined]) {
    await t.rejects(cql(text), { name: 'QueryError', message: /tag of a template/ })
  }
})
