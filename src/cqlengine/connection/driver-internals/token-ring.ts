// Which node keeps which part of the ring, and how a request finds it. Known version: 4.10. The driver declares the
// ring, but of `routingKey` only that it may be a Buffer; it takes a token as well, and its policies then ask a replica
// of that. A double for tests may have neither.
import { type Client, types } from '../../driver.js'

/**
 * The tokens of all nodes, ascending: between two neighbours all rows have the same replicas.
 * @returns `undefined` for a partitioner other than Murmur3; nothing is known of a client that reads no metadata: then
 *   there are no tokens
 */
export function tokensOf (client: Client): readonly bigint[] | undefined {
  const ranges = client.metadata?.getTokenRanges?.()
  // Absent where the client was told to read no metadata; its declaration does not say so.
  if (ranges === undefined || ranges === null) return []
  const ends = [...ranges].map(({ end }) => end)
  if (ends.some((end) => end.getType().code !== types.dataTypes.bigint)) return undefined
  // A node that is alone with one token has the whole ring, which the driver tells from its smallest token to that.
  return ends.map((end) => BigInt(end.toString())).filter((token) => token !== -(2n ** 63n))
    .sort((a, b) => a < b ? -1 : a > b ? 1 : 0)
}

/** The options of a request that shall go to a node which keeps this token. */
export function routedTo<O extends object> (
  client: Client, token: bigint, options: O
): O & { readonly routingKey?: Buffer } {
  try {
    // The driver hashes bytes, and takes a token as it is; its declarations know of bytes alone.
    return { ...options, routingKey: client.metadata.newToken(token.toString()) as unknown as Buffer }
  } catch {
    // No metadata: any node can be asked.
    return options
  }
}
