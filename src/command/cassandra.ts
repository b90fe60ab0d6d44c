import { resolve } from 'node:path'
import { LocalCommands } from '../testing/local-commands.js'
import { type Command, wrongUse } from './command.js'
import { Problem } from './problem.js'

const help = `Usage: fastify-cqlalchemy cassandra up [--address <ip>]
       fastify-cqlalchemy cassandra status | down | query "CQL"

A real Cassandra for development, in the background of this machine. Needs
Java 17, and Maven the first time.

  up       starts it; its data stays in .cassandra of the current folder
  status   tells whether it runs, and where
  down     ends it; the data stays
  query    runs one CQL statement on it: rows as a table, or as JSON lines where
           the output is no terminal
  --address <ip>       loopback address that it listens on; default 127.0.0.1

Exit code: 0 done; 1 failed, and for status: it does not run; 130 after Ctrl-C,
which ends what was starting.
Example: fastify-cqlalchemy cassandra up`

export const command: Command = {
  help,
  options: { address: { type: 'string' } },
  operands: ['up | status | down | query', 'CQL?'],
  run: async (given) => {
    const [action, cql] = given.operands
    const local = new LocalCommands(resolve('.cassandra'), 'npx fastify-cqlalchemy cassandra')
    if ((cql === undefined) === (action === 'query')) {
      throw wrongUse(
        'cassandra', action === 'query' ? 'the statement is missing' : `${String(action)} takes nothing more`
      )
    }
    try {
      switch (action) {
        case 'up': return await local.up(given.text('address') ?? '127.0.0.1')
        case 'status': return await local.status()
        case 'down': return await local.down()
        case 'query': return await local.query(cql as string)
        default: throw wrongUse('cassandra', 'it takes up, status, down or query')
      }
    } catch (error) {
      // Each tells what to install or set.
      throw error instanceof Error ? new Problem(error.message, { cause: error }) : error
    }
  }
}
