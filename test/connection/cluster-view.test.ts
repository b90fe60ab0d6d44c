// What the driver knows of the cluster through a client of ours is what it knows through a plain one.
import t from 'tap'
import type { Test } from 'tap'
import { createClient } from '../../src/cqlengine/connection/client.js'
import { Connection } from '../../src/cqlengine/connection/connection.js'
import { internalsOf } from '../../src/cqlengine/connection/driver-internals/internals.js'
import { Client, type ClientOptions, type types } from '../../src/cqlengine/driver.js'
import { connectedClient, hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { fileNeeds5 } from '../support/needs-5.js'
import { clusterView } from '../support/cluster-view.js'

fileNeeds5('vectors')

const plain = await connectedClient(t)
const keyspace = await uniqueKeyspace(t)
const network = await uniqueKeyspace(t)
await plain.execute(`ALTER KEYSPACE ${network} WITH replication = {'class': 'NetworkTopologyStrategy', '${localDataCenter}': 1}`)

const create = [
  'CREATE TYPE k.place (street text, tags frozen<set<text>>, at frozen<map<text, int>>)',
  `CREATE TABLE k.things (a int, b text, c timeuuid, s text static, m map<text, frozen<place>>, f frozen<set<int>>, l list<text>, v vector<float, 3>, PRIMARY KEY ((a, b), c))
    WITH CLUSTERING ORDER BY (c DESC) AND comment = 'everything' AND gc_grace_seconds = 500 AND default_time_to_live = 60
    AND caching = {'keys': 'NONE', 'rows_per_partition': '7'} AND compression = {'class': 'LZ4Compressor', 'chunk_length_in_kb': '8'}
    AND compaction = {'class': 'LeveledCompactionStrategy', 'sstable_size_in_mb': '80'} AND bloom_filter_fp_chance = 0.2
    AND speculative_retry = '50p' AND min_index_interval = 64 AND max_index_interval = 512 AND memtable_flush_period_in_ms = 3600000`,
  "CREATE CUSTOM INDEX things_l ON k.things (l) USING 'StorageAttachedIndex' WITH OPTIONS = {'case_sensitive': 'false'}",
  'CREATE INDEX things_m ON k.things (KEYS(m))',
  'CREATE TABLE k.bare (id int PRIMARY KEY, n int)',
  'CREATE TABLE k.hits (id int PRIMARY KEY, n counter)',
  'CREATE MATERIALIZED VIEW k.by_n AS SELECT * FROM k.bare WHERE id IS NOT NULL AND n IS NOT NULL PRIMARY KEY (n, id) WITH comment = \'a view\'',
  "CREATE FUNCTION k.plus (a int, b int) RETURNS NULL ON NULL INPUT RETURNS int LANGUAGE java AS 'return a + b;'",
  'CREATE AGGREGATE k.total (int) SFUNC plus STYPE int INITCOND 0'
]
for (const cql of create) await plain.execute(cql.replaceAll('k.', `${keyspace}.`))
await plain.metadata.refreshKeyspaces()
const wanted = { tables: ['things', 'bare', 'hits', 'missing'], types: ['place'], functions: ['plus'], aggregates: ['total'], views: ['by_n'] }

const views = async (client: Client): Promise<object[]> => [await clusterView(client, keyspace, wanted), await clusterView(client, network)]
const own = (options: Partial<ClientOptions> = {}): Client => createClient({ name: 'c', hosts, localDataCenter, options, warn: () => {} })

/** The driver's declarations leave them out. */
const strategyOptions = (client: Client, name: string): unknown => (client.metadata.keyspaces[name] as { strategyOptions?: unknown } | undefined)?.strategyOptions

async function connected (t: Test, client: Client): Promise<Client> {
  t.teardown(async () => { await client.shutdown() })
  await client.connect()
  return client
}

t.test('keyspaces, tables, types, functions, views, indexes, tokens, replicas: equal to those of a plain client', async (t) => {
  const expected = await views(plain)
  t.match(expected[0], { keyspace: { strategyOptions: { replication_factor: '1' } }, tables: { things: { caching: /"keys":"NONE"/, compactionOptions: { sstable_size_in_mb: '80' } }, missing: null } })
  t.match(expected[1], { keyspace: { strategyOptions: { [localDataCenter]: '1' } } })
  t.strictSame(await views(await connected(t, own())), expected)
  class OwnMap<K, V> extends Map<K, V> {}
  t.strictSame(await views(await connected(t, own({ encoding: { map: OwnMap } }))), expected, 'a class of the user in the place of Map')
})

t.test('it stays so when a keyspace changes, and in what is read by an event', async (t) => {
  const client = await connected(t, own())
  const other = await uniqueKeyspace(t)
  await client.execute(`ALTER KEYSPACE ${other} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}`)
  t.strictSame(strategyOptions(client, other), { replication_factor: '3' })
  await client.execute(`CREATE TABLE ${other}.t (id int PRIMARY KEY) WITH caching = {'keys': 'ALL', 'rows_per_partition': '3'}`)
  t.match((await client.metadata.getTable(other, 't')).caching, /"rows_per_partition":"3"/)
})

t.test('traces, too', async (t) => {
  const trace = async (client: Client) => {
    const { info } = await client.execute('SELECT key FROM system.local', [], { traceQuery: true })
    return await client.metadata.getTrace(info.traceId)
  }
  const [ours, theirs] = [await trace(await connected(t, own())), await trace(plain)]
  t.strictSame(Object.keys(ours.parameters).sort(), Object.keys(theirs.parameters).sort())
  t.ok(Object.keys(ours.parameters).length > 0)
})

t.test("a user's own client with such an encoding sees its cluster rightly, and its statements are as they were", async (t) => {
  const encoding = { map: Map, set: Set }
  const theirs = (): Client => new Client({ contactPoints: hosts, localDataCenter, encoding })
  const expected = await clusterView(plain, keyspace, wanted) as { hosts: object[] }
  const withoutHosts = ({ hosts, ...rest }: typeof expected): object => rest
  const reads = async (client: Client): Promise<object> => (await client.execute(`SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = '${keyspace}'`)).first()

  for (const moment of ['before', 'after'] as const) {
    const client = moment === 'before' ? theirs() : await connected(t, theirs())
    if (moment === 'after') t.strictSame(strategyOptions(client, keyspace), {}, 'what the driver makes of it')
    for (const name of ['one', 'two']) await new Connection({ name, client, owned: false }).connect()
    if (moment === 'before') t.teardown(async () => { await client.shutdown() })
    t.strictSame(withoutHosts(await clusterView(client, keyspace, wanted) as typeof expected), withoutHosts(expected), `given to us ${moment} it was connected`)
    t.type((await reads(client) as { replication: unknown }).replication, Map)
    t.type((client.hosts.values()[0] as { tokens?: unknown }).tokens, Set)
    const { info } = await client.execute('SELECT key FROM system.local', [], { traceQuery: true })
    t.type((await client.metadata.getTrace(info.traceId as types.Uuid)).parameters, Map)
  }
})

t.test("a user's client that needs nothing is left alone", async (t) => {
  for (const client of [new Client({ contactPoints: hosts, localDataCenter }), {} as Client]) {
    const query = internalsOf(client).controlConnection?.query
    t.ok(new Connection({ name: 'c', client, owned: false }))
    t.equal(internalsOf(client).controlConnection?.query, query)
  }
})
