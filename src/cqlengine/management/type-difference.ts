import { addField, createType } from '../statements/ddl.js'
import { readType, sameType, type TypeTree, userTypeNames } from '../columns/type-tree.js'
import { conflictsOnly, type Difference, type PlannedStatement } from './plan.js'
import { note, type SchemaPlace, type SyncNote } from './report.js'
import type { ExistingSchema } from './schema.js'
import { lack } from './server.js'
import type { WantedType } from './wanted.js'

/** CREATE TYPE, or ALTER TYPE for each missing field (MGT-13). Nothing is taken away or changed. */
export function typeDifference ({ name, fields }: WantedType, schema: ExistingSchema, place: SchemaPlace): Difference {
  const existing = schema.types.get(name)
  const { keyspace } = place
  const vectors = lack(schema.server, 'vectors')
  const impossible = vectors === undefined
    ? []
    : [...fields].filter(([, type]) => hasVector(readType(type)))
        .map(([field]) => note({ ...place, table: name }, 'server', vectors, { column: field }))
  if (impossible.length > 0) return conflictsOnly(impossible)
  if (existing === undefined) {
    const cql = createType(keyspace, name, [...fields].map(([field, type]) => ({ name: field, type })))
    return { statements: [{ cql, adds: { kind: 'type', type: name } }], warnings: [], conflicts: [] }
  }

  const subject = { ...place, table: name }
  const statements: PlannedStatement[] = []
  const warnings: SyncNote[] = []
  for (const [field, type] of fields) {
    const now = existing.get(field)
    if (now === undefined) {
      statements.push({
        cql: addField(keyspace, name, { name: field, type }), adds: { kind: 'field', type: name, field }
      })
    } else if (!sameType(now, type, { frozen: true })) {
      warnings.push(
        note(
          subject,
          'field-type',
        `the field is ${now} in the database, differing from the class, which says ${type}; Cassandra cannot change ` +
          'the type of a field',
        { column: field }
        )
      )
    }
  }
  for (const field of existing.keys()) {
    if (!fields.has(field)) {
      warnings.push(
        note(
          subject,
          'unknown-field',
          'the field is in the database but not in the class; each write of a whole value sets it to null',
          { column: field }
        )
      )
    }
  }
  const users = statements.length === 0 ? [] : partitionKeysWith(name, schema)
  const conflicts = users.length === 0
    ? []
    : [note(
        subject,
        'type-in-key',
        'Cassandra adds no field to a type that is part of a partition key, as in ' +
        `${users.map((t) => `"${t}"`).join(', ')}; make a new type`
      )]
  return { statements, warnings, conflicts }
}

const hasVector = (tree: TypeTree | undefined): boolean =>
  tree !== undefined && (tree.kind === 'vector' || tree.of.some(hasVector))

/** Tables whose partition key holds a type, directly or inside another one. */
function partitionKeysWith (type: string, schema: ExistingSchema): string[] {
  const contains = (text: string): boolean => {
    const tree = readType(text)
    return tree !== undefined &&
      userTypeNames(tree).some((name) => name === type || [...schema.types.get(name)?.values() ?? []].some(contains))
  }
  return [...schema.tables]
    .filter(([, table]) => [...table.columns.values()].some((c) => c.kind === 'partition_key' && contains(c.type)))
    .map(([name]) => name)
}
