// shell: the db and its models by name, line by line from a pipe.
import t from 'tap'
import { uniqueKeyspace } from '../support/cassandra.js'
import { core, project } from './running.js'

const models = `
import { CQLAlchemy } from '${core}'
export const db = new CQLAlchemy()
const c = db.columns
export class User extends db.Model.define('user', { uid: c.Integer({ primaryKey: true }), name: c.Text(), tags: c.Set(c.Text), secret: c.Text({ hidden: true }) }).as() { static { this.register() } }
class Order extends db.Model.define('order_line', { id: c.Integer({ primaryKey: true }) }).as() {}
`
const keyspace = await uniqueKeyspace(t)
const { feed } = project(t, { 'db.mjs': models })
const shell = async (input: string): Promise<{ code: number, out: string, err: string }> => await feed(input, 'shell', '--db', 'db.mjs', '--keyspace', keyspace)

t.test('piped lines run one after the other, with await, and rows are tables', async (t) => {
  const outcome = await shell(`
await db.syncDb() && 1
await User.create({ uid: 1, name: 'Ada', tags: ['a'], secret: 's' }), await User.create({ uid: 2, name: 'Grace' }), 'made'
const users = await User.filter({ uid: 1 }).all()
users
users.map(
  (user) => user.name
)
(await OrderLine.objects.all()).length
.cql SELECT uid, name FROM ${keyspace}.user;
.models
.ddl User
`)
  t.match(outcome, { code: 0, err: '' })
  t.match(outcome.out, /'made'\nuid \| name \| tags\n-+.*\n1 +\| Ada +\| .*'a'.*\n1 row\n\[ 'Ada' \]\n0\n/)
  t.notMatch(outcome.out, /\bs\n/, 'hidden columns are not shown')
  t.match(outcome.out, /\nuid \| name\n----\+------\n(?:.*\n){2}2 rows\n/)
  t.match(outcome.out, /User \(user\): uid\* int, name text, tags set<text>, secret text\nOrderLine \(order_line\): id\* int\n/)
  t.match(outcome.out, new RegExp(`CREATE TABLE IF NOT EXISTS "${keyspace}"\\."user" \\(\n  "uid" int,\n`))
})

t.test('the first line that throws ends it, and is told by its number', async (t) => {
  t.match(await shell("1 + 1\n\nawait User.get({ uid: 99 })\n'never'\n"), { code: 1, out: '2\n', err: /^error: line 3: .*get: no row fits/ })
  t.match(await shell('nothing.at.all\n'), { code: 1, err: /line 1: ReferenceError: nothing is not defined/ })
  t.match(await shell('[1,\n2\n'), { code: 1, err: /line 2: the input ends in the middle of a statement/ })
  t.match(await shell('.ddl Usr\n'), { code: 1, err: /line 1: \.ddl: there is no model "Usr" \(did you mean User\?\); there are User, OrderLine/ })
  t.match(await shell('.moddels\n'), { code: 1, err: /line 1: there is no command \.moddels \(did you mean models\?\)/ })
  t.match(await shell('.cql SELEC\n'), { code: 1, err: /line 1: .*no viable alternative/ })
})

t.test('what lines log is shown, .exit ends, and values that print badly are no failure', async (t) => {
  const logged = await shell('for (const n of [1, 2]) console.log("Uncaught", n)\nconsole.error("beside")\n.exit\n\'never\'\n')
  t.match(logged, { code: 0, out: 'Uncaught 1\nUncaught 2\n', err: 'beside\n' })
  t.match(await shell('[{ at: new Date(NaN) }, { at: new Date(0) }]\n'), { code: 0, err: '', out: /\nInvalid Date\n1970-01-01T00:00:00\.000Z\n2 rows\n/ })
  t.match(await shell('.cql SELECT table_name FROM system_schema.columns PER PARTITION LIMIT 1\n'), { code: 0, err: '' })
  const wrong = await shell('1 +* 2\n')
  t.match(wrong, { code: 1, err: "error: line 1: SyntaxError: Unexpected token '*'\n" })
  t.notMatch(wrong.err, /\n +at /, 'no stack of ours')
})
