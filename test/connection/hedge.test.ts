// What a silent node holds is also sent to another, within a budget.
import { tracingChannel } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { type ClientSettings, createClient } from '../../src/cqlengine/connection/client.js'
import { Connection } from '../../src/cqlengine/connection/connection.js'
import { boundHedges, HedgePolicy, hedgesOf } from '../../src/cqlengine/connection/driver-internals/hedged-requests.js'
import { hedgePreparing } from '../../src/cqlengine/connection/driver-internals/hedged-preparing.js'
import { Silence } from '../../src/cqlengine/connection/driver-internals/silence.js'
import { type InternalHost, internalsOf, type Metrics, optionsOf, type PreparedByDriver } from '../../src/cqlengine/connection/driver-internals/internals.js'
import { HedgeBudget, parseHedge, usualHedge } from '../../src/cqlengine/connection/hedge.js'
import type { QueryMessage } from '../../src/cqlengine/connection/public-types.js'
import { type Client, errors, type Host, policies, types } from '../../src/cqlengine/driver.js'
import { ConfigError } from '../../src/cqlengine/errors.js'
import { readSettings } from '../../src/settings/read-settings.js'
import { hosts, localDataCenter } from '../support/cassandra.js'
import { thrownBy } from './fake-client.js'
import { fakeNode } from './fake-node.js'
import { proxyTo } from './proxy.js'

t.test('the option: false, or ms and a share; what is wrong is told without its value', async (t) => {
  t.equal(parseHedge(false, 'hedge'), false)
  t.strictSame(parseHedge({}, 'hedge'), usualHedge)
  t.strictSame(parseHedge({ after: 250, share: undefined }, 'hedge'), { after: 250, share: 0.02 })
  t.strictSame(parseHedge({ share: 0 }, 'hedge'), { after: 1000, share: 0 })
  for (const wrong of [true, 77, 'x77', [], null, { after: 0 }, { after: '77' }, { after: 2 ** 31 }, { after: Number.NaN }, { share: 1.77 }, { share: -77 }, { share: '77' }, { often: 77 }]) {
    const error = thrownBy(() => parseHedge(wrong, 'option hedge'))
    t.type(error, ConfigError, JSON.stringify(wrong))
    t.match(error.message, /^option hedge/)
    t.notMatch(error.message, '77')
  }
})

t.test('it is an option of each connection, also of those in JSON; beside a client it is ignored with a warning', async (t) => {
  const env = { CASSANDRA_HOSTS: 'h', CASSANDRA_KEYSPACE: 'k', CASSANDRA_CONNECTIONS: '{"far":{"hosts":"h","hedge":{"after":50}},"near":{"hosts":"h","hedge":false}}' }
  const { default: first, connections } = readSettings({ env, hedge: { share: 0.1 } })
  t.strictSame([first.hedge, connections['far']?.hedge, connections['near']?.hedge], [{ after: 1000, share: 0.1 }, { after: 50, share: 0.02 }, false])
  t.equal(readSettings({ env }).default.hedge, undefined)
  t.throws(() => readSettings({ env, hedge: { after: -1 } }), { name: 'ConfigError', message: /option hedge\.after/ })
  t.throws(() => readSettings({ env: { ...env, CASSANDRA_CONNECTIONS: '{"far":{"hosts":"h","hedge":5}}' } }), { name: 'ConfigError', message: /far\.hedge/ })
  const client = { execute: async () => {} } as unknown as Client
  t.match(readSettings({ env: false, client, keyspace: 'k', hedge: {} }).warnings, [/hedge is ignored/])
  t.strictSame(readSettings({ env: false, client, keyspace: 'k', hedge: false }).warnings, [])
})

t.test('the budget: its share of the last ten seconds, but ten in any case', async (t) => {
  let now = 123_456
  const budget = new HedgeBudget(usualHedge, () => now)
  const spendAll = (): number => {
    let spent = 0
    while (budget.hasRoom('slow cluster') && spent < 5000) {
      budget.spend()
      spent++
    }
    return spent
  }
  t.equal(spendAll(), 10, 'without any request')
  for (let i = 0; i < 1000; i++) budget.countRequest()
  t.equal(spendAll(), 10, '2 % of 1000 are 20')
  now += 5000
  for (let i = 0; i < 4000; i++) budget.countRequest()
  t.equal(spendAll(), 60, '2 % of 5000 are 100, of which 80 in twenty seconds, and 20 were spent')
  now += 5001
  t.equal(spendAll(), 0, 'as many as may in twenty seconds')
  now += 3_600_000
  t.equal(spendAll(), 10, 'after an hour without requests')
  t.equal(budget.sentEver, 90)
  for (let second = 0; second < 30; second++) {
    now += 1000
    for (let i = 0; i < 500; i++) budget.countRequest()
    spendAll()
  }
  t.ok(budget.sentEver - 90 <= 0.02 * 500 * 30 + 10, `a steady load: ${budget.sentEver - 90} of 15000`)
})

t.test('the budget while one node is silent: twenty-five times its share, and ten in any case', async (t) => {
  const spent = (share: number, requests: number): number => {
    const budget = new HedgeBudget({ after: 1000, share }, () => 5000)
    for (let i = 0; i < requests; i++) budget.countRequest()
    budget.countAnswer(3)
    while (budget.hasRoom('silent node') && budget.sentEver < 5000) budget.spend()
    t.notOk(budget.hasRoom('slow cluster'))
    return budget.sentEver
  }
  t.strictSame([spent(0.02, 1000), spent(0.02, 10), spent(0.5, 1000), spent(0, 1000)], [500, 10, 1000, 10])
})

t.test('a node that seems silent while most answers are slow, or there is none, gets the budget of a slow cluster', async (t) => {
  const spent = (after: number, latencies: readonly number[], meanwhile = 0): number => {
    let now = 5000
    const budget = new HedgeBudget({ after, share: 0.02 }, () => now)
    for (let i = 0; i < 1000; i++) budget.countRequest()
    for (const latency of latencies) budget.countAnswer(latency)
    now += meanwhile
    while (budget.hasRoom('silent node') && budget.sentEver < 5000) budget.spend()
    return budget.sentEver
  }
  t.strictSame([spent(1000, []), spent(1000, [1400, 900]), spent(1000, [1400, 900, 1000])], [20, 20, 500])
  t.strictSame([spent(1000, [3], 1999), spent(1000, [3], 2000), spent(5000, [4500], 5999), spent(5000, [3], 6000)], [500, 20, 500, 20], 'who sends after 5 s, waits for the answers so long')
  t.equal(spent(2 ** 31 - 1, [3], 9000), 500)
})

t.test('all nodes are slow: from the first second to any later one, no more than the share of what was asked for meanwhile and for an answer', async (t) => {
  for (const slow of [10, 15, 20, 60]) {
    let now = 5_000_000
    const budget = new HedgeBudget(usualHedge, () => now)
    const wanted = (second: number): void => {
      now += 1000
      for (let i = 0; i < 500; i++) {
        budget.countRequest()
        if (second > 0 && budget.hasRoom('slow cluster')) budget.spend()
      }
    }
    for (let second = -30; second <= slow; second++) wanted(second)
    t.ok(budget.sentEver <= 0.02 * 500 * (slow + 1.5), `${slow} s: ${budget.sentEver}`)
    t.ok(budget.sentEver >= 0.012 * 500 * slow, `${slow} s: ${budget.sentEver}`)
  }
})

const make = (settings: Partial<ClientSettings> = {}): Client => createClient({ name: 'c', hosts: ['h'], hedge: usualHedge, warn: () => {}, ...settings })

t.test('the budget is spent when a request is sent for the second time, not when that is planned; without room the driver is stopped', async (t) => {
  const client = make({ hedge: { after: 300, share: 0 } })
  const policy = optionsOf(client)?.policies?.speculativeExecution as HedgePolicy
  const count = (): unknown => internalsOf(client).metrics?.onSpeculativeExecution?.()
  const [first, second] = [{}, {}] as [InternalHost, InternalHost]
  for (let i = 0; i < 50; i++) t.equal(policy.newPlan('k', 'SELECT a FROM t').nextExecution(first), 300)
  t.equal(hedgesOf(client), 0)
  for (let i = 0; i < 10; i++) {
    const plan = policy.newPlan('k', 'SELECT a FROM t')
    plan.nextExecution(first)
    count()
    t.equal(plan.nextExecution(second), -1, 'one other node, not all of them')
  }
  t.throws(count, /No more requests/)
  t.equal(hedgesOf(client), 10)
})

t.test('a silent node is asked for a heartbeat, also by who did not wait until its silence shows', async (t) => {
  const probed = async (after: number, answered: number, later: number): Promise<number[]> => {
    let times = 0
    const first = { answered, getInFlight: () => 9, getResponseCount () { return this.answered }, pool: { connections: [{ _idleTimeoutHandler: () => { times++ } }] } }
    const plan = (optionsOf(make({ hedge: { after, share: 1 } }))?.policies?.speculativeExecution as HedgePolicy).newPlan('k', 'SELECT a FROM t')
    plan.nextExecution(first as unknown as InternalHost)
    plan.nextExecution({} as InternalHost)
    const atOnce = times
    first.answered = later
    await delay(450)
    return [atOnce, times]
  }
  t.strictSame(await Promise.all([probed(1000, 0, 0), probed(50, 7, 0), probed(50, 7, 7), probed(1000, 7, 0)]), [[1, 1], [0, 1], [0, 0], [0, 0]])
})

t.test('the channel tells of a request that it was sent twice, be it answered or not', { timeout: 30_000 }, async (t) => {
  const proxy = await proxyTo(hosts[0] ?? '')
  t.teardown(() => proxy.close())
  class Twice extends policies.loadBalancing.RoundRobinPolicy {
    override newQueryPlan (keyspace: string, options: never, callback: (error: Error, iterator: Iterator<Host>) => void): void {
      super.newQueryPlan(keyspace, options, (error, iterator) => {
        const plan = [...{ [Symbol.iterator]: () => iterator }]
        callback(error, [...plan, ...plan][Symbol.iterator]())
      })
    }
  }
  const client = make({ hosts: [proxy.host], hedge: { after: 50, share: 1 }, options: { policies: { loadBalancing: new Twice() }, socketOptions: { readTimeout: 500 } } })
  const connection = new Connection({ name: 'c', client, owned: true })
  t.teardown(() => connection.close({ timeout: 0 }))
  await connection.connect()
  const messages: QueryMessage[] = []
  const subscribers = { asyncEnd: (message: unknown) => { messages.push(message as QueryMessage) } }
  const channel = tracingChannel('fastify-cqlalchemy:query')
  channel.subscribe(subscribers as never)
  t.teardown(() => { channel.unsubscribe(subscribers as never) })
  const ask = async (isIdempotent: boolean): Promise<unknown> => await connection.session.execute('SELECT key FROM system.local', [], { kind: 'raw', prepare: false, isIdempotent })
  await ask(true)
  proxy.hush()
  await Promise.allSettled([ask(true), ask(false)])
  t.strictSame(messages.map(({ outcome, hedged }) => [outcome, hedged]).sort(), [['CQL_TIMEOUT', undefined], ['CQL_TIMEOUT', true], ['ok', undefined]])
  t.equal(hedgesOf(client), 1)
})

t.test('what changes the schema is never sent twice at the same time, whoever calls it idempotent', async (t) => {
  const policy = optionsOf(make({ hedge: { after: 300, share: 1 } }))?.policies?.speculativeExecution as HedgePolicy
  const delayOf = (query: string | object[]): number => policy.newPlan('k', query).nextExecution({} as InternalHost)
  for (const cql of ['SELECT a FROM t', ' insert into t', 'UPDATE t', 'DELETE FROM t', '\nBEGIN BATCH', [{}]]) t.equal(delayOf(cql), 300, String(cql))
  for (const cql of ['CREATE TABLE t', 'create keyspace k', ' ALTER TABLE t', 'DROP TABLE t', 'TRUNCATE t', 'GRANT ALL', 'USE k', '/* SELECT */ CREATE TABLE t', '']) t.equal(delayOf(cql), -1, cql)
})

t.test("never; a policy of the user's; metrics of the user's; a driver that does not count", async (t) => {
  t.notOk(optionsOf(make({ hedge: false }))?.policies?.speculativeExecution instanceof HedgePolicy)
  const theirs = new policies.speculativeExecution.ConstantSpeculativeExecutionPolicy(5, 3)
  t.equal(optionsOf(make({ options: { policies: { speculativeExecution: theirs } } }))?.policies?.speculativeExecution, theirs)

  const shared = internalsOf(make({ hedge: false })).metrics as Metrics
  const seen: unknown[] = []
  shared.onSuccessfulResponse = (latency) => { seen.push(latency) }
  const client = make({ options: { metrics: shared as never }, hedge: { after: 1, share: 0 } })
  const { metrics } = internalsOf(client)
  metrics?.onSuccessfulResponse?.([0, 5])
  t.strictSame(seen, [[0, 5]])
  t.not(metrics, shared)
  t.notOk(Object.hasOwn(shared, 'onSpeculativeExecution'), 'what other clients may have too is left as it was')

  const policy = new HedgePolicy(new HedgeBudget({ after: 5, share: 1 }))
  const bare = { options: { policies: { speculativeExecution: policy } }, metrics: {} } as unknown as Client
  boundHedges(bare, { after: 5, silence: new Silence(bare, 5) }, false)
  t.equal(policy.newPlan('k', 'SELECT a FROM t').nextExecution({} as InternalHost), -1, 'what cannot be bounded is not sent')
})

t.test('a contact point that is silent at start does not hold up connecting, whichever is tried first', { timeout: 60_000 }, async (t) => {
  const silent = await fakeNode('silent')
  t.teardown(() => silent.close())
  const longest = Math.max(...await Promise.all(Array.from({ length: 8 }, async () => await timeToConnect(t, [silent.host, ...hosts]))))
  t.ok(longest < 2500, `${longest} ms`)
  t.ok(longest >= 900, 'the silent one was first for some')
  const begun = performance.now()
  const hopeless = createClient({ name: 'c', hosts: [silent.host, '127.0.0.1:1'], warn: () => {}, options: { socketOptions: { readTimeout: 1500 } } })
  await t.rejects(new Connection({ name: 'c', client: hopeless, owned: true }).connect(), { name: 'NoHostAvailableError', innerErrors: { [silent.host]: errors.OperationTimedOutError } })
  t.ok(performance.now() - begun < 4000)
})

async function timeToConnect (t: Test, contacts: readonly string[]): Promise<number> {
  const client = createClient({ name: 'c', hosts: contacts, localDataCenter, warn: () => {} })
  const connection = new Connection({ name: 'c', client, owned: true })
  t.teardown(async () => { await connection.close() })
  const begun = performance.now()
  await connection.connect()
  return Math.round(performance.now() - begun)
}

t.test('a node is silent when it answers nobody and another one is quick; the cluster is slow when none is', async (t) => {
  let now = 1000
  const find = (after: number, ...counts: Array<[inFlight: number, answered: number]>) => {
    const hosts = counts.map(([inFlight, answered]) => ({ inFlight, answered, isUp: () => true, getInFlight () { return this.inFlight }, getResponseCount () { return this.answered } }))
    const client = { hosts: { values: () => hosts }, profileManager: { getDistance: () => types.distance.local } } as unknown as Client
    const silence = new Silence(client, after, () => now)
    return { hosts, look: () => { const { holdUp, silent } = silence.look(); return [holdUp, hosts.map((host) => silent.has(host as never))] } }
  }
  const [yes, no] = [true, false]
  t.strictSame(find(1000, [10, 0], [10, 30], [10, 30]).look(), ['silent node', [yes, no, no]])
  t.strictSame(find(1000, [200, 0], [0, 0], [0, 0]).look(), ['silent node', [yes, no, no]], 'the others have answered all')
  t.strictSame(find(1000, [10, 0], [100, 30], [100, 30]).look(), ['slow cluster', [yes, no, no]], 'the others need longer than a second')
  t.strictSame(find(5000, [10, 0], [100, 30], [100, 30]).look(), ['silent node', [yes, no, no]], 'and may')
  t.strictSame(find(1000, [10, 0], [10, 0], [10, 0]).look(), ['slow cluster', [no, no, no]], 'where all are silent none is avoided')
  t.strictSame(find(1000, [10, 9], [0, 0], [10, 30]).look(), ['slow cluster', [no, no, no]])
  const unconnected = find(1000, [10, 0], [0, 0])
  Object.assign(unconnected.hosts[1] as object, { pool: { connections: [] } })
  t.strictSame(unconnected.look(), ['slow cluster', [yes, no]], 'a node without a connection is not quick')
  const { hosts: [first, second, third], look } = find(1000, [200, 0], [0, 0], [0, 0])
  look()
  Object.assign(second as object, { inFlight: 100 })
  t.strictSame(look(), ['silent node', [yes, no, no]], 'what others now owe in its place makes them not silent')
  now += 200
  Object.assign(second as object, { answered: 80 })
  Object.assign(third as object, { inFlight: 1 })
  t.strictSame(look(), ['silent node', [yes, no, yes]])
  now += 200
  Object.assign(first as object, { answered: 1 })
  t.strictSame(look(), ['silent node', [no, no, yes]])
})

/** Nodes that prepare when they are told to. */
class Node extends EventEmitter {
  readonly address: string
  up = true
  asked = 0
  answer: () => Promise<PreparedByDriver> = async () => ({ id: this.address, meta: {} })
  readonly pool = { _addListeners: () => {} }
  readonly connection = {
    keyspace: null,
    prepareOnceAsync: async (): Promise<PreparedByDriver> => {
      this.asked++
      return await this.answer()
    },
    prepareOnce: () => {}
  }

  constructor (address: string) {
    super()
    this.address = address
  }

  isUp (): boolean { return this.up }
  borrowConnection (): object { return this.connection }
}

function cluster (after: number, budget = new HedgeBudget({ after, share: 1 })) {
  const nodes = ['a', 'b'].map((name) => new Node(name)) as [Node, Node]
  const map = Object.assign(new EventEmitter(), { values: () => nodes })
  const client = { hosts: map, profileManager: { getDistance: () => types.distance.local } } as unknown as Client
  hedgePreparing(client, { after, budget, silence: new Silence(client, after) })
  for (const node of nodes) {
    map.emit('add', node)
    ;(node.pool._addListeners as (connection: object) => void)(node.connection)
  }
  const prepare = nodes[0].connection.prepareOnceAsync as (query: string, keyspace?: string) => Promise<PreparedByDriver>
  const again = nodes[0].connection.prepareOnce as (query: string, keyspace: undefined, done: (error: unknown, prepared?: PreparedByDriver) => void) => void
  return { a: nodes[0], b: nodes[1], budget, prepare, again }
}

/** As the driver gives up a silent node. */
const silence = async (): Promise<never> => {
  await delay(400)
  throw new errors.OperationTimedOutError('silent')
}

t.test('PREPARE without an answer is asked of another node; while one owes an answer, others are asked in its place', async (t) => {
  const { a, b, budget, prepare } = cluster(50)
  t.match(await prepare('one'), { id: 'a' })
  t.equal(b.asked, 0)
  a.answer = silence
  const begun = performance.now()
  t.match(await Promise.all([prepare('two'), prepare('two')]), [{ id: 'b' }, { id: 'b' }])
  t.ok(performance.now() - begun >= 45)
  t.strictSame([a.asked, b.asked, budget.sentEver], [2, 1, 1], 'one text once')
  const then = performance.now()
  t.match(await prepare('three'), { id: 'b' })
  t.ok(performance.now() - then < 45, 'at once')
  t.strictSame([a.asked, b.asked, budget.sentEver], [2, 2, 1], 'and not twice')
})

t.test('a node that comes back is prepared itself; without another node, or room, the first one is waited for', async (t) => {
  const back = cluster(5)
  back.a.up = false
  back.a.answer = async () => await delay(60, { id: 'late', meta: {} })
  t.match(await back.prepare('one'), { id: 'late' })
  t.equal(back.b.asked, 0)
  const alone = cluster(5)
  alone.b.up = false
  alone.a.answer = back.a.answer
  t.match(await alone.prepare('one'), { id: 'late' })
  const spent = cluster(5, new HedgeBudget({ after: 5, share: 0 }))
  spent.a.answer = back.a.answer
  for (let i = 0; i < 10; i++) spent.budget.spend()
  t.match(await spent.prepare('one'), { id: 'late' })
  t.equal(spent.b.asked, 0)
})

t.test('another node that is not there yet, or for which there is no room yet, is asked later', async (t) => {
  const { a, b, prepare } = cluster(5)
  b.up = false
  a.answer = silence
  setTimeout(() => { b.up = true }, 50)
  t.match(await prepare('one'), { id: 'b' })
  let now = 0
  const late = cluster(5, new HedgeBudget({ after: 5, share: 0 }, () => now))
  late.a.answer = silence
  for (let i = 0; i < 10; i++) late.budget.spend()
  setTimeout(() => { now = 60_000 }, 50)
  t.match(await late.prepare('one'), { id: 'b' })
})

t.test('errors: a verdict on the statement counts, whoever gives it; any other is no answer', async (t) => {
  const { a, b, prepare } = cluster(5)
  const failing = (name: string, code?: number, ms = 0) => async () => {
    await delay(ms)
    throw code === undefined ? new Error(name) : Object.assign(Object.create(errors.ResponseError.prototype) as Error, { code, message: name })
  }
  a.answer = silence
  b.answer = failing('syntax', 0x2000)
  await t.rejects(prepare('one'), { message: 'syntax' })
  const second = cluster(5)
  second.a.answer = async () => await delay(60, { id: 'late', meta: {} })
  second.b.answer = failing('busy', 0x1001)
  t.match(await second.prepare('two'), { id: 'late' })
  second.a.answer = failing('closed', undefined, 60)
  await t.rejects(second.prepare('three'), { message: 'closed' })
})

t.test('a node that does not know a statement and then falls silent: the request goes on to the next', async (t) => {
  const { a, again } = cluster(20)
  const outcome = (): Promise<[unknown, (PreparedByDriver | undefined)?]> => new Promise((resolve) => { again('one', undefined, (...values) => { resolve(values) }) })
  t.match(await outcome(), [null, { id: 'a' }])
  a.answer = silence
  t.type((await outcome())[0], errors.OperationTimedOutError)
  t.equal(a.asked, 2)
})
