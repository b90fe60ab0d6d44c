import type { AnyColumnOptions, IndexOptions } from './column.js'
import { type CqlType, InvalidValue } from './cql-type.js'
import { isLostInside } from './elements.js'
import { issuesOf } from './issues.js'
import { unreadable } from './outside.js'
import { lengthOf } from './text.js'

/** What a check needs to know of a column, be it bare or compiled into a table. */
export interface CheckedColumn {
  readonly type: CqlType
  readonly options: AnyColumnOptions
  /** Never written as null: key, counter, or required. Absent: as the options say. */
  readonly required?: boolean
  /** See {@link typeIsAll}. Absent: not known. */
  readonly plain?: boolean
}

/** True where the type's own check of a value that is not null is all there is. */
export function typeIsAll ({ type, options }: CheckedColumn, isKey: boolean): boolean {
  if (options.validate !== undefined || type.kind === 'vector') return false
  if (type.kind === 'text') return !isKey && minimumLength(options) === 0 && options.maxLength === undefined
  // Of keys only texts, bytes and collections have rules of their own, and the last two can change in place.
  return !isKey || !type.mutable
}

/**
 * One value of a column, by all its rules (COL-07, COL-13, TYP-01): the form an instance holds, or null. The value
 * itself is not touched, and comes back as it is when it already has that form. `undefined` is the caller's business.
 * @throws {InvalidValue} naming the broken rule, never the value
 */
export function checkValue (column: CheckedColumn, value: unknown): unknown {
  const { type, options } = column
  if (value === null) {
    const required = column.required ?? (options.required === true || isKey(options))
    // For a collection null is the empty one, which only a key cannot be.
    if (required && (isKey(options) || type.emptyValue() === null)) throw nullRefused()
    return null
  }
  const converted = convert(type, value)
  if (column.plain === true) return converted
  checkLength(options, converted)
  checkAsKey(column, converted)
  checkIndexedVector(column, converted)
  checkByUser(options, converted)
  return converted
}

function convert (type: CqlType, value: unknown): unknown {
  try {
    return type.convert(value)
  } catch (error) {
    throw unreadable(error)
  }
}

/** True where the column adds rules to those of its type, so that it must be asked inside collections too. */
export function hasRules ({ required, minLength, maxLength, validate }: AnyColumnOptions): boolean {
  return required === true || minLength !== undefined || maxLength !== undefined || validate !== undefined
}

export function nullRefused (): InvalidValue { return new InvalidValue('required', 'must not be null') }

/** Shortest allowed length of a text that is there: 1 where it is required (TYP-01). */
export function minimumLength ({ required, minLength }: AnyColumnOptions): number {
  return minLength ?? (required === true ? 1 : 0)
}

function checkLength (options: AnyColumnOptions, value: unknown): void {
  if (typeof value !== 'string') return
  const minimum = minimumLength(options)
  const { maxLength = Infinity } = options
  if (minimum === 0 && maxLength === Infinity) return
  const length = lengthOf(value)
  if (length < minimum) throw new InvalidValue('length', `must have at least ${characters(minimum)}`)
  if (length > maxLength) throw new InvalidValue('length', `must have at most ${characters(maxLength)}`)
}

function characters (count: number): string { return count === 1 ? '1 character' : `${count} characters` }

/** An empty list or set is sent as null, which no key can be. */
function checkAsKey ({ type, options }: CheckedColumn, value: unknown): void {
  if (isKey(options) && isLostInside(type, value)) {
    throw new InvalidValue('empty', 'must not be empty, being part of the key')
  }
}

/** Largest component of a vector that Cassandra's index takes (found by trial on 5.0.8). */
const largestIndexed = 1e17

/**
 * Vectors that the index of the column cannot take: Cassandra answers with a write failure without a reason (run on
 * 5.0.8). Every vector index is a storage-attached one, which compares by cosine unless told otherwise.
 */
export function checkIndexedVector ({ type, options }: CheckedColumn, value: unknown): void {
  if (type.kind !== 'vector' || !(value instanceof Float32Array)) return
  const functions = similarityFunctions(options)
  if (functions.length === 0) return
  if (!value.every((n) => Math.abs(n) <= largestIndexed)) {
    throw new InvalidValue(
      'range', `must have only finite elements of at most ${largestIndexed} in size, being indexed`
    )
  }
  if (functions.includes('cosine') && value.every((n) => n === 0)) {
    throw new InvalidValue('zero', 'must not be all zeros: its index compares by cosine')
  }
}

function similarityFunctions ({ index = false }: AnyColumnOptions): readonly string[] {
  if (index === false) return []
  const indexes: readonly IndexOptions[] = index === true ? [{}] : 'length' in index ? index : [index]
  return indexes.map(({ options }) => String(options?.similarity_function ?? 'cosine').toLowerCase())
}

function checkByUser ({ validate }: AnyColumnOptions, value: unknown): void {
  if (validate === undefined) return
  let verdict: unknown
  try {
    verdict = validate(value)
  } catch (error) {
    const issue = issuesOf(error, value)?.first[0]
    if (issue !== undefined) {
      throw new InvalidValue(
        'validate', issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`, issue.path
      )
    }
    // Dropped with its text, which could hold the value.
    throw new InvalidValue('validate', 'was refused: the validate function of the column threw an error')
  }
  if (verdict === true) return
  if (typeof verdict === 'string') throw new InvalidValue('validate', verdict)
  if (verdict === false) throw new InvalidValue('validate', 'was refused by the validate function of the column')
  throw new InvalidValue(
    'validate',
    'cannot be judged: the validate function of the column must return true, false or a sentence, and no promise'
  )
}

function isKey ({ primaryKey, partitionKey }: AnyColumnOptions): boolean {
  return primaryKey === true || partitionKey === true
}
