// What is given to operations and what comes out of them, in types: built step by step, in every accepted form, as JSON. Nothing here runs.
import { randomUUID } from 'node:crypto'
import { CQLAlchemy, types } from 'fastify-cqlalchemy'
import type { Condition, Create, Filter, Json, Key, Update } from 'fastify-cqlalchemy'
import type { Equal, Expect } from './expect.js'

const db = new CQLAlchemy()
const c = db.columns

class Address extends db.UserType.define('address', { street: c.Text({ required: true }), code: c.Text({ hidden: true }) }) {}

class User extends db.Model.define('user', {
  id: c.UUID({ primaryKey: true }),
  day: c.Date({ primaryKey: true }),
  role: c.Text(),
  age: c.Integer(),
  balance: c.Decimal(),
  password: c.Text({ hidden: true }),
  tags: c.Set(c.Text),
  scores: c.Map(c.Text, c.BigInt),
  home: c.UserDefinedType(Address),
  place: c.Tuple(c.Double, c.DateTime),
  face: c.Vector(c.Float, 3),
  extra: c.custom<{ a: number }>({ cql: 'text', toDatabase: JSON.stringify, fromDatabase: JSON.parse })()
}).as<User>() {}

export function stepByStep (role: string | undefined): void {
  const where: Filter<User> = {}
  const values: Create<User> = { id: randomUUID(), day: '2026-01-01' }
  const update: Update<User> = {}
  const key: Key<User> = { id: randomUUID(), day: '2026-01-01' }
  const condition: Condition<User> = {}
  if (role !== undefined) where.role = values.role = update.role = condition.role = role
  where.role__in = ['a']
  where.tags__contains = 'a'
  where.scores__entry = ['a', 1n]
  where.pk__token__gt = db.functions.Token(randomUUID())
  update.tags__add = ['a']
  update.scores__remove = ['a']
  condition.age__ne = 5
  condition.age = null
  key.day = new Date()
  // @ts-expect-error of another type than the column's
  where.role = 5
  // @ts-expect-error no column
  where.rule = 'a'
  // @ts-expect-error nothing is compared with null
  where.age = null
  // @ts-expect-error keys are not updated
  update.id = randomUUID()
}

class Frozen extends db.Model.define('frozen', {
  path: c.List(c.Text, { primaryKey: true }),
  tags: c.Set(c.Text, { frozen: true }),
  past: c.List(c.Text, { frozen: true }),
  scores: c.Map(c.Text, c.Integer, { frozen: true }),
  free: c.Set(c.Text, { frozen: false })
}).as<Frozen>() {}

/** What is written as a whole cannot be changed in part; the server would refuse it. */
export function whole (update: Update<Frozen>): void {
  update.tags = ['a']
  update.free__add = ['a']
  // @ts-expect-error a frozen set
  update.tags__add = ['a']
  // @ts-expect-error a frozen list
  update.past__append = ['a']
  // @ts-expect-error a frozen list
  update.past__remove = ['a']
  // @ts-expect-error a frozen map
  update.scores__update = { a: 1 }
  // @ts-expect-error a frozen map
  update.scores__remove = ['a']
  // @ts-expect-error a column of the key
  update.path__append = ['a']
}

export const keys = [
  { id: randomUUID(), day: '2026-01-01' }, { id: types.Uuid.random(), day: new Date() }, { id: types.TimeUuid.now(), day: types.LocalDate.now() }
] satisfies Key<User>[]
export const got = keys.map(async (key) => await User.get(key))
// @ts-expect-error a part of the key is missing
export const half: Key<User> = { id: randomUUID() }
// @ts-expect-error an id is no number
export const wrong: Key<User> = { id: 5, day: '2026-01-01' }
// @ts-expect-error a key is never null
export const nothing: Key<User> = { id: null, day: '2026-01-01' }

export function json (user: User): Json<User> {
  const { role, balance, tags, scores, home, place, face, extra } = user.toJSON()
  type Forms = [
    Expect<Equal<typeof role, string | null>>, Expect<Equal<typeof balance, string | null>>, Expect<Equal<typeof tags, string[]>>,
    Expect<Equal<typeof scores, Record<string, string>>>, Expect<Equal<NonNullable<typeof home>, { street: string }>>,
    Expect<Equal<typeof place, [number | null, string | null] | null>>,
    Expect<Equal<typeof face, number[] | null>>,
    Expect<Equal<typeof extra, unknown>>
  ]
  void ([] as unknown as Forms)
  // @ts-expect-error a hidden column is in no JSON
  void user.toJSON().password
  // @ts-expect-error JSON has no Date
  void user.toJSON().day.getTime()
  return user.toJSON()
}

/** A user type's value, alone. */
export function jsonOfType (address: Address): Json<Address> {
  type Form = Expect<Equal<Json<Address>, { street: string }>>
  void ([] as unknown as Form)
  // @ts-expect-error a hidden field is in no JSON
  void address.toJSON().code
  return address.toJSON()
}
export class PlainAddress extends db.UserType.define('plain_address', { street: c.Text() }) {
  override toJSON () { return { text: this.street } }
}

// An override may leave out, add and change.
export class Plain extends db.Model.define('plain', { id: c.UUID({ primaryKey: true }), name: c.Text(), secret: c.Text(), amount: c.Decimal() }).as<Plain>() {
  override toJSON () {
    const { secret, ...json } = super.toJSON()
    return { ...json, secret: secret === null ? 'none' : 'some', amount: Number(json.amount), initial: json.name?.charAt(0) }
  }
}
export class Bare extends db.Model.define('bare', { id: c.UUID({ primaryKey: true }), secret: c.Text() }).as<Bare>() {
  override toJSON (): Record<string, unknown> { return { id: super.toJSON().id } }
}
export class Below extends Plain.define('below', { more: c.Text() }).as<Below>() {}
export const overridden = (plain: Plain, below: Below): [number, string, unknown] => [plain.toJSON().amount, plain.toJSON().secret, below.toJSON()]
// @ts-expect-error JSON is an object
export class Wrong extends db.Model.define('wrong', { id: c.UUID({ primaryKey: true }) }) { override toJSON () { return 5 } }
