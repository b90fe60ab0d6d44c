// What an application declares of its own: a named instance, and a db under another name.
import type { FastifyInstance } from 'fastify'
import plugin, { CQLAlchemy } from '../../src/index.js'
import type { FastifyCqlalchemyOptions } from '../../src/index.js'

declare module '../../src/index.js' {
  interface CassandraInstances { reports: CQLAlchemy }
}

export const mine = (app: FastifyInstance): CQLAlchemy => app.getDecorator<CQLAlchemy>('cassandra')

export { CQLAlchemy, plugin as default }
export type { FastifyCqlalchemyOptions }
