// Polymorphic families: one table, a class for each kind of row, children of children.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { PolymorphicModelError } from '../../src/cqlengine/errors.js'
import { open, recorded, watch } from './setup.js'

function make (indexed = true) {
  const db = new CQLAlchemy()
  const c = db.columns
  class Pet extends db.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true, index: indexed }), name: c.Text() }).as<Pet>() {
    speak () { return `${this.name ?? 'a pet'}` }
  }
  class Cat extends Pet.polymorphic('cat', { lives: c.Integer({ default: 9 }) }).as<Cat>() {
    static { this.register() }
    override speak () { return `${super.speak()} meows` }
  }
  class Siamese extends Cat.polymorphic('siamese', { eyes: c.Text() }).as<Siamese>() { static { this.register() } }
  class Dog extends Pet.polymorphic('dog', { tricks: c.Set(c.Text) }).as<Dog>() { static { this.register() } }
  return { db, Pet, Cat, Siamese, Dog }
}

t.test('POL-01 the base of a family has no rows of its own', async (t) => {
  const { db, Pet } = make()
  const { texts } = await recorded(t, db)
  await t.rejects(Pet.create({ id: 1 } as never), { name: 'PolymorphicModelError', message: /base.*cannot be written/ })
  await t.rejects(new Pet({ id: 1 }).update({ name: 'x' }), PolymorphicModelError)
  await t.rejects(Pet.createMany([{ id: 1 } as never]), PolymorphicModelError)
  t.same(texts(), [])
})

t.test('POL-01 MOD-12 FCA-09 without children it is an ordinary model; an abstract base lends its table to nobody', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Lone extends db.Model.define('lone', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }).as<Lone>() {}
  abstract class Base extends db.Model.abstract({ id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }) {}
  class Cats extends Base.define('cats', {}).as<Cats>() {}
  class Dogs extends Base.define('dogs', {}).as<Dogs>() {}
  const { client, taken } = await recorded(t, db)
  await Lone.create({ id: 1, kind: 'any' })
  await Cats.create({ id: 1 })
  await Dogs.create({ id: 1, kind: 'x' })
  t.same(taken().map((call) => call.cql), ['INSERT INTO "k"."lone" ("id", "kind") VALUES (?, ?)', 'INSERT INTO "k"."cats" ("id") VALUES (?)', 'INSERT INTO "k"."dogs" ("id", "kind") VALUES (?, ?)'])
  client.reply('SELECT', [{ id: 1, kind: null }])
  t.ok((await Cats.all())[0] instanceof Cats)
})

t.test('POL-02 children use the table of the base', async (t) => {
  const { Pet, Cat, Siamese } = make()
  t.same([Pet.tableName, Cat.tableName, Siamese.tableName], ['pet', 'pet', 'pet'])
  t.same(Object.keys(Siamese.columns), ['id', 'kind', 'name', 'lives', 'eyes'])
})

t.test('POL-03 a child\'s discriminator is its own, whatever is passed or assigned', async (t) => {
  const { db, Cat } = make()
  const { taken } = await recorded(t, db)
  const cat = await Cat.create({ id: 1, kind: 'dog' } as never)
  t.equal(cat.kind, 'cat')
  t.match(taken(), [{ cql: 'INSERT INTO "k"."pet" ("id", "kind", "lives") VALUES (?, ?, ?)', params: [1, 'cat', 9] }])
  cat.kind = 'dog' as never
  cat.name = 'Tom'
  await cat.save()
  t.match(taken(), [{ cql: 'UPDATE "k"."pet" SET "name" = ? WHERE "id" = ?' }])
  t.equal(cat.kind, 'cat')
  await t.rejects(cat.update({ kind: 'dog' } as never), { name: 'ValidationError', column: 'kind', rule: 'discriminator' })
  await cat.update({ kind: 'cat', name: 'Kit' } as never)
  t.match(taken(), [{ params: ['Kit', 1] }])
})

t.test('POL-04 each row gets the class of its kind; unknown, missing and foreign kinds are errors', async (t) => {
  const { db, Pet, Cat, Dog, Siamese } = make(false)
  const { client } = await recorded(t, db)
  const row = (kind: string | null) => ({ id: 1, kind, name: 'n', lives: 7, eyes: 'blue', tricks: null })
  client.reply('SELECT', [row('cat'), row('dog'), row('siamese')])
  const pets = await Pet.all()
  t.same(pets.map((pet) => pet.constructor), [Cat, Dog, Siamese])
  t.same(pets.map((pet) => pet.speak()), ['n meows', 'n', 'n meows'])
  t.same(Object.keys(pets[1] ?? {}), ['id', 'kind', 'name', 'tricks'], 'only the columns of its class')
  await t.rejects(Cat.objects.allowFiltering().all(), { name: 'PolymorphicModelError', message: /a query on "cat" met a row of "dog"/ })
  client.reply('SELECT', [row('cat'), row('siamese')])
  t.same((await Cat.objects.allowFiltering().all()).map((pet) => pet.constructor), [Cat, Siamese], 'children of the class asked for')
  client.reply('SELECT', [row('bird')])
  await t.rejects(Pet.all(), { name: 'PolymorphicModelError', message: /no class is registered/ })
  client.reply('SELECT', [row(null)])
  await t.rejects(Pet.all(), { name: 'PolymorphicModelError', message: /no value in the discriminator/ })
})

t.test('POL-05 a query on a child finds its children\'s rows', async (t) => {
  const { db, Cat, Dog, Siamese } = make()
  const { taken } = await recorded(t, db)
  await Dog.all()
  await Siamese.all()
  await Cat.all()
  t.match(taken().map((call) => call.params), [['dog'], ['siamese'], [['cat', 'siamese']]])
})

t.test('POL-06 B09 the discriminator is never in the WHERE of a write', async (t) => {
  const { db, Cat } = make()
  const { texts } = await recorded(t, db)
  await Cat.filter({ id: 1 }).update({ lives: 8 })
  await Cat.filter({ id: 1 }).delete()
  await Cat.hydrate({ id: 1, name: 'n' }).delete()
  t.same(texts(), ['UPDATE "k"."pet" SET "lives" = ? WHERE "id" = ?', 'DELETE FROM "k"."pet" WHERE "id" = ?', 'DELETE FROM "k"."pet" WHERE "id" = ?'])
})

t.test('POL-07 a child without value, twice the same value, or not registered is told', async (t) => {
  const { db, Pet } = make()
  const c = db.columns
  const { texts } = await recorded(t, db)
  for (const value of [undefined, null, 5, {}]) t.throws(() => Pet.polymorphic(value as never), { name: 'ModelDefinitionError' })
  t.throws(() => Pet.polymorphic('cat'), { name: 'ModelDefinitionError', message: /another child has this value of "kind"/ })
  class Bird extends Pet.polymorphic('bird', { wings: c.Integer() }).as<Bird>() {}
  await t.rejects(Bird.create({ id: 1 }), { name: 'PolymorphicModelError', message: /kind "bird".*register\(\)/ })
  t.same(texts(), [])
  Bird.register()
  await Bird.create({ id: 1 })
  t.equal(texts().length, 1)
})

t.test('MOD-03 definitions of children that cannot work', async (t) => {
  const { db, Pet, Cat } = make()
  const c = db.columns
  const wrong: [() => unknown, RegExp][] = [
    [() => (db.Model as unknown as typeof Pet).polymorphic('x'), /polymorphic\(\) needs a model/],
    [() => Cat.define('cats', { id2: c.Integer({ primaryKey: true }) }), /define\(\) on a child/],
    [() => Pet.polymorphic('x', { key: c.Integer({ primaryKey: true }) }), /"key": the key belongs to the base/],
    [() => Pet.polymorphic('x', { sort: c.Text({ discriminatorColumn: true }) }), /"sort": the family has the discriminator "kind" already/],
    [() => Pet.polymorphic('x', { lives: c.Text() }), /"lives": another child has it as int/],
    [() => Pet.polymorphic('x', { other: c.Text({ dbField: 'lives' }) }), /"other": another child has it as int/],
    [() => Pet.polymorphic('x', { n: c.Counter() }), /counters/],
    [() => Pet.polymorphic('x', { save: c.Text() } as never), /"save"/],
    [() => Pet.polymorphic('x', { a: 5 } as never), /"a": expected a column/],
    [() => Pet.polymorphic('x', undefined as never).define('y', {}), /define\(\) on a child/]
  ]
  for (const [run, message] of wrong) t.throws(run, { name: 'ModelDefinitionError', message })
  t.doesNotThrow(() => Pet.polymorphic('y', { lives: c.Integer() }), 'the same column in two children is one')
})

t.test('POL-08 partial selects load the discriminator too', async (t) => {
  const { db, Pet, Cat } = make()
  const { client, texts } = await recorded(t, db)
  client.reply('SELECT', [{ id: 1, kind: 'cat', name: 'n' }])
  const [pet] = await Pet.objects.only('name').all()
  t.match(texts(), ['SELECT "id", "kind", "name" FROM "k"."pet"'])
  t.ok(pet instanceof Cat)
  t.throws(() => (pet as unknown as InstanceType<typeof Cat>).lives, { name: 'QueryError' })
})

t.test('B08 a family in a context: the right classes, and writes go where the rows came from', async (t) => {
  const { db, Pet, Cat } = make()
  const { client, texts } = await recorded(t, db)
  client.reply('SELECT', [{ id: 1, kind: 'cat', name: 'n', lives: 7, eyes: null, tricks: null }])
  const pet = await db.contextQuery(Pet, { keyspace: 'other' }, async (P) => await P.get({ id: 1 }))
  t.equal(pet.constructor, Cat)
  await db.contextQuery(Cat, { keyspace: 'third' }, async (C) => await C.create({ id: 2 }))
  pet.name = 'm'
  texts()
  await pet.save()
  t.same(texts(), ['UPDATE "other"."pet" SET "name" = ? WHERE "id" = ?'])
  t.equal((await Pet.get({ id: 1 })).constructor, Cat, 'and nothing of it stays')
})

t.test('hydrate in a family takes the class of the kind', async (t) => {
  const { Pet, Cat, Siamese, Dog } = make()
  const cat = Pet.hydrate({ id: 1, kind: 'cat', lives: 3 } as never)
  t.ok(cat instanceof Cat)
  t.equal((cat as InstanceType<typeof Cat>).lives, 3)
  t.equal(Siamese.hydrate({ id: 1, eyes: 'blue' }).kind, 'siamese')
  t.throws(() => Pet.hydrate({ id: 1 }), PolymorphicModelError)
  t.throws(() => Dog.hydrate({ id: 1, kind: 'cat' } as never), PolymorphicModelError)
  t.throws(() => Pet.hydrate({ id: 1, kind: 'dog', lives: 3 } as never), { name: 'ValidationError', column: 'lives', rule: 'unknown' })
})

t.test('discriminators of other types, also as part of the key', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Event extends db.Model.define('event', { id: c.Integer({ primaryKey: true }), kind: c.BigInt({ primaryKey: true, discriminatorColumn: true }) }).as<Event>() {}
  class Login extends Event.polymorphic(1, { ip: c.Text() }).as<Login>() { static { this.register() } }
  class Logout extends Event.polymorphic(2).as<Logout>() { static { this.register() } }
  await open(t, db)
  const login = await Login.create({ id: 1, ip: 'x' } as never)
  await Logout.create({ id: 1 } as never)
  t.equal(login.kind, 1n)
  t.same((await Event.filter({ id: 1 }).all()).map((e) => e.constructor), [Login, Logout])
  login.ip = 'y'
  await login.save()
  t.equal((await Login.filter({ id: 1 }).all())[0]?.ip, 'y')
  await login.delete()
  t.equal(await Event.filter({ id: 1 }).count(), 1)
})

t.test('POL on a real server', async (t) => {
  const { db, Pet, Cat, Dog, Siamese } = make()
  await open(t, db)
  const texts = watch(db)
  await Promise.all([Cat.create({ id: 1, name: 'Tom' }), Siamese.create({ id: 2, name: 'Si', eyes: 'blue' }), Dog.create({ id: 3, name: 'Rex', tricks: ['sit'] })])
  const pets = (await Pet.all()).sort((a, b) => a.id - b.id)
  t.same(pets.map((pet) => [pet.constructor, pet.speak()]), [[Cat, 'Tom meows'], [Siamese, 'Si meows'], [Dog, 'Rex']])
  t.same((await Cat.all()).map((cat) => cat.id).sort(), [1, 2], 'POL-05 children of children')
  t.same((await Dog.all()).map((dog) => [...dog.tricks]), [['sit']])
  const siamese = await Siamese.get({ id: 2 })
  siamese.lives = 3
  texts.length = 0
  await siamese.save()
  await siamese.save()
  t.equal(texts.length, 1)
  t.equal((await Cat.get({ id: 2 })).lives, 3)
  await Cat.filter({ id: 1 }).update({ lives: 1 })
  await (await Dog.get({ id: 3 })).delete()
  t.equal(await Pet.objects.count(), 2)
})

t.test('constructors with arguments of their own pass them on to the class of the parent', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Pet extends db.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }).as<Pet>() {
    readonly #owner: string
    constructor (values?: { id?: number }, owner = 'nobody') {
      super(values)
      this.#owner = owner
    }

    get owner () { return this.#owner }
  }
  class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() { static { this.register() } }
  const { client } = await recorded(t, db)
  const withOwner = Cat as unknown as new (values: object, owner: string) => Cat
  t.equal(new withOwner({ id: 1, lives: 9 }, 'Ann').owner, 'Ann') // eslint-disable-line new-cap -- the class, seen with the parent's arguments
  client.reply('SELECT', [{ id: 1, kind: 'cat', lives: 9 }])
  t.equal((await Cat.objects.first())?.owner, 'nobody')
})
