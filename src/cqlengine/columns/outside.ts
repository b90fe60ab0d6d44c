// Values that come from outside: hostile objects, and values made by a second copy of the driver, which `instanceof`
// does not know.
import type { Encoding } from '../connection/encoding.js'
import { CqlType, InvalidValue } from './cql-type.js'

/**
 * A type whose values are objects: whatever throws while one is read (a getter, a proxy, an iterator) becomes a broken
 * rule.
 */
export abstract class ObjectType<V> extends CqlType<V> {
  convert (value: unknown): V {
    try {
      return this.read(value)
    } catch (error) {
      throw unreadable(error)
    }
  }

  /** {@link CqlType.convert}, free to let anything be thrown. */
  protected abstract read (value: unknown): V
}

/** A type whose values are of a class of the driver's: ours, which the clients of another copy do not know. */
export abstract class DriverObjectType<V> extends ObjectType<V> {
  override toDriver (value: V, { classes }: Encoding): unknown {
    return classes === 'own' ? value : this.toBytes(value)
  }

  /** As the native protocol has it: the driver sends a Buffer as it is, for every type and at every depth. */
  protected abstract toBytes (value: V): Buffer
}

/** Whether our own copy of the driver takes values as instances hold them. */
export function bindsAsIs (type: CqlType): boolean {
  return type.toDriver === CqlType.prototype.toDriver || type.toDriver === DriverObjectType.prototype.toDriver
}

/** Whether `isConverted` of this type can say yes. */
export function tellsConverted (type: CqlType): boolean {
  return type.isConverted !== CqlType.prototype.isConverted &&
    type.parts().every((part) => part.primitive && tellsConverted(part))
}

/** What reading a value threw, as a broken rule. The error's own text is dropped: it could hold the value. */
export function unreadable (error: unknown): InvalidValue {
  return error instanceof InvalidValue
    ? error
    : new InvalidValue('unreadable', 'cannot be read: looking into it threw an error')
}

/** An object literal or `Object.create(null)`, of any realm; no instance of a class. */
export function isPlainObject (value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/**
 * An object with these methods. What a JSON parser makes has none, so a request body cannot pass for a class of the
 * driver.
 */
export function hasMethods<M extends string> (
  value: unknown, ...methods: readonly M[]
): value is Record<M, (...args: unknown[]) => unknown> & Record<string, unknown> {
  return typeof value === 'object' && value !== null &&
    methods.every((m) => typeof (value as Record<string, unknown>)[m] === 'function')
}

/** The bytes of a BigDecimal or Integer of another copy of the driver, by the codec of its own class. */
export function bytesByItsClass (value: object): Buffer {
  // A class of that copy, of which the compiler knows nothing.
  return (value.constructor as unknown as { toBuffer (value: object): Buffer }).toBuffer(value)
}
