// CONTRIBUTING's table "If you change X, run Y": what it names is there, and what is there is named.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../support/root.js'

const section = /^## If you change X, run Y$([\s\S]*?)^## /m.exec(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'))?.[1] ?? ''
const rows = section.split('\n').filter((line) => line.startsWith('| ')).slice(1).map((line) => line.split('|').slice(1, 4))
const namesIn = (cell = ''): string[] => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name]) => name!)
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

t.test('every path and every command is there', async (t) => {
  t.ok(rows.length > 10, 'there is a table')
  for (const [changed, ...runs] of rows) {
    for (const path of namesIn(changed)) t.ok(existsSync(join(root, path)), path)
    for (const name of runs.flatMap(namesIn)) {
      const [, script] = /^npm run ([\w:]+)$/.exec(name) ?? []
      const source = name.replace(/^node build\/(.*)\.js$/, '$1.ts')
      t.ok(script === undefined ? existsSync(join(root, source)) : script in scripts, name)
    }
  }
})

t.test('every folder of the sources is in the first column', async (t) => {
  const changed = rows.flatMap(([first]) => namesIn(first))
  const foldersIn = (path: string): string[] => readdirSync(join(root, path), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => `${path}/${name}`)
  // That of the mapper is named by its folders.
  const folders = [...foldersIn('src').filter((folder) => folder !== 'src/cqlengine'), ...foldersIn('src/cqlengine')]
  t.same(folders.filter((folder) => !changed.includes(folder)), [])
})

t.test('every folder of tests is run for some change', async (t) => {
  const run = rows.flatMap((cells) => cells.flatMap(namesIn))
  const folders = readdirSync(join(root, 'test'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => `test/${name}`)
  t.same(folders.filter((folder) => !run.includes(folder)), [])
})
