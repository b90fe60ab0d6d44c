import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import { startCassandra } from '../../src/testing/cassandra.js'
import { printQuery } from '../../src/testing/query-output.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { setEnvironment } from './environment.js'
import { bringsJars, fakeJavaHome, fakeMaven } from './fake-programs.js'
import { processesOf } from './processes.js'

const program = fileURLToPath(new URL('../../src/testing/command.js', import.meta.url))

t.test('up, status, down', async (t) => {
  const { run, app } = prepare(t)
  t.teardown(async () => { await run('down') })
  t.match(await run('status'), { code: 1, out: /^No Cassandra runs with the data of .*\.cassandra\.$/ })
  t.match(await run('query', 'SELECT 1'), { code: 1, error: /No Cassandra runs .*start it with `npm run cassandra -- up`/ })

  t.match(await run('up', '--address', '127.0.10.61'), { code: 0, error: '', out: /\nstarting Cassandra 5\.0\.8 on 127\.0\.10\.61:9042\nCassandra is ready after .* s\nCassandra runs: 127\.0\.10\.61\nData: .*\.cassandra\n/ })
  t.match(await run('up'), { code: 0, out: /^Cassandra runs already: 127\.0\.10\.61 \(process \d+\)$/ })
  t.match(await run('status'), { code: 0, out: /^Cassandra runs: 127\.0\.10\.61 \(process \d+\)/ })
  await t.rejects(startCassandra({ directory: join(app, '.cassandra') }), { reason: 'directory', message: /in use by process \d+/ })

  t.match(await run('down'), { code: 0, out: /^Cassandra has ended\. The data stays in / })
  t.match(await run('status'), { code: 1 })
  t.match(await run('down'), { code: 0, out: /^No Cassandra runs/ })
  t.strictSame(processesOf(app), [])
})

t.test('query: rows as JSON lines', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const query = async (cql: string): Promise<unknown[]> => {
    const printed = t.capture(console, 'log')
    try {
      await printQuery(hosts, cql, localDataCenter)
    } finally {
      printed.restore()
    }
    return printed().map(({ args }) => JSON.parse(String(args[0])) as unknown)
  }
  t.strictSame(await query(`CREATE TABLE ${keyspace}.t (id bigint PRIMARY KEY, name text, bytes blob, day date, tags set<text>, scores map<text, int>, price decimal, pair tuple<int, text>, missing int)`), [])
  await query(`INSERT INTO ${keyspace}.t (id, name, bytes, day, tags, scores, price, pair) VALUES (9223372036854775807, 'a|b', 0xcafe, '2024-02-29', {'x', 'y'}, {'z': 1}, 1.50, (1, 'o'))`)
  t.strictSame(await query(`SELECT * FROM ${keyspace}.t`), [{
    id: '9223372036854775807', name: 'a|b', bytes: '0xcafe', day: '2024-02-29', tags: ['x', 'y'], scores: { z: 1 }, price: '1.50', pair: [1, 'o'], missing: null
  }])
  await t.rejects(query(`SELECT * FROM ${keyspace}.nothing`), { message: /nothing does not exist/ })
})

t.test('wrong use: the usage', async (t) => {
  const run = command(t.testdir())
  for (const args of [[], ['start'], ['up', 'now'], ['up', '--port', '1'], ['query'], ['query', 'a', 'b']]) {
    t.match(await run(...args), { code: 2, out: '', error: /^Usage: cassandra up .* \| status \| down \| query/ }, args.join(' '))
  }
  t.match(await run('--help'), { code: 0, out: /^Usage: / })
  t.match(await run('keep'), { code: 1, error: /internal use/ })
})

t.test('what goes wrong ends with one message, without a stack', async (t) => {
  const { run, app, java } = prepare(t)
  const other = createServer().listen(9042, '127.0.10.62')
  await once(other, 'listening')
  t.teardown(() => { other.close() })
  const taken = await run('up', '--address', '127.0.10.62')
  t.match(taken, { code: 1, error: /^127\.0\.10\.62:9042 is taken by another process\./ })
  t.notMatch(taken.error, /\n {4}at /)

  const mine = await startCassandra({ directory: join(app, '.cassandra') })
  t.teardown(async () => { await mine.stop() })
  t.match(await run('status'), { code: 0 })
  t.match(await run('down'), { code: 1, error: new RegExp(`belongs to process ${process.pid}, which .up. did not start`) })
  await mine.stop()

  fakeJavaHome(java, '17.0.1', 'die')
  t.match(await run('up', '--address', '127.0.10.63'), { code: 1, error: /^Node 1 .* ended while it was starting .*\n.*\nERROR the disk is on fire$/ })
  setEnvironment(t, { JAVA_HOME: '/nowhere' })
  t.match(await run('up'), { code: 1, error: /^JAVA_HOME is \/nowhere, .* Install Java 17/ })
})

/** A folder to be in, with programs that only seem to be Java and Maven. */
function prepare (t: Test): { run: (...args: string[]) => Promise<Outcome>, app: string, java: string } {
  const folder = t.testdir({ app: {} })
  const java = fakeJavaHome(join(folder, 'java'), '17.0.1')
  setEnvironment(t, {
    FASTIFY_CQLALCHEMY_CACHE: join(folder, 'cache'),
    JAVA_HOME: java,
    PATH: fakeMaven(join(folder, 'maven'), `${bringsJars}\nwriteFileSync(join(lib, '..', 'classes-17.0.1.jsa.failed'), '')`)
  })
  return { run: command(join(folder, 'app')), app: join(folder, 'app'), java }
}

interface Outcome { readonly code: number, readonly out: string, readonly error: string }

function command (cwd: string): (...args: string[]) => Promise<Outcome> {
  return async (...args) => await new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: stdout.trimEnd(), error: stderr.trimEnd() })
    })
  })
}
