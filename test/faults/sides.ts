// The two that are measured: the driver as it comes, and this library as it comes.
import driver from 'cassandra-driver'
import { CQLAlchemy } from 'fastify-cqlalchemy/core'
import type { Place, Who } from './task.js'
import { tallyTable, textOf } from './task.js'

export interface Side {
  insert (id: number): Promise<unknown>
  /** Whether the row is there, and holds what was written. */
  read (id: number): Promise<boolean>
  /** Adds one. */
  count (id: number): Promise<unknown>
  close (): Promise<void>
}

/** Told in the report. */
export const settings: Readonly<Record<Who, string>> = {
  driver: 'cassandra-driver 4.10, new Client({ contactPoints, localDataCenter, queryOptions: { consistency: LOCAL_QUORUM, prepare: true } }), all else its default',
  ours: "db.init({ hosts, localDataCenter, keyspace, consistency: 'LOCAL_QUORUM' }), all else its default: Model.create, Model.get, update({ n__increment: 1 })"
}

export const connect = (who: Who, place: Place): Promise<Side> => who === 'driver' ? bareDriver(place) : ours(place)

/** The driver's own translator of addresses, to the doors. */
export function throughDoors ({ doors }: Pick<Place, 'doors'>) {
  if (doors === undefined) return {}
  const translate = (address: string, port: number, callback: (endpoint: string) => void): void => { callback(doors[address] ?? `${address}:${port}`) }
  return { policies: { addressResolution: Object.assign(driver.policies.defaultAddressTranslator(), { translate }) } }
}

async function bareDriver (place: Place): Promise<Side> {
  const { hosts, localDataCenter, keyspace, table } = place
  const client = new driver.Client({
    contactPoints: [...hosts],
    localDataCenter,
    queryOptions: { consistency: driver.types.consistencies.localQuorum, prepare: true },
    ...throughDoors(place)
  })
  await client.connect()
  return {
    insert: (id) => client.execute(`INSERT INTO ${keyspace}.${table} (id, v) VALUES (?, ?)`, [id, textOf(id)]),
    read: async (id) => (await client.execute(`SELECT id, v FROM ${keyspace}.${table} WHERE id = ?`, [id])).first()?.['v'] === textOf(id),
    count: (id) => client.execute(`UPDATE ${keyspace}.${tallyTable} SET n = n + 1 WHERE id = ?`, [id]),
    close: () => client.shutdown()
  }
}

async function ours (place: Place): Promise<Side> {
  const { hosts, localDataCenter, keyspace, table } = place
  const db = new CQLAlchemy()
  const c = db.columns
  class Item extends db.Model.define(table, { id: c.Integer({ primaryKey: true }), v: c.Text() }).as<Item>() {}
  class Tally extends db.Model.define(tallyTable, { id: c.Integer({ primaryKey: true }), n: c.Counter() }).as<Tally>() {}
  await db.init({ hosts: [...hosts], localDataCenter, keyspace, consistency: 'LOCAL_QUORUM', env: false, setupKwargs: throughDoors(place) })
  return {
    insert: (id) => Item.create({ id, v: textOf(id) }),
    read: async (id) => {
      try {
        return (await Item.get({ id })).v === textOf(id)
      } catch (error) {
        if (error instanceof Item.DoesNotExist) return false
        throw error
      }
    },
    count: (id) => Tally.filter({ id }).update({ n__increment: 1 }),
    close: () => db.close()
  }
}
