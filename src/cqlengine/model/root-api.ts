// What users see of `db.Model` itself, and of materialized views. Types only; `define.ts` and `view.ts` are the bodies.
// Each example is compiled by test/docs/docstrings.test.ts.

import type { AnyColumn, Column, Columns } from '../columns/column.js'
import type { Dialect } from '../columns/dialect.js'
import type { Expression } from '../columns/expression.js'
import type { Route } from '../connection/route.js'
import type { DoesNotExist, MultipleObjectsReturned } from '../errors.js'
import type { AnyModel, ClassOf, ModelClass, ModelStatics, Wrong } from './api.js'
import type { ColumnName, Filter, FlagsIn, Row, RowOf } from './inference.js'
import type { Instance, ReadInstance } from './instance-api.js'
import type { Consistency } from './operations.js'
import type { QuerySet, ViewQuery } from './query-api.js'
import type { SchemaOf, SchemaOptions } from './schema-types.js'

/** Any model, as `db.models` lists them: its columns are known at run time only. */
export interface AnyModelClass extends ModelStatics {
  new (values?: { readonly [name: string]: unknown }): Instance<Columns>
  /** Its columns by attribute names. */
  readonly columns: Columns
  /**
   * A fresh query of all its rows.
   * @example
   * for (const model of db.models) console.log(model.tableName, await model.objects.count())
   */
  readonly objects: QuerySet<Instance<Columns>>
}

/* eslint-disable @typescript-eslint/no-explicit-any -- any view; its instances are looked up through InstanceType */
/** Any class that `db.Model.view` made. */
export type AnyView = (abstract new (...values: any) => ReadInstance<any>) & {
  readonly columns: Columns
  readonly tableName: string
}
/* eslint-enable @typescript-eslint/no-explicit-any */
type Self<V extends AnyView> = InstanceType<V>

/** `db.Model`: what models and views are made of. */
export interface RootModel extends ModelClass<unknown, {}> {
  /**
   * A materialized view of a model's table: Cassandra keeps the same rows under another key, and writes it whenever the
   * table is written. It is read as any model, and has no writes. Extend it, and add methods.
   * @param viewName as it is in the database; case is kept
   * @param base the model of its base table
   * @param options its key, which has all key columns of the base and at most one other; `only`: its further columns,
   *   absent: all
   * @throws {ModelDefinitionError} for what Cassandra would refuse
   * @example
   * class UserByEmail extends db.Model.view('user_by_email', User, {
   *   partitionKey: ['email'], clusteringKey: ['uid'], only: ['name']
   * }).as<UserByEmail>() {}
   * const found = await UserByEmail.filter({ email: 'ada@example.org' }).all()
   */
  view<
    B extends AnyModel,
    const P extends NameIn<B>,
    const K extends NameIn<B> = never,
    const O extends NameIn<B> = NameIn<B>
  > (
    viewName: string, base: B, options: ViewOptions<P, K, O> & WholeKey<B['columns'], P | K>
  ): View<ViewColumns<B['columns'], P, K, O>>
}

type NameIn<B extends AnyModel> = keyof B['columns'] & string
type KeyIn<C> = { [N in keyof C]: 'key' extends FlagsIn<C[N]> ? N : never }[keyof C]
type WholeKey<C, K> = [Exclude<KeyIn<C>, K>] extends [never]
  ? unknown
  : Wrong<'the key of a view must have all key columns of its base'>

/** What a view has of the columns of its base: how values are read and searched. */
export type ViewColumns<C extends Columns, P, K, O> = {
  readonly [N in keyof C as N extends P | K | O ? N : never]: ViewColumn<C[N], N extends P | K ? 'key' : never>
}
type ViewColumn<T extends AnyColumn, Key extends 'key'> = T extends Column<infer V, infer F, infer Q, infer I, infer E>
  ? Column<V, Key | Extract<F, 'required' | 'hidden'>, Q, I, E>
  : never
type View<C extends Columns> = ViewClass<RowOf<C> & ReadInstance<C>, C>

/** The last argument of `view`. Its keyspace and connection are those of its base. */
export interface ViewOptions<P extends string, K extends string, O extends string> {
  /** Columns of its partition key. */
  partitionKey: readonly P[]
  /** Columns of its clustering key, in their order. */
  clusteringKey?: readonly K[] | undefined
  /** Absent: as in the base, else ascending. */
  clusteringOrder?: { readonly [N in K]?: 'asc' | 'desc' } | undefined
  /** Its columns beside the key. Absent: all, also those that the base gets later. */
  only?: readonly O[] | undefined
  /** Of all its queries that have none nearer. */
  consistency?: Consistency | undefined
  /** For JSON schemas. */
  description?: string | undefined
  /** Properties for sync: `comment`, `compaction`, … */
  options?: Record<string, unknown> | undefined
  /**
   * False: others look after the view, and every sync leaves it alone; a dry run shows how it differs. Default true.
   */
  managed?: boolean | undefined
  /**
   * Takes the place of the model or view that there is of this name, for a module that is evaluated twice. Default
   * false.
   */
  replace?: boolean | undefined
}

/** A materialized view: the class that `view` gives and that your class extends. S: what `.as` named, C: columns. */
export interface ViewClass<S, C extends Columns> {
  new (): RowOf<C> & ReadInstance<C>
  /** Its columns by attribute names; they make conditions: `UserByEmail.columns.email.eq('ada@example.org')`. */
  readonly columns: C
  /** The view's name in the database. */
  readonly tableName: string
  /** Where it is: as its base. Read at each call. */
  keyspace?: string | undefined
  /** Name of the connection of its queries: as its base. Read at each call. */
  connection?: string | undefined
  /**
   * What `get` of this view throws when it finds no row. Status 404.
   * @example
   * const user = await UserByEmail.get({ email: 'ada@example.org' }).catch((error: unknown) => {
   *   if (error instanceof UserByEmail.DoesNotExist) return null // not found: 404
   *   throw error
   * })
   */
  readonly DoesNotExist: typeof DoesNotExist
  /**
   * What `get` of this view throws when it finds more than one row.
   * @example
   * try {
   *   await UserByEmail.get({ email: 'ada@example.org' })
   * } catch (error) {
   *   if (error instanceof UserByEmail.MultipleObjectsReturned) console.warn('two users have this address')
   *   else throw error
   * }
   */
  readonly MultipleObjectsReturned: typeof MultipleObjectsReturned
  /**
   * A fresh query of all rows at each access.
   * @example
   * for await (const user of UserByEmail.objects) console.log(user.name)
   */
  readonly objects: ViewQuery<S>
  /**
   * Tells the type of `objects` about the methods of your class; the class itself is returned unchanged.
   * @example
   * class ByName extends db.Model.view('by_name', User, {
   *   partitionKey: ['name'], clusteringKey: ['uid']
   * }).as<ByName>() {
   *   greet () { return `hello ${this.name}` }
   * }
   */
  as<Leaf> (): ViewClass<Leaf, C>
  /**
   * Begins a query.
   * @param where values by `column` or `column__operator`, all of which must hold
   * @throws {QueryError} for an unknown column or operator, and for what Cassandra would refuse
   * @throws {ValidationError} for a value that its column does not take; null and undefined are such values
   * @example
   * const users = await UserByEmail.filter({ email: 'ada@example.org' }).all()
   */
  filter<V extends AnyView> (this: V, where: Filter<Self<V>>): ViewQuery<Self<V>>
  /**
   * Begins a query by conditions that columns make.
   * @example
   * const users = await UserByEmail.filter(UserByEmail.columns.email.eq('ada@example.org')).all()
   */
  filter<V extends AnyView, I> (this: V & ClassOf<I>, ...where: Expression[] | [Filter<I>]): ViewQuery<I, Self<V>>
  /**
   * The only row that fulfils the conditions.
   * @param where as for `filter`
   * @throws {DoesNotExist} the view's own, with status 404
   * @throws {MultipleObjectsReturned} the view's own
   * @example
   * const user = await UserByEmail.get({ email: 'ada@example.org' })
   */
  get<V extends AnyView> (this: V, where: Filter<Self<V>>): Promise<Self<V>>
  /**
   * The only row that fulfils the conditions that columns make.
   * @example
   * const user = await UserByEmail.get(UserByEmail.columns.email.eq('ada@example.org'))
   */
  get<V extends AnyView, I> (this: V & ClassOf<I>, ...where: Expression[] | [Filter<I>]): Promise<Self<V>>
  /**
   * All rows of the view, in one array. For many rows iterate `objects` instead.
   * @example
   * const users = await UserByEmail.all()
   */
  all<V extends AnyView> (this: V): Promise<Self<V>[]>
  /**
   * Begins a query at this consistency. Default: that of the view, of the connection, of the driver.
   * @param level a name such as `'LOCAL_QUORUM'`, or a number of the driver's `types.consistencies`
   * @example
   * const users = await UserByEmail.consistency('LOCAL_QUORUM').all()
   */
  consistency<V extends AnyView, I> (this: V & ClassOf<I>, level: Consistency): ViewQuery<I, Self<V>>
  /**
   * Begins a query with a time limit for each of its operations, preparing included.
   * @param ms milliseconds
   * @example
   * const users = await UserByEmail.timeout(500).all()
   */
  timeout<V extends AnyView, I> (this: V & ClassOf<I>, ms: number): ViewQuery<I, Self<V>>
  /**
   * Begins a query that goes elsewhere.
   * @param to names of a connection, a keyspace, or both
   * @example
   * const theirs = await UserByEmail.using({ keyspace: 'tenant_7' }).all()
   */
  using<V extends AnyView, I> (this: V & ClassOf<I>, to: Route): ViewQuery<I, Self<V>>
  /**
   * Begins a query with an execution profile of the driver.
   * @param name as in the driver's option `profiles`
   * @example
   * const users = await UserByEmail.profile('analytics').all()
   */
  profile<V extends AnyView, I> (this: V & ClassOf<I>, name: string): ViewQuery<I, Self<V>>
  /**
   * A JSON schema of its rows, or of its key; typed by what it describes.
   * @param options what it is for (`row`, `key`), `only` some columns, `dialect`, `$id`
   * @throws {QueryError} for unknown options and columns
   * @example
   * const schema = { response: { 200: { type: 'array', items: UserByEmail.toJSONSchema() } } }
   * app.get('/users', { schema }, () => UserByEmail.all())
   */
  toJSONSchema<
    V extends AnyView,
    const F extends 'row' | 'key' = 'row',
    const P extends ColumnName<Self<V>> | (string & {}) = never,
    const D extends Dialect = 'fastify'
  > (this: V, options?: SchemaOptions<F, P, D, true>): SchemaOf<Self<V>, F, P, D>
  /**
   * A clean instance of a row from elsewhere, such as a cache or a test: stored, with these columns loaded.
   * @param row values by attribute names
   * @throws {ValidationError} for values that columns do not take
   * @example
   * const user = UserByEmail.hydrate({ uid: types.Uuid.fromString(id), email: 'ada@example.org', name: 'Ada' })
   */
  hydrate<V extends AnyView, I> (this: V & ClassOf<I>, row: Partial<Row<I>>): Self<V>
  /**
   * Tells the `db` about this class, as its first use does: `db.models` has it.
   * @example
   * class ByBirth extends db.Model.view('by_birth', User, {
   *   partitionKey: ['name'], clusteringKey: ['uid']
   * }).as<ByBirth>() {
   *   static { this.register() }
   * }
   */
  register (): void
}
