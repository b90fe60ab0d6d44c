import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { Client, errors } from '../../src/cqlengine/driver.js'
import { startCassandra } from '../../src/testing/cassandra.js'
import type { LocalCassandra } from '../../src/testing/cassandra.js'
import { processesOf } from './processes.js'

// One node whose data is kept, in a folder whose name needs care on every way to the server.
const directory = join(t.testdir(), 'some "data", übung')
const progress: string[] = []

t.test('a node starts, keeps what it acknowledged through kill and start, pauses and resumes', async (t) => {
  const cassandra = await startCassandra({ directory, log: (line) => progress.push(line) })
  t.teardown(async () => { await cassandra.stop() })
  t.strictSame(cassandra.env, { CASSANDRA_HOSTS: cassandra.hosts.join(','), CASSANDRA_LOCAL_DATA_CENTER: 'datacenter1' })
  t.match(progress.at(-2), /^starting Cassandra 5\.0\.8 on 127\.[\d.]+:9042$/)
  t.match(progress.at(-1), /^Cassandra is ready after \d+\.\d s$/)

  await withClient(cassandra, async (client) => {
    await client.execute("CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}")
    await client.execute('CREATE TABLE k.t (id int PRIMARY KEY)')
    await Promise.all(Array.from({ length: 200 }, async (_, id) => await client.execute('INSERT INTO k.t (id) VALUES (?)', [id], { prepare: true })))
  })
  await cassandra.kill(1)
  t.strictSame(processesOf(directory), [], 'kill is done when the process is gone')
  await cassandra.kill(1)
  await t.rejects(cassandra.pause(1), { name: 'CassandraStartError', message: /does not run/ })
  await cassandra.start(1)
  t.equal(await countRows(cassandra), 200)

  await cassandra.pause(1)
  await withoutAnswer(t, cassandra)
  await t.rejects(cassandra.start(1), { message: /paused: resume it/ })
  await cassandra.resume(1)
  t.equal(await countRows(cassandra), 200)

  await t.rejects(cassandra.kill(2), { name: 'RangeError', message: /node 1 only/ })
  await t.rejects(startCassandra({ directory }), { reason: 'directory', message: new RegExp(`in use by process ${process.pid}`) })
  await cassandra.stop()
  await cassandra.stop()
  t.strictSame(processesOf(directory), [])
  await t.rejects(cassandra.start(1), { message: /was stopped/ })
})

t.test('a second start finds the data, at another address too', async (t) => {
  await t.rejects(startCassandra({ directory, nodes: 3 }), { reason: 'directory', message: /belongs to a cluster of 1, not of 3/ })
  const cassandra = await startCassandra({ directory, address: '127.0.10.21' })
  t.teardown(async () => { await cassandra.stop() })
  t.strictSame(cassandra.hosts, ['127.0.10.21'])
  t.equal(await countRows(cassandra), 200)
  t.ok(existsSync(join(directory, 'cluster.json')))
  t.notOk(readdirSync(directory).some((name) => name.endsWith('.new')))
})

async function countRows (cassandra: LocalCassandra): Promise<number> {
  return await withClient(cassandra, async (client) => Number((await client.execute('SELECT count(*) AS n FROM k.t')).first()['n']))
}

async function withoutAnswer (t: Test, cassandra: LocalCassandra): Promise<void> {
  const silent = new Client({ contactPoints: cassandra.hosts, localDataCenter: cassandra.localDataCenter, socketOptions: { connectTimeout: 300, readTimeout: 300 } })
  await t.rejects(silent.connect(), errors.NoHostAvailableError)
  await silent.shutdown()
}

async function withClient<T> (cassandra: LocalCassandra, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ contactPoints: cassandra.hosts, localDataCenter: cassandra.localDataCenter })
  try {
    await client.connect()
    return await use(client)
  } finally {
    await client.shutdown()
  }
}
