import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Answer, ExitEvent, Message, Requests } from './guardian-protocol.js'
import { CassandraStartError } from './start-error.js'

interface Waiting { readonly resolve: (value: never) => void, readonly reject: (error: Error) => void }
type Request<K extends keyof Requests> = Requests[K]['request']

/**
 * This process's end of the channel to a guardian of its own. It keeps the process alive only while a request is under
 * way: a script that is finished ends, and its cluster with it.
 */
export class Guardian {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #exits = new Map<string, (exit: ExitEvent | undefined) => void>()
  readonly #lines = new Map<string, (line: string) => void>()
  readonly #pids = new Map<string, number>()
  readonly #folders: string[] = []
  #last = 0
  #ended = false

  constructor () {
    // Options meant for the user's program (loaders, coverage, inspectors) are none of the guardian's.
    const { NODE_OPTIONS: _, NODE_V8_COVERAGE: __, ...environment } = process.env
    this.#process = fork(guardianFile(), [], {
      detached: true, env: environment, execArgv: [], cwd: '/', stdio: ['ignore', 'ignore', 'ignore', 'ipc']
    })
    this.#process.on('message', (message) => { this.#receive(message as Message) })
    this.#process.once('error', (error) => { this.#lost(error) })
    // Not `exit`: with the channel closed nothing would keep this process waiting for it.
    this.#process.once('disconnect', () => { this.#lost() })
    this.#process.unref()
    this.#keepAlive(false)
  }

  async request<K extends keyof Requests> (kind: K, request: Request<K>): Promise<Requests[K]['answer']> {
    const id = ++this.#last
    return await new Promise<Requests[K]['answer']>((resolve, reject) => {
      if (!this.#process.connected) return reject(gone())
      this.#waiting.set(id, { resolve, reject })
      this.#keepAlive(true)
      this.#process.send({ id, kind, request }, (error) => { if (error) this.#lost(error) })
    })
  }

  /** Makes a folder that goes at the end. */
  async folder (prefix: string): Promise<string> {
    const folder = await this.request('folder', { prefix })
    this.#folders.push(folder)
    return folder
  }

  /** Starts a program, or rejects when it cannot be run; `onExit` gets undefined when the guardian itself is gone. */
  async spawn (
    program: Request<'spawn'>, onExit: (exit: ExitEvent | undefined) => void, onLine?: (line: string) => void
  ): Promise<number> {
    this.#exits.set(program.name, onExit)
    if (onLine) this.#lines.set(program.name, onLine)
    try {
      const pid = await this.request('spawn', program)
      if (this.#exits.has(program.name)) this.#pids.set(program.name, pid)
      return pid
    } catch (error) {
      this.#exits.delete(program.name)
      this.#lines.delete(program.name)
      throw error
    }
  }

  /** Ends all that the guardian holds, then the guardian. */
  async end (orderly = false): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    if (!this.#process.connected) {
      for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
      return
    }
    const exit = new Promise((resolve) => this.#process.once('exit', resolve))
    await this.request('end', { orderly })
    this.#process.ref()
    this.#process.disconnect()
    await exit
  }

  /** Whether this process waits for an answer. The channel of Bun has no such methods, and keeps nothing alive. */
  #keepAlive (isWaiting: boolean): void {
    const channel: Partial<NonNullable<ChildProcess['channel']>> | null | undefined = this.#process.channel
    if (isWaiting) channel?.ref?.()
    else channel?.unref?.()
  }

  #receive (message: Message): void {
    if (!('event' in message)) return this.#settle(message)
    if (message.event === 'line') return this.#lines.get(message.name)?.(message.line)
    const listener = this.#exits.get(message.name)
    this.#exits.delete(message.name)
    this.#pids.delete(message.name)
    listener?.(message)
  }

  #settle ({ id, value, failure }: Answer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#keepAlive(false)
    // What it is follows from what was asked.
    if (failure === undefined) waiting?.resolve(value as never)
    else waiting?.reject(Object.assign(new Error(failure.message), { code: failure.code }))
  }

  /** Somebody killed the guardian: what it held must not stay. */
  #lost (cause?: Error): void {
    for (const pid of this.#pids.values()) {
      try {
        process.kill(-pid, 'SIGKILL')
      } catch {
        // gone as well
      }
    }
    this.#pids.clear()
    for (const { reject } of this.#waiting.values()) reject(gone(cause))
    this.#waiting.clear()
    for (const listener of this.#exits.values()) listener(undefined)
    this.#exits.clear()
  }
}

function gone (cause?: Error): CassandraStartError {
  return new CassandraStartError(
    'node',
    'The guardian process of the local Cassandra was ended from outside, and the cluster with it. Start it again.',
    { cause }
  )
}

/**
 * The guardian is a program of its own, so it has to be a file beside this one: a bundle has none, and in CommonJS no
 * place either.
 */
function guardianFile (): string {
  const here = import.meta.url as string | undefined
  const file = here === undefined ? undefined : fileURLToPath(new URL('guardian.js', here))
  if (file !== undefined && existsSync(file)) return file
  throw new CassandraStartError('bundle', 'fastify-cqlalchemy/testing was put into a bundle, where it cannot start ' +
    'Cassandra: a part of it is a program of its own. ' +
    "Leave it outside: external: ['fastify-cqlalchemy/testing'] for esbuild, serverExternalPackages for Next.")
}
