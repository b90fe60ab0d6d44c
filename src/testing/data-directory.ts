import { randomUUID } from 'node:crypto'
import { mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Guardian } from './guardian-link.js'
import type { Endpoints } from './guardian-protocol.js'
import { CassandraStartError, systemCode } from './start-error.js'

/** What a kept folder remembers of its cluster. */
export interface ClusterRecord {
  readonly name: string
  readonly endpoints?: Endpoints
  /** Of the Cassandra that wrote the data last. */
  readonly version?: string
  /** The password user was there at the end of an earlier start: later the password may have been changed. */
  readonly login?: boolean
}

const recordFile = 'cluster.json'

/**
 * Opens a kept folder for this process alone.
 * @param wanted number of nodes: a folder belongs to one or to three
 * @param version of the Cassandra that is to read it: the same release, or a later one
 */
export async function openDirectory (
  directory: string, wanted: number, version: string, guardian: Guardian
): Promise<{ folder: string, record: ClusterRecord }> {
  const folder = await makeFolder(directory)
  const owner = await guardian.request('lock', { path: folder, owner: process.pid })
  if (owner !== undefined) {
    throw new CassandraStartError(
      'directory', `The data in ${folder} is in use by process ${owner}. End that process, or name another directory.`
    )
  }
  const record = await readRecord(folder)
  if (isNewer(record.version, version)) {
    throw new CassandraStartError(
      'directory',
      `The data in ${folder} was written by Cassandra ${record.version}, which ${version} cannot read. Name another ` +
        'directory or remove this one.'
    )
  }
  const nodes = record.endpoints?.addresses.length ?? wanted
  if (nodes !== wanted) {
    throw new CassandraStartError(
      'directory',
      `The data in ${folder} belongs to a cluster of ${nodes}, not of ${wanted}. Name another directory or remove ` +
        'this one.'
    )
  }
  return { folder, record }
}

function isNewer (one = '', other: string): boolean {
  const [major = 0, minor = 0] = one.split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number)
  return major > otherMajor || (major === otherMajor && minor > otherMinor)
}

/** The folder under its real name, by which it is locked. */
async function makeFolder (directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true })
    return await realpath(directory)
  } catch (error) {
    throw new CassandraStartError(
      'directory',
      `The folder ${directory} cannot be used for data (${systemCode(error) ?? String(error)}).`,
      { cause: error }
    )
  }
}

export async function readRecord (folder: string): Promise<ClusterRecord> {
  const file = join(folder, recordFile)
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ClusterRecord
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { name: `local-${randomUUID().slice(0, 8)}` }
    throw new CassandraStartError(
      'directory',
      `${file} cannot be read (${error instanceof Error ? error.message : String(error)}). Remove the folder to ` +
        'start without data.',
      { cause: error }
    )
  }
}

export async function writeRecord (folder: string, record: ClusterRecord): Promise<void> {
  const file = join(folder, recordFile)
  await writeFile(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`)
  await rename(`${file}.new`, file)
}
