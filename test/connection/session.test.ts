import { tracingChannel } from 'node:diagnostics_channel'
import t from 'tap'
import type { Observers, RequestEvent } from '../../src/cqlengine/connection/observe.js'
import { Connection } from '../../src/cqlengine/connection/connection.js'
import type { RequestOptions } from '../../src/cqlengine/connection/request.js'
import { errors } from '../../src/cqlengine/driver.js'
import { ClosedError } from '../../src/cqlengine/errors.js'
import { deferred, failureOf, fakeClient, type FakeClient, rows, settle } from './fake-client.js'

const read: RequestOptions = Object.freeze({ kind: 'read', prepare: true, isIdempotent: true, label: 'user' })

async function connected (fake: FakeClient, observers?: Observers): Promise<Connection> {
  const connection = new Connection({ name: 'c', client: fake.client, owned: false, observers })
  await connection.connect()
  return connection
}

t.test('text, parameters and options reach the driver as they are', async (t) => {
  const fake = fakeClient(() => rows({ a: 1 }))
  const { session } = await connected(fake)
  const params = [1]
  t.same((await session.execute('SELECT 1', params, read)).rows, [{ a: 1 }])
  t.equal(fake.calls[0]?.params, params)
  t.equal(fake.calls[0]?.options, read, 'the same object: nothing is copied for each request')
})

t.test('requests are prepared unless they say otherwise', async (t) => {
  const fake = fakeClient()
  const { session } = await connected(fake)
  await session.execute('x', [], { kind: 'raw' })
  await session.execute('x', [], { kind: 'raw', prepare: false })
  await session.batch([{ query: 'INSERT x', params: [] }], { kind: 'write' })
  t.same(fake.calls.map(({ options }) => options.prepare), [true, false, true])
})

t.test("the driver's errors come through untouched", async (t) => {
  const error = new errors.NoHostAvailableError({ 'h:9042': new errors.ResponseError(0x1001, 'Overloaded') })
  const fake = fakeClient(() => { throw error })
  const { session } = await connected(fake)
  t.equal(await failureOf(session.execute('SELECT x', [], read)), error)
  t.equal(await failureOf(session.batch([{ query: 'INSERT x', params: [] }], read)), error)
  t.equal(await failureOf(session.execute('SELECT x', [], { ...read, timeout: 1000 })), error)
  t.equal(fake.calls.length, 3)
})

t.test('CON-14, CON-15: the first requests share one attempt to connect', async (t) => {
  const fake = fakeClient()
  const opened = deferred()
  fake.onConnect = () => opened.promise
  const connection = new Connection({ name: 'c', client: fake.client, owned: false })
  t.equal(connection.state, 'idle')
  const all = Array.from({ length: 10 }, () => connection.session.execute('SELECT x', [], read))
  t.equal(connection.state, 'connecting')
  t.equal(connection.session.inFlight, 10)
  opened.resolve()
  await Promise.all(all)
  t.equal(connection.state, 'ready')
  t.same(fake.events, ['connect'])
  t.equal(fake.calls.length, 10)
  t.equal(connection.session.inFlight, 0)
})

t.test('a request that connects in vain fails with the reason, and the next one tries again', async (t) => {
  const fake = fakeClient()
  const error = new errors.NoHostAvailableError({})
  fake.onConnect = async () => { throw error }
  const connection = new Connection({ name: 'c', client: fake.client, owned: false })
  t.equal(await failureOf(connection.session.execute('SELECT x', [], read)), error)
  t.equal(connection.state, 'failed')
  t.equal(connection.error, error)
  fake.onConnect = async () => {}
  await connection.session.execute('SELECT x', [], read)
  t.equal(connection.state, 'ready')
  t.equal(connection.error, undefined)
})

t.test('after close a request is a ClosedError and nothing is sent', async (t) => {
  const fake = fakeClient()
  const connection = await connected(fake)
  await connection.close()
  t.type(await failureOf(connection.session.execute('SELECT x', [], read)), ClosedError)
  t.type(await failureOf(connection.session.batch([], read)), ClosedError)
  t.type(await failureOf(connection.session.pages('SELECT x', [], read).next()), ClosedError)
  t.equal(fake.calls.length, 0)
})

t.test('timeout: our timer ends the whole request, connecting included, with the error of the driver', async (t) => {
  const fake = fakeClient(() => new Promise(() => {}))
  // Time stands still but for timers: a process that has to wait for its turn sends nothing once 5 ms are over.
  t.intercept(performance, 'now', { value: () => 0 })
  const { session } = await connected(fake)
  const error = await failureOf(session.execute('SELECT secret', ['secret'], { ...read, timeout: 5 }))
  t.type(error, errors.OperationTimedOutError)
  t.match(error.message, /"c".*5 ms/)
  t.notMatch(error.message, 'secret')
  t.type(await failureOf(session.batch([{ query: 'INSERT x', params: [] }], { ...read, timeout: 5 })), errors.OperationTimedOutError)
  t.equal(session.inFlight, 2, 'what was sent is still under way')

  const silent = fakeClient()
  silent.onConnect = () => new Promise(() => {})
  const lazy = new Connection({ name: 'c', client: silent.client, owned: false })
  t.type(await failureOf(lazy.session.execute('SELECT x', [], { ...read, timeout: 5 })), errors.OperationTimedOutError)
})

t.test('timeout: 0 is none; a late failure of what timed out is nobody\'s; one longer than the driver waits lets it wait', async (t) => {
  const answer = deferred()
  const fake = fakeClient(() => answer.promise)
  const { session } = await connected(fake)
  const late = session.execute('SELECT x', [], { ...read, timeout: 1 })
  const patient = session.execute('SELECT x', [], { ...read, timeout: 0 })
  await failureOf(late)
  answer.reject(new Error('late'))
  t.match(await failureOf(patient), { message: 'late' })
  await settle()
  t.equal(session.inFlight, 0)

  const quick = fakeClient()
  const other = await connected(quick)
  for (const [timeout, readTimeout] of [[1000, undefined], [65_000, undefined], [65_000, 3000], [1e12, undefined]] as const) await other.session.execute('SELECT x', [], { ...read, timeout, ...(readTimeout && { readTimeout }) })
  t.same(quick.calls.map(({ options }) => options.readTimeout), [undefined, 65_000, 3000, 1e12])
})

t.test('a TypeError after our own checks means an old type: prepared statements are forgotten once, the request is repeated once', async (t) => {
  for (const error of [new TypeError('Not a valid text value'), new RangeError('out of range')]) {
    const fake = fakeClient(() => {
      if (fake.events.includes('clearPrepared')) return rows()
      throw error
    })
    const { session } = await connected(fake)
    await Promise.all([1, 2, 3].map(() => session.execute('SELECT x', [], { ...read, checked: true })))
    await session.batch([{ query: 'INSERT x', params: [] }], { ...read, checked: true })
    t.equal(fake.events.filter((event) => event === 'clearPrepared').length, 1, 'requests that fail together forget them once')
    t.equal(fake.calls.length, 7)
  }
})

t.test('a statement that no node knows any more was not executed: it is prepared anew, once, and what that says is the outcome', async (t) => {
  const unknown = new errors.ResponseError(0x2500, 'Prepared query with ID 00 not found')
  const everywhere = new errors.NoHostAvailableError({ a: unknown, b: 'Host considered as DOWN' } as never)
  const elsewhere = new errors.NoHostAvailableError({ a: unknown, b: new errors.OperationTimedOutError('silent') })
  const forgotten = new errors.DriverInternalError('Unprepared response invalid, id: 0x00')
  const reason = new errors.ResponseError(0x2200, 'unconfigured table')
  const safe: RequestOptions = { kind: 'raw', prepare: true, isIdempotent: true }
  const counter: RequestOptions = { ...safe, isIdempotent: false }
  for (const [error, options, calls] of [[everywhere, counter, 2], [everywhere, safe, 2], [forgotten, counter, 2], [elsewhere, safe, 2], [elsewhere, counter, 1]] as const) {
    for (const way of ['execute', 'batch', 'pages'] as const) {
      const fake = fakeClient(() => { throw fake.calls.length === 1 ? error : reason })
      const { session } = await connected(fake)
      const sent = way === 'batch' ? session.batch([{ query: 'x', params: [] }], options) : way === 'pages' ? session.pages('x', [], options).next() : session.execute('x', [], options)
      t.equal(await failureOf(sent), calls === 2 ? reason : error)
      t.equal(fake.calls.length, calls)
    }
  }
  const fake = fakeClient(() => {
    if (fake.events.includes('clearPrepared')) return rows()
    throw everywhere
  })
  const { session } = await connected(fake)
  await Promise.all([1, 2, 3].map(() => session.execute('x', [], counter)))
  t.equal(fake.events.filter((event) => event === 'clearPrepared').length, 1, 'requests that fail together forget them once')
})

t.test('a request is repeated only once, only after our checks, and only for such an error', async (t) => {
  const stubborn = fakeClient(() => { throw new TypeError('still wrong') })
  const one = await connected(stubborn)
  t.match(await failureOf(one.session.execute('SELECT x', [], { ...read, checked: true })), { message: 'still wrong' })
  t.match(await failureOf(one.session.batch([{ query: 'INSERT x', params: [] }], { ...read, checked: true })), { message: 'still wrong' })
  t.equal(stubborn.calls.length, 4)
  t.match(await failureOf(one.session.execute('SELECT x', [], read)), { message: 'still wrong' })
  t.equal(stubborn.calls.length, 5)

  const refused = fakeClient(() => { throw new errors.ResponseError(0x1100, 'timeout') })
  const two = await connected(refused)
  await failureOf(two.session.execute('SELECT x', [], { ...read, checked: true }))
  t.equal(refused.calls.length, 1)
})

t.test('while a change of the schema goes through the cluster, reads are asked again for about two seconds; nothing else is', { timeout: 20_000 }, async (t) => {
  const between = new errors.ResponseError(0x1300, 'Server failure during read query')
  /** Heard of by a connection that is closed by then: several may share the client. */
  const changing = async (fake: FakeClient): Promise<FakeClient> => {
    const controlConnection = { handleSchemaChange () {} }
    Object.assign(fake, { controlConnection })
    await new Connection({ name: 'first', client: fake.client, owned: false }).close()
    controlConnection.handleSchemaChange()
    return fake
  }
  const raw: RequestOptions = { kind: 'raw', prepare: true, isIdempotent: true }
  let failures = 2
  const fake = fakeClient(() => {
    if (failures-- > 0) throw between
    return rows({ a: 1 })
  })
  const { session } = await connected(await changing(fake))
  t.same((await session.execute('SELECT x', [], read)).rows, [{ a: 1 }])
  failures = 1
  t.same((await session.execute(' select x', [], raw)).rows, [{ a: 1 }])
  failures = 1
  const page = await session.pages('SELECT x', [], read).next()
  t.same(page.value?.rows, [{ a: 1 }])
  t.equal(fake.calls.length, 7)

  const stuck = fakeClient(() => { throw between })
  const other = (await connected(await changing(stuck))).session
  const often = async (ask: () => Promise<unknown>): Promise<number> => {
    const before = stuck.calls.length
    t.equal(await failureOf(ask()), between)
    return stuck.calls.length - before
  }
  t.equal(await often(() => other.execute('SELECT x', [], read)), 6)
  t.equal(await often(() => other.execute('SELECT x', [], { ...read, isIdempotent: false })), 1)
  t.equal(await often(() => other.execute('INSERT x', [], { ...read, kind: 'write' })), 1, 'sent again, it would have a new time')
  t.equal(await often(() => other.execute('UPDATE x', [], raw)), 1)
  t.equal(await often(() => other.batch([{ query: 'INSERT x', params: [] }], { ...read, kind: 'write' })), 1)
  const before = stuck.calls.length
  t.type(await failureOf(other.execute('SELECT x', [], { ...read, timeout: 100 })), errors.OperationTimedOutError)
  await settle()
  t.equal(stuck.calls.length - before, 2, 'within its time')

  const calm = fakeClient(() => { throw between })
  t.equal(await failureOf((await connected(calm)).session.execute('SELECT x', [], read)), between)
  t.equal(calm.calls.length, 1, 'no change was heard of')
  const known = fakeClient(() => {
    if (known.calls.length === 1) throw Object.assign(new errors.ResponseError(0x1300, 'failure'), { reasons: { '10.0.0.1': 3 } })
    return rows({ a: 1 })
  })
  t.same((await (await connected(known)).session.execute('SELECT x', [], read)).rows, [{ a: 1 }], 'a version of the protocol that tells why')

  const tombstones = Object.assign(new errors.ResponseError(0x1300, 'Server failure during read query'), { reasons: { '10.0.0.1': 1 } })
  const full = await changing(fakeClient(() => { throw tombstones }))
  t.equal(await failureOf((await connected(full)).session.execute('SELECT x', [], read)), tombstones)
  t.equal(full.calls.length, 1)
})

t.test('a request whose time is over before it was sent is not sent', async (t) => {
  const fake = fakeClient()
  const opened = deferred()
  fake.onConnect = () => opened.promise
  const connection = new Connection({ name: 'c', client: fake.client, owned: false })
  const late = connection.session.execute('SELECT 1', [], { ...read, timeout: 5 })
  const patient = connection.session.execute('SELECT 2', [], { ...read, timeout: 60_000 })
  t.type(await failureOf(late), errors.OperationTimedOutError)
  opened.resolve()
  await patient
  await settle()
  t.same(fake.calls.map(({ cql }) => cql), ['SELECT 2'])
  t.equal(connection.session.inFlight, 0)
})

t.test('a caller who was told of a timeout meets no later sending, though timers may fire a little before their time', async (t) => {
  const fake = fakeClient()
  const opened = deferred()
  fake.onConnect = () => opened.promise
  t.intercept(performance, 'now', { value: () => 0 })
  const connection = new Connection({ name: 'c', client: fake.client, owned: false })
  t.type(await failureOf(connection.session.execute('SELECT 1', [], { ...read, timeout: 5 })), errors.OperationTimedOutError)
  opened.resolve()
  await settle()
  t.equal(fake.calls.length, 0)
})

t.test('statements that the server refuses to prepare do not fill the cache of the driver for ever', async (t) => {
  let code = 0x2000
  const fake = fakeClient(() => { throw new errors.ResponseError(code, 'no') })
  const { session } = await connected(fake)
  const send = async (count: number) => { for (let i = 0; i < count; i++) await failureOf(i % 2 === 0 ? session.execute(`SELECT ${i}`, [], read) : session.batch([{ query: 'INSERT x', params: [] }], read)) }
  const cleared = () => fake.events.filter((event) => event === 'clearPrepared').length
  await send(999)
  t.equal(cleared(), 0)
  await send(1)
  t.equal(cleared(), 1)
  await send(1000)
  t.equal(cleared(), 2)
  code = 0x1100
  await send(1500)
  t.equal(cleared(), 2, 'other errors say nothing about the text')
})

t.test('preparing on a host without a free connection: another one is asked, for about a second', async (t) => {
  for (const error of [new Error('No connection available'), new errors.BusyConnectionError('h:9042', 1, 1)]) {
    let failures = 2
    const fake = fakeClient(() => {
      if (failures-- > 0) throw error
      return rows()
    })
    const { session } = await connected(fake)
    await session.execute('INSERT x', [], { kind: 'write', prepare: true })
    failures = 2
    await session.batch([{ query: 'INSERT x', params: [] }], { kind: 'write', prepare: true })
    t.equal(fake.calls.length, 6)
    failures = Infinity
    t.equal(await failureOf(session.execute('SELECT x', [], read)), error)
    t.equal(fake.calls.length, 6 + 11, 'and no more')
  }
})

t.test('forgetPrepared clears what the driver has prepared', async (t) => {
  const fake = fakeClient()
  const { session } = await connected(fake)
  session.forgetPrepared()
  t.same(fake.events, ['connect', 'clearPrepared'])
})

const page = (rowLength: number, pageState: string | null) => ({ rows: [], rowLength, pageState })

t.test('pages: the next one is asked for while the present one is worked on', async (t) => {
  const answers = [page(1, 'aa'), page(2, 'bb'), page(0, null)]
  const fake = fakeClient(() => answers.shift())
  const { session } = await connected(fake)
  const seen: [number, number][] = []
  for await (const { rowLength } of session.pages('SELECT x', [7], { ...read, fetchSize: 2 })) seen.push([rowLength, fake.calls.length])
  t.same(seen, [[1, 2], [2, 3], [0, 3]])
  t.same(fake.calls.map(({ options }) => options.pageState), [undefined, 'aa', 'bb'])
  t.ok(fake.calls.every(({ options, params }) => options.fetchSize === 2 && options.prepare === true && (params as number[])[0] === 7))
})

t.test('pages: nothing is sent before the first is wanted, and who ends early asks for no more', async (t) => {
  const fake = fakeClient(() => page(1, 'aa'))
  const { session } = await connected(fake)
  const unused = session.pages('SELECT x', [], read)
  await unused.return()
  t.equal(fake.calls.length, 0)
  for await (const _ of session.pages('SELECT x', [], read)) break
  await settle()
  t.equal(fake.calls.length, 2)
  t.equal(session.inFlight, 0)
})

t.test('pages: an error comes after the pages before it; nobody hears of it who has left', async (t) => {
  const rejections: unknown[] = []
  const note = (error: unknown) => { rejections.push(error) }
  process.on('unhandledRejection', note)
  t.teardown(() => process.off('unhandledRejection', note))
  const fake = fakeClient(({ options }) => {
    if (options.pageState === undefined) return page(1, 'aa')
    throw new errors.ResponseError(0x1200, 'read timeout')
  })
  const { session } = await connected(fake)
  const pages = session.pages('SELECT x', [], read)
  t.equal((await pages.next()).value?.rowLength, 1)
  await settle()
  t.match(await failureOf(pages.next()), { message: 'read timeout' })
  t.same(await pages.next(), { value: undefined, done: true })
  for await (const _ of session.pages('SELECT x', [], read)) break
  await settle()
  t.same(rejections, [])
})

t.test('batch: all statements in one request', async (t) => {
  const fake = fakeClient()
  const { session } = await connected(fake)
  const queries = [{ query: 'INSERT 1', params: [1] }, { query: 'UPDATE 2', params: [2] }]
  await session.batch(queries, { kind: 'write', prepare: true, logged: false, timestamp: 5 })
  t.match(fake.calls, [{ kind: 'batch', params: queries, options: { logged: false, timestamp: 5 } }])
  t.equal(fake.calls.length, 1)
})

t.test('CON-22: observers hear of each request: what, where, how long, how it ended; never a value', async (t) => {
  const events: RequestEvent[] = []
  const fake = fakeClient(({ cql }) => {
    if (cql === 'SELECT bad') throw new Error('no')
    return rows({ password: 'hunter2' })
  })
  const connection = new Connection({ name: 'c', client: fake.client, owned: false, observers: { observe: (event) => { events.push(event) } } })
  await connection.session.execute('SELECT good', ['hunter2'], { ...read, keyspace: 'ks' })
  await failureOf(connection.session.execute('SELECT bad', ['hunter2'], read))
  await connection.session.batch([{ query: 'INSERT x', params: ['hunter2'] }], { kind: 'write', prepare: true })
  t.match(events, [
    { connection: 'c', keyspace: 'ks', cql: 'SELECT good', kind: 'read', label: 'user', ms: Number, outcome: 'ok' },
    { cql: 'SELECT bad', outcome: 'INTERNAL_SERVER_ERROR', error: { message: 'no' } },
    { cql: /BATCH.*1/, kind: 'write', outcome: 'ok' }
  ])
  t.notOk('error' in (events[0] ?? {}))
  t.notMatch(JSON.stringify(events), 'hunter2')
})

t.test('slowQuery: only requests that took as long; what an observer throws becomes a warning, not an error of the request', async (t) => {
  const heard: string[] = []
  let now = 0
  t.intercept(performance, 'now', { value: () => now })
  const fake = fakeClient(({ cql }) => {
    now += cql === 'SELECT slow' ? 300 : 299
    return rows()
  })
  const { session } = await connected(fake, { slowQuery: 300, observe: ({ cql }) => { heard.push(cql) } })
  await session.execute('SELECT quick', [], read)
  await session.execute('SELECT slow', [], read)
  t.same(heard, ['SELECT slow'])

  const warning = new Promise((resolve) => { process.once('warning', resolve) })
  const rude = await connected(fakeClient(), { observe: () => { throw new Error('log is full') } })
  await rude.session.execute('SELECT x', [], read)
  t.match(await warning, { message: 'log is full' })
})

t.test('diagnostics channel: start, end and error of each request; no rows, no parameters; nothing without subscribers', async (t) => {
  const fake = fakeClient(({ cql }) => {
    if (cql === 'SELECT bad') throw new Error('no')
    return rows({ password: 'hunter2' })
  })
  const { session } = await connected(fake)
  const channel = tracingChannel('fastify-cqlalchemy:query')
  const heard: [string, Record<string, unknown>][] = []
  const subscriber = (name: string) => (message: unknown) => { heard.push([name, { ...message as object }]) }
  const subscribers = { start: subscriber('start'), end: subscriber('end'), asyncStart: subscriber('asyncStart'), asyncEnd: subscriber('asyncEnd'), error: subscriber('error') }
  await session.execute('SELECT before', [], read)
  channel.subscribe(subscribers)
  await session.execute('SELECT good', ['hunter2'], read)
  await failureOf(session.execute('SELECT bad', ['hunter2'], read))
  channel.unsubscribe(subscribers)
  await session.execute('SELECT after', [], read)
  t.same(heard.map(([name, { cql }]) => `${name} ${String(cql)}`), [
    'start SELECT good', 'end SELECT good', 'asyncStart SELECT good', 'asyncEnd SELECT good',
    'start SELECT bad', 'end SELECT bad', 'error SELECT bad', 'asyncStart SELECT bad', 'asyncEnd SELECT bad'
  ])
  t.match(heard[0]?.[1], { connection: 'c', kind: 'read', label: 'user' })
  t.match(heard.find(([name]) => name === 'error')?.[1], { error: { message: 'no' } })
  t.notOk(heard.some(([name, message]) => (name === 'start' || name === 'end') && ('ms' in message || 'outcome' in message)), 'nothing of the end before it')
  t.match(heard[3]?.[1], { ms: Number, outcome: 'ok' })
  t.match(heard[8]?.[1], { ms: Number, outcome: 'INTERNAL_SERVER_ERROR', error: { message: 'no' } })
  t.notMatch(JSON.stringify(heard), 'hunter2')
})

t.test('whenIdle waits for what is under way, and for nothing else', async (t) => {
  const answer = deferred()
  const fake = fakeClient(() => answer.promise)
  const { session } = await connected(fake)
  await session.whenIdle()
  const all = [session.execute('SELECT x', [], read), session.execute('SELECT x', [], read)]
  let idle = false
  const waiting = session.whenIdle().then(() => { idle = true })
  await settle()
  t.equal(idle, false)
  answer.resolve()
  await Promise.all([...all, waiting])
  t.equal(idle, true)
})
