// A small service with a schema on each route: bodies are checked before the handler runs, answers show only what the schema names.
import Fastify, { type FastifyInstance } from 'fastify'
import cqlalchemy, { type Create, type FastifyCqlalchemyOptions, type Update } from 'fastify-cqlalchemy'
import { db, User } from './models.js'

/** @param options of the plugin; absent: from CASSANDRA_* in the environment or `.env` */
export async function build (options: FastifyCqlalchemyOptions = {}): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cqlalchemy, { pageTokenSecret: process.env.PAGE_TOKEN_SECRET ?? 'only for this example', ...options, db })
  db.addSchemas(app)
  const user = { $ref: 'rest_user#' }
  const key = { $ref: 'rest_user.key#' }

  app.post<{ Body: Create<User> }>('/users', {
    schema: { body: { $ref: 'rest_user.create#' }, response: { 201: user } }
  }, async (request, reply) => {
    const created = await User.create(request.body)
    return await reply.code(201).header('location', `/users/${created.id.toString()}`).send(created)
  })

  app.get<{ Params: { id: string } }>('/users/:id', {
    schema: { params: key, response: { 200: user } }
  }, async (request) => await User.get({ id: request.params.id })) // nobody there: DoesNotExist, which is a 404

  app.get<{ Querystring: { size: number, token?: string } }>('/users', {
    schema: {
      querystring: {
        type: 'object',
        properties: { size: { type: 'integer', minimum: 1, maximum: 100, default: 20 }, token: { type: 'string' } }
      },
      response: { 200: { type: 'object', properties: { users: { type: 'array', items: user }, next: { type: 'string', nullable: true } } } }
    }
  }, async (request) => {
    const { size, token } = request.query
    const page = await User.objects.page({ size, token })
    return { users: page.rows, next: page.nextToken }
  })

  app.patch<{ Params: { id: string }, Body: Update<User> }>('/users/:id', {
    schema: { params: key, body: { $ref: 'rest_user.update#' }, response: { 200: user } }
  }, async (request) => {
    const found = await User.get({ id: request.params.id })
    return await found.update(request.body)
  })

  app.delete<{ Params: { id: string } }>('/users/:id', { schema: { params: key } }, async (request, reply) => {
    await User.filter({ id: request.params.id }).delete()
    return await reply.code(204).send()
  })

  return app
}
