import env from '@fastify/env'
import fp from 'fastify-plugin'

export default fp(async (app) => {
  await app.register(env, {
    schema: {
      type: 'object',
      required: ['CASSANDRA_HOSTS'],
      properties: { CASSANDRA_HOSTS: { type: 'string' }, CASSANDRA_KEYSPACE: { type: 'string', default: 'fastify_app' } }
    }
  })
}, { name: 'env' })
