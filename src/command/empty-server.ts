// A client of a server whose every keyspace is there and empty. What a sync would send to it is the script of all
// models, made by the code that syncs.
import type { Client } from '../cqlengine/driver.js'

type Answer = {
  readonly rows: readonly object[]
  readonly columns: readonly { readonly name: string }[]
  readonly pageState: null
}

/** What a table of Cassandra 5.0 can be created with. */
const tableOptions = [
  'additional_write_policy', 'allow_auto_snapshot', 'bloom_filter_fp_chance', 'caching', 'cdc', 'comment', 'compaction',
  'compression', 'crc_check_chance',
  'dclocal_read_repair_chance', 'default_time_to_live', 'extensions', 'flags', 'gc_grace_seconds', 'id',
  'incremental_backups', 'max_index_interval', 'memtable',
  'memtable_flush_period_in_ms', 'min_index_interval', 'read_repair', 'read_repair_chance', 'speculative_retry'
]

export function emptyServer (): Client {
  const execute = async (cql: string, params: readonly unknown[] = []): Promise<Answer> => {
    if (cql.includes('system_schema.keyspaces')) return answer([{ keyspace_name: params[0] }])
    if (cql.includes('system.local')) return answer([{ schema_version: 'none', key: 'local' }])
    if (cql.includes('system_schema.tables')) return answer([], ['keyspace_name', 'table_name', ...tableOptions])
    return answer([])
  }
  const hosts = { values: () => [], keys: () => [], get: () => undefined, forEach: () => {}, length: 0 }
  // As much of a client as a dry run asks for.
  return { execute, hosts, options: {}, shutdown: async () => {}, connect: async () => {} } as unknown as Client
}

function answer (rows: readonly object[], names = Object.keys(rows[0] ?? {})): Answer {
  return { rows, columns: names.map((name) => ({ name })), pageState: null }
}
