import { construction } from '../construction.js'
import { META, type ModelConstructor } from '../meta.js'
import { isHidden } from '../own-columns.js'
import type { TableColumn } from '../table.js'

/**
 * An object laid out like the instances of `model` with these columns, and empty. It never meets the user's
 * constructor.
 */
export function emptyInstance (model: ModelConstructor, columns: readonly TableColumn[]): object {
  const empty = construction.empty(model, () => Reflect.construct(model[META].body, [], model) as object)
  // Defined, for the class may have accessors of these names, which is told elsewhere.
  for (const column of columns) {
    Object.defineProperty(
      empty, column.name, { value: undefined, writable: true, enumerable: !isHidden(column), configurable: true }
    )
  }
  return empty
}
