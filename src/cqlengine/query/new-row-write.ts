import type { RequestOptions } from '../connection/session.js'
import type { types } from '../driver.js'
import { blueprintOf, settledAt } from '../model/blueprint.js'
import { markStored } from '../model/changes.js'
import { ModelInstance } from '../model/instance.js'
import { type ModelConstructor, tableOf } from '../model/meta.js'
import type { NewRow } from '../model/new-row.js'
import type { OpOptions } from '../model/operations.js'
import type { State } from '../model/state.js'
import type { TableColumn } from '../model/table.js'
import { insertOfBits } from './insert-statement.js'
import { endTurn } from './instance-order.js'
import { instancePlace } from './instance-place.js'
import type { Writing } from './instance-write.js'
import type { Write } from './pending-write.js'
import type { Place } from './place.js'
import type { Prepared, Statement } from './statement-cache.js'
import { bindUsing, confirm, isConditional } from './write.js'

/** The INSERT of a new instance that holds nothing unusual; see `ReadNewRow`. `undefined`: the way for all cases has to be taken. */
export function usualInsert (w: Writing, instance: object, state: State, op: OpOptions): NewRowWrite | undefined {
  const { model, stored, accepted, givenEmpty } = state
  if (stored !== undefined || accepted === undefined || givenEmpty !== undefined || op.ifExists === true || op.iff !== undefined) return undefined
  const { readNewRow } = blueprintOf(model)
  if (readNewRow === undefined || (instance as { validate: unknown }).validate !== ModelInstance.prototype.validate) return undefined
  const place = placeIfAny(w, state, op)
  if (place === undefined) return undefined
  const { encoding } = place.connection
  if (encoding.classes !== 'own') return undefined
  const row = readNewRow(instance, accepted, encoding)
  return row === undefined ? undefined : new NewRowWrite(instance, state, place, row, insertOfBits(w.cache, model, place.keyspace, op, row.bits), op)
}

/** What is wrong with the place is told after what is wrong with the values. */
function placeIfAny ({ db }: Writing, state: State, op: OpOptions): Place | undefined {
  try {
    return instancePlace(db, state, op)
  } catch {
    return undefined
  }
}

/** The write and its statement in one object, for each of them costs as much as a value of the row. */
export class NewRowWrite implements Write<object>, Statement {
  /** See model/shape.ts: one that nobody sends. */
  static readonly kept = new NewRowWrite({}, { model: undefined, accepted: [] } as never, undefined as never, { params: [], bytes: 0, bits: 0, stored: {} }, { cql: '', request: { kind: 'write' } }, {})

  readonly cql: string
  readonly request: RequestOptions
  readonly params: readonly unknown[]
  readonly bytes: number
  readonly place: Place
  readonly model: ModelConstructor
  readonly conditional: boolean
  readonly #instance: object
  readonly #state: State
  /** It belongs to the state once the write has succeeded. */
  readonly #stored: Record<string, unknown>

  constructor (instance: object, state: State, place: Place, { params, bytes, stored }: NewRow, { cql, request }: Prepared, op: OpOptions) {
    bindUsing(op, place, params)
    this.bytes = bytes + (op.ttl === undefined ? 0 : 8) + (op.timestamp === undefined ? 0 : 8)
    this.cql = cql
    this.request = request
    this.params = params
    this.place = place
    this.model = state.model
    this.conditional = isConditional(op)
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
    state.source = settledAt(state.source, this.place.origin)
  }

  #bound (key: readonly TableColumn[]): readonly unknown[] {
    // None of the key can change in place, so that it is stored as instances hold it.
    return key.map((c) => c.type.toDriver(this.#stored[c.field], this.place.connection.encoding))
  }
}
