import t from 'tap'
import { openInEditor } from '../support/editor.js'

const editor = openInEditor(`
import { randomUUID } from 'node:crypto'
import { CQLAlchemy } from 'fastify-cqlalchemy/core'

const db = new CQLAlchemy()
const c = db.columns

class User extends db.Model.define('user', {
  uid: c.UUID({ primaryKey: true, default: randomUUID }),
  name: c.Text({ required: true }),
  email: c.Text({ index: true, maxLength: 200 }),
  age: c.Integer({ validate: (v) => v >= 0 }),
  balance: c.Decimal(),
  tags: c.Set(c.Text),
  logins: c.List(c.DateTime()),
  settings: c.Map(c.Text, c.Boolean),
  seen: c.DateTime({ default: () => new Date() }),
  home: c.Tuple(c.Double, c.Double)
}).as<User>() {
  greet () { return 'Hello ' + this.name }
}
class Admin extends User.define('admin', { rights: c.Set(c.Text) }).as<Admin>() {}

const created = await User.create({ name: 'a' })
const got = await User.get({ uid: created.uid })
const query = User.filter({ email: 'a@b.c' })
const all = await query.all()
const first = await User.objects.first()
const part = await User.objects.only('name').get()
const page = await User.objects.page()
const object = created.toObject()
const admin = await Admin.objects.limit(1).get()
const rows = await User.objects.valuesList('name', 'age').all()
for await (const one of query.orderBy('-seen')) one.age = 5
await created.update({ tags__add: ['a'], age: null })
await query.update({ age: 6 })
void [created.name, created.balance, created.tags, created.settings, got.greet(), all, first, part, page, object, admin, rows]
`)

const hovers = (places: readonly (readonly [before: string, after: string])[]) => places.map(([before, after]) => editor.hover(before, after))

t.test('the program is right', async (t) => {
  t.same(editor.errors(), [])
})

t.test('variables are shown by the name of the model', async (t) => {
  t.same(hovers([
    ['class ', 'User'], ['const ', 'created'], ['const ', 'got'], ['const ', 'query'], ['const ', 'all'], ['const ', 'first'], ['const ', 'part'],
    ['const ', 'page'], ['const ', 'object'], ['class ', 'Admin'], ['const ', 'admin'], ['(const ', 'one']
  ]), [
    'class User', 'const created: User', 'const got: User', 'const query: Q<typeof User>', 'const all: User[]', 'const first: User | null',
    'const part: PartialRow<User, "name">', 'const page: Page<User>', 'const object: Row<User>', 'class Admin', 'const admin: Admin', 'const one: User'
  ])
})

t.test('operations are shown in one short line, their arguments by the name of the model', async (t) => {
  for (const [before, after, argument] of [
    ['User.', 'create', 'Create<User>'], ['User.', 'get', 'Filter<User>'], ['User.', 'filter', 'Filter<User>'], ['created.', 'update', 'Update<User>'],
    ['query.', 'update', 'Update<User>'], ['query.', 'orderBy', 'Order<User>'], ['query.', 'all', 'User'], ['objects.', 'first', 'User'],
    ['objects.', 'only', 'PartialRow<User, "name">'], ['got.', 'greet', 'User']
  ] as const) {
    const hover = editor.hover(before, after)
    t.ok(hover.includes(argument), `${hover} names ${argument}`)
    t.ok(hover.length < 140 && !hover.includes('\n'), `${before}${after}: ${hover.length} characters`)
  }
})

t.test('fields are shown as what they hold, and keys of literals as what they take', async (t) => {
  t.same(hovers([
    ['created.', 'name'], ['created.', 'balance'], ['created.', 'tags'], ['created.', 'settings'], ['one.', 'age'], ['const ', 'rows'],
    ['create({ ', 'name'], ['filter({ ', 'email'], ['update({ ', 'tags__add'], ['  ', 'name: c']
  ]), [
    '(property) name: string', '(property) balance: types.BigDecimal | null', '(property) tags: Set<string>', '(property) settings: Map<string, boolean>',
    '(property) age: number | null', 'const rows: [string, number | null][]', '(property) name: string', '(property) email?: string | undefined',
    '(property) tags__add?: readonly string[] | ReadonlySet<string> | undefined', '(property) name: Column<string, "required", "text", string, never>'
  ])
})

t.test('an editor offers the columns with their operators, and the options of a column', async (t) => {
  const filters = editor.completions('filter({ ')
  for (const name of ['uid', 'email', 'email__like', 'age__gte', 'tags__contains', 'settings__containsKey']) t.ok(filters.includes(name), name)
  for (const name of ['age__like', 'tags__in', 'settings__like']) t.notOk(filters.includes(name), `no ${name}`)
  const options = editor.completions('c.Text({ index: true, ')
  for (const name of ['required', 'default', 'minLength', 'clusteringOrder']) t.ok(options.includes(name), name)
})
