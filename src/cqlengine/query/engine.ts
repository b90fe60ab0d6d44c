import { ModelDefinitionError } from '../errors.js'
import type { Engine } from '../model/engine.js'
import { META, type ModelConstructor, tableOf } from '../model/meta.js'
import type { OpOptions } from '../model/operations.js'
import { mergeOptions, noOptions } from '../model/options.js'
import type { State } from '../model/state.js'
import type { Table } from '../model/table.js'
import { createMany } from './create-many.js'
import { updateByValues } from './instance-update.js'
import type { Writing } from './instance-write.js'
import { deleteInstance, saveInstance } from './instance-writes.js'
import type { PageTokens } from './page-token.js'
import type { Database } from './place.js'
import { QuerySet } from './query-set.js'
import type { Querying } from './querying.js'
import { standardOf } from './standard.js'
import { KeptTexts, StatementCache } from './statement-cache.js'

/** The query layer of one `db`: what its models call. Owns the models and their statements. */
export class QueryEngine implements Engine, Querying {
  readonly db: Database
  readonly #models: ModelConstructor[] = []
  readonly #texts = new KeptTexts()
  /** All rows of each model. */
  readonly #querySets = new WeakMap<ModelConstructor, QuerySet>()
  /** By table, for a model and its views in contexts have one. */
  readonly #writings = new WeakMap<Table, Writing>()
  readonly #pageTokens: () => PageTokens

  /** @param pageTokens asked for at each use, because the secret comes with `init` */
  constructor (db: Database, pageTokens: () => PageTokens) {
    this.db = db
    this.#pageTokens = pageTokens
  }

  get pageTokens (): PageTokens { return this.#pageTokens() }
  get models (): readonly ModelConstructor[] { return this.#models }

  readonly cacheOf = (table: Table): StatementCache => this.#writing(table).cache

  querySet (model: ModelConstructor): QuerySet {
    let all = this.#querySets.get(model)
    if (all === undefined) this.#querySets.set(model, all = QuerySet.of(this, model))
    return all.copy()
  }

  save<T extends object> (instance: T, state: State, options: OpOptions | undefined): Promise<T> {
    return saveInstance(this.#writing(tableOf(state.model)), instance, state, this.#options(state, 'save', options))
  }

  update<T extends object> (instance: T, state: State, values: unknown, options: OpOptions | undefined): Promise<T> {
    return updateByValues(this.#writing(tableOf(state.model)), instance, state, values, this.#options(state, 'update', options))
  }

  delete (instance: object, state: State, options: OpOptions | undefined): Promise<void> {
    return deleteInstance(this.#writing(tableOf(state.model)), instance, state, this.#options(state, 'delete', options))
  }

  standard (model: ModelConstructor, purpose: unknown): object { return standardOf(model, purpose) }

  async createMany (model: ModelConstructor, rows: unknown, options: unknown): Promise<{ written: number }> {
    tableOf(model)
    return await createMany(model, rows, options)
  }

  register (model: ModelConstructor): void {
    const { name } = tableOf(model)
    const known = this.#models.findIndex((m) => m[META] === model[META])
    if (known >= 0) {
      this.#models[known] = model // the user's class, which may have statics of its own
      return
    }
    const other = this.#models.find((m) => tableOf(m).name === name && m.keyspace === model.keyspace && m.connection === model.connection)
    if (other !== undefined) {
      throw new ModelDefinitionError(`Table "${name}": a model of this table is defined already, with the same keyspace and connection. Import that one; a further class of rows is made by polymorphic()`)
    }
    this.#models.push(model)
  }

  #writing (table: Table): Writing {
    let writing = this.#writings.get(table)
    if (writing === undefined) this.#writings.set(table, writing = { db: this.db, cache: new StatementCache(this.#texts) })
    return writing
  }

  #options (state: State, what: string, options: OpOptions | undefined): OpOptions {
    return options === undefined ? noOptions : mergeOptions(undefined, options, `${state.model[META].name}.${what}`)
  }
}
