// A default belongs to its column: what was given may change afterwards.
import t from 'tap'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { recorded } from './setup.js'

t.test('COL-06 a default is copied, deep', async (t) => {
  const { db } = await recorded(t)
  const date = new Date(5)
  const list = [new Date(1)]
  const bytes = Buffer.from('a')
  const set = new Set([Buffer.from('b')])
  const map = new Map([['k', [new Date(2)]]])
  const plain = { street: 'a', at: date }
  const tuple: [Date, Buffer] = [date, bytes]
  const vector = Float32Array.of(1, 2)
  const json = { a: [1] }
  const Json = c.custom<{ a: number[] }>({ cql: 'text', toDatabase: (v) => JSON.stringify(v), fromDatabase: (v: string) => JSON.parse(v) as { a: number[] } })
  class Home extends db.UserType.define('home', { street: c.Text(), at: c.DateTime({ default: date }), dates: c.List(c.DateTime, { default: list }) }) {}
  const home = new Home({ street: 'b' })
  const shared = c.List(c.DateTime, { default: list })
  const options = { mode: 'CONTAINS' }
  const column = c.Text({ index: { using: 'sasi', options } })
  class Row extends db.Model.define('row', {
    id: c.Integer({ primaryKey: true }),
    date: c.DateTime({ default: date }),
    list: shared,
    again: shared,
    bytes: c.Blob({ default: bytes }),
    set: c.Set(c.Blob, { default: set }),
    map: c.Map(c.Text, c.List(c.DateTime), { default: map }),
    plain: c.UserDefinedType(Home, { default: plain }),
    home: c.UserDefinedType(Home, { default: home }),
    tuple: c.Tuple(c.DateTime, c.Blob, { default: tuple }),
    vector: c.Vector(c.Float, 2, { default: vector }),
    json: Json({ default: json }),
    made: c.DateTime({ default: () => date })
  }).as<Row>() {}
  const before = JSON.stringify(new Row({ id: 1 }))

  date.setTime(99)
  list[0]?.setTime(99)
  list.push(new Date(3))
  bytes[0] = 120
  for (const one of set) one[0] = 120
  map.get('k')?.push(new Date(7))
  map.get('k')?.[0]?.setTime(99)
  plain.street = 'x'
  home.street = 'x'
  home.dates.push(new Date(9))
  vector[0] = 9
  json.a.push(2)
  options.mode = 'PREFIX'
  t.equal(JSON.stringify(new Row({ id: 1 })).replace('00.099Z', '00.005Z'), before, 'only the function gives what is there now')
  t.match(column.options.index, [{ options: { mode: 'CONTAINS' } }])

  const row = new Row({ id: 1 })
  row.list[0]?.setTime(50)
  row.map.get('k')?.[0]?.setTime(50)
  if (row.home !== null) row.home.dates[0]?.setTime(50)
  for (const one of row.set) one[0] = 121
  t.equal(JSON.stringify(new Row({ id: 1 })).replace('00.099Z', '00.005Z'), before, 'nor do instances share it')
})

t.test('DRT-07 a new row of counters has only what was given', async (t) => {
  const { db, texts } = await recorded(t)
  class Hits extends db.Model.define('hits', { day: c.Integer({ primaryKey: true }), a: c.Counter(), b: c.Counter() }).as<Hits>() {}
  const hits = new Hits({ day: 1 })
  t.strictSame(hits.getChangedColumns(), ['day'])
  t.equal(hits.isPersisted, false)
  t.strictSame(hits.toJSON(), { day: 1, a: '0', b: '0' })
  t.strictSame(hits.toObject(), { day: 1, a: 0n, b: 0n })
  hits.b = 5n
  t.strictSame(hits.getChangedColumns(), ['day', 'b'])
  await hits.save()
  t.strictSame(hits.getChangedColumns(), [])
  t.equal(hits.isPersisted, true)
  t.equal(texts().length, 1)
  hits.a = 0n
  t.strictSame(hits.getChangedColumns(), [])
})
