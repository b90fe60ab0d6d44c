// Prints what each request is answered with, on both of Nest's platforms.
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { AppModule } from './app.module.js'
import { db } from './models.js'

const adapters = { express: () => new ExpressAdapter(), fastify: () => new FastifyAdapter() }

for (const [platform, adapter] of Object.entries(adapters)) {
  const app = await NestFactory.create(AppModule, adapter() as never, { logger: false, abortOnError: false })
  app.enableShutdownHooks()
  await app.listen(0, '127.0.0.1')
  const url = await app.getUrl()
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(url + path, { method, headers: { 'content-type': 'application/json' }, ...body !== undefined && { body: JSON.stringify(body) } })
    return { status: response.status, body: await response.json() as Record<string, unknown> }
  }
  const created = await ask('POST', '/users', { username: 'ada', password: 'HIDDEN' })
  const { uid } = created.body
  const answers = {
    created,
    read: await ask('GET', `/users/${String(uid)}`),
    missing: await ask('GET', '/users/f47ac10b-58cc-4372-a567-0e02b2c3d479'),
    wrong: await ask('POST', '/users', { username: 5 }),
    again: await ask('PUT', '/users', { uid, username: 'eve' })
  }
  await app.close()
  console.log(JSON.stringify({ platform, answers, isClosed: await db.health() === false }))
}
