// The column functions: `db.columns`. What users see of them is in `factories-api.ts`.

import { ModelDefinitionError } from '../errors.js'
import { defining } from '../known-options.js'
import { type AnyColumn, type AnyColumnOptions, Column, type ColumnLike, columnOf } from './column.js'
import type { CqlType, UserTypeLike } from './cql-type.js'
import { type CustomSpec, CustomType } from './custom.js'
import type { ColumnFactories } from './factories-api.js'
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
