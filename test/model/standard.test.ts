// Standard Schema of a model: what `create`, `update` and `get` take, told without a network.
import t from 'tap'
import type { Create, Key, Standard, Update } from '../../src/core.js'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { types } from '../../src/cqlengine/driver.js'
import { open } from './setup.js'

const db = new CQLAlchemy()
class Home extends db.UserType.define('home', { street: c.Text({ required: true }), rooms: c.List(c.Integer) }) {}
let constructed = 0
class Person extends db.Model.define('person', {
  id: c.UUID({ primaryKey: true }),
  day: c.Date({ primaryKey: true }),
  name: c.Text({ required: true, maxLength: 5 }),
  age: c.Integer({ default: () => 7 }),
  until: c.Integer(),
  tags: c.Set(c.Text),
  past: c.List(c.DateTime),
  props: c.Map(c.Text, c.List(c.Integer, { frozen: true })),
  home: c.UserDefinedType(Home),
  homes: c.List(c.UserDefinedType(Home))
}).as<Person>() {
  readonly number = ++constructed
  override validate (): void {
    super.validate()
    // As zod and others throw it.
    if (this.until !== null && this.until < (this.age ?? 0)) throw Object.assign(new Error('secret'), { issues: [{ message: 'must be after age', path: ['until'] }] })
    if (this.name === 'crash') throw new RangeError('a mistake of the class')
  }
}
class Visits extends db.Model.define('visits', { id: c.Integer({ primaryKey: true }), hits: c.Counter() }).as<Visits>() {}
class Reading extends db.Model.define('reading', { id: c.Integer({ primaryKey: true }), at: c.Integer({ primaryKey: true }), note: c.Text({ static: true }), value: c.Integer({ required: true }) }).as<Reading>() {}
await open(t, db)

const id = '05c8f006-0000-4000-8000-000000000000'

function issues (schema: Standard<unknown>, value: unknown): unknown {
  const result = schema['~standard'].validate(value)
  return result.issues?.map(({ message, path }) => [path?.join('/') ?? '', message])
}

function valueOf<T> (schema: Standard<T>, value: unknown): T {
  const result = schema['~standard'].validate(value)
  if (result.issues !== undefined) throw new Error(JSON.stringify(result.issues))
  return result.value
}

t.test('what the standard asks for', async (t) => {
  const { '~standard': standard } = Person.standard('create')
  t.equal(standard.version, 1)
  t.equal(standard.vendor, 'fastify-cqlalchemy')
  t.notOk(standard.validate({}) instanceof Promise)
  t.throws(() => Person.standard('row' as never), { name: 'QueryError', message: 'person.standard: expected one of create, update, key, not "row"' })
  t.throws(() => db.Model.abstract({}).standard('create'), { name: 'ModelDefinitionError' })
})

t.test('the value of each is what create, update and get take', async (t) => {
  const body = { id, day: '2020-02-03', name: 'ada', tags: ['a', 'a'], past: [0], home: { street: 'x' }, until: 9, homes: null }
  const created: Create<Person> = valueOf(Person.standard('create'), body)
  t.strictSame(Object.keys(created), Object.keys(body), 'what was given, without defaults')
  t.ok(created.id instanceof types.Uuid)
  t.strictSame(created.past, [new Date(0)])
  t.match(await Person.create(created), { name: 'ada', age: 7, tags: new Set(['a']) })

  const changed: Update<Person> = valueOf(Person.standard('update'), { name: 'eve', tags__add: ['b'], tags__remove: ['a'], past__append: [1], props__update: { a: [1] }, until: null })
  t.strictSame(Object.keys(changed), ['name', 'tags__add', 'tags__remove', 'past__append', 'props__update', 'until'])
  const key: Key<Person> = valueOf(Person.standard('key'), { id, day: '2020-02-03' })
  t.ok(key.id instanceof types.Uuid)
  await Person.filter(key).update(changed)
  t.match(await Person.get(key), { name: 'eve', tags: new Set(['b']), past: [new Date(0), new Date(1)], props: new Map([['a', [1]]]), until: null })

  for (const operation of ['increment', 'decrement', 'increment'] as const) await Visits.filter({ id: 1 }).update(valueOf(Visits.standard('update'), { [`hits__${operation}`]: 2 }))
  t.equal((await Visits.get({ id: 1 })).hits, 2n)
  t.equal((await Reading.create(valueOf(Reading.standard('create'), { id: 1, note: 'static alone' }))).note, 'static alone')
})

t.test('all issues, by path, without values', async (t) => {
  const secret = 'do not print'
  t.strictSame(issues(Person.standard('create'), {}), [['id', 'must not be null'], ['day', 'must not be null'], ['name', 'must not be null']])
  t.strictSame(issues(Person.standard('create'), { id: secret, day: '2020-02-30', name: 5, tags: ['a', 5], props: { [secret]: [secret] }, home: { street: 'x', rooms: [1, secret] }, homes: [{ street: null }] }), [
    ['id', 'must be a UUID such as "f47ac10b-58cc-4372-a567-0e02b2c3d479"'],
    ['day', 'must be a day that exists'],
    ['name', 'must be a string'],
    ['tags/1', 'element 1: must be a string'],
    ['props', 'value of entry 0: element 0: must be a whole number'],
    ['home/rooms/1', 'rooms: element 1: must be a whole number'],
    ['homes/0/street', 'element 0: street: must not be null']
  ])
  t.strictSame(issues(Person.standard('create'), { id, day: '2020-02-03', name: 'much too long' }), [['name', 'must have at most 5 characters']])
  t.match(issues(Person.standard('create'), { nmae: secret }), [['nmae', /did you mean name/]])
  t.strictSame(issues(Person.standard('create'), { id, day: '2020-02-03', name: 'ada', until: 1 }), [['until', 'must be after age']], 'what validate() throws')
  t.strictSame(issues(Person.standard('key'), { id, name: secret }), [['day', 'must be given'], ['name', 'the key has no such column; it has id, day']])
  t.strictSame(issues(Person.standard('update'), { id, past__append: [secret], name: null }), [
    ['id', 'a key column cannot be updated; delete the row and create another'],
    ['past__append/0', 'element 0: must be ISO 8601 with a time zone, such as "2020-02-03T10:11:12.123Z", or a day such as "2020-02-03"'],
    ['name', 'must not be null']
  ])
  t.match(issues(Person.standard('update'), { tags: ['a'], tags__add: ['b'] }), [['', /"tags" is both assigned and changed/]])
  for (const purpose of ['create', 'update', 'key'] as const) {
    for (const value of [undefined, null, 5, 'x', [], new Map(), () => 1]) {
      t.strictSame(issues(Person.standard(purpose), value), [['', 'expected an object of column names and values']])
    }
  }
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x${i}`, i]))
  t.equal((issues(Person.standard('create'), many) as unknown[]).length, 20, 'bounded')
})

t.test('a mistake of the class is thrown as it is', async (t) => {
  t.throws(() => Person.standard('create')['~standard'].validate({ id, day: '2020-02-03', name: 'crash' }), { name: 'RangeError' })
})

t.test('paths are in the errors of writes, too, and in no JSON', async (t) => {
  const error = await Person.create({ id, day: '2020-02-03', name: 'ada', homes: [{ street: 'a', rooms: ['x' as never] }] }).catch((e: unknown) => e)
  t.match(error, { errors: [{ column: 'homes', path: [0, 'rooms', 0] }] })
  t.strictSame(Object.keys((error as { errors: object[] }).errors[0] ?? {}), ['column', 'rule', 'message'])
})
