import { columnSchema } from '../columns/column-schema.js'
import type { JsonSchema } from '../columns/cql-type.js'
import { nullable } from '../columns/schema.js'
import { QueryError } from '../errors.js'
import { knownOptions } from '../known-options.js'
import type { SchemaOptions } from './api.js'
import { META, type ModelConstructor, tableOf } from './meta.js'
import type { TableColumn } from './table.js'

const purposes = ['row', 'create', 'update', 'key'] as const
type Purpose = typeof purposes[number]

/**
 * A JSON schema (draft 7) of a model: `row` for responses, `create` and `update` for bodies, `key` for route parameters.
 * @param options `for`: default `'row'`; `$id`: default none
 */
export function rowSchema (model: ModelConstructor, options?: SchemaOptions): Record<string, unknown> {
  const { for: purpose = 'row', $id } = knownOptions(`${model[META].name}.toJSONSchema`, options, ['for', '$id'])
  if (!isPurpose(purpose)) throw new QueryError(`${model[META].name}.toJSONSchema: "for" must be one of ${purposes.join(', ')}`)
  if ($id !== undefined && typeof $id !== 'string') throw new QueryError(`${model[META].name}.toJSONSchema: "$id" must be a string`)
  const table = tableOf(model)
  const { description } = model[META].options
  const columns = columnsFor(purpose, table.columns, table.key, model)
  const required = columns.filter((c) => isRequired(purpose, c)).map((c) => c.name)
  return {
    ...$id !== undefined && { $id },
    type: 'object',
    ...purpose === 'row' && description !== undefined && { description },
    properties: Object.fromEntries(columns.map((c) => [c.name, property(purpose, c)])),
    ...required.length > 0 && { required },
    ...purpose !== 'row' && { additionalProperties: false }
  }
}

function isPurpose (value: unknown): value is Purpose { return purposes.includes(value as Purpose) }

function columnsFor (purpose: Purpose, all: readonly TableColumn[], key: readonly TableColumn[], model: ModelConstructor): readonly TableColumn[] {
  if (purpose === 'key') return key
  if (purpose === 'row') return all.filter((c) => c.options.hidden !== true)
  const written = all.filter((c) => c.type.kind !== 'counter' && !(c.options.discriminatorColumn === true && model[META].variant !== undefined))
  return purpose === 'create' ? written : written.filter((c) => !key.includes(c))
}

function isRequired (purpose: Purpose, column: TableColumn): boolean {
  if (purpose === 'key') return true
  if (purpose === 'update') return false
  if (purpose === 'row') return column.neverNull || column.type.emptyValue() !== null
  return column.required && column.options.default === undefined
}

/** fast-json-stringify turns null into "" or 0 unless the schema says nullable. */
function property (purpose: Purpose, column: TableColumn): JsonSchema {
  const schema = columnSchema(column, purpose === 'row' ? 'output' : 'input')
  const mayBeNull = purpose === 'row' ? !column.neverNull && column.type.emptyValue() === null : !column.required
  return mayBeNull ? nullable(schema) : schema
}
