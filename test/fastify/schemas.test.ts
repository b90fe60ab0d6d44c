import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { ModelDefinitionError } from '../../src/cqlengine/errors.js'
import { addSchemas } from '../../src/model-schemas.js'
import type { SchemaModel } from '../../src/model-schemas.js'

/** A model class as far as schemas go. */
function model (name: string, tableName: string, { keyspace, parent = Object }: { keyspace?: string, parent?: object } = {}): SchemaModel {
  const made = Object.defineProperties(() => {}, {
    name: { value: name },
    tableName: { value: tableName },
    keyspace: { value: keyspace },
    toJSONSchema: { value: ({ for: view, $id }: { for: string, $id: string }) => ({ $id, type: 'object', title: `${name} ${view}` }) }
  })
  return Object.setPrototypeOf(made, parent)
}

function idsOf (models: readonly SchemaModel[], prefix?: string): string[] {
  const ids: string[] = []
  addSchemas({ addSchema: ({ $id }) => ids.push($id as string) }, models, { prefix })
  return ids.filter((id) => !/\.(partial|create|update|key)$/.test(id))
}

t.test('five schemas per model, for Fastify', async (t) => {
  const app = Fastify()
  addSchemas(app, [model('User', 'user')])
  t.strictSame(app.getSchemas(), Object.fromEntries([['user', 'row'], ['user.partial', 'row'], ['user.create', 'create'], ['user.update', 'update'], ['user.key', 'key']]
    .map(([$id, view]) => [$id, { $id, type: 'object', title: `User ${view}` }])))
  addSchemas(app, [model('User', 'user')], { prefix: 'reports' })
  t.ok(app.getSchema('reports.user.key'), 'two instances do not collide')
  await app.close()
})

t.test('names', async (t) => {
  t.strictSame(idsOf([model('User', 'user')], 'reports.'), ['reports.user'])
  t.strictSame(idsOf([model('User', 'user')], 'v1/'), ['v1/user'])
  const pet = model('Pet', 'pet')
  const cat = model('BigCat', 'pet', { parent: pet })
  t.strictSame(idsOf([cat, pet, model('Tiger', 'pet', { parent: cat })]), ['bigCat', 'pet', 'tiger'], 'children are named after their class')
  t.strictSame(idsOf([model('A', 'user', { keyspace: 'a' }), model('B', 'user', { keyspace: 'b' }), model('C', 'user')]), ['a.user', 'b.user', 'user'])
  t.strictSame(idsOf([]), [])
})

t.test('two models of one name: nothing is added', async (t) => {
  const pet = model('Pet', 'pet')
  const added: unknown[] = []
  t.throws(() => { addSchemas({ addSchema: (schema) => added.push(schema) }, [pet, model('Cat', 'pet', { parent: pet }), model('Cats', 'cat')]) }, new ModelDefinitionError('the schemas of Cat and Cats would both be called cat; rename a class or table'))
  t.strictSame(added, [])
})

function family (): { db: CQLAlchemy, all: () => object[] } {
  const db = new CQLAlchemy()
  class User extends db.Model.define('user', { id: c.Integer({ primaryKey: true }), name: c.Text({ required: true }), tags: c.Set(c.Text), secret: c.Text({ hidden: true }) }).as<User>() {}
  class Pet extends db.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true, index: true }), pair: c.Tuple(c.Integer, c.Text) }).as<Pet>() {}
  class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() { static { this.register() } }
  class Lion extends Cat.polymorphic('lion', { pride: c.Text() }).as<Lion>() { static { this.register() } }
  User.register()
  return { db, all: () => [Cat.hydrate({ id: 1, lives: 9, pair: [1, null] }), Lion.hydrate({ id: 2, pair: null, lives: 1, pride: 'p' })] }
}

t.test('children of families have schemas; answers by the parent\'s keep the children\'s columns', async (t) => {
  const { db, all } = family()
  const app = Fastify()
  db.addSchemas(app)
  const names = ['user', 'pet', 'cat', 'lion'].flatMap((name) => ['', '.partial', '.create', '.update', '.key'].map((suffix) => name + suffix))
  t.strictSame(Object.keys(app.getSchemas()).sort(), names.sort())
  app.get('/', { schema: { response: { 200: { type: 'array', items: { $ref: 'pet#' } } } } }, all)
  app.get('/cats', { schema: { response: { 200: { type: 'array', items: { $ref: 'cat#' } } } } }, all)
  const both = [{ id: 1, kind: 'cat', pair: [1, null], lives: 9 }, { id: 2, kind: 'lion', pair: null, lives: 1, pride: 'p' }]
  t.strictSame((await app.inject('/')).json(), both)
  t.strictSame((await app.inject('/cats')).json(), both)
  await app.close()
})

t.test('rows of which some columns were loaded answer by the partial schema', async (t) => {
  const db = new CQLAlchemy()
  class User extends db.Model.define('user', { id: c.Integer({ primaryKey: true }), name: c.Text({ required: true }), tags: c.Set(c.Text), secret: c.Text({ hidden: true }) }).as<User>() {}
  const app = Fastify()
  db.addSchemas(app)
  app.get('/', { schema: { response: { 200: { $ref: 'user.partial#' } } } }, () => User.hydrate({ id: 1, secret: 's' }))
  t.strictSame((await app.inject('/')).json(), { id: 1 })
  const { required, ...row } = User.toJSONSchema()
  t.strictSame(app.getSchema('user.partial'), { ...row, $id: 'user.partial' })
  t.strictSame(required, ['id', 'name', 'tags'])
  await app.close()
})

t.test('a dialect for all of them; options are checked', async (t) => {
  const { db } = family()
  const app = Fastify()
  db.addSchemas(app, { dialect: 'openapi-3.0', prefix: 'shop' })
  t.match(app.getSchema('shop.pet'), { properties: { pair: { type: 'array', items: { anyOf: [{ type: 'integer' }, { type: 'string' }] } } } })
  t.throws(() => { db.addSchemas(app, { dialect: 'draft-4' as never }) }, { name: 'QueryError', message: /"dialect" must be one of fastify, openapi-3.0, 2020-12/ })
  t.throws(() => { db.addSchemas(app, { prefxi: 'x' } as never) }, { name: 'QueryError', message: /prefxi.*did you mean prefix/ })
  await app.close()
})

t.test('@fastify/swagger: components are called like the schemas', async (t) => {
  const { db, all } = family()
  const app = Fastify()
  await app.register(swagger, {
    openapi: { info: { title: 'pets', version: '1' } },
    refResolver: { buildLocalReference: ({ $id }, _uri, _fragment, i) => typeof $id === 'string' ? $id : `def-${i}` }
  })
  db.addSchemas(app, { dialect: 'openapi-3.0' })
  app.get('/', { schema: { response: { 200: { type: 'array', items: { $ref: 'pet#' } } } } }, all)
  app.post('/users', { schema: { body: { $ref: 'user.create#' }, response: { 200: { $ref: 'user#' } } } }, () => ({}))
  await app.ready()
  const { components, paths } = app.swagger() as { components: { schemas: object }, paths: object }
  t.strictSame(Object.keys(components.schemas).sort(), Object.keys(app.getSchemas()).sort())
  t.match(JSON.stringify(paths), /"#\/components\/schemas\/user\.create"/)
  t.notMatch(JSON.stringify(paths), /def-/)
  await app.close()
})

t.test('what a client is told of a wrong value is short, and the first of it names a format where there is one', async (t) => {
  const db = new CQLAlchemy()
  // Not the duration: its one pattern has all the forms that Cassandra takes.
  const columns = { uid: c.UUID({ primaryKey: true }), time: c.TimeUUID(), at: c.DateTime(), day: c.Date(), clock: c.Time(), big: c.BigInt(), exact: c.Decimal(), ip: c.Inet() }
  class Thing extends db.Model.define('thing', columns).as<Thing>() { static { this.register() } }
  t.equal(db.models[0], Thing)
  const right = { uid: '{f47ac10b-58cc-4372-a567-0e02b2c3d479}', time: 'urn:uuid:05c8f006-0000-1000-8000-000000000000', at: '+012345-01-01T00:00:00.123456789+01:00' }
  for (const dialect of ['fastify', 'openapi-3.0'] as const) {
    for (const isFirst of [false, true]) {
      const app = Fastify(isFirst ? { schemaErrorFormatter: ([error], part) => new Error(`${part}${error?.instancePath} ${error?.message}`) } : {})
      db.addSchemas(app, { dialect })
      app.post('/', { schema: { body: { $ref: 'thing.create#' } } }, () => 'taken')
      const answer = async (payload: object): Promise<string> => (await app.inject({ method: 'POST', url: '/', payload })).body
      t.equal(await answer(right), 'taken', 'all forms are taken')
      for (const name of Object.keys(columns)) {
        const { message, statusCode } = JSON.parse(await answer({ ...right, [name]: 'tomorrow' })) as { message: string, statusCode: number }
        t.equal(statusCode, 400)
        t.ok(message.startsWith(`body/${name} must `) && message.length < (isFirst ? 90 : 300), `${dialect}: ${message}`)
        const format = { uid: 'uuid', at: 'date-time', day: 'date', ip: 'ipv4' }[name]
        if (isFirst && format !== undefined) t.equal(message, `body/${name} must match format "${format}"`)
      }
      await app.close()
    }
  }
})

t.test('tuples of any two types go in and come out by the schemas of every dialect, through Fastify\'s conversion of types', async (t) => {
  const { db } = family()
  class Home extends db.UserType.define('home', { street: c.Text(), code: c.Integer() }) {}
  const own = (schema?: object) => c.custom<unknown>({ cql: 'text', toDatabase: (value) => JSON.stringify(value), fromDatabase: JSON.parse, schema })
  const some = [
    [c.Text, '5'], [c.Integer, 1], [c.BigInt, '9223372036854775807'], [c.Boolean, false], [c.List(c.Text), ['1']], [c.Map(c.Text, c.Text), { a: '' }],
    [c.Vector(c.Float, 2), [1, 0]], [c.UserDefinedType(Home), { street: null, code: 1 }], [c.List(c.UserDefinedType(Home)), [{ street: 'x', code: null }]], [c.List(c.Map(c.Text, c.Text)), [{ a: '1' }]],
    [own(), { a: [1] }], [own({ anyOf: [{ type: 'string' }, { type: 'number' }] }), '1'], [own({ enum: ['a', 'b'] }), 'a'], [own({ const: 'a' }), 'a']
  ] as const
  const pairs = some.flatMap((first, i) => some.map((second, j) => [`pair_${i}_${j}`, first, second] as const))
  class Pairs extends db.Model.define('pairs', {
    id: c.Integer({ primaryKey: true }), ...Object.fromEntries(pairs.map(([name, [first], [second]]) => [name, c.Tuple(first, second)]))
  }).as<Pairs>() {}
  const nothing = new Pairs({ id: 1 }).toJSON()
  for (const dialect of ['fastify', 'openapi-3.0', '2020-12'] as const) {
    const app = Fastify({ ajv: { customOptions: { keywords: ['prefixItems'] } } })
    const row = Pairs.toJSONSchema({ dialect })
    app.post('/', { schema: { body: Pairs.toJSONSchema({ dialect, for: 'create' }), response: { 200: row } } }, (request) => new Pairs(request.body as object))
    for (const given of [[true, true], [true, false], [false, true]]) {
      const values = pairs.map(([name, [, first], [, second]]) => [name, [given[0] ? first : null, given[1] ? second : null]])
      const payload = { ...nothing, ...Object.fromEntries(values) as object }
      const { body } = await app.inject({ method: 'POST', url: '/', payload })
      t.strictSame(JSON.parse(body), payload, `${dialect}: ${JSON.stringify(given)}`)
    }
    await app.close()
  }
})

t.test('null in a column of several types stays null, through Fastify\'s conversion of types', async (t) => {
  const { db } = family()
  const either = c.custom<unknown>({ cql: 'text', toDatabase: String, fromDatabase: String, schema: { anyOf: [{ type: 'string' }, { type: 'number' }] } })
  class Either extends db.Model.define('either', { id: c.Integer({ primaryKey: true }), one: either(), big: c.BigInt(), at: c.DateTime() }).as<Either>() {}
  const payload = { id: 1, one: null, big: null, at: null }
  for (const dialect of ['fastify', 'openapi-3.0', '2020-12'] as const) {
    const app = Fastify()
    app.post('/', { schema: { body: Either.toJSONSchema({ dialect, for: 'create' }) } }, (request) => request.body)
    t.strictSame((await app.inject({ method: 'POST', url: '/', payload })).json(), payload, dialect)
    await app.close()
  }
})
