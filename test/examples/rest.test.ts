import t from 'tap'
import { build } from '../../examples/rest/app.js'
import { db } from '../../examples/rest/models.js'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'

interface Answer { status: number, body: Record<string, unknown> }

t.test('the REST example over HTTP: create, read, list by page, patch, delete', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const app = await build({ hosts, localDataCenter, keyspace, env: false })
  t.teardown(async () => { await app.close() })
  await db.syncDb()
  const url = await app.listen({ port: 0, host: '127.0.0.1' })

  async function ask (method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(url + path, {
      method, ...body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) as Record<string, unknown> }
  }

  const created = await ask('POST', '/users', { email: 'ada@example.org', tags: ['a', 'b'], logins: '9007199254740993', passwordHash: 'secret' })
  t.equal(created.status, 201)
  t.match(created.body, { email: 'ada@example.org', name: null, tags: ['a', 'b'], logins: '9007199254740993', createdAt: /^\d{4}-.*Z$/ })
  t.notOk('passwordHash' in created.body, 'a hidden column is in no answer')
  const path = `/users/${String(created.body['id'])}`
  t.same((await ask('GET', path)).body, created.body)

  t.match(await ask('PATCH', path, { name: 'Ada', nickname: 'A' }), { status: 200, body: { name: 'Ada' } }, 'Fastify takes away what the schema does not name')
  t.match(await ask('PATCH', path, { name: 'Ada', tags: ['c'] }), { status: 200, body: { name: 'Ada', tags: ['c'], email: 'ada@example.org' } })
  t.match(await ask('PATCH', path, { name: null }), { status: 200, body: { name: null } })

  t.match(await ask('POST', '/users', { name: 'no mail' }), { status: 400 }, 'a required column')
  t.match(await ask('POST', '/users', { email: 'nobody' }), { status: 400, body: { code: 'CQL_VALIDATION' } }, 'the check of a column')
  t.match(await ask('GET', '/users/893d759c-79b5-4973-9cc8-6e088c334748'), { status: 404, body: { code: 'CQL_DOES_NOT_EXIST' } })
  t.match(await ask('GET', '/users/5'), { status: 400 })

  for (let i = 0; i < 6; i++) await ask('POST', '/users', { email: `user${i}@example.org` })
  const seen = new Set<unknown>()
  let next: unknown = ''
  for (let pages = 0; pages < 10 && typeof next === 'string'; pages++) {
    const page: Answer = await ask('GET', `/users?size=3${next === '' ? '' : `&token=${next}`}`)
    t.equal(page.status, 200)
    for (const user of page.body['users'] as { id: string }[]) seen.add(user.id)
    next = page.body['next']
  }
  t.equal(seen.size, 7, 'the pages hold each user once')
  t.match(await ask('GET', '/users?token=forged'), { status: 400, body: { code: 'CQL_PAGE_TOKEN' } })

  t.equal((await ask('DELETE', path)).status, 204)
  t.equal((await ask('GET', path)).status, 404)
})
