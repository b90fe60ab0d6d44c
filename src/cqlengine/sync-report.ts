// What a sync tells. Here and not in management/, because a SchemaError has such a report too.

/** A statement of a sync, and where it goes. */
export interface SyncStatement { connection: string, keyspace: string, cql: string }

/** Something that a sync found but does not change. `table` is the name of a table or of a user type. */
export interface SyncNote { connection: string, keyspace: string, table: string, column?: string, message: string }

/**
 * What a sync did, or with `dryRun` would do.
 * `statements`: sent ones, in their order. `warnings`: differences that are left as they are. `conflicts`: what no statement could mend.
 */
export interface SyncReport { statements: SyncStatement[], warnings: SyncNote[], conflicts: SyncNote[] }
