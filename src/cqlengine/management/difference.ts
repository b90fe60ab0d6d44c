// What a keyspace lacks, as plain values: (wanted, existing) → statements, warnings, conflicts. Sends nothing, asks nothing.
import { createKeyspace } from '../statements/ddl.js'
import { indexNames } from './index-difference.js'
import { conflictsOnly, type Difference, joined, warningsOnly } from './plan.js'
import { note, type Place, type SyncNote } from './report.js'
import type { ExistingSchema } from './schema.js'
import { tableDifference } from './table-difference.js'
import { typeDifference } from './type-difference.js'
import { unknownThings } from './unknown.js'
import { mergeTables, type WantedSchema, type WantedTable, wantedTypes } from './wanted.js'

/**
 * Compares what the models of a keyspace want with what it has (MGT-06 … MGT-15). Statements come in the order in which they must be
 * sent: types, inner ones first, then each table with its columns, options and indexes. Nothing is ever dropped or replaced; a table
 * with a conflict gets no statements.
 * @param existing undefined: there is no such keyspace
 */
export function difference (wanted: WantedSchema, existing: ExistingSchema | undefined): Difference {
  if (existing === undefined) return conflictsOnly(missingKeyspace(wanted))
  const { types, conflicts } = wantedTypes(wanted)
  const { tables, duplicates } = mergeTables(wanted.tables)
  const names = indexNames(tables, existing)
  return joined([
    conflictsOnly(conflicts),
    ...types.map((type) => sound(typeDifference(type, existing, wanted))),
    ...tables.map((table) => sound(tableDifference(table, existing, wanted, names))),
    conflictsOnly(duplicates.map((duplicate) => sharedTable(duplicate, tables, wanted))),
    warningsOnly(wanted.known === undefined ? [] : unknownThings(wanted.known, existing, wanted))
  ])
}

const sound = (part: Difference): Difference => part.conflicts.length === 0 ? part : { ...part, statements: [] }

function sharedTable ({ table, model }: WantedTable, tables: readonly WantedTable[], place: Place): SyncNote {
  const other = tables.find((t) => t.table.name === table.name)?.model
  return note({ ...place, table: table.name, model }, 'shared-table', `the model "${other}" has this table in this keyspace too; give one of them another table name, keyspace or connection`)
}

function missingKeyspace ({ connection, keyspace, tables, types }: WantedSchema): SyncNote[] {
  const message = `there is no keyspace "${keyspace}" on connection "${connection}"; create it with createKeyspaceSimple("${keyspace}", 1), or with createKeyspaceNetworkTopology()`
  const statements = [createKeyspace(keyspace, { class: 'SimpleStrategy', replication_factor: 1 }, true)]
  return [
    ...tables.map(({ model, table }) => note({ connection, keyspace, table: table.name, model }, 'missing-keyspace', message, { statements })),
    ...types.map(({ typeName }) => note({ connection, keyspace, table: typeName }, 'missing-keyspace', message, { statements }))
  ]
}
