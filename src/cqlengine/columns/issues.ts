// Errors of validators by Standard Schema (zod, valibot, ArkType, …), thrown in a `validate` of the user's: their issues, by path and without values.
import { Buffer } from 'node:buffer'

/** One broken rule that a validator found. */
export interface Issue {
  /** From the value that was judged; ends at a map, whose keys are values themselves. */
  readonly path: readonly (string | number)[]
  /** A sentence without the value. */
  readonly message: string
}

/** In the place of a sentence that repeats the value, as many validators do. */
const neutral = 'is not accepted'

/** So many parts of what was judged are searched for in messages. */
const mostParts = 2000
const deepest = 8

/**
 * The issues of an error; undefined for an error without any. Only what is there by Standard Schema is read: `message` and `path`.
 * @param judged the value that was judged, for its parts must not be in a message
 */
export function issuesOf (error: unknown, judged: unknown): Issue[] | undefined {
  try {
    const issues = typeof error === 'object' && error !== null ? (error as { issues?: unknown }).issues : undefined
    if (!Array.isArray(issues) || issues.length === 0) return undefined
    const parts = new Set<string>()
    collect(judged, parts, 0)
    return issues.map((issue: unknown) => {
      const { message, path } = issue as { message?: unknown, path?: unknown }
      if (typeof message !== 'string') throw new TypeError('no issue')
      return { path: pathOf(path, judged), message: shows(message, parts) ? neutral : message }
    })
  } catch {
    return undefined // a getter threw, or something else is called so
  }
}

/** Keys, or objects with a key; the standard has both. */
function pathOf (path: unknown, judged: unknown): (string | number)[] {
  const keys: (string | number)[] = []
  let at = judged
  for (const part of Array.isArray(path) ? path as unknown[] : []) {
    if (at instanceof Map) break
    const key = typeof part === 'object' && part !== null ? (part as { key?: unknown }).key : part
    keys.push(typeof key === 'number' ? key : String(key))
    at = typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key as PropertyKey] : undefined
  }
  return keys
}

/** The texts of all parts of a value. */
function collect (value: unknown, into: Set<string>, depth: number): void {
  if (into.size >= mostParts || value === null || value === undefined || typeof value === 'boolean' || typeof value === 'function') return
  if (typeof value !== 'object') into.add(String(value))
  else if (value instanceof Date) into.add(value.toISOString()).add(String(value))
  else if (Buffer.isBuffer(value)) into.add(value.toString('base64')).add(value.toString('hex')).add(value.toString())
  else if (value instanceof Map) {
    for (const [key, one] of value) {
      collect(key, into, depth + 1)
      collect(one, into, depth + 1)
    }
  } else if (Symbol.iterator in value) {
    for (const one of value as Iterable<unknown>) collect(one, into, depth + 1)
  } else {
    // Values of the driver's classes are known by their texts, which plain objects have not.
    const text = typeof value.toString === 'function' ? value.toString() : '[object'
    if (!text.startsWith('[object')) into.add(text)
    else if (depth < deepest) {
      // Hidden fields are not enumerable.
      for (const name of Object.getOwnPropertyNames(value)) collect((value as Record<string, unknown>)[name], into, depth + 1)
    }
  }
}

/** Whether one of these texts stands in the message, a short one as a word of its own. */
function shows (message: string, parts: ReadonlySet<string>): boolean {
  for (const part of parts) {
    for (let at = part === '' ? -1 : message.indexOf(part); at >= 0; at = message.indexOf(part, at + 1)) {
      const isInsideWord = (isWord(message[at - 1]) && isWord(part[0])) || (isWord(message[at + part.length]) && isWord(part.at(-1)))
      if (part.length >= 8 || !isInsideWord) return true
    }
  }
  return false
}

function isWord (character: string | undefined): boolean { return character !== undefined && /[\p{L}\p{N}_]/u.test(character) }
