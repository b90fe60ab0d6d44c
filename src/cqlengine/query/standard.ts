// `Model.standard('create')`: what a write or a search takes, as a Standard Schema that any library can ask.
import { InvalidValue } from '../columns/cql-type.js'
import { issuesOf } from '../columns/issues.js'
import { QueryError, ValidationError, type Violation } from '../errors.js'
import type { Standard, StandardIssue, StandardResult } from '../model/schema-types.js'
import { META, type ModelConstructor, tableOf } from '../model/meta.js'
import { checkNoView } from '../model/read-only.js'
import { checkedToFind, isNothing, readValues } from '../model/values.js'
import { Violations } from '../model/violations.js'
import { bounded, listed, shown } from '../words.js'
import { readChanges } from './writing/given-changes.js'

type Values = Record<string, unknown>
type Check = (model: ModelConstructor, values: unknown) => Values

const checks: Readonly<Record<string, Check>> = { create: newRow, update: changes, key }
const purposes = Object.keys(checks)

/**
 * @param purpose `create`, `update` or `key`
 * @throws {QueryError} for another one, {ModelDefinitionError} for an abstract base
 */
export function standardOf (model: ModelConstructor, purpose: unknown): Standard<unknown, Values> {
  const table = tableOf(model)
  if (purpose !== 'key') checkNoView(table)
  const check = typeof purpose === 'string' && Object.hasOwn(checks, purpose) ? checks[purpose] : undefined
  if (check === undefined) {
    throw new QueryError(`${model[META].name}.standard: expected one of ${listed(purposes)}, not ${shown(purpose)}`)
  }
  const validate = (values: unknown): StandardResult<Values> => {
    try {
      return { value: check(model, values) }
    } catch (error) {
      return { issues: standardIssues(error, values) }
    }
  }
  return Object.freeze({ '~standard': Object.freeze({ version: 1, vendor: 'fastify-cqlalchemy', validate }) })
}

/**
 * Judged by an instance, as `create()` does it: the constructor and `validate()` of the user's class have their say.
 * Gives what was given, converted.
 */
function newRow (model: ModelConstructor, values: unknown): Values {
  const given = Object.fromEntries(readValues(values, model[META].name))
  const instance = new model(given) as Values & { validate (): void } // eslint-disable-line new-cap -- a class in a variable
  instance.validate()
  return Object.fromEntries(
    Object.keys(given).filter((name) => given[name] !== undefined).map((name) => [name, instance[name]])
  )
}

function changes (model: ModelConstructor, values: unknown): Values {
  return Object.fromEntries(readChanges(model, values).map(({ column: { name }, change: { kind, value } }) => {
    return [kind === 'assign' ? name : `${name}__${kind}`, value]
  }))
}

function key (model: ModelConstructor, values: unknown): Values {
  const { key: columns } = tableOf(model)
  const violations = new Violations()
  const given = readValues(values, model[META].name)
  const found = columns.map((column) => {
    const value = given.get(column.name)
    return [column.name, violations.try(column.name, () => {
      if (value === undefined) throw new InvalidValue('required', 'must be given')
      const found = checkedToFind(column, value)
      if (isNothing(column, found)) throw new InvalidValue('empty', 'must not be empty, being part of the key')
      return found
    })] as const
  })
  for (const name of given.keys()) {
    if (!columns.some((column) => column.name === name)) {
      violations.unknown(name, { known: columns, of: 'the key has no such column' })
    }
  }
  violations.finish(model[META].name)
  return Object.fromEntries(found)
}

/** @throws {unknown} what tells nothing about values: a mistake in the model, or in the user's class */
function standardIssues (error: unknown, values: unknown): readonly StandardIssue[] {
  if (error instanceof ValidationError) return error.errors.map(issueOf)
  // Values that are right each for itself, but not together.
  if (error instanceof QueryError) return [{ message: error.message }]
  const found = issuesOf(error, values)
  if (found === undefined) throw error
  return found.first.map(({ message, path }) => ({ message: bounded(message), ...path.length > 0 && { path } }))
}

/** `*` stands for all values together. */
function issueOf ({ column, message, path = [] }: Violation): StandardIssue {
  return column === '*' ? { message } : { message, path: [column, ...path] }
}
