// The types of an answer against those of the model, once for each answer. A table that was made or altered by hand
// would otherwise be read as something else: a decimal as null, a text as a list of its letters.
import { readsAlike, toldType } from '../../columns/reads-alike.js'
import { UnknownType } from '../../columns/unknown-type.js'
import type { DriverType } from '../../connection/driver-internals/internals.js'
import type { types } from '../../driver.js'
import { SchemaError } from '../../errors.js'
import { META, type ModelConstructor, tableOf } from '../../model/meta.js'
import { setColumn } from '../../model/own-columns.js'
import type { TableColumn } from '../../model/table.js'
import { qualified } from '../../statements/identifiers.js'
import { joined } from '../../words.js'
import type { Place } from './place.js'

/** A column of an answer; of a double of the driver, what it has. */
interface AnswerColumn { readonly name: string, readonly type?: DriverType | null }

/** What is asked for: the columns in the order of the answer, nothing for what has a type of its own. */
export interface Wanted {
  readonly model: ModelConstructor
  readonly place: Place
  readonly columns: readonly (TableColumn | undefined)[]
}

/**
 * @throws {SchemaError} naming table, columns, and both types of each, where the answer holds what the model's columns
 * do not read
 */
export function checkResult (
  wanted: Wanted, { columns }: { readonly columns?: readonly AnswerColumn[] | null | undefined }
): void {
  if (columns === null || columns === undefined || columns.length !== wanted.columns.length) return
  for (let i = 0; i < columns.length; i++) {
    if (!reads(wanted.columns[i], columns[i]?.type)) throw contradiction(wanted, columns)
  }
}

/** For an answer whose columns the server chose: those that the model has. @throws as {@link checkResult} */
export function checkByField (
  model: ModelConstructor,
  place: Place,
  byField: ReadonlyMap<string, TableColumn>,
  { columns }: { readonly columns?: readonly AnswerColumn[] | null | undefined }
): void {
  if (columns === null || columns === undefined) return
  checkResult({ model, place, columns: columns.map(({ name }) => byField.get(name)) }, { columns })
}

function reads (column: TableColumn | undefined, type: DriverType | null | undefined): boolean {
  if (column === undefined || type === null || type === undefined) return true
  const { code } = type
  return (code < 32 && ((column.readCodes >>> code) & 1) === 1) || column.type instanceof UnknownType ||
    readsAlike(column.type, type)
}

/** One column of which table and model have types that do not read alike. */
export interface TypeConflict {
  readonly kind: 'column-type'
  readonly connection: string
  readonly keyspace: string
  readonly table: string
  readonly model: string
  readonly column: string
  readonly message: string
}

function contradiction ({ model, place, columns: own }: Wanted, columns: readonly AnswerColumn[]): SchemaError {
  const { name, rows } = model[META]
  const { connection: { name: connection }, keyspace } = place
  const table = tableOf(model).name
  const found = columns.flatMap(({ type }, i) => {
    const column = own[i]
    if (column === undefined || type === null || type === undefined || reads(column, type)) return []
    const message = `column "${column.name}" is ${toldType(type)} in the table, ${column.type.cql} in the model`
    return [{
      kind: 'column-type', connection, keyspace, table, model: name, column: column.name, message
    } as const satisfies TypeConflict]
  })
  // A column may be asked for twice, by itself and in a function.
  const conflicts = [...new Map(found.map((conflict) => [conflict.message, conflict])).values()]
  const remedy = rows === 'plain'
    ? 'The table was altered a moment ago: ask again'
    : 'Declare the columns as they are, or alter the table; syncDb({ dryRun: true }) compares all of them'
  return new SchemaError(
    `${name}: table ${qualified(keyspace, table)} on connection "${connection}" contradicts the model: ` +
      `${joined(conflicts.map(({ message }) => message))}. ${remedy}`,
    { statements: [], warnings: [], conflicts }
  )
}

/**
 * The rows as the server has them, where a condition was not met: by attribute names and in the instances' forms
 * (LWT-04).
 * @throws {SchemaError} where a row cannot be read, for the table has other types than the model
 */
export function rowsRefused (
  model: ModelConstructor, place: Place, answer: types.ResultSet
): Record<string, unknown>[] {
  const { byField } = tableOf(model)
  checkByField(model, place, byField, answer)
  return (answer.rows ?? []).map((row) => {
    const read: Record<string, unknown> = {}
    for (const [field, value] of Object.entries(row)) {
      const column = byField.get(field)
      if (column === undefined) read[field] = value
      else {
        setColumn(
          read, column, value === null || value === undefined ? column.type.emptyValue() : column.type.fromDriver(value)
        )
      }
    }
    return read
  })
}
