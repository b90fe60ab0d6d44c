import Fastify from 'fastify'
import t from 'tap'
import plugin, { CQLAlchemy, mine } from './types-of-an-app.js'
import type { FastifyCqlalchemyOptions } from './types-of-an-app.js'

// What is checked here is checked by the compiler; the run only shows that the program is a real one.
t.test('an app’s own declarations', async (t) => {
  const app = Fastify()
  const options: FastifyCqlalchemyOptions = { env: false, hosts: ['127.0.30.3:1'], keyspace: 'k', lazyConnect: true }
  await app.register(plugin, options)
  await app.register(plugin, { ...options, name: 'reports', scope: (request) => ({ keyspace: request.url }) })
  await app.register(plugin, () => ({ ...options, decorator: 'cassandra' }))
  const reports: CQLAlchemy = app.db.reports
  t.ok(reports instanceof CQLAlchemy)
  t.ok(mine(app) instanceof CQLAlchemy)
  // @ts-expect-error a name that nobody declared
  t.equal(app.db.unheard, undefined)
  // @ts-expect-error an option that does not exist
  t.ok({ nonsense: 1 } satisfies FastifyCqlalchemyOptions)
  await app.close()
})
