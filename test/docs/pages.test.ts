// The programs of the documentation are compiled as users would compile them, and run against the test cluster.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { compile } from '../support/compile.js'
import { needs5 } from '../support/needs-5.js'
import { root } from '../support/root.js'
import { runScript } from '../support/run-script.js'
import { snippets } from './snippets.js'

const folder = join(root, 'build/snippets')
const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
  .map((name) => ({ name: basename(name, '.md'), blocks: snippets(join(root, 'docs', name)) }))
  .filter(({ blocks }) => blocks.length > 0)

t.test('the programs of the documentation compile and run', async (t) => {
  t.ok(pages.length > 0, 'there are programs')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const { name, blocks } of pages) writeFileSync(join(folder, `${name}.ts`), blocks.join('\n'))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: { target: 'es2022', module: 'nodenext', lib: ['es2022', 'esnext.disposable'], types: ['node'], strict: true, skipLibCheck: true, rootDir: '.', outDir: 'out' },
    include: ['*.ts']
  }))
  t.equal(await compile(folder), '', 'they compile')
  for (const { name } of pages) {
    const { skip } = name === 'queries' ? needs5('SAI') : {}
    if (skip !== undefined) {
      t.pass(`docs/${name}.md`, { skip })
      continue
    }
    const environment = { CASSANDRA_HOSTS: hosts.join(','), CASSANDRA_LOCAL_DATA_CENTER: localDataCenter, CASSANDRA_KEYSPACE: await uniqueKeyspace(t) }
    const { code, stderr } = await runScript([join(folder, 'out', `${name}.js`)], folder, environment)
    t.equal(code, 0, `docs/${name}.md runs, and ends by itself${code === 0 ? '' : `: ${stderr.slice(-2000)}`}`)
  }
})
