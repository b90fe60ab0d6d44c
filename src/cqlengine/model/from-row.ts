import { hydrate } from './hydrate.js'
import { META, type ModelConstructor, tableOf } from './meta.js'
import type { Table, TableColumn } from './table.js'
import { isolated, readValues, Violations } from './values.js'

/**
 * `Model.hydrate(row)`: a clean instance from values in any accepted form. Columns that are missing count as not
 * loaded.
 * @param row attribute names and values; in a polymorphic family with the columns of the child that the discriminator
 *   tells
 * @throws {ValidationError} for unknown names and values that their types refuse, {PolymorphicModelError} for an
 *   unknown kind
 */
export function fromRow (queried: ModelConstructor, row: unknown): object {
  const given = readValues(row, queried[META].name)
  const model = classOf(queried, given)
  const { name } = model[META]
  const table = tableOf(model)
  const violations = new Violations()
  const stored: Record<string, unknown> = {}
  for (const [key, value] of given) {
    const column = table.byName.get(key)
    if (column === undefined) violations.unknown(key, { known: table.columns })
    else if (value !== undefined) stored[column.field] = violations.try(key, () => own(column, value))
  }
  violations.finish(name)
  return hydrate(
    model, [stored], { model, origin: undefined, columns: loadedColumns(table, stored), form: 'instance' }
  )[0] as object
}

/** The class that the discriminator tells; a row without it is one of the class that was asked. */
function classOf (queried: ModelConstructor, given: Map<string, unknown>): ModelConstructor {
  const { family, variant, name } = queried[META]
  if (family === undefined || !family.hasChildren) return queried
  const { discriminator } = family
  const kind = given.get(discriminator.name) ?? variant
  if (kind !== undefined) given.set(discriminator.name, kind)
  const violations = new Violations()
  const converted = kind === undefined || kind === null
    ? undefined
    : violations.try(discriminator.name, () => discriminator.type.convert(kind))
  violations.finish(name)
  return family.classOf(converted, queried)
}

/** In the instance's form: a cache must not change with the instances made from it. */
function own ({ type, unruled }: TableColumn, value: unknown): unknown {
  return value === null ? null : isolated(type, unruled.convert(value), value)
}

function loadedColumns (table: Table, stored: Readonly<Record<string, unknown>>): readonly TableColumn[] {
  const columns = table.columns.filter((c) => Object.hasOwn(stored, c.field))
  return columns.length === table.columns.length ? table.columns : columns
}
