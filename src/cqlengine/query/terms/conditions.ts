import { InvalidValue } from '../../columns/cql-type.js'
import { isLostInside } from '../../columns/elements.js'
import { Expression, type Operator, operators } from '../../columns/expression.js'
import { boundInt64 } from '../../columns/big-integer.js'
import { hasDuration } from '../../columns/nesting.js'
import type { Encoding } from '../../connection/encoding.js'
import { QueryError } from '../../errors.js'
import { asOurs } from '../../known-options.js'
import { checkKeyValue } from '../../model/key-limits.js'
import type { Table, TableColumn } from '../../model/table.js'
import { entriesOf } from '../../model/values.js'
import { namesOf, validationError } from '../../model/violations.js'
import { relation, ringRelation, tokenRelation } from '../../statements/relation.js'
import { Token } from './functions.js'
import { isRange, takesPattern } from './index-support.js'
import type { Bounds } from './token-range.js'
import { listed, meant, shown } from '../../words.js'

/** A checked condition on a column; values are in the instance's form. */
export interface ColumnCondition {
  readonly column: TableColumn
  readonly operator: Operator
  /** One value; for `in` an array, for `entry` `[key, value]`; null only in conditions of lightweight transactions. */
  readonly value: unknown
}

/** A checked condition on the token of the partition key. */
export interface TokenCondition {
  readonly token: 'eq' | 'gt' | 'gte' | 'lt' | 'lte'
  readonly values: readonly unknown[]
  readonly columns: readonly TableColumn[]
}

/** Rows whose partitions lie in a part of the ring: `inRange`, and each part of a scan. A query has one at most. */
export interface RangeCondition {
  readonly token: 'range'
  readonly bounds: Bounds
  readonly columns: readonly TableColumn[]
}

export type QueryCondition = ColumnCondition | TokenCondition | RangeCondition

/** `filter`: null is refused. `iff`: null is a value, `ne` is there. */
export type Purpose = 'filter' | 'iff'

const none: readonly QueryCondition[] = []

/**
 * Reads what a user passed to `filter`, `get` or `iff`: objects of `column__operator` keys, or expressions.
 * @param before conditions to which these are added
 * @throws {QueryError} for unknown columns and operators, for null and undefined; {ValidationError} for values that the
 *   column refuses
 */
export function readConditions (
  table: Table, given: readonly unknown[], purpose: Purpose, before: readonly QueryCondition[] = none
): QueryCondition[] {
  const conditions = before.slice()
  try {
    for (const one of given) {
      if (one instanceof Expression) {
        const column = table.byName.get(one.column)
        if (column === undefined) throw unknownColumn(table, one.column, purpose)
        conditions.push(readCondition(table, column, one.operator, one.value, purpose))
      } else readObject(table, one, purpose, conditions)
    }
  } catch (error) {
    throw asOurs(error, `${table.name}.${purpose}`)
  }
  return conditions
}

function readObject (table: Table, given: unknown, purpose: Purpose, conditions: QueryCondition[]): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new QueryError(`${table.name}.${purpose}: expected an object of columns and values, or conditions such as ` +
      'Model.columns.name.eq(…)')
  }
  const entries = entriesOf(given, table.name)
  for (let i = 0; i < entries.length; i += 2) {
    conditions.push(readKey(table, entries[i] as string, entries[i + 1], purpose))
  }
}

/** A declared column wins over an operator in its name (B20). */
function readKey (table: Table, key: string, value: unknown, purpose: Purpose): QueryCondition {
  const column = table.byName.get(key)
  if (column !== undefined) return readCondition(table, column, 'eq', value, purpose)
  const token = /^pk__token(?:__(eq|gt|gte|lt|lte))?$/.exec(key)
  if (token !== null) return readToken(table, (token[1] ?? 'eq') as TokenCondition['token'], value, purpose)
  const split = splitKey(table, key)
  if (split === undefined) throw unknownColumn(table, key, purpose)
  const operator = operators.find((o) => o === split.word)
  if (operator === undefined) {
    throw new QueryError(`${table.name}.${purpose}: ${shown(key)} has an unknown operator` +
      `${meant(split.word, operators)}; known are ${listed(operators)}`)
  }
  return readCondition(table, split.column, operator, value, purpose)
}

/** The column that a key such as `day__gte` or `tags__add` names, and the word behind it; undefined for no column. */
export function splitKey (table: Table, key: string): { column: TableColumn, word: string } | undefined {
  const at = key.lastIndexOf('__')
  const column = at < 0 ? undefined : table.byName.get(key.slice(0, at))
  return column === undefined ? undefined : { column, word: key.slice(at + 2) }
}

function unknownColumn (table: Table, key: string, purpose: Purpose): QueryError {
  return noColumn(`${table.name}.${purpose}`, key, table)
}

/** For a name that a request may have brought. */
export function noColumn (at: string, name: unknown, { columns }: Table): QueryError {
  const known = namesOf(columns)
  return new QueryError(`${at}: no column ${shown(name)}${meant(name, known)}; the model has ${listed(known)}`)
}

function readCondition (
  table: Table, column: TableColumn, operator: Operator, value: unknown, purpose: Purpose
): ColumnCondition {
  if (operator === 'eq' && value !== undefined && value !== null && !(value instanceof Token)) {
    return { column, operator, value: readSingle(table, column, value, purpose) }
  }
  const at = `${table.name}.${purpose}, column "${column.name}"`
  if (operator === 'ne' && purpose === 'filter') {
    throw new QueryError(`${at}: Cassandra has no != in WHERE, only in conditions (iff)`)
  }
  if (operator === 'like' && purpose === 'iff') throw new QueryError(`${at}: Cassandra has no LIKE in conditions`)
  if (value instanceof Token) throw new QueryError(`${at}: a Token is compared with pk__token, not with a column`)
  if (value === undefined) {
    throw new QueryError(`${at}: the value is undefined. A condition is never left out: leave out the key, or ` +
      'give a value')
  }
  if (value === null) {
    if (purpose === 'iff' && (operator === 'eq' || operator === 'ne')) return { column, operator, value: null }
    throw new QueryError(`${at}: Cassandra cannot search for null`)
  }
  return { column, operator, value: convert(table, column, operator, value, purpose, at) }
}

/** The usual condition. */
function readSingle (table: Table, column: TableColumn, value: unknown, purpose: Purpose): unknown {
  try {
    return single(column, value, purpose === 'filter')
  } catch (error) {
    throw validationError(table.name, column.name, error)
  }
}

function single (column: TableColumn, value: unknown, isSearch: boolean): unknown {
  const converted = column.unruled.convert(value)
  if (isSearch && column.canBeEmpty) checkNotLost(column, converted)
  if (column.role === 'partition') checkKeyValue(column, converted)
  return converted
}

function convert (
  table: Table, column: TableColumn, operator: Operator, value: unknown, purpose: Purpose, at: string
): unknown {
  const { type, name } = column
  try {
    switch (operator) {
      case 'in': {
        if (!Array.isArray(value)) throw new QueryError(`${at}: "in" takes an array of values`)
        // Array.from, for map leaves out holes, which the driver cannot send.
        return Array.from(value, (one, i) => {
          try {
            if (one === null || one === undefined) throw new InvalidValue('null', 'must not be null')
            return single(column, one, true)
          } catch (error) {
            throw error instanceof InvalidValue ? error.within(`value ${i + 1} of "in"`) : error
          }
        })
      }
      case 'like': {
        if (type.kind !== 'text') throw new QueryError(`${at}: "like" is for text columns`)
        if (typeof value !== 'string') throw new InvalidValue('type', 'must be a pattern such as \'abc%\'')
        if (value.replace(/^%|%$/g, '') === '') {
          throw new InvalidValue('empty', 'must have something beside the % at its ends')
        }
        if (!takesPattern(column, value)) {
          throw new QueryError(`${at}: a pattern that starts with % needs the index option mode: { index: { using: ` +
            '\'sasi\', options: { mode: \'CONTAINS\' } } }')
        }
        return value
      }
      case 'contains':
        return part(column, type.kind === 'map' ? 'value' : 'element', value, `${at}: "contains" is for collections`)
      case 'containsKey': return part(column, 'key', value, `${at}: "containsKey" is for maps`)
      case 'entry': {
        if (!Array.isArray(value) || value.length !== 2) throw new QueryError(`${at}: "entry" takes [key, value]`)
        const notMap = `${at}: "entry" is for maps`
        return [part(column, 'key', value[0], notMap), part(column, 'value', value[1], notMap)]
      }
      default: {
        const converted = single(column, value, purpose === 'filter')
        if (purpose === 'iff' && isRange(operator)) checkOrdered(column, converted, at)
        return converted
      }
    }
  } catch (error) {
    throw validationError(table.name, name, error)
  }
}

/**
 * What the server refuses to compare by order in a condition. Filters are judged by `legality.ts`, once for each shape.
 */
function checkOrdered (column: TableColumn, value: unknown, at: string): void {
  const { type } = column
  if (hasDuration(type)) {
    throw new QueryError(`${at}: it holds durations, which have no order; compare it by eq, ne or in`)
  }
  if (isLostInside(type, value) || (type.isEmpty(value) && type.isMultiCell)) {
    throw new InvalidValue(
      'empty',
      'must not be empty: Cassandra keeps empty collections as null, which comes neither before nor after anything. ' +
        'Compare it by eq or ne'
    )
  }
}

/** The driver sends an empty list or set as null, which Cassandra does not search for. */
function checkNotLost ({ type }: TableColumn, value: unknown): void {
  if (isLostInside(type, value)) {
    throw new InvalidValue(
      'empty', 'must not be empty: Cassandra keeps empty lists and sets as null, and cannot search for null'
    )
  }
}

function part (column: TableColumn, which: 'element' | 'key' | 'value', value: unknown, otherwise: string): unknown {
  const type = column.unruled.elementType(which)
  if (type === undefined) throw new QueryError(otherwise)
  if (value === null || value === undefined) throw new InvalidValue('null', 'must not be null')
  const converted = type.convert(value)
  if (isLostInside(type, converted)) {
    throw new InvalidValue(
      'empty', 'must not be empty: the driver cannot send an empty list or set inside another value'
    )
  }
  return converted
}

function readToken (table: Table, operator: TokenCondition['token'], value: unknown, purpose: Purpose): TokenCondition {
  const at = `${table.name}.${purpose}, pk__token`
  if (purpose === 'iff') throw new QueryError(`${at}: a token cannot stand in a condition`)
  if (!(value instanceof Token)) {
    throw new QueryError(`${at}: compare it with functions.Token(…) of the partition key's values`)
  }
  const columns = table.partitionKey
  if (value.values.length !== columns.length) {
    throw new QueryError(`${at}: Token got ${value.values.length} values, the partition key has ${columns.length} ` +
      `columns (${columns.map((c) => c.name).join(', ')})`)
  }
  const values = columns.map((column, i) => {
    try {
      if (value.values[i] === null || value.values[i] === undefined) throw new InvalidValue('null', 'must not be null')
      const converted = column.unruled.convert(value.values[i])
      checkNotLost(column, converted)
      return converted
    } catch (error) {
      throw validationError(table.name, column.name, error)
    }
  })
  return { token: operator, values, columns }
}

export function isToken (condition: QueryCondition): condition is TokenCondition | RangeCondition {
  return 'token' in condition
}

/** The part of the ring that a query is limited to. */
export function rangeOf (conditions: readonly QueryCondition[]): RangeCondition | undefined {
  return conditions.find((c): c is RangeCondition => isToken(c) && c.token === 'range')
}

/** The text of a condition, with its markers. */
export function conditionText (condition: QueryCondition): string {
  if (!isToken(condition)) return relation(condition.column.cql, condition.operator)
  const columns = condition.columns.map((c) => c.cql)
  return condition.token === 'range' ? ringRelation(columns) : tokenRelation(columns, condition.token)
}

/** Appends what the markers of a condition are bound to. */
export function bindCondition (condition: QueryCondition, encoding: Encoding, params: unknown[]): void {
  if (isToken(condition)) {
    if (condition.token === 'range') {
      params.push(boundInt64(condition.bounds.after, encoding), boundInt64(condition.bounds.upTo, encoding))
      return
    }
    for (const [i, column] of condition.columns.entries()) {
      params.push(column.type.toDriver(condition.values[i], encoding))
    }
    return
  }
  const { column: { type }, operator, value } = condition
  if (value === null) params.push(null)
  else if (operator === 'in') params.push((value as unknown[]).map((one) => type.toDriver(one, encoding)))
  else if (operator === 'like') params.push(value)
  else if (operator === 'contains') {
    params.push(
      type.elementType(type.kind === 'map' ? 'value' : 'element')?.toDriver(value, encoding)
    )
  } else if (operator === 'containsKey') params.push(type.elementType('key')?.toDriver(value, encoding))
  else if (operator === 'entry') {
    const [key, entry] = value as [unknown, unknown]
    params.push(type.elementType('key')?.toDriver(key, encoding), type.elementType('value')?.toDriver(entry, encoding))
  } else params.push(type.toDriver(value, encoding))
}
