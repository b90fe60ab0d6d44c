import { QueryError } from './errors.js'
import { listed, meant, shown } from './words.js'

/**
 * The options of a call, so that a misspelt one is not without effect: `{ keyspace }` for `{ keyspaces }` would drop another table.
 * @param where for messages
 * @param known all that there are
 * @throws {QueryError} for what is no object, and for an unknown name
 */
export function knownOptions<O extends object> (where: string, given: O | undefined, known: readonly (keyof O & string)[]): Partial<O> {
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null || Symbol.iterator in given) throw new QueryError(`${where}: the options must be an object of ${known.join(', ')}`)
  const unknown = Object.keys(given).find((name) => !(known as readonly string[]).includes(name))
  if (unknown !== undefined) throw new QueryError(`${where}: unknown option ${shown(unknown)}${meant(unknown, known)}; known are ${listed(known)}`)
  return given
}

/** @throws {QueryError} for an option that is given and neither true nor false */
export function checkFlag (where: string, name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw new QueryError(`${where}: ${name} must be true or false`)
}
