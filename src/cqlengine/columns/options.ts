import { ModelDefinitionError } from '../errors.js'
import { listOf } from '../known-options.js'
import { checkValue, minimumLength } from './check.js'
import type { AnyColumnOptions, IndexOptions } from './column.js'
import { type CqlType, InvalidValue } from './cql-type.js'
import { isPlainObject } from './outside.js'
import { listed, meant, shown } from '../words.js'

type Check = (value: unknown) => boolean
type OptionRule = readonly [Check, expected: string]

const flag: OptionRule = [(v) => typeof v === 'boolean', 'true or false']
const name: OptionRule = [(v) => typeof v === 'string' && v !== '', 'a string that is not empty']
const length: OptionRule = [(v) => Number.isSafeInteger(v) && (v as number) >= 0, 'a whole number, 0 or more']

const rules: Readonly<Record<string, OptionRule>> = {
  primaryKey: flag,
  partitionKey: flag,
  clusteringOrder: [(v) => typeof v === 'string' && /^(asc|desc)$/i.test(v), '"asc" or "desc"'],
  required: flag,
  default: [() => true, 'a value or a function'],
  static: flag,
  index: [
    (v) => typeof v === 'boolean' || isPlainObject(v) || Array.isArray(v), 'true, an index or an array of indexes'
  ],
  customIndex: flag,
  dbField: name,
  discriminatorColumn: flag,
  hidden: flag,
  validate: [(v) => typeof v === 'function', 'a function'],
  description: [(v) => typeof v === 'string', 'a string'],
  minLength: length,
  maxLength: length,
  frozen: flag
}

const common = Object.keys(rules).filter((option) => !['minLength', 'maxLength', 'frozen'].includes(option))

/** The options that columns of each family take. */
export const knownColumnOptions = {
  scalar: common,
  text: [...common, 'minLength', 'maxLength'],
  freezable: [...common, 'frozen'],
  counter: ['dbField', 'static', 'required', 'description', 'hidden']
} as const

const indexRules: Readonly<Record<string, OptionRule>> = {
  name: [(v) => typeof v === 'string' && /^\w+$/.test(v), 'letters, digits and _'],
  using: name,
  target: [(v) => ['values', 'keys', 'entries', 'full'].includes(v as string), '"values", "keys", "entries" or "full"'],
  options: [
    (v) => isPlainObject(v) && Object.values(v).every((o) => ['string', 'number', 'boolean'].includes(typeof o)),
    'an object of strings, numbers and booleans'
  ]
}

/**
 * The options of a column as an immutable value, without those that are undefined (COL-11, TYP-01, B17).
 * @param factory the column function's name, for messages
 * @throws {ModelDefinitionError} for an unknown option, a wrong value, or options that exclude each other
 */
export function checkOptions (factory: string, given: unknown, known: readonly string[]): AnyColumnOptions {
  const at = `columns.${factory}`
  if (given === undefined) return Object.freeze({})
  if (!isPlainObject(given)) {
    throw new ModelDefinitionError(`${at}: the options must be an object such as { required: true }`)
  }
  const options: Record<string, unknown> = {}
  for (const [option, value] of Object.entries(given)) {
    if (!known.includes(option)) {
      throw new ModelDefinitionError(`${at}: unknown option ${shown(option)}${meant(option, known)}; there are ` +
        `${listed(known)}`)
    }
    if (value === undefined) continue
    options[option] = checkedOption(`${at}: option ${option}`, rules[option] as OptionRule, value)
  }
  if (typeof options.clusteringOrder === 'string') options.clusteringOrder = options.clusteringOrder.toLowerCase()
  if (options.index !== undefined) options.index = checkIndex(at, options.index)
  checkCombination(at, options)
  return Object.freeze(options)
}

/**
 * The options with a copy of their default, which no later change of the value that was given reaches. A default that
 * can never be written is a mistake in the model. Functions are judged when they are called.
 * @throws {ModelDefinitionError}
 */
export function withOwnDefault (factory: string, type: CqlType, options: AnyColumnOptions): AnyColumnOptions {
  const value: unknown = options.default
  if (value === undefined || value === null || typeof value === 'function') return options
  try {
    return Object.freeze({ ...options, default: type.copy(checkValue({ type, options }, value)) as unknown })
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    throw new ModelDefinitionError(`columns.${factory}: the default ${error.message}`)
  }
}

function checkedOption (at: string, [check, expected]: OptionRule, value: unknown): unknown {
  if (!check(value)) throw new ModelDefinitionError(`${at} must be ${expected}`)
  return value
}

function checkIndex (at: string, index: unknown): boolean | readonly IndexOptions[] {
  if (typeof index === 'boolean') return index
  const indexes = Array.isArray(index) ? listOf(index) : [index]
  if (indexes === undefined) {
    throw new ModelDefinitionError(`${at}: index must be true, an index or an array of indexes`)
  }
  return Object.freeze(indexes.map((one) => {
    if (!isPlainObject(one)) {
      throw new ModelDefinitionError(`${at}: an index must be an object such as { using: 'sai' }`)
    }
    for (const [option, value] of Object.entries(one)) {
      const rule = Object.hasOwn(indexRules, option) ? indexRules[option] : undefined
      if (rule === undefined) {
        throw new ModelDefinitionError(`${at}: unknown option ${shown(option)} of an ` +
          `index${meant(option, Object.keys(indexRules))}; there are ${Object.keys(indexRules).join(', ')}`)
      }
      if (value !== undefined) checkedOption(`${at}: option ${option} of an index`, rule, value)
    }
    const { options } = one as IndexOptions
    return Object.freeze({
      ...one, ...options !== undefined && { options: Object.freeze({ ...options }) }
    }) as IndexOptions
  }))
}

function checkCombination (at: string, options: AnyColumnOptions): void {
  const minimum = minimumLength(options)
  const { maxLength = Infinity, primaryKey, partitionKey } = options
  if (maxLength < minimum) {
    const why = options.minLength === undefined
      ? 'a required text has at least 1 character unless minLength says 0'
      : `minLength is ${minimum}`
    throw new ModelDefinitionError(`${at}: maxLength is ${maxLength}, but ${why}`)
  }
  const isKey = primaryKey === true || partitionKey === true
  if (primaryKey === false && partitionKey === true) {
    throw new ModelDefinitionError(`${at}: a partitionKey is part of the primary key; leave out primaryKey: false`)
  }
  if (isKey && options.static === true) {
    throw new ModelDefinitionError(`${at}: a key column cannot be static; leave out one of both`)
  }
  if (isKey && options.frozen === false) {
    throw new ModelDefinitionError(`${at}: a key column must be frozen; leave out frozen: false`)
  }
}
