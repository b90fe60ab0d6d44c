// npm run build && node build/examples/rest/server.js, with CASSANDRA_HOSTS and CASSANDRA_KEYSPACE in the environment or in .env
import { build } from './app.js'
import { db } from './models.js'

const app = await build()
if (db.keyspace !== undefined) await db.createKeyspaceSimple(db.keyspace, 1)
await db.syncDb()
console.log(`Listening on ${await app.listen({ port: Number(process.env.PORT ?? 3000) })}`)
