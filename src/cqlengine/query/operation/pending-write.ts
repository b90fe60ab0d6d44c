import { bytesOf } from '../../columns/size.js'
import { ofKind } from '../../connection/door.js'
import type { Receiver } from '../../connection/session.js'
import type { types } from '../../driver.js'
import { LWTError } from '../../errors.js'
import { keep } from '../../model/compile/keepers.js'
import { META, type ModelConstructor, tableOf } from '../../model/meta.js'
import type { State } from '../../model/state.js'
import type { TableColumn } from '../../model/table.js'
import { endTurn } from './instance-order.js'
import type { Operation } from './operation.js'
import { rowsRefused } from './result-types.js'
import type { Statement } from './statement-cache.js'
import { checkSize } from './statement-size.js'

/**
 * The values of these columns of the key, in the driver's form; undefined where one of them is not known, or several
 * rows are meant.
 */
export type RowKey = (columns: readonly TableColumn[], write: PendingWrite) => readonly unknown[] | undefined

/** What the state of an instance becomes once its write has succeeded. */
export type Settle = (state: State, write: PendingWrite) => void

/** What becomes of no instance. */
export const settlesNothing: Settle = () => {}

/**
 * A write that is ready to be sent or to go into a batch. By itself it receives its answer, in a batch it is told by
 * {@link PendingWrite.written}. T: what the caller gets, an instance or nothing.
 */
export class PendingWrite<T = unknown> implements Receiver<T> {
  readonly operation: Operation
  readonly statement: Statement
  /** Of the instance that is written, if it is one. */
  readonly state: State | undefined
  /** The new row, where that is all that its settling needs to know: then one function will do for all such writes. */
  readonly newRow: Readonly<Record<string, unknown>> | undefined
  /** In a batch, what counted as stored when it was made, of an instance's. */
  base: State | undefined
  readonly #outcome: T
  readonly #settle: Settle
  readonly #key: RowKey | undefined

  /**
   * @param outcome what the caller gets
   * @param state of the instance that is written, if it is one
   * @param settle what becomes of that
   * @param key of the row; asked in batches only, so that others need none
   * @param newRow for `settle` and `key`
   */
  constructor (
    operation: Operation,
    statement: Statement,
    outcome: T,
    state: State | undefined,
    settle: Settle,
    key: RowKey | undefined,
    newRow: Readonly<Record<string, unknown>> | undefined
  ) {
    this.operation = operation
    this.statement = statement
    this.state = state
    this.newRow = newRow
    this.base = undefined
    this.#outcome = outcome
    this.#settle = settle
    this.#key = key
  }

  get model (): ModelConstructor { return this.operation.model }

  /** The partition, for a conditional batch is for one. Undefined where several are meant. */
  partition (): readonly unknown[] | undefined { return this.#key?.(tableOf(this.model).partitionKey, this) }
  /** The row within its partition; undefined where nothing is known of it, or several are meant. */
  row (): readonly unknown[] | undefined { return this.#key?.(tableOf(this.model).clustering, this) }

  /** What becomes of the instance's state, or of one that is only foreseen, once it has succeeded. */
  settle (state: State): void { this.#settle(state, this) }

  /**
   * Puts it into the batch of its operation, or gives it back, checked, to be sent. Happens before the first await, and
   * what fails here has sent nothing.
   * @param base what counted as stored when it was made, of an instance's
   * @throws {BatchError} when the batch cannot take it; {QueryError} {ValidationError} for what the server would refuse
   */
  ready (base?: State): this | undefined {
    const { operation, statement: { params, bytes } } = this
    const { batch } = operation.demand
    if (batch === undefined) {
      checkSize(this.model, bytes ?? bytesOf(params))
      operation.checkSerial()
      return this
    }
    this.base = base
    batch.add(this)
    return undefined
  }

  /** Sends it, checked. @throws {LWTError} when a condition was not met */
  send (): Promise<T> {
    const { operation: { demand, place }, statement: { cql, params, request } } = this
    return place.connection.session.send(cql, params, demand.over(ofKind('write', request)), this)
  }

  /** Once the server confirmed it; not before (B03). */
  written (): void { if (this.state !== undefined) this.settle(this.state) }

  received (answer: types.ResultSet): T {
    if (this.operation.isConditional && !answer.wasApplied()) {
      throw new LWTError(
        `${this.model[META].name}: the condition was not met, so nothing was written`,
        rowsRefused(this.model, this.operation.place, answer)
      )
    }
    this.written()
    return this.#outcome
  }

  ended (): void { if (this.state !== undefined) endTurn(this.state) }
}

/** For what is only kept. */
const nothing: Statement = { cql: '', params: [], request: { kind: 'write' } }
// Of no operation, for nobody ever sends it.
keep(() => new PendingWrite(undefined as never, nothing, undefined, undefined, settlesNothing, undefined, undefined))
