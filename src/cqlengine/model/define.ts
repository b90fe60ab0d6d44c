import { Column, type AnyColumn, type Columns } from '../columns/column.js'
import { parseConsistency } from '../connection/consistency.js'
import { CQLEngineError, ModelDefinitionError } from '../errors.js'
import { defining, listOf } from '../known-options.js'
import { keyspaceNameLimit, nameRule } from '../statements/identifiers.js'
import type { Engine } from './engine.js'
import { ModelInstance } from './instance.js'
import { META, type ModelConstructor, type ModelMeta, type ModelOptions } from './meta.js'
import { Family } from './polymorphic.js'
import type { RootModel } from './root-api.js'
import { roomy } from './compile/room.js'
import { compileTable, type KeyOption, type Table } from './table.js'
import { checked } from './values.js'
import { baseModelOf, viewColumns, type ViewShape } from './view.js'
import { listed, meant, shown } from '../words.js'

/** `db.Model`: the root from which the models of one `db` are defined. */
export function createModel (engine: Engine): RootModel {
  const meta: ModelMeta = {
    name: 'Model',
    engine,
    columns: Object.freeze({}),
    table: undefined,
    options: { properties: {} },
    family: undefined,
    variant: undefined,
    body: ModelInstance
  }
  const Model = class extends ModelRoot {
    static override readonly [META] = meta
    // See ModelRoot.
    constructor (values?: unknown) { super(values) } // eslint-disable-line @typescript-eslint/no-useless-constructor
  }
  // The body is written without the column types, which exist for the compiler only; `RootModel` says what it amounts
  // to.
  return Model as unknown as RootModel
}

class ModelRoot extends ModelInstance {
  // Written out: with the one that JS provides V8 searches for the constructor above, which has fields, at each
  // instance (bench/own-cost).
  constructor (values?: unknown) { super(values) } // eslint-disable-line @typescript-eslint/no-useless-constructor

  static define (tableName: string, columns: Columns, options: unknown = {}): typeof ModelRoot {
    const parent = this[META]
    if (parent.variant !== undefined) {
      throw new ModelDefinitionError(`${parent.name}: define() on a child of a polymorphic model; use polymorphic() ` +
        'for a further child')
    }
    const all = inherit(parent, columns, `Table ${JSON.stringify(tableName)}`)
    const given = checkDefineOptions(tableName, options)
    const table = compileTable(tableName, all, given.key)
    const family = table.discriminator === undefined ? undefined : new Family(tableName, table.discriminator)
    const model = extend(this, { name: tableName, columns: all, table, options: given, family, variant: undefined })
    // Left out: inherited, also from a static of an abstract base (MOD-10).
    if (given.keyspace !== undefined) model.keyspace = given.keyspace
    if (given.connection !== undefined) model.connection = given.connection
    parent.engine.register(model as ModelConstructor, given.replace)
    return model
  }

  /** A materialized view of a model's table. */
  static view (viewName: string, Base: unknown, options: unknown = {}): typeof ModelRoot {
    const parent = this[META]
    const at = `View ${shown(viewName)}`
    if (Object.keys(parent.columns).length > 0 || parent.table !== undefined) {
      throw new ModelDefinitionError(`${at}: it has the columns of its base; call db.Model.view(), or view() of an ` +
        'abstract model without columns')
    }
    const base = baseModelOf(at, Base)
    const { table: baseTable, engine } = base[META]
    if (engine !== parent.engine) throw new ModelDefinitionError(`${at}: its base belongs to another db`)
    const given = checkViewOptions(at, options)
    const { columns, key } = viewColumns(at, baseTable, given)
    const table = compileTable(viewName, columns, key, 'view')
    const model = extend(this, {
      name: viewName,
      columns: Object.freeze({ ...columns }),
      table,
      options: given,
      family: undefined,
      variant: undefined,
      view: { base, hasAll: given.only === undefined }
    })
    // Where its base is.
    if (base.keyspace !== undefined) model.keyspace = base.keyspace
    if (base.connection !== undefined) model.connection = base.connection
    parent.engine.register(model as ModelConstructor, given.replace)
    return model
  }

  static abstract (columns: Columns): typeof ModelRoot {
    const parent = this[META]
    const all = inherit(parent, columns, 'Abstract model')
    return extend(
      this,
      {
        name: 'An abstract model',
        columns: all,
        table: undefined,
        options: parent.options,
        family: undefined,
        variant: undefined
      }
    )
  }

  static polymorphic (value: unknown, columns: Columns = {}, options: unknown = {}): typeof ModelRoot {
    const parent = this[META]
    const { family, table } = parent
    if (family === undefined || table === undefined) {
      throw new ModelDefinitionError(`${parent.name}: polymorphic() needs a model with a column that says ` +
        'discriminatorColumn: true')
    }
    const at = `Table "${table.name}", kind ${JSON.stringify(String(value))}`
    const all = inherit(parent, columns, at)
    const variant = variantValue(at, family, value)
    const isReplacing = checkReplace(at, options, ['replace'])
    for (const [name, column] of Object.entries(columns)) {
      if (column.options.primaryKey === true || column.options.partitionKey === true) {
        throw new ModelDefinitionError(`${at}, column "${name}": the key belongs to the base of the family`)
      }
      if (column.options.discriminatorColumn === true) {
        throw new ModelDefinitionError(`${at}, column "${name}": the family has the discriminator ` +
          `"${family.discriminator.name}" already`)
      }
      checkAgainstFamily(at, name, column, isReplacing ? family.othersThan(variant) : family.children)
    }
    if (!isReplacing && family.hasKind(variant)) {
      throw new ModelDefinitionError(`${at}: another child has this value of "${family.discriminator.name}" already; ` +
        'give each child a value of its own, or the option replace: true where the module is evaluated twice')
    }
    const child = extend(
      this,
      {
        name: table.name,
        columns: all,
        table: compileTable(table.name, all, keyOptionOf(table)),
        options: parent.options,
        family,
        variant
      }
    )
    family.addChild(child as ModelConstructor, isReplacing)
    return child
  }

  static as (): typeof ModelRoot { return this }

  static {
    for (const name of ['define', 'view', 'abstract', 'polymorphic'] as const) {
      Object.defineProperty(
        this,
        name,
        {
          ...Object.getOwnPropertyDescriptor(this, name),
          value: defining(`${name}()`, ModelDefinitionError, this[name] as () => unknown)
        }
      )
    }
  }
}

function extend (Parent: typeof ModelRoot, own: Omit<ModelMeta, 'engine' | 'body'>): typeof ModelRoot {
  const { engine, body } = Parent[META]
  const meta: ModelMeta = { ...own, engine, body }
  const Extended = own.table === undefined
    ? class extends Parent {}
    : roomy(Parent, own.table.columns.map((c) => c.name))
  return Object.defineProperty(Extended, META, { value: meta })
}

/** Inherited columns first, in their places even when redefined (MOD-01, MOD-02). */
function inherit (parent: ModelMeta, columns: Columns, at: string): Columns {
  if (typeof columns !== 'object' || columns === null) {
    throw new ModelDefinitionError(`${at}: the columns must be an object of names and columns`)
  }
  const all: Record<string, AnyColumn> = { ...parent.columns }
  for (const [name, column] of Object.entries(columns)) {
    if (!(column instanceof Column)) {
      throw new ModelDefinitionError(`${at}, column "${name}": expected a column, e.g. db.columns.Text()`)
    }
    if (name === '__proto__') {
      throw new ModelDefinitionError(`${at}, column "${name}": JavaScript cannot hold a property of this name. Call ` +
        'the column otherwise and give it a dbField')
    }
    all[name] = column.named(name)
  }
  return Object.freeze(all)
}

function keyOptionOf (table: Table): KeyOption {
  return [table.partitionKey.map((c) => c.name), ...table.clustering.map((c) => c.name)]
}

/** Two children may share a column only when it is the same in the table. */
function checkAgainstFamily (at: string, name: string, column: AnyColumn, children: readonly ModelConstructor[]): void {
  const field = column.options?.dbField ?? name
  for (const child of children) {
    const other = child[META].table?.byField.get(field)
    if (other !== undefined && other.type.cql !== column.type.cql) {
      throw new ModelDefinitionError(`${at}, column "${name}": another child has it as ${other.type.cql}; in one ` +
        'table it can have one type only')
    }
    if (other !== undefined && (other.role === 'static') !== (column.options.static === true)) {
      throw new ModelDefinitionError(`${at}, column "${name}": it is static in one child and not in another; in one ` +
        'table it can be one of them only')
    }
  }
}

function variantValue (at: string, family: Family, value: unknown): unknown {
  if (value === undefined || value === null) {
    throw new ModelDefinitionError(`${at}: a child needs a value for the discriminator "${family.discriminator.name}"`)
  }
  try {
    return checked(family.discriminator, value)
  } catch (cause) {
    throw new ModelDefinitionError(
      `${at}: the value does not fit the discriminator "${family.discriminator.name}" ` +
        `(${family.discriminator.type.cql})`,
      { cause }
    )
  }
}

interface DefineOptions extends ModelOptions {
  readonly keyspace?: string | undefined
  readonly connection?: string | undefined
  readonly key?: KeyOption | undefined
  readonly replace: boolean
}

const optionNames = [
  'keyspace', 'connection', 'consistency', 'description', 'options', 'key', 'managed', 'ignoreColumns', 'replace'
]
const viewOptionNames = [
  'partitionKey', 'clusteringKey', 'clusteringOrder', 'only', 'consistency', 'description', 'options', 'managed',
  'replace'
]

function checkDefineOptions (table: string, options: unknown): DefineOptions {
  const at = `Table ${JSON.stringify(table)}`
  if (typeof options !== 'object' || options === null) {
    throw new ModelDefinitionError(`${at}: the last argument of define() must be an object of options`)
  }
  const replace = checkReplace(at, options, optionNames)
  const { keyspace, connection, key } = options as Record<string, unknown>
  if (keyspace !== undefined) checkKeyspaceOption(keyspace, at)
  if (connection !== undefined && (typeof connection !== 'string' || connection === '')) {
    throw new ModelDefinitionError(`${at}: connection must be a name`)
  }
  return {
    ...commonOptions(at, options),
    keyspace: keyspace as string | undefined,
    connection,
    key: key === undefined ? undefined : keyOption(at, key),
    replace
  }
}

function keyOption (at: string, given: unknown): KeyOption {
  const [first, ...clustering] = listOf(given) ?? []
  const partition = typeof first === 'string' ? first : listOf(first)
  const names = typeof partition === 'string'
    ? [partition, ...clustering]
    : [...partition ?? [undefined], ...clustering]
  if (!names.every((name) => typeof name === 'string')) {
    throw new ModelDefinitionError(`${at}: key must be an array [partition, ...clustering] of names of columns`)
  }
  return [partition, ...clustering] as KeyOption
}

/** What a table and a view have. */
function commonOptions (at: string, given: object): ModelOptions {
  const {
    consistency, description, options: properties = {}, managed = true, ignoreColumns = []
  } = given as Record<string, unknown>
  if (description !== undefined && typeof description !== 'string') {
    throw new ModelDefinitionError(`${at}: description must be a string`)
  }
  if (typeof properties !== 'object' || properties === null) {
    throw new ModelDefinitionError(`${at}: options must be an object of table properties`)
  }
  if (typeof managed !== 'boolean') throw new ModelDefinitionError(`${at}: managed must be true or false`)
  const ignored = listOf(ignoreColumns)
  if (ignored === undefined || !ignored.every((name) => typeof name === 'string')) {
    throw new ModelDefinitionError(`${at}: ignoreColumns must be an array of names in the database`)
  }
  return {
    consistency: consistency === undefined ? undefined : level(consistency, at),
    description,
    properties: properties as Record<string, unknown>,
    managed,
    ignoreColumns: ignored as readonly string[]
  }
}

interface CheckedViewOptions extends ModelOptions, ViewShape { readonly replace: boolean }

function checkViewOptions (at: string, options: unknown): CheckedViewOptions {
  const replace = checkReplace(at, options, viewOptionNames)
  const common = commonOptions(at, options as object)
  if (Number(common.properties['default_time_to_live'] ?? 0) !== 0) {
    throw new ModelDefinitionError(`${at}: a view has no default_time_to_live; its rows end with those of its base`)
  }
  const { partitionKey, clusteringKey, clusteringOrder, only } = options as Record<string, unknown>
  return { ...common, partitionKey, clusteringKey, clusteringOrder, only, replace }
}

/**
 * Whether a definition takes the place of the one that there is. @throws {ModelDefinitionError} for options that do not
 * exist
 */
function checkReplace (at: string, options: unknown, known: readonly string[]): boolean {
  if (typeof options !== 'object' || options === null) {
    throw new ModelDefinitionError(`${at}: the last argument must be an object of options`)
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new ModelDefinitionError(`${at}: unknown option ${shown(unknown)}${meant(unknown, known)}; known are ` +
      `${listed(known)}`)
  }
  const { replace = false } = options as Record<string, unknown>
  if (typeof replace !== 'boolean') throw new ModelDefinitionError(`${at}: replace must be true or false`)
  return replace
}

function level (consistency: unknown, at: string): number {
  try {
    return parseConsistency(consistency, `${at}: consistency`)
  } catch (error) {
    throw error instanceof CQLEngineError ? new ModelDefinitionError(error.message) : error
  }
}

function checkKeyspaceOption (keyspace: unknown, at: string): void {
  if (typeof keyspace !== 'string' || !nameRule.test(keyspace) || keyspace.length > keyspaceNameLimit) {
    throw new ModelDefinitionError(`${at}: keyspace must be a name of at most ${keyspaceNameLimit} letters, ` +
      'digits and _')
  }
}
