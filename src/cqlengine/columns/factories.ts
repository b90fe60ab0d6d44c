import type { types } from '../driver.js'
import { ModelDefinitionError } from '../errors.js'
import { defining } from '../known-options.js'
import {
  type AnyColumn, type AnyColumnOptions, Column, type ColumnLike, columnOf, type ColumnOptions, type FrozenOption,
  type TextOptions
} from './column.js'
import type { CqlType, Kind, UserTypeLike } from './cql-type.js'
import { type CustomSpec, CustomType } from './custom.js'
import { ListType } from './list.js'
import { MapType } from './map.js'
import { checkInner, checkKeyType, checkSortable, checkVector } from './nesting.js'
import { checkOptions, knownColumnOptions, withOwnDefault } from './options.js'
import { isPlainObject } from './outside.js'
import { counterType, scalarTypes } from './scalar-types.js'
import { innerType } from './ruled.js'
import { SetType } from './set.js'
import { TupleType } from './tuple.js'
import { UserDefined } from './user-defined.js'
import { VectorType } from './vector.js'

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
  /** `text`: a string. Takes strings; options `minLength`, `maxLength` (characters). */
  readonly Text: Scalar<string, string, 'text', TextOptions>
  /** `ascii`: a string of code points below 128. Options `minLength`, `maxLength` (characters). */
  readonly Ascii: Scalar<string, string, 'text', TextOptions>
  /** `blob`: a `Buffer`. Takes any `Uint8Array`, and base64 text. */
  readonly Blob: Scalar<Buffer, Uint8Array | string>
  /** `blob`: another name of `Blob`. */
  readonly Bytes: Scalar<Buffer, Uint8Array | string>
  /** `int`: a whole number of 32 bits. Nothing is parsed or cut. */
  readonly Integer: Scalar<number>
  /** `tinyint`: a whole number from -128 to 127. */
  readonly TinyInt: Scalar<number>
  /** `smallint`: a whole number from -32,768 to 32,767. */
  readonly SmallInt: Scalar<number>
  /** `bigint`: a `bigint` of 64 bits. Takes safe integers, decimal texts and `types.Long`. */
  readonly BigInt: Scalar<bigint, NumLike>
  /**
   * `varint`: a `bigint` of up to 10,000 digits. Takes safe integers, decimal texts, `types.Long` and `types.Integer`.
   */
  readonly VarInt: Scalar<bigint, NumLike>
  /** `boolean`: `true` or `false`, and nothing that is merely like them. */
  readonly Boolean: Scalar<boolean>
  /** `float`: a number, rounded to 32 bits when it is read. */
  readonly Float: Scalar<number, number, 'scalar', ColumnOptions<number>, FloatMark>
  /** `double`: a number, NaN and the infinities included. */
  readonly Double: Scalar<number>
  /** `decimal`: a `types.BigDecimal`, exact to the last digit. Takes texts, numbers and bigints. */
  readonly Decimal: Scalar<types.BigDecimal, types.BigDecimal | string | number | bigint>
  /** `timestamp`: a `Date`, to the millisecond. Takes ISO texts and milliseconds since 1970. */
  readonly DateTime: Scalar<Date, Date | string | number>
  /** `date`: a `types.LocalDate`. Takes `'2026-02-28'`, and a `Date`, of which it is the day in UTC. */
  readonly Date: Scalar<types.LocalDate, types.LocalDate | string | Date>
  /** `time`: a `types.LocalTime` of nanoseconds. Takes `'23:59:59.5'`. */
  readonly Time: Scalar<types.LocalTime, types.LocalTime | string>
  /** `duration`: a `types.Duration` of months, days and nanoseconds. Takes `'1mo2d3h'` and ISO 8601. */
  readonly Duration: Scalar<types.Duration, types.Duration | string>
  /** `uuid`: a `types.Uuid`. Takes texts with or without dashes. */
  readonly UUID: Scalar<types.Uuid, types.Uuid | string>
  /** `timeuuid`: a `types.TimeUuid`, of version 1 only. Takes texts. */
  readonly TimeUUID: Scalar<types.TimeUuid, types.TimeUuid | string>
  /** `inet`: a `types.InetAddress`. Takes texts that are addresses of IPv4 or IPv6. */
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

function column (
  factory: string, type: CqlType, given: unknown, known: readonly string[] = knownColumnOptions.scalar
): AnyColumn {
  const options = checkOptions(factory, given, known)
  const placed = placedType(factory, type, options)
  return new Column(placed, withOwnDefault(factory, placed, options))
}

/** The type as it must be where the options put it: frozen in a key. */
function placedType (factory: string, type: CqlType, options: AnyColumnOptions): CqlType {
  try {
    return options.primaryKey === true || options.partitionKey === true ? checkKeyType(type) : type
  } catch (error) {
    throw error instanceof ModelDefinitionError
      ? new ModelDefinitionError(`columns.${factory}: ${error.message}`)
      : error
  }
}

function scalar (factory: string, type: CqlType): (options?: unknown) => AnyColumn {
  const known = type.kind === 'text' ? knownColumnOptions.text : knownColumnOptions.scalar
  return (options) => column(factory, type, options, known)
}

function frozenOption (options: unknown, byDefault: boolean): boolean {
  const { frozen } = isPlainObject(options) ? options : {}
  return typeof frozen === 'boolean' ? frozen : byDefault
}

function inner (of: ColumnLike, factory: string): CqlType {
  return innerType(columnOf(of, `columns.${factory}`))
}

function list (of: ColumnLike, options?: unknown): AnyColumn {
  const type = new ListType(checkInner(inner(of, 'List'), 'a list'), frozenOption(options, false))
  return column('List', type, options, knownColumnOptions.freezable)
}

function set (of: ColumnLike, options?: unknown): AnyColumn {
  const type = new SetType(checkSortable(inner(of, 'Set'), 'a set'), frozenOption(options, false))
  return column('Set', type, options, knownColumnOptions.freezable)
}

function map (key: ColumnLike, value: ColumnLike, options?: unknown): AnyColumn {
  const keys = checkSortable(inner(key, 'Map'), 'the keys of a map')
  const type = new MapType(keys, checkInner(inner(value, 'Map'), 'a map'), frozenOption(options, false))
  return column('Map', type, options, knownColumnOptions.freezable)
}

function tuple (...given: readonly unknown[]): AnyColumn {
  const last = given.at(-1)
  const options = isPlainObject(last) ? last : undefined
  const of = options === undefined && last !== undefined ? given : given.slice(0, -1)
  if (of.length === 0) {
    throw new ModelDefinitionError('columns.Tuple: a tuple needs at least one type, e.g. ' +
      'columns.Tuple(columns.Integer, columns.Text)')
  }
  return column(
    'Tuple', new TupleType(of.map((one) => checkInner(inner(one as ColumnLike, 'Tuple'), 'a tuple'))), options
  )
}

function vector (of: ColumnLike, dimensions: number, options?: unknown): AnyColumn {
  return column('Vector', new VectorType(checkVector(inner(of, 'Vector'), dimensions), dimensions), options)
}

function userDefinedType (type: unknown, options?: unknown): AnyColumn {
  if (typeof type !== 'function' || !('typeName' in type) || !('columns' in type) || type.typeName === '') {
    throw new ModelDefinitionError('columns.UserDefinedType: expected a class made by db.UserType.define(…)')
  }
  return column(
    'UserDefinedType',
    new UserDefined(type as UserTypeLike, frozenOption(options, true)),
    options,
    knownColumnOptions.freezable
  )
}

function custom (spec: CustomSpec<unknown>): (options?: unknown) => AnyColumn {
  const type = new CustomType(spec)
  return defining('columns.custom', ModelDefinitionError, (options?: unknown) => column('custom', type, options))
}

/** The column functions of types without parameters. Where a type has two, the first is the one that `pull` writes. */
const scalars = {
  Text: scalarTypes.text,
  Ascii: scalarTypes.ascii,
  Blob: scalarTypes.blob,
  Bytes: scalarTypes.blob,
  Integer: scalarTypes.int,
  TinyInt: scalarTypes.tinyint,
  SmallInt: scalarTypes.smallint,
  BigInt: scalarTypes.bigint,
  VarInt: scalarTypes.varint,
  Boolean: scalarTypes.boolean,
  Float: scalarTypes.float,
  Double: scalarTypes.double,
  Decimal: scalarTypes.decimal,
  DateTime: scalarTypes.timestamp,
  Date: scalarTypes.date,
  Time: scalarTypes.time,
  Duration: scalarTypes.duration,
  UUID: scalarTypes.uuid,
  TimeUUID: scalarTypes.timeuuid,
  Inet: scalarTypes.inet
} satisfies Partial<Record<keyof ColumnFactories, CqlType>>

/** The column function of a type's name in CQL: `Integer` of `int`, `Map` of `map`. */
export function columnFunctionOf (name: string): string | undefined {
  return Object.entries(scalars).find(([, { cql }]) => cql === name)?.[0] ??
    Object.keys(columns).find((factory) => factory.toLowerCase() === name)
}

/** The column functions: `db.columns` and the export `columns`. */
// The implementations above know values only at run time; the declarations carry the types.
export const columns = Object.freeze(Object.fromEntries(Object.entries({
  ...Object.fromEntries(Object.entries(scalars).map(([name, type]) => [name, scalar(name, type)])),
  Counter: (options?: unknown) => column('Counter', counterType, options, knownColumnOptions.counter),
  List: list,
  Set: set,
  Map: map,
  Tuple: tuple,
  Vector: vector,
  UserDefinedType: userDefinedType,
  custom
}).map(([name, factory]) => [
  name, defining(`columns.${name}`, ModelDefinitionError, factory as () => unknown)
]))) as unknown as ColumnFactories
