// Issue 6.1: credentials and TLS, each connection its own, on a real server that asks for a login and speaks TLS and plain text.
import t from 'tap'
import { classifyDriverError } from '../../src/cqlengine/connection/http-cause.js'
import { ConnectionRegistry } from '../../src/cqlengine/connection/registry.js'
import { auth, type ClientOptions, errors } from '../../src/cqlengine/driver.js'
import { startOwnCluster } from '../support/cassandra.js'
import { failureOf } from './fake-client.js'

const cluster = await startOwnCluster(t, { auth: true, tls: true, durable: false })
const given = JSON.parse(cluster.env['CASSANDRA_SETUP_KWARGS'] ?? '{}') as ClientOptions & Required<Pick<ClientOptions, 'credentials'>> & { sslOptions: { ca: string } }
const { sslOptions, credentials, ...port } = given
const raw = { kind: 'raw', prepare: true } as const

async function connectWith (clusterOptions: Partial<ClientOptions>) {
  const registry = new ConnectionRegistry({ warn: () => {} })
  try {
    await registry.registerConnection('a', { hosts: cluster.hosts, clusterOptions: { ...port, ...clusterOptions }, default: true })
    return (await registry.resolve().session.execute('SELECT key FROM system.local', [], raw)).rowLength
  } finally {
    await registry.close()
  }
}

/** Why it could not connect, and the reason that the one node gave. */
async function refused (clusterOptions: Partial<ClientOptions>) {
  const error = await failureOf(connectWith(clusterOptions))
  if (!(error instanceof errors.NoHostAvailableError)) throw error
  return { error, cause: Object.values<Error>(error.innerErrors)[0] }
}

t.test('credentials, or a provider, let in: CON-03', async (t) => {
  t.equal(await connectWith({ credentials }), 1)
  t.equal(await connectWith({ authProvider: new auth.PlainTextAuthProvider('cassandra', 'cassandra') }), 1)
})

t.test("wrong credentials are the driver's error, told to nobody behind HTTP", async (t) => {
  for (const wrong of [{ credentials: { username: 'cassandra', password: 'hunter2' } }, { credentials: { username: 'nobody', password: 'x' } }, {}]) {
    const { error, cause } = await refused(wrong)
    t.type(cause, errors.AuthenticationError)
    t.match(classifyDriverError(error), { statusCode: 500, code: 'CQL_DRIVER' })
    t.notMatch(JSON.stringify(classifyDriverError(error)), /nobody|hunter2|cassandra/)
  }
})

t.test('TLS with the right authority; without it the server is not trusted, unless the user says so', async (t) => {
  t.equal(await connectWith({ credentials, sslOptions: { ca: sslOptions.ca } }), 1)
  for (const ssl of [{}, { ca: [] }]) {
    const { cause } = await refused({ credentials, sslOptions: ssl })
    t.match(cause, { code: /CERT|SELF_SIGNED|ISSUER/ })
  }
  t.equal(await connectWith({ credentials, sslOptions: { rejectUnauthorized: false } }), 1)
})

t.test('each connection has its own credentials and TLS', async (t) => {
  const registry = new ConnectionRegistry({ warn: () => {} })
  t.teardown(() => registry.close())
  await registry.registerConnection('tls', { hosts: cluster.hosts, clusterOptions: { ...port, credentials, sslOptions } })
  await registry.registerConnection('plain', { hosts: cluster.hosts, setupKwargs: { ...port, credentials } })
  for (const name of registry.names) t.equal((await registry.resolve(name).session.execute('SELECT key FROM system.local', [], raw)).rowLength, 1, name)
})

t.test('retryConnect outlives a login that is refused, until the user exists', async (t) => {
  const registry = new ConnectionRegistry({ warn: () => {} })
  t.teardown(() => registry.close())
  await registry.registerConnection('admin', { hosts: cluster.hosts, clusterOptions: { ...port, credentials } })
  await registry.registerConnection('app', { hosts: cluster.hosts, clusterOptions: { ...port, credentials: { username: 'app', password: 'secret' } }, retryConnect: true })
  t.equal(registry.resolve('app').state, 'retrying')
  await registry.resolve('admin').session.execute("CREATE ROLE IF NOT EXISTS app WITH PASSWORD = 'secret' AND LOGIN = true", [], { kind: 'schema', prepare: false })
  await registry.resolve('app').whenReady()
  t.equal(registry.resolve('app').state, 'ready')
})
