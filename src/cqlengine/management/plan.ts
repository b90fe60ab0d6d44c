import type { SyncNote } from './report.js'
import type { Addition } from './schema.js'

export interface PlannedStatement {
  readonly cql: string
  /** What must still be missing when it is sent; absent for changed options, which may be sent twice. */
  readonly adds?: Addition
  /** Is sent only when the nodes flush nothing of before. */
  readonly afterFlushes?: boolean
  /**
   * What the server must have switched on: its settings, by the names of several versions, and what is wrong where one
   * of them is off.
   */
  readonly needs?: { readonly settings: readonly string[], readonly conflict: SyncNote }
}

export interface Difference {
  readonly statements: readonly PlannedStatement[]
  /** Left as it is. */
  readonly warnings: readonly SyncNote[]
  /** Nothing that is only added could mend it. */
  readonly conflicts: readonly SyncNote[]
}

export function conflictsOnly (conflicts: readonly SyncNote[]): Difference {
  return { statements: [], warnings: [], conflicts }
}

export function warningsOnly (warnings: readonly SyncNote[]): Difference {
  return { statements: [], warnings, conflicts: [] }
}

export function joinedDifferences (parts: readonly Difference[]): Difference {
  return {
    statements: parts.flatMap((part) => part.statements),
    warnings: parts.flatMap((part) => part.warnings),
    conflicts: parts.flatMap((part) => part.conflicts)
  }
}
