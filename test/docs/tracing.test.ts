// The programs about OpenTelemetry in docs/production.md, run as the page says.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { root } from '../support/root.js'
import { runScript } from '../support/run-script.js'

const folder = join(root, 'build/tracing')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const page = readFileSync(join(root, 'docs/production.md'), 'utf8')
const files = [...page.matchAll(/^```js (\S+)\n(.*?)^```$/gms)].map(([, name = '', text = '']) => {
  writeFileSync(join(folder, name), text)
  return name
})

async function spansOf (keyspace: string, ...before: string[]): Promise<string> {
  const environment = { CASSANDRA_HOSTS: hosts.join(','), CASSANDRA_LOCAL_DATA_CENTER: localDataCenter, CASSANDRA_KEYSPACE: keyspace }
  const { code, stdout, stderr } = await runScript([...before, 'app.mjs'], folder, environment)
  t.equal(code, 0, stderr.slice(-2000))
  return stdout
}

t.test('each request is a span below that of its handler, with the hook for ES modules and without it', async (t) => {
  t.strictSame(files, ['tracing.mjs', 'tracing-without-hook.mjs', 'app.mjs'])
  const keyspace = await uniqueKeyspace(t)
  for (const tracing of ['tracing.mjs', 'tracing-without-hook.mjs']) {
    const text = await spansOf(keyspace, '--import', `./${tracing}`)
    const [, id = ''] = /name: 'request',\s+id: '(\w+)'/.exec(text) ?? []
    const spans = text.split(/^\}$/m).filter((span) => span.includes("name: 'cassandra-driver.execute'") && span.includes(`spanId: '${id}'`))
    t.equal(spans.length, 1, `${tracing}: ${text.slice(0, 2000)}`)
  }
  t.equal(await spansOf(keyspace), '', 'and by nothing else')
})
