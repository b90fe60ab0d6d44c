import { BigIntType, VarIntType } from './big-integer.js'
import { BlobType } from './blob.js'
import { BooleanType } from './boolean.js'
import { CounterType } from './counter.js'
import type { CqlType } from './cql-type.js'
import { DateTimeType } from './date-time.js'
import { DateType } from './date.js'
import { DecimalType } from './decimal.js'
import { DurationType } from './duration.js'
import { DoubleType, FloatType } from './float.js'
import { InetType } from './inet.js'
import { IntegerType } from './integer.js'
import { AsciiType, TextType } from './text.js'
import { TimeType } from './time.js'
import { TimeUuidType, UuidType } from './uuid.js'

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

export const counterType = new CounterType()

/** All that have no parameters, for whoever has a name. */
const byName: ReadonlyMap<string, CqlType> = new Map<string, CqlType>([
  ...Object.entries(scalarTypes), [counterType.cql, counterType]
])

/** The type without parameters of that CQL name, counters among them. */
export function typeNamed (name: string): CqlType | undefined { return byName.get(name) }
