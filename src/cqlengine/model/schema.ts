import { columnSchema } from '../columns/column-schema.js'
import { type JsonSchema, operationKinds } from '../columns/cql-type.js'
import { type Dialect, dialects, inDialect } from '../columns/dialect.js'
import { isLostInside } from '../columns/elements.js'
import { nullable } from '../columns/schema.js'
import { QueryError } from '../errors.js'
import { checkFlag, knownOptions, listOf } from '../known-options.js'
import { META, type ModelConstructor, tableOf } from './meta.js'
import { checkNoView } from './read-only.js'
import type { SchemaOptions, SchemaPurpose } from './schema-types.js'
import type { Table, TableColumn } from './table.js'
import { shown } from '../words.js'

const purposes = ['row', 'create', 'update', 'key'] as const satisfies readonly SchemaPurpose[]

interface SchemaWanted {
  readonly purpose: SchemaPurpose
  readonly $id: string | undefined
  readonly only: readonly string[] | undefined
  readonly dialect: Dialect
  readonly operations: boolean
}

/**
 * A JSON schema of a model: `row` for responses, `create` and `update` for bodies, `key` for route parameters.
 * @param options `for`: default `'row'`; `only`: the named columns and the key; `dialect`: default `'fastify'`, draft 7
 *   with `nullable`; `operations`: of an update, default true; `$id`: default none
 * @throws {QueryError} for wrong options, unknown columns in `only` too
 */
export function modelSchema (model: ModelConstructor, options?: SchemaOptions): Record<string, unknown> {
  const wanted = read(model, options)
  const { purpose, $id } = wanted
  const table = tableOf(model)
  if (purpose === 'create' || purpose === 'update') checkNoView(table)
  const { description } = model[META].options
  const columns = columnsFor(wanted, table, model)
  const ownKind = purpose === 'create' && model[META].variant !== undefined ? table.discriminator : undefined
  const required = columns.filter((c) => c !== ownKind && isRequired(purpose, c, table)).map((c) => c.name)
  const properties = [
    ...columns.map((c) => [c.name, c === ownKind ? kindSchema(c, model) : property(purpose, c, table)] as const),
    ...purpose === 'update' && wanted.operations
      ? columnsOf('update', table, model, wanted.only).flatMap((c) => operationsOf(table, c))
      : [],
    ...purpose === 'row' ? propertiesOfChildren(model, wanted.only) : []
  ]
  return {
    ...$id !== undefined && { $id },
    ...inDialect({
      type: 'object',
      ...purpose === 'row' && description !== undefined && { description },
      properties: Object.fromEntries(properties),
      ...required.length > 0 && { required },
      ...purpose !== 'row' && { additionalProperties: false }
    }, wanted.dialect, purpose === 'row' ? 'output' : 'input')
  }
}

function read (model: ModelConstructor, options: SchemaOptions | undefined): SchemaWanted {
  const at = `${model[META].name}.toJSONSchema`
  const { for: purpose = 'row', $id, only, dialect = 'fastify', operations } = knownOptions(
    at, options, ['for', 'only', 'dialect', 'operations', '$id']
  )
  if (!isOneOf(purposes, purpose)) throw new QueryError(`${at}: "for" must be one of ${purposes.join(', ')}`)
  if (!isOneOf(dialects, dialect)) throw new QueryError(`${at}: "dialect" must be one of ${dialects.join(', ')}`)
  if ($id !== undefined && typeof $id !== 'string') throw new QueryError(`${at}: "$id" must be a string`)
  checkFlag(at, 'operations', operations)
  return {
    purpose,
    $id,
    only: only === undefined ? undefined : names(model, at, only),
    dialect,
    operations: operations !== false
  }
}

function isOneOf<T> (known: readonly T[], value: unknown): value is T {
  return (known as readonly unknown[]).includes(value)
}

function names (model: ModelConstructor, at: string, only: unknown): readonly string[] {
  const wanted = listOf(only)
  if (wanted === undefined || wanted.length === 0) {
    throw new QueryError(`${at}: "only" must be an array of column names`)
  }
  const known = [tableOf(model), ...childrenOf(model).map(tableOf)]
  // By its place: `undefined` is a wrong name, too.
  const wrong = wanted.findIndex((name) => typeof name !== 'string' || !known.some(({ byName }) => byName.has(name)))
  if (wrong >= 0) throw new QueryError(`${at}: "only" names ${shown(wanted[wrong])}, which is no column of the model`)
  return wanted as readonly string[]
}

function columnsFor ({ purpose, only }: SchemaWanted, table: Table, model: ModelConstructor): readonly TableColumn[] {
  const columns = columnsOf(purpose, table, model, only)
  return purpose === 'create' || purpose === 'update' ? columns.filter((c) => c.type.kind !== 'counter') : columns
}

/** Counters of an update are changed by operations alone. */
function columnsOf (
  purpose: SchemaPurpose, { columns, key, discriminator }: Table, model: ModelConstructor,
  only: readonly string[] | undefined
): readonly TableColumn[] {
  if (purpose === 'key') return key
  const named = columns.filter((c) =>
    only === undefined || only.includes(c.name) || key.includes(c) || (purpose === 'row' && c === discriminator))
  if (purpose === 'row') return named.filter((c) => c.options.hidden !== true)
  if (purpose === 'create') return named
  return named.filter((c) => !key.includes(c) && (c !== discriminator || model[META].variant === undefined))
}

function isRequired (
  purpose: SchemaPurpose, { required, options, role, type }: TableColumn, { hasStatic }: Table
): boolean {
  const canBeEmpty = type.emptyValue() !== null
  // The static part of a partition can be written alone. That the rest then must be missing is nothing that all
  // dialects can say.
  if (purpose === 'create' && hasStatic && role !== 'partition' && role !== 'static') return false
  switch (purpose) {
    case 'key': return true
    case 'update': return false
    case 'row': return required || canBeEmpty
    case 'create':
      return required && options.default === undefined && (!canBeEmpty || role === 'partition' || role === 'clustering')
  }
}

/** fast-json-stringify turns null into "" or 0 unless the schema says nullable. */
function property (purpose: SchemaPurpose, column: TableColumn, { hasStatic }: Table): JsonSchema {
  const { role, type } = column
  // A partition with static values alone is read as a row without any of its own.
  const required = column.required && (purpose !== 'row' || !hasStatic || role === 'partition' || role === 'static')
  const schema = purpose === 'row'
    ? columnSchema(column, 'output')
    : inputSchema(purpose === 'key' ? withoutRules(column) : column)
  const canBeEmpty = type.emptyValue() !== null
  // Null is the empty collection, which is what comes out.
  const mayBeNull = purpose === 'row'
    ? !required && !canBeEmpty
    : !required || (canBeEmpty && role !== 'partition' && role !== 'clustering')
  return mayBeNull ? nullable(schema) : schema
}

/** Of a child in a new row: its own, which may be left out. */
function kindSchema ({ type }: TableColumn, model: ModelConstructor): JsonSchema {
  const { type: form } = type.schema('output')
  return { ...form !== undefined && { type: form }, enum: [type.toJSON(model[META].variant)] }
}

/** Of what only searches: rules judge what is stored. */
function withoutRules (column: TableColumn): TableColumn {
  const { description } = column.options
  return { ...column, type: column.unruled, options: { description } }
}

/** Beside what its column says, a key that Cassandra takes. */
function inputSchema (column: TableColumn): JsonSchema {
  const schema = columnSchema(column, 'input')
  const { role, type, isWholePartitionKey } = column
  if (role !== 'partition' && role !== 'clustering') return schema
  const least = isWholePartitionKey && (type.kind === 'text' || type.facts.isBytes === true)
    ? { minLength: 1 }
    : isLostInside(type, type.emptyValue()) ? { minItems: 1 } : {}
  return { ...least, ...schema }
}

/** A column that is called like an operation of another wins, as in updates. */
function operationsOf ({ byName }: Table, { name, type }: TableColumn): (readonly [string, JsonSchema])[] {
  return operationKinds.flatMap((kind) => {
    const schema = type.operandSchema(kind)
    const key = `${name}__${kind}`
    return schema === undefined || byName.has(key) ? [] : [[key, schema] as const]
  })
}

/**
 * What an answer by the schema of a family's parent may hold beside the parent's own: columns of children, none of
 * which is sure to be there.
 */
function propertiesOfChildren (
  model: ModelConstructor, only: readonly string[] | undefined
): (readonly [string, JsonSchema])[] {
  const own = tableOf(model)
  const found = new Map<string, JsonSchema>()
  for (const child of childrenOf(model)) {
    for (const column of tableOf(child).columns) {
      const { name, options } = column
      if (own.byName.has(name) || options.hidden === true || (only !== undefined && !only.includes(name))) continue
      const schema = property('row', column, tableOf(child))
      const other = found.get(name)
      found.set(name, other === undefined || JSON.stringify(other) === JSON.stringify(schema) ? schema : {})
    }
  }
  return [...found]
}

function childrenOf (model: ModelConstructor): readonly ModelConstructor[] {
  return model[META].family?.below(model) ?? []
}
