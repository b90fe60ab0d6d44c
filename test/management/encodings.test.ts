// The schema is read and written through clients of users, which may have any encoding.
import t from 'tap'
import { hosts, localDataCenter } from '../support/cassandra.js'
import { syncsInAnyEncoding } from './in-any-encoding.js'

t.test('a first sync and a second, whatever encoding the client has', async (t) => {
  await syncsInAnyEncoding(t, { hosts, localDataCenter }, 8)
})
