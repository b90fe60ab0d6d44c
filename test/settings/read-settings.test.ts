import t from 'tap'
import { ConfigError, NoConfigError } from '../../src/cqlengine/errors.js'
import { types, type Client } from '../../src/cqlengine/driver.js'
import type { InitOptions } from '../../src/settings/options.js'
import { readSettings, type Settings } from '../../src/settings/read-settings.js'

const base = { env: false, hosts: ['h'], keyspace: 'k' } as const
/** What a user might write without TypeScript. */
const read = (options: object, where?: { name?: string }): Settings => readSettings(options as InitOptions, where)
const client = { execute () {}, connect () {}, shutdown () {} } as unknown as Client

t.test('hosts and keyspace alone are enough', async (t) => {
  const { connections, ...settings } = read(base)
  t.strictSame(Object.keys(connections), [])
  t.strictSame(settings, {
    default: { hosts: ['h'], lazyConnect: false, retryConnect: false, driver: {} },
    keyspace: 'k',
    warnings: []
  })
})

t.test('every option, from the environment and as a value', async (t) => {
  const wanted = {
    hosts: ['a', 'b:9043'],
    consistency: types.consistencies.localQuorum,
    lazyConnect: true,
    retryConnect: true,
    localDataCenter: 'dc1',
    driver: { credentials: { username: 'u', password: 'p' } }
  }
  const fromEnv = read({
    env: {
      CASSANDRA_HOSTS: ' a, b:9043 ,',
      CASSANDRA_KEYSPACE: 'Ks_1',
      CASSANDRA_CONSISTENCY: 'local_Quorum',
      CASSANDRA_LAZY_CONNECT: 'True',
      CASSANDRA_RETRY_CONNECT: 'on',
      CASSANDRA_LOCAL_DATA_CENTER: 'dc1',
      CASSANDRA_SETUP_KWARGS: '{"credentials":{"username":"u","password":"p"}}',
      CASSANDRA_CONNECTIONS: '{"other":{"hosts":"x,y","keyspace":"o","lazyConnect":true}}'
    }
  })
  const fromOptions = read({
    env: false,
    hosts: ['a', 'b:9043'],
    keyspace: 'Ks_1',
    consistency: types.consistencies.localQuorum,
    lazyConnect: true,
    retryConnect: true,
    localDataCenter: 'dc1',
    setupKwargs: { credentials: { username: 'u', password: 'p' } },
    connections: { other: { hosts: ['x', 'y'], keyspace: 'o', lazyConnect: true } }
  })
  for (const settings of [fromEnv, fromOptions]) {
    t.strictSame(settings.default, wanted)
    t.equal(settings.keyspace, 'Ks_1', 'the case is kept')
    t.strictSame({ ...settings.connections }, { other: { hosts: ['x', 'y'], keyspace: 'o', lazyConnect: true, retryConnect: false, driver: {} } })
  }
})

t.test('flags take the usual words', async (t) => {
  const words = { true: ['true', 'TRUE', '1', 'yes', 'On', 'y', 't', ' true '], false: ['false', 'False', '0', 'no', 'off', 'n', 'f', ''] }
  for (const [wanted, spellings] of Object.entries(words)) {
    for (const spelling of spellings) {
      for (const option of ['lazyConnect', 'retryConnect'] as const) {
        const variable = option === 'lazyConnect' ? 'CASSANDRA_LAZY_CONNECT' : 'CASSANDRA_RETRY_CONNECT'
        t.equal(read({ hosts: 'h', keyspace: 'k', env: { [variable]: spelling } }).default[option], wanted === 'true', `${variable}=${spelling}`)
        t.equal(read({ ...base, [option]: spelling }).default[option], wanted === 'true', `${option}: ${spelling}`)
      }
    }
  }
})

t.test('keyspace null is none on purpose, everywhere', async (t) => {
  t.equal(read({ ...base, keyspace: null }).keyspace, undefined)
  t.equal(read({ hosts: 'h', env: { CASSANDRA_KEYSPACE: 'k' }, keyspace: null }).keyspace, undefined, 'it hides the environment')
  t.equal(read({ hosts: 'h', env: false, config: { CASSANDRA_KEYSPACE: null } }).keyspace, undefined)
  t.equal(read({ ...base, connections: { c: { hosts: 'h', keyspace: null } } }).connections.c?.keyspace, undefined)
})

t.test('an empty variable of these is one that is not set', async (t) => {
  const settings = read({ env: { CASSANDRA_HOSTS: 'h', CASSANDRA_KEYSPACE: 'k', CASSANDRA_CONSISTENCY: '', CASSANDRA_LOCAL_DATA_CENTER: '', CASSANDRA_SETUP_KWARGS: '', CASSANDRA_CONNECTIONS: ' ' } })
  t.strictSame(settings.default, read(base).default)
  t.strictSame({ ...settings.connections }, {})
})

t.test('nothing that is given is changed, and class instances stay themselves', async (t) => {
  class Retry { readonly name = 'mine' }
  const policies = Object.freeze({ retry: new Retry() })
  const options = Object.freeze({
    env: Object.freeze({ CASSANDRA_CONSISTENCY: 'one' }),
    config: Object.freeze({ CASSANDRA_LAZY_CONNECT: true }),
    hosts: Object.freeze(['h']),
    keyspace: 'k',
    setupKwargs: Object.freeze({ policies, localDataCenter: 'dc1' }),
    connections: Object.freeze({ c: Object.freeze({ hosts: Object.freeze(['x']), setupKwargs: Object.freeze({ policies }) }) }),
    pageTokenSecret: Object.freeze(['a', 'b'])
  })
  const settings = read(options)
  t.equal(settings.default.driver.policies, policies)
  t.equal(settings.connections.c?.driver.policies?.retry, policies.retry)
  t.equal(settings.default.localDataCenter, 'dc1', 'the driver’s own option is the same as ours')
  t.strictSame(settings.default.driver, { policies })
  t.not(settings.default.hosts, options.hosts)
  t.strictSame(settings.pageTokenSecret, ['a', 'b'])
  t.strictSame(read(options), settings, 'reading twice gives the same')
})

t.test('a client of the user’s', async (t) => {
  const own = { ...client, keyspace: 'own' } as Client
  const environment = { CASSANDRA_HOSTS: 'not a host', CASSANDRA_SETUP_KWARGS: '{', CASSANDRA_LOCAL_DATA_CENTER: 'dc' }
  t.strictSame(read({ client, keyspace: 'k', env: environment }).default, { client, lazyConnect: false, retryConnect: false, driver: {} }, 'the environment’s hosts do not matter')
  t.equal(read({ client, keyspace: 'k', env: false }).default.client, client)
  t.equal(read({ client: own, env: false }).keyspace, 'own', 'its keyspace will do')
  t.equal(read({ client: own, keyspace: 'k', env: false }).keyspace, 'k', 'unless one stands beside it')
  t.equal(read({ client: own, env: { CASSANDRA_KEYSPACE: 'e' } }).keyspace, 'e')
  t.equal(read({ client: own, keyspace: null, env: false }).keyspace, undefined)
  t.throws(() => read({ client, env: false }), NoConfigError)
  for (const [option, value] of [['hosts', ['h']], ['setupKwargs', {}], ['localDataCenter', 'dc']] as const) {
    t.throws(() => read({ client, keyspace: 'k', env: false, [option]: value }), new ConfigError(`client and ${option} (CASSANDRA_${option === 'hosts' ? 'HOSTS' : option === 'setupKwargs' ? 'SETUP_KWARGS' : 'LOCAL_DATA_CENTER'}) exclude each other: a client has its hosts and settings already`))
  }
  t.throws(() => read({ ...base, client: {} }), ConfigError)
  t.equal(read({ ...base, connections: { c: { client } } }).connections.c?.client, client)
  t.throws(() => read({ ...base, connections: { c: { client, hosts: 'h' } } }), ConfigError)
})

t.test('Astra’s bundle stands for hosts', async (t) => {
  const setupKwargs = { cloud: { secureConnectBundle: '/b.zip' } }
  t.strictSame(read({ env: false, keyspace: 'k', setupKwargs }).default, { lazyConnect: false, retryConnect: false, driver: setupKwargs })
  t.equal(read({ env: { CASSANDRA_HOSTS: '' }, keyspace: 'k', setupKwargs }).default.hosts, undefined)
  const both = read({ ...base, setupKwargs })
  t.equal(both.default.hosts, undefined)
  t.match(both.warnings, [/^hosts \(CASSANDRA_HOSTS\) is ignored/], 'CON-08')
  t.strictSame(Object.keys(read({ ...base, connections: { c: { setupKwargs } } }).connections), ['c'])
})

t.test('contact points among the driver’s options are hosts', async (t) => {
  t.strictSame(read({ env: false, keyspace: 'k', setupKwargs: { contactPoints: ['a:1'] } }).default, { hosts: ['a:1'], lazyConnect: false, retryConnect: false, driver: {} })
  t.throws(() => read({ ...base, setupKwargs: { contactPoints: ['a'] } }), /hosts \(CASSANDRA_HOSTS\) and setupKwargs\.contactPoints \(CASSANDRA_SETUP_KWARGS\)/)
  t.throws(() => read({ ...base, localDataCenter: 'a', setupKwargs: { localDataCenter: 'b' } }), /localDataCenter \(CASSANDRA_LOCAL_DATA_CENTER\)/)
})

t.test('a named instance reads its own variables only', async (t) => {
  const env = { CASSANDRA_HOSTS: 'no', CASSANDRA_KEYSPACE: 'no', CASSANDRA_CONSISTENCY: 'all', CASSANDRA_REPORTS_HOSTS: 'r', CASSANDRA_REPORTS_KEYSPACE: 'rk', CASSANDRA_MY_DB_HOSTS: 'm', CASSANDRA_MY_DB_KEYSPACE: 'mk' }
  t.strictSame(read({ env }, { name: 'reports' }).default, { hosts: ['r'], lazyConnect: false, retryConnect: false, driver: {} })
  t.equal(read({ env }, { name: 'reports' }).keyspace, 'rk')
  t.equal(read({ env: false, config: env }, { name: 'my-db' }).keyspace, 'mk')
  t.throws(() => read({ env }, { name: 'other' }), new NoConfigError('hosts (CASSANDRA_OTHER_HOSTS): no hosts are configured; name at least one host or host:port; keyspace (CASSANDRA_OTHER_KEYSPACE): no keyspace is configured; name one, or write null for none on purpose'))
})

t.test('names of connections cannot reach a prototype', async (t) => {
  const { connections } = read({ env: { CASSANDRA_HOSTS: 'h', CASSANDRA_KEYSPACE: 'k', CASSANDRA_CONNECTIONS: '{"__proto__":{"hosts":"x"}}' } })
  t.strictSame(Object.keys(connections), ['__proto__'])
  t.equal(Object.getPrototypeOf(connections), null)
  t.equal(connections.toString, undefined)
})

t.test('limits and secrets', async (t) => {
  const { connectTimeout, slowQuery, pageTokenSecret } = read({ ...base, connectTimeout: 0, slowQuery: 1.5, pageTokenSecret: 's' })
  t.strictSame([connectTimeout, slowQuery, pageTokenSecret], [0, 1.5, 's'])
})
