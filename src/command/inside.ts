// What a db hides from its users and the commands need: the models and the registry as they are inside. The casts stand
// here, each once.
import type { CQLAlchemy } from '../cqlalchemy.js'
import type { ConnectionRegistry } from '../cqlengine/connection/registry.js'
import type { ModelConstructor } from '../cqlengine/model/meta.js'
import type { QuerySet } from '../cqlengine/query/query-set.js'

/** All models, with the members that their declarations for users leave out. */
export function modelsOf (db: CQLAlchemy): readonly ModelConstructor[] {
  return db.models as unknown as readonly ModelConstructor[]
}

/** The registry, which shows itself in an interface that leaves out how a connection is resolved. */
export function registryOf (db: CQLAlchemy): ConnectionRegistry {
  return db.connection as unknown as ConnectionRegistry
}

/** All rows of a model: its declaration inside has no `objects`. */
export function rowsOf (model: ModelConstructor): QuerySet {
  return (model as unknown as { readonly objects: QuerySet }).objects
}
