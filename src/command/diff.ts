import { type Command, dbHelp, dbOptions } from './command.js'
import { openDb } from './load-db.js'
import { print, printJson } from './output.js'
import { exit } from './problem.js'
import { counted, printReport } from './report.js'

const help = `Usage: fastify-cqlalchemy diff [options]

What sync would send, and how the models and the database differ otherwise:
warnings are left as they are, conflicts no statement could mend. Sends nothing
but reads.

${dbHelp}
  --strict             warnings count as differences, too
  --unknown            also list tables, types and views that no model has
  --json               the report of db.syncDb(), alone on stdout

Exit code: 0 no difference; 1 failed; 2 statements or conflicts (--strict: or
warnings); 130 after Ctrl-C.
Example: fastify-cqlalchemy diff --db ./src/db.js --strict`

export const command: Command = {
  help,
  options: { ...dbOptions, strict: { type: 'boolean' }, unknown: { type: 'boolean' }, json: { type: 'boolean' } },
  operands: [],
  whenInterrupted: 'nothing was sent',
  run: async (given) => {
    const db = await openDb(given)
    const report = await db.syncDb({ dryRun: true, ...given.flag('unknown') && { unknown: true } })
    if (given.flag('json')) printJson(report)
    else {
      printReport(report)
      print(counted(report))
    }
    await db.close()
    const { statements, warnings, conflicts } = report
    return statements.length + conflicts.length + (given.flag('strict') ? warnings.length : 0) > 0
      ? exit.different
      : exit.done
  }
}
