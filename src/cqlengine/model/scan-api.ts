// What users see of scans. Types only; `query/scan.ts` is the body.

/** A part of the ring of tokens, by which Cassandra spreads partitions over its nodes; plain JSON. */
export interface TokenRange {
  /** It begins behind this token, a whole number as text. */
  readonly after: string
  /** It ends with this token. */
  readonly upTo: string
}

/** How far a scan is; plain JSON. Give it to `scan({ from })` of the same query, in any process. */
export interface ScanPosition {
  /** Which query it is of. */
  readonly query: string
  /**
   * What is still to be read; `page` is the driver's state of the page to go on with. It may hold keys of rows: keep it
   * as you keep those.
   */
  readonly left: readonly (TokenRange & { readonly page?: string })[]
}

/** What `onProgress` is told. */
export interface ScanProgress {
  /** How much of the ring is through, from 0 to 1. Parts count once they are read to their end. */
  readonly share: number
  /** Rows that this scan has given. */
  readonly rows: number
}

/** Options of `scan`. */
export interface ScanOptions {
  /** How many parts of the ring are read at once: 1 to 512, default 8. As many pages are in memory. */
  readonly concurrency?: number | undefined
  /**
   * Into how many parts the ring is divided, at least: 1 to 100,000, default eight for each that is read at once.
   * Between two nodes' tokens there is always one.
   */
  readonly splits?: number | undefined
  /** Where another scan of this query was. */
  readonly from?: ScanPosition | null | undefined
  /**
   * Called after each page, and at the end with share 1. What it throws ends the scan.
   * @example
   * const onProgress = ({ share, rows }: cql.ScanProgress) => { console.log(`${Math.round(share * 100)} %`, rows) }
   * for await (const post of Post.objects.scan({ onProgress })) console.log(post.title)
   */
  readonly onProgress?: ((progress: ScanProgress) => void) | undefined
}

/** All rows of a query by parts of the ring; it is iterated once. R: what comes out. */
export interface Scan<R> extends AsyncIterable<R> {
  /**
   * How far it is: what was given and is through is left out. From it no row is missed, and the pages under way come
   * again at most.
   */
  readonly position: ScanPosition
}
