import type { CqlType } from '../../columns/cql-type.js'
import { ModelDefinitionError, QueryError } from '../../errors.js'
import { blueprintOf } from './blueprint.js'
import { checkAccessors, hiddenColumn } from '../field-guard.js'
import { canGenerate, generate } from './generate.js'
import { construction } from '../construction.js'
import { classOfView, META, type ModelConstructor, tableOf } from '../meta.js'
import { codeToSet, isHidden, setColumn, setHidden } from '../own-columns.js'
import { emptyInstance } from './empty-instance.js'
import { keeper } from './keepers.js'
import type { DriverRow, KeptValues, Loaded, Source } from '../state.js'
import type { TableColumn } from '../table.js'

/** Makes instances of one class from rows with one list of columns. */
interface Mapper {
  readonly instances: (rows: readonly DriverRow[], source: Source) => object[]
  /** What is stored, by database name, from what an instance was made of. */
  readonly stored: (loaded: Loaded) => Record<string, unknown>
  /** See keepers.ts. */
  readonly keeper: object | undefined
}

/** What is stored, from what an instance was made of. */
export function storedFrom (source: Source, loaded: Loaded): Record<string, unknown> {
  return mapperOf(source).stored(loaded)
}

const bySource = new WeakMap<Source, Mapper>()
/** The last one for each list of columns, for those of whole rows are shared by all places that rows come from. */
const byColumns = new WeakMap<readonly TableColumn[], KnownMapper>()
interface KnownMapper { readonly model: ModelConstructor, readonly form: Source['form'], readonly mapper: Mapper }
const mappers = new WeakMap<ModelConstructor, Map<string, Mapper>>()
/**
 * More lists of columns than this are made by a program's input (`only(…names)`): all are then made anew.
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
  const plans = columns.map((column) => planOf(column, form))
  const make: Make = { Target: target, isPartial: !isWhole, keepsRow: plans.every((p) => p.asIs), phase, prove }
  const run = canGenerate('rows') ? generated(plans, make) : interpreted(plans, make)
  const instances: Mapper['instances'] = (rows, source) => construction.ofRows(source, () => {
    try {
      return run(rows)
    } finally {
      phase.constructing = false
    }
  })
  const stored: Mapper['stored'] = make.keepsRow
    ? (loaded) => loaded as DriverRow
    : canGenerate('rows') && !plans.some((p) => p.field === '__proto__')
      ? generatedUnpack(plans)
      : (loaded) => unpacked(plans, loaded as KeptValues)
  return {
    instances,
    stored,
    keeper: isWhole ? blueprintOf(model).keeper : keeper(() => emptyInstance(target, columns))
  }

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
    // Its guard throws when a field hides a column.
    construction.probe(target, () => new target()) // eslint-disable-line new-cap -- a class in a variable
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
  /** Instances get the row's value, and nothing of it can change in place. */
  readonly asIs: boolean
  readonly convert: boolean
  /** Its parts are kept one by one. */
  readonly inParts: boolean
}
type Run = (rows: readonly DriverRow[]) => object[]
/** How an instance comes about; the first one is proved. */
interface Make {
  readonly Target: ModelConstructor
  readonly isPartial: boolean
  /** Nothing can change in place, so that the driver's row itself is what is kept. */
  readonly keepsRow: boolean
  readonly phase: Phase
  readonly prove: (instance: object) => void
}

function planOf ({ name, options, field, type }: TableColumn, form: Source['form']): ColumnPlan {
  const asIs = (form === 'instance' || (form === undefined && type.readsAsIs)) && !type.mutable &&
    type.emptyValue() === null
  return {
    name,
    options,
    field,
    type,
    asIs,
    convert: form !== 'instance' && (form === 'foreign' || !type.readsAsIs),
    inParts: type.mutable && type.keepsParts
  }
}

/** What an instance gets of a row's value. */
function read ({ asIs, convert, type }: ColumnPlan, given: unknown): unknown {
  if (asIs) return given
  if (given === null || given === undefined) return type.emptyValue()
  return convert || !type.isRead(given) ? type.fromDriver(given) : given
}

/** What is kept of it: what can change in place in a form that does not. */
function keptValue ({ asIs, type, inParts }: ColumnPlan, given: unknown, value: unknown): unknown {
  if (asIs) return given
  if (given === null || given === undefined) return null
  return inParts ? type.partsOf(value) : type.mutable ? type.snapshot(value) : value
}

/** The values that are kept, and those of an instance, in the order of the columns. */
function pack (plans: readonly ColumnPlan[], row: DriverRow, values: readonly unknown[]): KeptValues {
  const kept = plans.map((plan, i) => keptValue(plan, row[plan.field], values[i]))
  for (const [i, { type, inParts }] of plans.entries()) {
    if (inParts && kept[i] !== null) type.keepParts(values[i], kept, kept.length)
  }
  return kept
}

function unpacked (plans: readonly ColumnPlan[], kept: KeptValues): Record<string, unknown> {
  const stored: Record<string, unknown> = {}
  let at = plans.length
  for (let i = 0; i < plans.length; i++) {
    const { field, inParts } = plans[i] as ColumnPlan
    const value = kept[i]
    if (inParts && value !== null) {
      stored[field] = kept.slice(at, at + (value as number))
      at += value as number
    } else if (value !== undefined) stored[field] = value // a row that lacks a column counts as loaded without it
  }
  return stored
}

/** As code, {@link unpacked}: of rows that have all columns, which is nearly all. */
function generatedUnpack (plans: readonly ColumnPlan[]): Mapper['stored'] {
  const lacks = plans.map((_, i) => `k[${i}] === undefined`)
  const parts = plans.map((p, i) =>
    p.inParts ? `const p${i} = k[${i}] === null ? null : k.slice(at, at += k[${i}])` : '')
  const fields = plans.map(({ field, inParts }, i) => `${JSON.stringify(field)}: ${inParts ? `p${i}` : `k[${i}]`}`)
  return generate<Mapper['stored']>('stored', { plans, unpacked }, `
    return (k) => {
      if (${lacks.join(' || ')}) return unpacked(plans, k)
      let at = ${plans.length}
      ${parts.join('\n      ')}
      return { ${fields.join(', ')} }
    }`)
}

/**
 * One function per class and list of columns, with the names written out: reading a row of ten scalars then costs about
 * as much as an object literal (measured in bench/). Names go in as JSON strings, values never.
 */
function generated (plans: readonly ColumnPlan[], { Target, isPartial, keepsRow, phase, prove }: Make): Run {
  const given = ({ field }: ColumnPlan): string => `row[${JSON.stringify(field)}]`
  const reads = keepsRow
    ? []
    : plans.map((p, i) => p.asIs
      ? `const v${i} = ${given(p)}`
      : `const g${i} = ${given(p)}
      const v${i} = g${i} == null ? t${i}.emptyValue() : ${reading(p, i)}`)
  const kept = keepsRow ? [] : packing(plans)
  const lines = plans.map((p, i) => codeToSet(p, keepsRow ? given(p) : `v${i}`))
  const one = (proof: string): string => `
      const row = rows[i]
      ${reads.join('\n      ')}
      ${kept.join('\n      ')}
      construction.row(Target, ${keepsRow ? 'row' : 'k'})
      ${isPartial ? 'phase.constructing = true' : ''}
      const o = new Target()
      ${isPartial ? 'phase.constructing = false' : ''}
      ${proof}
      ${lines.join('\n      ')}
      out[i] = o`
  // The first one apart: a call in between would cost the others what V8 knows of their layout.
  const body = `
    const [${plans.map((_, i) => `t${i}`).join(', ')}] = types
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
  return generate<Run>('rows', { types: plans.map((p) => p.type), Target, construction, phase, prove, setHidden }, body)
}

function reading ({ convert, inParts }: ColumnPlan, i: number): string {
  if (convert) return `t${i}.fromDriver(g${i})`
  return inParts ? `t${i}.isRead(g${i}) ? g${i} : t${i}.fromDriver(g${i})` : `g${i}`
}

/** As code, {@link pack}: an array of the right size, in which everything has its place. */
function packing (plans: readonly ColumnPlan[]): string[] {
  const inParts = [...plans.entries()].filter(([, p]) => p.inParts).map(([i]) => i)
  const sizes = inParts.map((i) => `const n${i} = g${i} == null ? 0 : t${i}.partsOf(v${i})`)
  const fixed = plans.map(({ asIs, type, inParts: isInParts }, i) => {
    if (asIs) return `k[${i}] = v${i}`
    return `k[${i}] = g${i} == null ? null : ${isInParts ? `n${i}` : type.mutable ? `t${i}.snapshot(v${i})` : `v${i}`}`
  })
  const lengthWith = (some: readonly number[]): string => [plans.length, ...some.map((i) => `n${i}`)].join(' + ')
  const parts = inParts.map((i, nth) =>
    `if (n${i} !== 0) t${i}.keepParts(v${i}, k, ${lengthWith(inParts.slice(0, nth))})`)
  return [...sizes, `const k = new Array(${lengthWith(inParts)})`, ...fixed, ...parts]
}

function interpreted (plans: readonly ColumnPlan[], { Target, keepsRow, phase, prove }: Make): Run {
  let proved = false
  return (rows) => rows.map((row) => {
    const values = plans.map((plan) => read(plan, row[plan.field]))
    construction.row(Target, keepsRow ? row : pack(plans, row, values))
    phase.constructing = true
    const instance = new Target()
    phase.constructing = false
    if (!proved) { prove(instance); proved = true }
    for (const [i, plan] of plans.entries()) setColumn(instance, plan, values[i])
    return instance
  })
}

/** Whatever passes an `await` is asked for it, by the language and not by a reader. */
const asked = 'then'

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
        if (phase.constructing || name === asked || model[META].body.stateOf?.(this) === undefined) return undefined
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
