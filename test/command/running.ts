// The command in this process, for most tests: a process for each call would cost half a second.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Readable } from 'node:stream'
import type { Test } from 'tap'
import { run } from '../../src/command/run.js'
import { hosts, localDataCenter } from '../support/cassandra.js'
import { root } from '../support/root.js'

export interface Outcome { readonly code: number, readonly out: string, readonly err: string }

/** What modules of users import. */
export const core = pathToFileURL(join(root, 'dist/core.js')).href

/** A folder of a user, with these files, in which commands run; what they print is what comes back. */
export function project (t: Test, files: Record<string, string> = {}, env: Record<string, string> = {}): { readonly folder: string, call (...args: string[]): Promise<Outcome>, feed (input: string | Buffer, ...args: string[]): Promise<Outcome>, add (name: string, text: string): void } {
  const folder = t.testdir()
  const add = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  for (const [name, text] of Object.entries(files)) add(name, text)
  return {
    folder,
    add,
    call: async (...args) => await inFolder(folder, env, () => run(args)),
    feed: async (input, ...args) => await inFolder(folder, env, () => withInput(input, () => run(args)))
  }
}

async function inFolder (folder: string, own: Record<string, string>, act: () => Promise<number>): Promise<Outcome> {
  const { env, stdout, stderr } = process
  const before = process.cwd()
  const written = { out: '', err: '' }
  const [writeOut, writeErr] = [stdout.write, stderr.write]
  const capture = (name: 'out' | 'err'): typeof stdout.write => ((text: string | Uint8Array, ...rest: unknown[]) => {
    written[name] += typeof text === 'string' ? text : Buffer.from(text).toString()
    const done = rest.find((one) => typeof one === 'function') as (() => void) | undefined
    done?.()
    return true
  }) as typeof stdout.write
  const signals = process.listeners('SIGINT')
  process.env = { ...env, CASSANDRA_HOSTS: hosts.join(','), CASSANDRA_LOCAL_DATA_CENTER: localDataCenter, ...own }
  process.chdir(folder)
  stdout.write = capture('out')
  stderr.write = capture('err')
  try {
    const code = await act()
    return { code, ...written }
  } finally {
    stdout.write = writeOut
    stderr.write = writeErr
    process.chdir(before)
    process.env = env
    for (const listener of process.listeners('SIGINT')) if (!signals.includes(listener)) process.removeListener('SIGINT', listener)
  }
}

async function withInput<T> (input: string | Buffer, act: () => Promise<T>): Promise<T> {
  const own = Object.getOwnPropertyDescriptor(process, 'stdin') as PropertyDescriptor
  // In parts, as a pipe gives them.
  const bytes = Buffer.from(input)
  const parts = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, i) => bytes.subarray(i * 1000, (i + 1) * 1000))
  Object.defineProperty(process, 'stdin', { value: Readable.from(parts, { objectMode: false }), configurable: true })
  try {
    return await act()
  } finally {
    Object.defineProperty(process, 'stdin', own)
  }
}
