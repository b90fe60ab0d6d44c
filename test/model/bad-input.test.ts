// Whatever a program passes by mistake, or somebody on purpose: a typed error without the value, nothing sent, the instance as it was.
import { inspect } from 'node:util'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { CQLEngineError } from '../../src/cqlengine/errors.js'
import { recorded } from './setup.js'

const secret = 'S3CRET'

function make () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Info extends db.UserType.define('info', { a: c.Text(), n: c.Integer() }) {}
  class Row extends db.Model.define('row', {
    id: c.Integer({ primaryKey: true }),
    text: c.Text({ maxLength: 20 }),
    n: c.Integer(),
    small: c.TinyInt(),
    big: c.BigInt(),
    flag: c.Boolean(),
    at: c.DateTime(),
    uuid: c.UUID(),
    blob: c.Blob(),
    price: c.Decimal(),
    tags: c.Set(c.Text),
    list: c.List(c.Integer),
    map: c.Map(c.Text, c.Integer),
    pair: c.Tuple(c.Integer, c.Text),
    info: c.UserDefinedType(Info),
    point: c.Vector(c.Float, 2),
    checked: c.Text({ validate: (value) => { throw new Error(`no ${value}`) } }),
    json: c.custom<object>({ cql: 'text', toDatabase: (v) => JSON.stringify(v), fromDatabase: (v: string) => JSON.parse(v) as object })()
  }).as<Row>() {}
  return { db, Row }
}

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const cyclic: { a?: unknown } = {}
cyclic.a = cyclic
const throwing = new Proxy({}, { get () { throw new Error(secret) }, ownKeys () { throw new Error(secret) }, getPrototypeOf () { throw new Error(secret) } })
const hostile = { toString () { throw new Error(secret) }, valueOf () { throw new Error(secret) }, toJSON () { throw new Error(secret) }, get length () { throw new Error(secret) }, [Symbol.toPrimitive] () { throw new Error(secret) }, * [Symbol.iterator] () { throw new Error(secret) } }
const notObjects = (): unknown[] => [5, 'text', true, 5n, Symbol(secret), () => secret, [], [[1]], new Map([[secret, 1]]), new Set([secret]), revoked(), throwing]

const wrongValues: Record<string, unknown[]> = {
  id: [null, '5', 1.5, NaN, 2 ** 31, [], {}, true, hostile],
  text: [5, {}, [], Symbol('x'), 'x'.repeat(21), '\ud800', Buffer.from(secret), hostile],
  n: ['5', 1.5, 2 ** 31, -(2 ** 31) - 1, Infinity, 5n, new Date(), hostile],
  small: [128, -129, '1'],
  big: [2n ** 63n, 1.5, 2 ** 53, '9223372036854775808', 'x', {}, hostile],
  flag: ['false', 0, 1, 'true', {}, hostile],
  at: [new Date(NaN), 'yesterday', 9e15, {}, hostile],
  uuid: ['x', '', 5, Buffer.alloc(16), {}, hostile],
  blob: ['not base64!', 5, {}, new ArrayBuffer(3), hostile],
  price: ['1,5', 'NaN', NaN, '', {}, '1e99999999999', hostile],
  tags: ['x', { a: 1 }, [5], [null], new Set([null]), [hostile], hostile, throwing, new Map()],
  list: ['x', [null], [undefined], [1, '2'], { 0: 1 }, [[1]], hostile, throwing],
  map: [[1], { a: null }, { a: 'x' }, new Map([[null, 1]]), new Map([[5, 1]]), new Set(), hostile, throwing, { get a () { throw new Error(secret) } }],
  pair: [[1, 2, 3], ['a', 1], 5, {}, hostile],
  info: [{ nope: 1 }, { n: 'x' }, 5, [], new Map(), hostile, { get a () { throw new Error(secret) } }, JSON.parse('{"__proto__":{"a":1}}')],
  point: [[1], [1, 2, 3], ['1', 2], [null, 1], 5, hostile],
  checked: [secret],
  json: [cyclic, { toJSON () { throw new Error(secret) } }, 5n]
}

/** A typed error that tells where, and holds no value anywhere that a log would print. */
function isTyped (t: { ok (value: unknown, message: string): void, match (value: unknown, pattern: object, message: string): void, notOk (value: unknown, message: string): void }, error: unknown, what: string): void {
  t.ok(error instanceof CQLEngineError, `${what}: ${error instanceof Error ? error.constructor.name : typeof error}`)
  t.match(error, { code: /^CQL_/ }, what)
  t.notOk(`${inspect(error, { depth: 5 })} ${JSON.stringify(error)}`.replaceAll(/new Error\(secret\)/g, '').includes(secret), `${what}: no value`)
}

const outcome = async (run: () => unknown): Promise<unknown> => {
  try {
    return await run()
  } catch (error) {
    return error
  }
}

t.test('wrong values, in every way they can come in', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  for (const [column, values] of Object.entries(wrongValues)) {
    for (const [i, value] of values.entries()) {
      const what = `${column} #${i}`
      const ways: Record<string, () => unknown> = {
        create: async () => await Row.create({ id: 1, [column]: value } as never),
        hydrate: () => column === 'checked' || (column === 'text' && i === 4) || value === null ? Row.create({ id: 1, [column]: value } as never) : Row.hydrate({ id: 1, [column]: value } as never),
        assignment: async () => {
          const row = new Row({ id: 1 })
          Object.assign(row, { [column]: value })
          await row.save()
        }
      }
      if (column !== 'id') ways['update'] = async () => await Row.hydrate({ id: 1 }).update({ [column]: value })
      if (column !== 'id') ways['blind update'] = async () => { await Row.filter({ id: 1 }).update({ [column]: value }) }
      for (const [way, run] of Object.entries(ways)) {
        const error = await outcome(run)
        isTyped(t, error, `${what} ${way}`)
        t.match(error, { name: 'ValidationError', model: 'row', column }, `${what} ${way}`)
      }
    }
  }
  t.same(taken(), [], 'nothing was sent')
})

t.test('an update that is refused leaves the instance as it was', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  const row = Row.hydrate({ id: 1, text: 'a', n: 1, tags: new Set(['x']), list: [1] })
  row.n = 2
  for (const values of [{ text: 'b', n: 'x' }, { text: 'b', nope: 1 }, { text: 'b', tags__nope: ['y'] }, { text: 'b', tags__add: [5] }, { text: 'b', id: 2 }, { text: 'b', tags: ['y'], tags__add: ['z'] }, { text: 'b', list__append: null }, { text: 'b', at__add: 1 }]) {
    isTyped(t, await outcome(async () => await row.update(values as never)), JSON.stringify(values))
    t.same(row.toObject(), { id: 1, text: 'a', n: 2, tags: new Set(['x']), list: [1] })
    t.same(row.getChangedColumns(), ['n'])
  }
  t.same(taken(), [])
})

t.test('what is no object of values', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  for (const [i, values] of notObjects().entries()) {
    const ways = [() => new Row(values as never), () => Row.create(values as never), () => Row.hydrate(values as never), () => Row.hydrate({ id: 1 }).update(values as never), () => Row.createMany([values] as never)]
    for (const [j, run] of ways.entries()) isTyped(t, await outcome(run), `#${i}, way ${j}`)
  }
  for (const values of [undefined, null]) {
    isTyped(t, await outcome(async () => await Row.create(values as never)), 'create of nothing')
    isTyped(t, await outcome(async () => await Row.hydrate({ id: 1 }).update(values as never)), 'update of nothing')
  }
  t.same(taken(), [])
})

t.test('names that are no columns: __proto__, constructor, inherited ones; symbols are no names', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  for (const name of ['__proto__', 'constructor', 'toString', 'save', 'pk', '', 'x'.repeat(100_000), 'n__increment', 'tags__add']) {
    const values = JSON.parse(`{"id": 1, ${JSON.stringify(name)}: {"polluted": 1}}`) as never
    for (const run of [() => new Row(values), () => Row.create(values), () => Row.hydrate(values)]) t.match(await outcome(run), { name: 'ValidationError', rule: 'unknown', column: name.length < 100 ? name : `${'x'.repeat(100)}…` })
    if (name !== 'tags__add') isTyped(t, await outcome(async () => await Row.hydrate({ id: 1 }).update(values)), `update ${name.slice(0, 20)}`)
  }
  t.equal(({} as { polluted?: unknown }).polluted, undefined)
  t.same(taken(), [])
  const row = await Row.create({ id: 1, [Symbol('x')]: secret } as never)
  t.same(Object.getOwnPropertySymbols(row), [])
  t.equal(taken().length, 1)
  const inherited = Object.create({ text: 'inherited' }) as { id: number }
  inherited.id = 1
  t.equal(new Row(inherited).text, null, 'only own properties are values')
})

t.test('getters are read once, and their errors are broken rules without a text', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  let reads = 0
  const changing = { id: 1, get n () { return ++reads } }
  t.equal((await Row.create(changing)).n, 1)
  t.equal(reads, 1)
  taken()
  const values = { id: 1, get text (): string { throw new Error(secret) } }
  for (const run of [() => new Row(values), () => Row.create(values), () => Row.hydrate(values), () => Row.hydrate({ id: 1 }).update(values as never)]) {
    const error = await outcome(run)
    isTyped(t, error, 'getter')
    t.match(error, { name: 'ValidationError', column: 'text', rule: 'unreadable' })
  }
  t.same(taken(), [])
})

t.test('frozen values are only read', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  const values = Object.freeze({ id: 1, tags: Object.freeze(new Set(['a'])), list: Object.freeze([1]), info: Object.freeze({ a: 'x', n: 1 }), json: Object.freeze({ x: 1 }) })
  const row = await Row.create(values as never)
  row.list.push(2)
  if (row.info !== null) row.info.n = 5
  await row.save()
  t.equal(taken().length, 2)
  await row.update({ list: Object.freeze([3]) as never, tags__add: Object.freeze(['b']) as never }, Object.freeze({ ttl: 5 }))
  row.list.push(4)
  t.same(row.list, [3, 4])
})

t.test('absurd sizes', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  const names = Array.from({ length: 2_000 }, (_, i) => `c${i}`)
  const Wide = db.Model.define('wide', { id: c.Integer({ primaryKey: true }), ...Object.fromEntries(names.map((name) => [name, c.Integer()])) }) as unknown as
    { new (values: object): Record<string, number> & { save (): Promise<unknown> }, hydrate (values: object): Record<string, number> & { save (): Promise<unknown>, getChangedColumns (): string[] } }
  class Row extends db.Model.define('row', { id: c.Text({ primaryKey: true }), list: c.List(c.Integer), blob: c.Blob(), rank: c.Blob({ primaryKey: true }) }).as<Row>() {}
  const { taken } = await recorded(t, db)
  const wide = Object.fromEntries([['id', 1], ...names.map((name, i) => [name, i])])
  await new Wide(wide).save()
  t.equal(taken()[0]?.params.length, 2_001)
  const loaded = Wide.hydrate(wide)
  loaded['c1999'] = 5
  t.same(loaded.getChangedColumns(), ['c1999'])
  await loaded.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."wide" SET "c1999" = ? WHERE "id" = ?' }])

  const rank = Buffer.alloc(1)
  const row = await Row.create({ id: 'x', rank, list: Array.from({ length: 70_000 }, (_, i) => i) })
  t.equal(row.list.length, 70_000, 'no limit of ours on collections')
  row.list.push(1)
  taken()
  await row.save()
  t.match(taken(), [{ params: [[1], 'x', rank] }])
  await t.rejects(Row.create({ id: 'x'.repeat(65_536), rank }), { name: 'ValidationError', column: 'id', rule: 'size' })
  await t.rejects(Row.create({ id: 'x', rank: Buffer.alloc(65_536) }), { name: 'ValidationError', column: 'rank', rule: 'size' })
  await t.rejects(Row.create({ id: '', rank }), { name: 'ValidationError', column: 'id', rule: 'empty' }, 'the whole partition key')
  await Row.create({ id: 'x', rank: Buffer.alloc(0) })
  t.equal(taken().length, 1, 'a clustering column may be empty')
})
