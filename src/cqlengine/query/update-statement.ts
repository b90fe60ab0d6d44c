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
import type { Write } from './pending-write.js'
import { assignedBits } from './shapes.js'
import type { ShapeKey, StatementCache } from './statement-cache.js'
import { baseRequest, bindUsing, isConditional } from './write.js'

/**
 * One UPDATE for all changes, nulls and map entries included (B01, B02, B10).
 * @param where makes the relations of the WHERE, or refuses them; asked once for each shape: `whereShape` tells them apart, `bindWhere` appends their values
 */
export function updateStatement (
  { cache }: { readonly cache: StatementCache }, model: ModelConstructor, place: Place, op: OpOptions, changes: readonly ColumnChange[],
  where: () => readonly string[], whereShape: string, bindWhere: (params: unknown[]) => void, partition: Write['partition'], written: (() => void) | undefined
): Write {
  const table = tableOf(model)
  const single = changes.some((c) => c.change.kind === 'update') ? changes.flatMap(splitNulls) : changes
  const conditions = conditionsOf(table, op)
  const prepared = cache.get(shapeOf(single, op, whereShape, conditions.shape), place.keyspace, () => ({
    cql: update(
      qualified(place.keyspace, table.name),
      single.map(({ column, change }) => assignment(column.cql, change.kind, fieldOf(change))),
      where(),
      { ttl: op.ttl !== undefined, timestamp: op.timestamp !== undefined },
      conditions.text
    ),
    request: baseRequest(model, place.keyspace, 'write', !isConditional(op) && single.every((c) => c.column.type.isIdempotent(c.change.kind)))
  }))
  const params: unknown[] = []
  bindUsing(op, place, params)
  for (const one of single) params.push(wireValue(one, place.connection.encoding))
  bindWhere(params)
  for (const condition of conditions.list) bindCondition(condition, place.connection.encoding, params)
  return { cql: prepared.cql, request: prepared.request, params, place, model, conditional: isConditional(op), partition, ...written !== undefined && { written } }
}

/** A negative number for usual updates of an instance (those of inserts are positive), else a text. */
function shapeOf (changes: readonly ColumnChange[], op: OpOptions, where: string, conditions: string): ShapeKey {
  const flags = (op.ttl === undefined ? 0 : 1) + (op.timestamp === undefined ? 0 : 2)
  const bits = conditions === '' && (where === 'key' || where === 'partition') ? assignedBits(changes) : undefined
  if (bits !== undefined) return -(bits * 8 + flags + (where === 'key' ? 0 : 4)) - 1
  let shape = `u ${flags} `
  for (const change of changes) shape += `${changeShape(change)},`
  return `${shape} ${where} ${conditions}`
}

function changeShape ({ column, change }: ColumnChange): string {
  return `${column.position}${change.kind}${fieldOf(change) ?? ''}`
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
