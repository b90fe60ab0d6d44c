import type { Blueprint } from './compile/blueprint.js'
import { assignWatched } from './defaults.js'
import type { State } from './state.js'
import { Violations } from './violations.js'

/**
 * Fills a new instance: given values, else defaults, else null or an empty collection (COL-06, DRT-01, INS-01).
 * The discriminator of a polymorphic child is its own, whatever was given (POL-03).
 * @throws {ValidationError} for unknown names and values that their columns refuse; the instance then was never seen by
 *   anybody
 */
export function fill (
  instance: object, state: State, { name, table, layout, givens, accept }: Blueprint, given: unknown
): void {
  const violations = new Violations()
  const values = given === undefined ? table.columns.map(() => undefined) : givens.read(given, violations)
  accept(values, state, violations)
  violations.finish(name)
  if (state.watched && state.defaulted !== undefined) assignWatched(instance, values, table.columns, state)
  else layout.assign(instance, values)
  state.accepted = values
}
