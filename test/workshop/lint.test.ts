import t from 'tap'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ESLint } from 'eslint'
import { root } from '../support/root.js'

// The rules that need type information cannot judge a text that is in no project; everything else is the real configuration.
const untyped: ESLint.Options['overrideConfig'] = {
  languageOptions: { parserOptions: { projectService: false } },
  rules: Object.fromEntries(['await-thenable', 'no-floating-promises', 'no-misused-promises'].map((rule) => [`@typescript-eslint/${rule}`, 'off']))
}
const eslint = new ESLint({ cwd: root, overrideConfig: untyped })

/** The rules that a text breaks as that file, style left aside. */
async function broken (file: string, text: string, linter = eslint, folder = root): Promise<string[]> {
  const [result] = await linter.lintText(text, { filePath: join(folder, file) })
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message).filter((rule) => !rule.startsWith('@stylistic/'))
}

/** A text that imports it and uses it. */
const importing = (specifier: string) => `import { a } from '${specifier}'\nexport default a\n`

t.test('borders: imports that are refused', async (t) => {
  const refused: [file: string, specifier: string, why: string][] = [
    ['src/cqlengine/errors.ts', './columns/column.js', 'the lowest room imports nothing above it'],
    ['src/cqlengine/statements/select.ts', '../columns/column.js', 'statements are below columns'],
    ['src/cqlengine/connection/session.ts', '../query/query-set.js', 'connection is below query'],
    ['src/cqlengine/columns/text.ts', '../model/table.js', 'columns are below model'],
    ['src/cqlengine/model/table.ts', '../query/query-set.js', 'model is below query'],
    ['src/cqlengine/query/query-set.ts', '../management/sync.js', 'query is below management'],
    ['src/cqlengine/query/terms/conditions.ts', '../operation/operation.js', 'what a query says is below what is made of it'],
    ['src/cqlengine/query/operation/operation.ts', '../writing/subject.js', 'the operation is below writes'],
    ['src/cqlengine/query/writing/subject.ts', '../query-set.js', 'the doors are above writes'],
    ['src/cqlengine/query/writing/subject.ts', '../reading/scan.js', 'writes do not see reads'],
    ['src/cqlengine/query/reading/scan.ts', '../writing/subject.js', 'reads do not see writes'],
    ['src/cqlengine/management/sync.ts', '../../settings/options.js', 'cqlengine imports nothing outside itself'],
    ['src/settings/options.ts', '../cqlalchemy.js', 'settings are below db'],
    ['src/cqlalchemy.ts', './fastify/plugin.js', 'db is below Fastify'],
    ['src/cqlalchemy.ts', './index.js', 'entries are above all'],
    ['src/express/scope.ts', '../fastify/http-errors.js', 'Express does without Fastify'],
    ['src/fastify/plugin.ts', '../express/scope.js', 'Fastify does without Express'],
    ['src/core.ts', './fastify/plugin.js', '/core does without Fastify'],
    ['src/express.ts', './fastify/plugin.js', '/express does without Fastify'],
    ['src/testing.ts', './cqlalchemy.js', '/testing offers only testing/'],
    ['src/testing/cassandra.ts', '../cqlengine/connection/session.js', 'testing sees only driver and errors'],
    ['src/fastify/plugin.ts', '../testing/cassandra.js', 'nobody but the entry sees testing'],
    ['src/elsewhere/new.ts', '../cqlengine/errors.js', 'a folder without a place in the order'],
    ['src/cqlalchemy.ts', '../test/support/root.js', 'nothing outside src'],
    ['src/cqlengine/connection/session.ts', 'cassandra-driver', 'only driver.ts knows the driver'],
    ['src/fastify/plugin.ts', 'cassandra-driver', 'only driver.ts knows the driver'],
    ['src/cqlengine/query/query-set.ts', 'fastify', 'only fastify/ knows Fastify'],
    ['src/cqlalchemy.ts', 'fastify-plugin', 'only fastify/ knows Fastify'],
    ['src/index.ts', 'fastify', 'index.ts may only name types of Fastify'],
    ['src/cqlalchemy.ts', 'express', 'only express/ knows Express'],
    ['src/cqlalchemy.ts', 'env-schema', 'only settings/ reads settings'],
    ['src/cqlengine/columns/text.ts', 'lodash', 'no dependency'],
    ['src/cqlengine/columns/text.ts', 'fs', 'built-in modules are written node:…'],
    ['src/cqlengine/columns/text.ts', 'cassandra-driver/lib/types', 'a part of a package is the package']
  ]
  for (const [file, specifier, why] of refused) t.ok((await broken(file, importing(specifier))).includes('house/border'), `${file} → ${specifier}: ${why}`)
})

t.test('what the driver does not declare is touched in one folder', async (t) => {
  const texts = ['export const a = (o: { b: { c: number } }): number => o._private\n', 'export const a = ({ _private }: O): number => _private\ninterface O { b: number }\n',
    "export const a = (o: O): unknown => o['_private']\ninterface O { b: number }\n", 'export const a = (client: object): unknown => (client as { options: unknown }).options\n',
    'export const a = (link: { client: object }): unknown => (link.client as { options: unknown }).options\n']
  for (const text of texts) {
    t.ok((await broken('src/cqlengine/connection/session.ts', text)).includes('no-restricted-syntax'), text)
    t.notOk((await broken('src/cqlengine/connection/driver-internals/prepared.ts', text)).includes('no-restricted-syntax'), text)
  }
})

t.test('borders: imports that are allowed', async (t) => {
  const allowed: [file: string, specifier: string][] = [
    ['src/cqlengine/driver.ts', 'cassandra-driver'],
    ['src/cqlengine/columns/text.ts', 'node:net'],
    ['src/cqlengine/columns/text.ts', '../errors.js'],
    ['src/cqlengine/management/sync.ts', '../query/query-set.js'],
    ['src/cqlengine/query/query-set.ts', './writing/filtered-writes.js'],
    ['src/cqlengine/query/reading/scan.ts', '../operation/place.js'],
    ['src/settings/options.ts', 'env-schema'],
    ['src/settings/options.ts', '../cqlengine/connection/registry.js'],
    ['src/cqlalchemy.ts', './settings/options.js'],
    ['src/fastify/plugin.ts', 'fastify'],
    ['src/fastify/plugin.ts', 'fastify-plugin'],
    ['src/fastify/plugin.ts', '../cqlalchemy.js'],
    ['src/express/scope.ts', 'express'],
    ['src/testing/cassandra.ts', '../cqlengine/driver.js']
  ]
  for (const [file, specifier] of allowed) t.notOk((await broken(file, importing(specifier))).includes('house/border'), `${file} → ${specifier}`)
})

t.test('borders hold for every form of an import', async (t) => {
  const forms = [
    "import 'fastify'\n",
    "import type { A } from 'fastify'\nexport type B = A\n",
    "export { a } from 'fastify'\n",
    "export * from 'fastify'\nexport const b = 1\n",
    "export const a = await import('fastify')\n",
    "export type A = import('fastify').FastifyInstance\n",
    "declare module 'fastify' { interface FastifyInstance { a: number } }\nexport const b = 1\n"
  ]
  for (const form of forms) t.ok((await broken('src/cqlengine/query/query-set.ts', form)).includes('house/border'), form)
  t.same(await broken('src/index.ts', "declare module 'fastify' { interface FastifyInstance { db: number } }\nexport type { A } from 'fastify'\n"), [],
    'index.ts augments the types of Fastify')
})

t.test('no circles among imports that exist at run time, of any length', async (t) => {
  const folder = t.testdir({})
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), text)
  }
  const linter = new ESLint({ cwd: folder, overrideConfigFile: join(root, 'eslint.config.js'), overrideConfig: untyped })
  await write('src/cqlengine/query/b.ts', "import { c } from './c.js'\nexport const a = c\n")
  await write('src/cqlengine/query/c.ts', "import { b } from './a.js'\nexport const c = () => b\n")
  t.same(await broken('src/cqlengine/query/a.ts', importing('./b.js'), linter, folder), ['house/no-circle'], 'a → b → c → a')
  await write('src/cqlengine/query/c.ts', "import type { b } from './a.js'\nexport const c = (): typeof b | undefined => undefined\n")
  t.same(await broken('src/cqlengine/query/a.ts', importing('./b.js'), linter, folder), [], 'types that name each other')
})

t.test('no barrels, and entries only export', async (t) => {
  t.same(await broken('src/cqlengine/columns/index.ts', "export * from './text.js'\nexport { b } from './blob.js'\n"), ['house/no-barrel'])
  t.same(await broken('src/cqlengine/driver.ts', "export { types } from 'cassandra-driver'\n"), [], 'the door to a package is none')
  t.same(await broken('src/core.ts', "export { CQLAlchemy } from './cqlalchemy.js'\n"), [])
  t.same(await broken('src/core.ts', "export { CQLAlchemy } from './cqlalchemy.js'\nexport const a = 1\n"), ['house/entry-only-exports'])
})

t.test('types, comments and length', async (t) => {
  t.same(await broken('src/cqlengine/errors.ts', 'export const a = (b: any) => b\n'), ['@typescript-eslint/no-explicit-any'])
  t.same(await broken('src/cqlengine/errors.ts', '// @ts-ignore\nexport const a = 1\n'), ['@typescript-eslint/ban-ts-comment'])
  t.same(await broken('src/cqlengine/errors.ts', '// @ts-ignore the driver declares this wrongly\nexport const a = 1\n'), [])
  t.same(await broken('src/cqlengine/errors.ts', "console.log('x')\n"), ['no-console'])
  t.same(await broken('src/cqlengine/errors.ts', '// line\n'.repeat(399)), [])
  t.same(await broken('src/cqlengine/errors.ts', '// line\n'.repeat(420)), ['house/long-file'])
  t.same(await broken('src/cqlengine/errors.ts', '// line\n'.repeat(460)), ['house/long-file', 'max-lines'])
})

t.test('comments, titles and messages cite nothing that the repository lacks', async (t) => {
  // In two halves, for this file obeys the rule too.
  for (const page of ['API' + '.md', 'cqlengine' + '.md', 'section' + ' 5.1', 'reference' + ' 6.3', 'trap' + ' 8', 'issue' + ' 6.2', 'seed' + ' 000']) {
    t.same(await broken('src/cqlengine/errors.ts', `// Too long (${page}).\nexport const a = 1\n`), ['house/no-outside-page'], page)
    t.same(await broken('src/cqlengine/errors.ts', `export const a = 'too long (${page})'\n`), ['house/no-outside-page'], page)
  }
  t.same(await broken('test/query/new.test.ts', `// ${'B' + '4'}\nexport const a = '${'B' + '4'} distinct'\n`), ['house/no-outside-page'], 'the number of a report')
  t.same(await broken('src/cqlengine/errors.ts', "// CON-06, B17, R12 (docs/contract.md); docs/queries.md; a reference to 3 rows\nexport const a = 'B17 x'\n"), [])
})

t.test('comments name their subject', async (t) => {
  for (const comment of ['// The same for one.', '/** Likewise the rest. */', '/**\n * The same as above.\n */', '// Reads it. Likewise the next.']) {
    t.same(await broken('src/cqlengine/errors.ts', `${comment}\nexport const a = 1\n`), ['house/plain-comments'], comment)
  }
  t.same(await broken('src/cqlengine/errors.ts', '// Rows of the same key, and\n// the same order.\nexport const a = 1\n'), [])
})

t.test('a cast that the compiler cannot follow has a comment that says why', async (t) => {
  for (const cast of ['b as unknown as string', 'b as never']) {
    const unexplained = [`export const a = (b: number): unknown => ${cast}\n`, `// Of all.\nexport function a (b: number): unknown {\n  const c = 1\n  void c\n  return ${cast}\n}\n`]
    for (const text of unexplained) t.same(await broken('src/cqlengine/errors.ts', text), ['house/explained-casts'], text)
    const explained = [`export const a = (b: number): unknown => ${cast} // The driver says so.\n`, `/** The driver says so. */\nexport const a = (b: number): unknown => ${cast}\n`,
      `export function a (b: number): unknown {\n  const c = 1\n  void c\n  // The driver says so.\n  return ${cast}\n}\n`]
    for (const text of explained) t.same(await broken('src/cqlengine/errors.ts', text), [], text)
  }
  t.same(await broken('src/cqlengine/errors.ts', 'export const a = (b: object): string => (b as { c: string }).c\n'), [])
})
