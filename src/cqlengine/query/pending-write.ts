import type { Receiver } from '../connection/session.js'
import type { ModelConstructor } from '../model/meta.js'
import type { State } from '../model/state.js'
import type { Operation } from './operation.js'
import type { Statement } from './statement-cache.js'

/**
 * A write that is ready to be sent or to go into a batch. By itself it receives its answer, in a batch it is told by
 * {@link written}.
 */
export interface Write<T = unknown> extends Receiver<T> {
  readonly statement: Statement
  readonly operation: Operation
  readonly model: ModelConstructor
  /**
   * Values of the partition key, in the driver's form: a conditional batch is for one partition. Undefined where
   * several are meant.
   */
  partition (): readonly unknown[] | undefined
  /**
   * The row within the partition, in the driver's form; undefined where nothing is known of it, or several are meant.
   */
  row (): readonly unknown[] | undefined
  /** Once the server confirmed it; not before (B03). */
  written (): void
}

/**
 * The last write of an instance that waits in a batch: what it was made from, and what it makes of a state once it has
 * succeeded.
 */
export interface Foreseen { readonly base: State, readonly settle: (state: State) => void }
