import { type ModelConstructor, tableOf } from '../model/meta.js'
import type { OpOptions } from '../model/operations.js'
import type { TableColumn } from '../model/table.js'
import { qualified } from '../statements/identifiers.js'
import { insert } from '../statements/write.js'
import { bitsOf } from './shapes.js'
import type { Prepared, ShapeKey, StatementCache } from './statement-cache.js'
import { baseRequest } from './write.js'

/** The INSERT of these columns, in the order of the table or any other. */
export function insertStatement (cache: StatementCache, model: ModelConstructor, keyspace: string, op: OpOptions, columns: readonly TableColumn[]): Prepared {
  const bits = bitsOf(columns)
  const shape = bits === undefined ? `i ${flagsOf(op)} ${columns.map((c) => c.position).join()}` : shapeOf(bits, op)
  return cache.find(shape, keyspace) ?? make(cache, shape, model, keyspace, op, columns)
}

/** The same for columns as bits (see `bitsOf`): the usual insert makes neither a list nor a string to find its text. */
export function insertOfBits (cache: StatementCache, model: ModelConstructor, keyspace: string, op: OpOptions, bits: number): Prepared {
  const shape = shapeOf(bits, op)
  return cache.find(shape, keyspace) ?? make(cache, shape, model, keyspace, op, tableOf(model).columns.filter((c) => Math.floor(bits / 2 ** c.position) % 2 === 1))
}

/** A positive number; those of updates are negative. */
function shapeOf (bits: number, op: OpOptions): number { return bits * 8 + flagsOf(op) }

function flagsOf (op: OpOptions): number {
  return (op.ttl === undefined ? 0 : 1) + (op.timestamp === undefined ? 0 : 2) + (op.ifNotExists === true ? 4 : 0)
}

function make (cache: StatementCache, shape: ShapeKey, model: ModelConstructor, keyspace: string, op: OpOptions, columns: readonly TableColumn[]): Prepared {
  const using = { ttl: op.ttl !== undefined, timestamp: op.timestamp !== undefined }
  return cache.add(shape, keyspace, {
    cql: insert(qualified(keyspace, tableOf(model).name), columns.map((c) => c.cql), using, op.ifNotExists === true),
    request: baseRequest(model, keyspace, 'write', op.ifNotExists !== true && columns.every((c) => c.type.isIdempotent('assign')))
  })
}
