export { fastifyCqlalchemy, fastifyCqlalchemy as default } from './fastify/plugin.js'
export type { CassandraInstances, FastifyCqlalchemyOptions } from './fastify/plugin.js'
export * from './core.js'
