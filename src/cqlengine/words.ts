// Words of others in messages: names that a request brought may be a megabyte long, hold line ends that forge lines of
// a log, or come by the hundred thousand. What a message says of them goes through here; errors.ts bounds each message
// as a whole once more.
import { Buffer } from 'node:buffer'

/** Bytes (UTF-8) of a message, what {@link ended} adds included. */
export const mostMessageBytes = 2000

/** Characters of a name: Cassandra's own names have up to 222, those that people write rarely 40. */
const longestName = 60

/** Characters of a list of names. */
const longestList = 800

// eslint-disable-next-line no-control-regex -- what moves a terminal's cursor, ends a line, or turns the direction of the text round; and halves of characters
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
const allUnprintable = new RegExp(unprintable, 'g')
const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escaped (text: string): string {
  return unprintable.test(text)
    ? text.replace(allUnprintable, (c) => escapes[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : text
}

/** A name from outside as it can stand in a message, cut where it is longer than names are. */
export function printable (name: string, longest = longestName): string {
  // Through a Buffer: a part of a long string would keep all of it in memory.
  return name.length <= longest ? escaped(name) : `${escaped(Buffer.from(name.slice(0, longest)).toString())}…`
}

/** A name in quotation marks, those inside it escaped. What is no text is told by its type. */
export function shown (name: unknown): string {
  if (typeof name !== 'string') return name === null ? 'null' : `a value of type ${typeof name}`
  return `"${printable(name).replace(/\\(?![nrtu])|"/g, '\\$&')}"`
}

/** Names by commas, as many as a message can hold, and how many more there are. */
export function listed (names: readonly string[]): string {
  let list = ''
  for (const [i, name] of names.entries()) {
    const next = printable(name)
    if (list.length + next.length > longestList) return `${list}, and ${names.length - i} more`
    list += i === 0 ? next : `, ${next}`
  }
  return list
}

/** Behind an unknown name: ` (did you mean hosts?)`, or nothing where no known one is like it. */
export function meant (name: unknown, known: readonly string[]): string {
  const nearest = typeof name === 'string' ? nearestOf(name, known) : undefined
  return nearest === undefined ? '' : ` (did you mean ${printable(nearest)}?)`
}

function nearestOf (name: string, known: readonly string[]): string | undefined {
  if (name.length > longestName) return undefined
  const given = plain(name)
  let nearest: string | undefined
  let least = Math.min(3, Math.floor(name.length / 3) + 1)
  for (const one of known) {
    const steps = distance(given, plain(one), least)
    if (steps < least) [nearest, least] = [one, steps]
  }
  return nearest
}

/** Case and the sign between words are what people mistake most. */
function plain (name: string): string { return name.toLowerCase().replace(/[_-]/g, '') }

/** Characters to add, remove, replace or swap, up to `limit`. */
function distance (a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      let steps = Math.min(at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + (isSame ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        steps = Math.min(steps, at(before, j - 2) + 1)
      }
      next.push(steps)
    }
    [before, row] = [row, next]
  }
  return at(row, b.length)
}

function at (row: readonly number[], i: number): number { return row[i] ?? 0 }

/** A whole message: printable, and at most `most` bytes long. */
export function bounded (text: string, most = mostMessageBytes): string {
  if (text.length * 3 <= most && !unprintable.test(text)) return text
  const clean = escaped(text.length > most ? text.slice(0, most) : text)
  const bytes = Buffer.from(clean)
  if (bytes.length <= most && text.length <= most) return clean
  // The last character may have been cut in two.
  return `${bytes.subarray(0, most - 3).toString().replace(/\ufffd+$/, '')}…`
}

/** Parts by semicolons, as many as a message can hold, and how many of `count` were left out. */
export function joined (parts: readonly string[], count = parts.length): string {
  let text = ''
  for (const [i, part] of parts.entries()) {
    const next = i === 0 ? bounded(part, mostMessageBytes - 100) : `; ${part}`
    if (i > 0 && Buffer.byteLength(text) + Buffer.byteLength(next) > mostMessageBytes - 100) {
      return `${text}; and ${count - i} more`
    }
    text += next
  }
  return count > parts.length ? `${text}; and ${count - parts.length} more` : text
}
