import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { hosts, localDataCenter } from '../support/cassandra.js'

const program = fileURLToPath(new URL('programs/ends.js', import.meta.url))

/** ms from the program's last line to its end. A heartbeat that was forgotten takes 10 s and more, a planned attempt to connect up to 5.75 s. */
const limit = 2000
/** ms that a program may take until its last line. */
const lifetime = 50_000

interface Run { readonly code: number | null, readonly lines: string[], readonly lingered: number }

function run (name: string): Promise<Run> {
  const child = spawn(process.execPath, [program, name, hosts.join(','), localDataCenter], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  let done = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (done === 0 && output.includes('done')) done = performance.now()
  })
  // A process that never ends must not keep the tests: it is counted as a failure by its signal.
  const killer = setTimeout(() => { child.kill('SIGKILL') }, lifetime + limit)
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code) => {
      clearTimeout(killer)
      resolve({ code, lines: output.trim().split('\n'), lingered: performance.now() - done })
    })
  })
}

const cases = ['closed', 'refused', 'wrong data center', 'silent', 'closed during STARTUP', 'silent after STARTUP', 'one of two silent', 'closed while connecting',
  'retrying, closed', 'retrying, left open', 'lazy, never used', 'replaced and unregistered', 'two outages lived through', 'forty short outages lived through',
  'closed in an outage', 'closed with requests under way at a silent node', 'closed with requests that wait for room', 'closed while retrying with a silent node',
  'closed while it connects anew to a node that fell silent', "a client of the user's"]

for (const name of cases) {
  t.test(`a process ends by itself: ${name}`, async (t) => {
    const { code, lines, lingered } = await run(name)
    t.same({ code, first: lines[0] }, { code: 0, first: 'done' })
    t.ok(lingered < limit, `${Math.round(lingered)} ms after its last line`)
  })
}
