// What users see of models. Types only; `instance.ts` and `define.ts` are the bodies. Instances: `instance-api.ts`,
// queries: `query-api.ts`. Each example is compiled by test/docs/docstrings.test.ts.

import type { Route } from '../connection/route.js'
import type { Columns } from '../columns/column.js'
import type { Dialect } from '../columns/dialect.js'
import type { Expression } from '../columns/expression.js'
import type { DoesNotExist, MultipleObjectsReturned } from '../errors.js'
import type { Instance, InstanceSetters } from './instance-api.js'
import type {
  ColumnName, Condition, Create, CreateOf, CreateStatic, Filter, Flat, FlagsIn, Key, Row, RowOf, ValueOf
} from './inference.js'
import type { BatchLike, Consistency, OpOptions, Timestamp } from './operations.js'
import type { QuerySet } from './query-api.js'
import type { Described, SchemaOf, SchemaOptions, SchemaPurpose, Standard } from './schema-types.js'

/* eslint-disable @typescript-eslint/no-explicit-any -- any model; its instances are looked up through InstanceType */
/** Any model class, for functions over models. */
export type AnyModel = (abstract new (...values: any) => Instance<any>) & {
  readonly columns: Columns
  readonly tableName: string
}
/**
 * The class of these instances. Beside `this: M`, and not as `InstanceType<M>`: where M itself is a type parameter
 * (`M extends typeof User`), this is `User`.
 */
export type ClassOf<I> = abstract new (...values: any) => I
/* eslint-enable @typescript-eslint/no-explicit-any */
type Self<M extends AnyModel> = InstanceType<M>
type Q<M extends AnyModel> = QuerySet<Self<M>>

/** Statics of every model. They take `this: M`, so that the methods of your class are known in every result. */
export interface ModelStatics {
  /** The table's name in the database. */
  readonly tableName: string
  /** Where its tables are, unless operation, context or the instance's origin say otherwise; read at each call. */
  keyspace?: string | undefined
  /** Name of the connection of its statements, with the same exceptions; read at each call. */
  connection?: string | undefined
  /**
   * What `get` of this model throws when it finds no row; below that of its base. Status 404.
   * @example
   * const user = await User.get({ uid: id }).catch((error: unknown) => {
   *   if (error instanceof User.DoesNotExist) return null // not found: 404
   *   throw error
   * })
   */
  readonly DoesNotExist: typeof DoesNotExist
  /**
   * What `get` of this model throws when it finds more than one row; below that of its base.
   * @example
   * try {
   *   await User.get({ email: 'ada@example.org' })
   * } catch (error) {
   *   if (error instanceof User.MultipleObjectsReturned) console.warn('two users have this address')
   *   else throw error
   * }
   */
  readonly MultipleObjectsReturned: typeof MultipleObjectsReturned
  /**
   * Makes a new instance and saves it.
   * @param values the key and what is required; what is not given gets its default, and null deletes
   * @param options those of this operation, such as `{ ttl: 60 }`
   * @throws {ValidationError} with all values that columns do not take, before anything is sent
   * @throws {LWTError} with `ifNotExists`, where the row exists
   * @example
   * const user = await User.create({ name: 'Ada', email: 'ada@example.org' })
   */
  create<M extends AnyModel> (this: M, values: Create<Self<M>>, options?: OpOptions): Promise<Self<M>>
  /**
   * Makes a new instance and saves it; of a table with clustering keys also the static columns of a partition alone.
   * @example
   * const create = async <M extends typeof User>(model: M) => await model.create({ name: 'Ada' })
   */
  create<M extends AnyModel, I> (
    this: M & ClassOf<I>, values: Create<I> | CreateStatic<I>, options?: OpOptions
  ): Promise<Self<M>>
  /**
   * Creates many rows, at most `concurrency` at once, and takes from the source no faster than that.
   * @param rows an array, an iterable or an asynchronous one
   * @param options those of each operation, and `concurrency`: 1 to 512, default 64
   * @returns how many were written
   * @throws the first failure, once what is under way has ended: with `written`, and `failed`, the values of those that
   *   failed
   * @example
   * const { written } = await User.createMany([{ name: 'Ada' }, { name: 'Grace' }], { concurrency: 16 })
   */
  createMany<M extends AnyModel, I> (
    this: M & ClassOf<I>,
    rows: Iterable<Create<I> | CreateStatic<I>> | AsyncIterable<Create<I> | CreateStatic<I>>,
    options?: OpOptions & { concurrency?: number | undefined }
  ): Promise<{ written: number }>
  /**
   * Begins a query.
   * @param where values by `column` or `column__operator`, all of which must hold
   * @throws {QueryError} for an unknown column or operator, and for what Cassandra would refuse
   * @throws {ValidationError} for a value that its column does not take; null and undefined are such values
   * @example
   * const posts = await Post.filter({ blog: 'cats', day__gte: 3 }).all()
   */
  filter<M extends AnyModel> (this: M, where: Filter<Self<M>>): Q<M>
  /**
   * By the primary key, in functions over any model; elsewhere a key is a filter, too.
   * @example
   * const of = <M extends cql.AnyModelClass>(model: M, key: cql.Key<InstanceType<M>>) => model.filter(key)
   */
  filter<M extends AnyModel> (this: M, key: Key<Self<M>>): Q<M>
  /**
   * Begins a query by conditions that columns make.
   * @example
   * const posts = await Post.filter(Post.columns.blog.eq('cats'), Post.columns.day.in([1, 2])).all()
   */
  filter<M extends AnyModel, I> (this: M & ClassOf<I>, ...where: Expression[] | [Filter<I>]): QuerySet<I, Self<M>>
  /**
   * The only row that fulfils the conditions.
   * @param where as for `filter`
   * @throws {DoesNotExist} the model's own, with status 404
   * @throws {MultipleObjectsReturned} the model's own
   * @example
   * const user = await User.get({ uid: id })
   */
  get<M extends AnyModel> (this: M, where: Filter<Self<M>>): Promise<Self<M>>
  /**
   * By the primary key, in functions over any model; elsewhere a key is a filter, too.
   * @example
   * const find = <M extends cql.AnyModelClass>(model: M, key: cql.Key<InstanceType<M>>) => model.get(key)
   */
  get<M extends AnyModel> (this: M, key: Key<Self<M>>): Promise<Self<M>>
  /**
   * The only row that fulfils the conditions that columns make.
   * @example
   * const user = await User.get(User.columns.uid.eq(id))
   */
  get<M extends AnyModel, I> (this: M & ClassOf<I>, ...where: Expression[] | [Filter<I>]): Promise<Self<M>>
  /**
   * All rows of the table, in one array. For many rows iterate `objects` instead.
   * @example
   * const users = await User.all()
   */
  all<M extends AnyModel> (this: M): Promise<Self<M>[]>
  /**
   * Begins a query whose creates and updates live so long.
   * @param seconds 0 to 630,720,000; 0 overrides the table's default
   * @throws {QueryError} for another number
   * @example
   * await User.ttl(3600).create({ name: 'for an hour' })
   */
  ttl<M extends AnyModel, I> (this: M & ClassOf<I>, seconds: number): QuerySet<I, Self<M>>
  /**
   * Begins a query whose writes have this time, by which Cassandra tells which of two holds.
   * @param at a `Date`, microseconds since 1970 as bigint, or `{ msFromNow }`, counted when it is sent
   * @throws {QueryError} for what is no time
   * @example
   * await User.timestamp(new Date()).create({ name: 'Ada' })
   */
  timestamp<M extends AnyModel, I> (this: M & ClassOf<I>, at: Timestamp): QuerySet<I, Self<M>>
  /**
   * Begins a query at this consistency. Default: that of the model, of the connection, of the driver.
   * @param level a name such as `'LOCAL_QUORUM'`, or a number of the driver's `types.consistencies`
   * @throws {QueryError} for an unknown one
   * @example
   * const user = await User.consistency('LOCAL_QUORUM').get({ uid: id })
   */
  consistency<M extends AnyModel, I> (this: M & ClassOf<I>, level: Consistency): QuerySet<I, Self<M>>
  /**
   * Begins a query whose conditional writes are decided at this consistency.
   * @param level `'SERIAL'` or `'LOCAL_SERIAL'`
   * @throws {QueryError} for another one
   * @example
   * await User.ifNotExists().serialConsistency('LOCAL_SERIAL').create({ name: 'Ada' })
   */
  serialConsistency<M extends AnyModel, I> (this: M & ClassOf<I>, level: Consistency): QuerySet<I, Self<M>>
  /**
   * Begins a query with a time limit for each of its operations, preparing included.
   * @param ms milliseconds
   * @throws {QueryError} for what is no positive number
   * @example
   * const user = await User.timeout(500).get({ uid: id })
   */
  timeout<M extends AnyModel, I> (this: M & ClassOf<I>, ms: number): QuerySet<I, Self<M>>
  /**
   * Begins a query whose updates and deletes happen only where the row exists; else they are an `LWTError`.
   * @param yes default true
   * @example
   * await User.ifExists().filter({ uid: id }).update({ name: 'Ada' })
   */
  ifExists<M extends AnyModel, I> (this: M & ClassOf<I>, yes?: boolean): QuerySet<I, Self<M>>
  /**
   * Begins a query whose creates happen only where no such row exists; else they are an `LWTError` with the row.
   * @param yes default true
   * @example
   * await User.ifNotExists().create({ uid: id, name: 'first come' })
   */
  ifNotExists<M extends AnyModel, I> (this: M & ClassOf<I>, yes?: boolean): QuerySet<I, Self<M>>
  /**
   * Begins a query whose updates and deletes happen only where the row is like this; else they are an `LWTError`.
   * @param where as for `filter`, with `ne` and with null as a value; no columns of the key
   * @example
   * await User.iff({ email: null }).filter({ uid: id }).update({ email: 'ada@example.org' })
   */
  iff<M extends AnyModel, I> (this: M & ClassOf<I>, where: Condition<I>): QuerySet<I, Self<M>>
  /**
   * Begins a query that goes elsewhere.
   * @param to names of a connection, a keyspace, or both
   * @example
   * const theirs = await User.using({ connection: 'cluster2' }).get({ uid: id })
   */
  using<M extends AnyModel, I> (this: M & ClassOf<I>, to: Route): QuerySet<I, Self<M>>
  /**
   * Begins a query whose writes are queued in a batch instead of sent.
   * @param batch what `db.batch` hands to its function, or a `BatchQuery`
   * @example
   * await db.batch(async (b) => { await User.batch(b).create({ name: 'Ada' }) })
   */
  batch<M extends AnyModel, I> (this: M & ClassOf<I>, batch: BatchLike): QuerySet<I, Self<M>>
  /**
   * Begins a query with an execution profile of the driver.
   * @param name as in the driver's option `profiles`
   * @example
   * const users = await User.profile('analytics').all()
   */
  profile<M extends AnyModel, I> (this: M & ClassOf<I>, name: string): QuerySet<I, Self<M>>
  /**
   * Begins a query whose requests may, or with `false` may not, be sent twice. The library knows by itself.
   * @param yes default true
   * @example
   * await Visits.idempotent(false).filter({ page: '/' }).update({ count__increment: 1 })
   */
  idempotent<M extends AnyModel, I> (this: M & ClassOf<I>, yes?: boolean): QuerySet<I, Self<M>>
  /**
   * A JSON schema of the model, typed by what it describes.
   * @throws {QueryError} for unknown options and columns
   * @example
   * const schema = { body: User.toJSONSchema({ for: 'create' }) }
   * app.post<{ Body: cql.Create<User> }>('/users', { schema }, (request) => User.create(request.body))
   */
  toJSONSchema<
    M extends AnyModel,
    const F extends SchemaPurpose = 'row',
    const P extends ColumnName<Self<M>> | (string & {}) = never,
    const D extends Dialect = 'fastify',
    const O extends boolean = true
  > (this: M, options?: SchemaOptions<F, P, D, O>): SchemaOf<Self<M>, F, P, D, O>
  /**
   * What `create`, `update` or `get` takes, as a Standard Schema (version 1): synchronous, without a network. Its
   * `value` is what they take, its `issues` have paths and hold no values.
   * @throws {QueryError} for another purpose
   * @example
   * const result = User.standard('create')['~standard'].validate({ name: 'Ada' })
   * if (result.issues === undefined) await User.create(result.value)
   */
  standard<M extends AnyModel, const F extends 'create' | 'update' | 'key'> (
    this: M, purpose: F
  ): Standard<Described<Self<M>>[F]>
  /**
   * A clean instance of a row from elsewhere, such as a cache or a test: stored, unchanged, with these columns loaded.
   * @param row values by attribute names
   * @throws {ValidationError} for values that columns do not take
   * @example
   * const user = User.hydrate({ uid: types.Uuid.fromString(id), name: 'Ada' })
   */
  hydrate<M extends AnyModel, I> (this: M & ClassOf<I>, row: Partial<Row<I>>): Self<M>
  /**
   * Tells the `db` about this class, as its first use does: `db.models` has it, and rows become its instances. Children
   * of families need it.
   * @example
   * class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() { static { this.register() } }
   * const cat = await Cat.create({ lives: 9 })
   */
  register (): void
}

/**
 * A model: the class that `define` gives and that your class extends. S: what `.as` named, C: columns, B: what its
 * base's instances have, T: its base's statics.
 */
export interface ModelClass<S, C extends Columns, B = unknown, T = {}> extends ModelStatics {
  new (values?: Partial<CreateOf<C>>): B & RowOf<C> & Instance<C>
  /** Its columns by attribute names; they make conditions: `User.columns.name.eq('Ada')`. */
  readonly columns: C
  /**
   * A fresh query of all rows at each access.
   * @example
   * for await (const user of User.objects) console.log(user.name)
   */
  readonly objects: QuerySet<S>
  /**
   * Tells the type of `objects` about the methods of your class; the class itself is returned unchanged.
   * @example
   * class Author extends db.Model.define('author', { name: c.Text({ primaryKey: true }) }).as<Author>() {
   *   greet () { return `hello ${this.name}` }
   * }
   * const first = await Author.objects.first()
   * first?.greet()
   */
  as<Leaf> (): ModelClass<Leaf, C, B, T> & T
  /**
   * A model with these columns after its base's, in a table of its own. Extend it, and add methods.
   * @param tableName as it is in the database; case is kept
   * @param columns by attribute names; at least one with `primaryKey`
   * @throws {ModelDefinitionError} for what cannot work, with table, column and remedy
   * @example
   * class Author extends db.Model.define('author', {
   *   name: c.Text({ primaryKey: true }),
   *   born: c.Date()
   * }, { keyspace: 'library' }).as<Author>() {}
   */
  define<M extends AnyModel & { columns: C }, const D extends Columns> (
    this: M, tableName: string, columns: D & Checked<C, D>, options?: TableOptions<C & D>
  ): Extended<M, C, D, SettersFor<C & D>>
  /**
   * A base without table, which hands on columns, methods and statics.
   * @example
   * abstract class Stamped extends db.Model.abstract({ createdAt: c.DateTime({ default: () => new Date() }) }) {}
   * class Event extends Stamped.define('event', { id: c.UUID({ primaryKey: true }) }).as<Event>() {}
   */
  abstract<M extends AnyModel & { columns: C }, const D extends Columns> (this: M, columns: D): Extended<M, C, D>
  /**
   * A child of this family: rows of the same table whose discriminator has this value, with further columns. It must be
   * registered.
   * @param value what tells its rows from those of others; no other child may have it
   * @example
   * class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() { static { this.register() } }
   */
  polymorphic<
    M extends AnyModel & { columns: C },
    const V extends string | number,
    const D extends Columns = {}
  > (this: M, value: V, columns?: D, options?: ReplaceOption): Extended<M, C, D, {
    [K in keyof C as 'discriminator' extends FlagsIn<C[K]> ? K : never]: V extends ValueOf<C[K]> ? V : ValueOf<C[K]>
  }>
}

type Checked<C, D> =
  { [K in keyof D as K extends keyof Instance ? K : never]: Wrong<'this name belongs to a method of every model'> }
  & (true extends { [K in keyof (C & D)]: 'key' extends FlagsIn<(C & D)[K]> ? true : never }[keyof (C & D)]
    ? unknown
    : Wrong<'a table needs at least one column with primaryKey: true'>)
/** Puts a sentence into a compile error. */
export interface Wrong<Message extends string> { readonly 'model definition error': Message }

type Extended<M extends AnyModel, C, D extends Columns, X = unknown> =
  Defined<Flat<C & D>, BaseOf<InstanceType<M>, Hidden<InstanceType<M>, D, X>> & X, Statics<M>> & Statics<M>
type Defined<C extends Columns, B, T> = ModelClass<B & RowOf<C> & Instance<C>, C, B, T>
/** A column called like a chain setter (`timestamp`, `profile`, …) hides the setter that the base has. */
type BaseOf<B, H> = [H] extends [never] ? B : Omit<B, (H & keyof B) | keyof Instance>
/** Such columns, and the literal of a grandchild's discriminator. `Omit` makes methods properties, hence only then. */
type Hidden<B, D, X> =
  Extract<Extract<keyof D, keyof InstanceSetters>, keyof B>
  | {
    [K in keyof X & keyof B]: X[K] extends string | number
      ? (string extends B[K] ? never : number extends B[K] ? never : K)
      : never
  }[keyof X & keyof B]
type SettersFor<C> = [Extract<keyof C, keyof InstanceSetters>] extends [never]
  ? InstanceSetters
  : Omit<InstanceSetters, keyof C>
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the keys of any model class
type Statics<M> = { [K in Exclude<keyof M, keyof ModelClass<any, any> | 'prototype'>]: M[K] }

/** For a module that is evaluated twice, as by hot reload. */
export interface ReplaceOption {
  /**
   * Takes the place of what there is of this name. Default false. Types may always be defined anew: there it has no
   * effect.
   */
  replace?: boolean | undefined
}

/** The last argument of `define`. */
export interface TableOptions<C> {
  /** Where the table is, unless the query or context says otherwise. */
  keyspace?: string | undefined
  /** Name of a connection; it may be registered later. */
  connection?: string | undefined
  /** Of all its statements that have none nearer. */
  consistency?: Consistency | undefined
  /** For JSON schemas. */
  description?: string | undefined
  /** Table properties for `syncTable`: `default_time_to_live`, `comment`, `compaction`, … */
  options?: Record<string, unknown> | undefined
  /** The primary key by names, instead of the columns' options and order: `[['tenant', 'day'], 'time']`. */
  key?: [partition: (keyof C)[] | keyof C, ...clustering: (keyof C)[]] | undefined
  /**
   * False: others look after the table, and every sync leaves it alone; a dry run shows how it differs. Default true.
   */
  managed?: boolean | undefined
  /**
   * Columns of the table, by their names in the database, that the model leaves out on purpose: sync does not warn of
   * them.
   */
  ignoreColumns?: readonly string[] | undefined
  /**
   * Takes the place of the model that there is of this table, keyspace and connection, for a module that is evaluated
   * twice: hot reload. Default false: a second model of one table is a mistake.
   */
  replace?: boolean | undefined
}
