// Routes whose types come from a model by way of a type provider: no second declaration, no cast. test/fastify/type-providers.test.ts runs the like.
import type { JsonSchemaToTsProvider } from '@fastify/type-provider-json-schema-to-ts'
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyTypeProvider } from 'fastify'
import { CQLAlchemy, type Create, type Json, type Key, type SchemaOf, type Update } from 'fastify-cqlalchemy'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import * as z from 'zod'
import type { Equal } from '../expect.js'

const db = new CQLAlchemy()
const c = db.columns
class Home extends db.UserType.define('home', { street: c.Text({ required: true }) }) {}
class User extends db.Model.define('user', {
  uid: c.UUID({ primaryKey: true }),
  name: c.Text({ required: true }),
  secret: c.Text({ hidden: true }),
  at: c.DateTime(),
  big: c.BigInt(),
  price: c.Decimal(),
  photo: c.Blob(),
  span: c.Duration(),
  time: c.Time(),
  day: c.Date(),
  ip: c.Inet(),
  tags: c.Set(c.Text),
  scores: c.Map(c.Text, c.Integer),
  home: c.UserDefinedType(Home),
  vector: c.Vector(c.Float, 3),
  pair: c.Tuple(c.Integer, c.Text)
}).as<User>() { greet () { return this.name } }

const create = User.toJSONSchema({ for: 'create' })
const update = User.toJSONSchema({ for: 'update' })
const key = User.toJSONSchema({ for: 'key' })
const row = User.toJSONSchema()
const named = User.toJSONSchema({ only: ['name'] })
const tags = User.toJSONSchema({ for: 'update', only: ['tags'] })
const values = User.toJSONSchema({ for: 'update', only: ['tags', 'at'], operations: false })
export const described: [
  Equal<typeof create['~type'], Create<User>>, Equal<typeof update['~type'], Update<User>>, Equal<typeof key['~type'], Key<User>>, Equal<typeof row['~type'], Json<User>>,
  Equal<typeof named['~type'], Pick<Json<User>, 'uid' | 'name'>>, Equal<keyof typeof tags['~type'], 'tags' | 'tags__add' | 'tags__remove'>,
  Equal<keyof typeof values['~type'], 'tags' | 'at'>
] = [true, true, true, true, true, true, true]
void [named, tags, values]
// @ts-expect-error -- a wrong option
User.toJSONSchema({ onyl: ['name'] })
// @ts-expect-error -- a wrong dialect
User.toJSONSchema({ dialect: 'draft-4' })
// @ts-expect-error -- hidden columns are in no row
void row['~type'].secret

const app = Fastify()

const typeBox = app.withTypeProvider<TypeBoxTypeProvider>()
typeBox.post('/', { schema: { body: create, response: { 200: row, 201: Type.Array(row), 202: named } } }, async (request, reply) => {
  const same: Equal<typeof request.body, Create<User>> = true
  void same
  await reply.code(201).send([await User.create(request.body)])
  const part = await User.objects.only('name').first()
  if (part !== null) await reply.code(202).send(part)
  // @ts-expect-error -- no row
  await reply.code(200).send({ nothing: 5 })
  return await User.create(request.body)
})
typeBox.patch('/:uid', { schema: { body: update, params: key } }, async (request) => { await User.filter(request.params).update(request.body) })

const jsonSchemaToTs = app.withTypeProvider<JsonSchemaToTsProvider>()
jsonSchemaToTs.post('/', { schema: { body: create, params: key, response: { 200: row, 201: { type: 'array', items: row } } } as const }, async (request, reply) => {
  const name: string = request.body.name
  // @ts-expect-error -- no such column
  void request.body.nmae
  void await User.get(request.params)
  await reply.code(201).send([await User.create(request.body)])
  if (name === '') return (await User.create(request.body)).toJSON()
  return await User.create(request.body)
})
jsonSchemaToTs.patch('/:uid', { schema: { body: update, params: key } }, async (request) => { await User.filter(request.params).update(request.body) })

/** Zod has no door for JSON schemas with types; this is one. */
function zodOf<T> (schema: Record<string, unknown> & { readonly '~type': T }) { return z.fromJSONSchema(schema).pipe(z.custom<T>()) }
app.withTypeProvider<ZodTypeProvider>().post('/', { schema: { body: zodOf(User.toJSONSchema({ for: 'create', dialect: '2020-12' })) } }, async (request) => {
  const same: Equal<typeof request.body, Create<User>> = true
  void same
  return (await User.create(request.body)).greet()
})

/** A provider of one's own. */
interface ModelTypes extends FastifyTypeProvider { validator: this['schema'] extends { readonly '~type': infer T } ? T : unknown }
app.withTypeProvider<ModelTypes>().patch('/:uid', { schema: { body: update, params: key } }, async (request) => { await User.filter(request.params).update(request.body) })

// As the standard itself declares it.
interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown, options?: { readonly libraryOptions?: Record<string, unknown> | undefined } | undefined) => Result<Output> | Promise<Result<Output>>
    readonly types?: { readonly input: Input, readonly output: Output } | undefined
  }
}
type Result<Output> =
  { readonly value: Output, readonly issues?: undefined }
  | { readonly issues: ReadonlyArray<{ readonly message: string, readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined }> }
type Output<S extends StandardSchemaV1> = NonNullable<S['~standard']['types']>['output']
declare function parse<S extends StandardSchemaV1> (schema: S, value: unknown): Output<S>
await User.create(parse(User.standard('create'), {}))
await User.filter(parse(User.standard('key'), {})).update(parse(User.standard('update'), {}))
// @ts-expect-error -- rows are no input
User.standard('row')
const result = User.standard('create')['~standard'].validate({})
if (result.issues === undefined) await User.create(result.value)
else void result.issues[0]?.path?.join('.')

export function list<M> (schema: SchemaOf<M>) { return { type: 'array', items: schema } }
void list(row)
