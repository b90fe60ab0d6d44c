// The one rule that decides which connection and which keyspace a statement goes to. Pure: it looks nothing up by
// itself.
import { BatchError, ConnectionRegistryError, QueryError } from '../errors.js'
import { asOurs } from '../known-options.js'
import { listed, shown } from '../words.js'

/** A wish for a place. What is left out is decided elsewhere. */
export interface Route {
  /** Name of a registered connection. */
  readonly connection?: string | undefined
  /** Name of a keyspace, in its case. */
  readonly keyspace?: string | undefined
}

/**
 * A route from outside. What is missing by mistake (`routes[tenant]`) must not be the default place.
 * @param where for messages
 * @throws {QueryError} for what is no object of `connection` and `keyspace`, both of them names or absent; and when all
 *   that it has is undefined
 */
export function checkedRoute (where: string, to: unknown): Route {
  try {
    return readRoute(where, to)
  } catch (error) {
    throw asOurs(error, where)
  }
}

function readRoute (where: string, to: unknown): Route {
  if (typeof to !== 'object' || to === null || Array.isArray(to)) {
    throw new QueryError(`${where} takes { connection, keyspace }`)
  }
  const route: { connection?: string, keyspace?: string } = {}
  for (const [name, value] of Object.entries(to)) {
    if (name !== 'connection' && name !== 'keyspace') {
      throw new QueryError(`${where} takes { connection, keyspace }, not ${shown(name)}`)
    }
    if (value === undefined) continue
    if (typeof value !== 'string' || value === '') throw new QueryError(`${where}: the ${name} must be a name`)
    route[name] = value
  }
  const [name] = Object.keys(to)
  if (name !== undefined && route.connection === undefined && route.keyspace === undefined) {
    throw new QueryError(`${where}: the ${name} is undefined; give a name, or leave it out`)
  }
  return route
}

/** Everything that can have a say about one statement, strongest first. */
export interface RouteSources {
  readonly using?: Route | undefined
  /** The statement goes into a batch, whether or not that batch names a connection. */
  readonly batched?: boolean | undefined
  /** The connection that an explicit batch names. */
  readonly batch?: string | undefined
  readonly context?: Route | undefined
  /** Where the instance was loaded from or first saved to. */
  readonly origin?: Route | undefined
  readonly model?: Route | undefined
  readonly scope?: Route | undefined
}

/** What holds when no source has a say. */
export interface Defaults {
  /** The name of the default connection. */
  readonly connection: string | undefined
  /** The names of all connections, for messages. */
  readonly names?: readonly string[] | undefined
  /** `db.keyspace`. */
  readonly keyspace: string | undefined
  /** The keyspace that a connection declares as its own; undefined for one that is not registered, too. */
  keyspaceOf (connection: string): string | undefined
}

type ConnectionSource = 'using' | 'batch' | 'context' | 'origin' | 'model' | 'scope' | 'default'
type KeyspaceSource = 'using' | 'context' | 'origin' | 'model' | 'scope' | 'connection' | 'db' | 'none'

export interface Reason { readonly connection: ConnectionSource, readonly keyspace: KeyspaceSource }

export interface Decision {
  readonly connection: string
  /** undefined: nothing names one; whether that is an error depends on the statement. */
  readonly keyspace: string | undefined
  readonly decidedBy: Reason
}

/**
 * Decides where a statement goes.
 *
 * connection: `using`, explicit batch, context, origin, model, scope, default.
 * keyspace: `using`, context, origin, model, scope, the connection's own, `db.keyspace`.
 *
 * Whether the connection exists is the registry's question (`ConnectionRegistry#resolve`).
 * @throws {BatchError} `using({ connection })` on a statement for a batch: a batch goes to one connection as a whole
 * @throws {ConnectionRegistryError} nothing names a connection and there is no default
 */
export function route (sources: RouteSources, defaults: Defaults): Decision {
  const { using, batch, context, origin, model, scope } = sources
  let connection: string | undefined
  let connectionBy: ConnectionSource

  if ((connection = using?.connection) !== undefined) {
    if (batch !== undefined || sources.batched === true) throw usingInBatch(connection, batch)
    connectionBy = 'using'
  } else if ((connection = batch) !== undefined) connectionBy = 'batch'
  else if ((connection = context?.connection) !== undefined) connectionBy = 'context'
  else if ((connection = origin?.connection) !== undefined) connectionBy = 'origin'
  else if ((connection = model?.connection) !== undefined) connectionBy = 'model'
  else if ((connection = scope?.connection) !== undefined) connectionBy = 'scope'
  else if ((connection = defaults.connection) !== undefined) connectionBy = 'default'
  else throw noDefault(defaults.names)

  let keyspace: string | undefined
  let keyspaceBy: KeyspaceSource

  if ((keyspace = using?.keyspace) !== undefined) keyspaceBy = 'using'
  else if ((keyspace = context?.keyspace) !== undefined) keyspaceBy = 'context'
  else if ((keyspace = origin?.keyspace) !== undefined) keyspaceBy = 'origin'
  else if ((keyspace = model?.keyspace) !== undefined) keyspaceBy = 'model'
  else if ((keyspace = scope?.keyspace) !== undefined) keyspaceBy = 'scope'
  else if ((keyspace = defaults.keyspaceOf(connection)) !== undefined) keyspaceBy = 'connection'
  else if ((keyspace = defaults.keyspace) !== undefined) keyspaceBy = 'db'
  else keyspaceBy = 'none'

  return { connection, keyspace, decidedBy: reasons[connectionBy][keyspaceBy] }
}

/** A list of connection names for messages. */
export const known = (names: readonly string[] | undefined): string => names?.length ? listed(names) : 'none'

const noDefault = (names: readonly string[] | undefined): ConnectionRegistryError => new ConnectionRegistryError(
  `No default connection is registered, and the statement names none; known connections: ${known(names)}. ` +
  'Call setup() or setDefaultConnection(), or name a connection on the model or with using()')

const usingInBatch = (connection: string, batch: string | undefined): BatchError => new BatchError(
  `using() asks for connection ${shown(connection)}, but the statement goes into a batch` +
  `${batch === undefined ? '' : ` on connection "${batch}"`}: a batch goes to one connection as a whole. Name it ` +
  'where the batch is made')

// Every possible reason is made once: routing happens for each statement.
const sources = ['using', 'batch', 'context', 'origin', 'model', 'scope', 'default'] as const
const reasons = Object.fromEntries(sources.map((connection) => [
  connection,
  Object.fromEntries((['using', 'context', 'origin', 'model', 'scope', 'connection', 'db', 'none'] as const)
    .map((keyspace) => [keyspace, Object.freeze({ connection, keyspace })]))
])) as Readonly<Record<ConnectionSource, Readonly<Record<KeyspaceSource, Reason>>>>
