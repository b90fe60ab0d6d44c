// A statement is never sent for another one: not by what was sent before, and not past the last look before the network.
import t from 'tap'
import { Connection } from '../../src/cqlengine/connection/connection.js'
import type { RequestOptions } from '../../src/cqlengine/connection/request.js'
import { CQLEngineError, QueryError } from '../../src/cqlengine/errors.js'
import { KeptTexts, countMarkers, StatementCache } from '../../src/cqlengine/query/operation/statement-cache.js'
import { fakeClient } from '../connection/fake-client.js'
import { failure, recordingDb, serverDb } from './setup.js'
import { needs5 } from '../support/needs-5.js'

t.test('an update has its own text, whatever was read before', needs5('SAI'), async (t) => {
  const db = await serverDb(t)
  const c = db.columns
  class P extends db.Model.define('p', {
    id: c.Integer({ primaryKey: true }), a: c.Integer(), age: c.Integer({ index: { using: 'sai' } }), d: c.Integer(), e: c.Integer(), f: c.Integer(), g: c.Integer(), h: c.Integer(), i: c.Integer()
  }).as<P>() {}
  await db.syncDb({ waitForIndexes: true })
  await P.create({ id: 1, age: 5 })
  t.equal((await P.filter({ age__gt: 1 }).all()).length, 1)
  await P.filter({ id: 1 }).ttl(60).update({ age: 1, i: 2 })
  t.match(await P.get({ id: 1 }), { age: 1, i: 2 })
})

t.test('a query that is illegal stays illegal, whatever was written before; a read changes nothing', async (t) => {
  const db = await serverDb(t)
  const c = db.columns
  const many = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`v${i}`, c.Integer()]))
  class Row extends db.Model.define('row', { tenant: c.Text({ partitionKey: true }), id: c.Integer({ primaryKey: true }), ...many, plan: c.Text({ static: true }) }).as<Row>() {}
  await db.syncDb()
  const acme = await Row.create({ tenant: 'acme', id: 1, plan: 'free' })
  acme.plan = 'silver'
  await acme.save()
  const query: Record<string, string> = { tenant__lte: 'acme' } // of a request
  const refused = await failure(() => Row.filter({ tenant: 'gold' }).filter(query).all())
  t.ok(refused instanceof QueryError, refused.message)
  t.equal((await Row.get({ tenant: 'acme', id: 1 })).plan, 'silver')
})

t.test('names of columns, fields and aliases cannot make two statements one', async (t) => {
  const { db, client } = await recordingDb(t)
  const c = db.columns
  class M extends db.Model.define('m', { id: c.Integer({ primaryKey: true }), b: c.Integer(), c: c.Integer() }).as<M>() {}
  await M.objects.select({ 'x",1 "y': M.columns.b }).all()
  await M.objects.select({ x: M.columns.b, y: M.columns.b }).all()
  await M.objects.select({ 'x AS ?': M.columns.b }).all()
  t.same(client.calls.map(({ cql }) => cql), [
    'SELECT "b" AS "x"",1 ""y" FROM "ks"."m"', 'SELECT "b" AS "x", "b" AS "y" FROM "ks"."m"', 'SELECT "b" AS "x AS ?" FROM "ks"."m"'
  ])
})

t.test('the last look: what a request says it is, it is; values and markers are as many', async (t) => {
  const fake = fakeClient()
  const connection = new Connection({ name: 'c', client: fake.client, owned: false })
  await connection.connect()
  const { session } = connection
  const read: RequestOptions = { kind: 'read', prepare: true, label: 'user', markers: 1 }
  const write: RequestOptions = { ...read, kind: 'write' }
  const refused: Record<string, () => Promise<unknown>> = {
    'a read that is an UPDATE': () => session.execute('UPDATE x SET a = ?', ['SECRET'], read),
    'a write that is a SELECT': () => session.execute('SELECT ?', ['SECRET'], write),
    'a write that is none': () => session.execute('DROP TABLE x', [], { kind: 'write', prepare: true }),
    'a value too many': () => session.execute('SELECT ?', ['SECRET', 'SECRET'], read),
    'a value too few, with a time limit': () => session.execute('SELECT ?', [], { ...read, timeout: 1000 }),
    'pages of a DELETE': () => session.pages('DELETE ?', ['SECRET'], read).next(),
    'a batch with a SELECT': () => session.batch([{ query: 'INSERT ?', params: [1] }, { query: 'SELECT ?', params: ['SECRET'] }], { kind: 'write', prepare: true }),
    'a batch with a value too many': () => session.batch([{ query: 'INSERT ?', params: [1, 'SECRET'], markers: 1 }], { kind: 'write', prepare: true })
  }
  for (const [what, send] of Object.entries(refused)) {
    const error = await failure(send)
    t.ok(error instanceof CQLEngineError, what)
    t.match(error.message, /defect of fastify-cqlalchemy/, what)
    t.notMatch(error.message, /SECRET/, what)
  }
  let ended = 0
  await failure(() => session.send('SELECT ?', [1], write, { received: () => {}, ended: () => { ended++ } }))
  t.equal(ended, 1, 'the instance can be written again')
  t.equal(fake.calls.length, 0, 'nothing was sent')
  t.equal(session.inFlight, 0)

  await session.execute('SELECT ?', [1], read)
  await session.execute('DELETE ?', [1], write)
  await session.execute('anything at all', [1, 2, 3], { kind: 'raw', prepare: true })
  await session.batch([{ query: 'INSERT ?', params: [1], markers: 1 }, { query: 'DELETE 1', params: [] }], { kind: 'write', prepare: true })
  t.equal(fake.calls.length, 4)
})

t.test('markers are counted where the text is made: those in names are none', async (t) => {
  t.equal(countMarkers('INSERT INTO "k?"."t" ("a?", "b""?""c") VALUES (?, ?)'), 2)
  t.equal(countMarkers('SELECT "a" AS "?" FROM "k"."t" WHERE "m"[?] = ? AND token("a") > token(?)'), 3)
})

t.test('a text of one kind never gets among those of another', async (t) => {
  const cache = new StatementCache(new KeptTexts())
  const texts = { select: 'SELECT 1', insert: 'INSERT 1', update: 'UPDATE 1', delete: 'DELETE 1' } as const
  for (const [into, of] of Object.entries(texts)) {
    for (const [kind, cql] of Object.entries(texts)) {
      const add = () => cache[into as keyof typeof texts].add(1, 'ks', { cql, request: { kind: kind === 'select' ? 'read' : 'write' } })
      if (kind === into) t.equal(add().cql, of)
      else t.throws(add, { constructor: CQLEngineError, message: /defect/ }, `${kind} into ${into}`)
    }
  }
})

t.test('all texts of a db have one bound, whatever its tables, keyspaces and shapes; the least recently used leaves', async (t) => {
  const all = new KeptTexts()
  const tables = [new StatementCache(all), new StatementCache(all)]
  const text = (i: number) => ({ cql: `UPDATE ${'x'.repeat(200)} ${i}`, request: { kind: 'write' } as const })
  const hot = tables[0]?.update.add('hot', 'hot', text(-1))
  for (let tenant = 0; tenant < 2000; tenant++) {
    for (let shape = 0; shape < 100; shape++) tables[shape % 2]?.update.add(shape, `t${tenant}`, text(shape))
    if (tables[0]?.update.find('hot', 'hot') !== hot) throw new Error('what is in use left')
  }
  t.ok(all.bytes <= 8 * 2 ** 20, `${all.bytes} bytes`)
  t.ok(all.bytes > 7 * 2 ** 20, 'and it is used')
  t.equal(tables[0]?.update.find(0, 't0'), undefined, 'the oldest left')
  t.match(tables[0]?.update.find(98, 't1999'), { cql: text(98).cql, request: { markers: 0 } }, 'the newest is there')

  const three = new KeptTexts(3 * (512 + 8))
  const { select } = new StatementCache(three)
  const add = (key: number, keyspace = 'ks') => select.add(key, keyspace, { cql: `SELECT ${key}`, request: { kind: 'read' } })
  for (const key of [1, 2, 3]) add(key)
  select.find(1, 'ks')
  add(4, 'other')
  t.same([1, 2, 3].filter((key) => select.find(key, 'ks') !== undefined), [1, 3], 'in the order of use')
  t.equal(select.find(4, 'ks'), undefined, 'a keyspace has texts of its own')
  t.equal(select.find(4, 'other')?.cql, 'SELECT 4')
  for (const key of [5, 6, 7]) add(key)
  t.same([1, 3, 4].filter((key) => select.find(key, 'ks') ?? select.find(key, 'other')), [], 'the last one found is forgotten too')
})
