import { InvalidValue } from '../columns/cql-type.js'
import { issuesOf } from '../columns/issues.js'
import { CQLEngineError, ModelDefinitionError, QueryError, ValidationError } from '../errors.js'
import { blueprintOf, settledAt, valuesOf } from '../model/compile/blueprint.js'
import {
  type ColumnChange, changesOf, isSettable, keptOf, keyChanged, markChanged, markStored, snapshotOf, storedValue
} from '../model/changes.js'
import { ModelInstance } from '../model/instance.js'
import { type RowValues, valueOf } from '../model/compile/layout.js'
import { judging } from '../model/loading.js'
import { META, tableOf } from '../model/meta.js'
import type { OpOptions } from '../model/operations.js'
import type { State } from '../model/state.js'
import type { TableColumn } from '../model/table.js'
import { checkedToFind, isNothing, Violations } from '../model/values.js'
import { checkWritable, isStaticOnly, judgeAll, type Validated, validateInstance } from '../model/whole.js'
import { isToken } from './conditions.js'
import { counterChanges } from './counter-save.js'
import { isElsewhere } from './elsewhere.js'
import { baseOf, mustWait, sendInTurn, whenItsTurn } from './instance-order.js'
import { InstanceWrite, type Settle, type Subject, type Writing } from './instance-write.js'
import { quickInsert } from './new-row-write.js'
import { type Demand, demandOf, operationOf } from './operation.js'
import type { Write } from './pending-write.js'
import { checkWrite } from './write.js'
import { deleteStatement, insertStatement, updateStatement, type Where } from './write-statements.js'

/**
 * Writes what differs from what is stored, as one statement: an INSERT for a row that may not exist where it goes, else
 * an UPDATE of the changes (DML-01 … DML-09). Nothing differs: nothing is sent. Gives the instance.
 */
export function saveInstance<T extends object> (w: Writing, instance: T, state: State, options: OpOptions): Promise<T> {
  const demand = demandOf(state.model, options, 'save')
  return mustWait(state, demand)
    ? whenItsTurn(state, () => sendInTurn(state, save(w, instance, state, demand), instance))
    : sendInTurn(state, save(w, instance, state, demand), instance)
}

function save (w: Writing, instance: object, state: State, demand: Demand): Write<object> | undefined {
  const base = baseOf(state, demand)
  checkWritable(state)
  const quick = base === state ? quickInsert(w, instance, state, demand) : undefined
  if (quick !== undefined) return ready(state, base, quick)
  resetDiscriminator(instance, state)
  const { values, touched } = validate(instance, base)
  const subject = subjectOf(w, instance, values, state, base, demand)
  const write = subject.table.isCounter
    ? counterRow(subject)
    : base.stored === undefined ? newRow(subject) : knownRow(subject, touched)
  return write === undefined ? undefined : ready(state, base, write)
}

/** Deletes the row by its full key (INS-05, B12). */
export function deleteInstance (w: Writing, instance: object, state: State, options: OpOptions): Promise<void> {
  const demand = demandOf(state.model, options, 'delete instance')
  const sent = mustWait(state, demand)
    ? whenItsTurn(state, () => sendInTurn(state, remove(w, instance, state, demand), instance))
    : sendInTurn(state, remove(w, instance, state, demand), instance)
  return sent.then(() => {})
}

function remove (w: Writing, instance: object, state: State, demand: Demand): InstanceWrite | undefined {
  const base = baseOf(state, demand)
  const subject = subjectOf(w, instance, valuesOf(instance, base), state, base, demand)
  const statement = deleteStatement(w.cache, state.model, subject.operation, whereOf(subject, subject.table.key))
  // Elsewhere another row is deleted: the instance still belongs to its origin, and is stored there.
  const settle: Settle = (s) => { if (!subject.elsewhere) s.stored = undefined }
  return ready(state, base, new InstanceWrite(subject, statement, 'stored', settle))
}

export function subjectOf (
  w: Writing, instance: object, values: RowValues, state: State, base: State, demand: Demand
): Subject {
  const operation = operationOf(w.db, state.model, demand, base.source.origin)
  const { table } = blueprintOf(state.model)
  return { w, instance, values, state, base, table, operation, elsewhere: isElsewhere(w.db, base, operation) }
}

/**
 * Puts a write into its batch, or gives it back, checked, to be sent. Happens before the first await, and what fails
 * here has sent nothing.
 * @throws {BatchError} when the batch cannot take it, {QueryError} for what the server would refuse
 */
export function ready<W extends Write & { settle: Settle }> (state: State, base: State, write: W): W | undefined {
  const { batch } = write.operation.demand
  if (batch === undefined) {
    checkWrite(write)
    return write
  }
  batch.add(write)
  batch.foresee(state, { base, settle: (next) => { write.settle(next) } })
  return undefined
}

/** A user's `validate()` is always used, and cannot switch off our own checks. Gives what the instance is then. */
export function validate (instance: object, base: State): Validated {
  const { validate: check } = instance as { validate (): unknown }
  if (check === ModelInstance.prototype.validate) return validateInstance(instance, base, 'sent')
  const answer = judgedByUser(instance, base, check)
  if (typeof answer === 'object' && answer !== null && 'then' in answer) {
    Promise.resolve(answer).catch(() => {}) // the error below tells what is wrong
    throw new ModelDefinitionError(`${base.model[META].name}.validate must not be async: a write does not wait for ` +
      'it. Override save() for checks that need to wait')
  }
  return validateInstance(instance, base, 'sent')
}

function judgedByUser (instance: object, base: State, check: () => unknown): unknown {
  const before = { ...judging }
  Object.assign(judging, { instance, base })
  try {
    return check.call(instance)
  } catch (error) {
    throw withoutValues(error, instance, base)
  } finally {
    Object.assign(judging, before)
  }
}

/**
 * What a validator of the user's found (Standard Schema), as our own error: by paths, and without the values that its
 * messages may repeat.
 */
function withoutValues (error: unknown, instance: object, base: State): unknown {
  if (error instanceof CQLEngineError) return error
  const values = valuesOf(instance, base)
  const found = issuesOf(
    error, Object.fromEntries(tableOf(base.model).columns.map(({ name, position }) => [name, values[position]]))
  )
  if (found === undefined) return error
  const violations = found.first.map(({ path, message }) => ({
    column: path.length === 0 ? '*' : path.join('.'), rule: 'validate', message
  }))
  return new ValidationError(base.model[META].name, violations, found.count)
}

/** The discriminator of a child is its own, whatever was assigned (POL-03). */
function resetDiscriminator (instance: object, { model }: State): void {
  const { variant } = model[META]
  const { discriminator } = tableOf(model)
  if (variant === undefined || discriminator === undefined || valueOf(instance, discriminator.name) === variant) return
  ;(instance as Record<string, unknown>)[discriminator.name] = variant
}

function newRow (subject: Subject): InstanceWrite {
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
function isWritten ({ values, base: { givenEmpty } }: Subject, column: TableColumn): boolean {
  const value = values[column.position]
  return value !== undefined && (!isNothing(column, value) || givenEmpty?.has(column.name) === true)
}

/** The static part of a partition holds no regular columns: their defaults, which only a row would have, are gone. */
function becomingStatic (subject: Subject): Settle {
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

function knownRow (subject: Subject, touched: readonly TableColumn[]): InstanceWrite | undefined {
  const { values, base, table } = subject
  if (subject.elsewhere || (touched.length > 0 && keyChanged(values, base, table.key))) return wholeRow(subject)
  const changes = changesOf(values, base, touched)
  if (changes.length === 0) return undefined
  return changing(subject, changes, storingChanges(values, changes))
}

/** Every column, null ones too: the row may exist there with other values. */
function wholeRow (subject: Subject): InstanceWrite {
  const { values, base, table, elsewhere, operation: { demand: { condition } } } = subject
  const at = `${base.model[META].name}.save`
  const columns = partOf(subject, table.columns)
  const missing = columns.find((c) => values[c.position] === undefined)
  if (missing !== undefined) {
    throw new QueryError(
      `${at}: ${elsewhere ? 'a row is written whole to a place where it was not loaded from' : 'a row whose key changed is written whole'}, but its column "${missing.name}" was not loaded`
    )
  }
  if (condition === 'ifExists' || condition === 'iff') {
    throw new QueryError(`${at}: ${condition} cannot stand with a row that is inserted whole`)
  }
  judgeAll(base.model[META].name, columns, values)
  // Elsewhere is one-shot: the instance goes on belonging to its origin, and stays as dirty there as it was.
  return insertion(subject, columns, elsewhere ? () => {} : storing(snapshotOf(values, columns)))
}

/** Of the static part of a partition only what belongs to the partition can be written. */
function partOf ({ values, base, table }: Subject, columns: readonly TableColumn[]): readonly TableColumn[] {
  return isStaticOnly(values, base, table)
    ? columns.filter((c) => c.role === 'partition' || c.role === 'static')
    : columns
}

/**
 * Counters are changed by differences, so that two that were loaded together both count (DML-12). A new row is made by
 * adding 0.
 */
function counterRow (subject: Subject): InstanceWrite | undefined {
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

function insertion (subject: Subject, columns: readonly TableColumn[], settle: Settle): InstanceWrite {
  const { w: { cache }, values, base: { model }, operation } = subject
  const { encoding } = operation.place.connection
  const params = columns.map((c) => {
    const value = values[c.position]
    return isNothing(c, value) ? null : c.type.toDriver(value, encoding)
  })
  const { cql, request } = insertStatement(cache, model, operation, columns)
  for (const param of operation.using) params.push(param)
  return new InstanceWrite(subject, { cql, request, params }, 'values', settle)
}

/** The UPDATE of these changes. */
export function changing (
  subject: Subject, changes: readonly ColumnChange[], settle: Settle, what = 'save'
): InstanceWrite {
  const { w: { cache }, base: { model }, operation } = subject
  if (operation.demand.condition === 'ifNotExists') {
    const why = what === 'save' ? 'this one was loaded or written before' : 'an update is none'
    throw new QueryError(`${model[META].name}.${what}: ifNotExists is for new rows, and ${why}. Use ifExists, or iff`)
  }
  const where = whereOf(subject, addressedBy(subject, changes))
  return new InstanceWrite(subject, updateStatement(cache, model, operation, changes, where), 'stored', settle)
}

/** @param key all of the table's key, or its partition key */
function whereOf (subject: Subject, key: readonly TableColumn[]): Where {
  return {
    rows: key === subject.table.key ? 'key' : 'partition',
    relations: () => key.map((c) => `${c.cql} = ?`),
    params: boundKey(subject, key)
  }
}

/**
 * Static columns alone belong to the partition: Cassandra refuses a clustering key there (DML-06), unless a condition
 * looks at the row.
 */
function addressedBy (
  { table, operation: { conditions } }: Subject, changes: readonly ColumnChange[]
): readonly TableColumn[] {
  if (!changes.every((c) => c.column.role === 'static')) return table.key
  return conditions.list.some((c) => !isToken(c) && c.column.role === 'regular') ? table.key : table.partitionKey
}

function storingChanges (values: RowValues, changes: readonly ColumnChange[]): Settle {
  const kept = keptOf(values, changes)
  return (state) => { markChanged(state, changes, kept) }
}

function storing (snapshot: Record<string, unknown>): Settle {
  return (state) => { markStored(state, snapshot) }
}

/** Settles a new instance: its row is stored, and from then on it belongs to the place where that was written. */
export function becoming ({ operation: { place } }: Subject, snapshot: Record<string, unknown>): Settle {
  return (state) => {
    markStored(state, snapshot)
    state.source = settledAt(state.source, place.origin)
  }
}

function boundKey (subject: Subject, key: readonly TableColumn[]): readonly unknown[] {
  const params: unknown[] = []
  bindKey(subject, key, params)
  return params
}

/**
 * The key of the row, in the driver's form: as it is stored, else what the instance holds.
 * @throws {ValidationError} before a null key reaches the server (DML-11)
 */
function bindKey ({ values, base, operation }: Subject, key: readonly TableColumn[], params: unknown[]): void {
  const { encoding } = operation.place.connection
  for (const column of key) {
    const known = storedValue(base, column)
    params.push(column.type.toDriver(known === null ? ownKey(values, base, key, column) : known, encoding))
  }
}

/** Of a key that was never stored; what is wrong in other columns of the key is told with it. */
function ownKey (
  values: RowValues, { model, stored }: State, key: readonly TableColumn[], column: TableColumn
): unknown {
  const violations = new Violations()
  let own: unknown
  for (const one of key) {
    if ((stored?.[one.field] ?? null) !== null) continue
    const value = values[one.position] ?? null
    const converted = violations.try(one.name, () => {
      if (value === null) throw new InvalidValue('required', 'must be given, being part of the key')
      return checkedToFind(one, value)
    })
    if (one === column) own = converted
  }
  violations.finish(model[META].name)
  return own
}
