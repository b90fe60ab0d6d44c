import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify from 'fastify'
import { randomUUID } from 'node:crypto'
import cqlalchemy, { CQLAlchemy, type Create, type Key } from 'fastify-cqlalchemy'

export const app = Fastify({ logger: true })
export const db = new CQLAlchemy()

export class User extends db.Model.define('user', {
  uid: db.columns.UUID({ primaryKey: true, default: randomUUID }),
  username: db.columns.Text({ required: false })
}).as<User>() {}

await app.register(cqlalchemy, { db, hosts: process.env.CASSANDRA_HOSTS ?? '127.0.0.1', keyspace: 'cqlengine' })
await db.createKeyspaceSimple('cqlengine', 1)
const { warnings } = await db.syncDb() // what the models say and the tables do not, which sync leaves alone
for (const { message } of warnings) app.log.warn(message)

// The page at `/`: the routes below, to read and to try, with the schemas of the models.
await app.register(swagger, {
  openapi: { info: { title: 'Users', version: '1.0.0' } },
  refResolver: { buildLocalReference: ({ $id }) => String($id) }
})
await app.register(swaggerUi, { routePrefix: '/', logLevel: 'warn' })
db.addSchemas(app, { dialect: 'openapi-3.0' })

const user = { $ref: 'user#' }
app.post<{ Body: Create<User> }>('/users', { schema: { body: { $ref: 'user.create#' }, response: { 200: user } } },
  async (request) => await User.create(request.body))
app.get('/users', { schema: { response: { 200: { type: 'array', items: user } } } },
  async () => await User.all())
app.get<{ Params: Key<User> }>('/users/:uid', { schema: { params: { $ref: 'user.key#' }, response: { 200: user } } },
  async (request) => await User.get(request.params))

await app.listen({ port: Number(process.env.PORT ?? 3000) })
