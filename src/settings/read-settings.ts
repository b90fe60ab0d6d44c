// Reads the configuration: explicit options > `config` > environment > `.env`. Pure but for reading the last two;
// nothing given is changed.
import { envSchema } from 'env-schema'
import { parseHedge } from '../cqlengine/connection/hedge.js'
import { checkClient, parseMaxWaiting } from '../cqlengine/connection/plan.js'
import { ConfigError, CQLEngineError } from '../cqlengine/errors.js'
import { asOurs } from '../cqlengine/known-options.js'
import {
  checkExclusive, checkNames, CLIENT_EXCLUDES, Problems, problemsError, READERS, toConnection,
  type ConnectionSettings, type ReadConnection, type ReadOptions
} from './connection-settings.js'
import { hasHosts, isObject } from './driver-options.js'
import { VARIABLES, variableOf, type InitOptions, type Variable } from './options.js'
import { readMilliseconds, readSecrets } from './readers.js'

/** All that a `db` needs to start. */
export interface Settings {
  /** The connection called `default`; without a keyspace of its own, so that `db.setKeyspace` reaches it. */
  readonly default: ConnectionSettings
  /** `db.keyspace`; undefined: none on purpose. */
  readonly keyspace: string | undefined
  /** Further connections by name. No prototype: any name may be looked up. */
  readonly connections: Readonly<Record<string, ConnectionSettings>>
  readonly pageTokenSecret?: string | readonly string[]
  /** Milliseconds; 0: no limit. */
  readonly connectTimeout?: number
  /** Milliseconds. */
  readonly slowQuery?: number
  /**
   * What the user should be told although it works, such as a driver option that does not exist. Never holds values.
   */
  readonly warnings: readonly string[]
}

const OPTIONS = Object.keys(VARIABLES) as readonly Variable[]
const KNOWN = [
  ...OPTIONS, 'config', 'env', 'client', 'pageTokenSecret', 'connectTimeout', 'slowQuery', 'maxWaiting', 'hedge'
]

/** Whose settings they are. */
export interface Reader {
  /** The instance, whose variables are `CASSANDRA_<NAME>_…` only. */
  readonly name?: string | undefined
  /** Options that the caller has beside these, for messages. */
  readonly ownOptions?: readonly string[] | undefined
}

/**
 * @param options what the user wrote; may be frozen
 * @throws NoConfigError when hosts or keyspace are configured nowhere
 * @throws ConfigError for anything else that is wrong, all of it at once; both name option and variable, never a value
 */
export function readSettings (options: InitOptions = {}, reader: Reader = {}): Settings {
  try {
    return settingsOf(options, reader)
  } catch (error) {
    throw asOurs(error, 'The options', ConfigError)
  }
}

function settingsOf (options: InitOptions, { name, ownOptions = [] }: Reader): Settings {
  if (!isObject(options)) throw new ConfigError('options must be an object')
  const problems = new Problems()
  const given = <O extends keyof InitOptions, T>(
    option: O, read: (value: NonNullable<InitOptions[O]>, where: string) => T
  ): T | undefined => {
    const value = options[option]
    return value === undefined
      ? undefined
      : problems.try(() => read(value as NonNullable<InitOptions[O]>, `option ${option}`))
  }
  const label = (option: string, path = ''): string => `${option}${path} (${variableOf(option as Variable, name)})`
  problems.try(() => { checkNames(Object.keys(options), [...KNOWN, ...ownOptions], (one) => one) })
  const client = given('client', checkClient)
  for (const option of CLIENT_EXCLUDES) {
    if (options[option] !== undefined) {
      problems.try(() => {
        checkExclusive(options.client, option, (one) => one === 'client' || one === 'maxWaiting' ? one : label(one))
      })
    }
  }
  const { connections, ...read } = problems.try(() => readVariables(options, { name, label })) ?? {}
  const maxWaiting = given('maxWaiting', parseMaxWaiting)
  const hedge = given('hedge', parseHedge)
  const pageTokenSecret = given('pageTokenSecret', readSecrets)
  const connectTimeout = given('connectTimeout', readMilliseconds)
  const slowQuery = given('slowQuery', readMilliseconds)
  const connection = problems.try(() =>
    toConnection({ ...read, client, maxWaiting, hedge, keyspace: undefined }, label))
  problems.finish()
  const { settings, warnings } = connection as ReadConnection // there is one where nothing is wrong
  const named = [...connections ?? []]
  return {
    default: settings,
    keyspace: read.keyspace === undefined ? ownKeyspace(client) : read.keyspace ?? undefined,
    connections: Object.assign(
      Object.create(null),
      Object.fromEntries(
        named.map(([name, { settings: own }]) => [
          name, maxWaiting === undefined || own.client !== undefined ? own : { maxWaiting, ...own }
        ])
      )
    ),
    ...(pageTokenSecret !== undefined && { pageTokenSecret }),
    ...(connectTimeout !== undefined && { connectTimeout }),
    ...(slowQuery !== undefined && { slowQuery }),
    warnings: [...warnings, ...named.flatMap(([, one]) => one.warnings)]
  }
}

interface ReadVariables extends ReadOptions { connections?: ReadonlyMap<string, ReadConnection> }
interface Context { readonly name?: string | undefined, readonly label: (option: string, path?: string) => string }

/** Everything that the environment may hold as well, merged, checked and converted by env-schema. */
function readVariables (options: InitOptions, { name, label }: Context): ReadVariables {
  // The environment's hosts and driver options do not count beside a client: it has its own.
  const wanted = OPTIONS.filter((option) =>
    options.client === undefined || !(CLIENT_EXCLUDES as readonly string[]).includes(option))
  const optionOf = new Map(wanted.map((option) => [variableOf(option, name), option]))
  const explicit = present(Object.fromEntries(wanted.map((option) => [variableOf(option, name), options[option]])))
  const [env, ...objects] = layers(options)

  const read = (variable: string, value: unknown, merged: Record<string, unknown>): unknown => {
    const option = optionOf.get(variable) as Variable
    if (value === '' && !(variable in explicit) && MAY_BE_BLANK.has(option)) return undefined
    if (value === '' && option === 'hosts' &&
      hasHosts(merged[variableOf('setupKwargs', name)] as ReadOptions['setupKwargs'])) return undefined
    if (value === '' && option === 'keyspace' && ownKeyspace(options.client) !== undefined) return undefined
    return READERS[option](value, (path) => label(option, path))
  }
  const merged = validate([...optionOf], { env, data: [...objects.map(present), explicit], read })
  return Object.fromEntries([...optionOf].map(([variable, option]) => [option, merged[variable]]))
}

/** An empty variable of these is one that is not set, as deployment files leave them. */
const MAY_BE_BLANK: ReadonlySet<Variable> = new Set(['consistency', 'localDataCenter'])

/** Whether to read the process's environment and `.env`, then the objects that go before them. */
function layers ({ env = true, config = {} }: InitOptions): [boolean, ...object[]] {
  if (!isObject(config)) throw new ConfigError('option config must be an object with CASSANDRA_* keys')
  if (typeof env === 'boolean') return [env, config]
  if (!isObject(env)) throw new ConfigError('option env must be a boolean or an object with CASSANDRA_* keys')
  return [false, env, config]
}

/** A copy without undefined: env-schema would let it hide the value of a lower layer. */
const present = (object: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))

interface Validation {
  readonly env: boolean
  readonly data: readonly Record<string, unknown>[]
  readonly read: (variable: string, value: unknown, merged: Record<string, unknown>) => unknown
}

/** The parts of Ajv's contract that the keyword uses; Ajv itself is env-schema's dependency, not ours. */
interface Check {
  (
    spec: unknown,
    value: unknown,
    schema: unknown,
    context: { parentData: Record<string, unknown>, parentDataProperty: string | number }
  ): boolean
  errors?: object[]
}

function validate (
  variables: readonly (readonly [variable: string, option: Variable])[], { env, data, read }: Validation
): Record<string, unknown> {
  const check: Check = (_spec, value, _schema, { parentData, parentDataProperty }) => {
    try {
      parentData[parentDataProperty] = read(String(parentDataProperty), value, parentData)
      return true
    } catch (error) {
      if (!(error instanceof CQLEngineError)) throw error
      check.errors = [{ keyword: 'cassandra', message: error.message, params: { error } }]
      return false
    }
  }
  // A fresh schema per call, for env-schema writes to it. Hosts and keyspace must be somewhere: '' stands for nowhere.
  const properties = Object.fromEntries(variables.map(([variable, option]) =>
    [variable, { cassandra: true, ...((option === 'hosts' || option === 'keyspace') && { default: '' }) }]))
  try {
    return envSchema<Record<string, unknown>>({
      schema: { type: 'object', properties },
      data: data as [Record<string, unknown>],
      env,
      dotenv: env,
      ajv: {
        customOptions: (ajv) =>
          ajv.addKeyword({
            keyword: 'cassandra',
            schemaType: 'boolean',
            modifying: true,
            errors: 'full',
            validate: check as never // `Check` has what the keyword uses of Ajv's contract
          })
      }
    })
  } catch (error) {
    throw explain(error)
  }
}

function explain (error: unknown): unknown {
  const { errors, code } = error as { errors?: { params: { error: CQLEngineError } }[], code?: string }
  if (errors !== undefined) return problemsError(errors.map(({ params }) => params.error))
  if (code !== undefined) {
    return new ConfigError(
      `.env in the current directory cannot be read (${code}); correct it, or write env: false`, { cause: error }
    )
  }
  return error
}

/** The keyspace that a client of the user's was made with. */
function ownKeyspace (client: InitOptions['client']): string | undefined {
  const keyspace = client?.keyspace
  return typeof keyspace === 'string' && keyspace !== '' ? keyspace : undefined
}
