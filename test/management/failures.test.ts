// Whatever ends a sync, its error tells what was sent, and why.
import { randomBytes } from 'node:crypto'
import t from 'tap'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { Connection } from '../../src/cqlengine/connection/connection.js'
import { ownEncodingOptions } from '../../src/cqlengine/connection/encoding.js'
import { Client, errors } from '../../src/cqlengine/driver.js'
import { ClosedError, SchemaError } from '../../src/cqlengine/errors.js'
import { syncTables, type TargetSyncOptions } from '../../src/cqlengine/management/sync.js'
import { toHttpError } from '../../src/http-error.js'
import { proxyTo } from '../connection/proxy.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { recordedConnection, type RecordedConnection, target } from './setup.js'

const keyspace = await uniqueKeyspace(t)
const name = (): string => `T_${randomBytes(6).toString('hex')}`
const id = { id: c.Integer({ primaryKey: true }) }
const failed = async ({ connection }: RecordedConnection, columns = {}, options: TargetSyncOptions = {}): Promise<SchemaError> => {
  const error = await syncTables([target(keyspace, name(), { ...id, ...columns })], () => connection, options).then(() => undefined, (e: unknown) => e)
  if (!(error instanceof SchemaError)) throw new Error('no SchemaError', { cause: error })
  return error
}

t.test('a refusal of the server is a SchemaError with the statements that were sent, each once, and the cause', async (t) => {
  const recorded = await recordedConnection(t, { hosts, localDataCenter })
  const error = await failed(recorded, { v: c.Text({ index: { using: 'com.example.Nope' } }) })
  t.ok(error.cause instanceof errors.ResponseError)
  t.match(error.report.statements, [{ keyspace, cql: /^CREATE TABLE/ }, { keyspace, cql: /^CREATE CUSTOM INDEX/ }])
  t.equal(error.report.statements.length, 2)
  t.match(error.message, /2 statements were sent \(see report\), the last of which the server refused\. The server says: .*com\.example\.Nope/)
})

t.test('a connection that is cut, before or between statements, is one too, and shows a client no address', async (t) => {
  for (const at of ['SELECT', 'CREATE TABLE', 'CREATE INDEX']) {
    const proxy = await proxyTo(hosts[0] as string)
    t.teardown(() => proxy.close())
    const recorded = await recordedConnection(t, { hosts: [proxy.host], localDataCenter })
    const { client } = recorded.connection
    const { execute } = client
    client.execute = (async (cql: string, ...rest: unknown[]) => {
      if (cql.startsWith(at)) await proxy.shut()
      return Reflect.apply(execute, client, [cql, ...rest]) as unknown
    }) as unknown as typeof client.execute
    const error = await failed(recorded, { v: c.Text({ index: true }) })
    t.ok(error.cause instanceof errors.NoHostAvailableError, at)
    t.equal(error.report.statements.length, ['SELECT', 'CREATE TABLE', 'CREATE INDEX'].indexOf(at), at)
    t.notMatch(toHttpError(error).message, /127\.0\.0\.1/)
  }
})

t.test('so is a connection that is closed meanwhile, also in a dry run', async (t) => {
  for (const options of [{}, { dryRun: true }]) {
    const recorded = await recordedConnection(t, { hosts, localDataCenter })
    const { connection } = recorded
    const { execute } = connection.client
    connection.client.execute = ((cql: string, ...rest: unknown[]) => {
      if (cql.includes('system_schema.tables')) connection.close().catch(() => {})
      return Reflect.apply(execute, connection.client, [cql, ...rest]) as unknown
    }) as unknown as typeof connection.client.execute
    const error = await failed(recorded, {}, options)
    t.ok(error.cause instanceof ClosedError)
    t.same(error.report.statements, [])
    t.match(error.message, /failed while reading the schema; nothing was sent/)
  }
})

t.test('what needs a thing that comes late is sent again: a refusal counts when it is repeated', async (t) => {
  const recorded = await recordedConnection(t, { hosts, localDataCenter })
  const { client } = recorded.connection
  const { execute } = client
  let refusals = 0
  client.execute = ((cql: string, ...rest: unknown[]) => cql.startsWith('CREATE INDEX') && refusals++ === 0
    ? Promise.reject(new errors.ResponseError(0x2200, "Table 'x' doesn't exist"))
    : Reflect.apply(execute, client, [cql, ...rest]) as unknown) as unknown as typeof client.execute
  const report = await syncTables([target(keyspace, name(), { ...id, v: c.Text({ index: true }) })], () => recorded.connection)
  t.equal(report.statements.length, 2)
  t.equal(refusals, 2)
})

t.test('where the node of a sync does not answer, the next one does it all, and knows what was done', async (t) => {
  for (const at of ['SELECT', 'CREATE TABLE', 'CREATE INDEX']) {
    const recorded = await recordedConnection(t, { hosts, localDataCenter })
    const { client } = recorded.connection
    const { execute } = client
    let failures = 0
    // There is one node here: what asks for it by name fails, what takes any succeeds, as on the next node of a cluster.
    client.execute = ((cql: string, params: unknown[], options: { host?: unknown }) => {
      const fails = options.host !== undefined && (failures > 0 || cql.startsWith(at)) && /system_schema|^CREATE/.test(cql)
      if (fails) failures++
      return fails ? Promise.reject(new errors.NoHostAvailableError({}, 'down')) : Reflect.apply(execute, client, [cql, params, options]) as unknown
    }) as unknown as typeof client.execute
    const wanted = target(keyspace, name(), { ...id, v: c.Text({ index: true }) })
    const report = await syncTables([wanted], () => recorded.connection)
    t.ok(failures > 0, at)
    t.match(report.statements, [{ cql: /^CREATE TABLE/ }, { cql: /^CREATE INDEX/ }])
    t.equal(report.statements.length, 2)
    t.same((await syncTables([wanted], () => recorded.connection)).statements, [])
  }
})

t.test('all of a sync goes through one node, also where the connection is made by it', async (t) => {
  const client = new Client({ contactPoints: hosts, localDataCenter, encoding: ownEncodingOptions })
  const lazy = new Connection({ name: 'default', client, owned: true })
  t.teardown(async () => { await lazy.close() })
  const { execute } = client
  const asked: [string, unknown][] = []
  client.execute = ((cql: string, params: unknown[], options: { host?: { address: string } }) => {
    asked.push([cql, options.host?.address])
    return Reflect.apply(execute, client, [cql, params, options]) as unknown
  }) as unknown as typeof client.execute
  await syncTables([target(keyspace, name(), { ...id, v: c.Text({ index: true }) })], () => lazy)
  t.ok(asked.length > 10)
  t.same(asked.filter(([, host]) => host === undefined), [])
})
