import t from 'tap'
import { Client, types } from '../../src/cqlengine/driver.js'
import { startOwnCluster } from '../support/cassandra.js'

// After each step a statement that needs all three replicas: it succeeds only when the step is really done.
t.test('three nodes: one is killed and started, one paused and resumed', async (t) => {
  const cassandra = await startOwnCluster(t, { nodes: 3 })
  t.equal(new Set(cassandra.hosts).size, 3)
  const client = new Client({ contactPoints: cassandra.hosts.slice(0, 1), localDataCenter: cassandra.localDataCenter })
  t.teardown(async () => { await client.shutdown() })
  await client.connect()
  t.strictSame(client.hosts.keys().map((host) => host.split(':')[0]).sort(), [...cassandra.hosts].sort(), 'the driver finds all nodes from one')
  await client.execute("CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}")
  await client.execute('CREATE TABLE k.t (id int PRIMARY KEY)')
  const write = async (id: number, consistency: number): Promise<unknown> => await client.execute('INSERT INTO k.t (id) VALUES (?)', [id], { prepare: true, consistency, isIdempotent: true })
  await write(1, types.consistencies.all)

  await cassandra.kill(3)
  await write(2, types.consistencies.quorum)
  await cassandra.start(3)
  await write(3, types.consistencies.all)

  await cassandra.pause(2)
  await write(4, types.consistencies.quorum)
  await cassandra.resume(2)
  await write(5, types.consistencies.all)

  const { rows } = await client.execute('SELECT id FROM k.t', [], { consistency: types.consistencies.all })
  t.strictSame(rows.map((row) => Number(row['id'])).sort(), [1, 2, 3, 4, 5])
  await t.rejects(cassandra.kill(4), { name: 'RangeError', message: /nodes 1 to 3/ })
})
