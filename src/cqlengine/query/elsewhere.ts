import { route } from '../connection/route.js'
import { ConnectionRegistryError } from '../errors.js'
import { CONTEXT } from '../model/meta.js'
import type { State } from '../model/state.js'
import type { Operation } from './operation.js'
import type { Database } from './place.js'

/** True when a stored row is written to another place than it came from, where it may not exist. */
export function isElsewhere (db: Database, state: State, { place, demand: { using } }: Operation): boolean {
  if (state.stored === undefined) return false
  if (state.source.origin === place.origin) return false
  const origin = state.source.origin ?? (using === undefined ? undefined : usualPlace(db, state))
  return origin !== undefined && (origin.connection !== place.connection.name || origin.keyspace !== place.keyspace)
}

/** A row made by `hydrate` belongs where it goes by itself. */
function usualPlace (db: Database, { model }: State): { connection: string, keyspace: string | undefined } | undefined {
  const { connection, keyspace } = model
  try {
    return route({ context: model[CONTEXT], model: { connection, keyspace }, scope: db.scopes.current() }, db.registry)
  } catch (error) {
    if (error instanceof ConnectionRegistryError) return undefined // no other place is known at all
    throw error
  }
}
