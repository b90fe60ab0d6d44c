// Each node builds an index for its own rows. Until then a query by it fails, or with SASI finds too little.
import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from '../connection/connection.js'
import type { RequestOptions } from '../connection/request.js'
import { types } from '../driver.js'
import { SchemaError } from '../errors.js'
import { distinctIndexes, isFulfilledBy } from './index-difference.js'
import { kindOf, sasiClass } from './index-rules.js'
import { Coordinator, nodesOf, onNode } from './nodes.js'
import type { SyncReport } from './report.js'
import { SasiBuilds } from './sasi-build.js'
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
export async function waitForIndexes (
  connection: Connection, wanted: WantedSchema, report: SyncReport, settings: ReadSettings = {}
): Promise<void> {
  const { names, sasi } = await indexesOf(connection, wanted, settings)
  if (names.length === 0) return
  const builds = sasi.size === 0
    ? []
    : nodesOf(connection).map((host) =>
      new SasiBuilds(connection, host, { keyspace: wanted.keyspace, tables: sasi }, settings))
  const end = performance.now() + buildTimeout
  for (let wait = firstPause; ; wait = Math.min(2 * wait, longestPause)) {
    const missing = await notBuilt(connection, wanted.keyspace, names, settings)
    const areBuilt = await Promise.all(builds.map(async (node) => await node.areDone()))
    if (missing.length === 0 && areBuilt.every((isDone) => isDone)) return
    if (performance.now() >= end) throw unfinished(wanted, missing.length === 0 ? names : missing, report)
    await pause(wait)
  }
}

interface Waited {
  readonly names: readonly string[]
  /** Tables that have one of that kind. */
  readonly sasi: ReadonlySet<string>
}

async function indexesOf (
  connection: Connection, { tables, keyspace }: WantedSchema, settings: ReadSettings
): Promise<Waited> {
  const names: string[] = []
  const sasi = new Set<string>()
  const node = new Coordinator(connection)
  for (const wanted of tables) {
    const columns = wanted.managed === false ? [] : wantedColumns(wanted).filter((c) => c.indexes.length > 0)
    if (columns.length === 0) continue
    const existing = await readIndexes(connection, node, keyspace, wanted.table.name, settings)
    const ours = existing.filter((index) =>
      columns.some((column) => distinctIndexes(column).some((w) => isFulfilledBy(column, w, index))))
    names.push(...ours.map((index) => index.name))
    if (ours.some(({ using }) => kindOf(using) === sasiClass)) sasi.add(wanted.table.name)
  }
  return { names, sasi }
}

/** The names that one of the nodes does not list as built. */
async function notBuilt (
  connection: Connection, keyspace: string, names: readonly string[], { timeout }: ReadSettings
): Promise<string[]> {
  const options: RequestOptions = {
    kind: 'schema',
    prepare: false,
    isIdempotent: true,
    consistency: types.consistencies.localOne,
    label: 'system.IndexInfo',
    ...timeout !== undefined && { timeout }
  }
  const built = await Promise.all(nodesOf(connection).map(async (host) => {
    // In this table the column called table_name holds the keyspace.
    const { rows } = await connection.session.execute(
      'SELECT index_name FROM system."IndexInfo" WHERE table_name = ?', [keyspace], onNode(options, host)
    )
    return new Set(rows.map((row) => row['index_name'] as string))
  }))
  return names.filter((name) => !built.every((onNode) => onNode.has(name)))
}

function unfinished (
  { keyspace, connection }: WantedSchema, names: readonly string[], report: SyncReport
): SchemaError {
  return new SchemaError(
    `On connection "${connection}" the indexes ${names.map((n) => `"${n}"`).join(', ')} of keyspace "${keyspace}" ` +
      `are not built within ${buildTimeout / 60_000} minutes; the nodes go on building them`,
    report
  )
}
