// An example's main file as a person runs it: what the terminal shows, requests, Ctrl-C.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { root } from '../support/root.js'

export interface Answer { readonly status: number, readonly body: unknown }

export interface Running {
  output (): string
  ask (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  /** Ctrl-C. Gives the exit code. */
  interrupt (): Promise<number | null>
}

/** Starts `build/examples/<name>/main.js` and waits until it listens. */
export async function run (t: Pick<Test, 'teardown'>, name: string, environment: Record<string, string> = {}): Promise<Running> {
  const inherited = Object.entries(process.env).filter(([variable]) => !/^_?TAP|^NODE_OPTIONS$|^CASSANDRA_/.test(variable))
  const child = spawn(process.execPath, [join(root, `build/examples/${name}/main.js`)], {
    cwd: tmpdir(), env: { ...Object.fromEntries(inherited), PORT: '0', ...environment }, stdio: ['ignore', 'pipe', 'pipe']
  })
  t.teardown(() => { child.kill('SIGKILL') })
  let text = ''
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString()
      const found = /curl (http:\/\/localhost:\d+)\//.exec(text)
      if (found?.[1] !== undefined && text.includes('Ctrl-C')) resolve(found[1])
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('close', (code) => { reject(new Error(`it ended with ${code}:\n${text}`)) })
  })
  return { output: () => text, ask: (...request) => ask(url, ...request), interrupt: () => interrupt(child) }
}

export async function ask (url: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url + path, {
    method, headers: { ...headers, ...body !== undefined && { 'content-type': 'application/json' } }, ...body !== undefined && { body: JSON.stringify(body) }
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) as unknown }
}

async function interrupt (child: ChildProcess): Promise<number | null> {
  const ended = once(child, 'close') // not `exit`: output may still be on its way then
  child.kill('SIGINT')
  const [code] = await ended as [number | null]
  return code
}
