import { BatchError } from '../../errors.js'
import { META, tableOf } from '../../model/meta.js'
import { operationOptions } from '../../model/operation-options.js'
import type { BatchOptions } from '../../model/operations.js'
import type { PendingWrite } from './pending-write.js'
import { fingerprint } from './wire.js'

/** The protocol counts statements in two bytes. */
const mostStatements = 65_535

/**
 * What the writes of a batch have in common, as far as the next one is judged by it: looking through all of them would
 * cost the square of their number.
 */
export class InBatch {
  /** The first one whose model has a consistency. */
  levelled: { readonly name: string, readonly consistency: number } | undefined
  isConditional = false
  /** By its row, the first condition that stands on it; in a conditional batch. */
  conditions: Map<string, string> | undefined

  /** One was queued. */
  add (write: PendingWrite): void {
    const { consistency } = write.statement.request
    if (consistency !== undefined) this.levelled ??= { name: nameOf(write), consistency }
    const { condition } = write.operation.demand
    if (condition === undefined) return
    this.isConditional = true
    const row = rowOf(write)
    if (row === undefined) return
    this.conditions ??= new Map()
    if (!this.conditions.has(row)) this.conditions.set(row, condition)
  }
}

/**
 * Whether a write can go with those that are queued (BAT-02 … BAT-04, BAT-11).
 * @throws {BatchError} with the reason and the remedy
 */
export function checkBatchable (
  queue: readonly PendingWrite[], all: InBatch, added: PendingWrite, options: BatchOptions
): void {
  checkNotOfRequest(added)
  checkConnection(queue, added)
  checkConsistency(all, added, options)
  checkCounter(queue, added, options)
  if (all.isConditional || added.operation.isConditional) checkConditions(queue, all, added, options)
  if (queue.length >= mostStatements) {
    throw new BatchError(`A batch takes at most ${mostStatements} statements, this would be number ` +
      `${queue.length + 1}; use several, or createMany`)
  }
}

const nameOf = ({ model }: PendingWrite): string => model[META].name

function checkNotOfRequest (write: PendingWrite): void {
  const name = write.operation.demand.notForBatch
  if (name === undefined) return
  const remedy = operationOptions[name].inBatch.includes('batch') ? '; give it to the batch' : ''
  throw new BatchError(`${nameOf(write)}: ${name} is for a request as a whole, so it cannot be one statement's of a ` +
    `batch${remedy}`)
}

function checkConnection ([first]: readonly PendingWrite[], write: PendingWrite): void {
  if (first === undefined || first.operation.place.connection === write.operation.place.connection) return
  throw new BatchError(`${nameOf(write)}: its connection is "${write.operation.place.connection.name}", the batch ` +
    `goes to "${first.operation.place.connection.name}" ("${nameOf(first)}"). A batch goes to one connection as a ` +
    'whole: use two, or name it: db.batch({ connection })')
}

function checkConsistency ({ levelled }: InBatch, write: PendingWrite, { consistency }: BatchOptions): void {
  const own = write.statement.request.consistency
  if (consistency !== undefined || own === undefined || levelled === undefined) return
  if (levelled.consistency !== own) {
    throw new BatchError(`"${levelled.name}" and "${nameOf(write)}" are models with different consistencies, and a ` +
      'batch has one; give it to the batch: db.batch({ consistency })')
  }
}

function checkCounter ([first]: readonly PendingWrite[], write: PendingWrite, { type, timestamp }: BatchOptions): void {
  const { isCounter } = tableOf(write.model)
  if (type === 'counter' && !isCounter) throw new BatchError(`${nameOf(write)}: a counter batch takes only counters`)
  if (type === 'logged' && isCounter) {
    throw new BatchError(`${nameOf(write)}: Cassandra takes no counters in a logged batch; leave out the type`)
  }
  if (isCounter && timestamp !== undefined) {
    throw new BatchError(`${nameOf(write)}: a batch of counters takes no timestamp; leave it out`)
  }
  if (first !== undefined && tableOf(first.model).isCounter !== isCounter) {
    throw new BatchError(`${nameOf(write)}: counters and other columns cannot stand in one batch; use two`)
  }
}

/** Conditions are for one partition of one table, and take no timestamp. */
function checkConditions (
  queue: readonly PendingWrite[],
  { isConditional, conditions }: InBatch,
  write: PendingWrite,
  { timestamp }: BatchOptions
): void {
  if (timestamp !== undefined) {
    throw new BatchError(`${nameOf(write)}: a batch with conditions takes no timestamp; Cassandra chooses it by itself`)
  }
  // All that are in a conditional batch already are for one partition: the first stands for them.
  const others = isConditional ? queue.slice(0, 1) : queue
  const other = others.find((q) =>
    tableOf(q.model).name !== tableOf(write.model).name ||
      q.operation.place.keyspace !== write.operation.place.keyspace)
  if (other !== undefined) {
    throw new BatchError(`${nameOf(write)}: a batch with conditions is for one table, and "${nameOf(other)}" is in ` +
      'it already; use two')
  }
  const partition = write.partition()
  if (partition === undefined || others.some((q) => !isSame(partition, q.partition()))) {
    throw new BatchError(`${nameOf(write)}: a batch with conditions is for one partition; this statement is for ` +
      'another, or for several')
  }
  if (write.operation.isConditional) checkRow(conditions, write)
}

function isSame (a: readonly unknown[], b: readonly unknown[] | undefined): boolean {
  return b !== undefined && fingerprint(a) === fingerprint(b)
}

/** One row exists or does not: the two conditions exclude each other, and `ifNotExists` every other one. */
function checkRow (conditions: ReadonlyMap<string, string> | undefined, write: PendingWrite): void {
  const row = rowOf(write)
  const other = row === undefined ? undefined : conditions?.get(row)
  const kind = write.operation.demand.condition
  if (other === undefined || other === kind || (other !== 'ifNotExists' && kind !== 'ifNotExists')) return
  throw new BatchError(`${nameOf(write)}: ${other} and ${kind} stand on one row; Cassandra takes one of them`)
}

/** Of a conditional write, within the one partition and table that it may be for. */
function rowOf (write: PendingWrite): string | undefined {
  const row = write.row()
  return row === undefined ? undefined : fingerprint(row)
}
