// The plugin: its options, its place in the types of Fastify, and its name.
import type { FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import { CQLAlchemy } from '../cqlalchemy.js'
import { ConfigError } from '../cqlengine/errors.js'
import type { PluginOptions } from './options.js'
import { register } from './register.js'

/** Options of `app.register(fastifyCqlalchemy, …)`: those of `db.init()` and the plugin's own. */
export interface FastifyCqlalchemyOptions extends PluginOptions<CQLAlchemy> {}

/**
 * The types of named instances:
 * `declare module 'fastify-cqlalchemy' { interface CassandraInstances { reports: CQLAlchemy } }`.
 */
export interface CassandraInstances {}

declare module 'fastify' {
  interface FastifyInstance { db: CQLAlchemy & CassandraInstances }
}

const plugin: FastifyPluginAsync<FastifyCqlalchemyOptions> = async (app, options) => {
  const { db = new CQLAlchemy() } = options
  if (!(db instanceof CQLAlchemy)) throw new ConfigError('option db must be a CQLAlchemy: new CQLAlchemy()')
  await register(app, db, options)
}

/**
 * Connects the app to Cassandra and gives it `app.db`; closes it with the app.
 * @throws ConfigError (`NoConfigError` when hosts or keyspace are configured nowhere) for options and environment
 * @throws the driver's error when no connection can be made
 * @example
 * const app = Fastify()
 * await app.register(fastifyCqlalchemy, { hosts: ['10.0.0.1'], localDataCenter: 'dc1', keyspace: 'library' })
 * app.get('/version', async () => (await app.db.execute('SELECT release_version FROM system.local')).rows[0])
 */
export const fastifyCqlalchemy = fp(plugin, { fastify: '5.x', name: 'fastify-cqlalchemy' })
