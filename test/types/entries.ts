// What the entries of the package offer. Nothing here runs.
import Fastify from 'fastify'
import byDefault, { fastifyCqlalchemy, CQLAlchemy, types } from 'fastify-cqlalchemy'
import * as core from 'fastify-cqlalchemy/core'
import * as express from 'fastify-cqlalchemy/express'
import { mockClient, startCassandra } from 'fastify-cqlalchemy/testing'
import type { Equal, Expect } from './expect.js'

export type Entries = [
  Expect<Equal<typeof byDefault, typeof fastifyCqlalchemy>>,
  Expect<Equal<typeof core.CQLAlchemy, typeof CQLAlchemy>>,
  Expect<Equal<typeof core.types, typeof types>>,
  Expect<Equal<typeof express.CQLAlchemy, typeof CQLAlchemy>>
]

// @ts-expect-error /core has all but the plugin
void core.fastifyCqlalchemy
void express.expressScope

export async function registered (): Promise<CQLAlchemy> {
  const app = Fastify()
  await app.register(byDefault, { hosts: ['127.0.0.1'], keyspace: 'k', client: mockClient() })
  // @ts-expect-error an unknown option
  await app.register(byDefault, { hosts: ['127.0.0.1'], keyspace: 'k', host: 'x' })
  await (await startCassandra()).stop()
  return app.db
}
