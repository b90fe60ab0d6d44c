import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { startCassandra } from '../../src/testing/cassandra.js'
import type { StartCassandraOptions } from '../../src/testing/options.js'
import { setEnvironment } from './environment.js'
import { bringsJars, fakeJavaHome, fakeMaven } from './fake-programs.js'
import type { FakeServer } from './fake-programs.js'
import { processesOf } from './processes.js'

const otherWays = /CASSANDRA_HOSTS.*cassandra:5/

t.test('options', async (t) => {
  const wrong: [unknown, RegExp][] = [
    [{ nodes: 2 }, /nodes must be 1 or 3/],
    [{ auth: 'yes' }, /auth must be a boolean/],
    [{ durable: 1 }, /durable must be a boolean/],
    [{ tls: 'always' }, /tls must be true, false or 'only'/],
    [{ version: '4.0.3' }, /version must be a released 5\.0 or 4\.1/],
    [{ version: '5.0.8/../..' }, /version/],
    [{ directory: '' }, /directory must be a path/],
    [{ address: '10.0.0.1' }, /address must be a loopback address/],
    [{ startTimeout: -1 }, /startTimeout/],
    [{ log: true }, /log must be a function/],
    [{ node: 3, heap: 1 }, /unknown option node, heap; known are nodes/]
  ]
  for (const [options, message] of wrong) await t.rejects(startCassandra(options as StartCassandraOptions), { name: 'CassandraStartError', reason: 'option', message })
})

t.test('Java', async (t) => {
  const folder = t.testdir()
  t.test('none at all', async (t) => {
    setEnvironment(t, { JAVA_HOME: undefined, PATH: '/nowhere' })
    const error = await failure({})
    t.match(error, { reason: 'java', message: /^There is no Java on this machine.* Install Java 17/ })
    t.match(error.message, otherWays)
  })
  t.test('JAVA_HOME leads nowhere', async (t) => {
    setEnvironment(t, { JAVA_HOME: '/nowhere' })
    t.match(await failure({}), { reason: 'java', message: /^JAVA_HOME is \/nowhere, but there is no \/nowhere\/bin\/java\. Install Java 17/ })
  })
  for (const version of ['1.8.0_392', '21.0.1', '9', '24-ea']) {
    t.test(`version ${version}`, async (t) => {
      setEnvironment(t, { JAVA_HOME: fakeJavaHome(join(folder, version), version) })
      const error = await failure({})
      t.match(error, { reason: 'java' })
      t.ok(error.message.includes(`is Java ${version}, but Cassandra needs Java 17. Install Java 17`), error.message)
    })
  }
  t.test('something that is no Java', async (t) => {
    mkdirSync(join(folder, 'odd', 'bin'), { recursive: true })
    const file = join(folder, 'odd', 'bin', 'java')
    writeFileSync(file, '#!/bin/sh\necho hello')
    chmodSync(file, 0o755)
    setEnvironment(t, { JAVA_HOME: join(folder, 'odd') })
    t.match(await failure({}), { reason: 'java', message: /does not tell its version/ })
    writeFileSync(file, '#!/bin/sh\nexit 1')
    t.match(await failure({}), { reason: 'java', message: /cannot be run \(exit code 1\)\. Install Java 17/ })
    chmodSync(file, 0o644)
    t.match(await failure({}), { reason: 'java', message: /cannot be run \(EACCES\)/ })
  })
})

t.test('a node that dies while it starts: the end of its log, without a stack', async (t) => {
  const { temporary } = fakes(t, 'die')
  const error = await failure({})
  t.match(error, { reason: 'node', message: /^Node 1 of the local Cassandra \(127\.[\d.]+\) ended while it was starting \(exit code 3\)\. Its last lines:\nINFO {2}reading settings\nERROR the disk is on fire$/ })
  t.strictSame(readdirSync(temporary), [])
})

t.test('a node that is never ready', async (t) => {
  const { temporary } = fakes(t, 'hang')
  t.match(await failure({ startTimeout: 100 }), { reason: 'timeout', message: /was not ready after 0\.1 s.*CASSANDRA_HOSTS/ })
  t.strictSame(readdirSync(temporary), [])
  t.strictSame(processesOf(temporary), [])
})

t.test('a taken port is named', async (t) => {
  const { temporary } = fakes(t, 'serve')
  for (const [host, port] of [['127.0.10.31', 9042], ['127.0.10.33', 7000]] as const) {
    const other = createServer().listen(port, host)
    await once(other, 'listening')
    t.teardown(() => { other.close() })
    const nodes = port === 7000 ? 3 : 1 // the third of .31, .32, .33, after the first one is free again
    const error = await failure({ address: '127.0.10.31', nodes })
    t.match(error, { reason: 'address' })
    t.ok(error.message.startsWith(`${host}:${port} is taken by another process.`), error.message)
    other.close()
  }
  const cassandra = await startCassandra({ address: '127.0.10.31' })
  t.teardown(async () => { await cassandra.stop() })
  t.match(await failure({ address: '127.0.10.31' }), { reason: 'address', message: /^127\.0\.10\.31:9042 is taken/ })
  await cassandra.stop()
  t.strictSame(readdirSync(temporary), [])
})

t.test('a class archive that cannot be made is no obstacle, and is tried once', async (t) => {
  const { cache } = fakes(t, 'serve', false)
  const progress: string[] = []
  for (let i = 0; i < 2; i++) await (await startCassandra({ log: (line) => progress.push(line) })).stop()
  t.equal(progress.filter((line) => line.startsWith('recording the class archive')).length, 1)
  t.equal(progress.filter((line) => line.startsWith('no class archive: ')).length, 1)
  t.equal(progress.filter((line) => line.startsWith('Cassandra is ready')).length, 2)
  t.strictSame(readdirSync(join(cache, 'cassandra-5.0.8')).filter((name) => name.startsWith('classes')), ['classes-17.0.1.jsa.failed'])
})

t.test('a data directory that is none', async (t) => {
  const { temporary: folder } = fakes(t, 'serve')
  writeFileSync(join(folder, 'file'), '')
  mkdirSync(join(folder, 'broken'))
  writeFileSync(join(folder, 'broken', 'cluster.json'), '{')
  t.match(await failure({ directory: join(folder, 'file') }), { reason: 'directory', message: /file cannot be used for data \(EEXIST\)/ })
  t.match(await failure({ directory: join(folder, 'broken') }), { reason: 'directory', message: /cluster\.json cannot be read/ })
  t.ok(existsSync(join(folder, 'broken', 'cluster.json')), 'nothing is removed')
})

async function failure (options: StartCassandraOptions): Promise<Error & { reason?: string }> {
  try {
    await (await startCassandra(options)).stop()
  } catch (error) {
    return error as Error
  }
  throw new Error('it started')
}

/** A Java and a Maven that only seem so, an empty cache, and an empty folder for temporary files. */
function fakes (t: Test, server: FakeServer, archiveFailed = true): { temporary: string, cache: string } {
  const folder = t.testdir({ temporary: {}, cache: {} })
  const cache = join(folder, 'cache')
  const temporary = join(folder, 'temporary')
  setEnvironment(t, {
    FASTIFY_CQLALCHEMY_CACHE: cache,
    TMPDIR: temporary,
    JAVA_HOME: fakeJavaHome(join(folder, 'java'), '17.0.1', server),
    PATH: fakeMaven(join(folder, 'maven'), `${bringsJars}${archiveFailed ? "\nwriteFileSync(join(lib, '..', 'classes-17.0.1.jsa.failed'), '')" : ''}`)
  })
  return { temporary, cache }
}
