// What a column takes, its JSON schema takes, in each dialect and by the word of several validators; and what it refuses the schema refuses, as far as
// JSON schemas can say it.
import { Validator } from '@cfworker/json-schema'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import t from 'tap'
import * as z from 'zod'
import type { AnyColumn } from '../../src/cqlengine/columns/column.js'
import { checkValue } from '../../src/cqlengine/columns/check.js'
import { columnSchema } from '../../src/cqlengine/columns/column-schema.js'
import { InvalidValue, type JsonSchema } from '../../src/cqlengine/columns/cql-type.js'
import { type Dialect, inDialect } from '../../src/cqlengine/columns/dialect.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { nullable } from '../../src/cqlengine/columns/schema.js'
import { types } from '../../src/cqlengine/driver.js'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import fc from '../support/random.js'
import { nested, type Sample, singles } from './random-types.js'

type Accepts = (value: unknown) => boolean

// A function that is a CommonJS module and its default export at once.
const addFormats = formats as unknown as (ajv: Ajv) => Ajv
/** Strict: no warning of Ajv's may reach a console. */
const options = { strict: true, strictTypes: true, strictTuples: true } as const

/** JSON, as a validator gets it. */
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const validators: Readonly<Record<string, { dialect: Dialect, make: (schema: JsonSchema, own?: { allowUnionTypes: true }) => Accepts }>> = {
  'Ajv, draft 7': { dialect: 'fastify', make: (schema, own) => addFormats(new Ajv({ ...options, ...own })).compile(schema) },
  'Ajv, draft 7, for OpenAPI 3.0': { dialect: 'openapi-3.0', make: (schema, own) => addFormats(new Ajv({ ...options, ...own })).compile(schema) },
  'zod, for OpenAPI 3.0': { dialect: 'openapi-3.0', make: (schema) => zodOf(schema, 'openapi-3.0') },
  'Ajv, 2020-12': { dialect: '2020-12', make: (schema, own) => addFormats(new Ajv2020({ ...options, ...own })).compile(schema) },
  'cfworker, 2020-12': { dialect: '2020-12', make: (schema) => { const validator = new Validator(schema, '2020-12'); return (value) => validator.validate(value).valid } },
  'zod, 2020-12': { dialect: '2020-12', make: (schema) => zodOf(schema, 'draft-2020-12') }
}

function zodOf (schema: JsonSchema, defaultTarget: 'draft-2020-12' | 'openapi-3.0'): Accepts {
  const zod = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema, { defaultTarget })
  return (value) => zod.safeParse(value).success
}

/** The rule that a value breaks; undefined for one that the column takes. */
function broken (column: AnyColumn, value: unknown): string | undefined {
  try {
    checkValue(column, value)
    return undefined
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    return error.rule
  }
}

/** JSON schemas have no words for the rest: numbers in texts that are too large, days that no month has, half surrogate pairs. */
const sayable = new Set(['type', 'unknown', 'null', 'required', 'empty', 'length', 'syntax', 'version'])
/** Blobs may be megabytes, which no pattern should have to walk. Keys of maps that are no texts themselves are JSON in a text. Digits are not counted. */
const unsaid = (cql: string, rule: string, dialect: Dialect): boolean => !sayable.has(rule) ||
  (rule === 'syntax' && /blob/.test(cql)) || (rule === 'length' && /decimal/.test(cql)) || /map<frozen/.test(cql) ||
  // OpenAPI 3.0 has words neither for the names of properties nor for tuples.
  (dialect === 'openapi-3.0' && /map<|tuple</.test(cql))

const numbers = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -129, 128, 40000, 2 ** 31, 2 ** 53, 1e39, -8.64e15, 8.64e15 + 1))
const texts = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom(
  '', '5', '-5', '+5', '1.5', '.5', '5.', '1e5', '1.5E-3', 'NaN', '0x10', '2020-02-03', '+2020-02-03', '-0044-03-15', '12345-01-01', '123456789-01-01', '2020-2-3', '2020-02-03T10:11:12Z', '2020-02-03T10:11Z',
  '2020-02-03 10:11:12.5+01', '2020-02-03t10:11:12z', '+012345-01-01T00:00:00.000Z', '2020-02-03T10:11:12', '10:11:12', '10:11', '24:00:00', '1y2mo3d', '1Y2MO', '3d2mo', 'P1Y', 'PT5S', 'P3W', 'p1y', '-1h', '10us', '10µs', '',
  '05c8f006-0000-1000-8000-000000000000', '05C8F00600001000800000000000000F', '{05c8f006-0000-4000-8000-000000000000}', 'urn:uuid:05c8f006-0000-4000-8000-000000000000', '05c8f006-0000-4000-8000', '127.0.0.1', '::1', 'fe80::1%eth0',
  '::ffff:1.2.3.4', '1.2.3', '01.2.3.4', 'aGk=', 'aGk', 'a', 'ä', '😀', 'true', '[1]'
))
const anything = fc.oneof({ weight: 3, arbitrary: texts }, { weight: 3, arbitrary: numbers }, { weight: 1, arbitrary: fc.boolean() }, { weight: 1, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 2 }) })
/** Collections of what may be right and what may not. */
const collections = fc.oneof(fc.array(anything, { maxLength: 4 }), fc.dictionary(fc.oneof(texts, fc.constantFrom('name', 'numbers')), anything, { maxKeys: 3 }))

/** A value of the type, with something in it replaced. */
const damaged = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.tuple(values, anything, fc.nat(), fc.constantFrom('replace', 'add', 'drop')).map(([value, other, at, how]) => {
  if (typeof value !== 'object' || value === null) return other
  const copy: unknown = json(value)
  if (Array.isArray(copy)) {
    if (how === 'add') copy.push(other)
    else if (how === 'drop') copy.pop()
    else if (copy.length > 0) copy[at % copy.length] = other
    return copy
  }
  const record = copy as Record<string, unknown>
  const key = how === 'add' ? String(other) : Object.keys(record)[at % Math.max(Object.keys(record).length, 1)] ?? 'name'
  if (how === 'drop') Reflect.deleteProperty(record, key)
  else record[key] = other
  return record
})

const db = new CQLAlchemy()
class Place extends db.UserType.define('place', { name: c.Text({ required: true, maxLength: 5 }), numbers: c.List(c.Integer), secret: c.Text({ hidden: true, required: true, default: 's' }), at: c.DateTime() }) {}
const places = fc.record({ name: fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme-ascii' }), numbers: fc.array(fc.integer()), at: fc.option(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })) }, { requiredKeys: ['name'] })
  .map((values) => c.UserDefinedType(Place).type.convert(values))
const sample = (column: AnyColumn, values: fc.Arbitrary<unknown>): Sample => ({ column, values, inner: values })
const uuids = fc.constantFrom('05c8f006-0000-4000-8000-000000000000', 'f47ac10b-58cc-1372-a567-0e02b2c3d479').map((text) => types.Uuid.fromString(text))

const ruled: readonly Sample[] = [
  sample(c.Text({ required: true }), fc.string({ minLength: 1, maxLength: 4, unit: 'grapheme' })), sample(c.Text({ minLength: 2, maxLength: 3 }), fc.constantFrom('ab', '😀😀😀')),
  sample(c.List(c.Text({ maxLength: 3 })), fc.array(fc.string({ maxLength: 3, unit: 'grapheme-ascii' }))), sample(c.Map(c.Text({ minLength: 2 }), c.Integer), fc.constantFrom(new Map([['ab', 1]]))),
  sample(c.UserDefinedType(Place), places), sample(c.UserDefinedType(Place, { frozen: false }), places), sample(c.List(c.UserDefinedType(Place)), fc.array(places, { maxLength: 2 })),
  sample(c.Map(c.UUID, c.UserDefinedType(Place)), fc.tuple(uuids, places).map((entry) => new Map([entry]))), sample(c.Tuple(c.UserDefinedType(Place), c.Integer), fc.tuple(places, fc.integer())),
  sample(c.Vector(c.Float, 2, { index: true }), fc.constantFrom(Float32Array.of(1, 2)))
]
const kept = ({ column }: Sample): boolean => !/\b(timestamp|date)\b/.test(column.cql)
const samples: readonly Sample[] = [...singles, ...ruled, ...fc.sample(nested(2).filter(kept), 8)]

/** Columns take tuples without their last elements; a schema that says so makes Ajv print warnings. */
const isShortTuple = (column: AnyColumn, given: unknown): boolean => /tuple</.test(column.cql) && JSON.stringify(column.type.toJSON(column.type.convert(given))) !== JSON.stringify(given)

for (const [name, { dialect, make }] of Object.entries(validators)) {
  t.test(`${name}: what columns take and refuse, so do their schemas`, async (t) => {
    let [taken, refused] = [0, 0]
    for (const { column, values } of samples) {
      const schema = columnSchema(column, 'input')
      const accepts = make(inDialect(column.options.required === true ? schema : nullable(schema), dialect, 'input'))
      const forms = values.map((value) => column.type.toJSON(value))
      const wrong: string[] = []
      fc.assert(fc.property(fc.oneof(forms, damaged(forms), anything, collections), (value) => {
        const given = json(value)
        const rule = broken(column, given)
        if (rule === undefined) taken++
        if (rule === undefined && !accepts(given) && !isShortTuple(column, given)) wrong.push(`refuses ${JSON.stringify(given)}`)
        if (rule === undefined || unsaid(column.cql, rule, dialect)) return
        refused++
        if (accepts(given)) wrong.push(`takes ${JSON.stringify(given)}, which breaks the rule ${rule}`)
      }), { numRuns: 25 })
      t.strictSame([...new Set(wrong)].slice(0, 5), [], column.cql)
    }
    t.ok(taken > 500 && refused > 500, `${taken} taken, ${refused} refused`)
  })
}

/** Of years that the formats of JSON schemas know. */
const isNear = (value: unknown): boolean => !/"[+-]?\d{5,7}-\d\d-\d\d|"[+-]\d+-\d\d-\d\d|"0000-/.test(JSON.stringify(value))

for (const [name, { dialect, make }] of Object.entries(validators)) {
  t.test(`${name}: what columns give, the schemas of rows take, null too`, async (t) => {
    // Zod takes UUIDs of RFC 9562 only, Cassandra any 16 bytes.
    for (const { column, values } of samples.filter(({ column }) => !name.startsWith('zod') || !column.cql.includes('uuid'))) {
      const accepts = make(inDialect(nullable(columnSchema(column, 'output')), dialect, 'output'))
      const wrong: unknown[] = accepts(null) ? [] : [null]
      fc.assert(fc.property(values.map((value) => json(column.type.toJSON(value))).filter(isNear), (value) => {
        if (!accepts(value)) wrong.push(value)
      }), { numRuns: 10 })
      t.strictSame(wrong.slice(0, 2), [], column.cql)
    }
  })
}

t.test('schemas of custom columns in each dialect', async (t) => {
  const given = [
    { enum: ['a', 'b'] }, { const: 'a' }, { type: 'string', const: 'a' }, { type: 'string', enum: ['a'] }, { type: ['string', 'null'] }, { type: 'string', anyOf: [{ type: 'string', pattern: 'a' }, { maxLength: 2 }] },
    { oneOf: [{ type: 'string', maxLength: 3 }, { type: 'integer', minimum: 5 }] }, { type: ['string', 'integer'], minLength: 1, maximum: 9 }, { anyOf: [{ type: 'string' }, { type: 'null' }], description: 'a text' },
    { type: 'string', description: 'a text', examples: ['a'], minLength: 1 }, {}
  ]
  for (const { dialect, make } of Object.values(validators)) {
    for (const schema of given) {
      const accepts = make(inDialect(nullable(schema), dialect, 'output'), { allowUnionTypes: true })
      t.strictSame([accepts('a'), accepts(null)], [true, true], `${dialect} ${JSON.stringify(schema)}`)
      if (Object.keys(schema).length > 0) t.equal(accepts({}), false, `${dialect} ${JSON.stringify(schema)}`)
    }
  }
})
