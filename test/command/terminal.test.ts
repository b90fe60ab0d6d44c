/* eslint-disable no-control-regex */
// What commands do on a terminal, and only there: the prompt of shell with its keys, colours, progress, Ctrl-C.
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { uniqueKeyspace } from '../support/cassandra.js'
import { core, project } from './running.js'
import { onTerminal } from './terminal.js'

const models = `
import { CQLAlchemy } from '${core}'
export const db = new CQLAlchemy()
const c = db.columns
export class User extends db.Model.define('user', { uid: c.Integer({ primaryKey: true }), name: c.Text() }).as() { static { this.register() } }
export class Extra extends db.Model.define('extra', { id: c.Integer({ primaryKey: true }) }).as() { static { this.register() } }
`
const keyspace = await uniqueKeyspace(t)
const { call, feed, folder } = project(t, {
  'package.json': '{ "type": "module", "fastify-cqlalchemy": { "db": "./db.js" } }',
  'db.js': models,
  // Whoever reads the output takes some time for each part.
  'slow.js': `
export { db } from './db.js'
const { write } = process.stdout
process.stdout.write = function (...given) {
  Reflect.apply(write, this, given)
  setTimeout(() => this.emit('drain'), 25)
  return false
}`,
  'waits.js': "console.log('it waits')\nawait new Promise((resolve) => { setTimeout(resolve, 60_000) })"
})
const at = `--keyspace ${keyspace}`
const [up, controlC, controlD] = ['\u001b[A', '\u0003', '\u0004']
/** Without what moves the cursor and colours. */
const plain = (text: string): string => text.replace(/\u001b\[[\d;?]*[A-Za-z]/g, '').replaceAll('\r', '')
const prompt = /> \u001b\[3G$/
const colours = /\u001b\[[\d;]*m/

t.test('diff and sync are coloured on a terminal, but not with NO_COLOR, and in a pipe no escape is written', async (t) => {
  const coloured = onTerminal(t, `diff ${at}`, folder)
  const quiet = onTerminal(t, `diff ${at}`, folder, { NO_COLOR: '1' })
  t.equal(await coloured.ended(), 2)
  t.match(coloured.shown, /^\u001b\[32m\+\u001b\[0m CREATE TABLE/)
  t.equal(await quiet.ended(), 2)
  t.match(quiet.shown, /^\+ CREATE TABLE/)
  t.notMatch(quiet.shown, '\u001b')
  for (const args of [['diff'], ['sync'], ['doctor'], ['export', 'user'], ['ddl']]) {
    const { out, err } = await call(...args, '--keyspace', keyspace)
    t.notMatch(out + err, /[\u001b\r]/, `${args[0]} in a pipe`)
  }
})

t.test('shell: completion, await, tables, dot commands, what breaks off, and a history that the next session has', async (t) => {
  const state = t.testdir()
  const shell = onTerminal(t, `shell ${at}`, folder, { XDG_STATE_HOME: state })
  /** What comes between the line and the next prompt. */
  const enter = async (line: string): Promise<string> => {
    shell.type(`${line}\r`)
    return plain(await shell.until(prompt))
  }
  t.match(plain(await shell.until(prompt)), /^db, User, Extra are here; \.help tells what else\n/)
  // Without await, behind which later Nodes complete nothing.
  shell.type('Us\t')
  await shell.until(/er/)
  shell.type('.creat\t')
  await shell.until(/e/)
  shell.type(" && 'completed'\r")
  t.match(await shell.until(prompt), /\u001b\[32m'completed'/, 'coloured')
  t.match(await enter("await User.create({ uid: 1, name: 'Ada\\u001b[2J' }) && 'made'"), /\n'made'\n/)
  t.match(await enter('await User.filter({ uid: 1 }).all()'), /\nuid \| name\n-+\+-+\n1 +\| Ada\\u001b\[2J\n1 row\n> $/, 'what a row holds does not steer the terminal')
  t.match(await enter('.ddl User'), /CREATE TABLE IF NOT EXISTS .*"user" \(\n {2}"uid" int,\n/)
  t.match(await enter(`.cql SELECT uid FROM ${keyspace}.user`), /\nuid\n---\n1\n1 row\n/)
  t.match(await enter('.models'), /User \(user\): uid\* int, name text\n/)
  const told = await enter('await User.get({ uid: 9 })')
  t.match(told, /\nUncaught DoesNotExist: .*no row fits/)
  t.notMatch(told, /\n +at /, 'no stack of ours')
  shell.type("console.log('it runs'); await new Promise(() => {})\r")
  await shell.until(/\nit runs/)
  shell.type(controlC)
  t.match(plain(await shell.until(prompt)), /interrupted/, 'an await that never ends')
  await enter('.clear')
  t.match(await enter('typeof db.syncDb + typeof User'), /'functionfunction'\n/)
  t.match(await enter('.nothing'), /Invalid REPL keyword/)
  await enter("'the last line'")
  shell.type(controlD)
  t.equal(await shell.ended(), 0)

  const next = onTerminal(t, `shell ${at}`, folder, { XDG_STATE_HOME: state, NO_COLOR: '1' })
  await next.until(prompt)
  next.type(`${up}\r`)
  t.match(plain(await next.until(prompt)), /'the last line'\n'the last line'\n> $/)
  next.type('.exit\r')
  t.equal(await next.ended(), 0)
  t.notMatch(next.shown, colours)
})

t.test('export and import show how far they are on a terminal; Ctrl-C ends them, and says how to go on', async (t) => {
  const lines = Array.from({ length: 3000 }, (_, uid) => `{"uid":${uid},"name":"n"}\n`)
  writeFileSync(join(folder, 'users'), lines.join(''))
  const imported = onTerminal(t, `import user ${at} < users`, folder)
  t.equal(await imported.ended(), 0)
  t.match(imported.shown, /^\r\d+ rows imported, \d+ rows\/s/)
  t.match(imported.shown, /\r +\r3000 rows imported\r\n$/, 'nothing of it stays')
  const whole = onTerminal(t, `export user ${at} --db slow.js --concurrency 3 > exported`, folder)
  t.equal(await whole.ended(), 0)
  t.match(whole.shown, /^\r\d+ rows exported, \d+ rows\/s, \d+ % of the ring(?:, \d+ s left)?/)
  t.match(whole.shown, /\d+ % of the ring, \d+ s left/)
  t.match(whole.shown, /\r +\r$/, 'nothing of it stays')
  const file = readFileSync(join(folder, 'exported'), 'utf8')
  t.equal(file.split('\n').length, 3001)
  t.notMatch(file, /[\u001b\r]/)

  const broken = onTerminal(t, `export user ${at} --db slow.js > part`, folder)
  await broken.until(/rows exported/)
  broken.type(controlC)
  t.equal(await broken.ended(), 130)
  const [, count, position] = /\r(\d+) rows? (?:was|were) exported\. Go on with: --from (\S+)\r\n[^\n]*interrupted\r\n$/.exec(broken.shown) ?? []
  t.ok(position, broken.shown)
  const part = readFileSync(join(folder, 'part'), 'utf8')
  t.equal(part.split('\n').length - 1, Number(count))
  const rest = await call('export', 'user', '--keyspace', keyspace, '--from', position as string)
  t.equal(new Set((part + rest.out).trimEnd().split('\n')).size, 3000)
  // Both on one terminal: the rows alone.
  const beside = onTerminal(t, `export user ${at}`, folder)
  t.equal(await beside.ended(), 0)
  t.notMatch(beside.shown, /rows\/s/)
  t.match(await feed('{"uid":1}\n', 'import', 'user', '--keyspace', keyspace), { code: 0, err: '1 row imported\n' })
})

t.test('Ctrl-C ends whatever reads, and says what was not done', async (t) => {
  for (const [name, where] of [['diff', 'nothing was sent'], ['sync', 'nothing was sent'], ['export user', 'nothing was exported']] as const) {
    const command = onTerminal(t, `${name} ${at} --db waits.js`, folder)
    await command.until(/it waits/)
    command.type(controlC)
    t.equal(await command.ended(), 130, name)
    t.match(plain(command.shown), new RegExp(`\\^C\\nerror: interrupted: ${where}\\n$`), name)
  }
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.teardown(() => { silent.close() })
  const { port } = silent.address() as { port: number }
  for (const [name, where] of [[`pull ${keyspace}`, 'nothing was written'], ['doctor', 'what comes behind was not looked at']] as const) {
    const asked = once(silent, 'connection')
    const command = onTerminal(t, `${name} --hosts 127.0.0.1:${port}`, folder, { CASSANDRA_KEYSPACE: keyspace })
    await asked
    command.type(controlC)
    t.equal(await command.ended(), 130, name)
    t.match(plain(command.shown), new RegExp(`\\^C\\nerror: interrupted: ${where}\\n$`), name)
  }
})
