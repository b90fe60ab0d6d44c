import { listed } from '../cqlengine/words.js'
import { type Command, dbHelp, dbOptions } from './command.js'
import { pretty } from './cql-layout.js'
import { emptyServer } from './empty-server.js'
import { connect, loadDb } from './load-db.js'
import { print, printJson } from './output.js'
import { exit, Problem } from './problem.js'

const help = `Usage: fastify-cqlalchemy ddl [options]

The CQL script that makes the user types, tables, indexes and views of all
models, with names in full. It makes no keyspace. Needs a keyspace (--keyspace,
CASSANDRA_KEYSPACE, or one on each model), but no server.

${dbHelp}
  --json               the report of db.syncDb() on an empty keyspace, alone on
                       stdout

Exit code: 0 done; 1 failed; 130 after Ctrl-C.
Example: fastify-cqlalchemy ddl --db ./src/db.js --keyspace shop > schema.cql`

export const command: Command = {
  help,
  options: { ...dbOptions, json: { type: 'boolean' } },
  operands: [],
  run: async (given) => {
    // An app connects while it starts, unless it is told to wait.
    const { db, module, isOpen } = await loadDb(
      given, { CASSANDRA_LAZY_CONNECT: 'true', CASSANDRA_HOSTS: process.env['CASSANDRA_HOSTS'] ?? '127.0.0.1' }
    )
    const { models } = db
    if (models.length === 0) throw new Problem(`the db of ${module} has no models: import their modules in it`)
    const keyspace = given.text('keyspace') ?? (isOpen ? db.keyspace : undefined) ??
      (models.every((model) => model.keyspace !== undefined) ? null : undefined)
    if (isOpen) await db.close()
    const client = emptyServer()
    const names = new Set(
      models.map((model) => model.connection).filter((name) => name !== undefined && name !== 'default')
    )
    await connect(
      db, { client, keyspace, connections: Object.fromEntries([...names].map((name) => [name, { client }])) }
    )
    const report = await db.syncDb({ dryRun: true })
    await db.close()
    if (report.conflicts.length > 0) {
      throw new Problem(`the models cannot be made: ${listed(report.conflicts.map(({ message }) => message))}`)
    }
    if (given.flag('json')) printJson(report)
    else for (const { cql } of report.statements) print(`${pretty(cql)};\n`)
    return exit.done
  }
}
