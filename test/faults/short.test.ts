// The short form of `npm run faults`: what a silent and a dead node of three do to us. The limits are far from what a busy machine needs, and below the
// 12 s that the driver gives a silent node.
import t from 'tap'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'cassandra-driver'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import type { Fault } from './faults.js'
import { before, faults } from './faults.js'
import type { Figures } from './judge.js'
import { figuresOf } from './judge.js'
import { OpenLoop, Recorder } from './open-loop.js'
import { countSent } from './sent.js'
import { connect } from './sides.js'
import { keyspace, Stage } from './stage.js'
import { counters } from './task.js'

const rate = 300
/** ms; the driver's own limit for a node is 12,000. */
const promptly = 8000

const sent = countSent()
const stage = await Stage.open(() => {})
t.teardown(() => stage.close())
t.setTimeout(200_000)
const { hosts, localDataCenter } = stage.cassandra
await stage.createTable('item')
const side = await connect('ours', { hosts, localDataCenter, keyspace, table: 'item' })
t.teardown(() => side.close())
const faultOf = (name: string): Fault => faults.find((fault) => fault.name === name) as Fault

let used = 0

/** Rows and counters of each load are its own; their table is one, for servers ask a second replica in time only for tables that they have read from for a while. */
function recorder (): { recorder: Recorder, firstCounter: number } {
  const firstCounter = ++used * counters
  return { firstCounter, recorder: new Recorder(side, sent, firstCounter, used * 100_000) }
}

/** Of so many requests the budget for sending twice is a share; and all statements are known to all nodes. */
async function warmUp (): Promise<void> {
  const { recorder: load } = recorder()
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 50; i++) i % 2 === 0 ? load.insert() : load.read()
    await load.settled()
  }
}

/** What becomes of a load while something is done to the nodes, which is undone when all has an outcome. */
async function under (fault: Fault, act: () => Promise<void>, undo: () => Promise<void> = async () => {}): Promise<Figures & { stuck: number }> {
  const { recorder: load, firstCounter } = recorder()
  const loop = new OpenLoop(load, rate)
  await delay(before)
  const from = Date.now()
  await act()
  await delay(2500)
  const records = await loop.end()
  const span = { from, to: Date.now() }
  await undo()
  const stored = await stage.readBack('item', firstCounter)
  const figures = figuresOf({ fault, who: 'ours', records, span, stored, end: { closing: 0, lingering: 0 }, connecting: [0] })
  return { ...figures, stuck: records.took.filter((ms) => ms > promptly).length / records.took.length }
}

const safe = { failed: 0, lost: 0, missed: 0, unsettled: 0, countedTwice: 0 }

t.test('what our client knows of the cluster is what a plain one knows', async (t) => {
  const db = new CQLAlchemy()
  await db.init({ hosts, localDataCenter, keyspace, env: false })
  t.teardown(() => db.close())
  await stage.ask(async (plain) => {
    const facts = async (client: Client) => {
      const { strategy, strategyOptions, tokenToReplica } = client.metadata.keyspaces[keyspace] as unknown as Record<string, unknown>
      const table = await client.metadata.getTable(keyspace, 'item')
      const keys = Array.from({ length: 50 }, (_, i) => { const key = Buffer.alloc(4); key.writeInt32BE(i); return key })
      return {
        strategy,
        strategyOptions,
        hasTokens: typeof tokenToReplica,
        replicas: keys.map((key) => client.getReplicas(keyspace, key).map(({ address }) => address).sort()),
        caching: table.caching,
        compaction: [table.compactionClass, table.compactionOptions],
        partition: table.partitionKeys.map(({ name }) => name)
      }
    }
    const [own, theirs] = [await facts(db.client), await facts(plain)]
    t.same(own, theirs)
    t.ok(own.replicas.every((replicas) => replicas.length === 3), 'three replicas')
  })
})

t.test('three replicas share the reads of one partition', async (t) => {
  await warmUp()
  await side.insert(1)
  const sentBefore = new Map(sent.byNode)
  const reads = 900
  for (let i = 0; i < reads / 3; i++) await Promise.all([side.read(1), side.read(1), side.read(1)])
  const shares = [...sent.byNode].map(([node, n]) => (n - (sentBefore.get(node) ?? 0)) / reads)
  t.equal(shares.length, 3)
  t.ok(shares.every((share) => share >= 0.25 && share <= 0.42), shares.map((share) => share.toFixed(2)).join(' '))
})

t.test('a silent node: nothing fails, nothing is lost, and hardly anything waits for it', async (t) => {
  const { errors, stuck, ...figures } = await under(faultOf('pause'), () => stage.cassandra.pause(2), () => stage.cassandra.resume(2))
  t.match(figures, safe, JSON.stringify(errors))
  // Of the requests while it is silent a third would be its own, a tenth of all.
  t.ok(stuck < 0.04, `${(stuck * 100).toFixed(1)} % waited for it`)
})

t.test('a dead node: nothing fails, nothing waits for it, nothing is lost', async (t) => {
  const { errors, longest, ...figures } = await under(faultOf('kill'), () => stage.cassandra.kill(3))
  t.match(figures, safe, JSON.stringify(errors))
  t.ok(longest < promptly, `${Math.round(longest)} ms`)
})
