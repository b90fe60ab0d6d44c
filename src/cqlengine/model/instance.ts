import type { Route } from '../connection/route.js'
import { DoesNotExist, ModelDefinitionError, MultipleObjectsReturned } from '../errors.js'
import { changedByHand, valueOf } from './changes.js'
import { fill, newState } from './construct.js'
import { hiddenColumn, hydrate } from './hydrate.js'
import { META, type ModelConstructor, type ModelMeta, tableOf } from './meta.js'
import type { BatchLike, Consistency, OpOptions, Timestamp } from './operations.js'
import { addOption, mergeOptions } from './options.js'
import { rowSchema } from './schema.js'
import type { State } from './state.js'
import { equalInstances, toJSON, toObject, validateInstance } from './whole.js'
import { readValues, unknownColumn, Violations } from './values.js'

const checkedClasses = new WeakSet<object>()

/**
 * Finds class fields that hide a column. They are defined after our constructor ran, out of its sight; so the first instance of each
 * class is made behind a proxy, which sees them. Loaded instances are looked at in `hydrate.ts`.
 */
class FieldGuard {
  constructor () {
    const { loading, table, name } = (new.target as unknown as ModelConstructor)[META]
    if (loading.target === new.target || checkedClasses.has(new.target)) return
    checkedClasses.add(new.target)
    return new Proxy(this, {
      defineProperty (target, key, descriptor) {
        // An assignment to an existing property brings the value alone, a field all attributes.
        if ('configurable' in descriptor && Object.hasOwn(target, key) && typeof key === 'string' && table?.byName.has(key) === true) {
          checkedClasses.delete(target.constructor)
          throw hiddenColumn(name, key)
        }
        return Reflect.defineProperty(target, key, descriptor)
      }
    })
  }
}

/**
 * The body of every model class: what `db.Model` is before it has columns. Columns are own properties of the instance; all else is in
 * one private slot. The types that users see are in `api.ts`.
 */
export class ModelInstance extends FieldGuard {
  static readonly [META]: ModelMeta
  static keyspace?: string
  static connection?: string
  static #stateOf: (instance: object) => State | undefined

  readonly #state: State

  static {
    this.#stateOf = (instance) => #state in instance ? instance.#state : undefined
  }

  constructor (values?: unknown) {
    super()
    const model = new.target as unknown as ModelConstructor
    const { loading } = model[META]
    if (loading.state !== undefined && loading.target === model) {
      this.#state = loading.state
      loading.target = loading.state = undefined
      return
    }
    this.#state = newState(model)
    fill(this as unknown as Record<string, unknown>, this.#state, values)
  }

  /** For the layers above; `undefined` for what is no instance of any model. */
  static stateOf (instance: object): State | undefined { return this.#stateOf(instance) }

  get pk (): unknown {
    const { key } = tableOf(this.#state.model)
    if (key.length === 1) return valueOf(this, key[0]?.name ?? '')
    return key.map((c) => valueOf(this, c.name))
  }

  get isPersisted (): boolean { return this.#state.stored !== undefined }

  async save (options?: OpOptions): Promise<this> {
    await this.#engine.save(this, this.#state, this.#take(options))
    return this
  }

  async update (values: unknown, options?: OpOptions): Promise<this> {
    await this.#engine.update(this, this.#state, values, this.#take(options))
    return this
  }

  async delete (options?: OpOptions): Promise<void> {
    await this.#engine.delete(this, this.#state, this.#take(options))
  }

  validate (): void { validateInstance(this, this.#state) }

  equals (other: unknown): boolean {
    const state = typeof other === 'object' && other !== null ? ModelInstance.stateOf(other) : undefined
    return state !== undefined && equalInstances(this, this.#state, other as object, state)
  }

  getChangedColumns (): string[] {
    return changedByHand(this, this.#state, tableOf(this.#state.model).columns).map((c) => c.name)
  }

  toObject (): Record<string, unknown> { return toObject(this, this.#state) }
  toJSON (): Record<string, unknown> { return toJSON(this, this.#state) }

  ttl (seconds: number): this { return this.#set('ttl', seconds) }
  timestamp (at: Timestamp): this { return this.#set('timestamp', at) }
  consistency (level: Consistency): this { return this.#set('consistency', level) }
  serialConsistency (level: Consistency): this { return this.#set('serialConsistency', level) }
  timeout (ms: number): this { return this.#set('timeout', ms) }
  ifExists (): this { return this.#set('ifExists', true) }
  ifNotExists (): this { return this.#set('ifNotExists', true) }
  iff (where: Record<string, unknown>): this { return this.#set('iff', where) }
  using (to: Route): this { return this.#set('using', to) }
  batch (batch: BatchLike | null): this { return this.#set('batch', batch) }
  profile (name: string): this { return this.#set('profile', name) }
  idempotent (yes: boolean = true): this { return this.#set('idempotent', yes) }

  get #engine (): ModelMeta['engine'] { return this.#state.model[META].engine }

  #set (name: keyof OpOptions, value: unknown): this {
    this.#state.next = addOption(this.#state.next, name, value, `${this.#state.model[META].name}.${name}()`)
    return this
  }

  /** What the chain setters collected is for one operation, whatever becomes of it (B04). */
  #take (given: OpOptions | undefined): OpOptions | undefined {
    const collected = this.#state.next
    this.#state.next = undefined
    return collected === undefined ? given : mergeOptions(collected, given, this.#state.model[META].name)
  }

  // ------------------------------------------------------------------------------------------------ statics
  static get columns (): unknown { return this[META].columns }
  static get tableName (): string { return this[META].table?.name ?? '' }
  static get DoesNotExist (): typeof DoesNotExist { return errorsOf(this).DoesNotExist }
  static get MultipleObjectsReturned (): typeof MultipleObjectsReturned { return errorsOf(this).MultipleObjectsReturned }

  static get objects (): Query { return this[META].engine.querySet(inside(this)) as Query }

  static async create (values: unknown, options?: OpOptions): Promise<object> {
    return await new this(values ?? {}).save(options) // not the engine's: a save() of the user's is always used
  }

  static async createMany (rows: unknown, options?: unknown): Promise<{ written: number }> {
    return await this[META].engine.createMany(inside(this), rows, options)
  }

  static async all (): Promise<object[]> { return await this.objects.all() }
  static async get (where: unknown): Promise<object> { return await this.objects.get(where) }
  static filter (...where: unknown[]): Query { return this.objects.filter(...where) }
  static ttl (seconds: number): Query { return this.objects.ttl(seconds) }
  static timestamp (at: Timestamp): Query { return this.objects.timestamp(at) }
  static consistency (level: Consistency): Query { return this.objects.consistency(level) }
  static serialConsistency (level: Consistency): Query { return this.objects.serialConsistency(level) }
  static timeout (ms: number): Query { return this.objects.timeout(ms) }
  static ifExists (): Query { return this.objects.ifExists() }
  static ifNotExists (): Query { return this.objects.ifNotExists() }
  static iff (where: Record<string, unknown>): Query { return this.objects.iff(where) }
  static using (to: Route): Query { return this.objects.using(to) }
  static batch (batch: BatchLike): Query { return this.objects.batch(batch) }
  static profile (name: string): Query { return this.objects.profile(name) }
  static idempotent (yes: boolean = true): Query { return this.objects.idempotent(yes) }

  static toJSONSchema (options?: unknown): Record<string, unknown> { return rowSchema(inside(this), options) }

  /** A clean instance from values in any accepted form, as if it had been loaded: for caches and tests. */
  static hydrate (row: unknown): object {
    const model = inside(this)
    const table = tableOf(model)
    const violations = new Violations()
    const stored: Record<string, unknown> = {}
    for (const [name, value] of readValues(row, model[META].name)) {
      const column = table.byName.get(name)
      if (column === undefined) violations.add(name, unknownColumn(name, table.columns))
      else if (value !== undefined) stored[column.field] = value === null ? null : violations.try(name, () => column.type.convert(value))
    }
    violations.finish(model[META].name)
    const columns = table.columns.filter((c) => Object.hasOwn(stored, c.field))
    return hydrate(model, [stored], { origin: undefined, columns: columns.length === table.columns.length ? table.columns : columns, form: 'instance' })[0] as object
  }

  static register (): void {
    const { family, variant, name } = this[META]
    if (family === undefined || variant === undefined) throw new ModelDefinitionError(`${name}: register() is for the children of a polymorphic model, made by polymorphic()`)
    family.register(inside(this))
  }
}

/** The part of a query set that the statics above use. */
type Query = {
  readonly [method in 'ttl' | 'timestamp' | 'consistency' | 'serialConsistency' | 'timeout' | 'ifExists' | 'ifNotExists' | 'iff' | 'using' | 'batch' | 'profile' | 'idempotent' | 'filter']: (...values: unknown[]) => Query
} & { all (): Promise<object[]>, get (where: unknown): Promise<object> }

/** The same class, with the members that only the inside may use. */
const inside = (model: typeof ModelInstance): ModelConstructor => model as unknown as ModelConstructor

interface OwnErrors { readonly DoesNotExist: typeof DoesNotExist, readonly MultipleObjectsReturned: typeof MultipleObjectsReturned }
const ownErrors = new WeakMap<ModelMeta, OwnErrors>()

/** Each model has error classes of its own, below those of its base: catching `User.DoesNotExist` catches no other model's (MOD-17). */
function errorsOf (model: typeof ModelInstance): OwnErrors {
  const meta = model[META]
  let own = ownErrors.get(meta)
  if (own === undefined) {
    let base: unknown = Object.getPrototypeOf(model)
    while (typeof base === 'function' && (base as typeof ModelInstance)[META] === meta) base = Object.getPrototypeOf(base)
    const parent = typeof base === 'function' && (base as typeof ModelInstance)[META] !== undefined ? errorsOf(base as typeof ModelInstance) : { DoesNotExist, MultipleObjectsReturned }
    own = {
      DoesNotExist: class extends parent.DoesNotExist {},
      MultipleObjectsReturned: class extends parent.MultipleObjectsReturned {}
    }
    ownErrors.set(meta, own)
  }
  return own
}
