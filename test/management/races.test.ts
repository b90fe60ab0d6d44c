import t from 'tap'
import type { Columns } from '../../src/cqlengine/columns/column.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import type { Connection } from '../../src/cqlengine/connection/connection.js'
import { syncTables } from '../../src/cqlengine/management/sync.js'
import { UserTypeValue } from '../../src/cqlengine/model/user-type.js'
import { qualified } from '../../src/cqlengine/statements/identifiers.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { fileNeeds5 } from '../support/needs-5.js'
import { recordedConnection, target } from './setup.js'

fileNeeds5('SAI')

const keyspace = await uniqueKeyspace(t)
// Each a client of its own, as processes have them.
const clients = await Promise.all([1, 2, 3, 4].map(() => recordedConnection(t, { hosts, localDataCenter })))
const connections = clients.map((r) => r.connection)
const first = connections[0] as Connection

class Part extends UserTypeValue.define('part', { a: c.Integer() }) {}
class Grown extends UserTypeValue.define('part', { a: c.Integer(), b: c.Text(), 'c"': c.List(c.Text) }) {}
const id = { id: c.Integer({ primaryKey: true }) }
const before = (i: number): Columns => ({ ...id, v: c.Text({ index: true }), n: c.Integer({ index: { name: `named_${i}`, using: 'sai' } }), u: c.UserDefinedType(Part) })
const after = (i: number): Columns => ({ ...before(i), u: c.UserDefinedType(Grown), w: c.Text({ index: true }), m: c.Map(c.Text, c.Text, { index: [{ target: 'keys' }, { target: 'values' }] }), x: c.Set(c.Integer) })

const rows = async (cql: string): Promise<number> => (await first.client.execute(cql)).rows.length

for (const [what, columns, options] of [['made', before, {}], ['extended', after, { comment: 'grown' }]] as const) {
  t.test(`B45: models are ${what} by four processes at once: all succeed, each thing is there once`, async (t) => {
    const targets = Array.from({ length: 6 }, (_, i) => target(keyspace, `Race_${i}`, columns(i), { options }))
    const reports = await Promise.all(connections.map((connection) => syncTables(targets, () => connection, { waitForIndexes: true })))
    for (const report of reports) t.same([...report.warnings, ...report.conflicts], [])
    t.same((await syncTables(targets, () => first)).statements, [])
    t.equal(await rows(`SELECT table_name FROM system_schema.tables WHERE keyspace_name = '${keyspace}'`), 6)
    t.equal(await rows(`SELECT index_name FROM system_schema.indexes WHERE keyspace_name = '${keyspace}'`), targets.flatMap(({ table }) => table.columns.flatMap((column) => column.indexes)).length)
    await first.client.execute(`INSERT INTO ${qualified(keyspace, 'Race_0')} (id, v) VALUES (1, 'x')`)
    t.equal(await rows(`SELECT id FROM ${qualified(keyspace, 'Race_0')} WHERE v = 'x'`), 1)
  })
}

t.test('B45: two syncs at once in one process', async (t) => {
  const targets = [target(keyspace, 'Both', after(9))]
  await Promise.all([syncTables(targets, () => first), syncTables(targets, () => first)])
  t.same((await syncTables(targets, () => first)).statements, [])
})
