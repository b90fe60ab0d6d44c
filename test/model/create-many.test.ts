// createMany: how much at once, what it takes from the source, and how it ends when something fails.
import { Readable } from 'node:stream'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { LWTError, ValidationError } from '../../src/cqlengine/errors.js'
import { gate, recorded } from './setup.js'

function make () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), a: c.Text({ maxLength: 5 }) }).as<Row>() {}
  return { db, Row }
}

interface Failure extends Error { written: number, failed: unknown[] }
const failureOf = async (promise: Promise<unknown>): Promise<Failure> => await promise.then(() => { throw new Error('it did not fail') }, (error: unknown) => error as Failure)

t.test('it writes arrays, sets, generators, async generators and streams, with the options of one operation', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  const ids = (): number[] => taken().map((call) => call.params[0] as number)
  t.same(await Row.createMany([{ id: 1 }, { id: 2 }]), { written: 2 })
  t.same(await Row.createMany([]), { written: 0 })
  t.same(ids(), [1, 2])
  await Row.createMany(new Set([{ id: 3 }]))
  await Row.createMany((function * () { yield { id: 4 }; yield { id: 5 } })())
  await Row.createMany((async function * () { yield { id: 6 } })())
  await Row.createMany(Readable.from([{ id: 7 }, { id: 8 }]) as AsyncIterable<{ id: number }>)
  t.same(ids(), [3, 4, 5, 6, 7, 8])
  await Row.createMany([{ id: 1, a: 'x' }], { ttl: 60, consistency: 'ONE', concurrency: 1 })
  t.match(taken(), [{ cql: /USING TTL \?$/, params: [1, 'x', 60], options: { consistency: 1 } }])
})

t.test('never more than `concurrency` at once, and the source is asked no faster', async (t) => {
  const { db, Row } = make()
  const { client } = await recorded(t, db)
  let underWay = 0
  let most = 0
  let given = 0
  const execute = client.execute.bind(client) as (...values: unknown[]) => Promise<never>
  Object.assign(client, {
    execute: async (...values: unknown[]) => {
      most = Math.max(most, ++underWay)
      await new Promise(setImmediate)
      const result = await execute(...values)
      underWay--
      return result
    }
  })
  const rows = function * () {
    for (let id = 0; id < 300; id++) {
      t.ok(given - 7 < id && underWay <= 7)
      given++
      yield { id }
    }
  }
  t.same(await Row.createMany(rows(), { concurrency: 7 }), { written: 300 })
  t.equal(most, 7)
  await Row.createMany(Array.from({ length: 200 }, (_, id) => ({ id })))
  t.equal(most, 64, 'the default')
  t.equal(client.calls.length, 500)
})

t.test('a row that is refused stops the intake, lets the others end, and tells what was written and what was not', async (t) => {
  const { db, Row } = make()
  const { client } = await recorded(t, db)
  const answers = gate()
  let asked = 0
  let closed = false
  const execute = client.execute.bind(client) as (...values: unknown[]) => Promise<never>
  Object.assign(client, { execute: async (...values: unknown[]) => { await answers.promise; return await execute(...values) } })
  const rows = function * () {
    try {
      for (asked = 1; ; asked++) yield { id: asked, a: asked === 4 ? 'too long' : 'ok' }
    } finally {
      closed = true
    }
  }
  const failing = failureOf(Row.createMany(rows(), { concurrency: 10 }))
  await new Promise(setImmediate)
  t.ok(asked >= 4 && asked <= 5, 'nothing more was taken')
  answers.open()
  const error = await failing
  t.ok(error instanceof ValidationError, 'it is the row\'s own error')
  t.equal(error.written + error.failed.length, asked)
  t.same(error.failed[0], { id: 4, a: 'too long' })
  t.ok(closed, 'the source was closed')
  t.notOk(JSON.stringify(error).includes('too long'), 'no log prints the rows')
  t.equal(client.calls.length, error.written)
})

t.test('a write that fails: all that failed are told, what was under way is waited for', async (t) => {
  const { db, Row } = make()
  const { client } = await recorded(t, db)
  client.reply('INSERT', ({ params }) => (params[0] as number) % 10 === 3 ? new Error('down') : [])
  const error = await failureOf(Row.createMany(Array.from({ length: 1000 }, (_, id) => ({ id })), { concurrency: 30 }))
  t.equal(error.message, 'down')
  t.same(error.failed[0], { id: 3 })
  const sent = client.calls.map((call) => call.params[0] as number)
  t.equal(error.written, sent.filter((id) => id % 10 !== 3).length)
  const accounted = (error.failed as { id: number }[]).filter(({ id }) => id % 10 === 3 || !sent.includes(id))
  t.equal(accounted.length, error.failed.length, 'what failed, and at most a row that was taken and not sent any more')
  t.ok(sent.length <= 60)
  client.reply('INSERT', [{ '[applied]': false, id: 1, a: 'theirs' }])
  const refused = await failureOf(Row.createMany([{ id: 1 }], { ifNotExists: true })) as unknown as LWTError & Failure
  t.ok(refused instanceof LWTError)
  t.match([refused.written, refused.failed, refused.existing], [0, [{ id: 1 }], { id: 1, a: 'theirs' }])
})

t.test('errors of the source', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  const cause = new RangeError('the file is broken')
  const error = await failureOf(Row.createMany((async function * () { yield { id: 1 }; yield { id: 2 }; throw cause })()))
  t.equal(error, cause)
  t.match([error.written, error.failed], [2, []])
  const odd = await failureOf(Row.createMany((function * () { throw 'text' })())) // eslint-disable-line no-throw-literal -- the case
  t.match(odd, { name: 'QueryError', cause: 'text', written: 0 })
  const frozen = await failureOf(Row.createMany((function * () { throw Object.freeze(new Error('frozen')) })()))
  t.match(frozen, { name: 'QueryError', cause: { message: 'frozen' }, written: 0 })
  const closing = await failureOf(Row.createMany({
    [Symbol.iterator]: () => ({ next: () => ({ done: false, value: { id: 'x' } as never }), return: () => { throw new Error('closing failed') } })
  }))
  t.match(closing, { name: 'ValidationError' }, 'closing does not hide the first error')
  taken()
})

t.test('a source that does not answer does not hide a failure', async (t) => {
  const { db, Row } = make()
  const { client } = await recorded(t, db)
  client.reply('INSERT', () => new Error('down'))
  const silent = gate<IteratorResult<{ id: number }>>()
  const told = gate()
  let asked = 0
  const rows = {
    [Symbol.asyncIterator]: () => ({
      next: async () => ++asked === 1 ? { done: false as const, value: { id: 1 } } : await silent.promise,
      return: async () => { told.open(); return await silent.promise }
    })
  }
  const error = await failureOf(Row.createMany(rows))
  t.match(error, { message: 'down', written: 0, failed: [{ id: 1 }] })
  t.equal(asked, 2, 'it had been asked for the next row')
  await told.promise
  silent.open({ done: true, value: undefined })
})

t.test('what it does not take', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  for (const rows of [undefined, null, 5, 'text', {}, { length: 1 }]) await t.rejects(Row.createMany(rows as never), { name: 'QueryError', message: /row\.createMany: expected an iterable/ })
  for (const concurrency of [0, -1, 1.5, 513, NaN, '5', null]) await t.rejects(Row.createMany([], { concurrency } as never), { name: 'QueryError', message: /concurrency must be/ })
  await t.rejects(Row.createMany([], { nope: 1 } as never), { name: 'QueryError', message: /unknown option "nope"/ })
  await t.rejects(Row.createMany([], 5 as never), { name: 'QueryError' })
  await t.rejects(Row.createMany([], { batch: new db.BatchQuery() }), { name: 'QueryError', message: /cannot be in a batch/ })
  for (const row of [undefined, null, 5, 'x', []]) await t.rejects(Row.createMany([row] as never), { name: 'ValidationError' })
  t.same(taken(), [])
})
