import { tableOf } from '../cqlengine/model/meta.js'
import { type Command, dbHelp, dbOptions, wholeNumber } from './command.js'
import { csvRows } from './csv.js'
import { messageOf } from './explained.js'
import { BadLine, type FileRow, jsonRows } from './file-rows.js'
import { type Interruption, interrupted } from './interruption.js'
import { openDb } from './load-db.js'
import { coloured, printJson, rowsWere, tell } from './output.js'
import { exit, Problem } from './problem.js'
import { Progress } from './progress.js'
import { type RowStatement, RowStatements } from './row-statements.js'
import { tableRows, type TableRows } from './table-rows.js'

const help = `Usage: fastify-cqlalchemy import <table> [options] < file

Writes the rows of a file, as export makes it, into a model's table: what is
given as it is, checked by the types of the columns; no defaults, no rules of
the model. null deletes a value; counters are added to what is there.

${dbHelp}
  --csv                CSV, with a header of attribute names; an empty field is
                       null, "" an empty text
  --concurrency <n>    rows that are written at once; default 64
  --from <line>        begin at this line, which a broken import told
  --json               { "rows": … }, alone on stdout

Exit code: 0 done; 1 failed, 130 after Ctrl-C: stderr tells the line to go on
from.
Example: fastify-cqlalchemy import user < user.ndjson`

export const command: Command = {
  help,
  options: {
    ...dbOptions,
    csv: { type: 'boolean' },
    concurrency: { type: 'string' },
    from: { type: 'string' },
    json: { type: 'boolean' }
  },
  operands: ['table'],
  whenInterrupted: 'nothing was imported',
  run: async (given, interruption) => {
    const concurrency = wholeNumber('import', 'concurrency', given.text('concurrency'), 1024) ?? 64
    const from = wholeNumber('import', 'from', given.text('from'), Number.MAX_SAFE_INTEGER) ?? 1
    const db = await openDb(given)
    try {
      const table = tableRows(db, given.operands[0] as string)
      if (tableOf(table.model).isView) {
        throw new Problem(`${table.name} is a view, which Cassandra writes itself; import into its base`)
      }
      const statements = new RowStatements(table)
      const source = given.flag('csv')
        ? csvRows(process.stdin, statements.byName, from, tellOfUnended)
        : jsonRows(process.stdin, from)
      const rows = await new Import(table, statements, concurrency, process.stdin).run(source, from, interruption)
      if (given.flag('json')) printJson({ rows })
      else tell(`${rows} row${rows === 1 ? '' : 's'} imported`)
      return exit.done
    } finally {
      await db.close()
    }
  }
}

function tellOfUnended (line: number): void {
  tell(`${coloured('yellow', 'warning:', process.stderr)} line ${line}, the last one, has no end: if the file was ` +
    'cut, its last field was written in part')
}

class Import {
  readonly #table: TableRows
  readonly #statements: RowStatements
  readonly #concurrency: number
  readonly #input: NodeJS.ReadStream
  readonly #running = new Set<Promise<void>>()
  readonly #failed: { readonly line: number, readonly error: unknown }[] = []
  #rows = 0
  /** The last line that was taken. */
  #line = 0

  constructor (table: TableRows, statements: RowStatements, concurrency: number, input: NodeJS.ReadStream) {
    this.#table = table
    this.#statements = statements
    this.#concurrency = concurrency
    this.#input = input
    input.on('error', () => {})
  }

  /** @throws {Problem} that says what was done, and where to go on */
  async run (source: AsyncIterable<FileRow>, from: number, interruption: Interruption): Promise<number> {
    const progress = new Progress('imported')
    interruption.instead(() => { this.#stop() })
    this.#line = from - 1
    let broken: unknown
    try {
      for await (const row of source) {
        if (row.line < from) continue
        const statement = this.#statements.of(row)
        this.#line = row.line
        if (statement !== undefined) this.#write(row.line, statement)
        while (this.#running.size >= this.#concurrency) await Promise.race(this.#running)
        progress.show(this.#rows)
        if (this.#failed.length > 0 || interruption.isAsked) break
      }
    } catch (error) {
      broken = error
    }
    await Promise.all(this.#running)
    progress.end()
    if (this.#failed.length > 0) throw this.#failure()
    if (interruption.isAsked) throw this.#told('interrupted', this.#line + 1, interrupted)
    if (broken !== undefined) {
      throw this.#told(messageOfLine(broken), broken instanceof BadLine ? broken.line : this.#line + 1)
    }
    return this.#rows
  }

  /** The next line may be long in coming, or never come. */
  #stop (): void { this.#input.destroy(new Error('no more lines are wanted')) }

  #write (line: number, { cql, params, request }: RowStatement): void {
    const sent = this.#table.connection.session.execute(cql, params, request)
      .then(() => { this.#rows++ }, (error: unknown) => {
        this.#failed.push({ line, error })
        this.#stop()
      })
      .finally(() => { this.#running.delete(sent) })
    this.#running.add(sent)
  }

  #told (message: string, next: number, exitCode?: number): Problem {
    return new Problem(
      `${message}\n${rowsWere(this.#rows)} imported, all before line ${next}. Go on with: --from ${next}`,
      exitCode === undefined ? {} : { exitCode }
    )
  }

  #failure (): Problem {
    const lines = this.#failed.map(({ line }) => line).sort((a, b) => a - b)
    const first = this.#failed.find(({ line }) => line === lines[0])
    const message = `line ${lines[0]}: ${messageOf(first?.error)}`
    if (!tableOf(this.#table.model).isCounter) return this.#told(message, lines[0] as number)
    // Again from there would add the lines behind it twice.
    return new Problem(`${message}\n${rowsWere(this.#rows)} added; line${lines.length === 1 ? '' : 's'} ` +
      `${lines.join(', ')} may have been added or not: look at ${lines.length === 1 ? 'it' : 'them'}. ` +
      `All other lines up to ${this.#line} were. Go on with: --from ${this.#line + 1}`)
  }
}

function messageOfLine (error: unknown): string { return error instanceof BadLine ? error.message : messageOf(error) }
