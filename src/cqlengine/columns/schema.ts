import type { CqlType, JsonSchema } from './cql-type.js'
import { isLostInside } from './elements.js'

/** Words beside which null would have to be allowed in several places. */
const composing = ['const', 'anyOf', 'oneOf', 'allOf', 'not', '$ref', 'if']

/**
 * What a schema allows, and null. Ajv wants a `type` beside `nullable`; a schema that says nothing allows everything
 * already.
 */
export function nullable (schema: JsonSchema): JsonSchema {
  const { type, anyOf, enum: values, description, ...rest } = schema
  if (Array.isArray(anyOf) && type === undefined && values === undefined && Object.keys(rest).length === 0) {
    // Ajv's conversion of types makes of null what the first of them allows ("", 0), unless that allows null.
    if ((anyOf as JsonSchema[]).every(isPlain)) {
      return { ...schema, anyOf: (anyOf as JsonSchema[]).map(alsoNull) }
    }
    return { ...schema, anyOf: [...anyOf as unknown[], { type: 'null' }] }
  }
  if (composing.some((word) => word in schema) || (type === undefined && values !== undefined)) {
    return { ...description !== undefined && { description }, anyOf: [schema, { type: 'null' }] }
  }
  return type === undefined ? schema : alsoNull(schema)
}

function isPlain (schema: JsonSchema): boolean {
  return typeof schema['type'] === 'string' && !composing.some((word) => word in schema)
}

/** Of a schema with a type: Ajv wants null among the values, too. */
export function alsoNull (schema: JsonSchema): JsonSchema {
  const { enum: values } = schema
  return {
    ...schema,
    nullable: true,
    ...Array.isArray(values) && !values.includes(null) && { enum: [...values as unknown[], null] }
  }
}

/** Of a value inside another one, where a list or set cannot be empty. */
export function innerSchema (type: CqlType, direction: 'input' | 'output'): JsonSchema {
  const schema = type.schema(direction)
  const empty = direction === 'input' ? type.emptyValue() : null
  return empty !== null && isLostInside(type, empty) ? { ...schema, minItems: 1 } : schema
}

const number = '-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?'
const textForms: Readonly<Record<string, string>> = {
  integer: number, number: `(${number}|NaN|-?Infinity)`, boolean: '(true|false)', array: '\\[.*\\]', object: '\\{.*\\}'
}

/** Of the keys of an object that stands for a map: texts, or texts of JSON. */
export function keySchema (key: CqlType): JsonSchema {
  const { type } = key.schema('output')
  if (typeof type === 'string' && type in textForms) return { type: 'string', pattern: `^\\s*${textForms[type]}\\s*$` }
  return textsOf(key.schema('input'))
}

function textsOf (schema: JsonSchema): JsonSchema {
  const { anyOf } = schema
  if (!Array.isArray(anyOf)) return schema
  const texts = (anyOf as JsonSchema[]).filter(({ type }) => type === 'string')
  return texts.length === 1 ? { ...texts[0] } : { anyOf: texts }
}
