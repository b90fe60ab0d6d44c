// Every kind of statement goes where the one rule says, over every combination of the sources that can have a say.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { type MockClient, mockClient } from '../../src/testing/mock-client.js'

interface Place { readonly connection?: string, readonly keyspace?: string }
type Source = 'using' | 'batch' | 'context' | 'origin' | 'model' | 'scope'
type Given = Readonly<Partial<Record<Source, Place>>>

const sources = ['using', 'batch', 'context', 'origin', 'model', 'scope'] as const
/** Each source names another connection, and another keyspace. Some of the connections have a keyspace of their own. */
const own: Readonly<Record<string, string>> = { c_using: 'own_using', c_model: 'own_model', c_scope: 'own_scope' }
const connections = ['default', ...sources.map((source) => `c_${source}`)]

function everyPlace (source: Source): (Place | undefined)[] {
  const [connection, keyspace] = [`c_${source}`, `k_${source}`]
  return [undefined, { connection }, { keyspace }, { connection, keyspace }]
}

/** The rule in its own words (docs/connections.md). */
function expected (given: Given): string {
  const first = (part: keyof Place, ...order: Source[]): string | undefined => order.map((source) => given[source]?.[part]).find((name) => name !== undefined)
  const connection = first('connection', 'using', 'batch', 'context', 'origin', 'model', 'scope') ?? 'default'
  const keyspace = first('keyspace', 'using', 'context', 'origin', 'model', 'scope') ?? own[connection] ?? 'k'
  return `${connection} ${keyspace}`
}

const db = new CQLAlchemy()
const c = db.columns
const clients = new Map<string, MockClient>(connections.map((name) => [name, mockClient()]))

/** Models that differ in what they say about their place, by that. */
const modelsOf = (place: Place | undefined) => {
  const name = `m${Object.keys(place ?? {}).length}${place?.connection ?? ''}${place?.keyspace ?? ''}`
  class Item extends db.Model.define(name, { id: c.Integer({ primaryKey: true }), name: c.Text() }, { ...place }).as<Item>() {}
  return Item
}
type Model = ReturnType<typeof modelsOf>
const models = everyPlace('model').map((place) => ({ place, model: modelsOf(place) }))

t.before(async () => {
  const columns = [{ column_name: 'id', type: 'int', kind: 'partition_key', position: 0 }, { column_name: 'name', type: 'text', kind: 'regular', position: -1 }]
  for (const client of clients.values()) client.reply('system_schema.keyspaces', [{ keyspace_name: 'any' }]).reply(/system_schema\.columns .* AND table_name/, columns).reply('FROM "k', [{ id: 1, name: 'n' }]).reply('FROM "own', [{ id: 1, name: 'n' }]).reply('COUNT', [{ count: 1n }])
  await db.init({ client: clients.get('default'), keyspace: 'k', env: false })
  for (const name of connections.slice(1)) await db.connection.registerConnection(name, { session: clients.get(name) as MockClient, ...own[name] !== undefined && { keyspace: own[name] } })
})
t.teardown(async () => { await db.close() })

/** Where what was sent since the last call went: connection, and keyspace of the table, or the keyspace itself. */
function sent (): string {
  const calls = [...clients].flatMap(([name, client]) => client.calls.splice(0).map(({ cql }) => ({ name, cql })))
  const isSystem = ({ cql }: { cql: string }): boolean => /FROM system/.test(cql)
  const found = new Set(calls.filter((call) => !isSystem(call)).map(({ name, cql }) => `${name} ${(/"(\w+)"\."m\d/.exec(cql) ?? /KEYSPACE (?:IF (?:NOT )?EXISTS )?"(\w+)"/.exec(cql))?.[1] ?? '–'}`))
  // What is asked of the schema must be asked where the statement goes.
  const asked = new Set(calls.filter(isSystem).map(({ name }) => name))
  return [...found, ...[...asked].filter((name) => ![...found].some((one) => one.startsWith(`${name} `))).map((name) => `${name} schema`)].join(', ')
}

interface Kind {
  /** Sources that can have a say; the batch is only ever a connection. */
  readonly takes: readonly Source[]
  /** Does it with a model that already is the context's. */
  run (model: Model, given: Given): Promise<unknown>
  /** What it says about the keyspace when it differs from a statement on a table. */
  readonly keyspace?: string
}

const reading = ['using', 'context', 'model', 'scope'] as const
const objects = (model: Model, { using }: Given): Model['objects'] => using === undefined ? model.objects : model.objects.using(using)
/** A stored instance: from its origin, when that is given, else from nowhere. */
const loaded = async (model: Model, { origin }: Given): Promise<InstanceType<Model>> => {
  if (origin === undefined) return model.hydrate({ id: 1, name: 'n' })
  const item = await model.objects.using(origin).get({ id: 1 })
  for (const client of clients.values()) client.calls.length = 0
  return item
}
const one = { id: 1, name: 'x' }

const kinds: Readonly<Record<string, Kind>> = {
  all: { takes: reading, run: async (model, given) => await objects(model, given).all() },
  first: { takes: reading, run: async (model, given) => await objects(model, given).first() },
  get: { takes: reading, run: async (model, given) => await objects(model, given).get({ id: 1 }) },
  count: { takes: reading, run: async (model, given) => await objects(model, given).count() },
  page: { takes: reading, run: async (model, given) => await objects(model, given).page({ size: 10 }) },
  'valuesList, distinct': { takes: reading, run: async (model, given) => [await objects(model, given).valuesList('name').all(), await objects(model, given).distinct().all()] },
  stream: { takes: reading, run: async (model, given) => { for await (const item of objects(model, given)) void item } },
  toCQL: {
    takes: reading,
    run: async (model, given) => {
      const preview = objects(model, given).toCQL()
      await objects(model, given).all()
      if (`${preview.connection} ${preview.keyspace}` !== expected(given) || !preview.cql.includes(`"${preview.keyspace}"."m`)) throw new Error(`toCQL() says ${preview.connection} ${preview.keyspace}`)
      const deciding = (part: keyof Place, otherwise: string): string => reading.find((source) => given[source]?.[part] !== undefined) ?? otherwise
      const decidedBy = { connection: deciding('connection', 'default'), keyspace: deciding('keyspace', own[preview.connection] === undefined ? 'db' : 'connection') }
      if (JSON.stringify(preview.decidedBy) !== JSON.stringify(decidedBy)) throw new Error(`toCQL() gives ${JSON.stringify(preview.decidedBy)} for what ${JSON.stringify(decidedBy)} decided`)
    }
  },
  create: { takes: reading, run: async (model, given) => await objects(model, given).create(one) },
  'create with options': { takes: reading, run: async (model, { using }) => await model.create(one, { ...using !== undefined && { using } }) },
  createMany: { takes: reading, run: async (model, { using }) => await model.createMany([one], { ...using !== undefined && { using } }) },
  'save of a new instance': { takes: reading, run: async (model, { using }) => await new model(one).save({ ...using !== undefined && { using } }) }, // eslint-disable-line new-cap -- a class in a variable
  "a query's update": { takes: reading, run: async (model, given) => { await objects(model, given).filter({ id: 1 }).update({ name: 'x' }) } },
  "a query's delete": { takes: reading, run: async (model, given) => { await objects(model, given).filter({ id: 1 }).delete() } },
  'save of a loaded instance': {
    takes: [...reading, 'origin'],
    run: async (model, given) => {
      const item = await loaded(model, given)
      item.name = 'x'
      await (given.using === undefined ? item : item.using(given.using)).save()
    }
  },
  'update of a loaded instance': { takes: [...reading, 'origin'], run: async (model, given) => { await (await loaded(model, given)).update({ name: 'x' }, { ...given.using !== undefined && { using: given.using } }) } },
  'delete of a loaded instance': { takes: [...reading, 'origin'], run: async (model, given) => { await (await loaded(model, given)).delete({ ...given.using !== undefined && { using: given.using } }) } },
  'a batch': {
    takes: [...reading, 'origin', 'batch'],
    run: async (model, given) => {
      const item = await loaded(model, given)
      await db.batch({ ...given.batch }, async (b) => { await item.batch(b).update({ name: 'x' }, { ...given.using !== undefined && { using: given.using } }) })
    }
  },
  "a batch of queries' writes": {
    takes: [...reading, 'batch'],
    run: async (model, given) => {
      await db.batch({ ...given.batch }, async (b) => {
        await objects(model, given).batch(b).create(one)
        await objects(model, given).filter({ id: 1 }).batch(b).update({ name: 'x' })
        await objects(model, given).filter({ id: 1 }).batch(b).delete()
      })
    }
  },
  'db.cql with a model': { takes: ['context', 'model', 'scope'], run: async (model) => await db.cql`SELECT * FROM ${model}` },
  'db.cql without a model': { takes: ['scope'], keyspace: '–', run: async () => await db.cql`SELECT v FROM elsewhere.t` },
  'db.execute': { takes: ['using', 'scope'], keyspace: '–', run: async (_model, { using }) => await db.execute('SELECT v FROM elsewhere.t', [], { ...using !== undefined && { using } }) },
  'db.table': {
    takes: ['using', 'model', 'scope'],
    run: async (model, { using, model: place }) => {
      const table = db.table(model.tableName, place).objects
      await (using === undefined ? table : table.using(using)).all()
      await (using === undefined ? table : table.using(using)).filter({ id: 1 }).update({ name: 'x' })
    }
  },
  syncTable: { takes: reading, run: async (model, given) => { await db.management.syncTable(model, lists(given)) } },
  dropTable: { takes: reading, run: async (model, given) => { await db.management.dropTable(model, lists(given)) } },
  truncateTable: { takes: reading, run: async (model, given) => { await db.management.truncateTable(model, lists(given)) } },
  createKeyspaceSimple: { takes: ['using', 'scope'], keyspace: 'made', run: async (_model, given) => { await db.management.createKeyspaceSimple('made', 1, lists(given, false)) } },
  dropKeyspace: { takes: ['using', 'scope'], keyspace: 'made', run: async (_model, given) => { await db.management.dropKeyspace('made', lists(given, false)) } }
}

/** What `using` is for other statements, `connections` and `keyspaces` are for management. */
function lists ({ using }: Given, withKeyspaces = true): { connections?: string[], keyspaces?: string[] } {
  return {
    ...using?.connection !== undefined && { connections: [using.connection] },
    ...withKeyspaces && using?.keyspace !== undefined && { keyspaces: [using.keyspace] }
  }
}

/** Every combination of what the sources of a kind say. */
function * combinations ({ takes }: Kind): Generator<Given> {
  const choices = sources.map((source): (Place | undefined)[] => {
    if (!takes.includes(source)) return [undefined]
    if (source === 'batch') return [undefined, { connection: 'c_batch' }]
    if (source === 'origin') return [undefined, { connection: 'c_origin', keyspace: 'k_origin' }]
    // A batch excludes using with a connection (R12).
    return everyPlace(source).filter((place) => source !== 'using' || !takes.includes('batch') || place?.connection === undefined)
  })
  const given: Partial<Record<Source, Place>> = {}
  yield * choose(0)

  function * choose (index: number): Generator<Given> {
    const source = sources[index]
    if (source === undefined) {
      yield { ...given }
      return
    }
    for (const place of choices[index] ?? []) {
      if (place === undefined) Reflect.deleteProperty(given, source)
      else given[source] = place
      yield * choose(index + 1)
    }
    Reflect.deleteProperty(given, source)
  }
}

async function place (kind: Kind, given: Given): Promise<string> {
  const { model } = models.find(({ place }) => JSON.stringify(place) === JSON.stringify(given.model)) ?? { model: undefined }
  if (model === undefined) throw new Error('no such model')
  const within = async (): Promise<unknown> => given.context === undefined ? await kind.run(model, given) : await db.contextQuery(model, given.context, async (M) => await kind.run(M, given))
  sent()
  await (given.scope === undefined ? within() : db.scope(given.scope, within))
  return sent()
}

for (const [name, kind] of Object.entries(kinds)) {
  t.test(`${name}`, async (t) => {
    const wrong: unknown[] = []
    let count = 0
    for (const given of combinations(kind)) {
      count++
      const wanted = kind.keyspace === undefined ? expected(given) : `${expected(given).split(' ')[0]} ${kind.keyspace}`
      const found = await place(kind, given).catch((error: unknown) => String(error))
      if (found !== wanted) wrong.push({ given, wanted, found })
    }
    t.same(wrong.slice(0, 5), [])
    t.equal(count, kind.takes.reduce((product, source) => product * (source === 'batch' || source === 'origin' ? 2 : source === 'using' && kind.takes.includes('batch') ? 2 : 4), 1))
  })
}

t.test('MGT-04: management works on the product of connections and keyspaces, connection by connection', async (t) => {
  const { model } = models[0] as { model: Model }
  const { statements } = await db.management.syncTable(model, { connections: ['c_using', 'c_scope', 'c_using'], keyspaces: ['a', 'b'] })
  t.same(statements.map(({ connection, keyspace }) => `${connection} ${keyspace}`), ['c_using a', 'c_using b', 'c_scope a', 'c_scope b'], 'each place once')
  sent()
  t.same((await db.management.syncTable(model, { connections: [], keyspaces: [] })).statements.map(({ connection, keyspace }) => [connection, keyspace]), [['default', 'k']], 'an empty list is none')
  for (const bad of ['k', 5, [5], [''], {}]) {
    await t.rejects(db.management.syncTable(model, { keyspaces: bad as never }), { name: 'QueryError', message: /keyspaces must be an array of names/ })
    await t.rejects(db.management.createKeyspaceSimple('x', 1, { connections: bad as never }), { name: 'QueryError', message: /connections must be an array of names/ })
  }
})
