import { randomBytes } from 'node:crypto'
import t from 'tap'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { createKeyspaceNetworkTopology, createKeyspaceSimple, dropKeyspace } from '../../src/cqlengine/management/keyspaces.js'
import { syncTables } from '../../src/cqlengine/management/sync.js'
import { dropTable, truncateTable } from '../../src/cqlengine/management/tables.js'
import { places } from '../../src/cqlengine/management/targets.js'
import { qualified } from '../../src/cqlengine/statements/identifiers.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { recordedConnection, target } from './setup.js'

const keyspace = await uniqueKeyspace(t)
const { connection, sent } = await recordedConnection(t, { hosts, localDataCenter })
const { client } = connection
const own = (): string => {
  const name = `K_${randomBytes(6).toString('hex')}`
  t.teardown(async () => { await client.execute(`DROP KEYSPACE IF EXISTS "${name}"`) })
  return name
}
const definition = async (name: string): Promise<{ durable: boolean, replication: unknown } | undefined> => {
  const { rows: [row] } = await client.execute('SELECT durable_writes, replication FROM system_schema.keyspaces WHERE keyspace_name = ?', [name])
  return row && { durable: row['durable_writes'] as boolean, replication: Object.fromEntries(row['replication'] as Map<string, string>) }
}

t.test('MGT-01: a keyspace is made, and left as it is when it exists', async (t) => {
  const name = own()
  await createKeyspaceSimple(connection, name, 1)
  const made = { durable: true, replication: { class: 'org.apache.cassandra.locator.SimpleStrategy', replication_factor: '1' } }
  t.same(await definition(name), made)
  await createKeyspaceSimple(connection, name, 1, { durableWrites: false })
  await createKeyspaceNetworkTopology(connection, name, { [localDataCenter]: 1 })
  t.same(await definition(name), made)
})

t.test('MGT-02: a keyspace with replicas by data center; an unknown one is refused by the server', async (t) => {
  const name = own()
  await createKeyspaceNetworkTopology(connection, name, { [localDataCenter]: 1 }, { durableWrites: false })
  t.same(await definition(name), { durable: false, replication: { class: 'org.apache.cassandra.locator.NetworkTopologyStrategy', [localDataCenter]: '1' } })
  await t.rejects(createKeyspaceNetworkTopology(connection, own(), { "dc'9": 1 }), { code: 0x2300, message: /dc'9/ })
})

t.test('MGT-03: a keyspace is dropped where it exists', async (t) => {
  const name = own()
  await createKeyspaceSimple(connection, name, 1)
  await dropKeyspace(connection, name)
  t.equal(await definition(name), undefined)
  await dropKeyspace(connection, name)
})

t.test('MGT-01, MGT-02: names and numbers that Cassandra cannot take are refused before anything is sent', async (t) => {
  const before = sent.length
  for (const name of ['', 'a b', 'a"b', "x'; DROP KEYSPACE y; --", 'ä', 'k'.repeat(49), undefined, null, 5, {}] as string[]) {
    await t.rejects(createKeyspaceSimple(connection, name, 1), { code: 'CQL_QUERY', message: /createKeyspaceSimple.*48/ })
    await t.rejects(createKeyspaceNetworkTopology(connection, name, { dc1: 1 }), { code: 'CQL_QUERY' })
    await t.rejects(dropKeyspace(connection, name), { code: 'CQL_QUERY' })
  }
  for (const factor of [0, -1, 1.5, NaN, Infinity, '3', undefined, null, 3n] as number[]) {
    await t.rejects(createKeyspaceSimple(connection, 'name', factor), { code: 'CQL_QUERY', message: /"name".*replication factor/ })
    await t.rejects(createKeyspaceNetworkTopology(connection, 'name', { dc1: factor }), { code: 'CQL_QUERY', message: /"dc1"/ })
  }
  for (const centers of [{}, [], null, undefined, 'dc1', { class: 1 }, { '': 1 }] as Record<string, number>[]) {
    await t.rejects(createKeyspaceNetworkTopology(connection, 'name', centers), { code: 'CQL_QUERY' })
  }
  await t.rejects(createKeyspaceSimple(connection, 'name', 1, { durableWrites: 'no' as unknown as boolean }), { code: 'CQL_QUERY', message: /durableWrites/ })
  t.equal(sent.length, before)
})

const id = { id: c.Integer({ primaryKey: true }) }

t.test('MGT-14: a table is dropped; a missing table or keyspace is no error', async (t) => {
  await syncTables([target(keyspace, 'Gone', id)], () => connection)
  await dropTable(connection, keyspace, { name: 'Gone', isView: false })
  await t.rejects(client.execute(`SELECT * FROM ${qualified(keyspace, 'Gone')}`), { code: 0x2200 })
  await dropTable(connection, keyspace, { name: 'Gone', isView: false })
  await dropTable(connection, 'no_such_keyspace', { name: 'Gone', isView: false })
})

t.test('a table that is dropped and made again with another type takes that type', async (t) => {
  const insert = `INSERT INTO ${qualified(keyspace, 'Again')} (id, v) VALUES (?, ?)`
  await syncTables([target(keyspace, 'Again', { ...id, v: c.Text() })], () => connection)
  await client.execute(insert, [1, 'five'], { prepare: true })
  await dropTable(connection, keyspace, { name: 'Again', isView: false })
  await syncTables([target(keyspace, 'Again', { ...id, v: c.Integer() })], () => connection)
  await t.rejects(client.execute(insert, [1, 'five'], { prepare: true }), TypeError)
  await client.execute(insert, [1, 5], { prepare: true })
  const { rows: [row] } = await client.execute(`SELECT v FROM ${qualified(keyspace, 'Again')}`)
  t.equal(row?.['v'], 5)
})

t.test('a table is truncated; a missing one is the server\'s error', async (t) => {
  await syncTables([target(keyspace, 'Full', id)], () => connection)
  await client.execute(`INSERT INTO ${qualified(keyspace, 'Full')} (id) VALUES (1)`)
  await truncateTable(connection, keyspace, 'Full')
  t.equal((await client.execute(`SELECT * FROM ${qualified(keyspace, 'Full')}`)).rows.length, 0)
  await t.rejects(truncateTable(connection, keyspace, 'Missing'), { name: 'ResponseError' })
})

t.test('MGT-04: connections and keyspaces make a product, connection by connection', async (t) => {
  const route = ({ connection = 'default', keyspace = 'own' }): { connection: string, keyspace: string } => ({ connection, keyspace })
  t.same(places('syncTable', { connections: ['a', 'b'], keyspaces: ['x', 'y', 'x'] }, route), [
    { connection: 'a', keyspace: 'x' }, { connection: 'a', keyspace: 'y' }, { connection: 'b', keyspace: 'x' }, { connection: 'b', keyspace: 'y' }
  ])
  t.same(places('syncTable', { connections: ['a'] }, route), [{ connection: 'a', keyspace: 'own' }])
  t.same(places('syncTable', { keyspaces: [], connections: [] }, route), [{ connection: 'default', keyspace: 'own' }])
  for (const wrong of ['x', 5, {}, [1], [''], new Set(['x'])] as string[][]) {
    t.throws(() => places('syncTable', { keyspaces: wrong }, route), { code: 'CQL_QUERY', message: /syncTable: keyspaces must be an array/ })
    t.throws(() => places('syncTable', { connections: wrong }, route), { code: 'CQL_QUERY', message: /syncTable: connections must be an array/ })
  }
})
