// Queries on polymorphic families (POL rows, as far as they are queries).
import t from 'tap'
import { failure, serverDb } from './setup.js'

const db = await serverDb(t)
const c = db.columns
class Pet extends db.Model.define('pet', { home: c.Text({ primaryKey: true }), name: c.Text({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true, index: true }), age: c.Integer() }).as<Pet>() {}
class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() { static { this.register() } }
class Lion extends Cat.polymorphic('lion', { mane: c.Boolean() }).as<Lion>() { static { this.register() } }
class Dog extends Pet.polymorphic('dog', { tricks: c.Set(c.Text) }).as<Dog>() { static { this.register() } }
class Mail extends db.Model.define('mail', { box: c.Text({ primaryKey: true }), kind: c.Text({ primaryKey: true, discriminatorColumn: true }), id: c.Integer({ primaryKey: true }) }).as<Mail>() {}
class Letter extends Mail.polymorphic('letter', { stamp: c.Text() }).as<Letter>() { static { this.register() } }
class Parcel extends Mail.polymorphic('parcel', { weight: c.Integer() }).as<Parcel>() { static { this.register() } }
await db.syncDb({ waitForIndexes: true })
await Cat.create({ home: 'h', name: 'tom', lives: 9 })
await Lion.create({ home: 'h', name: 'leo', lives: 1, mane: true })
await Dog.create({ home: 'h', name: 'rex', tricks: ['sit'] })

t.test('POL-05 a query on a child finds its rows and those of its children, a query on the base all', async (t) => {
  t.same((await Pet.filter({ home: 'h' }).all()).map((p) => p.constructor.name).sort(), ['Cat', 'Dog', 'Lion'])
  t.same((await Cat.filter({ home: 'h' }).all()).map((p) => p.name).sort(), ['leo', 'tom'])
  t.same((await Lion.filter({ home: 'h' }).all()).map((p) => p.mane), [true])
  t.same((await Dog.objects.all()).map((p) => p.tricks), [new Set(['sit'])])
  t.equal(await Cat.filter({ home: 'h' }).count(), 2)
  t.equal((await Dog.filter({ home: 'h', name: 'rex' }).first())?.name, 'rex')
  t.same(await Lion.filter({ home: 'h' }).valuesList('name', { flat: true }).all(), ['leo'])
})

t.test('POL-06 B09 blind writes on a child do not name the kind, for the server would refuse it', async (t) => {
  await Cat.filter({ home: 'h', name: 'tom' }).update({ lives: 8 })
  t.equal((await Cat.get({ home: 'h', name: 'tom' })).lives, 8)
  await Dog.filter({ home: 'h', name: 'rex' }).delete()
  t.equal(await Dog.filter({ home: 'h' }).count(), 0)
})

t.test('distinct() gives a row for each partition, of the class that was asked: which kinds are in it is not known', async (t) => {
  const [home, ...others] = await Pet.objects.distinct('home').all()
  t.strictSame([others.length, home?.home, home instanceof Pet, home instanceof Cat], [0, 'h', true, false])
})

t.test('POL-08 only() loads the kind too', async (t) => {
  const [leo] = await Lion.filter({ home: 'h' }).only('age').all()
  t.match({ ...leo }, { kind: 'lion', name: 'leo' })
})

t.test('a kind that is part of the key is known by itself, in reads and writes', async (t) => {
  for (const id of [1, 2]) {
    await Letter.create({ box: 'b', id, stamp: 'x' })
    await Parcel.create({ box: 'b', id, weight: 5 })
  }
  t.same((await Letter.filter({ box: 'b' }).all()).map((l) => l.id), [1, 2])
  await Letter.filter({ box: 'b', id: 1 }).update({ stamp: 'y' })
  t.same(await Letter.filter({ box: 'b' }).valuesList('stamp', { flat: true }).all(), ['y', 'x'])
  await Parcel.filter({ box: 'b' }).delete()
  t.equal(await Parcel.filter({ box: 'b' }).count(), 0)
  t.equal(await Letter.filter({ box: 'b' }).count(), 2)
  t.match(await failure(() => Mail.filter({ box: 'b', id: 1 }).delete()), { name: 'QueryError', message: /"kind" before it has no value/ }, 'the base means no kind')
})
