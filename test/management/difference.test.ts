import t from 'tap'
import type { Columns } from '../../src/cqlengine/columns/column.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { difference } from '../../src/cqlengine/management/difference.js'
import type { ExistingColumn, ExistingIndex, ExistingSchema } from '../../src/cqlengine/management/schema.js'
import type { WantedTable } from '../../src/cqlengine/management/wanted.js'
import type { KeyOption } from '../../src/cqlengine/model/table.js'
import { UserTypeValue } from '../../src/cqlengine/model/user-type.js'
import { target } from './setup.js'

const place = { connection: 'default', keyspace: 'Shop' }

interface Wanted { readonly name?: string, readonly key?: KeyOption, readonly options?: Record<string, unknown>, readonly extra?: Columns }
const model = (columns: Columns, { name = 'Item', ...rest }: Wanted = {}): WantedTable => target(place.keyspace, name, columns, rest)
const plan = (tables: WantedTable | readonly WantedTable[], existing: ExistingSchema | undefined = schema({}), types: readonly (typeof UserTypeValue)[] = []) =>
  difference({ ...place, tables: [tables].flat(), types }, existing)
const texts = (result: ReturnType<typeof plan>): string[] => result.statements.map((s) => s.cql)
const messages = (notes: readonly { message: string }[]): string[] => notes.map((n) => n.message)

const regular = (type: string): ExistingColumn => ({ type, kind: 'regular', position: -1, order: 'none' })
const statik = (type: string): ExistingColumn => ({ ...regular(type), kind: 'static' })
const partition = (type: string, position = 0): ExistingColumn => ({ type, kind: 'partition_key', position, order: 'none' })
const clustering = (type: string, position = 0, order: 'asc' | 'desc' = 'asc'): ExistingColumn => ({ type, kind: 'clustering', position, order })

interface Existing {
  readonly columns?: Record<string, ExistingColumn>
  readonly indexes?: readonly ExistingIndex[]
  readonly options?: Record<string, unknown>
  readonly dropped?: Record<string, { type: string, kind: string }>
}
interface Rest { readonly types?: Record<string, Record<string, string>>, readonly views?: readonly string[] }

function schema (tables: Record<string, Existing>, { types = {}, views = [] }: Rest = {}): ExistingSchema {
  return {
    tables: new Map(Object.entries(tables).map(([name, { columns = {}, indexes = [], options = {}, dropped = {} }]) => [name, {
      columns: new Map(Object.entries(columns)), indexes, options: new Map(Object.entries(options)), dropped: new Map(Object.entries(dropped))
    }])),
    views: new Map(views.map((name) => [name, { base: 'Base', where: '', columns: new Map(), dropped: new Map(), indexes: [], options: new Map() }])),
    types: new Map(Object.entries(types).map(([name, fields]) => [name, new Map(Object.entries(fields))])),
    optionNames: new Set(),
    server: new Map()
  }
}

const index = (name: string, target: string, using?: string, options: Record<string, string> = {}): ExistingIndex => ({ name, target, using, options })

t.test('MGT-08: a new table, word for word', async (t) => {
  const result = plan(model({
    p1: c.UUID({ partitionKey: true }),
    p2: c.Text({ partitionKey: true }),
    c1: c.Integer({ primaryKey: true, clusteringOrder: 'desc' }),
    'say "hi"': c.Text({ dbField: 'x"; DROP TABLE y; -- $$' }),
    s: c.BigInt({ static: true })
  }, { options: { gc_grace_seconds: '5', comment: "it's", compaction: { class: 'LeveledCompactionStrategy', enabled: true } } }))
  t.same(result.conflicts, [])
  t.same(texts(result), [
    'CREATE TABLE IF NOT EXISTS "Shop"."Item" ("p1" uuid, "p2" text, "c1" int, "x""; DROP TABLE y; -- $$" text, "s" bigint static, PRIMARY KEY (("p1", "p2"), "c1")) ' +
    "WITH CLUSTERING ORDER BY (\"c1\" DESC) AND comment = 'it''s' AND compaction = {'class': 'LeveledCompactionStrategy', 'enabled': 'true'} AND gc_grace_seconds = 5"
  ])
})

t.test('MGT-08: a table of a single key column has no WITH', async (t) => {
  t.same(texts(plan(model({ id: c.Integer({ primaryKey: true }) }))), ['CREATE TABLE IF NOT EXISTS "Shop"."Item" ("id" int, PRIMARY KEY (("id")))'])
})

t.test('MGT-06: a missing keyspace is one conflict that names keyspace, the first model and remedy', async (t) => {
  const columns = { id: c.Integer({ primaryKey: true }) }
  const result = difference({ ...place, tables: [model(columns), model(columns, { name: 'Other' })], types: [] }, undefined)
  t.same(result.statements, [])
  t.match(messages(result.conflicts), [/Item.*no keyspace "Shop".* and 1 more needs it; .*createKeyspaceSimple/])
  t.equal(result.conflicts.length, 1)
})

t.test('MGT-07, B29: declaring a user type asks no server; types come before the tables that use them, inner ones first, each once', async (t) => {
  class Inner extends UserTypeValue.define('Inner', { 'a b': c.List(c.Text) }) {}
  class Outer extends UserTypeValue.define('outer', { inner: c.UserDefinedType(Inner), many: c.Map(c.Text, c.UserDefinedType(Inner)), renamed: c.Integer({ dbField: 'Ren' }) }) {}
  const one = model({ id: c.Integer({ primaryKey: true }), o: c.List(c.UserDefinedType(Outer)) })
  const two = model({ id: c.UserDefinedType(Inner, { primaryKey: true }), o: c.UserDefinedType(Outer) }, { name: 'two' })
  t.same(texts(plan([one, two])), [
    'CREATE TYPE IF NOT EXISTS "Shop"."Inner" ("a b" frozen<list<text>>)',
    'CREATE TYPE IF NOT EXISTS "Shop"."outer" ("inner" frozen<"Inner">, "many" frozen<map<text, frozen<"Inner">>>, "Ren" int)',
    'CREATE TABLE IF NOT EXISTS "Shop"."Item" ("id" int, "o" list<frozen<"outer">>, PRIMARY KEY (("id")))',
    'CREATE TABLE IF NOT EXISTS "Shop"."two" ("id" frozen<"Inner">, "o" frozen<"outer">, PRIMARY KEY (("id")))'
  ])
})

t.test('MGT-13: a type gets its missing fields; other types and other fields are warnings', async (t) => {
  class Address extends UserTypeValue.define('address', { street: c.Text(), zip: c.Integer(), tags: c.Set(c.Text) }) {}
  const existing = schema({}, { types: { address: { street: 'varchar', zip: 'text', old: 'int' } } })
  const result = plan([], existing, [Address])
  t.same(texts(result), ['ALTER TYPE "Shop"."address" ADD IF NOT EXISTS "tags" frozen<set<text>>'])
  t.match(result.warnings, [{ table: 'address', column: 'zip', message: /differing from the class/ }, { table: 'address', column: 'old', message: /not in the class/ }])
  t.same(result.conflicts, [])
})

t.test('MGT-13: a type in a partition key takes no more fields', async (t) => {
  class Part extends UserTypeValue.define('part', { a: c.Integer(), b: c.Integer() }) {}
  const existing = schema({ other: { columns: { p: partition('frozen<list<frozen<whole>>>') } } }, { types: { part: { a: 'int' }, whole: { part: 'frozen<part>' } } })
  t.match(plan([], existing, [Part]), { statements: [], conflicts: [{ table: 'part', message: /partition key.*"other"/ }] })
})

t.test('MGT-13: two classes of one name may share a type only where they say the same', async (t) => {
  class One extends UserTypeValue.define('shared', { a: c.Integer(), b: c.Text() }) {}
  class Two extends UserTypeValue.define('shared', { a: c.Integer(), c: c.Text() }) {}
  class Three extends UserTypeValue.define('shared', { a: c.Text() }) {}
  class Same extends UserTypeValue.define('shared', { b: c.Text(), a: c.Integer() }) {}
  class Outer extends UserTypeValue.define('shared', { inner: c.UserDefinedType(One) }) {}
  t.same(texts(plan([], schema({}), [One, Same])), ['CREATE TYPE IF NOT EXISTS "Shop"."shared" ("a" int, "b" text)'])
  // Each write through one of them would set the fields of the other to null.
  for (const other of [Two, Three, Outer]) {
    t.match(plan([], schema({}), [One, other]), { statements: [], conflicts: [{ kind: 'type-definition', table: 'shared', message: /\(a int, b text\), and/ }] })
  }
})

t.test('MGT-09: a changed key is a conflict that shows both keys, and the table gets nothing', async (t) => {
  const existing = (columns: Record<string, ExistingColumn>): ExistingSchema => schema({ Item: { columns } })
  const wanted = model({ a: c.Integer({ partitionKey: true }), b: c.Integer({ primaryKey: true }), v: c.Text(), w: c.Text() })
  const cases: readonly (readonly [string, Record<string, ExistingColumn>, RegExp])[] = [
    ['other order', { a: clustering('int'), b: partition('int') }, /PRIMARY KEY \(\("b"\), "a"\).*PRIMARY KEY \(\("a"\), "b"\)/],
    ['one more', { a: partition('int'), b: clustering('int', 0), d: clustering('int', 1) }, /"b", "d"\)/],
    ['one less', { a: partition('int'), b: regular('int') }, /PRIMARY KEY \(\("a"\)\)/],
    ['all in the partition key', { a: partition('int', 0), b: partition('int', 1) }, /\(\("a", "b"\)\)/],
    ['other type', { a: partition('bigint'), b: clustering('int') }, /column "a".*bigint.*int/],
    ['other clustering order', { a: partition('int'), b: clustering('int', 0, 'desc') }, /column "b".*desc.*asc/]
  ]
  for (const [name, columns, message] of cases) {
    t.match(plan(wanted, existing({ ...columns, v: regular('text') })), { statements: [], conflicts: [{ table: 'Item', message }] }, name)
  }
})

t.test('MGT-10: missing columns are added one by one; other types, static flags and unknown columns are warnings', async (t) => {
  const wanted = model({ p: c.Integer({ primaryKey: true }), q: c.Integer({ primaryKey: true }), a: c.Text(), b: c.Text({ static: true }), x: c.Integer(), y: c.Text({ static: true }), z: c.Text() })
  const result = plan(wanted, schema({ Item: { columns: { p: partition('int'), q: clustering('int'), x: regular('text'), y: regular('text'), z: statik('text'), 'gone"': regular('int') } } }))
  t.same(texts(result), ['ALTER TABLE "Shop"."Item" ADD IF NOT EXISTS "a" text', 'ALTER TABLE "Shop"."Item" ADD IF NOT EXISTS "b" text static'])
  t.match(result.warnings, [
    { column: 'x', message: /differing from the model type/ },
    { column: 'y', message: /static in the model/ },
    { column: 'z', message: /static in the database/ },
    { column: 'gone"', message: /in no model/ }
  ])
  t.same(result.conflicts, [])
})

t.test('MGT-10: a column that was dropped with another type cannot come back', async (t) => {
  const wanted = model({ p: c.Integer({ primaryKey: true }), a: c.Text() })
  const existing = (type: string, kind = 'regular'): ExistingSchema => schema({ Item: { columns: { p: partition('int') }, dropped: { a: { type, kind } } } })
  t.match(plan(wanted, existing('int')), { statements: [], conflicts: [{ column: 'a', message: /was dropped/ }] })
  t.match(plan(wanted, existing('text', 'static')), { conflicts: [{ column: 'a' }] })
  t.equal(plan(wanted, existing('text')).statements.length, 1)
  t.equal(plan(wanted, existing('ascii')).statements.length, 1)
})

t.test('a family shares its table: the columns of all children are in it, each once', async (t) => {
  const base = { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }
  const family = model(base, { extra: { lives: c.Integer(), name: c.Text() } })
  t.same(texts(plan([family, family])), ['CREATE TABLE IF NOT EXISTS "Shop"."Item" ("id" int, "kind" text, "lives" int, "name" text, PRIMARY KEY (("id")))'])
  const cat = target('Shop', 'Item', { ...base, lives: c.Integer() })
  const dog = target('Shop', 'Item', { ...base, name: c.Text() })
  t.same(plan([dog, cat, family]).conflicts, [], 'members named one by one')
  t.match(texts(plan([dog, cat, family])), [/"name" text, "lives" int, PRIMARY KEY/])
  const clash = { ...family, extra: [...family.extra ?? [], ...target('Shop', 'Item', { ...base, lives: c.Text() }).table.columns] }
  t.match(plan(clash), { statements: [], conflicts: [{ column: 'lives', message: /family/ }] })
})

t.test('two models with one table are a conflict', async (t) => {
  const columns = { id: c.Integer({ primaryKey: true }) }
  t.match(plan([model(columns), model(columns)]).conflicts, [{ table: 'Item', message: /has this table/ }])
})

t.test('a view with the name of the table is a conflict, a table that differs in case a warning', async (t) => {
  const wanted = model({ id: c.Integer({ primaryKey: true }) })
  t.match(plan(wanted, schema({}, { views: ['Item'] })), { statements: [], conflicts: [{ message: /materialized view/ }] })
  const result = plan(wanted, schema({ item: { columns: { id: partition('int') } } }))
  t.equal(result.statements.length, 1)
  t.match(result.warnings, [{ message: /"item".*only in case/ }])
})

t.test('MGT-12: options that differ go into one ALTER; unknown ones are conflicts', async (t) => {
  const columns = { id: c.Integer({ primaryKey: true }) }
  const existing = schema({ Item: { columns: { id: partition('int') }, options: { comment: 'hi', gc_grace_seconds: 100, speculative_retry: '99p' } } })
  t.same(texts(plan(model(columns, { options: { comment: "h'o", gc_grace_seconds: '100', speculative_retry: 'NONE' } }), existing)), [
    "ALTER TABLE \"Shop\".\"Item\" WITH comment = 'h''o' AND speculative_retry = 'NONE'"
  ])
  t.match(plan(model(columns, { options: { nope: 1, id: 'x' } }), existing), { statements: [], conflicts: [{ message: /"nope" is unknown/ }, { message: /"id" is unknown/ }] })
  const counters = { id: c.Integer({ primaryKey: true }), n: c.Counter() }
  t.match(plan(model(counters, { options: { default_time_to_live: 5 } })).conflicts, [{ message: /counters/ }])
})

t.test('MGT-11: an index is created by column, target and kind', async (t) => {
  const id = { id: c.Integer({ primaryKey: true }) }
  const created = (columns: Columns): string[] => texts(plan(model({ ...id, ...columns }))).slice(1).map((s) => s.replace('IF NOT EXISTS ', '').replace('"Shop"."Item" ', ''))
  t.same(created({ a: c.Text({ index: true }) }), ['CREATE INDEX ON ("a")'])
  t.same(created({ a: c.Text({ index: { using: 'sai', name: 'by_a', options: { case_sensitive: 'false' } } }) }), ["CREATE INDEX \"by_a\" ON (\"a\") USING 'sai' WITH OPTIONS = {'case_sensitive': 'false'}"])
  t.same(created({ a: c.Text({ index: { using: 'sasi', options: { "m'x": "y'; --" } } }) }), ["CREATE CUSTOM INDEX ON (\"a\") USING 'org.apache.cassandra.index.sasi.SASIIndex' WITH OPTIONS = {'m''x': 'y''; --'}"])
  t.same(created({ a: c.Text({ index: { using: 'legacy_local_table' } }) }), ["CREATE INDEX ON (\"a\") USING 'legacy_local_table'"])
  t.same(created({ a: c.Text({ index: { using: "com.x'y" } }) }), ["CREATE CUSTOM INDEX ON (\"a\") USING 'com.x''y'"])
  t.same(created({ m: c.Map(c.Text, c.Text, { index: [{ target: 'keys' }, { target: 'entries' }, {}, {}] }) }), ['CREATE INDEX ON (keys("m"))', 'CREATE INDEX ON (entries("m"))', 'CREATE INDEX ON ("m")'])
  t.same(created({ f: c.Set(c.Text, { frozen: true, index: true }) }), ['CREATE INDEX ON (full("f"))'])
  t.same(created({ a: c.Text({ index: true }), b: c.Text({ index: { name: 'Item_a_idx' } }) }), ['CREATE INDEX "Item_a_idx" ON ("b")', 'CREATE INDEX ON ("a")'])
})

t.test('MGT-11: an index of the same column, target and kind is enough, whatever its name', async (t) => {
  const columns = { id: c.Integer({ primaryKey: true }), 'A b': c.Text({ index: true }), s: c.Text({ index: { using: 'sai', name: 'mine' } }), m: c.Map(c.Text, c.Text, { index: true }), 'values(x)': c.Text({ index: true }) }
  const existing = schema({
    Item: {
      columns: { id: partition('int'), 'A b': regular('text'), s: regular('text'), m: regular('map<text, text>'), 'values(x)': regular('text') },
      indexes: [index('a', '"A b"'), index('b', 's', 'org.apache.cassandra.index.sai.StorageAttachedIndex'), index('c', 'values(m)'), index('d', '"values(x)"', 'sai')]
    }
  })
  t.same(plan(model(columns), existing), { statements: [], warnings: [], conflicts: [] })
})

t.test('MGT-11: what an index lacks is told, not mended', async (t) => {
  const existing = (...indexes: ExistingIndex[]): ExistingSchema => schema({ Item: { columns: { id: partition('int'), a: regular('text'), m: regular('map<text, text>') }, indexes } })
  const sai = model({ id: c.Integer({ primaryKey: true }), a: c.Text({ index: { using: 'sai', options: { case_sensitive: 'false' } } }), m: c.Map(c.Text, c.Text, { index: { using: 'sai', target: 'keys' } }) })
  const both = [index('m_idx', 'keys(m)', 'sai')]
  t.match(plan(sai, existing(index('a_idx', 'a'), ...both)), { statements: [], warnings: [{ column: 'a', message: /another kind \(legacy\)/ }] })
  t.match(plan(sai, existing(index('a_idx', 'a', 'SAI'), ...both)), { statements: [], warnings: [{ column: 'a', message: /other options \(case_sensitive\)/ }] })
  t.match(plan(sai, existing(index('a_idx', 'a', 'sai', { case_sensitive: 'false' }), index('m2', 'values(m)'))), { statements: [], warnings: [{ column: 'm', message: /wrong rows/ }, { column: 'm', message: /in no model/ }] })
  const custom = model({ id: c.Integer({ primaryKey: true }), a: c.Text({ customIndex: true }), m: c.Map(c.Text, c.Text) })
  t.match(plan(custom, existing(index('a_idx', 'a', 'com.example.X'), index('m_idx', 'entries(m)'))), { statements: [], warnings: [{ column: 'm', message: /in no model/ }] })
})

t.test('MGT-11: names that Cassandra would silently give to no index, or that would stop its nodes, are conflicts', async (t) => {
  const named = (name: string | undefined, field = 'a'): WantedTable => model({ id: c.Integer({ primaryKey: true }), [field]: c.Text({ index: name === undefined ? true : { name } }) })
  const taken = schema({ other: { columns: { id: partition('int'), b: regular('text') }, indexes: [index('by_a', 'b')] } })
  t.match(plan(named('by_a'), taken), { statements: [], conflicts: [{ column: 'a', message: /already \(table "other", b\)/ }] })
  t.match(plan([named('by_a'), target('Shop', 'two', { id: c.Integer({ primaryKey: true }), b: c.Text({ index: { name: 'by_a' } }) })]).conflicts, [{ table: 'Item' }, { table: 'two' }])
  t.match(plan(named('n'.repeat(181))).conflicts, [{ message: /181 characters/ }])
  t.match(plan(named(undefined, 'f'.repeat(180))).conflicts, [{ message: /characters/ }])
  t.match(plan(model({ id: c.Integer({ primaryKey: true }), 'a b': c.Text({ index: { using: 'sai' } }) })).conflicts, [{ column: 'a b', message: /dbField/ }])
})

t.test('MGT-11: an index on a part of a frozen collection is a conflict', async (t) => {
  const wanted = model({ id: c.Integer({ primaryKey: true }), m: c.Map(c.Text, c.Text, { frozen: true, index: { target: 'keys' } }) })
  t.match(plan(wanted).conflicts, [{ column: 'm', message: /target "full"/ }])
})

const on = (release: string, more: Record<string, unknown> = {}): ExistingSchema => ({ ...schema({}), server: new Map(Object.entries({ release_version: release, ...more })), optionNames: new Set(['comment', 'compaction']) })

t.test('what an older server lacks is told with its version; of what others than Cassandra have nothing is said', async (t) => {
  class Spot extends UserTypeValue.define('spot', { at: c.Vector(c.Float, 2) }) {}
  const id = { id: c.Integer({ primaryKey: true }) }
  const wanted: readonly (readonly [Columns, Record<string, unknown>, RegExp])[] = [
    [{ v: c.Vector(c.Float, 2) }, {}, /column "v": Cassandra has vectors since 5\.0, and this server is 4\.1\.9/],
    [{ v: c.List(c.UserDefinedType(Spot)) }, {}, /vectors since 5\.0/],
    [{ v: c.Text({ index: { using: 'sai' } }) }, {}, /SAI indexes since 5\.0, and this server is 4\.1\.9/],
    [{}, { compaction: { class: 'UnifiedCompactionStrategy' } }, /UnifiedCompactionStrategy since 5\.0/],
    [{}, { allow_auto_snapshot: true }, /allow_auto_snapshot is none of this server \(4\.1\.9\)/]
  ]
  for (const [columns, options, message] of wanted) {
    const one = model({ ...id, ...columns }, { options })
    const old = plan(one, on('4.1.9'))
    t.same(old.statements, [])
    t.ok(old.conflicts.some(({ kind, message: told }) => kind === 'server' && message.test(told)), String(message))
    const isOption = 'allow_auto_snapshot' in options
    for (const server of [on('5.0.8'), on('5.1-beta1'), on('4.0.0.6816'), on('4.0.11', { dse_version: '6.9.2' }), on('3.0.8', { supported_features: 'CDC' })]) {
      t.equal(plan(one, server).conflicts.length, isOption ? 1 : 0, `${String(message)} ${String(server.server.get('release_version'))}`)
    }
  }
  t.match(texts(plan(model({ ...id, v: c.Text({ index: { using: 'legacy_local_table' } }) }), on('4.1.9'))), [/./, /^CREATE INDEX IF NOT EXISTS ON "Shop"."Item" \("v"\)$/], 'the only kind needs no name')
  class Spots extends UserTypeValue.define('spots', { at: c.List(c.Vector(c.Float, 2)) }) {}
  t.match(plan([], on('4.1.9'), [Spots]), { statements: [], conflicts: [{ kind: 'server', table: 'spots', column: 'at', message: /vectors since 5\.0/ }] })
})

t.test('others than Cassandra know options and indexes of their own: what they refuse is theirs to say', async (t) => {
  const wanted = model({ id: c.Integer({ primaryKey: true }), v: c.Text({ index: { using: 'sai', options: { index_analyzer: 'standard' } } }) }, { options: { compaction: { class: 'IncrementalCompactionStrategy' } } })
  t.equal(plan(wanted, on('5.0.8')).conflicts.length, 1)
  t.same(plan(wanted, on('3.0.8', { supported_features: 'CDC' })).conflicts, [])
})

t.test('a note says in one word what it is about, and what would mend it by hand', async (t) => {
  const columns = { id: c.Integer({ primaryKey: true }), a: c.Text({ index: { using: 'sai' } }), b: c.Text(), s: c.Text() }
  const existing = schema({
    Item: {
      columns: { id: partition('int'), a: regular('text'), b: regular('int'), s: statik('text'), 'old"': regular('text') },
      indexes: [index('by_a', 'a'), index('by_old', '"old"""'), index('by_b', 'b')]
    }
  })
  t.same(plan(model(columns), existing).warnings.map(({ kind, model, column, index, statements }) => ({ kind, model, column, index, statements })), [
    { kind: 'column-type', model: 'Item', column: 'b', index: undefined, statements: undefined },
    { kind: 'column-static', model: 'Item', column: 's', index: undefined, statements: undefined },
    { kind: 'unknown-column', model: 'Item', column: 'old"', index: undefined, statements: ['DROP INDEX IF EXISTS "Shop"."by_old"', 'ALTER TABLE "Shop"."Item" DROP "old"""'] },
    { kind: 'index-kind', model: 'Item', column: 'a', index: 'by_a', statements: ['DROP INDEX IF EXISTS "Shop"."by_a"', 'CREATE INDEX IF NOT EXISTS ON "Shop"."Item" ("a") USING \'sai\''] },
    { kind: 'unknown-index', model: 'Item', column: 'old"', index: 'by_old', statements: ['DROP INDEX IF EXISTS "Shop"."by_old"'] },
    { kind: 'unknown-index', model: 'Item', column: 'b', index: 'by_b', statements: ['DROP INDEX IF EXISTS "Shop"."by_b"'] }
  ])
  t.match(difference({ ...place, tables: [model(columns)], types: [] }, undefined).conflicts, [{ kind: 'missing-keyspace', statements: [/^CREATE KEYSPACE IF NOT EXISTS "Shop" WITH/] }])
})

t.test('tables, views and types that no model has are listed when asked for', async (t) => {
  class Part extends UserTypeValue.define('part', { a: c.Integer() }) {}
  const wanted = model({ id: c.Integer({ primaryKey: true }), p: c.UserDefinedType(Part) })
  const other = target('Shop', 'known', { id: c.Integer({ primaryKey: true }) })
  const id = { id: partition('int') }
  const existing = schema({ Item: { columns: { ...id, p: regular('frozen<part>') } }, known: { columns: id }, Base: { columns: id } }, { views: ['by_x'], types: { part: { a: 'int' }, gone: { a: 'int' } } })
  t.same(plan(wanted, existing).warnings, [])
  const { warnings } = difference({ ...place, tables: [wanted], types: [], known: [wanted, other] }, existing)
  t.same(warnings.map(({ kind, table, statements }) => [kind, table, statements]), [
    ['unknown-view', 'by_x', ['DROP MATERIALIZED VIEW IF EXISTS "Shop"."by_x"']],
    ['unknown-table', 'Base', ['DROP MATERIALIZED VIEW IF EXISTS "Shop"."by_x"', 'DROP TABLE IF EXISTS "Shop"."Base"']],
    ['unknown-type', 'gone', ['DROP TYPE IF EXISTS "Shop"."gone"']]
  ])
})
