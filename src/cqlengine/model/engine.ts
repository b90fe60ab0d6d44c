import type { ModelConstructor } from './meta.js'
import type { OpOptions } from './operations.js'
import type { State } from './state.js'

/** The methods of instances that write. */
export type WriteVerb = 'save' | 'update' | 'delete'

/** What models need from the query layer above them; `query/engine.ts` is it. One per `db`. */
export interface Engine {
  /** A fresh query set over all rows of the model. */
  querySet (model: ModelConstructor): object
  /** The one for writes in a batch: one and the same in a loop. @throws {QueryError} for what is no batch */
  batched (model: ModelConstructor, batch: unknown): object
  /**
   * Writes an instance, and gives it; a deletion gives nothing. What is refused before anything is sent is thrown.
   * @param options checked ones
   * @param values of an update
   */
  write (verb: WriteVerb, instance: object, state: State, options: OpOptions, values?: unknown): Promise<unknown>
  /** See `Model.standard`. */
  standard (model: ModelConstructor, purpose: unknown): object
  createMany (model: ModelConstructor, rows: unknown, options: unknown): Promise<{ written: number }>
  /**
   * Called for each concrete model at its definition, and by `register()` for the class of the user's.
   * @param replace whether it takes the place of the model that there is of this table
   * @throws {ModelDefinitionError} for a second model of the same place
   */
  register (model: ModelConstructor, replace?: boolean): void
  /** A class is used for the first time: from then on it stands for the one that `define` gave. */
  know (model: ModelConstructor): void
}
