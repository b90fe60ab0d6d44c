import type { Test } from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { mockClient, type MockCall, type MockClient } from '../../src/testing/mock-client.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'

type Context = Pick<Test, 'teardown'>

/** A `db` whose statements are recorded and answered without a network; keyspace `k`. */
export async function recorded (t: Context, db = new CQLAlchemy()): Promise<{ db: CQLAlchemy, client: MockClient, taken: () => MockCall[], texts: () => string[] }> {
  const client = mockClient()
  await db.init({ client, keyspace: 'k', env: false })
  t.teardown(async () => { await db.close() })
  /** What was sent since the last call. */
  const taken = (): MockCall[] => client.calls.splice(0)
  return { db, client, taken, texts: () => taken().map((call) => call.cql) }
}

/** Connects `db` to the test server, with a keyspace of its own and the tables of its models. */
export async function open<T extends CQLAlchemy> (t: Context, db: T): Promise<T> {
  const keyspace = await uniqueKeyspace(t)
  await db.init({ hosts, localDataCenter, keyspace, env: false })
  t.teardown(async () => { await db.close() })
  await db.syncDb()
  return db
}

/** The texts of all statements that reach the default connection's driver from now on. */
export function watch (db: CQLAlchemy): string[] {
  const { client } = db
  const texts: string[] = []
  const execute = client.execute.bind(client) as (...given: unknown[]) => unknown
  const batch = client.batch.bind(client) as (...given: unknown[]) => unknown
  Object.assign(client, {
    execute: (cql: string, ...rest: unknown[]) => { texts.push(cql); return execute(cql, ...rest) },
    batch: (queries: { query: string }[], ...rest: unknown[]) => { texts.push(...queries.map((q) => q.query)); return batch(queries, ...rest) }
  })
  return texts
}

/** A promise and the ways to end it. */
export function gate<T = void> (): { promise: Promise<T>, open: (value: T) => void, fail: (error: unknown) => void } {
  let open: (value: T) => void = () => {}
  let fail: (error: unknown) => void = () => {}
  const promise = new Promise<T>((resolve, reject) => { open = resolve; fail = reject })
  return { promise, open, fail }
}
