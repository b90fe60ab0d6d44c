// The API reference that `npm run docs:api` makes: it is made without a warning, has what users import, and no dead link.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { root } from '../support/root.js'

const run = promisify(execFile)

t.test('the API reference', { timeout: 200_000 }, async (t) => {
  const folder = join(t.testdir(), 'api')
  const typedoc = join(root, 'node_modules/typedoc/bin/typedoc')
  // Warnings are errors there: links in comments that lead nowhere, parameters that do not exist.
  await run(process.execPath, [typedoc, '--out', folder], { cwd: root, maxBuffer: 1 << 24 })
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.html'))
  t.ok(pages.length > 80, `${pages.length} pages`)

  t.test('has what users meet first', async (t) => {
    for (const page of ['classes/index.CQLAlchemy', 'interfaces/index.QuerySet', 'interfaces/index.ModelStatics', 'classes/index.ValidationError', 'functions/testing.startCassandra', 'functions/express.expressScope']) {
      t.ok(existsSync(join(folder, `${page}.html`)), page)
    }
    t.match(readFileSync(join(folder, 'interfaces/index.QuerySet.html'), 'utf8'), /Example/)
  })

  t.test('has no dead link', async (t) => {
    const texts = new Map(pages.map((page) => [join(folder, page), readFileSync(join(folder, page), 'utf8')]))
    const anchors = new Map(Array.from(texts, ([path, text]) => [path, new Set(Array.from(text.matchAll(/ id="([^"]+)"/g), ([, id]) => id))]))
    const dead: string[] = []
    let links = 0
    for (const [path, text] of texts) {
      for (const [, href = ''] of text.matchAll(/<a [^>]*href="(?!https?:)([^"]*)"/g)) {
        links++
        const [file, anchor = ''] = href.split('#')
        const target = file === '' ? path : join(dirname(path), file!)
        const known = anchors.get(target)
        if (known === undefined ? !existsSync(target) : anchor !== '' && !known.has(decodeURIComponent(anchor))) dead.push(`${relative(folder, path)} → ${href}`)
      }
    }
    t.ok(links > 1000, `${links} links`)
    t.same(dead, [])
  })
})
