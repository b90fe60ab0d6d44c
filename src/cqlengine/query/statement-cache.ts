import type { RequestOptions } from '../connection/session.js'

/** A statement's text and the request options that its kind has by itself. */
export interface Prepared { readonly cql: string, readonly request: RequestOptions }

/** The same with what its markers are bound to. */
export interface Statement extends Prepared {
  readonly params: readonly unknown[]
  /** About the bytes of `params`, where somebody counted them already. */
  readonly bytes?: number
}

/** What identifies a statement apart from its keyspace. */
export type ShapeKey = string | number

/** More shapes than this are no program's own but made by its input; the oldest are then forgotten. */
const limit = 2_000

/**
 * Keeps statements by shape and keyspace, so that a repeated shape builds no text and the driver finds it prepared. Plain maps: the
 * driver's own mapper had most of its faults in a cleverer cache.
 */
export class StatementCache {
  readonly #shapes = new Map<ShapeKey, Map<string, Prepared>>()
  /** The last one found: a loop asks for the same again and again. */
  #shape: ShapeKey | undefined
  #keyspace: string | undefined
  #prepared: Prepared | undefined

  get (shape: ShapeKey, keyspace: string, build: () => Prepared): Prepared {
    return this.find(shape, keyspace) ?? this.add(shape, keyspace, build())
  }

  /** For callers that make no closure on the usual way. */
  find (shape: ShapeKey, keyspace: string): Prepared | undefined {
    if (shape === this.#shape && keyspace === this.#keyspace) return this.#prepared
    const prepared = this.#shapes.get(shape)?.get(keyspace)
    if (prepared === undefined) return undefined
    this.#shape = shape
    this.#keyspace = keyspace
    this.#prepared = prepared
    return prepared
  }

  add (shape: ShapeKey, keyspace: string, prepared: Prepared): Prepared {
    let texts = this.#shapes.get(shape)
    if (texts === undefined) {
      forgetOldest(this.#shapes)
      this.#shapes.set(shape, texts = new Map())
    }
    forgetOldest(texts)
    texts.set(keyspace, prepared)
    return prepared
  }
}

function forgetOldest (map: Map<unknown, unknown>): void {
  if (map.size < limit) return
  for (const key of map.keys()) {
    map.delete(key)
    return
  }
}
