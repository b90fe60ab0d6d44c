// export and import: values go out and come back equal, whatever they are; a file that is broken off or wrong is told by line and column.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import type { CQLAlchemy } from '../../src/cqlalchemy.js'
import { type ModelConstructor, tableOf } from '../../src/cqlengine/model/meta.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { fileNeeds5 } from '../support/needs-5.js'
import fc from '../support/random.js'
import { root } from '../support/root.js'
import { nested, singles } from '../columns/random-types.js'
import { core, project } from './running.js'

fileNeeds5('vectors')

const randomTypes = pathToFileURL(join(root, 'build/test/columns/random-types.js')).href
const random = pathToFileURL(join(root, 'build/test/support/random.js')).href
const samples = [...singles, ...fc.sample(nested(2), { numRuns: 10, seed: 7 })]

const models = `
import { CQLAlchemy } from '${core}'
import { nested, singles } from '${randomTypes}'
import fc from '${random}'
export const db = new CQLAlchemy()
const c = db.columns
const samples = [...singles, ...fc.sample(nested(2), { numRuns: 10, seed: 7 })]
export class All extends db.Model.define('all', { k: c.Integer({ primaryKey: true }), ...Object.fromEntries(samples.map(({ column }, i) => ['c' + i, column])) }).as() {}
class Part extends db.UserType.define('part', { x: c.Double(), note: c.Text({ hidden: true, dbField: 'n' }), deep: c.Map(c.Tuple(c.Double(), c.Text), c.Float()) }) {}
const Points = c.custom({ cql: 'text', toDatabase: (v) => v.join(';'), fromDatabase: (t) => t.split(';') })
export class Item extends db.Model.define('item', {
  'id': c.Text({ primaryKey: true, dbField: 'ident' }), n: c.Integer({ primaryKey: true }), of: c.Text({ static: true }), name: c.Text({ required: true, default: 'none', minLength: 3 }),
  secret: c.Text({ hidden: true }), part: c.UserDefinedType(Part), points: Points(), numbers: c.List(c.Double()), tags: c.Set(c.Text), ok: c.Boolean(), at: c.DateTime()
}).as() {}
export class Hit extends db.Model.define('hit', { page: c.Text({ primaryKey: true }), n: c.Counter(), m: c.Counter() }).as() {}
export class Pet extends db.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }).as() {}
export class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as() { static { this.register() } }
`

interface Models { readonly db: CQLAlchemy, readonly All: ModelConstructor, readonly Item: never, readonly Hit: never, readonly Cat: never }

const { call, feed, folder, add } = project(t, { 'package.json': '{ "type": "module", "fastify-cqlalchemy": { "db": "./db.js" } }', 'db.js': models })
const { db, All } = await import(pathToFileURL(join(folder, 'db.js')).href) as Models
const [from, to] = [await uniqueKeyspace(t), await uniqueKeyspace(t)]

/** With the db open, which the commands open and close themselves. */
async function open<T> (keyspace: string, act: () => Promise<T>): Promise<T> {
  await db.init({ hosts, localDataCenter, keyspace, env: false })
  try {
    return await act()
  } finally {
    await db.close()
  }
}

await open(from, () => db.syncDb())
await open(to, () => db.syncDb())

t.test('every type of column, nested too, comes back equal from JSON lines and from CSV', async (t) => {
  const rows = fc.sample(fc.tuple(...samples.map(({ values }) => fc.option(values, { freq: 8 }))), { numRuns: 6, seed: 3 })
  const names = samples.map((_, i) => `"c${i}"`)
  const equal = (a: readonly unknown[], b: readonly unknown[]): number => samples.findIndex(({ column: { type } }, i) => {
    const [x, y] = [a[i] ?? type.emptyValue(), b[i] ?? type.emptyValue()]
    return x === null || y === null ? x !== y : !type.equals(x, y) || !Object.is(type.keyOf(x), type.keyOf(y))
  })
  await open(from, async () => {
    const { encoding } = (db.connection as unknown as { resolve (name: string): { encoding: never } }).resolve('default')
    for (const [k, values] of rows.entries()) {
      const params = samples.map(({ column: { type } }, i) => values[i] === null || type.isEmpty(values[i]) ? null : type.toDriver(values[i], encoding))
      await db.client.execute(`INSERT INTO ${from}.all (k, ${names.join(', ')}) VALUES (?, ${names.map(() => '?').join(', ')})`, [k, ...params], { prepare: true })
    }
  })
  for (const format of [[], ['--csv']]) {
    const file = await call('export', 'all', '--keyspace', from, ...format)
    t.match(file, { code: 0, err: '' })
    await open(to, () => db.management.truncateTable(All as never))
    t.match(await feed(file.out, 'import', 'all', '--keyspace', to, ...format), { code: 0, out: '', err: '6 rows imported\n' })
    const found = await open(to, () => (All as unknown as { all (): Promise<Record<string, unknown>[]> }).all())
    t.equal(found.length, rows.length)
    for (const row of found) {
      const at = equal(rows[row['k'] as number] as unknown[], samples.map((_, i) => row[`c${i}`]))
      t.equal(at, -1, at < 0 ? '' : `${format.join()} ${samples[at]?.column.cql}`)
    }
    t.same((await call('export', 'all', '--keyspace', to, ...format)).out.split('\n').sort(), file.out.split('\n').sort())
  }
})

const items = [
  { ident: 'a', n: 1, of: 'static', name: 'x', secret: 's, "quoted"\nline', points: '1;2', ok: false, at: '1970-01-01T00:00:00Z', tags: ['t'] },
  { ident: 'a', n: 2, of: 'static', name: '', points: '=1+1', ok: true }
]

t.test('hidden columns, user types, customs, static parts and texts that are empty or of several lines', async (t) => {
  await open(from, async () => {
    for (const row of items) await db.client.execute(`INSERT INTO ${from}.item JSON ?`, [JSON.stringify(row)], { prepare: true })
    await db.client.execute(`UPDATE ${from}.item SET numbers = [NaN, -0.0, -Infinity, 1e300], part = {x: NaN, n: 'inner', deep: {(NaN, 'k'): Infinity}} WHERE ident = 'a' AND n = 1`)
    await db.client.execute(`INSERT INTO ${from}.item (ident, "of") VALUES ('alone', 'only static')`)
  })
  const json = await call('export', 'item', '--keyspace', from)
  const lines = json.out.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>).sort((a, b) => Number(a['n']) - Number(b['n']))
  t.strictSame(lines, [
    { id: 'alone', n: null, of: 'only static', name: null, secret: null, part: null, points: null, numbers: [], tags: [], ok: null, at: null },
    { id: 'a', n: 1, of: 'static', name: 'x', secret: 's, "quoted"\nline', part: { x: 'NaN', note: 'inner', deep: { '["NaN","k"]': 'Infinity' } }, points: ['1', '2'], numbers: ['NaN', '-0', '-Infinity', 1e300], tags: ['t'], ok: false, at: '1970-01-01T00:00:00.000Z' },
    { id: 'a', n: 2, of: 'static', name: '', secret: null, part: null, points: ['=1+1'], numbers: [], tags: [], ok: true, at: null }
  ])
  const csv = await call('export', 'item', '--csv', '--keyspace', from)
  t.match(csv.out, /^id,n,of,name,secret,part,points,numbers,tags,ok,at\n/)
  t.match(csv.out, /\na,2,static,"",,,"\[""=1\+1""\]",\[\],\[\],true,\n/)
  for (const [file, ...format] of [[json.out], [`\ufeff${csv.out.replace(/\n(?!line)/g, '\r\n')}`, '--csv']] as const) {
    await open(to, () => db.client.execute(`TRUNCATE ${to}.item`))
    t.match(await feed(file, 'import', 'item', '--keyspace', to, ...format), { code: 0, err: '3 rows imported\n' })
    const again = await call('export', 'item', '--keyspace', to)
    t.same(again.out.split('\n').sort(), json.out.split('\n').sort(), format.join())
  }
})

t.test('counters are added, children keep their columns', async (t) => {
  const file = '{"page":"a","n":"2","m":null}\n{"page":"b","n":3}\n\n{"page":"c","n":null}\n'
  for (const times of [1, 2]) {
    t.match(await feed(file, 'import', 'hit', '--keyspace', to, '--json'), { code: 0, out: '{\n  "rows": 2\n}\n' })
    const { out } = await call('export', 'hit', '--keyspace', to)
    t.same(out.trimEnd().split('\n').sort(), [`{"page":"a","n":"${2 * times}","m":"0"}`, `{"page":"b","n":"${3 * times}","m":"0"}`])
  }
  t.match(await feed('{"id":1,"kind":"cat","lives":9}\n', 'import', 'pet', '--keyspace', to), { code: 0 })
  t.same((await call('export', 'pet', '--keyspace', to)).out, '{"id":1,"kind":"cat","lives":9}\n')
})

t.test('a bad line is told with its number and column, never its value; what is before it is done, and it can be gone on from', async (t) => {
  const good = '{"id":1,"kind":"cat"}\n'
  for (const [bad, message] of [
    ['{"id":"secret","kind":"cat"}\n', /line 3, column "id": must be/],
    ['{"id":5,"knd":"cat"}\n', /line 3: the model has no column "knd" \(did you mean kind\?\); it has id, kind, lives/],
    ['{"kind":"secret"}\n', /line 3, column "id": must be given: it is part of the key/],
    ['{"id":5,"secret\n', /line 3: is no JSON/],
    ['{"id":5,"ki', /line 3: the file ends in the middle of this line; it may have been cut/],
    ['[5]\n', /line 3: is no JSON object/],
    [Buffer.from([0xff, 0xfe, 10]), /line 3: is no UTF-8/]
  ] as const) {
    const outcome = await feed(Buffer.concat([Buffer.from(good + good), Buffer.from(bad as string)]), 'import', 'pet', '--keyspace', to)
    t.match(outcome, { code: 1, out: '', err: message })
    t.match(outcome.err, /\n2 rows were imported, all before line 3\. Go on with: --from 3\n$/)
    t.notMatch(outcome.err, /secret"/)
  }
  t.match(await feed(`no json\n${good}`, 'import', 'pet', '--from', '2', '--keyspace', to), { code: 0, err: '1 row imported\n' })
  for (const [bad, message] of [
    ['id,kind\n1,cat\n2\n', /line 3: has another number of fields than the header/],
    ['id,kind\n1,cat\n2,"cut', /the file ends inside of a quoted field/],
    ['id,kind\n1,cat\nx,secret\n', /line 3, column "id": must be/],
    ['id,id\n1,2\n', /line 1, column "id": the header names it twice/],
    ['id,kind\n\n1,cat\n\n\nx,secret\n', /line 6, column "id": must be/],
    ['id,what\n1,cat\n', /line 2: the model has no column "what"/],
    ['id,kind\n1,se"cret"\n', /line 2: has a quote inside of a field/]
  ] as const) {
    const outcome = await feed(bad, 'import', 'pet', '--csv', '--keyspace', to)
    t.match(outcome, { code: 1, err: message })
    t.notMatch(outcome.err, /secret|cret/)
  }
  t.match(await feed('id,kind,lives\r\n1,cat,9\r\n1,cat,9', 'import', 'pet', '--csv', '--keyspace', to), { code: 0, err: /^warning: line 3, the last one, has no end: if the file was cut, its last field was written in part\n2 rows imported\n$/ })
  t.match(await feed('id,kind\n2\n1,cat\n\n', 'import', 'pet', '--csv', '--from', '3', '--keyspace', to), { code: 0, err: '1 row imported\n' }, 'a bad line of CSV can be left behind, too')
  for (const name of ['export', 'import']) {
    const told = { code: 1, out: '', err: /^error: no model has the table "pte" \(did you mean pet\?\); there are all, item, hit, pet\n$/ }
    t.match(await feed(good, name, 'pte', '--keyspace', to), told, name)
    t.match(await feed(good, name, 'pet', '--keyspace', 'nowhere_at_all'), { code: 1, out: '', err: /\b0 rows were (?:ex|im)ported[^]*keyspace nowhere_at_all|keyspace nowhere_at_all[^]*\b0 rows were imported/ }, name)
  }
  t.match(await call('export', 'pet'), { code: 1, err: /keyspace/ })
  t.match(await call('export', 'pet', '--from', 'x', '--keyspace', to), { code: 1, err: /--from takes the position/ })
  t.match(await call('export', 'pet', '--concurrency', '0', '--keyspace', to), { code: 1, err: /--concurrency takes a whole number from 1 to 512/ })
  t.match(await call('export', 'pet', '--keyspace', 'nowhere_at_all'), { code: 1, err: /keyspace nowhere_at_all/ })
})

t.test('an export that is interrupted has whole lines and goes on from its position without a row twice', { timeout: 60_000 }, async (t) => {
  const many = Array.from({ length: 3000 }, (_, id) => `{"id":${id + 100},"kind":"cat","lives":${id}}\n`).join('')
  t.match(await feed(many, 'import', 'pet', '--keyspace', to), { code: 0 })
  add('slow.js', 'import { db } from \'./db.js\'\nexport { db }\nconst { write } = process.stdout\nlet n = 0\nprocess.stdout.write = function (...given) { if (++n === 3) process.kill(process.pid, \'SIGINT\'); return write.apply(this, given) }\n')
  const run = async (...args: string[]): Promise<{ code: number | null, out: string, err: string }> => {
    const child = spawn(process.execPath, [join(root, 'dist/command/main.js'), 'export', 'pet', '--keyspace', to, ...args], {
      cwd: folder, env: { ...process.env, CASSANDRA_HOSTS: hosts.join(','), CASSANDRA_LOCAL_DATA_CENTER: localDataCenter }
    })
    const told = { out: '', err: '' }
    child.stdout.on('data', (text) => { told.out += String(text) })
    child.stderr.on('data', (text) => { told.err += String(text) })
    await once(child, 'close')
    return { code: child.exitCode, ...told }
  }
  const broken = await run('--db', 'slow.js')
  t.equal(broken.code, 130, broken.err)
  t.match(broken.err, /\d+ rows were exported\. Go on with: --from \S+\nerror: interrupted\n$/)
  t.ok(broken.out.endsWith('\n') && broken.out.split('\n').length < 3000, 'it was in the middle')
  const rest = await call('export', 'pet', '--keyspace', to, '--from', /--from (\S+)/.exec(broken.err)?.[1] ?? '')
  const ids = (broken.out + rest.out).trimEnd().split('\n').map((line) => (JSON.parse(line) as { id: number }).id)
  t.equal(ids.length, 3001)
  t.equal(new Set(ids).size, 3001)
})

t.test('Ctrl-C ends an import whose next line does not come, and a refused line ends it, too', { timeout: 30_000 }, async (t) => {
  for (const format of [[], ['--csv']]) {
    const child = spawn(process.execPath, [join(root, 'dist/command/main.js'), 'import', 'pet', '--keyspace', to, ...format], {
      cwd: folder, env: { ...process.env, CASSANDRA_HOSTS: hosts.join(','), CASSANDRA_LOCAL_DATA_CENTER: localDataCenter }
    })
    let told = ''
    child.stderr.on('data', (text) => { told += String(text) })
    child.stdin.write(format.length === 0 ? '{"id":9001,"kind":"cat"}\n' : 'id,kind\n9002,cat\n9003,a part of a line that has not come whole')
    const id = format.length === 0 ? 9001 : 9002
    await open(to, async () => {
      while ((await db.client.execute(`SELECT id FROM ${to}.pet WHERE id = ${id}`)).rows.length === 0) await new Promise((resolve) => { setTimeout(resolve, 50) })
    })
    child.kill('SIGINT')
    await once(child, 'close')
    t.equal(child.exitCode, 130)
    t.match(told, new RegExp(`error: interrupted\\n1 row was imported, all before line ${format.length + 2}\\. Go on with: --from ${format.length + 2}\\n$`))
  }
})

t.test('a timestamp that no Date can hold is told, and not exported as null', async (t) => {
  await open(from, () => db.client.execute(`INSERT INTO ${from}.item (ident, n, at) VALUES ('far', 1, 9000000000000000)`))
  for (const format of [[], ['--csv']]) {
    t.match(await call('export', 'item', '--keyspace', from, ...format), { code: 1, err: /column "at": a row has a value that cannot be exported, a timestamp more than 8\.64e15 milliseconds away from 1970/ })
  }
  await open(from, () => db.client.execute(`DELETE FROM ${from}.item WHERE ident = 'far'`))
})

t.test('the modules that write files import no reader of CSV until it is asked for', async (t) => {
  for (const name of ['export', 'import', 'csv']) t.notMatch(readFileSync(join(root, `dist/command/${name}.js`), 'utf8'), /^import .*csv-(?:parse|stringify)/m)
  t.equal(tableOf(All).columns.length, samples.length + 1)
})
