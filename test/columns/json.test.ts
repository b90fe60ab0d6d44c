// JSON forms and their schemas (fastify.md 2.1), through real routes: what a route answers with, a body may bring back.
import fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import type { AnyColumn } from '../../src/cqlengine/columns/column.js'
import { columnSchema } from '../../src/cqlengine/columns/column-schema.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { types } from '../../src/cqlengine/driver.js'
import fc from '../support/random.js'
import { brokenRule } from './broken-rule.js'
import { nested, type Sample, scalars, singles } from './random-types.js'

// JSON has no NaN, infinities and -0, and the date formats of JSON schema end with the year 9999.
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0)
const inYears: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  double: finite,
  float: fc.float({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
  timestamp: fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
  date: fc.integer({ min: -719_162, max: 2_932_896 }).map((days) => types.LocalDate.fromString(String(days)))
}
const jsonScalars = Object.entries(scalars).map(([cql, sample]): Sample => {
  const values = inYears[cql] ?? sample.values
  return { ...sample, values, inner: values }
})
const fits = ({ column }: Sample): boolean => !/\b(double|float|timestamp|date)\b/.test(column.cql)
const samples: readonly Sample[] = [...jsonScalars, ...singles.filter(fits), ...fc.sample(nested(2).filter(fits), 30)]

function routes (): FastifyInstance {
  const app = fastify()
  samples.forEach(({ column }, i) => {
    const schema = {
      body: { type: 'object', properties: { v: columnSchema(column, 'input') }, required: ['v'] },
      response: { 200: { type: 'object', properties: { v: columnSchema(column, 'output') } } }
    }
    app.post(`/${i}`, { schema }, (request) => ({ v: column.type.toJSON(column.type.convert((request.body as { v: unknown }).v)) }))
  })
  return app
}

t.test('every column accepts its own JSON form, alone and through a route', async (t) => {
  const app = routes()
  await app.ready()
  for (const [i, { column: { type }, values }] of samples.entries()) {
    await fc.assert(fc.asyncProperty(values, async (value) => {
      const json = JSON.stringify({ v: type.toJSON(value) })
      const back = type.convert((JSON.parse(json) as { v: unknown }).v)
      if (!type.equals(value, back)) throw new Error(`${type.cql}: otherwise in JSON`)
      const answer = await app.inject({ method: 'POST', url: `/${i}`, headers: { 'content-type': 'application/json' }, payload: json })
      if (answer.statusCode !== 200) throw new Error(`${type.cql}: ${answer.body}`)
      if (!type.equals(value, type.convert((answer.json() as { v: unknown }).v))) throw new Error(`${type.cql}: otherwise in the answer`)
    }), { numRuns: 6, endOnFailure: true })
    t.pass(type.cql)
  }
  await app.close()
})

t.test('extremes that the formats of JSON schema do not know', (t) => {
  for (const [{ type }, value] of [
    [c.DateTime(), new Date(-8.64e15)], [c.DateTime(), new Date(8.64e15)], [c.Date(), types.LocalDate.fromString('-2147483648')], [c.Date(), types.LocalDate.fromString('2147483647')],
    [c.Decimal(), c.Decimal().type.convert('1e-9999')]
  ] as const) t.ok(type.equals(value, type.convert(JSON.parse(JSON.stringify(type.toJSON(value))))), type.cql)
  t.end()
})

t.test('NaN and the infinities are null, which a route passes on', async (t) => {
  const app = fastify()
  const row = { type: 'object', properties: { d: columnSchema(c.Double(), 'output'), l: columnSchema(c.List(c.Float), 'output'), v: columnSchema(c.Vector(c.Float, 2), 'output') } }
  app.get('/', { schema: { response: { 200: row } } }, () => ({
    d: c.Double().type.toJSON(NaN), l: c.List(c.Float).type.toJSON([Infinity, 1]), v: c.Vector(c.Float, 2).type.toJSON(Float32Array.of(NaN, 2))
  }))
  const answer = await app.inject('/')
  t.equal(answer.statusCode, 200)
  t.strictSame(answer.json(), { d: null, l: [null, 1], v: [null, 2] })
  t.equal(c.DateTime().type.toJSON(new Date(NaN)), null)
  await app.close()
})

t.test('the forms and schemas of table 2.1', (t) => {
  const form = ({ type }: AnyColumn, value: unknown): unknown => type.toJSON(type.convert(value))
  t.equal(form(c.BigInt(), 2n ** 53n + 1n), '9007199254740993')
  t.equal(form(c.Blob(), Buffer.from('hi')), 'aGk=')
  t.equal(form(c.Duration(), '1mo2d3s'), '1mo2d3s')
  t.equal(form(c.Date(), '2020-02-03'), '2020-02-03')
  t.equal(form(c.DateTime(), 0), '1970-01-01T00:00:00.000Z')
  t.strictSame(form(c.Set(c.BigInt), [1, 2]), ['1', '2'])
  t.strictSame(form(c.Map(c.Integer, c.Blob), new Map([[5, Buffer.from('hi')]])), { 5: 'aGk=' })
  t.strictSame(form(c.Map(c.Boolean, c.Integer), { true: 1, false: 0 }), { true: 1, false: 0 })
  t.strictSame(form(c.Map(c.Double, c.Integer), new Map([[NaN, 1], [-Infinity, 2], [1e21, 3]])), { NaN: 1, '-Infinity': 2, 1e+21: 3 })
  t.strictSame(form(c.Map(c.Tuple(c.Integer, c.Text), c.Integer), { '[1,"a"]': 5 }), { '[1,"a"]': 5 })
  t.strictSame(form(c.Tuple(c.BigInt, c.Text), [5]), ['5', null])

  const output = (column: AnyColumn): unknown => columnSchema(column, 'output')
  const input = (column: AnyColumn): unknown => columnSchema(column, 'input')
  t.strictSame(output(c.UUID()), { type: 'string', format: 'uuid' })
  t.strictSame(output(c.BigInt()), { type: 'string', pattern: '^-?\\d+$' })
  t.strictSame(output(c.TinyInt()), { type: 'integer', minimum: -128, maximum: 127 })
  t.strictSame(output(c.DateTime()), { type: 'string', format: 'date-time' })
  t.strictSame(output(c.Date()), { type: 'string', format: 'date' })
  t.strictSame(output(c.Inet()), { type: 'string' })
  t.strictSame(input(c.Inet()), { anyOf: [{ type: 'string', format: 'ipv4' }, { type: 'string', format: 'ipv6' }] })
  t.strictSame(output(c.Blob()), { type: 'string', contentEncoding: 'base64' })
  t.strictSame(input(c.Double()), { type: 'number' })
  t.strictSame(output(c.Set(c.Text)), { type: 'array', items: { type: 'string' }, uniqueItems: true })
  t.strictSame(output(c.Map(c.UUID, c.Integer)), { type: 'object', additionalProperties: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 } })
  t.strictSame(output(c.Tuple(c.Text, c.Boolean)), { type: 'array', items: [{ type: 'string', nullable: true }, { type: 'boolean', nullable: true }], minItems: 2, maxItems: 2, additionalItems: false })
  t.strictSame(input(c.Vector(c.Double, 3)), { type: 'array', items: { type: 'number' }, minItems: 3, maxItems: 3 })
  t.strictSame(input(c.Text({ required: true, maxLength: 5, description: 'a name' })), { type: 'string', minLength: 1, maxLength: 5, description: 'a name' })
  t.strictSame(input(c.List(c.Text({ maxLength: 5 }))), { type: 'array', items: { type: 'string', maxLength: 5 } })
  t.end()
})

t.test('a map key in a plain object that is no JSON form of its type', (t) => {
  const rule = (column: AnyColumn, value: unknown): string => brokenRule(() => column.type.convert(value))
  t.equal(rule(c.Map(c.Boolean, c.Text), { yes: 'a' }), 'syntax')
  t.equal(rule(c.Map(c.Integer, c.Text), { '"5"': 'a' }), 'type')
  t.equal(rule(c.Map(c.UUID, c.Text), { 5: 'a' }), 'syntax')
  t.equal(rule(c.Map(c.Tuple(c.Integer), c.Text), { '[1': 'a' }), 'syntax')
  t.equal(rule(c.Map(c.Tuple(c.Integer), c.Text), { '{}': 'a' }), 'type')
  t.end()
})
