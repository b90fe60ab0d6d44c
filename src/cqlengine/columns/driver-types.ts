// Values of raw CQL: the types come from the server, and each value may have any form that the driver reads rightly, or
// that a column of the type takes. What the driver would refuse with the value in its message, or store as something
// else, is refused here.
import type { Encoding } from '../connection/encoding.js'
import type { DriverType } from '../connection/driver-internals/internals.js'
import { types } from '../driver.js'
import { quote } from '../statements/identifiers.js'
import { listed } from '../words.js'
import { CqlType, InvalidValue, type JsonSchema, type ElementKey } from './cql-type.js'
import { joinKeys } from './elements.js'
import { ListType } from './list.js'
import { MapType } from './map.js'
import { isPlainObject, ObjectType, unreadable } from './outside.js'
import { counterType, scalarTypes } from './scalar-types.js'
import { readServerClass, type ServerClass } from './server-class.js'
import { SetType } from './set.js'
import { TupleType } from './tuple.js'
import { VectorType } from './vector.js'
import { UnknownType } from './unknown-type.js'

/** A type as the server told it. What is not known takes anything, as the driver does. */
export function typeFromDriver (type: DriverType): CqlType {
  const { code, info } = type
  const { dataTypes } = types
  switch (code) {
    case dataTypes.list: return new ListType(typeFromDriver(info as DriverType))
    case dataTypes.set: return new SetType(typeFromDriver(info as DriverType))
    case dataTypes.map: {
      const [key, value] = info as readonly [DriverType, DriverType]
      return new MapType(typeFromDriver(key), typeFromDriver(value))
    }
    case dataTypes.tuple: return new TupleType((info as readonly DriverType[]).map(typeFromDriver))
    case dataTypes.udt: return new FieldsType(info as UserTypeInfo)
    case dataTypes.custom: return customType(type)
    case dataTypes.counter: return new RawScalar(counterType)
    default: {
      const name = nameOf(code)
      return Object.hasOwn(scalarTypes, name)
        ? new RawScalar(scalarTypes[name as keyof typeof scalarTypes])
        : new UnknownType(name)
    }
  }
}

function nameOf (code: number): string {
  const name = Object.keys(types.dataTypes).find((one) => types.dataTypes[one as keyof typeof types.dataTypes] === code)
  return name === 'varchar' || name === undefined ? 'text' : name
}

function customType ({ info, customTypeName }: DriverType): CqlType {
  if (customTypeName === 'vector') {
    const [of, dimensions] = info as readonly [DriverType, number]
    return new VectorType(typeFromDriver(of), dimensions)
  }
  if (typeof info !== 'string') return new UnknownType('custom')
  const { name, of } = readServerClass(info)
  if (name === 'Vector') return typeOfClass({ name, of }) ?? new UnknownType('vector')
  const lone = loneClasses.find(([ending]) => info.endsWith(ending))?.[1]
  return lone === undefined ? new UnknownType('custom') : new RawScalar(lone)
}

/** By the server's classes: the driver has no word of the protocol for what stands inside vectors. */
const byClass: ReadonlyMap<string | undefined, CqlType> =
  new Map(Object.values(scalarTypes).map((type: CqlType) => [type.facts.serverClass, type]))

/** Old servers send a class for durations, Cassandra 5 for the least and the greatest of timeuuids. */
const loneClasses = Object.values(scalarTypes).flatMap((type: CqlType) => {
  const { sentAsClass } = type.facts
  return sentAsClass === undefined ? [] : [[sentAsClass, type] as const]
})

/** `undefined`: of a class that is not known here, or of a user type, whose fields have names. */
function typeOfClass ({ name, of }: ServerClass): CqlType | undefined {
  if (name === 'Vector') {
    const element = of[0] === undefined ? undefined : typeOfClass(of[0])
    return element === undefined ? undefined : new VectorType(element, Number(of[1]?.name))
  }
  const scalar = byClass.get(name)
  if (scalar !== undefined) return new RawScalar(scalar)
  const parts = of.map(typeOfClass)
  if (!parts.every((part) => part !== undefined)) return undefined
  const [first, second] = parts
  if (first === undefined) return undefined
  switch (name) {
    case 'Frozen': return first.frozen()
    case 'List': return new ListType(first)
    case 'Set': return new SetType(first)
    case 'Map': return second === undefined ? undefined : new MapType(first, second)
    case 'Tuple': return new TupleType(parts)
    default: return undefined
  }
}

/**
 * A type without parts. Bytes are sent as they are, whatever the type: so the driver has it, and a client of another
 * copy of it needs it.
 */
class RawScalar extends CqlType {
  override readonly cql: string
  override readonly facts
  override readonly primitive: boolean
  readonly #of: CqlType

  constructor (of: CqlType) {
    super()
    this.#of = of
    this.cql = of.cql
    this.facts = of.facts
    this.primitive = of.primitive
  }

  convert (value: unknown): unknown {
    if (Buffer.isBuffer(value)) return value
    try {
      return this.#of.convert(this.#of.fromRaw(value))
    } catch (error) {
      throw unreadable(error)
    }
  }

  override toDriver (value: unknown, encoding: Encoding): unknown {
    return Buffer.isBuffer(value) ? value : this.#of.toDriver(value, encoding)
  }

  override equals (a: unknown, b: unknown): boolean { return Object.is(a, b) || this.keyOf(a) === this.keyOf(b) }
  override keyOf (value: unknown): ElementKey {
    return Buffer.isBuffer(value) ? `bytes ${value.toString('hex')}` : this.#of.keyOf(value)
  }

  override toJSON (value: unknown): unknown { return this.#of.toJSON(value) }
  schema (direction: 'input' | 'output'): JsonSchema { return this.#of.schema(direction) }
}

interface UserTypeInfo {
  readonly name?: string
  readonly fields: readonly { readonly name: string, readonly type: DriverType }[]
}
type Fields = Readonly<Record<string, unknown>>

/** A user type without a class: an object of its fields by their database names. A field that is missing is null. */
class FieldsType extends ObjectType<Fields> {
  override readonly cql: string
  override readonly mutable = true
  readonly #fields: readonly { readonly name: string, readonly type: CqlType }[]

  constructor ({ name, fields }: UserTypeInfo) {
    super()
    this.cql = name === undefined ? 'a user type' : quote(name)
    this.#fields = fields.map((field) => ({ name: field.name, type: typeFromDriver(field.type) }))
  }

  protected read (value: unknown): Fields {
    // An instance of a class of the user's has the names of its columns, which may be others.
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Map ||
      value instanceof Set) throw new InvalidValue('type', `must be an object with the fields ${this.#names}`)
    const given = value as Fields
    if (isPlainObject(value) && Object.keys(value).some((key) => !this.#fields.some(({ name }) => name === key))) {
      throw new InvalidValue('unknown', `has a field that the type does not have; it has ${this.#names}`)
    }
    const read: Record<string, unknown> = Object.create(null) as Record<string, unknown>
    for (const { name, type } of this.#fields) read[name] = fieldOf(name, type, given[name])
    return read
  }

  get #names (): string { return listed(this.#fields.map(({ name }) => name)) }

  override toDriver (value: Fields, encoding: Encoding): unknown {
    const bound: Record<string, unknown> = Object.create(null) as Record<string, unknown>
    for (const { name, type } of this.#fields) {
      const v = value[name] ?? null
      bound[name] = v === null ? null : type.toDriver(v, encoding)
    }
    return bound
  }

  override keyOf (value: Fields): ElementKey {
    return joinKeys(this.#fields.map(({ name, type }) => value[name] === null ? null : type.keyOf(value[name])))
  }

  schema (): JsonSchema { return {} }
}

function fieldOf (name: string, type: CqlType, value: unknown): unknown {
  if (value === undefined || value === null) return null
  try {
    return type.convert(value)
  } catch (error) {
    throw unreadable(error).within(name)
  }
}
