import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, resolve as resolvePath } from 'node:path'
import type { Guardian } from './guardian-link.js'
import type { ExitEvent } from './guardian-protocol.js'
import { acquireLock } from './lock.js'
import type { Lock } from './lock.js'
import { mavenProject } from './maven-project.js'
import { alternatives, CassandraStartError, systemCode } from './start-error.js'
import { until } from './wait.js'

export type Log = (line: string) => void

/** The server's jars in the user's cache. */
export interface Installation { readonly version: string; readonly folder: string; readonly jars: readonly string[] }

const fetchLimit = 15 * 60_000
const manifestName = 'complete.json'

/** `$FASTIFY_CQLALCHEMY_CACHE`, else `$XDG_CACHE_HOME/fastify-cqlalchemy`, else `~/.cache/fastify-cqlalchemy`. */
export function cacheFolder (): string {
  const own = process.env['FASTIFY_CQLALCHEMY_CACHE']
  if (own) return resolvePath(own)
  const base = process.env['XDG_CACHE_HOME']
  // The XDG base directory specification: a relative path is invalid and must be ignored.
  return join(base && isAbsolute(base) ? base : join(homedir(), '.cache'), 'fastify-cqlalchemy')
}

/**
 * The jars of this version of Cassandra: from the cache, else fetched by Maven (about 62 MB), once per user.
 * They become visible by one rename when all are there, so neither a crash nor a second fetch breaks the cache.
 */
export async function installedJars (version: string, guardian: Guardian, log: Log): Promise<Installation> {
  const folder = join(cacheFolder(), `cassandra-${version}`)
  const present = await readInstallation(folder, version)
  if (present) return present

  const lock = await fetchLock(folder, log)
  try {
    return await readInstallation(folder, version) ?? await fetchJars(folder, version, guardian, log)
  } finally {
    lock.release()
  }
}

async function readInstallation (folder: string, version: string): Promise<Installation | undefined> {
  try {
    const sizes = Object.entries(
      JSON.parse(await readFile(join(folder, manifestName), 'utf8')) as Record<string, number>
    )
    const found = await Promise.all(
      sizes.map(async ([name, size]) => (await stat(join(folder, 'lib', name))).size === size)
    )
    return found.every(Boolean)
      ? { version, folder, jars: sizes.map(([name]) => join(folder, 'lib', name)) }
      : undefined
  } catch {
    return undefined // not there, or damaged: fetched anew
  }
}

/** One process fetches, the others wait for it. */
async function fetchLock (folder: string, log: Log): Promise<Lock> {
  let lock = await acquireLock(folder, process.pid)
  if (!lock) {
    log('waiting for another process that fetches the jars of Cassandra')
    await until(async () => (lock = await acquireLock(folder, process.pid)) !== undefined, Date.now() + fetchLimit)
  }
  if (!lock) {
    throw new CassandraStartError(
      'timeout',
      `Another process has been fetching Cassandra into ${folder} for ${fetchLimit / 60_000} minutes. End it and ` +
        'try again.'
    )
  }
  return lock
}

async function fetchJars (folder: string, version: string, guardian: Guardian, log: Log): Promise<Installation> {
  const partial = await partialFolder(folder, guardian)
  try {
    await runMaven(partial, version, guardian, log)
    const names = (await readdir(join(partial, 'lib'))).filter((name) => name.endsWith('.jar')).sort()
    if (!names.includes(`cassandra-all-${version}.jar`)) {
      throw new CassandraStartError(
        'maven', `Maven ended without an error but brought no cassandra-all-${version}.jar.`
      )
    }
    const sizes = await Promise.all(
      names.map(async (name) => [name, (await stat(join(partial, 'lib', name))).size] as const)
    )
    await writeFile(join(partial, manifestName), JSON.stringify(Object.fromEntries(sizes)))
    await rm(folder, { recursive: true, force: true }) // what an earlier version of this cache or a careless hand left
    await rename(partial, folder)
    const megabytes = Math.round(sizes.reduce((sum, [, size]) => sum + size, 0) / 1e6)
    log(`fetched ${names.length} jars (${megabytes} MB) into ${folder}`)
    return { version, folder, jars: names.map((name) => join(folder, 'lib', name)) }
  } catch (error) {
    throw error instanceof CassandraStartError ? error : unwritable(folder, error)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

/** A new folder beside the final one. What earlier fetches left when they were killed is removed: we hold the lock. */
async function partialFolder (folder: string, guardian: Guardian): Promise<string> {
  const prefix = `${basename(folder)}.partial-`
  try {
    await mkdir(dirname(folder), { recursive: true })
    for (const name of await readdir(dirname(folder))) {
      if (name.startsWith(prefix)) await rm(join(dirname(folder), name), { recursive: true, force: true })
    }
    const partial = await guardian.folder(join(dirname(folder), prefix))
    await mkdir(join(partial, 'lib'))
    return partial
  } catch (error) {
    throw unwritable(folder, error)
  }
}

function unwritable (folder: string, cause: unknown): CassandraStartError {
  return new CassandraStartError('cache', `The cache folder ${dirname(folder)} cannot be written ` +
    `(${systemCode(cause) ?? String(cause)}). ` +
    `Set FASTIFY_CQLALCHEMY_CACHE to a folder that can hold about 150 MB. ${alternatives}`, { cause })
}

async function runMaven (partial: string, version: string, guardian: Guardian, log: Log): Promise<void> {
  await writeFile(join(partial, 'pom.xml'), mavenProject(version))
  log(`fetching the jars of Cassandra ${version} with Maven (about 62 MB, only once)`)
  const errors: string[] = []
  let fetched = 0
  const read = (line: string): void => {
    if (/\bERROR\b/.test(line)) errors.push(line)
    if (!/Downloaded from .*\.jar /.test(line)) return
    fetched += 1
    if (fetched % 10 === 0) log(`fetching: ${fetched} jars, those of Maven itself included`)
  }

  let tooLate = false
  const exit = await new Promise<ExitEvent | undefined>((resolve, reject) => {
    const args = ['-B', '-f', 'pom.xml', 'dependency:copy-dependencies', `-Dlib.dir=${join(partial, 'lib')}`]
    // An unreachable repository must end in a message, not in silence.
    const timer = setTimeout(() => {
      tooLate = true
      void guardian.request('signal', { name: 'maven', signal: 'SIGKILL' }).catch(reject)
    }, fetchLimit)
    guardian.spawn({ name: 'maven', command: 'mvn', args, folder: partial, environment: process.env }, (event) => {
      clearTimeout(timer)
      resolve(event)
    }, read).catch((error: unknown) => {
      clearTimeout(timer)
      reject(notRunnable(error))
    })
  })
  if (exit?.code === 0) return
  const how = tooLate ? `not done after ${fetchLimit / 60_000} minutes` : `exit code ${exit?.code ?? exit?.signal}`
  throw new CassandraStartError('maven', [
    `Maven could not fetch Cassandra ${version} (${how}). Check the network and the mirrors in ~/.m2/settings.xml, ` +
      `then try again. ${alternatives}`,
    ...errors.slice(0, 6)
  ].join('\n'))
}

function notRunnable (cause: unknown): Error {
  const what = systemCode(cause) === 'ENOENT'
    ? 'there is no mvn on the PATH'
    : `mvn cannot be run (${systemCode(cause) ?? String(cause)})`
  return new CassandraStartError('maven', `Maven is needed once to fetch Cassandra, but ${what}. ` +
    `Install Maven (Debian and Ubuntu: apt install maven). ${alternatives}`, { cause })
}
