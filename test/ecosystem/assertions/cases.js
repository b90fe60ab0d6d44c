import { CQLAlchemy } from 'fastify-cqlalchemy/core'

const db = new CQLAlchemy()
const c = db.columns
class Home extends db.UserType.define('home', { street: c.Text(), code: c.Text({ hidden: true }), ids: c.List(c.UUID) }) {}
class User extends db.Model.define('user', {
  uid: c.UUID({ primaryKey: true }),
  username: c.Text(),
  password: c.Text({ hidden: true }),
  home: c.UserDefinedType(Home),
  friends: c.Set(c.UUID),
  price: c.Decimal(),
  day: c.Date(),
  big: c.BigInt(),
  role: c.Text({ default: 'low' })
}, { keyspace: 'k' }) {
  #visits = 5
  get visits () { return this.#visits }
}
User.register()

export const uid = '05c8f006-0f3a-4c5e-9a6d-3c1f6a0b8a11'
const values = { uid, username: 'ada', password: 'HIDDENSECRET', home: { street: 'x', code: 'HIDDENSECRET', ids: [uid] }, friends: [uid], price: '1.50', day: '2020-02-03', big: 5 }
const ada = User.hydrate({ ...values, role: 'low' })
const eve = User.hydrate({ ...values, role: 'low', username: 'eve' })
const part = User.hydrate({ uid, username: 'ada' })

/** What `new User` with wrong values throws. */
function refused () {
  try {
    return new User({ uid: 5, username: 7 })
  } catch (error) {
    return error
  }
}

/** By name: what is there, what is expected, and what has to be in the message. */
export const cases = {
  'an instance': [ada, {}, [uid, 'ada']],
  'a new instance': [new User(values), {}, [uid, 'ada']],
  'two instances': [ada, eve, ['ada', 'eve']],
  'a part of a row': [part, ada, [uid, '1.50']],
  'an instance and null': [ada, null, [uid, 'ada']],
  'a list': [[ada, part], [], [uid, 'ada']],
  'an instance inside': [{ user: ada }, { user: eve }, ['ada', 'eve']],
  'a value of a user type': [ada.home, null, [uid, 'x']],
  'a query set': [User.filter({ uid }), [], ['QuerySet {']],
  'an error': [new User.DoesNotExist('no such user'), null, ['no such user']],
  'a refusal': [refused(), {}, ['must be a string']],
  'the db': [db, undefined, ["CQLAlchemy { state: 'new'"]]
}
