import type { Test } from 'tap'
import { randomBytes, randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { Client, type ClientOptions } from '../../src/cqlengine/driver.js'
import fc from '../support/random.js'

type EncodingOptions = NonNullable<ClientOptions['encoding']>

/** Classes of their own, as a client with stand-ins for Map and Set has them. */
class OtherMap extends Map {}
class OtherSet extends Set {}

const encodings: fc.Arbitrary<EncodingOptions> = fc.record({
  map: fc.constantFrom(Map, OtherMap),
  set: fc.constantFrom(Set, OtherSet),
  copyBuffer: fc.boolean(),
  useUndefinedAsUnset: fc.boolean(),
  useBigIntAsLong: fc.boolean(),
  useBigIntAsVarint: fc.boolean()
}, { requiredKeys: [], noNullPrototype: true })

function models (client: Client) {
  const db = new CQLAlchemy()
  const c = db.columns
  class Address extends db.UserType.define('address', { street: c.Text(), lines: c.List(c.Text) }) {}
  class User extends db.Model.define('user', {
    uid: c.UUID({ primaryKey: true, default: randomUUID }),
    day: c.Date({ primaryKey: true, clusteringOrder: 'desc' }),
    tenant: c.Text({ static: true }),
    username: c.Text({ index: true }),
    home: c.UserDefinedType(Address),
    tags: c.Set(c.Text, { index: true }),
    votes: c.Map(c.Text, c.BigInt),
    huge: c.VarInt(),
    photo: c.Blob(),
    pair: c.Tuple(c.Integer, c.Text)
  }, { options: { compaction: { class: 'SizeTieredCompactionStrategy', min_threshold: 5 }, comment: 'users' } }).as<User>() {}
  class Visits extends db.Model.define('visits', { page: c.Text({ primaryKey: true }), count: c.Counter() }).as<Visits>() {}
  return { db, User, Visits, init: async (keyspace: string) => await db.init({ client, keyspace, env: false }) }
}

/**
 * Whatever encoding a user's client has: its first sync makes the tables, in a keyspace that it made or found, the second finds nothing to do, and rows
 * are read as they were written.
 */
export async function syncsInAnyEncoding (t: Test, { hosts, localDataCenter }: { hosts: readonly string[], localDataCenter: string }, runs: number): Promise<void> {
  let count = 0
  await fc.assert(fc.asyncProperty(encodings, fc.boolean(), async (encoding, isMadeBefore) => {
    const keyspace = `t_${randomBytes(6).toString('hex')}`
    const other = new Client({ contactPoints: [...hosts], localDataCenter })
    const client = new Client({ contactPoints: [...hosts], localDataCenter, encoding })
    try {
      if (isMadeBefore) await other.execute(`CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`)
      const { db, User, Visits, init } = models(client)
      await init(keyspace)
      if (!isMadeBefore) await db.createKeyspaceSimple(keyspace, 1)
      const name = inspect({ ...encoding, isMadeBefore })
      const { statements, ...notes } = await db.syncDb()
      t.same([statements.length, notes], [5, { warnings: [], conflicts: [] }], name)
      t.same((await db.syncDb()).statements, [], name)
      const made = await User.create({
        day: '2024-02-29',
        tenant: 'acme',
        username: 'ada',
        home: { street: 'Main', lines: ['x'] },
        tags: ['a', 'b'],
        votes: { x: 2n ** 60n },
        huge: 10n ** 30n,
        photo: Buffer.from('jpg'),
        pair: [1, 'x']
      })
      await Visits.filter({ page: '/' }).update({ count__increment: 2 })
      t.same((await User.get({ username: 'ada' })).toJSON(), made.toJSON())
      t.same((await Visits.get({ page: '/' })).count, 2n)
      await db.close()
      count++
    } finally {
      await other.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`)
      await Promise.all([client.shutdown(), other.shutdown()])
    }
  }), { numRuns: runs, endOnFailure: true, examples: [[{}, false], [{ map: Map, set: Set, useBigIntAsLong: true, useBigIntAsVarint: true }, false]] })
  t.equal(count, runs, 'encodings')
}
