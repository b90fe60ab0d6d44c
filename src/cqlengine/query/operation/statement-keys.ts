// The keys under which the texts of statements are kept, and the only place that makes them. Each kind of statement has
// a map of its own, so a key is compared with keys of its kind only. Within a kind a key says everything on which the
// text, the request options and the verdict on legality depend, but the table and the keyspace. Usual shapes are whole
// numbers below 2 ** 53, which are found without making a string; what does not fit in there is a string, and no string
// is a number.
//
// Whoever adds a part to a statement adds it here: test/query/statement-walk.test.ts compares with the texts of a fresh
// `db`.
import type { ChangeKind } from '../../columns/cql-type.js'
import { operators } from '../../columns/expression.js'
import type { ColumnChange } from '../../model/changes.js'
import { META } from '../../model/meta.js'
import { mostBits, type TableColumn } from '../../model/table.js'
import { type QueryCondition, isToken } from '../terms/conditions.js'
import { Selected } from '../terms/functions.js'
import type { Lightweight } from '../terms/lightweight.js'
import type { Demand } from './operation.js'
import type { QueryOrder, Output, QueryState } from '../terms/query-state.js'

/** What identifies a statement of one kind, apart from its table and keyspace. */
export type StatementKey = number | string

/**
 * Which rows an UPDATE or DELETE finds: by one value for each column of the key, or of the partition key, or by a
 * filter.
 */
export type Rows = 'key' | 'partition' | readonly QueryCondition[]

// A list of parts of nine bits: a position below 32, and a number below 16 for what is done with the column there.
const partSize = 512
const mostPositions = 32
/** Four parts, and the three bits that a key of parts starts with, stay below 2 ** 39. */
const mostParts = 4

const operatorNumber = numbered(operators)
// 'field' is left out: it comes with a name.
const changeNumber = numbered<ChangeKind>([
  'assign', 'append', 'prepend', 'add', 'remove', 'update', 'increment', 'decrement'
])

function numbered<T extends string> (names: readonly T[]): Readonly<Partial<Record<T, number>>> {
  return Object.fromEntries(names.map((name, i) => [name, i])) as Partial<Record<T, number>>
}

/** A set of columns as bits; two to the power of each position. */
const powers = Array.from({ length: mostBits }, (_, position) => 2 ** position)
/** No set of columns reaches this number. */
const aboveSets = 2 ** mostBits

// -------------------------------------------------------------------------------------------------- SELECT

export function selectKey (state: QueryState, asked: 'count' | 'rows'): StatementKey {
  return (asked === 'rows' && isOfWholeRows(state) ? numberOfConditions(state) : undefined) ??
    selectKeyText(state, asked)
}

/** A few conditions on whole rows, with a limit or without. */
function isOfWholeRows ({ output, order, groupBy, perPartitionLimit, model }: QueryState): boolean {
  return output.kind === 'instances' && order.length === 0 && groupBy.length === 0 && perPartitionLimit === undefined &&
    model[META].family === undefined
}

/** It starts with a number from 4 to 7, so that the number of parts behind it can be told from its size. */
function numberOfConditions ({ conditions, limit, allowFiltering }: QueryState): number | undefined {
  if (conditions.length > mostParts) return undefined
  let key = 4 + (limit === undefined ? 0 : 2) + (allowFiltering ? 1 : 0)
  for (const condition of conditions) {
    if (isToken(condition)) return undefined
    const { column: { position }, operator } = condition
    const number = operatorNumber[operator]
    if (number === undefined || position >= mostPositions) return undefined
    key = key * partSize + position * 16 + number
  }
  return key
}

function selectKeyText (state: QueryState, asked: string): string {
  const { perPartitionLimit, limit, allowFiltering, output, conditions, groupBy, order } = state
  const flags = (perPartitionLimit === undefined ? 0 : 1) + (limit === undefined ? 0 : 2) + (allowFiltering ? 4 : 0)
  return `${asked} ${flags} ${outputText(state, output)} w${conditionsText(conditions)} g${positions(groupBy)} ` +
    `o${order.map(orderText).join()}`
}

/** With the kind of what comes out: on that the verdict depends, also where the texts are the same. */
function outputText ({ model }: QueryState, output: Output): string {
  switch (output.kind) {
    // The columns of children are read too, and children are only ever added.
    case 'instances': return `instances ${model[META].family?.children.length ?? ''}`
    case 'selection': return `selection ${[...output.fields].map(fieldText).join()}`
    case 'partial': case 'values': case 'distinct': return `${output.kind} ${positions(output.columns)}`
  }
}

function fieldText ([alias, field]: readonly [string, TableColumn | Selected]): string {
  const what = field instanceof Selected ? `${field.function} ${field.of?.position ?? ''}` : field.position
  return `${what} ${JSON.stringify(alias)}`
}

function orderText (order: QueryOrder): string {
  return `${order.column.position}${'vector' in order ? 'ann' : order.descending ? 'desc' : 'asc'}`
}

// -------------------------------------------------------------------------------------------------- INSERT

/** The INSERT of these columns, in the order of the table or any other. */
export function insertKey (columns: readonly TableColumn[], demand: Demand): StatementKey {
  const bits = bitsOf(columns)
  return bits === undefined ? `${insertFlags(demand)} ${positions(columns)}` : insertKeyOfBits(bits, demand)
}

/** The INSERT of the columns that `bits` say, in the order of the table: neither a list nor a string is made for it. */
export function insertKeyOfBits (bits: number, demand: Demand): number { return bits * 8 + insertFlags(demand) }

function insertFlags (demand: Demand): number {
  return usingFlags(demand) + (demand.condition === 'ifNotExists' ? 4 : 0)
}

/** `undefined` where a column stands too far behind, or the columns are not in the order of the table. */
function bitsOf (columns: readonly TableColumn[]): number | undefined {
  let bits = 0
  let last = -1
  for (const { position } of columns) {
    const power = powers[position]
    if (power === undefined || position <= last) return undefined
    bits += power
    last = position
  }
  return bits
}

// -------------------------------------------------------------------------------------------------- UPDATE

/** @param changes those that the text has, one for each assignment */
export function updateKey (
  changes: readonly ColumnChange[], rows: Rows, demand: Demand, conditions: Lightweight
): StatementKey {
  const flags = usingFlags(demand) + (rows === 'partition' ? 4 : 0)
  if (typeof rows === 'string' && conditions.text === undefined) {
    const number = assignedBits(changes) ?? changeParts(changes)
    if (number !== undefined) return number * 8 + flags
  }
  return `${flags} ${changes.map(changeText).join()} ${rowsText(rows)} ${lightweightText(conditions)}`
}

/** Columns that get whole values, in the order of the table, as a set. */
function assignedBits (changes: readonly ColumnChange[]): number | undefined {
  let bits = 0
  let last = -1
  for (const { column: { position }, change: { kind } } of changes) {
    const power = powers[position]
    if (power === undefined || position <= last || kind !== 'assign') return undefined
    bits += power
    last = position
  }
  return bits
}

/**
 * A few changes of any kind, in their order, as a number above those of {@link assignedBits}; it starts with 1, see
 * {@link numberOfConditions}.
 */
function changeParts (changes: readonly ColumnChange[]): number | undefined {
  if (changes.length > mostParts) return undefined
  let parts = 1
  for (const { column: { position }, change: { kind } } of changes) {
    const number = changeNumber[kind]
    if (number === undefined || position >= mostPositions) return undefined
    parts = parts * partSize + position * 16 + number
  }
  return aboveSets + parts
}

function changeText ({ column: { position }, change: { kind, value } }: ColumnChange): string {
  return `${position}${kind}${kind === 'field' ? JSON.stringify((value as readonly [string, unknown])[0]) : ''}`
}

// -------------------------------------------------------------------------------------------------- DELETE

export function deleteKey (rows: Rows, demand: Demand, conditions: Lightweight): StatementKey {
  const flags = demand.timestamp === undefined ? 0 : 1
  return rows === 'key' && conditions.text === undefined
    ? flags
    : `${flags} ${rowsText(rows)} ${lightweightText(conditions)}`
}

// -------------------------------------------------------------------------------------------------- parts

function usingFlags ({ ttl, timestamp }: Demand): number {
  return (ttl === undefined ? 0 : 1) + (timestamp === undefined ? 0 : 2)
}

function rowsText (rows: Rows): string { return typeof rows === 'string' ? rows : `by ${conditionsText(rows)}` }

function lightweightText ({ list, text }: Lightweight): string {
  return text === undefined ? '' : text === 'exists' ? 'exists' : `if ${conditionsText(list)}`
}

function conditionsText (conditions: readonly QueryCondition[]): string {
  let text = ''
  for (const condition of conditions) text += `${conditionKey(condition)},`
  return text
}

function conditionKey (condition: QueryCondition): string {
  return isToken(condition) ? `token${condition.token}` : `${condition.column.position}${condition.operator}`
}

function positions (columns: readonly TableColumn[]): string { return columns.map((c) => c.position).join() }
