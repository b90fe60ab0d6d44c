// Writes and reads by the mapper alone, and over HTTP by the plugin; prints what came of it in one line of JSON.
import Fastify from 'fastify'
import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import process from 'node:process'
import cqlalchemy, { CQLAlchemy } from 'fastify-cqlalchemy'
import { CQLAlchemy as Core } from 'fastify-cqlalchemy/core'
import { mockClient } from 'fastify-cqlalchemy/testing'

const [, , keyspace] = process.argv
const db = new CQLAlchemy()
const c = db.columns
class Item extends db.Model.define('item', {
  box: c.Integer({ primaryKey: true }),
  n: c.Integer({ primaryKey: true }),
  id: c.UUID({ default: randomUUID }),
  big: c.BigInt(),
  exact: c.Decimal(),
  at: c.DateTime(),
  tags: c.Set(c.Text),
  scores: c.Map(c.Text, c.Integer),
  bytes: c.Blob(),
  ip: c.Inet()
}).as() { static { this.register() } }

const app = Fastify()
await app.register(cqlalchemy, { db, keyspace, pageTokenSecret: 'a secret of the tests, long enough' })
await db.createKeyspaceSimple(keyspace, 1)
await db.syncDb()
db.addSchemas(app)
app.post('/items', { schema: { body: { $ref: 'item.create#' }, response: { 200: { $ref: 'item#' } } } }, async (request) => await Item.create(request.body))
app.get('/items/:box/:n', { schema: { params: { $ref: 'item.key#' }, response: { 200: { $ref: 'item#' } } } }, async (request) => await Item.get(request.params))
const address = await app.listen({ port: 0, host: '127.0.0.1' })

const written = { box: 1, n: 1, big: String(2n ** 60n), exact: '1.50', at: '2024-05-01T10:00:00.000Z', tags: ['a'], scores: { x: 1 }, bytes: 'aGk=', ip: '::1' }
await fetch(`${address}/items`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(written) })
const { id, ...read } = await (await fetch(`${address}/items/1/1`)).json()
const missing = (await fetch(`${address}/items/1/2`)).status

const one = await Item.get({ box: 1, n: 1 })
one.tags.add('b')
one.bytes = Buffer.from('ho')
await one.save()
const saved = await Item.get({ box: 1, n: 1 })

await Item.createMany(Array.from({ length: 300 }, (_, n) => ({ box: 2, n })))
const all = await Item.filter({ box: 2 }).fetchSize(100).all()
let streamed = 0
for await (const { n } of Item.filter({ box: 2 }).fetchSize(100)) streamed += n
const page = await Item.filter({ box: 2 }).page({ size: 10 })
const next = await Item.filter({ box: 2 }).page({ size: 10, token: page.nextToken })
await db.batch(async (b) => { for (const n of [1, 2, 3]) await Item.batch(b).create({ box: 3, n }) })

console.log(JSON.stringify({
  http: Object.keys(written).every((name) => JSON.stringify(read[name]) === JSON.stringify(written[name])) && typeof id === 'string' && missing === 404,
  save: [...saved.tags].join() === 'a,b' && saved.big === 2n ** 60n && saved.bytes.toString() === 'ho',
  pages: all.length === 300 && next.rows[0].n === 10,
  stream: streamed === 299 * 150,
  batch: await Item.filter({ box: 3 }).count() === 3,
  core: Core === CQLAlchemy,
  mock: (await mockClient().reply('x', [{ a: 1 }]).execute('x')).first().a === 1
}))
await app.close()
