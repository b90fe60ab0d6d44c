import { once } from 'node:events'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { Client, errors, types } from '../../src/cqlengine/driver.js'
import { switchOff, tricks } from '../../src/cqlengine/model/compile/generate.js'
import { mockClient } from '../../src/testing/mock-client.js'

t.test('it is a client of the driver, with the settings of the plugin', async (t) => {
  const client = mockClient()
  t.ok(client instanceof Client)
  t.match((client as unknown as { options: object }).options, { encoding: { useBigIntAsLong: true, useBigIntAsVarint: true, set: Set, map: Map } })
  t.strictSame(client.getState().getConnectedHosts(), [])
  await client.connect()
  await client.connect()
  const [host] = client.hosts.values()
  t.match(host, { datacenter: 'datacenter1', rack: 'rack1' })
  t.ok(host?.isUp())
  t.equal(client.getState().getOpenConnections(host!), 1)
  t.equal(client.getState().getInFlightQueries(host!), 0)
  await client.shutdown()
  await client.shutdown()
  await t.rejects(client.execute('SELECT 1'), errors.NoHostAvailableError)
})

t.test('replies by text and expression, the last one first; all else is empty', async (t) => {
  const client = mockClient()
    .reply('FROM k.user', [{ id: 1, name: 'ada' }])
    .reply(/^SELECT .* WHERE id = \?$/, ({ params }) => [{ id: params[0] }])
    .reply('FROM broken', () => new errors.ResponseError(0x1200, 'read timeout'))
    .reply('FROM thrown', () => { throw new RangeError('own') })

  const result = await client.execute('SELECT * FROM k.user')
  t.type(result, (types as unknown as { ResultSet: new () => object }).ResultSet)
  t.equal(result.rowLength, 1)
  t.equal(result.first().get('name'), 'ada')
  t.strictSame(result.columns.map(({ name }) => name), ['id', 'name'])
  t.strictSame([...result].map((row) => ({ ...row })), [{ id: 1, name: 'ada' }])
  t.equal(result.pageState, null)
  t.equal((await client.execute('SELECT * FROM k.user WHERE id = ?', [7])).first()['id'], 7)

  await t.rejects(client.execute('SELECT * FROM broken'), errors.ResponseError)
  await t.rejects(client.execute('SELECT * FROM thrown'), RangeError)
  t.strictSame((await client.execute('SELECT * FROM other')).rows, [])
  const written = await client.execute('INSERT INTO other (id) VALUES (1)')
  t.equal(written.rows, undefined)
  t.ok(written.wasApplied())
  t.equal(written.first(), null)
})

t.test('a condition that was not met', async (t) => {
  const client = mockClient().reply(' IF NOT EXISTS', [{ '[applied]': false, id: 1 }])
  t.equal((await client.execute('INSERT INTO t (id) VALUES (1) IF NOT EXISTS')).wasApplied(), false)
})

t.test('calls hold what was executed, a batch statement by statement', async (t) => {
  const client = mockClient().reply('INTO b', [{ '[applied]': true }])
  await client.execute('A', [1], { prepare: true, consistency: types.consistencies.all })
  await client.execute('B', { x: 2, y: 3 })
  const result = await client.batch([{ query: 'INSERT INTO a', params: [4] }, 'INSERT INTO b'], { logged: false })
  t.ok(result.wasApplied())
  t.equal(result.rowLength, 1)
  t.strictSame(client.calls, [
    { cql: 'A', params: [1], options: { prepare: true, consistency: types.consistencies.all } },
    { cql: 'B', params: [2, 3], options: {} },
    { cql: 'INSERT INTO a', params: [4], options: { logged: false } },
    { cql: 'INSERT INTO b', params: [], options: { logged: false } }
  ])
  client.calls.length = 0
  await t.rejects(client.reply('INTO a', () => new Error('no')).batch(['INSERT INTO a', 'INSERT INTO b']), { message: 'no' })
  t.equal(client.calls.length, 2)
})

t.test('callbacks, eachRow and streams as of the driver', async (t) => {
  const client = mockClient().reply('FROM k', [{ n: 1 }, { n: 2 }]).reply('FROM broken', () => new Error('broken'))
  await new Promise<void>((resolve, reject) => client.connect((error) => error ? reject(error) : resolve()))
  const rows = await new Promise<unknown>((resolve, reject) => client.execute('SELECT n FROM k', [], {}, (error, result) => error ? reject(error) : resolve(result?.rows.length)))
  t.equal(rows, 2)
  await t.rejects(new Promise((resolve, reject) => client.execute('SELECT n FROM broken', (error: unknown) => error ? reject(error) : resolve(undefined))), { message: 'broken' })

  const each: unknown[] = []
  await new Promise<void>((resolve) => client.eachRow('SELECT n FROM k', [], {}, (n, row) => each.push([n, row['n']]), () => resolve()))
  t.strictSame(each, [[0, 1], [1, 2]])

  const stream = client.stream('SELECT n FROM k') as unknown as NodeJS.ReadableStream
  const seen: unknown[] = []
  for await (const row of stream) seen.push((row as unknown as { n: number }).n)
  t.strictSame(seen, [1, 2])
  const [error] = await once(client.stream('SELECT n FROM broken'), 'error')
  t.match(error, { message: 'broken' })
  t.equal(client.calls.length, 5)
})

for (const off of [[], tricks]) {
  t.test(`rows with an array for a set and an object for a map are read as a client would that gives these${off.length === 0 ? '' : ', by loops too'}`, async (t) => {
    const switchOn = switchOff(...off)
    t.teardown(switchOn)
    const db = new CQLAlchemy()
    const c = db.columns
    class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), tags: c.Set(c.Text), n: c.Map(c.Text, c.Integer) }).as<Row>() {}
    const client = mockClient().reply('SELECT', [{ id: 1, tags: ['a', 'b'], n: { x: 1 } }])
    await db.init({ client, keyspace: 'k', env: false })
    t.teardown(async () => { await db.close() })
    const row = await Row.get({ id: 1 })
    t.strictSame([row.tags, row.n, row.getChangedColumns()], [new Set(['a', 'b']), new Map([['x', 1]]), []])
    row.tags.add('c')
    row.n.set('y', 2)
    await row.save()
    t.strictSame(client.calls.at(-1)?.params, [['c'], new Map([['y', 2]]), 1])
  })
}

t.test('an answer may be a promise: one of a slow cluster', async (t) => {
  const client = mockClient()
    .reply('FROM slow', async () => await new Promise<unknown[]>((resolve) => { setTimeout(() => { resolve([{ n: 1 }]) }, 20) }))
    .reply('FROM broken', async () => new Error('broken'))
  t.equal((await client.execute('SELECT n FROM slow')).first()['n'], 1)
  await t.rejects(client.execute('SELECT n FROM broken'), { message: 'broken' })
})
