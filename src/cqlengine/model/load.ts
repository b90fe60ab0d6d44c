import { mapperOf } from './compile/rows.js'
import { META, type ModelConstructor, tableOf } from './meta.js'
import type { DriverRow, Source } from './state.js'
import type { Table, TableColumn } from './table.js'
import { isolated, readValues } from './values.js'
import { Violations } from './violations.js'

/**
 * Makes the instances of `rows`, each by its class's constructor, with the columns set afterwards. The driver's rows
 * are kept as what is stored, so they belong to the instances from now on.
 *
 * @param queried the class asked for; in a polymorphic family each row gets the class of its kind (POL-04)
 * @param source its `model` is `queried`, its `columns` are those that the rows have
 */
export function hydrate (queried: ModelConstructor, rows: readonly DriverRow[], source: Source): object[] {
  const { family } = queried[META]
  if (family === undefined || !family.hasChildren) return mapperOf(source).instances(rows, source)
  const { field, type } = family.discriminator
  // Of distinct() there is a row for each partition, whatever kinds are in it.
  if (!source.columns.some((c) => c.field === field)) return mapperOf(source).instances(rows, source)
  return rows.map((row) => {
    const kind = row[field] ?? null
    const model = family.classOf(kind === null || source.form === 'instance' ? kind : type.fromDriver(kind), queried)
    const own = ownColumns(model, source)
    return mapperOf(own).instances([row], own)[0] as object
  })
}

const familySources = new WeakMap<Source, Map<ModelConstructor, Source>>()

/** Of a family's row, the columns that its own class has. */
function ownColumns (model: ModelConstructor, source: Source): Source {
  let known = familySources.get(source)
  if (known === undefined) familySources.set(source, known = new Map())
  let own = known.get(model)
  if (own === undefined) {
    const table = tableOf(model)
    const columns = source.columns.map((c) => table.byField.get(c.field)).filter((c) => c !== undefined)
    known.set(model, own = { ...source, model, columns })
  }
  return own
}

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
