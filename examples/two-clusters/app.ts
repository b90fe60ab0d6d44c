// A shop with its catalogue on one cluster and its events on another: the models say which, the routes need not know.
import Fastify, { type FastifyInstance } from 'fastify'
import cqlalchemy, { type Create, type FastifyCqlalchemyOptions } from 'fastify-cqlalchemy'
import { copyCatalogue, prepare, report } from './jobs.js'
import { db, Product, View } from './models.js'

/** @param options of the plugin; absent: from CASSANDRA_* in the environment or `.env`, where CASSANDRA_CONNECTIONS names `events` */
export async function build (options: FastifyCqlalchemyOptions = {}): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cqlalchemy, { ...options, db })
  await prepare()
  db.addSchemas(app)

  app.post<{ Body: Create<Product> }>('/products', {
    schema: { body: { $ref: 'product.create#' }, response: { 201: { $ref: 'product#' } } }
  }, async (request, reply) => await reply.code(201).send(await Product.create(request.body)))

  app.get<{ Params: { sku: string } }>('/products/:sku', {
    schema: { params: { $ref: 'product.key#' }, response: { 200: { $ref: 'product#' } } }
  }, async (request) => {
    const product = await Product.get(request.params)
    await View.create({ sku: product.sku }) // on the other cluster
    return product
  })

  app.get<{ Params: { day: string }, Querystring: { titles: 'catalogue' | 'copy' } }>('/report/:day', {
    schema: {
      params: { type: 'object', properties: { day: { type: 'string', format: 'date' } } },
      querystring: { type: 'object', properties: { titles: { enum: ['catalogue', 'copy'], default: 'catalogue' } } }
    }
  }, async (request) => await report(request.params.day, request.query.titles))

  // A real one would be called by a timer.
  app.post('/nightly-copy', async () => ({ copied: await copyCatalogue() }))

  return app
}
