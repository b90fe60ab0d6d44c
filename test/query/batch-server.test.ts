// Batches on the real server.
import t from 'tap'
import { errors } from '../../src/cqlengine/driver.js'
import { failure, serverDb } from './setup.js'

const db = await serverDb(t)
const c = db.columns
class Car extends db.Model.define('car', { maker: c.Text({ primaryKey: true }), year: c.Integer({ primaryKey: true }), color: c.Text(), tags: c.Set(c.Text) }).as<Car>() {}
class Hit extends db.Model.define('hit', { page: c.Text({ primaryKey: true }), n: c.Counter() }).as<Hit>() {}
await db.syncDb()
const years = async (maker: string): Promise<number[]> => await Car.filter({ maker }).valuesList('year', { flat: true }).all()

t.test('BAT-05 nothing is to be seen before the batch is executed, then all of it', async (t) => {
  await Car.create({ maker: 'a', year: 1, color: 'red' })
  const b = new db.BatchQuery()
  await Car.batch(b).create({ maker: 'a', year: 2 })
  await Car.filter({ maker: 'a', year: 1 }).batch(b).update({ color: 'blue', tags__add: ['x'] })
  await Car.filter({ maker: 'b' }).batch(b).delete()
  t.same(await years('a'), [1])
  await b.execute()
  t.same(await years('a'), [1, 2])
  t.match({ ...await Car.get({ maker: 'a', year: 1 }) }, { color: 'blue', tags: new Set(['x']) })
})

t.test('BAT-02 a counter batch counts: 1, 2 and 10 make 13', async (t) => {
  for (const options of [{}, { type: 'counter' }, { type: 'unlogged' }] as const) {
    const page = Hit.filter({ page: JSON.stringify(options) })
    await db.batch(options, async (b) => { for (const n of [1, 2, 10]) await page.batch(b).update({ n__increment: n }) })
    t.equal((await page.get()).n, 13n)
  }
})

t.test('BAT-03 OPT-03 OPT-04 timestamps decide, those of statements over that of the batch', async (t) => {
  const at = (ms: number): bigint => BigInt(Date.now() + ms) * 1000n
  await db.batch({ timestamp: at(-60_000) }, async (b) => {
    await Car.batch(b).create({ maker: 'ts', year: 1, color: 'old' })
    await Car.batch(b).timestamp(at(-1_000)).create({ maker: 'ts', year: 2, color: 'newer' })
  })
  await Car.filter({ maker: 'ts' }).timestamp({ msFromNow: -30_000 }).delete()
  t.same(await years('ts'), [2])
  await Car.filter({ maker: 'ts' }).timestamp(new Date(Date.now() + 60_000)).delete()
  await Car.create({ maker: 'ts', year: 3 })
  t.same(await years('ts'), [], 'a deletion in the future hides what is written before it')
})

t.test('BAT-09 callbacks see the written rows', async (t) => {
  let seen: number[] = []
  await db.batch(async (b) => {
    b.addCallback(async (maker) => { seen = await years(maker) }, 'cb')
    await Car.batch(b).create({ maker: 'cb', year: 1 })
  })
  t.same(seen, [1])
})

t.test('a batch over several partitions that is too large fails as the driver says, with the numbers beside it; into one partition it passes', async (t) => {
  const color = 'x'.repeat(1_024)
  await db.batch((b) => { for (let year = 1; year <= 60; year++) void Car.batch(b).create({ maker: 'one', year, color }) })
  t.equal((await years('one')).length, 60)
  const warned = new Promise<Error>((resolve) => {
    const listen = (warning: Error): void => {
      if (!warning.message.includes('refused a batch')) return
      process.off('warning', listen)
      resolve(warning)
    }
    process.on('warning', listen)
  })
  const error = await failure(() => db.batch((b) => { for (let i = 1; i <= 60; i++) void Car.batch(b).create({ maker: `many${i}`, year: 1, color }) }))
  t.type(error, errors.ResponseError)
  t.match((await warned).message, /60 statements with about 6\d KiB of values in 60 partitions.*50 KiB/)
})

t.test('one bad statement: nothing of the batch is written, and the instances stay unsaved', async (t) => {
  const good = new Car({ maker: 'bad', year: 1 })
  await failure(() => db.batch(async (b) => {
    await good.batch(b).save()
    await Car.filter({ maker: 'bad', year: 2 }).using({ keyspace: 'there_is_none' }).batch(b).delete()
  }))
  t.same(await years('bad'), [])
  t.equal(good.isPersisted, false)
  await good.save()
  t.same(await years('bad'), [1])
})

t.test('what a batch may write into one partition: as much as the server takes, over all tables of the keyspace', { timeout: 100_000 }, async (t) => {
  class Page extends db.Model.define('page', { book: c.Integer({ primaryKey: true }), number: c.Integer({ primaryKey: true }), data: c.Blob() }).as<Page>() {}
  class Cover extends db.Model.define('cover', { book: c.Integer({ primaryKey: true }), data: c.Blob() }).as<Cover>() {}
  await db.syncDb({ models: [Page, Cover] })
  const mib = 2 ** 20
  const pages = async (count: number, size: number): Promise<void> => {
    await db.batch({ type: 'unlogged' }, (b) => { for (let number = 0; number < count; number++) void Page.batch(b).create({ book: 1, number, data: Buffer.alloc(size) }) })
  }
  await pages(7, mib)
  await pages(40_000, 190)
  for (const act of [() => pages(15, mib), () => pages(8, mib), () => pages(50_000, 190)]) {
    t.match(await failure(act), { name: 'BatchError', message: /one partition have \d+ bytes, of which a batch takes 8388608/ })
  }
  const over = { name: 'BatchError', message: /one partition have 1048\d{4} bytes/ }
  const both = (b: InstanceType<typeof db.BatchQuery>): void => {
    void Page.batch(b).create({ book: 1, number: 1, data: Buffer.alloc(5 * mib) })
    void Cover.batch(b).create({ book: 1, data: Buffer.alloc(5 * mib) })
  }
  t.match(await failure(() => db.batch({ type: 'unlogged' }, both)), over)
  // What the server says to it.
  const raw = (table: string, ...more: number[]): { query: string, params: unknown[] } => ({
    query: `INSERT INTO ${db.keyspace as string}.${table} (book, ${more.length > 0 ? 'number, ' : ''}data) VALUES (?, ${more.length > 0 ? '?, ' : ''}?)`, params: [1, ...more, Buffer.alloc(5 * mib)]
  })
  t.match(await failure(() => db.client.batch([raw('page', 1), raw('cover')], { prepare: true, logged: false })), { message: /oversized mutation \(1048\d{4}\/8388608\)/ })
})

t.test('the largest request that we send is none that the server calls too big', { timeout: 100_000 }, async (t) => {
  class Bit extends db.Model.define('bit', { id: c.Integer({ primaryKey: true }), data: c.Blob() }).as<Bit>() {}
  await db.syncDb({ models: [Bit] })
  const data = Buffer.alloc(290)
  const b = new db.BatchQuery({ type: 'unlogged' })
  let count = 0
  const refused = await failure(async () => { for (; count < 60_000; count++) await Bit.batch(b).create({ id: count, data }) })
  t.match(refused, { name: 'BatchError', message: /the batch has \d+ bytes, of which one request takes 16777216/ })
  t.ok(count > 49_000, `${count} statements`)
  // Over several partitions the server takes 50 KiB; it says so only of a request that it has read.
  t.match(await failure(() => db.batch({ type: 'unlogged' }, (b) => { for (let id = 0; id < count; id++) void Bit.batch(b).create({ id, data }) })), { message: 'Batch too large' })
})
