// What a model's columns mean for the compiler: rows, inputs, filters. Types only.
// Rules learnt the hard way: mapped types stay homomorphic, so that rename reaches the keys of `create()` and
// `filter()`; the phantom member has a string key, for exported declarations cannot name a unique symbol.
// Cheap for the compiler (bench/type-check.ts): what depends on a column alone is a conditional type of that column,
// which is worked out once for all columns of its kind, whatever the model; what literals are checked against is one
// object, not an intersection whose parts are searched in turn. `Flat` alone loses the name of a type: those below are
// written so that hovers and errors say `Create<User>`, `Filter<User>`.

import type { AnyColumn } from '../columns/column.js'
import type { Kind } from '../columns/cql-type.js'
import type { NumLike } from '../columns/factories-api.js'
import type { types } from '../driver.js'

type Facts<C> = C extends AnyColumn ? C['~'] : never
/** The flags of a column. */
export type FlagsIn<C> = Facts<C>['flags']
/** What an instance holds of a column. */
export type ValueOf<C> = Facts<C>['value']
/** What a column accepts when written. */
export type InputOf<C> = Facts<C>['input']
/** What is inside a collection's column; of a map, key and value. */
export type ElementOf<C> = Facts<C>['element']

/** One object type for an intersection. */
export type Flat<T> = { [K in keyof T]: T[K] } & {}
type Never<A, T, F> = [A] extends [never] ? T : F
type Sure<C> = Extract<FlagsIn<C>, 'key' | 'required' | 'counter'>
type Free<C> = Extract<FlagsIn<C>, 'default' | 'discriminator'>
type IsCounter<C> = 'counter' extends FlagsIn<C> ? true : false
type Must<C> = IsCounter<C> extends true ? false : Never<Sure<C>, false, Never<Free<C>, true, false>>
type KindOf<C> = C extends AnyColumn ? C['~']['kind'] : never
/** The end of a key, where the column's kind has that operation. */
type Suffix<C, Q extends Kind, S extends string> = C extends AnyColumn ? C['~']['kind'] extends Q ? S : never : never

/** A row: `V | null` unless key, required, counter or collection. */
export type RowOf<C> = { -readonly [K in keyof C]: Never<Sure<C[K]>, ValueOf<C[K]> | null, ValueOf<C[K]>> }

/** What `create` takes: keys and required columns without default must be there. */
export type CreateOf<C> = { [K in keyof CreateParts<C>]: CreateParts<C>[K] }
type CreateParts<C> =
  { -readonly [K in keyof C as Must<C[K]> extends true ? K : never]: InputOf<C[K]> }
  & {
    -readonly [K in keyof C as Must<C[K]> extends true ? never : IsCounter<C[K]> extends true ? never : K]?:
    InputOf<C[K]> | Never<Sure<C[K]>, null, never> | undefined
  }

/**
 * The static part of a partition alone (DML-08): the partition key and static columns, nothing of a row. Without a
 * column that says `partitionKey` the partition key is the first of the key, which the compiler cannot tell from the
 * others: one of those that say no `clusteringOrder`.
 */
export type CreateStaticOf<C> = 'partition' extends FlagsIn<C[keyof C]>
  ? StaticParts<C, PartitionOf<C>>
  : { [K in LoneKey<C>]: StaticParts<C, K> }[LoneKey<C>]
type PartitionOf<C> = { [K in keyof C]: 'partition' extends FlagsIn<C[K]> ? K : never }[keyof C]
type LoneKey<C> = {
  [K in keyof C]: 'key' extends FlagsIn<C[K]> ? 'clustering' extends FlagsIn<C[K]> ? never : K : never
}[keyof C]
type StaticParts<C, P extends keyof C> = Flat<
  Pick<CreateOf<C>, (P | { [K in keyof C]: 'static' extends FlagsIn<C[K]> ? K : never }[keyof C]) & keyof CreateOf<C>>
  & { -readonly [K in Exclude<keyof C, P> as 'static' extends FlagsIn<C[K]> ? never : K]?: undefined }
>

/** What `update` takes: new values and the operations of counters and of collections that are not frozen. */
export type UpdateOf<C> = { [K in keyof UpdateParts<C>]: UpdateParts<C>[K] }
type UpdateParts<C> =
  {
    -readonly [K in keyof C as 'key' extends FlagsIn<C[K]> ? never : IsCounter<C[K]> extends true ? never : K]?:
    InputOf<C[K]> | Never<Sure<C[K]>, null, never> | undefined
  }
  & { -readonly [K in keyof C as `${K & string}${ChangeSuffix<C[K]>}`]?: Operand<C[K]> | undefined }
  & {
    -readonly [K in keyof C as `${K & string}${'__update' extends ChangeSuffix<C[K]> ? '__remove' : never}`]?:
    readonly ElementOf<C[K]>[0][] | ReadonlySet<ElementOf<C[K]>[0]> | undefined
  }
/** Operations by the column's kind. */
interface Changes {
  list: '__append' | '__prepend' | '__remove'
  set: '__add' | '__remove'
  map: '__update'
  counter: '__increment' | '__decrement'
}
type ChangeSuffix<C> = KindOf<C> extends infer Q extends keyof Changes
  ? Whole<C> extends true ? never : Changes[Q]
  : never
/** Of keys and frozen collections nothing can be changed in part. */
type Whole<C> = Never<Extract<FlagsIn<C>, 'key' | 'frozen'>, false, true>
type Operand<C> = Operands<C>[KindOf<C> & keyof Changes]
interface Operands<C> {
  list: readonly ElementOf<C>[]
  set: readonly ElementOf<C>[] | ReadonlySet<ElementOf<C>>
  map:
    InputOf<C> | ReadonlyMap<ElementOf<C>[0], ElementOf<C>[1] | null> | { readonly [k: string]: ElementOf<C>[1] | null }
  counter: NumLike
}

/** A bound of `pk__token`: what `functions.Token(…)` gives. */
export interface TokenValue { readonly '~token': true }

type ComparedBy<C> = '__eq' | Suffix<C, 'scalar' | 'text', '__gt' | '__gte' | '__lt' | '__lte'>
type SoughtBy<C> = Suffix<C, 'scalar' | 'text', '__in'> | Suffix<C, 'map', '__containsKey'>
type MatchedBy<C> = Suffix<C, 'text', '__like'> | Suffix<C, 'list' | 'set' | 'map', '__contains'>

/** What `filter` takes: each operator where the column's kind has it. */
export type FilterOf<C> = Flat<
  { -readonly [K in keyof C]?: InputOf<C[K]> }
  & { -readonly [K in keyof C as `${K & string}${ComparedBy<C[K]>}`]?: InputOf<C[K]> }
  & {
    -readonly [K in keyof C as `${K & string}${SoughtBy<C[K]>}`]?:
    KindOf<C[K]> extends 'map' ? ElementOf<C[K]>[0] : readonly InputOf<C[K]>[]
  }
  & { -readonly [K in keyof C as `${K & string}${MatchedBy<C[K]>}`]?: Contained<C[K]> }
  & { -readonly [K in keyof C as `${K & string}${Suffix<C[K], 'map', '__entry'>}`]?: ElementOf<C[K]> }
> & {
  pk__token?: TokenValue
  pk__token__eq?: TokenValue
  pk__token__gt?: TokenValue
  pk__token__gte?: TokenValue
  pk__token__lt?: TokenValue
  pk__token__lte?: TokenValue
}
/** What `like` and `contains` are compared with. */
type Contained<C> = KindOf<C> extends 'text' ? string : KindOf<C> extends 'map' ? ElementOf<C>[1] : ElementOf<C>

/** The primary key, each value in any accepted form. */
export type KeyOf<C> = { -readonly [K in keyof C as 'key' extends FlagsIn<C[K]> ? K : never]: InputOf<C[K]> }

/** The columns of an instance type; they ride in a phantom member. */
export type ColumnsOf<T> = T extends { readonly '~columns'?: infer C } ? NonNullable<C> : never

/** What instances of a model hold: `Row<User>`. */
export type Row<T> = { [K in keyof RowOf<ColumnsOf<T>>]: RowOf<ColumnsOf<T>>[K] }
/** What `User.create` takes: `Create<User>`. */
export type Create<T> = CreateOf<ColumnsOf<T>>
/** What `create` takes for the static columns of a partition, without a row. Not for a table that has none. */
export type CreateStatic<T> = 'static' extends FlagsIn<ColumnsOf<T>[keyof ColumnsOf<T>]>
  ? CreateStaticOf<ColumnsOf<T>>
  : never
/** What `user.update` takes, with the operations of collections and counters: `Update<User>`. */
export type Update<T> = UpdateOf<ColumnsOf<T>>
/** What `User.filter` takes: `Filter<User>`. */
export type Filter<T> = FilterOf<ColumnsOf<T>>
/** The primary key, each value in any accepted form: `Key<User>`. */
export type Key<T> = Flat<KeyOf<ColumnsOf<T>>>
/** The attribute names of a model's columns. */
export type ColumnName<T> = keyof ColumnsOf<T> & string
/** Conditions of a lightweight transaction: a filter in which null is a value (`IF owner = null`). */
export type Condition<T> =
  { [K in keyof FilterOf<ColumnsOf<T>>]?: FilterOf<ColumnsOf<T>>[K] | null }
  & { -readonly [K in keyof ColumnsOf<T> as `${K & string}__ne`]?: InputOf<ColumnsOf<T>[K]> | null }

/** What `toJSON()` gives: the row's JSON, without hidden columns. */
export type Json<T> = { [K in keyof JsonOf<ColumnsOf<T>>]: JsonOf<ColumnsOf<T>>[K] }
type JsonOf<C> = { -readonly [K in keyof C as 'hidden' extends FlagsIn<C[K]> ? never : K]: JsonValue<RowOf<C>[K]> }
type JsonValue<V> = V extends null | boolean | number | string ? V
  : V extends JsonTexts ? string
    : V extends Float32Array ? number[]
      : V extends ReadonlyMap<unknown, infer E> ? Record<string, JsonValue<E>>
        : V extends ReadonlySet<infer E> ? JsonValue<E>[]
          : V extends readonly unknown[] ? { -readonly [I in keyof V]: JsonValue<V[I]> }
            : V extends { readonly '~columns'?: infer C } ? JsonOf<NonNullable<C>>
              : unknown
/** What is a text in JSON. A column of your own says itself what it gives. */
type JsonTexts =
  bigint | Date | Buffer | types.Uuid | types.BigDecimal | types.LocalDate | types.LocalTime | types.Duration |
  types.InetAddress
