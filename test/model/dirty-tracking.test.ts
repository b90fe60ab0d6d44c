// What counts as changed: by value, deep, and never what was not loaded.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { QueryError } from '../../src/cqlengine/errors.js'
import { types } from '../../src/cqlengine/driver.js'
import { switchOff, tricks } from '../../src/cqlengine/model/compile/generate.js'
import { gate, recorded } from './setup.js'

function make () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Info extends db.UserType.define('info', { age: c.Integer(), names: c.List(c.Text) }) {}
  class Row extends db.Model.define('row', {
    id: c.Integer({ primaryKey: true }),
    a: c.Integer(),
    b: c.Integer({ default: 2 }),
    made: c.DateTime({ default: () => new Date(0) }),
    blob: c.Blob(),
    deep: c.Map(c.Text, c.List(c.Integer)),
    tags: c.Set(c.Text, { default: () => ['new'] }),
    list: c.List(c.Integer),
    pair: c.Tuple(c.Integer, c.Text),
    info: c.UserDefinedType(Info),
    open: c.UserDefinedType(Info, { frozen: false }),
    point: c.Vector(c.Float, 2),
    price: c.Decimal(),
    big: c.VarInt(),
    json: c.custom<{ x: { y: number } }, { x: { y: number } }>({ cql: 'text', toDatabase: (v) => JSON.stringify(v), fromDatabase: (text: string) => JSON.parse(text) as { x: { y: number } } })()
  }).as<Row>() {}
  return { db, Row, Info }
}

t.test('DRT-01 COL-06 of a new instance what was given counts as changed, what a default filled in does not', async (t) => {
  const { Row } = make()
  const row = new Row({ id: 1, a: 3 })
  t.same(row.getChangedColumns(), ['id', 'a'])
  t.same([row.b, row.made], [2, new Date(0)])
  t.same(row.tags, new Set(['new']))
  row.b = 5
  t.same(row.getChangedColumns(), ['id', 'a', 'b'], 'until it is changed')
  row.b = 2
  t.same(row.getChangedColumns(), ['id', 'a', 'b'], 'assigned it is explicit, whatever the value')
  row.tags.add('x')
  t.same(row.getChangedColumns(), ['id', 'a', 'b', 'tags'], 'also in place')
  t.equal(new Row({ id: 1, b: null }).b, null, 'an explicit null wins over the default')
  t.equal(new Row({ id: 1, b: undefined }).b, 2, 'undefined is not given')
})

t.test('DRT-02 equal values are no change, going back is none, and null on a new instance is none', async (t) => {
  const { Row } = make()
  const row = Row.hydrate({ id: 1, a: 1, big: 5n, price: types.BigDecimal.fromString('1.50') })
  row.a = 2
  t.same(row.getChangedColumns(), ['a'])
  row.a = 1
  row.big = 5n
  row.price = types.BigDecimal.fromString('1.50')
  t.same(row.getChangedColumns(), [])
  row.a = null
  t.same(row.getChangedColumns(), ['a'])
  const fresh = new Row({ id: 1, a: 3 })
  fresh.a = null
  t.same(fresh.getChangedColumns(), ['id'])
})

t.test('DRT-03 INS-14 after loading and after writing nothing is changed; names come in the order of the columns', async (t) => {
  const { db, Row } = make()
  await recorded(t, db)
  const row = await Row.create({ id: 1, a: 1, list: [1] })
  t.same(row.getChangedColumns(), [])
  row.list.push(2)
  row.a = 2
  t.same(row.getChangedColumns(), ['a', 'list'])
  await row.save()
  t.same(row.getChangedColumns(), [])
  await row.update({ a: 3 })
  t.same(row.getChangedColumns(), [])
})

t.test('DRT-04 DRT-08 B05 changes in place are seen, however deep', async (t) => {
  const { Row, Info } = make()
  const values = {
    id: 1,
    made: new Date(5),
    blob: Buffer.from([1, 2]),
    deep: new Map([['a', [1, 2]]]),
    tags: new Set(['a']),
    list: [1],
    pair: [1, 'x'] as [number, string],
    info: new Info({ age: 1, names: ['n'] }),
    open: new Info({ age: 1 }),
    point: new Float32Array([1, 2]),
    json: { x: { y: 1 } }
  }
  const change: Record<string, (row: InstanceType<typeof Row>) => void> = {
    made: (row) => { row.made?.setTime(6) },
    blob: (row) => { row.blob?.writeUInt8(9, 0) },
    deep: (row) => { row.deep.get('a')?.push(3) },
    tags: (row) => { row.tags.delete('a') },
    list: (row) => { row.list[0] = 2 },
    pair: (row) => { if (row.pair !== null) row.pair[1] = 'y' },
    info: (row) => { row.info?.names.push('m') },
    open: (row) => { if (row.open !== null) row.open.age = 2 },
    point: (row) => { row.point?.set([5]) },
    json: (row) => { if (row.json !== null) row.json.x.y = 2 }
  }
  for (const [column, run] of Object.entries(change)) {
    const row = Row.hydrate(values)
    t.same(row.getChangedColumns(), [], `${column} before`)
    run(row)
    t.same(row.getChangedColumns(), [column], column)
  }
})

t.test('DRT-08 B05 a user type that differs from its default is not written again, and its fields alone are sent where it is not frozen', async (t) => {
  const { db, Row, Info } = make()
  const { taken } = await recorded(t, db)
  const row = Row.hydrate({ id: 1, open: new Info({ age: 1, names: ['n'] }), info: new Info({ age: 1 }) })
  await row.save()
  t.same(taken(), [])
  if (row.open !== null) row.open.age = 5
  await row.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "open"."age" = ? WHERE "id" = ?', params: [5, 1] }])
  if (row.info !== null) row.info.age = 5
  await row.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "info" = ? WHERE "id" = ?', params: [{ age: 5, names: null }, 1] }])
})

t.test('DRT-05 DML-13 a NULL that was read is no deletion; what becomes nothing is one', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  const row = Row.hydrate({ id: 1, a: 1, b: null, made: null, tags: new Set(), list: [1], deep: new Map(), pair: null, info: null, open: null, point: null, price: null, big: null, blob: null, json: null })
  row.a = 2
  await row.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "a" = ? WHERE "id" = ?' }])
  row.list = []
  row.a = null
  await row.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "a" = ?, "list" = ? WHERE "id" = ?', params: [null, null, 1] }])
  row.tags = null as never
  await row.save()
  t.same(taken(), [], 'null and empty are the same')
  t.same(row.tags, new Set(), 'and read as empty')
})

t.test('DRT-06 null deletes; undefined, and a property taken away, are never written', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  const row = Row.hydrate({ id: 1, a: 1, b: 1 })
  row.a = undefined as never
  Reflect.deleteProperty(row, 'b')
  await row.save()
  t.same(taken(), [])
  row.b = null
  await row.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "b" = ? WHERE "id" = ?', params: [null, 1] }])
})

t.test('DRT-09 B06 what was not loaded throws when read, is not in JSON, and is never written; defaults are for new instances', async (t) => {
  const { db, Row } = make()
  const { client, taken } = await recorded(t, db)
  client.reply('SELECT', [{ id: 1, a: null, b: null }])
  const [row] = await Row.objects.only('a', 'b').all() as unknown as InstanceType<typeof Row>[]
  if (row === undefined) throw new Error('no row')
  taken()
  t.equal(row.b, null, 'a NULL stays null, whatever the default')
  t.throws(() => row.made, { name: 'QueryError', message: /"made" of a "row" was not loaded/ })
  t.same(Object.keys(row), ['id', 'a', 'b'])
  t.same(JSON.parse(JSON.stringify(row)), { id: 1, a: null, b: null })
  row.validate()
  t.equal(row.b, null)
  await row.save()
  t.same(taken(), [])
  row.a = 5
  row.list = [1]
  t.same(row.list, [1], 'what is set is the instance\'s own')
  await row.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "a" = ?, "list" = ? WHERE "id" = ?', params: [5, [1], 1] }])
  row.price = null
  await row.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "price" = ? WHERE "id" = ?', params: [null, 1] }], 'null deletes here too')
})

t.test('DRT-10 isPersisted is true after load, save and update, and only then; a changed key makes a copy', async (t) => {
  const { db, Row } = make()
  const { client } = await recorded(t, db)
  t.equal(Row.hydrate({ id: 1 }).isPersisted, true)
  t.equal(new Row({ id: 1 }).isPersisted, false)
  t.equal((await new Row({ id: 1 }).save()).isPersisted, true)
  t.equal((await new Row({ id: 1 }).update({ a: 1 })).isPersisted, true)
  client.reply('INSERT', () => new Error('no'))
  const row = new Row({ id: 1 })
  await t.rejects(row.save(), { message: 'no' })
  t.equal(row.isPersisted, false)
  t.same(row.getChangedColumns(), ['id'])
})

t.test('DRT-11 INS-04 update() of a new instance writes what was given, not the defaults, and knows nothing of the rest afterwards', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  const row = await new Row({ id: 1 }).update({ a: 1 })
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "a" = ? WHERE "id" = ?', params: [1, 1] }])
  row.list.push(5)
  await row.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "list" = ? WHERE "id" = ?', params: [[5], 1] }], 'a later save neither deletes nor overwrites what was never read')
  await new Row({ id: 1 }).update({ b: 2 })
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "b" = ? WHERE "id" = ?', params: [2, 1] }], 'a value that is the default is written when it is given')
  const other = new Row({ id: 1, a: 7 })
  await other.update({ b: 3 })
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "a" = ?, "b" = ? WHERE "id" = ?', params: [7, 3, 1] }], 'and so is what was given before')
})

t.test('a failed write leaves the instance as dirty as it was', async (t) => {
  const { db, Row } = make()
  const { client, taken } = await recorded(t, db)
  const row = Row.hydrate({ id: 1, a: 1, list: [1] })
  row.a = 2
  row.list.push(2)
  client.reply('UPDATE', () => new Error('down'))
  await t.rejects(row.save(), { message: 'down' })
  t.same(row.getChangedColumns(), ['a', 'list'])
  await t.rejects(row.update({ b: 5 }), { message: 'down' })
  t.same(row.getChangedColumns(), ['a', 'b', 'list'], 'what update() assigned stays, unsaved')
  taken()
  client.reply('UPDATE', [])
  await row.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "a" = ?, "b" = ?, "list" = "list" + ? WHERE "id" = ?', params: [2, 5, [2], 1] }])
})

t.test('a change made while a write is under way stays a change', async (t) => {
  const { db, Row } = make()
  const { client, taken } = await recorded(t, db)
  const answer = gate<never>()
  const execute = client.execute.bind(client) as (...given: unknown[]) => Promise<never>
  Object.assign(client, { execute: async (...given: unknown[]) => { const result = await execute(...given); await answer.promise; return result } })
  const row = Row.hydrate({ id: 1, a: 1, list: [1], tags: new Set(['a']) })
  row.a = 2
  row.list.push(2)
  const saving = row.save()
  row.a = 3
  row.tags.add('b')
  row.list.push(3)
  answer.open(undefined as never)
  await saving
  t.same(row.getChangedColumns(), ['a', 'tags', 'list'])
  await row.save()
  t.match(taken().map((call) => [call.cql, call.params]), [
    ['UPDATE "k"."row" SET "a" = ?, "list" = "list" + ? WHERE "id" = ?', [2, [2], 1]],
    ['UPDATE "k"."row" SET "a" = ?, "tags" = "tags" + ?, "list" = "list" + ? WHERE "id" = ?', [3, ['b'], [3], 1]]
  ])
})

t.test('writes of one instance at the same time go one after the other, so that nothing is added twice', async (t) => {
  const { db, Row } = make()
  const c = db.columns
  class Hits extends db.Model.define('hits', { page: c.Text({ primaryKey: true }), n: c.Counter() }).as<Hits>() {}
  const { client, taken } = await recorded(t, db)
  const row = Row.hydrate({ id: 1, a: 1, list: [1] })
  row.list.push(2)
  const first = row.save()
  row.list.push(3)
  const second = row.save()
  const third = row.update({ list__append: [4] })
  await Promise.all([first, second, third])
  t.same(taken().map((call) => call.params[0]), [[2], [3], [4]])
  t.same(row.list, [1, 2, 3, 4])
  t.same(row.getChangedColumns(), [])

  const hits = Hits.hydrate({ page: '/', n: 0n })
  hits.n += 5n
  const one = hits.save()
  hits.n += 2n
  await Promise.all([one, hits.save(), hits.save()])
  t.same(taken().map((call) => call.params[0]), [5n, 2n])

  client.reply('UPDATE', () => new Error('down'))
  hits.n += 1n
  const failing = hits.save()
  const after = hits.save()
  await t.rejects(failing, { message: 'down' })
  await t.rejects(after, { message: 'down' }, 'a failure does not take the next one with it, it tries by itself')
  t.equal(taken().length, 2)
})

t.test('operations beside assignments and unsaved changes end as one statement that says what the instance holds', async (t) => {
  const { db, Row } = make()
  const { taken } = await recorded(t, db)
  const row = Row.hydrate({ id: 1, a: 1, b: 1, list: [1, 2], tags: new Set(['a', 'b']), deep: new Map([['x', [1]]]) })
  await row.update({ a: 5, list__append: [3], list__prepend: [0], tags__add: ['c'], tags__remove: ['a'], deep__update: { y: [2] }, deep__remove: ['x'] })
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "a" = ?, "list" = "list" + ?, "list" = ? + "list", "tags" = "tags" + ?, "tags" = "tags" - ?, "deep" = "deep" + ?, "deep" = "deep" - ? WHERE "id" = ?' }])
  t.same([row.list, [...row.tags], [...row.deep]], [[0, 1, 2, 3], ['b', 'c'], [['y', [2]]]])
  t.same(row.getChangedColumns(), [])
  row.list.push(4)
  row.tags.add('d')
  await row.update({ list__remove: [4], tags__add: ['e'], b: null })
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "b" = ?, "tags" = "tags" + ? WHERE "id" = ?', params: [null, ['d', 'e'], 1] }])
  t.same([row.list, [...row.tags]], [[0, 1, 2, 3], ['b', 'c', 'd', 'e']])
  t.same(row.getChangedColumns(), [])
  await t.rejects(row.update({ list: [1], list__append: [2] } as never), QueryError)
  await row.update({ deep__update: new Map<string, number[] | null>([['y', null], ['z', [1]]]) } as never)
  t.match(taken(), [{ cql: 'UPDATE "k"."row" SET "deep" = "deep" + ?, "deep" = "deep" - ? WHERE "id" = ?' }])
  t.same([...row.deep], [['z', [1]]])
})

for (const off of [[], tricks]) {
  t.test(`0 and -0 differ, as they do for Cassandra, and NaN is itself${off.length === 0 ? '' : ', where loops find what changed'}`, async (t) => {
    const switchOn = switchOff(...off)
    t.teardown(switchOn)
    const db = new CQLAlchemy()
    const c = db.columns
    class Point extends db.Model.define('point', { id: c.Integer({ primaryKey: true }), x: c.Double(), y: c.Float(), path: c.List(c.Double) }).as<Point>() {}
    const { client, taken } = await recorded(t, db)
    client.reply('SELECT', () => [{ id: 1, x: 0, y: -0, path: [NaN, 0] }])
    const [point] = await Point.all()
    if (point === undefined) throw new Error('no row')
    taken()
    await point.save()
    t.same(taken(), [])
    point.x = -0
    point.y = 0
    point.path[1] = -0
    t.same(point.getChangedColumns(), ['x', 'y', 'path'])
    await point.save()
    t.same(taken().map((call) => call.params.slice(0, 2).map((value) => Object.is(value, -0))), [[true, false]])
    t.same(point.getChangedColumns(), [])
    await point.update({ x: 0 })
    t.match(taken(), [{ cql: 'UPDATE "k"."point" SET "x" = ? WHERE "id" = ?' }])
    await point.update({ x: NaN })
    taken()
    point.x = NaN
    await point.save()
    t.same(taken(), [])
  })
}
