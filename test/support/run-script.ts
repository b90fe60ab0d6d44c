import { execFile } from 'node:child_process'

export interface Outcome { code: number, stdout: string, stderr: string, lastLine: string | undefined }

/** Runs a Node script to its end, as a person would: without what tap and npm put into the environment of tests. */
export function runScript (args: string[], cwd: string, environment: Record<string, string> = {}): Promise<Outcome> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^_?TAP|^NODE_OPTIONS$|^CASSANDRA_|^FASTIFY_CQLALCHEMY_TEST_/.test(name))
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env: { ...Object.fromEntries(inherited), ...environment }, timeout: 100_000 }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0
      resolve({ code, stdout, stderr, lastLine: stdout.trimEnd().split('\n').at(-1) })
    })
  })
}
