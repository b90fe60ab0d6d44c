// Prints, for each kind of write, the files that its options pass on their way to the network, and the calls that climb. Every function of
// the mapper tells what it was given (test/support/reporting-hooks.ts); one that was given the TTL or the timestamp, or something made of
// it, stands on the way. Run by ways.test.ts.
import { readFileSync } from 'node:fs'
import { register } from 'node:module'
import type { MockClient } from '../../../src/testing/mock-client.js'

/** Stands for the options: nothing else has this number. */
const mark = 424_242
const session = 'connection/session'

interface Way { readonly files: Set<string>, readonly climbs: string[] }
let way: Way | undefined
const running: string[] = []
const nothing = (): void => {}

Object.assign(globalThis, {
  passed (file: string, given: readonly unknown[]): () => void {
    if (way === undefined || !given.some((one) => holds(one, 4))) return nothing
    const from = running.at(-1)
    if (from !== undefined && from !== file && standsAbove(file, from)) way.climbs.push(`${from} → ${file}`)
    way.files.add(file)
    if (file === session) way = undefined // the door to the network: what comes back is another way
    running.push(file)
    return () => { running.pop() }
  }
})

function holds (value: unknown, depth: number): boolean {
  if (value === mark || value === BigInt(mark)) return true
  if (depth === 0 || typeof value !== 'object' || value === null) return false
  return Object.values(Object.getOwnPropertyDescriptors(value)).some((own) => holds(own.value, depth - 1))
}

const dist = new URL('../../../../dist/cqlengine/', import.meta.url)
const imported = new Map<string, ReadonlySet<string>>()

/** True where one file imports the other, directly or not. */
function standsAbove (file: string, other: string): boolean {
  return importsOf(file).has(other)
}

function importsOf (file: string): ReadonlySet<string> {
  const known = imported.get(file)
  if (known !== undefined) return known
  const all = new Set<string>()
  imported.set(file, all)
  const source = new URL(`${file}.js`, dist)
  for (const [, specifier = ''] of readFileSync(source, 'utf8').matchAll(/^(?:import|export) .*from '(\.[^']+)\.js'/gm)) {
    const next = new URL(specifier, source).pathname.slice(dist.pathname.length)
    if (next.startsWith('/') || next === '') continue
    all.add(next)
    for (const further of importsOf(next)) all.add(further)
  }
  return all
}

register('../../support/reporting-hooks.js', import.meta.url)
const { CQLAlchemy } = await import('../../../src/cqlalchemy.js')
const { mockClient } = await import('../../../src/testing/mock-client.js')

const client: MockClient = mockClient()
const db = await new CQLAlchemy().init({ client, keyspace: 'k', env: false })
const c = db.columns
class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), n: c.Integer(), tags: c.Set(c.Text) }).as<Row>() {}

async function walk (write: () => Promise<unknown>): Promise<{ files: string[], climbs: string[] }> {
  await write() // what is made once is made
  const walked: Way = way = { files: new Set(), climbs: [] }
  await write()
  way = undefined
  return { files: [...walked.files], climbs: walked.climbs }
}

const row = await Row.create({ id: 1, n: 1 })
const ways = {
  create: await walk(() => Row.create({ id: 1, n: 1 }, { ttl: mark })),
  save: await walk(() => { row.n = (row.n ?? 0) + 1; row.tags.add(String(row.n)); return row.save({ ttl: mark }) }),
  update: await walk(() => row.update({ n: (row.n ?? 0) + 1 }, { ttl: mark })),
  delete: await walk(() => row.delete({ timestamp: BigInt(mark) })),
  'update by a filter': await walk(() => Row.filter({ id: 1 }).ttl(mark).update({ n: 1 })),
  'delete by a filter': await walk(() => Row.filter({ id: 1 }).timestamp(BigInt(mark)).delete())
}
await db.close()
console.log(JSON.stringify(ways))
