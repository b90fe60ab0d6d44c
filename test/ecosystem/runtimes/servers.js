// The local Cassandra: it is there, and it ends with this process.
import { startCassandra } from 'fastify-cqlalchemy/testing'

const cassandra = await startCassandra({ durable: false })
console.log(`ready ${cassandra.hosts.length}`)
await cassandra.stop()
