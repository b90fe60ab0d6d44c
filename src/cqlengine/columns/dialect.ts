// JSON schemas are made in the dialect of Fastify: draft 7 with the word `nullable`. This says the same in others.
import type { JsonSchema } from './cql-type.js'

export const dialects = ['fastify', 'openapi-3.0', '2020-12'] as const
export type Dialect = typeof dialects[number]

/** The schema in another dialect, at every depth. */
export function inDialect (schema: JsonSchema, dialect: Dialect): JsonSchema {
  if (dialect === 'fastify') return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([word, value]) => [word, within(word, value, dialect)]))
  return dialect === 'openapi-3.0' ? inOpenApi(inner) : in2020(inner)
}

const schemas: ReadonlySet<string> = new Set(['items', 'additionalItems', 'additionalProperties', 'not', 'anyOf', 'oneOf', 'allOf'])
const maps: ReadonlySet<string> = new Set(['properties', 'patternProperties'])

function within (word: string, value: unknown, dialect: Dialect): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (maps.has(word)) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, sub(one, dialect)]))
  if (!schemas.has(word)) return value
  return Array.isArray(value) ? value.map((one) => sub(one, dialect)) : sub(value, dialect)
}

/** True and false are schemas too. */
function sub (value: unknown, dialect: Dialect): unknown {
  return typeof value === 'object' && value !== null ? inDialect(value as JsonSchema, dialect) : value
}

/** OpenAPI 3.0 has `nullable`, but neither several types nor tuples: their elements are one of several schemas. */
function inOpenApi ({ items, additionalItems, contentEncoding, type, const: only, ...schema }: JsonSchema): JsonSchema {
  const said: JsonSchema = { ...typed(type), ...schema, ...only !== undefined && { enum: [only] }, ...contentEncoding === 'base64' && { format: 'byte' } }
  if (Array.isArray(said['anyOf'])) return withoutNull(said, said['anyOf'])
  if (!Array.isArray(items)) return { ...said, ...items !== undefined && { items } }
  const different = new Map((items as unknown[]).map((one) => [JSON.stringify(one), one]))
  return { ...said, items: different.size === 1 ? items[0] as unknown : { anyOf: [...different.values()] } }
}

function typed (type: unknown): JsonSchema {
  if (!Array.isArray(type)) return type === undefined ? {} : { type }
  const names = type.filter((name) => name !== 'null')
  const nullable = names.length < type.length && { nullable: true }
  return names.length === 1 ? { type: names[0] as unknown, ...nullable } : { anyOf: names.map((name: unknown) => ({ type: name, ...nullable })) }
}

/** The type null does not exist: each of the others allows it. */
function withoutNull (schema: JsonSchema, anyOf: readonly unknown[]): JsonSchema {
  const others = anyOf.filter((one) => (one as JsonSchema)['type'] !== 'null')
  if (others.length === anyOf.length) return schema
  const [only] = others
  const all = others.map((one) => ({ ...one as JsonSchema, nullable: true }))
  return others.length === 1 && only !== undefined ? { ...schema, anyOf: undefined, ...all[0] } : { ...schema, anyOf: all }
}

/** The type null, and tuples as `prefixItems`. */
function in2020 ({ nullable, items, additionalItems, ...schema }: JsonSchema): JsonSchema {
  const { type } = schema
  const withNull = nullable !== true || type === undefined ? {} : { type: [type, 'null'].flat() }
  const elements = Array.isArray(items) ? { prefixItems: items, items: additionalItems ?? true } : { ...items !== undefined && { items } }
  return { ...schema, ...withNull, ...elements }
}
