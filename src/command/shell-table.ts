// Rows as a table for a terminal.
import { inspect } from 'node:util'
import { isDate } from 'node:util/types'

/** Characters of a cell. */
const widest = 40

/** Several rows: objects that show at least one value each. */
export function isTable (value: unknown): value is readonly Record<string, unknown>[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row) && Object.keys(row).length > 0)
}

export function tableText (
  rows: readonly Record<string, unknown>[],
  names: readonly string[] = [...new Set(rows.flatMap((row) => Object.keys(row)))]
): string {
  const lines = rows.map((row) => names.map((name) => cell(row[name])))
  const widths = names.map((name, i) =>
    lines.reduce((width, line) => Math.max(width, (line[i] as string).length), name.length))
  const text = (line: readonly string[]): string =>
    line.map((one, i) => one.padEnd(widths[i] as number)).join(' | ').trimEnd()
  return [
    text(names),
    widths.map((width) => '-'.repeat(width)).join('-+-'),
    ...lines.map(text),
    `${rows.length} row${rows.length === 1 ? '' : 's'}`
  ].join('\n')
}

function cell (value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'string'
    ? value
    : isDate(value) && !Number.isNaN(value.getTime())
      ? value.toISOString()
      : typeof value === 'object' ? flat(value) : String(value)
  // What a row holds must not steer the terminal.
  const line = text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, escaped)
  return line.length <= widest ? line : `${line.slice(0, widest - 1)}…`
}

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** The driver's values print themselves; the rest is shown as JSON would have it. */
function flat (value: object): string {
  if (Object.getPrototypeOf(value) !== Object.prototype && !Array.isArray(value) && !(value instanceof Map) &&
    !(value instanceof Set) && Object.hasOwn(Object.getPrototypeOf(value) as object, 'toString')) return String(value)
  return inspect(value, { breakLength: Infinity, compact: true, depth: 3 })
}
