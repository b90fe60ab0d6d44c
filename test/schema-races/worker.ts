// One of the processes that sync at once; main.ts tells it when.
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import type { Columns } from '../../src/cqlengine/columns/column.js'
import type { AnyModelClass } from '../../src/core.js'
import type { SyncReport } from '../../src/cqlengine/sync-report.js'

export interface Round { readonly round: number, readonly phase: 'made' | 'extended' | 'contradicting' }
/** `error`: what should not have happened. */
export interface Outcome { readonly error?: string }

const { hosts, localDataCenter, number } = JSON.parse(process.env['RACE'] ?? '{}') as { hosts: string[], localDataCenter: string, number: number }
const init = async (): Promise<CQLAlchemy> => await new CQLAlchemy().init({ hosts, localDataCenter, keyspace: 'races', env: false })
const connected = await init()
// Each a cluster view and models of its own, ready before the start.
process.send?.('ready')
process.on('message', (round: Round) => {
  race(round).then((outcome) => process.send?.(outcome), (error: unknown) => process.send?.({ error: error instanceof Error ? `${error.name}: ${error.message} ${String(error.cause ?? '')}` : String(error) }))
})
process.on('disconnect', () => { connected.close().then(() => { process.exit() }, () => { process.exit(1) }) })

async function race ({ round, phase }: Round): Promise<Outcome> {
  const models = modelsOf(connected, round, phase)
  const report = await connected.syncDb({ models })
  if (phase === 'contradicting') return told(report)
  const left = [...report.warnings, ...report.conflicts, ...(await connected.syncDb({ models, dryRun: true })).statements]
  return left.length === 0 ? {} : { error: `left: ${JSON.stringify(left).slice(0, 500)}` }
}

function modelsOf (db: CQLAlchemy, round: number, phase: Round['phase']): AnyModelClass[] {
  const c = db.columns
  const replace = { replace: true }
  const more: Columns = phase === 'made' ? {} : { w: c.Text({ index: true }), m: c.Map(c.Text, c.Text, { index: [{ target: 'keys' }, { target: 'values' }] }), x: c.Set(c.Integer) }
  const own: Columns = phase === 'contradicting' ? { y: [c.Text(), c.Integer(), c.List(c.Text), c.UUID()][number] ?? c.Text() } : {}
  class Part extends db.UserType.define(`part_${round}`, { a: c.Integer(), ...phase === 'made' ? {} : { b: c.Text() } }) {}
  for (const i of [1, 2, 3]) {
    db.Model.define(`race_${round}_${i}`, {
      id: c.Integer({ primaryKey: true }), v: c.Text({ index: true }), n: c.Integer({ index: { name: `n_${round}_${i}`, using: 'sai' } }), u: c.UserDefinedType(Part), ...more, ...own
    }, replace)
  }
  return db.models.filter(({ tableName }) => tableName.startsWith(`race_${round}_`))
}

/** Of four types one wins; whoever wanted another one is told so, for each table. */
function told (report: SyncReport): Outcome {
  const tables = report.warnings.filter(({ kind, column }) => kind === 'column-type' && column === 'y').map(({ table }) => table)
  const sent = report.statements.filter(({ cql }) => cql.includes('"y"')).length
  // Where nothing was sent and nothing is told, somebody else's type would have been taken for ours.
  return new Set(tables).size + sent >= 3 ? {} : { error: `not told: ${JSON.stringify({ tables, sent })}` }
}
