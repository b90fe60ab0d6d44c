import type { UserTypeLike } from '../columns/cql-type.js'
import type { Connection } from '../connection/connection.js'
import { ModelDefinitionError, QueryError, UserTypeError } from '../errors.js'
import type { AnyModel } from '../model/api.js'
import type { AnyUserType } from '../model/user-type-api.js'
import type { AnyView } from '../model/root-api.js'
import { checkFlag, knownOptions, listOf } from '../known-options.js'
import { META, type ModelConstructor, tableOf } from '../model/meta.js'
import { checkNoView } from '../model/read-only.js'
import type { Database } from '../query/operation/database.js'
import { connectionOf, placeOf, sourcesOf } from '../query/operation/place.js'
import { checkKeyspaceName, createKeyspaceNetworkTopology, createKeyspaceSimple, dropKeyspace } from './keyspaces.js'
import type { SyncReport } from './report.js'
import { type SyncTarget, syncTables, syncTypes } from './sync.js'
import { dropTable, truncateTable } from './tables.js'
import { places } from './targets.js'

/**
 * Where a management call reaches: the product of connections and keyspaces (MGT-04). Left out: where the models are.
 */
export interface ManageOptions {
  /** Names of connections. Default: where the models are. */
  connections?: readonly string[] | undefined
  /** Names of keyspaces. Default: where the models are. */
  keyspaces?: readonly string[] | undefined
  /** Return only when new indexes are built. Default false. */
  waitForIndexes?: boolean | undefined
}

export interface SyncOptions extends ManageOptions {
  /** Read the schema and report everything; send and throw nothing. Default false. */
  dryRun?: boolean | undefined
}

export interface SyncDbOptions extends SyncOptions {
  /** Default: all models of this `db` that are not abstract. */
  models?: readonly (AnyModel | AnyView)[] | undefined
  /** Also list tables, views and user types of these keyspaces that no model of this `db` has. Default false. */
  unknown?: boolean | undefined
}

export interface KeyspaceOptions {
  /** Default true. */
  durableWrites?: boolean | undefined
  /** Default: the default connection. */
  connections?: readonly string[] | undefined
}

const keyspaceOptions = ['durableWrites', 'connections'] as const
const placeOptions = ['connections', 'keyspaces'] as const
const syncTypeOptions = ['connections', 'waitForIndexes', 'dryRun'] as const
const syncOptions = [...placeOptions, 'waitForIndexes', 'dryRun'] as const

/**
 * `db.management` (MGT-01 … MGT-16). Additive only: nothing is ever dropped or altered but by the calls that say so.
 * @example
 * await db.management.createKeyspaceNetworkTopology('library', { dc1: 3 })
 * await db.management.syncDb()
 */
export class Management {
  readonly #db: Database
  readonly #models: () => readonly ModelConstructor[]

  constructor (db: Database, models: () => readonly ModelConstructor[]) {
    this.#db = db
    this.#models = models
  }

  // Arrow functions, for they are handed out as `db.syncDb` too.

  /**
   * Creates a keyspace with SimpleStrategy, unless it exists; an existing one is left as it is (MGT-01).
   * @param name 1 to 48 letters, digits and _
   * @param replicationFactor how many nodes keep each row, from 1
   * @throws {QueryError} for a name or number that Cassandra cannot take
   * @throws the driver's errors: the server refuses it, or does not answer
   * @example
   * await db.createKeyspaceSimple('library', 1)
   */
  readonly createKeyspaceSimple = async (
    name: string, replicationFactor: number, options?: KeyspaceOptions
  ): Promise<void> => {
    const { connections, durableWrites } = knownOptions('createKeyspaceSimple', options, keyspaceOptions)
    for (const connection of this.#connections('createKeyspaceSimple', connections)) {
      await createKeyspaceSimple(connection, name, replicationFactor, { durableWrites })
    }
  }

  /**
   * Creates a keyspace with NetworkTopologyStrategy, unless it exists; an existing one is left as it is (MGT-02).
   * @param name 1 to 48 letters, digits and _
   * @param dataCenters how many nodes of each data center keep each row, from 1
   * @throws {QueryError} for a name or number that Cassandra cannot take
   * @throws the driver's errors: the cluster has no such data center, the server refuses it or does not answer
   * @example
   * await db.management.createKeyspaceNetworkTopology('library', { dc1: 3, dc2: 2 })
   */
  readonly createKeyspaceNetworkTopology = async (
    name: string, dataCenters: Record<string, number>, options?: KeyspaceOptions
  ): Promise<void> => {
    const { connections, durableWrites } = knownOptions('createKeyspaceNetworkTopology', options, keyspaceOptions)
    for (const connection of this.#connections('createKeyspaceNetworkTopology', connections)) {
      await createKeyspaceNetworkTopology(connection, name, dataCenters, { durableWrites })
    }
  }

  /**
   * Drops a keyspace with all that is in it; a missing one is no error (MGT-03).
   * @throws {QueryError} for what is no name of a keyspace
   * @throws the driver's errors: the server refuses it, or does not answer
   * @example
   * await db.management.dropKeyspace('library')
   */
  readonly dropKeyspace = async (name: string, options?: Pick<KeyspaceOptions, 'connections'>): Promise<void> => {
    const { connections } = knownOptions('dropKeyspace', options, ['connections'])
    for (const connection of this.#connections('dropKeyspace', connections)) await dropKeyspace(connection, name)
  }

  /**
   * Brings the tables, types and indexes of all concrete models of this `db` (or of `models`) to what the models say.
   * Adds only. `keyspaces` and `connections` leave models that name their own where they are.
   * @throws {SchemaError} with the report: for a changed key, a missing keyspace, …, before anything is sent; when the
   *   nodes do not agree; and, with `cause`, when the server refuses something or does not answer
   * @example
   * const { statements, conflicts } = await db.syncDb({ dryRun: true }) // what it would send, and what differs
   * if (conflicts.length === 0) await db.syncDb()
   */
  readonly syncDb = async (options?: SyncDbOptions): Promise<SyncReport> => {
    const given = knownOptions('syncDb', options, ['models', 'unknown', ...syncOptions])
    const { models = this.#models(), unknown = false, connections, keyspaces } = given
    const list = listOf(models)
    if (list === undefined) throw new QueryError('syncDb: models must be an array of models')
    checkFlag('syncDb', 'unknown', unknown)
    const targetsOf = (some: readonly ModelConstructor[]): SyncTarget[] =>
      some.flatMap((model) => this.#targets('syncDb', model, {
        ...model.connection === undefined && { connections },
        ...model.keyspace === undefined && { keyspaces }
      }))
    return await syncTables(
      targetsOf(list.map(modelOf)),
      this.#resolve,
      { ...flagsOf('syncDb', given), ...unknown && { known: targetsOf(this.#models()) } }
    )
  }

  /**
   * One model's table with the types that it uses, on connections × keyspaces (MGT-04 … MGT-12). Adds only.
   * @throws {SchemaError} with the report, as `syncDb`
   * @example
   * const { statements } = await db.syncTable(User, { keyspaces: ['tenant_a', 'tenant_b'] })
   */
  readonly syncTable = async (model: AnyModel | AnyView, options?: SyncOptions): Promise<SyncReport> => {
    const given = knownOptions('syncTable', options, syncOptions)
    return await syncTables(
      this.#targets('syncTable', modelOf(model), given), this.#resolve, flagsOf('syncTable', given)
    )
  }

  /**
   * One user type, with the types that it uses (MGT-13). Adds only. `syncTable` does it for the types of its model.
   * @throws {SchemaError} with the report, as `syncDb`; {@link QueryError} for what is no name of a keyspace
   * @example
   * await db.syncType('library', Address)
   */
  readonly syncType = async (
    keyspace: string, type: AnyUserType, options?: Omit<SyncOptions, 'keyspaces'>
  ): Promise<SyncReport> => {
    checkKeyspaceName('syncType', keyspace)
    if (!isUserType(type)) {
      throw new UserTypeError('syncType: expected a keyspace and a user type, made by db.UserType.define()')
    }
    const given = knownOptions('syncType', options, syncTypeOptions)
    const types = this.#connections('syncType', given.connections)
      .map((connection) => ({ type, connection: connection.name, keyspace }))
    return await syncTypes(types, this.#resolve, flagsOf('syncType', given))
  }

  /**
   * Drops a model's table with its rows, or a view; a missing one is no error (MGT-14). Other processes must be started
   * anew before it is made again with other types.
   * @throws the driver's errors: the server refuses it, or does not answer
   * @example
   * await db.management.dropTable(User)
   */
  readonly dropTable = async (
    model: AnyModel | AnyView, options?: Omit<ManageOptions, 'waitForIndexes'>
  ): Promise<void> => {
    const given = knownOptions('dropTable', options, placeOptions)
    for (const { connection, keyspace, table } of this.#targets('dropTable', modelOf(model), given)) {
      await dropTable(this.#resolve(connection), keyspace, table)
    }
  }

  /**
   * Deletes all rows of a model's table. Needs all replicas; has a limit of 65 s.
   * @throws {QueryError} for a view; the driver's errors: there is no such table, or a replica is down
   * @example
   * await db.management.truncateTable(User)
   */
  readonly truncateTable = async (model: AnyModel, options?: Omit<ManageOptions, 'waitForIndexes'>): Promise<void> => {
    const given = knownOptions('truncateTable', options, placeOptions)
    checkNoView(tableOf(modelOf(model)))
    for (const { connection, keyspace, table } of this.#targets('truncateTable', modelOf(model), given)) {
      await truncateTable(this.#resolve(connection), keyspace, table.name)
    }
  }

  readonly #resolve = (name: string): Connection => this.#db.registry.resolve(name)

  /** For what belongs to a cluster and to no model. */
  #connections (caller: string, connections: readonly string[] | undefined): Connection[] {
    return places(
      caller,
      { ...connections !== undefined && { connections } },
      (using) => ({ connection: connectionOf(this.#db, using).name, keyspace: '' })
    )
      .map(({ connection }) => this.#resolve(connection))
  }

  #targets (
    caller: string,
    model: ModelConstructor,
    { connections, keyspaces }: Pick<ManageOptions, 'connections' | 'keyspaces'>
  ): SyncTarget[] {
    const table = tableOf(model)
    const { options, family, view } = model[META]
    const known = new Set(table.columns.map((c) => c.field))
    const extra = (family?.children ?? []).flatMap((child) => tableOf(child).columns)
      .filter((c) => !known.has(c.field) && known.add(c.field))
    const all = places(caller, {
      ...connections !== undefined && { connections }, ...keyspaces !== undefined && { keyspaces }
    }, (using) => {
      const place = placeOf(this.#db, model, sourcesOf(using))
      return { connection: place.connection.name, keyspace: place.keyspace }
    })
    return all.map((place) => ({
      ...place,
      model: nameOf(model),
      table,
      extra,
      options: options.properties,
      ...options.managed !== undefined && { managed: options.managed },
      ...options.ignoreColumns !== undefined && { ignored: options.ignoreColumns },
      ...view !== undefined && { view: { base: tableOf(view.base), hasAll: view.hasAll } }
    }))
  }
}

function flagsOf (
  caller: string, { dryRun, waitForIndexes }: SyncOptions
): { dryRun: boolean, waitForIndexes: boolean } {
  checkFlag(caller, 'dryRun', dryRun)
  checkFlag(caller, 'waitForIndexes', waitForIndexes)
  return { dryRun: dryRun ?? false, waitForIndexes: waitForIndexes ?? false }
}

/** The user's class by its name; what only `define` made, by its table. */
function nameOf (model: ModelConstructor): string {
  const { name } = model[META]
  return Object.hasOwn(model, META) ? name : model.name || name
}

/** Users' models have column types, ours have none. */
function modelOf (model: unknown): ModelConstructor {
  if (!isModel(model)) throw new ModelDefinitionError('Expected a model, made by db.Model.define()')
  return model
}

function isModel (model: unknown): model is ModelConstructor {
  try {
    return typeof model === 'function' && (model as Partial<ModelConstructor>)[META] !== undefined
  } catch {
    return false // a Proxy
  }
}

function isUserType (type: unknown): type is UserTypeLike {
  try {
    const { typeName } = type as Partial<UserTypeLike>
    return typeof type === 'function' && typeof typeName === 'string' && typeName !== ''
  } catch {
    return false
  }
}
