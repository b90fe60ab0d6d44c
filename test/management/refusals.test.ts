// What sync tells beforehand and what the server refuses are the same: each case is asked of both.
import { randomBytes } from 'node:crypto'
import t from 'tap'
import type { AnyColumn, Columns, IndexOptions } from '../../src/cqlengine/columns/column.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { difference } from '../../src/cqlengine/management/difference.js'
import { sasiClass } from '../../src/cqlengine/management/index-rules.js'
import { Coordinator } from '../../src/cqlengine/management/nodes.js'
import { type ExistingSchema, readSchema } from '../../src/cqlengine/management/schema.js'
import { syncTables } from '../../src/cqlengine/management/sync.js'
import { UserTypeValue } from '../../src/cqlengine/model/user-type.js'
import { createIndex, createTable, type OptionValue } from '../../src/cqlengine/statements/ddl.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { fileNeeds5 } from '../support/needs-5.js'
import { recordedConnection, target } from './setup.js'

fileNeeds5('SAI and vectors')

const keyspace = await uniqueKeyspace(t)
const { connection } = await recordedConnection(t, { hosts, localDataCenter })
const name = (): string => `r_${randomBytes(6).toString('hex')}`
const raw = async (cql: string): Promise<unknown> => await connection.client.execute(cql)
const id = { id: c.Integer({ partitionKey: true }), k: c.Integer({ primaryKey: true }) }

class Part extends UserTypeValue.define('part', { a: c.Integer() }) {}
class Lasting extends UserTypeValue.define('lasting', { d: c.List(c.Duration) }) {}
class Around extends UserTypeValue.define('around', { l: c.UserDefinedType(Lasting) }) {}
for (const text of ['part (a int)', 'lasting (d frozen<list<duration>>)', 'around (l frozen<lasting>)']) await raw(`CREATE TYPE ${keyspace}.${text}`)

interface Wanted { readonly columns: Columns, readonly options?: Record<string, OptionValue> }

/** What sync says of a table that is to be made. */
function told ({ columns, options = {} }: Wanted, schema: ExistingSchema): string[] {
  const wanted = target(keyspace, name(), columns, { options })
  return difference({ connection: 'default', keyspace, tables: [wanted], types: [] }, schema).conflicts.map(({ message }) => message)
}

const existing = async (): Promise<ExistingSchema> => {
  const { schema } = await readSchema(connection, new Coordinator(connection), keyspace)
  if (schema === undefined) throw new Error('no keyspace')
  return schema
}

/** What the server says. Refusals change nothing, so that they are cheap. */
const refuses = async (cql: string): Promise<boolean> => await raw(cql).then(() => false, () => true)

function tableText ({ columns, options = {} }: Wanted): string {
  const { table } = target(keyspace, name(), columns)
  return createTable({
    keyspace,
    name: table.name,
    columns: table.columns.map(({ field, type, role }) => ({ name: field, type: type.cql, isStatic: role === 'static' })),
    partitionKey: table.partitionKey.map(({ field }) => field),
    clustering: table.clustering.map(({ field, order }) => ({ name: field, order })),
    options
  })
}

const sai = (more: IndexOptions = {}): { index: IndexOptions } => ({ index: { using: 'sai', ...more } })
const sasi = (options?: Record<string, string>): { index: IndexOptions } => ({ index: { using: 'sasi', ...options !== undefined && { options } } })
const saiOptions = (options: Record<string, string>): { index: IndexOptions } => sai({ options })
const long = 'n'.repeat(49)

/** Column, and whether an index can be on it. */
const indexed: readonly (readonly [string, AnyColumn, boolean])[] = [
  ['a plain one', c.Text({ index: true }), true],
  ['a plain one, long name', c.Text({ index: true, dbField: long }), true],
  ['sai, 48 characters', c.Text({ ...sai(), dbField: 'n'.repeat(48) }), true],
  ['sai, 49 characters', c.Text({ ...sai(), dbField: long }), false],
  ['sasi, 49 characters', c.Text({ ...sasi(), dbField: long }), false],
  ['sai, odd name', c.Text({ ...sai(), dbField: 'a b' }), false],
  ['list of durations', c.List(c.Duration, { index: true }), false],
  ['map of durations by its keys', c.Map(c.Text, c.Duration, { index: { target: 'keys' } }), false],
  ['tuple with a duration', c.Tuple(c.Integer, c.Duration, { index: true }), false],
  ['user type with durations', c.UserDefinedType(Lasting, { index: true }), false],
  ['user type with them inside', c.List(c.UserDefinedType(Around), { index: true }), false],
  ['user type', c.UserDefinedType(Part, { index: true }), true],
  ['vector, plain', c.Vector(c.Float, 2, { index: true }), true],
  ['sai list of blobs', c.List(c.Blob, sai()), false],
  ['sai map to blobs by values', c.Map(c.Text, c.Blob, sai()), false],
  ['sai map to blobs by keys', c.Map(c.Text, c.Blob, sai({ target: 'keys' })), true],
  ['sai map to blobs by entries', c.Map(c.Text, c.Blob, sai({ target: 'entries' })), false],
  ['plain list of blobs', c.List(c.Blob, { index: true }), true],
  ['sai frozen list of blobs', c.List(c.Blob, { frozen: true, ...sai() }), true],
  ['sai tuple of blobs', c.Tuple(c.Blob, sai()), true],
  ['sai list of lists', c.List(c.List(c.Text), sai()), true],
  ['sai vector of ints', c.Vector(c.Integer, 2, sai()), false],
  ['sai vector of texts', c.Vector(c.Text, 2, sai()), false],
  ['sai list of vectors', c.List(c.Vector(c.Float, 2), sai()), true],
  ['sai list of vectors of ints', c.List(c.Vector(c.Integer, 2), sai()), false],
  ['sai vector', c.Vector(c.Float, 2, sai()), true],
  ['sai vector of one', c.Vector(c.Float, 1, sai()), false],
  ['sai vector of one, euclidean', c.Vector(c.Float, 1, saiOptions({ similarity_function: 'EUCLIDEAN' })), true],
  ['sai similarity', c.Vector(c.Float, 2, saiOptions({ similarity_function: 'dot_product' })), true],
  ['sai unknown similarity', c.Vector(c.Float, 2, saiOptions({ similarity_function: 'manhattan' })), false],
  ['sai similarity of a text', c.Text(saiOptions({ similarity_function: 'cosine' })), false],
  ['sai unknown option', c.Text(saiOptions({ case_insensitive: 'true' })), false],
  ['sai analysis', c.Text(saiOptions({ case_sensitive: 'false', normalize: 'true', ascii: 'TRUE' })), true],
  ['sai analysis, no flag', c.Text(saiOptions({ normalize: 'perhaps' })), false],
  ['sai analysis of an int', c.Integer(saiOptions({ case_sensitive: 'false' })), false],
  ['sai analysis of an int, no effect', c.Integer(saiOptions({ case_sensitive: 'true' })), false],
  ['sai analysis of a set', c.Set(c.Text, saiOptions({ case_sensitive: 'false' })), true],
  ['sai analysis of a list of ints', c.List(c.Integer, saiOptions({ normalize: 'true' })), false],
  ['sai analysis of a static', c.Text({ static: true, ...saiOptions({ normalize: 'true' }) }), true],
  ['sai analysis of a key', c.Text({ primaryKey: true, ...saiOptions({ case_sensitive: 'false' }) }), false],
  ['sai key', c.Text({ primaryKey: true, ...sai() }), true],
  ['sasi list', c.List(c.Text, sasi()), false],
  ['sasi set', c.Set(c.Text, sasi()), false],
  ['sasi map', c.Map(c.Text, c.Text, sasi()), false],
  ['sasi text', c.Text(sasi({ mode: 'CONTAINS', analyzer_class: 'org.apache.cassandra.index.sasi.analyzer.NonTokenizingAnalyzer', case_sensitive: 'false' })), true],
  ['sasi mode in small letters', c.Text(sasi({ mode: 'contains' })), true],
  ['sasi unknown mode', c.Text(sasi({ mode: 'FUZZY' })), false],
  ['sasi sparse text', c.Text(sasi({ mode: 'SPARSE' })), false],
  ['sasi sparse number', c.BigInt(sasi({ mode: 'SPARSE' })), true],
  ['sasi sparse number, analysed', c.BigInt(sasi({ mode: 'SPARSE', analyzed: 'true' })), false],
  ['sasi clustering', c.Text({ primaryKey: true, ...sasi() }), true],
  ['sasi partition key', c.Text({ partitionKey: true, ...sasi() }), false],
  ['options of a plain index', c.Text({ index: { options: { mode: 'CONTAINS' } } }), false],
  ['options of a plain index by its name', c.Text({ index: { using: 'legacy_local_table', options: { a: '1' } } }), false]
]

t.test('MGT-11: an index that the server would refuse is told before anything is sent, and no other', async (t) => {
  const schema = await existing()
  for (const [what, column, isRight] of indexed) t.equal(told({ columns: { ...id, v: column } }, schema).length, isRight ? 0 : 1, what)

  // All that should be right at once; each that should be wrong by itself.
  const right = indexed.filter(([,, isRight]) => isRight).map(([, column], i) => [`v${i}`, column] as const)
  const report = await syncTables([target(keyspace, name(), { ...id, ...Object.fromEntries(right) })], () => connection)
  t.equal(report.statements.length, right.length + 1)

  for (const [what, column] of indexed.filter(([,, isRight]) => !isRight)) {
    const { table } = target(keyspace, name(), { ...id, v: column })
    await raw(createTable({
      keyspace, name: table.name, columns: table.columns.map(({ field, type }) => ({ name: field, type: type.cql })), partitionKey: table.partitionKey.map(({ field }) => field), clustering: table.clustering.map(({ field, order }) => ({ name: field, order })), options: {}
    }))
    const [index = {}] = table.columns.flatMap(({ indexes }) => indexes)
    const { using, options, target: part } = index
    t.ok(await refuses(createIndex({
      keyspace, table: table.name, column: table.columns.find(({ indexes }) => indexes.length > 0)?.field ?? '', ...using !== undefined && { using: using === 'sasi' ? sasiClass : using }, ...options !== undefined && { options }, ...part !== undefined && { target: part }
    })), `${what}: the server refuses`)
  }
})

const optionCases: readonly (readonly [Record<string, OptionValue>, boolean])[] = [
  ...[[0, false], [0.00006, false], [0.00007, true], [1, true], [1.1, false], [-1, true], [-2, false]].map(([v, is]) => [{ bloom_filter_fp_chance: v as number }, is as boolean] as const),
  [{ crc_check_chance: 1.5 }, false],
  [{ default_time_to_live: 630_720_001 }, false],
  [{ default_time_to_live: -1 }, false],
  [{ gc_grace_seconds: -1 }, false],
  [{ gc_grace_seconds: 2 ** 31 }, false],
  [{ memtable_flush_period_in_ms: -1 }, false],
  [{ min_index_interval: 0 }, false],
  [{ min_index_interval: 4096 }, false],
  [{ min_index_interval: 512, max_index_interval: 256 }, false],
  [{ max_index_interval: 100 }, false],
  [{ min_index_interval: 64, max_index_interval: 64 }, true],
  [{ read_repair: 'SOMETIMES' }, false],
  ...['99p', '99.9PERCENTILE', '0.1p', '50ms', '0ms', 'always', 'MIN(99p,50ms)', 'max(10ms , 99.5percentile)'].map((v) => [{ speculative_retry: v }, true] as const),
  ...['0p', '100p', '101p', 'max( 10ms,99p)', 'soon', 'MIN(99p,90p)', 'MIN(99p)', 'MAX(5ms,6ms)', 'MIN(99p,always)', '-5ms', '99'].map((v) => [{ additional_write_policy: v }, false] as const),
  [{ caching: { keys: 'SOME' } }, false],
  [{ caching: { rows_per_partition: '-1' } }, false],
  [{ caching: { row: 'ALL' } }, false],
  [{ caching: { rows_per_partition: '7' } }, true],
  [{ compaction: { class: 'SizeTierdCompactionStrategy' } }, false],
  [{ compaction: { min_threshold: '4' } }, false],
  [{ compaction: { class: 'SizeTieredCompactionStrategy', nope: '1' } }, false],
  [{ compaction: { class: 'SizeTieredCompactionStrategy', min_threshold: '1' } }, false],
  [{ compaction: { class: 'SizeTieredCompactionStrategy', min_threshold: '8', max_threshold: '4' } }, false],
  [{ compaction: { class: 'SizeTieredCompactionStrategy', min_threshold: 'x' } }, false],
  [{ compaction: { class: 'SizeTieredCompactionStrategy', min_sstable_size: '50', bucket_low: '0.4', bucket_high: '1.4', min_threshold: '3', max_threshold: '30', log_all: 'true', only_purge_repaired_tombstones: 'false', unchecked_tombstone_compaction: 'true', tombstone_threshold: '0.3', tombstone_compaction_interval: '100', provide_overlapping_tombstones: 'row' } }, true],
  [{ compaction: { class: 'LeveledCompactionStrategy', sstable_size_in_mb: '100', fanout_size: '8', single_sstable_uplevel: 'true' } }, true],
  [{ compaction: { class: 'LeveledCompactionStrategy', compaction_window_size: '1' } }, false],
  [{ compaction: { class: 'TimeWindowCompactionStrategy', compaction_window_unit: 'DAYS', compaction_window_size: '3', timestamp_resolution: 'MILLISECONDS', expired_sstable_check_frequency_seconds: '60', bucket_high: '1.6', unsafe_aggressive_sstable_expiration: 'false' } }, true],
  [{ compaction: { class: 'TimeWindowCompactionStrategy', scaling_parameters: 'T4' } }, false],
  [{ compaction: { class: 'UnifiedCompactionStrategy', scaling_parameters: 'T4,L8', target_sstable_size: '1GiB', base_shard_count: '4', sstable_growth: '0.3', min_sstable_size: '100MiB' } }, true],
  [{ compaction: { class: 'UnifiedCompactionStrategy', bucket_low: '0.5' } }, false],
  [{ compression: { class: 'Lz5Compressor' } }, false],
  [{ compression: { chunk_length_in_kb: '16' } }, false],
  [{ compression: { class: 'LZ4Compressor', chunk_length_in_kb: '15' } }, false],
  [{ compression: { class: 'LZ4Compressor', lz4_compressor_type: 'high', lz4_high_compressor_level: '9' } }, true],
  [{ compression: { class: 'LZ4Compressor', compression_level: '3' } }, false],
  [{ compression: { class: 'ZstdCompressor', compression_level: '3' } }, true],
  [{ compression: { class: 'SnappyCompressor', min_compress_ratio: '0.5' } }, false],
  [{ compression: { class: 'org.apache.cassandra.io.compress.DeflateCompressor', chunk_length_in_kb: '4' } }, true],
  [{ compression: { enabled: 'false' } }, true]
]

t.test('MGT-12: a value of a table option that the server would refuse is told before anything is sent, and no other', async (t) => {
  const schema = await existing()
  for (const [options, isRight] of optionCases) {
    const what = JSON.stringify(options)
    t.equal(told({ columns: id, options }, schema).length, isRight ? 0 : 1, what)
    t.equal(await refuses(tableText({ columns: id, options })), !isRight, `${what}: the server`)
  }
})

/** Types before and after, and whether a column that had the first and was dropped can come back with the second. */
const comebacks: readonly (readonly [AnyColumn, AnyColumn, boolean])[] = [
  ...[c.TinyInt(), c.SmallInt(), c.Date(), c.Time(), c.Duration(), c.Inet(), c.VarInt(), c.Text(), c.Tuple(c.Integer), ...[c.Text, c.SmallInt, c.Date, c.Time, c.Duration, c.Inet, c.Decimal].map((of) => c.Vector(of, 2))].map((before) => [before, c.Blob(), true] as const),
  ...[c.Integer(), c.BigInt(), c.DateTime(), c.UUID(), c.Boolean(), c.Double(), c.Vector(c.Float, 2), c.Vector(c.TimeUUID, 2), c.List(c.Text), c.List(c.Text, { frozen: true })].map((before) => [before, c.Blob(), false] as const),
  [c.Time(), c.BigInt(), false],
  [c.DateTime(), c.BigInt(), true],
  [c.BigInt(), c.DateTime(), true],
  [c.TimeUUID(), c.UUID(), true],
  [c.UUID(), c.TimeUUID(), false],
  [c.Ascii(), c.Text(), true],
  [c.Text(), c.Ascii(), false],
  [c.List(c.Text), c.List(c.Blob), true],
  [c.List(c.Integer), c.List(c.Blob), false],
  [c.List(c.Text), c.Set(c.Text), false],
  [c.Set(c.Text), c.Set(c.Blob), true],
  [c.Set(c.VarInt), c.Set(c.Blob), false],
  [c.Map(c.Ascii, c.Inet), c.Map(c.Text, c.Blob), true],
  [c.Map(c.TimeUUID, c.Text), c.Map(c.UUID, c.Text), false],
  [c.Map(c.Text, c.Integer), c.Map(c.Text, c.BigInt), false],
  [c.Tuple(c.Integer), c.Tuple(c.Integer, c.Text), true],
  [c.Tuple(c.Integer, c.Text), c.Tuple(c.Integer), false],
  [c.UserDefinedType(Part), c.Tuple(c.Integer, c.Text), true]
]

t.test('MGT-10: a dropped column comes back with the types that the server takes, and with no others', async (t) => {
  const table = name()
  const at = `${keyspace}.${table}`
  await raw(`CREATE TABLE ${at} (id int, k int, ${comebacks.map(([before], i) => `v${i} ${before.cql}`).join(', ')}, PRIMARY KEY (id, k))`)
  await raw(`ALTER TABLE ${at} DROP (${comebacks.map((_, i) => `v${i}`).join(', ')})`)
  const wanted = target(keyspace, table, { ...id, ...Object.fromEntries(comebacks.map(([, after], i) => [`v${i}`, after])) })
  const conflicts = new Set(difference({ connection: 'default', keyspace, tables: [wanted], types: [] }, await existing()).conflicts.map(({ column }) => column))
  for (const [i, [before, after, isRight]] of comebacks.entries()) {
    const what = `${before.cql} → ${after.cql}`
    t.equal(!conflicts.has(`v${i}`), isRight, what)
    t.equal(await refuses(`ALTER TABLE ${at} ADD v${i} ${after.cql}`), !isRight, `${what}: the server`)
  }
})
