import t from 'tap'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { promisify } from 'node:util'
import { compile } from '../support/compile.js'
import { packed } from '../support/packed.js'
import { root } from '../support/root.js'

const run = promisify(execFile)
const manifest: { exports: Record<string, unknown>, typesVersions: { '*': Record<string, string[]> }, dependencies: Record<string, string>, scripts: Record<string, string> } =
  JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
const entries = Object.keys(manifest.exports).filter((entry) => entry !== './package.json').map((entry) => `fastify-cqlalchemy${entry.slice(1)}`)

// A user's project that has the packed package and its dependencies, but neither Fastify nor Express, which are optional.
// Outside the checkout, whose node_modules would be found otherwise.
const project = await realpath(await mkdtemp(join(tmpdir(), 'fastify-cqlalchemy-package-')))
t.teardown(() => rm(project, { recursive: true, force: true }))
const installed = join(project, 'node_modules/fastify-cqlalchemy')
const { archive, paths } = await packed(project)
await writeFile(join(project, 'package.json'), '{ "type": "module" }')
await mkdir(dirname(installed))
await run('tar', ['-xzf', archive], { cwd: project })
await rename(join(project, 'package'), installed)
await link(Object.keys(manifest.dependencies))

async function link (packages: string[]): Promise<void> {
  for (const name of packages) {
    await mkdir(dirname(join(project, 'node_modules', name)), { recursive: true })
    await symlink(join(root, 'node_modules', name), join(project, 'node_modules', name), 'junction')
  }
}

t.test('the package holds what users need and nothing else', async (t) => {
  const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json']
  t.same(paths.filter((path) => !/^(?:dist|docs|examples)\//.test(path)).sort(), documents)
  t.same(paths.filter((path) => path.startsWith('docs/') && !/\.(md|png)$/.test(path)), [])
  t.same(paths.filter((path) => path.startsWith('examples/') && !path.endsWith('.ts')).sort(), ['examples/schema-in-ci/db.js', 'examples/schema-in-ci/package.json'])
  t.same(paths.filter((path) => path.startsWith('dist/') && !/\.(js|d\.ts)$/.test(path)), [])
  for (const entry of ['index', 'core', 'express', 'testing']) {
    t.ok(paths.includes(`dist/${entry}.js`) && paths.includes(`dist/${entry}.d.ts`), `dist/${entry} with its types`)
  }
})

t.test('the declarations are those that the entries reach, and none is missing', async (t) => {
  const reached = new Set(['index', 'core', 'express', 'testing'].map((entry) => `dist/${entry}.d.ts`))
  for (const path of reached) { // grows meanwhile
    const text = await readFile(join(installed, path), 'utf8')
    for (const [, target = ''] of text.matchAll(/['"](\.\.?\/[^'"]+)\.js['"]/g)) reached.add(posix.join(posix.dirname(path), `${target}.d.ts`))
  }
  t.same(paths.filter((path) => path.endsWith('.d.ts')).sort(), [...reached].sort())
})

t.test('every link between its pages leads to a file or folder of the package', async (t) => {
  const pages = paths.filter((path) => path.endsWith('.md'))
  t.ok(pages.filter((path) => path.startsWith('docs/')).length > 10, 'the docs are there')
  let links = 0
  for (const page of pages) {
    for (const [, target = ''] of (await readFile(join(installed, page), 'utf8')).matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)) {
      const path = posix.join(posix.dirname(page), target)
      t.ok(paths.some((file) => file === path || file.startsWith(`${path}/`)), `${page} → ${target}`)
      links++
    }
  }
  t.ok(links > 20, `${links} links`)
  const readme = await readFile(join(installed, 'README.md'), 'utf8')
  t.same(pages.filter((page) => page.startsWith('docs/') && !readme.includes(`](${page})`)), [], 'README leads to each')
})

t.test('every link to a part of a page leads to a heading', async (t) => {
  let links = 0
  for (const page of paths.filter((path) => path.endsWith('.md'))) {
    const text = await readFile(join(installed, page), 'utf8')
    for (const [, target = '', part = ''] of text.matchAll(/\]\((?!\w+:)([^)#\s]*)#([^)\s]+)\)/g)) {
      const other = target === '' ? text : await readFile(join(installed, posix.join(posix.dirname(page), target)), 'utf8')
      const parts = [...other.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'))
      t.ok(parts.includes(part), `${page} → ${target}#${part}`)
      links++
    }
  }
  t.ok(links > 10, `${links} links`)
})

t.test('no file of the package names a machine or a registry', async (t) => {
  // A home that is / or unset tells nothing.
  const traces = [`${root}/`, ...homedir().length > 1 ? [`${homedir()}/`] : [], '/home/', '/Users/']
  const registry = /\bregistry\.(?:npmjs|yarnpkg|npmmirror)\b|\brepo1?\.maven\b/
  for (const path of paths) {
    const text = await readFile(join(installed, path), 'utf8')
    t.equal(traces.find((trace) => text.includes(trace)) ?? registry.exec(text)?.[0], undefined, path)
  }
  t.notMatch(await readFile(join(root, 'package-lock.json'), 'utf8'), /"resolved": "http/, 'package-lock.json')
})

t.test('no install step needs a script', async (t) => {
  const hooks = ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => name in manifest.scripts)
  t.same(hooks, [])
})

t.test('SECURITY.md names every direct dependency', async (t) => {
  const [, named = ''] = /direct dependencies are ([^.]+)\./.exec(await readFile(join(installed, 'SECURITY.md'), 'utf8')) ?? []
  t.same(named.split(/,\s+|\s+and\s+/), Object.keys(manifest.dependencies))
})

t.test('every entry loads by import and by require, without Fastify and Express, and the process ends', async (t) => {
  for (const entry of entries) {
    const load = (type: string, code: string) =>
      run(process.execPath, [`--input-type=${type}`, '--eval', `${code}; console.log(Object.keys(entry).sort().join())`], { cwd: project, timeout: 20_000 })
    const imported = await load('module', `import * as entry from '${entry}'`)
    const required = await load('commonjs', `const entry = require('${entry}')`)
    t.not(imported.stdout.trim(), '', `import ${entry}`)
    // require() of a module with a default export adds this mark.
    t.equal(required.stdout.replace(/\b__esModule,/, ''), imported.stdout, `require('${entry}') gives the same names`)
    t.equal(required.stderr + imported.stderr, '', `${entry}: no warnings`)
  }
})

t.test('an entry is a few files, which is what loading costs, and their classes have the names that they are exported by', async (t) => {
  const scripts = paths.filter((path) => path.endsWith('.js'))
  t.ok(scripts.length <= 12, scripts.join(' '))
  const code = "import * as core from 'fastify-cqlalchemy/core'; console.log(Object.entries(core).filter(([name, value]) => typeof value === 'function' && value.name !== name).map(([name]) => name).join())"
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: project })
  t.equal(stdout.trim(), '')
})

t.test('importing the models does not load env-schema, which only reading a configuration needs', async (t) => {
  const code = "import 'fastify-cqlalchemy/core'; const { createRequire } = await import('node:module'); console.log(Object.keys(createRequire(import.meta.url).cache).filter((path) => /env-schema|ajv/.test(path)).length)"
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: project })
  t.equal(stdout.trim(), '0')
})

t.test('the types of /core and /testing need neither Fastify nor Express', async (t) => {
  await link(['@types/node'])
  const strict = { target: 'es2022', module: 'nodenext', lib: ['es2022', 'esnext.disposable'], types: ['node'], strict: true, noEmit: true, skipLibCheck: false }
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: strict, files: ['user.ts'] }))
  await writeFile(join(project, 'user.ts'), [
    "export { CQLAlchemy } from 'fastify-cqlalchemy/core'",
    "export { startCassandra, mockClient } from 'fastify-cqlalchemy/testing'"
  ].join('\n'))
  t.equal(await compile(project), '')
})

t.test('every entry has its types where the compiler does not read "exports": moduleResolution node, as Next writes it', async (t) => {
  const here = join(project, 'node10')
  await mkdir(here)
  await link(['@types/node', '@types/express', '@types/express-serve-static-core', '@types/serve-static', '@types/body-parser', '@types/qs', '@types/range-parser', '@types/send',
    '@types/connect', '@types/http-errors', '@types/mime', 'fastify', 'pino', 'pino-std-serializers', 'fast-json-stringify', 'light-my-request', 'find-my-way'].filter((name) => existsSync(join(root, 'node_modules', name)) && !existsSync(join(project, 'node_modules', name))))
  await writeFile(join(here, 'user.ts'), [
    "import fastifyCqlalchemy from 'fastify-cqlalchemy'",
    ...entries.map((entry, i) => `import * as entry${i} from '${entry}'`),
    "import { CQLAlchemy } from 'fastify-cqlalchemy/core'",
    "import { expressScope } from 'fastify-cqlalchemy/express'",
    "import { mockClient } from 'fastify-cqlalchemy/testing'",
    'export const db: CQLAlchemy = new CQLAlchemy()',
    `export const all = [fastifyCqlalchemy, ${entries.map((_, i) => `entry${i}`).join(', ')}, expressScope(db, () => undefined), mockClient()]`,
    '// @ts-expect-error a number is no CQLAlchemy, so its type is known',
    'export const wrong: CQLAlchemy = 5',
    '// @ts-expect-error the members are known',
    'void entry1.nothing'
  ].join('\n'))
  for (const compiler of ['typescript-5.9', 'typescript'] as const) { // 7 has this resolution no more
    const options = { target: 'es2022', module: 'esnext', moduleResolution: 'node', lib: ['es2022', 'esnext.disposable'], types: ['node'], strict: true, noEmit: true, skipLibCheck: true }
    await writeFile(join(here, 'tsconfig.json'), JSON.stringify({
      compilerOptions: { ...options, ...compiler === 'typescript' && { ignoreDeprecations: '6.0' } }, files: ['user.ts']
    }))
    t.equal(await compile(here, compiler), '', compiler)
  }
  t.same(Object.keys(manifest.typesVersions['*']).map((name) => `fastify-cqlalchemy/${name}`), entries.slice(1), 'every entry but the first, which has "types"')
})
