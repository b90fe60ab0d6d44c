// Whether a column reads rightly what the server says it sends. Types that read alike may differ from the model's: what
// the driver makes of them has the form that instances hold, and nothing of it is lost.
import type { DriverType } from '../connection/driver-internals/internals.js'
import { types } from '../driver.js'
import type { CqlType } from './cql-type.js'
import { typeFromDriver } from './driver-types.js'
import { ListType } from './list.js'
import { MapType } from './map.js'
import { counterType, scalarTypes } from './scalar-types.js'
import { SetType } from './set.js'
import { TupleType } from './tuple.js'
import { UserDefined } from './user-defined.js'
import { VectorType } from './vector.js'

const { dataTypes } = types

/** For each type without parts the codes of what it reads: a bit for each. */
const codes: ReadonlyMap<string, number> = new Map(
  [...Object.values(scalarTypes), counterType].map((type) => [type.cql, bitsOf(namesRead(type))])
)

/** The types without parts that this one reads. */
function namesRead ({ cql, facts }: CqlType): readonly string[] { return [cql, ...facts.readsToo ?? []] }

function bitsOf (names: readonly string[]): number {
  let bits = 0
  for (const [name, code] of Object.entries(dataTypes)) {
    if (typeof code === 'number' && names.includes(name === 'varchar' ? 'text' : name)) bits |= 1 << code
  }
  return bits
}

/**
 * The protocol's codes of the types that a column of `type` reads, a bit for each; 0 where the code alone does not
 * tell.
 */
export function readCodes (type: CqlType): number { return codes.get(type.base().cql) ?? 0 }

/** Whether a column of `type` reads what the server sends as `told`. */
export function readsAlike (type: CqlType, told: DriverType): boolean {
  const base = type.base()
  const { code, info } = told
  switch (code) {
    case dataTypes.list: return base instanceof ListType && partsReadAlike(base, [info as DriverType])
    case dataTypes.set: return base instanceof SetType && partsReadAlike(base, [info as DriverType])
    case dataTypes.map: return base instanceof MapType && partsReadAlike(base, info as readonly DriverType[])
    case dataTypes.tuple: return base instanceof TupleType && partsReadAlike(base, info as readonly DriverType[])
    case dataTypes.udt: return base instanceof UserDefined && fieldsReadAlike(base, info as UserTypeInfo)
    case dataTypes.custom: return customReadsAlike(base, told)
    default: return code < 32 && ((readCodes(base) >>> code) & 1) === 1
  }
}

/** As a person would write it. */
export function toldType (told: DriverType): string { return typeFromDriver(told).cql }

function partsReadAlike (type: CqlType, told: readonly DriverType[]): boolean {
  const parts = type.parts()
  return parts.length === told.length && parts.every((part, i) => readsAlike(part, told[i] as DriverType))
}

interface UserTypeInfo { readonly fields: readonly { readonly name: string, readonly type: DriverType }[] }

/**
 * Either may have fields that the other lacks yet, for a type can be added to. Without any in common they are two
 * types.
 */
function fieldsReadAlike (type: UserDefined, { fields }: UserTypeInfo): boolean {
  const shared = type.fieldTypes().map((field) => ({ ...field, told: fields.find(({ name }) => name === field.name) }))
  return shared.some(({ told }) => told !== undefined) &&
    shared.every(({ type: own, told }) => told === undefined || readsAlike(own, told.type))
}

/** Vectors, durations of old protocols, and classes of the server's that the driver gives as bytes. */
function customReadsAlike (type: CqlType, told: DriverType): boolean {
  const { info, customTypeName } = told
  // A double of the driver says so of everything.
  if (typeof info !== 'string' && customTypeName === undefined) return true
  const server = typeFromDriver(told)
  if (server instanceof VectorType) return vectorsReadAlike(type, server)
  // Vectors of elements that have parts are not looked into.
  if (customTypeName === 'vector' || String(info).includes('.VectorType(')) return type instanceof VectorType
  return namesRead(type).includes(server.cql === 'custom' ? 'blob' : server.cql)
}

function vectorsReadAlike (type: CqlType, server: VectorType): boolean {
  if (!(type instanceof VectorType) || type.dimensions !== server.dimensions) return false
  const [own, element] = [(type.parts()[0] as CqlType).base(), server.parts()[0] as CqlType]
  // A Float32Array would round what has more digits.
  return own.cql === 'float' ? element.cql === 'float' : namesRead(own).includes(element.cql)
}
