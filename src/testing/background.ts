import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startCassandra } from './cassandra.js'
import { contactPoints } from './client-settings.js'
import { answersCql } from './cql-probe.js'
import { readRecord } from './data-directory.js'
import { lockOwner } from './lock.js'
import { until } from './wait.js'

/** A cluster that runs with the data of a folder, whoever started it. */
export interface RunningCluster {
  /** The process that started it and with which it ends. */
  readonly owner: number
  readonly hosts: readonly string[]
  /** Whether its first node answers CQL in plain text. */
  readonly answers: boolean
}

type Report = { readonly line: string } | { readonly ready: true } | { readonly failed: string }

const keeperFile = 'background.json'

/** What runs with the data of this folder, or undefined. */
export async function runningCluster (directory: string): Promise<RunningCluster | undefined> {
  const folder = await realpath(directory).catch(() => undefined)
  const owner = folder === undefined ? undefined : await lockOwner(folder)
  if (folder === undefined || owner === undefined) return undefined
  const { endpoints } = await readRecord(folder)
  if (!endpoints) return { owner, hosts: [], answers: false }
  const answers = await answersCql({ host: endpoints.addresses[0]!, port: endpoints.cqlPort })
  return { owner, hosts: contactPoints(endpoints), answers }
}

/** Starts a process that keeps a cluster, and returns when that cluster is ready. */
export async function startInBackground (
  directory: string, address: string, log: (line: string) => void
): Promise<void> {
  const keeper = fork(fileURLToPath(new URL('command.js', import.meta.url)), ['keep', '--address', address], {
    detached: true, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc']
  })
  const failure = await new Promise<string | undefined>((resolve) => {
    keeper.on('message', (report: Report) => {
      if ('line' in report) log(report.line)
      else resolve('failed' in report ? report.failed : undefined)
    })
    keeper.once('error', (error) => resolve(error.message))
    keeper.once('exit', (code, signal) => resolve(`The background process ended (${signal ?? `exit code ${code}`}).`))
  })
  keeper.removeAllListeners()
  if (keeper.connected) keeper.disconnect() // it ends now when it failed, and else stays alone
  keeper.unref()
  if (failure !== undefined) throw new Error(failure)
}

/** The background process: it has the cluster until it is told to end. */
export async function keepRunning (directory: string, address: string): Promise<number> {
  if (!process.connected) throw new Error('This command is for internal use: see `up`.')
  const tell = (report: Report): void => { process.send!(report) }
  const abandoned = (): never => process.exit(1) // whoever asked for the cluster is gone before it was ready
  process.once('disconnect', abandoned)
  try {
    const cluster = await startCassandra({ directory, address, log: (line) => tell({ line }) })
    const file = join(await realpath(directory), keeperFile)
    await writeFile(file, JSON.stringify({ pid: process.pid }))
    const told = Promise.race(['SIGTERM', 'SIGINT', 'SIGHUP'].map(async (signal) => await once(process, signal)))
    process.off('disconnect', abandoned)
    tell({ ready: true })
    const alive = setInterval(() => {}, 2 ** 30) // waiting for a signal keeps no process alive
    await told
    clearInterval(alive)
    await rm(file, { force: true })
    await cluster.stop()
    return 0
  } catch (error) {
    tell({ failed: error instanceof Error ? error.message : String(error) })
    return 1
  }
}

/** Ends the cluster that `up` started; false when none runs. */
export async function stopBackground (directory: string): Promise<boolean> {
  const cluster = await runningCluster(directory)
  if (!cluster) return false
  const folder = await realpath(directory)
  if (await keeperOf(folder) !== cluster.owner) {
    throw new Error(`The Cassandra of ${folder} belongs to process ${cluster.owner}, which \`up\` did not start: end ` +
      'that process.')
  }
  process.kill(cluster.owner, 'SIGTERM')
  if (await until(async () => await lockOwner(folder) === undefined, Date.now() + 40_000)) return true
  throw new Error(`Process ${cluster.owner} has not ended after 40 s.`)
}

async function keeperOf (folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, keeperFile), 'utf8').catch(() => '{}')
  return (JSON.parse(text) as { pid?: number }).pid
}
