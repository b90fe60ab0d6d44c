// Errors of validators by Standard Schema (zod, valibot, ArkType, …), thrown in a `validate` of the user's: their
// issues, by path and without values.
import { Buffer } from 'node:buffer'
import { mostViolations } from '../errors.js'

/** One broken rule that a validator found. */
export interface Issue {
  /** From the value that was judged; ends at a map, whose keys are values themselves. */
  readonly path: readonly (string | number)[]
  /** A sentence without the value. */
  readonly message: string
}

/** In the place of a sentence that repeats the value, as many validators do. */
const neutral = 'is not accepted'

/**
 * So many parts of what was judged are looked at, and so deep, to search for them in messages; of what is larger no
 * message is told.
 */
const mostParts = 20_000
const deepest = 8
/** Characters of a message that is searched, and of a path. */
const longest = 10_000
const longestPath = 20

export interface Issues {
  /** The first ones: as many as an error tells. At least one. */
  readonly first: readonly Issue[]
  /** How many there are. */
  readonly count: number
}

/**
 * The issues of an error; undefined for an error without any. Only what is there by Standard Schema is read: `message`
 * and `path`.
 * @param judged the value that was judged, for its parts must not be in a message
 */
export function issuesOf (error: unknown, judged: unknown): Issues | undefined {
  try {
    const issues = typeof error === 'object' && error !== null ? (error as { issues?: unknown }).issues : undefined
    if (!Array.isArray(issues) || issues.length === 0) return undefined
    const parts = new Parts()
    parts.collect(judged, 0)
    const first = Array.from(issues.slice(0, mostViolations) as unknown[], (issue) => {
      const { message, path } = issue as { message?: unknown, path?: unknown }
      if (typeof message !== 'string') throw new TypeError('no issue')
      return { path: pathOf(path, judged), message: parts.areIn(message) ? neutral : message }
    })
    return { first, count: issues.length }
  } catch {
    return undefined // a getter threw, or something else is called so
  }
}

/** Keys, or objects with a key; the standard has both. */
function pathOf (path: unknown, judged: unknown): (string | number)[] {
  const keys: (string | number)[] = []
  let at = judged
  for (const part of Array.isArray(path) ? path.slice(0, longestPath) as unknown[] : []) {
    if (at instanceof Map) break
    const key = typeof part === 'object' && part !== null ? (part as { key?: unknown }).key : part
    keys.push(typeof key === 'number' ? key : String(key))
    at = typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key as PropertyKey] : undefined
  }
  return keys
}

/** The texts of all parts of a value. */
class Parts {
  readonly #texts = new Set<string>()
  #looks = 0
  /** Not all were found. */
  #isCut = false

  collect (value: unknown, depth: number): void {
    if (++this.#looks > mostParts || depth > deepest) this.#isCut = true
    if (this.#isCut || value === null || value === undefined || typeof value === 'boolean' ||
      typeof value === 'function') return
    if (typeof value !== 'object') this.#texts.add(String(value))
    else if (value instanceof Date) this.#texts.add(value.toISOString()).add(String(value))
    else if (Buffer.isBuffer(value)) {
      this.#texts.add(value.toString('base64')).add(value.toString('hex'))
        .add(value.toString())
    } else if (value instanceof Map) this.#all(value.entries(), depth)
    else if (Symbol.iterator in value) this.#all(value as Iterable<unknown>, depth + 1)
    else {
      // Values of the driver's classes are known by their texts, which plain objects have not.
      const text = typeof value.toString === 'function' ? value.toString() : '[object'
      if (!text.startsWith('[object')) this.#texts.add(text)
      else {
        // Hidden fields are not enumerable.
        for (const name of Object.getOwnPropertyNames(value)) {
          this.collect((value as Record<string, unknown>)[name], depth + 1)
        }
      }
    }
  }

  /** However many there are: the first that is too much ends it. */
  #all (values: Iterable<unknown>, depth: number): void {
    for (const value of values) {
      this.collect(value, depth)
      if (this.#isCut) return
    }
  }

  /**
   * Whether one of these texts stands in the message, a short one as a word of its own; or may, for not all are known.
   */
  areIn (message: string): boolean {
    if (this.#isCut || message.length > longest) return true
    for (const part of this.#texts) {
      for (let at = part === '' ? -1 : message.indexOf(part); at >= 0; at = message.indexOf(part, at + 1)) {
        const isInsideWord = (isWord(message[at - 1]) && isWord(part[0])) ||
          (isWord(message[at + part.length]) && isWord(part.at(-1)))
        if (part.length >= 8 || !isInsideWord) return true
      }
    }
    return false
  }
}

function isWord (character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_]/u.test(character)
}
