import type { Connection } from '../../connection/connection.js'
import type { ConnectionRegistry } from '../../connection/registry.js'
import { type Decision, type Route, route, type RouteSources } from '../../connection/route.js'
import { ClosedError, UndefinedKeyspaceError } from '../../errors.js'
import { CONTEXT, META, type ModelConstructor } from '../../model/meta.js'
import type { Database } from './database.js'
import type { Operation } from './operation.js'

/** Where one statement goes. */
export interface Place {
  readonly connection: Connection
  readonly keyspace: string
  readonly decidedBy: Decision['decidedBy']
  /** The place as an instance's origin. */
  readonly origin: Route
  /** The operation without options that goes here, once there was one; see operation.ts. */
  plain: Operation | undefined
}

/** What the statement itself says about its place; model and scope are added here. */
export interface OwnSources {
  readonly using: Route | undefined
  readonly context: Route | undefined
  readonly origin: Route | undefined
  readonly batched: boolean
  /** The connection that its batch names. */
  readonly batch: string | undefined
}

/** What a statement says that is not for a batch, nor on an instance. */
export function sourcesOf (using: Route | undefined): OwnSources {
  return { using, context: undefined, origin: undefined, batched: false, batch: undefined }
}

/**
 * Resolves connection and keyspace of a statement on a model. The last decision for each model is kept: nearly all of
 * its statements have the same sources.
 * @throws {ConnectionRegistryError} for an unknown connection, {UndefinedKeyspaceError} when nothing names a keyspace,
 *   {ClosedError}, {BatchError}
 */
export function placeOf (
  db: Database, model: ModelConstructor, { using, context = model[CONTEXT], origin, batched, batch }: OwnSources
): Place {
  const { registry } = db
  const { connection, keyspace } = model
  const scope = db.scopes.current()
  const last = lastPlaces.get(model)
  if (last !== undefined && last.registry === registry && last.version === registry.version && last.scope === scope &&
    last.origin === origin && last.using === using &&
    last.context === context && last.batched === batched && last.batch === batch && last.connection === connection &&
    last.keyspace === keyspace) return last.place
  const place = resolve(
    db, { using, batch, batched, context, origin, model: ownRoute(connection, keyspace), scope }, model[META].name
  )
  lastPlaces.set(
    model,
    { registry, version: registry.version, scope, origin, using, context, batched, batch, connection, keyspace, place }
  )
  return place
}

/**
 * The place of a table that has no model. @param own as a model's `connection` and `keyspace` @throws as
 * {@link placeOf}
 */
export function placeOfTable (
  db: Database, name: string, { connection, keyspace }: Route, using: Route | undefined
): Place {
  return resolve(db, { ...sourcesOf(using), model: ownRoute(connection, keyspace), scope: db.scopes.current() }, name)
}

function ownRoute (connection: string | undefined, keyspace: string | undefined): Route | undefined {
  return connection === undefined && keyspace === undefined ? undefined : { connection, keyspace }
}

/** A decision with all that it was made from. Routes are compared by identity: those of users may change. */
interface Decided extends OwnSources {
  readonly registry: ConnectionRegistry
  readonly version: number
  readonly scope: Route | undefined
  readonly connection: string | undefined
  readonly keyspace: string | undefined
  readonly place: Place
}

const lastPlaces = new WeakMap<ModelConstructor, Decided>()

/** The connection of a statement that names its keyspaces itself. @throws as `placeOf`, but for keyspaces */
export function connectionOf (db: Database, using?: Route): Connection {
  return db.registry.resolve(decide(db, { ...using !== undefined && { using }, scope: db.scopes.current() }).connection)
}

function resolve (db: Database, sources: RouteSources, what: string): Place {
  const { connection: name, keyspace, decidedBy } = decide(db, sources)
  const connection = db.registry.resolve(name)
  if (keyspace === undefined) {
    throw new UndefinedKeyspaceError(`${what}: no keyspace is known for connection "${name}". Configure one ` +
      '(keyspace or CASSANDRA_KEYSPACE), or name one on the model, in using() or in a scope')
  }
  return {
    connection, keyspace, decidedBy, origin: Object.freeze({ connection: connection.name, keyspace }), plain: undefined
  }
}

function decide ({ registry }: Database, sources: RouteSources): Decision {
  if (registry.defaultName === undefined && !registry.isClosed && registry.names.length === 0) {
    throw new ClosedError('The db is not connected yet: register the plugin and await app.ready(), or await ' +
      'db.init(), before the first statement')
  }
  return route(sources, registry)
}
