// Pages by state and by token.
import t, { type Test } from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { types } from '../../src/cqlengine/driver.js'
import { PageTokenError } from '../../src/cqlengine/errors.js'
import { PageTokens } from '../../src/cqlengine/query/operation/page-token.js'
import { failure, recordingDb, serverDb } from './setup.js'

const db = await serverDb(t)
const c = db.columns
const columns = { book: c.Integer({ primaryKey: true }), number: c.Integer({ primaryKey: true }), text: c.Text() }
class Line extends db.Model.define('line', columns).as<Line>() {}
class Event extends db.Model.define('event', { book: c.Integer({ primaryKey: true }), at: c.TimeUUID({ primaryKey: true }), n: c.Integer() }).as<Event>() {}
await db.syncDb()
await Event.createMany((function * () { for (let n = 0; n < 25; n++) yield { book: 1, at: types.TimeUuid.now(), n } })())
await Line.createMany((function * () { for (const book of [1, 2]) for (let number = 1; number <= 25; number++) yield { book, number, text: 'x' } })())
const query = Line.filter({ book: 1 })

t.test('pages follow each other by state and by token, to the end', async (t) => {
  for (const way of ['state', 'token'] as const) {
    const numbers: number[] = []
    let next: string | null = null
    let pages = 0
    do {
      const page: Awaited<ReturnType<typeof query.page>> = await query.page({ size: [7, 5, 9][pages % 3], [way]: next })
      numbers.push(...page.rows.map((l) => l.number))
      next = way === 'state' ? page.nextState : page.nextToken
      t.equal(page.nextState === null, page.nextToken === null)
      pages++
    } while (next !== null)
    t.same(numbers, Array.from({ length: 25 }, (_, i) => i + 1), `by ${way}, with changing sizes`)
    t.ok(pages >= 4)
  }
})

t.test('a limit counts over all pages', async (t) => {
  const first = await query.limit(8).page({ size: 5 })
  const second = await query.limit(8).page({ size: 5, token: first.nextToken })
  t.same([first.rows.length, second.rows.length], [5, 3])
})

t.test('a token is for one query, its parameters, keyspace and connection', async (t) => {
  const { nextToken: token } = await query.page({ size: 5 })
  t.match(token, /^[A-Za-z0-9_-]+$/)
  const foreign: readonly { page (options: { size: number, token: string | null }): Promise<unknown>, toCQL (): { cql: string } }[] = [
    Line.filter({ book: 2 }), query.filter({ number__gt: 0 }), query.orderBy('-number'), query.limit(8), query.only('number'), Line.objects, query.using({ keyspace: 'other' })
  ]
  for (const other of foreign) await t.rejects(other.page({ size: 5, token }), PageTokenError, other.toCQL().cql)
  t.equal((await query.page({ size: 3, token })).rows[0]?.number, 6)
})

t.test('a token that is none is a PageTokenError, before anything is sent', async (t) => {
  const { nextToken } = await query.page({ size: 5 })
  const token = nextToken ?? ''
  const flip = (at: number): string => token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
  const bad = ['', 'x', 'ü', '../..', token.slice(1), token.slice(0, -1), token.slice(0, -4), `${token}A`, `${token}=`, ` ${token}`, ...Array.from({ length: token.length }, (_, at) => flip(at)), 'A'.repeat(100_000)]
  for (const one of bad) {
    const error = await failure(() => query.page({ size: 5, token: one }))
    t.match(error, { name: 'PageTokenError', code: 'CQL_PAGE_TOKEN', statusCode: 400 })
    t.notOk(one.length > 3 && error.message.includes(one))
  }
  for (const one of [5, [token], { token }, true]) t.type(await failure(() => query.page({ token: one as never })), PageTokenError, JSON.stringify(one))
})

t.test('a state that is none is a PageTokenError too', async (t) => {
  const { nextState } = await query.page({ size: 5 })
  const state = nextState ?? ''
  const bad: unknown[] = ['', 'x', 'zz', 'ab', '00', state.slice(2), state.slice(0, -2), `${state}00`, 'ff'.repeat(40), 5, [state], {}]
  for (const one of bad) t.type(await failure(() => query.page({ size: 5, state: one as never })), PageTokenError, JSON.stringify(one))
})

t.test('a state of which one byte was changed gives a page or a PageTokenError, never a failure of the server', async (t) => {
  for (const changing of [query, Event.filter({ book: 1 })]) {
    const state = (await changing.page({ size: 5 })).nextState ?? ''
    for (let at = 0; at < state.length; at += 2) {
      const changed = state.slice(0, at) + (parseInt(state.slice(at, at + 2), 16) ^ 0x55).toString(16).padStart(2, '0') + state.slice(at + 2)
      const outcome: unknown = await changing.page({ size: 5, state: changed }).catch((error: unknown) => error)
      t.ok(outcome instanceof PageTokenError || !(outcome instanceof Error), `byte ${at / 2} of ${changing.toCQL().cql}: ${String(outcome)}`)
    }
  }
})

t.test('wrong options of page are told', async (t) => {
  const wrong: unknown[] = [{ size: 0 }, { size: 1.5 }, { size: '5' }, { size: -1 }, { state: 'ab', token: 'cd' }, { sise: 5 }]
  for (const options of wrong) t.match(await failure(() => query.page(options as never)), { name: 'QueryError' })
  t.equal((await query.page()).rows.length, 25)
  t.equal((await query.page({ token: null, state: undefined })).rows.length, 25)
})

t.test('secrets rotate: the first encrypts, all decrypt; a token of a lost one is stale', async (t) => {
  const at = async (t: Test, pageTokenSecret: string | string[]): Promise<(token?: string | null) => Promise<string | null>> => {
    const other = await new CQLAlchemy().init({ client: db.client, keyspace: db.keyspace, env: false, pageTokenSecret })
    t.teardown(() => other.close())
    class Same extends other.Model.define('line', columns).as<Same>() {}
    return async (token) => (await Same.filter({ book: 1 }).page({ size: 2, token })).nextToken
  }
  const old = await at(t, 'one')
  const rotated = await at(t, ['two', 'one'])
  const rotatedFurther = await at(t, ['three', 'two'])
  const first = await old()
  const second = await rotated(first)
  t.type(second, 'string')
  await t.rejects(old(second), PageTokenError)
  await t.resolves(rotatedFurther(second))
  await t.rejects(rotatedFurther(first), PageTokenError)
})

t.test('a token is encrypted, never the same twice, and needs no secret within one process', async (t) => {
  const warnings: string[] = []
  const tokens = new PageTokens(undefined, (message) => { warnings.push(message) })
  const [a, b] = [tokens.seal('aabb', 'query'), tokens.seal('aabb', 'query')]
  t.not(a, b)
  t.equal(tokens.open(a, 'query'), 'aabb')
  t.throws(() => tokens.open(a, 'other query'), PageTokenError)
  t.throws(() => new PageTokens(undefined, () => {}).open(a, 'query'), PageTokenError)
  t.match(warnings, [/pageTokenSecret/])
  t.notMatch(Buffer.from(a, 'base64url').toString('hex'), 'aabb')
})

t.test('tokens are bound to values, not to their texts', async (t) => {
  const { db, client } = await recordingDb(t)
  client.execute = (async () => ({ rows: [], pageState: '00000101' })) as never
  class Number extends db.Model.define('number', { id: c.Double({ primaryKey: true }), at: c.DateTime({ primaryKey: true }) }).as<Number>() {}
  const tokenOf = async (id: number, at: number): Promise<string | null> => (await Number.filter({ id, at: new Date(at) }).page()).nextToken
  const open = async (token: string | null, id: number, at: number): Promise<unknown> => await Number.filter({ id, at: new Date(at) }).page({ token })
  const token = await tokenOf(NaN, 1)
  await t.resolves(open(token, NaN, 1))
  for (const [id, at] of [[Infinity, 1], [0, 1], [NaN, 2]] as const) await t.rejects(open(token, id, at), PageTokenError)
  await t.rejects(open(await tokenOf(0, 1), -0, 1), PageTokenError)
})
