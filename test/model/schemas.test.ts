// JSON schemas of whole models with every type of column: valid documents of OpenAPI by the word of two validators, and bodies that pass where
// create, update and get take them.
import { Validator } from '@cfworker/json-schema'
import swagger from '@fastify/swagger'
import { validate as validateByReadme } from '@readme/openapi-parser'
import { Validator as Seriousme } from '@seriousme/openapi-schema-validator'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import * as z from 'zod'
import type { Dialect, SchemaOptions } from '../../src/core.js'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import fc from '../support/random.js'
import { scalars } from '../columns/random-types.js'

// A function that is a CommonJS module and its default export at once.
const addFormats = formats as unknown as (ajv: Ajv) => Ajv

const db = new CQLAlchemy()
class Home extends db.UserType.define('home', { street: c.Text({ required: true }), rooms: c.List(c.Integer), owner: c.Tuple(c.Text, c.Duration) }) {}
class Everything extends db.Model.define('everything', {
  id: c.Text({ partitionKey: true, description: 'who' }),
  day: c.Date({ primaryKey: true, validate: (day) => day.year > 2000 }),
  marks: c.Set(c.Integer, { primaryKey: true }),
  shared: c.Text({ static: true, maxLength: 5 }),
  ...Object.fromEntries(Object.entries(scalars).map(([cql, { column }]) => [cql, column])),
  name: c.Text({ required: true, minLength: 2, maxLength: 8 }),
  secret: c.Text({ hidden: true }),
  age: c.Integer({ required: true, default: 5 }),
  list: c.List(c.BigInt),
  set: c.Set(c.Inet, { required: true }),
  map: c.Map(c.UUID, c.Decimal),
  days: c.Map(c.Date, c.List(c.DateTime)),
  frozen: c.List(c.Set(c.Double, { frozen: true }), { frozen: true }),
  pair: c.Tuple(c.Float, c.Tuple(c.Boolean, c.Blob)),
  vector: c.Vector(c.Float, 3, { index: true }),
  home: c.UserDefinedType(Home),
  open: c.UserDefinedType(Home, { frozen: false }),
  homes: c.Map(c.Tuple(c.Integer, c.Text), c.UserDefinedType(Home)),
  own: c.custom<string>({ cql: 'text', toDatabase: String, fromDatabase: String, schema: { type: ['string', 'null'], const: 'x', examples: ['x'] } })()
}, { description: 'all there is' }).as<Everything>() {}
class Visits extends db.Model.define('visits', { id: c.BigInt({ primaryKey: true }), hits: c.Counter() }).as<Visits>() {}
class Pet extends db.Model.define('pet', { id: c.UUID({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }), pair: c.Tuple(c.Integer, c.Text) }).as<Pet>() {}
class Cat extends Pet.polymorphic('cat', { lives: c.Integer(), at: c.DateTime() }).as<Cat>() { static { this.register() } }
for (const model of [Everything, Visits, Pet]) model.register()

async function documentOf (openapi: '3.0.3' | '3.1.0', dialect: Dialect): Promise<object> {
  // Fastify's Ajv is one of draft 7, which does not know the word of 2020-12 for tuples.
  const app = Fastify({ ajv: { customOptions: { keywords: ['prefixItems'] } } })
  await app.register(swagger, {
    openapi: { openapi, info: { title: 'all', version: '1' } },
    refResolver: { buildLocalReference: ({ $id }, _uri, _fragment, i) => typeof $id === 'string' ? $id : `def-${i}` }
  })
  db.addSchemas(app, { dialect })
  for (const name of ['everything', 'visits', 'pet', 'cat']) routes(app, name)
  await app.ready()
  const document: object = app.swagger()
  await app.close()
  // As it is served.
  return JSON.parse(JSON.stringify(document)) as object
}

function routes (app: FastifyInstance, name: string): void {
  const response = { 200: { type: 'object', properties: { rows: { type: 'array', items: { $ref: `${name}#` } }, part: { $ref: `${name}.partial#` } } } }
  app.post(`/${name}`, { schema: { body: { $ref: `${name}.create#` }, response } }, () => ({}))
  app.patch(`/${name}`, { schema: { body: { $ref: `${name}.update#` }, querystring: { $ref: `${name}.key#` }, response } }, () => ({}))
}

for (const [version, dialect] of [['3.0.3', 'openapi-3.0'], ['3.1.0', '2020-12']] as const) {
  t.test(`an OpenAPI ${version} document of models with every type of column is valid, say two validators`, async (t) => {
    const document = await documentOf(version, dialect)
    t.strictSame(Object.keys((document as { components: { schemas: object } }).components.schemas).length, 20)
    const first = await new Seriousme().validate(structuredClone(document) as never)
    t.strictSame(first.valid ? [] : first.errors, [])
    const second = await validateByReadme(structuredClone(document) as never)
    t.ok(second.valid, JSON.stringify(second).slice(0, 1000))
  })
}

t.test('the two validators do refuse what is wrong', async (t) => {
  const document = await documentOf('3.0.3', 'fastify')
  t.notOk((await new Seriousme().validate(structuredClone(document) as never)).valid, 'tuples of draft 7')
  t.notOk((await validateByReadme(structuredClone(document) as never)).valid)
})

type Accepts = (value: unknown) => boolean
const strict = { strict: true, strictTypes: true, strictTuples: true } as const
const zodOf = (schema: object, defaultTarget: 'draft-2020-12' | 'openapi-3.0'): Accepts => {
  const zod = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema, { defaultTarget })
  return (value) => zod.safeParse(value).success
}
const validators: readonly (readonly [string, Dialect, (schema: object) => Accepts])[] = [
  ['Ajv, draft 7', 'fastify', (schema) => addFormats(new Ajv({ ...strict, allowUnionTypes: true })).compile(schema)],
  ['Ajv, OpenAPI 3.0', 'openapi-3.0', (schema) => addFormats(new Ajv(strict)).compile(schema)],
  ['zod, OpenAPI 3.0', 'openapi-3.0', (schema) => zodOf(schema, 'openapi-3.0')],
  ['Ajv, 2020-12', '2020-12', (schema) => addFormats(new Ajv2020(strict)).compile(schema)],
  ['cfworker, 2020-12', '2020-12', (schema) => { const validator = new Validator(schema, '2020-12'); return (value) => validator.validate(value).valid }],
  ['zod, 2020-12', '2020-12', (schema) => zodOf(schema, 'draft-2020-12')]
]

const home = { street: 'x', rooms: [1], owner: ['me', '1h'] }
const whole: Readonly<Record<string, unknown>> = {
  id: 'a',
  day: '2020-02-03',
  marks: [1],
  shared: 'all',
  text: '',
  ascii: 'x',
  blob: 'aGk=',
  int: 1,
  tinyint: -128,
  smallint: 2,
  bigint: '7',
  varint: 8,
  boolean: false,
  float: 1.5,
  double: 2,
  decimal: '1.50',
  timestamp: 0,
  date: '-0044-03-15',
  time: '10:11:12',
  duration: '1mo',
  uuid: '05c8f006-0000-4000-8000-000000000000',
  timeuuid: 'f47ac10b-58cc-1372-a567-0e02b2c3d479',
  inet: '::1',
  name: 'ada',
  secret: 's',
  age: 7,
  list: [1, '2'],
  set: ['127.0.0.1'],
  map: { '05c8f006-0000-4000-8000-000000000000': 1.5 },
  days: { '2020-02-03': [0, '2020-02-03T10:11:12Z'] },
  frozen: [[1]],
  pair: [1.5, [true, null]],
  vector: [1, 2, 3],
  home,
  open: { street: 'y' },
  homes: { '[1,"a"]': home },
  own: 'x'
}
const keys = ['id', 'day', 'marks'] as const
const others = [undefined, null, '', 'x', 5, -1.5, true, [], {}, [1], ['x', 5], { street: 5 }, { a: 1 }, '2020-02-03']
const changeOf = (names: readonly string[]): fc.Arbitrary<[string, unknown]> => fc.tuple(fc.constantFrom(...names, 'nothing'), fc.constantFrom(...others))
  // Shorter tuples are taken, which the schemas do not say; and what a column of one's own takes is for its schema to say.
  .filter(([name, value]) => name !== 'own' && !(name === 'pair' && Array.isArray(value)))
const change = changeOf(Object.keys(whole))
const bodies = fc.array(change, { maxLength: 2 }).map((changes) => JSON.parse(JSON.stringify({ ...whole, ...Object.fromEntries(changes) })) as Record<string, unknown>)
const operation = fc.constantFrom<[string, unknown]>(
  ['list__append', ['5']], ['list__append', ['x']], ['list__remove', [1]], ['set__add', ['::1']], ['set__add', ['x']], ['map__update', { '05c8f006-0000-4000-8000-000000000000': null }], ['map__update', { x: 1 }],
  ['map__remove', ['05c8f006-0000-4000-8000-000000000000']], ['map__remove', 5], ['frozen__append', [[1]]], ['set__append', ['::1']], ['name__add', ['x']]
)
const patches = fc.tuple(bodies, fc.subarray(Object.keys(whole).filter((name) => !keys.includes(name as never)), { maxLength: 6 }), fc.array(operation, { maxLength: 1 }), fc.array(change, { maxLength: 1 }))
  .map(([body, names, operations, changes]) => JSON.parse(JSON.stringify(Object.fromEntries([...names.map((name) => [name, body[name]]), ...operations, ...changes]))) as Record<string, unknown>)
const routeKeys = fc.array(changeOf(keys), { minLength: 1, maxLength: 2 }).map((changes): Record<string, unknown> => JSON.parse(JSON.stringify({ ...whole, ...Object.fromEntries(changes) })) as Record<string, unknown>).map((body) => Object.fromEntries(keys.map((name) => [name, body[name]]).filter(([, value]) => value !== undefined)) as Record<string, unknown>)

/** What differs from {@link whole}. */
const changed = (value: Readonly<Record<string, unknown>>): string => JSON.stringify(Object.fromEntries(Object.entries(value)
  .filter(([name, one]) => JSON.stringify(whole[name]) !== JSON.stringify(one)).concat(Object.keys(whole).filter((name) => !(name in value)).slice(0, 3).map((name) => [name, 'missing']))))

/** What no schema of all dialects can say. */
const unsaid = /base64|assigned and changed|cosine|^(day|marks|name): must not be null/

for (const [purpose, values] of [['create', bodies], ['update', patches], ['key', routeKeys]] as const) {
  for (const [name, dialect, make] of validators) {
    t.test(`${name}: ${purpose} takes and refuses as the schema does`, async (t) => {
      const accepts = make(Everything.toJSONSchema({ for: purpose, dialect } as SchemaOptions))
      const standard = Everything.standard(purpose)['~standard']
      const wrong: string[] = []
      let [taken, refused] = [0, 0]
      fc.assert(fc.property(values, (value) => {
        const { issues } = standard.validate(value) as { issues?: { message: string, path?: string[] }[] }
        const said = issues?.map(({ message, path }) => `${path?.join('.') ?? ''}: ${message}`)
        if (said === undefined) taken++
        else refused++
        if (said === undefined && !accepts(value)) wrong.push(`refuses ${changed(value)}`)
        const isOpenApi = dialect === 'openapi-3.0' && said?.some((one) => /^(map|days|homes|pair)|entry|owner/.test(one)) === true
        if (said !== undefined && !isOpenApi && !said.some((one) => unsaid.test(one)) && accepts(value)) wrong.push(`takes ${changed(value)}: ${said.join('; ')}`)
      }), { numRuns: 300 })
      t.strictSame([...new Set(wrong)].slice(0, 3), [])
      t.ok(taken > 20 && refused > 20, `${taken} taken, ${refused} refused`)
    })
  }
}

t.test('what is written of a family\'s child, of counters, and of static columns alone', async (t) => {
  const id = '05c8f006-0000-4000-8000-000000000000'
  for (const [name, dialect, make] of validators) {
    const cat = make(Cat.toJSONSchema({ for: 'create', dialect }))
    t.strictSame([{ id }, { id, kind: 'cat', lives: 9 }, { id, kind: 'dog' }, {}].map(cat), [true, true, false, false], `${name}: a child's kind is its own`)
    const visits = make(Visits.toJSONSchema({ for: 'create', dialect }))
    t.strictSame([{ id: 1 }, { id: '1' }, { id: 1, hits: 5 }].map(visits), [true, true, false], `${name}: counters are only changed`)
    const everything = make(Everything.toJSONSchema({ for: 'create', dialect }))
    t.strictSame([{ id: 'a', shared: 'x' }, { shared: 'x' }].map(everything), [true, false], `${name}: static columns need the partition key alone`)
  }
})

t.test('a partition with static values alone has no row of its own: answers say null, not 0 or an empty text', async (t) => {
  class Post extends db.Model.define('post', { blog: c.Text({ partitionKey: true }), at: c.Integer({ primaryKey: true }), motto: c.Text({ static: true, required: true }), text: c.Text({ required: true }) }).as<Post>() {}
  const row = Post.hydrate({ blog: 'cats', at: null, motto: 'meow', text: null } as never)
  for (const [name, dialect, make] of validators) t.ok(make(Post.toJSONSchema({ dialect }))(JSON.parse(JSON.stringify(row)) as object), name)
  const app = Fastify()
  app.get('/', { schema: { response: { 200: Post.toJSONSchema() } } }, () => row)
  t.strictSame((await app.inject('/')).json(), { blog: 'cats', at: null, motto: 'meow', text: null })
  await app.close()
  const { blog, motto } = Post.toJSONSchema()['properties'] as Record<string, object>
  t.strictSame([blog, motto], [{ type: 'string' }, { type: 'string' }], 'what a partition has is as sure as ever')
})

t.test('rules judge what is stored: a key that is searched may be anything of its type', async (t) => {
  class Ruled extends db.Model.define('ruled', { id: c.Text({ primaryKey: true, maxLength: 3, description: 'who' }) }).as<Ruled>() {}
  t.strictSame(Ruled.toJSONSchema({ for: 'key' })['properties'], { id: { type: 'string', minLength: 1, description: 'who' } })
  t.strictSame(Ruled.toJSONSchema({ for: 'create' })['properties'], { id: { type: 'string', minLength: 1, maxLength: 3, description: 'who' } })
})

t.test('rows and nulls pass Fastify\'s routes in each dialect, tuples too', async (t) => {
  const rows = [new Everything({ ...whole, pair: [1.5, null] } as never), new Everything({ id: 'a', day: '2020-02-03', marks: [1], name: 'ada' })]
  for (const dialect of ['fastify', 'openapi-3.0', '2020-12'] as const) {
    const app = Fastify({ ajv: { customOptions: { keywords: ['prefixItems'] } } })
    db.addSchemas(app, { dialect })
    app.get('/', { schema: { response: { 200: { type: 'array', items: { $ref: 'everything#' } } } } }, () => rows)
    app.post('/', { schema: { body: { $ref: 'everything.create#' } } }, (request) => new Everything(request.body as never))
    t.strictSame((await app.inject('/')).json(), JSON.parse(JSON.stringify(rows)), dialect)
    for (const row of rows) {
      const payload = JSON.parse(JSON.stringify(row)) as object
      t.strictSame((await app.inject({ method: 'POST', url: '/', payload })).json(), payload, `${dialect}: a row is a body`)
    }
    await app.close()
  }
})
