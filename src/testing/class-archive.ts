import { access, constants, rename, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Cluster } from './cluster.js'
import { Guardian } from './guardian-link.js'
import type { Installation, Log } from './jars.js'
import type { Java } from './java.js'
import { acquireLock } from './lock.js'
import { writeServerFiles } from './server-files.js'
import { ServerNode } from './server-node.js'

const recordLimit = 90_000

/**
 * The class archive for these jars and this Java (JEP 350), which takes more than a second off each start. The first
 * start records it. It is a convenience: whatever goes wrong, Cassandra starts without it, and nobody tries again.
 */
export async function classArchive (installation: Installation, java: Java, log: Log): Promise<string | undefined> {
  // 4.1 does not start without its agent, and with an agent nothing can be recorded.
  if (installation.version.startsWith('4.1.')) return undefined
  const file = join(installation.folder, `classes-${java.version.replace(/[^\w.+-]/g, '_')}.jsa`)
  if (await exists(file)) return file
  if (await exists(`${file}.failed`) || !await writable(installation.folder)) return undefined
  const lock = await acquireLock(file, process.pid)
  if (!lock) return undefined // another process is at it
  try {
    log('recording the class archive, once: later starts are faster')
    await record(installation, java, file)
    return file
  } catch (error) {
    log(`no class archive: ${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)}`)
    await writeFile(`${file}.failed`, String(error)).catch(() => {})
    return undefined
  } finally {
    lock.release()
  }
}

/** Java writes the archive when a server that was told so ends in good order. */
async function record (installation: Installation, java: Java, file: string): Promise<void> {
  const guardian = new Guardian()
  try {
    const folder = await guardian.folder(resolve(tmpdir(), 'fastify-cqlalchemy-'))
    const recorded = join(await guardian.folder(`${file}.partial-`), 'classes.jsa')
    const endpoints = await guardian.request('reserve', { count: 1, strict: false })
    if ('taken' in endpoints) throw new Error(`${endpoints.taken} is taken`)
    await writeServerFiles({
      folder,
      clusterName: 'archive',
      index: 0,
      endpoints,
      auth: false,
      tls: false,
      durable: false,
      version: installation.version,
      java: java.major,
      jars: installation.jars,
      archive: { file: recorded, record: true }
    })
    const node = new ServerNode(1, endpoints.addresses[0]!, folder, guardian)
    const cluster = new Cluster({
      nodes: [node], endpoints, guardian, java, startTimeout: recordLimit, probe: {}, orderly: true
    })
    await cluster.startAll()
    await node.terminate(recordLimit)
    if ((await stat(recorded)).size === 0) throw new Error('the archive is empty')
    await rename(recorded, file)
  } finally {
    await guardian.end()
  }
}

async function exists (file: string): Promise<boolean> {
  return await stat(file).then(() => true, () => false)
}

async function writable (folder: string): Promise<boolean> {
  return await access(folder, constants.W_OK).then(() => true, () => false)
}
