// What the models of one keyspace ask for, brought together: several models may share a user type, a family shares a
// table.
import type { UserTypeLike } from '../columns/cql-type.js'
import type { Table, TableColumn } from '../model/table.js'
import { listed } from '../words.js'
import { readType, sameType } from '../columns/type-tree.js'
import { note, type SchemaPlace, type SyncNote } from './report.js'

/** A table as its models want it. */
export interface WantedTable {
  /** For messages. */
  readonly model: string
  readonly table: Table
  /** Columns that only children of a polymorphic family have. */
  readonly extra?: readonly TableColumn[]
  /** Table options as declared. */
  readonly options: Readonly<Record<string, unknown>>
  /** False: others look after it. */
  readonly managed?: boolean
  /** Columns in the database that are left out on purpose. */
  readonly ignored?: readonly string[]
  /** Of a materialized view. */
  readonly view?: { readonly base: Table, readonly hasAll: boolean }
}

export type WantedView = WantedTable & Required<Pick<WantedTable, 'view'>>

export const isWantedView = (wanted: WantedTable): wanted is WantedView => wanted.view !== undefined

/** All that is wanted of one keyspace. */
export interface WantedSchema extends SchemaPlace {
  readonly tables: readonly WantedTable[]
  /** User types that are wanted though no table may use them. */
  readonly types: readonly UserTypeLike[]
  /** All tables that models have here; given where those that no model has are to be listed. */
  readonly known?: readonly WantedTable[]
  /** Tell how tables differ that others look after. */
  readonly showsUnmanaged?: boolean
}

/** A user type: its fields' CQL types by their names in the database. */
export interface WantedType { readonly name: string, readonly fields: ReadonlyMap<string, string> }

export interface WantedTypes { readonly types: readonly WantedType[], readonly conflicts: readonly SyncNote[] }

/** Every user type that is used, inner ones first (MGT-07). */
export function wantedTypes (wanted: Pick<WantedSchema, 'connection' | 'keyspace' | 'tables' | 'types'>): WantedTypes {
  const types = new Map<string, ReadonlyMap<string, string>>()
  const conflicts: SyncNote[] = []
  const seen = new Set<UserTypeLike>()
  const clashing = new Set<string>()

  const visit = (type: UserTypeLike): void => {
    if (seen.has(type)) return
    seen.add(type)
    const { typeName } = type
    const columns = Object.entries(type.columns)
    for (const [, column] of columns) column.type.userTypes().forEach(visit)
    const subject = { ...wanted, table: typeName }
    const fields = new Map<string, string>()
    for (const [name, column] of columns) {
      const field = column.options.dbField ?? name
      // Whatever is inside a user type must be frozen, also where only the whole is not.
      const cql = column.type.frozen().cql
      if (readType(cql) === undefined) {
        conflicts.push(
          note(subject, 'column-definition', 'its type is no CQL type that could be sent', { column: field })
        )
      } else fields.set(field, cql)
    }
    const other = types.get(typeName)
    if (other === undefined) types.set(typeName, fields)
    else if (!sameFields(other, fields)) {
      clashing.add(typeName)
      conflicts.push(
        note(
          subject,
          'type-definition',
          `two classes of this name have other fields: ${fieldTexts(other)}, and ${fieldTexts(fields)}; let all ` +
            'models use one class'
        )
      )
    }
  }

  for (const { table, extra = [] } of wanted.tables) {
    for (const column of [...table.columns, ...extra]) column.type.userTypes().forEach(visit)
  }
  wanted.types.forEach(visit)
  return {
    types: [...types].filter(([name]) => !clashing.has(name)).map(([name, fields]) => ({ name, fields })), conflicts
  }
}

function sameFields (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([field, cql]) => sameType(b.get(field) ?? '', cql, { frozen: true }))
}

const fieldTexts = (fields: ReadonlyMap<string, string>): string =>
  `(${listed([...fields].map(([field, cql]) => `${field} ${cql}`))})`

/** The columns of a table with those of all children, each once. */
export function wantedColumns ({ table, extra = [] }: WantedTable): TableColumn[] {
  const columns = new Map(table.byField)
  for (const column of extra) if (!columns.has(column.field)) columns.set(column.field, column)
  return [...columns.values()]
}

/** Children of one family that say different things of one column. */
export function clashingColumns (wanted: WantedTable): TableColumn[] {
  const columns = new Map(wantedColumns(wanted).map((c) => [c.field, c]))
  return (wanted.extra ?? []).filter((column) => {
    const first = columns.get(column.field) as TableColumn
    // A child sees its parents' columns too, key columns among them: there the frozen form counts.
    return !sameType(first.type.frozen().cql, column.type.frozen().cql) ||
      (first.role === 'static') !== (column.role === 'static')
  })
}

/**
 * Targets that name one table of one keyspace become one, where they are the same table or members of one family;
 * others are duplicates.
 */
export function mergeTables (tables: readonly WantedTable[]): { tables: WantedTable[], duplicates: WantedTable[] } {
  const merged = new Map<string, WantedTable>()
  const duplicates: WantedTable[] = []
  for (const wanted of tables) {
    const first = merged.get(wanted.table.name)
    if (first === undefined) merged.set(wanted.table.name, wanted)
    else if (first.table !== wanted.table && !isFamily(first.table, wanted.table)) duplicates.push(wanted)
    else {
      merged.set(wanted.table.name, {
        ...first,
        extra: [
          ...first.extra ?? [], ...first.table === wanted.table ? [] : wanted.table.columns, ...wanted.extra ?? []
        ],
        options: { ...wanted.options, ...first.options }
      })
    }
  }
  return { tables: [...merged.values()], duplicates }
}

/** Each member of a family has a compiled table of its own, of one key and one discriminator. */
function isFamily (a: Table, b: Table): boolean {
  return a.discriminator !== undefined && a.discriminator.field === b.discriminator?.field &&
    a.partitionKey.length === b.partitionKey.length && a.key.length === b.key.length && a.key.every((column, i) =>
    column.field === b.key[i]?.field)
}
