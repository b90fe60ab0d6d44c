// The example whose build fails when models and cluster differ, as npm runs it.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { connectedClient, hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { root } from '../support/root.js'

interface Outcome { readonly code: number, readonly out: string }

t.test('the build passes when models and cluster agree, and says what differs when not, either way', async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const folder = join(t.testdir(), 'schema-in-ci')
  cpSync(join(root, 'examples/schema-in-ci'), folder, { recursive: true })
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  symlinkSync(root, join(folder, 'node_modules/fastify-cqlalchemy'), 'junction')
  writeFileSync(join(folder, 'node_modules/.bin/fastify-cqlalchemy'),
    `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'dist/command/main.js')}' "$@"\n`, { mode: 0o755 })
  const inherited = Object.entries(process.env).filter(([name]) => !/^_?TAP|^NODE_OPTIONS$|^CASSANDRA_|^npm_/.test(name))
  const env = { ...Object.fromEntries(inherited), CASSANDRA_HOSTS: hosts.join(','), CASSANDRA_LOCAL_DATA_CENTER: localDataCenter, CASSANDRA_KEYSPACE: keyspace }
  const npm = (script: string): Promise<Outcome> => new Promise((resolve) => {
    execFile('npm', ['run', '--silent', script], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: stdout + stderr })
    })
  })

  t.match(await npm('deploy'), { code: 0 })
  t.same(await npm('build'), { code: 0, out: 'nothing to do: the models and the database agree\n' })

  const file = join(folder, 'db.js')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('page: c.Text()', "page: c.Text(),\n  'Time spent': c.Integer()"))
  const statement = `ALTER TABLE "${keyspace}"\\."visit" ADD (?:IF NOT EXISTS )?"Time spent" int;`
  t.match(await npm('build'), { code: 2, out: new RegExp(`^\\+ ${statement}\n1 statement\n$`) }, 'the model has more')
  writeFileSync(file, text)

  const client = await connectedClient(t)
  await client.execute(`ALTER TABLE ${keyspace}.visit ADD referrer text`)
  t.match(await npm('build'), { code: 2, out: /warning: .*"visit".*"referrer"/ }, 'the cluster has more')
})

t.test('it asks for this version of the package', async (t) => {
  const manifest = (folder: string): { version: string, dependencies: Record<string, string> } => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  t.equal(manifest('examples/schema-in-ci').dependencies['fastify-cqlalchemy'], `^${manifest('.').version}`)
})
