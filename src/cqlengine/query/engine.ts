import { ModelDefinitionError } from '../errors.js'
import type { Engine, WriteVerb } from '../model/engine.js'
import { classOfView, META, type ModelConstructor, type ModelMeta, tableOf } from '../model/meta.js'
import type { OptionSetters } from '../model/operation-options.js'
import type { BatchLike, OpOptions } from '../model/operations.js'
import { hasOwnObjects } from '../model/instance.js'
import { checkNoView } from '../model/read-only.js'
import type { State } from '../model/state.js'
import { createMany } from './writing/create-many.js'
import { BatchQuery } from './operation/batch.js'
import type { Database } from './operation/database.js'
import { deleteInstance } from './writing/instance-delete.js'
import { saveInstance } from './writing/instance-save.js'
import { updateInstance } from './writing/instance-update.js'
import { QuerySet } from './query-set.js'
import { standardOf } from './standard.js'

/** The query layer of one `db`: what its models call. Knows its models. */
export class QueryEngine implements Engine {
  readonly db: Database
  readonly #models: ModelConstructor[] = []
  /** Definitions that said `replace`. */
  readonly #replacing = new WeakSet<ModelMeta>()
  /** All rows of each model. */
  readonly #querySets = new WeakMap<ModelConstructor, QuerySet>()

  constructor (db: Database) { this.db = db }

  get models (): readonly ModelConstructor[] { return this.#models }

  querySet (model: ModelConstructor): QuerySet {
    let all = this.#querySets.get(model)
    if (all === undefined) {
      this.#querySets.set(model, all = QuerySet.of(this.db, model))
      this.know(classOfView(model))
    }
    return all.copy()
  }

  batched (model: ModelConstructor, batch: unknown): object {
    const isOurs = batch instanceof BatchQuery
    if (isOurs && batch.writes?.model === model) return batch.writes.querySet
    // The inside of a model declares no query sets, and the setters are made from their table.
    const querySet = (model as unknown as { objects: OptionSetters<object> }).objects.batch(batch as BatchLike)
    if (isOurs && !hasOwnObjects(model)) batch.writes = { model, querySet }
    return querySet
  }

  write (verb: WriteVerb, instance: object, state: State, options: OpOptions, values?: unknown): Promise<unknown> {
    const { db } = this
    checkNoView(tableOf(state.model))
    switch (verb) {
      case 'save': return saveInstance(db, instance, state, options)
      case 'update': return updateInstance(db, instance, state, values, options)
      case 'delete': return deleteInstance(db, instance, state, options)
    }
  }

  standard (model: ModelConstructor, purpose: unknown): object { return standardOf(model, purpose) }

  async createMany (model: ModelConstructor, rows: unknown, options: unknown): Promise<{ written: number }> {
    checkNoView(tableOf(model))
    return await createMany(model, rows, options)
  }

  register (model: ModelConstructor, replace = false): void {
    const { name } = tableOf(model)
    if (replace) this.#replacing.add(model[META])
    const at = this.#models.findIndex((m) => m[META] === model[META])
    // Statics of the user's class may say another place than its definition.
    const other = this.#models.findIndex((m) =>
      m[META] !== model[META] && tableOf(m).name === name && m.keyspace === model.keyspace &&
        m.connection === model.connection)
    if (other >= 0 && this.#replacing.has(model[META])) {
      this.#models[other] = model
      if (at >= 0) this.#models.splice(at, 1)
    } else if (at >= 0) {
      this.#models[at] = model // the user's class, which may have statics of its own
    } else if (other >= 0) {
      throw new ModelDefinitionError(`Table "${name}": a model of this table is defined already, with the same ` +
        'keyspace and connection. Import that one; a further class of rows is made by polymorphic(). Where the ' +
        'module is evaluated twice, as by hot reload, give define() the option replace: true')
    } else {
      this.#models.push(model)
    }
  }

  know (model: ModelConstructor): void {
    const listed = this.#models.find((m) => m[META] === model[META])
    // What define() gave has the definition itself, a class of the user's inherits it. Of several the first counts,
    // unless one says register().
    if (listed !== undefined && listed !== model && Object.hasOwn(listed, META)) this.register(model)
  }
}
