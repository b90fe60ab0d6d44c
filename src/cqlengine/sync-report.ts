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

/** Something that a sync found but does not change. `table` is the name of a table or of a user type. */
export interface SyncNote {
  /** Name of the connection. */
  connection: string
  /** Name of the keyspace. */
  keyspace: string
  /** Name of the table or user type. */
  table: string
  /** Name of the column, where it is about one. */
  column?: string
  /** What differs, and what helps. */
  message: string
}

/**
 * What a sync did, or with `dryRun` would do.
 * `statements`: sent ones, in their order. `warnings`: differences that are left as they are. `conflicts`: what no statement could mend.
 */
export interface SyncReport {
  /** Those sent, in their order; with `dryRun` those that would be. */
  statements: SyncStatement[]
  /** Differences that are left as they are. */
  warnings: SyncNote[]
  /** What no statement could mend. */
  conflicts: SyncNote[]
}
