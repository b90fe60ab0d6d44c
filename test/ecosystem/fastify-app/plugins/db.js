import cqlalchemy from 'fastify-cqlalchemy'
import fp from 'fastify-plugin'
import { db } from '../models.js'

export default fp(async (app) => {
  await app.register(cqlalchemy, { db, config: app.config, env: false }) // what @fastify/env has read and checked
  await db.createKeyspaceSimple(db.keyspace, 1)
  await db.syncDb()
}, { name: 'db', dependencies: ['env'] })
