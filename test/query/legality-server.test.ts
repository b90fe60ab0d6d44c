// Whether the rules of legality.ts and filter-key.ts are those of the server: random queries, judged by both.
import t, { type Test } from 'tap'
import { ownEncoding } from '../../src/cqlengine/connection/encoding.js'
import { QueryError } from '../../src/cqlengine/errors.js'
import { errors, types } from '../../src/cqlengine/driver.js'
import { tableOf } from '../../src/cqlengine/model/meta.js'
import { bindCondition, conditionText, isToken } from '../../src/cqlengine/query/terms/conditions.js'
import { checkLegal } from '../../src/cqlengine/query/terms/legality.js'
import { bindSelect, outputOf, selectText } from '../../src/cqlengine/query/reading/select-plan.js'
import { checkKey, conditionsOfKey } from '../../src/cqlengine/query/writing/filter-key.js'
import { allOf, type QueryState } from '../../src/cqlengine/query/terms/query-state.js'
import { qualified } from '../../src/cqlengine/statements/identifiers.js'
import { remove, update } from '../../src/cqlengine/statements/write.js'
import fc from '../support/random.js'
import { serverDb } from './setup.js'
import { dice, indexedModels, keyConditions, randomQuery } from './random-queries.js'
import { fileNeeds5 } from '../support/needs-5.js'

fileNeeds5('vectors')

const db = await serverDb(t)
const keyspace = db.keyspace ?? ''
const models = indexedModels(db)
await db.syncDb({ waitForIndexes: true })
const connection = await db.connection.getConnection()

/** The server's reason to refuse a statement; any other failure is one of the test. */
async function refusal (cql: string, params: readonly unknown[], options: { fetchSize?: number } = {}): Promise<string | undefined> {
  try {
    await connection.client.execute(cql, params as unknown[], { prepare: true, ...options })
    return undefined
  } catch (error) {
    const { invalid, syntaxError } = types.responseErrorCodes
    if (error instanceof errors.ResponseError && (error.code === invalid || error.code === syntaxError)) return error.message
    throw error
  }
}

function ourRefusal (check: () => unknown): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof QueryError) return error.message
    throw error
  }
}

async function compare (t: Test, runs: number, judge: fc.Arbitrary<{ cql: string, ours: string | undefined, theirs: () => Promise<string | undefined> }>): Promise<void> {
  const verdicts = { taken: 0, refused: 0 }
  await fc.assert(fc.asyncProperty(judge, async ({ cql, ours, theirs }) => {
    const answer = await theirs()
    verdicts[answer === undefined ? 'taken' : 'refused']++
    if ((ours === undefined) !== (answer === undefined)) throw new Error(`${cql}\n  we: ${ours ?? 'yes'}\n  the server: ${answer ?? 'yes'}`)
  }), { numRuns: runs, endOnFailure: true })
  t.ok(verdicts.taken > runs / 10 && verdicts.refused > runs / 10, `both answers are frequent: ${JSON.stringify(verdicts)}`)
}

t.test('QRY-06 QRY-15 QRY-16 the server refuses exactly the reads that we refuse', { timeout: 100_000 }, async (t) => {
  await compare(t, 500, dice.map((d) => {
    const state = randomQuery(d, models)
    const table = tableOf(state.model)
    const asked = state.output.kind === 'instances' && state.groupBy.length === 0 && state.perPartitionLimit === undefined && d.odds(0.15) ? 'count' : 'rows'
    const what = asked === 'count' ? [{ text: 'COUNT(*)', shape: '' }] : outputOf(state).selectors
    const cql = selectText(table, keyspace, state, what, asked)
    return {
      cql,
      ours: ourRefusal(() => { checkLegal(table, state, asked) }),
      theirs: () => refusal(cql, bindSelect(state, what, asked, ownEncoding), isUnpaged(state) ? { fetchSize: 0 } : {})
    }
  }))
})

function isUnpaged ({ order, conditions }: QueryState): boolean {
  return order.length > 0 && conditions.some((c) => !isToken(c) && c.operator === 'in' && c.column.role === 'partition')
}

t.test('QRY-23 UPD-02 LWT-03 the server refuses exactly the updates and deletions that we refuse', { timeout: 100_000 }, async (t) => {
  const keyed = models.filter((m) => !tableOf(m).isCounter)
  await compare(t, 400, dice.map((d) => {
    const model = d.pick(keyed)
    const statics = tableOf(model).columns.filter((c) => c.role === 'static').map((c) => c.cql).slice(0, 1)
    const regular = tableOf(model).columns.filter((c) => c.role === 'regular' && c.type.cql === 'int').map((c) => c.cql).slice(0, 1)
    const conditions = keyConditions(d, model)
    const assigned = d.odds(0.5) ? [] : d.odds(0.3) && statics.length > 0 ? statics : regular
    const tested = d.odds(0.5) ? undefined : d.odds(0.3) ? 'exists' as const : d.odds(0.5) && statics.length > 0 ? statics : regular
    const isStatic = assigned.length > 0 && assigned === statics && (!Array.isArray(tested) || tested === statics)
    const reach = isStatic ? 'partition' : assigned.length === 0 && tested === undefined ? 'range' : 'row'
    const where = conditions.map(conditionText)
    const table = qualified(keyspace, tableOf(model).name)
    const tests = Array.isArray(tested) ? tested.map((c) => `${c} = 1`) : tested
    const cql = assigned.length === 0 ? remove(table, [], where, {}, tests) : update(table, assigned.map((c) => `${c} = 1`), where, {}, tests)
    const params: unknown[] = []
    for (const c of conditions) bindCondition(c, ownEncoding, params)
    return {
      cql,
      ours: ourRefusal(() => { checkKey(tableOf(model), conditionsOfKey({ ...allOf(model), conditions }, 'here'), 'here', reach, tested !== undefined) }),
      theirs: async () => conditions.length === 0 ? 'no WHERE' : await refusal(cql, params)
    }
  }))
})
