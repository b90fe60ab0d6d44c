import type { ConnectionRegistry } from '../../connection/registry.js'
import type { Scopes } from '../../connection/scope.js'
import type { Table } from '../../model/table.js'
import { DescribedTables } from './described-table.js'
import { PageTokens } from './page-token.js'
import { KeptTexts, StatementCache } from './statement-cache.js'

/** The inside of one `db`, for all above the models: its connections, and what it keeps. */
export class Database {
  readonly registry: ConnectionRegistry
  readonly scopes: Scopes
  /** Others come with each `init`, which knows the secret. */
  pageTokens = new PageTokens()
  /** Tables without a model. */
  readonly described = new DescribedTables()
  readonly #texts = new KeptTexts()
  /** By table, for a model and its views in contexts have one. */
  readonly #caches = new WeakMap<Table, StatementCache>()

  constructor (registry: ConnectionRegistry, scopes: Scopes) {
    this.registry = registry
    this.scopes = scopes
  }

  /** The statements of a table. */
  cacheOf (table: Table): StatementCache {
    let cache = this.#caches.get(table)
    if (cache === undefined) this.#caches.set(table, cache = new StatementCache(this.#texts))
    return cache
  }
}
