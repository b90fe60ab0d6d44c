import { QueryError } from '../errors.js'
import { listOf } from '../known-options.js'
import type { SchemaPlace } from './report.js'

/** Where a management function works; what is left out is decided as for every statement. */
export interface PlaceOptions {
  readonly connections?: readonly string[] | undefined
  readonly keyspaces?: readonly string[] | undefined
}

/**
 * The product of connections and keyspaces, connection by connection, each place once (MGT-04).
 * @param caller for messages
 * @param route decides what is left out: connection, keyspace, or both
 * @throws {QueryError} when a list is not a list of names
 */
export function places (
  caller: string, { connections, keyspaces }: PlaceOptions, route: (given: Partial<SchemaPlace>) => SchemaPlace
): SchemaPlace[] {
  const found = new Map<string, SchemaPlace>()
  for (const connection of names(caller, 'connections', connections)) {
    for (const keyspace of names(caller, 'keyspaces', keyspaces)) {
      const place = route({ ...connection !== undefined && { connection }, ...keyspace !== undefined && { keyspace } })
      found.set(JSON.stringify([place.connection, place.keyspace]), place)
    }
  }
  return [...found.values()]
}

/** An empty list is the same as none. */
function names (caller: string, option: keyof PlaceOptions, given: unknown): readonly (string | undefined)[] {
  if (given === undefined || given === null) return [undefined]
  const list = listOf(given)
  if (list === undefined || !list.every((name): name is string => typeof name === 'string' && name !== '')) {
    throw new QueryError(`${caller}: ${option} must be an array of names, such as { ${option}: ['one', 'two'] }`)
  }
  return list.length === 0 ? [undefined] : list
}
