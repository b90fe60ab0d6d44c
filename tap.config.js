// tap's configuration, and the command that runs the tests: node tap.config.js [--coverage] [tap arguments] [test files]
// tap itself reads no JavaScript. This builds, starts one Cassandra for all test files (none when CASSANDRA_HOSTS names
// a cluster), runs tap over the compiled tests, and stops the server. The last line is `N passed, N failed[, N skipped]`.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { closingLine } from './test/support/closing-line.js'
import { compiledTests } from './test/support/compiled-tests.js'

const config = {
  jobs: 2,
  timeout: 240,
  reporter: './test/support/reporter.js',
  // The tests are compiled already: without this tap's TypeScript loader would start in every test process (1.5 s each).
  'test-env': ['TAP_TYPE_STRIP_ONLY=1']
}
export default config

const withoutCoverage = { 'disable-coverage': true }
const withCoverage = { 'coverage-exclude': ['build/test/**', 'build/examples/**'], 'allow-incomplete-coverage': true, 'show-full-coverage': true }

// Named once here and in test/support/cassandra.ts, which reads them.
const testHosts = 'FASTIFY_CQLALCHEMY_TEST_HOSTS'
const testDataCenter = 'FASTIFY_CQLALCHEMY_TEST_DATA_CENTER'
// Settings of the plugin itself: the person's own must not reach the tests.
const pluginSetting = /^CASSANDRA_.*(HOSTS|KEYSPACE|CONSISTENCY|LAZY_CONNECT|RETRY_CONNECT|SETUP_KWARGS|LOCAL_DATA_CENTER|CONNECTIONS)$/

const root = dirname(fileURLToPath(import.meta.url))
const require = createRequire(import.meta.url)
let runningTap
let interrupted

async function main () {
  process.chdir(root)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt)

  const options = process.argv.slice(2)
  const coverage = options.includes('--coverage')
  const tapArguments = compiledTests(options.filter((option) => option !== '--coverage'))

  const sourcesBuilt = await build('.')
  const starting = cassandra()
  // Awaited below; until then a server that does not start must not count as an unhandled rejection.
  starting.catch(() => {})
  const testsBuilt = await build('test')
  linkSources()

  const counts = { passed: 0, failed: 0, skipped: 0 }
  const server = await starting.catch(notStarted)
  if (server) {
    Object.assign(counts, await runTap({ ...config, ...(coverage ? withCoverage : withoutCoverage) }, tapArguments, server))
    await server.stop()
  } else {
    counts.failed++
  }
  if (interrupted) {
    console.log(`interrupted by ${interrupted}`)
    process.exit(130)
  }
  if (!sourcesBuilt || !testsBuilt) {
    console.log('✗ tsc: the errors are at the top')
    counts.failed++
  }
  console.log(closingLine(counts))
  // What a test or server may have left open must not keep the command alive.
  process.exit(counts.failed === 0 ? 0 : 1)
}

/** Compiles with references. Code with type errors is emitted all the same, so that the tests can run and tell more. */
async function build (project) {
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc')
  return await end(start([compiler, '-b', project, '--pretty', String(process.stdout.isTTY === true)])) === 0
}

/** build/src is dist, so tests find `../../src/x.js`, and it is the same module as the package's own. */
function linkSources () {
  if (existsSync('build/src')) return
  mkdirSync('build', { recursive: true })
  symlinkSync('../dist', 'build/src', 'junction')
}

/** The cluster of CASSANDRA_HOSTS (environment or .env), else a new local one: `{ hosts, localDataCenter, stop }`. */
async function cassandra () {
  const environment = { ...(existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {}), ...process.env }
  if (environment.CASSANDRA_HOSTS) {
    return { hosts: environment.CASSANDRA_HOSTS.split(','), localDataCenter: environment.CASSANDRA_LOCAL_DATA_CENTER, stop: async () => {} }
  }
  const { startCassandra } = await import('./dist/testing.js')
  return startCassandra({ durable: false, log: (line) => console.log(line) })
}

/** Its own failures explain themselves; anything else is a defect and shows where it is. */
function notStarted (error) {
  console.error(error.code === 'CASSANDRA_START' ? `✗ ${error.message}` : error)
}

/** Runs tap, and gives what its reporter counted. */
async function runTap (flags, tapArguments, server) {
  const command = join(dirname(require.resolve('tap/package.json')), 'dist/esm/run.mjs')
  const flagArguments = Object.entries(flags).flatMap(([name, value]) =>
    [value].flat().map((one) => one === true ? `--${name}` : `--${name}=${one}`))
  const inherited = Object.entries(process.env).filter(([name]) => !pluginSetting.test(name))
  const env = { ...Object.fromEntries(inherited), [testHosts]: server.hosts.join(',') }
  if (server.localDataCenter) env[testDataCenter] = server.localDataCenter

  runningTap = start([command, ...flagArguments, ...tapArguments], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  let counts = { passed: 0, failed: 0, skipped: 0 }
  runningTap.on('message', (message) => { counts = message })
  const code = await end(runningTap)
  // No verdict of tap's own may be lost: no test files, a reporter that broke off, tap itself ended by a signal.
  return code === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 }
}

const start = (args, options) => spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options })

/** The exit code of a process; null after a signal. */
function end (child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
}

/** The first signal ends tap, and then the server in the usual way; before that, and the second time, it ends all at once. */
function interrupt (signal) {
  if (interrupted || !runningTap) process.exit(130)
  interrupted = signal
  runningTap.kill(signal)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
