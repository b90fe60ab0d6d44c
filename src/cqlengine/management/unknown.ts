// What a keyspace has and no model knows: left by models that are gone, or the work of others.
import { dropTableText, dropTypeText, dropViewText } from '../statements/ddl.js'
import { note, type SchemaPlace, type SyncNote } from './report.js'
import type { ExistingSchema } from './schema.js'
import { type WantedTable, wantedTypes } from './wanted.js'

/** @param known all tables of models in this keyspace, whether they are synced or not */
export function unknownThings (
  known: readonly WantedTable[], { tables, views, types }: ExistingSchema, place: SchemaPlace
): SyncNote[] {
  const names = new Set(known.map(({ table }) => table.name))
  const used = new Set(wantedTypes({ ...place, tables: known, types: [] }).types.map(({ name }) => name))
  const { keyspace } = place
  const viewsOf = (table: string): string[] => [...views].filter(([, { base }]) => base === table).map(([name]) => name)
  type Kind = 'unknown-table' | 'unknown-view' | 'unknown-type'
  const unknown = (all: Iterable<string>, kind: Kind, message: string, drop: (name: string) => string[]): SyncNote[] =>
    [...all].map((name) => note({ ...place, table: name }, kind, message, { statements: drop(name) }))
  return [
    ...unknown(
      [...views.keys()].filter((name) => !names.has(name)),
      'unknown-view',
      'the view is in the database but in no model',
      (name) => [dropViewText(keyspace, name)]
    ),
    ...unknown([...tables.keys()].filter((name) => !names.has(name)), 'unknown-table', 'the table is in the database ' +
      'but in no model', (name) => [
      ...viewsOf(name).map((view) => dropViewText(keyspace, view)), dropTableText(keyspace, name)
    ]),
    ...unknown(
      [...types.keys()].filter((name) => !used.has(name)),
      'unknown-type',
      'the user type is in the database, and no model uses it',
      (name) => [dropTypeText(keyspace, name)]
    )
  ]
}
