// What the driver's values hold beyond their declarations. Known version: 4.10. Values may also come from another copy
// of the driver, of another version, or be made by hand: what is read of them is only what they have.
import { types } from '../../driver.js'

/**
 * The fields of a BigDecimal, private to the declarations; read directly, for every row that is loaded comes by here.
 * Of another copy they may be anything.
 */
interface DecimalFields { readonly _scale: number, readonly _intVal: unknown }

/** Of a BigDecimal: the field is private to the declarations. */
export function scaleOf (value: types.BigDecimal): number { return (value as unknown as DecimalFields)._scale }

/** The unscaled number of a BigDecimal of another copy, as text, and its scale; `undefined` for what is none. */
export function foreignDecimal (value: object): { readonly unscaled: string, readonly scale: number } | undefined {
  const { _intVal: unscaled, _scale: scale } = value as Partial<DecimalFields>
  if (typeof unscaled !== 'object' || unscaled === null || !('getBits' in unscaled) ||
    typeof unscaled.getBits !== 'function') return undefined
  return { unscaled: String(unscaled), scale: Number(scale) }
}

/** Any day that a `date` can be. The declarations know only year, month and day, which end where a JS Date ends. */
export function dateOfDays (days: number): types.LocalDate {
  return new (types.LocalDate as unknown as new (days: number) => types.LocalDate)(days)
}

/** A Duration's three numbers; of anything else, what it has of them. */
export function durationFields (
  value: object
): { readonly months?: unknown, readonly days?: unknown, readonly nanoseconds?: unknown } { return value }
