// `npm start`: a real Cassandra on this machine (none when CASSANDRA_HOSTS names a cluster), and the README's app on top of it.
import { existsSync } from 'node:fs'
import { CassandraStartError, type LocalCassandra, startCassandra } from 'fastify-cqlalchemy/testing'

const say = (line: string): void => { console.log(line) }

if (existsSync('.env')) process.loadEnvFile()
const cassandra = await serverOfOurs()
try {
  await runApp(cassandra)
} catch (error) {
  await cassandra?.stop()
  fail(error)
}

/** Data is kept in .cassandra, so that the next start finds it. */
async function serverOfOurs (): Promise<LocalCassandra | undefined> {
  if (process.env.CASSANDRA_HOSTS) {
    say(`Using the Cassandra that CASSANDRA_HOSTS names: ${process.env.CASSANDRA_HOSTS}`)
    return undefined
  }
  try {
    const server = await startCassandra({ directory: '.cassandra', log: say })
    Object.assign(process.env, server.env)
    return server
  } catch (error) {
    return fail(error)
  }
}

async function runApp (server: LocalCassandra | undefined): Promise<void> {
  const { app, db } = await import('./readme/app.js')
  say(`Keyspace ${db.keyspace} is there, with the tables ${db.models.map((model) => model.tableName).join(', ')}`)
  const [address] = app.addresses()
  const url = `http://localhost:${typeof address === 'object' ? address.port : process.env.PORT}/`
  say(['', `Open ${url} in a browser: the API, to read and to try. Or:`,
    `  curl ${url}users -H 'content-type: application/json' -d '{"username":"John Doe"}'`,
    `  curl ${url}users`,
    '', 'Ctrl-C ends both.', ''].join('\n'))

  let ending = false
  const end = async (): Promise<void> => {
    if (ending) process.exit(130) // asked twice: at once
    ending = true
    say('\nFinishing requests …')
    await app.close() // the plugin closes the db after the last request
    await server?.stop()
    say('Ended.')
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => { end().catch(fail) })
  }
}

/** One message, and no stack trace for what a person can mend. */
function fail (error: unknown): never {
  console.error(error instanceof CassandraStartError ? error.message : error)
  process.exit(1)
}
