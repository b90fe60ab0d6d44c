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
const clients = await Promise.all([1, 2, 3].map(() => recordedConnection(t, cluster)))
const [{ connection: first }] = clients as [RecordedConnection]
await createKeyspaceSimple(first, keyspace, 3)

class Part extends UserTypeValue.define('part', { a: c.Integer() }) {}
const id = { id: c.Integer({ primaryKey: true }) }
const race = target(keyspace, 'Race', { ...id, v: c.Text({ index: { using: 'sai' } }), u: c.UserDefinedType(Part) })

t.test('B45: three processes sync at once through three nodes, and write at once', async (t) => {
  const written = await Promise.all(clients.map(async ({ connection }, i) => {
    await syncTables([race], () => connection, { waitForIndexes: true })
    await connection.client.execute(`INSERT INTO ${qualified(keyspace, 'Race')} (id, v) VALUES (?, ?)`, [i, 'x'], { prepare: true })
  }))
  t.same((await syncTables([race], () => first)).statements, [])
  t.equal((await first.client.execute(`SELECT id FROM ${qualified(keyspace, 'Race')} WHERE v = 'x'`)).rows.length, written.length)
})
