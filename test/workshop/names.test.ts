// A name means one thing: what a file of the mapper offers to others is called like no other function of it, so that reading and searching
// lead to one place.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../support/root.js'

interface Declared { readonly name: string, readonly file: string, readonly isExported: boolean }

const folder = join(root, 'src/cqlengine')
const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'))

function declaredIn (file: string): Declared[] {
  const found = readFileSync(join(folder, file), 'utf8').matchAll(/^(export )?(?:async )?function ?\*? ?(\w+)/gm)
  const declared = [...found].map(([, exported, name = '']) => ({ name, file, isExported: exported !== undefined }))
  // The signatures of one function stand one after the other.
  return declared.filter(({ name }, i) => name !== declared[i - 1]?.name)
}

t.test('an exported function has a name of its own among all functions of the mapper', async (t) => {
  const all = files.flatMap(declaredIn)
  const exported = all.filter((one) => one.isExported)
  t.ok(exported.length > 300, `${exported.length} of ${all.length} functions are exported`)
  for (const { name, file } of exported) {
    const others = all.filter((other) => other.name === name && other.file !== file)
    t.same(others, [], `${name} of ${file}`)
  }
})

t.test('an exported constant or class is called like nothing else that is exported', async (t) => {
  const values = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/^export (?:abstract )?(?:const|class|(?:async )?function ?\*?) ?(\w+)/gm)].map(([, name = '']) => ({ name, file })))
  const places = new Map<string, Set<string>>()
  for (const { name, file } of values) places.set(name, (places.get(name) ?? new Set()).add(file))
  t.ok(places.size > 400, `${places.size} names`)
  t.same([...places].filter(([, where]) => where.size > 1).map(([name, where]) => [name, ...where]), [])
})

/** Classes that are the body of what users see as an interface of that name: one thing. */
const bodies = ['QuerySet', 'Scan']

t.test('an exported type is called like no other type of the mapper', async (t) => {
  const all = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/^(export )?(?:declare )?(?:abstract )?(?:interface|type|class|enum) (\w+)/gm)]
      .map(([, exported, name = '']) => ({ name, file, isExported: exported !== undefined })))
  const exported = all.filter((one) => one.isExported)
  t.ok(exported.length > 250, `${exported.length} of ${all.length} types are exported`)
  const shared = exported.filter(({ name, file }) => all.some((other) => other.name === name && other.file !== file))
  t.same(shared.filter(({ name }) => !bodies.includes(name)).map(({ name, file }) => `${name} of ${file}`), [])
  t.same([...new Set(shared.map(({ name }) => name))].sort(), bodies)
})
