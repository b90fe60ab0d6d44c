import t from 'tap'
import { Connection } from '../../src/cqlengine/connection/connection.js'
import { isHealthy } from '../../src/cqlengine/connection/health.js'
import { planConnection } from '../../src/cqlengine/connection/plan.js'
import type { RequestOptions } from '../../src/cqlengine/connection/request.js'
import { errors } from '../../src/cqlengine/driver.js'
import { ClosedError, ConfigError, OverloadedError } from '../../src/cqlengine/errors.js'
import { toHttpError } from '../../src/http-error.js'
import { readSettings } from '../../src/settings/read-settings.js'
import { type Call, deferred, failureOf, fakeClient, type FakeClient, rows, settle, thrownBy } from './fake-client.js'

const read: RequestOptions = Object.freeze({ kind: 'raw', prepare: true, isIdempotent: true, label: 'user' })

interface Gate { readonly fake: FakeClient, readonly sent: string[], answer (error?: Error): Promise<void> }

/** A client of one connection that takes `most` requests at once, of which three quarters are used, and answers one when it is told to. */
function gated (most: number): Gate {
  const open: { promise: Promise<void>, resolve: () => void, reject: (error: unknown) => void }[] = []
  const sent: string[] = []
  const fake = fakeClient(async (call: Call) => {
    sent.push(call.cql)
    const turn = deferred()
    open.push(turn)
    await turn.promise
    return rows()
  })
  fake.options = { pooling: { maxRequestsPerConnection: most } }
  return {
    fake,
    sent,
    async answer (error) {
      const turn = open.shift()
      if (error === undefined) turn?.resolve()
      else turn?.reject(error)
      await settle()
    }
  }
}

async function connected ({ fake }: Gate, settings: { maxWaiting?: number, owned?: boolean } = {}): Promise<Connection> {
  const connection = new Connection({ name: 'c', client: fake.client, owned: true, ...settings })
  await connection.connect()
  return connection
}

const outcomes = async (all: Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(all)).map((one) => one.status === 'fulfilled' ? 'ok' : (one.reason as Error).name)

t.test('what the connections cannot carry waits, and is sent in the order in which it came', async (t) => {
  const gate = gated(4)
  const { session } = await connected(gate)
  const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((cql) => cql === 'e' ? session.batch([{ query: cql, params: [] }], read) : session.execute(cql, [], read))
  await settle()
  t.same(gate.sent, ['a', 'b', 'c'])
  t.equal(session.inFlight, 3)
  t.equal(session.waiting, 4)
  await gate.answer()
  t.same(gate.sent, ['a', 'b', 'c', 'd'])
  const late = session.execute('h', [], read)
  await gate.answer()
  t.same(gate.sent, ['a', 'b', 'c', 'd', 'e'], 'who comes later waits behind those who wait')
  for (let left = 6; left > 0; left--) await gate.answer()
  await Promise.all([...all, late])
  t.same(gate.sent, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
  t.equal(session.inFlight + session.waiting, 0)
})

t.test('the time limit counts the waiting: who gives up leaves the queue and is never sent', async (t) => {
  const gate = gated(1)
  const { session } = await connected(gate)
  const first = session.execute('a', [], read)
  const limited = session.execute('b', [], { ...read, timeout: 20 })
  const batch = session.batch([{ query: 'c', params: [] }], { ...read, timeout: 20 })
  const patient = session.execute('d', [], { ...read, timeout: 60_000 })
  t.equal(session.waiting, 3)
  t.type(await failureOf(limited), errors.OperationTimedOutError)
  t.type(await failureOf(batch), errors.OperationTimedOutError)
  t.equal(session.waiting, 1)
  await gate.answer()
  await gate.answer()
  await Promise.all([first, patient])
  t.same(gate.sent, ['a', 'd'])
})

t.test('a request that waits longer than its limit because the process is busy is not sent either', async (t) => {
  const gate = gated(1)
  const { session } = await connected(gate)
  const first = session.execute('a', [], read)
  const limited = session.execute('b', [], { ...read, timeout: 20 })
  limited.catch(() => {})
  await settle()
  const end = performance.now() + 30
  while (performance.now() < end);
  await gate.answer()
  t.type(await failureOf(limited), errors.OperationTimedOutError)
  await first
  t.same(gate.sent, ['a'])
})

t.test('beyond maxWaiting a request is an OverloadedError, and nothing is sent', async (t) => {
  const gate = gated(1)
  const { session } = await connected(gate, { maxWaiting: 2 })
  const told: string[] = []
  const all = ['a', 'b', 'c'].map((cql) => session.execute(cql, [], read))
  const error = await failureOf(session.send('d', ['secret'], read, { received: () => {}, ended: () => { told.push('ended') } }))
  t.type(error, OverloadedError)
  t.match(error, { code: 'CQL_OVERLOADED', statusCode: 503, headers: { 'retry-after': '5' }, message: /Connection "c".* 2 statements .*maxWaiting/ })
  t.same(Object.keys(error).sort(), ['code', 'statusCode'], 'what web frameworks read is not printed')
  t.match(toHttpError(error), { statusCode: 503, code: 'CQL_OVERLOADED', headers: { 'retry-after': '5' } })
  t.same(told, ['ended'], 'whoever takes the answer learns that there will be none')
  t.type(await failureOf(session.batch([{ query: 'd', params: [] }], read)), OverloadedError)
  t.type(await failureOf(session.execute('d', [], { ...read, timeout: 1000 })), OverloadedError)
  for (let left = 3; left > 0; left--) await gate.answer()
  await Promise.all(all)
  t.same(gate.sent, ['a', 'b', 'c'])
})

t.test('those that wait for the first connection are bounded, too', async (t) => {
  const gate = gated(1)
  const opened = deferred()
  gate.fake.onConnect = () => opened.promise
  const connection = new Connection({ name: 'c', client: gate.fake.client, owned: true, maxWaiting: 2 })
  const all = ['a', 'b', 'c'].map((cql) => connection.session.execute(cql, [], read))
  t.type(await failureOf(all[2] as Promise<unknown>), OverloadedError)
  opened.resolve()
  await settle()
  await gate.answer()
  await gate.answer()
  t.same(await outcomes(all), ['ok', 'ok', 'OverloadedError'])
})

t.test('maxWaiting 0, and a client of the user: all is sent at once, and the driver decides', async (t) => {
  for (const settings of [{ maxWaiting: 0 }, { owned: false }]) {
    const gate = gated(1)
    const { session } = await connected(gate, settings)
    const ended = outcomes(['a', 'b', 'c'].map((cql) => session.execute(cql, [], read)))
    t.same(gate.sent, ['a', 'b', 'c'])
    await gate.answer(new errors.NoHostAvailableError({ h: new errors.BusyConnectionError('h', 1, 1) }))
    await gate.answer()
    await gate.answer()
    t.same(await ended, ['NoHostAvailableError', 'ok', 'ok'])
  }
})

t.test('a request that the driver refused because others use its connections comes again', async (t) => {
  const gate = gated(4)
  const connection = await connected(gate)
  const busy = new errors.NoHostAvailableError({ a: new errors.BusyConnectionError('a', 4, 1), b: 'Host considered as DOWN' } as never)
  const asked = connection.session.execute('a', [], { ...read, isIdempotent: false })
  for (let attempt = 1; attempt < 14; attempt++) {
    await gate.answer(busy)
    while (gate.sent.length === attempt) await new Promise((resolve) => { setTimeout(resolve, 5) })
  }
  await gate.answer()
  await asked
  t.equal(gate.sent.length, 14, 'as long as it takes: longer than a statement waits for a connection')
})

t.test('whether the database answers is asked past those that wait', async (t) => {
  const gate = gated(4)
  const connection = await connected(gate)
  const all = ['a', 'b', 'c', 'd', 'e'].map((cql) => connection.session.execute(cql, [], read))
  const healthy = isHealthy(connection, 1000)
  await settle()
  t.match(gate.sent.at(-1), /system\.local/)
  for (let left = 6; left > 0; left--) await gate.answer()
  t.equal(await healthy, true)
  await Promise.all(all)
})

t.test('a cluster that fails: each that waits is tried, and fails by itself', async (t) => {
  const error = new errors.NoHostAvailableError({})
  const fake = fakeClient(() => { throw error })
  fake.options = { pooling: { maxRequestsPerConnection: 4 } }
  const { session } = await connected({ fake, sent: [], answer: async () => {} })
  const failures = await Promise.all(Array.from({ length: 2000 }, () => failureOf(session.execute('a', [], read))))
  t.ok(failures.every((failure) => failure === error))
  t.equal(fake.calls.length, 2000)
})

t.test('a page waits in its turn like any statement, and a stream holds no place between its pages', async (t) => {
  const fake = fakeClient(({ options }) => ({ ...rows({ a: 1 }), pageState: options.pageState === '3' ? null : String(Number(options.pageState ?? 0) + 1) }))
  fake.options = { pooling: { maxRequestsPerConnection: 1 } }
  const { session } = await connected({ fake, sent: [], answer: async () => {} })
  const count = async (): Promise<number> => {
    let pages = 0
    for await (const page of session.pages('a', [], read)) pages += page.rowLength + await session.execute('b', [], read).then(() => 0)
    return pages
  }
  t.same(await Promise.all([count(), count(), count()]), [4, 4, 4])
})

t.test('most of what runs is stuck: more are let in, as many as the driver carries', async (t) => {
  const gate = gated(4096)
  const { session } = await connected(gate)
  const all = Array.from({ length: 4000 }, (_, i) => session.execute(String(i), [], read))
  await settle()
  t.equal(gate.sent.length, 512)
  const end = performance.now() + 10_000
  while (gate.sent.length < 3072 && performance.now() < end) await new Promise((resolve) => { setTimeout(resolve, 50) })
  await new Promise((resolve) => { setTimeout(resolve, 300) })
  t.equal(gate.sent.length, 3072)
  for (let left = 4000; left > 0; left--) await gate.answer()
  t.ok((await outcomes(all)).every((one) => one === 'ok'))
})

t.test('close: those that wait may still be sent, until the time is over; then they are a ClosedError', async (t) => {
  const gate = gated(1)
  const connection = await connected(gate)
  const all = ['a', 'b', 'c'].map((cql) => connection.session.execute(cql, [], read))
  const closing = connection.close({ timeout: 10_000 })
  for (let left = 3; left > 0; left--) await gate.answer()
  t.same(await outcomes(all), ['ok', 'ok', 'ok'])
  await closing

  const stuck = gated(1)
  const other = await connected(stuck)
  const first = other.session.execute('a', [], read)
  const later = ['b', 'c'].map((cql) => other.session.execute(cql, [], cql === 'c' ? { ...read, timeout: 60_000 } : read))
  const closed = other.close({ timeout: 20 })
  t.same(await outcomes(later), ['ClosedError', 'ClosedError'])
  t.type(await failureOf(other.session.execute('d', [], read)), ClosedError)
  await closed
  await stuck.answer()
  await first
  t.same(stuck.sent, ['a'])
})

t.test('maxWaiting is a whole number; a client of the user has none', async (t) => {
  const warn = (): void => {}
  for (const wrong of [-1, 1.5, '5', NaN, Infinity, true, {}]) {
    t.throws(() => planConnection('c', { hosts: 'h', maxWaiting: wrong }, warn), { name: 'ConfigError', message: /maxWaiting must be a whole number/ })
    t.throws(() => readSettings({ hosts: 'h', keyspace: 'k', env: false, maxWaiting: wrong as number }), { name: 'ConfigError', message: /maxWaiting must be/ })
    t.throws(() => readSettings({ hosts: 'h', keyspace: 'k', env: false, connections: { b: { hosts: 'h', maxWaiting: wrong as number } } }), { name: 'ConfigError', message: /b\.maxWaiting/ })
  }
  const { client } = fakeClient()
  t.type(thrownBy(() => planConnection('c', { client, maxWaiting: 5 }, warn)), ConfigError)
  t.type(thrownBy(() => readSettings({ client, keyspace: 'k', env: false, maxWaiting: 5 })), ConfigError)
  t.equal(planConnection('c', { hosts: 'h', maxWaiting: 0 }, warn).maxWaiting, 0)
  const settings = readSettings({ hosts: 'h', keyspace: 'k', env: false, maxWaiting: 7, connections: { b: { hosts: 'h' }, c: { hosts: 'h', maxWaiting: 8 }, d: { client } } })
  t.same([settings.default, ...Object.values(settings.connections)].map((one) => one.maxWaiting), [7, 7, 8, undefined], 'that of the top holds for all that say nothing else')
})
