// What a process has sent before has no say in what it sends: each operation gives the statement, the request options or the refusal that it
// gives in a fresh `db`, which has kept nothing. Tables and operations are random, of every kind, in random order.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { type MockClient, mockClient } from '../../src/testing/mock-client.js'
import fc from '../support/random.js'
import { dice } from './random-queries.js'
import { defineTable, type Model, type Operation, type TableSpec, walks } from './random-statements.js'

interface World { readonly db: CQLAlchemy, readonly model: Model, readonly client: MockClient }

async function fresh (table: TableSpec): Promise<World> {
  const client = mockClient()
  client.reply('COUNT(*)', [{ count: 0 }])
  const db = new CQLAlchemy()
  const model = defineTable(db, table)
  // init() would read its options anew each time, which takes longer than all the rest.
  await db.connection.registerConnection('default', { session: client, default: true })
  return { db, model, client }
}

/** All that a server would see of an operation, or why it sent nothing. */
async function outcome ({ db, model, client }: World, operation: Operation): Promise<string> {
  client.calls.length = 0
  const refusal = await Promise.resolve().then(() => operation(db, model)).then(() => '', (error: unknown) => String(error))
  return refusal + client.calls.map(({ cql, params, options }) => `\n${cql} ${shown(params)} ${shown(options)}`).join('')
}

const shown = (value: unknown): string => JSON.stringify(value, (_, one: unknown) =>
  typeof one === 'bigint' ? `${one}n` : one instanceof Map || one instanceof Set ? [...one as Set<unknown>] : one)

t.test('each operation sends what it sends in a fresh db, whatever was sent before', { timeout: 240_000 }, async (t) => {
  const seen = { SELECT: 0, INSERT: 0, UPDATE: 0, DELETE: 0, refused: 0 }
  await fc.assert(fc.asyncProperty(walks(dice, 300), async ({ table, operations }) => {
    const one = await fresh(table)
    for (const operation of operations) {
      const alone = await fresh(table)
      const wanted = await outcome(alone, operation)
      await alone.db.close()
      const sent = await outcome(one, operation)
      if (sent !== wanted) throw new Error(`after other operations:\n${sent}\nin a fresh db:\n${wanted}`)
      for (const kind of ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const) if (sent.includes(`\n${kind} `)) seen[kind]++
      if (!sent.includes('\n')) seen.refused++
    }
    await one.db.close()
  }), { numRuns: 16, endOnFailure: true })
  t.comment(seen)
  for (const [kind, count] of Object.entries(seen)) t.ok(count > 100, `enough of ${kind}: ${count}`)
})
