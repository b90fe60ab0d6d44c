// diff, sync and ddl on a real keyspace.
import { join } from 'node:path'
import t from 'tap'
import { connectedClient, hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { root } from '../support/root.js'
import { runScript } from '../support/run-script.js'
import { core, project } from './running.js'

const models = `
import { CQLAlchemy } from '${core}'
export const db = new CQLAlchemy()
const c = db.columns
class Address extends db.UserType.define('address', { street: c.Text(), 'odd "name"': c.Text() }) {}
class User extends db.Model.define('user', { uid: c.UUID({ primaryKey: true }), name: c.Text({ index: true }), home: c.UserDefinedType(Address), scores: c.Map(c.Text, c.Set(c.Integer)) }, { options: { comment: "it's, (odd) AND so" } }).as() {}
class Visit extends db.Model.define('visit', { user: c.UUID({ primaryKey: true, partitionKey: true }), day: c.Date({ primaryKey: true, clusteringOrder: 'desc' }), n: c.Integer() }).as() {}
`

t.test('diff tells and sends nothing, sync does it, and then there is no difference', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const { call } = project(t, { 'package.json': '{ "type": "module", "fastify-cqlalchemy": { "db": "./db.js" } }', 'db.js': models })
  const at = ['--keyspace', keyspace]
  const first = await call('diff', ...at)
  t.match(first, { code: 2, err: '' })
  t.match(first.out, /^\+ CREATE TYPE .*;\n\+ CREATE TABLE .*;\n/)
  t.match(first.out.trimEnd().split('\n').at(-1), /^4 statements$/)
  t.match(await call('diff', ...at), { code: 2 }, 'nothing was sent')
  const json = await call('diff', '--json', ...at)
  t.equal((JSON.parse(json.out) as { statements: object[] }).statements.length, 4)
  const synced = await call('sync', '--wait-for-indexes', ...at)
  t.match(synced, { code: 0, err: '' })
  t.equal(synced.out.split('\n').filter((line) => line.startsWith('+ CREATE')).length, 4)
  t.match(await call('diff', ...at), { code: 0, out: 'nothing to do: the models and the database agree\n' })
  t.match(JSON.parse((await call('sync', '--json', ...at)).out), { statements: [] })

  const client = await connectedClient(t)
  await client.execute(`ALTER TABLE ${keyspace}.user ADD old text`)
  await client.execute(`CREATE TABLE ${keyspace}.nobodys (id int PRIMARY KEY)`)
  t.match(await call('diff', ...at), { code: 0, out: /^warning: .*"old".*\n1 warning\n$/s })
  t.match(await call('diff', '--strict', ...at), { code: 2 })
})

t.test('conflicts: diff 2, sync 1, and nothing is sent', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const client = await connectedClient(t)
  await client.execute(`CREATE TABLE ${keyspace}.visit (user uuid PRIMARY KEY, n int)`)
  const { call } = project(t, { 'db.mjs': models })
  const at = ['--db', 'db.mjs', '--keyspace', keyspace]
  t.match(await call('diff', ...at), { code: 2, out: /conflict: model "visit"/ })
  t.match(await call('sync', ...at), { code: 1, out: /^conflict: model "visit"/, err: /^error: 1 conflict; nothing was sent\n$/ })
  const json = await call('sync', '--json', ...at)
  t.match(JSON.parse(json.out), { statements: [], conflicts: [{ table: 'visit' }] })
  t.equal(json.code, 1)
  const { rows } = await client.execute('SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?', [keyspace])
  t.equal(rows.length, 1)
  const missing = await call('diff', '--db', 'db.mjs', '--keyspace', 'nowhere_at_all')
  t.match(missing, { code: 2, out: /there is no keyspace "nowhere_at_all" on connection "default", and 1 more needs it; create it with/ })
  t.match(missing.out, /\n1 conflict\n$/, 'once, however many models there are')
})

t.test('ddl is a script that makes what sync makes, without a server', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const { call } = project(t, {
    'db.mjs': models,
    'two.mjs': `${models}\nclass Far extends db.Model.define('far', { id: c.Integer({ primaryKey: true }) }, { connection: 'cluster2', keyspace: 'elsewhere' }).as() {}`,
    'app.mjs': `${models}\nexport const app = { db, ready: async () => { await db.init({ keyspace: process.env.CASSANDRA_KEYSPACE }) } }`,
    'none.mjs': `import { CQLAlchemy } from '${core}'\nexport const db = new CQLAlchemy()`
  })
  const script = await call('ddl', '--db', 'db.mjs', '--keyspace', keyspace, '--hosts', '127.0.0.99:1')
  t.match(script, { code: 0, err: '' })
  const client = await connectedClient(t)
  for (const cql of script.out.split(/;\n/).filter((one) => one.trim() !== '')) await client.execute(cql)
  t.match(await call('diff', '--db', 'db.mjs', '--keyspace', keyspace), { code: 0 })
  t.ok(script.out.split('\n').length > 15, 'a column a line')
  t.match(await call('ddl', '--db', 'two.mjs', '--keyspace', keyspace), { code: 0, out: /CREATE TABLE IF NOT EXISTS "elsewhere"\."far" \(\n/ })
  t.match(await call('ddl', '--db', 'app.mjs', '--keyspace', keyspace, '--hosts', '127.0.0.99:1'), { code: 0, out: script.out })
  t.match(await call('ddl', '--db', 'db.mjs'), { code: 1, err: /keyspace/ })
  t.match(await call('ddl', '--db', 'none.mjs', '--keyspace', keyspace), { code: 1, err: /has no models/ })
  t.equal((JSON.parse((await call('ddl', '--json', '--db', 'db.mjs', '--keyspace', keyspace)).out) as { statements: object[] }).statements.length, 4)
})

t.test('a sync that is interrupted says how far it came, and the next one does the rest', { timeout: 60_000 }, async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const { call, folder } = project(t, {
    'db.mjs': `
import { CQLAlchemy } from '${core}'
export const db = new CQLAlchemy()
for (let i = 0; i < 6; i++) db.Model.define('table_' + i, { id: db.columns.Integer({ primaryKey: true }) })
`,
    // Ctrl-C as soon as the first statement is told.
    'broken.mjs': `
export { db } from './db.mjs'
const { write } = process.stdout
process.stdout.write = function (...given) {
  if (String(given[0]).startsWith('+')) process.kill(process.pid, process.env.SIGNAL)
  return Reflect.apply(write, this, given)
}
`
  })
  const client = await connectedClient(t)
  const made = async (): Promise<number> =>
    (await client.execute('SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?', [keyspace])).rows.length
  for (const SIGNAL of ['SIGINT', 'SIGTERM']) {
    const before = await made()
    const env = { CASSANDRA_HOSTS: hosts.join(','), CASSANDRA_LOCAL_DATA_CENTER: localDataCenter, SIGNAL }
    const broken = await runScript([join(root, 'dist/command/main.js'), 'sync', '--db', 'broken.mjs', '--keyspace', keyspace], folder, env)
    t.equal(broken.code, 130, SIGNAL)
    const told = Number(/^error: interrupted: (\d+) statements? (?:was|were) carried out; the one under way may be, too\. Sync again/.exec(broken.stderr)?.[1])
    t.equal(told, broken.stdout.split('\n').filter((line) => /^\+ CREATE TABLE .*;$/.test(line)).length, `${broken.stdout}${broken.stderr}`)
    t.ok(told > 0 && before + told <= await made(), 'what it told is there')
  }
  t.ok(await made() < 6, 'it was in the middle')
  t.match(await call('sync', '--db', 'db.mjs', '--keyspace', keyspace), { code: 0, err: '' })
  t.equal(await made(), 6)
  t.match(await call('diff', '--strict', '--db', 'db.mjs', '--keyspace', keyspace), { code: 0 })
})
