// A command on a real terminal: util-linux' or BSD's `script` gives it one, and passes on what is typed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { hosts, localDataCenter } from '../support/cassandra.js'
import { root } from '../support/root.js'

export interface Terminal {
  /** All that it has shown. */
  readonly shown: string
  /** As from a keyboard: `\r` is Enter, `\u0003` Ctrl-C, `\u0004` Ctrl-D. */
  type (keys: string): void
  /** What was shown since the last call, when that matches. */
  until (pattern: RegExp): Promise<string>
  /** The exit code. */
  ended (): Promise<number | null>
}

/** Quoted for a shell. */
const program = `'${process.execPath}' '${join(root, 'dist/command/main.js')}'`

/** @param args as a shell reads them, redirections too */
export function onTerminal (t: Test, args: string, cwd: string, own: Record<string, string> = {}): Terminal {
  const line = `stty rows 30 cols 100; exec ${program} ${args}`
  const inherited = Object.entries(process.env).filter(([name]) => !/^_?TAP|^NODE_OPTIONS$|^NO_COLOR$|^FORCE_COLOR$|^CASSANDRA_|^CI$/.test(name))
  const env = { ...Object.fromEntries(inherited), SHELL: '/bin/sh', TERM: 'xterm-256color', CASSANDRA_HOSTS: hosts.join(','), CASSANDRA_LOCAL_DATA_CENTER: localDataCenter, ...own }
  const child = spawn('script', process.platform === 'darwin' ? ['-q', '/dev/null', '/bin/sh', '-c', line] : ['-q', '-e', '-f', '-c', line, '/dev/null'], { cwd, env })
  t.teardown(() => { child.kill('SIGKILL') })
  let shown = ''
  let seen = 0
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => { shown += String(bytes) })
  child.stdin.on('error', () => {})
  const closed = once(child, 'close')
  return {
    get shown () { return shown },
    type: (keys) => { child.stdin.write(keys) },
    until: async (pattern) => {
      for (const end = Date.now() + 20_000; ;) {
        const since = shown.slice(seen)
        if (pattern.test(since)) {
          seen = shown.length
          return since
        }
        if (Date.now() > end || child.exitCode !== null) throw new Error(`${pattern} was not shown, but ${JSON.stringify(since)}; exit code ${child.exitCode}`)
        await delay(20)
      }
    },
    ended: async () => {
      await closed
      return child.exitCode
    }
  }
}
