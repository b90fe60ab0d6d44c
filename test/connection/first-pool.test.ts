import t from 'tap'
import { firstPool } from '../../src/cqlengine/connection/driver-internals/first-pool.js'
import { type Client, types } from '../../src/cqlengine/driver.js'
import { deferred, fakeClient, settle } from './fake-client.js'

interface FakeHost { readonly distance: types.distance, readonly open: number, readonly warmupPool?: () => Promise<void> }

const clientOf = (...hosts: FakeHost[]): Client => ({
  profileManager: { getDistance: (host: FakeHost) => host.distance },
  hosts: { values: () => hosts },
  getState: () => ({ getOpenConnections: (host: FakeHost) => host.open })
}) as unknown as Client

const { local, ignored } = types.distance
const never = () => new Promise<void>(() => {})

t.test('one host with a connection is enough, and nothing is opened for it', async (t) => {
  await firstPool(clientOf({ distance: local, open: 0, warmupPool: never }, { distance: local, open: 1, warmupPool: never }))
  t.pass('it did not wait')
})

t.test('a connection to a host that no request goes to is none: the first host that opens its pool ends the wait', async (t) => {
  const opened = deferred()
  let done = false
  const waiting = firstPool(clientOf({ distance: ignored, open: 1 }, { distance: local, open: 0, warmupPool: never }, { distance: local, open: 0, warmupPool: () => opened.promise })).then(() => { done = true })
  await settle()
  t.equal(done, false)
  opened.resolve()
  await waiting
})

t.test('when none can be had, requests will tell why', async (t) => {
  await firstPool(clientOf({ distance: local, open: 0, warmupPool: async () => { throw new Error('refused') } }))
  await firstPool(clientOf())
  await firstPool(fakeClient().client)
  t.pass('it does not fail')
})
