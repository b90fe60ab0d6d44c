import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

const testFile = /\.test\.ts$/

/**
 * tap's arguments with each test source replaced by its compiled file, each folder by the tests in it; all tests when
 * none is named. Listed from the sources, for build/ may still hold tests that are gone.
 *
 * @param {string[]} args options and values of tap, files and folders below test/
 * @returns {string[]}
 */
export function compiledTests (args) {
  const named = args.filter(isPath)
  const options = args.filter((arg) => !isPath(arg))
  const sources = (named.length > 0 ? named : ['test']).flatMap((path) => statSync(path).isDirectory() ? testsBelow(path) : [path])
  return [...options, ...sources.map(compiled)]
}

const isPath = (arg) => !arg.startsWith('-') && existsSync(arg)

function testsBelow (folder) {
  return readdirSync(folder, { recursive: true }).filter((path) => testFile.test(path)).sort().map((path) => join(folder, path))
}

function compiled (path) {
  return path.endsWith('.ts') ? join('build', relative(process.cwd(), path).replace(/\.ts$/, '.js')) : path
}
