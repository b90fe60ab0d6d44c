// npm run test:node -- 24 [arguments of npm test]: the tests on other versions of Node, fetched from npm into build/node. Without a version: on all that
// the package promises. The last line is `N passed, N failed[, N skipped]`, of all versions together.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { root } from '../support/root.js'
import { fetchNode } from './fetch-node.js'

const promised = ['20.19', '22', '24', '26']
const named = process.argv.slice(2)
const versions = named.filter((argument) => /^\d+(\.\d+)*$/.test(argument))
const rest = named.filter((argument) => !versions.includes(argument))
const counts = { passed: 0, failed: 0, skipped: 0 }

/** The whole of `npm test`, with this Node as `node` for all that the tests start, npm included. */
async function test (version: string): Promise<void> {
  const node = await fetchNode(version, join(root, 'build/node', version))
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` }
  await once(spawn(node, ['--eval', "console.log('Node', process.version)"], { stdio: ['ignore', 'inherit', 'inherit'] }), 'close')
  const tests = spawn(node, ['tap.config.js', ...rest], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { tests.kill(signal) })
  let last = ''
  tests.stdout.on('data', (chunk: Buffer) => {
    process.stdout.write(chunk)
    last = (last + chunk.toString()).slice(-200)
  })
  const [code] = await once(tests, 'close') as [number | null]
  const [, passed = 0, failed = 1, skipped = 0] = /(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/.exec(last) ?? []
  counts.passed += Number(passed)
  counts.failed += code === 0 ? Number(failed) : Math.max(1, Number(failed))
  counts.skipped += Number(skipped)
}

for (const version of versions.length > 0 ? versions : promised) {
  await test(version).catch((error: unknown) => {
    console.error(error)
    counts.failed++
  })
}
console.log(`${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`)
process.exitCode = counts.failed === 0 ? 0 : 1
