// 200,000 rows one by one: how fast, and with how much memory at most. Each way runs in a process of its own, in turns.
// `node build/bench/streaming.js`
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { median } from './measure.js'
import { setUp } from './set-up.js'

const rows = 200_000
const partitions = 40
const [way] = process.argv.slice(2)

if (way === undefined) await compare()
else await stream(way)

async function compare (): Promise<void> {
  const { Partition, hosts, localDataCenter, close } = await setUp()
  if (await Partition.objects.count() !== rows) {
    await Partition.createMany((function * () {
      for (let i = 0; i < rows; i++) {
        const n = Math.floor(i / partitions)
        yield { p: i % partitions, n, a: 'text', b: n, c: BigInt(n), d: 1.5, e: true, f: new Date(1e12), tags: ['a', 'b', 'c'], scores: { x: 1, y: 2 } }
      }
    })())
  }
  const env = { ...process.env, CASSANDRA_HOSTS: hosts.join(), CASSANDRA_LOCAL_DATA_CENTER: localDataCenter }
  const results = new Map<string, { seconds: number, mib: number }[]>()
  for (let pass = 0; pass < 5; pass++) {
    for (const name of ['driver', 'ours', 'ours, only two columns', 'ours, all at once', 'driver, all at once']) {
      const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), name], { env })
      const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { seconds: number, mib: number }
      results.set(name, [...results.get(name) ?? [], result])
    }
  }
  console.log(`\n${rows} rows`)
  for (const [name, all] of results) {
    console.log(`  ${name.padEnd(24)} ${Math.round(rows / median(all.map((r) => r.seconds))).toString().padStart(9)} rows/s   peak RSS ${Math.round(median(all.map((r) => r.mib)))} MiB`)
  }
  await close()
}

async function stream (name: string): Promise<void> {
  const { client, Partition, keyspace, close } = await setUp()
  const cql = `SELECT * FROM ${keyspace}.partition`
  const ways: Record<string, () => Promise<number>> = {
    driver: async () => {
      let n = 0
      // A Readable, which its declaration does not say.
      const stream = client.stream(cql, [], { prepare: true, autoPage: true }) as unknown as AsyncIterable<{ p: unknown }>
      for await (const row of stream) if (row.p !== undefined) n++
      return n
    },
    'driver, all at once': async () => {
      const all: unknown[] = []
      for await (const row of await client.execute(cql, [], { prepare: true })) all.push(row)
      return all.length
    },
    ours: async () => {
      let n = 0
      for await (const row of Partition.objects) if (row.p !== undefined) n++
      return n
    },
    'ours, only two columns': async () => {
      let n = 0
      for await (const row of Partition.objects.only('a', 'b')) if (row.p !== undefined) n++
      return n
    },
    'ours, all at once': async () => (await Partition.objects.all()).length
  }
  const started = performance.now()
  const seen = await ways[name]?.()
  const seconds = (performance.now() - started) / 1000
  if (seen !== rows) throw new Error(`${name}: ${seen} rows instead of ${rows}`)
  console.log(JSON.stringify({ seconds, mib: process.resourceUsage().maxRSS / 1024 }))
  await close()
}
