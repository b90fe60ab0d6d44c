// A cluster of three nodes beside the shared one: 50 writers race for one row, and a node dies while both clusters are in use.
import { tracingChannel } from 'node:diagnostics_channel'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { Client, errors, types } from '../../src/cqlengine/driver.js'
import { LWTError } from '../../src/cqlengine/errors.js'
import { hosts, localDataCenter, startOwnCluster, uniqueKeyspace } from '../support/cassandra.js'
import { clusterView } from '../support/cluster-view.js'

const cassandra = await startOwnCluster(t, { nodes: 3 })
t.setTimeout(300_000)
const db = await new CQLAlchemy().init({ hosts: cassandra.hosts, localDataCenter: cassandra.localDataCenter, keyspace: 'races', consistency: 'QUORUM', env: false })
t.teardown(() => db.close())
await db.createKeyspaceSimple('races', 3)
const c = db.columns
class Seat extends db.Model.define('seat', { id: c.Integer({ primaryKey: true }), owner: c.Text(), version: c.Integer(), writers: c.Set(c.Text) }).as<Seat>() {}
await db.syncDb()

t.test('what the driver knows of the nodes is what it knows through a plain client, and one partition is read from all of its replicas', { timeout: 60_000 }, async (t) => {
  const plain = new Client({ contactPoints: cassandra.hosts, localDataCenter: cassandra.localDataCenter })
  t.teardown(async () => { await plain.shutdown() })
  await plain.connect()
  await plain.execute(`CREATE KEYSPACE spread WITH replication = {'class': 'NetworkTopologyStrategy', '${cassandra.localDataCenter}': 3}`)
  await plain.execute("CREATE KEYSPACE pairs WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}")
  await plain.metadata.refreshKeyspaces()
  const own = await db.connection.getSession()
  await own.metadata.refreshKeyspaces()
  const key = Buffer.from([0, 0, 0, 7])
  for (const [keyspace, replicas] of [['races', 3], ['spread', 3], ['pairs', 2]] as const) {
    t.equal(own.getReplicas(keyspace, key).length, replicas)
    t.strictSame(await clusterView(own, keyspace, { tables: ['seat'] }), await clusterView(plain, keyspace, { tables: ['seat'] }), keyspace)
  }
  await own.execute('CREATE TABLE spread.t (id int PRIMARY KEY)')
  const asked = new Map<string, number>()
  for (let i = 0; i < 40; i++) {
    const answers = await Promise.all(Array.from({ length: 15 }, () => own.execute('SELECT id FROM spread.t WHERE id = ?', [7], { prepare: true, keyspace: 'spread', isIdempotent: true })))
    for (const { info } of answers) asked.set(info.queriedHost, (asked.get(info.queriedHost) ?? 0) + 1)
  }
  const shares = [...asked.values()].map((count) => count / 600)
  t.equal(shares.length, 3)
  t.ok(shares.every((share) => share >= 0.25 && share <= 0.42), JSON.stringify(shares))
})

t.test('each part of a scan is asked of a replica, and two that share the ranges read each row once', { timeout: 60_000 }, async (t) => {
  await db.createKeyspaceSimple('parts', 1)
  class Grain extends db.Model.define('grain', { id: c.Integer({ primaryKey: true }) }, { keyspace: 'parts' }).as<Grain>() {}
  await db.syncTable(Grain)
  const ids = Array.from({ length: 3000 }, (_, i) => i)
  await Grain.createMany(ids.map((id) => ({ id })))
  const own = await db.connection.getSession()
  await own.metadata.refreshKeyspaces()
  const { execute } = own
  const asked = new Map<string, number>()
  t.teardown(() => { own.execute = execute })
  own.execute = (async (cql: string, params: unknown[], options: { routingKey?: object }) => {
    const answer = await (execute as (...args: unknown[]) => Promise<types.ResultSet>).call(own, cql, params, options)
    if (!cql.includes('"grain"')) return answer
    const { queriedHost } = answer.info
    // Where the range begins, for where it ends is what was asked by.
    const replicas = own.metadata.getReplicas('parts', own.metadata.newToken((BigInt(String(params[0])) + 1n).toString()))
    if (options.routingKey === undefined || replicas[0]?.address !== queriedHost) t.fail(`${queriedHost} is no replica`)
    asked.set(queriedHost, (asked.get(queriedHost) ?? 0) + 1)
    return answer
  }) as typeof own.execute
  const idsOf = async (rows: AsyncIterable<Grain>): Promise<number[]> => {
    const all: number[] = []
    for await (const { id } of rows) all.push(id)
    return all
  }
  t.same((await idsOf(Grain.objects.fetchSize(20).scan())).sort((a, b) => a - b), ids)
  t.equal(asked.size, 3, 'all nodes were asked')
  own.execute = execute
  const halves = await Grain.objects.ranges(2)
  const shared = await Promise.all(halves.map((range) => idsOf(Grain.objects.inRange(range).scan({ concurrency: 3 }))))
  t.same(shared.flat().sort((a, b) => a - b), ids)
  t.ok(shared.every((half) => half.length > 1000), 'about as many each')
})

t.test('a silent node holds up neither reads nor idempotent writes, prepared anew or not; counters are sent once', { timeout: 120_000 }, async (t) => {
  // By default a server asks another replica after the time that 99 of 100 reads of the table took, which silence makes
  // ever longer: a read then waits for the silent replica as long as the server likes, whomever the client asked.
  const options = { speculative_retry: '50ms' }
  class Part extends db.Model.define('part', { id: c.Integer({ primaryKey: true }), owner: c.Text() }, { options }) {}
  class Hits extends db.Model.define('hits', { id: c.Integer({ primaryKey: true }), n: c.Counter() }) {}
  await db.syncDb()
  const statements: string[] = []
  const hedged: string[] = []
  const onEnd = ({ cql, hedged: was }: { cql: string, hedged?: true }): void => {
    statements.push(cql)
    if (was) hedged.push(cql)
  }
  const channel = tracingChannel('fastify-cqlalchemy:query')
  const subscribers = { asyncEnd: onEnd as (message: unknown) => void }
  channel.subscribe(subscribers as never)
  t.teardown(() => { channel.unsubscribe(subscribers as never) })
  await Promise.all(Array.from({ length: 50 }, (_, i) => Part.create({ id: 5000 + i, owner: 'before' })))
  let at = 0
  const slowest: string[] = []
  /** About 400 operations a second, for ms; how long each took. */
  const load = async (ms: number): Promise<number[]> => {
    const begun = performance.now()
    const running: Promise<number | undefined>[] = []
    /** One that failed took for ever. */
    const timed = async (what: string, work: Promise<unknown>): Promise<number> => {
      const start = performance.now()
      try {
        await work
      } catch (error) {
        t.comment(`failed: ${String(error)}`)
        return Infinity
      }
      const took = performance.now() - start
      if (took > 2000) slowest.push(`${what} begun at ${Math.round(start - begun)} ms took ${Math.round(took)}`)
      return took
    }
    for (; performance.now() - begun < ms; at++) {
      running.push(at % 2 ? timed('create', Part.create({ id: 6000 + at, owner: 'during' })) : timed('get', Part.get({ id: 5000 + at % 50 })))
      if (at % 50 === 0) running.push(Hits.filter({ id: 1 }).update({ n__increment: 1 }).then(() => { counted.acknowledged++ }, () => { counted.failed++ }).then(() => undefined))
      // Each a text of its own, which is prepared for it.
      if (at % 200 === 0) running.push(timed('new text', db.execute(`SELECT owner AS o${at} FROM races.part WHERE id = ?`, [5000])))
      if (at % 2) await delay(5)
    }
    return (await Promise.all(running)).filter((one) => one !== undefined)
  }
  const counted = { acknowledged: 0, failed: 0 }
  // The nodes look every 5 s after what time to ask another replica of a table: before that they wait 2.5 s.
  await load(7000)
  t.teardown(() => cassandra.resume(3))
  await cassandra.pause(3)
  let times = await load(6000)
  if (Math.max(...times) > 2500) {
    // Other tests run beside this one, and may starve the two nodes that are left: what is our fault happens again.
    t.comment(`measured once more: the longest took ${Math.round(Math.max(...times))} ms`)
    await cassandra.resume(3)
    await load(7000)
    await cassandra.pause(3)
    times = await load(6000)
  }
  const slow = times.filter((ms) => ms > 1000).length
  t.comment(`${times.length} operations, longest ${Math.round(Math.max(...times))} ms, ${slow} over 1 s, ${hedged.length} hedged, counters ${JSON.stringify(counted)}`)
  t.ok(Math.max(...times) <= 2500, `the longest took ${Math.round(Math.max(...times))} ms (${slowest.slice(0, 10).join(', ')})`)
  t.ok(hedged.length > 0, 'some were sent to a second node')
  t.ok((db.status().connections['default']?.hedged ?? 0) >= hedged.length)
  t.strictSame(hedged.filter((cql) => /hits/.test(cql)), [])
  t.ok(statements.some((cql) => /hits/.test(cql)))
  await cassandra.resume(3)
  const n = (await answered(() => Hits.objects.consistency('ALL').get({ id: 1 }))).n ?? 0n
  t.ok(n >= counted.acknowledged && n <= counted.acknowledged + counted.failed, `counted ${n}`)
})

const writers = Array.from({ length: 50 }, (_, i) => `w${i}`)

/** A node that gave up waiting does not know whether the condition was met; in the crowd a serial read gives up too. */
function isUnknown (error: unknown): boolean {
  const { writeTimeout, readTimeout, unavailableException } = types.responseErrorCodes
  return error instanceof errors.OperationTimedOutError || (error instanceof errors.ResponseError && [writeTimeout, readTimeout, unavailableException].includes(error.code))
}

/** Asks again until the nodes agree on who is there; the time limit of the test ends it. */
async function answered<T> (ask: () => Promise<T>): Promise<T> {
  while (true) {
    try {
      return await ask()
    } catch (error) {
      if (!isUnknown(error)) throw error
    }
  }
}

const settled = (id: number): Promise<Seat> => answered(() => Seat.objects.consistency('SERIAL').get({ id }))

t.test('LWT-04 each of 50 changes under a condition on the version happens exactly once', { timeout: 110_000 }, async (t) => {
  // Conditional writes have the servers' time in whole milliseconds: one of the same millisecond would not be older.
  await Seat.create({ id: 1, version: 0 }, { timestamp: { msFromNow: -1000 } })
  const seen = { refused: 0, unknown: 0 }
  const change = async (writer: string): Promise<void> => {
    while (true) {
      try {
        // What a change of unknown outcome wrote is seen here, or the condition on the version refuses to write it again.
        const seat = await Seat.get({ id: 1 })
        if (seat.writers.has(writer)) return
        await Seat.filter({ id: 1 }).iff({ version: seat.version }).update({ version: (seat.version ?? 0) + 1, writers__add: [writer] })
        return
      } catch (error) {
        if (error instanceof LWTError) seen.refused++
        else if (isUnknown(error)) seen.unknown++
        else throw error
        // Who tries again at once meets all others again: on a busy machine fifty then hinder each other for minutes.
        await delay(Math.random() * 100)
      }
    }
  }
  await Promise.all(writers.map(change))
  const seat = await settled(1)
  t.same([...seat.writers].sort(), [...writers].sort())
  t.equal(seat.version, writers.length)
  t.ok(seen.refused > 0, `they did meet: ${JSON.stringify(seen)}`)
})

t.test('LWT-01 of 50 that create one row, one does', { timeout: 60_000 }, async (t) => {
  const outcomes = await Promise.all(writers.map(async (owner) => {
    try {
      await Seat.ifNotExists().create({ id: 2, owner })
      return 'created'
    } catch (error) {
      if (error instanceof LWTError) return String(error.existing['owner'])
      if (isUnknown(error)) return 'unknown'
      throw error
    }
  }))
  const { owner } = await settled(2)
  t.ok(outcomes.filter((o) => o === 'created').length <= 1)
  t.same(new Set(outcomes.filter((o) => o !== 'created' && o !== 'unknown')), new Set([owner]), 'all the others saw the same one')
  t.ok(['created', 'unknown'].includes(outcomes[writers.indexOf(owner ?? '')] ?? ''), 'who is one that was not refused')
})

t.test('a node dies while both clusters are written: nothing is lost, nothing goes astray, and the prepared statements hold', { timeout: 150_000 }, async (t) => {
  const keyspace = await uniqueKeyspace(t)
  await db.connection.registerConnection('archive', { hosts, localDataCenter, keyspace, consistency: 'LOCAL_ONE' })
  await db.syncDb({ connections: ['archive'], models: [Seat] })
  const ids = Array.from({ length: 600 }, (_, i) => 1000 + i)
  let written = 0
  const write = async (id: number): Promise<void> => {
    const seat = await Seat.create({ id, owner: 'home' })
    t.equal(await seat.using({ connection: 'archive', keyspace }).save(), seat)
    seat.owner = 'moved'
    await seat.save()
    if (++written === 150) await cassandra.kill(2)
  }
  for (let at = 0; at < ids.length; at += 50) await Promise.all(ids.slice(at, at + 50).map(write))

  const owners = async (query: { all (): Promise<Seat[]> }): Promise<string[]> => (await answered(() => query.all())).filter((s) => s.id >= 1000).map((s) => `${s.id} ${s.owner}`).sort()
  t.same(await owners(Seat.objects), ids.map((id) => `${id} moved`).sort(), 'home, by a quorum of the two nodes that are left')
  t.same(await owners(Seat.using({ connection: 'archive' })), ids.map((id) => `${id} home`).sort(), 'the copies, as they were when they were made')
  const [loaded] = await Seat.using({ connection: 'archive' }).filter({ id: 1000 }).all()
  t.same(Seat.using({ connection: 'archive' }).toCQL().connection, 'archive')
  await loaded?.update({ owner: 'kept' })
  t.equal((await answered(() => Seat.get({ id: 1000 }))).owner, 'moved', 'an instance of the archive goes back to the archive')

  await cassandra.start(2)
  t.equal(await answered(() => Seat.objects.consistency('ALL').count()), ids.length + 2, 'the node that came back has, or gets, all of it')
})
