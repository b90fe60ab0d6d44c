import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { hosts } from '../support/cassandra.js'

/** Longer than the driver's own longest limit, so that waiting for that does not pass as ending. */
const limit = 25_000
t.setTimeout(200_000)

const silent = createServer((socket) => { socket.on('error', () => {}).unref() }).listen(0, '127.0.30.2')
await once(silent, 'listening')
t.teardown(() => silent.close())
const silentHost = `127.0.30.2:${(silent.address() as AddressInfo).port}`

interface Program { readonly hosts: readonly string[], readonly more?: string, readonly end?: string }

const programs: Readonly<Record<string, Program>> = {
  'registered and closed': { hosts: [...hosts], end: '() => app.close()' },
  'refused, app not even closed': { hosts: ['127.0.30.3:1'] },
  'silent, given up before the driver does': { hosts: [silentHost], more: 'connectTimeout: 300' },
  'a data center that does not exist': { hosts: [...hosts], more: "localDataCenter: 'nowhere'" },
  'one connection of two fails': { hosts: [...hosts], more: "connections: { other: { hosts: ['127.0.30.3:1'] } }" },
  'wrong options': { hosts: [...hosts], more: 'nonsense: true' },
  'retrying in the background, then closed': { hosts: ['127.0.30.3:1'], more: 'retryConnect: true', end: '() => app.close()' }
}

const entry = fileURLToPath(new URL('../../src/index.js', import.meta.url))

/** Runs a whole process of its own. */
async function run ({ hosts, more = '', end = '() => {}' }: Program): Promise<{ code: number | null, output: string }> {
  const text = `
    import Fastify from 'fastify'
    import plugin from ${JSON.stringify(entry)}
    const app = Fastify()
    app.register(plugin, { env: false, keyspace: 'k', hosts: ${JSON.stringify(hosts)}, ${more} })
    await app.ready().then(${end}, () => {})
    console.log('last line')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (data: Buffer) => { output += data.toString() })
  const timer = setTimeout(() => { child.kill('SIGKILL') }, limit)
  const [code] = await once(child, 'close') // not `exit`: output may still be on its way then
  clearTimeout(timer)
  return { code, output }
}

for (const [what, program] of Object.entries(programs)) {
  t.test(`a process ends by itself: ${what}`, async (t) => {
    const before = performance.now()
    t.strictSame(await run(program), { code: 0, output: 'last line\n' })
    t.comment(`${Math.round(performance.now() - before)} ms`)
  })
}
