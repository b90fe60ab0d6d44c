// GET by key through Fastify: what a request costs the server, with the driver alone, with its Mapper and with a model. The server is a process of its own,
// since what the client of HTTP costs is nobody's. `ONLY=requests node --expose-gc build/bench/on-a-node.js`
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { fileURLToPath } from 'node:url'
import fastify from 'fastify'
import { CQLAlchemy } from '../src/cqlalchemy.js'
import { median, print } from './measure.js'
import { defineWide, setUp } from './set-up.js'

const ways = ['driver', 'Mapper', 'fastify-cqlalchemy']
const requests = 4000
const passes = 7

if (process.argv[2] === 'serve') await serve()

/** The same answer three ways. Sets, maps and bigints are no JSON by themselves. */
async function serve (): Promise<void> {
  const { fastifyCqlalchemy } = await import('../src/fastify/plugin.js')
  const { client, mapper, keyspace, table, hosts, localDataCenter } = await setUp()
  const readText = `SELECT * FROM ${keyspace}.${table} WHERE id = ?`
  const wideMapper = mapper.forModel('Wide')
  const plain = (row: Record<string, unknown>) => ({ ...row, c: String(row['c']), tags: [...row['tags'] as Set<string>], scores: Object.fromEntries(row['scores'] as Map<string, number>) })
  const notFound = () => Object.assign(new Error('no such row'), { statusCode: 404 })
  interface ById { Params: { id: string } }

  const bare = fastify()
  bare.get<ById>('/driver/:id', async ({ params: { id } }) => {
    const row = (await client.execute(readText, [id], { prepare: true })).first() as Record<string, unknown> | null
    if (row === null) throw notFound()
    return plain(row)
  })
  bare.get<ById>('/Mapper/:id', async ({ params: { id } }) => {
    const row = await wideMapper.get({ id }) as Record<string, unknown> | null
    if (row === null) throw notFound()
    return plain(row)
  })
  const withPlugin = fastify()
  const db = new CQLAlchemy()
  const Wide = defineWide(db)
  await withPlugin.register(fastifyCqlalchemy, { db, hosts, localDataCenter, keyspace, env: false })
  withPlugin.get<ById>('/fastify-cqlalchemy/:id', async ({ params: { id } }) => await Wide.get({ id }))
  const urls = [await bare.listen({ port: 0, host: '127.0.0.1' }), await withPlugin.listen({ port: 0, host: '127.0.0.1' })]
  process.on('message', (told) => {
    if (told === 'end') process.exit(0)
    globalThis.gc?.()
    process.send?.(process.cpuUsage())
  })
  process.send?.(urls)
}

export async function compareRequests (at: { hosts: readonly string[], localDataCenter: string }, idOf: (i: number) => string): Promise<void> {
  const env = { ...process.env, CASSANDRA_HOSTS: at.hosts.join(), CASSANDRA_LOCAL_DATA_CENTER: at.localDataCenter }
  const server = fork(fileURLToPath(import.meta.url), ['serve'], { env, execArgv: ['--expose-gc'] })
  const answer = async (): Promise<unknown> => (await once(server, 'message') as unknown[])[0]
  const cpu = async (): Promise<number> => {
    server.send('cpu')
    const { user, system } = await answer() as NodeJS.CpuUsage
    return user + system
  }
  const [bare, withPlugin] = await answer() as string[]
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const ask = async (url: string): Promise<string> => await new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (part: string) => { body += part }).on('end', () => {
        if (response.statusCode === 200) resolve(body)
        else reject(new Error(`${url}: ${response.statusCode}: ${body}`))
      }).on('error', reject)
    }).on('error', reject)
  })
  const urlOf = (way: string, i: number): string => `${way === 'fastify-cqlalchemy' ? withPlugin : bare}/${way}/${idOf(i)}`
  const run = async (way: string, n: number): Promise<void> => {
    let next = 0
    await Promise.all(Array.from({ length: 32 }, async () => { while (next < n) await ask(urlOf(way, next++)) }))
  }

  const answers = await Promise.all(ways.map(async (way) => JSON.parse(await ask(urlOf(way, 0))) as object))
  const texts = answers.map((one) => JSON.stringify(Object.entries(one).sort()))
  if (new Set(texts).size !== 1) throw new Error(`The answers differ:\n${texts.join('\n')}`)
  const samples = ways.map(() => ({ wall: [] as number[], cpu: [] as number[] }))
  for (const way of ways) await run(way, requests)
  for (let pass = 0; pass < passes; pass++) {
    for (const [i, way] of ways.entries()) {
      await run(way, requests / 10)
      const [used, started] = [await cpu(), performance.now()]
      await run(way, requests)
      samples[i]?.wall.push((performance.now() - started) * 1000 / requests)
      samples[i]?.cpu.push((await cpu() - used) / requests)
    }
  }
  print('GET by key through Fastify, 32 at a time (CPU of the server)', ways.map((name, i) => ({
    name, wall: median(samples[i]?.wall ?? []), cpu: median(samples[i]?.cpu ?? [])
  })))
  agent.destroy()
  server.send('end')
  await once(server, 'exit')
}
