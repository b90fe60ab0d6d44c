import type { JsonSchema } from './cql-type.js'

/**
 * A schema with null allowed beside what it says. Ajv wants a `type` beside `nullable`; a schema that says nothing
 * allows everything already.
 */
export function nullable (schema: JsonSchema): JsonSchema {
  const { type, anyOf, enum: values } = schema
  if (type !== undefined) return { ...schema, nullable: true, ...Array.isArray(values) && !values.includes(null) && { enum: [...values as unknown[], null] } }
  // Last, where Ajv's conversion of types does not take null for something else.
  if (Array.isArray(anyOf)) return { ...schema, anyOf: [...anyOf as unknown[], { type: 'null' }] }
  return ['enum', 'const', 'oneOf', 'allOf', 'not', '$ref'].some((word) => word in schema) ? { anyOf: [schema, { type: 'null' }] } : schema
}
