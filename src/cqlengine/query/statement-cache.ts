import type { RequestOptions } from '../connection/session.js'

/** A statement's text and the request options that its kind has by itself. */
export interface Prepared { readonly cql: string, readonly request: RequestOptions }

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

  get (shape: ShapeKey, keyspace: string, build: () => Prepared): Prepared {
    const known = this.#shapes.get(shape)
    const prepared = known?.get(keyspace)
    if (prepared !== undefined) return prepared
    return this.#add(shape, known, keyspace, build())
  }

  #add (shape: ShapeKey, known: Map<string, Prepared> | undefined, keyspace: string, prepared: Prepared): Prepared {
    let texts = known
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
