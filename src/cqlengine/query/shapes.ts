import type { ChangeKind } from '../columns/cql-type.js'
import type { TableColumn } from '../model/table.js'

/** As many columns as leave three bits beside them in a whole number. */
const powers = Array.from({ length: 48 }, (_, position) => 2 ** position)

/**
 * A set of columns as bits, so that a usual statement makes no string to find its text. `undefined` where a column stands too far behind, or
 * the columns are not in the order of the table.
 */
export function bitsOf (columns: readonly TableColumn[]): number | undefined {
  let bits = 0
  let last = -1
  for (const { position } of columns) {
    const power = powers[position]
    if (power === undefined || position <= last) return undefined
    bits += power
    last = position
  }
  return bits
}

interface Assignment { readonly column: TableColumn, readonly change: { readonly kind: ChangeKind } }

/** The same for changes that are all whole values. */
export function assignedBits (changes: readonly Assignment[]): number | undefined {
  let bits = 0
  let last = -1
  for (const { column: { position }, change: { kind } } of changes) {
    const power = powers[position]
    if (power === undefined || position <= last || kind !== 'assign') return undefined
    bits += power
    last = position
  }
  return bits
}
