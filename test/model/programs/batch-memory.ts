// Run with --expose-gc by batches.test.ts: what instances hold of a batch that they were in.
import assert from 'node:assert/strict'
import { CQLAlchemy } from '../../../src/cqlalchemy.js'
import type { BatchQuery } from '../../../src/cqlengine/query/operation/batch.js'
import { mockClient } from '../../../src/testing/mock-client.js'

const client = mockClient()
const db = await new CQLAlchemy().init({ client, keyspace: 'k', env: false })
const c = db.columns
class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), a: c.Integer(), tags: c.Set(c.Text) }).as<Row>() {}
const { gc } = globalThis
assert.ok(gc)
const collect = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => { setImmediate(resolve) })
    gc()
  }
}

type End = (b: BatchQuery) => Promise<void>
const ends: Record<string, End> = {
  executed: async (b) => { await b.execute() },
  failed: async (b) => {
    client.reply('row', () => new Error('down'))
    await assert.rejects(b.execute())
    client.reply('row', [])
  },
  refused: async (b) => {
    void Row.filter({ a: 1 } as never).batch(b).delete()
    await assert.rejects(b.execute())
  },
  'never executed': async () => {}
}

/** In a function of its own, so that nothing here keeps the batch. */
async function run (end: End, rows: readonly Row[]): Promise<WeakRef<object>[]> {
  const held = { size: 'something large' }
  const b = new db.BatchQuery()
  b.addCallback(() => held.size)
  const [loaded, created, updated, deleted] = rows as [Row, Row, Row, Row]
  loaded.tags.add('x')
  await loaded.batch(b).save()
  loaded.a = 5
  await loaded.batch(b).save()
  await created.save({ batch: b })
  await updated.batch(b).update({ a: 7, tags__add: ['y'] })
  await deleted.batch(b).delete()
  await end(b)
  return [new WeakRef(b), new WeakRef(held)]
}

for (const [how, end] of Object.entries(ends)) {
  const tags = new Set<string>()
  const rows = [Row.hydrate({ id: 1, a: 1, tags }), new Row({ id: 2, a: 1 }), Row.hydrate({ id: 3, a: 1, tags }), Row.hydrate({ id: 4 })]
  const refs = await run(end, rows)
  await collect()
  assert.deepEqual(refs.map((ref) => ref.deref()), [undefined, undefined], `${how}: the batch and what its callbacks hold are gone`)
  assert.equal(rows.length, 4)
}
const kept = new db.BatchQuery()
const held = await (async () => {
  const row = new Row({ id: 5, a: 1 })
  const what = { size: 'something large' }
  kept.addCallback(() => what.size)
  await row.batch(kept).save()
  await kept.execute()
  return [new WeakRef(row), new WeakRef(what)]
})()
await collect()
assert.deepEqual(held.map((ref) => ref.deref()), [undefined, undefined], 'a batch that is kept holds neither instances nor callbacks')
assert.equal(kept.executeOnException, false)
await db.close()
