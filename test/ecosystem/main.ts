// npm run test:ecosystem: small projects that install the packed package, not the source, with the current versions of other people's tools. Each
// folder here with a package.json is one; its check.js prints `ok …` or `not ok …` for each fact, or `skip …` and why. It is told by the environment where
// the package (PACKED), this repository (REPOSITORY) and a Cassandra of this run (CASSANDRA_HOSTS) are. The last line is `N passed, N failed[, N skipped]`.
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { startCassandra } from '../../src/testing/cassandra.js'
import { fetchNode } from '../node-versions/fetch-node.js'
import { packed } from '../support/packed.js'
import { root } from '../support/root.js'

const exec = promisify(execFile)
const options = { maxBuffer: 1 << 26, timeout: 600_000 }
const sources = join(root, 'test/ecosystem')
const folder = mkdtempSync(join(tmpdir(), 'fastify-cqlalchemy-ecosystem-'))
const counts = { passed: 0, failed: 0, skipped: 0 }

/** Some tools need a newer Node than this package does: one from npm, where this one is too old. */
async function nodeFor (): Promise<string> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 12)) return process.execPath
  return await fetchNode('24', join(root, 'build/node/24'))
}

async function check (name: string, archive: string, node: string, cassandra: Record<string, string>): Promise<void> {
  const project = join(folder, name)
  cpSync(join(sources, name), project, { recursive: true })
  // Installed by the Node that will run it, for npm takes the versions that fit.
  const npm = join((await exec('npm', ['root', '--global'], options)).stdout.trim(), 'npm/bin/npm-cli.js')
  const command = existsSync(npm) ? [node, npm] as const : ['npm'] as const
  await exec(command[0], [...command.slice(1), 'install', '--ignore-scripts', '--no-audit', '--no-fund', archive], { ...options, cwd: project })
  const inherited = Object.entries(process.env).filter(([variable]) => !variable.startsWith('CASSANDRA_'))
  const env = { ...Object.fromEntries(inherited), ...cassandra, PACKED: archive, REPOSITORY: root, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` }
  const { stdout, stderr, code } = await exec(node, ['check.js'], { ...options, cwd: project, env })
    .then((output) => ({ ...output, code: 0 }), (error: unknown) => error as { stdout: string, stderr: string, code: unknown })
  const facts = stdout.split('\n').filter((line) => /^(not )?ok /.test(line))
  const wrong = facts.filter((line) => line.startsWith('not ok '))
  const skipped = stdout.split('\n').filter((line) => line.startsWith('skip '))
  counts.skipped += skipped.length
  if (code !== 0 || facts.length + skipped.length === 0) wrong.push(`not ok check.js ended with ${String(code)}: ${stderr.slice(-2000)}`)
  console.log(`${wrong.length === 0 ? '✓' : '✗'} ${name}: ${facts.length} facts`)
  for (const line of [...wrong, ...skipped]) console.log(`  ${line}`)
  counts.passed += facts.length - facts.filter((line) => line.startsWith('not ok ')).length
  counts.failed += wrong.length
}

try {
  const [{ env: cassandra }, { archive }, node] = await Promise.all([startCassandra({ durable: false }), packed(folder), nodeFor()])
  const named = process.argv.slice(2)
  for (const { name } of readdirSync(sources, { withFileTypes: true }).filter((entry) => existsSync(join(sources, entry.name, 'package.json')))) {
    if (named.length === 0 || named.includes(name)) await check(name, archive, node, cassandra)
  }
} catch (error) {
  console.error(error)
  counts.failed++
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`)
process.exit(counts.failed === 0 ? 0 : 1) // the server ends with this process
