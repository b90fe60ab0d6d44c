// `db.addSchemas(app)`: the JSON schemas of models as shared schemas, to be referred to by `{ $ref: 'user#' }`. Knows nothing of Fastify but `addSchema`.
import { ModelDefinitionError } from './cqlengine/errors.js'
import { knownOptions } from './cqlengine/known-options.js'

/** Whatever takes schemas with an `$id`: a Fastify instance. */
export interface SchemaTarget { addSchema (schema: Record<string, unknown>): unknown }

/** The part of a model class that is needed here. */
export interface SchemaModel {
  readonly name: string
  readonly tableName: string
  readonly keyspace?: string | undefined
  toJSONSchema (options: { for: 'row' | 'create' | 'update' | 'key', $id: string }): Record<string, unknown>
}

const VIEWS = [['row', ''], ['create', '.create'], ['update', '.update'], ['key', '.key']] as const

/**
 * Adds four schemas per model: `user` (a row), `user.create`, `user.update` and `user.key`. The name is the table's; a polymorphic child is named after its
 * class (`cat`), and tables of one name after their keyspaces too (`shop.user`).
 * @param prefix goes before each `$id`, so that two instances on one app do not collide: `reports` gives `reports.user`
 * @throws ModelDefinitionError when two models would get one `$id`; nothing is added then
 */
export function addSchemas (app: SchemaTarget, models: readonly SchemaModel[], options?: { prefix?: string | undefined }): void {
  const { prefix = '' } = knownOptions('addSchemas', options, ['prefix'])
  const named = new Map<string, SchemaModel>()
  for (const model of models) {
    const $id = prefixed(prefix, nameOf(model, models))
    const other = named.get($id)
    if (other !== undefined) throw new ModelDefinitionError(`the schemas of ${other.name} and ${model.name} would both be called ${$id}; rename a class or table`)
    named.set($id, model)
  }
  for (const [$id, model] of named) {
    for (const [view, suffix] of VIEWS) app.addSchema(model.toJSONSchema({ for: view, $id: `${$id}${suffix}` }))
  }
}

function nameOf (model: SchemaModel, models: readonly SchemaModel[]): string {
  const namesakes = models.filter((other) => other !== model && other.tableName === model.tableName)
  const isChild = namesakes.some((other) => Object.prototype.isPrototypeOf.call(other, model))
  if (isChild) return model.name.charAt(0).toLowerCase() + model.name.slice(1)
  const isUnique = namesakes.every((other) => Object.prototype.isPrototypeOf.call(model, other) || other.keyspace === model.keyspace)
  return isUnique || model.keyspace === undefined ? model.tableName : `${model.keyspace}.${model.tableName}`
}

/** `reports` and `reports.` mean the same. */
const prefixed = (prefix: string, name: string): string => /\w$/.test(prefix) ? `${prefix}.${name}` : `${prefix}${name}`
