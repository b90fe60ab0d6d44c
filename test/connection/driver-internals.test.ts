// Guards what is touched of the driver beyond its declarations: when the driver changes it, this fails first.
import { createRequire } from 'node:module'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createClient } from '../../src/cqlengine/connection/client.js'
import { type InternalHost, internalsOf, touched } from '../../src/cqlengine/connection/driver-internals/internals.js'
import { ResultSet, Row } from '../../src/cqlengine/connection/driver-internals/results.js'
import { dateOfDays, durationFields, foreignDecimal, scaleOf } from '../../src/cqlengine/connection/driver-internals/values.js'
import { types } from '../../src/cqlengine/driver.js'
import { hosts, localDataCenter } from '../support/cassandra.js'
import { root } from '../support/root.js'

const folder = join(root, 'src/cqlengine/connection/driver-internals')

t.test('the installed driver is of the version that is known', async (t) => {
  const { version } = createRequire(import.meta.url)('cassandra-driver/package.json') as { version: string }
  const known = version.split('.').slice(0, 2).join('.')
  for (const file of readdirSync(folder)) t.match(readFileSync(join(folder, file), 'utf8'), new RegExp(`[Kk]nown version: ${known}\\b`), file)
})

t.test('a connected client has all that is touched, and each is what it was', async (t) => {
  const client = createClient({ name: 'c', hosts, localDataCenter, warn: () => {} })
  t.teardown(async () => { await client.shutdown() })
  await client.connect()
  const { controlConnection, profileManager, metadata, metrics, options } = internalsOf(client)
  const host = client.hosts.values()[0] as InternalHost | undefined
  const parts: Record<keyof typeof touched, object | null | undefined> = {
    client,
    options,
    profileManager,
    metadata,
    controlConnection,
    metrics,
    host,
    pool: host?.pool,
    socket: controlConnection?.connection
  }
  for (const [name, members] of Object.entries(touched)) {
    const part = parts[name as keyof typeof touched] as Record<string, unknown>
    t.ok(part, name)
    t.strictSame(Object.fromEntries(Object.keys(members).map((member) => [member, typeof part[member]])), members, name)
  }
})

t.test('the values of the driver hold what is read of them', async (t) => {
  const decimal = types.BigDecimal.fromString('-12.50')
  t.equal(scaleOf(decimal), 2)
  t.strictSame(foreignDecimal(decimal), { unscaled: '-1250', scale: 2 })
  t.equal(foreignDecimal({}), undefined)
  for (const [days, text] of [[0, '1970-01-01'], [-1, '1969-12-31'], [2 ** 31 - 1, '2147483647']] as const) t.equal(String(dateOfDays(days)), text)
  t.equal(dateOfDays(2 ** 31 - 1).toBuffer().readUInt32BE(0), 2 ** 32 - 1)
  t.strictSame(Object.entries(durationFields(new types.Duration(1, 2, 3))).map(([name, value]) => [name, Number(value)]), [['months', 1], ['days', 2], ['nanoseconds', 3]])
})

t.test('answers are made of what the driver makes them of', async (t) => {
  const client = createClient({ name: 'c', hosts, localDataCenter, warn: () => {} })
  t.teardown(async () => { await client.shutdown() })
  const answer = await client.execute('SELECT key FROM system.local')
  t.equal(Object.getPrototypeOf(answer), ResultSet.prototype)
  t.equal(Object.getPrototypeOf(answer.first()), Row.prototype)
  const columns = [{ name: 'key', type: { code: types.dataTypes.text, info: null } }]
  const made = new ResultSet({ rows: [Object.assign(new Row(columns), { key: 'local' })], meta: { columns } }, 'h', { h: null }, 0, types.consistencies.localOne, true)
  t.strictSame([made.rowLength, { ...made.first() }, made.columns.map(({ name }) => name), Object.keys(made.info).sort()], [answer.rowLength, { ...answer.first() }, ['key'], Object.keys(answer.info).sort()])
})

t.test('nothing outside that folder looks behind the declarations of a client', async (t) => {
  const names = new RegExp(`\\b(${['controlConnection', 'profileManager', 'logEmitter', ...Object.keys(touched.controlConnection).filter((name) => name.startsWith('_'))].join('|')})\\b`)
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.includes('driver-internals'))
  t.ok(files.length > 100)
  t.strictSame(files.filter((file) => names.test(readFileSync(join(root, 'src', file), 'utf8'))), [])
})
