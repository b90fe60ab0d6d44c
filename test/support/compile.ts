import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')

/** What `tsc` says about the project in that folder; empty when it compiles. */
export function compile (folder: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], { cwd: folder, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve(stdout + stderr || (error?.message ?? ''))
    })
  })
}
