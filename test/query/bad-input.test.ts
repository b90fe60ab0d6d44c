// What a request could bring: names and values from a query string or a body must end in an error of ours, or do no harm.
import t from 'tap'
import { CQLEngineError } from '../../src/cqlengine/errors.js'
import fc from '../support/random.js'
import { failure, recordingDb, serverDb } from './setup.js'

const server = await serverDb(t)
const { db, client } = await recordingDb(t)
const define = (on: typeof db) => {
  const c = on.columns
  return on.Model.define('item', {
    id: c.Text({ primaryKey: true }), part: c.Integer({ primaryKey: true }), name: c.Text({ index: true }), count: c.Integer(), tags: c.Set(c.Text), data: c.Blob(), marks: c.Map(c.Text, c.Integer), at: c.DateTime(), uid: c.UUID()
  })
}
class Item extends define(db).as<Item>() {}
class Real extends define(server).as<Real>() {}
await server.syncDb({ waitForIndexes: true })
t.beforeEach(() => { client.calls.length = 0 })

/** What parsers of query strings and bodies make. */
const brought: unknown[] = [
  { $gt: '' }, { $ne: null }, { $where: 'sleep(1000)' }, ['a', 'b'], [], {}, { length: 5 }, { toString: 'x' }, { valueOf: 1 }, [['a']], { id: 'a' }, true, false, NaN, Infinity, -0, 1e21, '', ' ', '\u0000', '\ud800', 'null', "' OR 1=1", '"; DROP TABLE item; --', '__proto__', 'constructor',
  Symbol('x'), () => 'x', new Date(NaN), new Map([['a', 1]]), new Set(['a']), Buffer.from('x'), 10n, 2n ** 70n, JSON.parse('{"__proto__": {"x": 1}}'), Object.create(null), new Proxy({}, { get () { throw new Error('trap') }, ownKeys () { throw new Error('trap') } })
]

t.test('values of every kind in every column: an error of ours with no value in it, or a statement with bound values only', async (t) => {
  for (const column of ['id', 'part', 'name', 'count', 'tags', 'data', 'marks', 'at', 'uid']) {
    for (const value of brought) {
      const acts: (() => Promise<unknown>)[] = [
        () => Item.filter({ [column]: value }).allowFiltering().all(), () => Item.filter({ [`${column}__in`]: value }).allowFiltering().all(), () => Item.filter({ [`${column}__in`]: [value] }).allowFiltering().all(), () => Item.filter({ id: 'a', part: 1 }).update({ [column]: value }),
        () => Item.filter({ id: 'a', part: 1 }).iff({ [column]: value }).update({ count: 1 })
      ]
      for (const act of acts) {
        client.calls.length = 0
        const outcome: unknown = await Promise.resolve().then(act).then(() => undefined, (error: unknown) => error)
        if (outcome !== undefined) {
          if (!(outcome instanceof CQLEngineError)) throw outcome
          if (typeof value === 'string' && value.length > 8 && outcome.message.includes(value)) t.fail(`${column}: ${outcome.message}`)
          if (client.calls.length > 0) t.fail('an error after sending')
        } else if (client.calls.some(({ cql }) => !/^(SELECT|UPDATE)[\w\s"?,.()=]+( IN \?)?( IF "\w+" = \?)?( ALLOW FILTERING)?$/.test(cql))) t.fail(client.calls[0]?.cql ?? '')
      }
    }
  }
  t.pass('all of them')
})

t.test('names of every kind: unknown ones are errors, none becomes text of a statement', async (t) => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'id__', '__id', 'id__eq__eq', 'id__$gt', 'id__GT', 'ID', 'id"', 'id = 1 OR id', 'pk', 'pk__token', 'token', '*', '', '~columns', 'x'.repeat(100_000)]
  for (const name of names) {
    const where = JSON.parse(`{${JSON.stringify(name)}: "a"}`) as Record<string, unknown>
    for (const act of [
      () => Item.filter(where as never).all(), () => Item.filter({ id: 'a' }).iff(where as never), () => Item.filter({ id: 'a', part: 1 }).update(where as never), () => Item.objects.create(where as never), () => Item.filter({ id: 'a' }).orderBy(name as never), () => Item.objects.only(name as never),
      () => Item.objects.valuesList(name as never), () => Item.objects.groupBy(name as never), () => Item.objects.distinct(name as never), () => Item.get(where as never)
    ]) {
      const error = await failure(act)
      t.type(error, CQLEngineError, `${name.slice(0, 20)} ${String(act).slice(6, 40)}`)
    }
    t.ok((await failure(() => Item.filter(where as never))).message.length < 1_000)
  }
  t.equal(client.calls.length, 0)
  t.equal(({} as Record<string, unknown>)['x'], undefined)
})

t.test('an object without prototype and one with getters are read once, a getter that throws is told', async (t) => {
  let reads = 0
  const where = Object.defineProperty(Object.create(null) as object, 'id', { enumerable: true, get: () => { reads++; return 'a' } })
  await Item.filter(where).all()
  t.equal(reads, 1)
  const trap = { get id (): string { throw new Error('mine') } }
  t.match(await failure(() => Item.filter(trap)), { name: 'ValidationError', column: 'id', rule: 'unreadable' })
  t.same((await failure(() => Item.filter(Object.create({ id: 'inherited' }) as object).delete())).name, 'QueryError', 'inherited conditions do not count')
})

t.test('large values: what is too large is told with its size, before anything is sent', async (t) => {
  const mib = 2 ** 20
  const text = (n: number): string => 'x'.repeat(n * mib)
  for (const act of [
    () => Item.create({ id: 'a', part: 1, name: text(10) }), () => Item.filter({ id: 'a', part: 1 }).update({ data: Buffer.alloc(9 * mib) }), () => Item.filter({ id: 'a', part: 1 }).update({ tags: [text(5), `${text(5)}y`] }), () => Item.filter({ id: 'a', part: 1 }).update({ marks__update: { [text(9)]: 1 } }), () => Item.filter({ name: text(10) }).all()
  ]) t.match(await failure(act), { name: 'ValidationError', rule: 'size', statusCode: 400 })
  for (const id of [text(1), 'ü'.repeat(40_000)]) t.match(await failure(() => Item.filter({ id })), { name: 'ValidationError', column: 'id', rule: 'size' })
  t.match(await failure(() => Item.filter({ id: 'a', part: 1 }).update({ name: 'ü'.repeat(5 * mib) })), { rule: 'size' }, 'bytes count, not characters')
  t.equal(client.calls.length, 0)
  await Real.create({ id: 'large', part: 1, name: null, data: Buffer.alloc(6 * mib) })
  t.equal((await Real.get({ id: 'large', part: 1 })).data?.length, 6 * mib)
  await Real.filter({ id: 'large' }).delete()
})

t.test('the longest keys that Cassandra takes are taken, one byte more is not', async (t) => {
  const longest = 'k'.repeat(65_535)
  t.same(await Real.filter({ id: longest }).all(), [])
  t.match(await failure(() => Real.filter({ id: `${longest}k` })), { rule: 'size' })
  t.match(await failure(() => Real.filter({ id: '' })), { name: 'ValidationError', rule: 'empty' })
  t.match(await failure(() => server.execute(`SELECT * FROM ${server.keyspace}.item WHERE id = ?`, [''])), { message: 'Key may not be empty' })
})

t.test('random objects as filters: an error of ours, or the statement that they mean', async (t) => {
  const anything = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('id', 'part', 'name', 'part__gt', 'part__in', 'id__in')), fc.anything({ withDate: true, withMap: true, withSet: true, withBigInt: true, withNullPrototype: true }))
  await fc.assert(fc.asyncProperty(anything, async (where) => {
    const outcome: unknown = await Promise.resolve().then(() => Item.filter(where as never).allowFiltering().all()).then(() => undefined, (error: unknown) => error)
    return outcome === undefined || outcome instanceof CQLEngineError
  }), { numRuns: 400 })
  t.pass('400 of them')
})
