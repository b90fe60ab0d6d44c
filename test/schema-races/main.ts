// `npm run test:races`: four processes sync the same new models at once, again and again, on one node and on three.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Client } from '../../src/cqlengine/driver.js'
import { startCassandra } from '../../src/testing/cassandra.js'
import type { Outcome, Round } from './worker.js'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' }, nodes: { type: 'string', multiple: true, default: ['1', '3'] } } })
const rounds = Number(values.rounds)
const workerFile = fileURLToPath(new URL('worker.js', import.meta.url))
let failures = 0

for (const nodes of values.nodes) await raceOn(nodes === '3' ? 3 : 1)
console.log(failures === 0 ? 'all passed' : `${failures} failed`)
process.exitCode = failures === 0 ? 0 : 1

async function raceOn (nodes: 1 | 3): Promise<void> {
  const cluster = await startCassandra({ nodes, durable: false })
  const client = new Client({ contactPoints: cluster.hosts, localDataCenter: cluster.localDataCenter })
  await client.connect()
  await client.execute(`CREATE KEYSPACE races WITH replication = {'class': 'SimpleStrategy', 'replication_factor': ${nodes}}`)
  const workers = [0, 1, 2, 3].map((i) => fork(workerFile, { env: { ...process.env, RACE: JSON.stringify({ hosts: cluster.hosts, localDataCenter: cluster.localDataCenter, number: i }) } }))
  await Promise.all(workers.map(async (worker) => await once(worker, 'message')))
  for (let round = 1; round <= rounds; round++) {
    for (const phase of ['made', 'extended', 'contradicting'] as const) {
      const from = performance.now()
      const outcomes = await Promise.all(workers.map(async (worker) => await run(worker, { round, phase })))
      const wrong = outcomes.flatMap(({ error }) => error ?? [])
      failures += wrong.length
      console.log(`${nodes} node(s), round ${round}, ${phase}: ${wrong.length === 0 ? 'ok' : wrong.join('\n  ')} (${Math.round(performance.now() - from)} ms)`)
    }
  }
  for (const worker of workers) worker.disconnect()
  await client.shutdown()
  await cluster.stop()
}

async function run (worker: ChildProcess, round: Round): Promise<Outcome> {
  const answered = once(worker, 'message')
  worker.send(round)
  const [outcome] = await answered as [Outcome]
  return outcome
}
