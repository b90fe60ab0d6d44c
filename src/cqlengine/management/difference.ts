// What a keyspace lacks, as plain values: (wanted, existing) → statements, warnings, conflicts. Sends nothing, asks
// nothing.
import { createKeyspace } from '../statements/ddl.js'
import { indexNames } from './index-difference.js'
import { conflictsOnly, type Difference, joinedDifferences, warningsOnly } from './plan.js'
import { note, type SchemaPlace, type SyncNote } from './report.js'
import type { ExistingSchema } from './schema.js'
import { tableDifference } from './table-difference.js'
import { typeDifference } from './type-difference.js'
import { unknownThings } from './unknown.js'
import { viewDifference } from './view-difference.js'
import { isWantedView, mergeTables, type WantedSchema, type WantedTable, wantedTypes } from './wanted.js'

/**
 * Compares what the models of a keyspace want with what it has (MGT-06 … MGT-15). Statements come in the order in which
 * they must be sent: types, inner ones first, then each table with its columns, options and indexes. Nothing is ever
 * dropped or replaced; a table with a conflict gets no statements.
 * @param existing undefined: there is no such keyspace
 */
export function difference (wanted: WantedSchema, existing: ExistingSchema | undefined): Difference {
  const isOurs = ({ managed }: WantedTable): boolean => managed !== false
  const ours = { ...wanted, tables: wanted.tables.filter(isOurs) }
  const others = {
    ...wanted, tables: wanted.showsUnmanaged === true ? wanted.tables.filter((table) => !isOurs(table)) : [], types: []
  }
  const rest = existing === undefined || wanted.known === undefined ? [] : unknownThings(wanted.known, existing, wanted)
  return joinedDifferences([part(ours, existing, []), ...unmanaged(others, existing, ours), warningsOnly(rest)])
}

/** @param more tables that a view may have as its base, beside those of this part */
function part (wanted: WantedSchema, existing: ExistingSchema | undefined, more: readonly WantedTable[]): Difference {
  if (existing === undefined) return conflictsOnly(missingKeyspace(wanted))
  const { types, conflicts } = wantedTypes(wanted)
  const { tables: all, duplicates } = mergeTables(wanted.tables)
  const tables = all.filter((table) => !isWantedView(table))
  const views = all.filter(isWantedView)
  const names = indexNames(tables, existing)
  return joinedDifferences([
    conflictsOnly(conflicts),
    ...types.map((type) => sound(typeDifference(type, existing, wanted))),
    ...tables.map((table) => sound(tableDifference(table, existing, wanted, names))),
    ...views.map((view) => sound(viewDifference(view, existing, wanted, [...tables, ...more]))),
    conflictsOnly(duplicates.map((duplicate) => sharedTable(duplicate, all, wanted)))
  ])
}

/** What others look after is told, and left to them. Types that only such tables use are theirs, too. */
function unmanaged (wanted: WantedSchema, existing: ExistingSchema | undefined, ours: WantedSchema): Difference[] {
  if (existing === undefined) {
    const isTold = ours.tables.length + ours.types.length > 0
    return isTold ? [] : [warningsOnly(missingKeyspace(wanted))]
  }
  const known = new Set(wantedTypes(ours).types.map(({ name }) => name))
  return wanted.tables.map((table) => {
    const { statements, warnings, conflicts } = part({ ...wanted, tables: [table] }, existing, ours.tables)
    const missing = statements.filter(({ adds }) =>
      !((adds?.kind === 'type' || adds?.kind === 'field') && known.has(adds.type))).map(({ cql }) => cql)
    // The next table may use it, too.
    for (const { adds } of statements) if (adds?.kind === 'type' || adds?.kind === 'field') known.add(adds.type)
    const notes = missing.length === 0
      ? []
      : [note(
          { ...wanted, table: table.table.name, model: table.model },
          'unmanaged',
          'it lacks what the model has, and sync leaves it to others (managed: false)',
          { statements: missing }
        )]
    return warningsOnly([...warnings, ...conflicts, ...notes])
  })
}

const sound = (part: Difference): Difference => part.conflicts.length === 0 ? part : { ...part, statements: [] }

function sharedTable ({ table, model }: WantedTable, tables: readonly WantedTable[], place: SchemaPlace): SyncNote {
  const other = tables.find((t) => t.table.name === table.name)?.model
  return note(
    { ...place, table: table.name, model },
    'shared-table',
    `the model "${other}" has this table in this keyspace too; give one of them another table name, keyspace or ` +
      'connection'
  )
}

/** One conflict, however many models are to be there. */
function missingKeyspace ({ connection, keyspace, tables, types }: WantedSchema): SyncNote[] {
  const [first, ...more] = [
    ...tables.map(({ model, table }) => ({ connection, keyspace, table: table.name, model })),
    ...types.map(({ typeName }) => ({ connection, keyspace, table: typeName }))
  ]
  if (first === undefined) return []
  const others = more.length === 0 ? '' : `, and ${more.length} more ${more.length === 1 ? 'needs' : 'need'} it`
  return [note(
    first,
    'missing-keyspace',
    `there is no keyspace "${keyspace}" on connection "${connection}"${others}; create it with ` +
      `createKeyspaceSimple("${keyspace}", 1), or with createKeyspaceNetworkTopology()`,
    { statements: [createKeyspace(keyspace, { class: 'SimpleStrategy', replication_factor: 1 }, true)] }
  )]
}
