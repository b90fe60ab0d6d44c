import t from 'tap'
import { ConnectionRegistry, type RegistryOptions } from '../../src/cqlengine/connection/registry.js'
import { route } from '../../src/cqlengine/connection/route.js'
import { errors } from '../../src/cqlengine/driver.js'
import { ClosedError, ConfigError, ConnectionRegistryError } from '../../src/cqlengine/errors.js'
import { deferred, failureOf, fakeClient, rows, settle, thrownBy } from './fake-client.js'

const warnings: string[] = []
const registry = (options: RegistryOptions = {}) => new ConnectionRegistry({ warn: (message) => { warnings.push(message) }, ...options })
t.beforeEach(() => { warnings.length = 0 })

const read = { kind: 'read', prepare: true } as const
const lazily = { hosts: ['127.0.0.1:1'], lazyConnect: true }

t.test('CON-02, CON-05, CON-06: a client of the user is wrapped, connected and looked up by name', async (t) => {
  const connections = registry()
  const fake = fakeClient()
  await connections.registerConnection('cluster', { session: fake.client, keyspace: 'ks' })
  t.same(connections.names, ['cluster'])
  t.equal(connections.defaultName, undefined)
  t.match(connections.resolve('cluster'), { name: 'cluster', keyspace: 'ks', owned: false, state: 'ready', client: fake.client })
  t.equal(connections.keyspaceOf('cluster'), 'ks')
  t.equal(connections.keyspaceOf('other'), undefined)
  t.same(fake.events, ['connect'])
})

t.test('R01 to R09 on recording clients: what route() decides is what receives the statement', async (t) => {
  const connections = registry()
  const fakes = { default: fakeClient(), cluster: fakeClient(), cluster2: fakeClient() }
  for (const [name, fake] of Object.entries(fakes)) await connections.registerConnection(name, { session: fake.client, default: name === 'default' })
  const send = async (sources: Parameters<typeof route>[0]) => {
    const { connection } = route(sources, connections)
    await connections.resolve(connection).session.execute(`SELECT ${connection}`, [], read)
  }
  const model = { connection: 'cluster' }
  await send({ model })
  await send({ model, using: { connection: 'cluster2' } })
  await send({ model, context: { connection: 'cluster2' } })
  await send({ model, context: { connection: 'cluster2' }, using: { connection: 'default' } })
  await send({ model, origin: { connection: 'cluster2' } })
  await send({ model, batch: 'cluster2' })
  await send({})
  t.same(Object.values(fakes).map(({ calls }) => calls.map(({ cql }) => cql.replace('SELECT ', ''))), [['default', 'default'], ['cluster'], ['cluster2', 'cluster2', 'cluster2', 'cluster2']])
})

t.test('R13, CON-12: unknown names are an error that names them and the known ones, and nothing is sent', async (t) => {
  const connections = registry()
  const fake = fakeClient()
  await connections.registerConnection('a', { session: fake.client, default: true })
  await connections.registerConnection('b', { session: fake.client })
  t.throws(() => connections.resolve('nope'), { constructor: ConnectionRegistryError, message: /"nope".*a, b/ })
  t.throws(() => { connections.setDefaultConnection('nope') }, { constructor: ConnectionRegistryError, message: /"nope".*a, b/ })
  for (const get of ['getConnection', 'getSession', 'getCluster'] as const) t.match(await failureOf(connections[get]('nope')), { constructor: ConnectionRegistryError, message: /"nope".*a, b/ })
  t.equal(fake.calls.length, 0)
})

t.test('names of Object.prototype are names like any other', async (t) => {
  const connections = registry()
  for (const name of ['constructor', '__proto__', 'toString']) t.throws(() => connections.resolve(name), ConnectionRegistryError)
  await connections.registerConnection('__proto__', { session: fakeClient().client, keyspace: 'ks' })
  t.equal(connections.resolve('__proto__').keyspace, 'ks')
  t.same(Object.keys(connections.status().connections), ['__proto__'])
})

t.test('B30: no default is an error that says so', async (t) => {
  const connections = registry()
  t.throws(() => connections.resolve(), { constructor: ConnectionRegistryError, message: /No default.*known connections: none/ })
  await connections.registerConnection('a', { session: fakeClient().client })
  t.throws(() => connections.resolve(), { constructor: ConnectionRegistryError, message: /No default.*known connections: a/ })
  t.throws(() => route({}, connections), { constructor: ConnectionRegistryError, message: /known connections: a/ })
  t.match(await failureOf(connections.getConnection()), ConnectionRegistryError)
})

t.test('CON-01, R16: two registries know nothing of each other', async (t) => {
  const [one, two] = [registry(), registry()]
  await one.registerConnection('a', { session: fakeClient().client, default: true })
  one.configureKeyspace('ks1')
  t.same(two.names, [])
  t.equal(two.defaultName, undefined)
  t.equal(two.keyspace, undefined)
})

t.test('a registration that fails leaves the registry as it was', async (t) => {
  const connections = registry()
  const first = fakeClient()
  await connections.registerConnection('a', { session: first.client, default: true })
  connections.configureKeyspace('ks')
  const before = connections.resolve('a')
  const broken = fakeClient()
  broken.onConnect = async () => { throw new errors.NoHostAvailableError({}) }
  t.type(await failureOf(connections.registerConnection('a', { session: broken.client })), errors.NoHostAvailableError)
  t.type(await failureOf(connections.registerConnection('b', { session: broken.client, default: true })), errors.NoHostAvailableError)
  t.type(await failureOf(connections.registerConnection('c', { hosts: ['host:abc'] })), ConfigError)
  t.type(await failureOf(connections.setup(['127.0.0.1:1'], 'other')), errors.NoHostAvailableError)
  t.type(await failureOf(connections.setup(['a'], '')), ConfigError)
  t.same([connections.names, connections.defaultName, connections.keyspace], [['a'], 'a', 'ks'])
  t.equal(connections.resolve('a'), before)
  t.equal(before.state, 'ready')
  t.same(broken.events, ['connect', 'connect'], "a client of the user's is not shut down")
})

t.test('names and status are in the order of registration, whatever connects first', async (t) => {
  const connections = registry()
  const slow = fakeClient()
  const opened = deferred()
  slow.onConnect = () => opened.promise
  const registered = ['c', 'a', 'b'].map((name, i) => connections.registerConnection(name, { session: i === 0 ? slow.client : fakeClient().client }))
  await Promise.all(registered.slice(1))
  t.same(connections.names, ['a', 'b'])
  opened.resolve()
  await registered[0]
  t.same(connections.names, ['c', 'a', 'b'])
  t.same(Object.keys(connections.status().connections), ['c', 'a', 'b'])
  await connections.registerConnection('a', { session: fakeClient().client })
  t.same(connections.names, ['c', 'a', 'b'], 'what is replaced keeps its place')
  await connections.unregisterConnection('c')
  await connections.registerConnection('c', { session: fakeClient().client })
  t.same(connections.names, ['a', 'b', 'c'])
  await connections.close()
})

t.test('names must be names; one name can be registered once at a time', async (t) => {
  const connections = registry()
  for (const name of ['', ' ', undefined, null, 7, {}]) t.match(await failureOf(connections.registerConnection(name as string, { session: fakeClient().client })), { constructor: ConnectionRegistryError, message: /not empty/ })
  const opened = deferred()
  const slow = fakeClient()
  slow.onConnect = () => opened.promise
  const pending = connections.registerConnection('a', { session: slow.client })
  t.match(await failureOf(connections.registerConnection('a', { session: fakeClient().client })), { constructor: ConnectionRegistryError, message: /"a" is being registered/ })
  t.same(connections.names, [], 'it is there once it is connected')
  opened.resolve()
  await pending
  t.same(connections.names, ['a'])
})

t.test('CON-09, B27: registering again replaces, warns, and the default follows the name', async (t) => {
  const connections = registry()
  const [first, second] = [fakeClient(), fakeClient()]
  await connections.registerConnection('a', { session: first.client, default: true })
  await connections.registerConnection('a', { session: second.client })
  t.equal(connections.defaultName, 'a')
  t.equal(connections.resolve().client, second.client)
  t.match(warnings, [/"a"/])
  t.same(first.events, ['connect'], "the user's client stays open")
})

t.test('CON-09: the client of ours that was replaced is closed only when its requests have ended', async (t) => {
  const connections = registry()
  const made: { shutdown: () => Promise<void> }[] = []
  connections.configure({ warn: () => {}, onClient: (client) => { made.push(client as never) } })
  await connections.registerConnection('a', { ...lazily, default: true })
  const client = made[0] as never as ReturnType<typeof fakeClient>
  const answer = deferred()
  const events: string[] = []
  // Ours, but for its network.
  Object.assign(client, { connect: async () => {}, execute: () => answer.promise.then(() => rows()), shutdown: async () => { events.push('shutdown') } })
  const running = connections.resolve().session.execute('SELECT x', [], read).then(() => { events.push('answered') })
  await settle()
  await connections.registerConnection('a', { session: fakeClient().client })
  await settle()
  t.same(events, [])
  answer.resolve()
  await running
  await settle()
  t.same(events, ['answered', 'shutdown'])
})

t.test('CON-10, B28: unregistering closes only what is ours; an unknown name is no error', async (t) => {
  const connections = registry()
  const fake = fakeClient()
  await connections.registerConnection('a', { session: fake.client, default: true })
  await connections.registerConnection('b', { session: fake.client })
  await connections.unregisterConnection('nope')
  await connections.unregisterConnection('a')
  t.same(connections.names, ['b'])
  t.equal(connections.defaultName, undefined)
  await connections.resolve('b').session.execute('SELECT x', [], read)
  t.notOk(fake.events.includes('shutdown'))
  await connections.registerConnection('a', { session: fake.client })
  t.equal(connections.defaultName, undefined, 'the default was given up, not set aside')
})

t.test('unregistering during a request lets it end', async (t) => {
  const connections = registry()
  const answer = deferred()
  const fake = fakeClient(() => answer.promise)
  await connections.registerConnection('a', { session: fake.client })
  const { session } = connections.resolve('a')
  const running = session.execute('SELECT x', [], read)
  const gone = connections.unregisterConnection('a')
  t.throws(() => connections.resolve('a'), ConnectionRegistryError)
  t.type(await failureOf(session.execute('SELECT y', [], read)), ClosedError)
  answer.resolve()
  await Promise.all([running, gone])
  t.equal(fake.calls.length, 1)
})

t.test('CON-11: the default is chosen by name and not connected by that; in the middle of a hundred requests each goes where it was sent', async (t) => {
  const connections = registry()
  const [a, b] = [fakeClient(), fakeClient()]
  await connections.registerConnection('a', { session: a.client, default: true })
  await connections.registerConnection('b', { session: b.client })
  await connections.registerConnection('lazy', lazily)
  await Promise.all(Array.from({ length: 100 }, async (_, index) => {
    if (index === 50) connections.setDefaultConnection('b')
    await connections.resolve().session.execute(`SELECT ${index}`, [], read)
  }))
  t.equal(a.calls.length, 50)
  t.equal(b.calls.length, 50)
  connections.setDefaultConnection('lazy')
  t.equal(connections.resolve().state, 'idle')
  await connections.close()
})

t.test('CON-12, CON-17: getConnection, getSession and getCluster give the default, or the one named', async (t) => {
  const connections = registry()
  const [a, b] = [fakeClient(), fakeClient()]
  await connections.registerConnection('a', { session: a.client, default: true, keyspace: 'ks' })
  connections.setSession(b.client)
  t.equal(b.events.length, 0, 'nothing is opened before it is needed')
  t.same(await connections.getConnection(), { name: 'a', client: b.client, keyspace: undefined, state: 'ready' })
  t.equal(await connections.getSession(''), b.client, 'an empty name is the default')
  t.equal(await connections.getCluster('a'), b.client)
  t.same(b.events, ['connect'])
})

t.test("CON-13: setSession takes the default's place, or makes the default; a session's keyspace is its connection's own", async (t) => {
  const connections = registry()
  const [a, b] = [fakeClient(), fakeClient()]
  a.keyspace = 'theirs'
  connections.configureKeyspace('ks')
  connections.setSession(a.client)
  t.same([connections.names, connections.defaultName, connections.keyspace], [['default'], 'default', 'ks'])
  t.match(route({}, connections), { keyspace: 'theirs', decidedBy: { keyspace: 'connection' } })
  await connections.registerConnection('other', { session: b.client, default: true })
  connections.setSession(a.client)
  t.equal(connections.resolve('other').client, a.client)
  t.match(warnings, [/"other"/])
  t.throws(() => { connections.setSession({} as never) }, { constructor: ConfigError, message: /Client/ })
})

t.test('CON-03: setup names its connection default and sets the keyspace of the db, not of the connection', async (t) => {
  const connections = registry()
  await connections.setup(['127.0.0.1:1'], 'ks', { lazyConnect: true, consistency: 'quorum', maxPrepared: 7 })
  t.same([connections.names, connections.defaultName, connections.keyspace], [['default'], 'default', 'ks'])
  t.equal(connections.keyspaceOf('default'), undefined)
  t.match(connections.resolve().client, { options: { contactPoints: ['127.0.0.1:1'], maxPrepared: 7, queryOptions: { consistency: 4 } } })
  t.equal(connections.resolve().state, 'idle')
  connections.setKeyspace('other')
  t.equal(connections.keyspace, 'other')
  connections.setKeyspace(undefined)
  t.equal(connections.keyspace, 'ks', 'back to the configured one')
  await connections.setup(null, null, { lazyConnect: true })
  t.match(connections.resolve().client, { options: { contactPoints: ['127.0.0.1'] } }, 'no hosts: this machine')
  t.equal(connections.keyspace, undefined)
  await connections.close()
})

t.test("CON-04: default() is this machine with the driver's defaults; it leaves the keyspace alone, and warns when it replaces one", async (t) => {
  const points: unknown[] = []
  const connections = registry({
    warn: (message) => { warnings.push(message) },
    onClient: (client) => {
      points.push((client as unknown as { options: { contactPoints: string[] } }).options.contactPoints)
      client.connect = async () => {}
    }
  })
  connections.configureKeyspace('ks')
  connections.setSession(fakeClient().client)
  await connections.default()
  t.same([points, connections.defaultName, connections.keyspace, connections.names], [[['127.0.0.1']], 'default', 'ks', ['default']])
  t.match(warnings, [/"default"/])
  await connections.close()
})

t.test('CON-07: nothing is set on a client of the user, whatever it is like', async (t) => {
  const fake = fakeClient()
  fake.options = Object.freeze({ encoding: Object.freeze({ map: Map }), queryOptions: Object.freeze({ prepare: false }) })
  const connections = registry()
  await connections.registerConnection('a', { session: Object.freeze(fake.client) })
  await connections.resolve('a').session.execute('SELECT x', [], read)
  t.match(connections.resolve('a').encoding, { map: 'map', set: 'array' })
})

t.test('CON-21: after a swap every way to the session gives the new one', async (t) => {
  const connections = registry()
  const [a, b] = [fakeClient(), fakeClient()]
  connections.setSession(a.client)
  t.equal(await connections.getSession(), a.client)
  connections.setSession(b.client)
  t.equal(await connections.getSession(), b.client)
  t.equal(await connections.getCluster('default'), b.client)
  t.equal(connections.resolve().session.client, b.client)
})

t.test('CON-14: lazy connections open nothing until they are used', async (t) => {
  const connections = registry()
  await connections.registerConnection('a', lazily)
  t.equal(connections.resolve('a').state, 'idle')
  t.match(connections.status(), { connections: { a: { state: 'idle', isDefault: false, inFlight: 0, hosts: [] } } })
  t.type(await failureOf(connections.getConnection('a')), errors.NoHostAvailableError)
  await connections.close()
})

t.test('CON-15, B26: retryConnect keeps a connection that failed at registration, eager ones too', async (t) => {
  const connections = registry()
  await connections.registerConnection('a', { hosts: ['127.0.0.1:1'], retryConnect: true, default: true })
  t.equal(connections.resolve().state, 'retrying')
  t.match(connections.resolve().error, errors.NoHostAvailableError)
  t.type(await failureOf(connections.resolve().session.execute('SELECT x', [], read)), errors.NoHostAvailableError, 'each use tries, and tells')
  await connections.close()
  t.equal(connections.isClosed, true)
})

t.test('closing: a statement then is a ClosedError; twice does no harm; registering opens it again', async (t) => {
  const connections = registry()
  const fake = fakeClient()
  await connections.registerConnection('a', { session: fake.client, default: true })
  connections.configureKeyspace('ks')
  const { session } = connections.resolve()
  await Promise.all([connections.close(), connections.close()])
  await connections.close()
  t.throws(() => connections.resolve(), ClosedError)
  t.throws(() => connections.resolve('a'), ClosedError)
  t.throws(() => route({}, connections), ClosedError)
  t.throws(() => route({ model: { connection: 'a' } }, connections) && connections.resolve('a'), ClosedError)
  t.type(await failureOf(session.execute('SELECT x', [], read)), ClosedError)
  t.type(await failureOf(connections.getConnection('a')), ClosedError)
  t.throws(() => { connections.setDefaultConnection('a') }, ClosedError)
  t.equal(await connections.health(), false)
  t.same(connections.status(), { connections: {} })
  t.notOk(fake.events.includes('shutdown'))
  t.equal(thrownBy(() => connections.resolve()).message.includes('closed'), true)

  await connections.registerConnection('a', { session: fake.client, default: true })
  t.equal(connections.isClosed, false)
  await connections.resolve().session.execute('SELECT x', [], read)
})

t.test('closing while a registration is under way: the registration fails, and nothing stays', async (t) => {
  const connections = registry()
  const slow = fakeClient()
  slow.onConnect = () => new Promise(() => {})
  const pending = connections.registerConnection('a', { session: slow.client })
  await connections.close()
  t.type(await failureOf(pending), ClosedError)
  t.same(connections.names, [])
})

t.test('unregistering while a registration is under way: that fails, and the name is free at once', async (t) => {
  const connections = registry()
  const [old, slow, next] = [fakeClient(), fakeClient(), fakeClient()]
  const opened = deferred()
  slow.onConnect = () => opened.promise
  await connections.registerConnection('a', { session: old.client, default: true })
  for (const settled of [false, true]) {
    const pending = failureOf(connections.registerConnection('a', { session: slow.client }))
    // In the same moment it is connected, too.
    if (settled) opened.resolve()
    const gone = connections.unregisterConnection('a')
    const again = connections.registerConnection('a', { session: next.client, default: true })
    t.match(await pending, { constructor: ClosedError, message: /"a" was unregistered while it was connecting/ })
    await Promise.all([gone, again])
    t.equal(connections.resolve().client, next.client)
  }
  t.same(warnings, [], 'nothing was replaced')
  await connections.close()
})

t.test('a registration that was closed meanwhile neither stays nor stands in the way of another', async (t) => {
  for (const turns of [0, 1, 2, 3, 4, 5, 6]) {
    const connections = registry()
    const [slow, next] = [fakeClient(), fakeClient()]
    const opened = deferred()
    slow.onConnect = () => opened.promise
    const pending = connections.registerConnection('a', { session: slow.client, default: true }).catch((error: unknown) => error)
    opened.resolve()
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    const isThere = connections.names.length > 0
    const closing = connections.close()
    await connections.registerConnection('a', { session: next.client, default: true })
    if (!isThere) t.type(await pending, ClosedError)
    await closing
    t.equal(connections.resolve().client, next.client)
    await connections.close()
  }
})

t.test('closing waits for what an earlier closing still drains', async (t) => {
  const connections = registry()
  const answer = deferred()
  const fake = fakeClient(() => answer.promise)
  await connections.registerConnection('a', { session: fake.client })
  const running = connections.resolve('a').session.execute('SELECT x', [], read)
  const first = connections.close()
  await connections.registerConnection('b', { session: fakeClient().client })
  let isOver = false
  const second = connections.close().then(() => { isOver = true })
  await settle()
  t.equal(isOver, false)
  answer.resolve()
  await Promise.all([running, first, second])
})

t.test('health: true when all that are in use answer; bounded; never throws', async (t) => {
  const connections = registry()
  t.equal(await connections.health(), false, 'nothing is registered')
  const [a, b] = [fakeClient(), fakeClient()]
  await connections.registerConnection('a', { session: a.client, default: true })
  await connections.registerConnection('b', { session: b.client })
  await connections.registerConnection('lazy', lazily)
  t.equal(await connections.health(), true)
  t.match(a.calls, [{ cql: 'SELECT key FROM system.local', options: { isIdempotent: true } }])
  t.equal(connections.resolve('lazy').state, 'idle', 'what was left idle is not opened for it')
  b.answer = () => { throw new Error('down') }
  t.equal(await connections.health(), false)
  b.answer = () => new Promise(() => {})
  t.equal(await connections.health({ timeout: 5 }), false)
  await connections.close({ timeout: 0 })
})

t.test('connectTimeout bounds each attempt, with the error of the driver', async (t) => {
  const connections = registry({ connectTimeout: 5 })
  const slow = fakeClient()
  slow.onConnect = () => new Promise(() => {})
  t.match(await failureOf(connections.registerConnection('a', { session: slow.client })), { constructor: errors.OperationTimedOutError, message: /"a".*5 ms/ })
  t.same(connections.names, [])
})

t.test('onClient is told of the clients that we make, before they connect, and of no others', async (t) => {
  const told: string[] = []
  const connections = registry({ onClient: (client, name) => { told.push(`${name} ${client.getState().getConnectedHosts().length}`) } })
  await connections.registerConnection('ours', lazily)
  await connections.registerConnection('theirs', { session: fakeClient().client })
  t.same(told, ['ours 0'])
  await connections.close()
})

t.test('warnings go to the process unless somebody takes them', async (t) => {
  const warned = new Promise((resolve) => { process.once('warning', resolve) })
  const connections = new ConnectionRegistry()
  await connections.registerConnection('a', { session: fakeClient().client })
  await connections.registerConnection('a', { session: fakeClient().client })
  t.match(await warned, { name: 'CQLEngineWarning', message: /"a"/ })
})
