import t from 'tap'
import { chdir, env } from 'node:process'
import { ConfigError } from '../../src/cqlengine/errors.js'
import type { InitOptions } from '../../src/settings/options.js'
import { readSettings } from '../../src/settings/read-settings.js'

/** Strongest first; each has the keyspace that is called like itself. */
const layers = ['option', 'config', 'environment', 'file'] as const
type Layer = typeof layers[number]

for (const variable of Object.keys(env)) if (variable.startsWith('CASSANDRA_')) delete env[variable]
const withFile = t.testdir({ empty: {}, '.env': "CASSANDRA_KEYSPACE=file\nCASSANDRA_SETUP_KWARGS='{\"applicationName\":\"a#b\"}'\n" })

t.afterEach(() => { delete env.CASSANDRA_KEYSPACE })

function keyspaceWith (present: readonly Layer[], given: InitOptions = {}): string | undefined {
  chdir(present.includes('file') ? withFile : `${withFile}/empty`)
  delete env.CASSANDRA_KEYSPACE
  if (present.includes('environment')) env.CASSANDRA_KEYSPACE = 'environment'
  const options: InitOptions = { hosts: 'h', ...given, config: { CASSANDRA_KEYSPACE: present.includes('config') ? 'config' : undefined } }
  if (present.includes('option')) options.keyspace = 'option'
  return readSettings(options).keyspace
}

t.test('explicit option > config object > environment > .env, in every combination', async (t) => {
  for (let set = 1; set < 2 ** layers.length; set++) {
    const present = layers.filter((_layer, index) => (set & 2 ** index) !== 0)
    t.equal(keyspaceWith(present), present[0], present.join(' + '))
  }
  t.throws(() => keyspaceWith([]), ConfigError)
})

t.test('undefined is not given', async (t) => {
  t.equal(keyspaceWith(['environment'], { keyspace: undefined }), 'environment')
})

t.test('env: false reads neither environment nor .env', async (t) => {
  t.throws(() => keyspaceWith(['environment', 'file'], { env: false }), ConfigError)
  t.equal(keyspaceWith(['config', 'environment', 'file'], { env: false }), 'config')
})

t.test('an object is read instead of both, after config', async (t) => {
  t.throws(() => keyspaceWith(['environment', 'file'], { env: {} }), ConfigError)
  t.equal(keyspaceWith(['environment', 'file'], { env: { CASSANDRA_KEYSPACE: 'object' } }), 'object')
  t.equal(keyspaceWith(['config', 'environment'], { env: { CASSANDRA_KEYSPACE: 'object' } }), 'config')
})

t.test('.env of the current directory, quotes and all', async (t) => {
  chdir(withFile)
  t.strictSame(readSettings({ hosts: 'h' }).default.driver, { applicationName: 'a#b' })
  t.strictSame(readSettings({ hosts: 'h', setupKwargs: {} }).default.driver, {}, 'options are not mixed, they replace')
})

t.test('a .env that cannot be read', async (t) => {
  chdir(t.testdir({ '.env': {} }))
  t.throws(() => readSettings({ hosts: 'h', keyspace: 'k' }), { name: 'ConfigError', message: /\.env .*EISDIR/ })
  t.equal(readSettings({ hosts: 'h', keyspace: 'k', env: false }).keyspace, 'k')
})
