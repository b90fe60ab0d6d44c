import { type ModelConstructor, tableOf } from '../model/meta.js'
import type { OpOptions } from '../model/operations.js'
import { qualified } from '../statements/identifiers.js'
import { remove } from '../statements/write.js'
import { bindCondition } from './conditions.js'
import { conditionsOf } from './lightweight.js'
import type { Place } from './place.js'
import type { Statement, StatementCache } from './statement-cache.js'
import { deleteKey } from './statement-keys.js'
import type { Where } from './update-statement.js'
import { baseRequest, bindTimestamp, isConditional } from './write.js'

/** The DELETE of rows, ranges of rows or whole partitions. */
export function deleteStatement (cache: StatementCache, model: ModelConstructor, place: Place, op: OpOptions, where: Where): Statement {
  const table = tableOf(model)
  const { connection: { encoding }, keyspace } = place
  const conditions = conditionsOf(table, op)
  const key = deleteKey(where.rows, op, conditions)
  const { cql, request } = cache.delete.find(key, keyspace) ?? cache.delete.add(key, keyspace, {
    cql: remove(qualified(keyspace, table.name), [], where.relations(), { timestamp: op.timestamp !== undefined }, conditions.text),
    request: baseRequest(model, keyspace, 'write', !isConditional(op) && !table.isCounter)
  })
  const params: unknown[] = []
  bindTimestamp(op, place, params)
  for (const param of where.params) params.push(param)
  for (const condition of conditions.list) bindCondition(condition, encoding, params)
  return { cql, request, params }
}
