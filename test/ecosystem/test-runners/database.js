import { resetTables } from 'fastify-cqlalchemy/testing'
import { db } from './models.js'

const keyspace = `test_${process.env.VITEST_POOL_ID ?? process.env.JEST_WORKER_ID}`

beforeAll(async () => {
  await db.init({ keyspace })
  await db.createKeyspaceSimple(keyspace, 1)
  await db.syncDb()
})
beforeEach(async () => { await resetTables(db) })
afterAll(async () => { await db.close() })
