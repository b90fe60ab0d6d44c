import { type ColumnChange, changesOf } from '../model/changes.js'
import type { RowValues } from '../model/compile/layout.js'
import type { State } from '../model/state.js'
import type { TableColumn } from '../model/table.js'

/**
 * Increments and decrements of an instance's counters: of a stored row those that differ, of a new one all, by 0 at
 * least, which makes the row.
 */
export function counterChanges (columns: readonly TableColumn[], values: RowValues, base: State): ColumnChange[] {
  const counters = columns.filter((c) => c.isCounter && values[c.position] !== undefined)
  if (base.stored !== undefined) return changesOf(values, base, counters)
  return counters.flatMap((column) => {
    const changes = column.type.changes(null, values[column.position])
    return changes.length === 0
      ? [{ column, change: { kind: 'increment', value: 0n } } as const]
      : changes.map((change) => ({ column, change }))
  })
}
