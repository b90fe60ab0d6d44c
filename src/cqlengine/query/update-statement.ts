import type { Change } from '../columns/cql-type.js'
import { splitUpdate } from '../columns/map.js'
import type { Encoding } from '../connection/encoding.js'
import type { ColumnChange } from '../model/changes.js'
import { type ModelConstructor, tableOf } from '../model/meta.js'
import type { OpOptions } from '../model/operations.js'
import { assignment } from '../statements/assignment.js'
import { qualified } from '../statements/identifiers.js'
import { update } from '../statements/write.js'
import { bindCondition } from './conditions.js'
import { conditionsOf } from './lightweight.js'
import type { Place } from './place.js'
import type { Statement, StatementCache } from './statement-cache.js'
import { type Rows, updateKey } from './statement-keys.js'
import { baseRequest, bindUsing, isConditional } from './write.js'

/** The WHERE of an UPDATE or DELETE. */
export interface Where {
  /** Which rows it finds, as far as texts differ. */
  readonly rows: Rows
  /** Makes the text, or refuses it: asked before a text is kept, and only what was kept is found again. */
  relations (): readonly string[]
  /** What its markers are bound to. */
  readonly params: readonly unknown[]
}

/** One UPDATE for all changes, nulls and map entries included (B01, B02, B10). */
export function updateStatement (cache: StatementCache, model: ModelConstructor, place: Place, op: OpOptions, changes: readonly ColumnChange[], where: Where): Statement {
  const table = tableOf(model)
  const { connection: { encoding }, keyspace } = place
  const single = changes.some((c) => c.change.kind === 'update') ? changes.flatMap(splitNulls) : changes
  const conditions = conditionsOf(table, op)
  const key = updateKey(single, where.rows, op, conditions)
  const { cql, request } = cache.update.find(key, keyspace) ?? cache.update.add(key, keyspace, {
    cql: update(
      qualified(keyspace, table.name),
      single.map(({ column, change }) => assignment(column.cql, change.kind, fieldOf(change))),
      where.relations(),
      { ttl: op.ttl !== undefined, timestamp: op.timestamp !== undefined },
      conditions.text
    ),
    request: baseRequest(model, keyspace, 'write', !isConditional(op) && single.every((c) => c.column.type.isIdempotent(c.change.kind)))
  })
  const params: unknown[] = []
  bindUsing(op, place, params)
  for (const one of single) params.push(wireValue(one, encoding))
  for (const param of where.params) params.push(param)
  for (const condition of conditions.list) bindCondition(condition, encoding, params)
  return { cql, request, params }
}

function fieldOf (change: Change): string | undefined {
  return change.kind === 'field' ? (change.value as [string, unknown])[0] : undefined
}

function wireValue ({ column, change }: ColumnChange, encoding: Encoding): unknown {
  return change.value === null ? null : column.type.changeToDriver(change, encoding)
}

/** No bind marker takes a map with nulls: entries that are null are removed by their keys, beside those that are set. */
function splitNulls ({ column, change }: ColumnChange): ColumnChange[] {
  if (change.kind !== 'update') return [{ column, change }]
  return splitUpdate(change.value as ReadonlyMap<unknown, unknown>).map((part) => ({ column, change: part }))
}
