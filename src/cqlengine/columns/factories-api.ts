// What users see of column functions. Types only; `factories.ts` has the bodies. Each example is compiled by
// test/docs/docstrings.test.ts.

import type { types } from '../driver.js'
import type { AnyColumn, Column, ColumnLike, ColumnOptions, FrozenOption, TextOptions } from './column.js'
import type { Kind } from './cql-type.js'
import type { CustomSpec } from './custom.js'

/** What big integer columns accept. Strings are decimal digits, numbers safe integers. */
export type NumLike = bigint | number | string | types.Long | types.Integer

/** Options that make a flag where the compiler sees that they are true. */
interface FlagOfOption {
  primaryKey: 'key'
  partitionKey: 'key' | 'partition'
  required: 'required'
  static: 'static'
  discriminatorColumn: 'discriminator'
  hidden: 'hidden'
  frozen: 'frozen'
}

/**
 * Flags of a column, from its options: `keyof` of a filtered map, so that hovers show the words. What may be true or
 * not makes no flag.
 */
export type FlagsOf<O> = keyof {
  [P in keyof O as
  P extends keyof FlagOfOption ? (O[P] extends true ? FlagOfOption[P] : never)
    : P extends 'default' ? (undefined extends O[P] ? never : P)
      : P extends 'clusteringOrder' ? (O[P] extends string ? 'clustering' : never)
        : never
  ]: 1
}

/**
 * No options but these: the compiler looks for misspelt ones only where it does not infer the object's type. Part of
 * what `O` extends and not of the parameter's type, for a union of options is inferred as one only where `O` stands
 * alone.
 */
type Only<O, Known extends PropertyKey> = KeysOf<O> extends Known ? unknown : NoSuchOption<Exclude<KeysOf<O>, Known>>
/** Of a union all keys, not only those that all of it have. */
type KeysOf<O> = O extends unknown ? keyof O : never
/** Puts the names into a compile error. */
interface NoSuchOption<K> { readonly 'there is no such option': K }
type Common = keyof ColumnOptions<unknown>
type CommonOrFrozen = Common | keyof FrozenOption

type FactsOf<C> = C extends AnyColumn
  ? C['~']
  : C extends () => infer R ? (R extends AnyColumn ? R['~'] : never) : never
type HeldValue<C> = FactsOf<C>['value']
/** Inside another value nothing is null, not even where the column alone would take null for empty. */
type InnerOf<C> = NonNullable<FactsOf<C>['input']>

/** Marks float columns for `Vector`; stands where a collection has its element's type. */
export interface FloatMark { readonly '~float': true }

/** A column function. Called without options it may be left uncalled inside other columns: `Set(Text)`. */
export interface Scalar<V, I = V, K extends Kind = 'scalar', Opt = ColumnOptions<V, I>, E = never> {
  <const O extends Opt & Only<O, keyof Opt>>(options?: O): Column<V, FlagsOf<O>, K, I, E>
}

type Collection = 'required' | 'default'
type ListInput<C> = readonly InnerOf<C>[]
type SetInput<C> = ReadonlySet<InnerOf<C>> | readonly InnerOf<C>[]
type MapInput<A, B> = ReadonlyMap<InnerOf<A>, InnerOf<B>> | { readonly [key: string]: InnerOf<B> }
type TupleValue<T extends readonly unknown[]> = { -readonly [I in keyof T]: HeldValue<T[I]> | null }
type TupleInput<T extends readonly unknown[]> =
  { readonly [I in keyof T]: InnerOf<T[I]> | null | undefined } | types.Tuple
type VectorValue<C> = FactsOf<C>['element'] extends never
  ? HeldValue<C>[]
  : FloatMark extends FactsOf<C>['element'] ? Float32Array : HeldValue<C>[]
type VectorInput<C> = readonly InnerOf<C>[] | VectorValue<C>

/* eslint-disable @typescript-eslint/no-explicit-any -- "any user type whatsoever" */
/** A class that `db.UserType.define` made, or one derived from it. */
export interface AnyUserTypeClass {
  new (values?: any): any
  /** Its name in the database. */
  readonly typeName: string
  /** Its fields by attribute names. */
  readonly columns: { readonly [name: string]: AnyColumn }
}
/* eslint-enable @typescript-eslint/no-explicit-any */
type UserTypeInput<T extends AnyUserTypeClass> = InstanceType<T> | NonNullable<ConstructorParameters<T>[0]>

/** All columns. Each throws a `ModelDefinitionError` for options, or a nesting, that cannot work. */
export interface ColumnFactories {
  /**
   * `text`: a string. Takes strings; options `minLength`, `maxLength` (characters).
   * @example
   * const name = c.Text({ required: true, maxLength: 80 })
   */
  readonly Text: Scalar<string, string, 'text', TextOptions>
  /**
   * `ascii`: a string of code points below 128. Options `minLength`, `maxLength` (characters).
   * @example
   * const country = c.Ascii({ minLength: 2, maxLength: 2 })
   */
  readonly Ascii: Scalar<string, string, 'text', TextOptions>
  /**
   * `blob`: a `Buffer`. Takes any `Uint8Array`, and base64 text.
   * @example
   * const photo = c.Blob()
   */
  readonly Blob: Scalar<Buffer, Uint8Array | string>
  /**
   * `blob`: another name of `Blob`.
   * @example
   * const photo = c.Bytes()
   */
  readonly Bytes: Scalar<Buffer, Uint8Array | string>
  /**
   * `int`: a whole number of 32 bits. Nothing is parsed or cut.
   * @example
   * const year = c.Integer({ primaryKey: true, clusteringOrder: 'desc' })
   */
  readonly Integer: Scalar<number>
  /**
   * `tinyint`: a whole number from -128 to 127.
   * @example
   * const stars = c.TinyInt({ default: 0 })
   */
  readonly TinyInt: Scalar<number>
  /**
   * `smallint`: a whole number from -32,768 to 32,767.
   * @example
   * const pages = c.SmallInt()
   */
  readonly SmallInt: Scalar<number>
  /**
   * `bigint`: a `bigint` of 64 bits. Takes safe integers, decimal texts and `types.Long`.
   * @example
   * const bytes = c.BigInt({ default: 0n })
   */
  readonly BigInt: Scalar<bigint, NumLike>
  /**
   * `varint`: a `bigint` of up to 10,000 digits. Takes safe integers, decimal texts, `types.Long` and `types.Integer`.
   * @example
   * const product = c.VarInt()
   */
  readonly VarInt: Scalar<bigint, NumLike>
  /**
   * `boolean`: `true` or `false`, and nothing that is merely like them.
   * @example
   * const isOpen = c.Boolean({ default: true })
   */
  readonly Boolean: Scalar<boolean>
  /**
   * `float`: a number, rounded to 32 bits when it is read.
   * @example
   * const embedding = c.Vector(c.Float, 3) // or by itself: c.Float()
   */
  readonly Float: Scalar<number, number, 'scalar', ColumnOptions<number>, FloatMark>
  /**
   * `double`: a number, NaN and the infinities included.
   * @example
   * const latitude = c.Double({ validate: (degrees) => Math.abs(degrees) <= 90 })
   */
  readonly Double: Scalar<number>
  /**
   * `decimal`: a `types.BigDecimal`, exact to the last digit. Takes texts, numbers and bigints.
   * @example
   * const price = c.Decimal({ default: '0.00' })
   */
  readonly Decimal: Scalar<types.BigDecimal, types.BigDecimal | string | number | bigint>
  /**
   * `timestamp`: a `Date`, to the millisecond. Takes ISO texts and milliseconds since 1970.
   * @example
   * const createdAt = c.DateTime({ default: () => new Date() })
   */
  readonly DateTime: Scalar<Date, Date | string | number>
  /**
   * `date`: a `types.LocalDate`. Takes `'2026-02-28'`, and a `Date`, of which it is the day in UTC.
   * @example
   * const born = c.Date()
   */
  readonly Date: Scalar<types.LocalDate, types.LocalDate | string | Date>
  /**
   * `time`: a `types.LocalTime` of nanoseconds. Takes `'23:59:59.5'`.
   * @example
   * const opens = c.Time({ default: '09:00:00' })
   */
  readonly Time: Scalar<types.LocalTime, types.LocalTime | string>
  /**
   * `duration`: a `types.Duration` of months, days and nanoseconds. Takes `'1mo2d3h'` and ISO 8601.
   * @example
   * const validFor = c.Duration({ default: '30d' })
   */
  readonly Duration: Scalar<types.Duration, types.Duration | string>
  /**
   * `uuid`: a `types.Uuid`. Takes texts with or without dashes.
   * @example
   * const id = c.UUID({ primaryKey: true, default: randomUUID })
   */
  readonly UUID: Scalar<types.Uuid, types.Uuid | string>
  /**
   * `timeuuid`: a `types.TimeUuid`, of version 1 only. Takes texts.
   * @example
   * const id = c.TimeUUID({ primaryKey: true, default: () => types.TimeUuid.now() })
   */
  readonly TimeUUID: Scalar<types.TimeUuid, types.TimeUuid | string>
  /**
   * `inet`: a `types.InetAddress`. Takes texts that are addresses of IPv4 or IPv6.
   * @example
   * const client = c.Inet()
   */
  readonly Inet: Scalar<types.InetAddress, types.InetAddress | string>

  /**
   * `counter`: a `bigint` that starts at 0 and is added to: `update({ hits__increment: 1 })`. Beside it a table has
   * keys and counters only.
   * @example
   * const hits = c.Counter()
   */
  Counter (
    options?: Pick<ColumnOptions<bigint>, 'dbField' | 'static' | 'required' | 'description' | 'hidden'>
  ): Column<bigint, 'counter', 'counter', NumLike>

  /**
   * `list<T>`: an array, in which nothing is null. Null and empty are the same.
   * @param of a column, or a column function
   * @example
   * const past = c.List(c.Text)
   */
  List<
    C extends ColumnLike,
    const O extends ColumnOptions<HeldValue<C>[], ListInput<C> | null> & FrozenOption & Only<O, CommonOrFrozen> = {}
  >(of: C, options?: O):
  Column<HeldValue<C>[], Collection | FlagsOf<O>, 'list', ListInput<C> | null, InnerOf<C>>

  /**
   * `set<T>`: a `Set`, in which nothing is null. Takes arrays too. Null and empty are the same.
   * @param of a column, or a column function
   * @example
   * const tags = c.Set(c.Text, { index: true })
   */
  Set<
    C extends ColumnLike,
    const O extends ColumnOptions<Set<HeldValue<C>>, SetInput<C> | null> & FrozenOption & Only<O, CommonOrFrozen> = {}
  >(of: C, options?: O):
  Column<Set<HeldValue<C>>, Collection | FlagsOf<O>, 'set', SetInput<C> | null, InnerOf<C>>

  /**
   * `map<K, V>`: a `Map`, in which nothing is null. Takes plain objects whose keys are in their JSON form. Null and
   * empty are the same.
   * @example
   * const scores = c.Map(c.Text, c.Integer)
   */
  Map<
    A extends ColumnLike,
    B extends ColumnLike,
    const O extends ColumnOptions<Map<HeldValue<A>, HeldValue<B>>, MapInput<A, B> | null> & FrozenOption &
      Only<O, CommonOrFrozen> = {}
  >(key: A, value: B, options?: O):
  Column<
    Map<HeldValue<A>, HeldValue<B>>, Collection | FlagsOf<O>, 'map', MapInput<A, B> | null, [InnerOf<A>, InnerOf<B>]
  >

  /**
   * `tuple<A, B, …>`: an array with an element for each type, any of which may be null; written as a whole.
   * @example
   * const place = c.Tuple(c.Double, c.Double)
   */
  Tuple<const T extends readonly [ColumnLike, ...ColumnLike[]]>(
    ...of: T
  ): Column<TupleValue<T>, never, 'scalar', TupleInput<T>>
  /**
   * `tuple<A, B, …>` with options.
   * @example
   * const place = c.Tuple(c.Double, c.Double, { required: true })
   */
  Tuple<
    const T extends readonly [ColumnLike, ...ColumnLike[]],
    const O extends (ColumnOptions<TupleValue<T>, TupleInput<T>> & Only<O, Common>) | undefined
  >(...of: readonly [...of: T, options: O]):
  Column<TupleValue<T>, FlagsOf<NonNullable<O>>, 'scalar', TupleInput<T>>

  /**
   * `vector<T, n>`: a `Float32Array` of floats, an array of anything else, with exactly n elements.
   * @param dimensions n, from 1
   * @example
   * const embedding = c.Vector(c.Float, 1536, { index: { using: 'sai' } })
   */
  Vector<
    C extends ColumnLike,
    const O extends ColumnOptions<VectorValue<C>, VectorInput<C>> & Only<O, Common> = {}
  >(of: C, dimensions: number, options?: O):
  Column<VectorValue<C>, FlagsOf<O>, 'vector', VectorInput<C>>

  /**
   * A user type: an instance of its class. Takes plain objects. It is frozen, unless `frozen: false`.
   * @param type a class that `db.UserType.define` made, or one derived from it
   * @example
   * const home = c.UserDefinedType(Address)
   */
  UserDefinedType<
    T extends AnyUserTypeClass,
    const O extends ColumnOptions<InstanceType<T>, UserTypeInput<T>> & FrozenOption & Only<O, CommonOrFrozen> = {}
  >(type: T, options?: O):
  Column<InstanceType<T>, FlagsOf<O>, 'udt', UserTypeInput<T>>

  /**
   * A column function of your own (COL-14).
   * @param spec `cql`, and how values go to the database and back
   * @example
   * const Json = c.custom<unknown>({
   *   cql: 'text',
   *   toDatabase: (value) => JSON.stringify(value),
   *   fromDatabase: (text) => JSON.parse(String(text)) as unknown
   * })
   */
  custom<V, I = V>(spec: CustomSpec<V, I>): Scalar<V, I>
}
