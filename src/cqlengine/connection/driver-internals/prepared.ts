// The types of a prepared statement's markers. Known version: 4.10. The driver keeps what the server told when it
// prepared a statement, by keyspace and text, and encodes by it; nothing public shows it. So this asks first whether it
// is there.
import type { Client } from '../../driver.js'
import { internalsOf, type Marker } from './internals.js'

/** `undefined`: it is not prepared yet, or this client does not tell. */
export function preparedMarkers (client: Client, cql: string): readonly Marker[] | undefined {
  const { metadata } = internalsOf(client)
  if (typeof metadata?.getPreparedInfo !== 'function') return undefined
  const { queryId, meta } = metadata.getPreparedInfo(client.keyspace || undefined, cql)
  return queryId === undefined || meta === undefined ? undefined : meta.columns ?? []
}
