// No identifier and no value from outside becomes CQL text: names are refused or quoted, values are bound.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { ConfigError, ModelDefinitionError, QueryError } from '../../src/cqlengine/errors.js'
import { connectedClient, hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'

const hostile = ['a"b', "a'b", 'a;b', 'a -- b', 'a /* b */', '$$a$$', 'a b', '"; DROP TABLE x; --', '', 'ключ', 'a\nb', 'a.b']
const columnNames = [...hostile.filter((name) => name !== ''), 'select', 'token', 'Key', 'constructor', 'toString', '1st', 'x'.repeat(200)]

t.test('names and values from outside', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const client = await connectedClient(t)
  const db = await new CQLAlchemy().init({ hosts, localDataCenter, keyspace, env: false })
  t.teardown(async () => { await db.close() })
  const c = db.columns

  t.test('MOD-07 a table or keyspace can only be called what Cassandra takes; nothing is sent otherwise', async (t) => {
    for (const name of hostile) {
      t.throws(() => db.Model.define(name, { id: c.Integer({ primaryKey: true }) }), ModelDefinitionError, JSON.stringify(name))
      t.throws(() => db.Model.define('t', { id: c.Integer({ primaryKey: true }) }, { keyspace: name }), ModelDefinitionError)
      await t.rejects(db.createKeyspaceSimple(name, 1), QueryError)
      await t.rejects(new CQLAlchemy().init({ hosts, keyspace: name, env: false }), ConfigError)
    }
    t.throws(() => db.Model.define('t'.repeat(223), { id: c.Integer({ primaryKey: true }) }), ModelDefinitionError)
  })

  t.test('MOD-07 COL-05 columns may be called anything, by attribute and in the database', async (t) => {
    const columns = Object.fromEntries(columnNames.map((name) => [name, c.Text()]))
    class Odd extends db.Model.define('Odd_Names', { id: c.Integer({ primaryKey: true }), plain: c.Text({ dbField: 'p"; DROP TABLE x; --' }), ...columns }).as<Odd>() {}
    await db.syncDb()
    const values = Object.fromEntries(columnNames.map((name) => [name, `${name}' OR 1 = 1; --`]))
    await Odd.create({ id: 1, plain: 'x', ...values })
    const read = await Odd.get({ id: 1 })
    t.match(read.toObject(), { id: 1, plain: 'x', ...values })
    for (const name of columnNames) {
      await Odd.filter({ id: 1 }).update({ [name]: 'new' })
      t.equal((await Odd.objects.filter({ [name]: 'new' }).allowFiltering().first())?.id, 1, JSON.stringify(name))
    }
    t.same((await db.syncDb()).statements, [], 'the sync knows them again')
    const { rows } = await client.execute('SELECT column_name FROM system_schema.columns WHERE keyspace_name = ? AND table_name = ?', [keyspace, 'Odd_Names'], { prepare: true })
    t.same(rows.map((row) => row['column_name'] as string).sort(), ['id', 'p"; DROP TABLE x; --', ...columnNames].sort())
  })

  t.test('setKeyspace and scopes with such names meet no statement of another kind', async (t) => {
    class Plain extends db.Model.define('plain', { id: c.Integer({ primaryKey: true }) }).as<Plain>() {}
    await db.syncDb()
    for (const name of hostile.filter((one) => one !== '')) {
      await t.rejects(Plain.using({ keyspace: name }).all(), /keyspace|exist|name/i, JSON.stringify(name))
    }
    t.same(await Plain.all(), [])
  })
})
