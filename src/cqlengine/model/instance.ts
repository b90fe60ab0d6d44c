import { isProxy } from 'node:util/types'
import { BatchError, DoesNotExist, MultipleObjectsReturned, QueryError } from '../errors.js'
import { changedByHand } from './changes.js'
import { type Blueprint, blueprintOf, valuesOf } from './compile/blueprint.js'
import { fill } from './new-instance.js'
import { dropAssigned } from './defaults.js'
import type { WriteVerb } from './engine.js'
import { checkAccessors, guarded, hiddenColumn } from './field-guard.js'
import { fromRow } from './load.js'
import { storedFrom } from './compile/rows.js'
import { construction } from './construction.js'
import { baseJudged } from './judging.js'
import { META, type ModelConstructor, type ModelMeta, tableOf } from './meta.js'
import type { OpOptions } from './operations.js'
import {
  addOption, installSetters, mergeOptions, noOptions, ownOptions, type OptionName, type OptionSetters
} from './operation-options.js'
import { valueOf } from './compile/layout.js'
import { batchIn, refusal, refuse, watched } from './refusal.js'
import { inspect, type InspectArguments, printed } from './printing.js'
import { copiedByJest } from './test-printing.js'
import { modelSchema } from './schema.js'
import type { SchemaOptions } from './schema-types.js'
import { type Loaded, type Seen, type Source, State } from './state.js'
import type { TableColumn } from './table.js'
import { copyToJSON, equalInstances, toJSON, toObject } from './plain-forms.js'
import { validateInstance } from './validate.js'

class GuardedInstance {
  constructor () {
    const isOfRow = construction.isOfRow(new.target)
    if (isOfRow && !construction.isProbe) return
    const { proof, table, name } = blueprintOf(inside(new.target))
    if (proof.done && !isOfRow) return
    return guarded(this, table.byName, proof, (column) => hiddenColumn(name, column))
  }
}

/**
 * The body of every model class: what `db.Model` is before it has columns. Columns are own properties of the instance;
 * all else is in private slots. The chain setters are added below; the types that users see are in `instance-api.ts`.
 */
export class ModelInstance extends GuardedInstance {
  static readonly [META]: ModelMeta
  static keyspace?: string
  static connection?: string
  static #stateOf: (instance: object) => State | undefined
  static #seen: (instance: object) => Seen | undefined

  /** Of a loaded instance its source, until it is used: most are only read. */
  #state: State | Source
  #loaded: Loaded | undefined

  static {
    this.#stateOf = (instance) => {
      if (!(#state in instance)) return undefined
      const state = instance.#state
      if (state instanceof State) return state
      const loaded = instance.#loaded
      instance.#loaded = undefined
      const used = instance.#state = new State(state, loaded === undefined ? undefined : storedFrom(state, loaded))
      return used
    }
    this.#seen = (instance) => {
      if (!(#state in instance)) return undefined
      const state = instance.#state
      if (state instanceof State) return state
      const loaded = instance.#loaded
      return { source: state, stored: loaded === undefined ? undefined : storedFrom(state, loaded) }
    }
  }

  /**
   * @throws {ValidationError} for unknown names and values that their columns refuse, {ModelDefinitionError} for
   * abstract bases
   */
  constructor (values?: unknown) {
    super()
    if (construction.isOfRow(new.target)) {
      this.#state = construction.source
      this.#loaded = construction.loaded
      construction.rowTaken()
      return
    }
    const model = inside(new.target)
    const blueprint = blueprintOf(model)
    const { proof } = blueprint
    if (!proof.done) proveAccessors(model, blueprint)
    const state = this.#state = new State(blueprint.fresh, undefined)
    state.watched = !construction.takeCreated(new.target) || !blueprint.savesAsUsual
    fill(this, state, blueprint, values)
    proof.done = true
  }

  /** For the layers above; `undefined` for what is no instance of any model. */
  static stateOf (instance: object): State | undefined { return this.#stateOf(instance) }

  /** Of a copy too, as loggers make it. */
  get pk (): unknown {
    const { partitionKey } = tableOf(
      ModelInstance.stateOf(this)?.model ?? inside(this.constructor as typeof GuardedInstance)
    )
    if (partitionKey.length === 1) return valueOf(this, partitionKey[0]?.name ?? '')
    return partitionKey.map((c) => valueOf(this, c.name))
  }

  /** Of a copy, as loggers make it: false. */
  get isPersisted (): boolean { return (isProxy(this) ? own(this) : ModelInstance.stateOf(this))?.stored !== undefined }

  // Each gives the engine's promise itself: another one around it would cost as much as the rest of a small write.
  save (options?: OpOptions): Promise<this> { return write(this, 'save', options) as Promise<this> }

  update (...given: [values?: unknown, options?: OpOptions]): Promise<this> {
    // Without arguments what was changed before is written; a value that is undefined by mistake is told.
    const [values, options] = given.length === 0 ? [{}] : given
    return write(this, 'update', options, values) as Promise<this>
  }

  delete (options?: OpOptions): Promise<void> { return write(this, 'delete', options) as Promise<void> }

  /** Called by a write, be it through an override, it judges what is sent; called by hand all. */
  validate (): void {
    const base = baseJudged(this)
    if (base === undefined) validateInstance(this, own(this), 'all')
    else validateInstance(this, base, 'sent')
  }

  equals (other: unknown): boolean {
    const state = typeof other === 'object' && other !== null ? ModelInstance.stateOf(other) : undefined
    return state !== undefined && equalInstances(this, own(this), other as object, state)
  }

  getChangedColumns (): string[] {
    const state = own(this)
    dropAssigned(this, state)
    return changedByHand(valuesOf(this, state), state, tableOf(state.model).columns).map((c) => c.name)
  }

  toObject (): Record<string, unknown> { return toObject(this, own(this)) }

  /** Of a copy, as loggers make it, what it holds; see `copyToJSON`. */
  toJSON (): Record<string, unknown> {
    const seen = ModelInstance.#seen(this) // most that are loaded are only told
    return seen === undefined ? copyToJSON(this, columnsOf(this)) : toJSON(this, seen)
  }

  get [copiedByJest] (): string[] { return Object.keys(this) }

  [inspect] (...given: InspectArguments): object | string { return printed(this, columnsOf(this), given) }

  // ------------------------------------------------------------------------------------------------ statics
  static get columns (): unknown { return this[META].columns }
  static get tableName (): string { return this[META].table?.name ?? '' }
  static get DoesNotExist (): typeof DoesNotExist { return errorsOf(this).DoesNotExist }
  static get MultipleObjectsReturned (): typeof MultipleObjectsReturned {
    return errorsOf(this).MultipleObjectsReturned
  }

  static get objects (): Query { return this[META].engine.querySet(inside(this)) as Query }

  static create (values: unknown, options?: OpOptions): Promise<object> {
    return created(this, values, options)
  }

  static createMany (rows: unknown, options?: unknown): Promise<{ written: number }> {
    return watched(this[META].engine.createMany(inside(this), rows, options), options)
  }

  static async all (): Promise<object[]> { return await this.objects.all() }
  static get (...where: unknown[]): Promise<object> { return promised(() => this.objects.get(...where)) }
  static filter (...where: unknown[]): Query { return this.objects.filter(...where) }
  static toJSONSchema (options?: SchemaOptions): Record<string, unknown> { return modelSchema(inside(this), options) }

  static standard (purpose: unknown): object { return this[META].engine.standard(inside(this), purpose) }

  /** A clean instance from values in any accepted form, as if it had been loaded: for caches and tests. */
  static hydrate (row: unknown): object { return fromRow(inside(this), row) }

  /**
   * Children of a polymorphic model: makes this class the one of its rows. Any other model: makes this class the one
   * that `db.models` lists, so that `static keyspace = …` in it counts for `syncDb` too.
   */
  static register (): void {
    const { family, variant, engine } = this[META]
    if (family !== undefined && variant !== undefined) family.register(inside(this))
    else engine.register(inside(this))
  }
}

installSetters<ModelInstance>(ModelInstance.prototype, collect)
installSetters<typeof ModelInstance>(
  ModelInstance,
  (model, name, value) =>
    name === 'batch'
      ? model[META].engine.batched(inside(model), value)
      : (model.objects[name] as (value: unknown) => Query)(value)
)

/** Whether a class of the user's says what its `objects` are: they may be others each time. */
export function hasOwnObjects (model: object): boolean {
  let own: object | null = model
  while (own !== null && !Object.hasOwn(own, 'objects')) own = Object.getPrototypeOf(own) as object | null
  return own !== ModelInstance
}

/** Of an instance or a copy of one: by its class, which a copy has too; none for what lost it. */
function columnsOf (instance: object): readonly TableColumn[] {
  const { constructor } = instance as { constructor?: Partial<ModelConstructor> }
  return constructor?.[META]?.table?.columns ?? []
}

function proveAccessors ({ prototype }: ModelConstructor, { name, table }: Blueprint): void {
  checkAccessors(prototype, table.byName.keys(), (column) => hiddenColumn(name, column))
}

/** @throws {QueryError} for what only looks like an instance */
function own (instance: ModelInstance): State {
  const state = ModelInstance.stateOf(instance)
  if (state === undefined) {
    throw new QueryError('A method of a model was called on an object that is no instance of it: a Proxy around one, ' +
      'or a copy. Call it on the instance itself')
  }
  return state
}

type InstanceClass = new (values: unknown) => object

/**
 * `new` and `save()`; not the engine's, for a `save()` of the user's is always used. What goes into a batch is seen
 * before it is saved, as it is by a `save()` of its class; see `defaults.ts`.
 */
export function saveNew (model: InstanceClass, values: unknown, options: OpOptions | undefined): Promise<object> {
  return newInstance(model, values, options).save(ownOptions(options))
}

function newInstance (model: InstanceClass, values: unknown, options: OpOptions | undefined): ModelInstance {
  const isUnseen = options === undefined || batchIn(options) === undefined
  // The inside of a model does not declare the methods that users see.
  return construction.create(model, values ?? {}, isUnseen) as ModelInstance
}

/**
 * The promise that `start` gives; what it throws is a rejection, and what a `save()` of the user's gives without a
 * promise gets one.
 */
export function promised<T> (start: () => T | Promise<T>): Promise<T> {
  try {
    const started = start()
    return started instanceof Promise ? started : Promise.resolve(started)
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * {@link saveNew} for callers who get a promise in any case: what is thrown is a rejection, and a `save()` of the
 * user's may give none.
 */
export function created (model: InstanceClass, values: unknown, options: OpOptions | undefined): Promise<object> {
  try {
    const instance = newInstance(model, values, options)
    // Ours has told the batch what it refused, and gives a promise.
    if (instance.save === ownSave) return write(instance, 'save', options) as Promise<object>
    const saved: unknown = instance.save(ownOptions(options))
    return watched(saved instanceof Promise ? saved : Promise.resolve(saved), options)
  } catch (error) {
    return refusal(error, options)
  }
}

const { save: ownSave } = ModelInstance.prototype

/** What the chain setters collected is for one operation, whatever becomes of it (B04). */
function write (
  instance: ModelInstance, verb: WriteVerb, given: OpOptions | undefined, values?: unknown
): Promise<unknown> {
  let collected: OpOptions | undefined
  try {
    const state = own(instance)
    collected = state.next
    state.next = undefined
    const { name, engine } = state.model[META]
    const options = given === undefined ? collected ?? noOptions : mergeOptions(collected, given, `${name}.${verb}`)
    return engine.write(verb, instance, state, options, values)
  } catch (error) {
    return refusal(error, given, collected)
  }
}

/**
 * Collects an option for the next operation. A wrong one takes back the whole chain: it must not wait for an operation
 * that nobody meant.
 */
function collect (instance: ModelInstance, name: OptionName, value: unknown): ModelInstance {
  const state = own(instance)
  const collected = state.next
  state.next = undefined
  try {
    state.next = addOption(collected, name, value, `${state.model[META].name}.${name}()`)
  } catch (error) {
    if (!(error instanceof BatchError)) refuse(error, collected) // a connection beside the batch: nothing gets into it
    throw error
  }
  return instance
}

/** The part of a query set that the statics above use. */
interface Query extends OptionSetters<Query> {
  filter (...where: unknown[]): Query
  all (): Promise<object[]>
  get (...where: unknown[]): Promise<object>
}

/**
 * A model class with the members that only the inside may use: users must not see them, so its declaration has none.
 */
const inside = (model: typeof GuardedInstance): ModelConstructor => model as unknown as ModelConstructor

interface OwnErrors {
  readonly DoesNotExist: typeof DoesNotExist
  readonly MultipleObjectsReturned: typeof MultipleObjectsReturned
}
const ownErrors = new WeakMap<ModelMeta, OwnErrors>()

/**
 * Each model has error classes of its own, below those of its base: catching `User.DoesNotExist` catches no other
 * model's (MOD-17).
 */
function errorsOf (model: typeof ModelInstance): OwnErrors {
  const meta = model[META]
  let own = ownErrors.get(meta)
  if (own === undefined) {
    let base: unknown = Object.getPrototypeOf(model)
    while (typeof base === 'function' && (base as typeof ModelInstance)[META] === meta) {
      base = Object.getPrototypeOf(base)
    }
    const parent = typeof base === 'function' && (base as typeof ModelInstance)[META] !== undefined
      ? errorsOf(base as typeof ModelInstance)
      : { DoesNotExist, MultipleObjectsReturned }
    own = {
      DoesNotExist: class extends parent.DoesNotExist {},
      MultipleObjectsReturned: class extends parent.MultipleObjectsReturned {}
    }
    ownErrors.set(meta, own)
  }
  return own
}
