// Model files that are evaluated twice on one db, as by hot reload, and what db.models lists.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { ModelDefinitionError, UserTypeError } from '../../src/cqlengine/errors.js'
import { open, recorded } from './setup.js'

/** A file of models, as each evaluation of it runs. */
function evaluated (db: CQLAlchemy, version: number) {
  const c = db.columns
  const again = { replace: true }
  class Place extends db.UserType.define('place', { street: c.Text() }, again) {}
  class User extends db.Model.define('user', { id: c.Integer({ primaryKey: true }), home: c.UserDefinedType(Place), ...version > 1 && { more: c.Text() } }, again).as<User>() {
    static { this.register() }
    version () { return version }
  }
  class Pet extends db.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }, again).as<Pet>() {}
  class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }, again).as<Cat>() {
    static { this.register() }
    version () { return version }
  }
  return { User, Pet, Cat }
}

t.test('with replace a file of models may be evaluated twice: the later classes are listed, synced and used', async (t) => {
  const db = new CQLAlchemy()
  const first = evaluated(db, 1)
  await open(t, db)
  const { User: Old } = first
  await Old.create({ id: 1, home: { street: 'a' } })
  const { User, Pet, Cat } = evaluated(db, 2)
  t.same((await db.syncDb()).statements.map(({ cql }) => /ADD .*more/.test(cql)), [true], 'only what the later one adds')
  const user = await User.get({ id: 1 })
  t.ok(user instanceof User && !(user instanceof Old))
  t.equal(user.version(), 2)
  await Cat.create({ id: 1, lives: 9 })
  const [cat] = await Pet.all()
  t.ok(cat instanceof Cat)
  t.strictSame(db.models, [User, Pet, Cat])
  t.equal((await Old.get({ id: 1 })).version(), 1, 'who still holds the first can use it')
  await Old.create({ id: 2 })
  t.strictSame(db.models, [User, Pet, Cat], 'and it does not come back')
})

t.test('without replace a second model of one table is a mistake, and the message tells of the option', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  const columns = { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }
  const Pet = db.Model.define('pet', columns)
  for (const options of [undefined, {}, { replace: false }, { replace: undefined }]) {
    t.throws(() => db.Model.define('pet', columns, options), { name: 'ModelDefinitionError', message: /replace: true/ })
  }
  const Cat = Pet.polymorphic('cat', { lives: c.Integer() })
  t.throws(() => Pet.polymorphic('cat', {}, { replace: false }), { name: 'ModelDefinitionError', message: /replace: true/ })
  t.strictSame(db.models, [Pet])
  Cat.register()
  class Later extends Pet.polymorphic('cat', { lives: c.Text() }, { replace: true }).as<Later>() { static { this.register() } }
  t.strictSame(db.models, [Pet, Later], 'another type of column, for the first child counts no more')
  t.throws(() => Pet.polymorphic('dog', { lives: c.Integer() }), ModelDefinitionError, 'which the other children still have')
})

t.test('replace is for the same place only', async (t) => {
  const db = new CQLAlchemy()
  const columns = { id: db.columns.Integer({ primaryKey: true }) }
  const A = db.Model.define('row', columns, { keyspace: 'a' })
  const B = db.Model.define('row', columns, { keyspace: 'b', replace: true })
  const C = db.Model.define('other', columns, { keyspace: 'a', replace: true })
  t.strictSame(db.models, [A, B, C])
  const D = db.Model.define('row', columns, { keyspace: 'a', replace: true })
  t.strictSame(db.models, [D, B, C], 'in the place of the first')
  class E extends db.Model.define('row', columns, { replace: true }).as<E>() {
    static override keyspace = 'b'
    static { this.register() }
  }
  t.strictSame(db.models, [D, E, C], 'statics of a class say its place, too')
})

t.test('wrong options of children and types', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  const Pet = db.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) })
  for (const options of [5, { replac: true }, { replace: 1 }]) {
    t.throws(() => Pet.polymorphic('cat', {}, options as object), ModelDefinitionError)
    t.throws(() => db.UserType.define('a', { b: c.Text() }, options as object), UserTypeError)
    t.throws(() => db.Model.define('row', { id: c.Integer({ primaryKey: true }) }, options as object), ModelDefinitionError)
  }
  t.strictSame(db.models, [Pet])
})

t.test('db.models has the classes of the user once they are known: by their first use, however it is made', async (t) => {
  for (const use of ['new', 'objects', 'filter', 'create', 'hydrate', 'view'] as const) {
    const { db } = await recorded(t)
    class Row extends db.Model.define('row', { id: db.columns.Integer({ primaryKey: true }) }).as<Row>() {}
    class Unused extends db.Model.define('unused', { id: db.columns.Integer({ primaryKey: true }) }).as<Unused>() {}
    t.notOk(db.models.includes(Row), 'nobody can know it before')
    if (use === 'new') void new Row({ id: 1 })
    if (use === 'objects') void Row.objects
    if (use === 'filter') Row.filter({ id: 1 })
    if (use === 'create') await Row.create({ id: 1 })
    if (use === 'hydrate') Row.hydrate({ id: 1 })
    if (use === 'view') await db.contextQuery(Row, { keyspace: 'other' }, async (View) => await View.create({ id: 1 }))
    t.ok(db.models.includes(Row), use)
    class Derived extends Row {}
    void new Derived({ id: 1 })
    t.ok(db.models.includes(Row) && !db.models.includes(Derived), 'the first counts')
    Derived.register()
    t.ok(db.models.includes(Derived) && !db.models.includes(Row), 'unless another says so')
    t.equal(db.models.length, 2)
    t.notOk(db.models.includes(Unused))
  }
})
