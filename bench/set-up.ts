// A Cassandra (of CASSANDRA_HOSTS, else one of our own), the table of the benchmarks, and every way to it.
import './switched-off.js'
import driver, { type Client } from 'cassandra-driver'
import { CQLAlchemy } from '../src/cqlalchemy.js'
import { startCassandra } from '../src/testing/cassandra.js'

const keyspace = 'bench'
const table = 'wide'

/** The model of that table. */
export function defineWide (db: CQLAlchemy) {
  const c = db.columns
  return class Wide extends db.Model.define(table, {
    id: c.UUID({ primaryKey: true }), a: c.Text(), b: c.Integer(), c: c.BigInt(), d: c.Double(), e: c.Boolean(), f: c.DateTime(), g: c.UUID(), tags: c.Set(c.Text), scores: c.Map(c.Text, c.Integer)
  }).as<Wide>() {}
}

export async function setUp () {
  const server = process.env['CASSANDRA_HOSTS'] ? undefined : await startCassandra({ log: console.log, durable: false })
  const hosts = server?.hosts ?? (process.env['CASSANDRA_HOSTS'] ?? '').split(',')
  const localDataCenter = server?.localDataCenter ?? process.env['CASSANDRA_LOCAL_DATA_CENTER'] ?? 'datacenter1'
  const db = new CQLAlchemy()
  const c = db.columns
  const Wide = defineWide(db)
  class Scalars extends db.Model.define('scalars', {
    id: c.UUID({ primaryKey: true }), a: c.Text(), b: c.Integer(), c: c.BigInt(), d: c.Double(), e: c.Boolean(), f: c.Text(), g: c.UUID(), h: c.Integer(), i: c.Text()
  }).as<Scalars>() {}
  class Partition extends db.Model.define('partition', {
    p: c.Integer({ primaryKey: true }), n: c.Integer({ primaryKey: true }), a: c.Text(), b: c.Integer(), c: c.BigInt(), d: c.Double(), e: c.Boolean(), f: c.DateTime(), tags: c.Set(c.Text), scores: c.Map(c.Text, c.Integer)
  }).as<Partition>() {}
  class ScalarPartition extends db.Model.define('scalar_partition', {
    p: c.Integer({ primaryKey: true }), n: c.Integer({ primaryKey: true }), a: c.Text(), b: c.Integer(), c: c.BigInt(), d: c.Double(), e: c.Boolean(), f: c.Text(), g: c.UUID(), h: c.Integer()
  }).as<ScalarPartition>() {}
  await db.init({ hosts, localDataCenter, keyspace, env: false })
  await db.createKeyspaceSimple(keyspace, 1)
  await db.syncDb()
  const client: Client = db.client
  const columnsToProperties = new driver.mapping.DefaultTableMappings()
  const mapper = new driver.mapping.Mapper(client, {
    models: {
      Wide: { tables: ['wide'], keyspace, mappings: columnsToProperties },
      Scalars: { tables: ['scalars'], keyspace, mappings: columnsToProperties },
      Partition: { tables: ['partition'], keyspace, mappings: columnsToProperties },
      ScalarPartition: { tables: ['scalar_partition'], keyspace, mappings: columnsToProperties }
    }
  })
  // The Mapper reads the metadata of its tables at first use.
  for (const name of ['Wide', 'Scalars', 'Partition', 'ScalarPartition']) await mapper.forModel(name).findAll({ limit: 1 } as never)
  const close = async (): Promise<void> => {
    await db.close()
    await server?.stop()
  }
  return { client, db, hosts, localDataCenter, Wide, Scalars, Partition, ScalarPartition, mapper, keyspace, table, close }
}
