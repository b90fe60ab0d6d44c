import type { ProbeTarget } from './cql-probe.js'
import { answersCql } from './cql-probe.js'
import type { Guardian } from './guardian-link.js'
import type { Endpoints } from './guardian-protocol.js'
import type { Java } from './java.js'
import type { ServerNode } from './server-node.js'
import { alternatives, CassandraStartError } from './start-error.js'
import { until } from './wait.js'

export interface ClusterParts {
  readonly nodes: readonly ServerNode[]
  readonly endpoints: Endpoints
  readonly guardian: Guardian
  readonly java: Java
  readonly startTimeout: number
  /** How a node is asked whether it is ready. */
  readonly probe: Omit<ProbeTarget, 'host' | 'port' | 'peers'>
  /** Whether the last end gives the nodes time to close their files. */
  readonly orderly: boolean
}

/** The running nodes, and what can be done to them. */
export class Cluster {
  readonly #parts: ClusterParts
  #stopped: Promise<void> | undefined

  constructor (parts: ClusterParts) {
    this.#parts = parts
  }

  /** Starts all nodes at once. */
  async startAll (): Promise<void> {
    const { nodes, java } = this.#parts
    const deadline = this.#deadline()
    await Promise.all(nodes.map(async (node) => { await node.spawn(java) }))
    await Promise.all(nodes.map(async (node) => { await this.#ready(node, deadline) }))
  }

  async start (number: number): Promise<void> {
    const node = this.#node(number)
    const marks = new Map(this.#peers(node).map((peer) => [peer, peer.logSize()]))
    if (node.state === 'paused') throw new CassandraStartError('node', `Node ${number} is paused: resume it instead.`)
    const fresh = node.state === 'down'
    if (fresh) await node.spawn(this.#parts.java)
    await this.#ready(node, this.#deadline(), fresh ? marks : undefined)
  }

  async kill (number: number): Promise<void> {
    const node = this.#node(number)
    if (node.state !== 'down') await node.kill()
  }

  async pause (number: number): Promise<void> {
    const node = this.#node(number)
    if (node.state === 'down') {
      throw new CassandraStartError('node', `Node ${number} does not run, so it cannot be paused.`)
    }
    if (node.state === 'running') await node.pause()
  }

  async resume (number: number): Promise<void> {
    const node = this.#node(number)
    if (node.state === 'down') throw new CassandraStartError('node', `Node ${number} does not run: start it instead.`)
    await node.resume()
    await this.#ready(node, this.#deadline())
  }

  async stop (): Promise<void> {
    const { guardian, orderly } = this.#parts
    this.#stopped ??= guardian.end(orderly)
    await this.#stopped
  }

  #node (number: number): ServerNode {
    const { nodes } = this.#parts
    if (this.#stopped) throw new CassandraStartError('node', 'This local Cassandra was stopped.')
    const node = nodes[number - 1]
    if (!node) {
      throw new RangeError(`There is no node ${number}: this cluster has ` +
        `${nodes.length === 1 ? 'node 1 only' : `nodes 1 to ${nodes.length}`}.`)
    }
    return node
  }

  #peers (node: ServerNode): ServerNode[] {
    return this.#parts.nodes.filter((other) => other !== node && other.state === 'running')
  }

  /** The node answers, it sees the nodes that run, and they see it (those that had seen it before: since the mark). */
  async #ready (node: ServerNode, deadline: number, marks?: Map<ServerNode, number>): Promise<void> {
    const { endpoints: { cqlPort }, probe } = this.#parts
    let started = false
    const done = await until(async () => {
      if (this.#stopped) {
        throw new CassandraStartError('node', 'This local Cassandra was stopped while a node was starting.')
      }
      node.assertRunning()
      started ||= node.log().includes('Startup complete\n')
      if (!started) return false
      const peers = this.#peers(node)
      const acquainted = peers.every((peer) => node.sees(peer) && peer.sees(node, marks?.get(peer)))
      return acquainted && await answersCql({ ...probe, host: node.address, port: cqlPort, peers: peers.length })
    }, deadline)
    if (done) return
    throw new CassandraStartError('timeout', `Node ${node.number} of the local Cassandra ` +
      `(${node.address}:${cqlPort}) was not ready after ` +
      `${this.#parts.startTimeout / 1000} s. ${alternatives}${node.logTail()}`)
  }

  #deadline (): number {
    return Date.now() + this.#parts.startTimeout
  }
}
