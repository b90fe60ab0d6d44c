// What values table options take: what the server would refuse, found before anything is sent.
import type { OptionValue } from '../statements/ddl.js'
import { listed, meant, shown } from '../words.js'

type Options = Readonly<Record<string, OptionValue>>
type Entries = Readonly<Record<string, string | number | boolean>>

/** 20 years, in seconds. */
const longestTtl = 630_720_000
const mostInteger = 2 ** 31 - 1

/** Least and most; the least of `bloom_filter_fp_chance` is what a filter can reach. */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  bloom_filter_fp_chance: [0.0000671, 1],
  crc_check_chance: [0, 1],
  default_time_to_live: [0, longestTtl],
  gc_grace_seconds: [0, mostInteger],
  max_index_interval: [1, mostInteger],
  memtable_flush_period_in_ms: [0, mostInteger],
  min_index_interval: [1, mostInteger]
}

const defaults = { min_index_interval: 128, max_index_interval: 2048 }

/** Sentences on values that no server takes. @param existing the table's row; absent: a table that is to be made */
export function optionProblems (values: Options, existing?: ReadonlyMap<string, unknown>): string[] {
  return [
    ...Object.entries(values).flatMap(([name, value]) => problemOf(name, value, existing?.get(name)) ?? []),
    ...intervalProblems(values, existing)
  ]
}

function problemOf (name: string, value: OptionValue, existing: unknown): string | undefined {
  const range = ranges[name]
  if (range !== undefined) {
    const number = Number(value)
    // Stands for the default of the compaction.
    if (name === 'bloom_filter_fp_chance' && number === -1) return undefined
    return number >= range[0] && number <= range[1]
      ? undefined
      : `the table option ${name} must be from ${range[0]} to ${range[1]}`
  }
  if (name === 'read_repair') return oneOf(`the table option ${name}`, value, ['BLOCKING', 'NONE'])
  if (name === 'speculative_retry' || name === 'additional_write_policy') return policyProblem(name, String(value))
  if (typeof value !== 'object') return undefined
  const entries = Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, String(entry)]))
  const problem = name === 'caching'
    ? cachingProblem(entries)
    : name === 'compaction'
      ? compactionProblem(entries, existing)
      : name === 'compression' ? compressionProblem(entries, existing) : undefined
  return problem === undefined ? undefined : `the table option ${name}: ${problem}`
}

function intervalProblems (values: Options, existing: ReadonlyMap<string, unknown> | undefined): string[] {
  if (values['min_index_interval'] === undefined && values['max_index_interval'] === undefined) return []
  const of = (name: keyof typeof defaults): number => Number(values[name] ?? existing?.get(name) ?? defaults[name])
  const [min, max] = [of('min_index_interval'), of('max_index_interval')]
  return max >= min
    ? []
    : [`the table option max_index_interval (${max}) must not be below min_index_interval (${min})`]
}

function oneOf (what: string, value: unknown, words: readonly string[]): string | undefined {
  return words.includes(String(value).toUpperCase()) ? undefined : `${what} must be one of ${listed(words)}`
}

function policyProblem (name: string, text: string): string | undefined {
  const [, first, second] = /^(?:MIN|MAX)\(([^,\s]*)\s*,\s*([^,\s]*)\)$/i.exec(text) ?? []
  const isRight = first === undefined || second === undefined
    ? isPercentile(text) || isTime(text) || /^(always|never|none)$/i.test(text)
    : (isPercentile(first) && isTime(second)) || (isTime(first) && isPercentile(second))
  return isRight
    ? undefined
    : `the table option ${name} must be such as '99p' (more than 0, less than 100), '50ms', 'ALWAYS', 'NEVER' or ` +
      '\'MIN(99p,50ms)\''
}

function isPercentile (text: string): boolean {
  return /^\d+(\.\d+)?(p|percentile)$/i.test(text) && parseFloat(text) > 0 && parseFloat(text) < 100
}

const isTime = (text: string): boolean => /^\d+(\.\d+)?ms$/i.test(text)

function cachingProblem (entries: Entries): string | undefined {
  const known = ['keys', 'rows_per_partition']
  const unknown = Object.keys(entries).find((key) => !known.includes(key))
  if (unknown !== undefined) return unknownPart(unknown, known)
  const { keys, rows_per_partition: rows } = entries
  if (rows !== undefined && !/^(all|none|\d+)$/i.test(String(rows))) {
    return 'rows_per_partition must be ALL, NONE or a whole number'
  }
  return keys === undefined ? undefined : oneOf('keys', keys, ['ALL', 'NONE'])
}

const forAllCompactions = [
  'class', 'enabled', 'tombstone_threshold', 'tombstone_compaction_interval', 'unchecked_tombstone_compaction',
  'log_all',
  'only_purge_repaired_tombstones', 'provide_overlapping_tombstones', 'min_threshold', 'max_threshold'
]
const sizeTiered = ['min_sstable_size', 'bucket_low', 'bucket_high']
const compactions: Readonly<Record<string, readonly string[]>> = {
  SizeTieredCompactionStrategy: sizeTiered,
  LeveledCompactionStrategy: [...sizeTiered, 'sstable_size_in_mb', 'fanout_size', 'single_sstable_uplevel'],
  TimeWindowCompactionStrategy: [
    ...sizeTiered, 'compaction_window_unit', 'compaction_window_size', 'timestamp_resolution',
    'expired_sstable_check_frequency_seconds', 'unsafe_aggressive_sstable_expiration'
  ],
  UnifiedCompactionStrategy: [
    'scaling_parameters', 'target_sstable_size', 'min_sstable_size', 'base_shard_count', 'sstable_growth',
    'flush_size_override', 'overlap_inclusion_method',
    'expired_sstable_check_frequency_seconds', 'unsafe_aggressive_sstable_expiration'
  ]
}

function compactionProblem (entries: Entries, existing: unknown): string | undefined {
  const name = classOf(entries, existing, 'org.apache.cassandra.db.compaction.')
  if (name === undefined) return 'it needs a class'
  if (name === '') return undefined
  const own = compactions[name]
  if (own === undefined) return unknownClass(name, Object.keys(compactions))
  const known = [...forAllCompactions, ...own]
  const unknown = Object.keys(entries).find((key) => !known.includes(key))
  if (unknown !== undefined) return `${unknownPart(unknown, known)} (of ${name})`
  return thresholdProblem(entries)
}

function thresholdProblem ({ min_threshold: min = 4, max_threshold: max = 32 }: Entries): string | undefined {
  const [least, most] = [Number(min), Number(max)]
  if (!Number.isInteger(least) || !Number.isInteger(most)) {
    return 'min_threshold and max_threshold must be whole numbers'
  }
  if (least < 2) return 'min_threshold must be at least 2'
  return most < least ? 'max_threshold must not be below min_threshold' : undefined
}

const forAllCompressors = ['class', 'enabled', 'chunk_length_in_kb', 'min_compress_ratio']
const compressors: Readonly<Record<string, readonly string[]>> = {
  DeflateCompressor: [],
  LZ4Compressor: ['lz4_compressor_type', 'lz4_high_compressor_level'],
  NoopCompressor: [],
  SnappyCompressor: [],
  ZstdCompressor: ['compression_level']
}

function compressionProblem (entries: Entries, existing: unknown): string | undefined {
  if (Object.keys(entries).length === 0 || /^false$/i.test(String(entries['enabled']))) return undefined
  const name = classOf(entries, existing, 'org.apache.cassandra.io.compress.')
  if (name === undefined) return 'it needs a class'
  if (name === '') return undefined
  const own = compressors[name]
  if (own === undefined) return unknownClass(name, Object.keys(compressors))
  const known = [...forAllCompressors, ...own]
  const unknown = Object.keys(entries).find((key) => !known.includes(key))
  if (unknown !== undefined) return `${unknownPart(unknown, known)} (of ${name})`
  const { chunk_length_in_kb: chunk = 16, min_compress_ratio: ratio = 0 } = entries
  if (!Number.isInteger(Math.log2(Number(chunk))) || Number(chunk) < 1) return 'chunk_length_in_kb must be a power of 2'
  return Number(ratio) === 0 || Number(ratio) >= 1 ? undefined : 'min_compress_ratio must be 0, or at least 1'
}

/** A class of Cassandra's own without its package; of others `''`; undefined: none. */
function classOf ({ class: given }: Entries, existing: unknown, ofCassandra: string): string | undefined {
  const name: unknown = given ?? (existing instanceof Map ? existing.get('class') : undefined)
  if (name === undefined) return undefined
  const text = String(name)
  if (text.startsWith(ofCassandra)) return text.slice(ofCassandra.length)
  return text.includes('.') ? '' : text
}

const unknownClass = (name: string, known: readonly string[]): string =>
  `Cassandra has no class ${shown(name)}${meant(name, known)}; it has ${listed(known)}`
const unknownPart = (name: string, known: readonly string[]): string =>
  `unknown part ${shown(name)}${meant(name, known)}; there are ${listed(known)}`
