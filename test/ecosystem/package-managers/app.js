import Fastify from 'fastify'
import { randomUUID } from 'node:crypto'
import cqlalchemy, { CQLAlchemy } from 'fastify-cqlalchemy'
import * as core from 'fastify-cqlalchemy/core'
import * as testing from 'fastify-cqlalchemy/testing'

const db = new CQLAlchemy()
class User extends db.Model.define('user', { uid: db.columns.UUID({ primaryKey: true, default: randomUUID }), username: db.columns.Text() }) {}

const app = Fastify()
await app.register(cqlalchemy, { db, keyspace: 'package_managers' })
await db.createKeyspaceSimple('package_managers', 1)
await db.syncDb()
const { uid } = await User.create({ username: 'ada' })
console.log((await User.get({ uid })).username, core.CQLAlchemy === CQLAlchemy, typeof testing.startCassandra)
await app.close()
