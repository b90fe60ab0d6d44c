// Hostile values at every public entry: what comes back is an error of ours, short, without values, at once, and nothing was sent.
import { inspect } from 'node:util'
import t from 'tap'
import { CQLEngineError, SchemaError } from '../../src/cqlengine/errors.js'
import { recordingDb } from '../query/setup.js'
import { columnEntries, dbEntries, definitionEntries, type Entries, modelEntries, models, startEntries } from './entries.js'
import { hostile, secret } from './values.js'

const { db, client } = await recordingDb(t)
const { Row, Info } = models(db)

const unhandled: unknown[] = []
process.on('unhandledRejection', (reason) => { unhandled.push(reason) })

/** Names are told in messages, cut and printable, and stand in CQL in quotation marks; the text of raw CQL is what it is. */
const takesName = /^execute, cql|^(?:orderBy|only|defer|distinct|groupBy|valuesList|table|NamedKeyspace|standard$|toJSONSchema, only|define, name|UserType.define, name|define, (?:columns|a part|key)|abstract|view|polymorphic|UserType.define, fields)|keyspace|connection/i

/** ms that one call may take, on a machine that does other things too. */
const slow = 3000

async function judge (name: string, entry: Entries[string], what: string, make: () => unknown): Promise<string | undefined> {
  client.calls.length = 0
  const value = make()
  const begin = performance.now()
  let outcome: unknown
  let failed = false
  try {
    outcome = await entry(value)
  } catch (error) {
    outcome = error
    failed = true
  }
  const took = performance.now() - begin
  const at = `${name} with ${what}`
  if (took > slow) return `${at}: ${took.toFixed()} ms`
  if (client.calls.some(({ cql }) => cql.includes(secret)) && !takesName.test(name)) return `${at}: a value became CQL`
  if (!failed) return undefined
  if (!(outcome instanceof CQLEngineError)) return `${at}: ${(inspect(outcome).split('\n').slice(0, 4).join(' '))}`
  if (Buffer.byteLength(outcome.message) >= 2048) return `${at}: a message of ${outcome.message.length}`
  if (inspect(outcome).includes(secret) && !takesName.test(name)) return `${at}: ${inspect(outcome)}`
  const isAnswer = outcome instanceof Row.DoesNotExist || outcome instanceof SchemaError || / there is no table /.test(outcome.message)
  if (client.calls.length > 0 && !isAnswer) return `${at}: an error after sending (${outcome.message})`
  return undefined
}

/**
 * @param every of each entry every so many values, others of the next one: what many columns, operators and options have in common is not asked
 * anew of each of them
 */
async function run (t: Tap, entries: Entries, every: number): Promise<void> {
  const fallen: string[] = []
  for (const [e, [name, entry]] of Object.entries(entries).entries()) {
    for (const [v, [what, make]] of Object.entries(hostile).entries()) {
      if ((e + v) % every !== 0) continue
      const fault = await judge(name, entry, what, make)
      if (fault !== undefined) fallen.push(fault)
    }
  }
  for (const fault of fallen.slice(0, 20)) t.fail(fault)
  t.equal(fallen.length, 0)
}
type Tap = Pick<typeof t, 'fail' | 'equal'>

t.test('models, query sets and instances', async (t) => { await run(t, modelEntries(Row, Info), 2) })
t.test('each column, operator, operation and option', async (t) => { await run(t, columnEntries(Row), 13) })
t.test('the db, raw CQL and places', async (t) => { await run(t, dbEntries(db, Row), 2) })
t.test('definitions', async (t) => { await run(t, definitionEntries(), 4) })
t.test('schemas, connections and settings', async (t) => { await run(t, startEntries(db, Row, Info), 10) })
t.test('nothing was left behind', async (t) => {
  await new Promise((resolve) => { setImmediate(resolve) })
  t.same(unhandled, [])
  t.equal(({} as Record<string, unknown>)['polluted'], undefined)
})
