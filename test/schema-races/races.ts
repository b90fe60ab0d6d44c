// Four processes sync the same new models at once, extend them, and contradict each other.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Client } from '../../src/cqlengine/driver.js'
import type { LocalCassandra } from '../../src/testing/cassandra.js'
import type { Checks } from './checks.js'
import type { Outcome, Round } from './worker.js'

const workerFile = fileURLToPath(new URL('worker.js', import.meta.url))

export async function racesOn ({ hosts, localDataCenter }: LocalCassandra, rounds: number, checks: Checks): Promise<void> {
  const client = new Client({ contactPoints: hosts, localDataCenter })
  await client.connect()
  const nodes = client.hosts.length
  await client.execute(`CREATE KEYSPACE races WITH replication = {'class': 'SimpleStrategy', 'replication_factor': ${nodes}}`)
  const workers = [0, 1, 2, 3].map((i) => fork(workerFile, { env: { ...process.env, RACE: JSON.stringify({ hosts, localDataCenter, number: i }) } }))
  await Promise.all(workers.map(async (worker) => await once(worker, 'message')))
  for (let round = 1; round <= rounds; round++) {
    for (const phase of ['made', 'extended', 'contradicting'] as const) {
      const from = performance.now()
      const outcomes = await Promise.all(workers.map(async (worker) => await run(worker, { round, phase })))
      const wrong = outcomes.flatMap(({ error }) => error ?? [])
      checks.that(wrong.length === 0, `${nodes} node(s), round ${round}, ${phase} (${Math.round(performance.now() - from)} ms)`, wrong.join('\n  '))
    }
  }
  for (const worker of workers) worker.disconnect()
  await client.shutdown()
}

async function run (worker: ChildProcess, round: Round): Promise<Outcome> {
  const answered = once(worker, 'message')
  worker.send(round)
  const [outcome] = await answered as [Outcome]
  return outcome
}
