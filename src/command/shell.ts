import { createInterface } from 'node:readline'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { isNativeError } from 'node:util/types'
import type { REPLServer } from 'node:repl'
import type { CQLAlchemy } from '../cqlalchemy.js'
import { tableOf, type ModelConstructor } from '../cqlengine/model/meta.js'
import { listed, meant, shown } from '../cqlengine/words.js'
import { type Command, dbHelp, dbOptions } from './command.js'
import { pretty } from './cql-layout.js'
import { messageOf, toldBy } from './explained.js'
import { modelsOf, rowsOf } from './inside.js'
import { endInterrupted, type Interruption } from './interruption.js'
import { openDb } from './load-db.js'
import { coloured, isColoured, print, tell } from './output.js'
import { exit, Problem } from './problem.js'
import { isTable, tableText } from './shell-table.js'

const help = `Usage: fastify-cqlalchemy shell [options]

A JavaScript prompt with db and all its models by their names: await where you
like, rows as tables, Tab completes, Ctrl-C breaks off, Ctrl-D ends. Lines that
are piped in are run one after the other; the first that fails ends it.

  .models              the models, with their tables and columns
  .ddl User            the CQL that makes its table
  .cql <statement>     one CQL statement, names in full (shop.user); its rows as
                       a table, 5,000 at most
  .help                all of these

${dbHelp}

Exit code: 0 done; 1 failed (of piped lines: the first that throws); 130 after
Ctrl-C, of piped lines.
Example: fastify-cqlalchemy shell --db ./src/db.js
> await User.filter({ uid: 1 }).all()`

export const command: Command = {
  help,
  options: dbOptions,
  operands: [],
  run: async (given, interruption) => {
    const db = await openDb(given)
    try {
      return process.stdin.isTTY ? await interactive(db, interruption) : await piped(db, interruption)
    } finally {
      await db.close()
    }
  }
}

/** Without a prompt: each line is run when the one before is done. */
async function piped (db: CQLAlchemy, interruption: Interruption): Promise<number> {
  const { PassThrough } = await import('node:stream')
  const idle = new PassThrough()
  const server = await started(db, {
    input: idle, output: new PassThrough(), terminal: false, prompt: '', breakEvalOnSigint: true
  })
  let number = 0
  let text = ''
  interruption.instead(() => {
    endInterrupted(text === '' ? `${number} lines were run` : `in line ${number}; the lines before it were run`)
  })
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    number++
    text = text === '' ? line : `${text}\n${line}`
    if (text.trim() === '') {
      text = ''
      continue
    }
    try {
      const dot = /^\.(\w+)\s*(.*)$/s.exec(text)
      if (dot?.[1] === 'exit') return exit.done
      if (dot === null) printValue(await evaluated(server, text))
      else await dotCommand(db, dot[1] as string, dot[2] as string)
    } catch (error) {
      if (isRecoverable(error)) continue
      // A loop: while it runs nobody hears the signal but Node.
      if (isBrokenOff(error)) endInterrupted(`in line ${number}; the lines before it were run`)
      throw new Problem(
        `line ${number}: ${isOfSyntax(error) ? `SyntaxError: ${error.message}` : messageOf(error)}`, { cause: error }
      )
    }
    text = ''
  }
  if (text !== '') throw new Problem(`line ${number}: the input ends in the middle of a statement`)
  return exit.done
}

async function interactive (db: CQLAlchemy, interruption: Interruption): Promise<number> {
  // At a prompt Ctrl-C is a key, and while a line runs it is Node's.
  interruption.end()
  print(`${Object.keys(named(db)).join(', ')} are here; .help tells what else`)
  const server = await started(db, {
    prompt: '> ',
    writer: (value: unknown) => errorText(value) ?? resultText(value) ?? '',
    useColors: isColoured(process.stdout),
    // Else an await that never ends could not be left.
    breakEvalOnSigint: true
  })
  await new Promise<void>((resolve) => {
    server.setupHistory(historyFile(), (error) => {
      if (error !== null) tell(`the history is not kept: ${error.message}`)
      resolve()
    })
  })
  await new Promise<void>((resolve) => { server.once('exit', () => { resolve() }) })
  return exit.done
}

/** Where programs keep what they remember; one file for all projects. */
function historyFile (): string {
  const folder = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local/state')
  const file = join(folder, 'fastify-cqlalchemy/history')
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    if (!existsSync(file)) appendFileSync(file, '', { mode: 0o600 })
    readFileSync(file)
  } catch (error) {
    tell(`the history is not kept: ${error instanceof Error ? error.message : String(error)}`)
    return ''
  }
  return file
}

/** `db` and each model by the name of its class, or of its table where it has none. */
function named (db: CQLAlchemy): Record<string, unknown> {
  const names: Record<string, unknown> = { db }
  for (const model of modelsOf(db)) {
    const name = /^[A-Za-z_$][\w$]*$/.test(model.name)
      ? model.name
      : tableOf(model).name.replace(/(?:^|\W|_)+(\w)/g, (_, letter: string) => letter.toUpperCase())
    names[name in names ? `${name}_` : name] = model
  }
  return names
}

async function started (db: CQLAlchemy, options: object): Promise<REPLServer> {
  const { start } = await import('node:repl')
  const server = start({ useGlobal: false, ignoreUndefined: true, ...options })
  // Node's own would write to the output of the prompt, which a pipe has not.
  const fill = (context: object): void => {
    Object.assign(context, named(db), { c: db.columns, f: db.functions, console })
  }
  fill(server.context)
  // .clear makes a new one.
  server.on('reset', fill)
  const define = (name: string, text: string): void => {
    server.defineCommand(name, {
      help: text,
      action (operand) {
        this.clearBufferedCommand()
        dotCommand(db, name, operand).catch((error: unknown) => { tell(messageOf(error)) })
          .finally(() => { this.displayPrompt() })
      }
    })
  }
  define('models', 'the models, with their tables and columns')
  define('ddl', 'the CQL that makes the table of a model: .ddl User')
  define('cql', 'one CQL statement: .cql SELECT * FROM system.local')
  return server
}

function evaluated (server: REPLServer, text: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // What a line throws before its first await Node prints by itself, and calls nobody.
    const listen = (written: Buffer | string): void => {
      const [, message] = /^Uncaught:?\s+(.*)/.exec(String(written)) ?? []
      if (message !== undefined) settle(() => { reject(new Problem(message)) })
    }
    const settle = (act: () => void): void => {
      server.output.removeListener('data', listen)
      act()
    }
    server.output.on('data', listen)
    server.eval(`${text}\n`, server.context, 'shell', (error, value: unknown) => {
      settle(() => { if (error === null) resolve(value); else reject(error) })
    })
  }).then(async (value) => await value)
}

/** Of another realm, too; its stack is Node's own. */
const isOfSyntax = (error: unknown): error is Error => (error as Partial<Error> | null)?.name === 'SyntaxError'

const isBrokenOff = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException | null)?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED'

/** More lines are needed. */
const isRecoverable = (error: unknown): boolean =>
  (error as { constructor?: { name?: string } } | null)?.constructor?.name === 'Recoverable'

async function dotCommand (db: CQLAlchemy, name: string, operand: string): Promise<void> {
  switch (name) {
    case 'models': {
      for (const [own, model] of Object.entries(named(db)).filter(([key]) => key !== 'db')) {
        const { name: table, columns, key } = tableOf(model as ModelConstructor)
        const listing = columns.map((c) => `${c.name}${key.includes(c) ? '*' : ''} ${c.type.cql}`).join(', ')
        print(`${coloured('bold', own)} (${table}): ${listing}`)
      }
      return
    }
    case 'ddl': {
      const models = named(db)
      const wanted = operand.trim()
      const model = models[wanted] ??
        modelsOf(db).find((one) => tableOf(one).name === wanted)
      const names = Object.keys(models).filter((key) => key !== 'db')
      if (typeof model !== 'function') {
        throw new Problem(`.ddl: there is no model ${shown(wanted)}${meant(wanted, names)}; there are ${listed(names)}`)
      }
      for (const cql of await ddlOf(db, model as ModelConstructor)) print(`${pretty(cql)};`)
      return
    }
    case 'cql': {
      const { rows, columns, pageState } = await db.execute(operand.replace(/;\s*$/, ''))
      if (columns === null || columns === undefined) print('done')
      // A driver's row has its columns as properties.
      else print(tableText((rows ?? []) as unknown as Record<string, unknown>[], columns.map((column) => column.name)))
      if (typeof pageState === 'string') tell('these are the first rows; there are more')
      return
    }
    case 'help': print(help); return
    default: throw new Problem(`there is no command .${name}${meant(name, ['models', 'ddl', 'cql', 'help'])}`)
  }
}

/** What a sync would send to an empty keyspace. */
async function ddlOf (db: CQLAlchemy, model: ModelConstructor): Promise<string[]> {
  const { emptyServer } = await import('./empty-server.js')
  const name = 'fastify-cqlalchemy shell'
  const { keyspace } = rowsOf(model).toCQL()
  // The types for users know no client of this kind.
  await db.connection.registerConnection(name, { client: emptyServer(), keyspace } as never)
  try {
    // For users models are declared otherwise than for the inside.
    const report = await db.syncTable(model as never, { dryRun: true, connections: [name], keyspaces: [keyspace] })
    return report.statements.map(({ cql }) => cql)
  } finally {
    await db.connection.unregisterConnection(name)
  }
}

function printValue (value: unknown): void {
  const text = resultText(value)
  if (text !== undefined) print(text)
}

/** Rows as a table, anything else as Node prints it. */
function resultText (value: unknown): string | undefined {
  if (value === undefined) return undefined
  return isTable(value) ? tableText(value) : inspect(value, { colors: isColoured(process.stdout), depth: 4 })
}

/** Of an error that explains itself no stack: it would lead into this package. */
function errorText (value: unknown): string | undefined {
  const told = isNativeError(value) ? toldBy(value) : undefined
  return told === undefined ? undefined : `${(value as Error).name}: ${told}`
}
