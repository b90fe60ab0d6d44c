// What a default filled in is written with the whole row; what was assigned is written by update() too, be it the very same value.
import { inspect } from 'node:util'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { types } from '../../src/cqlengine/driver.js'
import { open, recorded } from './setup.js'

const uuid = types.Uuid.random()
const values = {
  text: ['plain', 'plain'],
  flag: [false, false],
  n: [42, 42],
  big: [5n, 5n],
  made: ['made 1', 'made 1'],
  uuid: [uuid, types.Uuid.fromString(uuid.toString())],
  at: [new Date(5), new Date(5)],
  tags: [new Set(['a']), new Set(['a'])],
  map: [new Map([[2, 2]]), new Map([[2, 2]])],
  home: undefined
} as const

function defined (db: CQLAlchemy) {
  class Home extends db.UserType.define('home', { age: c.Integer(), mf: c.Map(c.Integer, c.Integer), n: c.Integer({ default: 42 }) }) {}
  class Row extends db.Model.define('row', {
    id: c.Integer({ primaryKey: true }),
    text: c.Text({ default: 'plain' }),
    flag: c.Boolean({ default: false }),
    n: c.Integer({ default: 42 }),
    big: c.BigInt({ default: 5n }),
    made: c.Text({ default: () => 'made 1' }),
    uuid: c.UUID({ default: () => uuid }),
    at: c.DateTime({ default: () => new Date(5) }),
    tags: c.Set(c.Text, { default: () => ['a'] }),
    map: c.Map(c.Integer, c.Integer, { default: new Map([[2, 2]]) }),
    home: c.UserDefinedType(Home, { default: () => new Home({ age: 1, mf: new Map([[2, 2]]) }) }),
    other: c.Text()
  }).as<Row>() {}
  const same = (name: string): unknown => name === 'home' ? new Home({ age: 1, mf: new Map([[2, 2]]) }) : (values as unknown as Record<string, readonly unknown[]>)[name]?.[1]
  return { Row, same }
}

t.test('DRT-11 DRT-01 DRT-02 an assigned value counts as changed also when it is the default', async (t) => {
  const { db, texts, taken } = await recorded(t)
  const { Row, same } = defined(db)
  for (let round = 0; round < 3; round++) { // the first instance of a class stands behind a guard, see field-guard.ts
    // What a function gives, and no object, is compared.
    for (const name of Object.keys(values).filter((one) => one !== 'made')) {
      const row = new Row({ id: 1 }) as InstanceType<typeof Row> & Record<string, unknown>
      t.same(row.getChangedColumns(), ['id'])
      row[name as 'text'] = same(name) as string
      t.same(row.getChangedColumns(), ['id', name])
      await row.update()
      t.match(texts(), [new RegExp(`^UPDATE "k"."row" SET "${name}" = \\? WHERE "id" = \\?$`)], name)
      t.same(row[name as 'text'], same(name))
      await row.save()
      t.same(texts(), [])
    }
    await new Row({ id: 1, other: 'a' }).update()
    t.same(texts(), ['UPDATE "k"."row" SET "other" = ? WHERE "id" = ?'], 'defaults are not written by an update')
    await new Row({ id: 1 }).save()
    await Row.create({ id: 1 })
    const [made, created] = taken()
    t.same(made, created, 'and with the whole row')
  }
})

t.test('COL-06 an instance with defaults looks like any other', async (t) => {
  const { db, taken } = await recorded(t)
  const { Row } = defined(db)
  for (const row of [new Row({ id: 1 }), new Row({ id: 1 })]) {
    const keys = ['id', 'text', 'flag', 'n', 'big', 'made', 'uuid', 'at', 'tags', 'map', 'home', 'other']
    t.same(Object.keys(row), keys)
    t.same(Object.keys({ ...row }), keys)
    t.match({ ...row }, { text: 'plain', flag: false, n: 42, big: 5n, made: 'made 1' })
    t.match(row.toObject(), { text: 'plain', flag: false, n: 42 })
    t.match(inspect(row), /^Row \{\n +id: 1,\n +text: 'plain',\n +flag: false,\n +n: 42,/)
    t.notMatch(inspect({ row }, { depth: 5 }), /Getter|Symbol/)
    t.equal(new Proxy(row, {}).text, 'plain')
    const heir = Object.create(row) as typeof row
    t.equal(heir.text, 'plain')
    heir.text = 'own'
    t.same([heir.text, row.text], ['own', 'plain'])
    new Proxy(row, {}).text = 'plain'
    t.ok(row.getChangedColumns().includes('text'))
    t.same(Object.getOwnPropertyDescriptor(row, 'text'), { value: 'plain', writable: true, enumerable: true, configurable: true }, 'an ordinary property once it was assigned')
    delete (row as Partial<typeof row>).flag
    t.notOk('flag' in { ...row })
  }
  const created = await Row.create({ id: 2 })
  t.ok(Object.values(Object.getOwnPropertyDescriptors(created)).every((own) => 'value' in own), 'create() gives ordinary properties')
  t.ok(Object.values(Object.getOwnPropertyDescriptors(await Row.objects.create({ id: 2 }))).every((own) => 'value' in own))
  taken()
  class Picky extends db.Model.define('picky', { id: c.Integer({ primaryKey: true }), n: c.Integer({ default: 42 }) }).as<Picky>() {
    constructor (given?: { id: number }) {
      super(given)
      this.n = 42
    }
  }
  t.same(new Picky({ id: 1 }).getChangedColumns(), ['id', 'n'], 'a constructor assigns like anybody')
  class Hiding extends db.Model.define('hiding', { id: c.Integer({ primaryKey: true }), n: c.Integer({ default: 42 }) }).as<Hiding>() {
    override n = 42
  }
  t.throws(() => new Hiding({ id: 1 }), { name: 'ModelDefinitionError', message: /hides the column "n"/ })
})

t.test('INS-04 a refused update leaves defaults what they were', async (t) => {
  const { db, texts } = await recorded(t)
  const { Row } = defined(db)
  for (let round = 0; round < 2; round++) {
    const row = new Row({ id: 1 })
    Object.assign(row, { other: 5 })
    await t.rejects(row.update({ n: 1, text: 'a' }), { name: 'ValidationError' })
    t.same([row.n, row.text], [42, 'plain'])
    row.other = 'a'
    await row.update()
    t.same(texts(), ['UPDATE "k"."row" SET "other" = ? WHERE "id" = ?'])
    const full = new db.BatchQuery()
    await full.execute()
    for (const give of [() => row.update({ text: 'plain', n: 1 }, { batch: full }), () => row.update({ text: 'plain' }, { ttl: -1 })]) {
      const keys = Object.keys(row)
      await t.rejects(give())
      t.same(Object.keys(row), keys)
      t.same(row.getChangedColumns(), [], 'as it was')
    }
    await row.update({ other: 'b' })
    t.same(texts(), ['UPDATE "k"."row" SET "other" = ? WHERE "id" = ?'])
    const frozen = Object.freeze(new Row({ id: 1 }))
    await t.rejects(frozen.update({ n: 42 }), { name: 'ValidationError', rule: 'frozen' })
    await frozen.save()
    t.equal(texts().length, 1)
  }
})

t.test('DRT-11 on the server: what is stored survives an update of a fresh instance, and what was assigned arrives', async (t) => {
  const db = new CQLAlchemy()
  const { Row, same } = defined(db)
  await open(t, db)
  await Row.create({ id: 1, n: 0, text: 'kept', map: new Map([[0, 0]]) })
  await new Row({ id: 1 }).update({ other: 'x' })
  t.match(await Row.get({ id: 1 }), { n: 0, text: 'kept', map: new Map([[0, 0]]), other: 'x' })
  const row = new Row({ id: 1 })
  row.n = 42
  row.home = same('home') as typeof row.home
  row.map = new Map([[0, 1]])
  await row.update()
  t.match(await Row.get({ id: 1 }), { n: 42, text: 'kept', map: new Map([[0, 1]]), home: { age: 1, n: 42 } })
})

t.test('DRT-03 DRT-11 a default that no write has sent is not stored: untouched it stays unwritten, assigned or changed it is written whole', async (t) => {
  const { db, taken } = await recorded(t)
  const { Row } = defined(db)
  const sent = (): unknown[] => taken().map(({ cql, params }) => [/SET (.*) WHERE/.exec(cql)?.[1], params])
  for (let round = 0; round < 2; round++) {
    const row = new Row({ id: 1 })
    await row.update({ other: 'x' })
    t.ok(row.isPersisted)
    t.same(row.getChangedColumns(), [])
    await row.save()
    await row.update({})
    t.same(sent(), [['"other" = ?', ['x', 1]]])
    row.text = 'plain'
    row.map = new Map([[2, 2], [3, 3]])
    row.tags.add('b')
    t.same(row.getChangedColumns(), ['text', 'tags', 'map'])
    await row.save()
    t.same(sent(), [['"text" = ?, "tags" = ?, "map" = ?', ['plain', ['a', 'b'], new Map([[2, 2], [3, 3]]), 1]]])
    await row.update({ n: 42 })
    t.same(sent(), [['"n" = ?', [42, 1]]])
    row.other = null
    await row.save()
    await row.save()
    t.same(sent(), [['"other" = ?', [null, 1]]])
  }
})

t.test('DRT-11 create() is new and save(): whoever sees the instance before it is saved may assign', async (t) => {
  const { db, texts } = await recorded(t)
  const { Row } = defined(db)
  class Own extends Row {
    override async save (options?: object): Promise<this> {
      this.text = 'plain'
      await (this as Own).update({}, options)
      return this
    }
  }
  for (let round = 0; round < 2; round++) {
    await Own.create({ id: 1 })
    t.same(texts(), ['UPDATE "k"."row" SET "text" = ? WHERE "id" = ?'])
    const batch = new db.BatchQuery()
    for (const row of [await Row.batch(batch).create({ id: 1 }), await Row.create({ id: 2 }, { batch })]) {
      row.text = 'plain'
      t.ok(row.getChangedColumns().includes('text'))
    }
  }
})

t.test('COL-06 printing sees where an instance holds itself, and runs nothing of the class', async (t) => {
  const { db } = await recorded(t)
  class Base extends db.Model.define('node', { id: c.Integer({ primaryKey: true }), text: c.Text({ default: 'plain' }) }).as<Base>() {
    get label (): string { return this.text ?? '' }
  }
  class Node extends Base { up: Node | undefined }
  for (const node of [new Node({ id: 1 }), new Node({ id: 2 })]) {
    node.up = node
    Object.defineProperty(node, 'label', { value: 'own', enumerable: true })
    t.match(inspect(node, { depth: null }), /^<ref \*1> Node \{\n? *id: \d,\s+text: 'plain',\s+up: \[Circular \*1\],\s+label: 'own'\s*\}$/)
    node.text = 'other'
    t.match(inspect(node), /text: 'other'/)
  }
})
