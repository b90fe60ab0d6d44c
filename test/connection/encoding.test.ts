import t from 'tap'
import { encodingOf, ownEncoding, ownEncodingOptions } from '../../src/cqlengine/connection/encoding.js'
import { Client } from '../../src/cqlengine/driver.js'
import { mockClient } from '../../src/testing/mock-client.js'
import { secondDriver } from '../support/second-driver.js'
import { fakeClient } from './fake-client.js'

const client = (encoding?: object) => new Client({ contactPoints: ['h'], localDataCenter: 'x', ...encoding && { encoding } })

t.test("a user's client is read for what it accepts: the driver takes only the form that it is set to", async (t) => {
  const plain = { bigint: 'long', varint: 'integer', set: 'array', map: 'object', classes: 'own' }
  t.same(encodingOf(client()), plain)
  t.same(encodingOf(client({ useBigIntAsLong: true })), { ...plain, bigint: 'bigint' })
  t.same(encodingOf(client({ useBigIntAsVarint: true })), { ...plain, varint: 'bigint' })
  t.same(encodingOf(client({ set: Set })), { ...plain, set: 'set' })
  t.same(encodingOf(client({ map: Map })), { ...plain, map: 'map' })
  t.same(encodingOf(fakeClient().client), plain, 'a double without options')
})

t.test('our own clients read 64-bit integers as bigint, collections as Set and Map', async (t) => {
  t.same(ownEncoding, { bigint: 'bigint', varint: 'bigint', set: 'set', map: 'map', classes: 'own' })
  t.same(encodingOf(client(ownEncodingOptions)), ownEncoding)
})

t.test('a client of another copy of the driver is told by what it has, a double is not taken for one', async (t) => {
  class Traced extends Client {}
  const options = { contactPoints: ['h'], localDataCenter: 'x', encoding: ownEncodingOptions }
  t.equal(encodingOf(new Traced(options)), ownEncoding)
  t.equal(encodingOf(mockClient()), ownEncoding)
  t.same(encodingOf(new (secondDriver(t)).Client(options)), { ...ownEncoding, classes: 'foreign' })
})
