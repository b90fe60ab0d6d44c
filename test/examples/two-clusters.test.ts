// The example with two clusters, on two that it starts by itself, and on what the environment names.
import t from 'tap'
import { Client } from '../../src/cqlengine/driver.js'
import { connectedClient, hosts } from '../support/cassandra.js'
import { run, type Running } from './running.js'

const lamp = { sku: 'p1', title: 'Lamp', price: '19.90' }
const chair = { sku: 'p2', title: 'Chair', price: '120' }
const day = (): string => new Date().toISOString().slice(0, 10)

interface Line { readonly sku: string, readonly title: string | null, readonly views: number }

/** The reports of all days since `first` in one: the day may change while the test runs. */
async function reportSince (first: string, { ask }: Running, titles: string): Promise<Line[]> {
  const reports = await Promise.all([...new Set([first, day()])].map((one) => ask('GET', `/report/${one}?titles=${titles}`)))
  const lines = reports.flatMap(({ body }) => body as Line[])
  return [lamp, chair].map(({ sku }) => {
    const ofProduct = lines.filter((line) => line.sku === sku)
    return { sku, title: ofProduct[0]?.title ?? null, views: ofProduct.reduce((sum, line) => sum + line.views, 0) }
  })
}

t.test('on two clusters that it starts: each row on its own, a report from both, a copy with using', async (t) => {
  const running = await run(t, 'two-clusters')
  const { ask, output } = running
  const [, ...addresses] = /The catalogue is on (\S+), the events are on (\S+)/.exec(output()) ?? []
  t.equal(addresses.length, 2)
  const [catalogue, events] = addresses.map((host) => {
    const client = new Client({ contactPoints: [host], localDataCenter: 'datacenter1' })
    t.teardown(async () => { await client.shutdown() })
    return client
  }) as [Client, Client]
  const count = async (client: Client, table: string): Promise<number> => (await client.execute(`SELECT * FROM shop.${table}`)).rowLength
  const tables = async (client: Client): Promise<unknown[]> => (await client.execute("SELECT table_name FROM system_schema.tables WHERE keyspace_name = 'shop'")).rows.map((row) => row['table_name'] as unknown)
  t.same([await tables(catalogue), await tables(events)], [['product'], ['product', 'product_view']])

  for (const product of [lamp, chair]) t.same(await ask('POST', '/products', product), { status: 201, body: product })
  const today = day()
  for (const { sku } of [lamp, chair, lamp]) await ask('GET', `/products/${sku}`)
  t.same([await count(catalogue, 'product'), await count(events, 'product'), await count(events, 'product_view')], [2, 0, 3])

  t.same(await reportSince(today, running, 'catalogue'), [{ sku: 'p1', title: 'Lamp', views: 2 }, { sku: 'p2', title: 'Chair', views: 1 }])
  t.match(await reportSince(today, running, 'copy'), [{ title: null, views: 2 }, { title: null, views: 1 }], 'nothing was copied yet')
  t.match(await ask('GET', '/report/2001-01-01'), { status: 200, body: [] })
  t.match(await ask('GET', '/report/never'), { status: 400 })
  t.match(await ask('GET', '/products/p9'), { status: 404, body: { code: 'CQL_DOES_NOT_EXIST' } })

  t.same(await ask('POST', '/nightly-copy'), { status: 200, body: { copied: 2 } })
  t.match((await events.execute('SELECT sku, title FROM shop.product')).rows.map((row) => ({ ...row })).sort((a, b) => String(a['sku']).localeCompare(String(b['sku']))), [{ sku: 'p1', title: 'Lamp' }, { sku: 'p2', title: 'Chair' }])
  t.match(await reportSince(today, running, 'copy'), [{ title: 'Lamp', views: 2 }, { title: 'Chair', views: 1 }])
  t.equal(await running.interrupt(), 0, 'Ctrl-C ends it in order')
  t.match(output(), /Ended\.\s*$/)
})

t.test('on what CASSANDRA_HOSTS and CASSANDRA_CONNECTIONS name; it starts none', async (t) => {
  const client = await connectedClient(t)
  t.teardown(async () => { await client.execute('DROP KEYSPACE IF EXISTS two_clusters_test', [], { readTimeout: 30_000 }) })
  const environment = { CASSANDRA_HOSTS: hosts.join(','), CASSANDRA_CONNECTIONS: JSON.stringify({ events: { hosts } }), CASSANDRA_KEYSPACE: 'two_clusters_test' }
  const running = await run(t, 'two-clusters', environment)
  t.notMatch(running.output(), /starting Cassandra/)
  t.match(await running.ask('POST', '/products', lamp), { status: 201 })
  t.match((await client.execute('SELECT title FROM two_clusters_test.product')).rows, [{ title: 'Lamp' }])
  t.equal(await running.interrupt(), 0)
})

t.test('without CASSANDRA_CONNECTIONS it says what is missing', async (t) => {
  await t.rejects(run(t, 'two-clusters', { CASSANDRA_HOSTS: hosts.join(',') }), { message: /"events" is not registered; known connections: default/ })
})
