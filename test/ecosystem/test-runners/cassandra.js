import { startCassandra } from 'fastify-cqlalchemy/testing'

export default async function () {
  if (process.env.CASSANDRA_HOSTS) return
  const cassandra = await startCassandra({ durable: false })
  Object.assign(process.env, cassandra.env)
  return cassandra.stop
}
