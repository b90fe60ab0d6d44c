// Connecting to real and to unreal servers. For what must not suffer from it, the shared cluster is only connected to.
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { Connection } from '../../src/cqlengine/connection/connection.js'
import { type ClientSettings, createClient } from '../../src/cqlengine/connection/client.js'
import { ConnectionRegistry } from '../../src/cqlengine/connection/registry.js'
import { type Client, errors, ExecutionProfile, policies, types } from '../../src/cqlengine/driver.js'
import { ClosedError } from '../../src/cqlengine/errors.js'
import { hosts, localDataCenter } from '../support/cassandra.js'
import { failureOf, settle } from './fake-client.js'
import { fakeNode } from './fake-node.js'
import { proxyTo } from './proxy.js'

const raw = { kind: 'raw', prepare: true, isIdempotent: true } as const
const question = 'SELECT key FROM system.local'
/** For servers that never answer; a real one may take longer than this on a busy machine. */
const impatient = { socketOptions: { readTimeout: 300, connectTimeout: 300 }, pooling: { heartBeatInterval: 0 } }

interface Made { connection: Connection, client: Client }

function make (t: { teardown (fn: () => unknown): void }, settings: Partial<ClientSettings> & { retryConnect?: boolean } = {}): Made {
  const { retryConnect, ...rest } = settings
  const client = createClient({ name: 'c', hosts, warn: () => {}, ...rest })
  const connection = new Connection({ name: 'c', client, owned: true, retryConnect })
  t.teardown(() => connection.close({ timeout: 0 }))
  return { connection, client }
}

const localDc = (client: Client) => (client as unknown as { options: { localDataCenter?: string } }).options.localDataCenter

t.test('hosts alone are enough: the data center is found inside the one client', async (t) => {
  const { connection, client } = make(t)
  await connection.connect()
  t.equal(localDc(client), localDataCenter)
  t.equal((await connection.session.execute(question, [], raw)).rowLength, 1)
  t.equal(connection.state, 'ready')
  await connection.close()
  t.equal(connection.state, 'closed')
  t.type(await failureOf(connection.session.execute(question, [], raw)), ClosedError)
})

t.test("the data center is found for the user's own policies and profiles, too", async (t) => {
  const { loadBalancing } = policies
  const profiles = [new ExecutionProfile('other', { loadBalancing: new loadBalancing.DefaultLoadBalancingPolicy() }), new ExecutionProfile('all', { loadBalancing: new loadBalancing.RoundRobinPolicy() })]
  const { connection } = make(t, { options: { profiles, policies: { loadBalancing: new loadBalancing.TokenAwarePolicy(new loadBalancing.DefaultLoadBalancingPolicy()) } } })
  await connection.connect()
  for (const executionProfile of ['default', 'other', 'all']) t.equal((await connection.session.execute(question, [], { ...raw, executionProfile })).rowLength, 1, executionProfile)
  t.type(await failureOf(connection.session.execute(question, [], { ...raw, executionProfile: 'nope' })), errors.ArgumentError)
})

t.test('a data center that is named is used; one that does not exist is an error, not retried and not leaked', async (t) => {
  const right = make(t, { localDataCenter })
  await right.connection.connect()
  t.equal(localDc(right.client), localDataCenter)
  for (const options of [undefined, { policies: { loadBalancing: new policies.loadBalancing.RoundRobinPolicy() } }]) {
    const wrong = make(t, { localDataCenter: 'nope', retryConnect: true, options })
    const error = await failureOf(wrong.connection.connect())
    t.type(error, errors.NoHostAvailableError)
    t.match(error.message, new RegExp(`localDataCenter.*${localDataCenter}`))
    t.equal(wrong.connection.state, 'failed')
    t.equal(wrong.client.hosts.length, 0)
  }
})

t.test('a consistency that cannot be met shows that it is sent: CON-18', async (t) => {
  const { connection } = make(t, { consistency: types.consistencies.serial })
  await connection.connect()
  const { info } = await connection.session.execute(question, [], raw)
  t.equal(info.achievedConsistency, types.consistencies.serial)
})

t.test('the attempt is shared, and over when it failed; the same connection can then succeed', async (t) => {
  const { connection, client } = make(t, { hosts: ['127.0.0.1:1'] })
  const [first, second] = [connection.connect(), connection.connect()]
  t.equal(first, second)
  t.type(await failureOf(first), errors.NoHostAvailableError)
  t.equal(connection.state, 'failed')
  Object.assign((client as unknown as { options: object }).options, { contactPoints: hosts })
  await connection.whenReady()
  t.equal(connection.state, 'ready')
})

for (const behaviour of ['silent', 'closes', 'garbage', 'half'] as const) {
  t.test(`a server that is ${behaviour}: the driver's error, and no socket stays`, async (t) => {
    const node = await fakeNode(behaviour)
    t.teardown(() => node.close())
    const { connection } = make(t, { hosts: [node.host], options: impatient })
    const error = await failureOf(connection.connect())
    t.type(error, errors.NoHostAvailableError)
    const ended = node.sockets.map((socket) => new Promise((resolve) => { socket.destroyed ? resolve(true) : socket.once('close', resolve) }))
    await Promise.all(ended)
    t.ok(node.sockets.length > 0)
  })
}

t.test('a silent host: connecting is bounded by a timer of ours, a request by its own', async (t) => {
  const node = await fakeNode('silent')
  t.teardown(() => node.close())
  const eager = make(t, { hosts: [node.host] })
  const started = performance.now()
  t.match(await failureOf(eager.connection.connect({ timeout: 100 })), { constructor: errors.OperationTimedOutError, message: /"c".*100 ms/ })
  const lazy = make(t, { hosts: [node.host] })
  t.type(await failureOf(lazy.connection.session.execute(question, [], { ...raw, timeout: 100 })), errors.OperationTimedOutError)
  t.ok(performance.now() - started < 3000, 'long before the driver gives up')
})

t.test('closing while connecting ends the attempt, and nothing stays open', async (t) => {
  const node = await fakeNode('silent')
  t.teardown(() => node.close())
  const { connection } = make(t, { hosts: [node.host, node.host.replace('127.0.0.1', '127.0.0.2')] })
  const attempt = failureOf(connection.connect())
  while (node.sockets.length === 0) await settle()
  const started = performance.now()
  await connection.close({ timeout: 50 })
  t.type(await attempt, errors.NoHostAvailableError)
  t.ok(performance.now() - started < 2000, 'it did not wait for the server')
  const [socket] = node.sockets
  if (socket?.destroyed === false) await new Promise((resolve) => { socket.once('close', resolve) })
  t.equal(connection.state, 'closed')

  const live = make(t)
  const connecting = live.connection.connect()
  await live.connection.close()
  await connecting
  t.equal(live.connection.state, 'closed')
  t.equal(live.client.getState().getConnectedHosts().length, 0, 'an attempt that succeeds meanwhile is undone')
})

t.test('a socket that the driver still opens after closing is closed at once', async (t) => {
  const { connection, client } = make(t)
  await connection.connect()
  await connection.close()
  const { logEmitter } = (client as unknown as { options: { logEmitter (...message: unknown[]): void } }).options
  const seen: string[] = []
  // As the driver's own: its first message, to the log function that it holds, tells of it.
  const late = { logEmitter, netClient: { destroyed: false, destroy: () => seen.push('destroyed') }, clearAndInvokePending: () => seen.push('told'), listenerCount: () => 0 }
  late.logEmitter('log', 'info', 'Connection', 'Connecting to the host')
  await settle()
  t.same(seen, ['destroyed', 'told'])
})

t.test('closing lets requests end that wait for a lazy connection', async (t) => {
  const { connection } = make(t)
  const answers = Array.from({ length: 20 }, () => connection.session.execute(question, [], raw))
  const closing = connection.close()
  t.equal((await Promise.all(answers)).length, 20)
  await closing
  t.equal(connection.close(), closing, 'once')
})

t.test('closing lets requests end that are under way: none is lost', async (t) => {
  const { connection } = make(t)
  await connection.connect()
  const answers = Array.from({ length: 1000 }, () => connection.session.execute(question, [], raw))
  await connection.close()
  t.equal((await Promise.all(answers)).filter(({ rowLength }) => rowLength === 1).length, 1000)
})

t.test('closing waits for requests only as long as it is told', async (t) => {
  const { connection, client } = make(t)
  await connection.connect()
  client.execute = () => new Promise(() => {})
  void connection.session.execute(question, [], raw)
  const started = performance.now()
  await connection.close({ timeout: 30 })
  const took = performance.now() - started
  t.ok(took >= 29 && took < 3000, `${took} ms`)
})

t.test('retryConnect: up again in the background once the server is there; whenReady waits for that', async (t) => {
  const { connection, client } = make(t, { hosts: ['127.0.0.1:1'], retryConnect: true })
  await failureOf(connection.connect())
  t.equal(connection.state, 'retrying')
  const ready = connection.whenReady()
  t.type(await failureOf(connection.session.execute(question, [], raw)), errors.NoHostAvailableError)
  t.equal(connection.state, 'retrying', 'also after a use that failed')
  Object.assign((client as unknown as { options: object }).options, { contactPoints: hosts })
  await ready
  t.equal(connection.state, 'ready')
  t.equal(connection.error, undefined)
})

t.test('retryConnect: each use tries at once, all together once', async (t) => {
  const { connection, client } = make(t, { hosts: ['127.0.0.1:1'], retryConnect: true })
  await failureOf(connection.connect())
  let attempts = 0
  const { connect } = client
  client.connect = (() => {
    attempts++
    return connect.call(client, undefined as never)
  }) as Client['connect']
  Object.assign((client as unknown as { options: object }).options, { contactPoints: hosts })
  await Promise.all(Array.from({ length: 50 }, () => connection.session.execute(question, [], raw)))
  t.equal(attempts, 1)
  t.equal(connection.state, 'ready')
})

t.test('whenReady: a closed connection will not be; a hopeless one says why', async (t) => {
  const gone = make(t, { hosts: ['127.0.0.1:1'], retryConnect: true })
  const waiting = failureOf(gone.connection.whenReady())
  await failureOf(gone.connection.connect())
  await gone.connection.close()
  t.type(await waiting, ClosedError)
  t.type(await failureOf(gone.connection.whenReady()), ClosedError)
  t.type(await failureOf(gone.connection.connect()), ClosedError)
  const hopeless = make(t, { localDataCenter: 'nope', retryConnect: true })
  t.type(await failureOf(hopeless.connection.whenReady()), errors.NoHostAvailableError)
})

t.test('lazy without retryConnect: a failed use is no end, the next one tries again', async (t) => {
  const { connection, client } = make(t, { hosts: ['127.0.0.1:1'] })
  t.type(await failureOf(connection.session.execute(question, [], raw)), errors.NoHostAvailableError)
  t.equal(connection.state, 'failed')
  Object.assign((client as unknown as { options: object }).options, { contactPoints: hosts })
  t.equal((await connection.session.execute(question, [], raw)).rowLength, 1)
})

t.test('a keyspace need not exist when connecting: FCA-07, CON-03', async (t) => {
  const registry = new ConnectionRegistry({ warn: () => {} })
  t.teardown(() => registry.close())
  await registry.setup(hosts, 'no_such_keyspace')
  t.equal(registry.keyspace, 'no_such_keyspace')
  await registry.registerConnection('other', { hosts: hosts.join(','), keyspace: 'no_such_keyspace' })
  t.equal(await registry.health({ timeout: 30_000 }), true)
  t.match(registry.status().connections.default, { state: 'ready', isDefault: true, hosts: [{ dataCenter: localDataCenter, isUp: true }] })
})

t.test('one cluster down while the other serves', async (t) => {
  const registry = new ConnectionRegistry({ warn: () => {} })
  t.teardown(() => registry.close())
  await registry.registerConnection('up', { hosts, default: true })
  await registry.registerConnection('down', { hosts: ['127.0.0.1:1'], lazyConnect: true })
  t.type(await failureOf(registry.resolve('down').session.execute(question, [], raw)), errors.NoHostAvailableError)
  t.equal((await registry.resolve().session.execute(question, [], raw)).rowLength, 1)
  t.match(registry.status().connections, { up: { state: 'ready' }, down: { state: 'failed' } })
  t.equal(await registry.health(), false)
})

t.test('after a total outage, however long, there is an answer within 5 s of the first node that can give one', async (t) => {
  const proxy = await proxyTo(hosts[0] ?? '')
  t.teardown(() => proxy.close())
  const refused: string[] = []
  const { connection, client } = make(t, { hosts: [proxy.host] })
  client.on('log', (_level: string, _class: string, message: string) => { if (message.includes('error when trying to connect')) refused.push(message) })
  await connection.connect()
  await proxy.shut()
  // By then the pauses are as long as they get.
  while (refused.length < 12) await delay(50)
  await proxy.open()
  const opened = performance.now()
  while (!await connection.session.execute(question, [], raw).then(() => true, () => false)) await delay(50)
  t.ok(performance.now() - opened < 5000, `${Math.round(performance.now() - opened)} ms`)
})

t.test('health is bounded where the host is silent', async (t) => {
  const node = await fakeNode('silent')
  t.teardown(() => node.close())
  const registry = new ConnectionRegistry({ warn: () => {} })
  await registry.registerConnection('silent', { hosts: [node.host], lazyConnect: true, default: true })
  const started = performance.now()
  t.equal(await registry.health({ timeout: 100 }), false)
  t.ok(performance.now() - started < 2000)
  await registry.close({ timeout: 0 })
})

t.test("a user's client that was shut down already is refused with the driver's reason", async (t) => {
  const client = createClient({ name: 'x', hosts, warn: () => {} })
  await client.connect()
  await client.shutdown()
  t.match(await failureOf(new ConnectionRegistry().registerConnection('x', { session: client })), { constructor: errors.NoHostAvailableError, message: /after shutdown/ })
})

t.test('wrong credentials are the error of the driver, whatever the server says about them', async (t) => {
  const { connection } = make(t, { options: { credentials: { username: 'nobody', password: 'hunter2' } } })
  const outcome = await connection.connect().then(() => undefined, (error: unknown) => error as Error)
  // The shared cluster of the tests asks for no login; one that does refuses this one.
  if (outcome === undefined) t.equal(connection.state, 'ready')
  else t.match(outcome, { constructor: errors.NoHostAvailableError, message: /AuthenticationError/ })
})
