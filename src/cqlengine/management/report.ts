import type { SyncNote, SyncReport } from '../sync-report.js'

export type { SyncNote, SyncReport, SyncStatement } from '../sync-report.js'

/** A keyspace of a cluster. */
export interface Place { readonly connection: string, readonly keyspace: string }

/** Where a note belongs, and who wants it there. */
export interface Subject extends Place {
  readonly table: string
  /** Begins each message: `model "User"`, `type "address"`. */
  readonly owner: string
}

export function note ({ connection, keyspace, table, owner }: Subject, message: string, column?: string): SyncNote {
  const where = column === undefined ? owner : `${owner}, column ${JSON.stringify(column)}`
  return { connection, keyspace, table, ...column !== undefined && { column }, message: `${where}: ${message}` }
}

/** For the message of an error: what stands in the first notes, and where. */
export function summary (notes: readonly SyncNote[]): string {
  const shown = notes.slice(0, 5).map((n) => `${n.message} (keyspace "${n.keyspace}", connection "${n.connection}")`)
  return [...shown, ...notes.length > shown.length ? [`and ${notes.length - shown.length} more, see report`] : []].join('; ')
}

export function emptyReport (): SyncReport {
  return { statements: [], warnings: [], conflicts: [] }
}
