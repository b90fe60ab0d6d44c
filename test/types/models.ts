// What the compiler knows of a model. Nothing here runs.
import { randomUUID } from 'node:crypto'
import { CQLAlchemy, types } from 'fastify-cqlalchemy'
import type { Create, Filter, Key, Row, ScanPosition, Update } from 'fastify-cqlalchemy'
import type { Equal, Expect } from './expect.js'

const db = new CQLAlchemy()
const c = db.columns

class Sample extends db.Model.define('sample', {
  id: c.UUID({ primaryKey: true, default: randomUUID }),
  year: c.Integer({ primaryKey: true, clusteringOrder: 'desc' }),
  name: c.Text({ required: true, maxLength: 20 }),
  size: c.BigInt(),
  price: c.Decimal(),
  at: c.DateTime({ default: () => new Date() }),
  raw: c.Blob(),
  tags: c.Set(c.Text),
  past: c.List(c.Integer()),
  props: c.Map(c.Text(), c.Double())
}).as<Sample>() {
  label () { return `${this.name} ${this.year}` }
}

export type Values = [
  Expect<Equal<Sample['id'], types.Uuid>>,
  Expect<Equal<Sample['year'], number>>,
  Expect<Equal<Sample['name'], string>>,
  Expect<Equal<Sample['size'], bigint | null>>,
  Expect<Equal<Sample['price'], types.BigDecimal | null>>,
  Expect<Equal<Sample['at'], Date | null>>,
  Expect<Equal<Sample['raw'], Buffer | null>>,
  // Null and empty are the same, so a collection is always there.
  Expect<Equal<Sample['tags'], Set<string>>>,
  Expect<Equal<Sample['past'], number[]>>,
  Expect<Equal<Sample['props'], Map<string, number>>>,
  Expect<Equal<Row<Sample>['size'], bigint | null>>,
  Expect<Equal<keyof Key<Sample>, 'id' | 'year'>>,
  Expect<Equal<Key<Sample>['id'], types.Uuid | string>>
]

export async function results (): Promise<void> {
  const created = await Sample.create({ year: 1, name: 'a' })
  const all = await Sample.filter({ year__gt: 1 }).all()
  const first = await Sample.objects.first()
  const scan = Sample.objects.scan({ concurrency: 2, from: null, onProgress: ({ share, rows }) => [share.toFixed(), rows.toFixed()] })
  for await (const row of scan) row.label()
  for await (const { size } of Sample.objects.only('size').scan({ from: JSON.parse(JSON.stringify(scan.position)) as ScanPosition })) { type _ = Expect<Equal<typeof size, bigint | null>> }
  for (const range of await Sample.objects.ranges(4)) for await (const name of Sample.objects.inRange(range).valuesList('name', { flat: true }).scan()) { type _ = Expect<Equal<typeof name, string>> }
  // @ts-expect-error no option
  Sample.objects.scan({ parallel: 3 })
  const names = await Sample.objects.valuesList('name', { flat: true }).all()
  const pairs = await Sample.objects.valuesList('name', 'size').all()
  type Results = [
    Expect<Equal<typeof created, Sample>>, Expect<Equal<typeof all, Sample[]>>, Expect<Equal<typeof first, Sample | null>>,
    Expect<Equal<typeof names, string[]>>, Expect<Equal<typeof pairs, [string, bigint | null][]>>
  ]
  void ([] as unknown as Results)
  created.label()
  for await (const sample of Sample.objects) sample.label()
  const part = await Sample.objects.only('name').get()
  part.name.trim()
  part.id.toString()
  // @ts-expect-error `size` was not loaded
  void part.size
}

// Accepted forms: what instances hold, and what columns accept beside it (docs/columns.md).
export const accepted = {
  create: { year: 1, name: 'a', id: randomUUID(), size: '12', price: '1.5', at: '2024-01-01T00:00:00Z', raw: new Uint8Array(1), tags: ['a'], past: [1], props: { a: 1 } } satisfies Create<Sample>,
  empty: { year: 1, name: 'a', size: null, id: undefined, tags: undefined } satisfies Create<Sample>,
  update: { size: 5, tags__add: ['a'], past__append: [1], props__update: { a: 2 } } satisfies Update<Sample>,
  filter: { id: randomUUID(), year__gte: 1, year__in: [1, 2], tags__contains: 'a', props__containsKey: 'a' } satisfies Filter<Sample>
}

// @ts-expect-error a key without default is missing
export const withoutKey: Create<Sample> = { name: 'a' }
// @ts-expect-error a required column without default is missing
export const withoutRequired: Create<Sample> = { year: 1 }
// @ts-expect-error '5' is no Integer
export const wrongType: Create<Sample> = { year: '5', name: 'a' }
// @ts-expect-error a required column takes no null
export const nullRequired: Create<Sample> = { year: 1, name: null }
// @ts-expect-error an unknown column
export const unknownColumn: Filter<Sample> = { nmae: 'a' }
// @ts-expect-error an operator that the column does not have
export const wrongOperator: Filter<Sample> = { year__contains: 1 }
// @ts-expect-error keys are not updated
export const keyUpdate: Update<Sample> = { year: 2 }

export function assignment (sample: Sample): void {
  sample.size = 5n
  // @ts-expect-error an assignment is typed as what the instance holds
  sample.size = '5'
  // @ts-expect-error a required column takes no null
  sample.name = null
}

// @ts-expect-error a table needs a key
export const keyless = () => db.Model.define('keyless', { name: c.Text() })
// @ts-expect-error `save` belongs to a method of every model
export const reserved = () => db.Model.define('reserved', { id: c.UUID({ primaryKey: true }), save: c.Text() })

/** POL-01 children of children, with numbers as with texts. */
class Shape extends db.Model.define('shape', { id: c.Integer({ primaryKey: true }), kind: c.TinyInt({ discriminatorColumn: true }) }).as<Shape>() {}
class Round extends Shape.polymorphic(1, { radius: c.Double() }).as<Round>() { static { this.register() } }
class Oval extends Round.polymorphic(2, { other: c.Double() }).as<Oval>() { static { this.register() } }
export const oval = (o: Oval): [number, 2, number | null, number | null] => [o.id, o.kind, o.radius, o.other]

/** QRY-07 OPR-08 what filter takes, get takes too; the token of the key is compared by itself. */
export const got: Promise<Sample>[] = [
  Sample.get(Sample.columns.year.eq(1), Sample.columns.id.eq(randomUUID())), Sample.objects.get(Sample.columns.year.eq(1)), Sample.objects.get(), Sample.filter({ year: 1 }).get({ name: 'a' }),
  Sample.get({ pk__token: db.functions.Token(randomUUID()) }), Sample.get({ pk__token__eq: db.functions.Token(randomUUID()) })
]
// @ts-expect-error a condition that may be missing is none
export const gotMissing = (where: { year: number } | undefined) => Sample.objects.get(where)
