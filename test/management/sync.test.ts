import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import type { Columns } from '../../src/cqlengine/columns/column.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { Connection } from '../../src/cqlengine/connection/connection.js'
import { Client } from '../../src/cqlengine/driver.js'
import { SchemaError } from '../../src/cqlengine/errors.js'
import { syncTables, syncTypes, type TargetSyncOptions, type SyncTarget } from '../../src/cqlengine/management/sync.js'
import { UserTypeValue } from '../../src/cqlengine/model/user-type.js'
import { literal, qualified } from '../../src/cqlengine/statements/identifiers.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { needs5 } from '../support/needs-5.js'
import { type RecordedConnection, recordedConnection, target } from './setup.js'

const keyspace = await uniqueKeyspace(t)
const recorded = await recordedConnection(t, { hosts, localDataCenter })
const { connection } = recorded
const sync = (targets: SyncTarget | readonly SyncTarget[], options?: TargetSyncOptions, on: Connection = connection) => syncTables([targets].flat(), () => on, options)
const raw = async (cql: string) => (await connection.client.execute(cql)).rows
const texts = (report: { readonly statements: readonly { cql: string }[] }): string[] => report.statements.map((s) => s.cql)
const name = (): string => `T_${randomBytes(6).toString('hex')}`
const id = { id: c.Integer({ primaryKey: true }) }

/** What a call sends. */
async function sentBy<T> ({ sent, read }: RecordedConnection, run: () => Promise<T>): Promise<{ result: T, sent: string[], read: string[] }> {
  const [before, readBefore] = [sent.length, read.length]
  const result = await run()
  return { result, sent: sent.slice(before), read: read.slice(readBefore) }
}

/** A first sync sends what a dry run told, a second one nothing. */
async function settles (t: Test, targets: SyncTarget | readonly SyncTarget[]): Promise<void> {
  const dry = await sentBy(recorded, () => sync(targets, { dryRun: true }))
  t.same(dry.sent, [], 'a dry run sends nothing')
  const first = await sentBy(recorded, () => sync(targets))
  t.same(first.sent, texts(dry.result), 'sent as told')
  t.same(texts(first.result), first.sent, 'told as sent')
  t.same([...first.result.warnings, ...first.result.conflicts], [])
  const second = await sentBy(recorded, () => sync(targets))
  t.same(second.sent, [], 'the second sends nothing')
  t.same(second.result, { statements: [], warnings: [], conflicts: [] })
}

class Inner extends UserTypeValue.define('Inner', { 'a "b"; --': c.List(c.Text), n: c.Integer() }) {}
class Outer extends UserTypeValue.define('outer', { inner: c.UserDefinedType(Inner), many: c.Map(c.Text, c.UserDefinedType(Inner)), t: c.Tuple(c.Integer, c.Set(c.Text)), v: c.Vector(c.Float, 2) }) {}
class Text extends UserTypeValue.define('text', { a: c.Integer() }) {}

const everyType: Columns = {
  Text: c.Text(),
  Ascii: c.Ascii(),
  Blob: c.Blob(),
  Integer: c.Integer(),
  TinyInt: c.TinyInt(),
  SmallInt: c.SmallInt(),
  BigInt: c.BigInt(),
  VarInt: c.VarInt(),
  Boolean: c.Boolean(),
  Float: c.Float(),
  Double: c.Double(),
  Decimal: c.Decimal(),
  DateTime: c.DateTime(),
  Date: c.Date(),
  Time: c.Time(),
  Duration: c.Duration(),
  UUID: c.UUID(),
  TimeUUID: c.TimeUUID(),
  Inet: c.Inet(),
  list: c.List(c.Text),
  set: c.Set(c.Inet),
  map: c.Map(c.Text, c.Integer),
  frozenList: c.List(c.Text, { frozen: true }),
  frozenMap: c.Map(c.Text, c.List(c.Integer), { frozen: true }),
  nested: c.List(c.Map(c.Integer, c.Set(c.List(c.Text)))),
  tuple: c.Tuple(c.Integer, c.List(c.Set(c.Text)), c.Tuple(c.Text)),
  tuples: c.List(c.Tuple(c.Integer)),
  vector: c.Vector(c.Float, 3),
  vectors: c.List(c.Vector(c.Float, 2)),
  vectorOfLists: c.Vector(c.List(c.Text), 2),
  udt: c.UserDefinedType(Outer),
  loose: c.UserDefinedType(Inner, { frozen: false }),
  udts: c.Map(c.Text, c.UserDefinedType(Outer)),
  udtTuple: c.Tuple(c.UserDefinedType(Inner)),
  // The server writes its name without quotes, as if it were the native type.
  nativeName: c.UserDefinedType(Text),
  custom: c.custom({ cql: 'map<text, frozen<list<int>>>', toDatabase: (v: unknown) => v, fromDatabase: (v: unknown) => v })()
}

t.test('MGT-15, MGT-07, MGT-08, MGT-10: a model with every column type settles', needs5('vectors'), async (t) => {
  await settles(t, target(keyspace, name(), { ...id, ...everyType }))
})

t.test('MGT-15, MGT-10: a table without columns gets one after the other, and settles', needs5('vectors'), async (t) => {
  const table = name()
  await sync(target(keyspace, table, { ...id, c: c.Text({ primaryKey: true, clusteringOrder: 'desc' }) }))
  await settles(t, target(keyspace, table, { ...id, c: c.Text({ primaryKey: true, clusteringOrder: 'desc' }), ...everyType, s: c.Text({ static: true }) }))
})

t.test('MGT-15, MGT-08: keys of all sorts settle', async (t) => {
  await settles(t, target(keyspace, name(), {
    a: c.UUID({ partitionKey: true }), 'B b': c.List(c.Text, { partitionKey: true }), c: c.UserDefinedType(Inner, { primaryKey: true }), d: c.Map(c.Text, c.Integer, { primaryKey: true, clusteringOrder: 'desc' }), E: c.Tuple(c.Integer, c.Text, { primaryKey: true }), s: c.Counter({ static: true }), n: c.Counter()
  }))
})

t.test('MGT-08: hostile names of columns and fields stay names', async (t) => {
  const table = name()
  const hostile = ['a"b', "it's", 'x; DROP TABLE y', '-- x', '/* x', '$$', 'a b', 'é漢😀', 'SELECT', 'values(x)', 'Key', '1', 'constructor', '"', "'", '\\', '\n']
  class Hostile extends UserTypeValue.define(`h_${table}`, Object.fromEntries(hostile.map((field, i) => [`f${i}`, c.Text({ dbField: field })]))) {}
  await settles(t, target(keyspace, table, { ...id, h: c.UserDefinedType(Hostile), ...Object.fromEntries(hostile.map((field, i) => [`c${i}`, c.Text({ dbField: field, index: true })])) }))
  const columns = await raw(`SELECT column_name FROM system_schema.columns WHERE keyspace_name = '${keyspace}' AND table_name = '${table}'`)
  t.same(columns.map((r) => r['column_name'] as string).sort(), ['id', 'h', ...hostile].sort())
})

const optionValues: readonly Record<string, unknown>[] = [
  { comment: "it's; $$ -- /* x = {'a': 1} \n 漢😀" },
  { comment: '' },
  { gc_grace_seconds: '100', default_time_to_live: 5, min_index_interval: 64, max_index_interval: '4096', memtable_flush_period_in_ms: 10 },
  { bloom_filter_fp_chance: 0.66778, crc_check_chance: '0.5' },
  { speculative_retry: 'NONE', additional_write_policy: 'max(10ms, 99.50PERCENTILE)' },
  { speculative_retry: '95percentile', additional_write_policy: '10.5ms' },
  { speculative_retry: 'always', read_repair: 'none' },
  { allow_auto_snapshot: false, incremental_backups: 'false', memtable: 'default' },
  { allow_auto_snapshot: true, incremental_backups: 'TRUE' },
  { compaction: { class: 'LeveledCompactionStrategy', sstable_size_in_mb: 64, tombstone_threshold: 0.5, enabled: true } },
  { compaction: { class: 'org.apache.cassandra.db.compaction.TimeWindowCompactionStrategy', compaction_window_unit: 'HOURS', compaction_window_size: '2' } },
  { compaction: { class: 'UnifiedCompactionStrategy', scaling_parameters: 'T4' } },
  { compression: { class: 'ZstdCompressor', compression_level: 3, min_compress_ratio: 1.1, chunk_length_in_kb: 64 } },
  { compression: { class: 'DeflateCompressor', min_compress_ratio: 0, enabled: true } },
  { compression: { enabled: false } },
  { compression: {} },
  { caching: { keys: 'none', rows_per_partition: 100 } },
  { caching: { rows_per_partition: 'ALL' } }
]

const sinceRelease = (options: object): { skip?: string } => /auto_snapshot|incremental_backups|Unified/.test(JSON.stringify(options)) ? needs5('the option') : {}

t.test('MGT-12, B38: a new table settles with every option', async (t) => {
  for (const options of optionValues) await t.test(JSON.stringify(options), sinceRelease(options), async (t) => { await settles(t, target(keyspace, name(), id, { options })) })
})

t.test('MGT-12, B38: a table that exists settles with every option, one after the other', async (t) => {
  const table = name()
  await sync(target(keyspace, table, id))
  for (const options of optionValues) {
    await t.test(JSON.stringify(options), sinceRelease(options), async (t) => {
      t.equal((await sync(target(keyspace, table, id, { options }), { dryRun: true })).statements.length <= 1, true, 'one ALTER for all')
      await settles(t, target(keyspace, table, id, { options }))
    })
  }
})

t.test('MGT-12: undeclared options, and undeclared parts of maps, are left alone', async (t) => {
  const table = name()
  await raw(`CREATE TABLE ${qualified(keyspace, table)} (id int PRIMARY KEY) WITH comment = 'kept' AND gc_grace_seconds = 7 AND compaction = {'class': 'SizeTieredCompactionStrategy', 'min_threshold': 8, 'tombstone_threshold': 0.3}`)
  await settles(t, target(keyspace, table, id, { options: { gc_grace_seconds: 8, compaction: { min_threshold: 6 } } }))
  const [row] = await raw(`SELECT comment, gc_grace_seconds, compaction FROM system_schema.tables WHERE keyspace_name = '${keyspace}' AND table_name = '${table}'`)
  t.match(row, { comment: 'kept', gc_grace_seconds: 8, compaction: new Map([['class', 'org.apache.cassandra.db.compaction.SizeTieredCompactionStrategy'], ['max_threshold', '32'], ['min_threshold', '6'], ['tombstone_threshold', '0.3']]) })
})

t.test('MGT-11, MGT-15: indexes of every kind and target settle, on new and on existing tables', needs5('SAI and vectors'), async (t) => {
  const table = name()
  const indexed: Columns = {
    id: c.Integer({ partitionKey: true }),
    part: c.Text({ partitionKey: true, index: true }),
    'Cl"u': c.Text({ primaryKey: true, index: { using: 'legacy_local_table' } }),
    s: c.Text({ static: true, index: { using: 'sai' } }),
    a: c.Text({ index: true }),
    Named: c.Text({ index: { name: `Named_${table}` } }),
    sai: c.Text({ index: { using: 'sai', options: { case_sensitive: false, normalize: true, ascii: 'false' } } }),
    saiClass: c.Integer({ index: { using: 'StorageAttachedIndex' } }),
    sasi: c.Text({ index: { using: 'sasi', options: { mode: 'CONTAINS' } } }),
    list: c.List(c.Text, { index: true }),
    set: c.Set(c.Text, { index: { using: 'sai' } }),
    values: c.Set(c.Text, { index: { target: 'values' } }),
    map: c.Map(c.Text, c.Text, { index: [{ target: 'keys' }, { target: 'values' }, { target: 'entries' }] }),
    saiMap: c.Map(c.Text, c.Text, { index: [{ using: 'sai', target: 'keys' }, { using: 'sai', target: 'entries' }] }),
    frozen: c.List(c.Text, { frozen: true, index: true }),
    frozenFull: c.Map(c.Text, c.Text, { frozen: true, index: { using: 'sai', target: 'full' } }),
    tuple: c.Tuple(c.Integer, c.Text, { index: true }),
    udt: c.UserDefinedType(Inner, { index: true }),
    vector: c.Vector(c.Float, 3, { index: { using: 'sai', options: { similarity_function: 'dot_product' } } }),
    select: c.Integer({ index: true })
  }
  await settles(t, target(keyspace, table, indexed))
  const built = await sentBy(recorded, () => sync(target(keyspace, table, indexed), { waitForIndexes: true }))
  t.same(built.result.statements, [])
  t.ok(built.read.some((cql) => cql.includes('IndexInfo')))
  const bare = name()
  await sync(target(keyspace, bare, { id: c.Integer({ partitionKey: true }), part: c.Text({ partitionKey: true }), 'Cl"u': c.Text({ primaryKey: true }), s: c.Text({ static: true }) }))
  await settles(t, target(keyspace, bare, { ...indexed, Named: c.Text({ index: { name: `Named_${bare}` } }) }))
})

t.test('MGT-11: with waitForIndexes a query by a new index works at once, also on a filled table', needs5('SAI'), async (t) => {
  const table = name()
  await sync(target(keyspace, table, { ...id, v: c.Text(), w: c.Text(), s: c.Text() }))
  const insert = `INSERT INTO ${qualified(keyspace, table)} (id, v, w, s) VALUES (?, ?, ?, ?)`
  for (let from = 0; from < 4000; from += 200) {
    await Promise.all(Array.from({ length: 200 }, (_, i) => connection.client.execute(insert, [from + i, `v${from + i}`, 'w', `s${from + i}`], { prepare: true })))
  }
  await sync(target(keyspace, table, { ...id, v: c.Text({ index: { using: 'sai' } }), w: c.Text({ index: true }), s: c.Text({ index: { using: 'sasi' } }) }), { waitForIndexes: true })
  t.equal((await raw(`SELECT count(*) AS n FROM ${qualified(keyspace, table)} WHERE s LIKE 's%'`))[0]?.['n'], 4000n)
  t.equal((await raw(`SELECT id FROM ${qualified(keyspace, table)} WHERE v = 'v77'`)).length, 1)
  t.equal((await raw(`SELECT id FROM ${qualified(keyspace, table)} WHERE w = 'w' LIMIT 5`)).length, 5)
})

t.test('the schema is read once per keyspace, from system_schema', async (t) => {
  // In a keyspace without user types that are called like native ones: of those the columns themselves are asked.
  const own = await uniqueKeyspace(t)
  const targets = [name(), name(), name()].map((table) => target(own, table, { ...id, v: c.Text({ index: true }) }))
  await sync(targets)
  const { read, sent } = await sentBy(recorded, () => sync(targets))
  t.same(sent, [])
  const tables = read.map((cql) => /FROM (\S+)/.exec(cql)?.[1])
  t.same(tables.sort(), ['system.local', 'system.local', ...['columns', 'dropped_columns', 'indexes', 'keyspaces', 'tables', 'types', 'views'].map((table) => `system_schema.${table}`)])
})

t.test('a client of a user, with maps as objects and small pages, sees the same', needs5('vectors'), async (t) => {
  const targets = [name(), name()].map((table, i) => target(keyspace, table, { ...id, ...everyType, indexed: c.Text({ index: { using: 'sai', options: { case_sensitive: 'false' } } }) }, { options: optionValues[i + 9] ?? {} }))
  await sync(targets)
  const client = new Client({ contactPoints: hosts, localDataCenter, queryOptions: { fetchSize: 3 } })
  const theirs = new Connection({ name: 'default', client, owned: true })
  t.teardown(async () => { await theirs.close() })
  t.same(await sync(targets, { dryRun: true }, theirs), { statements: [], warnings: [], conflicts: [] })
})

t.test('MGT-13: types are synced by themselves, and settle', needs5('vectors'), async (t) => {
  const typeName = `u_${name()}`
  class Before extends UserTypeValue.define(typeName, { a: c.Integer(), 'b"': c.UserDefinedType(Inner) }) {}
  class After extends UserTypeValue.define(typeName, { a: c.Integer(), 'b"': c.UserDefinedType(Inner), 'c;': c.Map(c.Text, c.Text), d: c.UserDefinedType(Outer) }) {}
  const place = { connection: 'default', keyspace }
  for (const type of [Before, After]) {
    const dry = await syncTypes([{ ...place, type }], () => connection, { dryRun: true })
    t.ok(dry.statements.length > 0)
    t.same(await syncTypes([{ ...place, type }], () => connection), dry)
    t.same((await syncTypes([{ ...place, type }], () => connection)).statements, [])
  }
  t.match(await syncTypes([{ ...place, type: Before }], () => connection), { statements: [], warnings: [{ column: 'c;' }, { column: 'd' }] })
})

t.test('MGT-09, MGT-06, MGT-16: conflicts of all targets are found before anything is sent', async (t) => {
  const [good, other] = [name(), name()]
  await raw(`CREATE TABLE ${qualified(keyspace, other)} (id int, c int, PRIMARY KEY (id, c))`)
  const targets = [
    target(keyspace, good, { ...id, v: c.Text() }),
    target(keyspace, other, id, { model: 'Other' }),
    target('no_such_keyspace', good, id, { model: 'Lost' }),
    target(keyspace, name(), id, { options: { nope: 1 } })
  ]
  const before = recorded.sent.length
  const error = await sync(targets).then(() => undefined, (e: unknown) => e)
  t.equal(recorded.sent.length, before)
  if (!(error instanceof SchemaError)) return t.fail('no SchemaError')
  t.match(error.message, /Other.*PRIMARY KEY.*nope.*Lost.*no_such_keyspace.*createKeyspaceSimple/s)
  t.match(error.report, { statements: [], conflicts: [{ table: other }, { message: /nope/ }, { keyspace: 'no_such_keyspace' }] })
  const dry = await sync(targets, { dryRun: true })
  t.same(texts(dry).length, 1, 'a dry run tells all and throws nothing')
  t.same(dry.conflicts, (error.report as typeof dry).conflicts)
})

t.test('a materialized view with the name of the table is a conflict, and is not touched', async (t) => {
  const [base, view] = [name(), name()]
  await raw(`CREATE TABLE ${qualified(keyspace, base)} (id int PRIMARY KEY, v int)`)
  await raw(`CREATE MATERIALIZED VIEW ${qualified(keyspace, view)} AS SELECT * FROM ${qualified(keyspace, base)} WHERE id IS NOT NULL AND v IS NOT NULL PRIMARY KEY (v, id)`)
  await t.rejects(sync(target(keyspace, view, id)), { code: 'CQL_SCHEMA', report: { conflicts: [{ table: view }] } })
  await raw(`DROP MATERIALIZED VIEW ${qualified(keyspace, view)}`)
})

t.test('MGT-10: a dropped column of another type is a conflict instead of an error in between', async (t) => {
  const table = name()
  await sync(target(keyspace, table, { ...id, v: c.Integer(), w: c.Ascii() }))
  await raw(`ALTER TABLE ${qualified(keyspace, table)} DROP v`)
  await raw(`ALTER TABLE ${qualified(keyspace, table)} DROP w`)
  await t.rejects(sync(target(keyspace, table, { ...id, v: c.Text() })), { code: 'CQL_SCHEMA', report: { conflicts: [{ column: 'v' }] } })
  await settles(t, target(keyspace, table, { ...id, v: c.Integer(), w: c.Text() }))
})

t.test('MGT-10: a column with a user type that was dropped cannot come back, not even with its own type', async (t) => {
  for (const column of [c.UserDefinedType(Inner), c.List(c.UserDefinedType(Inner)), c.Map(c.Text, c.Tuple(c.UserDefinedType(Inner)))]) {
    const table = name()
    await sync(target(keyspace, table, { ...id, v: column }))
    await raw(`ALTER TABLE ${qualified(keyspace, table)} DROP v`)
    await t.rejects(sync(target(keyspace, table, { ...id, v: column })), { code: 'CQL_SCHEMA', report: { statements: [], conflicts: [{ kind: 'dropped-column', column: 'v' }] } })
    await t.rejects(raw(`ALTER TABLE ${qualified(keyspace, table)} ADD v ${column.type.cql}`), { name: 'ResponseError' }, 'the server')
  }
})

t.test('MGT-09: a user type that is called like a native type is known by it, frozen or not', async (t) => {
  for (const like of ['date', 'varchar', 'counter', 'empty', 'tuple']) {
    class Like extends UserTypeValue.define(like, { a: c.Integer() }) {}
    const columns = { ...id, k: c.Text({ primaryKey: true }), s: c.UserDefinedType(Like, { frozen: false, static: true }), v: c.UserDefinedType(Like, { frozen: false }), f: c.UserDefinedType(Like) }
    const table = name()
    await settles(t, target(keyspace, table, columns))
    const { warnings } = await sync(target(keyspace, table, { ...columns, v: like === 'date' ? c.Date() : c.Text() }))
    t.match(warnings, [{ kind: 'column-type', column: 'v', message: new RegExp(`is "?${like}"? in the database`) }], `${like} is no native type`)
    await raw(`DROP TABLE ${qualified(keyspace, table)}`)
  }
  const table = name()
  await settles(t, target(keyspace, table, { ...id, d: c.Date(), t: c.Text() }))
})

t.test('MGT-10: a table that counts gets no other columns, another one no counters', async (t) => {
  for (const [before, added] of [[{ n: c.Counter() }, { v: c.Text() }], [{ v: c.Text() }, { n: c.Counter() }], [{}, { n: c.Counter() }]] as const) {
    const table = name()
    await sync(target(keyspace, table, { ...id, ...before }))
    await t.rejects(sync(target(keyspace, table, { ...id, ...added })), { code: 'CQL_SCHEMA', report: { statements: [], conflicts: [{ kind: 'counter-column', column: Object.keys(added)[0] }] } })
    await t.rejects(raw(`ALTER TABLE ${qualified(keyspace, table)} ADD ${'v' in added ? 'v text' : 'n counter'}`), { name: 'ResponseError' }, 'the server')
  }
  await settles(t, target(keyspace, name(), { ...id, k: c.Text({ primaryKey: true }), n: c.Counter({ static: true }) }))
})

t.test('MGT-12: cdc on a server without it is one warning, which says why', async (t) => {
  const table = target(keyspace, name(), id, { options: { cdc: true } })
  for (const report of [await sync(table), await sync(table)]) {
    t.match(report.warnings, [{ kind: 'hidden-option', message: /cdc.*cdc_enabled/ }])
    t.equal(report.warnings.length, 1)
  }
})

t.test('MGT-10: of two types that one column is added with at once, whoever loses learns it; a table and a type likewise', async (t) => {
  const others = await Promise.all([1, 2, 3].map(() => recordedConnection(t, { hosts, localDataCenter })))
  const at = [connection, ...others.map((r) => r.connection)]
  const types = [c.Text(), c.Integer(), c.List(c.Text), c.UUID()]
  for (let round = 0; round < 3; round++) {
    const existing = name()
    await sync(target(keyspace, existing, id))
    for (const table of [existing, name()]) {
      const reports = await Promise.all(types.map((type, i) => sync(target(keyspace, table, { ...id, v: type, [`own${i}`]: c.Text() }), {}, at[i])))
      const losers = reports.filter(({ warnings }) => warnings.some(({ kind, column }) => kind === 'column-type' && column === 'v'))
      t.equal(losers.length, 3)
      const columns = await raw(`SELECT column_name FROM system_schema.columns WHERE keyspace_name = '${keyspace}' AND table_name = '${table}'`)
      t.equal(columns.length, 6, 'what each wanted besides is there')
    }
  }
})

t.test('tables that no model has are listed when asked for', async (t) => {
  const [ours, theirs] = [name(), name()]
  await raw(`CREATE TABLE ${qualified(keyspace, theirs)} (id int PRIMARY KEY)`)
  const known = [target(keyspace, ours, id)]
  const report = await sync(known, { known })
  t.ok(report.warnings.some(({ kind, table }) => kind === 'unknown-table' && table === theirs))
  t.notOk(report.warnings.some(({ table }) => table === ours))
})

/** For nobody wants to wait ten seconds. */
function runClockFast (t: Test): void {
  let now = performance.now()
  Object.defineProperty(performance, 'now', { configurable: true, value: () => (now += 1000) })
  t.teardown(() => { Reflect.deleteProperty(performance, 'now') })
}

t.test('MGT-16, B45: without agreement sync stops, with a report of what was sent', async (t) => {
  const { client } = connection
  const { execute } = client
  runClockFast(t)
  t.teardown(() => { client.execute = execute })
  const tables = [name(), name()]
  const before = recorded.sent.length
  const elsewhere = { rows: [{ host_id: 'another', schema_version: 'older' }] }
  client.execute = ((cql: string, ...rest: unknown[]) => cql.includes('FROM system.peers') && recorded.sent.length > before
    ? Promise.resolve(elsewhere)
    : Reflect.apply(execute, client, [cql, ...rest]) as unknown) as unknown as typeof client.execute
  const error = await sync(tables.map((table) => target(keyspace, table, id))).then(() => undefined, (e: unknown) => e)
  t.match(error, { name: 'SchemaError', message: /"default" do not agree/, report: { conflicts: [] } })
  t.same(texts((error as SchemaError).report).length, 1)
  t.equal((await raw(`SELECT table_name FROM system_schema.tables WHERE keyspace_name = ${literal(keyspace)} AND table_name = ${literal(tables[1] as string)}`)).length, 0)
})

t.test('a node that does not tell its schema is no disagreement: the error says so, and why', async (t) => {
  const { client } = connection
  const { execute } = client
  runClockFast(t)
  t.teardown(() => { client.execute = execute })
  const cause = new Error('no answer')
  client.execute = ((cql: string, ...rest: unknown[]) => cql.includes('host_id, schema_version')
    ? Promise.reject(cause)
    : Reflect.apply(execute, client, [cql, ...rest]) as unknown) as unknown as typeof client.execute
  const error = await sync(target(keyspace, name(), id)).then(() => undefined, (e: unknown) => e)
  t.match(error, { name: 'SchemaError', message: /asked whether they agree on the schema, but not all of them answered \(see cause\), so that nothing was sent/, report: { statements: [] } })
  t.equal((error as Error).cause, cause)
})

t.test('B45: what another process added meanwhile is compared, not added again', async (t) => {
  const table = name()
  await sync(target(keyspace, table, id))
  const wanted = target(keyspace, table, { ...id, a: c.Text(), b: c.Text(), d: c.Integer() })
  const late: Connection = Object.create(connection, {
    session: {
      value: Object.create(connection.session, {
        // Between the plan and the first statement, somebody adds two of the columns, one with another type.
        pages: {
          value: async function * (cql: string, ...rest: [never, never]) {
            if (/column_name = \?/.test(cql)) {
              await raw(`ALTER TABLE ${qualified(keyspace, table)} ADD IF NOT EXISTS a text`)
              await raw(`ALTER TABLE ${qualified(keyspace, table)} ADD IF NOT EXISTS b int`)
            }
            yield * connection.session.pages(cql, ...rest)
          }
        },
        execute: { value: connection.session.execute.bind(connection.session) }
      })
    },
    client: { value: connection.client },
    isReady: { value: true }
  }) as Connection
  const { result, sent } = await sentBy(recorded, () => sync(wanted, {}, late))
  t.same(sent.filter((cql) => cql.startsWith('ALTER TABLE "') && cql.includes('ADD IF NOT EXISTS "')), [`ALTER TABLE ${qualified(keyspace, table)} ADD IF NOT EXISTS "d" int`])
  t.same(texts(result).length, 1)
  t.match(result.warnings, [{ column: 'b', message: /differing from the model type/ }])
})
