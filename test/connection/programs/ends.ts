// What a person's process may do with connections. It never calls exit: it has to end by itself. Arguments: the case, and the hosts of a real cluster.
import { Client } from 'cassandra-driver'
import { ConnectionRegistry } from '../../../src/cqlengine/connection/registry.js'
import { fakeNode } from '../fake-node.js'
import { type Proxy, proxyTo } from '../proxy.js'

const [, , name = '', hosts = ''] = process.argv
const registry = new ConnectionRegistry({ warn: () => {} })
const raw = { kind: 'raw', prepare: true, isIdempotent: true } as const
const question = 'SELECT key FROM system.local'

const ask = (connection?: string) => registry.resolve(connection).session.execute(question, [], raw)
const fails = async (promise: Promise<unknown>): Promise<void> => {
  const failed = await promise.then(() => false, () => true)
  if (!failed) throw new Error('it should have failed')
}

const answered = (): Promise<boolean> => ask().then(() => true, () => false)
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!await holds()) await new Promise((resolve) => { setTimeout(resolve, 10) })
}

/** A node that answered and then fell silent, with so many requests sent to it since; `sent` when all of them have failed. */
async function silenced (count: number): Promise<{ proxy: Proxy, sent: Promise<unknown> }> {
  const proxy = await proxyTo(hosts.split(',')[0] ?? '')
  await registry.registerConnection('a', { hosts: proxy.host, default: true, hedge: { after: 20_000 } })
  await ask()
  proxy.hush()
  return { proxy, sent: Promise.all(Array.from({ length: count }, () => fails(ask()))) }
}

const cases: Record<string, () => Promise<void>> = {
  async closed () {
    await registry.registerConnection('a', { hosts, default: true })
    await ask()
    await registry.close()
  },
  async refused () {
    await fails(registry.registerConnection('a', { hosts: ['127.0.0.1:1'] }))
  },
  async 'wrong data center' () {
    for (let attempt = 0; attempt < 3; attempt++) await fails(registry.registerConnection('a', { hosts, localDataCenter: 'nope', retryConnect: attempt === 2 }))
  },
  async silent () {
    registry.configure({ connectTimeout: 400 })
    await fails(registry.registerConnection('a', { hosts: [(await fakeNode('silent')).host, (await fakeNode('silent')).host] }))
  },
  async 'closed during STARTUP' () {
    await fails(registry.registerConnection('a', { hosts: [(await fakeNode('closes')).host], clusterOptions: { socketOptions: { readTimeout: 200 } } }))
  },
  async 'silent after STARTUP' () {
    await fails(registry.registerConnection('a', { hosts: [(await fakeNode('half')).host], clusterOptions: { socketOptions: { readTimeout: 200 } } }))
  },
  async 'one of two silent' () {
    await registry.registerConnection('a', { hosts: [(await fakeNode('half')).host, ...hosts.split(',')], default: true })
    await ask()
    await registry.close()
  },
  async 'closed while connecting' () {
    const { host, sockets } = await fakeNode('silent')
    const registering = registry.registerConnection('a', { hosts: [host] })
    await until(() => sockets.length > 0)
    await Promise.all([registry.close(), fails(registering)])
  },
  async 'retrying, closed' () {
    await registry.registerConnection('a', { hosts: ['127.0.0.1:1'], retryConnect: true, default: true })
    await fails(ask())
    await registry.close()
  },
  async 'retrying, left open' () {
    await registry.registerConnection('a', { hosts: ['127.0.0.1:1'], retryConnect: true })
  },
  async 'lazy, never used' () {
    await registry.registerConnection('a', { hosts, lazyConnect: true })
  },
  async 'replaced and unregistered' () {
    await registry.registerConnection('a', { hosts })
    await registry.registerConnection('a', { hosts })
    await registry.unregisterConnection('a')
  },
  async 'forty short outages lived through' () {
    process.on('warning', (warning) => { throw warning })
    const proxy = await proxyTo(hosts.split(',')[0] ?? '')
    await registry.registerConnection('a', { hosts: proxy.host, default: true })
    for (let outage = 0; outage < 40; outage++) {
      await proxy.shut()
      await proxy.open()
      // Requests while the driver, which pauses for longer and longer, comes back now and then.
      for (let request = 0; request < 3; request++) {
        await ask().catch(() => {})
        await new Promise((resolve) => { setTimeout(resolve, 30) })
      }
    }
    await until(answered)
    await registry.close()
    await proxy.close()
  },
  async 'closed in an outage' () {
    const proxy = await proxyTo(hosts.split(',')[0] ?? '')
    await registry.registerConnection('a', { hosts: proxy.host, default: true })
    await ask()
    await proxy.shut()
    await until(async () => !await answered())
    // Long enough for the driver to pause between its attempts.
    await new Promise((resolve) => { setTimeout(resolve, 2500) })
    await registry.close()
  },
  async 'closed with requests under way at a silent node' () {
    const { proxy, sent } = await silenced(20)
    await registry.close({ timeout: 300 })
    await sent
    await proxy.close()
  },
  async 'closed with requests that wait for room' () {
    const { proxy, sent } = await silenced(5000)
    if ((registry.status().connections['a']?.waiting ?? 0) === 0) throw new Error('they should wait')
    await registry.close({ timeout: 300 })
    await sent
    await proxy.close()
  },
  async 'closed while it connects anew to a node that fell silent' () {
    const { proxy, sent } = await silenced(20)
    await proxy.shut()
    await proxy.open()
    await sent
    await until(() => proxy.connections() > 0)
    await registry.close()
    await proxy.close()
  },
  async 'closed while retrying with a silent node' () {
    registry.configure({ connectTimeout: 200, warn: () => {} })
    const { host, sockets } = await fakeNode('silent')
    await registry.registerConnection('a', { hosts: host, retryConnect: true, default: true })
    const asked = sockets.length
    // The next attempt.
    await until(() => sockets.length > asked || sockets.some((socket) => socket.bytesRead > 0))
    await registry.close()
  },
  async "a client of the user's" () {
    const client = new Client({ contactPoints: hosts.split(','), localDataCenter: process.argv[4] ?? 'datacenter1' })
    await registry.registerConnection('a', { session: client, default: true })
    await Promise.all(Array.from({ length: 100 }, () => ask()))
    await registry.close()
    await client.shutdown()
  },
  async 'two outages lived through' () {
    const proxy = await proxyTo(hosts.split(',')[0] ?? '')
    let refusals = 0
    registry.configure({ onClient: (client) => { client.on('log', (_level, _class, message: string) => { if (message.includes('error when trying to connect')) refusals++ }) } })
    // On a busy machine half a second is soon over, for the first attempt as for any other: all of them are repeated.
    await registry.registerConnection('a', { hosts: proxy.host, lazyConnect: true, default: true, clusterOptions: { socketOptions: { readTimeout: 500, connectTimeout: 500 } } })
    for (let outage = 0; outage < 2; outage++) {
      await until(answered)
      await proxy.shut()
      await fails(ask())
      // At first it tries at once, several times: this is long enough for it to have waited in between.
      const before = refusals
      await until(() => refusals >= before + 5)
      await proxy.open()
      await until(answered)
    }
    await registry.close()
    await proxy.close()
  }
}

process.on('exit', () => { console.log(JSON.stringify(process.getActiveResourcesInfo())) })
const run = cases[name]
if (run === undefined) throw new Error('no such case')
await run()
console.log('done')
