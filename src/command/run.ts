// From what was typed to an exit code.
import { listed, meant, shown } from '../cqlengine/words.js'
import { readArguments } from './command.js'
import { commands, overview } from './commands.js'
import { explained } from './explained.js'
import { endInterrupted, Interruption } from './interruption.js'
import { coloured, print, tell } from './output.js'
import { exit } from './problem.js'

/** @returns the exit code; whatever goes wrong is one message on stderr */
export async function run ([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    print(overview)
    return name === undefined ? exit.failed : exit.done
  }
  const known = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (known === undefined) {
    const names = Object.keys(commands)
    return failed(`There is no command ${shown(name)}${meant(name, names)}; there are ${listed(names)}`, exit.failed)
  }
  try {
    const { command } = await known.load()
    const given = readArguments(name, command, args)
    if (given.wantsHelp) {
      print(command.help)
      return exit.done
    }
    const interruption = new Interruption(() => { endInterrupted(command.whenInterrupted) })
    try {
      return await command.run(given, interruption)
    } finally {
      interruption.end()
    }
  } catch (error) {
    const { message, exitCode } = explained(error)
    return failed(message, exitCode)
  }
}

function failed (message: string, exitCode: number): number {
  tell(`${coloured('red', 'error:', process.stderr)} ${message}`)
  return exitCode
}
