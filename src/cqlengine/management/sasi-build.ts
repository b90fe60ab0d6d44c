// A SASI index counts as built as soon as it is made. What was in memory then it gets when that is flushed, which
// begins at once; what was on disk is indexed meanwhile. What is being flushed at that moment it never gets, so that
// other changes of its table must be over before. The node tells of none of this, but of the pools of threads that do
// it.
import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from '../connection/connection.js'
import { isDriverError } from '../connection/driver-error.js'
import type { RequestOptions } from '../connection/request.js'
import { type Host, types } from '../driver.js'
import { nodesOf, onNode } from './nodes.js'
import type { ReadSettings } from './schema.js'

/** One thread: what is flushed first ends first. */
const flushes = 'MemtablePostFlush'
/** What is put first into them begins first. */
const builds = ['SecondaryIndexExecutor', 'CompactionExecutor']
/** ms for the flushes that are under way. */
const flushTimeout = 60_000
/** ms between two looks. */
const flushPause = 20

/** Tasks of a pool. */
interface Tasks { readonly started: number, readonly ended: number, readonly all: number }

/** Waits until all nodes flushed what they flush now. It is no error where one takes longer than a minute. */
export async function waitForFlushes (connection: Connection, settings: ReadSettings): Promise<void> {
  const nodes = nodesOf(connection).map((host) =>
    new SasiBuilds(connection, host, { keyspace: '', tables: new Set() }, settings))
  const end = performance.now() + flushTimeout
  while (!(await Promise.all(nodes.map(async (node) => await node.areFlushed()))).every((isDone) => isDone)) {
    if (performance.now() >= end) return
    await pause(flushPause)
  }
}

/** What one node had to do when it was first asked. */
export class SasiBuilds {
  readonly #connection: Connection
  readonly #host: Host | undefined
  readonly #place: { readonly keyspace: string, readonly tables: ReadonlySet<string> }
  readonly #options: RequestOptions
  #first: ReadonlyMap<string, Tasks> | undefined
  #wasIdle = false

  constructor (
    connection: Connection,
    host: Host | undefined,
    place: { readonly keyspace: string, readonly tables: ReadonlySet<string> },
    { timeout }: ReadSettings
  ) {
    this.#connection = connection
    this.#host = host
    this.#place = place
    this.#options = { ...readOptions, ...timeout !== undefined && { timeout } }
  }

  async areFlushed (): Promise<boolean> {
    const { first, now } = await this.#look()
    return (now.get(flushes)?.ended ?? 0) >= (first.get(flushes)?.all ?? 0)
  }

  /** Whether all that was to be done then is done now. */
  async areDone (): Promise<boolean> {
    const { first, now } = await this.#look()
    const isFlushed = (now.get(flushes)?.ended ?? 0) >= (first.get(flushes)?.all ?? 0)
    const areStarted = builds.every((pool) => (now.get(pool)?.started ?? 0) >= (first.get(pool)?.all ?? 0))
    const isIdle = isFlushed && areStarted && !await this.#isBuilding()
    // Between its start and its entry in the list of tasks a build is nowhere to be seen.
    const isDone = isIdle && this.#wasIdle
    this.#wasIdle = isIdle
    return isDone
  }

  async #look (): Promise<{ first: ReadonlyMap<string, Tasks>, now: ReadonlyMap<string, Tasks> }> {
    const now = await this.#pools()
    this.#first ??= now
    return { first: this.#first, now }
  }

  async #pools (): Promise<Map<string, Tasks>> {
    const rows = await this.#read('SELECT name, active_tasks, pending_tasks, completed_tasks FROM ' +
      'system_views.thread_pools')
    return new Map(rows.map((row) => {
      const [active, pending, ended] = ['active_tasks', 'pending_tasks', 'completed_tasks'].map((name) =>
        Number(row[name])) as [number, number, number]
      return [row['name'] as string, { started: active + ended, ended, all: active + pending + ended }]
    }))
  }

  async #isBuilding (): Promise<boolean> {
    const { keyspace, tables } = this.#place
    const rows = await this.#read('SELECT keyspace_name, table_name, kind FROM system_views.sstable_tasks')
    return rows.some((row) =>
      row['keyspace_name'] === keyspace && tables.has(row['table_name'] as string) &&
        /index/i.test(String(row['kind'])))
  }

  /** Who may not read it, or has no such table, cannot wait for it. */
  async #read (cql: string): Promise<readonly types.Row[]> {
    try {
      return (await this.#connection.session.execute(cql, [], onNode(this.#options, this.#host))).rows
    } catch (error) {
      if (isDriverError(error, 'ResponseError')) return []
      throw error
    }
  }
}

const readOptions: RequestOptions = Object.freeze({
  kind: 'schema', prepare: false, isIdempotent: true, consistency: types.consistencies.localOne, label: 'system_views'
})
