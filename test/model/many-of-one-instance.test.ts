import { setImmediate as turn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { root } from '../support/root.js'
import { runScript } from '../support/run-script.js'
import { gate, recorded } from './setup.js'

const db = new CQLAlchemy()
const c = db.columns
class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), n: c.Integer(), tags: c.Set(c.Text) }).as<Row>() {}

async function until (holds: () => boolean): Promise<void> {
  while (!holds()) await turn()
}

t.test('what a write of an instance costs does not grow with the number of those that wait, or stand in the batch with it', async (t) => {
  const program = fileURLToPath(new URL('programs/many-of-one-instance.js', import.meta.url))
  const { code, stdout, stderr } = await runScript([program], root)
  t.equal(code, 0, stderr)
  const costs = JSON.parse(stdout) as { name: string, little: number, much: number }[]
  t.ok(costs.length > 5)
  // Sixteen times as many: what grows with their number would cost up to sixteen times as much for each.
  for (const { name, little, much } of costs) t.ok(much < 4 * little + 3, `${name}: ${little} µs of CPU each of few, ${much} µs each of many`)
})

t.test('writes that wait go in the order in which they were asked for, each in the scope of its caller, whatever becomes of the others', async (t) => {
  const { client, taken } = await recorded(t, db)
  const answers = Array.from({ length: 5 }, () => gate())
  let asked = 0
  const execute = client.execute.bind(client) as (...given: unknown[]) => Promise<unknown>
  const late = async (...given: unknown[]): Promise<unknown> => {
    await answers[asked++]?.promise
    return await execute(...given)
  }
  Object.assign(client, { execute: late })
  const row = Row.hydrate({ id: 1, n: 0, tags: new Set<string>() })
  const keyspaces = ['k0', 'k1', 'k2', 'k3', 'k4']
  const outcomes = keyspaces.map((keyspace, i) => db.scope({ keyspace }, async () => await row.update({ n: i + 1 }).then(() => 'done', (error: Error) => error.message)))
  const seen: string[] = []
  for (const [i, { open, fail }] of answers.entries()) {
    await until(() => asked > i)
    t.equal(asked, i + 1, 'one at a time')
    if (i === 2) fail(new Error('down'))
    else open()
    seen.push(await (outcomes[i] as Promise<string>))
    // Asked for in between, it does not go before those that wait.
    if (i === 0) outcomes.push(row.save().then(() => 'saved', () => ''))
  }
  await Promise.all(outcomes)
  t.same(seen, ['done', 'done', 'down', 'done', 'done'])
  t.same(taken().map(({ cql, params }) => [/UPDATE "?(\w+)/.exec(cql)?.[1], params?.[0]]), keyspaces.map((keyspace, i) => [keyspace, i + 1]).filter((_, i) => i !== 2), 'what reached the client')
})

t.test('a write that waits and fails is told as any other that nobody takes', async (t) => {
  await recorded(t, db)
  const row = Row.hydrate({ id: 1, n: 0, tags: new Set<string>() })
  const unhandled = new Promise((resolve) => { process.once('unhandledRejection', resolve) })
  void row.update({ n: 1 })
  void row.update({ n: 'x' } as never)
  await row.update({ n: 3 })
  t.match(await unhandled, { name: 'ValidationError' })
})
