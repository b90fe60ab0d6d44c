// Arguments, help, and finding the db: whatever is wrong is one message on stderr and exit code 1.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { commands } from '../../src/command/commands.js'
import { uniqueKeyspace } from '../support/cassandra.js'
import { root } from '../support/root.js'
import { core, project } from './running.js'

const exports = (text: string): string => `import { CQLAlchemy } from '${core}'\n${text}\n`
const one = "class One extends db.Model.define('one', { id: db.columns.Integer({ primaryKey: true }) }).as() {}\n"

t.test('help: of all, and of each on one screen, with each of its options', async (t) => {
  const { call } = project(t)
  const overview = await call('--help')
  t.match(overview, { code: 0, err: '', out: /^Usage: fastify-cqlalchemy <command>/ })
  t.match(await call(), { code: 1, out: /^Usage: / })
  t.ok(overview.out.trimEnd().split('\n').every((line) => line.length <= 80))
  for (const [name, { load, summary }] of Object.entries(commands)) {
    t.ok(overview.out.includes(`${name} `) && overview.out.includes(summary), name)
    const { code, out } = await call(name, '--help')
    t.equal(code, 0, name)
    const lines = out.trimEnd().split('\n')
    t.ok(lines.length <= 24, `${name}: ${lines.length} lines`)
    t.same(lines.filter((line) => line.length > 80), [], `${name}: narrow enough`)
    const { command } = await load()
    t.same(Object.keys(command.options).filter((option) => !out.includes(`--${option}`)), [], `${name} tells each option`)
    t.match(out, /\nExit code: 0 [^]*\b1 failed|\nExit code: 0 all works; 1 something/, name)
    t.match(out, /\b130\s+after\s+Ctrl-C\b/, name)
  }
})

t.test('what is typed wrong is told, with what was meant', async (t) => {
  const { call } = project(t)
  for (const [args, message] of [
    [['dif'], /There is no command "dif" \(did you mean diff\?\); there are diff, sync/],
    [['constructor'], /There is no command "constructor"/],
    [['diff', '--stric'], /diff: unknown option "--stric" \(did you mean strict\?\)\. See: fastify-cqlalchemy diff --help/],
    [['diff', 'more'], /diff: unexpected "more"/],
    [['diff', '--db'], /diff: .*'--db <value>' argument missing/],
    [['diff', '--db='], /diff: --db needs a value/],
    [['diff', '--strict=yes'], /diff: Option '--strict' does not take an argument/]
  ] as const) {
    const { code, out, err } = await call(...args)
    t.match({ code, out, err }, { code: 1, out: '', err: message })
    t.equal(err.trimEnd().split('\n').length, 1, 'one line')
  }
})

t.test('a db that cannot be had is told, with where it was looked for', async (t) => {
  const { call, feed, add } = project(t, {
    'package.json': '{ "type": "module" }',
    'nothing.js': 'export {}',
    'other.js': 'export const database = 5; export const app = {}',
    'throws.js': "throw new Error('mine')",
    'syntax.js': 'export const db = (',
    'imports.js': "import './missing.js'",
    'foreign.js': 'export const db = { Model: {}, syncDb () {} }',
    'app.js': "export const app = { ready: async () => { throw new Error('no start') } }",
    'typed.ts': 'export const db: number = 5',
    'empty.js': exports('export const db = new CQLAlchemy()'),
    'cut.json': '{'
  })
  /** All that work on a db: each tells it, once, and does nothing. */
  const onDb: [string, ...string[]][] = [['diff'], ['sync'], ['ddl'], ['shell'], ['export', 'one'], ['import', 'one']]
  for (const [args, message] of [
    [[], /no db is named: give --db <module>, or write "fastify-cqlalchemy"/],
    [['--db', 'missing.js'], /--db "missing.js": there is no file missing\.js/],
    [['--db', 'nothing.js'], /nothing\.js exports no db: .*; it exports nothing/],
    [['--db', './other.js'], /other\.js exports no db: .*; it exports "app", "database"/],
    [['--db', 'throws.js'], /throws\.js cannot be loaded: it throws: Error: mine\n +at .*throws\.js:1:\d+\n$/],
    [['--db', 'syntax.js'], /syntax\.js cannot be loaded: .+\. `node syntax\.js` shows the place\n$/],
    [['--db', 'imports.js'], /imports\.js cannot be loaded: Cannot find module .*missing\.js/],
    [['--db', 'foreign.js'], /made by another copy of fastify-cqlalchemy/],
    [['--db', 'app.js'], /the app of app\.js does not start: Error: no start/],
    [['--db', 'empty.js'], /keyspace/]
  ] as const) {
    for (const [name, ...operands] of onDb) {
      // The script of no models needs none.
      if (name === 'ddl' && args[1] === 'empty.js') continue
      const outcome = await feed('{"id":1}\n', name, ...operands, ...args)
      t.match(outcome, { code: 1, out: '', err: message }, name)
      t.equal(outcome.err.split('error: ').length, 2, `${name}: once`)
    }
  }
  const typed = await call('diff', '--db', 'typed.ts')
  t.match(typed, { code: 1, err: 'typescript' in process.features && process.features.typescript ? /exports no db/ : /Node [\d.]+ does not run TypeScript by itself\. Use Node 22\.18 or later; or npm install -D tsx/ })
  add('package.json', '{ "type": "module", "fastify-cqlalchemy": { "db": "./gone.js" } }')
  t.match(await call('diff'), { code: 1, err: /package\.json, "fastify-cqlalchemy": \{ "db": … \}: there is no file gone\.js/ })
  add('package.json', '{')
  t.match(await call('diff'), { code: 1, err: /package\.json is no JSON/ })
})

t.test('the db is found as db, default, in a module of CommonJS, in an app, and by package.json from a folder inside', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const { call } = project(t, {
    'package.json': '{ "type": "module", "fastify-cqlalchemy": { "db": "./by-name.js" } }',
    'by-name.js': exports(`export const db = new CQLAlchemy()\n${one}`),
    'default.js': exports(`const db = new CQLAlchemy()\n${one}\nexport default db`),
    'common.cjs': `const { CQLAlchemy } = require('${join(root, 'dist/core.js')}')\nconst db = exports.db = new CQLAlchemy()\n${one}`,
    'app.js': exports(`const db = new CQLAlchemy()\n${one}\nexport const app = { database: db, ready: async () => { await db.init({ keyspace: process.env.CASSANDRA_KEYSPACE }) } }`),
    'open.js': exports(`export const db = await new CQLAlchemy().init({ keyspace: 'other' })\n${one}`)
  })
  for (const name of [undefined, 'default.js', 'common.cjs', 'app.js', 'open.js']) {
    const outcome = await call('diff', '--keyspace', keyspace, ...name === undefined ? [] : ['--db', name])
    t.match(outcome, { code: 2, err: '', out: new RegExp(`^\\+ CREATE TABLE IF NOT EXISTS "${keyspace}"\\."one"`) }, name ?? 'package.json')
  }
})

t.test('the program: its exit code, and a reader that has enough', async (t) => {
  const program = join(root, 'dist/command/main.js')
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--help'])
  t.match(stdout, /^Usage: /)
  await t.rejects(promisify(execFile)(process.execPath, [program, 'nothing']), { code: 1, stdout: '', stderr: /error: There is no command/ })
  const { add, folder } = project(t)
  add('hangs.mjs', 'await new Promise(() => {})\n')
  await t.rejects(promisify(execFile)(process.execPath, [program, 'diff', '--db', join(folder, 'hangs.mjs')]), { code: 1, stdout: '', stderr: /error: the command cannot end: it waits for what never comes/ }, 'never 0 without a result')
})
