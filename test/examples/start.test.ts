// `npm start` as a person sees it: what the terminal shows, curl, Ctrl-C, and yesterday's rows on the next day.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { validate } from '@readme/openapi-parser'
import t from 'tap'
import { connectedClient, hosts } from '../support/cassandra.js'
import { root } from '../support/root.js'

interface Started { readonly child: ChildProcess, readonly url: string, output (): string }

async function start (cwd: string, environment: Record<string, string>): Promise<Started> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^_?TAP|^NODE_OPTIONS$|^CASSANDRA_/.test(name))
  const child = spawn(process.execPath, [join(root, 'build/examples/start.js')], { cwd, env: { ...Object.fromEntries(inherited), PORT: '0', ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString()
      const found = /curl (http:\/\/localhost:\d+\/users)\n/.exec(text)
      if (found?.[1] !== undefined) resolve(found[1])
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('close', (code) => { reject(new Error(`it ended with ${code}:\n${text}`)) })
  })
  return { child, url, output: () => text }
}

async function interrupt (child: ChildProcess): Promise<number | null> {
  const ended = once(child, 'close') // not `exit`: output may still be on its way then
  child.kill('SIGINT')
  const [code] = await ended as [number | null]
  return code
}

async function create (url: string, username: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username }) })
  if (!response.ok) throw new Error(await response.text())
}

t.test('npm start with a Cassandra of its own keeps its rows from day to day', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'start-'))
  t.teardown(async () => { await rm(folder, { recursive: true, force: true }) })
  const first = await start(folder, {})
  t.teardown(() => { first.child.kill('SIGKILL') })
  t.match(first.output(), /Cassandra is ready after \d+\.\d s/)
  t.match(first.output(), /Keyspace cqlengine is there, with the tables user/)
  await create(first.url, 'John Doe')
  t.equal(await interrupt(first.child), 0, 'Ctrl-C ends it in order')
  t.match(first.output(), /Ended\.\s*$/)

  const second = await start(folder, {})
  t.teardown(() => { second.child.kill('SIGKILL') })
  t.match(await (await fetch(second.url)).json(), [{ username: 'John Doe' }])
  t.notMatch(second.output(), /jars/, 'nothing was fetched')
  t.equal(await interrupt(second.child), 0)
})

t.test('npm start uses the cluster of CASSANDRA_HOSTS, and starts none; the address that it prints first is a page whose schemas are those of the models', async (t) => {
  const client = await connectedClient(t)
  t.teardown(async () => { await client.execute('DROP KEYSPACE IF EXISTS cqlengine', [], { readTimeout: 30_000 }) })
  await client.execute('DROP KEYSPACE IF EXISTS cqlengine', [], { readTimeout: 30_000 })
  await client.execute("CREATE KEYSPACE cqlengine WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}")
  await client.execute('CREATE TABLE cqlengine.user (uid uuid PRIMARY KEY, username text, forgotten text)')
  const started = await start(tmpdir(), { CASSANDRA_HOSTS: hosts.join(',') })
  t.teardown(() => { started.child.kill('SIGKILL') })
  t.notMatch(started.output(), /starting Cassandra/i)
  t.match(started.output(), /"level":40.*"msg":"[^\n]*forgotten/, 'what the tables have beside the models is told')
  await create(started.url, 'Jane Doe')
  t.match((await client.execute('SELECT username FROM cqlengine.user')).rows, [{ username: 'Jane Doe' }])
  t.match(await (await fetch(`${started.url}/no-uuid`)).json(), { statusCode: 400, code: 'FST_ERR_VALIDATION' })

  const [address = ''] = /http:\S+/.exec(started.output().replace(/^\{.*\}$/gm, '')) ?? [] // not in the log's lines
  t.match(started.output(), `Open ${address} in a browser`)
  const page = await fetch(address)
  t.match(page.headers.get('content-type'), /^text\/html/)
  t.match(await page.text(), /swagger-ui/)
  const document = await (await fetch(`${address}json`)).json() as { paths: Record<string, unknown>, components: { schemas: Record<string, unknown> } }
  t.same(Object.keys(document.paths), ['/users', '/users/{uid}'], 'the page itself is no part of it')
  t.same(Object.keys(document.components.schemas).sort(), ['user', 'user.create', 'user.key', 'user.partial', 'user.update'])
  t.match(document.components.schemas['user'], { properties: { uid: { format: 'uuid' }, username: { nullable: true } } })
  t.match(document.paths['/users'], { post: { requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/user.create' } } } } } })
  t.match(await validate(document as never), { valid: true })
  t.equal(await interrupt(started.child), 0)
})

t.test('npm start without Java says what to install, in one message', async (t) => {
  await t.rejects(start(tmpdir(), { PATH: '/nowhere', JAVA_HOME: '' }), { message: /Java 17/ })
  await t.rejects(start(tmpdir(), { PATH: '/nowhere', JAVA_HOME: '' }), { message: /^(?![\s\S]*\n\s+at )/ }, 'no stack trace')
})
