// The settings of one connection: what the options of `options.ts` become once they are read.
import { type Hedge, parseHedge } from '../cqlengine/connection/hedge.js'
import { checkClient, parseMaxWaiting } from '../cqlengine/connection/plan.js'
import type { Client, DseClientOptions } from '../cqlengine/driver.js'
import { ConfigError, NoConfigError, type CQLEngineError } from '../cqlengine/errors.js'
import { meant, printable } from '../cqlengine/words.js'
import { hasHosts, type ReadDriverOptions } from './driver-options.js'
import type { Variable } from './options.js'
import {
  readConsistency, readDriverOptions, readFlag, readHosts, readKeyspace, readObject, readText
} from './readers.js'

/** A connection as the connection registry takes it. */
export interface ConnectionSettings {
  /** Contact points; absent with `client`, and when the driver options have `cloud`. */
  readonly hosts?: string[] | undefined
  /** A client of the user's, never closed by this library. */
  readonly client?: Client | undefined
  /** The connection's own keyspace. The default connection has none: its keyspace is the `db`'s. */
  readonly keyspace?: string | undefined
  readonly consistency?: number | undefined
  readonly lazyConnect: boolean
  readonly retryConnect: boolean
  readonly localDataCenter?: string | undefined
  /** Absent: as many as usual. */
  readonly maxWaiting?: number | undefined
  /** Absent: the usual one. */
  readonly hedge?: Hedge | false | undefined
  /** `setupKwargs` without `localDataCenter`; class instances in it are the user's own. */
  readonly driver: Partial<DseClientOptions>
}

/** A connection, and what its user should be told. */
export interface ReadConnection { readonly settings: ConnectionSettings, readonly warnings: readonly string[] }

/** Names a place for messages: the option with a path below it, and its variable. */
export type Where = (path?: string) => string

/** The options of a connection after reading, by name; what was not given is absent. */
export interface ReadOptions {
  hosts?: string[] | undefined
  keyspace?: string | null | undefined
  consistency?: number | undefined
  lazyConnect?: boolean | undefined
  retryConnect?: boolean | undefined
  localDataCenter?: string | undefined
  maxWaiting?: number | undefined
  hedge?: Hedge | false | undefined
  setupKwargs?: ReadDriverOptions | undefined
  client?: Client | undefined
}

type Readers = { readonly [K in Variable]: (value: unknown, where: Where) => unknown }

/** How each option is read that the environment knows. */
export const READERS: Readers = {
  setupKwargs: (value, where) => readDriverOptions(value, where()),
  hosts: (value, where) => readHosts(value, where()),
  keyspace: (value, where) => readKeyspace(value, where()),
  consistency: (value, where) => readConsistency(value, where()),
  lazyConnect: (value, where) => readFlag(value, where()),
  retryConnect: (value, where) => readFlag(value, where()),
  localDataCenter: (value, where) => readText(value, where()),
  connections: (value, where) => readConnections(value, where)
}

/** What a `client` of the user's has already, and therefore excludes. */
export const CLIENT_EXCLUDES = ['hosts', 'setupKwargs', 'localDataCenter', 'maxWaiting'] as const

/**
 * Joins the options of one connection.
 * @throws ConfigError when hosts or data center are given twice: beside the driver's options and in them
 */
export function toConnection (read: ReadOptions, where: (option: Variable, path?: string) => string): ReadConnection {
  const { driver, contactPoints, localDataCenter } = read.setupKwargs ??
    { driver: {}, contactPoints: undefined, localDataCenter: undefined }
  const once = <T>(
    option: 'hosts' | 'localDataCenter', outside: T | undefined, inside: unknown, key: string
  ): T | undefined => {
    if (inside === undefined) return outside
    if (outside !== undefined) {
      throw new ConfigError(`${where(option)} and ${where('setupKwargs', `.${key}`)} are the same: give one of them`)
    }
    return READERS[option](inside, () => where('setupKwargs', `.${key}`)) as T
  }
  const cloud = driver.cloud !== undefined
  const hosts = cloud ? undefined : once('hosts', read.hosts, contactPoints, 'contactPoints')
  const dataCenter = once('localDataCenter', read.localDataCenter, localDataCenter, 'localDataCenter')
  return {
    settings: {
      ...(hosts !== undefined && { hosts }),
      ...(read.client !== undefined && { client: read.client }),
      ...(typeof read.keyspace === 'string' && { keyspace: read.keyspace }),
      ...(read.consistency !== undefined && { consistency: read.consistency }),
      lazyConnect: read.lazyConnect ?? false,
      retryConnect: read.retryConnect ?? false,
      ...(dataCenter !== undefined && { localDataCenter: dataCenter }),
      ...(read.maxWaiting !== undefined && { maxWaiting: read.maxWaiting }),
      ...(read.hedge !== undefined && { hedge: read.hedge }),
      driver
    },
    warnings: [
      ...(cloud && read.hosts !== undefined
        ? [`${where('hosts')} is ignored: ${where('setupKwargs', '.cloud')} says where the cluster is`]
        : []), // CON-08
      ...(read.client !== undefined && read.hedge
        ? ['The option hedge is ignored beside a client: that has its own policies']
        : [])
    ]
  }
}

/** One error for all that is wrong: a NoConfigError when all of it is missing, else a ConfigError. */
export function problemsError (problems: readonly CQLEngineError[]): ConfigError {
  const [first] = problems
  if (problems.length === 1 && first instanceof ConfigError) return first
  const Class = problems.every((problem) => problem instanceof NoConfigError) ? NoConfigError : ConfigError
  return new Class(problems.map(({ message }) => message).join('; '))
}

/** Gathers what is wrong, so that all of it is told at once. */
export class Problems {
  readonly #all: ConfigError[] = []

  /** What `read` gives; undefined when it finds something wrong. */
  try<T> (read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      this.#all.push(error)
      return undefined
    }
  }

  /** @throws ConfigError for all that was gathered */
  finish (): void {
    if (this.#all.length > 0) throw problemsError(this.#all)
  }
}

/** Named connections; `default` is the one of the options around. */
function readConnections (value: unknown, where: Where): ReadonlyMap<string, ReadConnection> {
  const problems = new Problems()
  const connections = new Map<string, ReadConnection>()
  for (const [name, options] of Object.entries(readObject(value, where()))) {
    const read = problems.try(() => {
      if (name === 'default') {
        throw new ConfigError(`${where('.default')} is reserved for the connection of the options around it; choose ` +
          'another name')
      }
      if (name === '') throw new ConfigError(`${where()} has a connection without a name`)
      return readConnection(readObject(options, where(`.${name}`)), (path = '') => where(`.${name}${path}`))
    })
    if (read !== undefined) connections.set(name, read)
  }
  problems.finish()
  return connections
}

const CONNECTION_OPTIONS = [
  'setupKwargs', 'hosts', 'keyspace', 'consistency', 'lazyConnect', 'retryConnect', 'localDataCenter'
] as const

/** One entry of `connections`: everything is in its object, nothing in the environment. */
function readConnection (given: Readonly<Record<string, unknown>>, where: Where): ReadConnection {
  const label = (option: string, path = ''): string => where(`.${option}${path}`)
  const problems = new Problems()
  problems.try(() => {
    checkNames(Object.keys(given), [...CONNECTION_OPTIONS, 'maxWaiting', 'hedge', 'client'], label)
  })
  const read: ReadOptions = {}
  const client = given.client === undefined ? undefined : problems.try(() => checkClient(given.client, label('client')))
  if (client !== undefined) read.client = client
  const hedge = given.hedge === undefined ? undefined : problems.try(() => parseHedge(given.hedge, label('hedge')))
  if (hedge !== undefined) read.hedge = hedge
  for (const option of CONNECTION_OPTIONS) {
    if (given[option] === undefined) continue
    problems.try(() => {
      checkExclusive(given.client, option, label)
      Object.assign(read, { [option]: READERS[option](given[option], (path = '') => label(option, path)) })
    })
  }
  if (given.maxWaiting !== undefined) {
    problems.try(() => {
      checkExclusive(given.client, 'maxWaiting', label)
      read.maxWaiting = parseMaxWaiting(given.maxWaiting, label('maxWaiting'))
    })
  }
  const connection = problems.try(() => toConnection(read, label))
  const hasPlace = given.hosts !== undefined || given.client !== undefined ||
    (given.setupKwargs !== undefined && (read.setupKwargs === undefined || hasHosts(read.setupKwargs)))
  if (!hasPlace) {
    problems.try(() => { throw new NoConfigError(`${label('hosts')}: no hosts are configured for this connection`) })
  }
  problems.finish()
  return connection as ReadConnection // there is one where nothing is wrong
}

/** @throws ConfigError for an option that a client of the user's excludes */
export function checkExclusive (client: unknown, option: string, label: (option: string) => string): void {
  if (client === undefined || !(CLIENT_EXCLUDES as readonly string[]).includes(option)) return
  // CON-06
  throw new ConfigError(`${label('client')} and ${label(option)} exclude each other: a client has its hosts and ` +
    'settings already')
}

/** So many unknown options are named: behind them stand those that there are. */
const mostNames = 8

/**
 * @param label the option as messages have it
 * @throws ConfigError for all options that do not exist
 */
export function checkNames (names: readonly string[], known: readonly string[], label: (name: string) => string): void {
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const bare: readonly string[] = unknown.filter((name) => name === 'username' || name === 'password') // CON-03
  const others = unknown.filter((name) => !bare.includes(name))
    .map((name) => `${label(printable(name))}${meant(name, known)}`)
  throw new ConfigError([
    ...bare.length === 0
      ? []
      : [`unknown option ${bare.map(label).join(', ')}; use setupKwargs: { credentials: { username, password } } ` +
        '(CASSANDRA_SETUP_KWARGS)'],
    ...others.length === 0
      ? []
      : [`unknown option ${others.slice(0, mostNames).join(', ')}` +
          `${others.length > mostNames ? ` and ${others.length - mostNames} more` : ''}; known are ${known.join(', ')}`]
  ].join('; '))
}
