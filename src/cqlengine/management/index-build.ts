// Each node builds an index for its own rows. Until then a query by it fails, or with SASI finds too little.
import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from '../connection/connection.js'
import { types } from '../driver.js'
import { SchemaError } from '../errors.js'
import { distinct, isFulfilledBy } from './index-difference.js'
import { Coordinator, nearHosts, type OneNode } from './nodes.js'
import type { SyncReport } from './report.js'
import { readIndexes, type ReadSettings } from './schema.js'
import { type WantedSchema, wantedColumns } from './wanted.js'

/** ms. Large tables take long; somebody who waits wants it so. */
const buildTimeout = 3_600_000
/** ms between two looks: soon at first, as most tables are small or empty. */
const firstPause = 20
const longestPause = 2000

/**
 * Resolves when all indexes of the tables are built on all nodes of the local data center that are up.
 * @param report with all that was sent
 * @throws {SchemaError} when they are not within an hour
 */
export async function waitForIndexes (connection: Connection, wanted: WantedSchema, report: SyncReport, settings: ReadSettings = {}): Promise<void> {
  const names = await indexesOf(connection, wanted, settings)
  if (names.length === 0) return
  const end = performance.now() + buildTimeout
  for (let wait = firstPause; ; wait = Math.min(2 * wait, longestPause)) {
    const missing = await notBuilt(connection, wanted.keyspace, names, settings)
    if (missing.length === 0) return
    if (performance.now() >= end) throw unfinished(wanted, missing, report)
    await pause(wait)
  }
}

async function indexesOf (connection: Connection, { tables, keyspace }: WantedSchema, settings: ReadSettings): Promise<string[]> {
  const names: string[] = []
  const node = new Coordinator(connection)
  for (const wanted of tables) {
    const columns = wantedColumns(wanted).filter((c) => c.indexes.length > 0)
    if (columns.length === 0) continue
    const existing = await readIndexes(connection, node, keyspace, wanted.table.name, settings)
    const ours = existing.filter((index) => columns.some((column) => distinct(column).some((w) => isFulfilledBy(column, w, index))))
    names.push(...ours.map((index) => index.name))
  }
  return names
}

/** The names that one of the nodes does not list as built. */
async function notBuilt ({ session, client }: Connection, keyspace: string, names: readonly string[], { timeout }: ReadSettings): Promise<string[]> {
  const nodes = nearHosts(client)
  const built = await Promise.all((nodes.length === 0 ? [undefined] : nodes).map(async (host) => {
    const options: OneNode = {
      kind: 'schema',
      prepare: false,
      isIdempotent: true,
      consistency: types.consistencies.localOne,
      label: 'system.IndexInfo',
      ...host !== undefined && { host },
      ...timeout !== undefined && { timeout }
    }
    // In this table the column called table_name holds the keyspace.
    const { rows } = await session.execute('SELECT index_name FROM system."IndexInfo" WHERE table_name = ?', [keyspace], options)
    return new Set(rows.map((row) => row['index_name'] as string))
  }))
  return names.filter((name) => !built.every((onNode) => onNode.has(name)))
}

function unfinished ({ keyspace, connection }: WantedSchema, names: readonly string[], report: SyncReport): SchemaError {
  return new SchemaError(`On connection "${connection}" the indexes ${names.map((n) => `"${n}"`).join(', ')} of keyspace "${keyspace}" are not built within ${buildTimeout / 60_000} minutes; the nodes go on building them`, report)
}
