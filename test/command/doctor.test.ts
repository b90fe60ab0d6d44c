// doctor: each usual reason why an app does not get through, on real nodes.
import { spawn } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { createServer, connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { Client } from '../../src/cqlengine/driver.js'
import { selfSigned } from '../../src/testing/certificate.js'
import { connectedClient, hosts, startOwnCluster, uniqueKeyspace } from '../support/cassandra.js'
import { root } from '../support/root.js'
import { project } from './running.js'

const keyspace = await uniqueKeyspace(t)
const { call } = project(t, { 'package.json': '{}' })

/** With these variables beside those of the test cluster. */
async function examined (env: Record<string, string>, ...args: string[]): Promise<{ code: number, out: string, err: string }> {
  return await project(t, {}, env).call('doctor', ...args)
}

t.test('all works: each step is told, and 0', async (t) => {
  const outcome = await call('doctor', '--keyspace', keyspace)
  t.match(outcome, { code: 0, err: '' })
  for (const text of ['the configuration is complete', 'accepts connections', "speaks Cassandra's protocol", 'connected; 1 node', 'is there', 'each row has 1 replica', 'all nodes have one schema']) t.ok(outcome.out.includes(text), text)
  t.ok((JSON.parse((await call('doctor', '--json', '--keyspace', keyspace)).out) as { state: string }[]).every(({ state }) => state !== 'failed'))
})

t.test('what is wrong is told with what to do, and 1', async (t) => {
  const quiet = createServer().listen(0, '127.0.0.1')
  const other = createServer((socket) => { socket.once('data', () => { socket.end('HTTP/1.1 400 Bad Request\r\n\r\n') }).on('error', () => {}) }).listen(0, '127.0.0.1')
  await Promise.all([once(quiet, 'listening'), once(other, 'listening')])
  t.teardown(() => { quiet.close(); other.close() })
  const portOf = (server: typeof quiet): number => (server.address() as { port: number }).port
  for (const [message, env, ...args] of [
    [/FAILED .*keyspace/, {}],
    [/FAILED {2}nobody listens on 127\.0\.0\.1:1\n +start Cassandra/, {}, '--hosts', '127.0.0.1:1', '--keyspace', keyspace],
    [/FAILED {2}the name no-such-host\.invalid has no address/, {}, '--hosts', 'no-such-host.invalid', '--keyspace', keyspace],
    [/FAILED {2}127\.0\.0\.1:\d+ accepts connections and says nothing/, {}, '--hosts', `127.0.0.1:${portOf(quiet)}`, '--keyspace', keyspace],
    [/FAILED {2}what listens on 127\.0\.0\.1:\d+ is no Cassandra/, {}, '--hosts', `127.0.0.1:${portOf(other)}`, '--keyspace', keyspace],
    [/FAILED {2}there is no keyspace "nowhere_at_all"/, {}, '--keyspace', 'nowhere_at_all'],
    [/FAILED {2}the consistency three needs 3 replicas, and each row has 1/, { CASSANDRA_CONSISTENCY: 'THREE' }, '--keyspace', keyspace],
    [/FAILED .*data center.*\n +set CASSANDRA_LOCAL_DATA_CENTER/, { CASSANDRA_LOCAL_DATA_CENTER: 'nowhere' }, '--keyspace', keyspace],
    [/FAILED {2}\S+ speaks no TLS/, { CASSANDRA_SETUP_KWARGS: '{"sslOptions":{}}' }, '--keyspace', keyspace]
  ] as const) {
    const { code, out } = await examined(env, ...args)
    t.equal(code, 1, String(message))
    t.match(out, message)
  }
  const client = await connectedClient(t)
  const wide = `${keyspace}_wide`
  await client.execute(`CREATE KEYSPACE ${wide} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}`)
  await client.execute(`CREATE KEYSPACE ${wide}r WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': 3}`)
  t.teardown(async () => { const own = await connectedClient(t); for (const name of [wide, `${wide}r`]) await own.execute(`DROP KEYSPACE ${name}`) })
  for (const [consistency, name] of [['QUORUM', wide], ['QUORUM', `${wide}r`], ['LOCAL_QUORUM', `${wide}r`], ['EACH_QUORUM', `${wide}r`]] as const) {
    t.match(await examined({ CASSANDRA_CONSISTENCY: consistency }, '--keyspace', name), { code: 1, out: /needs 2 replicas, and there is 1 node for them/ }, `${consistency} in ${name}`)
  }
})

t.test('packets that are dropped: the contact point is silent, and the others are looked at all the same', async (t) => {
  // A process that takes no connections: when its queue is full, the kernel drops what comes.
  const child = spawn(process.execPath, ['-e', "require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log(this.address().port) })"], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => { child.kill('SIGKILL') })
  const [port] = await once(child.stdout, 'data') as [Buffer]
  child.kill('SIGSTOP')
  const sockets: Socket[] = []
  t.teardown(() => { for (const socket of sockets) socket.destroy() })
  for (let isTaken = true; isTaken;) {
    const socket = connect({ port: Number(port), host: '127.0.0.1' }).on('error', () => {})
    sockets.push(socket)
    isTaken = await Promise.race([once(socket, 'connect').then(() => true), delay(300).then(() => false)])
  }
  const contact = `127.0.0.1:${Number(port)}`
  const { code, out } = await examined({}, '--hosts', `${contact},${hosts[0]}`, '--keyspace', keyspace)
  t.equal(code, 1)
  t.match(out, new RegExp(`FAILED {2}${contact} is silent: no answer within 3000 ms\\n +a firewall or security group drops the packets`))
  t.match(out, /connected; 1 node/)
})

t.test('a second copy of the driver in the project is told, with both versions; the same one is not', async (t) => {
  const { call, folder } = project(t, { 'package.json': '{}' })
  const copy = join(folder, 'node_modules/cassandra-driver')
  cpSync(join(root, 'node_modules/cassandra-driver'), copy, { recursive: true })
  writeFileSync(join(copy, 'package.json'), '{ "name": "cassandra-driver", "version": "4.6.0", "main": "index.js" }')
  const outcome = await call('doctor', '--keyspace', keyspace)
  t.match(outcome, { code: 0, out: /note {4}this project has a second copy of cassandra-driver \(4\.6\.0, and this package 4\.\d+\.\d+\).*\n +npm dedupe/ })
  t.notMatch((await call('doctor', '--json', '--keyspace', keyspace)).out, /"driver".*"failed"/s)
  const { call: inside } = project(t, {})
  t.notMatch((await inside('doctor', '--keyspace', keyspace)).out, /second copy/)
})

t.test('login and TLS, a schema that a node has not got, and a node that hangs', { timeout: 120_000 }, async (t) => {
  const cassandra = await startOwnCluster(t, { auth: true, tls: 'only', durable: false })
  const kwargs = JSON.parse(cassandra.env['CASSANDRA_SETUP_KWARGS'] ?? '{}') as { credentials: { username: string, password: string }, sslOptions: object }
  const at = ['--hosts', cassandra.hosts.join(','), '--keyspace', 'system_schema']
  const withOptions = (options: object): Record<string, string> => ({ CASSANDRA_SETUP_KWARGS: JSON.stringify(options) })
  t.match(await examined({}, ...at), { code: 1, out: /FAILED .*wants TLS/ })
  t.match(await examined(withOptions({ sslOptions: {} }), ...at), { code: 1, out: /FAILED {2}the certificate of .* is not trusted/ })
  t.match(await examined(withOptions({ sslOptions: { ca: selfSigned(['127.0.0.1']).certificate } }), ...at), { code: 1, out: /FAILED {2}the certificate of .* is not trusted/ }, 'another authority')
  t.match(await examined(withOptions({ sslOptions: kwargs.sslOptions }), ...at), { code: 1, out: /FAILED {2}the login is missing or wrong\n +set credentials/ })
  t.match(await examined(withOptions({ sslOptions: kwargs.sslOptions, credentials: { username: 'cassandra', password: 'wrong' } }), ...at), { code: 1, out: /FAILED {2}the login is missing or wrong/ })
  t.match(await examined(withOptions(kwargs), ...at), { out: /over TLS\n.*connected; 1 node/ })
  // A node that is cut off, as the others know it.
  const client = new Client({ contactPoints: cassandra.hosts, localDataCenter: cassandra.localDataCenter, ...kwargs })
  await client.execute("INSERT INTO system.peers (peer, data_center, host_id, rack, release_version, rpc_address, schema_version, tokens) VALUES ('127.9.9.9', ?, uuid(), 'rack1', '5.0.8', '127.9.9.9', uuid(), {'5'})", [cassandra.localDataCenter], { prepare: true })
  await client.shutdown()
  const split = await examined(withOptions(kwargs), ...at)
  t.match(split, { code: 1, out: /note +connected; 1 of 2 nodes cannot be reached: 127\.9\.9\.9/ })
  t.match(split.out, /FAILED {2}the nodes do not agree on the schema: it is one on \S+, another one on .*\n +start nodes that are down/)
  await cassandra.pause(1)
  t.match(await examined(withOptions(kwargs), ...at), { code: 1, out: /FAILED {2}\S+ accepts connections and says nothing/ }, 'a node that hangs, with TLS')
})
