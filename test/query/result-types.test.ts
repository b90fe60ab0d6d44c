// A table that was made or altered by hand: what the driver gives has other types than the model's columns, and is never read as something else.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { type AnyColumn, Column } from '../../src/cqlengine/columns/column.js'
import type { Client } from '../../src/cqlengine/driver.js'
import { SchemaError } from '../../src/cqlengine/errors.js'
import { failure, serverDb } from './setup.js'
import { fileNeeds5 } from '../support/needs-5.js'

fileNeeds5('vectors')

const db = await serverDb(t)
const c = db.columns
const { keyspace } = db
class Place extends db.UserType.define('place', { street: c.Text(), number: c.Integer() }) {}
class Stranger extends db.UserType.define('stranger', { name: c.Text() }) {}
const Cents = c.custom<number>({ cql: 'decimal', toDatabase: (n: number) => n / 100, fromDatabase: (d: unknown) => Number(String(d)) * 100 })
await db.execute(`CREATE TYPE ${keyspace}.place (street text, number int, added text)`)
await db.execute(`CREATE TYPE ${keyspace}.moved (street int, number int)`)

/** Each type with a value of it. */
const stored: Record<string, string> = {
  ascii: "'a'",
  text: "'ä'",
  tinyint: '1',
  smallint: '300',
  int: '70000',
  bigint: '9007199254740993',
  varint: '123456789012345678901234567890',
  float: '1.5',
  double: '0.1',
  decimal: '1.5',
  boolean: 'true',
  blob: '0x0102',
  date: "'2020-02-03'",
  time: "'10:11:12'",
  timestamp: "'2020-02-03T10:11:12Z'",
  duration: '1mo2d',
  uuid: 'f47ac10b-58cc-4372-a567-0e02b2c3d479',
  timeuuid: '50554d6e-29bb-11e5-b345-feff819cdc9f',
  inet: "'127.0.0.1'",
  'list<text>': "['a', 'b']",
  'list<int>': '[1, 2]',
  'frozen<list<ascii>>': "['a']",
  'set<text>': "{'a', 'b'}",
  'map<text, int>': "{'a': 1}",
  'map<ascii, frozen<list<smallint>>>': "{'a': [1]}",
  'tuple<int, text>': "(1, 'a')",
  'tuple<int, text, int>': "(1, 'a', 2)",
  'vector<float, 2>': '[1, 2]',
  'vector<float, 3>': '[1, 2, 3]',
  'vector<int, 2>': '[1, 2]',
  place: "{street: 's', number: 1, added: 'x'}",
  'frozen<place>': "{street: 's', number: 1}",
  'list<frozen<place>>': "[{street: 's', number: 1}]",
  moved: '{street: 1, number: 1}'
}

/** Each column with the types that it reads. */
const readers: readonly (readonly [name: string, column: AnyColumn, reads: readonly string[]])[] = [
  ['Text', c.Text(), ['text', 'ascii']],
  ['Ascii', c.Ascii(), ['text', 'ascii']],
  ['TinyInt', c.TinyInt(), ['tinyint', 'smallint', 'int']],
  ['SmallInt', c.SmallInt(), ['tinyint', 'smallint', 'int']],
  ['Integer', c.Integer(), ['tinyint', 'smallint', 'int']],
  ['BigInt', c.BigInt(), ['bigint', 'varint']],
  ['VarInt', c.VarInt(), ['bigint', 'varint']],
  ['Float', c.Float(), ['float', 'double', 'tinyint', 'smallint', 'int']],
  ['Double', c.Double(), ['float', 'double', 'tinyint', 'smallint', 'int']],
  ['Decimal', c.Decimal(), ['decimal']],
  ['Cents', Cents(), ['decimal']],
  ['Boolean', c.Boolean(), ['boolean']],
  ['Blob', c.Blob(), ['blob']],
  ['Date', c.Date(), ['date']],
  ['Time', c.Time(), ['time']],
  ['DateTime', c.DateTime(), ['timestamp']],
  ['Duration', c.Duration(), ['duration']],
  ['UUID', c.UUID(), ['uuid', 'timeuuid']],
  ['TimeUUID', c.TimeUUID(), ['timeuuid']],
  ['Inet', c.Inet(), ['inet']],
  ['ListOfText', c.List(c.Text({ maxLength: 1 })), ['list<text>', 'frozen<list<ascii>>']],
  ['ListOfDouble', c.List(c.Double), ['list<int>']],
  ['FrozenList', c.List(c.Text, { frozen: true }), ['list<text>', 'frozen<list<ascii>>']],
  ['SetOfText', c.Set(c.Text), ['set<text>']],
  ['Map', c.Map(c.Text, c.Integer), ['map<text, int>']],
  ['MapOfLists', c.Map(c.Text, c.List(c.Integer)), ['map<ascii, frozen<list<smallint>>>']],
  ['Tuple', c.Tuple(c.Integer, c.Text), ['tuple<int, text>']],
  ['Vector', c.Vector(c.Float, 2), ['vector<float, 2>']],
  ['VectorOfIntegers', c.Vector(c.Integer, 2), ['vector<int, 2>']],
  ['Place', c.UserDefinedType(Place), ['place', 'frozen<place>']],
  ['Stranger', c.UserDefinedType(Stranger), []],
  ['ListOfPlaces', c.List(c.UserDefinedType(Place)), ['list<frozen<place>>']]
]

const types = Object.entries(stored)
const nameOf = (i: number): string => `t${i}`
await db.execute(`CREATE TABLE ${keyspace}.of_all (id int PRIMARY KEY, ${types.map(([type], i) => `${nameOf(i)} ${type}`).join(', ')})`)
await db.execute(`INSERT INTO ${keyspace}.of_all (id, ${types.map((_, i) => nameOf(i)).join(', ')}) VALUES (1, ${types.map(([, value]) => value).join(', ')})`)

t.test('a column reads what has its form without loss, and of all else tells both types', async (t) => {
  for (const [name, column, reads] of readers) {
    // A table has one model in a `db`.
    const own = await new CQLAlchemy().init({ client: db.client as Client, keyspace, env: false })
    const columns = Object.fromEntries(types.map(([type], i) => [`of ${type}`, new Column(column.type, { ...column.options, dbField: nameOf(i) })]))
    class Row extends own.Model.define('of_all', { id: own.columns.Integer({ primaryKey: true }), ...columns }) {}
    for (const [type] of types) {
      const given = await Row.objects.only(`of ${type}` as 'id').get({ id: 1 }).then((row) => row, (error: unknown) => error)
      if (reads.includes(type)) {
        t.notOk(given instanceof Error, `${name} reads ${type}: ${String(given)}`)
        continue
      }
      t.ok(given instanceof SchemaError, `${name} does not read ${type}: ${String(given)}`)
      const { message, report } = given as SchemaError
      for (const word of [`"${keyspace as string}"."of_all"`, `"of ${type}"`, `${column.type.cql} in the model`]) t.ok(message.includes(word), `${message} tells ${word}`)
      t.match(report.conflicts, [{ kind: 'column-type', column: `of ${type}`, table: 'of_all', keyspace }])
    }
  }
})

t.test('every way of reading a model is held to its types', async (t) => {
  await db.execute(`CREATE TABLE ${keyspace}.priced (id int, at int, price decimal, tags set<text>, name text, PRIMARY KEY (id, at))`)
  await db.execute(`INSERT INTO ${keyspace}.priced (id, at, price, tags, name) VALUES (1, 1, 1.5, {'a'}, 'n')`)
  class Priced extends db.Model.define('priced', {
    id: c.Integer({ primaryKey: true }), at: c.Integer({ primaryKey: true }), price: c.Double(), tags: c.List(c.Text), name: c.Text()
  }).as<Priced>() {}
  const all = Priced.filter({ id: 1 })
  const ways: Record<string, () => unknown> = {
    all: () => all.all(),
    first: () => all.first(),
    get: () => Priced.get({ id: 1, at: 1 }),
    page: () => all.page({ size: 1 }),
    'for await': async () => { for await (const one of all) return one },
    only: () => all.only('price').all(),
    defer: () => all.defer('tags').all(),
    valuesList: () => all.valuesList('price').all(),
    'flat valuesList': () => all.valuesList('price', { flat: true }).all(),
    select: () => all.select({ p: Priced.columns.price }).all(),
    max: () => all.select({ p: db.functions.max(Priced.columns.price) }).all(),
    sum: () => all.select({ p: db.functions.sum(Priced.columns.price) }).all(),
    'empty answer': () => Priced.filter({ id: 2 }).all(),
    'the row of a refused condition': () => Priced.create({ id: 1, at: 1 }, { ifNotExists: true }),
    'the row of a refused batch': () => db.batch((b) => Priced.batch(b).ifNotExists().create({ id: 1, at: 1 }))
  }
  for (const [name, way] of Object.entries(ways)) {
    const error = await failure(way)
    t.ok(error instanceof SchemaError, `${name}: ${String(error)}`)
    t.equal((error as SchemaError).statusCode, 500)
    t.match(error.message, /"price" is decimal in the table, double in the model/, name)
  }
  t.match((await failure(() => all.all())).message, /"tags" is set<text> in the table, list<text> in the model/, 'all that contradict are told')
  t.match(await failure(() => all.only('name', 'price').all()), { message: /"price"/ })

  // What is not asked for does not disturb.
  t.equal((await all.only('name').get()).name, 'n')
  t.equal(await all.count(), 1)
  t.same(await all.select({ n: db.functions.count(Priced.columns.price), at: db.functions.writetime(Priced.columns.name) }).all().then(([one]) => one?.n), 1)
  t.equal(Priced.hydrate({ id: 1, at: 1, price: 1.5 }).price, 1.5)
  t.equal((await db.table('priced').objects.filter({ id: 1 }).get())['name'], 'n')
})

t.test('a family is held to the types of its children', async (t) => {
  await db.execute(`CREATE TABLE ${keyspace}.pet (id int PRIMARY KEY, kind text, lives text)`)
  await db.execute(`INSERT INTO ${keyspace}.pet (id, kind, lives) VALUES (1, 'cat', 'nine')`)
  class Pet extends db.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }).as<Pet>() {}
  class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() { static { this.register() } }
  for (const query of [() => Pet.get({ id: 1 }), () => Cat.get({ id: 1 })]) {
    t.match(await failure(query), { code: 'CQL_SCHEMA', message: /"lives" is text in the table, int in the model/ })
  }
})

t.test('a table that is altered between two reads: the next answer is told, and read again once the types are back', async (t) => {
  await db.execute(`CREATE TABLE ${keyspace}.altered (id int PRIMARY KEY, n int)`)
  await db.execute(`INSERT INTO ${keyspace}.altered (id, n) VALUES (1, 1)`)
  class Altered extends db.Model.define('altered', { id: c.Integer({ primaryKey: true }), n: c.Integer() }).as<Altered>() {}
  t.equal((await Altered.get({ id: 1 })).n, 1)
  await db.execute(`ALTER TABLE ${keyspace}.altered RENAME id TO key`)
  await db.execute(`ALTER TABLE ${keyspace}.altered RENAME key TO id`)
  await db.execute(`DROP TABLE ${keyspace}.altered`)
  await db.execute(`CREATE TABLE ${keyspace}.altered (id int PRIMARY KEY, n text)`)
  t.match(await failure(() => Altered.get({ id: 1 })), { code: 'CQL_SCHEMA', message: /"n" is text in the table, int in the model/ })
  await db.execute(`DROP TABLE ${keyspace}.altered`)
  await db.execute(`CREATE TABLE ${keyspace}.altered (id int PRIMARY KEY, n smallint)`)
  await db.execute(`INSERT INTO ${keyspace}.altered (id, n) VALUES (1, 2)`)
  t.equal((await Altered.get({ id: 1 })).n, 2)
})
