// Every public entry, each as a function of one hostile value at one place of its arguments.
import { inspect } from 'node:util'
import { CQLAlchemy } from '../../src/cqlalchemy.js'

/** No type holds here: that is the point. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- arguments of wrong types, in all places
type Any = any

export type Entries = Readonly<Record<string, (value: Any) => unknown>>

/** Runs `act` on an instance, which must be as it was when that is refused. */
async function asItWas (row: Any, act: (row: Any) => unknown): Promise<void> {
  const before = inspect([row.toObject(), row.getChangedColumns()])
  try {
    await act(row)
  } catch (error) {
    if (inspect([row.toObject(), row.getChangedColumns()]) !== before) throw new Error('half applied', { cause: error })
    throw error
  }
}

export function models (db: CQLAlchemy) {
  const c = db.columns
  class Info extends db.UserType.define('info', { a: c.Text(), n: c.Integer(), info: c.Map(c.Text, c.Text) }) {}
  class Row extends db.Model.define('row', {
    id: c.Integer({ primaryKey: true }),
    part: c.Text({ primaryKey: true }),
    name: c.Text({ index: true }),
    n: c.Integer(),
    big: c.BigInt(),
    varint: c.VarInt(),
    price: c.Decimal(),
    at: c.DateTime(),
    day: c.Date(),
    time: c.Time(),
    span: c.Duration(),
    uid: c.UUID(),
    tid: c.TimeUUID(),
    ip: c.Inet(),
    data: c.Blob(),
    flag: c.Boolean(),
    tags: c.Set(c.Text),
    list: c.List(c.Integer),
    map: c.Map(c.Text, c.Integer),
    lists: c.Map(c.Text, c.List(c.Text)),
    pair: c.Tuple(c.Integer, c.Text),
    info: c.UserDefinedType(Info),
    infos: c.List(c.UserDefinedType(Info)),
    near: c.Vector(c.Float, 2, { index: { using: 'sai' } }),
    json: c.custom<unknown>({ cql: 'text', toDatabase: (v) => Array.isArray(v) && v.length > 1e6 ? v : JSON.stringify(v), fromDatabase: JSON.parse })()
  }).as<Row>() {}
  return { Info, Row }
}

const operators = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'like', 'contains', 'containsKey', 'entry']
const operations = ['append', 'prepend', 'add', 'remove', 'update', 'increment', 'decrement']
const options = ['ttl', 'timestamp', 'consistency', 'serialConsistency', 'timeout', 'ifExists', 'ifNotExists', 'iff', 'using', 'batch', 'profile', 'idempotent']

const key = { id: 1, part: 'a' }
/** What the source of the rows throws on its way is told as it is. */
const isOfSource = (error: unknown): boolean => error instanceof RangeError && 'written' in error
const storedOf = (Row: Any): Any => Row.hydrate({ ...key, n: 1, tags: new Set(['a']), list: [1], map: { a: 1 } })

/** What takes values, conditions and options of one model. */
export function modelEntries (Row: Any, Info: Any): Entries {
  const stored = (): Any => storedOf(Row)
  return {
    new: (h) => new Row(h),
    create: (h) => Row.create(h),
    'create, id': (h) => Row.create({ ...key, id: h }),
    'create, part': (h) => Row.create({ ...key, part: h }),
    'create, options': (h) => Row.create(key, h),
    'objects.create': (h) => Row.objects.create(h),
    createMany: (h) => Row.createMany(h).catch((error: unknown) => { if (!isOfSource(error)) throw error }),
    'createMany, one row': (h) => Row.createMany([h]),
    'createMany, options': (h) => Row.createMany([key], h),
    'createMany, concurrency': (h) => Row.createMany([key], { concurrency: h }),
    filter: (h) => Row.filter(h).allowFiltering().all(),
    'filter, a list of it': (h) => Row.filter(...[h, h]).allowFiltering().all(),
    get: (h) => Row.get(h),
    'get, id': (h) => Row.get({ id: h, part: 'a' }),
    iff: (h) => Row.filter(key).iff(h).update({ n: 1 }),
    update: (h) => Row.filter(key).update(h),
    'update, options': (h) => Row.filter(key).update({ n: 1 }, h),
    'delete, options': (h) => Row.filter(key).delete(h),
    'delete, filter': (h) => Row.filter(h).delete(),
    'instance.update': (h) => asItWas(stored(), (row) => row.update(h)),
    'instance.update, a right value and a wrong one': (h) => asItWas(stored(), (row) => row.update({ name: 'x', n: h })),
    'instance.update, options': (h) => asItWas(stored(), (row) => row.update({ n: 2 }, h)),
    'instance.save, options': (h) => asItWas(Object.assign(stored(), { n: 2 }), (row) => row.save(h)),
    'instance.delete, options': (h) => asItWas(stored(), (row) => row.delete(h)),
    'instance.equals': (h) => stored().equals(h),
    hydrate: (h) => Row.hydrate(h),
    toJSONSchema: (h) => Row.toJSONSchema(h),
    'toJSONSchema, only': (h) => Row.toJSONSchema({ only: h }),
    'toJSONSchema, dialect': (h) => Row.toJSONSchema({ dialect: h }),
    standard: (h) => Row.standard(h),
    'standard, create': (h) => Row.standard('create')['~standard'].validate(h),
    'standard, update': (h) => Row.standard('update')['~standard'].validate(h),
    'standard, key': (h) => Row.standard('key')['~standard'].validate(h),
    orderBy: (h) => Row.filter({ id: 1 }).orderBy(h).all(),
    'orderBy, ann': (h) => Row.objects.orderBy(Row.columns.near.ann(h)).limit(1).all(),
    scan: (h) => { Row.objects.scan(h) },
    'scan, from': (h) => { Row.objects.scan({ from: h }) },
    'scan, what is left': (h) => { Row.objects.scan({ from: { ...Row.objects.scan().position, left: h } }) },
    'scan, a part of it': (h) => { Row.objects.scan({ from: { ...Row.objects.scan().position, left: [h] } }) },
    'scan, concurrency': (h) => { Row.objects.scan({ concurrency: h }) },
    inRange: (h) => Row.objects.inRange(h).all(),
    ranges: (h) => Row.objects.ranges(h),
    limit: (h) => Row.filter({ id: 1 }).limit(h).all(),
    perPartitionLimit: (h) => Row.objects.perPartitionLimit(h).all(),
    fetchSize: (h) => Row.objects.fetchSize(h).all(),
    only: (h) => Row.objects.only(h).all(),
    defer: (h) => Row.objects.defer(h).all(),
    distinct: (h) => Row.objects.distinct(h).all(),
    groupBy: (h) => Row.objects.groupBy(h).all(),
    valuesList: (h) => Row.objects.valuesList(h).all(),
    'valuesList, options': (h) => Row.objects.valuesList('n', h).all(),
    'valuesList, flat': (h) => Row.objects.valuesList('n', { flat: h }).all(),
    select: (h) => Row.objects.select(h).all(),
    'select, a field': (h) => Row.objects.select({ a: h }).all(),
    page: (h) => Row.filter({ id: 1 }).page(h),
    'page, token': (h) => Row.filter({ id: 1 }).page({ token: h }),
    'page, state': (h) => Row.filter({ id: 1 }).page({ state: h }),
    'page, size': (h) => Row.filter({ id: 1 }).page({ size: h }),
    'user type': (h) => new Info(h),
    'user type, a field': (h) => new Info({ n: h }),
    pk__token: (h) => Row.filter({ pk__token__gt: h }).all()
  }
}

/** Each column, operator, operation and option. */
export function columnEntries (Row: Any): Entries {
  const columns = Object.keys(Row.columns).filter((name) => !(name in key))
  const stored = (): Any => storedOf(Row)
  const entries: Record<string, (value: Any) => unknown> = {}
  for (const column of columns) {
    entries[`create, ${column}`] = (h) => Row.create({ ...key, [column]: h })
    entries[`update, ${column}`] = (h) => Row.filter(key).update({ [column]: h })
    entries[`iff, ${column}`] = (h) => Row.filter(key).iff({ [column]: h }).update({ n: 1 })
    entries[`hydrate, ${column}`] = (h) => Row.hydrate({ ...key, [column]: h })
    entries[`assigned, ${column}`] = (h) => { const row = stored(); row[column] = h; return row.save() }
    entries[`changed columns, ${column}`] = (h) => { const row = stored(); row[column] = h; row.getChangedColumns() }
    entries[`toJSON, ${column}`] = (h) => { const row = new Row({ ...key, [column]: h }); row.toJSON() }
  }
  for (const column of ['name', 'n', 'tags', 'list', 'map', 'lists', 'pair', 'info', 'near', 'json', 'at', 'uid']) {
    for (const operator of operators) {
      entries[`filter, ${column}__${operator}`] = (h) => Row.filter({ [`${column}__${operator}`]: h }).allowFiltering().all()
      entries[`filter, ${column}__${operator} of a list`] = (h) => Row.filter({ [`${column}__${operator}`]: [h, h] }).allowFiltering().all()
      entries[`columns.${column}.${operator}`] = (h) => Row.filter(Row.columns[column][operator](h)).allowFiltering().all()
    }
    for (const operation of operations) entries[`update, ${column}__${operation}`] = (h) => Row.filter(key).update({ [`${column}__${operation}`]: h })
    entries[`${column}: element`] = (h) => Row.create({ ...key, [column]: [h] })
    entries[`${column}: entry`] = (h) => Row.create({ ...key, [column]: { a: h } })
    entries[`${column}: element of a set`] = (h) => Row.create({ ...key, [column]: new Set([h]) })
    entries[`${column}: key of a map`] = (h) => Row.create({ ...key, [column]: new Map([[h, h]]) })
  }
  for (const option of options) {
    entries[`options, ${option}`] = (h) => Row.filter(key).update({ n: 1 }, { [option]: h })
    entries[`query set, ${option}`] = (h) => Row.filter(key)[option](h).update({ n: 1 })
    entries[`query set, ${option}, reading`] = (h) => Row.filter(key)[option](h).all()
    entries[`instance, ${option}`] = (h) => { const row = stored(); row.n = 2; return row[option](h).save() }
    entries[`class, ${option}`] = (h) => Row[option](h).create(key)
  }
  return entries
}

/** What takes CQL, names and places. */
export function dbEntries (db: CQLAlchemy, Row: Any): Entries {
  const any = db as Any
  const f = any.functions
  return {
    'execute, cql': (h) => any.execute(h),
    'execute, parameters': (h) => any.execute('SELECT * FROM ks.row WHERE id = ?', h),
    'execute, a parameter': (h) => any.execute('SELECT * FROM ks.row WHERE id = ?', [h]),
    'execute, a named parameter': (h) => any.execute('SELECT * FROM ks.row WHERE id = :id', { id: h }),
    'execute, options': (h) => any.execute('SELECT * FROM ks.row', [], h),
    'cql, text': (h) => any.cql(h),
    'cql, a part': (h) => any.cql`SELECT * FROM ${Row} WHERE ${Row.columns.id} = ${h}`,
    'cql, the table': (h) => any.cql`SELECT * FROM ${h}`,
    'cql, a text and a part': (h) => any.cql(h, 1),
    table: (h) => any.table(h).objects.all(),
    'table, place': (h) => any.table('row', h).objects.all(),
    'table, keyspace': (h) => any.table('row', { keyspace: h }).objects.all(),
    NamedKeyspace: (h) => new any.NamedKeyspace(h).table('row').objects.all(),
    'NamedKeyspace, options': (h) => new any.NamedKeyspace('ks', h).table('row').objects.all(),
    'NamedKeyspace, table': (h) => new any.NamedKeyspace('ks').table(h).objects.all(),
    batch: (h) => typeof h === 'function' ? undefined : any.batch(h),
    'batch, options': (h) => typeof h === 'function' ? undefined : any.batch(h, () => {}),
    'batch, function': (h) => typeof h === 'function' ? undefined : any.batch({}, h),
    BatchQuery: (h) => new any.BatchQuery(h),
    'BatchQuery, addCallback': (h) => { if (typeof h !== 'function') new any.BatchQuery().addCallback(h) },
    'a statement of a batch': (h) => any.batch((b: Any) => { void Row.batch(b).create(key); void Row.batch(b).create(h) }),
    'an update of a batch': (h) => any.batch((b: Any) => { void Row.filter(key).batch(b).update({ n: 1 }); void Row.filter(key).batch(b).update({ name: 'x', n: h }) }),
    'an option of a batch': (h) => any.batch((b: Any) => { void Row.filter(key).batch(b).update({ n: 1 }); void Row.filter(key).batch(b).update({ n: 2 }, h) }),
    'contextQuery, models': (h) => any.contextQuery(h, { keyspace: 'other' }, () => {}),
    'contextQuery, a list of models': (h) => any.contextQuery([Row, h], { keyspace: 'other' }, () => {}),
    'contextQuery, place': (h) => any.contextQuery(Row, h, (R: Any) => R.all()),
    'contextQuery, keyspace': (h) => any.contextQuery(Row, { keyspace: h }, (R: Any) => R.all()),
    'contextQuery, connection': (h) => any.contextQuery(Row, { connection: h }, (R: Any) => R.all()),
    'contextQuery, function': (h) => typeof h === 'function' ? undefined : any.contextQuery(Row, {}, h),
    scope: (h) => typeof h === 'function' ? undefined : any.scope(h, () => Row.all()),
    'scope, what a function gives': (h) => any.scope(() => h, () => Row.all()),
    'scope, keyspace': (h) => any.scope({ keyspace: h }, () => Row.all()),
    'scope, connection': (h) => any.scope({ connection: h }, () => Row.all()),
    openScope: (h) => { if (typeof h !== 'function') any.openScope(h) },
    'using, keyspace': (h) => Row.using({ keyspace: h }).all(),
    'using, connection': (h) => Row.using({ connection: h }).all(),
    Token: (h) => Row.filter({ pk__token__gt: f.Token(h) }).all(),
    MinTimeUUID: (h) => f.MinTimeUUID(h),
    count: (h) => Row.objects.select({ a: f.count(h) }).all(),
    min: (h) => Row.objects.select({ a: f.min(h) }).all(),
    sum: (h) => Row.objects.select({ a: f.sum(h) }).all(),
    ttl: (h) => Row.objects.select({ a: f.ttl(h) }).all(),
    similarityCosine: (h) => Row.objects.select({ a: f.similarityCosine(Row.columns.near, h) }).all(),
    'similarityCosine, column': (h) => Row.objects.select({ a: f.similarityCosine(h, [1, 2]) }).all()
  }
}

/** Definitions, each in a `db` of its own. */
export function definitionEntries (): Entries {
  const c = new CQLAlchemy().columns as Any
  const id = c.Integer({ primaryKey: true })
  const define = (...given: Any[]): Any => (new CQLAlchemy().Model as Any).define(...given)
  const pets = (): Any => define('pet', { id, kind: c.Text({ discriminatorColumn: true }) })
  const view = (...given: Any[]): Any => {
    const db = new CQLAlchemy() as Any
    return db.Model.view('by_n', ...given.map((one) => one === 'the base' ? db.Model.define('base', { id, n: c.Integer() }) : one))
  }
  const entries: Record<string, (value: Any) => unknown> = {
    'define, name': (h) => define(h, { id }),
    'define, columns': (h) => define('row', h),
    'define, a column': (h) => define('row', { id, a: h }),
    'define, options': (h) => define('row', { id }, h),
    'define, key': (h) => define('row', { id }, { key: h }),
    'define, a part of the key': (h) => define('row', { id }, { key: [h, 'id'] }),
    'define, table options': (h) => define('row', { id }, { options: h }),
    'define, keyspace': (h) => define('row', { id }, { keyspace: h }),
    'define, consistency': (h) => define('row', { id }, { consistency: h }),
    'define, ignoreColumns': (h) => define('row', { id }, { ignoreColumns: h }),
    abstract: (h) => (new CQLAlchemy().Model as Any).abstract(h),
    polymorphic: (h) => pets().polymorphic(h),
    'polymorphic, columns': (h) => pets().polymorphic('cat', h),
    view: (h) => view(h),
    'view, options': (h) => view('the base', h),
    'view, partitionKey': (h) => view('the base', { partitionKey: h, clusteringKey: ['id'] }),
    'view, only': (h) => view('the base', { partitionKey: ['n'], clusteringKey: ['id'], only: h }),
    'UserType.define, name': (h) => (new CQLAlchemy().UserType as Any).define(h, { a: c.Text() }),
    'UserType.define, fields': (h) => (new CQLAlchemy().UserType as Any).define('info', h),
    'UserType.define, a field': (h) => (new CQLAlchemy().UserType as Any).define('info', { a: h }),
    'columns.List': (h) => c.List(h),
    'columns.Map': (h) => c.Map(c.Text, h),
    'columns.Tuple': (h) => c.Tuple(c.Text, h),
    'columns.Vector': (h) => c.Vector(h, 2),
    'columns.Vector, dimensions': (h) => c.Vector(c.Float, h),
    'columns.UserDefinedType': (h) => c.UserDefinedType(h),
    'columns.custom': (h) => c.custom(h),
    'columns.custom, options': (h) => c.custom({ cql: 'text', toDatabase: String, fromDatabase: String })(h)
  }
  for (const option of ['primaryKey', 'index', 'default', 'validate', 'minLength', 'dbField', 'clusteringOrder', 'description']) {
    entries[`columns.Text, ${option}`] = (h) => c.Text({ [option]: h })
  }
  entries['columns.Text, options'] = (h) => c.Text(h)
  return entries
}

/** What runs once, at the start: schemas, connections, settings. */
export function startEntries (db: CQLAlchemy, Row: Any, Info: Any): Entries {
  const any = db as Any
  const app = { addSchema: () => {} }
  return {
    'syncDb, options': (h) => any.syncDb(h),
    'syncDb, models': (h) => any.syncDb({ models: h }),
    'syncDb, a model': (h) => any.syncDb({ models: [Row, h] }),
    'syncDb, connections': (h) => any.syncDb({ models: [], connections: h }),
    syncTable: (h) => any.syncTable(h),
    'syncTable, keyspaces': (h) => any.syncTable(Row, { keyspaces: h }),
    'syncTable, connections': (h) => any.syncTable(Row, { connections: h, dryRun: true }),
    'syncTable, a flag': (h) => any.syncTable(Row, { waitForIndexes: h, dryRun: true }),
    syncType: (h) => any.syncType('ks', h),
    'syncType, keyspace': (h) => any.syncType(h, Info),
    'syncType, connections': (h) => any.syncType('ks', Info, { connections: h }),
    dropTable: (h) => any.management.dropTable(h),
    truncateTable: (h) => any.management.truncateTable(h),
    createKeyspaceSimple: (h) => any.createKeyspaceSimple(h, 1),
    'createKeyspaceSimple, factor': (h) => any.createKeyspaceSimple('ks', h),
    createKeyspaceNetworkTopology: (h) => any.management.createKeyspaceNetworkTopology('ks', h),
    'createKeyspaceNetworkTopology, factor': (h) => any.management.createKeyspaceNetworkTopology('ks', { dc1: h }),
    dropKeyspace: (h) => any.management.dropKeyspace(h),
    addSchemas: (h) => any.addSchemas(h),
    'addSchemas, options': (h) => any.addSchemas(app, h),
    'addSchemas, prefix': (h) => any.addSchemas(app, { prefix: h }),
    'addSchemas, dialect': (h) => any.addSchemas(app, { dialect: h }),
    'connection.setup': (h) => any.connection.setup(h, 'ks', { setupKwargs: 'not yet' }),
    'connection.setup, keyspace': (h) => any.connection.setup(['127.0.0.1'], h, { setupKwargs: 'not yet' }),
    'connection.setup, options': (h) => any.connection.setup(['not a host'], 'ks', h),
    'connection.setup, a driver option': (h) => any.connection.setup(['127.0.0.1'], 'ks', { lazyConnect: 'not yet', profiles: h }),
    'connection.registerConnection': (h) => any.connection.registerConnection(h, {}),
    'connection.registerConnection, options': (h) => any.connection.registerConnection('other', h),
    'connection.registerConnection, hosts': (h) => any.connection.registerConnection('other', { hosts: h, keyspace: 5 }),
    'connection.registerConnection, client': (h) => any.connection.registerConnection('other', { client: h, keyspace: 5 }),
    'connection.getConnection': (h) => h !== undefined && h !== null && any.connection.getConnection(h || 'x'),
    'connection.setDefaultConnection': (h) => any.connection.setDefaultConnection(h),
    'connection.unregisterConnection': (h) => any.connection.unregisterConnection(h),
    'connection.setSession': (h) => any.connection.setSession(h),
    health: async (h) => { if (typeof await any.health(h) !== 'boolean') throw new Error('health gave something else') },
    'health, timeout': (h) => any.health({ timeout: h }),
    setKeyspace: (h) => { try { any.setKeyspace(h) } finally { any.setKeyspace() } },
    init: (h) => new CQLAlchemy().init(h ?? { env: false }),
    'init, hosts': (h) => new CQLAlchemy().init({ env: false, hosts: h, keyspace: '-' }),
    'init, config': (h) => new CQLAlchemy().init({ env: false, hosts: 'x', keyspace: '-', config: h }),
    'init, env': (h) => new CQLAlchemy().init({ hosts: 'x', keyspace: '-', env: h }),
    'init, connections': (h) => new CQLAlchemy().init({ env: false, hosts: 'x', keyspace: '-', connections: h }),
    'init, a connection': (h) => new CQLAlchemy().init({ env: false, hosts: 'x', keyspace: '-', connections: { other: h } }),
    'init, setupKwargs': (h) => new CQLAlchemy().init({ env: false, hosts: 'x', keyspace: '-', setupKwargs: h }),
    'init, profiles': (h) => new CQLAlchemy().init({ env: false, hosts: 'x', keyspace: '-', setupKwargs: { profiles: h } }),
    'init, pageTokenSecret': (h) => new CQLAlchemy().init({ env: false, hosts: 'x', keyspace: '-', pageTokenSecret: h }),
    'init, client': (h) => new CQLAlchemy().init({ env: false, keyspace: '-', client: h })
  }
}
