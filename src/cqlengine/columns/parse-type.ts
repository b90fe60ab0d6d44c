import { ModelDefinitionError } from '../errors.js'
import { BigIntType, VarIntType } from './big-integer.js'
import { BlobType } from './blob.js'
import { BooleanType } from './boolean.js'
import type { CqlType } from './cql-type.js'
import { DateTimeType } from './date-time.js'
import { DateType } from './date.js'
import { DecimalType } from './decimal.js'
import { DurationType } from './duration.js'
import { DoubleType, FloatType } from './float.js'
import { InetType } from './inet.js'
import { IntegerType } from './integer.js'
import { ListType } from './list.js'
import { MapType } from './map.js'
import { checkInner, checkSortable, checkVector } from './nesting.js'
import { SetType } from './set.js'
import { AsciiType, TextType } from './text.js'
import { TimeType } from './time.js'
import { TupleType } from './tuple.js'
import { TimeUuidType, UuidType } from './uuid.js'
import { VectorType } from './vector.js'

/**
 * The types without parameters, by their CQL names. Counters are not here: they go nowhere but into columns of their
 * own.
 */
export const scalarTypes = {
  ascii: new AsciiType(),
  bigint: new BigIntType(),
  blob: new BlobType(),
  boolean: new BooleanType(),
  date: new DateType(),
  decimal: new DecimalType(),
  double: new DoubleType(),
  duration: new DurationType(),
  float: new FloatType(),
  inet: new InetType(),
  int: new IntegerType('int', 32),
  smallint: new IntegerType('smallint', 16),
  text: new TextType(),
  time: new TimeType(),
  timestamp: new DateTimeType(),
  timeuuid: new TimeUuidType(),
  tinyint: new IntegerType('tinyint', 8),
  uuid: new UuidType(),
  varint: new VarIntType()
} as const

/**
 * The type of a piece of CQL such as `map<text, frozen<list<int>>>`.
 * @throws {ModelDefinitionError} for unknown types, user types and counters among them
 */
export function parseType (cql: string): CqlType {
  const tokens = cql.toLowerCase().match(/[a-z]+|\d+|[<>,]|[^\s]/g) ?? []
  const type = new Parser(cql, tokens).type()
  if (tokens.length > 0) throw unknownType(cql)
  return type
}

class Parser {
  readonly #cql: string
  readonly #tokens: string[]

  constructor (cql: string, tokens: string[]) {
    this.#cql = cql
    this.#tokens = tokens
  }

  type (): CqlType {
    const name = this.#tokens.shift() ?? ''
    switch (name) {
      case 'frozen': return this.#arguments((type) => type.frozen(), 1)
      case 'list': return this.#arguments((of) => new ListType(checkInner(of, 'a list')), 1)
      case 'set': return this.#arguments((of) => new SetType(checkSortable(of, 'a set')), 1)
      case 'map':
        return this.#arguments(
          (key, value) => new MapType(checkSortable(key, 'the keys of a map'), checkInner(value as CqlType, 'a map')), 2
        )
      case 'tuple': return this.#arguments((...of) => new TupleType(of.map((type) => checkInner(type, 'a tuple'))))
      case 'vector': return this.#vector()
      case 'varchar': return scalarTypes.text
      default:
        if (Object.hasOwn(scalarTypes, name)) return scalarTypes[name as keyof typeof scalarTypes]
        throw unknownType(this.#cql)
    }
  }

  #arguments (make: (first: CqlType, ...more: CqlType[]) => CqlType, count?: number): CqlType {
    this.#expect('<')
    const first = this.type()
    const more: CqlType[] = []
    while (this.#tokens[0] === ',') {
      this.#tokens.shift()
      more.push(this.type())
    }
    this.#expect('>')
    if (count !== undefined && more.length + 1 !== count) throw unknownType(this.#cql)
    return make(first, ...more)
  }

  #vector (): CqlType {
    this.#expect('<')
    const of = this.type()
    this.#expect(',')
    const dimensions = Number(this.#tokens.shift())
    this.#expect('>')
    return new VectorType(checkVector(of, dimensions), dimensions)
  }

  #expect (token: string): void {
    if (this.#tokens.shift() !== token) throw unknownType(this.#cql)
  }
}

function unknownType (cql: string): ModelDefinitionError {
  return new ModelDefinitionError(`columns.custom: ${JSON.stringify(cql)} is no CQL type that a custom column can ` +
    `have; it may be any of ${Object.keys(scalarTypes).join(', ')}, and list, set, map, tuple, vector and frozen ` +
    'of these')
}
