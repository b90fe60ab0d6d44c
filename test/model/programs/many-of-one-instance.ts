// Run by many-of-one-instance.test.ts, in a process of its own: the test runner watches each promise, which costs more than the writes.
import { CQLAlchemy } from '../../../src/cqlalchemy.js'
import type { BatchQuery } from '../../../src/cqlengine/query/operation/batch.js'
import { mockClient } from '../../../src/testing/mock-client.js'

const client = mockClient()
const db = await new CQLAlchemy().init({ client, keyspace: 'k', env: false })
const c = db.columns
class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), n: c.Integer(), tags: c.Set(c.Text) }).as<Row>() {}
class Levelled extends db.Model.define('levelled', { id: c.Integer({ primaryKey: true }), n: c.Integer() }, { consistency: 'QUORUM' }).as<Levelled>() {}
const few = 500
const many = 8000

/** µs of this process for each of `count`, the least of several runs. */
async function costOfEach (count: number, run: (count: number) => Promise<void>): Promise<number> {
  let least = Infinity
  for (let repetition = 0; repetition < 5; repetition++) {
    const before = process.cpuUsage()
    await run(count)
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / count)
  }
  return least
}

const inBatch = (each: (b: BatchQuery, i: number) => unknown) => async (count: number): Promise<void> => {
  await db.batch((b) => { for (let i = 0; i < count; i++) void each(b, i) })
}
const atOnce = (each: (row: Row, i: number) => Promise<unknown>) => async (count: number): Promise<void> => {
  const row = Row.hydrate({ id: 1, n: 0, tags: new Set<string>() })
  await Promise.all(Array.from({ length: count }, (_, i) => each(row, i + 1)))
}
const one = Row.hydrate({ id: 1, n: 0, tags: new Set<string>() })
const levelled = Levelled.hydrate({ id: 1, n: 0 })
const ways: Record<string, (count: number) => Promise<void>> = {
  'update()': atOnce((row, n) => row.update({ n })),
  'save()': atOnce((row, n) => { row.n = n; return row.save() }),
  'save() without a change': atOnce((row) => row.save()),
  'delete()': atOnce((row) => row.delete()),
  'update() in a batch': inBatch((b, i) => one.batch(b).update({ n: i })),
  'save() in a batch': inBatch((b, i) => { one.n = i; return one.batch(b).save() }),
  'in a batch, with a consistency of the model': inBatch((b, i) => levelled.batch(b).update({ n: i })),
  'in a batch, with conditions': inBatch((b, i) => one.batch(b).iff({ n: 1 }).update({ n: i }))
}

const costs: { name: string, little: number, much: number }[] = []
for (const [name, way] of Object.entries(ways)) {
  const run = async (count: number): Promise<void> => {
    await way(count)
    client.calls.length = 0
  }
  await run(few)
  const [little, much] = [await costOfEach(few, run), await costOfEach(many, run)]
  costs.push({ name, little: Math.round(little), much: Math.round(much) })
}
console.log(JSON.stringify(costs))
await db.close()
