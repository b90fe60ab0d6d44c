import t from 'tap'
import { DataCenterPolicy } from '../../src/cqlengine/connection/data-center.js'
import { type Client, errors, type Host, type HostMap, types } from '../../src/cqlengine/driver.js'
import { fakeNode } from './fake-node.js'

interface Cluster {
  /** Data center by address. */
  readonly nodes: Record<string, string>
  /** What the user wrote, and what the driver resolved it to. */
  readonly contacts?: Record<string, string[]>
  readonly answering?: string
  readonly wanted?: string
  readonly already?: string
}

/** What the policy does in a client of this cluster. */
async function choose ({ nodes, contacts = {}, answering, wanted, already }: Cluster): Promise<{ chosen: string | undefined, warnings: string[], error: Error | null }> {
  const warnings: string[] = []
  const hosts = Object.entries(nodes).map(([address, datacenter]) => ({ address, datacenter }) as Host)
  const client = {
    options: { localDataCenter: already, contactPoints: Object.keys(contacts) },
    controlConnection: { host: hosts.find(({ address }) => address === answering), getResolvedContactPoints: () => new Map(Object.entries(contacts)) }
  }
  const policy = new DataCenterPolicy({ wanted, warn: (message) => { warnings.push(message) } })
  const error = await new Promise<Error | null>((resolve) => { policy.init(client as unknown as Client, { values: () => hosts } as HostMap, resolve) })
  return { chosen: client.options.localDataCenter, warnings, error }
}

t.test('the one data center that there is', async (t) => {
  t.match(await choose({ nodes: { '1.1.1.1:9042': 'east', '1.1.1.2:9042': 'east' }, contacts: { '9.9.9.9': ['9.9.9.9:9042'] } }), { chosen: 'east', warnings: [], error: null })
})

t.test('the one of the contact points, whatever others the cluster has', async (t) => {
  const nodes = { '1.1.1.1:9042': 'east', '1.1.1.2:9042': 'west', '1.1.1.3:9042': 'west' }
  t.match(await choose({ nodes, contacts: { b: ['1.1.1.2:9042'], c: ['1.1.1.3:9042', '9.9.9.9:9042'], gone: [] } }), { chosen: 'west', warnings: [], error: null })
  t.match(await choose({ nodes: { ...nodes, '::1:9042': 'north' }, contacts: { '::1': ['[::1]:9042'] } }), { chosen: 'north' }, 'the driver writes IPv6 in two ways')
})

t.test("no contact point is a host's address, as behind a proxy: that of the host which answered", async (t) => {
  t.match(await choose({ nodes: { '1.1.1.1:9042': 'east', '1.1.1.2:9042': 'west' }, contacts: { proxy: ['9.9.9.9:9042'] }, answering: '1.1.1.2:9042' }), { chosen: 'west', warnings: [] })
})

t.test("several: a warning, and the first in the user's order that accepts a connection", async (t) => {
  const [east, west] = [await fakeNode('silent'), await fakeNode('silent')]
  t.teardown(() => Promise.all([east.close(), west.close()]))
  const nodes = { [east.host]: 'east', [west.host]: 'west', '127.0.0.1:1': 'dead' }
  const contact = (host: string) => ({ [host]: [host] })
  const inOrder = await choose({ nodes, contacts: { ...contact(west.host), ...contact(east.host) } })
  t.match(inOrder, { chosen: 'west', warnings: [/west, east.*using west.*localDataCenter/], error: null })
  t.match(await choose({ nodes, contacts: { ...contact('127.0.0.1:1'), ...contact(east.host), ...contact(west.host) } }), { chosen: 'east', error: null }, 'a data center that is down is passed over')
  t.match(await choose({ nodes: { '127.0.0.1:1': 'a', '127.0.0.1:2': 'b' }, contacts: { ...contact('127.0.0.1:1'), ...contact('127.0.0.1:2') }, answering: '127.0.0.1:2' }), { chosen: 'b' }, 'none: that of the host which answered')
})

t.test('one that is named must exist; it may also come from a bundle', async (t) => {
  const nodes = { '1.1.1.1:9042': 'east', '1.1.1.2:9042': 'west' }
  t.match(await choose({ nodes, wanted: 'west' }), { chosen: 'west', error: null })
  t.match(await choose({ nodes, already: 'west' }), { chosen: 'west', error: null })
  const { error, chosen } = await choose({ nodes, wanted: 'hunter2' })
  t.type(error, errors.NoHostAvailableError)
  const { innerErrors } = error as InstanceType<typeof errors.NoHostAvailableError>
  t.match(innerErrors, { '1.1.1.1:9042': { constructor: errors.ArgumentError, message: /localDataCenter.*east, west/ } })
  t.match(error?.message, /localDataCenter.*east, west/)
  t.notMatch(error?.message, 'hunter2')
  t.equal(chosen, undefined)
})

t.test('it leaves every host and every request to the other policies', async (t) => {
  const policy = new DataCenterPolicy({ wanted: undefined, warn: () => {} })
  t.equal(policy.getDistance(), types.distance.ignored)
  policy.newQueryPlan('ks', undefined, (error, hosts) => { t.same([error, hosts.next().done], [null, true]) })
  t.equal(policy.getOptions().size, 0)
})
