// The same work on a real node: our CPU and time against the driver's with the same `encoding`, in turns.
// `node --expose-gc build/bench/on-a-node.js`; ONLY=rows,batch for some of the parts, in a process that did nothing else.
// WITH=express-cassandra has that one in the parts insert, read, rows and scalars, too.
import driver from 'cassandra-driver'
import { expressCassandra } from './express-cassandra.js'
import { hand } from './hand-written.js'
import { bytesPerRow, type Competitor, interleaved, print } from './measure.js'
import { compareRequests } from './requests.js'
import { setUp } from './set-up.js'

const { client, db, Wide, Partition, ScalarPartition, mapper, keyspace, table, hosts, localDataCenter, close } = await setUp()
const prepared = { prepare: true }
const express = process.env['WITH'] === 'express-cassandra' ? await expressCassandra(hosts, localDataCenter, keyspace) : undefined
/** A competitor that is there when it was asked for. */
const asked = (run: (models: NonNullable<typeof express>, n: number) => Promise<void>): Competitor[] =>
  express === undefined ? [] : [{ name: 'express-cassandra', run: async (n) => { await run(express, n) } }]
const wide = () => ({ id: driver.types.Uuid.random(), a: 'text', b: 5, c: 7n, d: 1.5, e: true, f: new Date(1e12), g: driver.types.Uuid.random(), tags: new Set(['a', 'b', 'c']), scores: new Map([['x', 1], ['y', 2]]) })
const insertText = `INSERT INTO ${keyspace}.${table} (id, a, b, c, d, e, f, g, tags, scores) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const insertWide = () => { const v = wide(); return client.execute(insertText, [v.id, v.a, v.b, v.c, v.d, v.e, v.f, v.g, v.tags, v.scores], prepared) }
const wideMapper = mapper.forModel('Wide')

/** `n` operations, at most `concurrency` at once. */
async function at (concurrency: number, n: number, one: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0
  await Promise.all(Array.from({ length: concurrency }, async () => { while (next < n) await one(next++) }))
}

/** A thousand rows by their keys. */
async function thousand (): Promise<(i: number) => driver.types.Uuid> {
  const ids = Array.from({ length: 1000 }, () => driver.types.Uuid.random())
  await at(64, ids.length, async (i) => await Wide.create({ ...wide(), id: ids[i] as driver.types.Uuid }))
  return (i) => ids[i % ids.length] as driver.types.Uuid
}

/**
 * Of several sizes: were all as large, the collector would strike at the same row of each again and again, at one
 * way's last and at another's first, and the figures tell where rather than what a row costs. All are smaller than the
 * first page, which is all that the driver reads: of a full one the server says that more may follow, and `all()` asks.
 */
const inPartitions = [4900, 4300, 3700, 4700, 3100]
const partitions = inPartitions.map((_, i) => i + 1)

async function fillPartitions (): Promise<void> {
  for (const name of ['partition', 'scalar_partition']) await client.execute(`TRUNCATE ${keyspace}.${name}`)
  for (const p of partitions) {
    const numbers = Array.from({ length: inPartitions[p - 1] as number }, (_, n) => n)
    const scalars = (n: number) => ({ p, n, a: 'text', b: n, c: BigInt(n), d: 1.5, e: true })
    await Partition.createMany(numbers.map((n) => ({ ...scalars(n), f: new Date(1e12), tags: ['a', 'b', 'c'], scores: { x: 1, y: 2 } })))
    await ScalarPartition.createMany(numbers.map((n) => ({ ...scalars(n), f: 'more', g: driver.types.Uuid.random(), h: n })))
  }
}

/** One partition after the other, `times` times each. */
async function each (times: number, read: (p: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < times; i++) {
    for (const p of partitions) await read(p)
  }
}

const textOf = (name: string): string => `SELECT * FROM ${keyspace}.${name} WHERE p = ?`
const driversRows = async (name: string, p: number): Promise<unknown[]> => (await client.execute(textOf(name), [p], prepared)).rows

const parts: Readonly<Record<string, () => Promise<void>>> = {
  async insert () {
    print('insert, 64 at a time', await interleaved([
      { name: 'driver', run: async (n) => { await at(64, n, insertWide) } },
      { name: 'Mapper', run: async (n) => { await at(64, n, async () => await wideMapper.insert(wide())) } },
      ...asked(async ({ Wide, long, uuid }, n) => {
        await at(64, n, async () => {
          const { id, c, g, ...rest } = wide()
          await new Wide({ ...rest, id: uuid(id), c: long(c), g: uuid(g), tags: ['a', 'b', 'c'], scores: { x: 1, y: 2 } }).saveAsync()
        })
      }),
      { name: 'fastify-cqlalchemy', run: async (n) => { await at(64, n, async () => await Wide.create(wide())) } }
    ], 5_000, 7))
  },

  async read () {
    const readText = `SELECT * FROM ${keyspace}.${table} WHERE id = ?`
    const idOf = await thousand()
    print('read by key, 64 at a time', await interleaved([
      { name: 'driver', run: async (n) => { await at(64, n, async (i) => (await client.execute(readText, [idOf(i)], prepared)).first()) } },
      { name: 'Mapper', run: async (n) => { await at(64, n, async (i) => await wideMapper.get({ id: idOf(i) })) } },
      ...asked(async ({ Wide, uuid }, n) => { await at(64, n, async (i) => await Wide.findOneAsync({ id: uuid(idOf(i)) })) }),
      { name: 'fastify-cqlalchemy', run: async (n) => { await at(64, n, async (i) => await Wide.objects.filter({ id: idOf(i) }).first()) } }
    ], 5_000, 7))
  },

  async rows () {
    await fillPartitions()
    const ofMapper = mapper.forModel('Partition')
    print('five partitions of 3,100 to 4,900 rows with a set and a map', await interleaved([
      { name: 'driver', run: async (n) => { await each(n, async (p) => (await driversRows('partition', p)).at(-1)) } },
      { name: 'Mapper', run: async (n) => { await each(n, async (p) => (await ofMapper.find({ p })).toArray().at(-1)) } },
      ...asked(async ({ Partition }, n) => { await each(n, async (p) => (await Partition.findAsync({ p })).at(-1)) }),
      { name: 'fastify-cqlalchemy', run: async (n) => { await each(n, async (p) => (await Partition.filter({ p }).all()).at(-1)) } },
      { name: 'ours, only five', run: async (n) => { await each(n, async (p) => (await Partition.filter({ p }).only('a', 'b', 'c').all()).at(-1)) } }
    ], 4, 7))
  },

  async scalars () {
    await fillPartitions()
    const ofMapper = mapper.forModel('ScalarPartition')
    print('five partitions of 3,100 to 4,900 rows of scalars', await interleaved([
      { name: 'driver', run: async (n) => { await each(n, async (p) => (await driversRows('scalar_partition', p)).at(-1)) } },
      { name: 'hand-written', run: async (n) => { await each(n, async (p) => (await driversRows('scalar_partition', p)).map((row) => new hand.ScalarRow(row as never)).at(-1)) } },
      { name: 'Mapper', run: async (n) => { await each(n, async (p) => (await ofMapper.find({ p })).toArray().at(-1)) } },
      ...asked(async ({ ScalarPartition }, n) => { await each(n, async (p) => (await ScalarPartition.findAsync({ p })).at(-1)) }),
      { name: 'fastify-cqlalchemy', run: async (n) => { await each(n, async (p) => (await ScalarPartition.filter({ p }).all()).at(-1)) } }
    ], 4, 7))
  },

  async memory () {
    await fillPartitions()
    const ways: readonly (readonly [string, () => Promise<unknown[]>, () => Promise<unknown[]>])[] = [
      ['with a set and a map', () => driversRows('partition', 1), () => Partition.filter({ p: 1 }).all()],
      ['of scalars', () => driversRows('scalar_partition', 1), () => ScalarPartition.filter({ p: 1 }).all()]
    ]
    console.log('\n4,900 rows that are held (bytes per row)')
    for (const [name, theirs, ours] of ways) {
      const bare = await bytesPerRow(theirs)
      const all = await bytesPerRow(ours)
      console.log(`  ${name.padEnd(22)} driver ${bare}  fastify-cqlalchemy ${all}  beside the driver's row ${all - bare}`)
    }
  },

  async update () {
    const updateText = `UPDATE ${keyspace}.${table} SET a = ?, tags = tags + ? WHERE id = ?`
    const idOf = await thousand()
    let step = 0 // over all passes, so that each addition is new to its set
    const held = await Promise.all(Array.from({ length: 1000 }, async (_, i) => await Wide.get({ id: idOf(i) })))
    print('loaded instances: a scalar and one element added to a set that grows to 23, 64 at a time', await interleaved([
      { name: 'driver', run: async (n) => { await at(64, n, async (i) => await client.execute(updateText, [`t${i}`, [`e${i % 20}`], idOf(i)], prepared)) } },
      { name: 'Mapper', run: async (n) => { await at(64, n, async (i) => await wideMapper.update({ id: idOf(i), a: `t${i}`, tags: driver.mapping.q.append([`e${i % 20}`]) })) } },
      {
        name: 'fastify-cqlalchemy',
        run: async (n) => {
          await at(64, n, async (i) => {
            const one = held[i % held.length] as InstanceType<typeof Wide>
            one.a = `t${i}`
            if (one.tags.size >= 23) { one.tags.clear(); one.tags.add('a') }
            one.tags.add(`e${step++}`)
            await one.save()
          })
        }
      }
    ], 5_000, 7))
  },

  async batch () {
    print('logged batch of 20 creates, 16 at a time', await interleaved([
      { name: 'driver', run: async (n) => { await at(16, n, async () => await client.batch(Array.from({ length: 20 }, () => { const v = wide(); return { query: insertText, params: [v.id, v.a, v.b, v.c, v.d, v.e, v.f, v.g, v.tags, v.scores] } }), prepared)) } },
      { name: 'Mapper', run: async (n) => { await at(16, n, async () => await mapper.batch(Array.from({ length: 20 }, () => wideMapper.batching.insert(wide())))) } },
      { name: 'fastify-cqlalchemy', run: async (n) => { await at(16, n, async () => { await db.batch((b) => { for (let k = 0; k < 20; k++) void Wide.batch(b).create(wide()) }) }) } }
    ], 1_000, 7)) // fewer hold so few collections that one more shows
  },

  async requests () {
    const idOf = await thousand()
    await compareRequests({ hosts, localDataCenter }, (i) => String(idOf(i)))
  },

  async many () {
    const many = 50_000
    const rows = function * (n: number) { for (let i = 0; i < n; i++) yield wide() }
    let peak = 0
    const watch = setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss()) }, 50)
    print(`${many} rows, 64 at once (per row)`, await interleaved([
      { name: '64 loops by hand', run: async (n) => { await at(64, n, insertWide) } },
      { name: 'createMany', run: async (n) => { const { written } = await Wide.createMany(rows(n)); if (written !== n) throw new Error(`${written} of ${n} rows were written`) } }
    ], many, 3))
    clearInterval(watch)
    console.log(`  peak RSS ${Math.round(peak / 2 ** 20)} MiB, heap at the end ${Math.round(process.memoryUsage().heapUsed / 2 ** 20)} MiB`)
  }
}

try {
  const { ONLY } = process.env
  for (const name of ONLY === undefined ? Object.keys(parts) : ONLY.split(',')) {
    const part = parts[name]
    if (part === undefined) throw new Error(`There is no part "${name}": ${Object.keys(parts).join(', ')}`)
    await part()
  }
} finally {
  await express?.close()
  await close()
}
