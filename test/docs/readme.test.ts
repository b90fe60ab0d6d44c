import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { root } from '../support/root.js'
import { snippets } from './snippets.js'

t.test('the README\'s first snippet is examples/readme/app.ts, word for word', async (t) => {
  const [first] = snippets(join(root, 'README.md'))
  t.equal(first, readFileSync(join(root, 'examples/readme/app.ts'), 'utf8'))
})

t.test('every link of README, CONTRIBUTING and docs leads to a file', async (t) => {
  const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]
  for (const page of pages) {
    const text = readFileSync(join(root, page), 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      t.ok(existsSync(join(root, dirname(page), target)), `${page} → ${target}`)
    }
  }
})

t.test('the first screen shows the address of the page, and a small picture of it', async (t) => {
  const [screen] = readFileSync(join(root, 'README.md'), 'utf8').split('```ts')
  t.match(screen, /<http:\/\/localhost:3000\/>/)
  const [, picture = ''] = /!\[[^\]]{20,}\]\((docs\/[\w-]+\.png)\)/.exec(screen ?? '') ?? []
  const bytes = readFileSync(join(root, picture))
  t.equal(bytes.toString('latin1', 1, 4), 'PNG')
  t.ok(bytes.length < 120_000, `${bytes.length} bytes`)
})

t.test('a block of the docs that names a file of the small projects is that file, word for word', async (t) => {
  let blocks = 0
  for (const page of readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))) {
    for (const [, file = '', block] of readFileSync(join(root, 'docs', page), 'utf8').matchAll(/^```[jt]s (\S+\/\S+)\n(.*?)^```$/gms)) {
      t.equal(block, readFileSync(join(root, 'test/ecosystem', file), 'utf8'), `${page}: ${file}`)
      blocks++
    }
  }
  t.ok(blocks >= 10, `${blocks} blocks`)
})
