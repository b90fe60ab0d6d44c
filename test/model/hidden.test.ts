// Hidden columns leave by no accident: no spread, logger, printer or failing assertion meets their values; saving and dirty tracking do.
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import pino from 'pino'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { LWTError } from '../../src/cqlengine/errors.js'
import { open, recorded } from './setup.js'

const secret = 'HIDDENSECRET'
const id = '05c8f006-0f3a-4c5e-9a6d-3c1f6a0b8a11'

/** As a cache does it: values in any accepted form. */
const hydrate = <I extends object>(model: (new (...given: never) => I) & { hydrate (row: never): object }, row: object): I => model.hydrate(row as never) as I

function make () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Card extends db.UserType.define('card', { bank: c.Text(), number: c.Text({ hidden: true }) }) {}
  class User extends db.Model.define('user', {
    uid: c.UUID({ primaryKey: true }),
    username: c.Text(),
    password: c.Text({ hidden: true }),
    keys: c.Set(c.Text, { hidden: true }),
    role: c.Text({ hidden: true, default: secret }),
    level: c.Text({ default: 'low' }),
    card: c.UserDefinedType(Card),
    cards: c.List(c.UserDefinedType(Card)),
    friends: c.Set(c.UUID)
  }).as<User>() {}
  class Pet extends db.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }).as<Pet>() {}
  class Cat extends Pet.polymorphic('cat', { chip: c.Text({ hidden: true }) }).as<Cat>() { static { this.register() } }
  return { db, User, Card, Pet, Cat }
}

const values = { uid: id, username: 'ada', password: secret, keys: [secret], role: secret, card: { bank: 'b', number: secret }, cards: [{ bank: 'c', number: secret }], friends: [id] }

/** Everything that would come out by accident. */
function leaks (value: object): string {
  let log = ''
  const logger = pino({}, { write: (line: string) => { log += line } })
  logger.info(value)
  logger.info({ value, list: [value] })
  const failed: unknown[] = []
  for (const fail of [() => { assert.deepStrictEqual(value, {}) }, () => { assert.deepEqual([value], []) }, () => { assert.equal(value, 5) }]) {
    try {
      fail()
    } catch (error) {
      failed.push(inspect(error), (error as Error).message)
    }
  }
  const keys = (function all (one: unknown): string[] { return typeof one === 'object' && one !== null ? Object.entries(one).flatMap(([k, v]) => [k, String(v), ...all(v)]) : [] })(value)

  for (const key in value) keys.push(key, String(Reflect.get(value, key)))
  const deep = { depth: 9 }
  const copies = [{ ...value }, Object.assign({}, value), structuredClone({ ...value, card: undefined, cards: undefined })]
  const printed = [value, { a: [value] }, ...copies].map((one) => inspect(one, deep))
  return [log, ...printed, inspect(value, { ...deep, customInspect: false }), JSON.stringify(value), ...keys, ...failed.map(String)].join('\n')
}

t.test('INS-12 nothing of a hidden column comes out of instances: new, created, loaded, in part, of families, with values of user types', async (t) => {
  const { db, User, Card, Pet, Cat } = make()
  await open(t, db)
  const created = await User.create(values)
  await Cat.create({ id: 1, chip: secret })
  const [loaded, partly] = await Promise.all([User.get({ uid: id }), User.objects.only('username', 'password').get({ uid: id })])
  const assigned = hydrate(User, { uid: id })
  assigned.password = secret
  const updated = await (await User.get({ uid: id })).update({ password: secret, keys__add: [secret] })
  const unsaved = new User({ uid: id })
  unsaved.role = secret
  const instances = { new: new User(values), unsaved, created, loaded, partly, assigned, updated, cat: await Pet.get({ id: 1 }), card: new Card({ bank: 'b', number: secret }), hydrated: hydrate(User, values), loadedCard: loaded.card as object }
  for (const [name, one] of Object.entries(instances)) {
    t.notMatch(leaks(one), secret, name)
    t.notOk(Object.keys(one).some((key) => ['password', 'keys', 'role', 'chip', 'number'].includes(key)), `${name}: keys`)
  }
  t.match(inspect(loaded), /password: \[hidden\]/)
  t.match(inspect(instances.card), /number: \[hidden\]/)
  t.equal(loaded.password, secret, 'who asks by name gets it')
  t.strictSame(loaded.keys, new Set([secret]))
  t.equal(loaded.card?.number, secret)
  t.equal(loaded.toObject()['password'], secret, 'toObject gives all, on purpose')
  t.ok(Object.hasOwn(loaded, 'password'))
})

t.test('they are saved, tracked and compared as all others', async (t) => {
  const { db, User } = make()
  await open(t, db)
  const user = await User.create(values)
  t.strictSame(user.getChangedColumns(), [])
  user.password = 'other'
  user.keys.add('k')
  if (user.card !== null) user.card.number = 'n'
  t.strictSame(user.getChangedColumns(), ['password', 'keys', 'card'])
  await user.save()
  t.notOk(Object.keys(user).includes('password'))
  const loaded = await User.get({ uid: id })
  t.match(loaded, { password: 'other', keys: new Set([secret, 'k']), card: { number: 'n' } })
  t.ok(loaded.equals(user))
  Object.assign(loaded, { password: 'third' })
  t.notOk(loaded.equals(user))
  await loaded.save()
  t.equal((await User.get({ uid: id })).password, 'third')
  await new User({ uid: id, username: 'x' }).save()
  t.equal((await User.get({ uid: id })).role, secret, 'a default')
  // `password` was null, but not given: it is not written.
  t.equal((await User.get({ uid: id })).password, 'third')
})

t.test('the row of a condition that was not met prints none either', async (t) => {
  const { db, User } = make()
  await open(t, db)
  const user = await User.create(values)
  const error: unknown = await user.iff({ password: 'wrong' }).update({ username: 'x' }).then(() => undefined, (e: unknown) => e)
  if (!(error instanceof LWTError)) return t.fail('no LWTError')
  t.equal(error.existing['password'], secret)
  for (const one of [error, error.existing, error.rows]) t.notMatch(leaks(one), secret)
})

t.test('printed in one line, ids as texts; equal ones are equal, whatever is behind them', async (t) => {
  const { db, User } = make()
  await recorded(t, db)
  const user = new User({ uid: id, username: 'ada' })
  t.match(inspect(user, { breakLength: Infinity }), /^User \{ uid: 05c8f006-0f3a-4c5e-9a6d-3c1f6a0b8a11, username: 'ada', level: 'low', .*password: \[hidden\]/)
  t.match(inspect(new User({ friends: [id], uid: id }), { breakLength: Infinity }), `friends: Set(1) { ${id} }`)
  const loaded = hydrate(User, { uid: id, username: 'ada', level: 'low', password: null, keys: [], role: secret, card: null, cards: [], friends: [] })
  assert.deepStrictEqual(loaded, user)
  assert.deepStrictEqual(hydrate(User, values), hydrate(User, values))
  assert.notDeepStrictEqual(hydrate(User, { ...values, username: 'bob' }), hydrate(User, values))
  assert.notDeepStrictEqual(hydrate(User, { ...values, uid: '15c8f006-0f3a-4c5e-9a6d-3c1f6a0b8a11' }), hydrate(User, values))
  const changed = hydrate(User, values)
  changed.username = 'other'
  changed.username = 'ada'
  assert.deepStrictEqual(changed, hydrate(User, values))
  // What other inspectors ask with: they print a text as it is, and ask an object once more.
  const custom = Symbol.for('nodejs.util.inspect.custom')
  for (const one of [user, User.objects, db, new User({ uid: id, card: { bank: 'x' } }).card]) {
    const text: unknown = (one as unknown as Record<symbol, (...given: unknown[]) => unknown>)[custom]?.(2, { truncate: 40 }, () => '')
    t.type(text, 'string')
  }
  t.match(inspect(User.filter({ uid: id })), /^QuerySet \{ SELECT .* WHERE "uid" = \? \}$/)
  t.match(inspect(new (make().User as typeof User)({ uid: id })), 'User')
  t.match(inspect(db), /^CQLAlchemy \{ state: 'open', keyspace: 'k', connections: \{ default: 'ready' \}, models: \[.*user.*\] \}$/i)
  t.match(inspect(db.table('x').objects.filter({ a: secret })), 'NamedQuerySet { of "x", filter() }')
  const cyclic = new User({ uid: id }) as unknown as Record<string, unknown>
  cyclic['self'] = cyclic
  t.match(inspect(cyclic), /Circular/)
  t.match((cyclic as Record<symbol, (...given: unknown[]) => string>)[custom]?.(5, {}, () => ''), /Circular/)
})

t.test('a logger may copy an instance before it takes values out', async (t) => {
  const { User } = make()
  let log = ''
  const logger = pino({ redact: ['user.password', 'user.username', 'user.uid', '*.card.bank'] }, { write: (line: string) => { log = line } })
  for (const user of [new User(values), hydrate(User, values), hydrate(User, { ...values, password: null })]) {
    logger.info({ user })
    const { user: logged } = JSON.parse(log) as { user: Record<string, unknown> }
    t.match(logged, { uid: '[Redacted]', username: '[Redacted]' })
    t.notMatch(log, /HIDDEN|unable to serialize/)
    t.equal(user.username, 'ada')
  }
  const copy = Object.assign(Object.create(Object.getPrototypeOf(hydrate(User, values)) as object) as User0, hydrate(User, values))
  t.strictSame(copy.toJSON(), JSON.parse(JSON.stringify(hydrate(User, values))))
  t.strictSame((Object.create(User.prototype) as User0).toJSON(), {})
  t.match(JSON.stringify(new Proxy(hydrate(User, values), {})), id)
  t.throws(() => { (copy as unknown as { validate (): void }).validate() }, { name: 'QueryError' })
})

t.test('a path of redact may lead into any instance: a log line fails no request', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Home extends db.UserType.define('home', { street: c.Text(), code: c.Text() }) {}
  class User extends db.Model.define('user', {
    uid: c.UUID({ primaryKey: true }),
    username: c.Text(),
    password: c.Text(),
    pin: c.Text({ hidden: true }),
    role: c.Text({ default: 'low' }),
    tags: c.Set(c.Text),
    home: c.UserDefinedType(Home)
  }).as<User>() {}
  const all = { uid: id, username: 'ada', password: secret, pin: secret, tags: ['a'], home: { street: 'x', code: secret } }
  const users = [new User(all), new User({ uid: id }), hydrate(User, all), hydrate(User, { uid: id }), hydrate(User, { uid: id, password: secret }), hydrate(User, { uid: id, pin: secret, home: all.home })]
  const paths = ['user.password', 'user.home.code', 'user.*', '*.password', 'user["password"]', 'user.tags[0]', 'user.pin', 'user.role', 'user.pk', 'user.isPersisted', 'user.home.*', 'users[*].home.code', 'users[*].password', 'user.nothing.deeper', 'user.home.code.deeper', 'password', 'home.code']
  const both = ['user.password', 'user.home.code', 'users[*].password', 'users[*].home.code']
  for (const [i, user] of users.entries()) {
    const before = JSON.stringify(user)
    const logged = (redact: object): Record<string, unknown> => {
      let log = ''
      const logger = pino({ redact: redact as string[] }, { write: (line: string) => { log = line } })
      logger.info({ user, users: [user] })
      t.notMatch(log, /unable to serialize/)
      return JSON.parse(log) as Record<string, unknown>
    }
    for (const path of paths) t.strictSame(Object.keys(logged([path])['user'] as object), Object.keys(JSON.parse(before) as object), `${i} ${path}`)
    for (const redact of [both, { paths: both, remove: true }, { paths: both, censor: () => 'gone' }]) t.notMatch(JSON.stringify(logged(redact)), secret, `${i} ${JSON.stringify(redact)}`)
    t.equal(JSON.stringify(user), before, 'the instance is as it was')
  }
  t.throws(() => (users[3] as User).password, { name: 'QueryError' }, 'what was not loaded throws in the instance itself')
})

t.test('of a user type only what a logger takes out is lost, whatever its fields take', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Home extends db.UserType.define('home', { code: c.Text({ maxLength: 3 }), floor: c.Integer(), owner: c.UUID(), pin: c.Text({ hidden: true }) }) {}
  class User extends db.Model.define('user', { uid: c.UUID({ primaryKey: true }), home: c.UserDefinedType(Home) }).as<User>() {}
  // As of an older row: the code is longer than the rule of today has it.
  const user = hydrate(User, { uid: id, home: { code: 'abc', floor: 2, owner: id, pin: secret } })
  ;(user.home as Home).code = 'older'
  for (const field of ['code', 'floor', 'owner']) {
    let log = ''
    pino({ redact: [`user.home.${field}`] }, { write: (line: string) => { log = line } }).info({ user })
    t.strictSame(JSON.parse(log).user.home, { code: 'older', floor: 2, owner: id, [field]: '[Redacted]' }, field)
  }
})

t.test('a path of redact may lead into a getter of the user’s that only an instance has, where a serializer makes JSON of it before', async (t) => {
  const db = new CQLAlchemy()
  class User extends db.Model.define('user', { id: db.columns.Integer({ primaryKey: true }), name: db.columns.Text() }).as<User>() {
    #note = secret
    get note () { return this.#note }
  }
  let log = ''
  const logger = pino({ redact: ['user.note', 'user.name'], serializers: { user: (user: User) => user.toJSON() } }, { write: (line: string) => { log = line } })
  logger.info({ user: new User({ id: 1, name: secret }) })
  t.match(JSON.parse(log), { user: { id: 1, name: '[Redacted]' } })
  t.notMatch(log, secret)
})

interface User0 { toJSON (): unknown }
