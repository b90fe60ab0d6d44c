import { Buffer } from 'node:buffer' // the global one is a getter, which takes longer than the check
import { types } from '../driver.js'
import { InvalidValue, type JsonSchema, type ElementKey, type TypeFacts } from './cql-type.js'
import { DriverObjectType, hasMethods } from './outside.js'

// In constants, so that the compiler of V8 knows them: asking for the class of an object is else much of the work.
const { TimeUuid, Uuid } = types

/** `uuid` (TYP-16). */
export class UuidType extends DriverObjectType<types.Uuid> {
  override readonly cql: 'uuid' | 'timeuuid' = 'uuid'
  override readonly facts: TypeFacts = {
    size: 16, isPlainKey: true, takesBack: ['timeuuid'], readsToo: ['timeuuid'], serverClass: 'UUID'
  }

  protected read (value: unknown): types.Uuid {
    if (value instanceof Uuid && isUuidBuffer(bytesOfUuid(value))) return value
    return new Uuid(toUuidBytes(value))
  }

  override isConverted (value: unknown): value is types.Uuid {
    try {
      return value instanceof Uuid && isUuidBuffer(bytesOfUuid(value))
    } catch {
      return false
    }
  }

  override fromDriver (value: unknown): types.Uuid {
    if (value instanceof Uuid) return value
    return isUuidBuffer(value) ? this.fromBytes(value) : this.convert(value)
  }

  /** The driver gives bytes where the server names a class, as Cassandra 5 does for `max` of timeuuids. */
  protected fromBytes (bytes: Buffer): types.Uuid { return new Uuid(bytes) }
  protected override toBytes (value: types.Uuid): Buffer { return bytesOfUuid(value) }
  override equals (a: types.Uuid, b: types.Uuid): boolean { return a === b || bytesOfUuid(a).equals(bytesOfUuid(b)) }
  override keyOf (value: types.Uuid): ElementKey { return bytesOfUuid(value).toString('latin1') }
  override toJSON (value: types.Uuid): string { return value.toString() }

  override schema (direction: 'input' | 'output'): JsonSchema {
    const text = { type: 'string', format: 'uuid' }
    return direction === 'output' ? text : { anyOf: [text, textOf('[0-9a-fA-F]')] }
  }
}

/** `timeuuid` (TYP-17): version 1 only, checked here since the server's refusal is cryptic (B44). */
export class TimeUuidType extends UuidType {
  override readonly cql = 'timeuuid'
  override readonly facts: TypeFacts = {
    size: 16, isOrderedBySai: true, isPlainKey: true, serverClass: 'TimeUUID', sentAsClass: '.LegacyTimeUUIDType'
  }

  protected override read (value: unknown): types.TimeUuid {
    const uuid = super.read(value)
    const bytes = bytesOfUuid(uuid)
    if (!hasTime(bytes)) throw new InvalidValue('version', 'must be a UUID of version 1, with a time in it')
    return uuid instanceof TimeUuid ? uuid : timeUuid(bytes)
  }

  override isConverted (value: unknown): value is types.Uuid {
    try {
      return value instanceof TimeUuid && super.isConverted(value) && hasTime(bytesOfUuid(value))
    } catch {
      return false
    }
  }

  /** Of version 1, which the format does not say. */
  override schema (direction: 'input' | 'output'): JsonSchema {
    return direction === 'output' ? super.schema(direction) : textOf('1')
  }

  override fromDriver (value: unknown): types.TimeUuid {
    return (value instanceof TimeUuid ? value : super.fromDriver(value)) as types.TimeUuid
  }

  protected override fromBytes (bytes: Buffer): types.TimeUuid { return timeUuid(bytes) }
}

/** The lengths first: most wrong texts break them, and whoever sent one is then told no pattern of four forms. */
function textOf (version: string): JsonSchema {
  return { type: 'string', minLength: 32, maxLength: 45, pattern: patternOf(version) }
}

/** The forms that are taken, as a pattern of JSON schemas, which have no flags. */
function patternOf (version: string): string {
  const hex = '[0-9a-fA-F]'
  const dashed = `${hex}{8}-${hex}{4}-${version}${hex}{3}-${hex}{4}-${hex}{12}`
  const plain = `${hex}{12}${version}${hex}{19}`
  return `^(([uU][rR][nN]:[uU][uU][iI][dD]:)?${dashed}|\\{${dashed}\\}|${plain}|\\{${plain}\\})$`
}

function timeUuid (bytes: Buffer): types.TimeUuid {
  // The declarations know only the form with a date; the driver itself reads rows with this one.
  return new (TimeUuid as new (bytes: Buffer) => types.TimeUuid)(bytes)
}

function hasTime (bytes: Buffer): boolean { return (bytes[6] as number) >> 4 === 1 }

function bytesOfUuid (uuid: types.Uuid): Buffer { return uuid.getBuffer() }

function isUuidBuffer (bytes: unknown): bytes is Buffer { return Buffer.isBuffer(bytes) && bytes.length === 16 }

function toUuidBytes (value: unknown): Buffer {
  if (typeof value === 'string') return parse(value)
  // `version` tells an InetAddress, whose 16 bytes would pass too.
  if (hasMethods(value, 'getBuffer') && !('version' in value)) {
    const bytes = value.getBuffer()
    if (isUuidBuffer(bytes)) return Buffer.from(bytes)
  }
  throw new InvalidValue('type', 'must be a Uuid or its string form')
}

const dashed = /^(?:urn:uuid:)?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i
const forms = [
  dashed,
  /^\{([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\}$/i,
  /^([0-9a-f]{32})$/i,
  /^\{([0-9a-f]{32})\}$/i
]

function parse (text: string): Buffer {
  for (const form of forms) {
    const digits = form.exec(text)
    if (digits !== null) return Buffer.from(digits.slice(1).join(''), 'hex')
  }
  throw new InvalidValue('syntax', 'must be a UUID such as "f47ac10b-58cc-4372-a567-0e02b2c3d479"')
}
