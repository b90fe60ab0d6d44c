import { route } from '../connection/route.js'
import { ConnectionRegistryError } from '../errors.js'
import { CONTEXT } from '../model/meta.js'
import type { OpOptions } from '../model/operations.js'
import type { State } from '../model/state.js'
import { type Database, type Place, placeOf } from './place.js'
import { batchOf } from './write.js'

/** Where a write of an instance goes. */
export function instancePlace (db: Database, state: State, op: OpOptions): Place {
  const batch = batchOf(op)
  return placeOf(db, state.model, { using: op.using, context: undefined, origin: state.source.origin, batched: batch !== undefined, batch: batch?.connection })
}

/** True when a stored row is written to another place than it came from, where it may not exist. */
export function isElsewhere (db: Database, state: State, place: Place, op: OpOptions): boolean {
  if (state.stored === undefined) return false
  if (state.source.origin === place.origin) return false
  const origin = state.source.origin ?? usualPlace(db, state, op)
  return origin !== undefined && (origin.connection !== place.connection.name || origin.keyspace !== place.keyspace)
}

/** A row made by `hydrate` belongs where it goes by itself. */
function usualPlace (db: Database, { model }: State, op: OpOptions): { connection: string, keyspace: string | undefined } | undefined {
  if (op.using === undefined) return undefined
  const { connection, keyspace } = model
  try {
    return route({ context: model[CONTEXT], model: { connection, keyspace }, scope: db.scopes.current() }, db.registry)
  } catch (error) {
    if (error instanceof ConnectionRegistryError) return undefined // no other place is known at all
    throw error
  }
}
