import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { Client } from '../../src/cqlengine/driver.js'
import type { ClientOptions } from '../../src/cqlengine/driver.js'
import { startCassandra } from '../../src/testing/cassandra.js'
import type { LocalCassandra } from '../../src/testing/cassandra.js'
import type { StartCassandraOptions } from '../../src/testing/options.js'

type Context = Pick<Test, 'teardown'>

/** The cluster of this test run: the launcher's (tap.config.js), else the one of the environment. */
export const hosts: string[] = (process.env['FASTIFY_CQLALCHEMY_TEST_HOSTS'] ?? process.env['CASSANDRA_HOSTS'] ?? '')
  .split(',').map((host) => host.trim()).filter((host) => host !== '')

export const localDataCenter: string =
  process.env['FASTIFY_CQLALCHEMY_TEST_DATA_CENTER'] ?? process.env['CASSANDRA_LOCAL_DATA_CENTER'] ?? 'datacenter1'

/** A driver client of this test, closed at its end. */
export async function connectedClient (t: Context, options: Partial<ClientOptions> = {}): Promise<Client> {
  const client = newClient(options)
  t.teardown(async () => { await client.shutdown() })
  await client.connect()
  return client
}

/** Creates a keyspace of this test (one replica, no commit log, so that TRUNCATE is quick) and drops it at its end. */
export async function uniqueKeyspace (t: Context): Promise<string> {
  const name = `t_${randomBytes(6).toString('hex')}`
  await execute(`CREATE KEYSPACE ${name} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1} AND durable_writes = false`)
  t.teardown(async () => { await execute(`DROP KEYSPACE IF EXISTS ${name}`) })
  return name
}

/** A cluster of this test alone, stopped at its end; for what the shared one must not suffer. */
export async function startOwnCluster (t: Context, options: StartCassandraOptions = {}): Promise<LocalCassandra> {
  const cluster = await startCassandra(options)
  t.teardown(async () => { await cluster.stop() })
  return cluster
}

function newClient (options: Partial<ClientOptions>): Client {
  if (hosts.length === 0) throw new Error('No test cluster: run the tests with `npm test`, or set CASSANDRA_HOSTS.')
  return new Client({ contactPoints: hosts, localDataCenter, ...options })
}

// A client for each, so that a teardown depends on no other one.
async function execute (cql: string): Promise<void> {
  const client = newClient({ socketOptions: { readTimeout: 30_000 } })
  try {
    await client.connect()
    await client.execute(cql)
  } finally {
    await client.shutdown()
  }
}
