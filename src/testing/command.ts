// The command `cassandra`: one local Cassandra in the background, with its data in the folder .cassandra.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { keepRunning } from './background.js'
import { LocalCommands } from './local-commands.js'

const usage = `Usage: cassandra up [--address 127.0.0.1] | status | down | query "CQL"

  up      starts a Cassandra in the background; its data stays in .cassandra of the current folder
  status  tells whether it runs, and where (exit code 1: it does not)
  down    ends it; the data stays
  query   runs one CQL statement on it: rows as a table, or as JSON lines when the output is no terminal

The first start needs Maven to fetch Cassandra (about 62 MB); each needs Java 17.`

const directory = resolve('.cassandra')
const local = new LocalCommands(directory, 'npm run cassandra --')

async function main (args: string[]): Promise<number> {
  const { command, operand, address } = parse(args)
  switch (command) {
    case 'up': return await local.up(address)
    case 'status': return await local.status()
    case 'down': return await local.down()
    case 'query': return operand === undefined ? wrongUse() : await local.query(operand)
    case 'keep': return await keepRunning(directory, address)
    case 'help': console.log(usage); return 0
    default: return wrongUse()
  }
}

function parse (args: string[]): { command: string, operand?: string | undefined, address: string } {
  try {
    const { positionals: [command = '', operand, ...more], values } = parseArgs({
      args,
      allowPositionals: true,
      options: { address: { type: 'string', default: '127.0.0.1' }, help: { type: 'boolean', short: 'h' } }
    })
    const complete = more.length === 0 && (operand === undefined || command === 'query')
    return { command: values.help ? 'help' : complete ? command : '', operand, address: values.address }
  } catch {
    return { command: '', address: '' } // an unknown option
  }
}

function wrongUse (): number {
  console.error(usage)
  return 2
}

main(process.argv.slice(2)).then((code) => { process.exitCode = code }, (error: unknown) => {
  // For people: what happened and what to do, without the stack.
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
