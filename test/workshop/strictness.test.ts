// The repository compiles under what `tsc --init` writes for a newcomer: no rule that a user's project has is switched off here.
import t from 'tap'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import ts from 'typescript'
import { root } from '../support/root.js'

/** What it makes, where things go and what they are: not how strictly they are looked at. */
const others = new Set(['target', 'module', 'types', 'lib', 'jsx', 'sourceMap', 'declaration', 'declarationMap', 'rootDir', 'outDir'])

function optionsOf (path: string): Record<string, unknown> {
  const { config, error } = ts.readConfigFile(path, (name) => readFileSync(name, 'utf8')) as { config?: { compilerOptions: Record<string, unknown> }, error?: unknown }
  if (config === undefined) throw new Error(JSON.stringify(error))
  return config.compilerOptions
}

t.test('every rule of tsc --init is in tsconfig.json, and no other of our projects takes one back', async (t) => {
  const folder = t.testdir()
  execFileSync(process.execPath, [join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc'), '--init'], { cwd: folder })
  const rules = Object.fromEntries(Object.entries(optionsOf(join(folder, 'tsconfig.json'))).filter(([name]) => !others.has(name)))
  t.match(rules, { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true })
  t.match(optionsOf(join(root, 'tsconfig.json')), rules)
  for (const project of ['test', 'examples', 'bench']) {
    const own = optionsOf(join(root, project, 'tsconfig.json'))
    t.same(Object.keys(own).filter((name) => name in rules), [], project)
  }
})
