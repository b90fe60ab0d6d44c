import t from 'tap'
import { planConnection, setupOptions } from '../../src/cqlengine/connection/plan.js'
import { Client, types } from '../../src/cqlengine/driver.js'
import { ConfigError, NoConfigError } from '../../src/cqlengine/errors.js'
import { fakeClient, thrownBy } from './fake-client.js'

const warnings: string[] = []
const plan = (options: unknown) => planConnection('x', options, (message) => { warnings.push(message) })
const refuses = (t: Tap, options: unknown, message: RegExp, type: new (...args: never[]) => Error = ConfigError) => {
  const error = thrownBy(() => plan(options))
  t.type(error, type)
  t.match(error.message, message)
  t.match(error.message, '"x"', 'names the connection')
  t.notMatch(error.message, /hunter2/)
}
type Tap = Pick<typeof t, 'type' | 'match' | 'notMatch'>

t.test('what a user writes becomes a plan', async (t) => {
  t.match(plan({ hosts: 'a, b:1', keyspace: 'ks', consistency: 'local_quorum', lazyConnect: true, retryConnect: true, localDataCenter: 'dc', clusterOptions: { maxPrepared: 5 }, default: true }), {
    name: 'x', hosts: ['a', 'b:1'], keyspace: 'ks', consistency: types.consistencies.localQuorum, lazyConnect: true, retryConnect: true, localDataCenter: 'dc', options: { maxPrepared: 5 }, isDefault: true, client: undefined
  })
  t.match(plan({ hosts: ['a'] }), { keyspace: undefined, consistency: undefined, lazyConnect: false, retryConnect: false, localDataCenter: undefined, options: {}, isDefault: false })
  t.match(plan({ hosts: ['a'], keyspace: null, consistency: null, lazyConnect: null, clusterOptions: null, setupKwargs: { maxPrepared: 5 } }), { keyspace: undefined, options: { maxPrepared: 5 } })
})

t.test('options are not changed', async (t) => {
  const options = Object.freeze({ hosts: Object.freeze(['a']), clusterOptions: Object.freeze({ pooling: Object.freeze({ warmup: true }) }) })
  t.same(plan(options).options, { pooling: { warmup: true } })
})

t.test('CON-06: a client of the user excludes all but keyspace and default', async (t) => {
  const { client } = fakeClient()
  for (const key of ['session', 'client']) {
    t.match(plan({ [key]: client, keyspace: 'ks', default: true }), { client, keyspace: 'ks', isDefault: true, hosts: undefined })
    t.equal(plan({ [key]: client, lazyConnect: false, retryConnect: false, hosts: undefined }).client, client, 'a value that holds anyway is no contradiction')
    for (const [other, value] of Object.entries({ hosts: ['hunter2'], consistency: 'ONE', lazyConnect: true, retryConnect: true, localDataCenter: 'hunter2', clusterOptions: {}, setupKwargs: {} })) {
      refuses(t, { [key]: client, [other]: value }, new RegExp(`${other}.*${key}`))
    }
    for (const value of ['hunter2', 7, {}, [], true]) refuses(t, { [key]: value }, new RegExp(`${key} must be a Client`))
  }
  refuses(t, { session: client, client }, /session and client/)
})

t.test("a client's keyspace is its connection's own, unless another is named", async (t) => {
  const session = new Client({ contactPoints: ['h'], localDataCenter: 'dc', keyspace: 'theirs' })
  t.equal(plan({ session }).keyspace, 'theirs')
  t.equal(plan({ session, keyspace: 'ours' }).keyspace, 'ours')
})

t.test('CON-03: a bare username or password is told where to go', async (t) => {
  for (const key of ['username', 'password']) {
    refuses(t, { hosts: ['a'], [key]: 'hunter2' }, new RegExp(`${key}.*credentials.*authProvider`))
    refuses(t, { hosts: ['a'], clusterOptions: { [key]: 'hunter2' } }, new RegExp(`${key}.*credentials`))
    t.throws(() => setupOptions({ [key]: 'hunter2' }), { constructor: ConfigError, message: /credentials/ })
  }
})

t.test('unknown options, ours and those of the driver', async (t) => {
  refuses(t, { hosts: ['a'], hots: ['hunter2'] }, /"hots"/)
  refuses(t, { hosts: ['a'], socketOptions: {} }, /"socketOptions".*clusterOptions/)
  refuses(t, { hosts: ['a'], clusterOptions: { socketOption: {} } }, /clusterOptions.*"socketOption"/)
  refuses(t, { hosts: ['a'], setupKwargs: { socketOptions: { timeout: 3 } } }, /setupKwargs\.socketOptions.*"timeout".*readTimeout/)
  refuses(t, { hosts: ['a'], setupKwargs: { port: 9042 } }, /"port"/)
  refuses(t, { hosts: ['a'], setupKwargs: { constructor: 1 } }, /"constructor"/)
  t.throws(() => setupOptions({ protocol_version: 4 }), { constructor: ConfigError, message: /"protocol_version"/ })
})

t.test('bad values', async (t) => {
  const wrong: [object, RegExp][] = [
    [{ hosts: ['http://hunter2'] }, /hosts: entry 1/],
    [{ hosts: [] }, /hosts/],
    [{ hosts: {} }, /hosts/],
    [{ hosts: ['a'], keyspace: '' }, /keyspace/],
    [{ hosts: ['a'], keyspace: 7 }, /keyspace/],
    [{ hosts: ['a'], consistency: 'hunter2' }, /consistency.*LOCAL_QUORUM/],
    [{ hosts: ['a'], lazyConnect: 'hunter2' }, /lazyConnect must be true or false/],
    [{ hosts: ['a'], retryConnect: 1 }, /retryConnect/],
    [{ hosts: ['a'], default: 'yes' }, /default/],
    [{ hosts: ['a'], localDataCenter: '' }, /localDataCenter/],
    [{ hosts: ['a'], localDataCenter: 7 }, /localDataCenter/],
    [{ hosts: ['a'], clusterOptions: 'hunter2' }, /clusterOptions/],
    [{ hosts: ['a'], clusterOptions: [] }, /clusterOptions/],
    [{ hosts: ['a'], clusterOptions: {}, setupKwargs: {} }, /setupKwargs and clusterOptions/],
    [{ hosts: ['a'], clusterOptions: { keyspace: 'hunter2' } }, /keyspace goes beside/],
    [{ hosts: ['a'], clusterOptions: { sslOptions: true } }, /sslOptions/],
    [{ hosts: ['a'], clusterOptions: { profiles: {} } }, /profiles/],
    [{ hosts: ['a'], clusterOptions: { pooling: 7 } }, /pooling/],
    [{ hosts: ['a'], clusterOptions: { credentials: { username: 'hunter2' } } }, /credentials/],
    [{ hosts: ['a'], clusterOptions: { contactPoints: ['b'] } }, /hosts is given twice/],
    [{ hosts: ['a'], localDataCenter: 'a', clusterOptions: { localDataCenter: 'b' } }, /localDataCenter is given twice/]
  ]
  for (const [options, message] of wrong) refuses(t, options, message)
  for (const options of [undefined, null, 'a', 7, ['a'], () => {}]) refuses(t, options, /must be an object/)
})

t.test('no hosts is an error of its own; the driver may name them, or Astra', async (t) => {
  refuses(t, {}, /hosts/, NoConfigError)
  refuses(t, { hosts: null, keyspace: 'ks' }, /hosts/, NoConfigError)
  t.match(plan({ clusterOptions: { contactPoints: ['a'], localDataCenter: 'dc' } }), { hosts: ['a'], localDataCenter: 'dc', options: { contactPoints: undefined, localDataCenter: undefined } })
})

t.test('CON-08: a cloud bundle says where the cluster is; hosts beside it are ignored with a warning', async (t) => {
  const cloud = { secureConnectBundle: '/tmp/hunter2.zip' }
  t.match(plan({ setupKwargs: { cloud } }), { hosts: undefined, options: { cloud } })
  t.same(warnings, [])
  t.match(plan({ hosts: ['a'], setupKwargs: { cloud } }), { hosts: undefined })
  t.match(warnings, [/"x".*hosts are ignored/])
})

t.test('setup() takes options of the driver beside ours, or in setupKwargs, or both', async (t) => {
  t.match(setupOptions({ consistency: 'ONE', lazyConnect: true, pooling: { warmup: true }, setupKwargs: { maxPrepared: 3 } }), { consistency: 'ONE', lazyConnect: true, clusterOptions: { pooling: { warmup: true }, maxPrepared: 3 } })
  t.same(setupOptions(undefined).clusterOptions, {})
  t.throws(() => setupOptions({ setupKwargs: {}, clusterOptions: {} }), ConfigError)
  t.throws(() => setupOptions({ session: fakeClient().client }), { constructor: ConfigError, message: /"session"/ })
  t.throws(() => setupOptions([]), ConfigError)
})
