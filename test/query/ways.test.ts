// How long the ways of a write are: the house stays one that can be walked through.
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { root } from '../support/root.js'
import { runScript } from '../support/run-script.js'

interface Way { readonly files: string[], readonly climbs: string[] }

t.test('the options of a write pass at most 12 files on their way to the network, and climb at most 3 times', async (t) => {
  const { code, stderr, lastLine } = await runScript([fileURLToPath(new URL('programs/ways.js', import.meta.url))], root)
  t.equal(code, 0, stderr)
  const ways = Object.entries(JSON.parse(lastLine ?? '{}') as Record<string, Way>)
  t.equal(ways.length, 6)
  for (const [what, { files, climbs }] of ways) {
    t.comment(`${what}: ${files.length} files, ${climbs.length} climbs`)
    t.equal(files.at(-1), 'connection/session', `the way of ${what} was followed to its end`)
    t.ok(files.length <= 12, `${what} passes ${files.join(', ')}`)
    t.ok(climbs.length <= 3, `${what} climbs ${climbs.join(', ')}`)
  }
})
