import type { SyncNote, SyncNoteKind, SyncReport } from '../sync-report.js'

export type { SyncNote, SyncNoteKind, SyncReport, SyncStatement } from '../sync-report.js'

/** A keyspace of a cluster. */
export interface SchemaPlace { readonly connection: string, readonly keyspace: string }

/** Where a note belongs, and who wants it there. */
export interface Subject extends SchemaPlace {
  /** A table, a view or a user type. */
  readonly table: string
  /** Absent for user types, and for what no model has. */
  readonly model?: string
}

/** What a note tells beside its words. */
export interface NoteDetails {
  readonly column?: string
  readonly index?: string
  /** What would mend it by hand. */
  readonly statements?: readonly string[]
}

export function note (
  { connection, keyspace, table, model }: Subject,
  kind: SyncNoteKind,
  message: string,
  { column, index, statements }: NoteDetails = {}
): SyncNote {
  const owner = model === undefined ? JSON.stringify(table) : `model "${model}"`
  const where = column === undefined ? owner : `${owner}, column ${JSON.stringify(column)}`
  return {
    kind,
    connection,
    keyspace,
    table,
    ...model !== undefined && { model },
    ...column !== undefined && { column },
    ...index !== undefined && { index },
    message: `${where}: ${message}`,
    ...statements !== undefined && statements.length > 0 && { statements: [...statements] }
  }
}

/** For the message of an error: what stands in the first notes, and where. */
export function summary (notes: readonly SyncNote[]): string {
  const shown = notes.slice(0, 5).map((n) => `${n.message} (keyspace "${n.keyspace}", connection "${n.connection}")`)
  return [...shown, ...notes.length > shown.length ? [`and ${notes.length - shown.length} more, see report`] : []].join(
    '; '
  )
}

export function emptyReport (): SyncReport {
  return { statements: [], warnings: [], conflicts: [] }
}
