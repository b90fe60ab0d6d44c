// Helpers that are generic over a model, the models of a db, static columns alone. Nothing here runs.
import { CQLAlchemy, SchemaError, type types } from 'fastify-cqlalchemy'
import type { AnyModelClass, Columns, Create, CreateStatic, Filter, Key, ModelClass, SyncReport, Update } from 'fastify-cqlalchemy'
import type { Equal, Expect } from './expect.js'

const db = new CQLAlchemy()
const c = db.columns

class U extends db.Model.define('u', { id: c.Integer({ primaryKey: true }), name: c.Text(), tags: c.Set(c.Text) }).as<U>() {
  greet () { return `hello ${this.name}` }
}
class Other extends db.Model.define('other', { id: c.Text({ primaryKey: true }), at: c.DateTime() }).as<Other>() {}
class Bare extends db.Model.define('bare', { id: c.Integer({ primaryKey: true }), flag: c.Boolean() }) {}

/** A helper for one model and what derives from it: arguments are typed by the model, results by what it was given. */
export async function derived<M extends typeof U> (m: M, w: Filter<U>, v: Create<U>, u: Update<U>, key: Key<U>): Promise<InstanceType<M>[]> {
  const rows = await m.filter(w).all()
  rows[0]?.greet()
  const one: InstanceType<M> = await m.get(key)
  const made: InstanceType<M> = await m.create(v)
  await m.create({ id: 1, name: 'a' }, { ttl: 5 })
  await m.createMany([v, { id: 2 }])
  await m.filter(w).filter({ name: 'a' }).orderBy('-name').iff({ name: null }).update(u)
  await m.filter({ id: 1 }).update({ name: 'a', tags__add: ['b'] })
  await m.using({ keyspace: 'a' }).ttl(5).filter(w).update(u)
  await m.iff({ name: 'a' }).filter(w).delete()
  await m.objects.filter(w).all()
  m.hydrate({ id: 1, name: null }).greet()
  const all: InstanceType<M>[] = await m.all()
  const first: InstanceType<M> | null = await m.filter(m.columns.id.eq(5)).first()
  // @ts-expect-error no column
  m.filter({ nmae: 'a' })
  // @ts-expect-error of another type
  void m.create({ id: 'a' })
  // @ts-expect-error a filter of another model
  m.filter({ at: new Date() } satisfies Filter<Other>)
  // @ts-expect-error keys are not updated
  void m.filter(w).update({ id: 5 })
  return [...rows, one, made, ...all, ...first === null ? [] : [first]]
}

/** A helper for any model: the caller's arguments are typed by the caller's model. */
export async function any<M extends AnyModelClass> (m: M, w: Filter<InstanceType<M>>, v: Create<InstanceType<M>>, u: Update<InstanceType<M>>): Promise<InstanceType<M>[]> {
  const made: InstanceType<M> = await m.create(v)
  const one: InstanceType<M> = await m.get(w)
  await m.filter(w).update(u)
  return [made, one, ...await m.filter(w).limit(5).all()]
}
/** Found by its key, or made. */
export async function upsert<M extends AnyModelClass> (m: M, key: Key<InstanceType<M>>, v: Create<InstanceType<M>>): Promise<InstanceType<M>> {
  const found: InstanceType<M> | null = await m.filter(key).first()
  await m.filter(key).update({} as Update<InstanceType<M>>)
  return found ?? (v === undefined ? await m.get(key) : await m.create(v))
}
export async function anyCalled (): Promise<void> {
  const us: U[] = await any(U, { id__in: [1] }, { id: 1 }, { name: 'a' })
  const others: Other[] = await any(Other, { id: 'a' }, { id: 'a' }, { at: new Date() })
  const bare: Bare[] = await any(Bare, { id: 1 }, { id: 1 }, { flag: true })
  const put: U = await upsert(U, { id: 1 }, { id: 1, name: 'a' })
  // @ts-expect-error no column of the key
  await upsert(U, { id: 1, name: 'a' }, { id: 1 })
  // @ts-expect-error a column of another model
  await any(Other, { name: 'a' }, { id: 'a' }, {})
  void [us, others, bare, put]
}

export class Repository<M extends AnyModelClass> {
  readonly model: M
  constructor (model: M) { this.model = model }
  async find (where: Filter<InstanceType<M>>): Promise<InstanceType<M>[]> { return await this.model.filter(where).all() }
  async add (values: Create<InstanceType<M>>): Promise<InstanceType<M>> { return await this.model.create(values) }
}
export async function repositories (): Promise<string[]> {
  const rows = await new Repository(U).find({ name: 'a' })
  // @ts-expect-error no column
  await new Repository(U).find({ nmae: 'a' })
  // @ts-expect-error a key is missing
  await new Repository(U).add({ name: 'a' })
  return rows.map((row) => row.greet())
}

/** A helper over the instances: the query set of all rows is typed by them. */
export async function byInstance<T, C extends Columns> (m: ModelClass<T, C>, w: Filter<T>, v: Create<T>, u: Update<T>): Promise<T[]> {
  const made: T = await m.objects.create(v)
  await m.objects.filter(w).update(u)
  const name: string = m.tableName
  // @ts-expect-error what the filter takes depends on the model
  m.objects.filter({ name })
  return [made, ...await m.objects.filter(w).limit(5).all()]
}
export async function byInstanceCalled (): Promise<void> {
  const us: U[] = await byInstance(U, { name: 'a' }, { id: 1 }, { name: null })
  const others: Other[] = await byInstance(Other, { at__gt: new Date() }, { id: 'a' }, {})
  // @ts-expect-error of another type
  await byInstance(Other, { at__gt: true }, { id: 'a' }, {})
  void [us, others]
}

/** The models of a db. */
export async function models (): Promise<number> {
  let count = 0
  for (const m of db.models) {
    count += await m.objects.count()
    count += await m.filter({ id: 1 }).count()
    const text: string = m.tableName
    const columns: Columns = m.columns
    for await (const row of m.objects.limit(5)) {
      const json: object = row.toJSON()
      const changed: string[] = row.getChangedColumns()
      await row.save()
      void [json, changed]
    }
    const rows = await m.all()
    rows[0]?.equals(rows[1])
    await db.syncTable(m)
    await db.management.truncateTable(m)
    await db.contextQuery(m, { keyspace: 'a' }, async (inner) => await inner.objects.count())
    // @ts-expect-error a model has no such member
    void m.nothing
    // @ts-expect-error a name is a text
    const wrong: number = m.tableName
    void [text, columns, wrong]
  }
  await db.syncDb({ models: db.models.filter((m) => m !== U && m.keyspace === undefined) })
  const names: string[] = db.models.map((m) => m.name)
  const known: boolean = db.models.includes(U) && db.models.includes(Bare) && db.models.indexOf(Other) >= 0
  return count + names.length + Number(known)
}

export async function reports (): Promise<string[]> {
  try {
    const report = await db.syncDb({ dryRun: true })
    return report.conflicts.map(({ table, message }) => `${table}: ${message}`)
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    type Typed = Expect<Equal<typeof error.report, SyncReport>>
    void ([] as unknown as Typed)
    return error.report.conflicts.map(({ message }) => message)
  }
}

class Shop extends db.Model.define('shop', {
  p: c.Integer({ primaryKey: true }), k: c.Integer({ primaryKey: true, clusteringOrder: 'asc' }), owner: c.Text({ static: true }), note: c.Text(), must: c.Text({ required: true })
}).as<Shop>() {}
class Wide extends db.Model.define('wide', {
  tenant: c.Text({ partitionKey: true }),
  year: c.Integer({ partitionKey: true }),
  at: c.DateTime({ primaryKey: true, clusteringOrder: 'desc' }),
  plan: c.Text({ static: true, required: true }),
  seats: c.Integer({ static: true }),
  note: c.Text()
}).as<Wide>() {}

/** DML-08 static columns alone need no clustering key. */
export const statics: Promise<Shop>[] = [
  Shop.create({ p: 1, owner: 'ada' }), Shop.create({ p: 1, owner: 'ada' }, { ttl: 5 }), Shop.create({ p: 1, k: 2, must: 'a' }), Shop.create({ p: 1, k: 2, must: 'a', owner: 'ada', note: null }),
  Shop.create({ p: 1, owner: undefined }), Shop.objects.create({ p: 1, owner: 'ada' }), Shop.using({ keyspace: 'a' }).create({ p: 1, owner: null })
]
export const staticsOfMany = Shop.createMany([{ p: 1, owner: 'ada' }, { p: 1, k: 2, must: 'a' }])
export const wides = [
  Wide.create({ tenant: 'a', year: 1, plan: 'x' }), Wide.create({ tenant: 'a', year: 1, plan: 'x', seats: 5 }), Wide.create({ tenant: 'a', year: 1, at: new Date(), plan: 'x', note: 'a' })
]
export const staticValues: CreateStatic<Wide> = { tenant: 'a', year: 1, plan: 'x' }
export type NoStatics = Expect<Equal<CreateStatic<U>, never>>

export function wrongStatics (): void {
  // @ts-expect-error the clustering key is missing beside a column of a row
  void Shop.create({ p: 1, owner: 'ada', note: 'a' })
  // @ts-expect-error the clustering key is missing beside a column of a row
  void Shop.objects.create({ p: 1, owner: 'ada', note: 'a' })
  // @ts-expect-error a required column of the row is missing
  void Shop.create({ p: 1, k: 2, owner: 'ada' })
  // @ts-expect-error no key at all
  void Shop.create({ owner: 'ada' })
  // @ts-expect-error of another type
  void Shop.create({ p: 1, owner: 5 })
  // @ts-expect-error half of the partition key
  void Wide.create({ tenant: 'a', plan: 'x' })
  // @ts-expect-error the clustering key instead of the partition key
  void Wide.create({ at: new Date(), plan: 'x' })
  // @ts-expect-error a required static column is missing
  void Wide.create({ tenant: 'a', year: 1, seats: 5 })
  // @ts-expect-error no such column
  void Wide.create({ tenant: 'a', year: 1, plan: 'x', seat: 5 })
  // @ts-expect-error a table without static columns
  void U.create({ name: 'a' })
  // @ts-expect-error no such option
  void Shop.create({ p: 1, owner: 'ada' }, { tll: 5 })
}

/** Rows of CQL by hand. */
export async function raw (): Promise<number> {
  const { rows, pageState, first } = await db.execute<{ n: number }>('SELECT n FROM a.b', [], { fetchSize: 5, pageState: null })
  type Typed = [Expect<Equal<typeof rows, { n: number }[]>>, Expect<Equal<typeof pageState, string | null>>, Expect<Equal<ReturnType<typeof first>, { n: number } | null>>]
  void ([] as unknown as Typed)
  const result = await db.execute<{ n: number }>('SELECT n FROM a.b', { id: 1 })
  let sum = 0
  for (const { n } of result) sum += n
  for await (const { n } of result) sum += n
  // The driver's own, where nobody says what the rows are.
  const plain: types.ResultSet = await db.execute('SELECT n FROM a.b')
  const n: unknown = plain.rows[0]?.['n']
  // @ts-expect-error no such column
  void result.rows[0]?.m
  // @ts-expect-error a misspelt option
  void db.execute('SELECT n FROM a.b', [], { fetchsize: 5 })
  void n
  return sum
}
