import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { CQLAlchemy } from '../cqlalchemy.js'
import { Coordinator } from '../cqlengine/management/nodes.js'
import { type ExistingSchema, readSchema } from '../cqlengine/management/schema.js'
import { listed, meant, shown } from '../cqlengine/words.js'
import type { Command } from './command.js'
import { registryOf } from './inside.js'
import { connect, ownOptions } from './load-db.js'
import { coloured, print, printJson, tell } from './output.js'
import { exit, Problem } from './problem.js'
import { modelFiles } from './pull/model-files.js'

const help = `Usage: fastify-cqlalchemy pull <keyspace> [options]

Writes models of what a keyspace has: db.ts, types.ts with its user types, a
file for each table and view, and index.ts that exports them. Indexes and
options that are not the usual ones come along. Files of these names are written
over; a second pull of the same schema changes none.

  --out <folder>       where to; default ./models
  --tables <a,b>       only these tables and views; others that were pulled into
                       the folder stay
  --db <module>        import db from this module of yours; no db.ts is written
  --check              write nothing; tell whether a file would be another one
  --hosts <a,b>        contact points, instead of CASSANDRA_HOSTS
  --json               { "files": [{ "file", "state" }], "notes": [] }, alone on
                       stdout

Exit code: 0 done; 1 failed; 2 with --check when files differ; 130 after Ctrl-C.
Example: fastify-cqlalchemy pull shop --out src/models`

type State = 'new' | 'changed' | 'same'

export const command: Command = {
  help,
  options: {
    out: { type: 'string' },
    tables: { type: 'string' },
    db: { type: 'string' },
    check: { type: 'boolean' },
    hosts: { type: 'string' },
    json: { type: 'boolean' }
  },
  operands: ['keyspace'],
  whenInterrupted: 'nothing was written',
  run: async (given) => {
    const keyspace = given.operands[0] as string
    const out = resolve(given.text('out') ?? 'models')
    const wanted = given.text('tables')?.split(',').map((name) => name.trim()).filter((name) => name !== '')
    const schema = await schemaOf(keyspace, ownOptions(given))
    checkNames(wanted, [...schema.tables.keys(), ...schema.views.keys()], keyspace)
    const module = given.text('db')
    const { files, notes } = modelFiles(schema, {
      wanted: wanted === undefined ? undefined : new Set(wanted),
      isThere: inIndex(out),
      db: module === undefined ? undefined : importOf(module, out)
    })
    const isCheck = given.flag('check')
    const states = [...files].map(([name, text]) => ({
      file: relative(process.cwd(), join(out, name)), state: write(join(out, name), text, isCheck)
    }))
    if (given.flag('json')) printJson({ files: states, notes })
    else {
      for (const { file, state } of states) {
        if (state !== 'same') print(`${coloured(state === 'new' ? 'green' : 'yellow', state.padEnd(8))}${file}`)
      }
      for (const note of notes) tell(`${coloured('yellow', 'warning:', process.stderr)} ${note}`)
      const same = states.filter(({ state }) => state === 'same').length
      print(
        same === states.length
          ? `all ${same} files are as they should be`
          : `${states.length - same} of ${states.length} files ${isCheck ? 'differ' : 'written'}`
      )
    }
    return isCheck && states.some(({ state }) => state !== 'same') ? exit.different : exit.done
  }
}

async function schemaOf (keyspace: string, options: { readonly hosts?: unknown }): Promise<ExistingSchema> {
  const db = await connect(new CQLAlchemy(), { ...options as object, keyspace })
  try {
    const connection = registryOf(db).resolve()
    const { schema } = await readSchema(connection, new Coordinator(connection), keyspace)
    if (schema !== undefined) return schema
    const { rows } = await db.execute<{ keyspace_name: string }>('SELECT keyspace_name FROM system_schema.keyspaces')
    const names = rows.map((row) => row.keyspace_name).filter((name) => !/^system(?:_|$)/.test(name)).sort()
    throw new Problem(`there is no keyspace ${shown(keyspace)}${meant(keyspace, names)}; there are ${listed(names)}`)
  } finally {
    await db.close()
  }
}

function checkNames (wanted: readonly string[] | undefined, known: readonly string[], keyspace: string): void {
  const missing = wanted?.find((name) => !known.includes(name))
  if (missing !== undefined) {
    throw new Problem(`--tables: there is no table or view ${shown(missing)}${meant(missing, known)} in keyspace ` +
      `${keyspace}; there are ${listed([...known].sort())}`)
  }
}

/** Whether the index of the folder exports a file that is there, by its name. */
function inIndex (out: string): (file: string) => boolean {
  const index = join(out, 'index.ts')
  const text = existsSync(index) ? readFileSync(index, 'utf8') : ''
  return (file) => text.includes(`'./${file.replace(/\.ts$/, '.js')}'`) && existsSync(join(out, file))
}

/** The module as a file in `out` imports it. */
function importOf (module: string, out: string): string {
  const file = resolve(module)
  if (!existsSync(file)) throw new Problem(`--db ${shown(module)}: there is no file ${relative(process.cwd(), file)}`)
  const path = relative(out, file).split(sep).join('/').replace(/\.([cm]?)ts$/, '.$1js')
  return path.startsWith('.') ? path : `./${path}`
}

function write (file: string, text: string, isCheck: boolean): State {
  const state: State = !existsSync(file) ? 'new' : readFileSync(file, 'utf8') === text ? 'same' : 'changed'
  if (state === 'same' || isCheck) return state
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return state
}
