import type { Route } from '../../connection/route.js'
import { type Accept, acceptorOf } from './accept.js'
import { emptyInstance } from './empty-instance.js'
import { type Proof, proofOf } from '../field-guard.js'
import { Givens } from './given.js'
import { type Layout, layoutOf, type RowValues, valueOf } from './layout.js'
import { classOfView, type ModelConstructor, META, tableOf } from '../meta.js'
import { newRowReader, type ReadNewRow } from './new-row.js'
import { keeper } from './keepers.js'
import type { Source, State } from '../state.js'
import type { Table } from '../table.js'
import { type FindTouched, touchedFinder } from './touched.js'

/** What is worked out once for each model class, when it is first used. */
export interface Blueprint {
  readonly name: string
  readonly table: Table
  readonly layout: Layout
  readonly givens: Givens
  readonly accept: Accept
  readonly readNewRow: ReadNewRow | undefined
  readonly findTouched: FindTouched
  /** The class has no `save` or `validate` of its own, which would see an instance before it is saved. */
  readonly savesAsUsual: boolean
  /** The source of new instances, which come from nowhere. */
  readonly fresh: Source
  /** Shared with whatever else has its prototype. */
  readonly proof: Proof
  /** See keepers.ts. */
  readonly keeper: object | undefined
}

const blueprints = new WeakMap<ModelConstructor, Blueprint>()

/** @throws {ModelDefinitionError} for abstract bases */
export function blueprintOf (model: ModelConstructor): Blueprint {
  return blueprints.get(model) ?? draw(model)
}

function isInherited ({ prototype, [META]: { body } }: ModelConstructor, method: string): boolean {
  return Reflect.get(prototype, method) === Reflect.get(body.prototype, method)
}

function draw (model: ModelConstructor): Blueprint {
  const table = tableOf(model)
  const of = classOfView(model)
  if (of === model) model[META].engine.know(model)
  const blueprint = of === model ? drawn(model, table) : { ...blueprintOf(of), fresh: freshSource(model, table) }
  blueprints.set(model, blueprint)
  return blueprint
}

function freshSource (model: ModelConstructor, { columns }: Table): Source {
  return { model, origin: undefined, columns, form: undefined }
}

function drawn (model: ModelConstructor, table: Table): Blueprint {
  const { prototype } = model
  const { name } = model[META]
  const layout = layoutOf(prototype, table.columns)
  return {
    name,
    table,
    layout,
    givens: new Givens(name, table),
    accept: acceptorOf(table),
    readNewRow: newRowReader(prototype, table),
    findTouched: touchedFinder(table.columns),
    savesAsUsual: isInherited(model, 'save') && isInherited(model, 'validate'),
    fresh: freshSource(model, table),
    proof: proofOf(prototype),
    keeper: keeper(() => emptyInstance(model, table.columns))
  }
}

/** The values of an instance. */
export function valuesOf (instance: object, { source }: Pick<State, 'source'>): RowValues {
  const { table, layout } = blueprintOf(source.model)
  // Of a row that was loaded in part the class has accessors in the places of the rest.
  return source.columns.length === table.columns.length
    ? layout.read(instance)
    : table.columns.map((c) => valueOf(instance, c.name))
}

const settled = new WeakMap<Source, Source>()

/**
 * The source of instances that were written to a place: they belong there from then on. The last place is remembered.
 */
export function settledAt (source: Source, origin: Route): Source {
  const known = settled.get(source)
  if (known !== undefined && known.origin === origin) return known
  const { model, columns, form } = source
  const next: Source = { model, origin, columns, form }
  settled.set(source, next)
  return next
}
