// What users see of what comes out of queries. Types only.
import type { ColumnName, ColumnsOf, Json, KeyOf, Row, Update } from './inference.js'
import type { OpOptions } from './operations.js'

/** One page of a query, and the ways to the next one. */
export interface Page<R> {
  /** At most as many as the page's size; a page may have fewer, or none, and yet be followed by another. */
  rows: R[]
  /**
   * The driver's paging state, for your own storage only; null after the last page. It belongs to exactly this query.
   */
  nextState: string | null
  /** The state encrypted and bound to the query, for clients over HTTP; null after the last page. */
  nextToken: string | null
}

/** What a query would send, where, and which source decided. */
export interface StatementPreview {
  /** The text, with a `?` for each parameter. */
  cql: string
  /** The values, in the order of the markers. */
  params: unknown[]
  /** Name of the connection. */
  connection: string
  /** Name of the keyspace. */
  keyspace: string
  /**
   * What named each of them: `using`, `batch`, `context`, `origin`, `model`, `scope`, `connection`, `db`, `default`,
   * `none`
   */
  decidedBy: { connection: string, keyspace: string }
}

/** A function over a column, as `db.functions` makes it for `select({ … })`. V: what it gives. */
export interface Selection<out V> { readonly '~selection': V }

/**
 * A row of which only some columns were loaded: those, the key, and the operations. The methods of the class are there
 * at run time but not in the type.
 */
export type PartialRow<M, P extends ColumnName<M>> =
  Pick<Row<M>, (P | keyof KeyOf<ColumnsOf<M>>) & keyof Row<M>> & {
    readonly isPersisted: boolean
    readonly pk: unknown
    update (values?: Update<M>, options?: OpOptions): Promise<void>
    delete (options?: OpOptions): Promise<void>
    toJSON (): Partial<Json<M>>
  }
