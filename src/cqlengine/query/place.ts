import type { Connection } from '../connection/connection.js'
import type { ConnectionRegistry } from '../connection/registry.js'
import { type Decision, type Route, route, type RouteSources } from '../connection/route.js'
import type { Scopes } from '../connection/scope.js'
import { ClosedError, UndefinedKeyspaceError } from '../errors.js'
import { CONTEXT, META, type ModelConstructor } from '../model/meta.js'

/** What the layer of queries needs of its `db`. */
export interface Database {
  readonly registry: ConnectionRegistry
  readonly scopes: Scopes
}

/** Where one statement goes. */
export interface Place {
  readonly connection: Connection
  readonly keyspace: string
  readonly decidedBy: Decision['decidedBy']
}

/** What the statement itself says about its place; model and scope are added here. */
export type OwnSources = Pick<RouteSources, 'using' | 'batch' | 'batched' | 'context' | 'origin'>

/**
 * Resolves connection and keyspace of a statement on a model (API.md section 9).
 * @throws {ConnectionRegistryError} for an unknown connection, {UndefinedKeyspaceError} when nothing names a keyspace, {ClosedError}, {BatchError}
 */
export function placeOf (db: Database, model: ModelConstructor, own: OwnSources): Place {
  const { connection, keyspace } = model
  return resolve(db, {
    using: own.using,
    batch: own.batch,
    batched: own.batched,
    context: own.context ?? model[CONTEXT],
    origin: own.origin,
    model: connection === undefined && keyspace === undefined ? undefined : { connection, keyspace },
    scope: db.scopes.current()
  }, model[META].name)
}

/** The connection of a statement that names its keyspaces itself. @throws as `placeOf`, but for keyspaces */
export function connectionOf (db: Database, using?: Route): Connection {
  return db.registry.resolve(decide(db, { ...using !== undefined && { using }, scope: db.scopes.current() }).connection)
}

function resolve (db: Database, sources: RouteSources, what: string): Place {
  const { connection: name, keyspace, decidedBy } = decide(db, sources)
  const connection = db.registry.resolve(name)
  if (keyspace === undefined) {
    throw new UndefinedKeyspaceError(`${what}: no keyspace is known for connection "${name}". Configure one (keyspace or CASSANDRA_KEYSPACE), or name one on the model, in using() or in a scope`)
  }
  return { connection, keyspace, decidedBy }
}

function decide ({ registry }: Database, sources: RouteSources): Decision {
  if (registry.defaultName === undefined && !registry.isClosed && registry.names.length === 0) {
    throw new ClosedError('The db is not connected yet: register the plugin and await app.ready(), or await db.init(), before the first statement')
  }
  return route(sources, registry)
}

/** A place as an instance's origin. */
export function originOf (place: Place): Route {
  return { connection: place.connection.name, keyspace: place.keyspace }
}
