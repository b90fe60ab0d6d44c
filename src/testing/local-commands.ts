import { runningCluster, startInBackground, stopBackground } from './background.js'
import { printQuery } from './query-output.js'

/** What one does from a terminal with the Cassandra of a folder. Each prints what happened, and gives the exit code. */
export class LocalCommands {
  readonly #directory: string
  readonly #program: string

  /** @param program how these commands are called, for messages */
  constructor (directory: string, program: string) {
    this.#directory = directory
    this.#program = program
  }

  async up (address: string): Promise<number> {
    const already = await runningCluster(this.#directory)
    if (already) {
      console.log(`Cassandra runs already: ${already.hosts.join(', ')} (process ${already.owner})`)
      return 0
    }
    await startInBackground(this.#directory, address, (line) => { console.log(line) })
    const cluster = await runningCluster(this.#directory)
    console.log(`Cassandra runs: ${cluster?.hosts.join(', ')}\nData: ${this.#directory}\nEnd it with: ` +
      `${this.#program} down`)
    return 0
  }

  /** 1: none runs, or it does not answer. */
  async status (): Promise<number> {
    const cluster = await runningCluster(this.#directory)
    if (!cluster) {
      console.log(`No Cassandra runs with the data of ${this.#directory}.`)
      return 1
    }
    const state = cluster.answers ? 'runs' : 'is starting, or does not answer'
    console.log(`Cassandra ${state}: ${cluster.hosts.join(', ')} (process ${cluster.owner})\nData: ${this.#directory}`)
    return cluster.answers ? 0 : 1
  }

  async down (): Promise<number> {
    console.log(
      await stopBackground(this.#directory)
        ? `Cassandra has ended. The data stays in ${this.#directory}.`
        : `No Cassandra runs with the data of ${this.#directory}.`
    )
    return 0
  }

  /** @throws {Error} where none runs */
  async query (cql: string): Promise<number> {
    const cluster = await runningCluster(this.#directory)
    if (!cluster) {
      throw new Error(`No Cassandra runs with the data of ${this.#directory}: start it with \`${this.#program} up\`.`)
    }
    await printQuery(cluster.hosts, cql)
    return 0
  }
}
