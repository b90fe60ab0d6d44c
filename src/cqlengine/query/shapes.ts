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

const kinds: readonly ChangeKind[] = ['assign', 'append', 'prepend', 'add', 'remove', 'update', 'increment', 'decrement']
const kindNumber = Object.fromEntries(kinds.map((kind, i) => [kind, i])) as Readonly<Record<ChangeKind, number | undefined>>
const mostChanges = 4
const mostPositions = 31

/** No set of columns reaches this number. */
const aboveSets = 2 ** powers.length

/** A few changes of any kind, in their order, as a number above those of {@link assignedBits}: nine bits for each. `undefined` for others. */
export function changeCode (changes: readonly Assignment[]): number | undefined {
  if (changes.length > mostChanges) return undefined
  let code = 1
  for (const { column: { position }, change: { kind } } of changes) {
    const number = kindNumber[kind]
    if (number === undefined || position >= mostPositions) return undefined
    code = code * 512 + position * 16 + number
  }
  return aboveSets + code
}
