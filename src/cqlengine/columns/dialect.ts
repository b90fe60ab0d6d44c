// JSON schemas are made in the dialect of Fastify: draft 7 with the word `nullable`. This says the same in others.
import type { JsonSchema } from './cql-type.js'
import { alsoNull } from './schema.js'

export const dialects = ['fastify', 'openapi-3.0', '2020-12'] as const
/** Of JSON schema: Fastify's (draft 7 with `nullable`), that of OpenAPI 3.0, or the current draft. */
export type Dialect = typeof dialects[number]

type Direction = 'input' | 'output'

/** The schema in another dialect, at every depth. */
export function inDialect (schema: JsonSchema, dialect: Dialect, direction: Direction): JsonSchema {
  switch (dialect) {
    case 'fastify': return direction === 'input' ? schema : atEveryDepth(schema, inAnswers)
    case 'openapi-3.0': return atEveryDepth(schema, (inner) => inOpenApi(inner, direction))
    case '2020-12': return atEveryDepth(schema, in2020)
  }
}

type Say = (inner: JsonSchema) => JsonSchema

const schemas: ReadonlySet<string> = new Set([
  'items', 'additionalItems', 'additionalProperties', 'propertyNames', 'contains', 'not', 'if', 'then', 'else', 'anyOf',
  'oneOf', 'allOf'
])
const maps: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'definitions'])

function atEveryDepth (schema: JsonSchema, say: Say): JsonSchema {
  return say(Object.fromEntries(Object.entries(schema).map(([word, value]) => [word, within(word, value, say)])))
}

function within (word: string, value: unknown, say: Say): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (maps.has(word)) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, sub(one, say)]))
  if (!schemas.has(word)) return value
  return Array.isArray(value) ? value.map((one) => sub(one, say)) : sub(value, say)
}

/** True and false are schemas too. */
function sub (value: unknown, say: Say): unknown {
  return typeof value === 'object' && value !== null ? atEveryDepth(value as JsonSchema, say) : value
}

// ------------------------------------------------------------------------------------------------ Fastify's answers

/** fast-json-stringify looks at the type of each element of a tuple, and refuses every value of one without a type. */
function inAnswers (schema: JsonSchema): JsonSchema {
  const { items, additionalItems, ...rest } = schema
  const everyHasType = !Array.isArray(items) || (items as JsonSchema[]).every(({ type }) => type !== undefined)
  return everyHasType ? schema : { ...rest, items: oneOfAll(items as JsonSchema[], 'output') }
}

// ------------------------------------------------------------------------------------------------ OpenAPI 3.0

/** What a schema of OpenAPI 3.0 may say, by the type that each word is about; the rest is left out. */
const wordsOf: Readonly<Record<string, readonly string[]>> = {
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'format'],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'format'],
  boolean: [],
  array: ['items', 'minItems', 'maxItems', 'uniqueItems'],
  object: ['properties', 'required', 'additionalProperties', 'minProperties', 'maxProperties', 'discriminator', 'xml']
}
const generalWords = [
  'title', 'description', 'default', 'example', 'enum', 'nullable', 'readOnly', 'writeOnly', 'deprecated',
  'externalDocs', 'anyOf', 'oneOf', 'allOf', 'not', '$ref'
]
const allWords: ReadonlySet<string> = new Set([...generalWords, ...Object.values(wordsOf).flat()])

/**
 * It has `nullable`, but neither the type null, nor several types, nor tuples, whose elements are one of several
 * schemas.
 */
function inOpenApi ({ type, ...given }: JsonSchema, direction: Direction): JsonSchema {
  const schema = withoutNull(openApiWords(given, direction))
  const names = (Array.isArray(type) ? type as unknown[] : type === undefined ? [] : [type]).filter((name) =>
    name !== 'null') as string[]
  const isNullable = schema['nullable'] === true || (Array.isArray(type) && names.length < type.length)
  if (type === 'null') return { ...schema, type: 'string', nullable: true, enum: [null] }
  const orNull = isNullable && { nullable: true }
  if (names.length <= 1) {
    return {
      ...names.length === 1 && { type: names[0] },
      ...schema,
      ...orNull,
      ...names[0] === 'array' && schema['items'] === undefined && { items: {} }
    }
  }
  const { nullable, ...rest } = schema
  const shared = Object.fromEntries(
    Object.entries(rest).filter(([word]) => !names.some((name) => wordsOf[name]?.includes(word)))
  )
  const own = (name: string): JsonSchema =>
    Object.fromEntries(Object.entries(rest).filter(([word]) => wordsOf[name]?.includes(word)))
  return { ...shared, anyOf: names.map((name) => ({ type: name, ...own(name), ...orNull })) }
}

function openApiWords (
  { items, contentEncoding, const: only, ...given }: JsonSchema, direction: Direction
): JsonSchema {
  const schema: Record<string, unknown> = Object.fromEntries(
    Object.entries(given).filter(([word]) => allWords.has(word) || word.startsWith('x-'))
  )
  if (only !== undefined) schema['enum'] = [only]
  if (contentEncoding === 'base64') schema['format'] = 'byte'
  if (Array.isArray(items)) schema['items'] = oneOfAll(items, direction)
  else if (items !== undefined) schema['items'] = typeof items === 'boolean' ? {} : items
  for (const [bound, exclusive] of [['minimum', 'exclusiveMinimum'], ['maximum', 'exclusiveMaximum']] as const) {
    if (typeof schema[exclusive] === 'number') Object.assign(schema, { [bound]: schema[exclusive], [exclusive]: true })
  }
  return schema
}

/** One schema for all elements of a tuple: any of theirs, where nobody takes a value of one for that of another. */
function oneOfAll (items: readonly unknown[], direction: Direction): unknown {
  const different = [...new Map(items.map((one) => [JSON.stringify(one), one])).values()]
  if (different.length === 1) return items[0]
  const isMistaken = direction === 'input' ? isConverted : isAmbiguous
  return isMistaken(different) ? {} : { anyOf: different }
}

/**
 * Whether Ajv, as Fastify has it, changes an element for the first of these that it fits then: the number 1 becomes the
 * text "1", the elements of an array likewise, and objects lose the properties that the first does not have.
 */
function isConverted (items: readonly unknown[]): boolean {
  const types = new Set(items.flatMap(typesIn).map((type) => type === 'integer' ? 'number' : type))
  return types.size > 1 || types.has('array') || types.has('object')
}

function typesIn (schema: unknown): readonly unknown[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { type, anyOf = [], oneOf = [], allOf = [] } = schema as JsonSchema
  return [...type === undefined ? [] : [type].flat(), ...[anyOf, oneOf, allOf].flat().flatMap(typesIn)]
}

/** Whether fast-json-stringify takes an object for another one, and leaves out what that does not have. */
function isAmbiguous (items: readonly unknown[]): boolean {
  return items.filter((one) => JSON.stringify(one).includes('"object"')).length > 1
}

/** The type null does not exist, and has become {@link isNull}: each of the others allows it instead. */
function withoutNull (schema: JsonSchema): JsonSchema {
  const { anyOf, ...rest } = schema
  if (!Array.isArray(anyOf) || !anyOf.some(isNull)) return schema
  const given = (anyOf as JsonSchema[]).filter((one) => !isNull(one))
  if (!given.every(canBeNullable)) return schema
  const others = given.map(withNull)
  return others.length === 1 ? { ...others[0], ...rest } : { ...rest, anyOf: others }
}

function isNull (schema: JsonSchema): boolean {
  const { enum: values } = schema
  return Array.isArray(values) && values.length === 1 && values[0] === null
}

/** Without a type the word `nullable` says nothing. */
function canBeNullable ({ type, anyOf, ...rest }: JsonSchema): boolean {
  if (['const', 'oneOf', 'allOf', 'not', '$ref'].some((word) => word in rest)) return false
  return type !== undefined ? anyOf === undefined : Array.isArray(anyOf) && (anyOf as JsonSchema[]).every(canBeNullable)
}

function withNull (schema: JsonSchema): JsonSchema {
  const { anyOf } = schema
  return Array.isArray(anyOf) ? { ...schema, anyOf: (anyOf as JsonSchema[]).map(withNull) } : alsoNull(schema)
}

// ----------------------------------------------------------------------------------------- 2020-12, of OpenAPI 3.1 too

/** The type null, and tuples as `prefixItems`. */
function in2020 ({ nullable, items, additionalItems, ...schema }: JsonSchema): JsonSchema {
  const { type } = schema
  const types = nullable !== true || type === undefined ? {} : { type: [...new Set([type, 'null'].flat())] }
  return { ...schema, ...types, ...elements(items, additionalItems, 'maxItems' in schema) }
}

/**
 * `items: false` only where nothing else bounds a tuple: readers of older drafts, Fastify's Ajv among them, take it for
 * all elements.
 */
function elements (items: unknown, additionalItems: unknown, isBounded: boolean): JsonSchema {
  if (!Array.isArray(items)) return items === undefined ? {} : { items }
  return { prefixItems: items, ...additionalItems !== undefined && !isBounded && { items: additionalItems } }
}
