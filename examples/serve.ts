// What the main files of the larger examples share: a port, a greeting, and an end in order.
import { existsSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { CassandraStartError, type LocalCassandra, startCassandra } from 'fastify-cqlalchemy/testing'

export const say = (line: string): void => { console.log(line) }

if (existsSync('.env')) process.loadEnvFile()

/** Starts local clusters that live, with their data, as long as this process; none when CASSANDRA_HOSTS names one of yours. */
export async function startClusters (count: number): Promise<LocalCassandra[]> {
  if (process.env.CASSANDRA_HOSTS) {
    say(`Using the Cassandra that CASSANDRA_HOSTS names: ${process.env.CASSANDRA_HOSTS}`)
    return []
  }
  return await Promise.all(Array.from({ length: count }, async () => await startCassandra({ durable: false, log: say })))
}

/** Listens on PORT (default 3000), and ends the app and then the clusters when it is told to. */
export async function serve (app: FastifyInstance, clusters: readonly LocalCassandra[], hints: (url: string) => readonly string[]): Promise<void> {
  await app.listen({ port: Number(process.env.PORT ?? 3000) })
  const [address] = app.addresses()
  say(['', 'Try it:', ...hints(`http://localhost:${typeof address === 'object' ? address.port : process.env.PORT}`).map((line) => `  ${line}`), '', 'Ctrl-C ends it all.', ''].join('\n'))

  let ending = false
  const end = async (): Promise<void> => {
    if (ending) process.exit(130) // asked twice: at once
    ending = true
    await app.close() // the plugin closes the db after the last request
    await Promise.all(clusters.map(async (cluster) => { await cluster.stop() }))
    say('Ended.')
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { end().catch(fail) })
}

/** One message, and no stack trace for what a person can mend. */
export function fail (error: unknown): never {
  console.error(error instanceof CassandraStartError ? error.message : error)
  process.exit(1)
}
