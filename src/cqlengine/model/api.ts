// What users see of models: instance, query set, model class. Types only; `instance.ts`, `define.ts` and `query/` are the bodies.

import type { Route } from '../connection/route.js'
import type { AnyColumn, Columns } from '../columns/column.js'
import type { Dialect } from '../columns/dialect.js'
import type { Expression, Ordering } from '../columns/expression.js'
import type { DoesNotExist, MultipleObjectsReturned } from '../errors.js'
import type {
  ColumnName, ColumnsOf, Condition, Create, CreateOf, CreateStatic, Filter, Flat, FlagsIn, Json, KeyOf, Row, RowOf, Update, ValueOf
} from './inference.js'
import type { BatchLike, Consistency, OpOptions, Timestamp } from './operations.js'
import type { Described, SchemaOf, SchemaOptions, SchemaPurpose, Standard } from './schema-types.js'

/** Chain setters of an instance, each for the next operation only; a column of the same name hides the setter. */
export interface InstanceSetters {
  ttl<T> (this: T, seconds: number): T
  timestamp<T> (this: T, at: Timestamp): T
  consistency<T> (this: T, level: Consistency): T
  serialConsistency<T> (this: T, level: Consistency): T
  timeout<T> (this: T, ms: number): T
  ifExists<T> (this: T, yes?: boolean): T
  ifNotExists<T> (this: T, yes?: boolean): T
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- any instance
  iff<T extends Instance<any>> (this: T, where: Condition<T>): T
  using<T> (this: T, to: Route): T
  batch<T> (this: T, batch: BatchLike): T
  profile<T> (this: T, name: string): T
  idempotent<T> (this: T, yes?: boolean): T
}

/** One row. Its own keys are the loaded columns and the fields of your class. */
export interface Instance<C = {}> {
  readonly '~columns'?: C
  /** The partition key (MOD-16): a value, or an array where it has several columns. */
  readonly pk: unknown
  /** True once the row was loaded or written. */
  readonly isPersisted: boolean
  /** Writes what differs from what is stored, in one statement; nothing when nothing differs. */
  save (options?: OpOptions): Promise<this>
  delete (options?: OpOptions): Promise<void>
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- any instance
  update<T extends Instance<any>> (this: T, values?: Update<T>, options?: OpOptions): Promise<T>
  /** Checks and converts all loaded columns. Every write runs it. @throws {ValidationError} */
  validate (): void
  /** Same table and equal values. */
  equals (other: unknown): boolean
  /** Attribute names, in the order of the columns. */
  getChangedColumns (): string[]
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- any instance
  toObject<T extends Instance<any>> (this: T): Row<T>
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- any instance
  toJSON<T extends Instance<any>> (this: T): Json<T>
  // As JSON.stringify calls it. Beside this signature the compiler asks of an override only that it gives an object, with whatever columns.
  toJSON (key: string): object
}

export interface Page<R> { rows: R[], nextState: string | null, nextToken: string | null }

/** What a query would send, where, and which source decided. */
export interface StatementPreview {
  cql: string
  params: unknown[]
  connection: string
  keyspace: string
  decidedBy: { connection: string, keyspace: string }
}

export interface Selection<out V> { readonly '~selection': V }

/** A row of which only some columns were loaded: those, the key, and the operations. The methods of the class are there at run time but not in the type. */
export type PartialRow<M, P extends ColumnName<M>> =
  Pick<Row<M>, (P | keyof KeyOf<ColumnsOf<M>>) & keyof Row<M>> & {
    readonly isPersisted: boolean
    readonly pk: unknown
    update (values?: Update<M>, options?: OpOptions): Promise<void>
    delete (options?: OpOptions): Promise<void>
    toJSON (): Partial<Json<M>>
  }

/** `-` in front: descending. */
export type Order<M> = ColumnName<M> | `-${ColumnName<M>}` | Ordering

/** A query: immutable, sent by a terminal (`all`, `first`, …) or by iterating. M: the model's instances; R: what comes out. */
export interface QuerySet<M, R = M> extends AsyncIterable<R> {
  filter (where: Filter<M>): QuerySet<M, R>
  filter (...where: Expression[]): QuerySet<M, R>
  orderBy (...by: Order<M>[]): QuerySet<M, R>
  limit (n: number): QuerySet<M, R>
  perPartitionLimit (n: number): QuerySet<M, R>
  /** Rows per page. */
  fetchSize (n: number): QuerySet<M, R>
  allowFiltering (): QuerySet<M, R>
  distinct (...names: ColumnName<M>[]): QuerySet<M, R>
  groupBy (...names: ColumnName<M>[]): QuerySet<M, R>
  only<const P extends ColumnName<M>> (...names: P[]): QuerySet<M, PartialRow<M, P>>
  defer<const P extends ColumnName<M>> (...names: P[]): QuerySet<M, PartialRow<M, Exclude<ColumnName<M>, P>>>
  valuesList<const P extends ColumnName<M>> (name: P, options: { flat: true }): QuerySet<M, Row<M>[P]>
  valuesList<const P extends readonly ColumnName<M>[]> (...names: P): QuerySet<M, { -readonly [I in keyof P]: Row<M>[P[I] & keyof Row<M>] }>
  select<const S extends { [alias: string]: Selection<unknown> | AnyColumn }> (what: S): QuerySet<M, { [K in keyof S]: S[K] extends AnyColumn ? ValueOf<S[K]> : S[K] extends Selection<infer V> ? V : never }>
  ttl (seconds: number): QuerySet<M, R>
  timestamp (at: Timestamp): QuerySet<M, R>
  consistency (level: Consistency): QuerySet<M, R>
  serialConsistency (level: Consistency): QuerySet<M, R>
  timeout (ms: number): QuerySet<M, R>
  ifExists (yes?: boolean): QuerySet<M, R>
  ifNotExists (yes?: boolean): QuerySet<M, R>
  iff (where: Condition<M>): QuerySet<M, R>
  using (to: Route): QuerySet<M, R>
  batch (batch: BatchLike): QuerySet<M, R>
  profile (name: string): QuerySet<M, R>
  idempotent (yes?: boolean): QuerySet<M, R>
  all (): Promise<R[]>
  first (): Promise<R | null>
  get (): Promise<R>
  get (where: Filter<M>): Promise<R>
  get (...where: Expression[]): Promise<R>
  count (): Promise<number>
  create (values: Create<M> | CreateStatic<M>, options?: OpOptions): Promise<M>
  update (values?: Update<M>, options?: OpOptions): Promise<void>
  delete (options?: OpOptions): Promise<void>
  page (options?: { size?: number | undefined, state?: string | null | undefined, token?: string | null | undefined }): Promise<Page<R>>
  toCQL (): StatementPreview
}

/* eslint-disable @typescript-eslint/no-explicit-any -- any model; its instances are looked up through InstanceType */
export type AnyModel = (abstract new (...values: any) => Instance<any>) & { readonly columns: Columns, readonly tableName: string }
/** The class of these instances. Beside `this: M`, and not as `InstanceType<M>`: where M itself is a type parameter (`M extends typeof User`), this is `User`. */
export type ClassOf<I> = abstract new (...values: any) => I
/* eslint-enable @typescript-eslint/no-explicit-any */
type Self<M extends AnyModel> = InstanceType<M>
type Q<M extends AnyModel> = QuerySet<Self<M>>

/** Statics of every model. They take `this: M`, so that the methods of your class are known in every result. */
export interface ModelStatics {
  readonly tableName: string
  keyspace?: string | undefined
  connection?: string | undefined
  readonly DoesNotExist: typeof DoesNotExist
  readonly MultipleObjectsReturned: typeof MultipleObjectsReturned
  create<M extends AnyModel> (this: M, values: Create<Self<M>>, options?: OpOptions): Promise<Self<M>>
  create<M extends AnyModel, I> (this: M & ClassOf<I>, values: Create<I> | CreateStatic<I>, options?: OpOptions): Promise<Self<M>>
  createMany<M extends AnyModel, I> (this: M & ClassOf<I>, rows: Iterable<Create<I> | CreateStatic<I>> | AsyncIterable<Create<I> | CreateStatic<I>>, options?: OpOptions & { concurrency?: number | undefined }): Promise<{ written: number }>
  filter<M extends AnyModel> (this: M, where: Filter<Self<M>>): Q<M>
  filter<M extends AnyModel, I> (this: M & ClassOf<I>, ...where: Expression[] | [Filter<I>]): QuerySet<I, Self<M>>
  get<M extends AnyModel> (this: M, where: Filter<Self<M>>): Promise<Self<M>>
  get<M extends AnyModel, I> (this: M & ClassOf<I>, ...where: Expression[] | [Filter<I>]): Promise<Self<M>>
  all<M extends AnyModel> (this: M): Promise<Self<M>[]>
  ttl<M extends AnyModel, I> (this: M & ClassOf<I>, seconds: number): QuerySet<I, Self<M>>
  timestamp<M extends AnyModel, I> (this: M & ClassOf<I>, at: Timestamp): QuerySet<I, Self<M>>
  consistency<M extends AnyModel, I> (this: M & ClassOf<I>, level: Consistency): QuerySet<I, Self<M>>
  serialConsistency<M extends AnyModel, I> (this: M & ClassOf<I>, level: Consistency): QuerySet<I, Self<M>>
  timeout<M extends AnyModel, I> (this: M & ClassOf<I>, ms: number): QuerySet<I, Self<M>>
  ifExists<M extends AnyModel, I> (this: M & ClassOf<I>, yes?: boolean): QuerySet<I, Self<M>>
  ifNotExists<M extends AnyModel, I> (this: M & ClassOf<I>, yes?: boolean): QuerySet<I, Self<M>>
  iff<M extends AnyModel, I> (this: M & ClassOf<I>, where: Condition<I>): QuerySet<I, Self<M>>
  using<M extends AnyModel, I> (this: M & ClassOf<I>, to: Route): QuerySet<I, Self<M>>
  batch<M extends AnyModel, I> (this: M & ClassOf<I>, batch: BatchLike): QuerySet<I, Self<M>>
  profile<M extends AnyModel, I> (this: M & ClassOf<I>, name: string): QuerySet<I, Self<M>>
  idempotent<M extends AnyModel, I> (this: M & ClassOf<I>, yes?: boolean): QuerySet<I, Self<M>>
  /**
   * A JSON schema of the model, typed by what it describes.
   * @throws {QueryError} for unknown options and columns
   * @example app.post('/users', { schema: { body: User.toJSONSchema({ for: 'create' }) } }, (request) => User.create(request.body))
   */
  toJSONSchema<M extends AnyModel, const F extends SchemaPurpose = 'row', const P extends ColumnName<Self<M>> | (string & {}) = never, const D extends Dialect = 'fastify', const O extends boolean = true> (this: M, options?: SchemaOptions<F, P, D, O>): SchemaOf<Self<M>, F, P, D, O>
  /**
   * What `create`, `update` or `get` takes, as a Standard Schema (version 1): synchronous, without a network. Its `value` is what they take, its
   * `issues` have paths and hold no values.
   * @throws {QueryError} for another purpose
   * @example const result = User.standard('create')['~standard'].validate(body)
   * if (result.issues === undefined) await User.create(result.value)
   */
  standard<M extends AnyModel, const F extends 'create' | 'update' | 'key'> (this: M, purpose: F): Standard<Described<Self<M>>[F]>
  hydrate<M extends AnyModel, I> (this: M & ClassOf<I>, row: Partial<Row<I>>): Self<M>
  register (): void
}

/** Any model, as `db.models` lists them: its columns are known at run time only. */
export interface AnyModelClass extends ModelStatics {
  new (values?: { readonly [name: string]: unknown }): Instance<Columns>
  readonly columns: Columns
  readonly objects: QuerySet<Instance<Columns>>
}

/** A model: the class that `define` gives and that your class extends. S: what `.as` named, C: columns, B: what its base's instances have, T: its base's statics. */
export interface ModelClass<S, C extends Columns, B = unknown, T = {}> extends ModelStatics {
  new (values?: Partial<CreateOf<C>>): B & RowOf<C> & Instance<C>
  readonly columns: C
  readonly objects: QuerySet<S>
  /** Tells the type of `objects` about the methods of your class; the class itself is returned unchanged. */
  as<Leaf> (): ModelClass<Leaf, C, B, T> & T
  define<M extends AnyModel & { columns: C }, const D extends Columns> (this: M, tableName: string, columns: D & Checked<C, D>, options?: TableOptions<C & D>): Extended<M, C, D, SettersFor<C & D>>
  abstract<M extends AnyModel & { columns: C }, const D extends Columns> (this: M, columns: D): Extended<M, C, D>
  polymorphic<M extends AnyModel & { columns: C }, const V extends string | number, const D extends Columns = {}> (this: M, value: V, columns?: D): Extended<M, C, D, { [K in keyof C as 'discriminator' extends FlagsIn<C[K]> ? K : never]: V extends ValueOf<C[K]> ? V : ValueOf<C[K]> }>
}

type Checked<C, D> =
  { [K in keyof D as K extends keyof Instance ? K : never]: Wrong<'this name belongs to a method of every model'> }
  & (true extends { [K in keyof (C & D)]: 'key' extends FlagsIn<(C & D)[K]> ? true : never }[keyof (C & D)] ? unknown : Wrong<'a table needs at least one column with primaryKey: true'>)
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
  | { [K in keyof X & keyof B]: X[K] extends string | number ? (string extends B[K] ? never : number extends B[K] ? never : K) : never }[keyof X & keyof B]
type SettersFor<C> = [Extract<keyof C, keyof InstanceSetters>] extends [never] ? InstanceSetters : Omit<InstanceSetters, keyof C>
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the keys of any model class
type Statics<M> = { [K in Exclude<keyof M, keyof ModelClass<any, any> | 'prototype'>]: M[K] }

/** The last argument of `define`. */
export interface TableOptions<C> {
  /** Where the table is, unless the query or context says otherwise. */
  keyspace?: string | undefined
  /** Name of a connection; it may be registered later. */
  connection?: string | undefined
  consistency?: Consistency | undefined
  /** For JSON schemas. */
  description?: string | undefined
  /** Table properties for `syncTable`: `default_time_to_live`, `comment`, `compaction`, … */
  options?: Record<string, unknown> | undefined
  /** The primary key by names, instead of the columns' options and order: `[['tenant', 'day'], 'time']`. */
  key?: [partition: (keyof C)[] | keyof C, ...clustering: (keyof C)[]] | undefined
}

/* eslint-disable @typescript-eslint/no-explicit-any -- any user type */
export interface AnyUserType { new (values?: any): any, readonly columns: Columns, readonly typeName: string }
/* eslint-enable @typescript-eslint/no-explicit-any */
/** What every value of a user type has beside its fields. */
export interface UserTypeInstance<C> {
  readonly '~columns'?: C
  toObject (): RowOf<C>
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- any value of a user type
  toJSON<T extends UserTypeInstance<any>> (this: T): Json<T>
  // As JSON.stringify calls it; see `Instance`.
  toJSON (key: string): object
}

/** A user type: extend it and add methods. */
export interface UserTypeClass<C extends Columns> {
  new (values?: CreateOf<C>): RowOf<C> & UserTypeInstance<C>
  readonly columns: C
  readonly typeName: string
  /** Another type with these fields and further ones (B36). */
  define<const D extends Columns> (typeName: string, columns: D): UserTypeClass<Flat<C & D>>
}
