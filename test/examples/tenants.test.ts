// The example with tenants, over HTTP; where each row is, the server is asked.
import t from 'tap'
import { connectedClient, hosts } from '../support/cassandra.js'
import { run } from './running.js'

t.test('a keyspace for each tenant, chosen by header, created while the service runs', async (t) => {
  const client = await connectedClient(t)
  const names = ['acme', 'globex']
  t.teardown(async () => { for (const name of ['tenants', ...names.map((n) => `tenant_${n}`)]) await client.execute(`DROP KEYSPACE IF EXISTS ${name}`, [], { readTimeout: 30_000 }) })
  const environment = { CASSANDRA_HOSTS: hosts.join(',') }
  const first = await run(t, 'tenants', environment)
  const { ask } = first
  t.notMatch(first.output(), /starting Cassandra/)

  t.match(await ask('GET', '/notes', undefined, { 'x-tenant': 'acme' }), { status: 404, body: { code: 'CQL_DOES_NOT_EXIST' } }, 'nobody of this name yet')
  t.match(await Promise.all(names.map((name) => ask('POST', '/tenants', { name }))), names.map((name) => ({ status: 201, body: { name } })))
  t.match(await ask('POST', '/tenants', { name: 'acme' }), { status: 409, body: { code: 'CQL_LWT' } })
  t.match(await ask('POST', '/tenants', { name: 'x; DROP' }), { status: 400, body: { code: 'CQL_VALIDATION' } })
  t.match(await ask('GET', '/notes'), { status: 400 }, 'the header is demanded')

  const texts = Array.from({ length: 40 }, (_, i) => ({ tenant: names[i % 2] as string, text: `${names[i % 2]} ${i}` }))
  const made = await Promise.all(texts.map(({ tenant, text }) => ask('POST', '/notes', { text }, { 'x-tenant': tenant })))
  t.same(new Set(made.map(({ status }) => status)), new Set([201]))
  for (const name of names) {
    const theirs = texts.filter(({ tenant }) => tenant === name).map(({ text }) => text).sort()
    t.same((await client.execute(`SELECT text FROM tenant_${name}.note`)).rows.map((row) => row['text'] as string).sort(), theirs)
    const { body } = await ask('GET', '/notes', undefined, { 'x-tenant': name })
    t.same((body as { text: string }[]).map(({ text }) => text).sort(), theirs)
  }
  const path = `/notes/${(made[0]?.body as { id: string }).id}`
  t.match(await ask('GET', path, undefined, { 'x-tenant': 'acme' }), { status: 200, body: { text: 'acme 0' } })
  t.match(await ask('GET', path, undefined, { 'x-tenant': 'globex' }), { status: 404 }, "another tenant's is not there")
  t.same((await ask('GET', '/usage')).body, { acme: 20, globex: 20 })
  t.equal(await first.interrupt(), 0)

  await client.execute('ALTER TABLE tenant_acme.note DROP text')
  const second = await run(t, 'tenants', environment)
  t.match(await second.ask('POST', '/notes', { text: 'again' }, { 'x-tenant': 'acme' }), { status: 201 }, 'each start brings the tables of all tenants up to date')
  t.equal(await second.interrupt(), 0)
})
