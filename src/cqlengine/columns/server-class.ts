/**
 * A class of the server, as it names the types for which the protocol has no word:
 * `org.apache.cassandra.db.marshal.VectorType(org.apache.cassandra.db.marshal.FloatType , 3)`.
 */
export interface ServerClass {
  /** Without its package and the `Type` at its end: `Vector`; a number as it is. */
  readonly name: string
  readonly of: readonly ServerClass[]
}

/** Reads whatever is there; of what is no class the names fit none. */
export function readServerClass (text: string): ServerClass {
  const words = text.match(/[^\s(),]+|[(),]/g) ?? []
  let at = 0
  const next = (): ServerClass => {
    const name = (words[at++] ?? '').replace(/^.*\./, '').replace(/Type$/, '')
    const of: ServerClass[] = []
    if (words[at] !== '(') return { name, of }
    while (at < words.length && words[at] !== ')') {
      at++ // the bracket, or the comma
      of.push(next())
    }
    at++
    return { name, of }
  }
  return next()
}
