import t from 'tap'
import { differentOptions, readOptions } from '../../src/cqlengine/management/table-options.js'

const nothing = new Set<string>()
const changed = (given: Record<string, unknown>, existing: Record<string, unknown>): unknown =>
  differentOptions(readOptions(given, nothing).values, new Map(Object.entries(existing))).changed

const compaction = new Map([['class', 'org.apache.cassandra.db.compaction.SizeTieredCompactionStrategy'], ['max_threshold', '32'], ['min_threshold', '4']])
const compression = new Map([['chunk_length_in_kb', '16'], ['class', 'org.apache.cassandra.io.compress.LZ4Compressor']])
const noCompression = new Map([['enabled', 'false']])
const caching = new Map([['keys', 'ALL'], ['rows_per_partition', 'NONE']])

const same: readonly (readonly [Record<string, unknown>, Record<string, unknown>])[] = [
  [{ comment: "it's" }, { comment: "it's" }],
  [{ comment: 'a = {b}' }, { comment: 'a = {b}' }],
  [{ gc_grace_seconds: '100' }, { gc_grace_seconds: 100 }],
  [{ gc_grace_seconds: 100n }, { gc_grace_seconds: 100 }],
  [{ bloom_filter_fp_chance: '0.10' }, { bloom_filter_fp_chance: 0.1 }],
  [{ speculative_retry: 'NONE' }, { speculative_retry: 'NEVER' }],
  [{ speculative_retry: '99.0PERCENTILE' }, { speculative_retry: '99p' }],
  [{ speculative_retry: '95percentile' }, { speculative_retry: '95p' }],
  [{ speculative_retry: '10.50ms' }, { speculative_retry: '10ms' }],
  [{ speculative_retry: 'always' }, { speculative_retry: 'ALWAYS' }],
  [{ additional_write_policy: 'max(10ms, 99.50PERCENTILE)' }, { additional_write_policy: 'MAX(99.5p,10ms)' }],
  [{ read_repair: 'none' }, { read_repair: 'NONE' }],
  [{ memtable: 'default' }, { memtable: null }],
  [{ allow_auto_snapshot: 'TRUE', incremental_backups: true }, { allow_auto_snapshot: null, incremental_backups: null }],
  [{ compaction: { class: 'SizeTieredCompactionStrategy', min_threshold: 4 } }, { compaction }],
  [{ compaction: { class: 'SizeTieredCompactionStrategy', enabled: true } }, { compaction }],
  [{ compaction: { class: 'org.apache.cassandra.db.compaction.SizeTieredCompactionStrategy' } }, { compaction }],
  [{ compression: { class: 'LZ4Compressor', chunk_length_in_kb: '16' } }, { compression }],
  [{ compression: { min_compress_ratio: 0 } }, { compression }],
  [{ compression: { enabled: false } }, { compression: noCompression }],
  [{ compression: {} }, { compression: noCompression }],
  [{ caching: { keys: 'all' } }, { caching }],
  [{ comment: undefined }, { comment: 'kept' }],
  [{}, { comment: 'kept', gc_grace_seconds: 5 }]
]

for (const [given, existing] of same) {
  t.test(`MGT-12, B38: ${JSON.stringify(given, (_, v) => typeof v === 'bigint' ? `${v}n` : v)} is nothing new`, async (t) => { t.same(changed(given, existing), {}) })
}

const changes: readonly (readonly [Record<string, unknown>, Record<string, unknown>, Record<string, unknown>])[] = [
  [{ comment: 'ho' }, { comment: 'hi' }, { comment: 'ho' }],
  [{ comment: '' }, { comment: 'hi' }, { comment: '' }],
  [{ gc_grace_seconds: '100' }, { gc_grace_seconds: 864000 }, { gc_grace_seconds: 100 }],
  [{ speculative_retry: '95p' }, { speculative_retry: '99p' }, { speculative_retry: '95p' }],
  [{ allow_auto_snapshot: false }, { allow_auto_snapshot: null }, { allow_auto_snapshot: false }],
  // The keys that nobody gave go along, for a map replaces the one before …
  [{ compaction: { min_threshold: 8 } }, { compaction }, { compaction: { class: compaction.get('class'), max_threshold: '32', min_threshold: 8 } }],
  // … unless they belong to another class.
  [{ compaction: { class: 'LeveledCompactionStrategy' } }, { compaction }, { compaction: { class: 'LeveledCompactionStrategy' } }],
  [{ compression: { class: 'DeflateCompressor' } }, { compression }, { compression: { class: 'DeflateCompressor' } }],
  [{ compression: { class: 'LZ4Compressor' } }, { compression: noCompression }, { compression: { class: 'LZ4Compressor' } }],
  [{ compression: { enabled: 'false' } }, { compression }, { compression: { enabled: 'false' } }],
  [{ caching: { rows_per_partition: 100 } }, { caching }, { caching: { keys: 'ALL', rows_per_partition: 100 } }],
  [{ compaction: { class: 'com.example.SizeTieredCompactionStrategy' } }, { compaction }, { compaction: { class: 'com.example.SizeTieredCompactionStrategy' } }]
]

for (const [given, existing, expected] of changes) {
  t.test(`MGT-12, B38: ${JSON.stringify(given)} has to be sent`, async (t) => { t.same(changed(given, existing), expected) })
}

t.test('MGT-12: cdc, which servers without change data capture do not tell, is not sent over and over', async (t) => {
  const { changed, hidden } = differentOptions({ cdc: true }, new Map([['cdc', null]]))
  t.same(changed, {})
  t.same(hidden, ['cdc'])
})

t.test('MGT-12: an unknown option, and one with a value of a wrong kind, are named', async (t) => {
  const wrong: Record<string, unknown> = {
    nope: 1,
    id: 'x',
    replication: {},
    read_repair_chance: 0.1,
    constructor: 1,
    'comment = \'x\'; DROP TABLE y; --': 'x',
    gc_grace_seconds: 'soon',
    min_index_interval: 1.5,
    bloom_filter_fp_chance: NaN,
    comment: 5,
    cdc: 'perhaps',
    compaction: 'LeveledCompactionStrategy',
    caching: { keys: ['ALL'] },
    speculative_retry: 99
  }
  for (const [name, value] of Object.entries(wrong)) {
    const { values, problems } = readOptions({ [name]: value }, new Set(['id', 'read_repair_chance']))
    t.same(values, {}, name)
    t.equal(problems.length, 1, name)
    t.ok(problems[0]?.includes(name.replaceAll('"', '\\"')), name)
  }
})

t.test('MGT-12: an option that only the server knows is compared by its plain value', async (t) => {
  const { values, problems } = readOptions({ tombstone_gc: { mode: 'repair' }, in_memory: true }, new Set(['tombstone_gc', 'in_memory']))
  t.same(problems, [])
  t.same(differentOptions(values, new Map<string, unknown>([['tombstone_gc', new Map([['mode', 'repair']])], ['in_memory', false]])).changed, { in_memory: true })
})
