import Fastify from 'fastify'
import { randomUUID } from 'node:crypto'
import cqlalchemy, { CQLAlchemy, type Create } from 'fastify-cqlalchemy'

export const app = Fastify({ logger: true })
export const db = new CQLAlchemy()

export class User extends db.Model.define('user', {
  uid: db.columns.UUID({ primaryKey: true, default: randomUUID }),
  username: db.columns.Text({ required: false })
}).as<User>() {}

await app.register(cqlalchemy, { db, hosts: process.env.CASSANDRA_HOSTS ?? '127.0.0.1', keyspace: 'cqlengine' })
await db.createKeyspaceSimple('cqlengine', 1)
await db.syncDb()

app.post<{ Body: Create<User> }>('/users', async (request) => await User.create(request.body))
app.get('/users', async () => await User.all())
app.get<{ Params: { uid: string } }>('/users/:uid', async (request) => await User.get(request.params))

await app.listen({ port: Number(process.env.PORT ?? 3000) })
