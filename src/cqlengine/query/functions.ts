import { Column, type AnyColumn } from '../columns/column.js'
import { types } from '../driver.js'
import { QueryError, ValidationError } from '../errors.js'
import type { Selection } from '../model/api.js'
import type { TokenValue } from '../model/inference.js'
import type { TableColumn } from '../model/table.js'

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
  /** Attribute name; `count` has none. */
  readonly column: string | undefined
  readonly argument: unknown
  /** The column as the table of a query has it. */
  readonly of: TableColumn | undefined

  constructor (name: FunctionName, column?: string, argument?: unknown, of?: TableColumn) {
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
  /** The smallest timeuuid of that millisecond, for `id__gt` and its like (OPR-07). */
  MinTimeUUID (date: Date): types.TimeUuid
  /** The largest timeuuid of that millisecond. */
  MaxTimeUUID (date: Date): types.TimeUuid
  /** For `pk__token__gt` and its like: the values of the partition key. */
  Token (...values: unknown[]): TokenValue
  count (): Selection<number>
  max<V = unknown> (column: Column<V, any, any, any, any>): Selection<V | null>
  min<V = unknown> (column: Column<V, any, any, any, any>): Selection<V | null>
  sum<V> (column: Column<V, any, any, any, any>): Selection<V | null>
  avg<V> (column: Column<V, any, any, any, any>): Selection<V | null>
  similarityCosine (column: Column<any, any, 'vector', any, any>, vector: readonly number[] | Float32Array): Selection<number>
  /** Seconds left; null without one. */
  ttl (column: AnyColumn): Selection<number | null>
  /** Microseconds since 1970. */
  writetime (column: AnyColumn): Selection<bigint | null>
}
/* eslint-enable @typescript-eslint/no-explicit-any */

function over<V> (name: FunctionName, column: AnyColumn, argument?: unknown): Selection<V> {
  if (!(column instanceof Column) || column.name === undefined) throw new QueryError(`${name}(): expected a column of a model, e.g. User.columns.name`)
  return new Selected<V>(name, column.name, argument)
}

function dateOf (name: string, date: unknown): Date {
  if (date instanceof Date && !Number.isNaN(date.getTime())) return date
  throw new ValidationError(undefined, [{ column: name, rule: 'type', message: 'must be a valid Date' }])
}

export const functions: Functions = Object.freeze({
  MinTimeUUID: (date: Date) => types.TimeUuid.min(dateOf('MinTimeUUID', date), 0),
  MaxTimeUUID: (date: Date) => types.TimeUuid.max(dateOf('MaxTimeUUID', date), 9999),
  Token: (...values: unknown[]) => new Token(values.length === 1 && Array.isArray(values[0]) ? values[0] : values),
  count: () => new Selected<number>('count'),
  max: <V>(column: AnyColumn) => over<V | null>('max', column),
  min: <V>(column: AnyColumn) => over<V | null>('min', column),
  sum: <V>(column: AnyColumn) => over<V | null>('sum', column),
  avg: <V>(column: AnyColumn) => over<V | null>('avg', column),
  similarityCosine: (column: AnyColumn, vector: readonly number[] | Float32Array) => over<number>('similarityCosine', column, vector),
  ttl: (column: AnyColumn) => over<number | null>('ttl', column),
  writetime: (column: AnyColumn) => over<bigint | null>('writetime', column)
})
