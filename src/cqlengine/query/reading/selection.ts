import type { Encoding } from '../../connection/encoding.js'
import { QueryError } from '../../errors.js'
import type { TableColumn } from '../../model/table.js'
import { validationError } from '../../model/violations.js'
import { quote } from '../../statements/identifiers.js'
import { Selected } from '../terms/functions.js'

/** One thing that a SELECT asks for. */
export interface Selector {
  /** With its alias, if it has one. */
  readonly text: string
  /** Appends what its markers are bound to. */
  readonly bind?: (params: unknown[], encoding: Encoding) => void
  /** What the driver gave, as the instance's form. */
  readonly read?: (value: unknown) => unknown
  /** The column whose type the answer has; absent for what has a type of its own, such as a count. */
  readonly column?: TableColumn
}

/**
 * The selectors of `select({ alias: column or function })`. @throws {QueryError} for a function that the column's type
 * does not have
 */
export function selectors (model: string, fields: ReadonlyMap<string, TableColumn | Selected>): Selector[] {
  return [...fields].map(([alias, field]) =>
    field instanceof Selected ? functionSelector(model, alias, field) : columnSelector(alias, field))
}

function columnSelector (alias: string, column: TableColumn): Selector {
  return { text: `${column.cql} AS ${quote(alias)}`, read: (value) => readValue(column, value), column }
}

function functionSelector (model: string, alias: string, selected: Selected): Selector {
  const column = selected.of
  const as = quote(alias)
  if (column === undefined) return { text: `COUNT(*) AS ${as}`, read: Number }
  const at = `${model}.select, ${selected.function}(${column.name})`
  switch (selected.function) {
    case 'count': return { text: `COUNT(${column.cql}) AS ${as}`, read: Number }
    case 'min': case 'max': return {
      text: `${selected.function}(${column.cql}) AS ${as}`, read: (value) => readValue(column, value), column
    }
    case 'sum': case 'avg': {
      if (column.type.facts.isNumber !== true) throw new QueryError(`${at}: sums and averages are for numbers`)
      return { text: `${selected.function}(${column.cql}) AS ${as}`, read: (value) => readValue(column, value), column }
    }
    case 'ttl': case 'writetime': {
      if (column.role === 'partition' || column.role === 'clustering') {
        throw new QueryError(`${at}: key columns have neither ttl nor writetime`)
      }
      const read = selected.function === 'ttl' ? readNumber : readBigInt
      return { text: `${selected.function}(${column.cql}) AS ${as}`, read }
    }
    case 'similarityCosine': {
      if (column.type.kind !== 'vector') throw new QueryError(`${at}: it compares vectors`)
      const vector = vectorOf(model, column, selected.argument)
      return {
        text: `similarity_cosine(${column.cql}, ?) AS ${as}`,
        bind: (params, encoding) => params.push(column.type.toDriver(vector, encoding)),
        read: (value) => value
      }
    }
  }
}

function vectorOf (model: string, column: TableColumn, argument: unknown): unknown {
  try {
    return column.unruled.convert(argument)
  } catch (error) {
    throw validationError(model, column.name, error)
  }
}

export function readValue ({ type }: TableColumn, value: unknown): unknown {
  return value === null || value === undefined ? type.emptyValue() : type.fromDriver(value)
}

/** On a collection the server answers with one value per element. */
function readNumber (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readNumber)
  return value === null || value === undefined ? null : Number(value)
}

function readBigInt (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readBigInt)
  return value === null || value === undefined ? null : BigInt(String(value))
}
