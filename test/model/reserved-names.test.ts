// MOD-07: every name is quoted, so that words of CQL are names like others.
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { open } from './setup.js'

t.test('MOD-05 MOD-07 reserved words, capitals, quotes and spaces as names on a real server', async (t) => {
  const db = new CQLAlchemy()
  const c = db.columns
  class Table extends db.Model.define('Table', {
    select: c.Integer({ primaryKey: true }),
    'a "quoted" name': c.Integer({ primaryKey: true }),
    token: c.Text(),
    where: c.List(c.Text),
    insert: c.Map(c.Text, c.Text),
    from: c.Set(c.Text, { static: true }),
    ключ: c.Text({ dbField: 'KEY' }),
    values: c.Text(),
    then: c.Text()
  }).as<Table>() {}
  class Reserved extends db.UserType.define('Type', { select: c.Text(), 'a "b"': c.Integer() }) {}
  class Using extends db.Model.define('using', { key: c.Text({ primaryKey: true }), set: c.UserDefinedType(Reserved, { frozen: false }) }).as<Using>() {}
  await open(t, db)
  const row = await Table.create({ select: 1, 'a "quoted" name': 2, token: 't', where: ['w'], insert: { k: 'v' }, from: ['f'], ключ: 'к', values: 'v', then: 'th' } as never)
  const read = await Table.get({ select: 1, 'a "quoted" name': 2 })
  t.ok(read.equals(row))
  read.token = null
  read.where.push('x')
  read.insert.set('z', 'y')
  read.from.add('g')
  Object.assign(read, { ключ: 'л', then: null })
  await read.save()
  t.ok((await Table.get({ select: 1, 'a "quoted" name': 2 })).equals(read))
  await read.delete()
  t.equal(await Table.filter({ select: 1, 'a "quoted" name': 2 }).count(), 0)
  const using = await Using.create({ key: 'k', set: { select: 's', 'a "b"': 1 } as never })
  if (using.set !== null) using.set['a "b"'] = 2
  await using.save()
  t.same((await Using.get({ key: 'k' })).set?.['a "b"'], 2)
})
