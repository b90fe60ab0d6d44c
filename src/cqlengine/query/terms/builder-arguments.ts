// What users pass to the builders of query sets beside conditions: columns by their names, orders, fields of a select.
import { checkIndexedVector } from '../../columns/check.js'
import { type AnyColumn, Column } from '../../columns/column.js'
import { Ordering } from '../../columns/expression.js'
import { QueryError } from '../../errors.js'
import { asOurs } from '../../known-options.js'
import { META, type ModelConstructor, tableOf } from '../../model/meta.js'
import type { TableColumn } from '../../model/table.js'
import { validationError } from '../../model/violations.js'
import { shown } from '../../words.js'
import { noColumn } from './conditions.js'
import { Selected } from './functions.js'
import type { QueryOrder } from './query-state.js'

/** @param builder for messages @throws {QueryError} where the model has no such column */
export function columnNamed (model: ModelConstructor, builder: string, name: unknown): TableColumn {
  const table = tableOf(model)
  const column = typeof name === 'string' ? table.byName.get(name) : undefined
  if (column === undefined) throw noColumn(`${model[META].name}.${builder}`, name, table)
  return column
}

/** The columns as they are in the table. */
export function inOrder (columns: Iterable<TableColumn>): TableColumn[] {
  return [...columns].sort((a, b) => a.position - b.position)
}

/** @param builder for messages @throws {QueryError} */
export function atLeastOne (model: ModelConstructor, builder: string, n: unknown): number {
  if (typeof n === 'number' && Number.isInteger(n) && n > 0 && n <= 2 ** 31 - 1) return n
  throw new QueryError(`${model[META].name}.${builder}: it takes a whole number from 1 to 2147483647`)
}

/**
 * One argument of `orderBy`.
 * @throws {QueryError} for what Cassandra cannot order by, {ValidationError} for a vector that its column refuses
 */
export function readOrder (model: ModelConstructor, by: unknown): QueryOrder {
  try {
    return by instanceof Ordering ? nearest(model, by) : inKeyOrder(model, by)
  } catch (error) {
    throw asOurs(error, `${model[META].name}.orderBy`)
  }
}

function inKeyOrder (model: ModelConstructor, by: unknown): QueryOrder {
  const isDescending = typeof by === 'string' && by.startsWith('-') && !tableOf(model).byName.has(by)
  const column = columnNamed(model, 'orderBy', isDescending ? by.slice(1) : by)
  if (column.role !== 'clustering') {
    throw new QueryError(`${model[META].name}.orderBy: "${column.name}" is no clustering column; Cassandra keeps ` +
      'rows only in the order of those')
  }
  return { column, descending: isDescending }
}

function nearest (model: ModelConstructor, by: Ordering): QueryOrder {
  const { name } = model[META]
  const column = columnNamed(model, 'orderBy', by.column)
  if (column.type.kind !== 'vector') {
    throw new QueryError(`${name}.orderBy: "${column.name}" is no vector; only those are ordered by nearness`)
  }
  try {
    const vector = column.unruled.convert(by.vector)
    checkIndexedVector(column, vector)
    return { column, vector }
  } catch (error) {
    throw validationError(name, column.name, error)
  }
}

/** The argument of `select`, by alias. @throws {QueryError} for what is neither a column of the model nor a function */
export function readFields (model: ModelConstructor, what: object): Map<string, TableColumn | Selected> {
  try {
    return new Map(Object.entries(what).map(([alias, one]) => [alias, fieldOf(model, alias, one)]))
  } catch (error) {
    throw asOurs(error, `${model[META].name}.select`)
  }
}

function fieldOf (model: ModelConstructor, alias: string, one: unknown): TableColumn | Selected {
  const { name } = model[META]
  if (alias === '__proto__' || alias === '') {
    throw new QueryError(`${name}.select: ${shown(alias)} cannot be an alias`)
  }
  if (one instanceof Column) return ownColumn(model, alias, one)
  if (!(one instanceof Selected)) {
    throw new QueryError(`${name}.select, ${shown(alias)}: expected a column of the model or one of db.functions`)
  }
  return one.column === undefined
    ? one
    : new Selected(one.function, one.column, one.argument, ownColumn(model, alias, one.column))
}

/** A column of another model may be called like one of this. */
function ownColumn (model: ModelConstructor, alias: string, given: AnyColumn): TableColumn {
  const { name, columns } = model[META]
  const column = columnNamed(model, 'select', given.name)
  const known = columns[column.name]
  if (known !== undefined && known !== given) {
    throw new QueryError(`${name}.select, ${shown(alias)}: the column "${column.name}" is that of another model; ` +
      `take ${name}'s own`)
  }
  return column
}
