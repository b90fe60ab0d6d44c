// What a sync tells. Here and not in management/, because a SchemaError has such a report too.

/** A statement of a sync, and where it goes. */
export interface SyncStatement {
  /** Name of the connection. */
  connection: string
  /** Name of the keyspace. */
  keyspace: string
  /** The text. */
  cql: string
}

/** What a note is about, in one stable word. docs/schema.md says which are warnings and which conflicts. */
export type SyncNoteKind =
  // What the database has and no model wants. Those of whole tables, views and types with `unknown` only.
  | 'unknown-table' | 'unknown-view' | 'unknown-type' | 'unknown-column' | 'unknown-field' | 'unknown-index'
  // What both have, but differently, and what is left as it is.
  | 'column-type' | 'column-static' | 'field-type' | 'index-kind' | 'index-options' | 'similar-name'
  | 'hidden-option' | 'unmanaged'
  // What adding cannot mend.
  | 'missing-keyspace' | 'missing-base' | 'key' | 'key-type' | 'clustering-order' | 'name-taken'
  | 'shared-table' | 'view' | 'dropped-column' | 'counter-column'
  | 'column-definition' | 'family-column' | 'type-definition' | 'type-in-key' | 'index-definition'
  | 'index-name' | 'table-option' | 'server'

/** Something that a sync found but does not change. */
export interface SyncNote {
  /** What it is about, in one word. */
  kind: SyncNoteKind
  /** Name of the connection. */
  connection: string
  /** Name of the keyspace. */
  keyspace: string
  /** Name of the table, view or user type. */
  table: string
  /** Name of the model, where it is about one. */
  model?: string
  /** Name of the column or field in the database, where it is about one. */
  column?: string
  /** Name of the index in the database, where it is about one that is there. */
  index?: string
  /** What differs, and what helps. */
  message: string
  /** CQL that mends it by hand, in this order; some of it deletes data. Absent: no statement could. */
  statements?: string[]
}

/**
 * What a sync did, or with `dryRun` would do.
 * `statements`: sent ones, in their order. `warnings`: differences that are left as they are. `conflicts`: what no
 * statement could mend.
 */
export interface SyncReport {
  /** Those sent, in their order; with `dryRun` those that would be. */
  statements: SyncStatement[]
  /** Differences that are left as they are. */
  warnings: SyncNote[]
  /** What no statement could mend. */
  conflicts: SyncNote[]
}
