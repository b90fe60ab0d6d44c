import { CQLEngineError, QueryError } from './errors.js'
import { listed, meant, shown } from './words.js'

/**
 * The options of a call, so that a misspelt one is not without effect: `{ keyspace }` for `{ keyspaces }` would drop
 * another table.
 * @param where for messages
 * @param known all that there are
 * @throws {QueryError} for what is no object, and for an unknown name
 */
export function knownOptions<O extends object> (
  where: string, given: O | undefined, known: readonly (keyof O & string)[]
): Partial<O> {
  if (given === undefined) return {}
  try {
    return onlyKnown(where, given, known)
  } catch (error) {
    throw asOurs(error, where)
  }
}

/** Copied, so that a getter is asked once. */
function onlyKnown<O extends object> (where: string, given: O, known: readonly (keyof O & string)[]): Partial<O> {
  if (typeof given !== 'object' || given === null || Symbol.iterator in given) {
    throw new QueryError(`${where}: the options must be an object of ${known.join(', ')}`)
  }
  const unknown = Object.keys(given).find((name) => !(known as readonly string[]).includes(name))
  if (unknown !== undefined) {
    throw new QueryError(`${where}: unknown option ${shown(unknown)}${meant(unknown, known)}; known are ` +
      `${listed(known)}`)
  }
  return { ...given }
}

/** @throws {QueryError} for an option that is given and neither true nor false */
export function checkFlag (where: string, name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw new QueryError(`${where}: ${name} must be true or false`)
}

/**
 * What was thrown while an argument was looked into: an error of ours as it is; that of a getter or a Proxy of the
 * user's as one of ours, without its text, which could hold a value.
 * @param where the call, for the message
 */
export function asOurs (error: unknown, where: string, Kind: ErrorClass = QueryError): CQLEngineError {
  return isOurs(error) ? error : new Kind(`${where}: an argument cannot be read, looking into it threw an error`)
}

type ErrorClass = new (message: string) => CQLEngineError

/**
 * A function of definitions, which are read once, at the start: what a getter or a Proxy throws meanwhile is an error
 * of ours.
 */
export function defining<F extends (...given: never[]) => unknown> (where: string, Kind: ErrorClass, define: F): F {
  return function (this: unknown, ...given: never[]): unknown {
    try {
      return define.apply(this, given)
    } catch (error) {
      throw asOurs(error, where, Kind)
    }
  } as F // the same arguments and result
}

/** Names, models and the like: nobody means more of them. */
const longestList = 65_535

/**
 * What `value` holds if it is an array, with `undefined` in the place of holes, which `every` and `map` would pass
 * over.
 * @returns undefined for what is no array, cannot be read, or is longer than anybody means: walking 4,294,967,295 holes
 *   takes minutes
 */
export function listOf (value: unknown): readonly unknown[] | undefined {
  try {
    return Array.isArray(value) && value.length <= longestList ? Array.from(value as unknown[]) : undefined
  } catch {
    return undefined
  }
}

function isOurs (error: unknown): error is CQLEngineError {
  try {
    return error instanceof CQLEngineError
  } catch {
    return false // a Proxy was thrown
  }
}
