// User types: definition, instances, and their way through models and the server.
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import type { Columns } from '../../src/cqlengine/columns/column.js'
import { types } from '../../src/cqlengine/driver.js'
import { UserTypeError } from '../../src/cqlengine/errors.js'
import { uniqueKeyspace } from '../support/cassandra.js'
import { open, recorded, watch } from './setup.js'

t.test('UDT-01 UDT-02 B36 fields keep their order, are inherited, and each type has its own name in its own case', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Base extends db.UserType.define('Base', { a: c.Text(), b: c.Integer() }) { upper () { return this.a?.toUpperCase() } }
  class Child extends Base.define('child', { d: c.Text(), b: c.Text() }) {}
  t.same([Base.typeName, Child.typeName], ['Base', 'child'])
  t.same(Object.keys(Child.columns), ['a', 'b', 'd'], 'an overridden field keeps its place')
  t.equal(Child.columns.b.cql, 'text')
  t.equal((new Child({ a: 'x' }) as unknown as Base).upper(), 'X', 'methods are passed on')
})

t.test('UDT-01 UDT-03 mistakes in a definition', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  const define = (name: unknown, fields: unknown): unknown => db.UserType.define(name as string, fields as Columns)
  const wrong: [unknown, RegExp][] = [
    [{}, /needs at least one field/],
    [undefined, /fields must be an object/],
    [{ a: 'text' }, /"a": expected a column/],
    [{ toJSON: c.Text() }, /"toJSON".*dbField: 'toJSON'/],
    [{ toObject: c.Text() }, /"toObject"/],
    [{ constructor: c.Text() }, /"constructor"/],
    [Object.fromEntries([['__proto__', c.Text()]]), /"__proto__"/],
    [{ n: c.Counter() }, /"n": a counter/],
    [{ id: c.Text({ primaryKey: true }) }, /"id": the option primaryKey is for columns of tables/],
    [{ a: c.Text({ index: true }) }, /"a": the option index/],
    [{ a: c.Text(), b: c.Text({ dbField: 'a' }) }, /"b": its database name "a" is that of "a" too/],
    [{ a: c.Text({ dbField: 'b' }), b: c.Text() }, /its database name "b"/]
  ]
  for (const [fields, message] of wrong) t.throws(() => define('wrong', fields), { name: 'UserTypeError', message, code: 'CQL_USER_TYPE' })
  for (const name of ['', 'a b', 5, undefined]) t.throws(() => define(name, { a: c.Text() }), UserTypeError)
})

t.test('UDT-04 UDT-08 constructors convert, fill defaults, share nothing, and refuse what does not fit', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Info extends db.UserType.define('info', { at: c.Time(), n: c.BigInt(), names: c.List(c.Text), city: c.Text({ default: 'Rome' }), must: c.Text({ required: true }), tags: c.Set(c.Text, { default: () => ['x'] }) }) {}
  const names = ['a']
  const info = new Info({ at: '10:00:00', n: 5, names, must: 'y' } as never)
  t.ok(info.at instanceof types.LocalTime)
  t.same([info.n, info.city, info.tags], [5n, 'Rome', new Set(['x'])])
  names.push('b')
  t.same(info.names, ['a'])
  t.same(new Info().names, [])
  t.same([new Info({ city: null } as never).city, new Info().must], [null, null], 'a required field may be null until it is written')
  t.throws(() => new Info({ nope: 1 } as never), { name: 'ValidationError', model: 'info', column: 'nope', rule: 'unknown' })
  t.throws(() => new Info({ at: 'x', n: 1.5 } as never), { errors: [{ column: 'at' }, { column: 'n' }] })
  t.throws(() => new Info([] as never), { name: 'ValidationError' })
  t.same(info.toObject(), { at: info.at, n: 5n, names: ['a'], city: 'Rome', must: 'y', tags: new Set(['x']) })
  t.same(JSON.parse(JSON.stringify(info)), { at: '10:00:00', n: '5', names: ['a'], city: 'Rome', must: 'y', tags: ['x'] })
})

t.test('a field of the class that would hide a field of the type is told at the first instance', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Bare extends db.UserType.define('bare', { street: c.Text() }) { override street!: string }
  class Getter extends db.UserType.define('getter', { street: c.Text() }) { override get street () { return 'x' } }
  class Declared extends db.UserType.define('declared', { street: c.Text() }) {
    declare street: string
    #secret = 4
    twice () { return this.#secret * 2 }
  }
  for (const Type of [Bare, Getter]) for (let i = 0; i < 2; i++) t.throws(() => new Type({ street: 'x' }), { name: 'UserTypeError', message: /hides the field "street"/ })
  t.same([new Declared({ street: 'x' }).street, new Declared().twice()], ['x', 8])
})

t.test('UDT-05 UDT-06 in a model: equality by value, every field checked, defaults too, and all rules in one error', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Info extends db.UserType.define('info', { age: c.Integer(), name: c.Text({ required: true, maxLength: 5 }) }) {}
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), info: c.UserDefinedType(Info), more: c.List(c.UserDefinedType(Info)) }).as<Row>() {}
  const { texts } = await recorded(t, db)
  t.ok(Row.hydrate({ id: 1, info: new Info({ name: 'x' }) }).equals(Row.hydrate({ id: 1, info: { name: 'x', age: null } as never })))
  const row = new Row({ id: 1, info: new Info({ name: 'x' }) })
  if (row.info !== null) row.info.name = 'too long'
  row.more = [new Info({ age: 1, name: 'y' }), { age: 'old', name: 'z' } as never]
  await t.rejects(row.save(), { name: 'ValidationError', errors: [{ column: 'info', rule: 'length', message: /^name:/ }, { column: 'more', rule: 'type', message: /element 1: age/ }] })
  row.info = null
  row.more = [new Info({ age: 1 } as never)]
  await t.rejects(row.save(), { errors: [{ column: 'more', rule: 'required' }] })
  t.same(texts(), [])
  await t.rejects(async () => await new Row({ id: 1, info: 'x' as never }).save(), { name: 'ValidationError', column: 'info', rule: 'type' })
})

t.test('UDT-07 UDT-11 through the server: nested, partial, in collections, frozen and not, replaced and set to null', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Geo extends db.UserType.define('geo', { lat: c.Double(), lon: c.Double({ dbField: 'LON g' }) }) { north () { return (this.lat ?? 0) > 0 } }
  class City extends db.UserType.define('city', { name: c.Text(), geo: c.UserDefinedType(Geo), mayors: c.Map(c.Integer, c.Text) }) {}
  class Trip extends db.UserType.define('trip', { stops: c.List(c.UserDefinedType(City)), id: c.UUID() }) {}
  class Tour extends db.Model.define('tour', {
    id: c.UUID({ primaryKey: true, default: randomUUID }),
    trip: c.UserDefinedType(Trip),
    home: c.UserDefinedType(City, { frozen: false }),
    places: c.Set(c.UserDefinedType(Geo)),
    best: c.Map(c.Text, c.UserDefinedType(City)),
    start: c.UserDefinedType(Geo, { default: () => new Geo({ lat: 1, lon: 2 }) })
  }).as<Tour>() {}
  await open(t, db)
  const texts = watch(db)
  const id = randomUUID()
  const tour = await Tour.create({
    id,
    trip: { id: types.Uuid.random(), stops: [{ name: 'Röme ✓', geo: { lat: -1.5, lon: 2 }, mayors: { 1: 'a' } }, { name: null }] } as never,
    home: new City({ name: 'Paris', geo: new Geo({ lat: 3, lon: 4 }) }),
    places: [{ lat: 1, lon: 2 }] as never,
    best: { x: { name: 'Oslo' } } as never
  })
  const read = await Tour.get({ id })
  t.ok(read.equals(tour))
  t.ok(read.trip?.stops[0] instanceof City && read.trip.stops[0].geo instanceof Geo)
  t.equal(read.trip?.stops[0]?.geo?.north(), false)
  t.same([...read.trip?.stops[0]?.mayors ?? []], [[1, 'a']])
  t.same([read.trip?.stops[1]?.name, read.trip?.stops[1]?.geo], [null, null])
  t.equal(read.start?.lat, 1)
  t.same(read.getChangedColumns(), [])

  texts.length = 0
  if (read.trip?.stops[0]?.geo) read.trip.stops[0].geo.lat = 9
  if (read.home) { read.home.name = 'Lyon'; read.home.mayors.set(2, 'b') }
  for (const place of read.places) place.lon = 5
  read.best.set('y', new City({ name: 'Bonn' }))
  read.start = null
  await read.save()
  await read.save()
  t.equal(texts.length, 1)
  t.match(texts[0], /SET "trip" = \?, "home"\."name" = \?, "home"\."mayors" = \?, "places" = \?, "best" = "best" \+ \?, "start" = \?/)
  const again = await Tour.get({ id })
  t.ok(again.equals(read))
  t.same([again.trip?.stops[0]?.geo?.lat, again.home?.name, again.home?.geo?.lat, [...again.places].map((p) => p.lon), [...again.best.keys()], again.start], [9, 'Lyon', 3, [5], ['x', 'y'], null])
  again.home = new City()
  again.trip = null
  await again.save()
  t.same([(await Tour.get({ id })).home, (await Tour.get({ id })).trip], [null, null], 'a type of nulls, not frozen, is null')
})

t.test('UDT-09 UDT-10 one type in several keyspaces, known by its class alone: nothing is registered anywhere', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Info extends db.UserType.define('info', { age: c.Integer() }) {}
  class Here extends db.Model.define('here', { id: c.Integer({ primaryKey: true }), info: c.UserDefinedType(Info) }).as<Here>() {}
  const other = await uniqueKeyspace(t)
  class There extends db.Model.define('there', { id: c.Integer({ primaryKey: true }), info: c.UserDefinedType(Info) }, { keyspace: other }).as<There>() {}
  await open(t, db)
  t.equal(Info.typeName, 'info')
  const [one, two] = [await Here.create({ id: 1, info: { age: 1 } }), await There.create({ id: 1, info: new Info({ age: 2 }) })]
  t.same([(await Here.get({ id: 1 })).info?.age, (await There.get({ id: 1 })).info?.age], [1, 2])
  t.notOk(one.equals(two))
})

t.test('what is stored is readable, whatever the rules say today', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Strict extends db.UserType.define('strict', { a: c.Text({ required: true, maxLength: 3, validate: () => { throw new Error('asked when loading') } }) }) {}
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), s: c.UserDefinedType(Strict), n: c.Text({ required: true, maxLength: 3 }), v: c.Integer() }).as<Row>() {}
  await open(t, db)
  await db.execute(`INSERT INTO ${db.keyspace}.row (id, s, n) VALUES (1, {a: null}, 'too long')`)
  await db.execute(`INSERT INTO ${db.keyspace}.row (id, s, n) VALUES (2, {a: 'too long'}, 'x')`)
  t.same((await Row.get({ id: 1 })).s?.a, null)
  t.same((await Row.get({ id: 2 })).s?.a, 'too long')
  const row = await Row.get({ id: 1 })
  t.same([row.n, row.getChangedColumns()], ['too long', []])
  row.v = 5
  await row.save()
  t.equal((await Row.get({ id: 1 })).v, 5, 'and does not keep other columns from being written')
  if (row.s !== null) row.s.a = 'longer'
  await t.rejects(row.save(), { name: 'ValidationError', column: 's' })
})
