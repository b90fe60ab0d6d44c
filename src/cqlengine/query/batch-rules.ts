import { BatchError } from '../errors.js'
import { META, tableOf } from '../model/meta.js'
import type { BatchOptions, OpOptions } from '../model/operations.js'
import type { Queued, Write } from './pending-write.js'
import { fingerprint } from './wire.js'

/** The protocol counts statements in two bytes. */
const mostStatements = 65_535

/**
 * Whether a write can go with those that are queued (BAT-02 … BAT-04, BAT-11).
 * @param isConditional one of them has a condition
 * @throws {BatchError} with the reason and the remedy
 */
export function checkBatchable (queue: readonly Queued[], added: Queued, options: BatchOptions, isConditional: boolean): void {
  checkOptions(added)
  checkConnection(queue, added.write)
  checkConsistency(queue, added.write, options)
  checkCounter(queue, added.write, options)
  if (isConditional || added.write.conditional) checkConditions(queue, added, options, isConditional)
  if (queue.length >= mostStatements) throw new BatchError(`A batch takes at most ${mostStatements} statements, this would be number ${queue.length + 1}; use several, or createMany`)
}

const nameOf = ({ model }: Write): string => model[META].name

function checkOptions ({ write, op }: Queued): void {
  if (op.consistency === undefined && op.serialConsistency === undefined && op.timeout === undefined && op.profile === undefined) return
  const name = (['consistency', 'serialConsistency', 'timeout', 'profile'] as const).find((n) => op[n] !== undefined) ?? ''
  throw new BatchError(`${nameOf(write)}: ${name} is for a request as a whole, so it cannot be one statement's of a batch${name === 'consistency' || name === 'timeout' ? '; give it to the batch' : ''}`)
}

function checkConnection ([first]: readonly Queued[], write: Write): void {
  if (first === undefined || first.write.place.connection === write.place.connection) return
  throw new BatchError(`${nameOf(write)}: its connection is "${write.place.connection.name}", the batch goes to "${first.write.place.connection.name}" ("${nameOf(first.write)}"). A batch goes to one connection as a whole: use two, or name it: db.batch({ connection })`)
}

function checkConsistency (queue: readonly Queued[], write: Write, { consistency }: BatchOptions): void {
  const own = write.statement.request.consistency
  if (consistency !== undefined || own === undefined) return
  const other = queue.find((q) => q.write.statement.request.consistency !== undefined && q.write.statement.request.consistency !== own)
  if (other !== undefined) throw new BatchError(`"${nameOf(other.write)}" and "${nameOf(write)}" are models with different consistencies, and a batch has one; give it to the batch: db.batch({ consistency })`)
}

function checkCounter ([first]: readonly Queued[], write: Write, { type, timestamp }: BatchOptions): void {
  const { isCounter } = tableOf(write.model)
  if (type === 'counter' && !isCounter) throw new BatchError(`${nameOf(write)}: a counter batch takes only counters`)
  if (type === 'logged' && isCounter) throw new BatchError(`${nameOf(write)}: Cassandra takes no counters in a logged batch; leave out the type`)
  if (isCounter && timestamp !== undefined) throw new BatchError(`${nameOf(write)}: a batch of counters takes no timestamp; leave it out`)
  if (first !== undefined && tableOf(first.write.model).isCounter !== isCounter) throw new BatchError(`${nameOf(write)}: counters and other columns cannot stand in one batch; use two`)
}

/** Conditions are for one partition of one table, and take no timestamp. */
function checkConditions (queue: readonly Queued[], added: Queued, { timestamp }: BatchOptions, isConditional: boolean): void {
  const { write } = added
  if (timestamp !== undefined) throw new BatchError(`${nameOf(write)}: a batch with conditions takes no timestamp; Cassandra chooses it by itself`)
  // All that are in a conditional batch already are for one partition: the first stands for them.
  const others = isConditional ? queue.slice(0, 1) : queue
  const other = others.find((q) => tableOf(q.write.model).name !== tableOf(write.model).name || q.write.place.keyspace !== write.place.keyspace)
  if (other !== undefined) throw new BatchError(`${nameOf(write)}: a batch with conditions is for one table, and "${nameOf(other.write)}" is in it already; use two`)
  const partition = write.partition()
  if (partition === undefined || others.some((q) => !isSame(partition, q.write.partition()))) {
    throw new BatchError(`${nameOf(write)}: a batch with conditions is for one partition; this statement is for another, or for several`)
  }
  checkRow(queue, added)
}

function isSame (a: readonly unknown[], b: readonly unknown[] | undefined): boolean {
  return b !== undefined && fingerprint(a) === fingerprint(b)
}

/** One row exists or does not: the two conditions exclude each other, and `ifNotExists` every other one. */
function checkRow (queue: readonly Queued[], { write, op }: Queued): void {
  const row = write.conditional ? write.row() : undefined
  if (row === undefined) return
  const kind = conditionOf(op)
  const other = queue.find((q) => {
    if (!q.write.conditional || conditionOf(q.op) === kind || (conditionOf(q.op) !== 'ifNotExists' && kind !== 'ifNotExists')) return false
    const otherRow = q.write.row()
    return otherRow !== undefined && isSame(row, otherRow)
  })
  if (other !== undefined) throw new BatchError(`${nameOf(write)}: ${conditionOf(other.op)} and ${kind} stand on one row; Cassandra takes one of them`)
}

function conditionOf ({ ifExists, ifNotExists }: OpOptions): string {
  return ifNotExists === true ? 'ifNotExists' : ifExists === true ? 'ifExists' : 'iff'
}
