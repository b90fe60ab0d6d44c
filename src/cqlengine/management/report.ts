/** A statement of a sync, and where it goes. */
export interface SyncStatement { connection: string, keyspace: string, cql: string }

/** Something that a sync found but does not change. `table` is the name of a table or of a user type. */
export interface SyncNote { connection: string, keyspace: string, table: string, column?: string, message: string }

/**
 * What a sync did, or with `dryRun` would do.
 * `statements`: sent ones, in their order. `warnings`: differences that are left as they are. `conflicts`: what no statement could mend.
 */
export interface SyncReport { statements: SyncStatement[], warnings: SyncNote[], conflicts: SyncNote[] }

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
