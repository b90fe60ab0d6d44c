import { InvalidValue } from '../../columns/cql-type.js'
import { type Route, route } from '../../connection/route.js'
import { ConnectionRegistryError, QueryError } from '../../errors.js'
import { blueprintOf, settledAt } from '../../model/compile/blueprint.js'
import { type ColumnChange, markStored, storedValue } from '../../model/changes.js'
import type { RowValues } from '../../model/compile/layout.js'
import { CONTEXT, META } from '../../model/meta.js'
import type { State } from '../../model/state.js'
import type { Table, TableColumn } from '../../model/table.js'
import { checkedToFind, isNothing } from '../../model/values.js'
import { Violations } from '../../model/violations.js'
import { isToken } from '../terms/conditions.js'
import type { Database } from '../operation/database.js'
import { type Demand, type Operation, operationOf } from '../operation/operation.js'
import { PendingWrite, type RowKey, type Settle } from '../operation/pending-write.js'
import type { Statement } from '../operation/statement-cache.js'
import { deleteStatement, insertStatement, updateStatement, type WhereClause } from './write-statements.js'

/** One write of one instance, before its statement is made. */
export interface WriteSubject {
  readonly instance: object
  /** Its values, read once for this write. */
  readonly values: RowValues
  /** The instance's own state: what changes once the write has succeeded. */
  readonly state: State
  /** What counts as stored when the write is made; see `baseOf`. */
  readonly base: State
  readonly table: Table
  readonly operation: Operation
  /** The row may not exist where it goes. */
  readonly elsewhere: boolean
}

export function subjectOf (
  db: Database, instance: object, values: RowValues, state: State, base: State, demand: Demand
): WriteSubject {
  const operation = operationOf(db, state.model, demand, base.source.origin)
  const { table } = blueprintOf(state.model)
  return { instance, values, state, base, table, operation, elsewhere: isElsewhere(db, base, operation) }
}

/** True when a stored row is written to another place than it came from, where it may not exist. */
function isElsewhere (db: Database, state: State, { place, demand: { using } }: Operation): boolean {
  if (state.stored === undefined) return false
  if (state.source.origin === place.origin) return false
  const origin = state.source.origin ?? (using === undefined ? undefined : usualPlace(db, state))
  return origin !== undefined && (origin.connection !== place.connection.name || origin.keyspace !== place.keyspace)
}

/** A row made by `hydrate` belongs where it goes by itself. */
function usualPlace (db: Database, { model }: State): { connection: string, keyspace: string | undefined } | undefined {
  const { connection, keyspace } = model
  try {
    return route({ context: model[CONTEXT], model: { connection, keyspace }, scope: db.scopes.current() }, db.registry)
  } catch (error) {
    if (error instanceof ConnectionRegistryError) return undefined // no other place is known at all
    throw error
  }
}

/** The INSERT of these columns. */
export function insertion (
  subject: WriteSubject, columns: readonly TableColumn[], settle: Settle
): PendingWrite<object> {
  const { values, operation } = subject
  const { encoding } = operation.place.connection
  const params = columns.map((c) => {
    const value = values[c.position]
    return isNothing(c, value) ? null : c.type.toDriver(value, encoding)
  })
  const { cql, request } = insertStatement(operation, columns)
  for (const param of operation.using) params.push(param)
  return written(subject, { cql, request, params }, 'values', settle)
}

/** The UPDATE of these changes. */
export function changing (
  subject: WriteSubject, changes: readonly ColumnChange[], settle: Settle, what = 'save'
): PendingWrite<object> {
  const { base: { model }, operation } = subject
  if (operation.demand.condition === 'ifNotExists') {
    const why = what === 'save' ? 'this one was loaded or written before' : 'an update is none'
    throw new QueryError(`${model[META].name}.${what}: ifNotExists is for new rows, and ${why}. Use ifExists, or iff`)
  }
  const where = whereOf(subject, addressedBy(subject, changes))
  return written(subject, updateStatement(operation, changes, where), 'stored', settle)
}

/** The DELETE of the row. */
export function deletion (subject: WriteSubject, settle: Settle): PendingWrite<object> {
  return written(subject, deleteStatement(subject.operation, whereOf(subject, subject.table.key)), 'stored', settle)
}

function written (
  subject: WriteSubject, statement: Statement, addressed: Addressed, settle: Settle
): PendingWrite<object> {
  const { instance, operation, state } = subject
  const key = operation.demand.batch === undefined ? undefined : keyOfSubject(subject, addressed)
  return new PendingWrite(operation, statement, instance, state, settle, key, undefined)
}

/** Which row is written: of the `values`, or the one that is `stored` as far as it is known. */
type Addressed = 'values' | 'stored'

function keyOfSubject ({ base, operation: { place }, table, values }: WriteSubject, addressed: Addressed): RowKey {
  const bound = (columns: readonly TableColumn[]): readonly unknown[] | undefined => {
    const params: unknown[] = []
    for (const column of columns) {
      const value = (addressed === 'stored' ? storedValue(base, column) : null) ?? values[column.position] ?? null
      if (value === null) return undefined
      params.push(column.type.toDriver(value, place.connection.encoding))
    }
    return params
  }
  if (!table.hasMutableKey) return bound
  // A part of the key can change in place until the batch looks.
  const held = new Map([table.partitionKey, table.clustering].map((columns) => [columns, bound(columns)]))
  return (columns) => held.get(columns)
}

/** @param key all of the table's key, or its partition key */
function whereOf (subject: WriteSubject, key: readonly TableColumn[]): WhereClause {
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
  { table, operation: { conditions } }: WriteSubject, changes: readonly ColumnChange[]
): readonly TableColumn[] {
  if (!changes.every((c) => c.column.role === 'static')) return table.key
  return conditions.list.some((c) => !isToken(c) && c.column.role === 'regular') ? table.key : table.partitionKey
}

/** Settles a new instance: its row is stored, and from then on it belongs to the place where that was written. */
export function becoming (
  { operation: { place: { origin } } }: WriteSubject, snapshot: Record<string, unknown>
): (state: State) => void {
  return (state) => { becomeStored(state, snapshot, origin) }
}

/** The row of a new instance is stored at this place. */
export function becomeStored (state: State, snapshot: Record<string, unknown>, origin: Route): void {
  markStored(state, snapshot)
  state.source = settledAt(state.source, origin)
}

function boundKey (subject: WriteSubject, key: readonly TableColumn[]): readonly unknown[] {
  const params: unknown[] = []
  bindKey(subject, key, params)
  return params
}

/**
 * The key of the row, in the driver's form: as it is stored, else what the instance holds.
 * @throws {ValidationError} before a null key reaches the server (DML-11)
 */
function bindKey ({ values, base, operation }: WriteSubject, key: readonly TableColumn[], params: unknown[]): void {
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
