// pull: files as one would write them by hand, which compile, agree with the keyspace, and are the same the next time.
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { compile } from '../support/compile.js'
import { connectedClient, uniqueKeyspace } from '../support/cassandra.js'
import { fileNeeds5 } from '../support/needs-5.js'
import { root } from '../support/root.js'
import { project } from './running.js'

fileNeeds5('vectors and SAI')

const keyspace = await uniqueKeyspace(t)
const client = await connectedClient(t)

/** A shop for videos with its sensors: all kinds of keys, indexes, options, types and names. */
const schema = `
CREATE TYPE place (street text, city text, zip int);
CREATE TYPE "Contact_Person" (name text, "home of" frozen<place>, phones map<text, text>);
CREATE TYPE encoding (name text, bit_rates set<frozen<tuple<text, int>>>, "save" text, save_ int, "__proto__" text);
CREATE TYPE "date" (day int);
CREATE TABLE appointments (id int PRIMARY KEY, due "date", on_day date, past list<frozen<"date">>);
CREATE TABLE users (userid uuid PRIMARY KEY, firstname text, lastname text, email text, created_date timestamp, home place, contact frozen<"Contact_Person">);
CREATE TABLE user_credentials (email text PRIMARY KEY, password text, userid uuid) WITH comment = 'it''s kept apart';
CREATE TABLE videos (videoid uuid PRIMARY KEY, userid uuid, name text, location text, tags set<text>, added_date timestamp, encodings list<frozen<encoding>>, metadata map<text, text>, features vector<float, 3>);
CREATE TABLE user_videos (userid uuid, added_date timestamp, videoid uuid, name text, preview text, PRIMARY KEY (userid, added_date, videoid)) WITH CLUSTERING ORDER BY (added_date DESC, videoid ASC) AND default_time_to_live = 86400;
CREATE TABLE latest_videos (yyyymmdd text, added_date timestamp, videoid uuid, PRIMARY KEY (yyyymmdd, added_date, videoid)) WITH CLUSTERING ORDER BY (added_date DESC, videoid ASC) AND compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_size': '1', 'compaction_window_unit': 'DAYS'};
CREATE TABLE video_rating (videoid uuid PRIMARY KEY, rating_counter counter, rating_total counter);
CREATE TABLE comments (videoid uuid, commentid timeuuid, userid uuid, comment text, title text static, PRIMARY KEY (videoid, commentid)) WITH CLUSTERING ORDER BY (commentid DESC);
CREATE TABLE readings (sensor bigint, day date, at time, value double, raw blob, took duration, quality tinyint, samples frozen<list<smallint>>, PRIMARY KEY ((sensor, day), at)) WITH CLUSTERING ORDER BY (at DESC) AND gc_grace_seconds = 3600;
CREATE TABLE "Odd_Name" ("Primary" int, "select" text, "pk" text, "a b" boolean, "it's" varint, "save" decimal, deep map<frozen<tuple<int, text>>, frozen<map<text, frozen<set<inet>>>>>, PRIMARY KEY ("Primary", "select"));
CREATE TABLE taken (id int PRIMARY KEY, "save" text, save_ text, "constructor" text, "Constructor_" text, "__proto__" text);
CREATE TABLE odd_name (id int PRIMARY KEY, f float, a ascii, t tuple<int, frozen<list<text>>>, u frozen<set<uuid>>);
CREATE TABLE "OddName" (id smallint PRIMARY KEY);
CREATE TABLE "index" (id int PRIMARY KEY);
CREATE TABLE "map" (id int PRIMARY KEY, v vector<double, 2>);
CREATE TABLE "2fast" (id int PRIMARY KEY);
CREATE TABLE events (tenant text, bucket int, id timeuuid, kind text, body text, PRIMARY KEY ((tenant, bucket), id)) WITH caching = {'keys': 'ALL', 'rows_per_partition': '10'} AND compression = {'class': 'ZstdCompressor', 'chunk_length_in_kb': '64'};
CREATE INDEX ON users (email);
CREATE INDEX by_city ON users (lastname);
CREATE INDEX ON videos (tags);
CREATE INDEX video_metadata_keys ON videos (keys(metadata));
CREATE INDEX video_metadata_entries ON videos (entries(metadata));
CREATE INDEX sample_values ON readings (full(samples));
CREATE CUSTOM INDEX features_ann ON videos (features) USING 'StorageAttachedIndex' WITH OPTIONS = {'similarity_function': 'DOT_PRODUCT'};
CREATE CUSTOM INDEX events_kind ON events (kind) USING 'StorageAttachedIndex' WITH OPTIONS = {'case_sensitive': 'false'}
`
for (const statement of schema.split(';\n')) {
  if (statement.trim() !== '') await client.execute(statement.trim().replace(/^(CREATE (?:TYPE|TABLE) |CREATE (?:CUSTOM )?INDEX (?:\w+ )?ON )/, `$1${keyspace}.`))
}
const view = (name: string, rest: string): Promise<unknown> => client.execute(`CREATE MATERIALIZED VIEW ${keyspace}.${name} AS SELECT ${rest.replace('FROM ', `FROM ${keyspace}.`)}`)
await view('users_by_email', 'email, userid, firstname FROM users WHERE email IS NOT NULL AND userid IS NOT NULL PRIMARY KEY (email, userid)')
await view('events_by_kind', `* FROM events WHERE tenant IS NOT NULL AND bucket IS NOT NULL AND id IS NOT NULL AND kind IS NOT NULL
  PRIMARY KEY ((kind, tenant), id, bucket) WITH CLUSTERING ORDER BY (id DESC, bucket ASC) AND gc_grace_seconds = 99`)
await view('"Odd_View"', '"Primary", "select", "save" FROM "Odd_Name" WHERE "Primary" IS NOT NULL AND "select" IS NOT NULL AND "save" IS NOT NULL PRIMARY KEY ("save", "Primary", "select")')
// Views of some rows: a condition beside those of the key, and one in the place of one of them.
await view('late_videos', 'added_date, userid, videoid, name FROM user_videos WHERE userid IS NOT NULL AND videoid IS NOT NULL AND added_date > 5 PRIMARY KEY (videoid, userid, added_date)')
await view('ratings_of_one', 'commentid, videoid FROM comments WHERE videoid = 123e4567-e89b-12d3-a456-426614174000 AND commentid IS NOT NULL PRIMARY KEY (commentid, videoid)')

const { call, folder } = project(t, { 'package.json': '{ "type": "module" }' })

t.test('the files compile under strict, diff finds nothing, and a second pull changes no byte', async (t) => {
  const first = await call('pull', keyspace, '--out', 'src')
  t.match(first, { code: 0 })
  t.same(first.err.trimEnd().split('\n'), [
    'warning: table taken, column __proto__: the driver cannot read a column of this name; the model leaves it out',
    ...['late_videos', 'ratings_of_one'].map((name) => `warning: view ${name}: leaves out rows by a condition, which no model can say; its model has managed: false`)
  ])
  const texts = (): string[] => readdirSync(join(folder, 'src')).sort().map((name) => `${name}\n${readFileSync(join(folder, 'src', name), 'utf8')}`)
  const before = texts()
  t.equal(before.length, 17 + 5 + 3, 'tables, views, and db, types, index')
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/fastify-cqlalchemy'), 'junction')
  symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'), 'junction')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: { target: 'es2022', module: 'nodenext', lib: ['es2022', 'esnext.disposable'], types: ['node'], strict: true, skipLibCheck: true, rootDir: 'src', outDir: 'out' }, include: ['src']
  }))
  t.equal(await compile(folder), '', 'they compile')
  const diff = await call('diff', '--strict', '--unknown', '--db', 'out/index.js', '--keyspace', keyspace)
  t.match(diff, { code: 0, err: '', out: 'nothing to do: the models and the database agree\n' })
  t.match(await call('pull', keyspace, '--out', 'src'), { code: 0, out: /^all \d+ files are as they should be\n$/ })
  t.same(texts(), before)
  t.match(await call('pull', keyspace, '--out', 'src', '--check'), { code: 0 })

  const taken = readFileSync(join(folder, 'src/taken.ts'), 'utf8')
  t.match(taken, "save__: c.Text({ dbField: 'save' })", 'a column that has the name already keeps it')
  t.match(taken, "ignoreColumns: ['__proto__']")
  const user = readFileSync(join(folder, 'src/users.ts'), 'utf8')
  t.equal(user, `import { db } from './db.js'
import { ContactPerson, Place } from './types.js'

const c = db.columns

export class Users extends db.Model.define('users', {
  userid: c.UUID({ primaryKey: true }),
  contact: c.UserDefinedType(ContactPerson),
  created_date: c.DateTime(),
  email: c.Text({ index: true }),
  firstname: c.Text(),
  home: c.UserDefinedType(Place, { frozen: false }),
  lastname: c.Text({ index: { name: 'by_city' } })
}).as<Users>() {}
`, 'as one would write it')
})

t.test('a view has a model that is one; a view of some rows is left to others', async (t) => {
  const text = (name: string): string => readFileSync(join(folder, `src/${name}.ts`), 'utf8')
  const model = (name: string): string | undefined => /^export class .*$/m.exec(text(name))?.[0]
  t.equal(text('users-by-email'), `import { db } from './db.js'
import { Users } from './users.js'

export class UsersByEmail extends db.Model.view('users_by_email', Users, { partitionKey: ['email'], clusteringKey: ['userid'], only: ['firstname'] }).as<UsersByEmail>() {}
`)
  t.equal(model('events-by-kind'), "export class EventsByKind extends db.Model.view('events_by_kind', Events, { partitionKey: ['kind', 'tenant'], clusteringKey: ['id', 'bucket'], clusteringOrder: { id: 'desc' }, options: { gc_grace_seconds: 99 } }).as<EventsByKind>() {}")
  t.equal(model('odd-view'), "export class OddView extends db.Model.view('Odd_View', OddName2, { partitionKey: ['save_'], clusteringKey: ['Primary', 'select'], only: [] }).as<OddView>() {}")
  t.equal(model('late-videos'), "export class LateVideos extends db.Model.view('late_videos', UserVideos, { partitionKey: ['videoid'], clusteringKey: ['userid', 'added_date'], only: ['name'], managed: false }).as<LateVideos>() {}")
  t.equal(model('ratings-of-one'), "export class RatingsOfOne extends db.Model.view('ratings_of_one', Comments, { partitionKey: ['commentid'], clusteringKey: ['videoid'], only: [], managed: false }).as<RatingsOfOne>() {}")
})

t.test('--check: 2 when a file differs; --tables, --db, and what does not exist', async (t) => {
  writeFileSync(join(folder, 'src/events.ts'), '// other\n')
  const check = await call('pull', keyspace, '--out', 'src', '--check', '--json')
  t.equal(check.code, 2)
  t.same((JSON.parse(check.out) as { files: { file: string, state: string }[] }).files.filter(({ state }) => state !== 'same'), [{ file: 'src/events.ts', state: 'changed' }])
  t.equal(readFileSync(join(folder, 'src/events.ts'), 'utf8'), '// other\n', 'nothing was written')
  cpSync(join(folder, 'src/db.ts'), join(folder, 'my-db.ts'))
  t.match(await call('pull', keyspace, '--tables', 'videos,map', '--db', 'my-db.ts'), { code: 0, out: /new {5}models\/videos\.ts/ })
  t.same(readdirSync(join(folder, 'models')).sort(), ['index.ts', 'map.ts', 'types.ts', 'videos.ts'])
  t.match(readFileSync(join(folder, 'models/index.ts'), 'utf8'), /^export \{ db \} from '\.\.\/my-db\.js'\n/)

  const read = (name: string): string => readFileSync(join(folder, 'models', name), 'utf8')
  const [types, videos] = [read('types.ts'), read('videos.ts')]
  writeFileSync(join(folder, 'models/videos.ts'), '// as it was\n')
  t.match(await call('pull', keyspace, '--tables', 'users_by_email', '--db', 'my-db.ts'), { code: 0 })
  t.same(readdirSync(join(folder, 'models')).sort(), ['index.ts', 'map.ts', 'types.ts', 'users-by-email.ts', 'users.ts', 'videos.ts'], 'a view comes with its base')
  t.equal(read('videos.ts'), '// as it was\n', 'what is not asked for is not touched')
  for (const name of ['Map', 'Videos', 'Users', 'UsersByEmail']) t.match(read('index.ts'), `export { ${name} } from`, 'and stays in the index')
  for (const name of types.match(/class \w+/g) ?? []) t.match(read('types.ts'), `${name} `, 'with the types that it uses')
  writeFileSync(join(folder, 'models/videos.ts'), videos)
  t.match(await call('pull', keyspace, '--tables', 'videos', '--db', 'my-db.ts', '--check'), { code: 0 }, 'the second changes nothing')
  t.match(await call('pull', keyspace, '--tables', 'odd_name', '--out', 'one'), { code: 0 })
  t.match(readFileSync(join(folder, 'one/index.ts'), 'utf8'), /export \{ (\w+) \} from '\.\/(\S+)\.js'\n$/)
  const [, own, file] = /export \{ (\w+) \} from '\.\/(\S+)\.js'\n$/.exec(readFileSync(join(folder, 'one/index.ts'), 'utf8')) ?? []
  t.match(readFileSync(join(folder, 'src/index.ts'), 'utf8'), `export { ${own} } from './${file}.js'`, 'it is called as among all')
  t.match(await call('pull', `${keyspace}x`), { code: 1, err: new RegExp(`there is no keyspace "${keyspace}x" \\(did you mean ${keyspace}\\?\\)`) })
  t.match(await call('pull', keyspace, '--tables', 'video'), { code: 1, err: /--tables: there is no table or view "video" \(did you mean videos\?\)/ })
  t.match(await call('pull', keyspace, '--db', 'none.ts'), { code: 1, err: /--db "none\.ts": there is no file/ })
  t.match(await call('pull'), { code: 1, err: /<keyspace> is missing/ })
})
