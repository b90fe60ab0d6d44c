import type { JsonSchema } from './cql-type.js'

/** The same schema, with null allowed. Ajv wants a `type` beside `nullable`, so a schema without one allows everything already. */
export function nullable (schema: JsonSchema): JsonSchema {
  return 'type' in schema ? { ...schema, nullable: true } : schema
}
