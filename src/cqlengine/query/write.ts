import { boundInt64 } from '../columns/big-integer.js'
import { ofKind } from '../connection/door.js'
import type { RequestOptions } from '../connection/session.js'
import { types } from '../driver.js'
import { BatchError, QueryError } from '../errors.js'
import { META, type ModelConstructor, tableOf } from '../model/meta.js'
import type { OpOptions } from '../model/operations.js'
import { microseconds, noOptions, operationOptions, optionNames, writeOption } from '../model/operation-options.js'
import { refuse } from '../model/refusal.js'
import { checkApplied } from './applied.js'
import { BatchQuery } from './batch.js'
import type { Write } from './pending-write.js'
import type { Place } from './place.js'
import { checkSize } from './statement-size.js'

/**
 * Sends a write, or queues it when the options name a batch; queueing happens before the first await, so that it needs none.
 * @throws {LWTError} when a condition was not met
 */
export function send (write: Write<void>, op: OpOptions): Promise<void> | undefined {
  if (op.batch !== undefined) {
    batchOf(op).add(write, op)
    return undefined
  }
  checkWrite(write, op)
  return request(write, op)
}

/** Sends a checked write. */
export function request<T> (write: Write<T>, op: OpOptions): Promise<T> {
  const { place, statement } = write
  return place.connection.session.send(statement.cql, statement.params, requestOf(ofKind('write', statement.request), op), write)
}

/** What the answer to a write means. @throws {LWTError} when a condition was not met */
export function confirm (write: Write, answer: types.ResultSet): void {
  if (write.conditional) checkApplied(write.model, write.place, answer)
  write.written()
}

/** What can be told of a write before it is sent. @throws {QueryError} */
export function checkWrite (write: Write, op: OpOptions): void {
  checkSize(write.model, write.statement)
  if (op.consistency !== undefined && !write.conditional) checkSerial(write.model, op)
}

/** The batch of an operation, if there is one. */
export function batchOf (op: OpOptions): BatchQuery
export function batchOf (op: OpOptions | undefined): BatchQuery | undefined
export function batchOf (op: OpOptions | undefined): BatchQuery | undefined {
  const batch = op?.batch
  if (batch === undefined) return undefined
  if (batch instanceof BatchQuery) return batch
  throw new BatchError('batch takes what db.batch() hands to its function, or a new db.BatchQuery()')
}

/** Options of an operation that go with its request, and what they are called there. */
const ofRequests = optionNames.flatMap((name) => {
  const { request } = operationOptions[name]
  return request === undefined ? [] : [{ name, request }]
})

/** The options of the request: those of the statement's kind, with what the operation overrides. */
export function requestOf (base: RequestOptions, op: OpOptions): RequestOptions {
  if (op === noOptions) return base
  let own: { -readonly [K in keyof RequestOptions]: unknown } | undefined
  for (const { name, request } of ofRequests) {
    const value = op[name]
    if (value !== undefined) (own ??= { ...base })[request] = value
  }
  return own === undefined ? base : own as unknown as RequestOptions // the checks of operation-options.ts gave the values their types
}

/** What all requests of a model have in common. */
export function baseRequest (model: ModelConstructor, keyspace: string, kind: 'read' | 'write', isIdempotent: boolean): RequestOptions {
  const { name, options: { consistency } } = model[META]
  return Object.freeze({ kind, prepare: true, checked: true, label: name, keyspace, isIdempotent, ...consistency !== undefined && { consistency } })
}

/**
 * What only a write has, or only a read lacks, must not be believed to have an effect.
 * @throws {QueryError} for a read in a batch, with a TTL, a timestamp or a condition, or at ANY
 */
export function checkReading (model: ModelConstructor, op: OpOptions): void {
  if (op === noOptions) return
  const at = model[META].name
  if (batchOf(op) !== undefined) {
    const error = new QueryError(`${at}: only writes can be in a batch; take the reads out of it`)
    refuse(error, op)
    throw error
  }
  const forWrites = writeOption(op)
  if (forWrites !== undefined) throw new QueryError(`${at}: ${forWrites} is for writes; a read has none`)
  if (op.consistency === types.consistencies.any) throw new QueryError(`${at}: the consistency ANY is for writes; read at ONE or above`)
}

/** @throws {QueryError} for a write without condition at a serial consistency, which the server takes for reads only */
function checkSerial (model: ModelConstructor, { consistency }: OpOptions): void {
  const { serial, localSerial } = types.consistencies
  if (consistency === serial || consistency === localSerial) throw new QueryError(`${model[META].name}: SERIAL and LOCAL_SERIAL are for reads; a write has them as serialConsistency, beside a condition`)
}

/** Markers of `USING`, in the order of the text. */
export function bindUsing (op: OpOptions, place: Place, params: unknown[]): void {
  if (op.ttl !== undefined) params.push(op.ttl)
  bindTimestamp(op, place, params)
}

export function bindTimestamp (op: OpOptions, place: Place, params: unknown[]): void {
  if (op.timestamp === undefined) return
  params.push(boundInt64(microseconds(op.timestamp), place.connection.encoding))
}

export function isConditional (op: OpOptions): boolean {
  return op.ifExists === true || op.ifNotExists === true || op.iff !== undefined
}

/** Counters have neither TTL nor timestamp nor conditions. */
export function checkCounterOptions (model: ModelConstructor, op: OpOptions): void {
  if (!tableOf(model).isCounter) return
  const forRows = writeOption(op)
  if (forRows !== undefined) throw new QueryError(`${model[META].name}: a counter table takes no ${forRows}`)
}
