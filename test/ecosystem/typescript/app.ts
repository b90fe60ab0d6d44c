import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import cqlalchemy, { CQLAlchemy, type Create, type Filter, type Json, type Key, type Update } from 'fastify-cqlalchemy'
import { CQLAlchemy as Core } from 'fastify-cqlalchemy/core'
import { expressScope } from 'fastify-cqlalchemy/express'
import { mockClient, resetTables } from 'fastify-cqlalchemy/testing'

export const db: CQLAlchemy = new CQLAlchemy()
const c = db.columns

export class Address extends db.UserType.define('address', { street: c.Text(), lines: c.List(c.Text) }) {}

export class User extends db.Model.define('user', {
  uid: c.UUID({ primaryKey: true, default: randomUUID }),
  username: c.Text({ required: true }),
  visits: c.BigInt({ default: 0 }),
  tags: c.Set(c.Text),
  home: c.UserDefinedType(Address)
}).as<User>() {
  greet (): string { return `hello ${this.username}` }
}

export function build (): FastifyInstance {
  const app = Fastify()
  app.register(cqlalchemy, { db, keyspace: 'typed' })
  app.post<{ Body: Create<User> }>('/users', async (request) => await User.create(request.body))
  app.get<{ Params: Key<User> }>('/users/:uid', async (request) => await User.get(request.params))
  app.patch<{ Params: Key<User>, Body: Update<User> }>('/users/:uid', async (request) => { await User.filter(request.params).update(request.body) })
  return app
}

export async function named (username: string): Promise<Json<User>[]> {
  const where: Filter<User> = { username, visits__gte: 1n }
  const found = await User.filter(where).allowFiltering().all()
  return found.map((user) => user.toJSON())
}

export const others = [Core, expressScope(db, () => undefined), mockClient(), async () => { await resetTables(db) }]

// @ts-expect-error a number is no name: the types are known, and are no `any`
export const wrong = async (): Promise<User> => await User.create({ username: 5 })
// @ts-expect-error nobody has that column
export const unknown = User.filter({ nothing: 1 })
