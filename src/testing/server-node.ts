import { existsSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Guardian } from './guardian-link.js'
import type { ExitEvent } from './guardian-protocol.js'
import type { Java } from './java.js'
import { isPaused } from './process-identity.js'
import { CassandraStartError } from './start-error.js'
import { until } from './wait.js'

export type NodeState = 'down' | 'running' | 'paused'

/** One Cassandra process: what it was told and what it wrote. */
export class ServerNode {
  readonly number: number
  readonly address: string
  readonly #folder: string
  readonly #guardian: Guardian
  #state: NodeState = 'down'
  #pid = 0
  #exit: { readonly how: string } | undefined

  constructor (number: number, address: string, folder: string, guardian: Guardian) {
    this.number = number
    this.address = address
    this.#folder = folder
    this.#guardian = guardian
  }

  get state (): NodeState { return this.#state }

  async spawn (java: Java): Promise<void> {
    const logFile = this.#logFile
    if (existsSync(logFile)) renameSync(logFile, `${logFile}.1`)
    this.#exit = undefined
    this.#state = 'running'
    try {
      this.#pid = await this.#guardian.spawn({
        name: this.#name,
        command: java.command,
        args: [`@${join(this.#folder, 'jvm.args')}`],
        folder: this.#folder,
        // Fewer arenas, less memory. The locale: else paths outside ASCII break in Java 17.
        environment: { ...process.env, MALLOC_ARENA_MAX: '2', LC_ALL: 'C.UTF-8' },
        logFile,
        pidFile: join(this.#folder, 'pid')
      }, (exit) => { this.#ended(exit) })
    } catch (error) {
      this.#state = 'down'
      throw error
    }
  }

  /** SIGKILL, also to a paused process. */
  async kill (): Promise<void> {
    await this.#signal('SIGKILL')
    await this.#reached(() => this.#state === 'down', 'does not die')
  }

  /** SIGTERM, and time to end in good order. */
  async terminate (limit: number): Promise<void> {
    await this.#signal('SIGTERM')
    await this.#reached(() => this.#state === 'down', 'does not end', limit)
  }

  async pause (): Promise<void> {
    await this.#signal('SIGSTOP')
    this.#state = 'paused'
    await this.#reached(() => isPaused(this.#pid), 'cannot be paused')
  }

  async resume (): Promise<void> {
    await this.#signal('SIGCONT')
    if (this.#state === 'paused') this.#state = 'running'
  }

  /** Rejects when the process has ended by itself. */
  assertRunning (): void {
    if (this.#state !== 'down') return
    throw new CassandraStartError(
      'node',
      `Node ${this.number} of the local Cassandra (${this.address}) ended while it was ` +
        `starting${this.#exit ? ` (${this.#exit.how})` : ''}.${this.logTail()}`
    )
  }

  /** How much was logged until now; a mark for `log`. */
  logSize (): number {
    return existsSync(this.#logFile) ? statSync(this.#logFile).size : 0
  }

  log (from = 0): string {
    return existsSync(this.#logFile) ? readFileSync(this.#logFile).subarray(from).toString() : ''
  }

  /** The end of the log, fit for a message: without stack traces. */
  logTail (): string {
    const lines = this.log().split('\n').filter((line) => line.trim() !== '' && !/^\s+at |^\s*\.\.\. \d+ /.test(line))
    return lines.length === 0
      ? ''
      : ` Its last lines:\n${lines.slice(-12).map((line) => line.slice(0, 300)).join('\n')}`
  }

  /** Whether this node takes the other one for alive, from what it logged since the mark. */
  sees (other: ServerNode, since = 0): boolean {
    const sights = this.log(since).matchAll(/InetAddress \/([\d.]+):\d+ is now (UP|DOWN)/g)
    const last = [...sights].filter(([, address]) => address === other.address).at(-1)
    return last?.[2] === 'UP'
  }

  get #name (): string { return `node ${this.number}` }
  get #logFile (): string { return join(this.#folder, 'node.log') }

  async #signal (signal: NodeJS.Signals): Promise<void> {
    await this.#guardian.request('signal', { name: this.#name, signal })
  }

  async #reached (condition: () => boolean, otherwise: string, limit = 20_000): Promise<void> {
    if (await until(condition, Date.now() + limit)) return
    throw new CassandraStartError(
      'timeout', `Node ${this.number} of the local Cassandra (${this.address}) ${otherwise}.`
    )
  }

  #ended (exit: ExitEvent | undefined): void {
    this.#state = 'down'
    this.#exit = { how: exit === undefined ? 'its guardian was killed' : exit.signal ?? `exit code ${exit.code}` }
  }
}
