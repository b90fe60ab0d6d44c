// Three nodes, a door in front of each, and what can be done to them.
import { readFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import driver from 'cassandra-driver'
import { startCassandra } from 'fastify-cqlalchemy/testing'
import type { LocalCassandra } from 'fastify-cqlalchemy/testing'
import type { Door } from './door.js'
import { doorTo } from './door.js'
import { counters, tallyTable } from './task.js'

export const keyspace = 'faults'

export class Stage {
  readonly cassandra: LocalCassandra
  readonly doors: readonly Door[]
  readonly #folder: string

  static async open (log: (line: string) => void): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'faults-'))
    const cassandra = await startCassandra({ nodes: 3, directory: folder, log })
    const stage = new Stage(cassandra, await Promise.all(cassandra.hosts.map(doorTo)), folder)
    await stage.ask(async (client) => {
      await client.execute(`CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}`)
      await client.execute(`CREATE TABLE ${keyspace}.${tallyTable} (id int PRIMARY KEY, n counter)`)
    })
    return stage
  }

  private constructor (cassandra: LocalCassandra, doors: readonly Door[], folder: string) {
    this.cassandra = cassandra
    this.doors = doors
    this.#folder = folder
  }

  /** From the address of each node to its door. */
  get addresses (): Record<string, string> {
    return Object.fromEntries(this.cassandra.hosts.map((host, i) => [host.split(':')[0], this.doors[i]?.host ?? '']))
  }

  async close (): Promise<void> {
    // Nothing of it is needed again: no time for a good end.
    await Promise.all([1, 2, 3].map((node) => this.cassandra.kill(node)))
    await this.cassandra.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** A client of its own, of no side. */
  async ask<T> (question: (client: driver.Client) => Promise<T>, contactPoints: readonly string[] = this.cassandra.hosts): Promise<T> {
    const client = new driver.Client({
      contactPoints: [...contactPoints],
      localDataCenter: this.cassandra.localDataCenter,
      socketOptions: { readTimeout: 30_000 },
      queryOptions: { consistency: driver.types.consistencies.localQuorum }
    })
    try {
      await client.connect()
      return await question(client)
    } finally {
      await client.shutdown()
    }
  }

  async createTable (table: string): Promise<void> {
    await this.ask((client) => client.execute(`CREATE TABLE ${keyspace}.${table} (id int PRIMARY KEY, v text)`))
  }

  /**
   * Reads rows that nobody else reads, until the nodes know how long that takes: of a new table a node waits 2.5 s for a silent replica until it asks
   * another. The text is not that of a load, whose statements stay unknown to the nodes.
   */
  async warmUp (table: string): Promise<void> {
    await this.ask(async (client) => {
      const until = Date.now() + 7000
      for (let id = -1; Date.now() < until; id--) await client.execute(`SELECT v FROM ${keyspace}.${table} WHERE id = ?`, [id], { prepare: true })
    })
  }

  /** What the table of a load holds, and its counters. Asked until all is answered: the nodes have just had a hard time. */
  async readBack (table: string, firstCounter: number): Promise<{ rows: Map<number, string>, tallies: Map<number, number> }> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.ask(async (client) => {
          const rows = new Map<number, string>()
          let pageState: string | undefined
          do {
            const page = await client.execute(`SELECT id, v FROM ${keyspace}.${table}`, [], { prepare: true, fetchSize: 2000, ...pageState !== undefined && { pageState } })
            for (const { id, v } of page.rows) rows.set(id as number, v as string)
            pageState = page.pageState
          } while (pageState !== undefined && pageState !== null)
          const ids = Array.from({ length: counters }, (_, i) => firstCounter + i)
          const found = await client.execute(`SELECT id, n FROM ${keyspace}.${tallyTable} WHERE id IN ?`, [ids], { prepare: true })
          return { rows, tallies: new Map(found.rows.map(({ id, n }) => [id as number, Number(n)])) }
        })
      } catch (error) {
        if (attempt === 20) throw error
        await delay(1000)
      }
    }
  }

  /** When a fresh client first got an answer of a quorum through any of the nodes: ms since the epoch. */
  async served (): Promise<number> {
    for (let attempt = 0; ; attempt++) {
      const host = this.cassandra.hosts[attempt % 3] ?? ''
      const client = new driver.Client({
        contactPoints: [host],
        localDataCenter: this.cassandra.localDataCenter,
        isMetadataSyncEnabled: false,
        pooling: { warmup: false },
        socketOptions: { connectTimeout: 500, readTimeout: 1000 },
        policies: { loadBalancing: new driver.policies.loadBalancing.AllowListPolicy(new driver.policies.loadBalancing.RoundRobinPolicy(), [host.includes(':') ? host : `${host}:9042`]) }
      })
      const answered = await client.connect()
        .then(() => client.execute(`SELECT n FROM ${keyspace}.${tallyTable} WHERE id = 0`, [], { consistency: driver.types.consistencies.localQuorum }))
        .then(() => true, () => false)
      const at = Date.now()
      await client.shutdown()
      if (answered) return at
      await delay(100)
    }
  }

  /** Ends a node as an operator does (it drains first), and starts it again. */
  async restart (node: number): Promise<void> {
    const pid = Number.parseInt(readFileSync(join(this.#folder, `node${node}`, 'pid'), 'utf8'), 10)
    process.kill(pid, 'SIGTERM')
    const runs = (): boolean => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    }
    while (runs()) await delay(50)
    // Until the news has reached this process.
    await this.cassandra.kill(node)
    await this.cassandra.start(node)
  }
}
