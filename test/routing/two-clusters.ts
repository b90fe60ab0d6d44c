// Two clusters at once: the shared one of the tests, and another of this file alone. Where a row is, is asked of the servers by plain driver clients.
import type { Test } from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import type { ConnectOptions } from '../../src/cqlengine/connection/public-types.js'
import { Client } from '../../src/cqlengine/driver.js'
import { connectedClient, hosts, localDataCenter, startOwnCluster, uniqueKeyspace } from '../support/cassandra.js'

type Context = Pick<Test, 'teardown'>

export interface TwoClusters {
  /** `db.keyspace`; both clusters have it. */
  readonly keyspace: string
  /** The own keyspace of the connection `cluster`; both clusters have it. */
  readonly own: string
  /** Plain clients, by cluster. */
  readonly clients: { readonly one: Client, readonly two: Client }
  /** How to connect to each cluster. */
  readonly options: { readonly one: ConnectOptions, readonly two: ConnectOptions }
  /** A new db with the connections `default` (cluster one), `cluster` (cluster one, keyspace `own`) and `cluster2` (cluster two). */
  connected (t: Context, db?: CQLAlchemy): Promise<CQLAlchemy>
}

/** Where a row can be: by the connection that leads there. */
export type Places = Partial<Record<'default' | 'cluster' | 'cluster2' | 'cluster2.own', string | null>>

export async function twoClusters (t: Context): Promise<TwoClusters> {
  const other = await startOwnCluster(t, { durable: false })
  const [keyspace, own] = [await uniqueKeyspace(t), await uniqueKeyspace(t)]
  const two = new Client({ contactPoints: other.hosts, localDataCenter: other.localDataCenter })
  t.teardown(async () => { await two.shutdown() })
  await two.connect()
  for (const name of [keyspace, own]) await two.execute(`CREATE KEYSPACE ${name} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`)
  const options = { one: { hosts, localDataCenter }, two: { hosts: other.hosts, localDataCenter: other.localDataCenter } }
  return {
    keyspace,
    own,
    clients: { one: await connectedClient(t), two },
    options,
    connected: async (t, db = new CQLAlchemy()) => {
      await db.init({ ...options.one, keyspace, env: false, connections: { cluster: { ...options.one, keyspace: own }, cluster2: options.two } })
      t.teardown(async () => { await db.close() })
      return db
    }
  }
}

/** The four places of a table with the columns `id` and `model`. */
export function placesOf ({ keyspace, own, clients }: TwoClusters, table = 'auto'): {
  find (id: number): Promise<Places>
  plant (id: number, rows: Places): Promise<void>
} {
  const places = [['default', clients.one, keyspace], ['cluster', clients.one, own], ['cluster2', clients.two, keyspace], ['cluster2.own', clients.two, own]] as const
  return {
    /** What the rows of this id hold, by place. */
    async find (id) {
      const found = await Promise.all(places.map(async ([name, client, keyspace]) => {
        const row = (await client.execute(`SELECT model FROM ${keyspace}.${table} WHERE id = ?`, [id], { prepare: true })).first()
        return [name, row === null ? undefined : row['model'] as string | null] as const
      }))
      return Object.fromEntries(found.filter(([, model]) => model !== undefined))
    },
    /** Puts rows at places behind our back: a while ago, since each client counts the microseconds of its writes by itself. */
    async plant (id, rows) {
      const written = (Date.now() - 1000) * 1000
      for (const [name, client, keyspace] of places) {
        if (rows[name] !== undefined) await client.execute(`INSERT INTO ${keyspace}.${table} (id, model) VALUES (?, ?) USING TIMESTAMP ${written}`, [id, rows[name]], { prepare: true })
      }
    }
  }
}
