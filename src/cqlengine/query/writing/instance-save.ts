import { QueryError } from '../../errors.js'
import {
  type ColumnChange, changesOf, keptOf, keyChanged, markChanged, markStored, snapshotOf
} from '../../model/changes.js'
import { type RowValues, valueOf } from '../../model/compile/layout.js'
import { META, tableOf } from '../../model/meta.js'
import type { OpOptions } from '../../model/operations.js'
import type { State } from '../../model/state.js'
import type { TableColumn } from '../../model/table.js'
import { isNothing } from '../../model/values.js'
import { checkWritable, isSettable, isStaticOnly, judgeAll } from '../../model/validate.js'
import type { Database } from '../operation/database.js'
import { baseOf, mustWait, sendInTurn, whenItsTurn } from '../operation/instance-order.js'
import { type Demand, demandOf } from '../operation/operation.js'
import { type PendingWrite, type Settle, settlesNothing } from '../operation/pending-write.js'
import { quickInsert } from './quick-insert.js'
import { becoming, changing, insertion, type WriteSubject, subjectOf } from './subject.js'
import { validate } from './validation.js'

/**
 * Writes what differs from what is stored, as one statement: an INSERT for a row that may not exist where it goes, else
 * an UPDATE of the changes (DML-01 … DML-09). Nothing differs: nothing is sent. Gives the instance.
 */
export function saveInstance<T extends object> (
  db: Database, instance: T, state: State, options: OpOptions
): Promise<T> {
  const demand = demandOf(state.model, options, 'save')
  return mustWait(state, demand)
    ? saveLater(db, instance, state, demand)
    : sendInTurn(state, prepareSave(db, instance, state, demand), instance)
}

/** By itself: what a function in there looks at would be kept in an object of its own at each save. */
function saveLater<T extends object> (db: Database, instance: T, state: State, demand: Demand): Promise<T> {
  return whenItsTurn(state, () => sendInTurn(state, prepareSave(db, instance, state, demand), instance))
}

function prepareSave (db: Database, instance: object, state: State, demand: Demand): PendingWrite<object> | undefined {
  const base = baseOf(state, demand)
  checkWritable(state)
  const quick = base === state && state.stored === undefined ? quickInsert(db, instance, state, demand) : undefined
  if (quick !== undefined) return quick.ready(base)
  resetDiscriminator(instance, state)
  const { values, touched } = validate(instance, base)
  const subject = subjectOf(db, instance, values, state, base, demand)
  const write = subject.table.isCounter
    ? counterRow(subject)
    : base.stored === undefined ? newRow(subject) : knownRow(subject, touched)
  return write?.ready(base)
}

/** The discriminator of a child is its own, whatever was assigned (POL-03). */
function resetDiscriminator (instance: object, { model }: State): void {
  const { variant } = model[META]
  const { discriminator } = tableOf(model)
  if (variant === undefined || discriminator === undefined || valueOf(instance, discriminator.name) === variant) return
  ;(instance as Record<string, unknown>)[discriminator.name] = variant
}

function newRow (subject: WriteSubject): PendingWrite<object> {
  const { values, base, table, operation: { demand: { condition } } } = subject
  if (condition === 'ifExists' || condition === 'iff') {
    // Cassandra has no conditional INSERT but IF NOT EXISTS; an UPDATE says the same.
    const changes = changesOf(values, base, table.columns.filter((c) => !table.key.includes(c)))
    if (changes.length === 0) {
      throw new QueryError(`${base.model[META].name}.save: a condition (${condition}) on a new row needs a column ` +
        'beside the key')
    }
    return changing(subject, changes, becoming(subject, snapshotOf(values, table.columns)))
  }
  const part = partOf(subject, table.columns)
  if (part !== table.columns) {
    return insertion(subject, part.filter((c) => isWritten(subject, c)), becomingStatic(subject))
  }
  return insertion(subject, part.filter((c) => isWritten(subject, c)), becoming(subject, snapshotOf(values, part)))
}

/** Of a new row: what has a value, or was given as null or empty. */
function isWritten ({ values, base: { givenEmpty } }: WriteSubject, column: TableColumn): boolean {
  const value = values[column.position]
  return value !== undefined && (!isNothing(column, value) || givenEmpty?.has(column.name) === true)
}

/** The static part of a partition holds no regular columns: their defaults, which only a row would have, are gone. */
function becomingStatic (subject: WriteSubject): Settle {
  const { instance, values, table } = subject
  const nothing = table.columns.filter((c) => c.role === 'regular')
  const snapshot = { ...snapshotOf(values, table.columns), ...Object.fromEntries(nothing.map((c) => [c.field, null])) }
  const settle = becoming(subject, snapshot)
  return (state) => {
    settle(state)
    if (state !== subject.state) return
    for (const { name, type } of nothing) {
      if (isSettable(instance, name)) (instance as Record<string, unknown>)[name] = type.emptyValue()
    }
  }
}

function knownRow (subject: WriteSubject, touched: readonly TableColumn[]): PendingWrite<object> | undefined {
  const { values, base, table } = subject
  if (subject.elsewhere || (touched.length > 0 && keyChanged(values, base, table.key))) return wholeRow(subject)
  const changes = changesOf(values, base, touched)
  if (changes.length === 0) return undefined
  return changing(subject, changes, storingChanges(values, changes))
}

/** Every column, null ones too: the row may exist there with other values. */
function wholeRow (subject: WriteSubject): PendingWrite<object> {
  const { values, base, table, elsewhere, operation: { demand: { condition } } } = subject
  const at = `${base.model[META].name}.save`
  const columns = partOf(subject, table.columns)
  const missing = columns.find((c) => values[c.position] === undefined)
  if (missing !== undefined) {
    throw new QueryError(
      `${at}: ${elsewhere
        ? 'a row is written whole to a place where it was not loaded from'
        : 'a row whose key changed is written whole'}, but its column "${missing.name}" was not loaded`
    )
  }
  if (condition === 'ifExists' || condition === 'iff') {
    throw new QueryError(`${at}: ${condition} cannot stand with a row that is inserted whole`)
  }
  judgeAll(base.model[META].name, columns, values)
  // Elsewhere is one-shot: the instance goes on belonging to its origin, and stays as dirty there as it was.
  return insertion(subject, columns, elsewhere ? settlesNothing : storing(snapshotOf(values, columns)))
}

/** Of the static part of a partition only what belongs to the partition can be written. */
function partOf ({ values, base, table }: WriteSubject, columns: readonly TableColumn[]): readonly TableColumn[] {
  return isStaticOnly(values, base, table)
    ? columns.filter((c) => c.role === 'partition' || c.role === 'static')
    : columns
}

/**
 * Counters are changed by differences, so that two that were loaded together both count (DML-12). A new row is made by
 * adding 0.
 */
function counterRow (subject: WriteSubject): PendingWrite<object> | undefined {
  const { values, base, table, elsewhere } = subject
  const at = `${base.model[META].name}.save`
  if (elsewhere) {
    throw new QueryError(`${at}: counters cannot be copied to another place, only added to; use a query: ` +
      'Model.filter(key).using(…).update({ …__increment })')
  }
  if (base.stored !== undefined && keyChanged(values, base, table.key)) {
    throw new QueryError(`${at}: the key of a counter row cannot change`)
  }
  const changes = counterChanges(partOf(subject, table.columns), values, base)
  if (changes.length === 0) return undefined
  return changing(
    subject,
    changes,
    base.stored === undefined ? becoming(subject, snapshotOf(values, table.columns)) : storingChanges(values, changes)
  )
}

/**
 * Increments and decrements of an instance's counters: of a stored row those that differ, of a new one all, by 0 at
 * least, which makes the row.
 */
function counterChanges (columns: readonly TableColumn[], values: RowValues, base: State): ColumnChange[] {
  const counters = columns.filter((c) => c.isCounter && values[c.position] !== undefined)
  if (base.stored !== undefined) return changesOf(values, base, counters)
  return counters.flatMap((column) => {
    const changes = column.type.changes(null, values[column.position])
    return changes.length === 0
      ? [{ column, change: { kind: 'increment', value: 0n } } as const]
      : changes.map((change) => ({ column, change }))
  })
}

function storingChanges (values: RowValues, changes: readonly ColumnChange[]): Settle {
  const kept = keptOf(values, changes)
  return (state) => { markChanged(state, changes, kept) }
}

function storing (snapshot: Record<string, unknown>): Settle {
  return (state) => { markStored(state, snapshot) }
}
