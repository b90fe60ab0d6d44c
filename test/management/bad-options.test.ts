// A misspelt option must not be a call without it: these calls drop, empty and create.
import t from 'tap'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { recorded } from '../model/setup.js'

t.test('MGT-03 MGT-04 MGT-13 MGT-14 unknown options and wrong ones are refused before anything is sent', async (t) => {
  const { db, texts } = await recorded(t)
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }) }).as<Row>() {}
  class Home extends db.UserType.define('home', { street: c.Text() }) {}
  const m = db.management as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>
  const call = async (name: string, ...given: unknown[]): Promise<unknown> => await m[name]?.(...given)

  const unknown = (caller: string, option: string, known: string): { name: string, message: RegExp } => ({ name: 'QueryError', message: new RegExp(`^${caller}: unknown option "${option}"( \\(did you mean \\w+\\?\\))?; known are ${known}$`) })
  await t.rejects(call('truncateTable', Row, { keyspace: 'other' }), unknown('truncateTable', 'keyspace', 'connections, keyspaces'))
  await t.rejects(call('dropTable', Row, { keyspace: 'other' }), unknown('dropTable', 'keyspace', 'connections, keyspaces'))
  await t.rejects(call('dropKeyspace', 'k', { connection: 'other' }), unknown('dropKeyspace', 'connection', 'connections'))
  await t.rejects(call('createKeyspaceSimple', 'k', 1, { durable_writes: false }), unknown('createKeyspaceSimple', 'durable_writes', 'durableWrites, connections'))
  await t.rejects(call('createKeyspaceNetworkTopology', 'k', { dc1: 1 }, { keyspaces: ['k'] }), unknown('createKeyspaceNetworkTopology', 'keyspaces', 'durableWrites, connections'))
  await t.rejects(call('syncDb', { dryrun: true }), unknown('syncDb', 'dryrun', 'models, unknown, connections, keyspaces, waitForIndexes, dryRun'))
  await t.rejects(call('syncTable', Row, { models: [Row] }), unknown('syncTable', 'models', 'connections, keyspaces, waitForIndexes, dryRun'))
  await t.rejects(call('syncType', 'k', Home, { keyspaces: ['k'] }), unknown('syncType', 'keyspaces', 'connections, waitForIndexes, dryRun'))

  for (const wrong of [5, 'k', ['k'], true, null, new Map([['models', []]])]) await t.rejects(call('syncDb', wrong), { name: 'QueryError', message: /^syncDb: the options must be an object/ })
  for (const wrong of ['false', 0, null]) await t.rejects(call('syncDb', { dryRun: wrong }), { name: 'QueryError', message: 'syncDb: dryRun must be true or false' })
  await t.rejects(call('syncDb', { unknown: 'yes' }), { name: 'QueryError', message: 'syncDb: unknown must be true or false' })
  await t.rejects(call('syncTable', Row, { waitForIndexes: 'yes' }), { name: 'QueryError', message: 'syncTable: waitForIndexes must be true or false' })
  for (const wrong of [Row, 'row', 5]) await t.rejects(call('syncDb', { models: wrong }), { name: 'QueryError', message: 'syncDb: models must be an array of models' })
  await t.rejects(call('syncDb', { models: [undefined] }), { name: 'ModelDefinitionError' })
  for (const wrong of [undefined, null, 5, '', 'a b']) await t.rejects(call('syncType', wrong, Home), { name: 'QueryError', message: /^syncType: a keyspace's name must/ })
  t.strictSame(texts(), [])
})

t.test('toJSONSchema, addSchemas and named keyspaces take no unknown options either', async (t) => {
  const { db } = await recorded(t)
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }) }).as<Row>() {}
  t.throws(() => Row.toJSONSchema({ form: 'create' } as never), { name: 'QueryError', message: /unknown option "form" \(did you mean for\?\); known are for, only, dialect, operations, \$id/ })
  const hostile = { toString () { throw new Error('SECRET') } }
  for (const name of [undefined, null, 5, Symbol('x'), hostile, 'nope', 'x'.repeat(100_000)]) {
    t.throws(() => Row.toJSONSchema({ only: ['id', name] } as never), { name: 'QueryError', message: /"only" names .{1,80}, which is no column/ })
  }
  t.throws(() => { db.addSchemas({ addSchema () {} }, { prefx: 'shop' } as never) }, { name: 'QueryError', message: /unknown option "prefx" \(did you mean prefix\?\); known are prefix/ })
  t.throws(() => new db.NamedKeyspace('logs', { keyspace: 'other' } as never), { name: 'QueryError', message: /unknown option "keyspace"; known are connection/ })
  for (const to of [{ connexion: 'a' }, 5, { keyspace: '' }]) t.throws(() => db.table('events', to as never), { name: 'QueryError', message: /^db\.table\("events"\): / })
})
