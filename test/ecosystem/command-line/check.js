import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { REPOSITORY } = process.env
const { fetchNode } = await import(pathToFileURL(join(REPOSITORY, 'build/test/node-versions/fetch-node.js')).href)
const tell = (ok, fact) => { console.log(`${ok ? 'ok' : 'not ok'} ${fact.replace(/\n\s*/g, ' ⏎ ')}`) }
const program = JSON.parse(readFileSync('node_modules/fastify-cqlalchemy/package.json', 'utf8')).bin['fastify-cqlalchemy']
process.env.CASSANDRA_KEYSPACE = 'terminal'

/** As npx runs it. */
const on = (node) => (args, input = '') => new Promise((resolve) => {
  const child = spawn(node, [join('node_modules/fastify-cqlalchemy', program), ...args])
  const outcome = { out: '', err: '' }
  child.stdout.on('data', (text) => { outcome.out += text })
  child.stderr.on('data', (text) => { outcome.err += text })
  child.on('close', (code) => { resolve({ code, ...outcome }) })
  child.stdin.end(input)
})

mkdirSync('src')
writeFileSync('src/db.ts', `import { CQLAlchemy } from 'fastify-cqlalchemy/core'
export const db: CQLAlchemy = new CQLAlchemy()
const c = db.columns
export class User extends db.Model.define('user', { uid: c.Integer({ primaryKey: true }), name: c.Text() }).as<User>() {}
`)
writeFileSync('src/enum.ts', "export enum Kind { A }\nexport { db } from './db.ts'\n")
writeFileSync('src/js.ts', "export { db } from './db.js'\n")

const { CQLAlchemy } = await import('fastify-cqlalchemy/core')
const db = await new CQLAlchemy().init({ keyspace: null })
await db.createKeyspaceSimple('terminal', 1)
await db.close()

for (const version of ['24', '26']) {
  const run = on(await fetchNode(version, join(REPOSITORY, 'build/node', version)))
  const first = await run(['diff'])
  tell(first.code === (version === '24' ? 2 : 0) && first.err === '', `Node ${version}: diff of a db in TypeScript: ${first.code} ${first.out}${first.err}`)
  const synced = await run(['sync'])
  tell(synced.code === 0 && synced.err === '', `Node ${version}: sync: ${synced.out}${synced.err}`)
  const shell = await run(['shell'], "await User.create({ uid: 1, name: 'Ada' }) && 'made'\nawait User.filter({ uid: 1 }).all()\n")
  tell(shell.code === 0 && shell.out === "'made'\nuid | name\n----+-----\n1   | Ada\n1 row\n", `Node ${version}: shell: ${shell.out}${shell.err}`)
  const enums = await run(['diff', '--db', 'src/enum.ts'])
  tell(enums.code === 1 && /src\/enum\.ts cannot be loaded: .*enum.*tsx/is.test(enums.err), `Node ${version}: syntax that is more than types: ${enums.err}`)
  const named = await run(['diff', '--db', 'src/js.ts'])
  tell(named.code === 1 && /write them with \.ts/.test(named.err), `Node ${version}: imports of .js that are .ts: ${named.err}`)
}
const old = await on(await fetchNode('20.19', join(REPOSITORY, 'build/node/20.19')))(['diff'])
tell(old.code === 1 && old.out === '' && /^error: src\/db\.ts cannot be loaded: Node 20\.19\.\d+ does not run TypeScript by itself\. Use Node 22\.18 or later; or npm install -D tsx, and NODE_OPTIONS='--import tsx' npx fastify-cqlalchemy …; or name the compiled file\n$/.test(old.err), `Node 20: what to do is told: ${old.err}`)

const run = on(process.execPath)
const doctor = await run(['doctor'])
tell(doctor.code === 0 && /note {4}this project has a second copy of cassandra-driver \(4\.8\.0, and this package 4\.\d+\.\d+\)/.test(doctor.out), `doctor tells of the second driver: ${doctor.out}${doctor.err}`)

const node = on(await fetchNode('24', join(REPOSITORY, 'build/node/24')))
const exported = await node(['export', 'user'])
tell(exported.code === 0 && exported.out === '{"uid":1,"name":"Ada"}\n', `export: ${exported.out}${exported.err}`)
const imported = await node(['import', 'user'], '{"uid":2,"name":null}\n{"uid":3,')
tell(imported.code === 1 && imported.err === 'error: line 2: the file ends in the middle of this line; it may have been cut\n1 row was imported, all before line 2. Go on with: --from 2\n', `import of a file that was cut: ${imported.err}`)
const csv = await node(['export', 'user', '--csv'])
tell(csv.code === 0 && csv.out.startsWith('uid,name\n') && csv.out.includes('\n2,\n'), `export to CSV: ${csv.out}${csv.err}`)
const ddl = await node(['ddl', '--hosts', '127.0.0.99:1'])
tell(ddl.code === 0 && ddl.out.startsWith('CREATE TABLE IF NOT EXISTS "terminal"."user" (\n'), `ddl without a server: ${ddl.out}${ddl.err}`)
const pulled = await run(['pull', 'terminal'])
tell(pulled.code === 0 && readFileSync('models/user.ts', 'utf8').includes("define('user', {\n  uid: c.Integer({ primaryKey: true }),"), `pull: ${pulled.out}${pulled.err}`)
const again = await run(['pull', 'terminal', '--check'])
tell(again.code === 0, `pull --check: ${again.out}${again.err}`)
for (const name of ['diff', 'sync', 'ddl', 'pull', 'shell', 'doctor', 'export', 'import', 'cassandra']) {
  const help = await run([name, '--help'])
  tell(help.code === 0 && help.out.split('\n').length <= 25 && !/.{81}/.test(help.out), `${name} --help`)
}
const status = await run(['cassandra', 'status'])
tell(status.code === 1 && /^No Cassandra runs/.test(status.out), `cassandra status: ${status.out}${status.err}`)
