// Of a table's options those that are not as every table has them.

/** Cassandra 5.0's. */
const usual: Readonly<Record<string, unknown>> = {
  additional_write_policy: '99p',
  allow_auto_snapshot: true,
  bloom_filter_fp_chance: 0.01,
  caching: { keys: 'ALL', rows_per_partition: 'NONE' },
  cdc: false,
  comment: '',
  compaction: { class: 'SizeTieredCompactionStrategy', max_threshold: '32', min_threshold: '4' },
  compression: { chunk_length_in_kb: '16', class: 'LZ4Compressor' },
  crc_check_chance: 1,
  default_time_to_live: 0,
  gc_grace_seconds: 864000,
  incremental_backups: true,
  max_index_interval: 2048,
  memtable: 'default',
  memtable_flush_period_in_ms: 0,
  min_index_interval: 128,
  read_repair: 'BLOCKING',
  speculative_retry: '99p'
}

export function unusualOptions (row: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const [name, standard] of Object.entries(usual)) {
    const value = plain(row.get(name))
    if (value === null || value === undefined || value === '' || equal(value, standard)) continue
    found[name] = value
  }
  return found
}

/** Of a map the classes without their package, and its keys in an order that does not change. */
function plain (value: unknown): unknown {
  if (!(value instanceof Map)) return value
  const entries = [...value as Map<string, string>].map(([key, one]): [string, string] => [
    key, key === 'class' ? one.replace(/^org\.apache\.cassandra\.(?:db\.compaction|io\.compress)\./, '') : one
  ])
  return Object.fromEntries(entries.sort(([a], [b]) => a === 'class' ? -1 : b === 'class' ? 1 : a < b ? -1 : 1))
}

function equal (a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const sorted = (value: object): string => JSON.stringify(Object.entries(value).sort(([x], [y]) => x < y ? -1 : 1))
  return sorted(a) === sorted(b)
}
