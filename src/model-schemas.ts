// `db.addSchemas(app)`: the JSON schemas of models as shared schemas, to be referred to by `{ $ref: 'user#' }`. Knows
// nothing of Fastify but `addSchema`.
import type { Dialect } from './cqlengine/columns/dialect.js'
import { ModelDefinitionError, QueryError } from './cqlengine/errors.js'
import { knownOptions } from './cqlengine/known-options.js'
import { META, type ModelConstructor } from './cqlengine/model/meta.js'

/** Whatever takes schemas with an `$id`: a Fastify instance. */
export interface SchemaTarget {
  /**
   * Takes one schema with its `$id`.
   * @example
   * db.addSchemas({ addSchema: (schema) => { console.log(schema.$id) } })
   */
  addSchema (schema: Record<string, unknown>): unknown
}

/** What `db.addSchemas` takes. */
export interface AddSchemasOptions {
  /** Before each `$id`, so that two instances on one app do not collide: `reports` gives `reports.user`. */
  prefix?: string | undefined
  /** Of all schemas; see `Model.toJSONSchema`. Default `'fastify'`. */
  dialect?: Dialect | undefined
}

type Purpose = 'row' | 'create' | 'update' | 'key'

/** The part of a model class that is needed here. */
export interface SchemaModel {
  readonly name: string
  readonly tableName: string
  readonly keyspace?: string | undefined
  toJSONSchema (options: { for: Purpose, dialect?: Dialect | undefined, $id: string }): Record<string, unknown>
}

const bodies = ['create', 'update', 'key'] as const

/**
 * Adds five schemas per model: `user` (a row), `user.partial` (a row of which nothing is required), `user.create`,
 * `user.update` and `user.key`. The name is the table's; a polymorphic child is named after its class (`cat`), and
 * tables of one name after their keyspaces too (`shop.user`).
 * @throws {ModelDefinitionError} when two models would get one `$id`, {QueryError} for arguments that cannot be used;
 *   nothing is added then
 */
export function addSchemas (app: SchemaTarget, models: readonly SchemaModel[], options?: AddSchemasOptions): void {
  const { prefix = '', dialect } = knownOptions('addSchemas', options, ['prefix', 'dialect'])
  if (!takesSchemas(app)) {
    throw new QueryError('addSchemas: the first argument must be a Fastify app, or what has its method addSchema')
  }
  if (typeof prefix !== 'string') throw new QueryError('addSchemas: prefix must be a text')
  const named = new Map<string, SchemaModel>()
  for (const model of models) {
    const $id = prefixed(prefix, nameOf(model, models))
    const other = named.get($id)
    if (other !== undefined) {
      throw new ModelDefinitionError(`the schemas of ${other.name} and ${model.name} would both be called ${$id}; ` +
        'rename a class or table')
    }
    named.set($id, model)
  }
  const made = [...named].flatMap(([$id, model]) => {
    const row = model.toJSONSchema({ for: 'row', dialect, $id })
    const { required, ...partial } = row
    const isView = (model as Partial<ModelConstructor>)[META]?.table?.isView === true // a list of any models
    return [
      row,
      { ...partial, $id: `${$id}.partial` },
      ...(isView ? ['key'] as const : bodies).map((purpose) =>
        model.toJSONSchema({ for: purpose, dialect, $id: `${$id}.${purpose}` }))
    ]
  })
  for (const schema of made) app.addSchema(schema)
}

function takesSchemas (app: unknown): boolean {
  try {
    return typeof (app as Partial<SchemaTarget> | null | undefined)?.addSchema === 'function'
  } catch {
    return false // a Proxy
  }
}

/** The models, each family followed by the classes of its children. */
export function withChildren (models: readonly ModelConstructor[]): readonly ModelConstructor[] {
  return [...new Set(models.flatMap((model) => [model, ...model[META].family?.registered ?? []]))]
}

function nameOf (model: SchemaModel, models: readonly SchemaModel[]): string {
  const namesakes = models.filter((other) => other !== model && other.tableName === model.tableName)
  const isChild = namesakes.some((other) => Object.prototype.isPrototypeOf.call(other, model))
  if (isChild) return model.name.charAt(0).toLowerCase() + model.name.slice(1)
  const isUnique = namesakes.every((other) =>
    Object.prototype.isPrototypeOf.call(model, other) || other.keyspace === model.keyspace)
  return isUnique || model.keyspace === undefined ? model.tableName : `${model.keyspace}.${model.tableName}`
}

/** `reports` and `reports.` mean the same. */
const prefixed = (prefix: string, name: string): string => /\w$/.test(prefix) ? `${prefix}.${name}` : `${prefix}${name}`
