import { readdirSync } from 'node:fs'
import t from 'tap'
import { Client, errors } from '../../src/cqlengine/driver.js'
import type { ClientOptions } from '../../src/cqlengine/driver.js'
import { selfSigned } from '../../src/testing/certificate.js'
import { startCassandra } from '../../src/testing/cassandra.js'
import { setEnvironment } from './environment.js'
import { processesOf } from './processes.js'

t.test('two clusters at once, with passwords and TLS', async (t) => {
  const folder = t.testdir()
  setEnvironment(t, { TMPDIR: folder })
  const starting = [startCassandra({ auth: true, tls: true }), startCassandra({ tls: 'only', durable: false })] as const
  t.teardown(async () => { for (const one of await Promise.allSettled(starting)) if (one.status === 'fulfilled') await one.value.stop() })
  const [both, only] = await Promise.all(starting)
  t.not(both.hosts[0], only.hosts[0])
  const settings = JSON.parse(both.env['CASSANDRA_SETUP_KWARGS']!) as ClientOptions
  t.match(settings, { credentials: { username: 'cassandra', password: 'cassandra' }, sslOptions: { ca: /BEGIN CERTIFICATE/, rejectUnauthorized: true } })

  t.ok(await connects(both.hosts, settings), 'password and TLS, the server verified')
  t.ok(await connects(both.hosts, { credentials: settings.credentials! }), 'plain text on the same port')
  t.match(await refusal(both.hosts, { ...settings, credentials: { username: 'cassandra', password: 'wrong' } }), errors.AuthenticationError)
  t.match(await refusal(both.hosts, {}), errors.AuthenticationError, 'no password')
  t.match(await refusal(both.hosts, { ...settings, sslOptions: { ca: selfSigned(both.hosts).certificate, rejectUnauthorized: true } }), /self-signed|signature|certificate/, 'another authority')

  t.ok(await connects(only.hosts, JSON.parse(only.env['CASSANDRA_SETUP_KWARGS']!) as ClientOptions))
  t.ok(await refusal(only.hosts, {}), 'no plain text')

  await Promise.all([both.stop(), only.stop()])
  t.strictSame(readdirSync(folder), [], 'the temporary folders are gone')
  t.strictSame(processesOf(folder), [])
})

async function connects (contactPoints: string[], options: Partial<ClientOptions>): Promise<boolean> {
  return await refusal(contactPoints, options) === undefined
}

/** Why the host did not take the client, or undefined. */
async function refusal (contactPoints: string[], options: Partial<ClientOptions>): Promise<unknown> {
  const client = new Client({ contactPoints, localDataCenter: 'datacenter1', ...options })
  try {
    await client.connect()
    return undefined
  } catch (error) {
    return error instanceof errors.NoHostAvailableError ? Object.values(error.innerErrors)[0] : error
  } finally {
    await client.shutdown()
  }
}
