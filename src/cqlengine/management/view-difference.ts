// A materialized view: made after its base, or compared. Cassandra changes nothing of a view but its options.
import { alterViewOptions, createView, dropViewText, keyText, type OptionValue } from '../statements/ddl.js'
import { sameType } from '../columns/type-tree.js'
import { conflictsOnly, type Difference, type PlannedStatement } from './plan.js'
import { note, type SchemaPlace, type Subject, type SyncNote } from './report.js'
import type { ExistingSchema, ExistingView } from './schema.js'
import { columnDetails, keyNamesOf } from './table-columns.js'
import { differentOptions } from './table-options.js'
import { checkedOptions } from './wanted-options.js'
import type { WantedTable, WantedView } from './wanted.js'

/** @param bases tables that are synced before it */
export function viewDifference (
  wanted: WantedView, schema: ExistingSchema, place: SchemaPlace, bases: readonly WantedTable[]
): Difference {
  const { table, model, view } = wanted
  const subject: Subject = { ...place, table: table.name, model }
  const existing = schema.views.get(table.name)
  const { values, notes } = checkedOptions(wanted, schema, existing?.options, subject)
  const impossible = [
    ...notes,
    ...schema.tables.has(table.name)
      ? [note(
          subject,
          'name-taken',
          'a table of this name exists, beside which there can be no view; give the view another name'
        )]
      : [],
    ...baseProblems(wanted, schema, bases, subject)
  ]
  if (impossible.length > 0) return conflictsOnly(impossible)
  const cql = createView({
    keyspace: place.keyspace,
    name: table.name,
    base: view.base.name,
    columns: view.hasAll ? undefined : table.columns.map((c) => c.field),
    partitionKey: table.partitionKey.map((c) => c.field),
    clustering: table.clustering.map((c) => ({ name: c.field, order: c.order })),
    options: values
  })
  if (existing === undefined) return { statements: [newView(cql, subject)], warnings: [], conflicts: [] }
  const differences = [...differencesOf(wanted, existing)]
  const statements = [dropViewText(place.keyspace, table.name), cql]
  return {
    statements: optionStatements(values, existing, subject),
    warnings: columnWarnings(wanted, existing, subject),
    conflicts: differences.map((message) =>
      note(subject, 'view', `${message}; a view cannot be changed: drop it, and sync makes it anew`, { statements }))
  }
}

function newView (cql: string, subject: Subject): PlannedStatement {
  const message = 'the server has materialized views switched off: materialized_views_enabled in cassandra.yaml ' +
    '(enable_materialized_views before 4.1)'
  return {
    cql,
    adds: { kind: 'view', view: subject.table },
    needs: {
      settings: ['materialized_views_enabled', 'enable_materialized_views'], conflict: note(subject, 'server', message)
    }
  }
}

function baseProblems (
  { table, view: { base } }: WantedView, schema: ExistingSchema, bases: readonly WantedTable[], subject: Subject
): SyncNote[] {
  const existing = schema.tables.get(base.name)
  const synced = bases.some((wanted) => wanted.table.name === base.name)
  if (existing === undefined && !synced) {
    return [note(
      subject, 'missing-base', `there is no table "${base.name}", of which it is a view; sync the model of that too`
    )]
  }
  if (synced) return []
  return table.columns.filter(({ field }) => existing?.columns.has(field) !== true)
    .map(({ field }) =>
      note(
        subject,
        'missing-base',
        `its base "${base.name}" has no such column; sync the model of that too`,
        { column: field }
      ))
}

function * differencesOf ({ table, view, managed }: WantedView, existing: ExistingView): Generator<string> {
  if (existing.base !== view.base.name) {
    yield `it is a view of "${existing.base}" in the database, and of "${view.base.name}" in the model`
  }
  const { partition, clustering } = keyNamesOf(existing)
  const [now, wanted] = [
    keyText(partition, clustering),
    keyText(table.partitionKey.map((c) => c.field), table.clustering.map((c) => c.field))
  ]
  if (now !== wanted) {
    yield `the view has ${now}, the model ${wanted}`
    return
  }
  for (const { field, order } of table.clustering) {
    const is = existing.columns.get(field)?.order
    if (is !== order) {
      yield `the clustering order of "${field}" is ${String(is)} in the database, and ${order} in the model`
    }
  }
  // A view that others look after may be one that no model can say.
  if (managed !== false && !isWhole(existing.where, table.key.map(({ field }) => field))) {
    yield 'the view in the database leaves out rows, which the model does not say'
  }
  const hasAll = existing.options.get('include_all_columns') === true
  const missing = hasAll && view.hasAll ? [] : table.columns.filter(({ field }) => !existing.columns.has(field))
  if (missing.length > 0) {
    yield `the view in the database lacks the ${missing.length === 1 ? 'column' : 'columns'} ` +
      `${missing.map(({ field }) => `"${field}"`).join(', ')}`
  }
}

/**
 * Nothing is asked but that the columns of the key are there, as must be asked.
 * @param where the view's condition, as the server gives it
 * @param key names of all columns of the view's key
 */
export function isWhole (where: string, key: readonly string[]): boolean {
  const asked = new Set<string>()
  const term = /\s*(?:"((?:[^"]|"")+)"|(\w+))\s+IS\s+NOT\s+NULL\s*(?:AND\b|$)/iy
  while (term.lastIndex < where.length) {
    const [, quoted, plain = ''] = term.exec(where) ?? []
    if (quoted === undefined && plain === '') return false
    asked.add(quoted?.replaceAll('""', '"') ?? plain)
  }
  return asked.size === key.length && key.every((field) => asked.has(field))
}

function columnWarnings ({ table, view }: WantedView, existing: ExistingView, subject: Subject): SyncNote[] {
  const known = new Set(table.columns.map(({ field }) => field))
  return [
    ...table.columns.flatMap(({ field, type }) => {
      const now = existing.columns.get(field)
      return now === undefined || sameType(now.type, type.cql)
        ? []
        : [note(subject, 'column-type', columnDetails(now.type, type.cql), { column: field })]
    }),
    // Of one that has all columns of its base the base tells.
    ...view.hasAll
      ? []
      : [...existing.columns.keys()].filter((name) => !known.has(name))
          .map((name) =>
            note(
              subject, 'unknown-column', 'the view has the column in the database, but not in the model',
              { column: name }
            ))
  ]
}

function optionStatements (
  values: Readonly<Record<string, OptionValue>>, existing: ExistingView, { keyspace, table }: Subject
): PlannedStatement[] {
  const { changed } = differentOptions(values, existing.options)
  return Object.keys(changed).length === 0 ? [] : [{ cql: alterViewOptions(keyspace, table, changed) }]
}
