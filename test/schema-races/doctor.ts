// doctor where the nodes do not agree: a node that was cut off while the schema changed, down and silent; and one that says otherwise though all are up.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { Client } from '../../src/cqlengine/driver.js'
import type { LocalCassandra } from '../../src/testing/cassandra.js'
import { root } from '../support/root.js'
import type { Checks } from './checks.js'

interface Finding { readonly check: string, readonly state: string, readonly message: string, readonly remedy?: string }

export async function doctorOn (cassandra: LocalCassandra, checks: Checks): Promise<void> {
  const { hosts, localDataCenter } = cassandra
  const third = hosts[2] as string
  const client = new Client({ contactPoints: hosts.slice(0, 2), localDataCenter, socketOptions: { readTimeout: 30_000 } })
  await client.connect()
  const at = (host: string): object => ({ host: client.hosts.values().find(({ address }) => address.startsWith(`${host}:`)) })
  await client.execute("CREATE KEYSPACE consulted WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}")
  const of = (found: readonly Finding[], check: string): Finding | undefined => found.find((one) => one.check === check)

  const well = await examined(hosts)
  checks.that(well.code === 0 && of(well.found, 'schema')?.message === 'all nodes have one schema', 'doctor: three nodes that agree', well)

  const [own] = (await client.execute("SELECT schema_version FROM system.local WHERE key = 'local'", [], at(third))).rows
  await client.execute("UPDATE system.local SET schema_version = uuid() WHERE key = 'local'", [], at(third))
  const split = await examined(hosts)
  checks.that(split.code === 1 && of(split.found, 'schema')?.state === 'failed' && of(split.found, 'schema')?.message.endsWith(`another one on ${third}:9042`) === true, 'doctor: a node that is up and has another schema is named', split)
  await client.execute("UPDATE system.local SET schema_version = ? WHERE key = 'local'", [own?.['schema_version']], { ...at(third), prepare: true })

  await cassandra.pause(3)
  const silent = await examined([third])
  checks.that(silent.code === 1 && /accepts connections and says nothing/.test(of(silent.found, 'protocol')?.message ?? ''), 'doctor: a node that is silent', silent)
  // The driver waits for all nodes, and gives up on the one that is cut off.
  await client.execute('CREATE TABLE consulted.of_two (id int PRIMARY KEY)', [], at(hosts[0] as string))
  for (const when of ['silent', 'down']) {
    if (when === 'down') await cassandra.kill(3)
    const cut = await examined(hosts.slice(0, 2))
    checks.that(cut.code === 1 && of(cut.found, 'connection')?.message.includes(third) === true, `doctor: one node is ${when}: it is named`, cut)
    checks.that(of(cut.found, 'schema')?.state === 'failed' && of(cut.found, 'schema')?.message.includes(`another one on ${third}`) === true, `doctor: one node is ${when}, and lacks a change of the schema`, cut)
  }
  await cassandra.start(3)
  const again = await examined(hosts)
  checks.that(again.code === 0, 'doctor: all is well again', again)
  await client.shutdown()

  /** In a process of its own, in a folder without a project. */
  async function examined (contacts: readonly string[]): Promise<{ code: number, found: readonly Finding[] }> {
    const cwd = mkdtempSync(join(tmpdir(), 'fastify-cqlalchemy-doctor-'))
    const env = { ...process.env, CASSANDRA_HOSTS: contacts.join(','), CASSANDRA_LOCAL_DATA_CENTER: localDataCenter, CASSANDRA_KEYSPACE: 'consulted' }
    try {
      return await new Promise((resolve) => {
        execFile(process.execPath, [join(root, 'dist/command/main.js'), 'doctor', '--json'], { cwd, env }, (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code), found: stdout === '' ? [{ check: 'nothing', state: 'failed', message: stderr }] : JSON.parse(stdout) as Finding[] })
        })
      })
    } finally {
      rmSync(cwd, { recursive: true, force: true })
    }
  }
}
