// The type providers at run time: their compilers take the model's schemas. What they mean for the compiler is in test/types/providers.
import type { JsonSchemaToTsProvider } from '@fastify/type-provider-json-schema-to-ts'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import t from 'tap'
import * as z from 'zod'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import type { Create } from '../../src/core.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'

const db = new CQLAlchemy()
class User extends db.Model.define('user', { id: c.Integer({ primaryKey: true }), name: c.Text({ required: true }), at: c.DateTime(), pair: c.Tuple(c.Integer, c.Text), tags: c.Set(c.Text) }).as<User>() {}
const good: Create<User> = { id: 1, name: 'ada', at: null, pair: [1, null], tags: ['a'] }
const answer = { id: 1, name: 'ada', at: null, pair: [1, null], tags: ['a'] }
const bad = [{ ...good, name: 5 }, { id: 1 }, { ...good, pair: 'x' }, { ...good, at: 'yesterday' }]

t.test('TypeBox', async (t) => {
  const app = Fastify({ ajv: { customOptions: { coerceTypes: false } } }).withTypeProvider<TypeBoxTypeProvider>()
  app.post('/', { schema: { body: User.toJSONSchema({ for: 'create' }), response: { 200: User.toJSONSchema() } } }, (request) => new User(request.body))
  t.strictSame((await app.inject({ method: 'POST', url: '/', payload: good })).json(), answer)
  for (const payload of bad) t.equal((await app.inject({ method: 'POST', url: '/', payload })).statusCode, 400)
  await app.close()
})

t.test('json-schema-to-ts', async (t) => {
  const app = Fastify({ ajv: { customOptions: { coerceTypes: false } } }).withTypeProvider<JsonSchemaToTsProvider>()
  app.post('/', { schema: { body: User.toJSONSchema({ for: 'create' }), response: { 200: User.toJSONSchema() } } }, (request) => new User(request.body))
  t.strictSame((await app.inject({ method: 'POST', url: '/', payload: good })).json(), answer)
  for (const payload of bad) t.equal((await app.inject({ method: 'POST', url: '/', payload })).statusCode, 400)
  await app.close()
})

t.test('zod, by z.fromJSONSchema', async (t) => {
  const app = Fastify().withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  const zodOf = <T> (schema: Record<string, unknown> & { readonly '~type': T }): z.ZodType<T> => z.fromJSONSchema(schema).pipe(z.custom<T>())
  app.post('/', { schema: { body: zodOf(User.toJSONSchema({ for: 'create', dialect: '2020-12' })) } }, (request) => new User(request.body))
  t.strictSame((await app.inject({ method: 'POST', url: '/', payload: good })).json(), answer)
  for (const payload of bad) t.equal((await app.inject({ method: 'POST', url: '/', payload })).statusCode, 400, JSON.stringify(payload))
  await app.close()
})

t.test('a validator compiler for Standard Schemas', async (t) => {
  const app = Fastify()
  app.setValidatorCompiler<{ '~standard': { validate: (value: unknown) => { value?: unknown, issues?: readonly { message: string }[] } } }>(({ schema }) => (data) => {
    const { value, issues } = schema['~standard'].validate(data)
    return issues === undefined ? { value } : { error: new Error(issues.map(({ message }) => message).join()) }
  })
  app.post<{ Body: Create<User> }>('/', { schema: { body: User.standard('create') } }, (request) => new User(request.body))
  t.strictSame((await app.inject({ method: 'POST', url: '/', payload: good })).json(), answer)
  for (const payload of bad) t.equal((await app.inject({ method: 'POST', url: '/', payload })).statusCode, 400)
  await app.close()
})
