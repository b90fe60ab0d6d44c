import type { Encoding } from '../../connection/encoding.js'
import { tellsConverted } from '../../columns/outside.js'
import { sizeOf } from '../../columns/size.js'
import { canGenerate, generate } from './generate.js'
import { readOf, type RowValues } from './layout.js'
import { mostBits, type Table, type TableColumn } from '../table.js'

/** A new row, checked, as it is written. */
export interface NewRow {
  /** What the written columns are bound to, in their order. */
  readonly params: unknown[]
  /** About the bytes of `params`. */
  readonly bytes: number
  /** The written columns: two to the power of each position. Those left out are null. */
  readonly bits: number
  /** What is stored afterwards; see `State`. */
  readonly stored: Record<string, unknown>
}

/**
 * @param instance a new one
 * @param accepted what its constructor accepted: values that cannot change in place and are still those need no check
 * @returns `undefined` where something is missing, or was assigned that needs more than a quick look: then the
 *   general path has to be taken
 */
export type ReadNewRow = (instance: object, accepted: RowValues, encoding: Encoding) => NewRow | undefined

/**
 * One pass over a new instance that checks, binds and keeps its values: the quick insert, with the columns written out
 * (measured in bench/). `undefined` where no code may be generated, and for tables that need more than that.
 */
export function newRowReader (prototype: object, { columns, isCounter, hasStatic }: Table): ReadNewRow | undefined {
  if (!canGenerate('quick insert') || isCounter || hasStatic || columns.length > mostBits || !columns.every(isSimple)) {
    return undefined
  }
  const lines = columns.flatMap((column, i) => linesOf(prototype, column, i))
  const stored = columns.map((c, i) => `${JSON.stringify(c.field)}: ${c.mutable ? 's' : 'x'}${i}`)
  const body = `
    const [${columns.map((_, i) => `t${i}`).join(', ')}] = types
    return (o, a, encoding) => {
      try {
        ${lines.join('\n        ')}
        const params = new Array(${columns.length})
        let n = 0
        let bits = 0
        let bytes = 0
        ${columns.map(bind).join('\n        ')}
        if (n < ${columns.length}) params.length = n
        return { params, bytes, bits, stored: { ${stored.join(', ')} } }
      } catch {
        return undefined // something hostile was put into it, which the general path tells
      }
    }`
  return generate<ReadNewRow>('new-row', { types: columns.map((c) => c.type), sizeOf }, body)
}

/** What can change in place is checked once more, which its type alone must be able to tell. */
function isSimple ({ mutable, plain, type }: TableColumn): boolean {
  return !mutable || (plain && tellsConverted(type))
}

function linesOf (prototype: object, column: TableColumn, i: number): string[] {
  const { type, mutable, plain, required, canBeEmpty, options } = column
  const read = `const x${i} = ${readOf(prototype, column.name)}`
  if (!mutable) {
    // The discriminator of a child is its own, whatever was assigned (POL-03).
    const isOther = plain && tellsConverted(type) && options.discriminatorColumn !== true
      ? `x${i} !== a[${i}] && x${i} !== null && !t${i}.isConverted(x${i})`
      : `x${i} !== a[${i}]`
    return [read, `if (${isOther}${required ? ` || x${i} === null` : ''}) return undefined`]
  }
  return [
    read,
    `let s${i} = ${canBeEmpty || required ? '' : `x${i} === null ? null : `}t${i}.snapshotIfConverted(x${i})`,
    `if (s${i} === undefined) return undefined`,
    ...canBeEmpty ? [`if (t${i}.isEmpty(x${i})) s${i} = null`] : []
  ]
}

function bind ({ type, mutable, bindsAsIs }: TableColumn, i: number): string {
  const kept = mutable ? `s${i}` : `x${i}`
  const value = bindsAsIs || type.bindsSnapshot ? kept : `t${i}.toDriver(x${i}, encoding)`
  const size = type.facts.size ?? `${type.kind === 'text' ? `x${i}.length < 256 ? x${i}.length : ` : ''}sizeOf(${kept})`
  return `if (${kept} !== null) { params[n++] = ${value}; bits += ${2 ** i}; bytes += ${size} }`
}
