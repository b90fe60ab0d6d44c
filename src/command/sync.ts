import { tracingChannel } from 'node:diagnostics_channel'
import { SchemaError } from '../cqlengine/errors.js'
import type { SyncReport } from '../cqlengine/sync-report.js'
import { type Command, dbHelp, dbOptions } from './command.js'
import { messageOf } from './explained.js'
import { endInterrupted } from './interruption.js'
import { openDb } from './load-db.js'
import { coloured, print, printJson } from './output.js'
import { exit, Problem } from './problem.js'
import { counted, printNote } from './report.js'

const help = `Usage: fastify-cqlalchemy sync [options]

Creates the tables, user types, indexes and views of all models, and adds the
columns that are missing, a line for each statement. It never drops or renames,
and creates no keyspace. With conflicts nothing is sent.

${dbHelp}
  --wait-for-indexes   return when new indexes are built
  --json               the report of db.syncDb(), alone on stdout

Exit code: 0 done, or nothing to do; 1 failed, also for conflicts; 130 after
Ctrl-C, with a word on what was sent.
Example: fastify-cqlalchemy sync --db ./src/db.js --keyspace shop`

export const command: Command = {
  help,
  options: { ...dbOptions, 'wait-for-indexes': { type: 'boolean' }, json: { type: 'boolean' } },
  operands: [],
  whenInterrupted: 'nothing was sent',
  run: async (given, interruption) => {
    const db = await openDb(given)
    const isJson = given.flag('json')
    const sent: string[] = []
    const stop = watch((cql) => {
      sent.push(cql)
      if (!isJson) print(`${coloured('green', '+')} ${cql};`)
    })
    // What was begun may be carried out: better say so than end without a word.
    interruption.instead(() => {
      endInterrupted(`${sent.length} statement${sent.length === 1 ? ' was' : 's were'} carried out; the one under ` +
        'way may be, too. Sync again to do the rest: what is there is not made twice')
    })
    try {
      const report = await db.syncDb({ waitForIndexes: given.flag('wait-for-indexes') })
      if (isJson) printJson(report)
      else finish(report)
      return exit.done
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error
      throw failed(error, isJson)
    } finally {
      stop()
      await db.close()
    }
  }
}

/** @param sent told of each statement that the server carried out */
function watch (sent: (cql: string) => void): () => void {
  const channel = tracingChannel('fastify-cqlalchemy:query')
  const asyncEnd = (message: unknown): void => {
    const { kind, cql, error } = message as { readonly kind: string, readonly cql: string, readonly error?: unknown }
    if (kind === 'schema' && error === undefined && /^(?:CREATE|ALTER)\b/.test(cql)) sent(cql)
  }
  const nothing = (): void => {}
  const subscribers = { start: nothing, end: nothing, asyncStart: nothing, asyncEnd, error: nothing }
  channel.subscribe(subscribers)
  return () => { channel.unsubscribe(subscribers) }
}

function finish (report: SyncReport): void {
  for (const note of report.warnings) printNote(coloured('yellow', 'warning'), note)
  print(counted(report))
}

function failed (error: SchemaError, isJson: boolean): Problem {
  const { report } = error
  if (isJson) printJson(report)
  else for (const note of report.conflicts) printNote(coloured('red', 'conflict'), note)
  const { statements: { length } } = report
  const done = length === 0
    ? 'nothing was sent'
    : `${length} statement${length === 1 ? ' was' : 's were'} sent, the last of which may have failed`
  const conflicts = report.conflicts.length
  return new Problem(
    conflicts > 0 ? `${conflicts} conflict${conflicts === 1 ? '' : 's'}; ${done}` : `${messageOf(error)}; ${done}`,
    { cause: error }
  )
}
