// The node of a sync dies, or falls silent, in the middle of many models: the sync goes on by another one, or ends with a report of what was sent; when
// the node is back, a second sync does the rest, and nothing differs.
import { tracingChannel } from 'node:diagnostics_channel'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { SchemaError } from '../../src/cqlengine/errors.js'
import type { SyncReport } from '../../src/cqlengine/sync-report.js'
import type { LocalCassandra } from '../../src/testing/cassandra.js'
import type { Checks } from './checks.js'

const models = 12
/** A table and an index for each, and a user type. */
const statements = 2 * models + 1

export async function deathOn (cassandra: LocalCassandra, checks: Checks): Promise<void> {
  const { hosts, localDataCenter } = cassandra
  for (const [round, how, moment] of [[1, 'kill', 'begun'], [2, 'kill', 'done'], [3, 'pause', 'begun']] as const) {
    const keyspace = `death_${round}`
    const db = await new CQLAlchemy().init({ hosts, localDataCenter, keyspace, env: false })
    await db.createKeyspaceSimple(keyspace, 3)
    defineModels(db)
    const node = numberOf(db, hosts)
    const fault: { done?: Promise<void> } = {}
    const stop = afterStatement(9, moment, () => { fault.done = cassandra[how](node) })
    const begun = performance.now()
    const outcome = await db.syncDb().then((report) => report, (error: unknown) => error)
    const what = `node ${node}, that of the sync: ${how} when the 9th statement was ${moment}`
    stop()
    await fault.done
    checks.that(fault.done !== undefined, `${what}: it was in the middle`)
    const report = outcome instanceof SchemaError ? outcome.report : outcome instanceof Error ? undefined : outcome as SyncReport
    checks.that(report !== undefined, `${what}: a report, or a SchemaError with one`, String(outcome))
    const isDone = !(outcome instanceof Error)
    console.log(`  ${Math.round(performance.now() - begun)} ms: ${isDone ? 'went on by another node' : (outcome as Error).message}`)
    const sent = report?.statements.map(({ cql }) => cql) ?? []
    checks.that(new Set(sent).size === sent.length, `${what}: each statement is told once`, sent)
    checks.that(isDone ? sent.length === statements : sent.length >= 8, `${what}: all that was sent is told`, sent.length)
    if (how === 'kill') await cassandra.start(node)
    else await cassandra.resume(node)

    const made = await namesIn(db, keyspace)
    // The last one may have been carried out or not.
    const lost = sent.slice(0, isDone ? undefined : -1).map(nameIn).filter((name) => !made.has(name))
    checks.that(lost.length === 0, `${what}: what is told is there`, lost)
    const again = await db.syncDb().catch((error: unknown) => error)
    checks.that(!(again instanceof Error), `${what}: a second sync does the rest`, String(again))
    const left = await db.syncDb({ dryRun: true })
    checks.that(left.statements.length + left.warnings.length + left.conflicts.length === 0, `${what}: no difference is left`, left)
    checks.that((await namesIn(db, keyspace)).size === statements, `${what}: all of it is there`)
    await db.close()
  }
}

function defineModels (db: CQLAlchemy): void {
  const c = db.columns
  class Part extends db.UserType.define('part', { a: c.Integer() }) {}
  for (let i = 0; i < models; i++) db.Model.define(`table_${i}`, { id: c.Integer({ primaryKey: true }), v: c.Text({ index: true }), part: c.UserDefinedType(Part) })
}

/** The node of a sync is that of the lowest id. */
function numberOf (db: CQLAlchemy, hosts: readonly string[]): number {
  const all = [...db.client.hosts.values()].sort((a, b) => String(a.hostId) < String(b.hostId) ? -1 : 1)
  return hosts.findIndex((host) => all[0]?.address.startsWith(`${host}:`)) + 1
}

function afterStatement (count: number, moment: 'begun' | 'done', act: () => void): () => void {
  const channel = tracingChannel('fastify-cqlalchemy:query')
  let n = 0
  const listen = (message: unknown): void => {
    const { kind, cql } = message as { readonly kind: string, readonly cql: string }
    if (kind === 'schema' && /^CREATE (?:TYPE|TABLE|INDEX)/.test(cql) && ++n === count) act()
  }
  const subscribers = moment === 'begun' ? { start: listen } : { asyncEnd: listen }
  channel.subscribe(subscribers as never)
  return () => { channel.unsubscribe(subscribers as never) }
}

const nameIn = (cql: string): string => /"([^"]+)"(?: ON .*|\s*\(.*)$/s.exec(cql)?.[1] ?? cql

async function namesIn (db: CQLAlchemy, keyspace: string): Promise<Set<string>> {
  const names = async (column: string, table: string): Promise<string[]> =>
    (await db.execute<Record<string, string>>(`SELECT ${column} FROM system_schema.${table} WHERE keyspace_name = ?`, [keyspace])).rows.map((row) => row[column] as string)
  return new Set([...await names('type_name', 'types'), ...await names('table_name', 'tables'), ...await names('index_name', 'indexes')])
}
