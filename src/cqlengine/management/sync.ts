import { setTimeout as pause } from 'node:timers/promises'
import type { UserTypeLike } from '../columns/cql-type.js'
import type { Connection } from '../connection/connection.js'
import { isDriverError } from '../connection/driver-error.js'
import { SchemaError } from '../errors.js'
import { difference } from './difference.js'
import { waitForIndexes } from './index-build.js'
import { Coordinator } from './nodes.js'
import type { Difference, PlannedStatement } from './plan.js'
import { emptyReport, type SchemaPlace, summary, type SyncNote, type SyncReport } from './report.js'
import { waitForFlushes } from './sasi-build.js'
import { isMissing, readSchema, switchedOff } from './schema.js'
import { disagreement, nodesAgree, sendSchemaStatement } from './schema-statement.js'
import { type Doing, failure } from './sync-failure.js'
import type { WantedSchema, WantedTable } from './wanted.js'

/** A model's table, at one place. */
export interface SyncTarget extends WantedTable, SchemaPlace {}

/** A user type, at one place. */
export interface TypeTarget extends SchemaPlace { readonly type: UserTypeLike }

export interface TargetSyncOptions {
  /** All targets of the `db`, where what none of them has is to be listed. */
  readonly known?: readonly SyncTarget[]
  /** Report what would be sent; send nothing. Default false. */
  readonly dryRun?: boolean
  /**
   * Return when the indexes of the models are built on all nodes. Default false: a query by a new index may fail until
   * then.
   */
  readonly waitForIndexes?: boolean
  /** ms for each request; absent: the driver's own limits. */
  readonly timeout?: number
}

/** Gives a connection by its name, made or not. @throws {ConnectionRegistryError} for an unknown one */
export type ConnectionLookup = (name: string) => Connection | Promise<Connection>

/**
 * Creates the tables of models, and the user types that they use, or adds what they lack (MGT-06 … MGT-15).
 * Adds only: drops and replaces nothing. Processes with the same models may do so at once.
 * @returns what was sent (with `dryRun`: what would be), and what differs but is left
 * @throws {SchemaError} for whatever goes wrong, with a `report`, whose `statements` are those sent. Before anything is
 *   sent: a changed key, an unknown option, a missing keyspace, …, of any of the targets, or nodes that do not agree on
 *   the schema. Later: the nodes do not agree after a statement, or the server refuses one, or does not answer: then
 *   with `cause`.
 */
export function syncTables (
  targets: readonly SyncTarget[], connections: ConnectionLookup, options: TargetSyncOptions = {}
): Promise<SyncReport> {
  const knownAt = (place: SchemaPlace): SyncTarget[] | undefined =>
    options.known?.filter(({ connection, keyspace }) => connection === place.connection && keyspace === place.keyspace)
  return sync(byPlace(targets).map(({ place, items }) => {
    const known = knownAt(place)
    return {
      ...place, tables: items, types: [], showsUnmanaged: options.dryRun === true, ...known !== undefined && { known }
    }
  }), connections, options)
}

/** As {@link syncTables}, for user types and those inside them (MGT-13). */
export function syncTypes (
  targets: readonly TypeTarget[], connections: ConnectionLookup, options: TargetSyncOptions = {}
): Promise<SyncReport> {
  return sync(
    byPlace(targets).map(({ place, items }) => ({ ...place, tables: [], types: items.map((t) => t.type) })),
    connections,
    options
  )
}

/** ms between two looks at a schema that others are changing. */
const shortPause = 20
const longPause = 500
/** How often a schema that says something impossible is read again while others change it. */
const restlessReads = 20
/**
 * ms for which other processes may be faster, one statement after the other, before it looks as if they undid each
 * other's work.
 */
const overtakenTimeout = 60_000

/** One keyspace of a sync. */
interface Task {
  readonly wanted: WantedSchema
  readonly connection: Connection
  readonly node: Coordinator
}

/** What a sync has done so far. */
interface Run {
  readonly report: SyncReport
  readonly options: TargetSyncOptions
  doing: Doing | undefined
}

async function sync (
  all: readonly WantedSchema[], connections: ConnectionLookup, options: TargetSyncOptions
): Promise<SyncReport> {
  const tasks: Task[] = []
  for (const wanted of all) {
    const connection = await connections(wanted.connection)
    tasks.push({ wanted, connection, node: new Coordinator(connection) })
  }
  const run: Run = { report: emptyReport(), options, doing: undefined }
  try {
    await runAll(tasks, run)
  } catch (error) {
    throw failure(error, run.doing, run.report)
  }
  return run.report
}

async function runAll (tasks: readonly Task[], run: Run): Promise<void> {
  const { report, options } = run
  const plans: Difference[] = []
  for (const task of tasks) {
    const plan = await compare(task, run)
    plans.push(plan)
    report.warnings.push(...plan.warnings)
    report.conflicts.push(...plan.conflicts)
  }
  if (options.dryRun === true) {
    report.statements.push(
      ...plans.flatMap((plan, i) => plan.statements.map(({ cql }) => ({ ...placeOfTask(tasks[i] as Task), cql })))
    )
    return
  }
  refuseConflicts(report)
  for (const [i, task] of tasks.entries()) await carryOut(task, plans[i] as Difference, run)
  if (options.waitForIndexes !== true) return
  for (const task of tasks) {
    run.doing = { ...placeOfTask(task), what: 'waiting for the indexes' }
    await waitForIndexes(task.connection, task.wanted, report, options)
  }
}

/**
 * What is missing can be missing no more when it is sent, which is asked then. A conflict must be true: it is believed
 * only of a schema at rest.
 */
async function compare (task: Task, run: Run): Promise<Difference> {
  const { wanted, connection, node } = task
  run.doing = { ...placeOfTask(task), what: 'reading the schema' }
  for (let attempt = 1; ; attempt++) {
    const { schema, isQuiet } = await readSchema(connection, node, wanted.keyspace, run.options)
    const found = await withSettings(difference(wanted, schema), task, run)
    if (found.conflicts.length === 0 || isQuiet || attempt === restlessReads) return found
    await pause(attempt * shortPause)
  }
}

/** Adds as conflicts what the server has switched off, which is asked only where something needs it. */
async function withSettings (found: Difference, { connection, node }: Task, { options }: Run): Promise<Difference> {
  const needs = found.statements.flatMap((statement) => statement.needs ?? [])
  if (needs.length === 0) return found
  const off = new Set(
    await switchedOff(connection, node, [...new Set(needs.flatMap(({ settings }) => settings))], options)
  )
  const conflicts = needs.filter(({ settings }) => settings.some((name) => off.has(name)))
    .map(({ conflict }) => conflict)
  return { ...found, conflicts: [...found.conflicts, ...conflicts] }
}

function placeOfTask ({ wanted: { connection, keyspace } }: Task): SchemaPlace { return { connection, keyspace } }

function refuseConflicts (report: SyncReport): void {
  if (report.conflicts.length === 0) return
  const nothing = report.statements.length === 0 ? 'Nothing was sent, for the' : 'The'
  throw new SchemaError(
    `${nothing} models and the database contradict each other: ${summary(report.conflicts)}`, report
  )
}

/**
 * Sends what a plan says, and compares the keyspace again, until nothing is left: another process may have been faster,
 * also between the question and the statement, where IF NOT EXISTS accepts silently what is different.
 */
async function carryOut (task: Task, first: Difference, run: Run): Promise<void> {
  const { connection } = task
  const { report } = run
  const known = new Sent()
  let { statements } = first
  let progress = performance.now()
  for (let attempt = 1; statements.length > 0; attempt++) {
    run.doing = { ...placeOfTask(task), what: 'waiting until the nodes agree' }
    const agreement = await nodesAgree(connection)
    if (!agreement.isThere) throw disagreement(task.wanted, report, agreement)
    const before = report.statements.length
    const isDone = await sendAll(statements, task, known, run)
    if (report.statements.length > before) [progress, attempt] = [performance.now(), 1]
    if (performance.now() - progress > overtakenTimeout) {
      const { keyspace } = task.wanted
      throw new SchemaError(
        `Keyspace "${keyspace}" on connection "${connection.name}" keeps changing while it is synced: let one ` +
          'process at a time do it',
        report
      )
    }
    if (!isDone) await pause(Math.min(attempt * shortPause, longPause))
    const plan = await compare(task, run)
    report.warnings = union(report.warnings, plan.warnings)
    report.conflicts = [...plan.conflicts]
    refuseConflicts(report)
    // What was accepted and is wanted all the same would be wanted for ever.
    statements = plan.statements.filter(({ cql }) => !known.accepted.has(cql))
  }
}

/** The texts that were sent for one keyspace. */
class Sent {
  readonly accepted = new Set<string>()
  readonly refused = new Set<string>()
}

/** @returns false when something is otherwise than it was planned for: what follows was not sent */
async function sendAll (statements: readonly PlannedStatement[], task: Task, known: Sent, run: Run): Promise<boolean> {
  const { connection, node, wanted: { keyspace } } = task
  const { report, options } = run
  const { host } = node
  for (const { cql, adds, afterFlushes = false } of statements) {
    run.doing = { ...placeOfTask(task), what: 'reading the schema' }
    if (afterFlushes) await waitForFlushes(connection, options)
    if (adds !== undefined && !await isMissing(connection, node, keyspace, adds, options)) return false
    // The next node may not have yet what this one had.
    if (node.host !== host) return false
    // Noted first: should the answer get lost, it may have been done.
    if (!known.refused.has(cql)) report.statements.push({ ...placeOfTask(task), cql })
    run.doing = { ...placeOfTask(task), what: 'sending a statement' }
    try {
      const agreement = await sendSchemaStatement(connection, node, cql, keyspace, options)
      if (!agreement.isThere) throw disagreement(task.wanted, report, agreement)
    } catch (error) {
      // Something that it needs may have gone, or not have come yet. The server refuses again what it really refuses.
      if (!isDriverError(error, 'ResponseError') || known.refused.has(cql)) throw error
      known.refused.add(cql)
      return false
    }
    known.accepted.add(cql)
  }
  return true
}

function union (before: readonly SyncNote[], more: readonly SyncNote[]): SyncNote[] {
  const known = new Set(before.map((n) => JSON.stringify(n)))
  return [...before, ...more.filter((n) => !known.has(JSON.stringify(n)))]
}

/** Each place once, in the order of its first target: its schema is read once. */
function byPlace<T extends SchemaPlace> (targets: readonly T[]): { place: SchemaPlace, items: T[] }[] {
  const groups = new Map<string, { place: SchemaPlace, items: T[] }>()
  for (const target of targets) {
    const { connection, keyspace } = target
    const id = JSON.stringify([connection, keyspace])
    const group = groups.get(id)
    if (group === undefined) groups.set(id, { place: { connection, keyspace }, items: [target] })
    else group.items.push(target)
  }
  return [...groups.values()]
}
