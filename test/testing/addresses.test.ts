import t from 'tap'
import { reserve } from '../../src/testing/addresses.js'
import { contactPoints, environment } from '../../src/testing/client-settings.js'
import type { Endpoints } from '../../src/testing/guardian-protocol.js'

const taken = { taken: 'somewhere', code: 'EADDRINUSE' }

t.test('nodes of one cluster follow each other, away from the usual addresses', async (t) => {
  for (let i = 0; i < 100; i++) {
    const { addresses } = await reserve({ count: 3, strict: false }, async () => undefined) as Endpoints
    const numbers = addresses.map((address) => address.split('.').map(Number))
    t.equal(numbers.length, 3)
    t.ok(numbers.every(([a, b, , d]) => a === 127 && b! >= 64 && b! < 128 && d! > 0 && d! < 255))
    t.strictSame(numbers.map((parts) => parts[3]! - numbers[0]![3]!), [0, 1, 2])
  }
})

t.test('wanted ones first, and only those when there is no choice', async (t) => {
  const wanted = { addresses: ['127.0.10.41'], cqlPort: 9042, storagePort: 7000 }
  t.equal(await reserve({ count: 1, wanted, strict: true }, async () => undefined), wanted)
  t.equal(await reserve({ count: 1, wanted, strict: true }, async () => taken), taken)
  const other = await reserve({ count: 1, wanted, strict: false }, async (endpoints) => endpoints === wanted ? taken : undefined)
  t.match(other, { addresses: [/^127\./], cqlPort: 9042 })
})

t.test('a port taken on all addresses: other ports, and clients are told', async (t) => {
  const endpoints = await reserve({ count: 1, strict: false }, async ({ cqlPort }) => cqlPort === 9042 ? taken : undefined) as Endpoints
  t.match(endpoints, { cqlPort: 9142, storagePort: 7100 })
  t.strictSame(contactPoints(endpoints), [`${endpoints.addresses[0]}:9142`])
  t.equal(environment(endpoints, false)['CASSANDRA_SETUP_KWARGS'], '{"protocolOptions":{"port":9142}}')
  t.equal(await reserve({ count: 1, strict: false }, async () => taken), taken)
})

t.test('addresses that this system does not have are not drawn again and again', async (t) => {
  let draws = 0
  const result = await reserve({ count: 1, strict: false }, async () => {
    draws++
    return { taken: 'somewhere', code: 'EADDRNOTAVAIL' }
  })
  t.match(result, { code: 'EADDRNOTAVAIL' })
  t.equal(draws, 1)
})
