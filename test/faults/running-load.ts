// The process of one load, seen from the command.
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { News, Order, Task } from './task.js'

const program = fileURLToPath(new URL('load.js', import.meta.url))

type Settled = Extract<News, { is: 'settled' }>

export interface End {
  /** ms that closing the client took. */
  readonly closing: number
  /** ms from there to the end of the process; undefined: it had to be killed. */
  readonly lingering: number | undefined
}

/** ms that a process gets to end by itself. */
export const longestEnd = 20_000

/** The process of a load is dead: something threw where nobody can catch it. */
export class LoadDied extends Error {}

const longestStderr = 4000

export class RunningLoad {
  readonly #child: ChildProcess
  #stderr = ''
  readonly #ready: Promise<Extract<News, { is: 'ready' }>>
  readonly #settled: Promise<Settled>
  readonly #closed: Promise<Extract<News, { is: 'closed' }>>
  readonly #exited: Promise<void>

  constructor (task: Task) {
    this.#child = fork(program, [JSON.stringify(task)], { serialization: 'advanced', execArgv: ['--expose-gc', '--no-warnings'], stdio: ['ignore', 'inherit', 'pipe', 'ipc'] })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => { this.#stderr = (this.#stderr + text).slice(-longestStderr) })
    this.#exited = new Promise((resolve) => { this.#child.once('exit', () => { resolve() }) })
    this.#ready = this.#news('ready')
    this.#settled = this.#news('settled')
    this.#closed = this.#news('closed')
  }

  /** ms of each connecting. */
  async ready (): Promise<readonly number[]> {
    return (await this.#ready).connecting
  }

  begin (): void { this.#order('begin') }

  /** @returns what became of everything, when it has become of everything */
  async settled (): Promise<Settled> {
    if (this.#child.connected) this.#order('end')
    return await this.#settled
  }

  async close (): Promise<End> {
    this.#order('close')
    const { took } = await this.#closed
    const began = performance.now()
    const killer = setTimeout(() => { this.#child.kill('SIGKILL') }, longestEnd)
    await this.#exited
    clearTimeout(killer)
    return { closing: took, lingering: this.#child.signalCode === 'SIGKILL' ? undefined : performance.now() - began }
  }

  kill (): void { this.#child.kill('SIGKILL') }

  /** The error, and where it was thrown. */
  get #lastError (): string {
    const lines = this.#stderr.split('\n')
    const at = lines.findIndex((line) => /^\w*Error\b/.test(line))
    return at < 0 ? 'without an error' : lines.slice(at, at + 2).map((line) => line.trim().replace(/\(.*node_modules\//, '(')).join(' ')
  }

  #order (order: Order): void { this.#child.send(order) }

  #news<I extends News['is']> (is: I): Promise<Extract<News, { is: I }>> {
    const news = new Promise<Extract<News, { is: I }>>((resolve, reject) => {
      this.#child.on('message', (message) => { if ((message as News).is === is) resolve(message as Extract<News, { is: I }>) })
      this.#child.once('close', (code, signal) => { reject(new LoadDied(`${signal ?? `exit code ${code}`} before it was ${is}: ${this.#lastError}`)) })
    })
    // Several wait for it, or nobody.
    news.catch(() => {})
    return news
  }
}
