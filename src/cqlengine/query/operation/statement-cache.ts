import type { RequestOptions } from '../../connection/request.js'
import { CQLEngineError } from '../../errors.js'
import { META, type ModelConstructor } from '../../model/meta.js'
import type { StatementKey } from './statement-keys.js'

/** A statement's text and the request options that its kind has by itself. */
export interface Prepared { readonly cql: string, readonly request: RequestOptions }

/** A statement with what its markers are bound to. */
export interface Statement extends Prepared {
  readonly params: readonly unknown[]
  /** About the bytes of `params`, where somebody counted them already. */
  readonly bytes?: number
}

/** What all requests of a model have in common. */
export function baseRequest (
  model: ModelConstructor, keyspace: string, kind: 'read' | 'write', isIdempotent: boolean
): RequestOptions {
  const { name, options: { consistency } } = model[META]
  const own = consistency === undefined ? {} : { consistency }
  return Object.freeze({ kind, prepare: true, checked: true, label: name, keyspace, isIdempotent, ...own })
}

/** What a kept text takes beside its characters: itself, its request options, its places in maps. */
const bytesEach = 512
/** Of all texts of one `db` together: about 10,000 of usual length. */
const mostTextBytes = 8 * 2 ** 20

/** One text that is kept, in the chain of all that its `db` keeps. */
class Kept implements Prepared {
  readonly cql: string
  readonly request: RequestOptions
  readonly key: StatementKey
  readonly keyspace: string
  readonly texts: Texts
  readonly bytes: number
  older: Kept | undefined = undefined
  newer: Kept | undefined = undefined

  constructor ({ cql, request }: Prepared, key: StatementKey, keyspace: string, texts: Texts) {
    this.cql = cql
    this.request = request
    this.key = key
    this.keyspace = keyspace
    this.texts = texts
    this.bytes = bytesEach + cql.length + (typeof key === 'string' ? key.length : 0)
  }
}

/**
 * Bounds what the statement caches of one `db` keep together, whatever its tables, keyspaces and shapes: the least
 * recently used text leaves.
 */
export class KeptTexts {
  readonly #most: number
  #bytes = 0
  #newest: Kept | undefined
  #oldest: Kept | undefined

  /** @param most bytes, estimated */
  constructor (most: number = mostTextBytes) { this.#most = most }

  /** About the bytes that are kept now. */
  get bytes (): number { return this.#bytes }

  add (kept: Kept): void {
    this.#bytes += kept.bytes
    this.#putFirst(kept)
    while (this.#bytes > this.#most && this.#oldest !== undefined && this.#oldest !== kept) this.#forget(this.#oldest)
  }

  used (kept: Kept): void {
    if (kept === this.#newest) return
    this.#takeOut(kept)
    this.#putFirst(kept)
  }

  #forget (kept: Kept): void {
    this.#takeOut(kept)
    this.#bytes -= kept.bytes
    kept.texts.forget(kept)
  }

  #putFirst (kept: Kept): void {
    kept.older = this.#newest
    kept.newer = undefined
    if (this.#newest === undefined) this.#oldest = kept
    else this.#newest.newer = kept
    this.#newest = kept
  }

  #takeOut ({ older, newer }: Kept): void {
    if (newer === undefined) this.#newest = older
    else newer.older = older
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
  }
}

/** The texts of one kind of statement of one table. Nothing of another kind gets in. */
export class Texts {
  readonly #verb: string
  readonly #request: 'read' | 'write'
  readonly #all: KeptTexts
  readonly #byKeyspace = new Map<string, Map<StatementKey, Kept>>()
  /** The last one found: a loop asks for one text again and again. */
  #last: Kept | undefined

  constructor (all: KeptTexts, verb: string, request: 'read' | 'write') {
    this.#all = all
    this.#verb = verb
    this.#request = request
  }

  /** A text that was judged legal when it was added. */
  find (key: StatementKey, keyspace: string): Prepared | undefined {
    const last = this.#last
    if (last !== undefined && last.key === key && last.keyspace === keyspace) {
      this.#all.used(last)
      return last
    }
    const kept = this.#byKeyspace.get(keyspace)?.get(key)
    if (kept === undefined) return undefined
    this.#all.used(kept)
    this.#last = kept
    return kept
  }

  /**
   * Keeps a text, with the number of its markers beside it in its request options.
   * @throws {CQLEngineError} for a text of another kind of statement, a defect of this library
   */
  add (key: StatementKey, keyspace: string, { cql, request }: Prepared): Prepared {
    if (!cql.startsWith(this.#verb) || request.kind !== this.#request) {
      throw new CQLEngineError(`A statement that is no ${this.#verb.trim()} was made where one belongs. This is a ` +
        'defect of fastify-cqlalchemy: please report it')
    }
    const whole = { cql, request: Object.freeze({ ...request, markers: countMarkers(cql) }) }
    const kept = new Kept(whole, key, keyspace, this)
    let texts = this.#byKeyspace.get(keyspace)
    if (texts === undefined) this.#byKeyspace.set(keyspace, texts = new Map())
    texts.set(key, kept)
    this.#all.add(kept)
    return kept
  }

  /** For {@link KeptTexts}. */
  forget (kept: Kept): void {
    if (this.#last === kept) this.#last = undefined
    const texts = this.#byKeyspace.get(kept.keyspace)
    if (texts?.get(kept.key) !== kept) return
    texts.delete(kept.key)
    if (texts.size === 0) this.#byKeyspace.delete(kept.keyspace)
  }
}

/**
 * Keeps the statements of one table by kind, key and keyspace, so that a repeated shape builds no text and the driver
 * finds it prepared. Plain maps: the driver's own mapper had most of its faults in a cleverer cache.
 */
export class StatementCache {
  readonly select: Texts
  readonly insert: Texts
  readonly update: Texts
  readonly delete: Texts

  constructor (all: KeptTexts) {
    this.select = new Texts(all, 'SELECT ', 'read')
    this.insert = new Texts(all, 'INSERT ', 'write')
    this.update = new Texts(all, 'UPDATE ', 'write')
    this.delete = new Texts(all, 'DELETE ', 'write')
  }
}

/** How many values a text of ours takes: its question marks but those in names, for it holds no literals. */
export function countMarkers (cql: string): number {
  let markers = 0
  let isName = false
  for (let i = 0; i < cql.length; i++) {
    const code = cql.charCodeAt(i)
    if (code === 0x22) isName = !isName // a doubled quote inside a name ends and begins it
    else if (code === 0x3f && !isName) markers++
  }
  return markers
}
