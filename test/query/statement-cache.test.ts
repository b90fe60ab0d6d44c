// A repeated statement builds no text; two that differ in anything but values are never taken for one another.
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { mockClient } from '../../src/testing/mock-client.js'
import { root } from '../support/root.js'
import { runScript } from '../support/run-script.js'

async function fresh () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Post extends db.Model.define('post', {
    blog: c.Text({ primaryKey: true }), id: c.Integer({ primaryKey: true }), motto: c.Text({ static: true }), text: c.Text(), n: c.Integer(), tags: c.Set(c.Text), past: c.List(c.Integer), scores: c.Map(c.Text, c.Integer)
  }).as<Post>() {}
  const client = mockClient()
  await db.init({ client, keyspace: 'ks', env: false })
  return { db, Post, client }
}

type Post = InstanceType<Awaited<ReturnType<typeof fresh>>['Post']>

const changes = { text: 'x', n: 5, motto: 'm', tags__add: ['a'], tags__remove: ['b'], past__append: [1], past__prepend: [2], past__remove: [3], scores__update: { a: 1 }, scores__remove: ['b'], tags: ['c'] }
const names = Object.keys(changes) as (keyof typeof changes)[]

/** All sequences of one to three different changes that may stand together. */
function sequences (): (keyof typeof changes)[][] {
  const one = names.map((n) => [n])
  const longer = (of: (keyof typeof changes)[][]): (keyof typeof changes)[][] => of.flatMap((s) => names.filter((n) => !s.includes(n)).map((n) => [...s, n]))
  const two = longer(one)
  return [...one, ...two, ...longer(two)].filter((s) => !(s.includes('tags') && s.some((n) => n.startsWith('tags__'))))
}

t.test('STM-01 the text of an update is its own, whatever was sent before', async (t) => {
  const { db, Post, client } = await fresh()
  t.teardown(() => db.close())
  const updates: ((M: typeof Post) => Promise<unknown>)[] = sequences().flatMap((sequence) => {
    const values = Object.fromEntries(sequence.map((name) => [name, changes[name]]))
    return [
      (M: typeof Post) => M.filter({ blog: 'b', id: 1 }).update(values),
      (M: typeof Post) => M.filter({ blog: 'b', id: 1 }).ttl(5).update(values),
      (M: typeof Post) => (M.hydrate({ blog: 'b', id: 1 }) as Post).update(values),
      (M: typeof Post) => M.filter({ blog: 'b', id__in: [1, 2] }).update(values)
    ]
  })
  const send = async (M: typeof Post, sent: typeof client, update: typeof updates[0]): Promise<string> => {
    sent.calls.length = 0
    const refusal = await update(M).then(() => '', String) // static columns beside a row's key are refused
    return refusal + sent.calls.map(({ cql, params }) => `${cql} ${JSON.stringify(params)}`).join()
  }
  const warm: string[] = []
  for (const update of updates) warm.push(await send(Post, client, update))
  for (const [i, update] of updates.entries()) {
    if (i % 7 !== 0) continue // each has the text that it has in a db of its own
    const alone = await fresh()
    t.equal(warm[i], await send(alone.Post, alone.client, update))
    await alone.db.close()
  }
  const isSent = (text: string): boolean => text.startsWith('UPDATE ')
  t.ok(warm.every((text) => isSent(text) || text.startsWith('QueryError')), 'sent, or refused by a rule')
  t.ok(warm.filter(isSent).length > warm.length * 0.9, 'nearly all were sent')
  const again: string[] = []
  for (const update of updates) again.push(await send(Post, client, update))
  t.same(again, warm)
})

/** MiB. The texts are estimated at 8, and 13 are measured with what is around them; 23 when the collector leaves something. Unbounded: 125. */
const bound = 40

t.test(`what is kept of the statements of 2,000 tenants, 100 shapes each, takes ${bound} MiB at most`, async (t) => {
  const program = fileURLToPath(new URL('programs/texts-memory.js', import.meta.url))
  const { code, stdout, stderr } = await runScript(['--expose-gc', program], root)
  t.equal(code, 0, stderr)
  const { statements, kept } = JSON.parse(stdout) as { statements: number, kept: number }
  t.equal(statements, 200_000)
  t.ok(kept < bound * 2 ** 20, `${(kept / 2 ** 20).toFixed(1)} MiB`)
})
