import type { CqlType } from '../columns/cql-type.js'
import { ModelDefinitionError, QueryError } from '../errors.js'
import { META, type ModelConstructor, tableOf } from './meta.js'
import { type Source, State } from './state.js'
import type { TableColumn } from './table.js'

type DriverRow = Record<string, unknown>
/** Makes instances of one class from rows with one list of columns. */
type Mapper = (rows: readonly DriverRow[], source: Source) => object[]

/**
 * Makes the instances of `rows`, each by its class's constructor, with the columns set afterwards; the driver's rows are kept as what is
 * stored, so they belong to the instances from now on.
 *
 * @param queried the class asked for; in a polymorphic family each row gets the class of its kind (POL-04)
 * @param source its `columns` are those that the rows have
 */
export function hydrate (queried: ModelConstructor, rows: readonly DriverRow[], source: Source): object[] {
  const { family } = queried[META]
  if (family === undefined || !family.hasChildren) return mapperOf(queried, source)(rows, source)
  const field = family.discriminator.field
  return rows.map((row) => {
    const model = family.classOf(row[field], queried)
    const columns = ownColumns(model, source)
    return mapperOf(model, columns)([row], columns)[0] as object
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
    known.set(model, own = { ...source, columns })
  }
  return own
}

const mappers = new WeakMap<ModelConstructor, Map<string, Mapper>>()

function mapperOf (model: ModelConstructor, source: Source): Mapper {
  let known = mappers.get(model)
  if (known === undefined) mappers.set(model, known = new Map())
  const key = source.form === undefined ? columnsKey(source.columns) : `${source.form} ${columnsKey(source.columns)}`
  let mapper = known.get(key)
  if (mapper === undefined) known.set(key, mapper = compile(model, source.columns, source.form))
  return mapper
}

const keys = new WeakMap<readonly TableColumn[], string>()

/** Lists of columns are shared by the results of one query shape, so their keys are made once. */
function columnsKey (columns: readonly TableColumn[]): string {
  let key = keys.get(columns)
  if (key === undefined) keys.set(columns, key = columns.map((c) => c.position).join())
  return key
}

function compile (model: ModelConstructor, columns: readonly TableColumn[], form: Source['form']): Mapper {
  checkMembers(model)
  const { loading, name } = model[META]
  const { columns: all } = tableOf(model)
  const target = columns.length === all.length ? model : partialClass(model, columns)
  const plans = columns.map((column): ColumnPlan => ({
    name: column.name,
    field: column.field,
    type: column.type,
    asIs: (form === 'instance' || (form === undefined && column.type.readsAsIs)) && !column.type.mutable && column.type.emptyValue() === null,
    convert: form !== 'instance' && (form === 'foreign' || !column.type.readsAsIs)
  }))
  const begin = (row: DriverRow, source: Source): void => {
    loading.state = new State(model, source, row)
    loading.target = target
  }
  const run = canGenerateCode() ? generated(target, plans, begin, prove) : interpreted(target, plans, begin, prove)
  return (rows, source) => {
    try {
      return run(rows, source)
    } finally {
      loading.target = undefined // a constructor that threw must not leave its state to the next instance
      loading.state = undefined
    }
  }

  /** API.md section 5: a field of the class would hide the column, and its value would never be written. */
  function prove (instance: object): void {
    const hidden = all.find((c) => Object.hasOwn(instance, c.name))
    if (hidden !== undefined) throw hiddenColumn(name, hidden.name)
  }
}

interface ColumnPlan { readonly name: string, readonly field: string, readonly type: CqlType, readonly asIs: boolean, readonly convert: boolean }
type Run = (rows: readonly DriverRow[], source: Source) => object[]

function read (plan: ColumnPlan, row: DriverRow): unknown {
  const given = row[plan.field]
  if (given === null || given === undefined) {
    row[plan.field] = null
    return plan.type.emptyValue()
  }
  const value = plan.convert ? plan.type.fromDriver(given) : given
  row[plan.field] = plan.type.mutable ? plan.type.copy(value) : value
  return value
}

/**
 * One function per class and list of columns, with the names written out: reading a row of ten scalars then costs about as much as an
 * object literal (measured in bench/). Names go in as JSON strings, values never.
 */
function generated (target: ModelConstructor, plans: readonly ColumnPlan[], begin: (row: DriverRow, source: Source) => void, prove: (instance: object) => void): Run {
  const lines = plans.map((p, i) => p.asIs
    ? `o[${JSON.stringify(p.name)}] = row[${JSON.stringify(p.field)}]`
    : `o[${JSON.stringify(p.name)}] = read(plans[${i}], row)`)
  const body = `let proved = false
    return (rows, source) => {
      const out = new Array(rows.length)
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i]
        begin(row, source)
        const o = new Target()
        if (!proved) { prove(o); proved = true }
        ${lines.join('\n        ')}
        out[i] = o
      }
      return out
    }`
  // eslint-disable-next-line no-new-func -- see above; `interpreted` is the way without
  return new Function('Target', 'plans', 'begin', 'prove', 'read', body)(target, plans, begin, prove, read) as Run
}

function interpreted (Target: ModelConstructor, plans: readonly ColumnPlan[], begin: (row: DriverRow, source: Source) => void, prove: (instance: object) => void): Run {
  let proved = false
  return (rows, source) => rows.map((row) => {
    begin(row, source)
    const instance = new Target() as Record<string, unknown>
    if (!proved) { prove(instance); proved = true }
    for (const plan of plans) instance[plan.name] = plan.asIs ? row[plan.field] : read(plan, row)
    return instance
  })
}

/** False under --disallow-code-generation-from-strings and in runtimes that forbid it. */
function canGenerateCode (): boolean {
  try {
    return new Function('return true')() as boolean // eslint-disable-line no-new-func -- asks whether it may be used
  } catch {
    return false
  }
}

export function hiddenColumn (model: string, column: string): ModelDefinitionError {
  return new ModelDefinitionError(`Model "${model}": a field or accessor of the class hides the column "${column}". Remove it, or write "declare ${column}: …" to tell only the type`)
}

/** Accessors of the user's class that are called like a column would swallow its values. */
function checkMembers (model: ModelConstructor): void {
  const { table, name } = model[META]
  for (const { name: column } of table?.columns ?? []) {
    for (let proto: object | null = model.prototype; proto !== null && proto !== Object.prototype; proto = Object.getPrototypeOf(proto) as object | null) {
      const member = Object.getOwnPropertyDescriptor(proto, column)
      if (member !== undefined && !('value' in member)) throw hiddenColumn(name, column)
    }
  }
}

/**
 * The class of rows that were loaded in part: its instances are ordinary ones, but reading a column that was not loaded throws (B06), and
 * setting it makes it the instance's own.
 */
function partialClass (model: ModelConstructor, columns: readonly TableColumn[]): ModelConstructor {
  const { columns: all } = tableOf(model)
  const Partial = class extends model {}
  Reflect.deleteProperty(Partial.prototype, 'constructor') // instance.constructor stays the user's class
  for (const { name } of all.filter((c) => !columns.includes(c))) {
    Object.defineProperty(Partial.prototype, name, {
      get () {
        throw new QueryError(`"${name}" of a "${model[META].name}" was not loaded: the query had only() or defer(). Load it, or set it first`)
      },
      set (value: unknown) {
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true })
      },
      configurable: true
    })
  }
  return Partial
}
