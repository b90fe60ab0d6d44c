import type { Table } from '../model/table.js'
import type { PageTokens } from './page-token.js'
import type { Database } from './place.js'
import type { StatementCache } from './statement-cache.js'

/** What the query sets of one `db` share. */
export interface Querying {
  readonly db: Database
  readonly cacheOf: (table: Table) => StatementCache
  readonly pageTokens: PageTokens
}
