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
