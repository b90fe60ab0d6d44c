import fp from 'fastify-plugin'
import mercurius from 'mercurius'
import { User } from '../models.js'

const schema = `
  type User { uid: ID!, username: String!, visits: String }
  type Query { user(uid: ID!): User, users: [User!]! }
  type Mutation { createUser(username: String!): User! }
`
// A field of a User is its column's JSON form.
const plain = async (user) => (await user).toJSON()
const resolvers = {
  Query: { user: async (_, where) => await plain(User.get(where)), users: async () => (await User.all()).map((user) => user.toJSON()) },
  Mutation: { createUser: async (_, values) => await plain(User.create(values)) }
}

export default fp(async (app) => { await app.register(mercurius, { schema, resolvers }) }, { dependencies: ['db'] })
