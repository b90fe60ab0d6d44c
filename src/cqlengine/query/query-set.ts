import type { DoesNotExist, MultipleObjectsReturned } from '../errors.js'
import { BatchError, QueryError } from '../errors.js'
import { knownOptions } from '../known-options.js'
import type { Page, StatementPreview } from '../model/answer-api.js'
import type { ScanOptions, TokenRange } from '../model/scan-api.js'
import { created, promised } from '../model/instance.js'
import { META, type ModelConstructor, tableOf } from '../model/meta.js'
import type { OpOptions } from '../model/operations.js'
import {
  addOption, installSetters, mergeOptions, type OptionName, type OptionSetters
} from '../model/operation-options.js'
import { refusal, refuse, watched } from '../model/refusal.js'
import { inspect } from '../model/printing.js'
import { isAskedByJest, printAs } from '../model/test-printing.js'
import type { Table, TableColumn } from '../model/table.js'
import { atLeastOne, columnNamed, inOrder, readFields, readOrder } from './terms/builder-arguments.js'
import { isToken, rangeOf, readConditions } from './terms/conditions.js'
import type { Database } from './operation/database.js'
import { deleteRows, updateRows } from './writing/filtered-writes.js'
import { readIff } from './terms/lightweight.js'
import type { PendingWrite } from './operation/pending-write.js'
import { allOf, changed, type Output, type QueryState } from './terms/query-state.js'
import { countRows, slicesOf, previewOf, readAll, readFirst, readPage, readPicked } from './reading/reading.js'
import { RowIterator } from './reading/row-iterator.js'
import { Scan, wholeNumber } from './reading/scan.js'
import { selectors } from './reading/selection.js'
import { rangeText, readRange, splitEvenly, wholeRing } from './terms/token-range.js'

/**
 * The body of query sets; users see the interface `QuerySet` of `model/query-api.ts`. Immutable: each method gives a
 * new one. Nothing is sent before a terminal or an iteration.
 */
export class QuerySet implements AsyncIterable<unknown> {
  readonly #db: Database
  readonly #state: QueryState

  constructor (db: Database, state: QueryState) {
    this.#db = db
    this.#state = state
  }

  static of (db: Database, model: ModelConstructor): QuerySet {
    tableOf(model)
    return new QuerySet(db, allOf(model))
  }

  copy (): QuerySet { return new QuerySet(this.#db, this.#state) }

  // ------------------------------------------------------------------------------------------------ builders
  filter (...where: unknown[]): QuerySet {
    if (where.length === 0) {
      throw new QueryError(`${this.#name}.filter: no condition is given; use objects for all rows`)
    }
    try {
      return this.#with({ conditions: readConditions(this.#table, where, 'filter', this.#state.conditions) })
    } catch (error) {
      throw this.#refused(error)
    }
  }

  /** Without arguments the order is taken back (QRY-15). */
  orderBy (...by: unknown[]): QuerySet {
    if (by.length === 0) return this.#with({ order: [] })
    return this.#with({ order: [...this.#state.order, ...by.map((one) => readOrder(this.#state.model, one))] })
  }

  limit (n: number): QuerySet { return this.#with({ limit: atLeastOne(this.#state.model, 'limit', n) }) }
  perPartitionLimit (n: number): QuerySet {
    return this.#with({ perPartitionLimit: atLeastOne(this.#state.model, 'perPartitionLimit', n) })
  }

  fetchSize (n: number): QuerySet { return this.#with({ fetchSize: atLeastOne(this.#state.model, 'fetchSize', n) }) }
  allowFiltering (): QuerySet { return this.#with({ allowFiltering: true }) }

  /** Without names: the partition key (QRY-16, B19). */
  distinct (...names: string[]): QuerySet {
    const columns = names.length === 0 ? this.#table.partitionKey : names.map((n) => this.#column('distinct', n))
    const other = columns.find((c) => c.role !== 'partition' && c.role !== 'static')
    if (other !== undefined) {
      throw new QueryError(`${this.#name}.distinct: "${other.name}" is neither a partition key nor a static column; ` +
        'Cassandra can tell only those apart')
    }
    const missing = this.#table.partitionKey.find((c) => !columns.includes(c))
    if (missing !== undefined) {
      throw new QueryError(`${this.#name}.distinct: Cassandra needs all partition key columns; add "${missing.name}"`)
    }
    return this.#withOutput('distinct', { kind: 'distinct', columns: inOrder(columns) })
  }

  groupBy (...names: string[]): QuerySet {
    if (names.length === 0) throw new QueryError(`${this.#name}.groupBy: name at least one key column`)
    const columns = names.map((n) => this.#column('groupBy', n))
    return this.#with({ groupBy: columns })
  }

  only (...names: string[]): QuerySet {
    if (names.length === 0) throw new QueryError(`${this.#name}.only: name at least one column`)
    const named = names.map((n) => this.#column('only', n))
    const { output } = this.#state
    return this.#withColumns(
      'only', output.kind === 'partial' ? named.filter((c) => output.columns.includes(c)) : named
    )
  }

  /** Adds to what was deferred before (QRY-18); what `only` chose before stays out too (QRY-17). */
  defer (...names: string[]): QuerySet {
    const left = this.#state.output.kind === 'partial' ? this.#state.output.columns : this.#table.columns
    const deferred = new Set(names.map((n) => this.#column('defer', n)))
    return this.#withColumns('defer', left.filter((c) => !deferred.has(c)))
  }

  valuesList (...names: unknown[]): QuerySet {
    const last = names.at(-1)
    const options: { flat?: unknown } = typeof last === 'object' && last !== null
      ? knownOptions(`${this.#name}.valuesList`, names.pop() as { flat?: unknown }, ['flat'])
      : {}
    const flat = options.flat === true
    const { output } = this.#state
    const all = output.kind === 'distinct' ? output.columns : this.#table.columns
    const columns = names.length === 0 ? all : names.map((n) => this.#column('valuesList', n))
    if (flat && columns.length !== 1) throw new QueryError(`${this.#name}.valuesList: flat is for one column`)
    if (output.kind === 'distinct' && output.values === undefined) {
      const other = columns.find((c) => !all.includes(c))
      if (other !== undefined) {
        throw new QueryError(`${this.#name}.valuesList: distinct() does not ask for "${other.name}"; name it there, ` +
          'if it is a partition key or static column')
      }
      return this.#with({ output: { ...output, values: { columns, flat } } })
    }
    return this.#withOutput('valuesList', { kind: 'values', columns, flat })
  }

  select (what: unknown): QuerySet {
    if (typeof what !== 'object' || what === null) {
      throw new QueryError(`${this.#name}.select: expected an object of aliases and columns or functions`)
    }
    const fields = readFields(this.#state.model, what)
    if (fields.size === 0) throw new QueryError(`${this.#name}.select: name at least one column or function`)
    selectors(this.#name, fields)
    return this.#withOutput('select', { kind: 'selection', fields })
  }

  /** The latest range holds. */
  inRange (range: unknown): QuerySet {
    const { conditions } = this.#state
    const condition = {
      token: 'range', bounds: readRange(`${this.#name}.inRange`, range), columns: this.#table.partitionKey
    } as const
    return this.#with({ conditions: [...conditions.filter((c) => !isToken(c) || c.token !== 'range'), condition] })
  }

  // ------------------------------------------------------------------------------------------------ terminals
  all (): Promise<unknown[]> { return watched(readAll(this.#db, this.#state), this.#state.options) }
  first (): Promise<unknown> { return watched(readFirst(this.#db, this.#state), this.#state.options) }
  get (...where: unknown[]): Promise<unknown> { return watched(this.#get(where), this.#state.options) }

  #get (where: readonly unknown[]): Promise<unknown> {
    return promised(() => {
      const state = where.length === 0 ? this.#state : this.filter(...where).#state
      const { model } = state
      const two = changed(state, { limit: Math.min(2, state.limit ?? 2) })
      return readPicked(this.#db, two, (rows) => theOnly(rows, model))
    })
  }

  count (): Promise<number> { return watched(countRows(this.#db, this.#state), this.#state.options) }

  create (values: unknown, options?: OpOptions): Promise<object> {
    const { model, conditions, options: collected } = this.#state
    try {
      if (conditions.length > 0) {
        throw new QueryError(`${this.#name}.create: a filter has no effect on it; give the values to create, and ` +
          'leave the filter out')
      }
      return created(model, values, this.#optionsFor('create', options))
    } catch (error) {
      return refusal(error, options, collected)
    }
  }

  update (...given: [values?: unknown, options?: OpOptions]): Promise<void> {
    const [values, options] = given.length === 0 ? [{}] : given
    return this.#write('update', options, (op) => updateRows(this.#db, this.#state, values, op))
  }

  delete (options?: OpOptions): Promise<void> {
    return this.#write('delete', options, (op) => deleteRows(this.#db, this.#state, op))
  }

  page (options?: { size?: number, state?: string | null, token?: string | null }): Promise<Page<unknown>> {
    return watched(readPage(this.#db, this.#state, options), this.#state.options)
  }

  /** Row by row, in constant memory; the next page is under way while one is worked on. */
  [Symbol.asyncIterator] (): AsyncIterator<unknown, void, undefined> {
    return new RowIterator(slicesOf(this.#db, this.#state))
  }

  scan (options?: ScanOptions): Scan { return new Scan(this.#db, this.#state, options) }

  /** Without asking the ring: hashes are spread evenly, so parts of equal width have about as many rows. */
  async ranges (n: number): Promise<TokenRange[]> {
    const bounds = rangeOf(this.#state.conditions)?.bounds ?? wholeRing
    const count = wholeNumber(`${this.#name}.ranges`, 'the number of ranges', n, mostRanges)
    return splitEvenly(bounds, count).map(rangeText)
  }

  /** What a SELECT of this query would send, and where to. */
  toCQL (): StatementPreview { return previewOf(this.#db, this.#state) }

  /** What is printed of it: its text, whose values are bound. */
  [inspect] (): string {
    try {
      return `QuerySet { ${this.toCQL().cql} }`
    } catch {
      return `QuerySet { of ${this.#name}, which has no statement: toCQL() says why }`
    }
  }

  static {
    installSetters<QuerySet>(this.prototype, (query, name, value) => query.#option(name, value))
    printAs(this.prototype, 'QuerySet', (query) => query[inspect]())
  }

  /** A query set is no data: returned from a handler by mistake it would be an empty object. */
  toJSON (...given: unknown[]): string {
    if (isAskedByJest(given)) return this[inspect]()
    throw new QueryError(`${this.#name}: a query set is not its rows; await all(), first() or page() and return that`)
  }

  // ------------------------------------------------------------------------------------------------ inside
  get #table (): Table { return tableOf(this.#state.model) }
  /** The model's own classes of errors, which are statics of the declared class and none of the inner one. */
  get #name (): string { return this.#state.model[META].name }

  #with (change: Partial<QueryState>): QuerySet { return new QuerySet(this.#db, changed(this.#state, change)) }

  #option (name: OptionName, value: unknown): QuerySet {
    const next = this.#withOption(name, value)
    if (name === 'iff') this.#checkConditions(value)
    return next
  }

  #withOption (name: OptionName, value: unknown): QuerySet {
    try {
      return this.#with({ options: addOption(this.#state.options, name, value, `${this.#name}.${name}()`) })
    } catch (error) {
      if (error instanceof BatchError) throw error // a connection beside the batch: the query does not get into it
      throw this.#refused(error)
    }
  }

  #checkConditions (iff: unknown): void {
    try {
      readIff(this.#table, iff)
    } catch (error) {
      throw this.#refused(error)
    }
  }

  /** What a builder refuses when the query is for a batch, the batch has refused. */
  #refused (error: unknown): unknown {
    refuse(error, this.#state.options)
    return error
  }

  #optionsFor (what: string, given: OpOptions | undefined): OpOptions {
    return given === undefined ? this.#state.options : mergeOptions(this.#state.options, given, `${this.#name}.${what}`)
  }

  #write (
    what: 'update' | 'delete', options: OpOptions | undefined, make: (op: OpOptions) => PendingWrite<void> | undefined
  ): Promise<void> {
    try {
      const write = make(this.#optionsFor(what, options))
      return write?.ready()?.send() ?? Promise.resolve()
    } catch (error) {
      return refusal(error, options, this.#state.options)
    }
  }

  #withOutput (what: string, output: Output): QuerySet {
    if (this.#state.output.kind !== 'instances') {
      throw new QueryError(`${this.#name}.${what}: what comes out was chosen before; only(), defer(), distinct(), ` +
        'select() and valuesList() exclude each other')
    }
    return this.#with({ output })
  }

  /**
   * The key and the discriminator are always loaded: without them a row could not be written back, nor know its class.
   */
  #withColumns (what: 'only' | 'defer', wanted: readonly TableColumn[]): QuerySet {
    const { key, discriminator } = this.#table
    const columns = inOrder(new Set([...key, ...discriminator === undefined ? [] : [discriminator], ...wanted]))
    const { output } = this.#state
    if (output.kind === 'partial' && (what === 'defer' || !output.named)) {
      return this.#with({ output: { kind: 'partial', columns, named: output.named || what === 'only' } })
    }
    return this.#withOutput(what, { kind: 'partial', columns, named: what === 'only' })
  }

  #column (what: string, name: unknown): TableColumn { return columnNamed(this.#state.model, what, name) }
}

/** The chain setters, which `installSetters` adds. */
export interface QuerySet extends OptionSetters<QuerySet> {}

const mostRanges = 100_000

/** Statics of every model. */
interface OwnErrors { DoesNotExist: typeof DoesNotExist, MultipleObjectsReturned: typeof MultipleObjectsReturned }

/** What `get()` gives, of at most two rows. */
function theOnly (rows: unknown[], model: ModelConstructor): unknown {
  if (rows.length === 1) return rows[0]
  const { name } = model[META]
  // Every class that define() gives has them; the inside of a model does not declare them.
  const { DoesNotExist, MultipleObjectsReturned } = model as unknown as OwnErrors
  throw rows.length > 1
    ? new MultipleObjectsReturned(`${name}.get: more than one row fits; use first(), or narrow the filter`)
    : new DoesNotExist(`${name}.get: no row fits`)
}
