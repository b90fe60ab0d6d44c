import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { hosts } from '../support/cassandra.js'

const program = fileURLToPath(new URL('programs/ends.js', import.meta.url))

/**
 * ms from the program's last line to its end. A heartbeat that was forgotten takes 10 s and more; after an outage the driver's control connection
 * may have planned an attempt, which is at most 5.75 s away.
 */
const usualLimit = 8000
/**
 * After outages, when the driver was opening a connection at the moment of closing, that one is found dead only by its heartbeats: seen up to 37 s on
 * a busy machine. Without our cleaning such a process does not end within 100 s.
 */
const limitAfterOutages = 50_000
/** ms that a program may take until its last line. */
const lifetime = 50_000

interface Run { readonly code: number | null, readonly lines: string[], readonly lingered: number }

function run (name: string, limit: number): Promise<Run> {
  const child = spawn(process.execPath, [program, name, hosts.join(',')], { stdio: ['ignore', 'pipe', 'inherit'] })
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
  'retrying, closed', 'retrying, left open', 'lazy, never used', 'replaced and unregistered', 'two outages lived through', 'forty short outages lived through']

for (const name of cases) {
  t.test(`a process ends by itself: ${name}`, async (t) => {
    const limit = name.includes('outages') ? limitAfterOutages : usualLimit
    const { code, lines, lingered } = await run(name, limit)
    t.same({ code, first: lines[0] }, { code: 0, first: 'done' })
    t.ok(lingered < limit, `${Math.round(lingered)} ms after its last line`)
  })
}
