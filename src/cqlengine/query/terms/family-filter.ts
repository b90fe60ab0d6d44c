import { META, tableOf } from '../../model/meta.js'
import { type QueryCondition, isToken } from './conditions.js'
import { changed, type QueryState } from './query-state.js'

/**
 * A query on a polymorphic child finds its own rows and those of its children (POL-05).
 * @param always filters where no index helps, too: for scans, which read the whole table in any case
 */
export function withDiscriminator (state: QueryState, always = false): QueryState {
  const { family, variant } = state.model[META]
  if (family === undefined || variant === undefined) return state
  const table = tableOf(state.model)
  const column = table.byField.get(family.discriminator.field) ?? family.discriminator
  const isKey = column.role === 'clustering' || column.role === 'partition'
  if (!isKey && !column.indexed && !always) return state
  if (state.conditions.some((c) => !isToken(c) && c.column.field === column.field)) return state
  const values = family.valuesBelow(state.model)
  const single = values.length === 1
  const condition: QueryCondition = { column, operator: single ? 'eq' : 'in', value: single ? values[0] : values }
  // An index takes no IN but with filtering; the rows are the same.
  return changed(
    state, { conditions: [...state.conditions, condition], allowFiltering: state.allowFiltering || (!single && !isKey) }
  )
}
