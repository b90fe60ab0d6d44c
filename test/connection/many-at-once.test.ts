// As many at once as anybody likes, on a real node: nothing is refused, whatever the connections can carry.
import t from 'tap'
import { CQLAlchemy } from '../../src/core.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'

const many = 5000

t.test('thousands of statements at once, over a connection that carries 64', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const db = new CQLAlchemy()
  const c = db.columns
  class User extends db.Model.define('user', { id: c.Integer({ primaryKey: true }), name: c.Text() }).as<User>() {}
  await db.init({ hosts, keyspace, localDataCenter, env: false, setupKwargs: { pooling: { maxRequestsPerConnection: 64 } } })
  t.teardown(async () => { await db.close() })
  await db.syncDb()
  const ids = Array.from({ length: many }, (_, id) => id)

  await Promise.all(ids.map(async (id) => await User.create({ id, name: String(id) })))
  const found = await Promise.all(ids.map(async (id) => await User.get({ id })))
  t.ok(found.every(({ name }, id) => name === String(id)))

  const others = ids.slice(0, 500)
  const outcomes = await Promise.allSettled([
    ...others.map(async (id) => await db.batch((b) => { User.batch(b).create({ id: many + id, name: 'batch' }) })),
    ...others.map(async (id) => await db.execute(`SELECT name FROM ${keyspace}.user WHERE id = ?`, [id])),
    // A text of its own each: all of them are prepared at once.
    ...others.map(async (id) => await db.execute(`SELECT name AS a${id} FROM ${keyspace}.user WHERE id = ?`, [id])),
    ...others.slice(0, 50).map(async () => {
      let count = 0
      for await (const one of User.objects.fetchSize(1000)) if (one.id < many) count++
      if (count !== many) throw new Error(`a stream gave ${count} rows`)
    }),
    User.createMany(others.map((id) => ({ id: 2 * many + id, name: 'many' })), { concurrency: 512 })
  ])
  t.same(outcomes.filter(({ status }) => status === 'rejected'), [])
  t.match(db.status().connections.default, { inFlight: 0, waiting: 0 })
})
