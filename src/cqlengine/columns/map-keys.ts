// Keys of maps as text: in JSON, and with a client of the user's that has no `encoding.map`, where the driver reads and
// writes plain objects.
import { isMap } from 'node:util/types'
import { types } from '../driver.js'
import { QueryError } from '../errors.js'
import { type CqlType, InvalidValue } from './cql-type.js'
import { isPlainObject, unreadable } from './outside.js'

/** A key in its JSON form, as text: 5 as "5", a tuple as "[1,\"a\"]". */
export function keyToText<K> (type: CqlType<K>, key: K): string {
  const json = type.toJSON(key)
  if (typeof json === 'string') return json
  return typeof key === 'number' ? String(key) : JSON.stringify(json)
}

/** The way back. @throws {InvalidValue} */
export function keyFromText<K> (type: CqlType<K>, text: string): K {
  const { type: form } = type.schema('output')
  // The JSON form of a custom column may be anything; as a key it can only be text.
  if (form === 'string' || form === undefined) return type.convert(text)
  if (form === 'number' && /^(NaN|-?Infinity)$/.test(text)) return type.convert(Number(text))
  try {
    return type.convert(JSON.parse(text))
  } catch (error) {
    if (error instanceof InvalidValue) throw error
    throw new InvalidValue('syntax', `must be a key in its JSON form, for the key type is ${type.cql}`)
  }
}

/** @throws {QueryError} where such keys cannot be told from the text that the driver makes of them */
export function checkPlainKeys (type: CqlType): void {
  if (type.facts.isPlainKey === true) return
  throw new QueryError(`A map with keys of type ${type.cql} needs a client with { encoding: { map: Map } }: without ` +
    'it the driver mangles such keys')
}

/**
 * A key as the driver encodes it from a property's name: it takes every text for true but the empty one, and has a form
 * of its own for far days.
 */
export function keyToProperty<K> (type: CqlType<K>, key: K): string {
  return key === false ? '' : type.facts.isKeyOfDriver === true ? String(key) : keyToText(type, key)
}

/** A key as the driver decodes it into a property's name. */
export function keyFromProperty<K> (type: CqlType<K>, name: string): K {
  return type.facts.isKeyOfDriver === true && /^-?\d+$/.test(name)
    ? type.fromDriver(types.LocalDate.fromString(name))
    : keyFromText(type, name)
}

/**
 * The driver assigns the key `__proto__` like any other, so its value becomes the prototype; of a primitive value
 * nothing is left.
 */
export function propertiesOf (value: Record<string, unknown>): readonly (readonly [string, unknown])[] {
  const prototype: unknown = Object.getPrototypeOf(value)
  const entries = Object.entries(value)
  return prototype === Object.prototype || prototype === null ? entries : [...entries, ['__proto__', prototype]]
}

/** Keys and values of what was given for a map: of a Map, or of a plain object. @throws {InvalidValue} */
export function givenEntries<K> (value: unknown, key: CqlType<K>): Iterable<readonly [unknown, unknown]> {
  if (isMap(value)) return value as Map<unknown, unknown>
  if (!isPlainObject(value)) throw new InvalidValue('type', 'must be a Map or a plain object')
  return Object.keys(value).map((text, i) => [keyInObject(key, text, i), value[text]] as const)
}

function keyInObject<K> (type: CqlType<K>, text: string, i: number): K {
  try {
    return keyFromText(type, text)
  } catch (error) {
    throw unreadable(error).within(`key of entry ${i}`)
  }
}
