// What test runners print of query sets, the db and instances; the runners themselves are asked by `npm run test:ecosystem`.
import { inspect } from 'node:util'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { types } from '../../src/cqlengine/driver.js'

interface Matcher { readonly $$typeof?: symbol, toAsymmetricMatcher (): string, asymmetricMatch?: unknown }
/** As a runner sees it. */
const asMatcher = (value: object): Matcher => value as Matcher

function make () {
  const db = new CQLAlchemy()
  const c = db.columns
  class User extends db.Model.define('user', { uid: c.UUID({ primaryKey: true }), name: c.Text(), secret: c.Text({ hidden: true }) }).as<User>() {}
  return { db, User }
}

t.test('pretty-format prints query sets and the db by their texts, and copies of them too', async (t) => {
  const { db, User } = make()
  for (const value of [User.objects, db.table('x').objects, db]) {
    t.equal(asMatcher(value).$$typeof, Symbol.for('jest.asymmetricMatcher'))
    t.equal(asMatcher(value).asymmetricMatch, undefined, 'comparing is as ever')
    t.equal(asMatcher(value).toAsymmetricMatcher(), inspect(value))
    const copy = Object.create(Object.getPrototypeOf(value) as object) as object
    t.match(asMatcher(copy).toAsymmetricMatcher(), /^\w+ \{\}$/, 'of a copy without what is private the name')
    // As Jest copies: the values of all accessors.
    for (const key of Object.getOwnPropertySymbols(Object.getPrototypeOf(value))) Object.defineProperty(copy, key, { value: Reflect.get(value, key) as unknown })
    t.equal(asMatcher(copy).toAsymmetricMatcher(), inspect(value))
    t.not(Object.prototype.toString.call(value), '[object Object]', 'no runner takes it for data')
  }
  t.strictSame(Object.keys(db), [], 'nothing of a db is dumped')
})

t.test('a query set is no JSON, but under Jest, which asks without a key', async (t) => {
  const { User } = make()
  const query = User.objects as unknown as { toJSON (): unknown }
  t.throws(() => JSON.stringify(query), { name: 'QueryError' })
  t.throws(() => query.toJSON(), { name: 'QueryError' })
  process.env['JEST_WORKER_ID'] = '1'
  t.teardown(() => { delete process.env['JEST_WORKER_ID'] })
  t.equal(query.toJSON(), inspect(query))
  t.throws(() => JSON.stringify(query), { name: 'QueryError' })
})

t.test('Jest copies of an instance what is its own and not hidden, and asks no accessor of what was not loaded', async (t) => {
  const { User } = make()
  const user = User.hydrate({ uid: types.Uuid.random(), secret: 's' }) as object as User0
  const listed = Symbol.for('@jest/serializableProperties')
  t.strictSame(user[listed], ['uid'])
  for (let prototype = Object.getPrototypeOf(user) as User0; prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype) as User0) t.strictSame(prototype[listed] ?? [], [])
})

t.test('in tests of Vitest the driver\'s values are printed as texts', async (t) => {
  process.env['VITEST'] = 'true'
  t.teardown(() => { delete process.env['VITEST'] })
  const id = types.Uuid.random()
  make()
  t.equal(asMatcher(id).toAsymmetricMatcher(), String(id))
  t.strictSame(Object.keys(id), ['buffer'], 'comparing is as ever')
})

interface User0 { [key: symbol]: string[] | undefined }
