// The `db` object: owns the models and connections of one application, and wires the layers of cqlengine together.

import { columns } from './cqlengine/columns/factories.js'
import type { ColumnFactories } from './cqlengine/columns/factories-api.js'
import type { Connections, Status } from './cqlengine/connection/public-types.js'
import { ConnectionRegistry } from './cqlengine/connection/registry.js'
import type { Route } from './cqlengine/connection/route.js'
import { type RouteFunction, type Scope, Scopes } from './cqlengine/connection/scope.js'
import type { Client, types } from './cqlengine/driver.js'
import { ClosedError, ConfigError } from './cqlengine/errors.js'
import { Management } from './cqlengine/management/management.js'
import type { AnyModel } from './cqlengine/model/api.js'
import { createModel } from './cqlengine/model/define.js'
import type { ModelConstructor } from './cqlengine/model/meta.js'
import type { BatchOptions } from './cqlengine/model/operations.js'
import { watched } from './cqlengine/model/refusal.js'
import { inspect } from './cqlengine/model/printing.js'
import type { AnyModelClass, AnyView, RootModel } from './cqlengine/model/root-api.js'
import { printAs, printDriverValues } from './cqlengine/model/test-printing.js'
import { createUserType, type UserTypeRoot } from './cqlengine/model/user-type.js'
import { BatchQuery, runBatch } from './cqlengine/query/operation/batch.js'
import { contextQuery } from './cqlengine/query/context.js'
import { cqlTemplate } from './cqlengine/query/cql-template.js'
import { Database } from './cqlengine/query/operation/database.js'
import { QueryEngine } from './cqlengine/query/engine.js'
import { functions, type Functions } from './cqlengine/query/terms/functions.js'
import { NamedKeyspace, NamedTable } from './cqlengine/query/named.js'
import { PageTokens } from './cqlengine/query/operation/page-token.js'
import { execute, type RawOptions, type RawResult } from './cqlengine/query/raw.js'
import {
  addSchemas, type AddSchemasOptions, type SchemaModel, type SchemaTarget, withChildren
} from './model-schemas.js'
import type { InitOptions } from './settings/options.js'
import { connectAll, type InitHooks } from './start.js'

/**
 * A database as an application sees it: models, connections and settings. Make one, define models on it, and connect it
 * by registering the Fastify plugin with `{ db }` or by `await db.init()`. Several in one process know nothing of each
 * other.
 * @example
 * const db = new CQLAlchemy()
 * const c = db.columns
 * class Author extends db.Model.define('author', { name: c.Text({ primaryKey: true }) }).as<Author>() {}
 * await db.init({ hosts: ['10.0.0.1'], localDataCenter: 'dc1', keyspace: 'library' })
 * await Author.create({ name: 'Ada' })
 */
export class CQLAlchemy {
  /**
   * All columns.
   * @example
   * const c = db.columns
   * const name = c.Text({ required: true })
   */
  readonly columns: ColumnFactories = columns
  /**
   * Functions of CQL.
   * @example
   * const f = db.functions
   * const [sums] = await Post.filter({ blog: 'cats' }).select({ posts: f.count() }).all()
   */
  readonly functions: Functions = functions
  /**
   * What models are made of.
   * @example
   * class Author extends db.Model.define('author', { name: c.Text({ primaryKey: true }) }).as<Author>() {}
   */
  readonly Model: RootModel
  /**
   * What user types are made of.
   * @example
   * class Place extends db.UserType.define('place', { city: c.Text({ required: true }) }) {}
   */
  readonly UserType: UserTypeRoot = createUserType()
  /**
   * A batch that is sent by hand; see `batch`.
   * @example
   * const b = new db.BatchQuery({ type: 'unlogged' })
   * await post.batch(b).save()
   * await b.execute()
   */
  readonly BatchQuery: new (options?: BatchOptions) => BatchQuery
  /** Keyspaces, tables and user types: makes, syncs, drops and empties them. */
  readonly management: Management
  /**
   * Tables of a keyspace by their names.
   * @example const events = await new db.NamedKeyspace('logs').table('events').objects.limit(10).all()
   */
  readonly NamedKeyspace: new (name: string, options?: { connection?: string | undefined }) => NamedKeyspace
  readonly #registry = new ConnectionRegistry()
  readonly #scopes = new Scopes()
  readonly #engine: QueryEngine
  #state: 'new' | 'open' | 'closed' = 'new'
  #closing: Promise<void> | undefined
  /**
   * The last call of `init()`, until `close()`: one that was closed meanwhile must not touch what a later one opened.
   */
  #opening: symbol | undefined

  constructor () {
    printDriverValues()
    const database = new Database(this.#registry, this.#scopes)
    const engine = this.#engine = new QueryEngine(database)
    this.Model = createModel(engine)
    this.management = new Management(database, () => engine.models)
    this.NamedKeyspace = class extends NamedKeyspace {
      constructor (name: string, options?: { connection?: string | undefined }) { super(engine, name, options) }
    }
    this.BatchQuery = class extends BatchQuery {
      constructor (options?: BatchOptions) { super(database, options) }
    }
    // A failing assertion, a logger and a spread would show all that is inside.
    for (const name of Object.keys(this)) Object.defineProperty(this, name, { enumerable: false })
  }

  /**
   * The concrete models, in the order of their definition, each family followed by its registered children. Your
   * classes are in it once they are known: at their first use, or by `static { this.register() }`; until then what they
   * extend.
   * @example for (const model of db.models) console.log(model.tableName, await model.objects.count())
   */
  // Inside a model is a body without column types, outside what define() declares.
  get models (): readonly AnyModelClass[] {
    return withChildren(this.#engine.models) as unknown as readonly AnyModelClass[]
  }

  /**
   * The registry of connections: registers, lists, opens and closes them.
   * @example
   * await db.connection.registerConnection('archive', { hosts: '10.1.0.1', lazyConnect: true })
   */
  get connection (): Connections { return this.#registry }

  /** The keyspace of everything that names none itself. */
  get keyspace (): string | undefined { return this.#registry.keyspace }

  /** The driver client of the default connection. @throws {ClosedError} {ConnectionRegistryError} */
  get client (): Client { return this.#registry.resolve().client }

  /** True from the call of `init()` to its failure, or to `close()`. */
  get isOpen (): boolean { return this.#state === 'open' }

  /**
   * Reads the configuration (options, `config`, environment, `.env`) and connects. Outside Fastify; inside, registering
   * the plugin does it.
   * @throws {ConfigError} for what is wrong in it, {NoConfigError} without hosts or keyspace; the driver's errors when
   *   connecting fails. Nothing is left open then, and it may be called again.
   * @throws {ClosedError} `close()` was called meanwhile; it may be called again at once.
   * @example
   * await db.init({ hosts: ['10.0.0.1'], localDataCenter: 'dc1', keyspace: 'library' })
   */
  async init (options: InitOptions = {}, hooks: InitHooks = {}): Promise<this> {
    if (this.#state === 'open') {
      throw new ConfigError('This db is open already: one db serves one application at a time. Close it first, or ' +
        'make another with new CQLAlchemy()')
    }
    // Before the first await: two calls at once must not both pass.
    this.#state = 'open'
    const opening = this.#opening = Symbol('init')
    const check = (): void => {
      if (this.#opening !== opening) throw new ClosedError('This db was closed while init() was connecting it')
    }
    try {
      await this.#closing
      check()
      // Loaded here: env-schema and its Ajv take longer to load than all of this package, and many processes only
      // import models.
      const { readSettings } = await import('./settings/read-settings.js')
      check()
      const settings = readSettings(options, hooks)
      this.#engine.db.pageTokens = new PageTokens(settings.pageTokenSecret, hooks.warn)
      await connectAll(this.#registry, settings, hooks, check)
      check()
    } catch (error) {
      check()
      this.#state = 'closed'
      await this.#registry.close({ timeout: 0 })
      throw error
    }
    return this
  }

  /**
   * Lets running statements finish (at most 10 s), then closes what was opened here. Models stay; the `db` may be
   * opened again.
   * @example
   * await db.close()
   */
  async close (): Promise<void> {
    this.#state = 'closed'
    this.#opening = undefined
    this.#closing = this.#registry.close()
    await this.#closing
  }

  /**
   * Closes it, as `close()`: for `await using`.
   * @example
   * await using own = await new CQLAlchemy().init({ hosts: ['10.0.0.1'], localDataCenter: 'dc1' })
   * await own.execute('SELECT release_version FROM system.local') // own is closed at the end of the block
   */
  async [Symbol.asyncDispose] (): Promise<void> { await this.close() }

  /**
   * Makes `name` the keyspace of everything that names none itself, for all requests; without a name, back to the
   * configured one. For single requests or tenants use `scope`.
   * @throws {ConfigError} for what is no string, or empty
   * @example
   * db.setKeyspace('library')
   */
  setKeyspace (name?: string): void { this.#registry.setKeyspace(name) }

  /**
   * Runs `fn` at once; inside, across awaits, `route` gives the defaults. Inner scopes override outer ones key by key.
   * @param route `{ connection, keyspace }`, either or both, or a function that gives them at each statement
   * @example
   * const users = await db.scope({ keyspace: 'tenant_a' }, () => User.all())
   */
  scope<T> (route: Route | RouteFunction, fn: () => T): T { return this.#scopes.run(route, fn) }

  /**
   * A scope that can be entered several times, for the hooks of a web framework.
   * @example
   * const tenant = db.openScope({ keyspace: 'tenant_a' })
   * const users = await tenant.run(() => User.all())
   */
  openScope (route: Route | RouteFunction): Scope { return this.#scopes.open(route) }

  /**
   * Sends CQL as it is, prepared; names must be written in full: `keyspace.table`. `rows` are the first page, of at
   * most 5000 rows; `for await` of the result asks for the later pages, `pageState` begins one in another request.
   * @param params by position for `?`, or an object for `:name`; each is checked by the type of its marker
   * @param options those of one operation but `ttl`, `timestamp` and conditions, which the text has; `fetchSize` (rows
   *   of a page) and `pageState`
   * @throws {ValidationError} for parameters, {QueryError} for options, {PageTokenError} for a `pageState` of something
   *   else; the driver's errors
   * @example const { rows } = await db.execute<{ n: number }>('SELECT n FROM app.page WHERE url = ?', ['/'])
   */
  execute (
    cql: string, params?: readonly unknown[] | Record<string, unknown>, options?: RawOptions
  ): Promise<types.ResultSet>
  /**
   * As without a type: whose rows are known is up to you, for raw CQL tells nothing of them.
   * @example
   * const { rows } = await db.execute<{ n: number }>('SELECT n FROM app.page')
   */
  execute<R> (
    cql: string, params?: readonly unknown[] | Record<string, unknown>, options?: RawOptions
  ): Promise<RawResult<R>>
  execute (
    cql: string, params?: readonly unknown[] | Record<string, unknown>, options?: RawOptions
  ): Promise<types.ResultSet> {
    return watched(this.#execute(cql, params, options), options)
  }

  async #execute (
    cql: string, params?: readonly unknown[] | Record<string, unknown>, options?: RawOptions
  ): Promise<types.ResultSet> {
    this.#checkOpen()
    return await execute(this.#engine.db, cql, params, options)
  }

  /**
   * CQL with names and values put in safely: models and columns become quoted, qualified names, all else is bound.
   * Gives all rows.
   * @example
   * const rows = await db.cql<{ name: string }>`SELECT name FROM ${User} WHERE ${User.columns.uid} = ${id}`
   */
  async cql<R = Record<string, unknown>> (text: TemplateStringsArray, ...parts: unknown[]): Promise<R[]> {
    this.#checkOpen()
    // What the statement selects is the caller's to say.
    return await cqlTemplate(this.#engine.db, text, parts) as R[]
  }

  /**
   * A table without a model, by its name; its columns are read from the server.
   * @example
   * const rows = await db.table('post').objects.filter({ blog: 'cats' }).all()
   */
  table (name: string, to?: Route): NamedTable { return new NamedTable(this.#engine, name, to) }

  /**
   * Sends the writes that `fn` adds with `.batch(b)` together; not when it throws, unless `executeOnException`. Gives
   * what `fn` gives.
   * @throws {BatchError} for statements that cannot go together, {LWTError} where a condition is not met; the driver's
   *   errors
   * @example
   * await db.batch(async (b) => {
   *   await post.batch(b).update({ title: 'Hello' })
   *   await Post.batch(b).create({ blog: 'dogs', day: 1, id: 1 })
   * })
   */
  async batch<T> (fn: (batch: BatchQuery) => T | Promise<T>): Promise<T>
  /**
   * As without options. @throws {BatchError} for options that cannot work
   * @example
   * await db.batch({ type: 'unlogged' }, async (b) => { await post.batch(b).save() })
   */
  async batch<T> (options: BatchOptions, fn: (batch: BatchQuery) => T | Promise<T>): Promise<T>
  async batch<T> (
    first: BatchOptions | ((batch: BatchQuery) => T | Promise<T>), fn?: (batch: BatchQuery) => T | Promise<T>
  ): Promise<T> {
    const database = this.#engine.db
    return typeof first === 'function'
      ? await runBatch(database, {}, first)
      : await runBatch(database, first, fn as (batch: BatchQuery) => T | Promise<T>)
  }

  /**
   * Calls `fn` with a view of the model (or of each model of an array) whose statements go to `to`.
   * @example
   * const cats = await db.contextQuery(Post, { keyspace: 'archive' }, (Old) => Old.filter({ blog: 'cats' }).all())
   */
  async contextQuery<M extends AnyModel | AnyView, T> (
    model: M, to: Route, fn: (model: M) => T | Promise<T>
  ): Promise<T>
  /**
   * Calls `fn` with views of these models, in their order.
   * @example
   * await db.contextQuery([User, Post], { connection: 'archive' }, async ([OldUser, OldPost]) => {
   *   console.log(await OldUser.objects.count(), await OldPost.objects.count())
   * })
   */
  async contextQuery<const M extends readonly (AnyModel | AnyView)[], T> (
    models: M, to: Route, fn: (models: M) => T | Promise<T>
  ): Promise<T>
  async contextQuery<T> (models: unknown, to: Route, fn: (models: never) => T | Promise<T>): Promise<T> {
    return await contextQuery(models as ModelConstructor | readonly ModelConstructor[], to, fn)
  }

  /**
   * Brings tables, types and indexes to what the models say: `management.syncDb`.
   * @example const { statements } = await db.syncDb()
   */
  get syncDb (): Management['syncDb'] { return this.management.syncDb }
  /**
   * Brings the table of one model to what it says: `management.syncTable`.
   * @example await db.syncTable(User)
   */
  get syncTable (): Management['syncTable'] { return this.management.syncTable }
  /**
   * Brings one user type to what it says: `management.syncType`.
   * @example await db.syncType('library', Address)
   */
  get syncType (): Management['syncType'] { return this.management.syncType }
  /**
   * Creates a keyspace in one data center, unless it exists: `management.createKeyspaceSimple`.
   * @example await db.createKeyspaceSimple('library', 1)
   */
  get createKeyspaceSimple (): Management['createKeyspaceSimple'] { return this.management.createKeyspaceSimple }

  /**
   * Adds the JSON schemas of all models to a Fastify app, for `{ $ref: 'user#' }`: `user` (a row), `user.partial` (a
   * row of which nothing is required, for answers after `only()`), `user.create`, `user.update`, `user.key`; of a
   * polymorphic child `cat`, `cat.partial`, …
   * @param options `prefix` goes before each `$id`: `{ prefix: 'shop' }` gives `shop.user`; `dialect`: see
   *   `Model.toJSONSchema`
   * @throws {ModelDefinitionError} when two models would get one `$id`
   * @example
   * db.addSchemas(app)
   * app.get('/users', { schema: { response: { 200: { type: 'array', items: { $ref: 'user#' } } } } }, () => User.all())
   */
  // The statics are typed for a class that calls them on itself, which a list of any models cannot.
  addSchemas (app: SchemaTarget, options?: AddSchemasOptions): void {
    addSchemas(app, withChildren(this.#engine.models) as unknown as readonly SchemaModel[], options)
  }

  /**
   * Whether the connections in use answer. Bounded (default 2000 ms), never throws.
   * @example
   * app.get('/health', async () => ({ ok: await db.health({ timeout: 2000 }) }))
   */
  async health (options?: { timeout?: number | undefined }): Promise<boolean> {
    return await this.#registry.health(options)
  }

  /**
   * What is known of the connections, without asking a server. Holds host addresses: for operators.
   * @example
   * const { state, inFlight } = db.status().connections.default!
   */
  status (): Status { return this.#registry.status() }

  static { printAs(this.prototype, 'CQLAlchemy', (db) => db[inspect]()) }

  /** What is printed of it: its state, and no host or setting. */
  [inspect] (): string {
    const connections = Object.entries(this.status().connections).map(([name, { state }]) => `${name}: '${state}'`)
    const models = this.models.map((model) => model.name || model.tableName)
    const keyspace = this.keyspace === undefined ? 'undefined' : `'${this.keyspace}'`
    return `CQLAlchemy { state: '${this.#state}', keyspace: ${keyspace}, connections: { ${connections.join(', ')} }, ` +
      `models: [${models.join(', ')}] }`
  }

  #checkOpen (): void {
    if (this.#state === 'closed') {
      throw new ClosedError('This db was closed: open it again with init(), or by registering the plugin')
    }
  }
}
