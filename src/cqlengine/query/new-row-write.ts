import type { RequestOptions } from '../connection/session.js'
import type { types } from '../driver.js'
import { blueprintOf, settledAt } from '../model/compile/blueprint.js'
import { markStored } from '../model/changes.js'
import { ModelInstance } from '../model/instance.js'
import { type ModelConstructor, tableOf } from '../model/meta.js'
import type { NewRow } from '../model/compile/new-row.js'
import type { State } from '../model/state.js'
import type { TableColumn } from '../model/table.js'
import { endTurn } from './instance-order.js'
import type { Writing } from './instance-write.js'
import { type Demand, type Operation, operationOf } from './operation.js'
import type { Write } from './pending-write.js'
import type { Prepared, Statement } from './statement-cache.js'
import { confirm } from './write.js'
import { insertOfBits } from './write-statements.js'

/**
 * The quick insert: of a new instance that holds nothing unusual; see `ReadNewRow`. `undefined`: the general path has
 * to be taken.
 */
export function quickInsert (w: Writing, instance: object, state: State, demand: Demand): NewRowWrite | undefined {
  const { model, stored, accepted, givenEmpty } = state
  if (stored !== undefined || accepted === undefined || givenEmpty !== undefined || demand.condition === 'ifExists' ||
    demand.condition === 'iff') return undefined
  const { readNewRow } = blueprintOf(model)
  if (readNewRow === undefined || (instance as { validate: unknown }).validate !== ModelInstance.prototype.validate) {
    return undefined
  }
  const operation = operationIfAny(w, state, demand)
  if (operation === undefined) return undefined
  const { encoding } = operation.place.connection
  if (encoding.classes !== 'own') return undefined
  const row = readNewRow(instance, accepted, encoding)
  return row === undefined
    ? undefined
    : new NewRowWrite(instance, state, operation, row, insertOfBits(w.cache, model, operation, row.bits))
}

/** What is wrong with the place is told after what is wrong with the values. */
function operationIfAny ({ db }: Writing, { model, source }: State, demand: Demand): Operation | undefined {
  try {
    return operationOf(db, model, demand, source.origin)
  } catch {
    return undefined
  }
}

/** The write and its statement in one object, for each of them costs as much as a value of the row. */
export class NewRowWrite implements Write<object>, Statement {
  /** See model/compile/shape.ts: one that nobody sends. */
  static readonly kept = new NewRowWrite(
    {},
    { model: undefined, accepted: [] } as never,
    { demand: {}, using: [] } as never,
    { params: [], bytes: 0, bits: 0, stored: {} },
    { cql: '', request: { kind: 'write' } }
  )

  readonly cql: string
  readonly request: RequestOptions
  readonly params: readonly unknown[]
  readonly bytes: number
  readonly operation: Operation
  readonly model: ModelConstructor
  readonly #instance: object
  readonly #state: State
  /** It belongs to the state once the write has succeeded. */
  readonly #stored: Record<string, unknown>

  constructor (
    instance: object, state: State, operation: Operation, { params, bytes, stored }: NewRow, { cql, request }: Prepared
  ) {
    for (const param of operation.using) params.push(param)
    this.bytes = bytes + 8 * operation.using.length
    this.cql = cql
    this.request = request
    this.params = params
    this.operation = operation
    this.model = state.model
    this.#instance = instance
    this.#state = state
    this.#stored = stored
  }

  get statement (): Statement { return this }
  partition (): readonly unknown[] { return this.#bound(tableOf(this.model).partitionKey) }
  row (): readonly unknown[] { return this.#bound(tableOf(this.model).clustering) }
  written (): void { this.settle(this.#state) }

  received (answer: types.ResultSet): object {
    confirm(this, answer)
    return this.#instance
  }

  ended (): void { endTurn(this.#state) }

  /** What the instance's state becomes once the write has succeeded. */
  settle (state: State): void {
    markStored(state, this.#stored)
    state.source = settledAt(state.source, this.operation.place.origin)
  }

  #bound (key: readonly TableColumn[]): readonly unknown[] {
    // None of the key can change in place, so that it is stored as instances hold it.
    return key.map((c) => c.type.toDriver(this.#stored[c.field], this.operation.place.connection.encoding))
  }
}
