// The words of ValidationError#rule: those that code can produce are those that docs/columns.md lists, and each is broken by some value.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ValidationError } from '../../src/cqlengine/errors.js'
import { root } from '../support/root.js'
import { textsIn } from '../support/rows.js'
import { failure, recordingDb } from '../query/setup.js'

const page = readFileSync(join(root, 'docs/columns.md'), 'utf8')
const [, section = ''] = /## Broken rules\n(.*?)\n## /s.exec(page) ?? []
const documented = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => [...(cell as string).matchAll(/`(\w+)`/g)].map(([, word]) => word as string)).sort()

const { db } = await recordingDb(t)
const c = db.columns
class Kind extends db.Model.define('kind', { id: c.Integer({ primaryKey: true }), kind: c.Text({ discriminatorColumn: true }) }).as<Kind>() {}
class Cat extends Kind.polymorphic('cat', { lives: c.Integer() }).as<Cat>() { static { this.register() } }
class Hit extends db.Model.define('hit', { id: c.Integer({ primaryKey: true }), n: c.Counter() }).as<Hit>() {}
class Thing extends db.Model.define('thing', {
  id: c.Text({ primaryKey: true }),
  n: c.Integer(),
  name: c.Text({ maxLength: 3, required: true, default: 'a' }),
  day: c.Date(),
  tags: c.Set(c.Text),
  at: c.TimeUUID(),
  near: c.Vector(c.Float, 2, { index: { using: 'sai' } }),
  odd: c.Integer({ validate: (n) => n % 2 === 1 }),
  own: c.custom<string>({ cql: 'text', toDatabase: () => { throw new Error('no') }, fromDatabase: String })()
}).as<Thing>() {}

/** A value that breaks the rule, and nothing else. */
const broken: Record<string, () => unknown> = {
  type: () => Thing.create({ id: 'a', n: 'x' as never }),
  range: () => Thing.create({ id: 'a', n: 2 ** 31 }),
  length: () => Thing.create({ id: 'a', name: 'long' }),
  size: () => Thing.filter({ id: 'k'.repeat(65_536) }),
  syntax: () => Thing.create({ id: 'a', day: 'monday' }),
  encoding: () => Thing.create({ id: 'a', name: '\ud800' }),
  required: () => Thing.create({ id: 'a', name: null as never }),
  null: () => Thing.create({ id: 'a', tags: [null as never] }),
  empty: () => Thing.create({ id: '' }),
  version: () => Thing.create({ id: 'a', at: 'f47ac10b-58cc-4372-a567-0e02b2c3d479' }),
  zero: () => Thing.create({ id: 'a', near: [0, 0] }),
  unknown: () => Thing.create({ id: 'a', nope: 1 } as never),
  operation: () => Thing.filter({ id: 'a' }).update({ n__add: 1 } as never),
  counter: () => Hit.filter({ id: 1 }).update({ n: 1 } as never),
  key: () => Thing.filter({ id: 'a' }).update({ id: 'b' } as never),
  discriminator: () => Cat.hydrate({ id: 1, kind: 'cat' }).update({ kind: 'dog' } as never),
  frozen: () => Object.freeze(Object.assign(new Thing({ id: 'a' }), { day: '2020-01-01' })).save(),
  unreadable: () => Thing.create({ get id (): string { throw new Error('mine') } }),
  validate: () => Thing.create({ id: 'a', odd: 2 }),
  custom: () => Thing.create({ id: 'a', own: 'x' })
}

t.test('each documented rule is broken by something, and told by its word', async (t) => {
  t.same(Object.keys(broken).sort(), documented)
  for (const [rule, act] of Object.entries(broken)) {
    const error = await failure(act)
    t.ok(error instanceof ValidationError, `${rule}: ${String(error)}`)
    t.match(error, { rule, errors: [{ rule }] })
  }
})

t.test('no code knows another word', async (t) => {
  const sources = textsIn(['src'], /\.ts$/)
  const words = new Set<string>()
  for (const text of sources.values()) {
    for (const [, word] of text.matchAll(/(?:new InvalidValue\(\s*|\brule: |\.#note\(\s*\w+,\s*)'(\w+)'/g)) words.add(word as string)
  }
  t.same([...words].sort(), documented)
  // What is typed cannot be another one either: the compiler holds the constructor to this list.
  const [, typed = ''] = /export type Rule = (.*?)\n\n/s.exec(sources.get('src/cqlengine/columns/cql-type.ts') ?? '') ?? []
  t.same([...typed.matchAll(/'(\w+)'/g)].map(([, word]) => word).sort(), documented)
})
