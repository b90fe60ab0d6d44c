import { type ModelConstructor, tableOf } from '../model/meta.js'
import type { OpOptions } from '../model/operations.js'
import type { TableColumn } from '../model/table.js'
import { qualified } from '../statements/identifiers.js'
import { insert } from '../statements/write.js'
import type { Prepared, StatementCache } from './statement-cache.js'
import { insertKey, insertKeyOfBits, type StatementKey } from './statement-keys.js'
import { baseRequest } from './write.js'

/** The INSERT of these columns, in the order of the table or any other. */
export function insertStatement (cache: StatementCache, model: ModelConstructor, keyspace: string, op: OpOptions, columns: readonly TableColumn[]): Prepared {
  const key = insertKey(columns, op)
  return cache.insert.find(key, keyspace) ?? make(cache, key, model, keyspace, op, columns)
}

/** The INSERT of the columns that `bits` say, two to the power of each position: the usual insert makes neither a list nor a string. */
export function insertOfBits (cache: StatementCache, model: ModelConstructor, keyspace: string, op: OpOptions, bits: number): Prepared {
  const key = insertKeyOfBits(bits, op)
  return cache.insert.find(key, keyspace) ??
    make(cache, key, model, keyspace, op, tableOf(model).columns.filter((c) => Math.floor(bits / 2 ** c.position) % 2 === 1))
}

function make (cache: StatementCache, key: StatementKey, model: ModelConstructor, keyspace: string, op: OpOptions, columns: readonly TableColumn[]): Prepared {
  const using = { ttl: op.ttl !== undefined, timestamp: op.timestamp !== undefined }
  return cache.insert.add(key, keyspace, {
    cql: insert(qualified(keyspace, tableOf(model).name), columns.map((c) => c.cql), using, op.ifNotExists === true),
    request: baseRequest(model, keyspace, 'write', op.ifNotExists !== true && columns.every((c) => c.type.isIdempotent('assign')))
  })
}
