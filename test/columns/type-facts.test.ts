// A CQL type says all about itself: no other folder has a list of types' names, and types that stand for another one have its facts.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { columnFunctionOf, columns as c } from '../../src/cqlengine/columns/factories.js'
import { parseType } from '../../src/cqlengine/columns/parse-type.js'
import { readsAlike } from '../../src/cqlengine/columns/reads-alike.js'
import { innerType } from '../../src/cqlengine/columns/ruled.js'
import { scalarTypes, typeNamed } from '../../src/cqlengine/columns/scalar-types.js'
import { types } from '../../src/cqlengine/driver.js'
import { root } from '../support/root.js'
import { scalars } from './random-types.js'

const names = [...Object.keys(scalarTypes), 'counter']
const { dataTypes } = types

/** Kinds of table options and JSON schemas, of which some are called like types. */
const allowed = ['cqlengine/management/table-options.ts']

t.test('nobody outside the folder of types has a list of their names', (t) => {
  const folder = join(root, 'src')
  const listing = (readdirSync(folder, { recursive: true }) as string[]).map((file) => file.replaceAll('\\', '/')).filter((file) => {
    if (!file.endsWith('.ts') || file.startsWith('cqlengine/columns/')) return false
    // Three names within two lines are a list, as strings or as the keys of an object.
    const lines = readFileSync(join(folder, file), 'utf8').split('\n')
    return lines.some((_, i) => names.filter((name) => lines.slice(i, i + 2).some((line) => line.includes(`'${name}'`) || line.trim().startsWith(`${name}: '`))).length > 2)
  })
  t.same(listing.filter((file) => !allowed.includes(file)), [])
  t.end()
})

t.test('nobody outside the folder of types compares with the name of one', (t) => {
  const folder = join(root, 'src')
  // Words of JavaScript and of kinds as well.
  const others = names.filter((name) => !['text', 'boolean', 'bigint', 'counter'].includes(name))
  const compared = new RegExp(`(?:[=!]== '(?:${others.join('|')})'|startsWith\\('\\w+<')`)
  const found = (readdirSync(folder, { recursive: true }) as string[]).map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.startsWith('cqlengine/columns/') && compared.test(readFileSync(join(folder, file), 'utf8')))
  t.same(found, [])
  t.match("type.cql !== 'blob'", compared)
  t.match("cql.startsWith('tuple<')", compared)
  t.end()
})

t.test('one file reads CQL types: nobody else looks for their words in a text', (t) => {
  const folder = join(root, 'src')
  // What a type itself is made of, the parser, and what the server says of its classes.
  const readers = ['cql-type.ts', 'type-tree.ts', 'driver-types.ts', 'reads-alike.ts'].map((file) => `cqlengine/columns/${file}`)
  const found = (readdirSync(folder, { recursive: true }) as string[]).map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !readers.includes(file) && /startsWith\('\w+<|\/[^/\n]*\b(?:frozen|list|map|set|vector|tuple|duration)\\?[<b][^/\n]*\/\w*\.(?:test|exec)/.test(readFileSync(join(folder, file), 'utf8')))
  t.same(found, [])
  t.end()
})

t.test('a type that stands for another one has its facts', (t) => {
  for (const [cql, type] of Object.entries(scalarTypes)) {
    const custom = c.custom<string>({ cql, toDatabase: (value) => value, fromDatabase: String })().type
    t.equal(custom.facts, type.facts, cql)
    t.equal(custom.base(), type, cql)
  }
  t.equal(innerType(c.Text({ maxLength: 5 })).facts, scalarTypes.text.facts, 'inside another, with rules')
  t.equal(innerType(c.Text({ maxLength: 5 })).base(), scalarTypes.text)
  t.same(parseType('list<int>', { userTypes: false }).facts, {}, 'what is composed has none of its parts')
  t.end()
})

t.test('each scalar type has a name, a column function, a number or class of the protocol, and names of types that exist', (t) => {
  const classes = new Set<string>()
  for (const name of names) {
    const type = typeNamed(name)
    t.equal(type?.cql, name)
    t.type((c as unknown as Record<string, unknown>)[columnFunctionOf(name) ?? ''], 'function', name)
    const { readsToo = [], takesBack = [], ordersAlike = [], serverClass } = type?.facts ?? {}
    for (const other of [readsToo, takesBack, ordersAlike].filter((list) => Array.isArray(list)).flat()) t.ok(typeNamed(other as string), `${name}: ${other}`)
    if (name === 'counter') continue
    t.ok(serverClass !== undefined && !classes.has(serverClass), `${name}: ${serverClass}`)
    classes.add(String(serverClass))
  }
  t.same(Object.keys(scalars).sort(), Object.keys(scalarTypes).sort(), 'each is drawn from where values are drawn by chance')
  const page = readFileSync(join(root, 'docs/columns.md'), 'utf8')
  for (const name of names) t.match(page, new RegExp(`\\b${columnFunctionOf(name)}\\b`), `docs/columns.md has ${name}`)
  t.end()
})

t.test('a rule of a column inside another one does not hide what it reads', (t) => {
  const any = { validate: () => true }
  const int = { code: dataTypes.int, info: null }
  const list = { code: dataTypes.list, info: int }
  t.ok(readsAlike(c.Set(c.List(c.Integer, any)).type, { code: dataTypes.set, info: list } as never))
  t.ok(readsAlike(c.Tuple(c.Tuple(c.Integer, any)).type, { code: dataTypes.tuple, info: [{ code: dataTypes.tuple, info: [int] }] } as never))
  t.notOk(readsAlike(c.Set(c.List(c.Text, any)).type, { code: dataTypes.set, info: list } as never))
  t.end()
})
