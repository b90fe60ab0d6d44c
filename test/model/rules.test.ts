// Rules of columns judge what is stored: not what searches, compares or removes, and of a stored row only what a write sends.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { open, recorded } from './setup.js'

const long = 'longer'
const refused = (error: object): { name: string } => ({ name: 'ValidationError', ...error })
const short = (): ReturnType<typeof c.Text> => c.Text({ maxLength: 2, validate: (v: string) => v !== 'no' })

/** Two views of one table: before its columns had rules, and since. */
function models (db = new CQLAlchemy(), young = new CQLAlchemy()) {
  class OldPlace extends db.UserType.define('place', { street: c.Text(), tags: c.Set(c.Text) }) {}
  class Place extends young.UserType.define('place', { street: c.Text({ maxLength: 2, required: true }), tags: c.Set(short()) }) {}
  const tables = { id: c.Text({ primaryKey: true }), at: c.Text({ primaryKey: true }) }
  class Old extends db.Model.define('row', {
    ...tables,
    role: c.Text(),
    note: c.Text(),
    age: c.Integer(),
    own: c.Text({ static: true }),
    list: c.List(c.Text, { index: true }),
    set: c.Set(c.Text, { index: true }),
    map: c.Map(c.Text, c.Text, { index: [{ target: 'keys' }, { target: 'entries' }, { target: 'values' }] }),
    pair: c.Tuple(c.Text, c.Set(c.Text)),
    deep: c.List(c.List(c.Text), { frozen: true }),
    place: c.UserDefinedType(OldPlace),
    open: c.UserDefinedType(OldPlace, { frozen: false })
  }).as<Old>() {}
  class Row extends young.Model.define('row', {
    id: c.Text({ primaryKey: true, maxLength: 2 }),
    at: c.Text({ primaryKey: true, validate: (v: string) => v.length < 3 }),
    role: c.Text({ required: true, default: 'user' }),
    note: c.Text({ minLength: 3, customIndex: true }),
    age: c.Integer(),
    own: c.Text({ static: true, required: true, default: 'x' }),
    list: c.List(short(), { index: true }),
    set: c.Set(short(), { index: true }),
    map: c.Map(short(), short(), { index: [{ target: 'keys' }, { target: 'entries' }, { target: 'values' }] }),
    pair: c.Tuple(short(), c.Set(short())),
    deep: c.List(c.List(short()), { frozen: true }),
    place: c.UserDefinedType(Place),
    open: c.UserDefinedType(Place, { frozen: false })
  }).as<Row>() {}
  return { db, young, Old, Row, OldPlace, Place }
}

const old = {
  id: long,
  at: long,
  note: 'n',
  age: 1,
  list: [long],
  set: [long, 'a'],
  map: { [long]: long, a: 'a' },
  pair: [long, [long]] as [string, string[]],
  deep: [[long]],
  place: { tags: [long] },
  open: { tags: [long] }
}

async function opened (t: Parameters<typeof open>[0]) {
  const all = models()
  const db = await open(t, all.db)
  await all.young.init({ client: db.client, keyspace: db.keyspace as string, env: false })
  t.teardown(() => all.young.close())
  await all.Old.create(old)
  return all
}

t.test('what searches and compares may be anything of its type', async (t) => {
  const { Row } = await opened(t)
  const found = async (where: object): Promise<number> => (await Row.objects.filter(where as never).allowFiltering().all()).length
  for (const where of [
    { id: long }, { id__in: [long], at__in: [long] }, { id: long, at__gte: long }, { set__contains: long }, { list__contains: long }, { map__contains: long }, { map__containsKey: long },
    { map__entry: [long, long] }, { pair: [long, [long]] }, { deep: [[long]] }, { place: { tags: [long], street: null } }, { note: 'n' }
  ]) t.equal(await found(where), 1, Object.keys(where).join())
  const row = Row.filter({ id: long, at: long })
  for (const where of [
    { set: [long, 'a'] }, { list: [long] }, { map: { [long]: long, a: 'a' } }, { note: 'n' }, { note__in: ['n'] }, { note__ne: 'x' }, { pair: [long, [long]] }, { pair__ne: [long, null] },
    { deep__in: [[[long]]] }, { place: { tags: [long] } }, { set__contains: long }, { map__containsKey: long }, { role: null }
  ]) {
    await t.resolves(row.iff(where as never).update({ age: 2 }), `iff ${Object.keys(where).join()}`)
  }
  await t.rejects(row.iff({ set: ['other'] }).update({ age: 2 }), { name: 'LWTError' }, 'and is compared')
})

t.test('removals may name anything; additions are judged, at any depth', async (t) => {
  const { Row, Old } = await opened(t)
  const row = Row.filter({ id: long, at: long })
  await row.update({ list__remove: [long], set__remove: [long], map__remove: [long] })
  t.match(await Old.get({ id: long, at: long }), { list: [], set: new Set(['a']), map: new Map([['a', 'a']]) })
  await Old.filter({ id: long, at: long }).update({ map: { [long]: 'x', a: 'a' } })
  await row.update({ map__update: { [long]: null, b: 'b' } })
  t.match(await Old.get({ id: long, at: long }), { map: new Map([['a', 'a'], ['b', 'b']]) })
  for (const change of [
    { list__append: [long] }, { list__prepend: ['no'] }, { set__add: [long] }, { map__update: { a: long } }, { map__update: { [long]: 'a' } }, { pair: ['a', [long]] }, { deep: [['a'], [long]] },
    { place: { street: 'a', tags: [long] } }, { place: { tags: [] } }, { note: 'ab' }, { role: null }
  ]) await t.rejects(row.update(change as never), { name: 'ValidationError' }, JSON.stringify(change))
  await t.rejects(row.update({ place: { street: 'a', tags: ['b', long] } }), refused({ rule: 'length', column: 'place' }))
  await t.rejects(row.update({ set__remove: [5] } as never), refused({ rule: 'type' }))
  t.throws(() => Row.filter({ id: 'x'.repeat(65_536) }), refused({ rule: 'size', column: 'id' }))
  await t.rejects(async () => { await Row.filter({ set__contains: 5 as never }).all() }, refused({ rule: 'type' }))
  await t.resolves(Row.filter({ id: long, at: long }).delete())
})

t.test('an old row: what is not changed is no obstacle', async (t) => {
  const { Row, Old } = await opened(t)
  const stored = (): Promise<InstanceType<typeof Old>> => Old.get({ id: long, at: long })
  const row = await Row.get({ id: long, at: long })
  t.strictSame(row.getChangedColumns(), [])
  await row.save()
  row.age = 2
  await row.save()
  t.equal((await stored()).age, 2)
  const judged = ['id', 'at', 'role', 'note', 'own', 'list', 'set', 'map', 'pair', 'deep', 'place', 'open']
  t.throws(() => { row.validate() }, refused({ errors: judged.map((column) => ({ column })) }), 'by hand it judges all')
  await row.update({ age: 3, role: null as never, note: 'n', list: [long], set: ['a', long], place: { tags: [long] } as never, id: long } as never)
  t.equal((await stored()).age, 3, 'given as it is stored')

  await row.update({ set: [long, 'a', 'b'], map: { [long]: long, a: 'x' }, list: ['c', long, 'd'] })
  t.match(await stored(), { set: new Set([long, 'a', 'b']), map: new Map([[long, long], ['a', 'x']]), list: ['c', long, 'd'] }, 'of a collection only what is added is sent')
  row.set.add('c')
  row.list.push('e')
  if (row.open !== null) row.open.street = 'st'
  await row.save()
  t.match(await stored(), { set: new Set([long, 'a', 'b', 'c']), list: ['c', long, 'd', 'e'], open: { street: 'st', tags: new Set([long]) } })

  row.set.add(long + 2)
  await t.rejects(row.save(), refused({ rule: 'length', column: 'set' }))
  row.set.delete(long + 2)
  row.role = 'user'
  row.note = 'x'
  await t.rejects(row.save(), refused({ errors: [{ column: 'note', rule: 'length' }] }))
  row.note = null
  if (row.place !== null) row.place.street = 'st'
  await t.rejects(row.save(), refused({ column: 'place' }), 'a frozen value is sent whole')
  row.place = null
  await row.save()
  t.match(await stored(), { role: 'user', note: null, place: null })
})

t.test('partly loaded rows, static parts, deletions', async (t) => {
  const { Row, Old } = await opened(t)
  const [part] = await Row.filter({ id: long }).only('age', 'set').all()
  await part?.update({ age: 9 })
  const key = Row.hydrate({ id: long, at: long, own: null as never })
  await key.update({ age: 8 })
  t.match(await Old.get({ id: long, at: long }), { age: 8 })
  const partition = Row.hydrate({ id: long, own: null as never })
  await partition.save()
  partition.own = 'p'
  await partition.save()
  t.match(await Old.get({ id: long, at: long }), { own: 'p' })
  await (await Row.get({ id: long, at: long })).delete()
  t.equal(await Old.objects.filter({ id: long }).count(), 1, 'the static part is left')
})

t.test('a row that goes to another place is sent whole, and judged whole', async (t) => {
  const { db, texts } = await recorded(t)
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), role: c.Text({ required: true }), tags: c.Set(c.Text({ maxLength: 2 })), age: c.Integer() }).as<Row>() {}
  const row = Row.hydrate({ id: 1, role: null as never, tags: new Set([long]), age: 1 })
  await t.rejects(row.using({ keyspace: 'other' }).save(), refused({ errors: [{ column: 'role', rule: 'required' }, { column: 'tags', rule: 'length' }] }))
  await t.rejects(row.using({ keyspace: 'other' }).update({ role: null as never, age: 2 }), refused({ errors: [{ column: 'role' }] }))
  row.id = 2
  await t.rejects(row.save(), refused({ errors: [{ column: 'role' }, { column: 'tags' }] }), 'under another key too')
  await t.rejects(new Row({ id: 3 }).update({ age: 1 }), refused({ column: 'role' }), 'a new row')
  t.strictSame(texts(), [])
})

t.test('a validate() of one’s own, which calls ours', async (t) => {
  const { db, texts } = await recorded(t)
  let calls = 0
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), role: c.Text({ required: true }), age: c.Integer() }).as<Row>() {
    override validate (): void {
      calls++
      new Row({ id: 1, role: 'x' }).age = 5
      super.validate()
    }
  }
  const row = Row.hydrate({ id: 1, role: null as never, age: 1 })
  await row.save()
  row.age = 2
  await row.save()
  await row.update({ age: 3 })
  t.equal(calls, 3)
  t.equal(texts().length, 2)
  t.throws(() => { row.validate() }, refused({ column: 'role', rule: 'required' }))
  row.role = 'a'
  row.validate()
  row.age = 'x' as never
  await t.rejects(row.save(), refused({ column: 'age' }))
  t.throws(() => { Row.hydrate({ id: 1, role: null as never }).validate() }, refused({ column: 'role' }), 'a write that failed leaves nothing behind')
})
