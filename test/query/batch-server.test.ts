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
