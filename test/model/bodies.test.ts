// Bodies of requests: what the types of create and update allow passes the schemas as Fastify compiles them, and arrives.
import fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import type { Update } from '../../src/core.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { open, recorded } from './setup.js'

function app (route: (app: FastifyInstance) => void): FastifyInstance {
  const made = fastify()
  t.teardown(() => made.close())
  route(made)
  return made
}

const db = new CQLAlchemy()
class Home extends db.UserType.define('home', { street: c.Text({ required: true }), tags: c.Set(c.Text, { required: true }) }) {}
class Person extends db.Model.define('person', {
  id: c.Integer({ primaryKey: true }),
  name: c.Text({ required: true, maxLength: 5 }),
  nick: c.Text({ minLength: 2 }),
  big: c.BigInt(),
  price: c.Decimal(),
  at: c.DateTime(),
  secret: c.Text({ hidden: true }),
  tags: c.Set(c.Text({ maxLength: 5 })),
  past: c.List(c.DateTime, { required: true }),
  scores: c.Map(c.Text({ maxLength: 5 }), c.Integer),
  ages: c.Map(c.Integer, c.Integer),
  pair: c.Tuple(c.Integer, c.Text),
  home: c.UserDefinedType(Home),
  frozen: c.Set(c.Text, { frozen: true }),
  scores__update: c.Text()
}).as<Person>() {}
class Visits extends db.Model.define('visits', { id: c.Integer({ primaryKey: true }), hits: c.Counter() }).as<Visits>() {}
await open(t, db)

t.test('every body that Update allows passes the schema of an update, and arrives', async (t) => {
  const patches = app((app) => {
    db.addSchemas(app)
    app.patch<{ Body: Update<Person> }>('/', { schema: { body: { $ref: 'person.update#' } } }, async (request) => {
      await Person.filter({ id: 1 }).update(request.body)
      return request.body
    })
  })
  const after = async (body: Update<Person>): Promise<Person> => {
    const answer = await patches.inject({ method: 'PATCH', url: '/', payload: body as object })
    t.equal(answer.statusCode, 200, `${JSON.stringify(body)} ${answer.body}`)
    t.strictSame(Object.keys(answer.json()), Object.keys(body), 'nothing was removed')
    return await Person.get({ id: 1 })
  }
  await Person.create({ id: 1, name: 'ada', tags: ['x'], past: [0], scores: { a: 1, b: 2 }, ages: { 1: 1, 2: 2 } })
  t.strictSame((await after({ tags__add: ['y', 'y'] })).tags, new Set(['x', 'y']))
  t.strictSame((await after({ tags__remove: ['x', 'much longer'] })).tags, new Set(['y']))
  t.strictSame((await after({ past__append: [1, '1970-01-01T00:00:00.002Z'], past__prepend: [5] })).past.map(Number), [5, 0, 1, 2])
  t.strictSame((await after({ past__remove: [5, 0] })).past.map(Number), [1, 2])
  t.strictSame((await after({ ages__update: { 1: null, 3: 3 } })).ages, new Map([[2, 2], [3, 3]]))
  t.strictSame((await after({ ages__remove: [2] })).ages, new Map([[3, 3]]))
  t.strictSame((await after({ scores__remove: ['a', 'much longer'], scores__update: 'a column of that name' } as never)), await Person.get({ id: 1 }))
  t.match(await Person.get({ id: 1 }), { scores: new Map([['b', 2]]), scores__update: 'a column of that name' })
  t.match(await after({ big: 5, price: 1.5, at: 0, secret: 's', pair: [1, null], home: { street: 'a' }, nick: null, tags: null, past: null, frozen: ['a', 'a'] }), {
    big: 5n, at: new Date(0), secret: 's', pair: [1, null], home: { street: 'a', tags: new Set() }, nick: null, tags: new Set(), past: [], frozen: new Set(['a'])
  })
  t.match(await after({ home: { street: 'b', tags: null }, at: '2020-01-01T00:00:00.000Z', tags: ['a', 'a'], big: '7', price: '2' }), { at: new Date('2020-01-01'), tags: new Set(['a']), big: 7n })
  t.match(await after({ at: null, home: null, price: null, pair: null }), { at: null, home: null, price: null, pair: null }, 'null stays null')
  for (const body of [{ tags__add: ['much longer'] }, { at: true }, { at: 'x' }, { at: 1.5 }, { name: null }, { ages__update: { 1: 'x' } }, { home: {} }]) {
    t.equal((await patches.inject({ method: 'PATCH', url: '/', payload: body })).statusCode, 400, JSON.stringify(body))
  }
  for (const name of ['frozen__add', 'id', 'nick__append', 'tags__increment']) {
    t.strictSame((await patches.inject({ method: 'PATCH', url: '/', payload: { [name]: ['x'] } })).json(), {}, name)
  }
})

t.test('counters', async (t) => {
  const patches = app((app) => {
    app.patch<{ Body: Update<Visits> }>('/', { schema: { body: Visits.toJSONSchema({ for: 'update' }) } }, async (request) => { await Visits.filter({ id: 1 }).update(request.body) })
  })
  for (const payload of [{ hits__increment: 5 }, { hits__decrement: '2' }]) t.equal((await patches.inject({ method: 'PATCH', url: '/', payload })).statusCode, 200)
  t.equal((await Visits.get({ id: 1 })).hits, 3n)
  t.strictSame(Visits.toJSONSchema({ for: 'update', operations: false }).properties, {})
})

t.test('only, operations, hidden', async (t) => {
  const names = (options?: Parameters<typeof Person.toJSONSchema>[0]): string[] => Object.keys(Person.toJSONSchema(options)['properties'] as object)
  t.strictSame(names({ only: ['name', 'secret'] }), ['id', 'name'], 'a row with the key, never what is hidden')
  t.strictSame(Person.toJSONSchema({ only: ['nick'] })['required'], ['id'])
  t.strictSame(names({ for: 'create', only: ['name', 'secret'] }), ['id', 'name', 'secret'])
  t.strictSame(names({ for: 'update', only: ['tags', 'secret'] }), ['secret', 'tags', 'tags__add', 'tags__remove'])
  t.strictSame(names({ for: 'update', only: ['tags'], operations: false }), ['tags'])
  t.strictSame(names({ for: 'key', only: ['tags'] }), ['id'])
  t.notOk(names().includes('secret'))
  t.ok(names({ for: 'create' }).includes('secret'))
  t.strictSame(Person.toJSONSchema({ for: 'create' })['required'], ['id', 'name'], 'a required collection may be empty')
  for (const wrong of [{ only: ['nope'] }, { only: [] }, { only: 'name' }, { dialect: 'x' }, { operations: 'no' }, { for: 'rows' }, { onyl: ['name'] }]) {
    t.throws(() => Person.toJSONSchema(wrong as never), { name: 'QueryError', message: /^person\.toJSONSchema: / }, JSON.stringify(wrong))
  }
})

t.test('a part of a row by a schema for it', async (t) => {
  const rows = app((app) => {
    app.get('/', { schema: { response: { 200: Person.toJSONSchema({ only: ['name'] }) } } }, () => Person.filter({ id: 1 }).only('name').first())
  })
  t.strictSame((await rows.inject('/')).json(), { id: 1, name: 'ada' })
})

t.test('a family: an answer by the schema of the parent keeps the columns of children', async (t) => {
  const { db } = await recorded(t)
  class Pet extends db.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true, index: true }), name: c.Text() }).as<Pet>() {}
  class Cat extends Pet.polymorphic('cat', { lives: c.Integer(), secret: c.Text({ hidden: true }), tags: c.Set(c.Text) }).as<Cat>() { static { this.register() } }
  class Lion extends Cat.polymorphic('lion', { pride: c.Text() }).as<Lion>() { static { this.register() } }
  const all = [Pet.hydrate({ id: 0, kind: 'cat', name: null, lives: 9, secret: 's' } as never), Lion.hydrate({ id: 1, name: 'a', lives: 1, tags: new Set(['x']), pride: 'p' })]
  const rows = app((app) => {
    app.get('/', { schema: { response: { 200: { type: 'array', items: Pet.toJSONSchema() } } } }, () => all)
    app.get('/cats', { schema: { response: { 200: { type: 'array', items: Cat.toJSONSchema() } } } }, () => all.slice(1))
  })
  const lion = { id: 1, kind: 'lion', name: 'a', lives: 1, tags: ['x'], pride: 'p' }
  t.strictSame((await rows.inject('/')).json(), [{ id: 0, kind: 'cat', name: null, lives: 9 }, lion])
  t.strictSame((await rows.inject('/cats')).json(), [lion])
  t.strictSame(Object.keys(Pet.toJSONSchema({ only: ['lives'] })['properties'] as object), ['id', 'kind', 'lives'])
})
