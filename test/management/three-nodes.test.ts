import t from 'tap'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { createKeyspaceSimple } from '../../src/cqlengine/management/keyspaces.js'
import { syncTables } from '../../src/cqlengine/management/sync.js'
import { UserTypeValue } from '../../src/cqlengine/model/user-type.js'
import { qualified } from '../../src/cqlengine/statements/identifiers.js'
import { startOwnCluster } from '../support/cassandra.js'
import { type RecordedConnection, recordedConnection, target } from './setup.js'

t.setTimeout(180_000)
const keyspace = 'three'
const cluster = await startOwnCluster(t, { nodes: 3 })
const clients = await Promise.all([1, 2, 3, 4].map(() => recordedConnection(t, cluster)))
const [{ connection: first }] = clients as [RecordedConnection]
await createKeyspaceSimple(first, keyspace, 3)

class Part extends UserTypeValue.define('part', { a: c.Integer() }) {}
const id = { id: c.Integer({ primaryKey: true }) }
const race = target(keyspace, 'Race', { ...id, v: c.Text({ index: { using: 'sai' } }), u: c.UserDefinedType(Part) })

t.test('B45: four processes sync at once on three nodes, and write at once', async (t) => {
  const written = await Promise.all(clients.map(async ({ connection }, i) => {
    await syncTables([race], () => connection, { waitForIndexes: true })
    await connection.client.execute(`INSERT INTO ${qualified(keyspace, 'Race')} (id, v) VALUES (?, ?)`, [i, 'x'], { prepare: true })
  }))
  t.same((await syncTables([race], () => first)).statements, [])
  t.equal((await first.client.execute(`SELECT id FROM ${qualified(keyspace, 'Race')} WHERE v = 'x'`)).rows.length, written.length)
})

t.test('B45: of four types that one column is added with at once one wins, and the schema of the cluster stays sound', async (t) => {
  const types = [c.Text(), c.Integer(), c.UUID(), c.Set(c.Text)]
  const reports = await Promise.all(clients.map(({ connection }, i) => syncTables([target(keyspace, 'Race', { ...id, w: types[i] ?? c.Text(), [`own${i}`]: c.Integer() })], () => connection)))
  t.equal(reports.filter(({ warnings }) => warnings.some(({ kind, column }) => kind === 'column-type' && column === 'w')).length, 3)
  const versions = await Promise.all(cluster.hosts.map(async (host) => {
    const { connection: { client } } = await recordedConnection(t, { ...cluster, hosts: [host] })
    const at = client.hosts.values().find(({ address }) => address === host)
    const own = { ...at !== undefined && { host: at } }
    const { rows: [local] } = await client.execute("SELECT schema_version FROM system.local WHERE key = 'local'", [], own)
    const columns = await client.execute("SELECT column_name, type FROM system_schema.columns WHERE keyspace_name = 'three'", [], own)
    return JSON.stringify([local?.['schema_version'], columns.rows])
  }))
  t.equal(new Set(versions).size, 1)
  t.equal((await first.client.execute("SELECT column_name FROM system_schema.columns WHERE keyspace_name = 'three'")).rows.length, 8)
})
