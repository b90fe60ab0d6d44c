import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Endpoints } from './guardian-protocol.js'

export interface NodeSettings {
  readonly folder: string
  readonly clusterName: string
  /** Counted from 0. */
  readonly index: number
  readonly endpoints: Endpoints
  readonly auth: boolean
  readonly tls: boolean | 'only'
  /** Acknowledged writes and the schema survive SIGKILL. */
  readonly durable: boolean
  /** Of Cassandra. */
  readonly version: string
  /** Of Java, its first number: 17. */
  readonly java: number
  readonly jars: readonly string[]
  /** Loads classes from this archive, or records it when the node ends. */
  readonly archive?: { readonly file: string, readonly record: boolean } | undefined
}

// One token per node, spread evenly: nobody bootstraps, nobody waits for an allocation.
const tokens: Record<number, readonly string[]> = {
  1: ['0'],
  3: ['-6148914691236517205', '0', '6148914691236517205']
}

/** Writes all that a node is started with into its folder. */
export async function writeServerFiles (settings: NodeSettings): Promise<void> {
  const { folder } = settings
  await rm(join(folder, 'tmp'), { recursive: true, force: true }) // a killed node leaves its unpacked libraries
  for (const name of ['data', 'commitlog', 'saved_caches', 'hints', 'tmp', 'triggers']) {
    await mkdir(join(folder, name), { recursive: true })
  }
  await writeFile(join(folder, 'cassandra.yaml'), serverConfiguration(settings))
  await writeFile(join(folder, 'logback.xml'), loggingConfiguration)
  await writeFile(join(folder, 'jvm.args'), javaArguments(settings).join('\n'))
}

// JSON strings are YAML strings, whatever characters a path holds.
const quoted = (text: string): string => JSON.stringify(text)

/** 4.1 refuses lines that only later servers know. */
const isOld = ({ version }: NodeSettings): boolean => version.startsWith('4.1.')

function serverConfiguration (settings: NodeSettings): string {
  const { folder, clusterName, index, endpoints, auth, tls, durable } = settings
  const address = endpoints.addresses[index]!
  const path = (name: string): string => quoted(join(folder, name))
  return `
cluster_name: ${quoted(clusterName)}
num_tokens: 1
initial_token: '${tokens[endpoints.addresses.length]![index]}'
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
endpoint_snitch: SimpleSnitch
dynamic_snitch: false
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters:
      - seeds: '${endpoints.addresses.join(',')}'

listen_address: ${address}
rpc_address: ${address}
storage_port: ${endpoints.storagePort}
ssl_storage_port: ${endpoints.storagePort + 1}
start_native_transport: true
native_transport_port: ${endpoints.cqlPort}
# By default shares of the heap: a client would be refused at 12 MiB of requests in flight.
native_transport_max_request_data_in_flight: 128MiB
native_transport_max_request_data_in_flight_per_ip: 96MiB

data_file_directories: [${path('data')}]
commitlog_directory: ${path('commitlog')}
saved_caches_directory: ${path('saved_caches')}
hints_directory: ${path('hints')}

# batch: a write is answered after it is in the log's file.
commitlog_sync: ${durable ? 'batch' : 'periodic'}
commitlog_sync_period: ${durable ? '0ms' : '10s'}
commitlog_segment_size: 16MiB
commitlog_total_space: 256MiB
auto_snapshot: false
disk_failure_policy: stop
commit_failure_policy: stop

# heap_buffers would take 1 MiB for each table.
memtable_allocation_type: unslabbed_heap_buffers
memtable_heap_space: 96MiB
memtable_offheap_space: 16MiB
memtable_flush_writers: 1
concurrent_reads: 8
concurrent_writes: 8
concurrent_counter_writes: 4
concurrent_materialized_view_writes: 4
concurrent_compactors: 1
compaction_throughput: 0MiB/s
native_transport_max_threads: 32
file_cache_size: 32MiB
networking_cache_size: 16MiB
key_cache_size: 4MiB
key_cache_save_period: 0s
row_cache_size: 0MiB
counter_cache_size: 2MiB
counter_cache_save_period: 0s
index_summary_capacity: 4MiB
prepared_statements_cache_size: 10MiB

user_defined_functions_enabled: true
materialized_views_enabled: true
sasi_indexes_enabled: true
drop_compact_storage_enabled: true
uuid_sstable_identifiers_enabled: true
${isOld(settings) ? '' : linesSince5}
authenticator: ${auth ? 'PasswordAuthenticator' : 'AllowAllAuthenticator'}
authorizer: ${auth ? 'CassandraAuthorizer' : 'AllowAllAuthorizer'}
role_manager: CassandraRoleManager
roles_validity: 500ms
permissions_validity: 500ms
client_encryption_options:
  enabled: ${tls !== false}
  optional: ${tls === true}
  ssl_context_factory:
    class_name: org.apache.cassandra.security.PEMBasedSslContextFactory
  keystore: ${path('server.pem')}
  truststore: ${path('ca.pem')}
  require_client_auth: false

read_request_timeout: 10s
range_request_timeout: 10s
write_request_timeout: 5s
counter_write_request_timeout: 5s
cas_contention_timeout: 5s
truncate_request_timeout: 60s
request_timeout: 20s
slow_query_log_timeout: 0ms
# The least that the server takes: a silent node counts as down after about 12 s.
phi_convict_threshold: 5
block_for_peers_timeout_in_secs: 5
`
}

const linesSince5 = `dynamic_data_masking_enabled: true
# Lifts the limits of 4.x, such as a TTL that ends after 2038.
storage_compatibility_mode: NONE
`

// The loggers named here write what a start waits for.
const loggingConfiguration = `<?xml version="1.0" encoding="UTF-8"?>
<configuration>
  <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%-5level [%thread] %date{ISO8601} %logger{0} - %msg%n%ex{full}</pattern></encoder>
  </appender>
  <logger name="org.apache.cassandra.service.CassandraDaemon" level="INFO"/>
  <logger name="org.apache.cassandra.gms.Gossiper" level="INFO"/>
  <logger name="org.hyperic" level="OFF"/>
  <root level="INFO"><appender-ref ref="OUT"/></root>
</configuration>
`

// What Cassandra's own options for Java 17 export and open.
const exported = [
  'java.base/jdk.internal.misc', 'java.management.rmi/com.sun.jmx.remote.internal.rmi',
  'java.management/com.sun.jmx.remote.security',
  'java.rmi/sun.rmi.registry', 'java.rmi/sun.rmi.server', 'java.sql/java.sql', 'java.base/java.lang.ref',
  'jdk.unsupported/sun.misc'
]
const opened = [
  'java.base/java.lang.module', 'java.base/jdk.internal.loader', 'java.base/jdk.internal.ref',
  'java.base/jdk.internal.reflect',
  'java.base/jdk.internal.math', 'java.base/jdk.internal.module', 'java.base/jdk.internal.util.jar',
  'jdk.management/com.sun.management.internal', 'java.base/sun.nio.ch', 'java.base/java.io',
  'java.base/java.lang.reflect',
  'java.base/java.lang', 'java.base/java.util', 'java.base/java.nio'
]

/** What 4.1 needs beside them on Java 17, for which it has no options of its own. */
const openedFor41 = [
  'java.base/java.util.concurrent', 'java.base/java.util.concurrent.atomic', 'java.base/java.net',
  'java.base/java.nio.file',
  'java.base/sun.security.action', 'java.base/jdk.internal.misc', 'java.rmi/sun.rmi.transport',
  'java.rmi/sun.rmi.transport.tcp'
]

function javaArguments (settings: NodeSettings): string[] {
  const { folder, endpoints, durable, jars, archive, java } = settings
  const nodes = endpoints.addresses.length
  const url = (name: string): string => pathToFileURL(join(folder, name)).href
  const agent = jars.find((jar) => /jamm-[^/]*\.jar$/.test(jar))
  return [
    // Small, and quick to start.
    '-Xms64m', '-Xmx512m', '-Xss256k', '-XX:MaxDirectMemorySize=256m',
    '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', '-XX:+ExitOnOutOfMemoryError',
    // An archive cannot be recorded with an agent; it can be used with one.
    ...archive?.record ? [`-XX:ArchiveClassesAtExit=${archive.file}`] : [],
    ...archive && !archive.record ? [`-XX:SharedArchiveFile=${archive.file}`, '-Xshare:auto'] : [],
    ...agent !== undefined && !archive?.record ? [`-javaagent:${agent}`] : [],
    ...exported.flatMap((name) => ['--add-exports', `${name}=ALL-UNNAMED`]),
    // Java 17 refuses a security manager that is set later, unless it is told; Java 11 takes the word for the name of a
    // class.
    ...isOld(settings) && java >= 12 ? ['-Djava.security.manager=allow'] : [],
    ...[...opened, ...isOld(settings) ? openedFor41 : []].flatMap((name) => ['--add-opens', `${name}=ALL-UNNAMED`]),
    '-Djdk.attach.allowAttachSelf=true', '-Dio.netty.tryReflectionSetAccessible=true', '-Dio.netty.eventLoopThreads=2',
    '-Dchronicle.analytics.disable=true', '-Djava.net.preferIPv4Stack=true', '-Djava.awt.headless=true',
    `-Dcassandra.config=${url('cassandra.yaml')}`, `-Dlogback.configurationFile=${url('logback.xml')}`,
    `-Dcassandra.storagedir=${folder}`, `-Dcassandra.logdir=${folder}`,
    `-Dcassandra.triggers_dir=${join(folder, 'triggers')}`,
    // JNA unpacks its library here and loads it.
    `-Djava.io.tmpdir=${join(folder, 'tmp')}`, `-Djna.tmpdir=${join(folder, 'tmp')}`,
    '-Dcassandra-foreground=yes', '-Dcassandra.libjemalloc=-',
    // No waiting for peers that are known, no fsync: this protects from the end of a process, not of the machine.
    '-Dcassandra.skip_wait_for_gossip_to_settle=0', '-Dcassandra.allow_unsafe_join=true',
    '-Dcassandra.ring_delay_ms=1000',
    '-Dcassandra.skip_sync=true', '-Dcassandra.auth_bcrypt_gensalt_log2_rounds=4',
    '-Dcassandra.size_recorder_interval=0',
    // With peers a failed attempt is repeated after this delay: never 0 there.
    `-Dcassandra.superuser_setup_delay_ms=${nodes > 1 ? 1000 : 0}`,
    `-Dcassandra.shutdown_announce_in_ms=${nodes > 1 ? 500 : 0}`,
    // The schema is read before the log is replayed. Unflushed it is lost by SIGKILL, and with it the rows of its
    // tables.
    ...durable ? [] : ['-Dcassandra.unsafesystem=true', '-Dcassandra.test.flush_local_schema_changes=false'],
    ...['auth', 'distributed', 'traces'].map((name) => `-Dcassandra.system_${name}.default_rf=${nodes}`),
    '-cp', jars.join(':'),
    'org.apache.cassandra.service.CassandraDaemon'
  ].map(argument)
}

/** One argument of a Java argument file: in quotes, where a backslash escapes. */
function argument (text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}
