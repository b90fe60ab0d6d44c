import { type CheckedColumn, minimumLength } from './check.js'
import type { JsonSchema } from './cql-type.js'

/**
 * JSON schema of a column's values: that of its type, with the lengths and the description that the column adds. Null
 * is not among them.
 */
export function columnSchema ({ type, options }: CheckedColumn, direction: 'input' | 'output'): JsonSchema {
  const schema: Record<string, unknown> = { ...type.schema(direction) }
  if (direction === 'input' && type.kind === 'text') {
    const minLength = minimumLength(options)
    if (minLength > 0) schema.minLength = minLength
    if (options.maxLength !== undefined) schema.maxLength = options.maxLength
  }
  if (options.description !== undefined) schema.description = options.description
  return schema
}
