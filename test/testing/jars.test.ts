import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { Guardian } from '../../src/testing/guardian-link.js'
import { cacheFolder, installedJars } from '../../src/testing/jars.js'
import type { Installation } from '../../src/testing/jars.js'
import { setEnvironment } from './environment.js'
import { bringsJars, fakeMaven } from './fake-programs.js'
import { eventually, processesOf } from './processes.js'

t.test('the cache belongs to the user', async (t) => {
  setEnvironment(t, { FASTIFY_CQLALCHEMY_CACHE: undefined, XDG_CACHE_HOME: undefined, HOME: '/home/somebody' })
  t.equal(cacheFolder(), '/home/somebody/.cache/fastify-cqlalchemy')
  process.env['XDG_CACHE_HOME'] = '/var/cache'
  t.equal(cacheFolder(), '/var/cache/fastify-cqlalchemy')
  process.env['XDG_CACHE_HOME'] = 'relative/is/invalid'
  t.equal(cacheFolder(), '/home/somebody/.cache/fastify-cqlalchemy')
  process.env['FASTIFY_CQLALCHEMY_CACHE'] = '/own'
  t.equal(cacheFolder(), '/own')
})

t.test('jars are fetched once, with a count; then Maven is not called', async (t) => {
  const { cache, calls, progress, fetch } = prepare(t, bringsJars)
  const first = await fetch()
  t.equal(first.folder, join(cache, 'cassandra-5.0.8'))
  t.equal(first.jars.length, 12)
  t.strictSame(first.jars, [...first.jars].sort())
  t.match(progress, [/^fetching the jars of Cassandra 5\.0\.8/, /^fetching: 10 jars,/, /^fetched 12 jars \(\d+ MB\)/])
  t.strictSame(readdirSync(cache), ['cassandra-5.0.8'])

  setEnvironment(t, { PATH: '/nowhere' })
  t.strictSame(await fetch(), first)
  t.equal(calls(), 1)
})

t.test('a damaged cache is fetched anew', async (t) => {
  const { calls, fetch } = prepare(t, bringsJars)
  const { jars: [one, two], folder } = await fetch()
  writeFileSync(one!, 'cut off')
  t.equal((await fetch()).jars.length, 12)
  rmSync(two!)
  t.equal((await fetch()).jars.length, 12)
  writeFileSync(join(folder, 'complete.json'), '{')
  t.equal((await fetch()).jars.length, 12)
  t.equal(calls(), 4)
})

t.test('several who need the jars at once: one fetches, the others wait', async (t) => {
  const { calls, progress, fetch } = prepare(t, `setTimeout(() => {${bringsJars}}, 300)`)
  const [a, b, c] = await Promise.all([fetch(), fetch(), fetch()])
  t.strictSame([b, c], [a, a])
  t.equal(calls(), 1)
  t.equal(progress.filter((line) => /^waiting for another process/.test(line)).length, 2)
})

t.test('a fetch that is broken off leaves nothing that counts', async (t) => {
  const { cache, folder, calls, fetch } = prepare(t, `${bringsJars}\nsetInterval(() => {}, 1000)`)
  const guardian = new Guardian()
  const broken = fetch(guardian)
  const rejected = t.rejects(broken)
  await eventually('Maven runs', () => calls() === 1)
  await guardian.end()
  await rejected
  t.strictSame(processesOf(cache), [])
  t.strictSame(readdirSync(cache), [])

  // What a killed guardian leaves.
  mkdirSync(join(cache, 'cassandra-5.0.8.partial-left', 'lib'), { recursive: true })
  fakeMaven(folder, bringsJars)
  t.equal((await fetch()).jars.length, 12)
  t.strictSame(readdirSync(cache), ['cassandra-5.0.8'])
})

t.test('what can go wrong: a message each', async (t) => {
  t.test('no Maven', async (t) => {
    const { cache, fetch } = prepare(t, '')
    setEnvironment(t, { PATH: '/nowhere' })
    await t.rejects(fetch(), { name: 'CassandraStartError', reason: 'maven', message: /there is no mvn on the PATH\. Install Maven .*CASSANDRA_HOSTS.*cassandra:5/ })
    t.strictSame(readdirSync(cache), [])
  })
  t.test('Maven fails', async (t) => {
    const { cache, fetch } = prepare(t, "console.log('[INFO] hello'); console.log('[ERROR] no such repository'); process.exit(4)")
    const error = await fetch().then(() => undefined, (error: Error) => error)
    t.match(error, { reason: 'maven', message: /exit code 4.*\n\[ERROR\] no such repository$/ })
    t.notMatch(error?.message, 'hello')
    t.strictSame(readdirSync(cache), [])
  })
  t.test('Maven brings something else', async (t) => {
    const { cache, fetch } = prepare(t, "writeFileSync(join(lib, 'other.jar'), '')")
    await t.rejects(fetch(), { reason: 'maven', message: /brought no cassandra-all-5\.0\.8\.jar/ })
    t.strictSame(readdirSync(cache), [])
  })
  t.test('a cache that cannot be written', async (t) => {
    const { folder, fetch } = prepare(t, bringsJars)
    setEnvironment(t, { FASTIFY_CQLALCHEMY_CACHE: join(folder, 'mvn', 'below-a-file') })
    await t.rejects(fetch(), { reason: 'cache', message: /below-a-file cannot be written \(ENOTDIR\)\. Set FASTIFY_CQLALCHEMY_CACHE/ })
  })
})

interface Prepared {
  readonly folder: string
  readonly cache: string
  readonly progress: string[]
  calls (): number
  fetch (guardian?: Guardian): Promise<Installation>
}

/** An empty cache and a Maven that runs this code. */
function prepare (t: Test, code: string): Prepared {
  const folder = t.testdir()
  const cache = join(folder, 'cache')
  mkdirSync(cache)
  setEnvironment(t, { FASTIFY_CQLALCHEMY_CACHE: cache, PATH: fakeMaven(folder, code) })
  const progress: string[] = []
  return {
    folder,
    cache,
    progress,
    calls: () => existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').split('\n').length - 1 : 0,
    fetch: async (guardian = new Guardian()) => {
      try {
        return await installedJars('5.0.8', guardian, (line) => progress.push(line))
      } finally {
        await guardian.end()
      }
    }
  }
}
