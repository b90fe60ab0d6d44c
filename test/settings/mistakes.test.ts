import t, { type Test } from 'tap'
import { inspect } from 'node:util'
import { ConfigError, NoConfigError } from '../../src/cqlengine/errors.js'
import type { InitOptions } from '../../src/settings/options.js'
import { readSettings } from '../../src/settings/read-settings.js'

/** Stands wherever a value may be: no message, cause or property of an error may show it. */
const canary = 'cAnArY'
const base = { env: false, hosts: ['h'], keyspace: 'k' }
const variables = { CASSANDRA_HOSTS: 'h', CASSANDRA_KEYSPACE: 'k' }

function mistake (t: Test, what: string, options: object, ...says: (RegExp | string)[]): ConfigError | undefined {
  let thrown: unknown
  try { readSettings(options as InitOptions) } catch (error) { thrown = error }
  if (!(thrown instanceof ConfigError)) {
    t.fail(`${what}: must be a ConfigError`, { thrown })
    return undefined
  }
  for (const text of says) t.match(thrown.message, text, `${what}: ${thrown.message}`)
  t.notMatch(inspect(thrown, { depth: 9, showHidden: true }).replace(thrown.stack ?? '', ''), canary, `${what}: shows no value`)
  t.notMatch(`${thrown.stack}`, canary)
  return thrown
}

t.test('neither hosts nor keyspace, or empty ones: a NoConfigError names option and variable', async (t) => {
  const cases: [string, object, ...RegExp[]][] = [
    ['nothing at all', { env: false }, /hosts \(CASSANDRA_HOSTS\)/, /keyspace \(CASSANDRA_KEYSPACE\)/],
    ['no hosts', { env: false, keyspace: canary }, /^hosts \(CASSANDRA_HOSTS\): no hosts/],
    ['hosts undefined', { env: false, keyspace: canary, hosts: undefined }, /hosts \(CASSANDRA_HOSTS\)/],
    ['no keyspace', { env: false, hosts: canary }, /^keyspace \(CASSANDRA_KEYSPACE\): no keyspace/],
    ['an empty list', { ...base, hosts: [] }, /hosts \(CASSANDRA_HOSTS\)/],
    ['an empty text', { ...base, hosts: '' }, /hosts \(CASSANDRA_HOSTS\)/],
    ['an empty variable', { env: { ...variables, CASSANDRA_HOSTS: '' } }, /hosts \(CASSANDRA_HOSTS\)/],
    ['an empty keyspace', { ...base, keyspace: '' }, /keyspace \(CASSANDRA_KEYSPACE\)/],
    ['an empty keyspace variable', { env: { ...variables, CASSANDRA_KEYSPACE: '' } }, /keyspace \(CASSANDRA_KEYSPACE\)/],
    ['a connection without hosts', { ...base, connections: { c: { keyspace: canary } } }, /connections\.c\.hosts \(CASSANDRA_CONNECTIONS\)/]
  ]
  for (const [what, options, ...says] of cases) t.ok(mistake(t, what, options, ...says) instanceof NoConfigError, what)
})

t.test('bad values: a ConfigError names option and variable', async (t) => {
  const values: Readonly<Record<string, readonly unknown[]>> = {
    hosts: [5, null, [''], [5], `http://${canary}`, [`${canary}:port`], `${canary}:99999`, `${canary} x`, ' , '],
    keyspace: [5, true, `${canary}-1`, `${canary} `, `"${canary}"`, canary.repeat(9), [canary]],
    consistency: [`${canary}`, 99, null, {}, ''],
    lazyConnect: [canary, 2, null, {}],
    retryConnect: [canary, [], null],
    localDataCenter: ['', ' ', 5, null, {}],
    setupKwargs: [canary, `{"a":${canary}`, `["${canary}"]`, 5, null, [canary], () => canary],
    connections: [canary, `[${canary}]`, 5, [canary], { '': { hosts: 'h' } }, { default: { hosts: canary } }, { c: canary }, { c: null }]
  }
  for (const [option, wrong] of Object.entries(values)) {
    const variable = `CASSANDRA_${option.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
    for (const value of wrong) {
      mistake(t, `${option}: ${inspect(value)}`, { ...base, [option]: value }, option, variable)
      if (typeof value === 'string' && value !== '' && (value !== ' ' || option !== 'localDataCenter')) mistake(t, `${variable}=${value}`, { env: { ...variables, [variable]: value } }, option, variable)
    }
  }
})

t.test('the driver’s options: CON-03 and what else can be told at once', async (t) => {
  const cases: Readonly<Record<string, object>> = {
    username: { username: canary },
    password: { password: canary },
    keyspace: { keyspace: canary },
    protocol_version: { protocol_version: canary },
    policies: { policies: canary },
    credentials: { credentials: { username: canary } },
    nonsense: { pooling: { nonsense: canary } }
  }
  for (const [word, setupKwargs] of Object.entries(cases)) {
    mistake(t, `setupKwargs ${word}`, { ...base, setupKwargs }, word, /setupKwargs \(CASSANDRA_SETUP_KWARGS\)/)
    mistake(t, `variable ${word}`, { env: { ...variables, CASSANDRA_SETUP_KWARGS: JSON.stringify(setupKwargs) } }, word, /CASSANDRA_SETUP_KWARGS/)
    mistake(t, `connection ${word}`, { ...base, connections: { c: { hosts: 'h', setupKwargs } } }, word, /connections\.c\.setupKwargs \(CASSANDRA_CONNECTIONS\)/)
  }
})

t.test('options that do not exist', async (t) => {
  mistake(t, 'a slip of the pen', { ...base, hostz: canary }, /unknown option hostz \(did you mean hosts\?\); known are .*hosts/)
  mistake(t, 'even without a value', { ...base, hostz: undefined }, /hostz/)
  for (const bare of ['username', 'password']) mistake(t, `bare ${bare} (CON-03)`, { ...base, [bare]: canary }, new RegExp(`${bare}.*setupKwargs: .*credentials.*CASSANDRA_SETUP_KWARGS`))
  mistake(t, 'inside a connection', { ...base, connections: { c: { hosts: 'h', hostz: canary } } }, /connections\.c\.hostz \(CASSANDRA_CONNECTIONS\)/)
  mistake(t, 'bare inside a connection', { ...base, connections: { c: { hosts: 'h', password: canary } } }, /password/)
  mistake(t, 'no object at all', [canary], /options/)
})

t.test('options without a variable', async (t) => {
  const values: Readonly<Record<string, readonly unknown[]>> = {
    config: [canary, null, [canary], 5],
    env: [canary, null, 5, [canary]],
    client: [canary, {}, 5],
    pageTokenSecret: ['', [], [''], 5, [canary, 5], null],
    connectTimeout: [-1, NaN, Infinity, canary, 2 ** 31, null],
    slowQuery: [-1, NaN, canary, null]
  }
  for (const [option, wrong] of Object.entries(values)) {
    for (const value of wrong) mistake(t, `${option}: ${inspect(value)}`, { keyspace: 'k', ...(option !== 'client' && base), [option]: value }, option)
  }
})

t.test('several mistakes are told at once', async (t) => {
  const error = mistake(t, 'all wrong', { env: { CASSANDRA_CONSISTENCY: canary, CASSANDRA_LAZY_CONNECT: canary, CASSANDRA_CONNECTIONS: `{"c":{"hosts":[],"keyspace":"${canary} "}}` } },
    /hosts \(CASSANDRA_HOSTS\)/, /keyspace \(CASSANDRA_KEYSPACE\)/, /consistency \(CASSANDRA_CONSISTENCY\)/, /lazyConnect \(CASSANDRA_LAZY_CONNECT\)/, /connections\.c/)
  t.notOk(error instanceof NoConfigError, 'some are no missing ones')
  t.match(error, { code: 'CQL_CONFIG', statusCode: 500 })
})

t.test('all mistakes are told at once, each with what is meant', async (t) => {
  mistake(t, 'two slips and two bad values', { env: false, hostz: canary, keyspce: canary, connectTimeout: canary, hedge: canary, maxWaiting: -1 },
    /unknown option hostz \(did you mean hosts\?\), keyspce \(did you mean keyspace\?\); known are setupKwargs, hosts, .*hedge/, /hosts \(CASSANDRA_HOSTS\): no hosts/,
    /keyspace \(CASSANDRA_KEYSPACE\): no keyspace/, /option connectTimeout/, /option hedge/, /option maxWaiting/)
  mistake(t, 'beside a login', { ...base, username: canary, password: canary, retry: true, consistency: canary },
    /unknown option username, password; use setupKwargs: \{ credentials/, /unknown option retry; known are/, /consistency \(CASSANDRA_CONSISTENCY\)/)
  mistake(t, 'in connections', { ...base, connections: { a: { hostz: canary, consistency: canary }, b: { hosts: 'h', lazyConnec: true, retryConnect: canary } } },
    /connections\.a\.hostz \(CASSANDRA_CONNECTIONS\) \(did you mean hosts\?\)/, /connections\.a\.consistency/, /connections\.a\.hosts \(CASSANDRA_CONNECTIONS\): no hosts/,
    /connections\.b\.lazyConnec .*did you mean lazyConnect/, /connections\.b\.retryConnect/)
  mistake(t, 'a client beside what it has', { env: false, keyspace: 'k', client: 5, hosts: 'h', localDataCenter: 'd' }, /option client/, /client and hosts/, /client and localDataCenter/)
  let thrown: unknown
  try { readSettings({ ...base, nam: 'x' } as InitOptions, { ownOptions: ['name', 'scope'] }) } catch (error) { thrown = error }
  t.match((thrown as Error).message, /unknown option nam \(did you mean name\?\); known are .*hedge, name, scope$/, 'those of the caller, too')
})
