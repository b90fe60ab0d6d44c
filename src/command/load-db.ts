// The user's `db`: which module, loading it, finding the db in what it exports, connecting.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CQLAlchemy } from '../cqlalchemy.js'
import { shown } from '../cqlengine/words.js'
import type { InitOptions } from '../settings/options.js'
import type { Given } from './command.js'
import { messageOf } from './explained.js'
import { tell } from './output.js'
import { Problem } from './problem.js'

export interface Loaded {
  readonly db: CQLAlchemy
  /** The module as the user would name it. */
  readonly module: string
  /** Where the module connects it by itself, as an app does. */
  readonly isOpen: boolean
}

/** The db of `--db`, or of package.json, connected. @throws {Problem} */
export async function openDb (given: Given, options: InitOptions = {}): Promise<CQLAlchemy> {
  const { db, isOpen } = await loadDb(given)
  const keyspace = given.text('keyspace')
  if (isOpen) {
    if (keyspace !== undefined) db.setKeyspace(keyspace)
    return db
  }
  return await connect(db, { ...ownOptions(given), ...options })
}

/** @throws what `init` throws */
export async function connect (db: CQLAlchemy, options: InitOptions): Promise<CQLAlchemy> {
  return await db.init(options, { warn: (message) => { tell(`warning: ${message}`) } })
}

/** What the command line says of the configuration. */
export function ownOptions (given: Given): InitOptions {
  const [hosts, keyspace] = [given.text('hosts'), given.text('keyspace')]
  return { ...hosts !== undefined && { hosts }, ...keyspace !== undefined && { keyspace } }
}

/**
 * The db as its module exports it, connected or not. @param environment variables for modules that connect it
 * themselves
 */
export async function loadDb (given: Given, environment: Readonly<Record<string, string>> = {}): Promise<Loaded> {
  const file = fileOf(given.text('db'))
  const module = relative(process.cwd(), file) || file
  const [hosts, keyspace] = [given.text('hosts'), given.text('keyspace')]
  // Before the module is loaded: it may connect at once, by the same variables.
  Object.assign(
    process.env,
    environment,
    hosts !== undefined && { CASSANDRA_HOSTS: hosts },
    keyspace !== undefined && { CASSANDRA_KEYSPACE: keyspace }
  )
  const db = await findDb(await load(file, module), module)
  return { db, module, isOpen: db.isOpen }
}

/** Absolute. */
function fileOf (given: string | undefined): string {
  if (given !== undefined) return existing(resolve(given), `--db ${shown(given)}`)
  const configured = configuredModule()
  if (configured === undefined) {
    throw new Problem('no db is named: give --db <module>, or write "fastify-cqlalchemy": { "db": "./src/db.js" } ' +
      'into package.json. The module exports a CQLAlchemy as db or default, or an app that has one as app or default')
  }
  return existing(configured.file, `${configured.manifest}, "fastify-cqlalchemy": { "db": … }`)
}

function existing (file: string, where: string): string {
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new Problem(`${where}: there is no file ${relative(process.cwd(), file) || file}`)
  }
  return file
}

/** Of the nearest package.json, from the current folder up. */
function configuredModule (): { readonly file: string, readonly manifest: string } | undefined {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest)) {
      const { 'fastify-cqlalchemy': own } = parsed(manifest) as { 'fastify-cqlalchemy'?: { db?: unknown } }
      return typeof own?.db === 'string'
        ? { file: resolve(folder, own.db), manifest: relative(process.cwd(), manifest) }
        : undefined
    }
    if (dirname(folder) === folder) return undefined
  }
}

function parsed (manifest: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(manifest, 'utf8'))
    return typeof value === 'object' && value !== null ? value : {}
  } catch (cause) {
    throw new Problem(`${manifest} is no JSON`, { cause })
  }
}

async function load (file: string, module: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(file).href) as Record<string, unknown>
  } catch (cause) {
    throw new Problem(`${module} cannot be loaded: ${reason(cause, file)}`, { cause })
  }
}

/** Node's own codes; what is no error of loading was thrown by the module. */
function reason (error: unknown, file: string): string {
  const { code, message } = error instanceof Error ? error as NodeJS.ErrnoException : { code: undefined, message: '' }
  const isTypeScript = /\.[cm]?ts$/.test(file)
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && message.includes('ts"')) {
    return `Node ${process.versions.node} does not run TypeScript by itself. Use Node 22.18 or later; or npm install ` +
      '-D tsx, and NODE_OPTIONS=\'--import tsx\' npx fastify-cqlalchemy …; or name the compiled file'
  }
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    return `${firstLine(message)}. Node removes types but compiles nothing: npm install -D tsx, and ` +
      'NODE_OPTIONS=\'--import tsx\' npx fastify-cqlalchemy …; or name the compiled file'
  }
  if (code === 'ERR_MODULE_NOT_FOUND' && isTypeScript && /\.[cm]?js['"]?/.test(message)) {
    return `${firstLine(message)}. Node reads imports as they are written: write them with .ts (and ` +
      '"rewriteRelativeImportExtensions" in tsconfig.json), or npm install -D tsx, and NODE_OPTIONS=\'--import tsx\' ' +
      'npx fastify-cqlalchemy …'
  }
  // It may stand in a module that this one imports, and the error itself does not know.
  if (error instanceof SyntaxError) {
    return `${firstLine(message)}. \`node ${relative(process.cwd(), file)}\` shows the place`
  }
  if (code === 'ERR_MODULE_NOT_FOUND') return firstLine(message)
  return `it throws: ${ofModule(error)}`
}

/** With the places in files of the user: from the first of Node's own on they are those of this command. */
function ofModule (error: unknown): string {
  const lines = messageOf(error).split('\n')
  const end = lines.findIndex((line) => /^ +at .*\bnode:internal\//.test(line))
  return (end < 0 ? lines : lines.slice(0, end)).join('\n')
}

const firstLine = (text: string): string => text.split('\n', 1)[0] as string

async function findDb (exports: Record<string, unknown>, module: string): Promise<CQLAlchemy> {
  // A module of CommonJS has all its exports in the default one.
  const common = typeof exports['default'] === 'object' && exports['default'] !== null
    ? exports['default'] as Record<string, unknown>
    : {}
  const candidates = [exports['db'], exports['default'], exports['app'], common['db'], common['app'], common['default']]
  for (const one of candidates) if (one instanceof CQLAlchemy) return one
  for (const one of candidates) {
    const found = isApp(one) ? await ofApp(one, module) : undefined
    if (found !== undefined) return found
  }
  if (candidates.some(looksLikeDb)) {
    throw new Problem(`the db of ${module} was made by another copy of fastify-cqlalchemy than this command. Run the ` +
      'copy that the module imports: npx fastify-cqlalchemy, in the folder of its package')
  }
  const names = Object.keys(exports)
  throw new Problem(`${module} exports no db: it needs a CQLAlchemy as db or default, or an app that has one as app ` +
    'or default; it exports ' +
    (names.length === 0 ? 'nothing' : names.slice(0, 20).map((name) => shown(name)).join(', ')))
}

interface App { ready (): PromiseLike<unknown> }

const isApp = (value: unknown): value is App =>
  (typeof value === 'object' || typeof value === 'function') && value !== null && !(value instanceof CQLAlchemy) &&
    typeof (value as Partial<App>).ready === 'function'

const looksLikeDb = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'syncDb' in value && 'Model' in value

async function ofApp (app: App, module: string): Promise<CQLAlchemy | undefined> {
  try {
    await app.ready()
  } catch (cause) {
    throw new Problem(`the app of ${module} does not start: ${ofModule(cause)}`, { cause })
  }
  // What an app was decorated with is in no declaration.
  const members = app as unknown as Record<string, unknown>
  if (members['db'] instanceof CQLAlchemy) return members['db']
  // The plugin's option `decorator` names it otherwise.
  return Object.keys(members).map((name) => members[name]).find((one) => one instanceof CQLAlchemy)
}
