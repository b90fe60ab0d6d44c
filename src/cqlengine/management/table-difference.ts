import { contains } from '../columns/nesting.js'
import { readType, sameType, type TypeTree, userTypeNames } from '../columns/type-tree.js'
import type { TableColumn } from '../model/table.js'
import { addColumn, alterOptions, createTable, dropColumnText, dropIndexText, keyText } from '../statements/ddl.js'
import { takesBack } from './dropped-columns.js'
import { indexDifference, type IndexNames, readTarget } from './index-difference.js'
import { conflictsOnly, type Difference, joinedDifferences, type PlannedStatement } from './plan.js'
import { note, type SchemaPlace, type Subject, type SyncNote } from './report.js'
import type { ExistingColumn, ExistingSchema, ExistingTable } from './schema.js'
import { lack } from './server.js'
import { columnDetails, keyNamesOf } from './table-columns.js'
import { differentOptions, type ReadOptions } from './table-options.js'
import { checkedOptions } from './wanted-options.js'
import { clashingColumns, type WantedTable, wantedColumns } from './wanted.js'

const isKey = ({ role }: TableColumn): boolean => role === 'partition' || role === 'clustering'

/** One table: created, or given what it lacks (MGT-08 … MGT-12). */
export function tableDifference (
  wanted: WantedTable, schema: ExistingSchema, place: SchemaPlace, names: IndexNames
): Difference {
  const { table, model } = wanted
  const subject = { ...place, table: table.name, model }
  const existing = schema.tables.get(table.name)
  const options = checkedOptions(wanted, schema, existing?.options, subject)
  const vectors = lack(schema.server, 'vectors')
  const impossible = [
    ...options.notes,
    ...definitionProblems(wanted, options.values, subject),
    ...options.values['gc_grace_seconds'] === 0 && hasViews(schema, table.name)
      ? [note(
          subject, 'table-option',
          'the table option gc_grace_seconds cannot be 0 for a table that has materialized views'
        )]
      : [],
    ...vectors === undefined
      ? []
      : wantedColumns(wanted).filter(({ type }) => contains(type, ({ kind }) => kind === 'vector'))
        .map((c) => note(subject, 'server', vectors, { column: c.field })),
    // CREATE TABLE IF NOT EXISTS on a view's name makes the node throw and leaves it with half a table.
    ...schema.views.has(table.name)
      ? [note(
          subject,
          'name-taken',
          'a materialized view of this name exists; give the model another table name, or make it a view'
        )]
      : []
  ]
  if (impossible.length > 0) return conflictsOnly(impossible)
  const indexes = indexDifference(wanted, schema, subject, names)
  const rest = existing === undefined
    ? newTable(wanted, options.values, schema, subject)
    : joinedDifferences([
      columnDifference(wanted, existing, schema, subject), optionDifference(wanted, options.values, existing, subject)
    ])
  return joinedDifferences([rest, indexes])
}

function definitionProblems (
  wanted: WantedTable, options: Readonly<Record<string, unknown>>, subject: Subject
): SyncNote[] {
  return [
    ...wantedColumns(wanted).filter(({ type }) => readType(type.cql) === undefined)
      .map((c) =>
        note(subject, 'column-definition', 'its type is no CQL type that could be sent', { column: c.field })),
    ...clashingColumns(wanted).map((c) =>
      note(
        subject,
        'family-column',
        `models of one family declare it differently, once as ${c.type.cql}; give one of them another dbField`,
        { column: c.field }
      )),
    ...wanted.table.isCounter && Number(options['default_time_to_live'] ?? 0) !== 0
      ? [note(subject, 'table-option', 'a table with counters cannot have default_time_to_live')]
      : []
  ]
}

function newTable (
  wanted: WantedTable, options: ReadOptions['values'], schema: ExistingSchema, subject: Subject
): Difference {
  const { table } = wanted
  const cql = createTable({
    keyspace: subject.keyspace,
    name: table.name,
    columns: wantedColumns(wanted).map(columnText),
    partitionKey: table.partitionKey.map((c) => c.field),
    clustering: table.clustering.map((c) => ({ name: c.field, order: c.order })),
    options
  })
  const alike = [...schema.tables.keys(), ...schema.views.keys()].find((name) =>
    name.toLowerCase() === table.name.toLowerCase())
  return {
    statements: [{ cql, adds: { kind: 'table', table: table.name } }],
    warnings: alike === undefined
      ? []
      : [note(
          subject,
          'similar-name',
        `the keyspace has "${alike}", which differs from "${table.name}" only in case; they are two tables`
        )],
    conflicts: []
  }
}

function columnDifference (
  wanted: WantedTable, existing: ExistingTable, schema: ExistingSchema, subject: Subject
): Difference {
  const columns = wantedColumns(wanted)
  const statements: PlannedStatement[] = []
  const warnings: SyncNote[] = []
  const conflicts = keyConflicts(wanted, existing, subject)
  for (const column of columns.filter((c) => !isKey(c))) {
    const now = existing.columns.get(column.field)
    if (now === undefined) {
      const conflict = droppedConflict(column, existing, subject) ?? counterConflict(column, existing, subject)
      if (conflict !== undefined) conflicts.push(conflict)
      statements.push({
        cql: addColumn(subject.keyspace, subject.table, columnText(column)),
        adds: { kind: 'column', table: subject.table, column: column.field }
      })
    } else warnings.push(...columnWarnings(column, now, subject))
  }
  const fields = new Set([...columns.map((c) => c.field), ...wanted.ignored ?? []])
  const isFixed = hasViews(schema, subject.table)
  for (const [name, column] of existing.columns) {
    if (fields.has(name)) continue
    const drop = [
      ...indexesOn(existing, name).map((index) => dropIndexText(subject.keyspace, index)),
      dropColumnText(subject.keyspace, subject.table, name)
    ]
    warnings.push(
      note(
        subject,
        'unknown-column',
        'the column is in the database but in no model; it is kept',
        { column: name, statements: isKeyKind(column) || isFixed ? [] : drop }
      )
    )
  }
  return { statements, warnings, conflicts }
}

const hasViews = ({ views }: ExistingSchema, table: string): boolean =>
  [...views.values()].some(({ base }) => base === table)

const isKeyKind = ({ kind }: ExistingColumn): boolean => kind === 'partition_key' || kind === 'clustering'

/** A column is dropped only where it has no index. */
function indexesOn ({ indexes }: ExistingTable, column: string): string[] {
  return indexes.filter(({ target }) => readTarget(target).column === column).map(({ name }) => name)
}

/** MGT-09: names, order, types and clustering order of the key cannot be altered. */
function keyConflicts ({ table }: WantedTable, existing: ExistingTable, subject: Subject): SyncNote[] {
  const { partition, clustering } = keyNamesOf(existing)
  const now = keyText(partition, clustering)
  const wanted = keyText(table.partitionKey.map((c) => c.field), table.clustering.map((c) => c.field))
  if (now !== wanted) {
    return [note(
      subject,
      'key',
      `the table has ${now}, the model ${wanted}; the key of a table cannot be changed: make a new table, or correct ` +
        'the model'
    )]
  }
  return table.key.flatMap((column) => {
    const { type, order } = existing.columns.get(column.field) as ExistingColumn
    return [
      ...sameType(type, column.type.cql)
        ? []
        : [note(
            subject,
            'key-type',
          `the key column is ${type} in the database, and ${column.type.cql} in the model; the key of a table cannot ` +
            'be changed',
          { column: column.field }
          )],
      ...column.role !== 'clustering' || order === column.order
        ? []
        : [note(
            subject,
            'clustering-order',
          `the clustering order is ${order} in the database, and ${column.order} in the model; it cannot be changed`,
          { column: column.field }
          )]
    ]
  })
}

/** MGT-10: a column of another type is never added, for IF NOT EXISTS would accept it silently. */
function columnWarnings (column: TableColumn, now: ExistingColumn, subject: Subject): SyncNote[] {
  // A key column that the model has as a plain one is a conflict already.
  if (isKeyKind(now)) return []
  const isStatic = column.role === 'static'
  return [
    ...sameType(now.type, column.type.cql)
      ? []
      : [note(subject, 'column-type', columnDetails(now.type, column.type.cql), { column: column.field })],
    ...isStatic === (now.kind === 'static')
      ? []
      : [note(
          subject,
          'column-static',
        `the column is ${isStatic
          ? 'not static in the database, but static in the model'
          : 'static in the database, but not in the model'}; this cannot be changed`,
        { column: column.field }
        )]
  ]
}

/**
 * The server refuses a column that once was there with another type or kind. User types it remembers as tuples, and
 * takes none of them back.
 */
function droppedConflict (column: TableColumn, existing: ExistingTable, subject: Subject): SyncNote | undefined {
  const dropped = existing.dropped.get(column.field)
  if (dropped === undefined) return undefined
  const { cql } = column.type
  const kind = column.role === 'static' ? 'static' : 'regular'
  const hasUserType = userTypeNames(readType(cql) as TypeTree).length > 0
  if (!hasUserType && dropped.kind === kind && takesBack(cql, dropped.type)) return undefined
  const why = hasUserType
    ? 'Cassandra takes no column back that has a user type'
    : `Cassandra accepts no ${kind} one of type ${cql}`
  return note(
    subject,
    'dropped-column',
    `a ${dropped.kind} column of this name and type ${dropped.type} was dropped, and ${why}; give it another dbField`,
    { column: column.field }
  )
}

/** Whether a table counts is decided when it is made. */
function counterConflict (
  { field, isCounter }: TableColumn, { options }: ExistingTable, subject: Subject
): SyncNote | undefined {
  const flags: unknown = options.get('flags')
  if (!(flags instanceof Set || Array.isArray(flags))) return undefined
  const counts = [...flags as Iterable<unknown>].includes('counter')
  if (counts === isCounter) return undefined
  const message = isCounter
    ? 'the table was made without counters, and can get none'
    : 'the table was made for counters, and can get no other columns'
  return note(subject, 'counter-column', `${message}; move the column to another table`, { column: field })
}

function optionDifference (
  wanted: WantedTable, options: ReadOptions['values'], existing: ExistingTable, subject: Subject
): Difference {
  const { changed, hidden } = differentOptions(options, existing.options)
  return {
    statements: Object.keys(changed).length === 0
      ? []
      : [{ cql: alterOptions(subject.keyspace, wanted.table.name, changed) }],
    warnings: hidden.map((name) =>
      note(
        subject,
        'hidden-option',
        `the table option ${name} has no effect and cannot be compared, for change data capture is off on this ` +
          'server (cdc_enabled in cassandra.yaml)'
      )),
    conflicts: []
  }
}

function columnText (column: TableColumn): { name: string, type: string, isStatic: boolean } {
  return { name: column.field, type: column.type.cql, isStatic: column.role === 'static' }
}
