import { isDate } from 'node:util/types'
import { checkedRoute } from '../connection/route.js'
import { parseConsistency, parseSerialConsistency } from '../connection/consistency.js'
import { BatchError, QueryError } from '../errors.js'
import { asOurs } from '../known-options.js'
import type { OpOptions } from './operations.js'
import { listed, meant, shown } from '../words.js'

/** The server's limit: 20 years. */
const longestTtl = 630_720_000

/** ms; further away no Date can be, and microseconds would leave the 64 bits that the server has. */
const longestDistance = 8.64e15 / 2

const checks: { readonly [K in keyof OpOptions]-?: (value: unknown, where: string) => OpOptions[K] } = {
  ttl: (value, where) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= longestTtl) return value
    throw new QueryError(`${where}: ttl must be a whole number of seconds from 0 to ${longestTtl}`)
  },
  timestamp: (value, where) => {
    if (typeof value === 'bigint' && value > -(2n ** 63n) && value < 2n ** 63n) return value // the least of 64 bits stands for none
    if (isDate(value) && !Number.isNaN(value.getTime())) return new Date(value)
    const msFromNow = typeof value === 'object' && value !== null && 'msFromNow' in value ? value.msFromNow : undefined
    if (typeof msFromNow === 'number' && Math.abs(msFromNow) <= longestDistance) return { msFromNow }
    throw new QueryError(`${where}: timestamp must be a Date, a bigint of microseconds since 1970, or { msFromNow }`)
  },
  consistency: (value, where) => parseConsistency(value, `${where}: consistency`),
  serialConsistency: (value, where) => parseSerialConsistency(value, `${where}: serialConsistency`),
  timeout: (value, where) => {
    if (typeof value === 'number' && value > 0 && value <= 2 ** 31 - 1) return value
    throw new QueryError(`${where}: timeout must be a positive number of milliseconds`)
  },
  profile: (value, where) => {
    if (typeof value === 'string' && value !== '') return value
    throw new QueryError(`${where}: profile must be the name of an execution profile`)
  },
  ifExists: (value, where) => flag(value, `${where}: ifExists`),
  ifNotExists: (value, where) => flag(value, `${where}: ifNotExists`),
  idempotent: (value, where) => flag(value, `${where}: idempotent`),
  iff: (value, where) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as OpOptions['iff']
    throw new QueryError(`${where}: iff must be an object of conditions`)
  },
  using: (value, where) => Object.freeze(checkedRoute(`${where}: using`, value)), // a decision is kept for it
  batch: (value, where) => {
    if (typeof value === 'object' && value !== null && 'execute' in value && 'addCallback' in value) return value as OpOptions['batch']
    throw new QueryError(`${where}: batch takes what db.batch() hands to its function, or a new db.BatchQuery()`)
  }
}

function flag (value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value
  throw new QueryError(`${where} must be true or false`)
}

/** Options that were checked, all of one layout. Those of users are plain objects. */
class CheckedOptions implements OpOptions {
  /** See shape.ts. */
  static readonly kept = new CheckedOptions()

  iff: OpOptions['iff']
  ttl: OpOptions['ttl']
  timestamp: OpOptions['timestamp']
  consistency: OpOptions['consistency']
  serialConsistency: OpOptions['serialConsistency']
  timeout: OpOptions['timeout']
  ifExists: OpOptions['ifExists']
  ifNotExists: OpOptions['ifNotExists']
  using: OpOptions['using']
  batch: OpOptions['batch']
  profile: OpOptions['profile']
  idempotent: OpOptions['idempotent']

  /** Written out, for it is made for each chained option. */
  constructor (o?: OpOptions) {
    this.iff = o?.iff
    this.ttl = o?.ttl
    this.timestamp = o?.timestamp
    this.consistency = o?.consistency
    this.serialConsistency = o?.serialConsistency
    this.timeout = o?.timeout
    this.ifExists = o?.ifExists
    this.ifNotExists = o?.ifNotExists
    this.using = o?.using
    this.batch = o?.batch
    this.profile = o?.profile
    this.idempotent = o?.idempotent
  }
}

export const noOptions: OpOptions = Object.freeze(new CheckedOptions())

/** What must not be without effect when it is missing by mistake: a condition, a place, a batch. */
const neverUndefined: ReadonlySet<string> = new Set<keyof OpOptions>(['iff', 'using', 'batch'])

/**
 * `collected` with one more option, checked. `undefined` takes an option back, as does `batch: null` (QRY-25). Of `using` the connection and
 * the keyspace are chosen each by itself.
 * @throws {QueryError} for a value that makes no sense, {BatchError} for `using({ connection })` beside a batch
 */
export function addOption (collected: OpOptions | undefined, name: keyof OpOptions, value: unknown, where: string): OpOptions {
  if (value === undefined && neverUndefined.has(name)) throw new QueryError(`${where}: ${name} is undefined; give a value, or leave it out`)
  const taken = value === undefined || (name === 'batch' && value === null)
  const merged = new CheckedOptions(collected)
  if (!taken) (merged as Record<keyof OpOptions, unknown>)[name] = checkedOption(name, value, where)
  else merged[name] = undefined
  if (merged.using !== undefined && collected?.using !== undefined && name === 'using') merged.using = Object.freeze({ ...collected.using, ...merged.using })
  checkTogether(merged, where)
  return merged
}

function checkedOption (name: keyof OpOptions, value: unknown, where: string): unknown {
  try {
    return checks[name](value, where)
  } catch (error) {
    throw asOurs(error, `${where}: ${name}`)
  }
}

/**
 * The options of one operation: those of the chain, overridden by those of the last argument.
 * @throws {QueryError} for an unknown name or a value that makes no sense
 */
export function mergeOptions (collected: OpOptions | undefined, given: unknown, where: string): OpOptions {
  if (given === undefined || given === null) return collected ?? noOptions
  try {
    return merge(collected, given, where)
  } catch (error) {
    throw asOurs(error, where)
  }
}

function merge (collected: OpOptions | undefined, given: unknown, where: string): OpOptions {
  if (given instanceof CheckedOptions && (collected === undefined || collected === noOptions)) return given
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new QueryError(`${where}: the last argument must be an object of options`)
  let merged: OpOptions = collected ?? noOptions
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(checks, name)) throw new QueryError(`${where}: unknown option ${shown(name)}${meant(name, Object.keys(checks))}; known are ${listed(Object.keys(checks))}`)
    if (value !== undefined) merged = addOption(merged, name as keyof OpOptions, value, where)
  }
  return merged
}

function checkTogether (o: OpOptions, where: string): void {
  if (isSet(o.iff) || isSet(o.ifExists) || isSet(o.ifNotExists)) checkConditions(o, where)
  if (o.batch !== undefined && o.using?.connection !== undefined) {
    throw new BatchError(`${where}: a batch goes to one connection as a whole, so using({ connection: ${shown(o.using.connection)} }) cannot stand with it; give the connection to the batch`)
  }
}

function isSet (condition: unknown): boolean { return condition !== undefined && condition !== false }

function checkConditions (o: OpOptions, where: string): void {
  const conditions = (['iff', 'ifExists', 'ifNotExists'] as const).filter((name) => isSet(o[name]))
  if (conditions.length > 1) throw new QueryError(`${where}: ${conditions.join(' and ')} cannot stand together; Cassandra takes one kind of condition`)
  if (o.timestamp !== undefined) throw new QueryError(`${where}: a timestamp cannot stand with a condition (${conditions[0]}); Cassandra chooses it by itself`)
}

/** Microseconds since 1970 of a `timestamp` option; `{ msFromNow }` counts from this call. */
export function microseconds (at: Date | bigint | { readonly msFromNow: number }): bigint {
  if (typeof at === 'bigint') return at
  if (at instanceof Date) return BigInt(at.getTime()) * 1000n
  return BigInt(Math.round((Date.now() + at.msFromNow) * 1000))
}
