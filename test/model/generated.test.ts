// Functions made of text: one place makes them, they have a name in stack traces, and the loops beside them do the same.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { generate, switchOff } from '../../src/cqlengine/model/compile/generate.js'
import { root } from '../support/root.js'
import { recorded } from './setup.js'

t.test('one file makes functions of text', (t) => {
  const folder = join(root, 'src')
  const makers = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts') && /new Function\(/.test(readFileSync(join(folder, file), 'utf8')))
  t.same(makers.map((file) => file.replaceAll('\\', '/')), ['cqlengine/model/compile/generate.ts'])
  t.end()
})

t.test('a stack trace tells what was generated', (t) => {
  const fail = generate<() => void>('of a test', { what: 'here' }, 'return () => { throw new Error(what) }')
  t.throws(fail, { message: 'here', stack: /fastify-cqlalchemy\/generated\/of%20a%20test\.js/ })
  t.end()
})

/** What a program of all kinds of work sends, and what it reads. */
async function program (context: Parameters<typeof recorded>[0]): Promise<unknown[]> {
  const db = new CQLAlchemy()
  const c = db.columns
  class Row extends db.Model.define('row', {
    id: c.Integer({ primaryKey: true }), at: c.DateTime({ default: new Date(5) }), name: c.Text({ required: true }), tags: c.Set(c.Text), scores: c.Map(c.Text, c.Integer), list: c.List(c.Integer), constructor: c.Text()
  }).as<Row>() {}
  const { client, taken } = await recorded(context, db)
  const out: unknown[] = []
  const values = { id: 1, name: 'a', tags: ['x', 'y'], scores: { a: 1 }, list: [], constructor: 'c' }
  for (const given of [values, { id: 2, name: 'b' }, { id: 3, name: 'c', tags: null, list: [1, 2] }, { id: 4, name: null }, { id: 5, name: 'e', nope: 1 }]) {
    out.push(await Row.create(given as never).then((row) => row.toJSON(), (error: unknown) => String(error)))
  }
  client.reply(/^SELECT/, () => [{ id: 1, at: new Date(7), name: 'a', tags: new Set(['x']), scores: null, list: [1], constructor: null }])
  const [whole] = await Row.objects.all()
  const [part] = await Row.objects.only('name', 'tags').all()
  for (const row of [whole, part] as Row[]) {
    out.push(row.toJSON())
    row.tags.add('z')
    row.name = 'b'
    out.push(row.getChangedColumns())
    await row.save()
    row.name = null as never
    out.push(await row.save().then(() => 'saved', String))
  }
  return [...out, ...taken().map(({ cql, params }) => [cql, params])]
}

t.test('every trick that is switched off leaves the same to loops', async (t) => {
  const generated = await program(t)
  t.ok(generated.length > 12)
  for (const trick of ['columns', 'accept', 'touched', 'quick insert', 'room', 'rows'] as const) {
    switchOff(trick)
    t.same(await program(t), generated, `${trick} and those before`)
  }
})
