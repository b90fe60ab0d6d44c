// However much a request brings: an error of ours that fits in a line of a log, made in no time, and nothing was sent.
import Fastify from 'fastify'
import t from 'tap'
import fastifyCqlalchemy from '../../src/index.js'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { CQLEngineError, ValidationError } from '../../src/cqlengine/errors.js'
import { mockClient } from '../../src/testing/mock-client.js'
import { recorded } from './setup.js'

const many = 121_777

function make () {
  const db = new CQLAlchemy()
  const c = db.columns
  class Place extends db.UserType.define('place', { street: c.Text(), door: c.Text({ hidden: true }) }) {}
  class Account extends db.Model.define('account', {
    id: c.Integer({ primaryKey: true }),
    username: c.Text(),
    password: c.Text({ hidden: true }),
    tags: c.Set(c.Text),
    list: c.List(c.Integer),
    map: c.Map(c.Text, c.Integer),
    pair: c.Tuple(c.Integer, c.Text),
    home: c.UserDefinedType(Place),
    json: c.custom<unknown>({ cql: 'text', toDatabase: (v) => JSON.stringify(v), fromDatabase: (v: string) => JSON.parse(v) as unknown })()
  }).as<Account>() {}
  return { db, Account }
}

const { db, Account } = make()
const { client } = await recorded(t, db)
t.beforeEach(() => { client.calls.length = 0 })

/** What the call ends in, which must be an error of ours within the bounds, before anything was sent. */
async function refusal (act: () => unknown): Promise<CQLEngineError> {
  const error: unknown = await Promise.resolve().then(act).then(() => undefined, (e: unknown) => e)
  if (!(error instanceof CQLEngineError)) throw new Error('no error of ours', { cause: error })
  if (Buffer.byteLength(error.message) >= 2048) throw new Error(`a message of ${Buffer.byteLength(error.message)} bytes`)
  // eslint-disable-next-line no-control-regex -- none of these may be in a line of a log
  if (/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/.test(error.message)) throw new Error(`not printable: ${JSON.stringify(error.message)}`)
  if (error instanceof ValidationError) {
    if (error.errors.length > 20) throw new Error(`${error.errors.length} violations`)
    if (JSON.stringify(error.errors).length > 30_000) throw new Error('long violations')
  }
  if (client.calls.length > 0) throw new Error('sent')
  return error
}

const unknownKeys = (count: number): Record<string, number> => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]))

t.test('unknown keys by the hundred thousand: twenty are told and how many more there are, at once', async (t) => {
  const body = unknownKeys(many)
  const acts = { constructor: () => new Account(body), create: () => Account.create(body as never), update: () => Account.filter({ id: 1 }).update(body), hydrate: () => Account.hydrate(body), userType: () => Account.create({ id: 1, home: body }), instance: () => new Account({ id: 1 }).update(body) } as const
  for (const [name, act] of Object.entries(acts)) {
    const begin = performance.now()
    const error = await refusal(act as () => unknown)
    t.ok(performance.now() - begin < 2000, `${name} is quick`)
    if (name === 'userType') continue
    t.equal((error as ValidationError).errors.length, 20)
    t.match(error.message, /; and \d+ more$/)
    const told = error.message.split('; ').filter((part) => /k\d+: /.test(part)).length
    t.ok(error.message.endsWith(`; and ${many - told} more`), 'what is told and what is counted are all')
  }
})

t.test('names that are long, of several lines, or turn the text round', async (t) => {
  const names = ['x'.repeat(1_000_000), 'a\n{"level":30,"msg":"forged"}', '\u001b[31mred', '\u202egnp.exe', '\ud800', '"; DROP', '__proto__', 'constructor', 'toString', '', 'ü'.repeat(3000), '𝒳'.repeat(3000)]
  for (const name of names) {
    const of = (value: unknown): Record<string, unknown> => JSON.parse(`{${JSON.stringify(name)}: ${JSON.stringify(value)}}`) as Record<string, unknown>
    const as = (text: unknown): never => text as never
    const acts: (() => unknown)[] = [
      () => new Account(as(of(1))), () => Account.create(as(of(1))), () => Account.create({ id: 1, home: as(of('x')) }), () => Account.create({ id: 1 }, as(of(1))),
      () => Account.filter({ id: 1 }).update(as(of(1))), () => Account.filter(as(of(1))).all(), () => Account.filter(as({ [`username__${name}`]: 1 })).all(), () => Account.filter({ id: 1 }).iff(as(of(1))).update({ username: 'x' }),
      () => Account.objects.only(as(name)), () => Account.objects.defer(as(name)), () => Account.objects.orderBy(as(name)), () => Account.objects.valuesList(as(name)), () => Account.objects.groupBy(as(name)), () => Account.objects.distinct(as(name)),
      () => Account.objects.select(as(of(1))), () => Account.using(as(of('x'))), () => Account.using({ connection: name }).all(), () => db.scope(as(of('x')), async () => await Account.all()), () => db.scope({ connection: name }, async () => await Account.all()),
      () => Account.objects.page(as({ token: name === '' ? 'x' : name })), () => Account.objects.page(as(of(1))), () => db.batch(as(of(1)), () => {}), () => new db.BatchQuery(as(of(1))), () => Account.toJSONSchema(as({ for: name })), () => Account.toJSONSchema(as(of(1))),
      () => db.connection.getConnection(name || 'other'), () => db.connection.registerConnection('other', as({ hosts: 'x', ...of(1) })), () => db.execute('SELECT', [], as(of(1))), () => db.syncDb(as(of(1))), () => new CQLAlchemy().init(as({ env: false, ...of(1) })), () => new CQLAlchemy().init({ env: false, hosts: 'x', keyspace: `${name}!` }),
      () => new CQLAlchemy().init({ env: false, hosts: 'x', keyspace: 'k', connections: as(of({ hostz: 1 })) }), () => Account.create({ id: 1, map: as({ [name]: 'no number' }) })
    ]
    for (const act of acts) {
      const error = await refusal(act).catch((cause: unknown) => { throw new Error(`${act.toString()} with ${JSON.stringify(name.slice(0, 30))}`, { cause }) })
      t.ok(error)
      client.calls.length = 0
    }
  }
})

t.test('elements and entries by the hundred thousand', async (t) => {
  const bad = Array.from({ length: 200_000 }, (_, i) => ({ secret: i }))
  const numbers = Object.fromEntries(bad.map((_, i) => [`k${i}`, 'SECRET']))
  const acts = [{ tags: bad }, { tags: new Set(bad) }, { list: bad }, { map: numbers }, { map: new Map(Object.entries(numbers)) }, { pair: bad }, { home: bad }, { home: numbers }, { username: bad }]
  for (const values of acts) {
    const begin = performance.now()
    for (const act of [() => Account.create({ id: 1, ...values } as never), () => Account.filter({ id: 1 }).update(values as never), () => Account.filter({ id: 1 }).iff(values as never).update({ username: 'x' })]) {
      t.notMatch((await refusal(act)).message, /SECRET/)
    }
    t.ok(performance.now() - begin < 3000)
  }
})

t.test('values that lie ten thousand deep', async (t) => {
  const nested = (open: string, close: string): unknown => JSON.parse(`${open.repeat(10_000)}1${close.repeat(10_000)}`)
  for (const deep of [nested('[', ']'), nested('{"a":', '}'), nested('{"street":', '}')]) {
    for (const column of ['username', 'tags', 'list', 'map', 'pair', 'home', 'json']) {
      for (const value of [deep, [deep], { a: deep, street: deep }]) {
        for (const act of [() => Account.create({ id: 1, [column]: value } as never), () => Account.filter({ id: 1 }).update({ [column]: value } as never), () => Account.filter({ [column]: value } as never).allowFiltering().all(), () => Account.filter({ id: 1 }).iff({ [column]: value } as never).update({ username: 'x' })]) {
          client.calls.length = 0
          const error: unknown = await Promise.resolve().then(act as () => unknown).then(() => undefined, (e: unknown) => e)
          // JSON may be as deep as it likes, as long as it can be written.
          if (error !== undefined && !(error instanceof CQLEngineError)) t.fail(`${column}: ${String(error)}`, { act: act.toString() })
          if (error !== undefined && client.calls.length > 0) t.fail('sent')
        }
      }
    }
  }
})

t.test('an unknown name is answered with the nearest one, and no message lists hidden columns', async (t) => {
  const acts: [() => unknown, RegExp][] = [
    [() => new Account({ usrname: 1 } as never), /did you mean username\?/],
    [() => Account.filter({ user_name: 1 } as never).all(), /did you mean username\?/],
    [() => Account.filter({ id: 1 }).update({ tag: 1 } as never), /did you mean tags\?/],
    [() => Account.objects.only('Username' as never), /did you mean username\?/],
    [() => Account.filter({ username__lk: 1 } as never), /unknown operator/],
    [() => Account.filter({ passwort: 1 } as never), /no column/],
    [() => Account.create({ id: 1, home: { dor: 'x' } as never }), /has no field/],
    [() => Account.create({ id: 1 }, { tll: 1 } as never), /did you mean ttl\?/]
  ]
  for (const [act, text] of acts) {
    const { message } = await refusal(act)
    t.match(message, text)
    t.notMatch(message, /password|door/)
  }
})

t.test('a megabyte of unknown keys to a route: a small answer and a small log', async (t) => {
  let log = ''
  const app = Fastify({ logger: { level: 'info', stream: { write: (line: string) => { log += line } } }, bodyLimit: 4 << 20 })
  const made = make()
  await app.register(fastifyCqlalchemy, { db: made.db, client: mockClient(), keyspace: 'k', env: false })
  app.post('/accounts', async (request) => await made.Account.create(request.body as never))
  t.teardown(async () => { await app.close() })
  const response = await app.inject({ method: 'POST', url: '/accounts', payload: unknownKeys(many) })
  t.equal(response.statusCode, 400)
  t.ok(response.body.length < 3000, `${response.body.length} characters`)
  t.ok(log.length < 20_000, `${log.length} characters of log`)
})

t.test('the convention of http-errors: status is statusCode, expose is true below 500; no log prints them twice', async (t) => {
  const error = new Account.DoesNotExist('gone')
  t.match(error, { status: 404, statusCode: 404, expose: true })
  t.match(new CQLEngineError('x'), { status: 500, expose: false })
  t.strictSame(Object.keys(error).sort(), ['code', 'statusCode'])
})
