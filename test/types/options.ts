// Options: `undefined` is "not given" in each of them (with exactOptionalPropertyTypes too), and those of columns may be worked out. Nothing here runs.
import Fastify from 'fastify'
import { CQLAlchemy, fastifyCqlalchemy } from 'fastify-cqlalchemy'
import type { AnyColumn, ColumnOptions, TextOptions } from 'fastify-cqlalchemy'
import { expressErrors, expressScope, expressShutdown } from 'fastify-cqlalchemy/express'
import { startCassandra } from 'fastify-cqlalchemy/testing'
import type { Equal, Expect } from './expect.js'

const db = new CQLAlchemy()
const c = db.columns
const env = process.env

export const lengths: AnyColumn[] = []
for (const options of [{ minLength: 1 }, { maxLength: 5 }]) lengths.push(c.Text(options))
for (const options of [{ required: true }, { index: true }, {}]) {
  lengths.push(c.Integer(options), c.List(c.Text, options), c.Set(c.Text, options), c.Map(c.Text, c.Text, options), c.Vector(c.Float, 3, options), c.Tuple(c.Text, options))
}
for (const options of [{ primaryKey: true } as const, { required: true } as const]) {
  const either = c.Text(options)
  // What holds in one case only is not certain.
  type Never = Expect<Equal<typeof either['~']['flags'], never>>
  void ([] as unknown as Never)
}

export function worked (required: boolean, maxLength: number | undefined, names: { primary: true, partition: boolean }) {
  const note = c.Text({ required, maxLength, minLength: undefined, default: undefined, validate: undefined, description: undefined })
  const key = c.Text({ primaryKey: names.primary, partitionKey: names.partition })
  const spread = c.Text({ description: 'a', ...required && { maxLength: 5 }, ...maxLength === undefined ? {} : { maxLength } })
  const chosen = c.Integer(required ? { index: true, description: 'a' } : { description: 'b' })
  type Flags = [
    Expect<Equal<typeof note['~']['flags'], never>>, Expect<Equal<typeof key['~']['flags'], 'key'>>, Expect<Equal<typeof spread['~']['flags'], never>>, Expect<Equal<typeof chosen['~']['flags'], never>>
  ]
  void ([] as unknown as Flags)
  return db.Model.define('worked', { key, note, spread, chosen })
}
type Worked = InstanceType<ReturnType<typeof worked>>
export type Rows = [Expect<Equal<Worked['note'], string | null>>, Expect<Equal<Worked['key'], string>>, Expect<Equal<Worked['chosen'], number | null>>]

/** Options that a function was given, whichever they are. */
export function given (text: TextOptions, number: ColumnOptions<number>, some: Pick<TextOptions, 'minLength' | 'description'> | undefined, common?: Pick<TextOptions, 'required' | 'description'>) {
  const tuple = c.Tuple(c.Text, c.Boolean, common)
  return [c.Text(text), c.Integer(number), c.Text({ ...text, required: true }), c.Text({ ...some }), c.Text(some), tuple]
}

const unknown = [{ minLength: 1 }, { minLenght: 5 }]
// @ts-expect-error one of them has an option that does not exist
for (const options of unknown) c.Text(options)
// @ts-expect-error of another type in one of the cases
for (const options of [{ minLength: 1 }, { minLength: 'a' }]) c.Text(options)
// @ts-expect-error one of the two has an option that does not exist
export const chosenWrongly = (yes: boolean) => c.Integer(yes ? { indx: true } : { description: 'b' })
// @ts-expect-error null is no option
c.Text({ maxLength: null })

export const indexes = [
  c.Text({ index: { using: 'sai', options: { case_sensitive: false, normalize: true, ascii: 'false' } } }),
  c.Vector(c.Float, 3, { index: { using: 'sai', name: undefined, target: undefined, options: { maximum_node_connections: 32, similarity_function: 'dot_product' } } })
]
// @ts-expect-error an option of an index is a text, a number or a boolean
c.Text({ index: { using: 'sai', options: { case_sensitive: null } } })

class User extends db.Model.define('user', { id: c.UUID({ primaryKey: true }), tags: c.Set(c.Text) }, {
  keyspace: env['X'], connection: env['X'], consistency: undefined, description: env['X'], options: undefined, key: undefined, replace: undefined
}).as<User>() {}
export class Address extends db.UserType.define('address', { street: c.Text() }, { replace: undefined }) {}

export async function operations (user: User, token: string | undefined, ttl: number | undefined, keyspace: string | undefined, yes: boolean | undefined): Promise<void> {
  const options = {
    ttl, timestamp: undefined, consistency: undefined, serialConsistency: undefined, timeout: ttl, ifExists: yes, ifNotExists: yes, idempotent: yes, profile: token, iff: undefined, using: undefined, batch: undefined
  }
  const id = 'a'
  await User.create({ id, tags: undefined }, options)
  await User.createMany([], { ...options, concurrency: undefined })
  await user.save(options)
  await user.update({ tags: undefined, tags__add: undefined }, options)
  await user.delete(options)
  const query = User.filter({ id }).using({ keyspace, connection: 'a' }).timestamp({ msFromNow: 5 })
  await query.update({ tags__remove: undefined }, options)
  await query.delete(options)
  await query.page({ size: ttl, token, state: undefined })
  User.toJSONSchema({ for: undefined, $id: token })
  await db.batch({ type: undefined, connection: token, timestamp: undefined, consistency: undefined, timeout: ttl, executeOnException: yes }, () => {})
  void new db.BatchQuery({ type: undefined, connection: token })
  await db.contextQuery(User, { keyspace, connection: undefined }, async () => {})
  db.scope({ keyspace, connection: undefined }, () => {})
  db.scope(() => ({ keyspace }), () => {})
  db.setKeyspace(keyspace)
  db.table('a', { keyspace })
  void new db.NamedKeyspace('a', { connection: token })
  await db.table('a').objects.page({ size: ttl, token })
  await db.execute('SELECT', [], { consistency: undefined, timeout: ttl, fetchSize: ttl, pageState: token, using: undefined, profile: undefined, idempotent: yes })
  await db.syncDb({ models: undefined, keyspaces: undefined, connections: undefined, dryRun: yes, waitForIndexes: yes })
  await db.syncTable(User, { keyspaces: undefined, connections: undefined, dryRun: yes, waitForIndexes: yes })
  await db.syncType('a', Address, { connections: undefined, dryRun: yes })
  await db.management.dropTable(User, { keyspaces: undefined, connections: undefined })
  await db.createKeyspaceSimple('a', 1, { durableWrites: yes, connections: undefined })
  await db.health({ timeout: ttl })
  db.addSchemas(Fastify(), { prefix: token })
  // @ts-expect-error a misspelt option
  await user.save({ tll: 5 })
  // @ts-expect-error null is not "not given"
  await User.create({ id }, { ttl: null })
}

export async function settings (name: string | undefined, yes: boolean | undefined, ms: number | undefined): Promise<void> {
  const connection = {
    hosts: env['X'], keyspace: env['X'], consistency: env['X'], lazyConnect: yes, retryConnect: yes, localDataCenter: env['X'], setupKwargs: undefined
  }
  const init = { ...connection, client: undefined, connections: { other: connection }, config: undefined, env: undefined, pageTokenSecret: env['X'], connectTimeout: ms, slowQuery: ms }
  await db.init(init)
  await Fastify().register(fastifyCqlalchemy, { ...init, db: undefined, name, decorator: name, scope: undefined, httpErrors: yes })
  await Fastify().register(fastifyCqlalchemy, { hosts: env['X'], keyspace: env['X'], scope: (request) => ({ keyspace: request.headers['x-tenant']?.toString() }) })
  await db.connection.setup('a', 'b', { consistency: env['X'], lazyConnect: yes })
  await db.connection.registerConnection('a', { ...connection, clusterOptions: undefined, default: yes })
  await db.connection.getConnection(name)
  expressErrors({ log: undefined })
  expressScope(db, (req: { tenant?: string }) => ({ keyspace: req.tenant }))
  await expressShutdown({ close: () => {} }, db, { timeout: ms })
  await startCassandra({ nodes: undefined, auth: yes, tls: undefined, directory: name, version: name, durable: yes, address: name, startTimeout: ms, log: undefined })
  c.custom<string>({ cql: 'text', toDatabase: (v) => v, fromDatabase: String, schema: undefined })
}
