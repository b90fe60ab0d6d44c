import Fastify from 'fastify'
import { randomUUID } from 'node:crypto'
import cqlalchemy, { CQLAlchemy } from 'fastify-cqlalchemy'

const db = new CQLAlchemy()
class User extends db.Model.define('user', {
  uid: db.columns.UUID({ primaryKey: true, default: randomUUID }),
  username: db.columns.Text(),
  tags: db.columns.Set(db.columns.Text)
}) {}

async function main () {
  const app = Fastify()
  await app.register(cqlalchemy, { db, keyspace: 'bundlers' })
  await db.createKeyspaceSimple('bundlers', 1)
  await db.syncDb()
  app.post('/users', async (request) => await User.create(request.body))
  app.get('/users/:uid', async (request) => await User.get(request.params))
  const { uid } = (await app.inject({ method: 'POST', url: '/users', payload: { username: 'ada', tags: ['x'] } })).json()
  console.log((await app.inject(`/users/${uid}`)).body)
  console.log((await app.inject('/users/f47ac10b-58cc-4372-a567-0e02b2c3d479')).statusCode)
  await app.close()
}

main()
