// INSERT, UPDATE and DELETE with what their markers are bound to. A text that is in the cache is not made again.
import type { Change } from '../../columns/cql-type.js'
import { splitUpdate } from '../../columns/map.js'
import type { Encoding } from '../../connection/encoding.js'
import type { ColumnChange } from '../../model/changes.js'
import { tableOf } from '../../model/meta.js'
import type { TableColumn } from '../../model/table.js'
import { assignment } from '../../statements/assignment.js'
import { qualified } from '../../statements/identifiers.js'
import { insert, remove, update, type Using } from '../../statements/write.js'
import type { Demand, Operation } from '../operation/operation.js'
import { baseRequest, type Prepared, type Statement } from '../operation/statement-cache.js'
import {
  deleteKey, insertKey, insertKeyOfBits, type Rows, type StatementKey, updateKey
} from '../operation/statement-keys.js'

/** The INSERT of these columns, in the order of the table or any other. */
export function insertStatement (operation: Operation, columns: readonly TableColumn[]): Prepared {
  const key = insertKey(columns, operation.demand)
  return operation.cache.insert.find(key, operation.place.keyspace) ?? addInsert(key, operation, columns)
}

/**
 * The INSERT of the columns that `bits` say, two to the power of each position: the quick insert makes neither a list
 * nor a string.
 */
export function insertOfBits (operation: Operation, bits: number): Prepared {
  const { cache, demand, model, place: { keyspace } } = operation
  const key = insertKeyOfBits(bits, demand)
  return cache.insert.find(key, keyspace) ??
    addInsert(key, operation, tableOf(model).columns.filter((c) => Math.floor(bits / 2 ** c.position) % 2 === 1))
}

function addInsert (key: StatementKey, operation: Operation, columns: readonly TableColumn[]): Prepared {
  const { cache, demand, model, place: { keyspace } } = operation
  const ifNotExists = demand.condition === 'ifNotExists'
  return cache.insert.add(key, keyspace, {
    cql: insert(qualified(keyspace, tableOf(model).name), columns.map((c) => c.cql), usingOf(demand), ifNotExists),
    request: baseRequest(model, keyspace, 'write', !ifNotExists && columns.every((c) => c.type.isIdempotent('assign')))
  })
}

function usingOf ({ ttl, timestamp }: Demand): Using {
  return { ttl: ttl !== undefined, timestamp: timestamp !== undefined }
}

/** The WHERE of an UPDATE or DELETE. */
export interface WhereClause {
  /** Which rows it finds, as far as texts differ. */
  readonly rows: Rows
  /** Makes the text, or refuses it: asked before a text is kept, and only what was kept is found again. */
  relations (): readonly string[]
  /** What its markers are bound to. */
  readonly params: readonly unknown[]
}

/** One UPDATE for all changes, nulls and map entries included (B01, B02, B10). */
export function updateStatement (
  operation: Operation, changes: readonly ColumnChange[], where: WhereClause
): Statement {
  const { cache, model, demand, conditions, place: { connection: { encoding }, keyspace } } = operation
  const single = changes.some((c) => c.change.kind === 'update') ? changes.flatMap(splitNulls) : changes
  const key = updateKey(single, where.rows, demand, conditions)
  const { cql, request } = cache.update.find(key, keyspace) ?? cache.update.add(key, keyspace, {
    cql: update(
      qualified(keyspace, tableOf(model).name),
      single.map(({ column, change }) => assignment(column.cql, change.kind, fieldOf(change))),
      where.relations(),
      usingOf(demand),
      conditions.text
    ),
    request: baseRequest(
      model,
      keyspace,
      'write',
      !operation.isConditional && single.every((c) => c.column.type.isIdempotent(c.change.kind))
    )
  })
  const params = operation.using.slice()
  for (const one of single) params.push(boundChange(one, encoding))
  bindWhere(where, operation, params)
  return { cql, request, params }
}

/** The DELETE of rows, ranges of rows or whole partitions. */
export function deleteStatement (operation: Operation, where: WhereClause): Statement {
  const { cache, model, demand, conditions, place: { keyspace } } = operation
  const table = tableOf(model)
  const key = deleteKey(where.rows, demand, conditions)
  const { cql, request } = cache.delete.find(key, keyspace) ?? cache.delete.add(key, keyspace, {
    cql: remove(qualified(keyspace, table.name), [], where.relations(), usingOf(demand), conditions.text),
    request: baseRequest(model, keyspace, 'write', !operation.isConditional && !table.isCounter)
  })
  const params = operation.using.slice()
  bindWhere(where, operation, params)
  return { cql, request, params }
}

function bindWhere (where: WhereClause, operation: Operation, params: unknown[]): void {
  for (const param of where.params) params.push(param)
  operation.bindConditions(params)
}

function fieldOf (change: Change): string | undefined {
  return change.kind === 'field' ? (change.value as [string, unknown])[0] : undefined
}

function boundChange ({ column, change }: ColumnChange, encoding: Encoding): unknown {
  return change.value === null ? null : column.type.changeToDriver(change, encoding)
}

/**
 * No bind marker takes a map with nulls: entries that are null are removed by their keys, beside those that are set.
 */
function splitNulls ({ column, change }: ColumnChange): ColumnChange[] {
  if (change.kind !== 'update') return [{ column, change }]
  return splitUpdate(change.value as ReadonlyMap<unknown, unknown>).map((part) => ({ column, change: part }))
}
