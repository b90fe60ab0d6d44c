import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** Packages of all compilers that users may have; `typescript` is the one of this project. */
export const compilers = ['typescript-5.9', 'typescript', 'typescript-7'] as const
export type Compiler = typeof compilers[number]

/** What `tsc` says about the project in that folder; empty when it compiles. */
export function compile (folder: string, compiler: Compiler = 'typescript', options: readonly string[] = []): Promise<string> {
  const command = [commandOf(compiler), '-p', folder, '--pretty', 'false', ...options]
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: folder, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve(stdout + stderr || (error?.message ?? ''))
    })
  })
}

// Each package's own file, for in node_modules/.bin all three are called tsc.
function commandOf (compiler: Compiler): string {
  return join(dirname(require.resolve(`${compiler}/package.json`)), 'bin/tsc')
}
