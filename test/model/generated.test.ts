// Functions made of text: one place makes them, they have a name in stack traces, and the loops beside them do the same.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import type { AnyColumn } from '../../src/cqlengine/columns/column.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import type { CqlType } from '../../src/cqlengine/columns/cql-type.js'
import { ownEncoding } from '../../src/cqlengine/connection/encoding.js'
import { generate, switchOff, tricks } from '../../src/cqlengine/model/compile/generate.js'
import { nested, type Sample, singles } from '../columns/random-types.js'
import fc from '../support/random.js'
import { root } from '../support/root.js'
import { recorded } from './setup.js'

t.test('one file makes functions of text', (t) => {
  const folder = join(root, 'src')
  const makers = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts') && /new Function\(/.test(readFileSync(join(folder, file), 'utf8')))
  t.same(makers.map((file) => file.replaceAll('\\', '/')), ['cqlengine/model/compile/generate.ts'])
  t.end()
})

t.test('a stack trace tells what was generated', (t) => {
  const fail = generate<() => void>('of a test', { what: 'here' }, 'return () => { throw new Error(what) }')
  t.throws(fail, { message: 'here', stack: /fastify-cqlalchemy\/generated\/of%20a%20test\.js/ })
  t.end()
})

/** What a program of all kinds of work sends, and what it reads. */
async function program (context: Parameters<typeof recorded>[0]): Promise<unknown[]> {
  const db = new CQLAlchemy()
  const c = db.columns
  class Row extends db.Model.define('row', {
    id: c.Integer({ primaryKey: true }), at: c.DateTime({ default: new Date(5) }), name: c.Text({ required: true }), tags: c.Set(c.Text), scores: c.Map(c.Text, c.Integer), list: c.List(c.Integer), constructor: c.Text()
  }).as<Row>() {}
  const { client, taken } = await recorded(context, db)
  const out: unknown[] = []
  const values = { id: 1, name: 'a', tags: ['x', 'y'], scores: { a: 1 }, list: [], constructor: 'c' }
  for (const given of [values, { id: 2, name: 'b' }, { id: 3, name: 'c', tags: null, list: [1, 2] }, { id: 4, name: null }, { id: 5, name: 'e', nope: 1 }]) {
    out.push(await Row.create(given as never).then((row) => row.toJSON(), (error: unknown) => String(error)))
  }
  client.reply(/^SELECT/, () => [{ id: 1, at: new Date(7), name: 'a', tags: new Set(['x']), scores: null, list: [1], constructor: null }])
  const [whole] = await Row.objects.all()
  const [part] = await Row.objects.only('name', 'tags').all()
  for (const row of [whole, part] as Row[]) {
    out.push(row.toJSON())
    row.tags.add('z')
    row.name = 'b'
    out.push(row.getChangedColumns())
    await row.save()
    row.name = null as never
    out.push(await row.save().then(() => 'saved', String))
  }
  return [...out, ...taken().map(({ cql, params }) => [cql, params])]
}

/** Rows of all mixtures of values, none and nothing in them; the same ones at each call. */
function mixtures (): Record<string, unknown>[] {
  let seed = 7
  const below = (n: number): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % n
  const some = <T>(make: (i: number) => T): T[] | null => below(4) === 0 ? null : Array.from({ length: below(4) }, (_, i) => make(i))
  const orNull = <A, B>(given: A | null, make: (given: A) => B): B | null => given === null ? null : make(given)
  return Array.from({ length: 60 }, (_, id) => ({
    id,
    at: below(4) === 0 ? null : new Date(below(1e9)),
    tags: orNull(some((i) => `t${i}`), (all) => new Set(all)),
    name: below(2) === 0 ? null : 'a',
    scores: orNull(some((i) => [`s${i}`, below(9)] as const), (all) => new Map(all)),
    days: orNull(some((i) => new Date(i)), (all) => new Set(all)),
    list: some(() => below(9)),
    groups: orNull(some((i) => [`g${i}`, new Set([i, below(9) + 5])] as const), (all) => new Map(all)),
    n: below(2) === 0 ? null : below(9)
  }))
}

t.test('of each loaded row just what was changed in place is changed', async (t) => {
  for (const way of ['generated', 'loops']) {
    if (way === 'loops') t.teardown(switchOff('rows'))
    const db = new CQLAlchemy()
    const c = db.columns
    class Mixed extends db.Model.define('mixed', {
      id: c.Integer({ primaryKey: true }), at: c.DateTime(), tags: c.Set(c.Text), name: c.Text(), scores: c.Map(c.Text, c.Integer), days: c.Set(c.DateTime), list: c.List(c.Integer), groups: c.Map(c.Text, c.Set(c.Integer)), n: c.Integer()
    }).as<Mixed>() {}
    const { client } = await recorded(t, db)
    client.reply(/^SELECT/, mixtures)
    const ways: Readonly<Record<string, (row: Mixed, way: 'there' | 'back') => void>> = {
      at: (row, way) => { row.at?.setTime(row.at.getTime() + (way === 'there' ? 1 : -1)) },
      tags: (row, way) => { if (way === 'there') row.tags.add('new'); else row.tags.delete('new') },
      name: (row, way) => { row.name = way === 'there' ? `${row.name ?? ''}+` : row.name === '+' ? null : 'a' },
      scores: (row, way) => { if (way === 'there') row.scores.set('new', 1); else row.scores.delete('new') },
      days: (row, way) => { for (const day of row.days) day.setTime(day.getTime() + (way === 'there' ? 100 : -100)) },
      list: (row, way) => { if (way === 'there') row.list.push(1); else row.list.pop() },
      groups: (row, way) => { for (const group of row.groups.values()) { if (way === 'there') group.add(100); else group.delete(100) } },
      n: (row, way) => { row.n = way === 'there' ? (row.n ?? 0) + 10 : row.n === 10 ? null : (row.n as number) - 10 }
    }
    for (const [column, change] of Object.entries(ways)) {
      const rows = await Mixed.objects.all()
      const left = mixtures()
      t.equal(rows.length, left.length)
      for (const [i, row] of rows.entries()) {
        const isNothing = (column === 'at' && row.at === null) || (column === 'days' && row.days.size === 0) || (column === 'groups' && row.groups.size === 0)
        const asRead = Object.fromEntries(Object.entries(left[i] as object).map(([name, value]: [string, unknown]) => [name, value ?? { tags: new Set(), scores: new Map(), days: new Set(), groups: new Map(), list: [] }[name] ?? null]))
        if (i % 2 === 0) t.strictSame({ ...row }, asRead, `${way}: row ${i} as it was read`)
        change(row, 'there')
        if (i % 2 === 1) t.same(row.getChangedColumns(), isNothing ? [] : [column], `${way}: ${column} of row ${i}`)
        change(row, 'back')
        // A zero that stood there is null now only where null stood there.
        if ((left[i] as { n: unknown }).n !== 0 || column !== 'n') t.same(row.getChangedColumns(), [], `${way}: ${column} of row ${i} again`)
      }
    }
  }
})

for (const trick of tricks) {
  t.test(`${trick}: switched off, all kinds of work come out the same`, async (t) => {
    const usual = await program(t)
    t.ok(usual.length > 12)
    const restore = switchOff(trick)
    t.teardown(restore)
    t.same(await program(t), usual)
  })
}

interface AnyRow { [column: string]: unknown, save (): Promise<unknown>, toJSON (): unknown, getChangedColumns (): string[], isPersisted: boolean }
interface AnyModel { new (values: object): AnyRow, objects: { all (): Promise<AnyRow[]>, only (...names: string[]): { all (): Promise<AnyRow[]> } }, hydrate (row: object): AnyRow }
type Values = Record<string, unknown>

/** What becomes of values that a new instance was given, of rows that were read, and of changes to both. */
async function life ({ Model, client, taken }: World, { given, rows, changes, only }: Life): Promise<unknown> {
  const out: unknown[] = []
  const told = async (run: () => unknown): Promise<void> => {
    out.push(await Promise.resolve().then(run).catch((error: unknown) => String(error)))
  }
  const changed = async (row: AnyRow): Promise<void> => {
    out.push(row.toJSON(), row.getChangedColumns())
    Object.assign(row, changes)
    await told(() => row.getChangedColumns())
    await told(async () => { await row.save(); return [row.isPersisted, row.getChangedColumns(), row.toJSON()] })
  }
  await told(async () => { await changed(new Model(given)) })
  await told(async () => { await changed(Model.hydrate({ id: 1, ...given })) })
  client.reply(/^SELECT/, () => rows.map((row) => ({ ...row })))
  for (const row of await Model.objects.all()) await changed(row)
  for (const row of await Model.objects.only('id', ...only).all()) await changed(row)
  return [out, taken().map(({ cql, params }) => [cql, params])]
}

interface World { readonly Model: AnyModel, readonly client: Awaited<ReturnType<typeof recorded>>['client'], readonly taken: Awaited<ReturnType<typeof recorded>>['taken'] }
interface Life { readonly given: Values, readonly rows: Values[], readonly changes: Values, readonly only: string[] }

async function world (t: Parameters<typeof recorded>[0], columns: Record<string, AnyColumn>): Promise<World> {
  const { db, client, taken } = await recorded(t)
  const Base = db.Model.define('rows', columns) as unknown as new () => object
  return { Model: class Rows extends Base {} as unknown as AnyModel, client, taken }
}

/** A value as the driver of our own clients reads it. */
function asRead (type: CqlType, value: unknown): unknown {
  const inner = (part: 'element' | 'key' | 'value', one: unknown): unknown => asRead(type.elementType(part) as CqlType, one)
  switch (type.kind) {
    case 'list': return (value as unknown[]).map((one) => inner('element', one))
    case 'set': return new Set([...value as Set<unknown>].map((one) => inner('element', one)))
    case 'map': return new Map([...value as Map<unknown, unknown>].map(([key, one]) => [inner('key', key), inner('value', one)]))
    default: return type.toDriver(value, ownEncoding)
  }
}

t.test('of columns and values drawn by chance each trick and the loops beside it make the same', async (t) => {
  const samples = [...singles, ...fc.sample(nested(2), 12)]
  const chunks = Array.from({ length: Math.ceil(samples.length / 10) }, (_, i) => samples.slice(i * 10, i * 10 + 10))
  for (const chunk of chunks) {
    const columns = { id: c.Integer({ primaryKey: true }), ...Object.fromEntries(chunk.map(({ column }, i) => [`c${i}`, column])) }
    const names = Object.keys(columns).slice(1)
    const some = (none: unknown): fc.Arbitrary<Values> => fc.record(Object.fromEntries(chunk.map(({ values }, i) => [names[i] as string, fc.option(values, { freq: 4, nil: none })])))
    // Values in random order, some of them wrong, and rows as the driver gives them.
    const given = fc.tuple(some(undefined), fc.shuffledSubarray(names), fc.constantFrom({}, { c0: Symbol('wrong') }, { nope: 1 }))
      .map(([values, order, wrong]) => ({ id: 1, ...Object.fromEntries(order.map((name) => [name, values[name]])), ...wrong }))
    const stored = (values: Values): Values => ({ id: 1, ...Object.fromEntries(names.map((name, i) => [name, values[name] === null ? null : asRead((chunk[i] as Sample).column.type, values[name])])) })
    const usual = await world(t, columns)
    await life(usual, { given: { id: 1 }, rows: [{ id: 1 }], changes: {}, only: [] }) // what is made at first use is made with all tricks
    const lives = fc.sample(fc.record({ given, rows: fc.array(some(null).map(stored), { maxLength: 3 }), changes: some(null), only: fc.subarray(names) }), 3)
    const expected = []
    for (const one of lives) expected.push(await life(usual, one))
    for (const trick of tricks) {
      const restore = switchOff(trick)
      const plain = await world(t, columns)
      const outcome = []
      for (const one of lives) outcome.push(await life(plain, one))
      // Printing what differs costs much more than to find that nothing does.
      if (isDeepStrictEqual(outcome, expected)) t.pass(trick)
      else t.strictSame(outcome, expected, trick)
      restore()
    }
  }
})

t.test('what somebody gave to all objects is no value of a new instance, however often its form was seen', async (t) => {
  const { db } = await recorded(t)
  class Row extends db.Model.define('plain', { id: c.Integer({ primaryKey: true }), name: c.Text() }).as<Row>() {}
  const both = () => new Row({ id: 1, name: 'own' })
  for (let i = 0; i < 3; i++) t.equal(both().name, 'own')
  const { prototype } = Object
  Object.defineProperty(prototype, 'name', { value: 'of all', enumerable: true, configurable: true, writable: true })
  t.teardown(() => { Reflect.deleteProperty(prototype, 'name') })
  for (let i = 0; i < 3; i++) t.equal(new Row({ id: 1 }).name, null)
})
