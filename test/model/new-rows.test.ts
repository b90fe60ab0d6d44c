// A new instance is written in one pass where its model allows it; whatever that pass does, the way for all cases does the same.
import t from 'tap'
import type { CQLAlchemy } from '../../src/cqlalchemy.js'
import type { AnyColumn } from '../../src/cqlengine/columns/column.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { types } from '../../src/cqlengine/driver.js'
import type { MockCall } from '../../src/testing/mock-client.js'
import { nested, type Sample, scalars, singles } from '../columns/random-types.js'
import fc from '../support/random.js'
import { recorded } from './setup.js'

type Values = Record<string, unknown>
interface Row { [column: string]: unknown, save (options?: object): Promise<unknown>, validate (): void, getChangedColumns (): string[], isPersisted: boolean, toObject (): Values }
interface Model { new (values: Values): Row, batch (batch: unknown): { create (values: Values): Promise<unknown> } }

/** The same table twice: with the ways that a model takes by itself, and with those of all cases, which a `validate()` of the user's asks for. */
async function twins (t: Parameters<typeof recorded>[0], columns: Record<string, AnyColumn>) {
  const make = async (general: boolean) => {
    const { db, taken } = await recorded(t)
    const Base = db.Model.define('rows', columns) as unknown as new (values: Values) => Row
    const Model = (general ? class extends Base { override validate (): void { super.validate() } } : class extends Base {}) as unknown as Model
    return { db, taken, Model }
  }
  return { quick: await make(false), general: await make(true) }
}

/** What was sent, without what differs by chance. */
const sent = (calls: readonly MockCall[]): unknown => calls.map(({ cql, params }) => ({ cql, params }))

async function write ({ Model, taken }: { Model: Model, taken: () => MockCall[] }, values: Values, change: (row: Row) => void, options: object): Promise<unknown> {
  const row = new Model(values)
  change(row)
  await row.save(options)
  const first = sent(taken())
  const state = { changed: row.getChangedColumns(), persisted: row.isPersisted, values: row.toObject() }
  await row.save()
  return { first, state, idle: sent(taken()) }
}

const samples: readonly Sample[] = [...singles, ...fc.sample(nested(2), 40)]
/** One type that asks for the general way takes the whole row with it, so these stand apart. */
const isQuick = ({ column: { type }, values }: Sample): boolean => !type.mutable || fc.sample(values, 20).some((value) => type.isConverted(value))
const quickOnes = samples.filter(isQuick)
const chunksOf = (of: readonly Sample[]): (readonly Sample[])[] => Array.from({ length: Math.ceil(of.length / 12) }, (_, i) => of.slice(i * 12, i * 12 + 12))

t.test('DML-01 DML-02 DRT-02 every type: the same statement, the same state, and an idle save sends nothing', async (t) => {
  t.ok(quickOnes.length > 40, 'enough of the quick way')
  for (const chunk of [...chunksOf(quickOnes), ...chunksOf(samples.filter((s) => !quickOnes.includes(s)))]) {
    const columns = Object.fromEntries(chunk.map(({ column }, i) => [`c${i}`, column]))
    const names = Object.keys(columns)
    const { quick, general } = await twins(t, { id: c.Integer({ primaryKey: true }), ...columns })
    const some = fc.record(Object.fromEntries(chunk.map(({ values }, i) => [names[i] as string, fc.option(values, { freq: 4, nil: undefined })])))
    await fc.assert(fc.asyncProperty(some, fc.constantFrom({}, { ttl: 60 }, { timestamp: 5n }, { ifNotExists: true }), async (values, options) => {
      const [a, b] = [await write(quick, { id: 1, ...values }, () => {}, options), await write(general, { id: 1, ...values }, () => {}, options)]
      t.strictSame(a, b)
      t.strictSame((a as { idle: unknown[] }).idle, [])
    }), { numRuns: 4 })
  }
})

t.test('DRT-03 whatever becomes of an instance before it is saved', async (t) => {
  const at = new Date(5)
  const { quick, general } = await twins(t, {
    id: c.Text({ primaryKey: true }),
    n: c.Integer(),
    on: c.Boolean({ default: true }),
    at: c.DateTime({ default: () => at }),
    tags: c.Set(c.Text),
    scores: c.Map(c.Text, c.Integer),
    list: c.List(c.Double),
    d: c.Double(),
    toString: c.Text(),
    long: c.Text({ maxLength: 5 })
  })
  const values = { id: 'k', n: 1, tags: ['a'], scores: { x: 1 }, list: [1], d: 2, toString: 'own', long: 'short' }
  const changes: Record<string, (row: Row) => void> = {
    nothing: () => {},
    'a value': (row) => { row['n'] = 2 },
    'another form': (row) => { row['at'] = '2020-01-01' },
    null: (row) => { row['n'] = null; row['tags'] = null; row['at'] = null },
    'in place': (row) => { (row['tags'] as Set<string>).add('b'); (row['scores'] as Map<string, number>).set('y', 2); (row['at'] as Date).setTime(7); (row['list'] as number[]).push(3) },
    emptied: (row) => { (row['tags'] as Set<string>).clear(); (row['scores'] as Map<string, number>).clear(); (row['list'] as number[]).length = 0 },
    NaN: (row) => { row['d'] = NaN },
    'taken away': (row) => { Reflect.deleteProperty(row, 'n'); Reflect.deleteProperty(row, 'toString') },
    'another collection': (row) => { row['tags'] = new Set(['z']); row['scores'] = new Map() },
    'a key': (row) => { row['id'] = 'other' },
    'everything, one by one': (row) => { Object.assign(row, { id: 'other', n: 3, on: false, at: new Date(9), tags: new Set(['q']), scores: new Map([['q', 1]]), list: [9], d: 0.5, long: 'l' }) },
    'other forms of everything': (row) => { Object.assign(row, { at: 5, tags: ['q', 'q'], scores: { q: 1 }, n: -0 }) },
    'half a surrogate pair, and back': (row) => { row['long'] = '\ud800'; row['long'] = 'ok' }
  }
  for (const [name, change] of Object.entries(changes)) t.strictSame(await write(quick, values, change, {}), await write(general, values, change, {}), name)

  const wrong: Record<string, (row: Row) => void> = {
    'a wrong value': (row) => { row['n'] = 1.5 },
    'a wrong element': (row) => { (row['tags'] as Set<unknown>).add(5) },
    'a wrong entry': (row) => { (row['scores'] as Map<unknown, unknown>).set('y', 'z') },
    'no date': (row) => { (row['at'] as Date).setTime(NaN) },
    'no key': (row) => { row['id'] = null },
    'without its key': () => {},
    'half a surrogate pair': (row) => { (row as Values)['toString'] = '\ud800' },
    'too long': (row) => { row['long'] = 'longer' },
    'too large': (row) => { (row as Values)['toString'] = 'x'.repeat(9_000_000) }
  }
  for (const [name, change] of Object.entries(wrong)) {
    const failures = []
    for (const twin of [quick, general]) {
      const row = new twin.Model(name === 'without its key' ? { n: 1 } : values)
      change(row)
      const error = await row.save().then(() => undefined, (e: Error) => ({ name: e.name, message: e.message }))
      failures.push({ error, sent: sent(twin.taken()), persisted: row.isPersisted, changed: row.getChangedColumns() })
    }
    t.ok(failures[0]?.error, name)
    t.strictSame(failures[0]?.sent, [])
    t.strictSame(failures[0], failures[1])
  }
})

t.test('DRT-05 B05 what is bound and what is kept stay as they were when the instance goes on changing', async (t) => {
  const { quick } = await twins(t, { id: c.Integer({ primaryKey: true }), tags: c.Set(c.Text), scores: c.Map(c.Text, c.Integer), at: c.DateTime(), bytes: c.Blob(), list: c.List(c.Integer) })
  const row = new quick.Model({ id: 1, tags: ['a'], scores: { x: 1 }, at: 5, bytes: Buffer.from('a'), list: [1] })
  const saving = row.save()
  ;(row['tags'] as Set<string>).add('late')
  ;(row['scores'] as Map<string, number>).set('late', 2)
  ;(row['at'] as Date).setTime(6)
  ;(row['bytes'] as Buffer).fill(0)
  ;(row['list'] as number[]).push(2)
  await saving
  t.strictSame(quick.taken()[0]?.params, [1, ['a'], new Map([['x', 1]]), new Date(5), Buffer.from('a'), [1]])
  t.strictSame(row.getChangedColumns(), ['tags', 'scores', 'at', 'bytes', 'list'])
})

t.test('BAT-01 in a batch: the same statements, and the instance is stored when the batch is', async (t) => {
  const { quick, general } = await twins(t, { id: c.UUID({ primaryKey: true }), n: c.BigInt(), tags: c.Set(c.UUID) })
  const id = types.Uuid.random()
  const run = async ({ db, Model, taken }: { db: CQLAlchemy, Model: Model, taken: () => MockCall[] }): Promise<unknown> => {
    const row = new Model({ id, n: 5, tags: [id] })
    const before = await db.batch(async (batch) => {
      await row.save({ batch })
      row['n'] = 6n
      await row.save({ batch })
      await Model.batch(batch).create({ id, n: null })
      return row.isPersisted
    })
    return { before, after: row.isPersisted, changed: row.getChangedColumns(), calls: taken().map(({ cql, params, options }) => ({ cql, params, logged: options['logged'] })) }
  }
  const [a, b] = [await run(quick), await run(general)]
  t.strictSame(a, b)
  t.match(a, { before: false, after: true, changed: [] })
})

t.test('a rule of the column holds for what was changed in place', async (t) => {
  const { quick } = await twins(t, { id: c.Integer({ primaryKey: true }), even: c.List(c.Integer, { validate: (v: number[]) => v.length % 2 === 0 }) })
  const row = new quick.Model({ id: 1, even: [1, 2] })
  ;(row['even'] as number[]).push(3)
  await t.rejects(row.save(), { name: 'ValidationError' })
  t.strictSame(quick.taken(), [])
})

t.test('columns of every kind that the quick way leaves to the other', async (t) => {
  const { quick, general } = await twins(t, {
    part: c.Text({ primaryKey: true }), row: c.Integer({ primaryKey: true }), shared: c.Text({ static: true }), one: scalars['decimal']?.column as AnyColumn, tuple: c.Tuple(c.Integer, c.Text)
  })
  for (const values of [{ part: 'p', row: 1, shared: 's' }, { part: 'p', shared: 's' }, { part: 'p', row: 1, tuple: [1, 'a'], one: '1.5' }]) {
    t.strictSame(await write(quick, values, () => {}, {}), await write(general, values, () => {}, {}))
  }
})
