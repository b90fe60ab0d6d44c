// `npm run test:races [-- part …]`: what takes three nodes, several processes, or a server of other settings. `races`: four processes sync the same new
// models at once, again and again; `death`: the node of a sync dies in the middle; `ranges`: processes share the ranges of a table; `doctor`: the nodes
// do not agree; `off`: what a server has switched off. The last line is `N passed, N failed`.
import process from 'node:process'
import { parseArgs } from 'node:util'
import { startCassandra } from '../../src/testing/cassandra.js'
import { Checks } from './checks.js'
import { doctorOn } from './doctor.js'
import { deathOn } from './node-dies.js'
import { racesOn } from './races.js'
import { rangesOn } from './shared-ranges.js'
import { switchedOffServer } from './switched-off.js'

const parts = ['races', 'death', 'ranges', 'doctor', 'off']
const { values: { rounds }, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string', default: '20' } } })
const unknown = positionals.find((name) => !parts.includes(name))
if (unknown !== undefined) {
  console.error(`There is no part ${unknown}; there are ${parts.join(', ')}`)
  process.exit(1)
}
const has = (...names: string[]): boolean => positionals.length === 0 || names.some((name) => positionals.includes(name))
const checks = new Checks()

try {
  if (has('races')) {
    const one = await startCassandra({ durable: false })
    await racesOn(one, Number(rounds), checks)
    await one.stop()
  }
  if (has('races', 'ranges', 'doctor', 'death')) {
    // Durable, for nodes die.
    const three = await startCassandra({ nodes: 3 })
    if (has('races')) await racesOn(three, Number(rounds), checks)
    if (has('ranges')) await rangesOn(three, checks)
    if (has('doctor')) await doctorOn(three, checks)
    if (has('death')) await deathOn(three, checks)
    await three.stop()
  }
  if (has('off')) await switchedOffServer(checks)
} catch (error) {
  console.error(error)
  checks.that(false, 'a part came to its end')
}
console.log(checks.summary)
process.exit(checks.failed === 0 ? 0 : 1) // servers end with this process
