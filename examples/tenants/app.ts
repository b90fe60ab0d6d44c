// A keyspace for each tenant, chosen by the header x-tenant of each request; tenants are created while the service runs.
import Fastify, { type FastifyInstance } from 'fastify'
import cqlalchemy, { type Create, type FastifyCqlalchemyOptions } from 'fastify-cqlalchemy'
import { createTenant, db, Note, notesByTenant, prepare, Tenant } from './models.js'

declare module 'fastify' {
  interface FastifyRequest { tenant: Tenant | null }
}

/** @param options of the plugin; absent: from CASSANDRA_* in the environment or `.env` */
export async function build (options: FastifyCqlalchemyOptions = {}): Promise<FastifyInstance> {
  const app = Fastify()
  app.decorateRequest('tenant', null)
  await app.register(cqlalchemy, {
    ...options,
    db,
    keyspace: null, // none on purpose: what belongs to a tenant must not be read or written without one
    scope: ({ tenant }) => tenant === null ? undefined : { keyspace: tenant.keyspace } // asked at each statement, so it sees what the hook below sets
  })
  await prepare()
  db.addSchemas(app)

  app.post<{ Body: { name: string } }>('/tenants', {
    schema: { body: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } } }
  }, async (request, reply) => await reply.code(201).send(await createTenant(request.body.name)))
  app.get('/usage', async () => await notesByTenant())

  await app.register(async (app) => {
    app.addHook<{ Headers: { 'x-tenant': string } }>('preHandler', async (request) => {
      request.tenant = await Tenant.get({ name: request.headers['x-tenant'] }) // nobody of this name: DoesNotExist, which is a 404
    })
    const headers = { type: 'object', required: ['x-tenant'], properties: { 'x-tenant': { type: 'string', minLength: 1 } } }

    app.post<{ Body: Create<Note> }>('/notes', {
      schema: { headers, body: { $ref: 'note.create#' }, response: { 201: { $ref: 'note#' } } }
    }, async (request, reply) => await reply.code(201).send(await Note.create(request.body)))
    app.get('/notes', { schema: { headers } }, async () => await Note.all())
    app.get<{ Params: { id: string } }>('/notes/:id', {
      schema: { headers, params: { $ref: 'note.key#' } }
    }, async (request) => await Note.get({ id: request.params.id }))
  })

  return app
}
