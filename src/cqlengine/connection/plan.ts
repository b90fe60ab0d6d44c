// From what a user writes about a connection to what we do about it. Every mistake is a ConfigError that names the
// option and never shows its value.
import type { Client } from '../driver.js'
import { ConfigError, NoConfigError } from '../errors.js'
import { asOurs, listOf } from '../known-options.js'
import type { DriverOptions } from './client.js'
import { parseConsistency } from './consistency.js'
import { type Hedge, parseHedge, usualHedge } from './hedge.js'
import { parseHosts } from './hosts.js'
import { listed, meant, shown } from '../words.js'

/** A connection to be made: with a client of the user's, or with settings for one of ours. */
export interface Plan {
  readonly name: string
  readonly keyspace: string | undefined
  readonly isDefault: boolean
  readonly lazyConnect: boolean
  readonly retryConnect: boolean
  readonly client: Client | undefined
  readonly hosts: readonly string[] | undefined
  readonly consistency: number | undefined
  readonly localDataCenter: string | undefined
  /** undefined: as many as usual. */
  readonly maxWaiting: number | undefined
  readonly options: DriverOptions
  /** Of a client of the user's: false. */
  readonly hedge: Hedge | false
}

type Values = Readonly<Record<string, unknown>>

const own = [
  'hosts', 'keyspace', 'consistency', 'lazyConnect', 'retryConnect', 'localDataCenter', 'maxWaiting', 'hedge',
  'setupKwargs', 'clusterOptions',
  'session', 'client', 'default'
]
const besideClient = ['keyspace', 'default', 'session', 'client']

/** The driver ignores what it does not know, so a slip of the pen would go unnoticed. */
const driverOptions: Readonly<Record<string, readonly string[] | undefined>> = {
  contactPoints: undefined,
  localDataCenter: undefined,
  authProvider: undefined,
  credentials: ['username', 'password'],
  cloud: ['secureConnectBundle', 'endpoint'],
  encoding: ['map', 'set', 'copyBuffer', 'useUndefinedAsUnset', 'useBigIntAsLong', 'useBigIntAsVarint'],
  isMetadataSyncEnabled: undefined,
  maxPrepared: undefined,
  metrics: undefined,
  policies: [
    'addressResolution', 'loadBalancing', 'reconnection', 'retry', 'speculativeExecution', 'timestampGeneration'
  ],
  pooling: ['coreConnectionsPerHost', 'heartBeatInterval', 'maxRequestsPerConnection', 'warmup'],
  prepareOnAllHosts: undefined,
  profiles: undefined,
  promiseFactory: undefined,
  protocolOptions: ['maxSchemaAgreementWaitSeconds', 'maxVersion', 'noCompact', 'port'],
  queryOptions: undefined,
  refreshSchemaDelay: undefined,
  rePrepareOnUp: undefined,
  requestTracker: undefined,
  socketOptions: [
    'coalescingThreshold', 'connectTimeout', 'defunctReadTimeoutThreshold', 'keepAlive', 'keepAliveDelay',
    'readTimeout', 'tcpNoDelay'
  ],
  sslOptions: undefined,
  id: undefined,
  applicationName: undefined,
  applicationVersion: undefined,
  monitorReporting: ['enabled'],
  graphOptions: undefined
}

/**
 * Checks the options of one connection.
 * @param raw what a user wrote
 * @param warn told of what is ignored
 * @throws {ConfigError}
 */
export function planConnection (name: string, raw: unknown, warn: (message: string) => void): Plan {
  const where = `Connection ${shown(name)}`
  try {
    return planned(name, where, asObject(raw, where), warn)
  } catch (error) {
    throw asOurs(error, where, ConfigError)
  }
}

function planned (name: string, where: string, values: Values, warn: (message: string) => void): Plan {
  for (const key of Object.keys(values)) if (!own.includes(key)) throw unknownOption(where, key, own)
  const common = {
    name,
    keyspace: keyspaceOf(values, where),
    isDefault: flag(values, 'default', where)
  }
  if (given(values, 'session') || given(values, 'client')) return { ...common, ...withClient(values, where) }
  return {
    ...common,
    lazyConnect: flag(values, 'lazyConnect', where),
    retryConnect: flag(values, 'retryConnect', where),
    client: undefined,
    consistency: given(values, 'consistency')
      ? parseConsistency(values.consistency, `${where}: consistency`, ConfigError)
      : undefined,
    maxWaiting: given(values, 'maxWaiting') ? parseMaxWaiting(values.maxWaiting, `${where}: maxWaiting`) : undefined,
    hedge: given(values, 'hedge') ? parseHedge(values.hedge, `${where}: hedge`) : usualHedge,
    ...withHosts(values, where, warn)
  }
}

/** The options of `setup()`: options of the driver stand beside ours (CON-03). */
export function setupOptions (raw: unknown): Values {
  try {
    return readSetup('setup()', raw)
  } catch (error) {
    throw asOurs(error, 'setup()', ConfigError)
  }
}

function readSetup (where: string, raw: unknown): Values {
  const {
    lazyConnect, retryConnect, consistency, localDataCenter, maxWaiting, hedge, setupKwargs, clusterOptions, ...rest
  } = asObject(raw ?? {}, where)
  for (const key of Object.keys(rest)) {
    if (!Object.hasOwn(driverOptions, key)) throw unknownOption(where, key, Object.keys(driverOptions))
  }
  const nested = setupKwargs ?? clusterOptions
  if (setupKwargs !== undefined && clusterOptions !== undefined) throw sameThing(where)
  return {
    lazyConnect,
    retryConnect,
    consistency,
    localDataCenter,
    maxWaiting,
    hedge,
    clusterOptions: nested === undefined ? rest : { ...asObject(nested, `${where}: clusterOptions`), ...rest }
  }
}

/** A client is anything that has the driver's `execute`: tests may use doubles. */
export function isClient (value: unknown): value is Client {
  try {
    return typeof value === 'object' && value !== null && typeof (value as Partial<Client>).execute === 'function'
  } catch {
    return false // a Proxy
  }
}

/** @throws {ConfigError} */
export function checkClient (value: unknown, where: string): Client {
  if (!isClient(value)) throw new ConfigError(`${where} must be a Client of cassandra-driver`)
  return value
}

/** @throws {ConfigError} */
export function parseMaxWaiting (value: unknown, where: string): number {
  if (!Number.isSafeInteger(value) || Number(value) < 0) {
    throw new ConfigError(`${where} must be a whole number of statements, 0 or more`)
  }
  return Number(value)
}

type ClientPart = Omit<Plan, 'name' | 'keyspace' | 'isDefault'> & Partial<Pick<Plan, 'keyspace'>>

/**
 * A client brings its own settings along (CON-06). Naming an option with the value that it has anyway is no
 * contradiction.
 */
function withClient (values: Values, where: string): ClientPart {
  if (given(values, 'session') && given(values, 'client')) {
    throw new ConfigError(`${where}: session and client are the same option: give one of them`)
  }
  for (const [key, value] of Object.entries(values)) {
    if (besideClient.includes(key) || value === undefined || value === null || value === false) continue
    throw new ConfigError(`${where}: ${key} cannot stand beside ${given(values, 'session') ? 'session' : 'client'}: ` +
      'the client has its own settings; only keyspace and default can')
  }
  const client = checkClient(
    values.session ?? values.client, `${where}: ${given(values, 'session') ? 'session' : 'client'}`
  )
  const keyspace = keyspaceOf(values, where) ?? (client.keyspace || undefined)
  return {
    client,
    keyspace,
    lazyConnect: false,
    retryConnect: false,
    hosts: undefined,
    consistency: undefined,
    localDataCenter: undefined,
    maxWaiting: undefined,
    hedge: false,
    options: {}
  }
}

function withHosts (
  values: Values, where: string, warn: (message: string) => void
): Pick<Plan, 'hosts' | 'localDataCenter' | 'options'> {
  if (given(values, 'setupKwargs') && given(values, 'clusterOptions')) throw sameThing(where)
  const key = given(values, 'setupKwargs') ? 'setupKwargs' : 'clusterOptions'
  const { contactPoints, localDataCenter: nested, ...options } = checkDriverOptions(values[key], `${where}: ${key}`)
  const localDataCenter = pick(values, 'localDataCenter', nested, where, key)
  if (localDataCenter !== undefined && (typeof localDataCenter !== 'string' || localDataCenter === '')) {
    throw new ConfigError(`${where}: localDataCenter must be a name, that is a string that is not empty`)
  }
  const hosts = pick(values, 'hosts', contactPoints, where, key)
  if (options.cloud !== undefined) {
    // CON-08
    if (hosts !== undefined) warn(`${where}: hosts are ignored, since ${key}.cloud says where the cluster is`)
    return { hosts: undefined, localDataCenter, options }
  }
  if (hosts === undefined) throw new NoConfigError(`${where} needs hosts`)
  return { hosts: parseHosts(hosts, `${where}: hosts`), localDataCenter, options }
}

export function checkDriverOptions (raw: unknown, where: string): Values & DriverOptions {
  const values = raw === undefined || raw === null ? {} : asObject(raw, where)
  for (const [key, value] of Object.entries(values)) {
    if (key === 'keyspace') {
      throw new ConfigError(`${where}: keyspace goes beside it, not into it: connections are bound to no keyspace`)
    }
    if (!Object.hasOwn(driverOptions, key)) throw unknownOption(where, key, Object.keys(driverOptions))
    const nested = driverOptions[key]
    if (nested === undefined || value === undefined || value === null) continue
    for (const inner of Object.keys(asObject(value, `${where}.${key}`))) {
      if (!nested.includes(inner)) {
        throw new ConfigError(`${where}.${key} has no option ${shown(inner)}${meant(inner, nested)}; it has: ` +
          `${listed(nested)}`)
      }
    }
  }
  const { credentials, sslOptions, profiles } = values
  if (
    isObject(credentials) && !(typeof credentials.username === 'string' && typeof credentials.password === 'string')
  ) throw new ConfigError(`${where}.credentials needs username and password, both strings`)
  if (sslOptions !== undefined && sslOptions !== null && !isObject(sslOptions)) {
    throw new ConfigError(`${where}.sslOptions must be an object ({} turns TLS on)`)
  }
  if (profiles !== undefined && listOf(profiles) === undefined) {
    throw new ConfigError(`${where}.profiles must be an array of ExecutionProfile`)
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null))
}

/** An option that may stand at two places, but not at both. */
function pick (values: Values, name: string, nested: unknown, where: string, key: string): unknown {
  if (given(values, name) && nested !== undefined) {
    throw new ConfigError(`${where}: ${name} is given twice, beside ${key} and in it`)
  }
  return given(values, name) ? values[name] : nested
}

function keyspaceOf (values: Values, where: string): string | undefined {
  const { keyspace } = values
  if (keyspace === undefined || keyspace === null) return undefined
  if (typeof keyspace !== 'string' || keyspace === '') {
    throw new ConfigError(`${where}: keyspace must be a name, that is a string that is not empty`)
  }
  return keyspace
}

function flag (values: Values, name: string, where: string): boolean {
  const value = values[name]
  if (value === undefined || value === null) return false
  if (typeof value !== 'boolean') throw new ConfigError(`${where}: ${name} must be true or false`)
  return value
}

const given = (values: Values, name: string): boolean => values[name] !== undefined && values[name] !== null
const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function asObject (value: unknown, where: string): Values {
  if (!isObject(value)) throw new ConfigError(`${where}: the options must be an object`)
  return value
}

const sameThing = (where: string): ConfigError =>
  new ConfigError(`${where}: setupKwargs and clusterOptions are the same option: give one of them`)

function unknownOption (where: string, key: string, known: readonly string[]): ConfigError {
  if (key === 'username' || key === 'password') {
    return new ConfigError(`${where}: ${key} is no option: put credentials: { username, password }, or an ` +
      'authProvider, into the options of the driver (CON-03)')
  }
  const hint = Object.hasOwn(driverOptions, key) ? ': it is an option of the driver, put it into clusterOptions' : ''
  return new ConfigError(
    `${where}: unknown option ${shown(key)}${hint === '' ? `${meant(key, known)}; known are ${listed(known)}` : hint}`
  )
}
