// One operation as a value: what its options ask for, and where it goes. Options are read here and nowhere else in this
// layer. Each of the five entries (save, update and delete of an instance, writes by a filter, reads) makes its
// operation and hands it on.
import { boundInt64 } from '../../columns/big-integer.js'
import type { Route } from '../../connection/route.js'
import type { RequestOptions } from '../../connection/request.js'
import { types } from '../../driver.js'
import { BatchError, QueryError } from '../../errors.js'
import { META, type ModelConstructor, tableOf } from '../../model/meta.js'
import {
  isBatchAlone, microseconds, noOptions, type OptionName, optionsThat, requestOptions, writeOption
} from '../../model/operation-options.js'
import type { OpOptions, Timestamp } from '../../model/operations.js'
import { refuse } from '../../model/refusal.js'
import type { Table } from '../../model/table.js'
import { BatchQuery } from './batch.js'
import { bindCondition } from '../terms/conditions.js'
import { exists, type Lightweight, readIff, unconditional } from '../terms/lightweight.js'
import type { Database } from './database.js'
import { type Place, placeOf } from './place.js'
import type { StatementCache } from './statement-cache.js'

/** Options that no statement of a batch may have. */
const ofRequests = optionsThat((row) => !row.inBatch.includes('statement'))
/** Options that raw CQL says in its text. */
const forWrites = optionsThat((row) => row.isForWrites === true)

/** What an operation does, as far as options are for it or not. `update` and `delete` are those by a filter. */
export type Verb = 'read' | 'save' | 'update' | 'update instance' | 'delete' | 'delete instance'

/** What the options of one operation ask for. */
export class Demand {
  readonly using: Route | undefined
  readonly batch: BatchQuery | undefined
  readonly ttl: number | undefined
  readonly timestamp: Timestamp | undefined
  /** The option that makes it a conditional write. */
  readonly condition: 'iff' | 'ifExists' | 'ifNotExists' | undefined
  /** What goes with the request. */
  readonly request: Partial<RequestOptions> | undefined
  /** In a batch, an option that none of its statements may have. */
  readonly notForBatch: OptionName | undefined
  /** The last operation of statements of a batch that ask for nothing else. */
  last: Operation | undefined
  readonly #iff: OpOptions['iff']
  #conditions: Lightweight | undefined

  /** @throws {BatchError} for a batch that is none */
  constructor (options: OpOptions) {
    this.using = options.using
    this.batch = batchOf(options)
    this.ttl = options.ttl
    this.timestamp = options.timestamp
    this.condition = options.ifExists === true
      ? 'ifExists'
      : options.ifNotExists === true ? 'ifNotExists' : options.iff === undefined ? undefined : 'iff'
    this.request = requestOptions(options)
    this.notForBatch = this.batch === undefined || this.request === undefined
      ? undefined
      : ofRequests.find((name) => options[name] !== undefined)
    this.last = undefined
    this.#iff = options.iff
    this.#conditions = undefined
  }

  /**
   * What the row has to be like, read when first asked for; `ifNotExists` belongs to INSERT.
   * @throws {QueryError} for a key column, or no condition at all
   */
  conditions (table: Table): Lightweight {
    if (this.condition === 'ifExists') return exists
    if (this.condition !== 'iff' || this.#iff === undefined) return unconditional
    this.#conditions ??= readIff(table, this.#iff)
    return this.#conditions
  }

  /** The options of a request: those of the statement's kind, with what the operation overrides. */
  over (base: RequestOptions): RequestOptions {
    return this.request === undefined ? base : { ...base, ...this.request }
  }
}

/** Without options. */
const nothing = new Demand(noOptions)

/** An operation whose place is decided. */
export class Operation {
  readonly model: ModelConstructor
  readonly demand: Demand
  readonly place: Place
  /** The statements of its table. */
  readonly cache: StatementCache
  readonly conditions: Lightweight
  /** What the markers of `USING` are bound to, in the order of the text. */
  readonly using: readonly unknown[]

  constructor (
    model: ModelConstructor, demand: Demand, place: Place, cache: StatementCache, conditions: Lightweight
  ) {
    this.model = model
    this.demand = demand
    this.place = place
    this.cache = cache
    this.conditions = conditions
    this.using = demand.ttl === undefined && demand.timestamp === undefined ? none : boundUsing(demand, place)
  }

  get isConditional (): boolean { return this.demand.condition !== undefined }

  /** Appends what the markers of its conditions are bound to. */
  bindConditions (params: unknown[]): void {
    for (const condition of this.conditions.list) bindCondition(condition, this.place.connection.encoding, params)
  }

  /**
   * The server takes SERIAL and LOCAL_SERIAL for reads only; beside a condition, too.
   * @throws {QueryError} for a write at one of them
   */
  checkSerial (): void {
    const { model, demand: { request } } = this
    if (request === undefined) return
    const { serial, localSerial } = types.consistencies
    if (request.consistency === serial || request.consistency === localSerial) {
      throw new QueryError(`${model[META].name}: SERIAL and LOCAL_SERIAL are for reads; a write has them as ` +
        'serialConsistency, beside a condition')
    }
  }
}

const none: readonly unknown[] = []

function boundUsing ({ ttl, timestamp }: Demand, { connection: { encoding } }: Place): readonly unknown[] {
  const bound: unknown[] = ttl === undefined ? [] : [ttl]
  if (timestamp !== undefined) bound.push(boundInt64(microseconds(timestamp), encoding))
  return bound
}

/**
 * Reads and judges the options of an operation.
 * @throws {QueryError} for an option that is not for it, {BatchError} for a batch that is none
 */
export function demandOf (model: ModelConstructor, options: OpOptions, verb: Verb): Demand {
  if (options === noOptions) return nothing
  if (verb !== 'read' && isBatchAlone(options)) {
    const batch = batchOf(options)
    if (batch !== undefined) {
      batch.plain ??= new Demand(options)
      return batch.plain
    }
  }
  if (verb === 'read') checkReading(model, options)
  else checkWriting(model, options, verb)
  return new Demand(options)
}

/**
 * Reads and judges the options of raw CQL. @throws {QueryError} for what its text has to say, {BatchError} for a batch
 */
export function rawDemand (at: string, options: OpOptions): Demand {
  if (options.batch !== undefined) {
    const error = new BatchError(`${at}: raw CQL cannot be in a batch`)
    refuse(error, options)
    throw error
  }
  const inText = forWrites.find((name) => options[name] !== undefined)
  if (inText !== undefined) throw new QueryError(`${at}: write ${inText} into the CQL text`)
  return new Demand(options)
}

/** True where the options name a batch. */
export function isBatched (options: OpOptions): boolean { return options.batch !== undefined }

/**
 * Decides where an operation goes. Of operations without options the last one of each place is kept, of those that name
 * a batch alone the last one of that.
 * @param origin where the instance comes from
 * @throws {QueryError} for conditions that make no sense, and what {@link placeOf} throws
 */
export function operationOf (
  db: Database, model: ModelConstructor, demand: Demand, origin: Route | undefined
): Operation {
  const conditions = demand.condition === undefined ? unconditional : demand.conditions(tableOf(model))
  const { using, batch } = demand
  const place = placeOf(
    db, model, { using, context: undefined, origin, batched: batch !== undefined, batch: batch?.connection }
  )
  if (demand !== nothing) {
    const { last } = demand
    if (last !== undefined && last.place === place && last.model === model) return last
    const operation = new Operation(model, demand, place, db.cacheOf(tableOf(model)), conditions)
    if (batch?.plain === demand) demand.last = operation
    return operation
  }
  place.plain ??= new Operation(model, nothing, place, db.cacheOf(tableOf(model)), unconditional)
  return place.plain
}

function batchOf ({ batch }: OpOptions): BatchQuery | undefined {
  if (batch === undefined || batch instanceof BatchQuery) return batch
  throw new BatchError('batch takes what db.batch() hands to its function, or a new db.BatchQuery()')
}

/** What only a write has, or only a read lacks, must not be believed to have an effect. */
function checkReading (model: ModelConstructor, options: OpOptions): void {
  const at = model[META].name
  if (batchOf(options) !== undefined) {
    const error = new QueryError(`${at}: only writes can be in a batch; take the reads out of it`)
    refuse(error, options)
    throw error
  }
  const writing = writeOption(options)
  if (writing !== undefined) throw new QueryError(`${at}: ${writing} is for writes; a read has none`)
  if (options.consistency === types.consistencies.any) {
    throw new QueryError(`${at}: the consistency ANY is for writes; read at ONE or above`)
  }
}

function checkWriting (model: ModelConstructor, options: OpOptions, verb: Verb): void {
  const { name } = model[META]
  const isDeletion = verb === 'delete' || verb === 'delete instance'
  if (isDeletion && options.ttl !== undefined) throw new QueryError(`${name}.delete: a deletion has no ttl`)
  if (options.ifNotExists === true && (isDeletion || verb === 'update')) {
    throw new QueryError(`${name}.${isDeletion ? 'delete' : 'update'}: ifNotExists is for ` +
      `${verb === 'delete instance' ? 'new rows' : 'create'}`)
  }
  if (!tableOf(model).isCounter) return
  const forRows = writeOption(options)
  if (forRows !== undefined) throw new QueryError(`${name}: a counter table takes no ${forRows}`)
}
