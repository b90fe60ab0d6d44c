import { InvalidValue } from '../columns/cql-type.js'
import { ModelDefinitionError, QueryError } from '../errors.js'
import { type ColumnChange, changesOf, isSettable, keyChanged, markStored, type Snapshot, snapshotOf } from '../model/changes.js'
import { ModelInstance } from '../model/instance.js'
import { META, tableOf } from '../model/meta.js'
import type { OpOptions } from '../model/operations.js'
import { type RowValues, valueOf, valuesOf } from '../model/row-values.js'
import type { State } from '../model/state.js'
import type { Table, TableColumn } from '../model/table.js'
import { checked, isNothing, Violations } from '../model/values.js'
import { checkWritable, isStaticOnly, validateInstance } from '../model/whole.js'
import { qualified } from '../statements/identifiers.js'
import { insert, remove as deletion } from '../statements/write.js'
import { bindCondition, isToken } from './conditions.js'
import { counterChanges } from './counter-save.js'
import { baseOf, itsEnd, mustWait, queue, sendInTurn } from './instance-order.js'
import { instancePlace, isElsewhere } from './instance-place.js'
import { conditionsOf } from './lightweight.js'
import { type Database, originOf, type Place } from './place.js'
import type { Write } from './pending-write.js'
import type { StatementCache } from './statement-cache.js'
import { bitsOf } from './shapes.js'
import { updateStatement } from './update-statement.js'
import { baseRequest, batchOf, bindTimestamp, bindUsing, checkCounterOptions, checkWrite, isConditional } from './write.js'

/** What writing an instance needs. */
export interface Writing {
  readonly db: Database
  readonly cache: StatementCache
}

/** One write of one instance. */
export interface Subject {
  readonly w: Writing
  readonly instance: object
  /** Its values, read once for this write. */
  readonly values: RowValues
  /** The instance's own state: what changes once the write has succeeded. */
  readonly state: State
  /** What counts as stored when the write is made; see `baseOf`. */
  readonly base: State
  readonly table: Table
  readonly place: Place
  /** The row may not exist where it goes. */
  readonly elsewhere: boolean
  readonly op: OpOptions
}

/** A write, and what the instance's state becomes once it has succeeded. */
export interface Planned { readonly write: Write, readonly settle: (state: State) => void }

/**
 * Writes what differs from what is stored, as one statement: an INSERT for a row that may not exist where it goes, else an UPDATE of the
 * changes (DML-01 … DML-09). Nothing differs: nothing is sent.
 */
export async function saveInstance (w: Writing, instance: object, state: State, op: OpOptions): Promise<void> {
  while (mustWait(state, op)) await itsEnd(state)
  const write = save(w, instance, state, op)
  if (write !== undefined) await sendInTurn(state, write, op)
}

function save (w: Writing, instance: object, state: State, op: OpOptions): Write | undefined {
  const base = baseOf(state, op)
  checkWritable(state)
  checkCounterOptions(state.model, op)
  resetDiscriminator(instance, state)
  validate(instance, base)
  const subject = subjectOf(w, instance, state, base, op)
  const planned = subject.table.isCounter ? counterRow(subject) : base.stored === undefined ? newRow(subject) : knownRow(subject)
  return planned === undefined ? undefined : ready(subject, planned)
}

/** Deletes the row by its full key (INS-05, B12). */
export async function deleteInstance (w: Writing, instance: object, state: State, op: OpOptions): Promise<void> {
  while (mustWait(state, op)) await itsEnd(state)
  const write = remove(w, instance, state, op)
  if (write !== undefined) await sendInTurn(state, write, op)
}

function remove (w: Writing, instance: object, state: State, op: OpOptions): Write | undefined {
  const { model } = state
  const at = `${model[META].name}.delete`
  if (op.ttl !== undefined) throw new QueryError(`${at}: a deletion has no ttl`)
  if (op.ifNotExists === true) throw new QueryError(`${at}: ifNotExists is for new rows`)
  checkCounterOptions(model, op)
  const subject = subjectOf(w, instance, state, baseOf(state, op), op)
  const { table, place } = subject
  const conditions = conditionsOf(table, op)
  const prepared = w.cache.get(`d ${op.timestamp === undefined ? 0 : 1} ${conditions.shape}`, place.keyspace, () => ({
    cql: deletion(qualified(place.keyspace, table.name), [], table.key.map((c) => `${c.cql} = ?`), { timestamp: op.timestamp !== undefined }, conditions.text),
    request: baseRequest(model, place.keyspace, 'write', !isConditional(op))
  }))
  const params: unknown[] = []
  bindTimestamp(op, place, params)
  bindKey(subject, table.key, params)
  for (const condition of conditions.list) bindCondition(condition, place.connection.encoding, params)
  // Elsewhere another row is deleted: the instance still belongs to its origin, and is stored there.
  const settle = (s: State): void => { if (!subject.elsewhere) s.stored = undefined }
  const write: Write = { ...prepared, params, place, model, conditional: isConditional(op), partition: partitionOf(subject), written: () => { settle(state) } }
  return ready(subject, { write, settle })
}

export function subjectOf (w: Writing, instance: object, state: State, base: State, op: OpOptions): Subject {
  const table = tableOf(state.model)
  if (op.iff !== undefined) conditionsOf(table, op) // told also when nothing has changed, so that nothing is sent
  const place = instancePlace(w.db, base, op)
  return { w, instance, values: valuesOf(instance, base), state, base, table, place, elsewhere: isElsewhere(w.db, base, place, op), op }
}

/**
 * Puts a write into its batch, or gives it back, checked, to be sent. Happens before the first await, and what fails here has sent nothing.
 * @throws {BatchError} when the batch cannot take it, {QueryError} for what the server would refuse
 */
export function ready (subject: Subject, { write, settle }: Planned): Write | undefined {
  const { state, base, op } = subject
  if (op.batch === undefined) {
    checkWrite(write, op)
    return write
  }
  batchOf(op).add({ ...write, row: rowOf(subject) }, op)
  queue(state, base, op, settle)
  return undefined
}

/** A user's `validate()` is always used, and cannot switch off our own checks. */
export function validate (instance: object, base: State): void {
  const { validate: check } = instance as { validate (): unknown }
  if (check === ModelInstance.prototype.validate) {
    validateInstance(instance, base)
    return
  }
  const answer: unknown = check.call(instance)
  if (typeof answer === 'object' && answer !== null && 'then' in answer) {
    Promise.resolve(answer).catch(() => {}) // the error below tells what is wrong
    throw new ModelDefinitionError(`${base.model[META].name}.validate must not be async: a write does not wait for it. Override save() for checks that need to wait`)
  }
  validateInstance(instance, base)
}

/** The discriminator of a child is its own, whatever was assigned (POL-03). */
function resetDiscriminator (instance: object, { model }: State): void {
  const { variant } = model[META]
  const { discriminator } = tableOf(model)
  if (variant === undefined || discriminator === undefined || valueOf(instance, discriminator.name) === variant) return
  ;(instance as Record<string, unknown>)[discriminator.name] = variant
}

function newRow (subject: Subject): Planned {
  const { values, base, table, op } = subject
  if (op.ifExists === true || op.iff !== undefined) {
    // Cassandra has no conditional INSERT but IF NOT EXISTS; an UPDATE says the same.
    const changes = changesOf(values, base, table.columns.filter((c) => !table.key.includes(c)))
    if (changes.length === 0) throw new QueryError(`${base.model[META].name}.save: a condition (${op.ifExists === true ? 'ifExists' : 'iff'}) on a new row needs a column beside the key`)
    return update(subject, changes, becoming(subject, snapshotOf(values, table.columns)))
  }
  const part = partOf(subject, table.columns)
  const columns = part.filter((c) => {
    const value = values[c.position]
    return value !== undefined && (!isNothing(c, value) || base.givenEmpty?.has(c.name) === true)
  })
  return insertion(subject, columns, part === table.columns ? becoming(subject, snapshotOf(values, table.columns)) : becomingStatic(subject))
}

/** The static part of a partition holds no regular columns: their defaults, which only a row would have, are gone. */
function becomingStatic (subject: Subject): (state: State) => void {
  const { instance, values, table } = subject
  const nothing = table.columns.filter((c) => c.role === 'regular')
  const snapshot = { ...snapshotOf(values, table.columns), ...Object.fromEntries(nothing.map((c) => [c.field, null])) }
  const settle = becoming(subject, snapshot)
  return (state) => {
    settle(state)
    if (state !== subject.state) return
    for (const { name, type } of nothing) if (isSettable(instance, name)) (instance as Record<string, unknown>)[name] = type.emptyValue()
  }
}

function knownRow (subject: Subject): Planned | undefined {
  const { values, base, table } = subject
  if (subject.elsewhere || keyChanged(values, base, table.key)) return wholeRow(subject)
  const changes = changesOf(values, base, table.columns)
  if (changes.length === 0) return undefined
  return update(subject, changes, storing(snapshotOf(values, changes.map((c) => c.column))))
}

/** Every column, null ones too: the row may exist there with other values. */
function wholeRow (subject: Subject): Planned {
  const { values, base, table, elsewhere, op } = subject
  const at = `${base.model[META].name}.save`
  const columns = partOf(subject, table.columns)
  const missing = columns.find((c) => values[c.position] === undefined)
  if (missing !== undefined) {
    throw new QueryError(`${at}: ${elsewhere ? 'a row is written whole to a place where it was not loaded from' : 'a row whose key changed is written whole'}, but its column "${missing.name}" was not loaded`)
  }
  if (op.ifExists === true || op.iff !== undefined) throw new QueryError(`${at}: ${op.ifExists === true ? 'ifExists' : 'iff'} cannot stand with a row that is inserted whole`)
  // Elsewhere is one-shot: the instance goes on belonging to its origin, and stays as dirty there as it was.
  return insertion(subject, columns, elsewhere ? () => {} : storing(snapshotOf(values, columns)))
}

/** Of the static part of a partition only what belongs to the partition can be written. */
function partOf ({ values, base, table }: Subject, columns: readonly TableColumn[]): readonly TableColumn[] {
  return isStaticOnly(values, base, table) ? columns.filter((c) => c.role === 'partition' || c.role === 'static') : columns
}

/** Counters are changed by differences, so that two that were loaded together both count (DML-12). A new row is made by adding 0. */
function counterRow (subject: Subject): Planned | undefined {
  const { values, base, table, elsewhere } = subject
  const at = `${base.model[META].name}.save`
  if (elsewhere) throw new QueryError(`${at}: counters cannot be copied to another place, only added to; use a query: Model.filter(key).using(…).update({ …__increment })`)
  if (base.stored !== undefined && keyChanged(values, base, table.key)) throw new QueryError(`${at}: the key of a counter row cannot change`)
  const changes = counterChanges(partOf(subject, table.columns), values, base)
  if (changes.length === 0) return undefined
  return update(subject, changes, base.stored === undefined ? becoming(subject, snapshotOf(values, table.columns)) : storing(snapshotOf(values, changes.map((c) => c.column))))
}

function insertion (subject: Subject, columns: readonly TableColumn[], settle: Planned['settle']): Planned {
  const { w, values, state, base, place, op } = subject
  const { model } = base
  const prepared = w.cache.get(insertShape(columns, op), place.keyspace, () => ({
    cql: insert(qualified(place.keyspace, subject.table.name), columns.map((c) => c.cql), { ttl: op.ttl !== undefined, timestamp: op.timestamp !== undefined }, op.ifNotExists === true),
    request: baseRequest(model, place.keyspace, 'write', op.ifNotExists !== true && columns.every((c) => c.type.isIdempotent('assign')))
  }))
  const { encoding } = place.connection
  const params: unknown[] = []
  for (const c of columns) {
    const value = values[c.position]
    params.push(isNothing(c, value) ? null : c.type.toDriver(value, encoding))
  }
  bindUsing(op, place, params)
  const write: Write = { cql: prepared.cql, request: prepared.request, params, place, model, conditional: op.ifNotExists === true, partition: newPartition(subject), written: () => { settle(state) } }
  return { write, settle }
}

/** The set of columns as bits, so that the usual insert makes no string to find its text. */
function insertShape (columns: readonly TableColumn[], op: OpOptions): string | number {
  const flags = (op.ttl === undefined ? 0 : 1) + (op.timestamp === undefined ? 0 : 2) + (op.ifNotExists === true ? 4 : 0)
  const bits = bitsOf(columns)
  return bits === undefined ? `i ${flags} ${columns.map((c) => c.position).join()}` : bits * 8 + flags
}

export function update (subject: Subject, changes: readonly ColumnChange[], settle: Planned['settle'], what = 'save'): Planned {
  const { w, state, base, table, place, op } = subject
  const { model } = base
  if (op.ifNotExists === true) throw new QueryError(`${model[META].name}.${what}: ifNotExists is for new rows, and ${what === 'save' ? 'this one was loaded or written before' : 'an update is none'}. Use ifExists, or iff`)
  const key = addressedBy(table, changes, op)
  const write = updateStatement(w, model, place, op, changes, () => key.map((c) => `${c.cql} = ?`), key === table.key ? 'key' : 'partition', (params) => { bindKey(subject, key, params) }, partitionOf(subject), () => { settle(state) })
  return { write, settle }
}

/** Static columns alone belong to the partition: Cassandra refuses a clustering key there (DML-06), unless a condition looks at the row. */
function addressedBy (table: Table, changes: readonly ColumnChange[], op: OpOptions): readonly TableColumn[] {
  if (!changes.every((c) => c.column.role === 'static')) return table.key
  if (op.iff === undefined) return table.partitionKey
  return conditionsOf(table, op).list.some((c) => !isToken(c) && c.column.role === 'regular') ? table.key : table.partitionKey
}

function storing (snapshot: Snapshot): (state: State) => void {
  return (state) => { markStored(state, snapshot) }
}

/** The same for a new instance: from then on it belongs to that place. */
export function becoming ({ place }: Subject, snapshot: Snapshot): (state: State) => void {
  return (state) => {
    markStored(state, snapshot)
    state.source = { ...state.source, origin: originOf(place) }
  }
}

/**
 * The key of the row, in the driver's form: as it is stored, else what the instance holds.
 * @throws {ValidationError} before a null key reaches the server (DML-11)
 */
function bindKey ({ values, base, place }: Subject, key: readonly TableColumn[], params: unknown[]): void {
  const { encoding } = place.connection
  for (const column of key) {
    const known = base.stored?.[column.field] ?? null
    params.push(column.type.toDriver(known === null ? ownKey(values, base, key, column) : known, encoding))
  }
}

/** Of a key that was never stored; what is wrong in other columns of the key is told with it. */
function ownKey (values: RowValues, { model, stored }: State, key: readonly TableColumn[], column: TableColumn): unknown {
  const violations = new Violations()
  let own: unknown
  for (const one of key) {
    if ((stored?.[one.field] ?? null) !== null) continue
    const value = values[one.position] ?? null
    const converted = violations.try(one.name, () => {
      if (value === null) throw new InvalidValue('required', 'must be given, being part of the key')
      return checked(one, value)
    })
    if (one === column) own = converted
  }
  violations.finish(model[META].name)
  return own
}

/** For batches, which compare partitions; asked now, because the instance may change until the batch looks. */
function partitionOf (subject: Subject): () => unknown[] {
  const { table, op } = subject
  if (op.batch === undefined) return noPartition
  const values: unknown[] = []
  bindKey(subject, table.partitionKey, values)
  return () => values
}

function newPartition ({ values, table, place, op }: Subject): () => unknown[] {
  if (op.batch === undefined) return noPartition
  const partition = table.partitionKey.map((c) => c.type.toDriver(values[c.position], place.connection.encoding))
  return () => partition
}

/** Likewise the row within the partition, where a condition stands on it. */
function rowOf ({ values, base, table, place, op }: Subject): () => unknown[] | undefined {
  const stored = op.ifNotExists === true ? undefined : base.stored
  const key = table.clustering.map((c) => stored?.[c.field] ?? values[c.position] ?? null)
  const row = key.includes(null) ? undefined : key.map((value, i) => table.clustering[i]?.type.toDriver(value, place.connection.encoding))
  return () => row
}

const noPartition = (): unknown[] => []
