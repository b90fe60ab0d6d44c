// What is said of the columns of tables and of views alike.
import type { ExistingColumn, ExistingTable } from './schema.js'

export function keyNamesOf (existing: ExistingTable): { readonly partition: string[], readonly clustering: string[] } {
  return { partition: keyColumns(existing, 'partition_key'), clustering: keyColumns(existing, 'clustering') }
}

function keyColumns ({ columns }: ExistingTable, kind: ExistingColumn['kind']): string[] {
  return [...columns].filter(([, c]) => c.kind === kind).sort(([, a], [, b]) => a.position - b.position)
    .map(([name]) => name)
}

export function columnDetails (now: string, wanted: string): string {
  return `the column is ${now} in the database, differing from the model type ${wanted}; Cassandra cannot change the ` +
    'type of a column'
}
