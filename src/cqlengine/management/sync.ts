import { setTimeout as pause } from 'node:timers/promises'
import type { UserTypeLike } from '../columns/cql-type.js'
import type { Connection } from '../connection/connection.js'
import { SchemaError } from '../errors.js'
import { difference } from './difference.js'
import { waitForIndexes } from './index-build.js'
import type { Difference, PlannedStatement } from './plan.js'
import { type Place, summary, type SyncNote, type SyncReport } from './report.js'
import { isMissing, readSchema } from './schema.js'
import { disagreement, nodesAgree, sendSchemaStatement } from './schema-statement.js'
import type { WantedSchema, WantedTable } from './wanted.js'

/** A model's table, at one place. */
export interface SyncTarget extends WantedTable, Place {}

/** A user type, at one place. */
export interface TypeTarget extends Place { readonly type: UserTypeLike }

export interface SyncOptions {
  /** Report what would be sent; send nothing. Default false. */
  readonly dryRun?: boolean
  /** Return when the indexes of the models are built on all nodes. Default false: a query by a new index may fail until then. */
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
 * @throws {SchemaError} with a `report`. Before anything is sent: a changed key, an unknown option, a missing keyspace, …, of any of the
 * targets, or nodes that do not agree on the schema. Later: the nodes do not agree after a statement; `report.statements` are those sent.
 */
export function syncTables (targets: readonly SyncTarget[], connections: ConnectionLookup, options: SyncOptions = {}): Promise<SyncReport> {
  return sync(byPlace(targets).map(({ place, items }) => ({ ...place, tables: items, types: [] })), connections, options)
}

/** As {@link syncTables}, for user types and those inside them (MGT-13). */
export function syncTypes (targets: readonly TypeTarget[], connections: ConnectionLookup, options: SyncOptions = {}): Promise<SyncReport> {
  return sync(byPlace(targets).map(({ place, items }) => ({ ...place, tables: [], types: items.map((t) => t.type) })), connections, options)
}

/** ms between two looks at a schema that others are changing. */
const shortPause = 20
const longPause = 500
/** How often a schema that says something impossible is read again while others change it. */
const restlessReads = 20
/** ms for which other processes may be faster, one statement after the other, before it looks as if they undid each other's work. */
const overtakenTimeout = 60_000

interface Plan {
  readonly wanted: WantedSchema
  readonly connection: Connection
  readonly difference: Difference
}

async function sync (all: readonly WantedSchema[], connections: ConnectionLookup, options: SyncOptions): Promise<SyncReport> {
  const plans: Plan[] = []
  for (const wanted of all) {
    const connection = await connections(wanted.connection)
    plans.push({ wanted, connection, difference: await compare(wanted, connection, options) })
  }
  const report = planned(plans)
  if (options.dryRun === true) return report
  const sent: SyncReport = { ...report, statements: [] }
  refuseConflicts(sent)
  for (const plan of plans) await carryOut(plan, sent, options)
  if (options.waitForIndexes === true) {
    for (const { connection, wanted } of plans) await waitForIndexes(connection, wanted, options)
  }
  return sent
}

/** What is missing can be missing no more when it is sent, which is asked then. A conflict must be true: it is believed only of a schema at rest. */
async function compare (wanted: WantedSchema, connection: Connection, options: SyncOptions): Promise<Difference> {
  for (let attempt = 1; ; attempt++) {
    const { schema, isQuiet } = await readSchema(connection, wanted.keyspace, options)
    const found = difference(wanted, schema)
    if (found.conflicts.length === 0 || isQuiet || attempt === restlessReads) return found
    await pause(attempt * shortPause)
  }
}

function planned (plans: readonly Plan[]): SyncReport {
  return {
    statements: plans.flatMap(({ wanted: { connection, keyspace }, difference }) => difference.statements.map(({ cql }) => ({ connection, keyspace, cql }))),
    warnings: plans.flatMap(({ difference }) => difference.warnings),
    conflicts: plans.flatMap(({ difference }) => difference.conflicts)
  }
}

function refuseConflicts (sent: SyncReport): void {
  if (sent.conflicts.length === 0) return
  const nothing = sent.statements.length === 0 ? 'Nothing was sent, for the' : 'The'
  throw new SchemaError(`${nothing} models and the database contradict each other: ${summary(sent.conflicts)}`, sent)
}

/**
 * Sends what a plan says. Where another process was faster, the plan no longer fits: the keyspace is then compared again, so that
 * what came in between is seen with its types.
 */
async function carryOut ({ wanted, connection, difference: first }: Plan, sent: SyncReport, options: SyncOptions): Promise<void> {
  let plan = first
  let progress = performance.now()
  for (let overtaken = 1; plan.statements.length > 0; overtaken++) {
    if (!await nodesAgree(connection)) throw disagreement(wanted, sent)
    const before = sent.statements.length
    if (await sendAll(plan.statements, wanted, connection, sent, options)) return
    if (sent.statements.length > before) [progress, overtaken] = [performance.now(), 1]
    if (performance.now() - progress > overtakenTimeout) {
      throw new SchemaError(`Keyspace "${wanted.keyspace}" on connection "${wanted.connection}" keeps changing while it is synced: let one process at a time do it`, sent)
    }
    // The node that is read next may hear of the change only now.
    await pause(Math.min(overtaken * shortPause, longPause))
    plan = await compare(wanted, connection, options)
    sent.warnings = union(sent.warnings, plan.warnings)
    sent.conflicts = [...plan.conflicts]
    refuseConflicts(sent)
  }
}

/** @returns false when something to be added is there meanwhile: what follows was not sent */
async function sendAll (statements: readonly PlannedStatement[], { keyspace }: WantedSchema, connection: Connection, sent: SyncReport, options: SyncOptions): Promise<boolean> {
  const place = { connection: connection.name, keyspace }
  for (const { cql, adds } of statements) {
    if (adds !== undefined && !await isMissing(connection.session, keyspace, adds, options)) return false
    // Noted first: should the answer get lost, it may have been done.
    sent.statements.push({ ...place, cql })
    if (!await sendSchemaStatement(connection, cql, keyspace, options)) throw disagreement(place, sent)
  }
  return true
}

function union (before: readonly SyncNote[], more: readonly SyncNote[]): SyncNote[] {
  const known = new Set(before.map((n) => JSON.stringify(n)))
  return [...before, ...more.filter((n) => !known.has(JSON.stringify(n)))]
}

/** Each place once, in the order of its first target: its schema is read once. */
function byPlace<T extends Place> (targets: readonly T[]): { place: Place, items: T[] }[] {
  const groups = new Map<string, { place: Place, items: T[] }>()
  for (const target of targets) {
    const { connection, keyspace } = target
    const id = JSON.stringify([connection, keyspace])
    const group = groups.get(id)
    if (group === undefined) groups.set(id, { place: { connection, keyspace }, items: [target] })
    else group.items.push(target)
  }
  return [...groups.values()]
}
