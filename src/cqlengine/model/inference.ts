// What a model's columns mean for the compiler: rows, inputs, filters. Types only.
// Rules learnt the hard way (reference node-odms 3.3): mapped types stay homomorphic, so that rename reaches the keys of `create()` and
// `filter()`; the phantom member has a string key, for exported declarations cannot name a unique symbol.

import type { AnyColumn } from '../columns/column.js'
import type { Kind } from '../columns/cql-type.js'
import type { NumLike } from '../columns/factories.js'

type Facts<C> = C extends AnyColumn ? C['~'] : never
export type FlagsIn<C> = Facts<C>['flags']
export type ValueOf<C> = Facts<C>['value']
export type InputOf<C> = Facts<C>['input']
export type ElementOf<C> = Facts<C>['element']

export type Flat<T> = { [K in keyof T]: T[K] } & {}
type Never<A, T, F> = [A] extends [never] ? T : F
type Sure<C> = Extract<FlagsIn<C>, 'key' | 'required' | 'counter'>
type Free<C> = Extract<FlagsIn<C>, 'default' | 'discriminator'>
type IsCounter<C> = 'counter' extends FlagsIn<C> ? true : false
type Must<C> = IsCounter<C> extends true ? false : Never<Sure<C>, false, Never<Free<C>, true, false>>
type Is<C, Q extends Kind, T> = Facts<C>['kind'] extends Q ? T : never

/** A row: `V | null` unless key, required, counter or collection. */
export type RowOf<C> = { -readonly [K in keyof C]: Never<Sure<C[K]>, ValueOf<C[K]> | null, ValueOf<C[K]>> }

/** What `create` takes: keys and required columns without default must be there. */
export type CreateOf<C> = Flat<
  { -readonly [K in keyof C as Must<C[K]> extends true ? K : never]: InputOf<C[K]> }
  & { -readonly [K in keyof C as Must<C[K]> extends true ? never : IsCounter<C[K]> extends true ? never : K]?: InputOf<C[K]> | Never<Sure<C[K]>, null, never> | undefined }
>

/** What `update` takes: new values and the operations of collections and counters. */
export type UpdateOf<C> = Flat<
  { -readonly [K in keyof C as 'key' extends FlagsIn<C[K]> ? never : IsCounter<C[K]> extends true ? never : K]?: InputOf<C[K]> | Never<Sure<C[K]>, null, never> | undefined }
  & { [K in keyof C as Is<C[K], 'list', `${K & string}__append` | `${K & string}__prepend` | `${K & string}__remove`>]?: readonly ElementOf<C[K]>[] }
  & { [K in keyof C as Is<C[K], 'set', `${K & string}__add` | `${K & string}__remove`>]?: readonly ElementOf<C[K]>[] | ReadonlySet<ElementOf<C[K]>> }
  & { [K in keyof C as Is<C[K], 'map', `${K & string}__update`>]?: InputOf<C[K]> | ReadonlyMap<ElementOf<C[K]>[0], ElementOf<C[K]>[1] | null> | { readonly [k: string]: ElementOf<C[K]>[1] | null } }
  & { [K in keyof C as Is<C[K], 'map', `${K & string}__remove`>]?: readonly ElementOf<C[K]>[0][] | ReadonlySet<ElementOf<C[K]>[0]> }
  & { [K in keyof C as Is<C[K], 'counter', `${K & string}__increment` | `${K & string}__decrement`>]?: NumLike }
>

/** A bound of `pk__token`: what `functions.Token(…)` gives. */
export interface TokenValue { readonly '~token': true }

/** What `filter` takes: each operator where the column's kind has it. */
export type FilterOf<C> =
  { [K in keyof C]?: InputOf<C[K]> }
  & { [K in keyof C as `${K & string}__eq`]?: InputOf<C[K]> }
  & { [K in keyof C as Is<C[K], 'scalar' | 'text', `${K & string}__${'gt' | 'gte' | 'lt' | 'lte'}`>]?: InputOf<C[K]> }
  & { [K in keyof C as Is<C[K], 'scalar' | 'text', `${K & string}__in`>]?: readonly InputOf<C[K]>[] }
  & { [K in keyof C as Is<C[K], 'text', `${K & string}__like`>]?: string }
  & { [K in keyof C as Is<C[K], 'list' | 'set', `${K & string}__contains`>]?: ElementOf<C[K]> }
  & { [K in keyof C as Is<C[K], 'map', `${K & string}__contains`>]?: ElementOf<C[K]>[1] }
  & { [K in keyof C as Is<C[K], 'map', `${K & string}__containsKey`>]?: ElementOf<C[K]>[0] }
  & { [K in keyof C as Is<C[K], 'map', `${K & string}__entry`>]?: ElementOf<C[K]> }
  & { pk__token__gt?: TokenValue, pk__token__gte?: TokenValue, pk__token__lt?: TokenValue, pk__token__lte?: TokenValue }

export type KeyOf<C> = { [K in keyof C as 'key' extends FlagsIn<C[K]> ? K : never]: ValueOf<C[K]> }

/** The columns of an instance type; they ride in a phantom member. */
export type ColumnsOf<T> = T extends { readonly '~columns'?: infer C } ? NonNullable<C> : never

export type Row<T> = Flat<RowOf<ColumnsOf<T>>>
export type Create<T> = CreateOf<ColumnsOf<T>>
export type Update<T> = UpdateOf<ColumnsOf<T>>
export type Filter<T> = FilterOf<ColumnsOf<T>>
export type Key<T> = Flat<KeyOf<ColumnsOf<T>>>
export type ColumnName<T> = keyof ColumnsOf<T> & string
/** Conditions of a lightweight transaction: a filter in which null is a value (`IF owner = null`). */
export type Condition<T> =
  { [K in keyof FilterOf<ColumnsOf<T>>]?: FilterOf<ColumnsOf<T>>[K] | null }
  & { [K in keyof ColumnsOf<T> as `${K & string}__ne`]?: InputOf<ColumnsOf<T>[K]> | null }

/** What `toJSON()` gives. */
export type Json<T> = { [K in keyof RowOf<ColumnsOf<T>>]: JsonValue<RowOf<ColumnsOf<T>>[K]> }
type JsonValue<V> = V extends null | boolean | number | string ? V
  : V extends Float32Array ? number[]
    : V extends Set<infer E> ? JsonValue<E>[]
      : V extends Map<unknown, infer E> ? Record<string, JsonValue<E>>
        : V extends readonly (infer E)[] ? JsonValue<E>[]
          : V extends { toObject(): infer O } ? { [K in keyof O]: JsonValue<O[K]> }
            : string
