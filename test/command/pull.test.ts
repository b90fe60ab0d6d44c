// pull: files as one would write them by hand, which compile, agree with the keyspace, and are the same the next time.
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { compile } from '../support/compile.js'
import { connectedClient, uniqueKeyspace } from '../support/cassandra.js'
import { root } from '../support/root.js'
import { project } from './running.js'

const keyspace = await uniqueKeyspace(t)
const client = await connectedClient(t)

/** A shop for videos with its sensors: all kinds of keys, indexes, options, types and names. */
const schema = `
CREATE TYPE place (street text, city text, zip int);
CREATE TYPE "Contact_Person" (name text, "home of" frozen<place>, phones map<text, text>);
CREATE TYPE encoding (name text, bit_rates set<frozen<tuple<text, int>>>, "save" text, save_ int, "__proto__" text);
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
await client.execute(`CREATE MATERIALIZED VIEW ${keyspace}.users_by_email AS SELECT email, userid, firstname FROM ${keyspace}.users WHERE email IS NOT NULL AND userid IS NOT NULL PRIMARY KEY (email, userid)`).catch(() => undefined)

const { call, folder } = project(t, { 'package.json': '{ "type": "module" }' })

t.test('the files compile under strict, diff finds nothing, and a second pull changes no byte', async (t) => {
  const first = await call('pull', keyspace, '--out', 'src')
  t.match(first, { code: 0, err: 'warning: table taken, column __proto__: the driver cannot read a column of this name; the model leaves it out\n' })
  const texts = (): string[] => readdirSync(join(folder, 'src')).sort().map((name) => `${name}\n${readFileSync(join(folder, 'src', name), 'utf8')}`)
  const before = texts()
  t.ok(before.length >= 19, `${before.length} files`)
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
  t.match(await call('pull', `${keyspace}x`), { code: 1, err: new RegExp(`there is no keyspace "${keyspace}x" \\(did you mean ${keyspace}\\?\\)`) })
  t.match(await call('pull', keyspace, '--tables', 'video'), { code: 1, err: /--tables: there is no table or view "video" \(did you mean videos\?\)/ })
  t.match(await call('pull', keyspace, '--db', 'none.ts'), { code: 1, err: /--db "none\.ts": there is no file/ })
  t.match(await call('pull'), { code: 1, err: /<keyspace> is missing/ })
})
