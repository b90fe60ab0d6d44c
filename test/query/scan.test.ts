// Whole tables by parts of the ring: each row once, whatever the parts, pages and interruptions. On the real server.
import { tracingChannel } from 'node:diagnostics_channel'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import t from 'tap'
import type { ScanPosition, ScanProgress } from '../../src/core.js'
import { hosts, localDataCenter } from '../support/cassandra.js'
import fc from '../support/random.js'
import { root } from '../support/root.js'
import { failure, recordingDb, serverDb } from './setup.js'

const db = await serverDb(t)
const c = db.columns
const f = db.functions
class Reading extends db.Model.define('reading', {
  sensor: c.Integer({ primaryKey: true, partitionKey: true }),
  month: c.Text({ primaryKey: true, partitionKey: true }),
  at: c.Integer({ primaryKey: true }),
  place: c.Text({ static: true }),
  value: c.Integer()
}).as<Reading>() { label () { return `${this.sensor}/${this.at}` } }
class Pet extends db.Model.define('pet', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }).as<Pet>() {}
class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() { static { this.register() } }
class Lion extends Cat.polymorphic('lion', { mane: c.Boolean() }).as<Lion>() { static { this.register() } }
class Dog extends Pet.polymorphic('dog', { tricks: c.Set(c.Text) }).as<Dog>() { static { this.register() } }
class Hit extends db.Model.define('hit', { page: c.Text({ primaryKey: true }), n: c.Counter() }).as<Hit>() {}
class Nothing extends db.Model.define('nothing', { id: c.Integer({ primaryKey: true }) }).as<Nothing>() {}
await db.syncDb()

/** Partitions of 0 to 24 rows; the first has a static column alone. */
const sensors = 25
const expected: string[] = []
await Reading.createMany((function * () {
  for (let sensor = 0; sensor < sensors; sensor++) {
    if (sensor === 0) yield { sensor, month: 'm', place: 'roof' }
    for (let at = 0; at < sensor; at++) {
      expected.push(`${sensor}/${at}`)
      yield { sensor, month: 'm', at, value: at % 7 }
    }
  }
})())
expected.push('0/null')
expected.sort()
const keysOf = (rows: readonly Reading[]): string[] => rows.map((row) => row.label()).sort()

async function collected<R> (rows: AsyncIterable<R>): Promise<R[]> {
  const all: R[] = []
  for await (const row of rows) all.push(row)
  return all
}

t.test('a scan gives each row once, whatever the parts, pages and how many at once', async (t) => {
  t.same(keysOf(await collected(Reading.objects.scan())), expected)
  await fc.assert(fc.asyncProperty(
    fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 60 }),
    async (concurrency, splits, size) => { t.same(keysOf(await collected(Reading.objects.fetchSize(size).scan({ concurrency, splits }))), expected) }
  ), { numRuns: 8 })
  t.same(await collected(Nothing.objects.scan()), [])
})

t.test('from the position of a scan that was left anywhere none is missed, and at most the page under way comes again', async (t) => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 4 }), fc.integer({ min: 1, max: 40 }), fc.infiniteStream(fc.integer({ min: 1, max: 12 })),
    async (breaks, size, many) => {
      const seen: string[] = []
      let from: ScanPosition | undefined
      for (const [i, most] of [...breaks, Infinity].entries()) {
        const scan = Reading.objects.fetchSize(size).scan({ concurrency: many.next().value, splits: many.next().value * 3, from })
        let n = 0
        for await (const row of scan) {
          seen.push(row.label())
          if (++n >= most) break
        }
        from = JSON.parse(JSON.stringify(scan.position)) as ScanPosition
        if (i === breaks.length) t.same(from.left, [], 'the last one came to the end')
      }
      t.same([...new Set(seen)].sort(), expected)
      t.ok(seen.length - expected.length <= breaks.length * size, `${seen.length - expected.length} came again, pages of ${size}, left ${breaks.length} times`)
      t.same(await collected(Reading.objects.scan({ from })), [], 'from the end there is nothing')
    }
  ), { numRuns: 8 })
})

t.test('a process that is killed in the middle is gone on from, with any other concurrency', async (t) => {
  const child = spawn(process.execPath, [join(root, 'build/test/query/programs/scan-until-killed.js')], {
    env: { ...process.env, CASSANDRA_HOSTS: hosts.join(','), CASSANDRA_LOCAL_DATA_CENTER: localDataCenter, CASSANDRA_KEYSPACE: db.keyspace }, stdio: ['ignore', 'pipe', 'inherit']
  })
  const seen = new Set<string>()
  let from: ScanPosition | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    const told = JSON.parse(line) as { row: string, position: ScanPosition }
    seen.add(told.row)
    from = told.position
    if (seen.size === 100) child.kill('SIGKILL')
    if (seen.size > 100) break
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  t.equal(child.signalCode, 'SIGKILL')
  t.ok(from !== undefined && from.left.length > 0 && seen.size < expected.length, 'it was in the middle')
  for await (const row of Reading.objects.fetchSize(10).scan({ from, concurrency: 2 })) seen.add(row.label())
  t.same([...seen].sort(), expected)
})

t.test('ranges cover the ring, as JSON: whoever shares them reads each row once', async (t) => {
  for (const n of [1, 2, 3, 7, 64]) {
    const ranges = JSON.parse(JSON.stringify(await Reading.objects.ranges(n))) as Awaited<ReturnType<typeof Reading.objects.ranges>>
    t.equal(ranges.length, n)
    for (const [i, { after }] of ranges.entries()) if (i > 0) t.equal(after, ranges[i - 1]?.upTo)
    const rows = await Promise.all(ranges.map(async (range, i) => {
      const query = Reading.objects.inRange(range)
      return i % 3 === 0 ? await collected(query.scan({ concurrency: 2 })) : i % 3 === 1 ? await collected(query) : await query.all()
    }))
    t.same(keysOf(rows.flat()), expected, `${n} ranges`)
  }
  const [range] = await Reading.objects.ranges(2)
  if (range === undefined) throw new Error('no range')
  const half = Reading.objects.inRange(range)
  t.equal(await half.count(), (await half.all()).length)
  t.same((await half.ranges(2)).map(({ after }) => after)[0], range.after)
  t.same(keysOf((await Promise.all((await half.ranges(3)).map((part) => Reading.objects.inRange(part).all()))).flat()), keysOf(await half.all()), 'a range is divided')
  const scan = half.fetchSize(5).scan()
  for await (const _ of scan) break
  t.ok(scan.position.left.length > 0)
  t.match(await failure(() => Reading.objects.fetchSize(5).scan({ from: scan.position })), { name: 'QueryError', message: /another query/ })
})

t.test('what a query says holds in its scan: conditions without an index, columns, output, place', async (t) => {
  const values = expected.length - 1
  t.equal((await collected(Reading.filter({ value: 3 }).scan())).length, (await Reading.filter({ value: 3 }).allowFiltering().all()).length)
  t.equal((await collected(Reading.filter({ sensor: 7, month: 'm' }).scan())).length, 7, 'the partition key')
  t.equal((await collected(Reading.filter({ at__gte: 20 }).scan())).length, 10, 'a clustering column')
  t.equal((await collected(Reading.filter({ sensor__in: [] }).scan())).length, 0, 'an empty in finds nothing')
  const parts = await collected(Reading.objects.only('value').scan())
  t.equal(parts.length, values + 1)
  t.throws(() => (parts[0] as unknown as Reading).place, /was not loaded/)
  t.equal((await collected(Reading.objects.valuesList('at', { flat: true }).scan())).filter((at) => at === 0).length, sensors - 1)
  t.equal((await collected(Reading.objects.distinct('sensor', 'month').scan())).length, sensors)
  t.equal((await collected(Reading.objects.perPartitionLimit(2).scan())).length, 2 * (sensors - 2) + 2)
  const sums = await collected(Reading.objects.groupBy('sensor', 'month').select({ sensor: Reading.columns.sensor, n: f.count() }).scan())
  t.equal(sums.length, sensors)
  t.ok(sums.every(({ sensor, n }) => n === Math.max(1, sensor)))

  const other = await serverDb(t)
  await db.syncTable(Reading, { keyspaces: [other.keyspace as string] })
  await Reading.using({ keyspace: other.keyspace }).create({ sensor: 1, month: 'other', at: 1 })
  t.same((await collected(Reading.using({ keyspace: other.keyspace }).scan())).map((row) => row.month), ['other'])
  const scoped = db.scope({ keyspace: other.keyspace }, () => Reading.objects.scan())
  t.same((await collected(scoped)).map((row) => row.month), ['other'], 'the scope is that of the call')
  const [loaded] = await collected(Reading.using({ keyspace: other.keyspace }).scan())
  await loaded?.update({ value: 9 })
  t.equal((await Reading.using({ keyspace: other.keyspace }).first())?.value, 9, 'instances belong where they come from')
})

t.test('a scan of a child finds its rows and those of its children, though no index knows the kind', async (t) => {
  for (let id = 0; id < 30; id++) {
    if (id % 3 === 0) await Cat.create({ id, lives: 9 })
    else if (id % 3 === 1) await Lion.create({ id, lives: 9, mane: true })
    else await Dog.create({ id, tricks: ['sit'] })
  }
  const names = async (rows: AsyncIterable<object>): Promise<string[]> => [...new Set((await collected(rows)).map((row) => row.constructor.name))].sort()
  t.same(await names(Pet.objects.scan()), ['Cat', 'Dog', 'Lion'])
  t.same(await names(Cat.objects.scan()), ['Cat', 'Lion'])
  t.equal((await collected(Lion.objects.scan())).length, 10)
  t.equal((await collected(Dog.filter({ id__in: [2, 5, 6] }).scan())).length, 2)
})

t.test('counters are scanned', async (t) => {
  for (const page of ['a', 'b', 'c']) await Hit.filter({ page }).update({ n__increment: 2 })
  t.same((await collected(Hit.objects.scan())).map(({ page, n }) => `${page}${n}`).sort(), ['a2', 'b2', 'c2'])
})

t.test('no more pages are asked for than are read at once, however slow the caller is', async (t) => {
  let sent = 0
  const channel = tracingChannel('fastify-cqlalchemy:query')
  const subscribers = { start: ((message: { cql: string }) => { if (message.cql.includes('"reading"')) sent++ }) as (message: unknown) => void }
  channel.subscribe(subscribers as never)
  t.teardown(() => { channel.unsubscribe(subscribers as never) })
  const concurrency = 3
  let given = 0
  for await (const _ of Reading.objects.fetchSize(5).scan({ concurrency, splits: 3 })) {
    if (given++ % 20 === 0) await new Promise((resolve) => { setTimeout(resolve, 15) })
    t.ok(sent <= Math.ceil(given / 5) + concurrency + 6, `${sent} pages for ${given} rows`)
    if (given > 100) break
  }
  const then = sent
  await new Promise((resolve) => { setTimeout(resolve, 30) })
  t.equal(sent, then, 'who leaves asks for nothing more')
})

t.test('progress goes up to 1, and counts the rows', async (t) => {
  const told: ScanProgress[] = []
  const rows = await collected(Reading.objects.fetchSize(10).scan({ splits: 20, onProgress: (progress) => { told.push(progress) } }))
  t.ok(told.length >= 20)
  for (const [i, { share, rows }] of told.entries()) t.ok(i === 0 || (share >= told[i - 1]!.share && rows >= told[i - 1]!.rows))
  t.same(told.at(-1), { share: 1, rows: rows.length })
  t.equal(told.filter(({ share }) => share === 1).length, 1)
  await t.rejects(collected(Reading.objects.scan({ onProgress: () => { throw new Error('mine') } })), /mine/)
})

t.test('what a scan cannot do is told at the call', async (t) => {
  for (const [act, message] of [
    [() => Reading.objects.limit(5).scan(), /has no limit\(\)/],
    [() => Reading.filter({ sensor: 1, month: 'm' }).orderBy('-at').scan(), /has no orderBy\(\)/],
    [() => Reading.filter({ pk__token__gt: f.Token(1, 'm') }).scan(), /pk__token/],
    [() => Reading.objects.select({ n: f.count() }).scan(), /one total/],
    [() => Reading.objects.scan({ concurrency: 0 }), /concurrency takes a whole number from 1/],
    [() => Reading.objects.scan({ splits: 1.5 }), /splits takes a whole number/],
    [() => Reading.objects.scan({ parallel: 3 } as never), /unknown option "parallel"/],
    [() => Reading.objects.scan({ from: '{}' as never }), /position of a scan, as an object/],
    [() => Reading.objects.scan({ onProgress: true as never }), /takes a function/],
    [() => Reading.objects.ttl(5).scan(), /ttl is for writes/],
    [() => Reading.objects.inRange({ after: '5', upTo: '5' }), /expected a range/],
    [() => Reading.objects.inRange({ after: '1' } as never), /expected a range/],
    [() => Reading.objects.inRange({ after: '0', upTo: '9223372036854775808' }), /expected a range/],
    [() => Reading.objects.inRange({ after: '0', upTo: '1', from: 1 } as never), /a range has no "from"/],
    [() => Reading.objects.ranges(0), /number of ranges takes a whole number/],
    [() => Reading.objects.inRange({ after: '0', upTo: '5' }).delete(), /takes no token in a write/]
  ] as const) t.match(await failure(act as () => unknown), { name: 'QueryError', message })
  const scan = Reading.objects.fetchSize(3).scan({ splits: 1 })
  for await (const _ of scan) break
  await t.rejects(collected(scan), /was begun before/)
  const position = scan.position
  const changed = (to: object): ScanPosition => ({ ...position, left: [{ ...position.left[0]!, ...to }] })
  for (const from of [changed({ page: 'zz' }), changed({ page: '00' }), changed({ after: 'x' }), changed({ more: 1 }), { ...position, left: [null] } as never]) {
    t.match(await failure(() => Reading.objects.fetchSize(3).scan({ from })), { name: 'QueryError' })
  }
})

t.test('a page that fails ends the scan with the error, and its position goes on', async (t) => {
  const { db: recorded, client } = await recordingDb(t)
  class Line extends recorded.Model.define('line', { id: recorded.columns.Integer({ primaryKey: true }) }).as<Line>() {}
  let asked = 0
  client.reply('"line"', ({ params }) => ++asked > 5 ? new Error('gone') : [{ id: Number(params[0] as bigint % 1000n) }])
  const scan = Line.objects.scan({ splits: 10, concurrency: 4 })
  const seen: number[] = []
  await t.rejects(async () => { for await (const { id } of scan) seen.push(id) }, /gone/)
  asked = -1000
  for await (const { id } of Line.objects.scan({ from: scan.position, splits: 10 })) seen.push(id)
  t.ok(seen.length >= 10)
  t.ok(client.calls.every(({ cql }) => cql.includes('token("id") > ? AND token("id") <= ?')))
})
