import type { Change } from '../columns/cql-type.js'
import { QueryError } from '../errors.js'
import { type ColumnChange, changesOf, keyChanged, markStored, snapshotOf, valueOf } from '../model/changes.js'
import { META, tableOf } from '../model/meta.js'
import type { OpOptions } from '../model/operations.js'
import type { State } from '../model/state.js'
import type { TableColumn } from '../model/table.js'
import { isNothing } from '../model/values.js'
import { checkWritable, writesOnlyStatic } from '../model/whole.js'
import { qualified } from '../statements/identifiers.js'
import { insert, remove } from '../statements/write.js'
import { bindCondition } from './conditions.js'
import { conditionsOf } from './lightweight.js'
import { type Database, originOf, type Place, placeOf } from './place.js'
import type { Write } from './pending-write.js'
import type { StatementCache } from './statement-cache.js'
import { updateStatement } from './update-statement.js'
import { baseRequest, batchOf, bindTimestamp, bindUsing, checkCounterOptions, isConditional, send } from './write.js'

/** What writing an instance needs. */
export interface Writing {
  readonly db: Database
  readonly cache: StatementCache
}

/**
 * Writes what differs from what is stored, as one statement: an INSERT for a row that may not exist where it goes, else an UPDATE of the
 * changes (DML-01 … DML-09). Nothing differs: nothing is sent.
 */
export async function saveInstance (w: Writing, instance: object, state: State, op: OpOptions): Promise<void> {
  checkWritable(state)
  checkCounterOptions(state.model, op)
  ;(instance as { validate (): void }).validate()
  const table = tableOf(state.model)
  const place = placeFor(w.db, state, op)
  const write = table.isCounter
    ? counterSave(w, instance, state, place, op)
    : state.stored === undefined ? newRow(w, instance, state, place, op) : knownRow(w, instance, state, place, op)
  if (write !== undefined) await send(write, op)
}

/** Writes the given changes of columns of an instance, whether or not it was loaded. */
export async function updateInstance (w: Writing, instance: object, state: State, changes: readonly ColumnChange[], op: OpOptions, written: (place: Place) => void): Promise<void> {
  if (changes.length === 0) return
  const place = placeFor(w.db, state, op)
  if (isElsewhere(state, place)) throw new QueryError(`${state.model[META].name}.update: the row may not exist on connection "${place.connection.name}", keyspace "${place.keyspace}", where it was not loaded from. Use save(), which writes the whole row, or a query: Model.filter(key).using(…).update(…)`)
  await send(updateWrite(w, instance, state, place, op, changes, () => { written(place) }), op)
}

/** Deletes the row by its full key (INS-05, B12). */
export async function deleteInstance (w: Writing, instance: object, state: State, op: OpOptions): Promise<void> {
  const { model } = state
  const table = tableOf(model)
  const at = `${model[META].name}.delete`
  if (op.ttl !== undefined) throw new QueryError(`${at}: a deletion has no ttl`)
  if (op.ifNotExists === true) throw new QueryError(`${at}: ifNotExists is for new rows`)
  checkCounterOptions(model, op)
  const place = placeFor(w.db, state, op)
  const conditions = conditionsOf(table, op)
  const prepared = w.cache.get(`d ${op.timestamp === undefined ? 0 : 1} ${conditions.shape}`, place.keyspace, () => ({
    cql: remove(qualified(place.keyspace, table.name), [], table.key.map((c) => `${c.cql} = ?`), { timestamp: op.timestamp !== undefined }, conditions.text),
    request: baseRequest(model, place.keyspace, 'write', !isConditional(op))
  }))
  const params: unknown[] = []
  bindTimestamp(op, place, params)
  bindKey(instance, state, table.key, place, params, at)
  for (const condition of conditions.list) bindCondition(condition, place.connection.encoding, params)
  const written = (): void => {
    state.stored = undefined
  }
  await send({ ...prepared, params, place, model, conditional: isConditional(op), partition: () => partitionOf(instance, state, place), written }, op)
}

function placeFor (db: Database, state: State, op: OpOptions): Place {
  const batch = batchOf(op)
  return placeOf(db, state.model, { using: op.using, batched: batch !== undefined, batch: batch?.connection, context: state.context, origin: state.source.origin })
}

/** A loaded row that is written to another place than it came from (seed 000). */
function isElsewhere (state: State, place: Place): boolean {
  const { origin } = state.source
  return state.stored !== undefined && origin !== undefined &&
    (origin.connection !== place.connection.name || origin.keyspace !== place.keyspace)
}

function newRow (w: Writing, instance: object, state: State, place: Place, op: OpOptions): Write {
  const { model } = state
  const table = tableOf(model)
  if (op.ifExists === true || op.iff !== undefined) {
    // Cassandra has no conditional INSERT but IF NOT EXISTS; an UPDATE says the same.
    const changes = changesOf(instance, state, table.columns.filter((c) => !table.key.includes(c)))
    if (changes.length === 0) throw new QueryError(`${model[META].name}.save: a condition (${op.ifExists === true ? 'ifExists' : 'iff'}) on a new row needs a column beside the key`)
    return updateWrite(w, instance, state, place, op, changes, becoming(instance, state, place))
  }
  const staticOnly = writesOnlyStatic(instance, state, table)
  const columns = table.columns.filter((c) => {
    if (staticOnly && c.role !== 'partition' && c.role !== 'static') return false
    const value = valueOf(instance, c.name)
    return value !== undefined && (!isNothing(c, value) || state.givenEmpty?.has(c.name) === true)
  })
  return insertWrite(w, instance, state, place, op, columns, becoming(instance, state, place))
}

function knownRow (w: Writing, instance: object, state: State, place: Place, op: OpOptions): Write | undefined {
  const table = tableOf(state.model)
  const elsewhere = isElsewhere(state, place)
  if (elsewhere || keyChanged(instance, state, table.key)) return wholeRow(w, instance, state, place, op, elsewhere)
  const changes = changesOf(instance, state, table.columns)
  if (changes.length === 0) return undefined
  const columns = [...new Set(changes.map((c) => c.column))]
  return updateWrite(w, instance, state, place, op, changes, storing(instance, state, columns))
}

/** Every column, null ones too: the row may exist there with other values. */
function wholeRow (w: Writing, instance: object, state: State, place: Place, op: OpOptions, elsewhere: boolean): Write {
  const { model } = state
  const table = tableOf(model)
  const missing = table.columns.find((c) => valueOf(instance, c.name) === undefined)
  if (missing !== undefined) {
    throw new QueryError(`${model[META].name}.save: ${elsewhere ? 'a row is written whole to a place where it was not loaded from' : 'a row whose key changed is written whole'}, but its column "${missing.name}" was not loaded`)
  }
  if (op.ifExists === true || op.iff !== undefined) throw new QueryError(`${model[META].name}.save: ${op.ifExists === true ? 'ifExists' : 'iff'} cannot stand with a row that is inserted whole`)
  // Elsewhere is one-shot: the instance goes on belonging to its origin, and stays as dirty there as it was.
  return insertWrite(w, instance, state, place, op, table.columns, elsewhere ? undefined : storing(instance, state, table.columns))
}

function insertWrite (w: Writing, instance: object, state: State, place: Place, op: OpOptions, columns: readonly TableColumn[], written: (() => void) | undefined): Write {
  const { model } = state
  const prepared = w.cache.get(insertShape(columns, op), place.keyspace, () => ({
    cql: insert(qualified(place.keyspace, tableOf(model).name), columns.map((c) => c.cql), { ttl: op.ttl !== undefined, timestamp: op.timestamp !== undefined }, op.ifNotExists === true),
    request: baseRequest(model, place.keyspace, 'write', op.ifNotExists !== true)
  }))
  const { encoding } = place.connection
  const params: unknown[] = []
  for (const c of columns) {
    const value = valueOf(instance, c.name)
    params.push(isNothing(c, value) ? null : c.type.toDriver(value, encoding))
  }
  bindUsing(op, place, params)
  return { cql: prepared.cql, request: prepared.request, params, place, model, conditional: op.ifNotExists === true, partition: () => partitionOf(instance, state, place), ...written !== undefined && { written } }
}

/** The set of columns as bits, so that the usual insert makes no string to find its text. */
function insertShape (columns: readonly TableColumn[], op: OpOptions): string | number {
  const flags = (op.ttl === undefined ? 0 : 1) + (op.timestamp === undefined ? 0 : 2) + (op.ifNotExists === true ? 4 : 0)
  let bits = 0
  for (const { position } of columns) {
    if (position > 40) return `i ${flags} ${columns.map((c) => c.position).join()}`
    bits += 2 ** position
  }
  return bits * 8 + flags
}

function updateWrite (w: Writing, instance: object, state: State, place: Place, op: OpOptions, changes: readonly ColumnChange[], written: () => void): Write {
  const { model } = state
  const at = `${model[META].name}.${state.stored === undefined ? 'update' : 'save'}`
  if (op.ifNotExists === true) throw new QueryError(`${at}: ifNotExists is for new rows; this one was loaded or written before. Use ifExists, or iff`)
  const table = tableOf(model)
  // Static columns alone belong to the partition: Cassandra refuses a clustering key there (DML-06).
  const key = changes.every((c) => c.column.role === 'static') ? table.partitionKey : table.key
  return updateStatement(w, model, place, op, changes, key.map((c) => `${c.cql} = ?`), key === table.key ? 'key' : 'partition', (params) => {
    bindKey(instance, state, key, place, params, at)
  }, () => partitionOf(instance, state, place), written)
}

/** Counters are changed by differences, so that two that were loaded together both count (DML-12). A new row is made by adding 0. */
function counterSave (w: Writing, instance: object, state: State, place: Place, op: OpOptions): Write | undefined {
  if (isElsewhere(state, place)) throw new QueryError(`${state.model[META].name}.save: counters cannot be copied to another place, only added to; use a query: Model.filter(key).using(…).update({ …__increment })`)
  const table = tableOf(state.model)
  if (state.stored !== undefined && keyChanged(instance, state, table.key)) throw new QueryError(`${state.model[META].name}.save: the key of a counter row cannot change`)
  const counters = table.columns.filter((c) => c.type.kind === 'counter' && valueOf(instance, c.name) !== undefined)
  const deltas = counters.map((column) => {
    const value = valueOf(instance, column.name) as bigint
    return { column, delta: value - ((state.stored?.[column.field] as bigint | null | undefined) ?? 0n) }
  })
  const sent = state.stored === undefined ? deltas : deltas.filter((d) => d.delta !== 0n)
  if (sent.length === 0) return undefined
  const staticOnly = state.stored === undefined && table.clustering.length > 0 && table.clustering.every((c) => valueOf(instance, c.name) === null)
  const written = state.stored === undefined ? becoming(instance, state, place) : storing(instance, state, counters)
  const changes = sent.filter((d) => !staticOnly || d.column.role === 'static').map(({ column, delta }) => ({
    column, change: { kind: delta < 0n ? 'decrement' : 'increment', value: delta < 0n ? -delta : delta } satisfies Change
  }))
  return updateWrite(w, instance, state, place, op, changes, written)
}

/** What is to happen once the server confirmed the present values of `columns`. */
function storing (instance: object, state: State, columns: Iterable<TableColumn>): () => void {
  const snapshot = snapshotOf(instance, columns)
  return () => { markStored(state, snapshot) }
}

/** The same for a new instance: from then on it belongs to that place. */
function becoming (instance: object, state: State, place: Place): () => void {
  const snapshot = snapshotOf(instance, tableOf(state.model).columns)
  return () => {
    markStored(state, snapshot)
    state.source = { ...state.source, origin: originOf(place) }
  }
}

/** The key as it is stored; a key column without value never reaches the server (DML-11). */
function bindKey (instance: object, state: State, key: readonly TableColumn[], place: Place, params: unknown[], at: string): void {
  for (const column of key) {
    const value = state.stored?.[column.field] ?? valueOf(instance, column.name)
    if (value === null || value === undefined) throw new QueryError(`${at}: the key column "${column.name}" has no value`)
    params.push(column.type.toDriver(value, place.connection.encoding))
  }
}

function partitionOf (instance: object, state: State, place: Place): unknown[] {
  return tableOf(state.model).partitionKey.map((c) => c.type.toDriver(state.stored?.[c.field] ?? valueOf(instance, c.name), place.connection.encoding))
}

