import { once } from 'node:events'
import type { ScanPosition } from '../cqlengine/model/scan-api.js'
import { tableOf } from '../cqlengine/model/meta.js'
import type { Scan } from '../cqlengine/query/reading/scan.js'
import { type Command, dbHelp, dbOptions, wholeNumber } from './command.js'
import { csvWriter } from './csv.js'
import { explained } from './explained.js'
import { type Interruption, interrupted } from './interruption.js'
import { openDb } from './load-db.js'
import { rowsWere, tell } from './output.js'
import { exit, Problem } from './problem.js'
import { Progress } from './progress.js'
import { rowToFile, tableRows, type TableRows } from './table-rows.js'

const help = `Usage: fastify-cqlalchemy export <table> [options] > file

All rows of a model's table to stdout, a JSON object a line: every column by its
attribute name, hidden ones too. Parts of the token ring are read side by side;
the rows have no order.

${dbHelp}
  --csv                CSV instead, with a header; null is an empty field, an
                       empty text is ""
  --concurrency <n>    parts that are read at once; default 8
  --from <position>    go on where an export was broken off, which tells its
                       position; append to its file

Exit code: 0 done; 1 failed, 130 after Ctrl-C: stdout then has whole lines, and
stderr tells how to go on.
Example: fastify-cqlalchemy export user > user.ndjson`

export const command: Command = {
  help,
  options: { ...dbOptions, csv: { type: 'boolean' }, concurrency: { type: 'string' }, from: { type: 'string' } },
  operands: ['table'],
  whenInterrupted: 'nothing was exported',
  run: async (given, interruption) => {
    const concurrency = wholeNumber('export', 'concurrency', given.text('concurrency'), 512)
    const from = readPosition(given.text('from'))
    const db = await openDb(given)
    try {
      const table = tableRows(db, given.operands[0] as string)
      checkStaticCounters(table)
      const progress = new Progress('exported', process.stdout)
      // The class behind the interface, which has pages.
      const scan = table.objects.scan({
        concurrency, from, onProgress: ({ rows, share }) => { progress.show(rows, share) }
      })
      const asText = given.flag('csv') ? await csvWriter(table.columns, from === undefined) : ndjson
      // It goes on to the end of the page.
      interruption.instead(() => {})
      await write({ scan, table, asText, progress, interruption })
      return exit.done
    } finally {
      await db.close()
    }
  }
}

export type RowWriter = (rows: readonly Record<string, unknown>[]) => string

const ndjson: RowWriter = (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

interface Writing {
  readonly scan: Scan
  readonly table: TableRows
  readonly asText: RowWriter
  readonly progress: Progress
  readonly interruption: Interruption
}

/** Page by page: one that is written is through, so that the position never names its rows again. */
async function write ({ scan, table: { columns }, asText, progress, interruption }: Writing): Promise<void> {
  const failure: { error?: NodeJS.ErrnoException } = {}
  const listen = (error: NodeJS.ErrnoException): void => { failure.error = error }
  process.stdout.on('error', listen)
  let rows = 0
  try {
    const header = asText([])
    if (header !== '') await toStdout(header, failure)
    for await (const page of scan.pages()) {
      if (page.rows.length > 0) await toStdout(asText(page.rows.map((row) => rowToFile(columns, row))), failure)
      page.done()
      rows += page.rows.length
      if (interruption.isAsked) throw new Problem('interrupted', { exitCode: interrupted })
    }
  } catch (error) {
    const { message, exitCode } = explained(error)
    const position = scan.position
    // Its line would stand in the way of what is told.
    progress.end()
    tell(`${rowsWere(rows)} exported. Go on with: --from ${positionText(position)}`)
    throw new Problem(message, { exitCode, cause: error })
  } finally {
    progress.end()
    process.stdout.removeListener('error', listen)
  }
}

async function toStdout (text: string, failure: { readonly error?: NodeJS.ErrnoException }): Promise<void> {
  if (!process.stdout.write(text) && failure.error === undefined) {
    await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')]).catch(() => {})
  }
  if (failure.error !== undefined) {
    throw new Problem(
      failure.error.code === 'EPIPE'
        ? 'whoever reads the output has ended'
        : `the output cannot be written: ${failure.error.message}`
    )
  }
}

/** They come with each row of their partition, and an import would add them as often. */
function checkStaticCounters ({ model, name }: TableRows): void {
  const { isCounter, hasStatic } = tableOf(model)
  if (isCounter && hasStatic) {
    throw new Problem(`the table ${name} has static counters, which an import would add once for each row of a ` +
      'partition. Export it by a script of your own, with scan()')
  }
}

function positionText (position: ScanPosition): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

function readPosition (text: string | undefined): ScanPosition | undefined {
  if (text === undefined) return undefined
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as ScanPosition
  } catch (cause) {
    throw new Problem('--from takes the position that an export told, whole', { cause })
  }
}
