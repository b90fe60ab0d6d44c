// What validators by Standard Schema throw in a `validate` of the user's is told by path and without values.
import t from 'tap'
import { inspect } from 'node:util'
import { z } from 'zod'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { ValidationError } from '../../src/cqlengine/errors.js'
import { toHttpError } from '../../src/http-error.js'
import { recorded } from './setup.js'

const canary = 'cAnArY value'

t.test('an error with issues thrown in validate() is a ValidationError with the paths, on every way to write', async (t) => {
  const { db, texts } = await recorded(t)
  const c = db.columns
  const rules = z.object({ email: z.email(), home: z.object({ street: z.string().min(50) }), tags: z.array(z.string().max(3)) })
    .refine(({ email, home }) => email === home.street, 'email and street must be equal')
  class Address extends db.UserType.define('address', { street: c.Text({ hidden: true }) }) {}
  class User extends db.Model.define('user', { id: c.Integer({ primaryKey: true }), email: c.Text(), home: c.UserDefinedType(Address), tags: c.List(c.Text) }).as<User>() {
    override validate () { rules.parse({ email: this.email, home: this.home, tags: this.tags }) }
  }
  const values = { id: 1, email: canary, home: { street: canary }, tags: ['ok', canary] }
  const ways: Record<string, () => Promise<unknown>> = {
    create: () => User.create(values),
    save: () => new User(values).save(),
    createMany: () => User.createMany([values]),
    'a batch': () => db.batch(async (b) => { await User.batch(b).create(values) }),
    update: () => User.hydrate({ ...values, home: new Address(values.home), email: 'a@example.com' }).update({ email: canary })
  }
  for (const [way, run] of Object.entries(ways)) {
    const error = await run().then(() => t.fail(`${way} must fail`), (thrown: unknown) => thrown)
    t.ok(error instanceof ValidationError, `${way}: ${inspect(error)}`)
    const { errors, message } = error as ValidationError
    t.same(errors.map(({ column, rule }) => [column, rule]), [['email', 'validate'], ['home.street', 'validate'], ['tags.1', 'validate']], way)
    t.match(toHttpError(error), { statusCode: 400, code: 'CQL_VALIDATION' })
    t.match(message, /^user\.email: Invalid email/, 'the words of the validator')
    t.notMatch(inspect(error, { depth: 9 }), canary, 'though createMany tells, unprinted, which rows failed')
  }
  t.same(texts(), [], 'nothing was sent')
  const whole = await User.create({ ...values, email: 'a@example.com', home: { street: 'x'.repeat(50) }, tags: [] }).catch((thrown: unknown) => thrown)
  t.match(whole, { name: 'ValidationError', errors: [{ column: '*', rule: 'validate', message: 'email and street must be equal' }] })
})

t.test('a message that repeats a value is replaced, whatever the path says; keys of maps are values', async (t) => {
  const { db } = await recorded(t)
  const c = db.columns
  let issues: unknown
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), name: c.Text({ hidden: true }), n: c.BigInt(), at: c.DateTime(), scores: c.Map(c.Text, c.Integer), raw: c.Blob() }).as<Row>() {
    override validate () { throw Object.assign(new Error(canary), { issues }) }
  }
  const row = { id: 17, name: canary, n: 123456789n, at: new Date(5), scores: { [canary]: 42 }, raw: Buffer.from(canary) }
  const told = async (...given: object[]): Promise<string[]> => {
    issues = given
    const error = await Row.create(row).catch((thrown: unknown) => thrown)
    t.notMatch(inspect(error, { depth: 9, showHidden: true }), canary)
    return (error as ValidationError).errors.map(({ column, message }) => `${column}: ${message}`)
  }
  t.same(await told(
    { message: `got ${canary}!`, path: ['id'] }, { message: 'not 123456789', path: [] }, { message: 'received 42', path: ['scores', canary] }, { message: 'id17 is fine' },
    { message: `at ${new Date(5).toISOString()}`, path: [{ key: 'at' }] }, { message: Buffer.from(canary).toString('base64'), path: ['raw', 0] }, { message: 'must be shorter', path: ['name', 'x'] }
  ), ['id: is not accepted', '*: is not accepted', 'scores: is not accepted', '*: id17 is fine', 'at: is not accepted', 'raw.0: is not accepted', 'name.x: must be shorter'])
  t.equal((await told(...Array.from({ length: 500 }, (_, i) => ({ message: 'no', path: ['scores', i] })))).length, 20, 'bounded')
})

t.test('an error without issues is thrown as it is; one of ours too', async (t) => {
  const { db } = await recorded(t)
  const c = db.columns
  let error: unknown
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }) }).as<Row>() { override validate () { throw error } }
  const hostile = Object.defineProperty(new Error('mine'), 'issues', { get () { throw new Error('no') } })
  for (error of [new Error('mine'), new ValidationError('x', [{ column: 'a', rule: 'custom', message: 'b' }]), Object.assign(new Error('e'), { issues: [] }),
    Object.assign(new Error('e'), { issues: [{ text: 'no message' }] }), Object.assign(new Error('e'), { issues: 5 }), hostile]) {
    t.equal(await Row.create({ id: 1 }).catch((thrown: unknown) => thrown), error)
  }
})

t.test('in the validate of a column: the first issue, by its path in the value', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  const text = z.string().min(3)
  const list = z.array(z.string().max(3))
  class Row extends db.Model.define('row', {
    id: c.Integer({ primaryKey: true }),
    name: c.Text({ validate: (value) => text.parse(value) !== undefined }),
    tags: c.List(c.Text, { validate: (value: string[]) => list.parse(value).length >= 0 })
  }).as<Row>() {}
  let error: unknown
  try { void new Row({ id: 1, name: 'cA', tags: ['a', canary] }) } catch (thrown) { error = thrown }
  t.match(error, { name: 'ValidationError', errors: [{ column: 'name', rule: 'validate', message: /3 characters/ }, { column: 'tags', rule: 'validate', message: /^1: .*3 characters/ }] })
  t.notMatch(inspect(error, { depth: 9, showHidden: true }), canary)
})
