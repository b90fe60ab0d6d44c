import t from 'tap'
import { BatchError, ConnectionRegistryError } from '../../src/cqlengine/errors.js'
import { type Defaults, route, type Route, type RouteSources } from '../../src/cqlengine/connection/route.js'

const defaults = (given: Partial<Defaults> = {}): Defaults => ({ connection: 'default', names: ['default', 'cluster', 'cluster2'], keyspace: 'db', keyspaceOf: () => undefined, ...given })
const at = (sources: RouteSources, given?: Partial<Defaults>) => route(sources, defaults(given))

/** Every way in which there can be defaults. */
const ways: Partial<Defaults>[] = [{}, { keyspaceOf: (name) => `own-${name}` }, { keyspace: undefined }]

/** Every way in which a source can have a say. */
const wishes = (name: string): (Route | undefined)[] => [undefined, {}, { connection: `${name}-c` }, { keyspace: `${name}-k` }, { connection: `${name}-c`, keyspace: `${name}-k` }]

t.test('the first source that has a say decides, over every combination of the sources', async (t) => {
  let count = 0
  for (const using of wishes('using')) {
    for (const batch of [undefined, 'batch-c']) {
      for (const context of wishes('context')) {
        for (const origin of wishes('origin')) {
          for (const model of wishes('model')) {
            for (const scope of wishes('scope')) {
              const sources = { using, batch, context, origin, model, scope }
              for (const given of ways) {
                if (using?.connection !== undefined && batch !== undefined) continue
                count++
                const connections = [['using', using?.connection], ['batch', batch], ['context', context?.connection], ['origin', origin?.connection], ['model', model?.connection], ['scope', scope?.connection], ['default', 'default']]
                const [connectionBy, connection] = connections.find(([, name]) => name !== undefined) ?? []
                const own = given.keyspaceOf?.(connection ?? '')
                const keyspaces = [['using', using?.keyspace], ['context', context?.keyspace], ['origin', origin?.keyspace], ['model', model?.keyspace], ['scope', scope?.keyspace], ['connection', own], ['db', 'keyspace' in given ? undefined : 'db']]
                const [keyspaceBy, keyspace] = keyspaces.find(([, name]) => name !== undefined) ?? ['none', undefined]
                const decision = at(sources, given)
                if (decision.connection === connection && decision.keyspace === keyspace && decision.decidedBy.connection === connectionBy && decision.decidedBy.keyspace === keyspaceBy) continue
                t.same(decision, { connection, keyspace, decidedBy: { connection: connectionBy, keyspace: keyspaceBy } }, JSON.stringify(sources))
              }
            }
          }
        }
      }
    }
  }
  t.equal(count, (5 * 2 - 2) * 5 ** 4 * 3)
})

const cluster = { connection: 'cluster' }
const cluster2 = { connection: 'cluster2' }

t.test('R01 the connection of the model', async (t) => {
  t.match(at({ model: cluster }), { connection: 'cluster', decidedBy: { connection: 'model' } })
})

t.test('R02 using wins over everything', async (t) => {
  t.equal(at({ using: cluster2, model: cluster, context: cluster, origin: cluster, scope: cluster }).connection, 'cluster2')
})

t.test('R03 the context wins over the model, using wins over the context', async (t) => {
  t.equal(at({ context: cluster2, model: cluster }).connection, 'cluster2')
  t.equal(at({ using: { connection: 'default' }, context: cluster2, model: cluster }).connection, 'default')
  t.equal(at({ model: cluster }).connection, 'cluster')
})

t.test('R04 R06 an instance goes back to where it came from', async (t) => {
  t.same(at({ origin: { connection: 'cluster2', keyspace: 'k' }, model: { connection: 'cluster', keyspace: 'm' }, scope: { keyspace: 's' } }),
    { connection: 'cluster2', keyspace: 'k', decidedBy: { connection: 'origin', keyspace: 'origin' } })
})

t.test('R09 the connection of an explicit batch wins over the model, the origin and the context', async (t) => {
  t.equal(at({ batch: 'cluster2', model: cluster, origin: cluster, context: cluster }).connection, 'cluster2')
})

t.test('R12 using a connection in a batch is an error, whether or not the batch names one', async (t) => {
  t.throws(() => at({ using: cluster, batch: 'cluster2' }), { constructor: BatchError, message: /"cluster".*"cluster2"/ })
  t.throws(() => at({ using: cluster, batch: 'cluster' }), BatchError)
  t.throws(() => at({ using: cluster, batched: true }), { constructor: BatchError, message: /"cluster"/ })
  t.equal(at({ using: { keyspace: 'k' }, batch: 'cluster2', batched: true }).keyspace, 'k', 'a keyspace may be chosen')
})

t.test('R15 without a default, a model with a connection of its own is served', async (t) => {
  t.equal(at({ model: cluster }, { connection: undefined }).connection, 'cluster')
  t.equal(at({ scope: cluster }, { connection: undefined }).connection, 'cluster')
})

t.test('B30: no default and none named is an error that lists the known ones', async (t) => {
  t.throws(() => at({ model: { keyspace: 'k' } }, { connection: undefined }), { constructor: ConnectionRegistryError, message: /default.*default, cluster, cluster2/s })
  t.throws(() => at({}, { connection: undefined, names: [] }), { message: /known connections: none/ })
  t.throws(() => at({}, { connection: undefined, names: undefined }), { message: /known connections: none/ })
})

t.test("B42: a keyspace of the connection's own comes before that of the db, and belongs to the connection that was chosen", async (t) => {
  const keyspaceOf = (name: string) => name === 'cluster2' ? 'two' : undefined
  t.match(at({ model: cluster2 }, { keyspaceOf }), { keyspace: 'two', decidedBy: { keyspace: 'connection' } })
  t.match(at({ model: cluster }, { keyspaceOf }), { keyspace: 'db', decidedBy: { keyspace: 'db' } })
  t.match(at({ using: cluster2, model: { keyspace: 'm' } }, { keyspaceOf }), { keyspace: 'm', decidedBy: { keyspace: 'model' } })
})

t.test('a missing keyspace is told, not judged', async (t) => {
  t.match(at({}, { keyspace: undefined }), { keyspace: undefined, decidedBy: { connection: 'default', keyspace: 'none' } })
})

t.test('reasons cannot be changed by whoever reads them', async (t) => {
  t.ok(Object.isFrozen(at({}).decidedBy))
})
