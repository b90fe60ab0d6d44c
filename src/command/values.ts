// Values of columns in the JSON forms of a file. They are those of toJSON, but nothing may be lost: what JSON has no
// word for is a text, and the fields of user types are those of the type, whatever the class shows of them.
import { CustomType } from '../cqlengine/columns/custom.js'
import { type CqlType, InvalidValue } from '../cqlengine/columns/cql-type.js'
import { DoubleType } from '../cqlengine/columns/float.js'
import { keyFromText, keyToText } from '../cqlengine/columns/map-keys.js'
import { TupleType } from '../cqlengine/columns/tuple.js'

const numberTexts: ReadonlyMap<string, number> = new Map([
  ['NaN', NaN], ['Infinity', Infinity], ['-Infinity', -Infinity], ['-0', -0]
])

/**
 * @param type without rules: `column.unruled` @param value in the instance's form, or null @throws {InvalidValue} for
 * what has no form
 */
export function toFile (type: CqlType, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (type instanceof DoubleType) return numberToFile(value as number)
  if (type instanceof CustomType) return type.toJSON(value)
  if (type instanceof TupleType) return type.parts().map((part, i) => toFile(part, (value as unknown[])[i]))
  switch (type.kind) {
    case 'list': case 'set': {
      const element = type.elementType('element') as CqlType
      return Array.from(value as Iterable<unknown>, (one) => toFile(element, one))
    }
    case 'vector': return Array.from(value as ArrayLike<unknown>, (one) => toFile(type.parts()[0] as CqlType, one))
    case 'map': {
      const [key, inner] = [type.elementType('key') as CqlType, type.elementType('value') as CqlType]
      return Object.fromEntries(
        [...value as Map<unknown, unknown>].map(([k, v]) => [keyText(key, k), toFile(inner, v)])
      )
    }
    case 'udt':
      return Object.fromEntries(
        fieldsOf(type).map(([name, field]) => [name, toFile(field, (value as Record<string, unknown>)[name])])
      )
    default: return type.toJSON(checkedDate(value))
  }
}

/** To a form that the column accepts; what is wrong stays, and the column refuses it. */
export function fromFile (type: CqlType, json: unknown): unknown {
  if (json === null || json === undefined) return null
  if (type instanceof CustomType) return json
  if (type instanceof DoubleType) return typeof json === 'string' ? numberTexts.get(json) ?? json : json
  if (Array.isArray(json)) {
    if (type instanceof TupleType) return json.map((one, i) => fromFile(type.parts()[i] ?? type, one))
    const element = type.kind === 'vector' ? type.parts()[0] : type.elementType('element')
    return element === undefined ? json : json.map((one) => fromFile(element, one))
  }
  if (typeof json !== 'object') return json
  if (type.kind === 'map') {
    const [key, inner] = [type.elementType('key') as CqlType, type.elementType('value') as CqlType]
    return new Map(Object.entries(json).map(([k, v]) => [keyValue(key, k), fromFile(inner, v)]))
  }
  if (type.kind === 'udt') {
    const fields = new Map(fieldsOf(type))
    return Object.fromEntries(
      Object.entries(json).map(([name, one]) => [
        name, fields.has(name) ? fromFile(fields.get(name) as CqlType, one) : one
      ])
    )
  }
  return json
}

const numberToFile = (value: number): number | string =>
  Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value)

/**
 * Cassandra has timestamps far beyond those of JavaScript; the driver reads them as a date that is none, which would go
 * out as null.
 */
function checkedDate (value: unknown): unknown {
  if (value instanceof Date && Number.isNaN(value.getTime())) {
    throw new InvalidValue('range', 'a timestamp more than 8.64e15 milliseconds away from 1970')
  }
  return value
}

/** The user type itself comes behind those in it. */
function fieldsOf (type: CqlType): [name: string, field: CqlType][] {
  return Object.entries(type.userTypes().at(-1)?.columns ?? {}).map(([name, column]) => [name, column.type.unruled()])
}

const isComposed = (type: CqlType): boolean => type.parts().length > 0 && !(type instanceof CustomType)

function keyText (type: CqlType, key: unknown): string {
  if (isComposed(type)) return JSON.stringify(toFile(type, key))
  return type instanceof DoubleType ? String(numberToFile(key as number)) : keyToText(type, checkedDate(key))
}

/** @throws {InvalidValue} */
function keyValue (type: CqlType, text: string): unknown {
  if (type instanceof DoubleType && numberTexts.has(text)) return numberTexts.get(text)
  return isComposed(type) ? type.convert(fromFile(type, parsed(text))) : keyFromText(type, text)
}

function parsed (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
