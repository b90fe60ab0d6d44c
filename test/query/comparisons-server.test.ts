// Each operator on each type, in a condition and in a filter: what the server refuses is told before, and what it takes is sent.
import t from 'tap'
import type { AnyColumn } from '../../src/cqlengine/columns/column.js'
import { operators } from '../../src/cqlengine/columns/expression.js'
import { errors, types } from '../../src/cqlengine/driver.js'
import { CQLEngineError, LWTError, QueryError, ValidationError } from '../../src/cqlengine/errors.js'
import { relation } from '../../src/cqlengine/statements/relation.js'
import { serverDb } from './setup.js'
import { fileNeeds5 } from '../support/needs-5.js'

fileNeeds5('vectors')

const db = await serverDb(t)
const c = db.columns
class Plain extends db.UserType.define('plain', { s: c.Text(), n: c.Integer() }) {}
class Timed extends db.UserType.define('timed', { s: c.Text(), d: c.Duration() }) {}
class Filled extends db.UserType.define('filled', { m: c.Map(c.Text, c.Integer), l: c.List(c.Text) }) {}
const same = (value: unknown): unknown => value
const custom = (cql: string): AnyColumn => c.custom<unknown, unknown>({ cql, toDatabase: same, fromDatabase: same })()

/** A column with a value, one of its elements or entry's values, and a key. */
type Row = readonly [column: AnyColumn, value: unknown, element?: unknown, key?: unknown]
const rows: Record<string, Row> = {
  text: [c.Text(), 'a'],
  emptyText: [c.Text(), ''],
  ascii: [c.Ascii(), 'a'],
  tinyint: [c.TinyInt(), 1],
  smallint: [c.SmallInt(), 1],
  int: [c.Integer(), 1],
  bigint: [c.BigInt(), 1n],
  varint: [c.VarInt(), 1n],
  float: [c.Float(), 1.5],
  double: [c.Double(), NaN],
  decimal: [c.Decimal(), '1.5'],
  boolean: [c.Boolean(), true],
  blob: [c.Blob(), Buffer.from('a')],
  date: [c.Date(), '2020-01-01'],
  time: [c.Time(), '10:00:00'],
  timestamp: [c.DateTime(), new Date(0)],
  duration: [c.Duration(), '1d'],
  uuid: [c.UUID(), 'f47ac10b-58cc-4372-a567-0e02b2c3d479'],
  timeuuid: [c.TimeUUID(), '50554d6e-29bb-11e5-b345-feff819cdc9f'],
  inet: [c.Inet(), '127.0.0.1'],
  list: [c.List(c.Text), ['a'], 'a'],
  emptyList: [c.List(c.Text), []],
  frozenList: [c.List(c.Text, { frozen: true }), ['a'], 'a'],
  emptyFrozenList: [c.List(c.Text, { frozen: true }), []],
  set: [c.Set(c.Text), ['a'], 'a'],
  emptySet: [c.Set(c.Text), []],
  frozenSet: [c.Set(c.Text, { frozen: true }), ['a'], 'a'],
  map: [c.Map(c.Text, c.Integer), { a: 1 }, 1, 'a'],
  emptyMap: [c.Map(c.Text, c.Integer), {}],
  frozenMap: [c.Map(c.Text, c.Integer, { frozen: true }), { a: 1 }, 1, 'a'],
  emptyFrozenMap: [c.Map(c.Text, c.Integer, { frozen: true }), {}],
  listOfMaps: [c.List(c.Map(c.Text, c.Integer)), [{}], {}],
  tuple: [c.Tuple(c.Integer, c.Text), [1, null]],
  userType: [c.UserDefinedType(Plain), { s: 'a', n: null }],
  openUserType: [c.UserDefinedType(Plain, { frozen: false }), { s: 'a', n: 1 }],
  emptyOpenUserType: [c.UserDefinedType(Filled, { frozen: false }), { m: {}, l: [] }],
  vector: [c.Vector(c.Float, 2), [1, 2]],
  durationList: [c.List(c.Duration), ['1d'], '1d'],
  frozenDurationList: [c.List(c.Duration, { frozen: true }), ['1d'], '1d'],
  durationMap: [c.Map(c.Text, c.Duration), { a: '1d' }, '1d', 'a'],
  frozenDurationMap: [c.Map(c.Text, c.Duration, { frozen: true }), { a: '1d' }, '1d', 'a'],
  durationTuple: [c.Tuple(c.Integer, c.Duration), [1, '1d']],
  timed: [c.UserDefinedType(Timed), { s: 'a', d: '1d' }],
  openTimed: [c.UserDefinedType(Timed, { frozen: false }), { s: 'a', d: '1d' }],
  listOfTimedTuples: [c.List(c.Tuple(c.Integer, c.Duration)), [[1, '1d']], [1, '1d']],
  vectorOfDurations: [c.Vector(c.Duration, 2), ['1d', '1d']],
  tupleOfVectors: [c.Tuple(c.Vector(c.Duration, 2), c.Text), [['1d', '1d'], 'a']],
  customText: [custom('text'), 'a'],
  customDuration: [custom('duration'), types.Duration.fromString('1d')],
  customList: [custom('list<int>'), [1]],
  emptyCustomList: [custom('list<int>'), []],
  customFrozenList: [custom('frozen<list<int>>'), [1]],
  customVector: [custom('vector<duration, 2>'), ['1d', '1d'].map((d) => types.Duration.fromString(d))]
}

const names = Object.keys(rows)
class Compared extends db.Model.define('compared', {
  id: c.Integer({ primaryKey: true }), n: c.Integer(), ...Object.fromEntries(names.map((name) => [name, (rows[name] as Row)[0]]))
}) {}
await db.syncDb()
const values = { n: 1, ...Object.fromEntries(names.map((name) => [name, rows[name]?.[1]])) }
// One for each operator, for they are tried at once.
await Compared.createMany(operators.map((_, id) => ({ id, ...values })))

type Verdict = 'taken' | 'told before' | 'refused by the server'

async function verdict (run: () => PromiseLike<unknown>): Promise<Verdict> {
  try {
    await run()
  } catch (error) {
    if (error instanceof LWTError) return 'taken'
    if (error instanceof QueryError || error instanceof ValidationError) return 'told before'
    const { invalid, syntaxError } = types.responseErrorCodes
    if (error instanceof errors.ResponseError && (error.code === invalid || error.code === syntaxError)) return 'refused by the server'
    throw error
  }
  return 'taken'
}

const table = `${db.keyspace as string}.compared`

for (const name of names) {
  t.test(`${name}: we refuse what the server refuses, and nothing else`, async (t) => {
    const [, value, element = 'a', key = 'a'] = rows[name] as Row
    await Promise.all(operators.map(async (operator, id) => {
      // An empty list or set inside the list of values is nothing that the driver can send.
      if (operator === 'in' && Array.isArray(value) && value.length === 0) return
      const given = operator === 'in' ? [value] : operator === 'contains' ? element : operator === 'containsKey' ? key : operator === 'entry' ? [key, element] : value
      const where = { [`${name}__${operator}`]: given }
      const params = operator === 'entry' ? given as unknown[] : [given]
      const text = relation(`"${name}"`, operator)

      const conditional = await verdict(() => Compared.filter({ id }).iff(where).update({ n: 2 }))
      const rawConditional = await verdict(() => db.execute(`UPDATE ${table} SET n = 2 WHERE id = ${id} IF ${text}`, params))
      t.equal(conditional, rawConditional === 'taken' ? 'taken' : 'told before', `iff, ${operator}`)

      if (Array.isArray(value) && value.length === 0) return // WHERE takes no empty list or set, being null for it
      const filtered = await verdict(() => Compared.filter(where).allowFiltering().all())
      const rawFiltered = await verdict(() => db.execute(`SELECT id FROM ${table} WHERE ${text} ALLOW FILTERING`, params))
      t.equal(filtered, rawFiltered === 'taken' ? 'taken' : 'told before', `filter, ${operator}`)
    }))
  })
}

t.test('what is told names column, reason and remedy', async (t) => {
  const told = async (where: object): Promise<string> => {
    try {
      await Compared.filter({ id: 1 }).iff(where).update({ n: 2 })
    } catch (error) {
      t.ok(error instanceof CQLEngineError)
      return (error as Error).message
    }
    throw new Error('nothing was thrown')
  }
  t.match(await told({ duration__lt: '1d' }), /compared\.iff, column "duration": .*durations, which have no order.*eq, ne or in/)
  t.match(await told({ emptyMap__lte: {} }), /emptyMap: .*empty/)
})
