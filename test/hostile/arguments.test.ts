// What cannot be read, and what is longer than anybody means: each rule at one place. hostile.test.ts asks every entry.
import { inspect } from 'node:util'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { CQLEngineError } from '../../src/cqlengine/errors.js'
import { failure, recordingDb } from '../query/setup.js'

const secret = 'S3CRET'
const boom = (): never => { throw new RangeError(secret) }
/** No type holds here: arguments of wrong types are the point. */
const wrong = (value: unknown): never => value as never
const unreadable = wrong(new Proxy(() => {}, { get: boom, has: boom, ownKeys: boom, getPrototypeOf: boom, getOwnPropertyDescriptor: boom }))
const unreadableObject = wrong(new Proxy({}, { get: boom, has: boom, ownKeys: boom, getPrototypeOf: boom, getOwnPropertyDescriptor: boom }))
const holes = (): never => wrong(new Array(2 ** 32 - 1))

const { db, client } = await recordingDb(t)
const c = db.columns
class Checked extends db.Model.define('checked', {
  id: c.Integer({ primaryKey: true }),
  name: c.Text({ validate: () => { throw Object.assign(new Error(secret), { issues: Object.assign(holes(), [{ message: 'no' }]) }) } })
}).as<Checked>() {}
class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), name: c.Text(), pair: c.Tuple(c.Integer, c.Text), point: c.Vector(c.Float, 2) }).as<Row>() {}

async function refused (act: () => unknown): Promise<CQLEngineError> {
  client.calls.length = 0
  const error = await failure(act)
  if (!(error instanceof CQLEngineError)) throw new Error('no error of ours', { cause: error })
  if (inspect(error).includes(secret)) throw new Error('the value is told')
  if (client.calls.length > 0) throw new Error('something was sent')
  return error
}

t.test('what a getter or a Proxy throws while an argument is read is an error of ours without its text', async (t) => {
  const acts: Record<string, () => unknown> = {
    filter: () => Row.filter({ get id () { return boom() } }).all(),
    iff: () => Row.filter({ id: 1 }).iff({ get name () { return boom() } }).update({ name: 'x' }),
    'an expression': () => Row.filter(unreadable).all(),
    options: () => Row.create({ id: 1 }, { get ttl () { return boom() } }),
    'options of a batch': () => db.batch({ get type () { return boom() } }, () => {}),
    'options of createMany': () => Row.createMany([{ id: 1 }], { get concurrency () { return boom() } }),
    'rows of createMany': () => Row.createMany(wrong({ get [Symbol.iterator] () { return boom() } })),
    using: () => Row.using({ get keyspace () { return boom() } }).all(),
    scope: () => db.scope({ get keyspace () { return boom() } }, () => Row.all()),
    contextQuery: () => db.contextQuery(unreadable, { keyspace: 'other' }, () => {}),
    orderBy: () => Row.objects.orderBy(unreadable).all(),
    select: () => Row.objects.select({ get a () { return boom() } }).all(),
    valuesList: () => Row.objects.valuesList('name', wrong({ get flat () { return boom() } })).all(),
    page: () => Row.objects.page({ get size () { return boom() } }),
    execute: () => db.execute('SELECT', [], unreadableObject),
    toJSONSchema: () => Row.toJSONSchema({ get only () { return boom() } }),
    addSchemas: () => { db.addSchemas(unreadable) },
    'options of addSchemas': () => { db.addSchemas({ addSchema: () => {} }, { get prefix () { return boom() } }) },
    syncDb: () => db.syncDb({ models: [unreadable] }),
    'places of syncDb': () => db.syncDb({ models: [Row], keyspaces: wrong(new Proxy([], { get: boom })) }),
    syncTable: () => db.syncTable(unreadable),
    syncType: () => db.syncType('ks', unreadable),
    'data centers': () => db.management.createKeyspaceNetworkTopology('ks', { get dc1 () { return boom() } }),
    setup: () => db.connection.setup(['127.0.0.1'], 'ks', { get localDataCenter () { return boom() } }),
    registerConnection: () => db.connection.registerConnection('other', { get hosts () { return boom() } }),
    setSession: () => { db.connection.setSession(unreadableObject) },
    define: () => new CQLAlchemy().Model.define('row', wrong({ get id () { return boom() } })),
    'a user type': () => new CQLAlchemy().UserType.define('info', { get a () { return boom() } }),
    'a column': () => c.Text({ get index () { return boom() } }),
    'a custom column': () => c.custom(unreadableObject),
    scan: () => { Row.objects.scan({ get from () { return boom() } }) },
    inRange: () => Row.objects.inRange(wrong({ get after () { return boom() } })).all(),
    init: () => new CQLAlchemy().init({ env: false, get hosts () { return boom() } })
  }
  for (const [name, act] of Object.entries(acts)) {
    const error = await refused(act).catch((cause: unknown) => { throw new Error(name, { cause }) })
    t.match(error, { code: /^CQL_/, statusCode: name === 'filter' || name === 'iff' ? 400 : 500 }, name)
  }
})

t.test('an array of 4,294,967,295 holes is refused at once, wherever an array may stand', async (t) => {
  const acts: Record<string, () => unknown> = {
    'contextQuery, models': () => db.contextQuery(holes(), { keyspace: 'other' }, () => {}),
    'contextQuery, one model and holes': () => db.contextQuery(Object.assign(holes(), [Row]), { keyspace: 'other' }, () => {}),
    Token: () => Row.filter({ pk__token__gt: db.functions.Token(holes()) }).all(),
    'syncDb, models': () => db.syncDb({ models: holes() }),
    'syncTable, keyspaces': () => db.syncTable(Row, { keyspaces: holes() }),
    'syncTable, connections': () => db.syncTable(Row, { connections: holes() }),
    'toJSONSchema, only': () => Row.toJSONSchema({ only: holes() }),
    'registerConnection, hosts': () => db.connection.registerConnection('other', { hosts: holes() }),
    'registerConnection, profiles': () => db.connection.registerConnection('other', { hosts: 'x', setupKwargs: { profiles: holes() } }),
    'init, hosts': () => new CQLAlchemy().init({ env: false, hosts: holes(), keyspace: 'ks' }),
    'init, pageTokenSecret': () => new CQLAlchemy().init({ env: false, hosts: 'x', keyspace: 'ks', pageTokenSecret: holes() }),
    'define, key': () => new CQLAlchemy().Model.define('row', wrong({ id: c.Integer() }), { key: holes() }),
    'define, the partition key': () => new CQLAlchemy().Model.define('row', wrong({ id: c.Integer() }), { key: [holes()] }),
    'define, ignoreColumns': () => new CQLAlchemy().Model.define('row', { id: c.Integer({ primaryKey: true }) }, { ignoreColumns: holes() }),
    'an index': () => c.Text({ index: holes() }),
    'scan, from': () => { Row.objects.scan({ from: { ...Row.objects.scan().position, left: holes() } }) },
    'execute, parameters': () => db.execute('SELECT ?', holes()),
    'cql, the texts': () => db.cql(wrong(Object.assign(holes(), { raw: [] }))),
    in: () => Row.filter({ id__in: holes() }).all(),
    'a tuple of another copy of the driver': () => Row.create({ id: 1, pair: wrong({ get: boom, values: boom, toJSON: boom, elements: holes() }) }),
    'a vector': () => Row.create({ id: 1, point: holes() }),
    'issues of a validator': () => Checked.create({ id: 1, name: 'x' })
  }
  for (const [name, act] of Object.entries(acts)) {
    const begin = performance.now()
    await refused(act).catch((cause: unknown) => { throw new Error(name, { cause }) })
    t.ok(performance.now() - begin < 1000, name)
  }
})

t.test('a statement of raw CQL has at most 65,535 parameters, as the protocol has', async (t) => {
  for (const params of [new Array(65_536).fill(1), Object.fromEntries(Array.from({ length: 65_536 }, (_, i) => [`p${i}`, 1]))]) {
    t.match(await refused(() => db.execute('SELECT', params)), { name: 'ValidationError', rule: 'length', message: /at most 65535 parameters, 65536 are given/ })
  }
})

t.test('JSON that is nested deeper than the stack is, in a column of the user’s: 400, in a filter too', async (t) => {
  const deep = JSON.parse(`${'['.repeat(9000)}${']'.repeat(9000)}`) as unknown
  class Doc extends db.Model.define('doc', {
    id: c.Integer({ primaryKey: true }),
    json: c.custom<unknown>({ cql: 'text', toDatabase: () => 'x', fromDatabase: () => deep })({ index: true })
  }).as<Doc>() {}
  const other = JSON.parse(`${'['.repeat(9000)}${']'.repeat(9000)}`) as unknown
  for (const act of [() => Doc.filter({ json: other }).all(), () => Doc.create({ id: 1, json: other }), () => Doc.filter({ id: 1 }).update({ json: other })]) {
    t.match(await refused(act), { name: 'ValidationError', statusCode: 400, column: 'json', rule: 'unreadable' })
  }
})

t.test('a validator that found a hundred thousand issues in as many elements: twenty are told, none with a value', async (t) => {
  const many = 100_000
  class List extends db.Model.define('list', { id: c.Integer({ primaryKey: true }), tags: c.List(c.Text) }).as<List>() {
    override validate (): void {
      throw Object.assign(new Error(secret), { issues: Array.from({ length: many }, (_, i) => ({ message: `${secret} ${i} is wrong`, path: ['tags', i] })) })
    }
  }
  const begin = performance.now()
  const error = await refused(() => List.create({ id: 1, tags: Array.from({ length: many }, (_, i) => `${secret} ${i}`) }))
  t.ok(performance.now() - begin < 3000)
  t.match(error, { name: 'ValidationError', message: /^list\.tags\.0: is not accepted; .* and 99980 more$/ })
  t.equal((error as unknown as { errors: unknown[] }).errors.length, 20)
})
