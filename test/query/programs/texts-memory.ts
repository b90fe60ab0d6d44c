// Run with --expose-gc by statement-cache.test.ts: what a process keeps of the statements of many tenants, who are told apart in each way there is.
import { CQLAlchemy } from '../../../src/cqlalchemy.js'
import { mockClient } from '../../../src/testing/mock-client.js'

const tenants = 2000
const shapes = 100
const client = mockClient()
const db = await new CQLAlchemy().init({ client, keyspace: 'k', env: false })
const c = db.columns
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'] as const
class Row extends db.Model.define('row', {
  id: c.Integer({ primaryKey: true }),
  a: c.Integer(),
  b: c.Integer(),
  c: c.Integer(),
  d: c.Integer(),
  e: c.Integer(),
  f: c.Integer(),
  g: c.Integer(),
  h: c.Integer(),
  i: c.Integer(),
  j: c.Integer(),
  k: c.Integer(),
  l: c.Integer()
}).as<Row>() {}
const { gc } = globalThis
if (gc === undefined) throw new Error('needs --expose-gc')
client.reply('row', [])

/** Different columns of the row, by the bits of `shape`: half of them are read, half written. */
async function query (Model: typeof Row, shape: number): Promise<void> {
  const some = names.filter((_, i) => ((shape + 1) >> (i % 7) & 1) === 1)
  if (shape % 2 === 0) await Model.objects.filter({ id: 1 }).only(...some).all()
  else await Model.filter({ id: 1 }).update(Object.fromEntries(some.map((name) => [name, 1])))
}

const ways: ((keyspace: string, shape: number) => Promise<void>)[] = [
  (keyspace, shape) => db.scope({ keyspace }, () => query(Row, shape)),
  (keyspace, shape) => db.contextQuery(Row, { keyspace }, (R) => query(R, shape)),
  (keyspace, shape) => { db.setKeyspace(keyspace); return query(Row, shape) }
]

/** Once collecting finds nothing more: what was in use a moment ago leaves step by step. */
const heap = async (): Promise<number> => {
  let least = Infinity
  for (let last = Infinity, i = 0; i < 30; i++) {
    await new Promise((resolve) => { setTimeout(resolve, 5) })
    gc()
    const { heapUsed } = process.memoryUsage()
    if (i > 3 && last - heapUsed < 50_000) return heapUsed
    last = heapUsed
    least = Math.min(least, heapUsed)
  }
  return least
}

for (const way of ways) for (let shape = 0; shape < shapes; shape++) await way('tenant', shape)
client.calls.length = 0
const before = await heap()
for (let tenant = 0; tenant < tenants; tenant++) {
  for (let shape = 0; shape < shapes; shape++) await ways[tenant % ways.length]?.(`tenant_${tenant}`, shape)
  client.calls.length = 0
}
console.log(JSON.stringify({ statements: tenants * shapes, kept: await heap() - before }))
await db.close()
