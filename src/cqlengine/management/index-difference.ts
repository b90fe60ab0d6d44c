// Indexes are compared by column, target and kind. Their names differ from place to place, and IF NOT EXISTS accepts an
// index of that name on any other column, so names are checked here.
import type { IndexOptions } from '../columns/column.js'
import type { TableColumn } from '../model/table.js'
import { createIndex, dropIndexText, type IndexText } from '../statements/ddl.js'
import { readType, sameType, type TypeTree } from '../columns/type-tree.js'
import { definitionProblem, kindOf, sasiClass } from './index-rules.js'
import type { Difference, PlannedStatement } from './plan.js'
import { note, type Subject, type SyncNote, type SyncNoteKind } from './report.js'
import type { ExistingIndex, ExistingSchema, ExistingTable } from './schema.js'
import { hasIndexKinds, lack } from './server.js'
import { type WantedTable, wantedColumns } from './wanted.js'

/**
 * The server sets none, but puts the name into the names of files (SAI: up to 68 characters around it), of which 255
 * characters fit. A longer one makes each node stop with a disk failure, some only when they flush.
 */
const indexNameLimit = 180

const sasiSettings = ['sasi_indexes_enabled', 'enable_sasi_indexes']
const sasiIsOff = 'the server has SASI indexes switched off: sasi_indexes_enabled in cassandra.yaml ' +
  '(enable_sasi_indexes before 4.1)'

/** The names that indexes of a keyspace have, and those that its models want more than once. */
export interface IndexNames {
  /** Where an index of that name is: `"table" ("column")`. */
  readonly existing: ReadonlyMap<string, string>
  readonly repeated: ReadonlySet<string>
}

export function indexNames (tables: readonly WantedTable[], schema: ExistingSchema): IndexNames {
  const wanted = tables.flatMap((table) =>
    wantedColumns(table).flatMap((column) => distinctIndexes(column).flatMap(({ name }) => name ?? [])))
  return {
    existing: new Map(
      [...schema.tables].flatMap(([table, { indexes }]) =>
        indexes.map(({ name, target }) => [name, `table "${table}", ${target}`] as const))
    ),
    repeated: new Set(wanted.filter((name, i) => wanted.indexOf(name) !== i))
  }
}

/** What indexes are compared with. */
interface Context {
  readonly subject: Subject
  /** Undefined: the table is to be made. */
  readonly existing: ExistingTable | undefined
  readonly server: ExistingSchema['server']
  readonly names: IndexNames
}

/**
 * CREATE INDEX for each index that a table lacks (MGT-11); named ones first, lest the server gives their names away.
 */
export function indexDifference (
  wanted: WantedTable, schema: ExistingSchema, subject: Subject, names: IndexNames
): Difference {
  const columns = wantedColumns(wanted)
  const existing = schema.tables.get(subject.table)
  const context: Context = { subject, existing, server: schema.server, names }
  const parts = columns.flatMap((column) => distinctIndexes(column).map((index) => oneIndex(column, index, context)))
  return {
    statements: parts.flatMap((p) => p.statement ?? []).sort((a, b) => Number(b.isNamed) - Number(a.isNamed))
      .map((p) => p.planned),
    warnings: [
      ...parts.flatMap((p) => p.warning ?? []), ...unknownIndexes(columns, wanted.ignored ?? [], existing, subject)
    ],
    conflicts: parts.flatMap((p) => p.conflict ?? [])
  }
}

/** Whether an existing index is what a column wants, its options aside. */
export function isFulfilledBy (column: TableColumn, wanted: IndexOptions, existing: ExistingIndex): boolean {
  return isAt(column, wanted, existing) &&
    (wanted.using === undefined || kindOf(wanted.using) === kindOf(existing.using))
}

/** The indexes of a column, each once. */
export function distinctIndexes ({ indexes }: TableColumn): IndexOptions[] {
  const same = (a: IndexOptions, b: IndexOptions): boolean =>
    a.target === b.target && kindOf(a.using) === kindOf(b.using)
  return indexes.filter((index, i) => indexes.findIndex((other) => same(other, index)) === i)
}

interface OneIndex {
  readonly statement?: { readonly planned: PlannedStatement, readonly isNamed: boolean }
  readonly warning?: SyncNote
  readonly conflict?: SyncNote
}

function oneIndex (column: TableColumn, wanted: IndexOptions, { subject, existing, server, names }: Context): OneIndex {
  const cql = createIndex(
    indexText(
      column,
      hasIndexKinds(server) || kindOf(wanted.using) !== 'legacy' ? wanted : { ...wanted, using: undefined },
      subject
    )
  )
  const warn = (kind: SyncNoteKind, { name }: ExistingIndex, message: string): OneIndex =>
    ({
      warning: note(
        subject,
        kind,
        message,
        { column: column.field, index: name, statements: [dropIndexText(subject.keyspace, name), cql] }
      )
    })
  const here = existing?.indexes ?? []
  const found = here.find((index) => isFulfilledBy(column, wanted, index))
  if (found !== undefined) {
    const different = Object.entries(wanted.options ?? {})
      .filter(([name, value]) => found.options[name] !== String(value)).map(([name]) => name)
    return different.length === 0
      ? {}
      : warn(
        'index-options',
        found,
        `the index "${found.name}" has other options (${different.join(', ')}) than the model; an index cannot be ` +
          'altered: drop it, and sync makes it anew'
      )
  }
  const conflict = (kind: SyncNoteKind, problem: string): OneIndex => ({
    conflict: note(subject, kind, problem, { column: column.field })
  })
  const missing = kindOf(wanted.using) === 'sai' ? lack(server, 'SAI indexes') : undefined
  if (missing !== undefined) return conflict('server', missing)
  const problem = definitionProblem(column, wanted, server)
  if (problem !== undefined) return conflict('index-definition', problem)
  const alike = here.find((index) => isAt(column, wanted, index))
  if (alike !== undefined) {
    return warn(
      'index-kind',
      alike,
      `the index "${alike.name}" is of another kind (${kindOf(alike.using)}) than the model wants ` +
        `(${kindOf(wanted.using)}); drop it, and sync makes the other`
    )
  }
  const mixed = here.find((index) =>
    readTarget(index.target).column === column.field &&
      (kindOf(index.using) === 'sai') !== (kindOf(wanted.using) === 'sai'))
  if (mixed !== undefined) {
    return warn(
      'index-kind',
      mixed,
      `the index "${mixed.name}" exists (${kindOf(mixed.using)}), and beside it one of the wanted kind ` +
        `(${kindOf(wanted.using)}) would give wrong rows; drop it, and sync makes the other`
    )
  }
  const now = existing?.columns.get(column.field)
  if (now !== undefined && !sameType(now.type, column.type.cql)) {
    return {
      warning: note(
        subject,
        'column-type',
        'the column has another type in the database, so that its index is not made',
        { column: column.field }
      )
    }
  }
  const badName = nameProblem(column, wanted, subject, names)
  if (badName !== undefined) return conflict('index-name', badName)
  return {
    statement: {
      planned: {
        cql,
        adds: { kind: 'index', table: subject.table, isFulfilledBy: (index) => isFulfilledBy(column, wanted, index) },
        ...kindOf(wanted.using) === sasiClass &&
          {
            afterFlushes: existing !== undefined,
            needs: { settings: sasiSettings, conflict: note(subject, 'server', sasiIsOff, { column: column.field }) }
          }
      },
      isNamed: wanted.name !== undefined
    }
  }
}

/** Only for indexes that are to be made. */
function nameProblem (
  column: TableColumn, { name }: IndexOptions, subject: Subject, names: IndexNames
): string | undefined {
  const { length } = name ?? generatedName(subject.table, column.field)
  if (length > indexNameLimit) {
    return `the name of the index would have ${length} characters, of which at most ${indexNameLimit} are safe: ` +
      'longer ones do not fit into the names of files; give a shorter one, index: { name }'
  }
  if (name === undefined) return undefined
  const where = names.existing.get(name)
  if (where !== undefined) {
    return `the keyspace has an index "${name}" already (${where}), so that Cassandra would make none here; give one ` +
      'of them another name'
  }
  return names.repeated.has(name)
    ? `the index name "${name}" is wanted more than once in the keyspace; each index needs its own`
    : undefined
}

function unknownIndexes (
  columns: readonly TableColumn[], ignored: readonly string[], existing: ExistingTable | undefined, subject: Subject
): SyncNote[] {
  const isKnown = (index: ExistingIndex): boolean => ignored.includes(readTarget(index.target).column) ||
    columns.some((column) =>
      readTarget(index.target).column === column.field &&
      (column.options.customIndex === true || distinctIndexes(column).some((wanted) => isAt(column, wanted, index))))
  return (existing?.indexes ?? []).filter((index) => !isKnown(index))
    .map((index) => note(subject, 'unknown-index', `the index "${index.name}" (${index.target}) is in the database ` +
      'but in no model; it is kept', {
      column: readTarget(index.target).column,
      index: index.name,
      statements: [dropIndexText(subject.keyspace, index.name)]
    }))
}

function indexText (column: TableColumn, wanted: IndexOptions, { keyspace, table }: Subject): IndexText {
  const { name, using, options } = wanted
  // Said only where it must be: the server's own choice for other collections is their values.
  const target = wanted.target ?? (targetOf(column, wanted) === 'full' ? 'full' : undefined)
  return {
    keyspace,
    table,
    column: column.field,
    ...name !== undefined && { name },
    ...target !== undefined && { target },
    ...using !== undefined && { using: using.toLowerCase() === 'sasi' ? sasiClass : using },
    ...options !== undefined && { options }
  }
}

/** On the same column, and on the same part of a collection. */
function isAt (column: TableColumn, wanted: IndexOptions, existing: ExistingIndex): boolean {
  const { column: name, target } = readTarget(existing.target)
  return name === column.field && target === targetOf(column, wanted)
}

function targetOf (column: TableColumn, { target }: IndexOptions): IndexOptions['target'] {
  const { kind, frozen } = readType(column.type.cql) as TypeTree
  if (kind !== 'collection') return undefined
  return frozen ? 'full' : target ?? 'values'
}

/** Reads a target as the server writes it: `"Year"`, `values(tags)`. */
export function readTarget (text: string): { readonly column: string, readonly target?: string } {
  const [, target, inner = text] = /^(values|keys|entries|full)\((.*)\)$/s.exec(text) ?? []
  const column = inner.startsWith('"') ? inner.slice(1, -1).replaceAll('""', '"') : inner
  return { column, ...target !== undefined && { target } }
}

/** The server's name for an index without one; it may add a number. */
const generatedName = (table: string, column: string): string => `${table}_${column}_idx_1`.replaceAll(/\W/g, '')
