// `npm ci` warns of nothing on the oldest Node that the package promises: nothing that it installs asks for a newer one.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../support/root.js'

interface Locked { readonly engines?: { readonly node?: string }, readonly optional?: boolean }

const { satisfies, minVersion } = createRequire(import.meta.url)('semver') as { satisfies (version: string, range: string): boolean, minVersion (range: string): { version: string } }
const read = <T>(path: string): T => JSON.parse(readFileSync(join(root, path), 'utf8')) as T
const { engines } = read<{ engines: { node: string } }>('package.json')
const { packages } = read<{ packages: Record<string, Locked> }>('package-lock.json')
const oldest = minVersion(engines.node).version

t.test('no package of the lock file asks for a newer Node', async (t) => {
  t.equal(oldest, '20.19.0')
  t.ok(Object.keys(packages).length > 300)
  // npm leaves out what is optional and does not fit, without a word.
  const newer = Object.entries(packages).filter(([, locked]) => locked.optional !== true && locked.engines?.node !== undefined && !satisfies(oldest, locked.engines.node))
  t.same(newer.map(([path, locked]) => `${path}: ${String(locked.engines?.node)}`), [])
})

t.test('the workflow and `npm run test:node` try the same versions, from the oldest on', async (t) => {
  const [, inWorkflow = ''] = /node: \[(.*?)\]/.exec(readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8')) ?? []
  const [, inCommand = ''] = /promised = \[(.*?)\]/.exec(readFileSync(join(root, 'test/node-versions/main.ts'), 'utf8')) ?? []
  t.equal(inWorkflow, inCommand)
  t.ok(inCommand.startsWith(`'${oldest.replace(/\.0$/, '')}'`), inCommand)
})
