// The table of the options of operations: each row has its setters and checks, reaches the server, and is refused where its row says so.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { operationOptions, type OptionName, optionNames } from '../../src/cqlengine/model/operation-options.js'
import { NamedQuerySet } from '../../src/cqlengine/query/named.js'
import type { ModelStatics } from '../../src/cqlengine/model/api.js'
import type { InstanceSetters } from '../../src/cqlengine/model/instance-api.js'
import type { OpOptions } from '../../src/cqlengine/model/operations.js'
import type { QuerySet } from '../../src/cqlengine/model/query-api.js'
import { failure } from '../query/setup.js'
import { recorded } from './setup.js'

const db = new CQLAlchemy()
const c = db.columns
class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), n: c.Integer() }).as<Row>() {}
class Hits extends db.Model.define('hits', { id: c.Integer({ primaryKey: true }), n: c.Counter() }).as<Hits>() {}
const { taken } = await recorded(t, db)

/** A value of each option, and one that makes no sense. */
const samples: { readonly [N in OptionName]-?: readonly [good: () => unknown, bad: unknown] } = {
  ttl: [() => 60, -1],
  timestamp: [() => 5n, 5],
  consistency: [() => 'ALL', 'MOST'],
  serialConsistency: [() => 'LOCAL_SERIAL', 'ONE'],
  timeout: [() => 77, 0],
  profile: [() => 'slow', ''],
  iff: [() => ({ n: 3 }), 5],
  ifExists: [() => true, 'yes'],
  ifNotExists: [() => true, 'yes'],
  idempotent: [() => false, 'no'],
  using: [() => ({ keyspace: 'other' }), { keyspace: 5 }],
  batch: [() => new db.BatchQuery(), {}]
}

// The compiler: the signatures that users see are those of the rows, with their types.
type Equal<A, B> = [A] extends [B] ? [B] extends [A] ? true : never : never
type Missing<S extends { [N in Own]: (value: never) => unknown }> =
  { [N in Own]: Exclude<OpOptions[N], undefined> extends NonNullable<Parameters<S[N]>[0]> ? never : N }[Own]
/** What `iff` takes of a query set is said by its columns. */
type Own = Exclude<OptionName, 'iff'>
const typed: Equal<keyof InstanceSetters, OptionName> & Equal<Extract<keyof QuerySet<Row>, OptionName>, OptionName> &
  Equal<Extract<keyof ModelStatics, OptionName>, OptionName> & Equal<Missing<QuerySet<Row>>, never> & Equal<Missing<InstanceSetters>, never> = true
void typed

type Setters = Record<OptionName, (value?: unknown) => typeof Row.objects>
const settersOf = (of: unknown): Setters => of as Setters
/** All that was sent, in one text. */
const sent = (): string => JSON.stringify(taken(), (_, value: unknown) => typeof value === 'bigint' ? String(value) : value)

for (const name of optionNames) {
  const row = operationOptions[name]
  const [good, bad] = samples[name]

  t.test(`${name}: a setter on classes, query sets and instances, and a last argument; all of them check`, async (t) => {
    const one = () => new Row({ id: 1, n: 2 })
    t.equal(typeof settersOf(Row)[name](good()).all, 'function', 'of the class')
    t.equal(typeof settersOf(Row.objects)[name](good()).all, 'function', 'of a query set')
    const instance = one()
    t.equal(settersOf(instance)[name](good()) as unknown, instance, 'of an instance')
    for (const of of [Row, Row.objects, one()]) t.match(await failure(() => settersOf(of)[name](bad)), { message: new RegExp(name) })
    t.match(await failure(() => Row.create({ id: 1 }, { [name]: bad })), { message: new RegExp(name) }, 'the last argument')
    t.equal(name in NamedQuerySet.prototype, row.isNamed === true, 'of tables without a model')
  })

  t.test(`${name}: it has an effect, wherever it is said, and stays when others are added`, async (t) => {
    await Row.create({ id: 1, n: 2 })
    const without = sent()
    const other = name === 'profile' ? 'timeout' : 'profile'
    const ways = [
      async () => await settersOf(Row)[name](good()).create({ id: 1, n: 2 }),
      async () => await settersOf(settersOf(settersOf(Row.objects)[name](good()))[other](samples[other][0]()))[other](undefined).create({ id: 1, n: 2 }),
      async () => await Row.create({ id: 1, n: 2 }, { [name]: good() }),
      async () => await (settersOf(new Row({ id: 1, n: 2 }))[name](good()) as unknown as Row).save()
    ]
    for (const way of ways) {
      await way()
      t.not(sent(), without)
    }
  })

  t.test(`${name}: refused where only writes of rows, or only batches as a whole, could have it`, async (t) => {
    const refused = async (act: () => unknown): Promise<boolean> => await Promise.resolve().then(act).then(() => false, () => true)
    t.equal(await refused(() => settersOf(Row)[name](good()).all()), row.isForWrites === true || name === 'batch', 'a read')
    t.equal(await refused(() => settersOf(Hits.filter({ id: 1 }))[name](good()).update({ n__increment: 1 } as never)), row.isForWrites === true, 'counters')
    t.equal(await refused(() => db.execute('SELECT', [], { [name]: good() })), row.isForWrites === true || name === 'batch', 'raw CQL')
    const added = async (): Promise<void> => { await db.batch(async (b) => { await Row.create({ id: 1, n: 2 }, { batch: b, [name]: good() }) }) }
    if (name !== 'batch') t.equal(await refused(added), !row.inBatch.includes('statement'), 'a statement of a batch')
    t.equal(await refused(() => new db.BatchQuery({ [name]: good() })), !row.inBatch.includes('batch'), 'a batch as a whole')
    taken()
  })
}

t.test('an option of which a setter takes no argument has its preset', async (t) => {
  const preset = optionNames.filter((name) => operationOptions[name].preset === true)
  const others = optionNames.filter((name) => !preset.includes(name))
  for (const name of preset) t.doesNotThrow(() => settersOf(Row)[name](), name)
  for (const name of others) {
    const { isNeverUndefined } = operationOptions[name]
    if (isNeverUndefined === true) t.throws(() => settersOf(Row)[name](), { message: /is undefined/ }, name)
    else t.doesNotThrow(() => settersOf(Row)[name](), `${name} is taken back`)
  }
})
