import { isDate } from 'node:util/types'
import { Column, type AnyColumn } from '../../columns/column.js'
import { types } from '../../driver.js'
import { QueryError, ValidationError } from '../../errors.js'
import { listOf } from '../../known-options.js'
import type { Selection } from '../../model/answer-api.js'
import type { TokenValue } from '../../model/inference.js'
import type { TableColumn } from '../../model/table.js'

/** A bound for `pk__token`: one value per partition key column (OPR-08). */
export class Token implements TokenValue {
  readonly '~token' = true as const
  readonly values: readonly unknown[]

  constructor (values: readonly unknown[]) {
    this.values = Object.freeze([...values])
    Object.freeze(this)
  }
}

export type FunctionName = 'count' | 'min' | 'max' | 'sum' | 'avg' | 'ttl' | 'writetime' | 'similarityCosine'

/** A function over a column, for `select({ … })`. */
export class Selected<V = unknown> implements Selection<V> {
  /** Types only. */
  declare readonly '~selection': V
  readonly function: FunctionName
  /** Absent: `count` of rows. */
  readonly column: AnyColumn | undefined
  readonly argument: unknown
  /** The column as the table of a query has it. */
  readonly of: TableColumn | undefined

  constructor (name: FunctionName, column?: AnyColumn, argument?: unknown, of?: TableColumn) {
    this.function = name
    this.column = column
    this.argument = argument
    this.of = of
    Object.freeze(this)
  }
}

/* eslint-disable @typescript-eslint/no-explicit-any -- a column of that value, whatever its flags and kind */
/** `db.functions`. */
export interface Functions {
  /**
   * The smallest timeuuid of that millisecond, for `id__gt` and its like (OPR-07).
   * @example
   * const since = { seen__gte: f.MinTimeUUID(new Date('2026-01-01')) }
   */
  MinTimeUUID (date: Date): types.TimeUuid
  /**
   * The largest timeuuid of that millisecond.
   * @example
   * const until = { seen__lte: f.MaxTimeUUID(new Date('2026-01-31')) }
   */
  MaxTimeUUID (date: Date): types.TimeUuid
  /**
   * For `pk__token__gt` and its like: the values of the partition key.
   * @example
   * const later = await User.filter({ pk__token__gt: f.Token(id) }).limit(100).all()
   */
  Token (...values: unknown[]): TokenValue
  /**
   * The number of rows. With a column: of those in which it is not null.
   * @example
   * const perDay = await Post.filter({ blog: 'cats' }).groupBy('blog', 'day').select({ posts: f.count() }).all()
   */
  count (column?: AnyColumn): Selection<number>
  /**
   * The largest value; null where there is none.
   * @example
   * const [best] = await Post.filter({ blog: 'cats' }).select({ stars: f.max(Post.columns.stars) }).all()
   */
  max<V = unknown> (column: Column<V, any, any, any, any>): Selection<V | null>
  /**
   * The smallest value; null where there is none.
   * @example
   * const [worst] = await Post.filter({ blog: 'cats' }).select({ stars: f.min(Post.columns.stars) }).all()
   */
  min<V = unknown> (column: Column<V, any, any, any, any>): Selection<V | null>
  /**
   * The sum, of the column's own type, in which it may overflow.
   * @example
   * const [all] = await Post.filter({ blog: 'cats' }).select({ stars: f.sum(Post.columns.stars) }).all()
   */
  sum<V> (column: Column<V, any, any, any, any>): Selection<V | null>
  /**
   * The average, of the column's own type: of integers it is cut.
   * @example
   * const [mean] = await Post.filter({ blog: 'cats' }).select({ stars: f.avg(Post.columns.stars) }).all()
   */
  avg<V> (column: Column<V, any, any, any, any>): Selection<V | null>
  /**
   * How near a vector is: 1 the same direction, 0 the opposite one.
   * @example
   * const near = await Post.objects.orderBy(Post.columns.embedding.ann([1, 0, 0])).limit(5)
   *   .select({ title: Post.columns.title, nearness: f.similarityCosine(Post.columns.embedding, [1, 0, 0]) }).all()
   */
  similarityCosine (
    column: Column<any, any, 'vector', any, any>, vector: readonly number[] | Float32Array
  ): Selection<number>
  /**
   * Seconds left; null without one.
   * @example
   * const [left] = await User.filter({ uid: id }).select({ seconds: f.ttl(User.columns.name) }).all()
   */
  ttl (column: AnyColumn): Selection<number | null>
  /**
   * Microseconds since 1970.
   * @example
   * const [written] = await User.filter({ uid: id }).select({ at: f.writetime(User.columns.name) }).all()
   */
  writetime (column: AnyColumn): Selection<bigint | null>
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/** Something too much would be believed to have an effect. */
function atMost (name: string, given: readonly unknown[], most: number): void {
  if (given.length > most) {
    throw new QueryError(`${name}(): it takes ${most === 1 ? 'one argument' : `${most} arguments`}, not ` +
      `${given.length}`)
  }
}

/** A function of one column. */
function ofColumn<V> (name: FunctionName): (column: AnyColumn, ...more: unknown[]) => Selection<V> {
  return (column, ...more) => {
    atMost(name, [column, ...more], 1)
    return over<V>(name, column)
  }
}

function over<V> (name: FunctionName, column: unknown, argument?: unknown): Selection<V> {
  if (!isColumn(column) || column.name === undefined) {
    throw new QueryError(`${name}(): expected a column of a model, e.g. User.columns.name`)
  }
  return new Selected<V>(name, column, argument)
}

function isColumn (column: unknown): column is Column<unknown> {
  try {
    return column instanceof Column
  } catch {
    return false // a Proxy
  }
}

function dateOf (name: string, date: unknown): Date {
  // A copy, for the class of the user's may have methods of its own.
  if (isDate(date) && !Number.isNaN(Date.prototype.getTime.call(date))) {
    return new Date(Date.prototype.getTime.call(date))
  }
  throw new ValidationError(undefined, [{ column: name, rule: 'type', message: 'must be a valid Date' }])
}

function tokenOf (values: readonly unknown[]): Token {
  const list = values.length === 1 && isList(values[0]) ? listOf(values[0]) : values
  if (list === undefined) {
    throw new QueryError('Token(): it takes the values of the partition key, one for each of its columns')
  }
  return new Token(list)
}

function isList (value: unknown): boolean {
  try {
    return Array.isArray(value)
  } catch {
    return true // it was one, and is a revoked Proxy
  }
}

/** Functions of CQL for `select({ … })` and for bounds in filters; `db.functions` is this. */
export const functions: Functions = Object.freeze({
  MinTimeUUID: (...given: unknown[]) => {
    atMost('MinTimeUUID', given, 1)
    return types.TimeUuid.min(dateOf('MinTimeUUID', given[0]), 0)
  },
  MaxTimeUUID: (...given: unknown[]) => {
    atMost('MaxTimeUUID', given, 1)
    return types.TimeUuid.max(dateOf('MaxTimeUUID', given[0]), 9999)
  },
  Token: (...values: unknown[]) => tokenOf(values),
  count: (...given: unknown[]) => {
    atMost('count', given, 1)
    // An undefined column is a mistake, not all rows.
    return given.length === 0 ? new Selected<number>('count') : over<number>('count', given[0])
  },
  max: ofColumn<never>('max'),
  min: ofColumn<never>('min'),
  sum: ofColumn<never>('sum'),
  avg: ofColumn<never>('avg'),
  similarityCosine: (...given: unknown[]) => {
    atMost('similarityCosine', given, 2)
    return over<number>('similarityCosine', given[0], given[1])
  },
  ttl: ofColumn<number | null>('ttl'),
  writetime: ofColumn<bigint | null>('writetime')
})
