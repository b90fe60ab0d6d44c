import { startCassandra } from 'fastify-cqlalchemy/testing'

startCassandra().then(async (cassandra) => { await cassandra.stop() }, ({ name, reason, message }) => { console.log(JSON.stringify({ name, reason, message })) })
