import type { Route } from '../connection/route.js'
import type { Columns } from '../columns/column.js'
import { ModelDefinitionError } from '../errors.js'
import type { Engine } from './engine.js'
import type { Family } from './polymorphic.js'
import type { Table } from './table.js'

/** Statics that belong to us: symbols, so that a user's statics cannot meet them. */
export const META: unique symbol = Symbol('cqlengine.meta')
export const CONTEXT: unique symbol = Symbol('cqlengine.context')

/** What a model class carries. One per `define`, `abstract` and `polymorphic`; the user's class inherits it. */
export interface ModelMeta {
  /** For messages: the table's name, or "Model" for what has none. */
  readonly name: string
  readonly engine: Engine
  /** Bound to their names. */
  readonly columns: Columns
  /** Absent for `db.Model` and abstract bases. */
  readonly table: Table | undefined
  readonly options: ModelOptions
  /** The polymorphic family this class belongs to, and its own discriminator value. */
  readonly family: Family | undefined
  readonly variant: unknown
  /** The class in which all models begin: `emptyInstance` is made by it, and it knows its instances. */
  readonly body: (abstract new () => object) & { readonly stateOf?: (value: object) => object | undefined }
  /** Of a materialized view. */
  readonly view?: ViewMeta
  /** Of a table without a model: its rows are plain objects. Absent: instances. */
  readonly rows?: 'plain'
}

export interface ViewMeta {
  readonly base: ModelConstructor
  /** It has all columns of its base, also those that the base gets later. */
  readonly hasAll: boolean
}

export interface ModelOptions {
  readonly consistency?: number | undefined
  readonly description?: string | undefined
  /** Table properties for the schema. */
  readonly properties: Readonly<Record<string, unknown>>
  /** False: others look after the table. */
  readonly managed?: boolean
  /** Columns in the database that no model has on purpose. */
  readonly ignoreColumns?: readonly string[]
}

/** A model class as the inside sees it. */
export interface ModelConstructor {
  new (values?: unknown): object
  readonly [META]: ModelMeta
  /** Set on the views that `contextQuery` hands out. */
  readonly [CONTEXT]?: Route
  readonly prototype: object
  readonly name: string
  keyspace?: string
  connection?: string
}

/**
 * The class itself, of a view that a context handed out: what is learnt of a model is kept by its class, and so once
 * for all contexts. What depends on the place is the view's own.
 */
export function classOfView (model: ModelConstructor): ModelConstructor {
  let of = model
  while (Object.hasOwn(of, CONTEXT)) of = Object.getPrototypeOf(of) as ModelConstructor
  return of
}

/** The table of a model. @throws {ModelDefinitionError} for abstract bases, which have none (MOD-04, B22) */
export function tableOf (model: ModelConstructor): Table {
  const { table, name } = model[META]
  if (table === undefined) {
    throw new ModelDefinitionError(`${name} is abstract: it has no table. Call define() on it first, and use the ` +
      'model that this gives')
  }
  return table
}
