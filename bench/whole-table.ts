// A table of small rows, read as a whole: the loop over `objects` beside a scan. How fast, with how much CPU, and with how much memory at most. Each way
// runs in a process of its own, in turns. `node build/bench/whole-table.js [rows, default 1,000,000] [passes, default 5]`
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CQLAlchemy } from '../src/cqlalchemy.js'
import { startCassandra } from '../src/testing/cassandra.js'
import { median } from './measure.js'

const keyspace = 'bench'
const ways = ['objects', 'scan', 'scan, 2 at once', 'scan, 32 at once']

interface Outcome { readonly rows: number, readonly seconds: number, readonly cpu: number, readonly mib: number }

const [first, second] = process.argv.slice(2)
if (first === 'read') await read(second as string)
else await compare(Number(first ?? 1_000_000), Number(second ?? 5))

function connected () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Small extends db.Model.define('small', { id: c.Integer({ primaryKey: true }), name: c.Text(), n: c.Integer(), ok: c.Boolean() }).as<Small>() {}
  return { db, Small }
}

async function compare (rows: number, passes: number): Promise<void> {
  const server = process.env['CASSANDRA_HOSTS'] ? undefined : await startCassandra({ log: console.log, durable: false })
  const hosts = server?.hosts ?? (process.env['CASSANDRA_HOSTS'] ?? '').split(',')
  const localDataCenter = server?.localDataCenter ?? process.env['CASSANDRA_LOCAL_DATA_CENTER'] ?? 'datacenter1'
  const { db, Small } = connected()
  await db.init({ hosts, localDataCenter, keyspace, env: false })
  await db.createKeyspaceSimple(keyspace, 1)
  await db.syncDb()
  const env = { ...process.env, CASSANDRA_HOSTS: hosts.join(), CASSANDRA_LOCAL_DATA_CENTER: localDataCenter }
  await db.management.truncateTable(Small)
  await Small.createMany((function * () { for (let id = 0; id < rows; id++) yield { id, name: `name ${id}`, n: id % 100, ok: true } })(), { concurrency: 256 })
  const results = new Map<string, Outcome[]>(ways.map((way) => [way, []]))
  for (let pass = 0; pass < passes; pass++) {
    for (const way of ways) {
      const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), 'read', way], { env })
      const outcome = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Outcome
      if (outcome.rows !== rows) throw new Error(`${way}: ${outcome.rows} rows instead of ${rows}`)
      results.get(way)?.push(outcome)
    }
  }
  console.log(`\n${rows} rows`)
  for (const [way, all] of results) {
    const of = (key: keyof Outcome): number => median(all.map((one) => one[key]))
    console.log(`  ${way.padEnd(20)} ${Math.round(rows / of('seconds')).toString().padStart(9)} rows/s   CPU ${(of('cpu') / rows).toFixed(3)} µs a row   peak RSS ${Math.round(of('mib'))} MiB`)
  }
  await db.management.dropTable(Small)
  await db.close()
  await server?.stop()
}

async function read (way: string): Promise<void> {
  const { db, Small } = connected()
  await db.init({ keyspace })
  const of: Record<string, () => AsyncIterable<{ id: number }>> = {
    objects: () => Small.objects,
    scan: () => Small.objects.scan(),
    'scan, 2 at once': () => Small.objects.scan({ concurrency: 2 }),
    'scan, 32 at once': () => Small.objects.scan({ concurrency: 32 })
  }
  const before = process.cpuUsage()
  const started = performance.now()
  let sum = 0
  let rows = 0
  for await (const { id } of of[way]?.() ?? []) {
    sum += id
    rows++
  }
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(before)
  if (sum !== rows * (rows - 1) / 2) throw new Error(`${way}: other rows than were written`)
  console.log(JSON.stringify({ rows, seconds, cpu: user + system, mib: process.resourceUsage().maxRSS / 1024 } satisfies Outcome))
  await db.close()
}
