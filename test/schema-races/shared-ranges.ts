// Two processes share the ranges of a table on three nodes: each row once, each page from a replica; one that is killed in the middle is gone on from
// by a third, and no row is missed.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import type { ScanPosition, TokenRange } from '../../src/core.js'
import type { LocalCassandra } from '../../src/testing/cassandra.js'
import type { Checks } from './checks.js'

/** What a process is to read: ranges, the first of them from a position on. */
export interface Share { readonly ranges: readonly TokenRange[], readonly from?: ScanPosition }
/** What it has read: ids of rows, and where it stands in the first of the ranges that are left. */
export interface Told { readonly ids: readonly number[], readonly left: readonly TokenRange[], readonly position: ScanPosition, readonly strangers: number, readonly nodes: readonly string[] }

const rows = 6000
const readerFile = fileURLToPath(new URL('reader.js', import.meta.url))

export async function rangesOn ({ hosts, localDataCenter }: LocalCassandra, checks: Checks): Promise<void> {
  const db = await new CQLAlchemy().init({ hosts, localDataCenter, keyspace: 'parts', env: false })
  await db.createKeyspaceSimple('parts', 1)
  class Grain extends db.Model.define('grain', { id: db.columns.Integer({ primaryKey: true }) }).as<Grain>() {}
  await db.syncDb()
  const all = Array.from({ length: rows }, (_, id) => id)
  await Grain.createMany(all.map((id) => ({ id })))
  const ranges = await Grain.objects.ranges(12)
  const shares = [ranges.filter((_, i) => i % 2 === 0), ranges.filter((_, i) => i % 2 === 1)] as const
  const reader = (share: Share): ChildProcess => fork(readerFile, { env: { ...process.env, READER: JSON.stringify({ hosts, localDataCenter, share }) } })
  /** @param most kills it after so many rows */
  const read = async (share: Share, most = Infinity): Promise<{ ids: number[], last: Told | undefined, told: Told[], signal: string | null }> => {
    const child = reader(share)
    const told: Told[] = []
    const ids: number[] = []
    child.on('message', (message: Told) => {
      if (ids.length >= most) return
      told.push(message)
      ids.push(...message.ids)
      if (ids.length >= most) child.kill('SIGKILL')
    })
    await once(child, 'exit')
    return { ids, last: told.at(-1), told, signal: child.signalCode }
  }

  const whole = await Promise.all(shares.map(async (share) => await read({ ranges: share })))
  const found = whole.flatMap(({ ids }) => ids).sort((a, b) => a - b)
  checks.that(found.length === rows && found.every((id, i) => id === i), 'two processes that share the ranges read each row once', found.length)
  checks.that(whole.every(({ ids }) => ids.length > rows / 4), 'about as many each', whole.map(({ ids }) => ids.length))
  const told = whole.flatMap((one) => one.told)
  checks.that(told.every(({ strangers }) => strangers === 0), 'each page was asked of a replica')
  checks.that(new Set(told.flatMap(({ nodes }) => nodes)).size === 3, 'all nodes were asked')

  const [broken, other] = await Promise.all([read({ ranges: shares[0] }, 1000), read({ ranges: shares[1] })])
  const last = broken.last
  checks.that(broken.signal === 'SIGKILL' && last !== undefined && broken.ids.length < (whole[0]?.ids.length ?? 0), 'one was killed in the middle')
  if (last !== undefined) {
    const rest = await read({ ranges: last.left, from: last.position })
    const seen = [...broken.ids, ...other.ids, ...rest.ids]
    checks.that(new Set(seen).size === rows, 'a third one goes on, and no row is missed', new Set(seen).size)
    checks.that(seen.length - rows <= 4 * 25, 'at most the pages under way come again', seen.length - rows)
  }
  await db.close()
}
