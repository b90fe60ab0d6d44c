// `npm run faults`: three nodes, faults, and the driver beside us. docs/reliability.md has what it prints.
import { writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import type { Fault } from './faults.js'
import { faults } from './faults.js'
import type { Figures, Verdict } from './judge.js'
import { diedOf, figuresOf, verdictsOn } from './judge.js'
import { errorLines, table, verdictLines } from './report.js'
import { LoadDied, RunningLoad } from './running-load.js'
import { settings } from './sides.js'
import { keyspace, Stage } from './stage.js'
import type { Task, Who } from './task.js'
import { counters } from './task.js'

const usage = `npm run faults -- [options] [fault …]
  --seconds N   how long a fault lasts (15)
  --rate N      operations per second (500)
  --only WHO    driver or ours: one of the two
  --json FILE   writes all figures to a file
  --markdown    prints the table for docs/reliability.md
faults: ${faults.map(({ name }) => name).join(' ')} (default: all)`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '15' },
    rate: { type: 'string', default: '500' },
    only: { type: 'string' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false }
  }
})
const [lasting, rate] = [Number(values.seconds) * 1000, Number(values.rate)]
const unknown = positionals.filter((name) => !faults.some((fault) => fault.name === name))
const isRight = unknown.length === 0 && lasting > 0 && rate > 0 && [undefined, 'driver', 'ours'].includes(values.only)
if (values.help || !isRight) {
  console.log(unknown.length > 0 ? `There is no fault ${unknown.join(', ')}.\n${usage}` : usage)
  process.exit(values.help ? 0 : 2)
}
const wanted = positionals.length === 0 ? faults : faults.filter(({ name }) => positionals.includes(name))
const sides: Who[] = values.only === undefined ? ['driver', 'ours'] : [values.only as Who]

const log = (line: string): void => { console.error(line) }
let loads = 0

/** One side under one fault, from its start to its end. */
async function measure (stage: Stage, fault: Fault, who: Who): Promise<Figures> {
  const number = loads++
  const tableName = `item_${number}`
  await stage.createTable(tableName)
  const doors = fault.doors && stage.addresses
  const firstCounter = number * counters
  const task: Task = {
    who,
    place: { hosts: doors ? Object.values(doors) : stage.cassandra.hosts, localDataCenter: stage.cassandra.localDataCenter, keyspace, table: tableName, doors },
    job: fault.job,
    rate: fault.rate ?? rate,
    count: fault.count ?? 0,
    cold: fault.before !== undefined,
    // The driver shuffles the contact points: one attempt may be lucky.
    connects: fault.before ? 3 : 1,
    firstCounter
  }
  if (fault.before) await stage.warmUp(tableName)
  let after = await fault.before?.(stage)
  const load = new RunningLoad(task)
  try {
    const connecting = await load.ready()
    load.begin()
    const span = await fault.during(stage, lasting)
    const { records, memory, spread } = await load.settled()
    await after?.()
    after = undefined
    const stored = await stage.readBack(tableName, firstCounter)
    const end = await load.close()
    return figuresOf({ fault, who, records, span, stored, end, connecting, spread, memory })
  } catch (error) {
    if (error instanceof LoadDied) return diedOf(fault, who, error.message)
    throw error
  } finally {
    await after?.()
    load.kill()
  }
}

const began = Date.now()
const stage = await Stage.open(log)
const all: Figures[] = []
const verdicts: Verdict[] = []
try {
  for (const [i, fault] of wanted.entries()) {
    const figures = new Map<Who, Figures>()
    // Each has the machine to itself, and each is first as often as the other.
    for (const who of i % 2 === 0 ? sides : [...sides].reverse()) {
      log(`${((Date.now() - began) / 1000).toFixed(0)} s: ${fault.title}, ${who} …`)
      figures.set(who, await measure(stage, fault, who))
    }
    const ours = figures.get('ours')
    if (ours) verdicts.push(...verdictsOn(fault, ours, figures.get('driver')))
    for (const who of sides) all.push(figures.get(who) as Figures)
  }
} finally {
  await stage.close()
}

const conditions = [
  `${rate} operations a second, faults of ${lasting / 1000} s, ${cpus().length} cores for three nodes and the load, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, load of the machine ${loadavg()[0]?.toFixed(1)} at the end`,
  'each fault twice, one side after the other',
  `driver: ${settings.driver}`,
  `ours: ${settings.ours}`
]
console.log(`\n${conditions.map((line) => values.markdown ? `- ${line}` : line).join('\n')}\n`)
console.log(table(wanted, all, values.markdown))
const why = errorLines(all)
if (why !== '') console.log(`\nFailures\n${values.markdown ? why.replace(/^/gm, '- ') : why}`)
console.log(`\nOurs\n${verdictLines(verdicts, values.markdown)}`)
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ conditions, lasting, rate, figures: all, verdicts }, null, 2))
const passed = verdicts.filter(({ holds }) => holds).length
console.log(`\n${((Date.now() - began) / 1000).toFixed(0)} s\n${passed} passed, ${verdicts.length - passed} failed`)
process.exitCode = passed === verdicts.length ? 0 : 1
