import t from 'tap'
import { type ClientSettings, createClient } from '../../src/cqlengine/connection/client.js'
import { encodingOf, ownEncoding } from '../../src/cqlengine/connection/encoding.js'
import { auth, ExecutionProfile, policies, types } from '../../src/cqlengine/driver.js'
import { ConfigError } from '../../src/cqlengine/errors.js'
import { thrownBy } from './fake-client.js'

interface Made { options: Options, profileManager: { getProfile (name?: string): ExecutionProfile, getAll (): ExecutionProfile[] } }

/** As far as these tests look into them. */
interface Options extends Record<string, unknown> {
  keyspace: unknown
  localDataCenter: unknown
  sslOptions: unknown
  authProvider: unknown
  pooling: Record<string, unknown>
  socketOptions: Record<string, unknown>
  queryOptions: Record<string, unknown>
  policies: { retry: unknown, reconnection: policies.reconnection.ReconnectionPolicy }
}

const make = (settings: Partial<ClientSettings> = {}): Made => {
  const client = createClient({ name: 'c', hosts: ['h'], warn: () => {}, ...settings })
  return client as unknown as Made
}

t.test('our own settings, which held when nodes failed', async (t) => {
  const { options, profileManager } = make()
  t.match(options, {
    contactPoints: ['h'],
    socketOptions: { readTimeout: 4000, connectTimeout: 3000, defunctReadTimeoutThreshold: 8, tcpNoDelay: true },
    pooling: { warmup: false, heartBeatInterval: 10_000 },
    prepareOnAllHosts: false,
    maxPrepared: 5000,
    isMetadataSyncEnabled: true,
    applicationName: 'fastify-cqlalchemy'
  })
  t.equal(options.keyspace, undefined, 'FCA-07: bound to no keyspace')
  t.equal(options.localDataCenter, undefined, 'the driver must not check it by itself')
  t.equal(options.sslOptions, undefined)
  t.equal(options.pooling.maxRequestsPerConnection, undefined)
  t.equal(profileManager.getProfile().readTimeout, 12_000, 'statements wait longer than a handshake')
  const schedule = options.policies.reconnection.newSchedule()
  for (let attempt = 0; attempt < 20; attempt++) t.ok(schedule.next().value <= 4600, 'back within 5 s after an outage')
  t.same(encodingOf(make() as never), ownEncoding)
})

t.test("the user's options win, key by key, and are not changed", async (t) => {
  const retry = new policies.retry.FallthroughRetryPolicy()
  const theirs = Object.freeze({
    socketOptions: Object.freeze({ connectTimeout: 111 }),
    pooling: Object.freeze({ warmup: true }),
    policies: Object.freeze({ retry }),
    encoding: Object.freeze({ useBigIntAsLong: false }),
    prepareOnAllHosts: true,
    maxPrepared: 9,
    applicationName: 'shop',
    queryOptions: Object.freeze({ fetchSize: 7 })
  })
  const { options } = make({ options: theirs })
  t.match(options, {
    socketOptions: { connectTimeout: 111, readTimeout: 4000, defunctReadTimeoutThreshold: 8 },
    pooling: { warmup: true, heartBeatInterval: 10_000 },
    policies: { retry },
    prepareOnAllHosts: true,
    maxPrepared: 9,
    applicationName: 'shop',
    queryOptions: { fetchSize: 7 }
  })
  t.equal(options.policies.retry, retry)
  t.type(options.policies.reconnection, policies.reconnection.ExponentialReconnectionPolicy)
  t.same(encodingOf({ options } as never), { ...ownEncoding, bigint: 'long' })
})

t.test('TLS verifies the server unless the user writes false', async (t) => {
  t.match(make({ options: { sslOptions: {} } }).options.sslOptions, { rejectUnauthorized: true })
  t.match(make({ options: { sslOptions: { ca: 'x', rejectUnauthorized: undefined } } }).options.sslOptions, { ca: 'x', rejectUnauthorized: true })
  t.match(make({ options: { sslOptions: { rejectUnauthorized: false } } }).options.sslOptions, { rejectUnauthorized: false })
})

t.test('who sets readTimeout of the sockets has set it for statements too', async (t) => {
  const { options, profileManager } = make({ options: { socketOptions: { readTimeout: 700 } } })
  t.equal(options.socketOptions.readTimeout, 700)
  t.equal(profileManager.getProfile().readTimeout, undefined)
})

t.test('CON-20: profiles of the user are kept, each with the time that statements need', async (t) => {
  const balancing = new policies.loadBalancing.RoundRobinPolicy()
  const profiles = [new ExecutionProfile('slow', { readTimeout: 60_000, consistency: types.consistencies.all, loadBalancing: balancing }), new ExecutionProfile('plain', {})]
  const { profileManager } = make({ options: { profiles } })
  t.match(profileManager.getProfile('slow'), { readTimeout: 60_000, consistency: types.consistencies.all })
  t.equal(profileManager.getProfile('slow').loadBalancing, balancing)
  t.match(profileManager.getProfile('plain'), { readTimeout: 12_000, consistency: undefined })
  t.match(profileManager.getProfile(), { name: 'default', readTimeout: 12_000 })
  t.equal(profiles[1]?.loadBalancing, undefined, 'theirs are not written to, so another client may have them too')

  const own = make({ options: { profiles: [new ExecutionProfile('default', { readTimeout: 1, consistency: types.consistencies.one })] } })
  t.match(own.profileManager.getProfile(), { readTimeout: 1, consistency: types.consistencies.one })
  t.equal(own.profileManager.getAll().filter(({ name }) => name === 'default').length, 1)
})

t.test('the first profile looks for the data center, so that all other policies find it', async (t) => {
  const [first, ...others] = make({ options: { profiles: [new ExecutionProfile('a', {}), new ExecutionProfile('default', {})] } }).profileManager.getAll()
  t.equal(first?.loadBalancing?.constructor.name, 'DataCenterPolicy')
  t.ok(others.every(({ loadBalancing }) => loadBalancing?.constructor.name === 'DefaultLoadBalancingPolicy'))
})

t.test("CON-18: the connection's consistency; absent, the driver's", async (t) => {
  const quorum = types.consistencies.localQuorum
  t.equal(make({ consistency: quorum }).options.queryOptions.consistency, quorum)
  t.equal(make().options.queryOptions.consistency, undefined)
  const both = make({ consistency: quorum, options: { queryOptions: { consistency: 1 }, profiles: [new ExecutionProfile('default', { consistency: 1 })] } })
  t.equal(both.options.queryOptions.consistency, quorum)
  t.equal(both.profileManager.getProfile().consistency, quorum)
})

t.test('credentials and providers reach the driver', async (t) => {
  t.type(make({ options: { credentials: { username: 'a', password: 'b' } } }).options.authProvider, auth.PlainTextAuthProvider)
  const authProvider = new auth.PlainTextAuthProvider('a', 'b')
  t.equal(make({ options: { authProvider } }).options.authProvider, authProvider)
})

t.test("Astra's bundle stands for hosts", async (t) => {
  t.match(make({ hosts: undefined, options: { cloud: { secureConnectBundle: '/tmp/bundle.zip' } } }).options, { cloud: { secureConnectBundle: '/tmp/bundle.zip' }, contactPoints: undefined })
})

t.test('what the driver refuses is a ConfigError with its reason as the cause', async (t) => {
  for (const options of [{ policies: { retry: {} } }, { protocolOptions: { maxVersion: 99 } }, { socketOptions: { coalescingThreshold: -1 } }, { authProvider: {} }, { requestTracker: {} }]) {
    const error = thrownBy(() => make({ options: options as never }))
    t.type(error, ConfigError)
    t.match(error.message, /"c"/)
    t.type(error.cause, TypeError)
    t.notMatch(error.message, '99')
  }
})
