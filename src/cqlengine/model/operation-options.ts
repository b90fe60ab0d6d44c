// The options of one operation: one table, and what is done by it. A further option is a row here, a line in
// `operations.ts` that gives its type, a signature with a comment for each of the three sets of setters that users see,
// and whoever makes something of it. test/model/option-table.test.ts asks for them and holds all of them to the table.
//
// The three sets are written out for the sake of editors. One generic declaration costs the compiler nothing, but its
// return type is a parameter of the method, so that hovers of query sets name their type three times; and what a mapped
// type makes of it has no comment while its arguments are typed.
import { isDate } from 'node:util/types'
import { checkedRoute } from '../connection/route.js'
import { parseConsistency, parseSerialConsistency } from '../connection/consistency.js'
import type { RequestOptions } from '../connection/request.js'
import { BatchError, QueryError } from '../errors.js'
import { asOurs } from '../known-options.js'
import type { OpOptions } from './operations.js'
import { listed, meant, shown } from '../words.js'

export type OptionName = keyof OpOptions

/** All that the library knows of one option. */
interface OptionRow<N extends OptionName> {
  /** The value as it is used. @throws {QueryError} for one that makes no sense */
  readonly check: (value: unknown, where: string) => OpOptions[N]
  /** Without effect it must not be when it is missing by mistake: `undefined` is refused. */
  readonly isNeverUndefined?: true
  /** Only writes of rows have it: reads, counters and raw CQL refuse it. */
  readonly isForWrites?: true
  /** It says on what the write depends. One write has one of these. */
  readonly isCondition?: true
  /** What it is called among the options of a request. */
  readonly request?: keyof RequestOptions
  /** Who may have it in a batch: each of its statements, the batch for all of them, both, or none. */
  readonly inBatch: readonly ('statement' | 'batch')[]
  /** What its setter means without an argument. */
  readonly preset?: true
  /** Queries on tables without a model have its setter, too. */
  readonly isNamed?: true
}

/** The server's limit: 20 years. */
const longestTtl = 630_720_000

/** ms; further away no Date can be, and microseconds would leave the 64 bits that the server has. */
const longestDistance = 8.64e15 / 2

export const operationOptions: { readonly [N in OptionName]-?: OptionRow<N> } = {
  ttl: { check: ttl, isForWrites: true, inBatch: ['statement'], isNamed: true },
  timestamp: { check: timestamp, isForWrites: true, inBatch: ['statement', 'batch'], isNamed: true },
  consistency: {
    check: (value, where) => parseConsistency(value, `${where}: consistency`),
    request: 'consistency',
    inBatch: ['batch'],
    isNamed: true
  },
  serialConsistency: {
    check: (value, where) => parseSerialConsistency(value, `${where}: serialConsistency`),
    request: 'serialConsistency',
    inBatch: []
  },
  timeout: { check: timeout, request: 'timeout', inBatch: ['batch'], isNamed: true },
  profile: { check: profile, request: 'executionProfile', inBatch: [] },
  iff: {
    check: iff, isNeverUndefined: true, isForWrites: true, isCondition: true, inBatch: ['statement'], isNamed: true
  },
  ifExists: {
    check: (value, where) => flag(value, `${where}: ifExists`),
    isForWrites: true,
    isCondition: true,
    inBatch: ['statement'],
    preset: true,
    isNamed: true
  },
  ifNotExists: {
    check: (value, where) => flag(value, `${where}: ifNotExists`),
    isForWrites: true,
    isCondition: true,
    inBatch: ['statement'],
    preset: true
  },
  idempotent: {
    check: (value, where) => flag(value, `${where}: idempotent`),
    request: 'isIdempotent',
    inBatch: ['statement'],
    preset: true
  },
  using: {
    check: (value, where) => Object.freeze(checkedRoute(`${where}: using`, value)), // a decision is kept for it
    isNeverUndefined: true,
    inBatch: ['statement'],
    isNamed: true
  },
  batch: { check: batch, isNeverUndefined: true, inBatch: ['statement'] }
}

// Object.keys is typed for objects that may have more than their type says.
export const optionNames = Object.keys(operationOptions) as readonly OptionName[]

/** The names of the options whose rows are so. */
export function optionsThat (is: (row: OptionRow<OptionName>) => boolean): readonly OptionName[] {
  return optionNames.filter((name) => is(operationOptions[name]))
}

const conditions = optionsThat((row) => row.isCondition === true)
const forWrites = optionsThat((row) => row.isForWrites === true)

/** The first option that only a write of rows has; `undefined` where there is none. */
export function writeOption (options: OpOptions): OptionName | undefined {
  return forWrites.find((name) => isSet(options[name]))
}

function ttl (value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= longestTtl) return value
  throw new QueryError(`${where}: ttl must be a whole number of seconds from 0 to ${longestTtl}`)
}

function timestamp (value: unknown, where: string): OpOptions['timestamp'] {
  // The least number of 64 bits stands for none.
  if (typeof value === 'bigint' && value > -(2n ** 63n) && value < 2n ** 63n) return value
  if (isDate(value) && !Number.isNaN(value.getTime())) return new Date(value)
  const msFromNow = typeof value === 'object' && value !== null && 'msFromNow' in value ? value.msFromNow : undefined
  if (typeof msFromNow === 'number' && Math.abs(msFromNow) <= longestDistance) return { msFromNow }
  throw new QueryError(`${where}: timestamp must be a Date, a bigint of microseconds since 1970, or { msFromNow }`)
}

function timeout (value: unknown, where: string): number {
  if (typeof value === 'number' && value > 0 && value <= 2 ** 31 - 1) return value
  throw new QueryError(`${where}: timeout must be a positive number of milliseconds`)
}

function profile (value: unknown, where: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new QueryError(`${where}: profile must be the name of an execution profile`)
}

function iff (value: unknown, where: string): OpOptions['iff'] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as OpOptions['iff']
  throw new QueryError(`${where}: iff must be an object of conditions`)
}

function batch (value: unknown, where: string): OpOptions['batch'] {
  if (typeof value === 'object' && value !== null && 'execute' in value && 'addCallback' in value) {
    return value as OpOptions['batch']
  }
  throw new QueryError(`${where}: batch takes what db.batch() hands to its function, or a new db.BatchQuery()`)
}

function flag (value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value
  throw new QueryError(`${where} must be true or false`)
}

const CHECKED = Symbol('checked options')
const REQUEST = Symbol('what goes with the request')
const SHARED = Symbol('shared by the statements of a batch')

/**
 * Options that were checked, each of which is there, so that all have one layout in memory. The mark is the object
 * itself: an overridden `save` may spread what it got into options of its own, and those are a user's.
 */
type CheckedOptions = OpOptions & {
  [CHECKED]: object | undefined
  [REQUEST]: Partial<RequestOptions> | undefined
  [SHARED]: boolean
}

// Spread into each new one. Not frozen, for V8 copies the layout of a frozen object slowly.
const none = {
  [CHECKED]: undefined,
  [REQUEST]: undefined,
  [SHARED]: false,
  ...Object.fromEntries(optionNames.map((name) => [name, undefined]))
} as CheckedOptions

export const noOptions: OpOptions = Object.freeze(copyOf(undefined))

/** What goes with the request, by the names that it has there. */
export function requestOptions (checked: OpOptions): Partial<RequestOptions> | undefined {
  return (checked as CheckedOptions)[REQUEST]
}

function isChecked (given: object): given is CheckedOptions {
  return (given as Partial<CheckedOptions>)[CHECKED] === given
}

function copyOf (checked: OpOptions | undefined): CheckedOptions {
  const copy = { ...checked === undefined || checked === noOptions ? none : checked as CheckedOptions }
  copy[CHECKED] = copy
  copy[SHARED] = false
  return copy
}

const ofBatches = new WeakMap<object, CheckedOptions>()

/** The options that say nothing but a batch: the statements of a batch share them, and what is made of them. */
function ofBatchAlone (batch: unknown, where: string): OpOptions {
  const known = ofBatches.get(batch as object)
  if (known !== undefined) return known
  const options = withOption(undefined, 'batch', batch, where) as CheckedOptions
  options[SHARED] = true
  ofBatches.set(options.batch as object, options)
  return options
}

/** True for options that name a batch and have nothing else: equal ones are one object. */
export function isBatchAlone (checked: OpOptions): boolean { return (checked as CheckedOptions)[SHARED] }

/** For a `save()` of the user's, which may change what it gets. */
export function ownOptions (checked: OpOptions | undefined): OpOptions | undefined {
  return checked !== undefined && isBatchAlone(checked) ? copyOf(checked) : checked
}

/**
 * `collected` with one more option, checked. `undefined` takes an option back, as does `batch: null` (QRY-25). Of
 * `using` the connection and the keyspace are chosen each by itself.
 * @throws {QueryError} for a value that makes no sense, {BatchError} for `using({ connection })` beside a batch
 */
export function addOption (
  collected: OpOptions | undefined, name: OptionName, value: unknown, where: string
): OpOptions {
  return name === 'batch' && (collected === undefined || collected === noOptions) && value !== null
    ? ofBatchAlone(value, where)
    : withOption(collected, name, value, where)
}

function withOption (
  collected: OpOptions | undefined, name: OptionName, value: unknown, where: string
): OpOptions {
  if (value === undefined && operationOptions[name].isNeverUndefined === true) {
    throw new QueryError(`${where}: ${name} is undefined; give a value, or leave it out`)
  }
  const taken = value === undefined || (name === 'batch' && value === null)
  const merged = copyOf(collected)
  ;(merged as Record<OptionName, unknown>)[name] = taken ? undefined : checkedOption(name, value, where)
  if (merged.using !== undefined && collected?.using !== undefined && name === 'using') {
    merged.using = Object.freeze({ ...collected.using, ...merged.using })
  }
  checkExclusive(merged, where)
  const { request } = operationOptions[name]
  if (request !== undefined) merged[REQUEST] = withRequestOption(merged[REQUEST], request, merged[name])
  return merged
}

function withRequestOption (
  all: Partial<RequestOptions> | undefined, name: keyof RequestOptions, value: unknown
): Partial<RequestOptions> | undefined {
  if (value !== undefined) return { ...all, [name]: value }
  const { [name]: _, ...others } = all ?? {}
  return Object.keys(others).length === 0 ? undefined : others
}

function checkedOption (name: OptionName, value: unknown, where: string): unknown {
  try {
    return operationOptions[name].check(value, where)
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
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new QueryError(`${where}: the last argument must be an object of options`)
  }
  if ((collected === undefined || collected === noOptions) && isChecked(given)) return given
  let merged: OpOptions = collected ?? noOptions
  for (const [name, value] of Object.entries(given)) {
    if (!isOption(name)) {
      throw new QueryError(`${where}: unknown option ${shown(name)}${meant(name, optionNames)}; known are ` +
        `${listed(optionNames)}`)
    }
    if (value !== undefined) merged = addOption(merged, name, value, where)
  }
  return merged
}

function isOption (name: string): name is OptionName { return Object.hasOwn(operationOptions, name) }

function checkExclusive (o: OpOptions, where: string): void {
  if (isSet(o.iff) || isSet(o.ifExists) || isSet(o.ifNotExists)) checkConditions(o, where)
  if (o.batch !== undefined && o.using?.connection !== undefined) {
    throw new BatchError(`${where}: a batch goes to one connection as a whole, so using({ connection: ` +
      `${shown(o.using.connection)} }) ` +
      'cannot stand with it; give the connection to the batch')
  }
}

function isSet (value: unknown): boolean { return value !== undefined && value !== false }

function checkConditions (o: OpOptions, where: string): void {
  const given = conditions.filter((name) => isSet(o[name]))
  if (given.length > 1) {
    throw new QueryError(`${where}: ${given.join(' and ')} cannot stand together; Cassandra takes one kind of ` +
      'condition')
  }
  if (o.timestamp !== undefined) {
    throw new QueryError(`${where}: a timestamp cannot stand with a condition (${given[0]}); Cassandra chooses it ` +
      'by itself')
  }
}

/**
 * The chain setters as they are inside the library. Those that users see are declared, each with an example, where
 * users see them.
 */
export type OptionSetters<R> = { readonly [N in OptionName]: (value?: OpOptions[N]) => R }

/** Makes the chain setters: methods of `target`, each of which hands its value to `set`. */
export function installSetters<T> (
  target: T & object, set: (self: T, name: OptionName, value: unknown) => unknown
): void {
  for (const name of optionNames) {
    const { preset } = operationOptions[name]
    const value = preset === undefined
      ? { [name] (this: T, value: unknown): unknown { return set(this, name, value) } }[name]
      : { [name] (this: T, value: unknown = preset): unknown { return set(this, name, value) } }[name]
    Object.defineProperty(target, name, { value, writable: true, configurable: true })
  }
}

/** Microseconds since 1970 of a `timestamp` option; `{ msFromNow }` counts from this call. */
export function microseconds (at: Date | bigint | { readonly msFromNow: number }): bigint {
  if (typeof at === 'bigint') return at
  if (at instanceof Date) return BigInt(at.getTime()) * 1000n
  return BigInt(Math.round((Date.now() + at.msFromNow) * 1000))
}
