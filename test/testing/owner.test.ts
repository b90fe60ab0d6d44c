import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { startCassandra } from '../../src/testing/cassandra.js'
import { setEnvironment } from './environment.js'
import { bringsJars, fakeJavaHome, fakeMaven } from './fake-programs.js'
import type { FakeServer } from './fake-programs.js'
import { eventually, processesOf } from './processes.js'

// A cluster goes with the process that started it. Each test looks for processes and files in a folder of its own.
const entry = new URL('../../src/testing/cassandra.js', import.meta.url).href
const starts = `import { startCassandra } from ${JSON.stringify(entry)}\nconst cassandra = await startCassandra()\n`
const runs = 'setInterval(() => {}, 1000)\nconsole.log("ready")'

t.test('SIGKILL of the owner, its real node paused', async (t) => {
  const folder = t.testdir()
  setEnvironment(t, { TMPDIR: folder })
  const owner = script(t, `${starts}await cassandra.pause(1)\n${runs}`)
  await once(owner.stdout!, 'data')
  t.ok(processesOf(folder).length > 0)
  owner.kill('SIGKILL')
  await nothingLeft(t, folder)
})

t.test('Ctrl-C, which reaches the whole process group', async (t) => {
  const folder = fakes(t)
  const owner = script(t, `${starts}${runs}`, { detached: true })
  await once(owner.stdout!, 'data')
  process.kill(-owner.pid!, 'SIGINT')
  t.strictSame(await once(owner, 'exit'), [null, 'SIGINT'])
  await nothingLeft(t, folder)
})

t.test('a script that fails, and one that just ends: the cluster does not keep it', async (t) => {
  for (const [last, code] of [['process.exitCode = 7', 7], ['throw new Error("x")', 1], ['process.exit(0)', 0]] as const) {
    const folder = fakes(t)
    const owner = script(t, `${starts}${last}`)
    t.strictSame(await once(owner, 'exit'), [code, null])
    await nothingLeft(t, folder)
  }
})

t.test('SIGKILL while the node is starting', async (t) => {
  const folder = fakes(t, 'hang')
  const owner = script(t, starts)
  await eventually('the node is there', () => processesOf(join(folder, 'temporary')).length > 0)
  owner.kill('SIGKILL')
  await nothingLeft(t, folder)
})

t.test('the guardian is killed: its owner ends the nodes', async (t) => {
  const folder = fakes(t)
  const cassandra = await startCassandra()
  const [guardian] = processesOf('guardian.js').filter((pid) => parentOf(pid) === process.pid)
  process.kill(guardian!, 'SIGKILL')
  await eventually('no node is left', () => processesOf(join(folder, 'temporary')).length === 0)
  await t.rejects(cassandra.start(1), { message: /guardian process .* was ended from outside/ })
  await cassandra.stop()
  await nothingLeft(t, folder)
})

t.test('a server keeps no descriptor that its owner had inherited', async (t) => {
  const folder = fakes(t)
  const far = 40 // beyond those that Node itself looks after
  const owner = script(t, `${starts}${runs}`, { stdio: ['ignore', 'pipe', 'inherit', ...Array<'ignore'>(far - 3).fill('ignore'), 'pipe'] })
  await once(owner.stdout!, 'data')
  const pipe = readlinkSync(`/proc/${owner.pid}/fd/${far}`)
  const others = [...processesOf(join(folder, 'temporary')), ...processesOf('guardian.js').filter((pid) => parentOf(pid) === owner.pid)]
  t.equal(others.length, 2)
  for (const pid of others) t.notOk(readdirSync(`/proc/${pid}/fd`).some((fd) => unlessGone(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) === pipe))
  owner.kill('SIGKILL')
  await nothingLeft(t, folder)
})

async function nothingLeft (t: Test, folder: string): Promise<void> {
  const temporary = join(folder, folder.endsWith('fakes') ? 'temporary' : '')
  await eventually('no process is left', () => processesOf(temporary).length === 0)
  await eventually('no temporary folder is left', () => readdirSync(temporary).length === 0)
  t.pass('nothing is left')
}

function script (t: Test, code: string, options: SpawnOptions = {}): ChildProcess {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'ignore'], ...options })
  t.teardown(() => { child.kill('SIGKILL') })
  return child
}

/** Programs that only seem to be Java and Maven; temporary files go to the folder `temporary`. */
function fakes (t: Test, server: FakeServer = 'serve'): string {
  const folder = join(t.testdir({ fakes: { temporary: {} } }), 'fakes')
  setEnvironment(t, {
    FASTIFY_CQLALCHEMY_CACHE: join(folder, 'cache'),
    TMPDIR: join(folder, 'temporary'),
    JAVA_HOME: fakeJavaHome(join(folder, 'java'), '17.0.1', server),
    PATH: fakeMaven(join(folder, 'maven'), `${bringsJars}\nwriteFileSync(join(lib, '..', 'classes-17.0.1.jsa.failed'), '')`)
  })
  return folder
}

/** Guardians of other test files are looked at too, and may end meanwhile. */
function parentOf (pid: number): number | undefined {
  const status = unlessGone(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return status === undefined ? undefined : Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1])
}

/** What is read of a process or descriptor that was there a moment ago. */
function unlessGone (read: () => string): string | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
