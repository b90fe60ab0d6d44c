import type { CqlType } from '../../columns/cql-type.js'
import { ModelDefinitionError, QueryError } from '../../errors.js'
import { blueprintOf } from './blueprint.js'
import { checkAccessors, hiddenColumn } from '../field-guard.js'
import { canGenerate, generate } from './generate.js'
import { loading, whileLoading } from '../loading.js'
import { classOfView, META, type ModelConstructor, tableOf } from '../meta.js'
import { codeToSet, isHidden, setColumn, setHidden } from '../own-columns.js'
import { keeperOf } from './shape.js'
import type { DriverRow, KeptRow, Loaded, Source } from '../state.js'
import type { TableColumn } from '../table.js'

/** Makes instances of one class from rows with one list of columns. */
interface Mapper {
  readonly instances: (rows: readonly DriverRow[], source: Source) => object[]
  /** Database names of the columns of which a {@link Loaded} row keeps values of its own. */
  readonly keptFields: readonly string[]
  /** See shape.ts. */
  readonly keeper: object
}

/** What is stored, from the row that an instance was made of. */
export function storedFrom (source: Source, loaded: Loaded): Record<string, unknown> {
  const { keptFields } = mapperOf(source)
  if (keptFields.length === 0) return loaded as DriverRow
  const { row, ...kept } = loaded as KeptRow
  const stored = { ...row }
  for (const [i, field] of keptFields.entries()) stored[field] = kept[`k${i}`]
  return stored
}

const bySource = new WeakMap<Source, Mapper>()
/** The last one for each list of columns, for those of whole rows are shared by all places that rows come from. */
const byColumns = new WeakMap<readonly TableColumn[], KnownMapper>()
interface KnownMapper { readonly model: ModelConstructor, readonly form: Source['form'], readonly mapper: Mapper }
const mappers = new WeakMap<ModelConstructor, Map<string, Mapper>>()
/**
 * More lists of columns than this are made by a program's input (`only(…names)`): the first ones are then made anew.
 */
const mostMappers = 500

/** Sources are shared by the results of one query shape, so that most are found at once. */
export function mapperOf (source: Source): Mapper {
  let mapper = bySource.get(source)
  if (mapper === undefined) bySource.set(source, mapper = sharedMapper(source))
  return mapper
}

function sharedMapper ({ model: queried, columns, form }: Source): Mapper {
  const model = classOfView(queried)
  const last = byColumns.get(columns)
  if (last?.model === model && last.form === form) return last.mapper
  const mapper = mapperFor(model, columns, form)
  byColumns.set(columns, { model, form, mapper })
  return mapper
}

function mapperFor (model: ModelConstructor, columns: readonly TableColumn[], form: Source['form']): Mapper {
  let known = mappers.get(model)
  if (known === undefined) mappers.set(model, known = new Map())
  const key = `${form ?? ''} ${columns.map((c) => c.position).join()}`
  let mapper = known.get(key)
  if (mapper === undefined) {
    if (known.size >= mostMappers) known.clear()
    known.set(key, mapper = compile(model, columns, form))
  }
  return mapper
}

function compile (model: ModelConstructor, columns: readonly TableColumn[], form: Source['form']): Mapper {
  const { name } = model[META]
  const { columns: all } = tableOf(model)
  checkAccessors(model.prototype, all.map((c) => c.name), (column) => hiddenColumn(name, column))
  const phase: Phase = { constructing: false }
  const isWhole = columns.length === all.length
  const target = isWhole ? model : partialClass(model, columns, phase)
  const plans = columns.map((column): ColumnPlan => ({
    name: column.name,
    options: column.options,
    field: column.field,
    type: column.type,
    asIs: (form === 'instance' || (form === undefined && column.type.readsAsIs)) && !column.type.mutable &&
      column.type.emptyValue() === null,
    convert: form !== 'instance' && (form === 'foreign' || !column.type.readsAsIs)
  }))
  const make: Make = { Target: target, isPartial: !isWhole, phase, prove }
  const kept = plans.filter((p) => !p.asIs)
  const run = canGenerate('rows') ? generated(plans, kept, make) : interpreted(plans, kept, make)
  const keeper = isWhole ? blueprintOf(model).keeper : keeperOf(target, columns)
  const instances: Mapper['instances'] = (rows, source) => whileLoading(() => {
    loading.source = source
    loading.probing = false // the constructor that is being probed may load rows of another model
    try {
      return run(rows)
    } finally {
      phase.constructing = false
    }
  })
  return { instances, keptFields: kept.map((p) => p.field), keeper }

  /**
   * Refuses a class with a field called like a column, for it would hide the column. What its constructor assigns is
   * overwritten, like in any instance.
   */
  function prove (instance: object): void {
    if (!Object.isExtensible(instance)) {
      throw new ModelDefinitionError(`Model "${name}": the constructor of the class freezes or seals the instance, ` +
        'so that columns cannot be set when it is loaded. Freeze it later')
    }
    const set = all.find((c) => Object.hasOwn(instance, c.name))
    if (set === undefined) return
    if (!isWhole) throw hiddenColumn(name, set.name)
    loading.loaded = undefined
    loading.target = target
    loading.probing = true
    new target() // eslint-disable-line no-new, new-cap -- its guard throws when a field hides a column
    loading.probing = false
  }
}

/**
 * True while the user's constructor runs: what was not loaded is then undefined, as in every instance that is being
 * loaded.
 */
interface Phase { constructing: boolean }

interface ColumnPlan {
  readonly name: string
  readonly options: TableColumn['options']
  readonly field: string
  readonly type: CqlType
  readonly asIs: boolean
  readonly convert: boolean
}
type Run = (rows: readonly DriverRow[]) => object[]
/** How an instance comes about; the first one is proved. */
interface Make {
  readonly Target: ModelConstructor
  readonly isPartial: boolean
  readonly phase: Phase
  readonly prove: (instance: object) => void
}

/** What an instance gets of a row's value. */
function read ({ convert, type }: ColumnPlan, given: unknown): unknown {
  if (given === null || given === undefined) return type.emptyValue()
  return convert ? type.fromDriver(given) : given
}

/** What is kept of it, if that can change in place or has another form than the row's. */
function keep ({ type }: ColumnPlan, given: unknown, value: unknown): unknown {
  if (given === null || given === undefined) return null
  return type.mutable ? type.snapshot(value) : value
}

/**
 * One function per class and list of columns, with the names written out: reading a row of ten scalars then costs about
 * as much as an object literal (measured in bench/). Names go in as JSON strings, values never.
 */
function generated (
  plans: readonly ColumnPlan[], kept: readonly ColumnPlan[], { Target, isPartial, phase, prove }: Make
): Run {
  const reads = kept.map((p, i) => `
        const v${i} = read(kept[${i}], row[${JSON.stringify(p.field)}])`)
  const snapshots = kept.map((p, i) => `k${i}: keep(kept[${i}], row[${JSON.stringify(p.field)}], v${i})`)
  const loaded = kept.length === 0 ? 'row' : `{ row, ${snapshots.join(', ')} }`
  const lines = plans.map((p) => codeToSet(p, p.asIs ? `row[${JSON.stringify(p.field)}]` : `v${kept.indexOf(p)}`))
  const one = (proof: string): string => `
      const row = rows[i]${reads.join('')}
      loading.loaded = ${loaded}
      loading.target = Target
      ${isPartial ? 'phase.constructing = true' : ''}
      const o = new Target()
      ${isPartial ? 'phase.constructing = false' : ''}
      ${proof}
      ${lines.join('\n      ')}
      out[i] = o`
  // The first one apart: a call in between would cost the others what V8 knows of their layout.
  const body = `
    let proved = false
    return (rows) => {
      const out = new Array(rows.length)
      let i = 0
      if (!proved && rows.length > 0) {
        ${one('prove(o); proved = true')}
        i = 1
      }
      for (; i < rows.length; i++) {
        ${one('')}
      }
      return out
    }`
  return generate<Run>('rows', { kept, read, keep, Target, loading, phase, prove, setHidden }, body)
}

function interpreted (plans: readonly ColumnPlan[], kept: readonly ColumnPlan[], { Target, phase, prove }: Make): Run {
  let proved = false
  return (rows) => rows.map((row) => {
    const values = kept.map((plan) => read(plan, row[plan.field]))
    const snapshots = kept.map((plan, i) => [`k${i}`, keep(plan, row[plan.field], values[i])])
    loading.loaded = kept.length === 0 ? row : { row, ...Object.fromEntries(snapshots) as object }
    loading.target = Target
    phase.constructing = true
    const instance = new Target()
    phase.constructing = false
    if (!proved) { prove(instance); proved = true }
    for (const plan of plans) setColumn(instance, plan, plan.asIs ? row[plan.field] : values[kept.indexOf(plan)])
    return instance
  })
}

/**
 * The class of rows that were loaded in part: its instances are ordinary ones, but reading a column that was not loaded
 * throws (B06), and setting it makes it the instance's own.
 */
function partialClass (model: ModelConstructor, columns: readonly TableColumn[], phase: Phase): ModelConstructor {
  const { columns: all } = tableOf(model)
  const Partial = class extends model {}
  Reflect.deleteProperty(Partial.prototype, 'constructor') // instance.constructor stays the user's class
  for (const column of all.filter((c) => !columns.includes(c))) {
    const { name } = column
    Object.defineProperty(Partial.prototype, name, {
      get (this: object) {
        // A copy, as a logger makes it before it takes values out, holds what the instance holds: a log line must not
        // fail a request.
        if (phase.constructing || model[META].body.stateOf?.(this) === undefined) return undefined
        throw new QueryError(`"${name}" of a "${model[META].name}" was not loaded: the query had only(), defer() or ` +
          'distinct(). Load it, or set it first')
      },
      set (value: unknown) {
        if (phase.constructing) return
        Object.defineProperty(this, name, { value, writable: true, enumerable: !isHidden(column), configurable: true })
      },
      configurable: true
    })
  }
  return Partial
}
