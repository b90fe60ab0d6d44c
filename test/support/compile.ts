import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)

/** Packages of all compilers that users may have; `typescript` is the one of this project. */
export const compilers = ['typescript-5.9', 'typescript', 'typescript-7'] as const
export type Compiler = typeof compilers[number]

/** What `tsc` says about the project in that folder; empty when it compiles. */
export async function compile (folder: string, compiler: Compiler = 'typescript', options: readonly string[] = []): Promise<string> {
  const [command, ...first] = await commandOf(compiler)
  return await new Promise((resolve) => {
    execFile(command, [...first, '-p', folder, '--pretty', 'false', ...options], { cwd: folder, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve(stdout + stderr || (error?.message ?? ''))
    })
  })
}

/** Each package's own file, for in node_modules/.bin all three are called tsc. Version 7 is a program, whose starter does not run under tap's loader. */
async function commandOf (compiler: Compiler): Promise<[string, ...string[]]> {
  const folder = dirname(require.resolve(`${compiler}/package.json`))
  if (compiler !== 'typescript-7') return [process.execPath, join(folder, 'bin/tsc')]
  const { default: executable } = await import(pathToFileURL(join(folder, 'lib/getExePath.js')).href) as { default: () => string }
  return [executable()]
}
