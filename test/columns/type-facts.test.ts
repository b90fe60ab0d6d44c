// A CQL type says all about itself: no other folder has a list of types' names, and types that stand for another one have its facts.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { parseType, scalarTypes } from '../../src/cqlengine/columns/parse-type.js'
import { innerType } from '../../src/cqlengine/columns/ruled.js'
import { root } from '../support/root.js'

const names = [...Object.keys(scalarTypes), 'counter']

/** Pairs of types that were measured on servers; kinds of table options, of which some are called like types. */
const allowed = ['management/dropped-columns.ts', 'management/index-rules.ts', 'management/table-options.ts']

t.test('nobody outside the folder of types has a list of their names', (t) => {
  const folder = join(root, 'src/cqlengine')
  const listing = (readdirSync(folder, { recursive: true }) as string[]).map((file) => file.replaceAll('\\', '/')).filter((file) => {
    if (!file.endsWith('.ts') || file.startsWith('columns/')) return false
    // Three names within two lines are a list.
    const lines = readFileSync(join(folder, file), 'utf8').split('\n')
    return lines.some((_, i) => names.filter((name) => lines.slice(i, i + 2).some((line) => line.includes(`'${name}'`))).length > 2)
  })
  t.same(listing.filter((file) => !allowed.includes(file)), [])
  t.end()
})

t.test('a type that stands for another one has its facts', (t) => {
  for (const [cql, type] of Object.entries(scalarTypes)) {
    const custom = c.custom<string>({ cql, toDatabase: (value) => value, fromDatabase: String })().type
    t.equal(custom.facts, type.facts, cql)
  }
  t.equal(innerType(c.Text({ maxLength: 5 })).facts, scalarTypes.text.facts, 'inside another, with rules')
  t.same(parseType('list<int>').facts, {}, 'what is composed has none of its parts')
  t.end()
})
