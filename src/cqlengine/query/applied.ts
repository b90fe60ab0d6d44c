import type { types } from '../driver.js'
import { LWTError } from '../errors.js'
import { META, type ModelConstructor, tableOf } from '../model/meta.js'
import { setColumn } from '../model/own-columns.js'
import type { Place } from './place.js'
import { checkByField } from './result-types.js'

/**
 * @throws {LWTError} with the row as the server has it, by attribute names and in the instances' forms (LWT-04)
 * @throws {SchemaError} where the row cannot be read, for the table has other types than the model
 */
export function checkApplied (model: ModelConstructor, place: Place, result: types.ResultSet): void {
  if (result.wasApplied()) return
  throw new LWTError(
    `${model[META].name}: the condition was not met, so nothing was written`, readRefused(model, place, result)
  )
}

export function readRefused (
  model: ModelConstructor, place: Place, result: types.ResultSet
): Record<string, unknown>[] {
  const table = tableOf(model)
  checkByField(model, place, table.byField, result)
  return (result.rows ?? []).map((row) => {
    const read: Record<string, unknown> = {}
    for (const [field, value] of Object.entries(row)) {
      const column = table.byField.get(field)
      if (column === undefined) read[field] = value
      else {
        setColumn(
          read, column, value === null || value === undefined ? column.type.emptyValue() : column.type.fromDriver(value)
        )
      }
    }
    return read
  })
}
