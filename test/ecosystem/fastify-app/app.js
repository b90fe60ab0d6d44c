import autoload from '@fastify/autoload'
import { join } from 'node:path'

export default async function app (fastify, options) {
  fastify.register(autoload, { dir: join(import.meta.dirname, 'plugins'), options: { ...options } })
  fastify.register(autoload, { dir: join(import.meta.dirname, 'routes'), options: { ...options } })
}
