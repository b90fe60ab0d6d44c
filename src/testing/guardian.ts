/*
 * A program of its own. It owns all that must not outlive the process that started it (servers, Maven, temporary
 * folders, locks, addresses): when that process ends in whatever way, the channel between them closes, and everything
 * goes. It lives in a session of its own, so neither Ctrl-C nor a killed process group reaches it before its work is
 * done.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { reserve } from './addresses.js'
import type { Message, Program, Requests } from './guardian-protocol.js'
import { acquireLock, lockOwner } from './lock.js'
import { endOrphan, processIdentity } from './process-identity.js'
import { systemCode } from './start-error.js'
import { until } from './wait.js'

type Handlers = { [K in keyof Requests]: (
  request: Requests[K]['request']
) => Requests[K]['answer'] | Promise<Requests[K]['answer']> }
interface Job { readonly pid: number, readonly gone: Promise<void> }

class Holdings {
  readonly #jobs = new Map<string, Job>()
  readonly #folders: string[] = []
  #leaving = false

  readonly handlers: Handlers = {
    folder: ({ prefix }) => {
      const folder = mkdtempSync(prefix)
      this.#folders.push(folder)
      return folder
    },
    lock: async ({ path, owner }) => await acquireLock(path, owner) ? undefined : await lockOwner(path) ?? 0,
    reserve: async (reservation) => await reserve(reservation),
    spawn: async (program) => {
      if (program.pidFile !== undefined) await endOrphan(program.pidFile)
      if (this.#leaving) throw new Error('ended before the start')
      return await this.#start(program)
    },
    signal: ({ name, signal }) => {
      const job = this.#jobs.get(name)
      return job !== undefined && send(job, signal)
    },
    end: async ({ orderly }) => {
      if (orderly) {
        for (const job of this.#jobs.values()) {
          send(job, 'SIGCONT')
          send(job, 'SIGTERM')
        }
        await until(() => this.#jobs.size === 0, Date.now() + 20_000)
      }
      await this.#end()
    }
  }

  async leave (): Promise<void> {
    this.#leaving = true
    await this.#end()
    process.exit()
  }

  async #start ({ name, command, args, folder, environment, logFile, pidFile }: Program): Promise<number> {
    const log = logFile === undefined ? undefined : openSync(logFile, 'a')
    // A process group of its own, so that signals reach what a wrapper script started too.
    const child = spawn(
      command, args, { cwd: folder, env: environment, detached: true, stdio: ['ignore', log ?? 'pipe', log ?? 'pipe'] }
    )
    if (log !== undefined) closeSync(log)
    const gone = new Promise<void>((resolve) => {
      child.once('close', (code, signal) => {
        // It never ran: Node tells `close` after `error`, at times before the refusal is sent.
        if (child.pid === undefined) return
        this.#jobs.delete(name)
        if (pidFile !== undefined) rmSync(pidFile, { force: true })
        tell({ event: 'exit', name, code, signal })
        resolve()
      })
    })
    for (const output of [child.stdout, child.stderr]) {
      if (output) createInterface({ input: output }).on('line', (line) => tell({ event: 'line', name, line }))
    }
    if (child.pid !== undefined) this.#jobs.set(name, { pid: child.pid, gone })
    await once(child, 'spawn') // rejects when the program cannot be run
    if (pidFile !== undefined) writeFileSync(pidFile, processIdentity(child.pid!) ?? '')
    return child.pid!
  }

  /** SIGKILL ends paused processes too. The folders go last: a dying server still writes. */
  async #end (): Promise<void> {
    const running = [...this.#jobs.values()]
    for (const job of running) send(job, 'SIGKILL')
    await Promise.all(running.map(async (job) => await job.gone))
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

closeInherited()
const holdings = new Holdings()
process.on('message', ({ id, kind, request }: { id: number, kind: keyof Requests, request: never }) => {
  void answer(id, holdings.handlers[kind], request)
})
process.on('disconnect', () => { void holdings.leave() })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => { void holdings.leave() })

async function answer (id: number, handler: (request: never) => unknown, request: never): Promise<void> {
  try {
    tell({ id, value: await handler(request) })
  } catch (error) {
    tell({ id, failure: { message: error instanceof Error ? error.message : String(error), code: systemCode(error) } })
  }
}

function tell (message: Message): void {
  // The other side may be gone at any moment; `disconnect` then says so.
  if (process.connected) process.send!(message, undefined, undefined, () => {})
}

function send (job: Job, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-job.pid, signal)
  } catch {
    return false // ESRCH: it went by itself
  }
}

/**
 * Descriptors that the starting process had inherited itself (a `flock`, a pipe to a test runner) would be handed on to
 * the servers. Those of Node are closed when a program is executed; all others are not ours.
 */
function closeInherited (): void {
  if (process.platform !== 'linux') return
  const closeOnExec = 0o2000000 // O_CLOEXEC
  for (const name of readdirSync('/proc/self/fdinfo')) {
    const descriptor = Number(name)
    if (descriptor <= 3) continue // standard streams and the channel
    try {
      const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(join('/proc/self/fdinfo', name), 'utf8'))?.[1] ?? '0'
      if ((Number.parseInt(flags, 8) & closeOnExec) === 0) closeSync(descriptor)
    } catch {
      // the one that listed the folder
    }
  }
}
