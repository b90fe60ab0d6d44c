// Databases for the tests of this folder.
import type { Test } from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import type { InitOptions } from '../../src/settings/options.js'
import { type MockClient, mockClient } from '../../src/testing/mock-client.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'

type Context = Pick<Test, 'teardown'>

/** A `db` whose statements are recorded and answered by the test; its keyspace is `ks`. */
export async function recordingDb (t: Context, options: InitOptions = {}): Promise<{ db: CQLAlchemy, client: MockClient }> {
  const client = mockClient()
  const db = await new CQLAlchemy().init({ client, keyspace: 'ks', env: false, pageTokenSecret: 'of the tests', ...options })
  t.teardown(() => db.close())
  return { db, client }
}

/** A `db` on the real server, in a keyspace of its own; call `syncDb()` when the models are defined. */
export async function serverDb (t: Context, options: InitOptions = {}): Promise<CQLAlchemy> {
  const keyspace = await uniqueKeyspace(t)
  const db = await new CQLAlchemy().init({ hosts, localDataCenter, keyspace, env: false, pageTokenSecret: 'of the tests', ...options })
  t.teardown(() => db.close())
  return db
}

/** What `act` throws, at once or as a promise. */
export async function failure (act: () => unknown): Promise<Error & { readonly code?: unknown }> {
  try {
    await act()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

/** The text of the statements without names of keyspaces, for comparison. */
export function texts (client: MockClient): string[] {
  return client.calls.map(({ cql }) => cql.replaceAll('"ks".', ''))
}
