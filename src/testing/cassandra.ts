import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { standardPorts, successive } from './addresses.js'
import { selfSigned } from './certificate.js'
import { classArchive } from './class-archive.js'
import { contactPoints, credentials, environment, localDataCenter } from './client-settings.js'
import { Cluster } from './cluster.js'
import { openDirectory, writeRecord } from './data-directory.js'
import type { ClusterRecord } from './data-directory.js'
import { Guardian } from './guardian-link.js'
import type { Endpoints } from './guardian-protocol.js'
import { installedJars } from './jars.js'
import { findJava } from './java.js'
import { settingsOf } from './options.js'
import type { Settings, StartCassandraOptions } from './options.js'
import { writeServerFiles } from './server-files.js'
import type { NodeSettings } from './server-files.js'
import { ServerNode } from './server-node.js'
import { alternatives, CassandraStartError } from './start-error.js'

/** A Cassandra of this process on this machine. Nodes are numbered from 1. */
export interface LocalCassandra {
  /** Contact points: `address`, or `address:port` where 9042 was taken on all addresses. */
  readonly hosts: string[]
  /** Its only data center. */
  readonly localDataCenter: string
  /** `CASSANDRA_HOSTS` and what else a program needs to connect: its environment, or the plugin's option `env`. */
  readonly env: Record<string, string>
  /**
   * Ends all nodes and removes the temporary folder. A second call does no harm.
   * @example
   * const cassandra = await startCassandra()
   * await cassandra.stop()
   */
  stop (): Promise<void>
  /**
   * SIGKILL: a crash. Done when the process is gone; peers notice after about 12 s.
   * @param node from 1
   * @example
   * const cassandra = await startCassandra({ nodes: 3 })
   * await cassandra.kill(2) // the other two go on
   */
  kill (node: number): Promise<void>
  /**
   * SIGSTOP: the node keeps its connections and says nothing. Done when no thread of it runs.
   * @param node from 1
   * @example
   * const cassandra = await startCassandra({ nodes: 3 })
   * await cassandra.pause(3) // a node that hangs
   * await cassandra.resume(3)
   */
  pause (node: number): Promise<void>
  /**
   * Done when the node answers again and its running peers take it for alive.
   * @param node from 1
   * @example
   * const cassandra = await startCassandra({ nodes: 3 })
   * await cassandra.pause(3)
   * await cassandra.resume(3)
   */
  resume (node: number): Promise<void>
  /**
   * Starts a node that was killed, with its data. Done as `resume`.
   * @param node from 1
   * @example
   * const cassandra = await startCassandra({ nodes: 3 })
   * await cassandra.kill(2)
   * await cassandra.start(2)
   */
  start (node: number): Promise<void>
}

/**
 * Starts a real Apache Cassandra on loopback addresses of this machine, for tests and development. Needs Java 17 and,
 * the first time, Maven; no Docker. It ends with the process that started it, however that ends, and by itself does not
 * keep that process alive.
 *
 * @param options how many nodes (1), passwords, TLS, folder, version (5.0.8), …
 * @throws {CassandraStartError} with one message that says what to install or set
 * @example
 * const cassandra = await startCassandra()
 * await db.init({ hosts: cassandra.hosts, localDataCenter: cassandra.localDataCenter, keyspace: 'library' })
 * await db.close()
 * await cassandra.stop()
 */
export async function startCassandra (options: StartCassandraOptions = {}): Promise<LocalCassandra> {
  const settings = settingsOf(options)
  if (process.platform === 'win32') {
    throw new CassandraStartError('platform', `Cassandra does not run on Windows itself: use WSL. ${alternatives}`)
  }
  const guardian = new Guardian()
  try {
    return await start(settings, guardian)
  } catch (error) {
    await guardian.end()
    throw error
  }
}

async function start (settings: Settings, guardian: Guardian): Promise<LocalCassandra> {
  const { log } = settings
  const java = await findJava()
  const installation = await installedJars(settings.version, guardian, log)
  const archive = await classArchive(installation, java, log)

  const { folder, record } = await openFolder(settings, guardian)
  const endpoints = await reserve(settings, record.endpoints, guardian)
  const secret = settings.tls === false ? undefined : selfSigned([...endpoints.addresses, '127.0.0.1'])
  const nodes = await Promise.all(endpoints.addresses.map(async (address, index) => {
    const node: NodeSettings = {
      folder: join(folder, `node${index + 1}`),
      clusterName: record.name,
      index,
      endpoints,
      auth: settings.auth,
      tls: settings.tls,
      durable: settings.durable,
      version: settings.version,
      java: java.major,
      jars: installation.jars,
      archive: archive === undefined ? undefined : { file: archive, record: false }
    }
    await writeServerFiles(node)
    if (secret) {
      await writeFile(join(node.folder, 'server.pem'), secret.key + secret.certificate, { mode: 0o600 })
      await writeFile(join(node.folder, 'ca.pem'), secret.certificate)
    }
    return new ServerNode(index + 1, address, node.folder, guardian)
  }))
  if (settings.directory !== undefined) await writeRecord(folder, { ...record, endpoints, version: settings.version })

  const began = Date.now()
  log(`starting Cassandra ${settings.version}${nodes.length > 1 ? ` (${nodes.length} nodes)` : ''} on ` +
    `${endpoints.addresses[0]}:${endpoints.cqlPort}`)
  const cluster = new Cluster({
    nodes,
    endpoints,
    guardian,
    java,
    startTimeout: settings.startTimeout,
    probe: {
      ca: settings.tls === 'only' ? secret?.certificate : undefined,
      credentials: settings.auth ? credentials : undefined,
      refusalCounts: record.login === true
    },
    orderly: settings.directory !== undefined
  })
  await cluster.startAll()
  if (settings.directory !== undefined && settings.auth) {
    await writeRecord(folder, { ...record, endpoints, version: settings.version, login: true })
  }
  log(`Cassandra is ready after ${((Date.now() - began) / 1000).toFixed(1)} s`)
  return {
    hosts: contactPoints(endpoints),
    localDataCenter,
    env: environment(endpoints, settings.auth, secret?.certificate),
    stop: async () => { await cluster.stop() },
    kill: async (node) => { await cluster.kill(node) },
    pause: async (node) => { await cluster.pause(node) },
    resume: async (node) => { await cluster.resume(node) },
    start: async (node) => { await cluster.start(node) }
  }
}

async function openFolder (settings: Settings, guardian: Guardian): Promise<{ folder: string, record: ClusterRecord }> {
  if (settings.directory !== undefined) {
    return await openDirectory(settings.directory, settings.nodes, settings.version, guardian)
  }
  const folder = await guardian.folder(resolve(tmpdir(), 'fastify-cqlalchemy-'))
  return { folder, record: { name: `local-${folder.slice(-6)}` } }
}

/** The nodes of a kept cluster know each other by address; a lone node may move to another one. */
async function reserve (
  { nodes, address }: Settings, recorded: Endpoints | undefined, guardian: Guardian
): Promise<Endpoints> {
  const asked = address === undefined ? undefined : { addresses: successive(address, nodes), ...standardPorts }
  const bound = nodes > 1 ? recorded : undefined
  if (asked && bound && asked.addresses[0] !== bound.addresses[0]) {
    throw new CassandraStartError(
      'directory',
      `The nodes of this directory live at ${bound.addresses.join(', ')} and cannot move to ${address}. Leave out ` +
        'the option address.'
    )
  }
  const result = await guardian.request(
    'reserve', { count: nodes, wanted: bound ?? asked ?? recorded, strict: asked !== undefined || bound !== undefined }
  )
  if (!('taken' in result)) return result
  throw new CassandraStartError('address', result.code === 'EADDRINUSE'
    ? `${result.taken} is taken by another process. End that process, or leave the choice of the address to ` +
      'startCassandra. ' +
      `If it is a Cassandra that may be used: CASSANDRA_HOSTS=${result.taken}.`
    : `${result.taken} cannot be listened on (${result.code}): this system does not answer on all of 127.0.0.0/8. ` +
      `Name an address of its loopback interface (option address). ${alternatives}`)
}
