// Materialized views as models: which columns of its base a view has, and what Cassandra would refuse of it.
import { type AnyColumn, Column } from '../columns/column.js'
import { holdsDuration } from '../columns/nesting.js'
import { ModelDefinitionError } from '../errors.js'
import { listed, meant, shown } from '../words.js'
import { META, type ModelConstructor } from './meta.js'
import type { KeyOption, Table, TableColumn } from './table.js'

/** The last argument of `view`, its names checked. */
export interface ViewShape {
  readonly partitionKey: unknown
  readonly clusteringKey: unknown
  readonly clusteringOrder: unknown
  readonly only: unknown
}

export interface ViewDefinition {
  readonly columns: Readonly<Record<string, AnyColumn>>
  readonly key: KeyOption
}

/** @param at for messages @throws {ModelDefinitionError} for a base that can have no views */
export function baseModelOf (
  at: string, Base: unknown
): ModelConstructor & { readonly [META]: { readonly table: Table } } {
  const model = Base as ModelConstructor & { readonly [META]: { readonly table: Table } }
  const meta = typeof Base === 'function' ? model[META] as ModelConstructor[typeof META] | undefined : undefined
  if (meta === undefined) {
    throw new ModelDefinitionError(`${at}: the second argument must be the model of its base table`)
  }
  const { table, variant, options } = meta
  if (table === undefined) {
    throw new ModelDefinitionError(`${at}: its base is abstract and has no table; name a model that define() gave`)
  }
  if (table.isView) {
    throw new ModelDefinitionError(`${at}: "${table.name}" is a view itself, and Cassandra makes no views of views; ` +
      'name the base of that one')
  }
  if (variant !== undefined) {
    throw new ModelDefinitionError(`${at}: its base is a child of a polymorphic model; name the base of the family, ` +
      'whose table they share')
  }
  if (table.isCounter) throw new ModelDefinitionError(`${at}: Cassandra makes no views of tables with counters`)
  if (Number(options.properties['gc_grace_seconds'] ?? 1) === 0) {
    throw new ModelDefinitionError(`${at}: its base has gc_grace_seconds 0, with which Cassandra makes no views`)
  }
  return model
}

/** @throws {ModelDefinitionError} for what Cassandra would refuse */
export function viewColumns (
  at: string, base: Table, { partitionKey, clusteringKey, clusteringOrder, only }: ViewShape
): ViewDefinition {
  const partition = columnNamesOf(at, 'partitionKey', partitionKey, base)
  const clustering = clusteringKey === undefined ? [] : columnNamesOf(at, 'clusteringKey', clusteringKey, base)
  if (partition.length === 0) {
    throw new ModelDefinitionError(`${at}: partitionKey must name at least one column of the base`)
  }
  const key = [...partition, ...clustering]
  const twice = key.find((name, i) => key.indexOf(name) !== i)
  if (twice !== undefined) throw new ModelDefinitionError(`${at}: its key names the column "${twice}" twice`)
  checkViewKey(at, base, key)
  const wanted = only === undefined
    ? base.columns.map(({ name }) => name)
    : [...key, ...columnNamesOf(at, 'only', only, base)]
  const columns = base.columns.filter(({ name }) => wanted.includes(name))
  for (const { name, role } of columns) {
    if (role === 'static') {
      throw new ModelDefinitionError(`${at}: Cassandra has no static columns in views; name in only those that the ` +
        `view shall have, without "${name}"`)
    }
  }
  const orders = ordersOf(at, clusteringOrder, clustering)
  return {
    columns: Object.fromEntries(
      columns.map((column) => [
        column.name,
        viewColumn(column, clustering.includes(column.name) ? orders.get(column.name) ?? column.order : undefined)
      ])
    ),
    key: [partition, ...clustering]
  }
}

function checkViewKey (at: string, base: Table, key: readonly string[]): void {
  const missing = base.key.filter(({ name }) => !key.includes(name))
  if (missing.length > 0) {
    throw new ModelDefinitionError(`${at}: its key must have all key columns of its base, and lacks ` +
      `${listed(missing.map(({ name }) => `"${name}"`))}`)
  }
  const columns = key.map((name) => base.byName.get(name) as TableColumn)
  const others = columns.filter((column) => !base.key.includes(column))
  if (others.length > 1) {
    throw new ModelDefinitionError(`${at}: its key may have one column that is not in the key of its base, not ` +
      `${listed(others.map(({ name }) => `"${name}"`))}`)
  }
  for (const { name, type, role } of others) {
    if (role === 'static') {
      throw new ModelDefinitionError(`${at}, column "${name}": Cassandra has no static columns in views`)
    }
    if (type.wantsFrozenInKey) {
      throw new ModelDefinitionError(`${at}, column "${name}": in a key it must be frozen, so add { frozen: true } ` +
        'to it in the base')
    }
    if (holdsDuration(type)) {
      throw new ModelDefinitionError(`${at}, column "${name}": Cassandra has no durations in keys`)
    }
  }
}

function columnNamesOf (at: string, option: string, given: unknown, base: Table): string[] {
  if (!Array.isArray(given)) {
    throw new ModelDefinitionError(`${at}: ${option} must be an array of columns of its base, such as ` +
      `['${base.key[0]?.name ?? 'id'}']`)
  }
  return Array.from(given as readonly unknown[], (name) => {
    if (typeof name === 'string' && base.byName.has(name)) return name
    const known = base.columns.map((c) => c.name)
    throw new ModelDefinitionError(`${at}: ${option} names ${shown(name)}, which is no column of its ` +
      `base${typeof name === 'string' ? meant(name, known) : ''}; there are ${listed(known)}`)
  })
}

function ordersOf (at: string, given: unknown, clustering: readonly string[]): Map<string, 'asc' | 'desc'> {
  if (given === undefined) return new Map()
  if (typeof given !== 'object' || given === null) {
    throw new ModelDefinitionError(`${at}: clusteringOrder must be an object such as { day: 'desc' }`)
  }
  return new Map(Object.entries(given).map(([name, order]) => {
    if (!clustering.includes(name)) {
      throw new ModelDefinitionError(`${at}: clusteringOrder names ${shown(name)}, which is not in clusteringKey`)
    }
    if (order !== 'asc' && order !== 'desc') {
      throw new ModelDefinitionError(`${at}: clusteringOrder of "${name}" must be 'asc' or 'desc'`)
    }
    return [name, order] as const
  }))
}

/** Nothing of how the base is made or written: only how values are read and searched. */
function viewColumn ({ name, type, options }: TableColumn, order: 'asc' | 'desc' | undefined): AnyColumn {
  const { dbField, hidden, description, required } = options
  return new Column(type, Object.freeze({
    ...dbField !== undefined && { dbField },
    ...hidden !== undefined && { hidden },
    ...description !== undefined && { description },
    ...required !== undefined && { required },
    ...order !== undefined && { clusteringOrder: order }
  }), name)
}
