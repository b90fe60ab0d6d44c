// From a row of a file to the statement that writes it as it is: without defaults and rules of the model, which new
// rows have.
import { InvalidValue } from '../cqlengine/columns/cql-type.js'
import type { RequestOptions } from '../cqlengine/connection/request.js'
import { checkKeyValue } from '../cqlengine/model/key-limits.js'
import { tableOf } from '../cqlengine/model/meta.js'
import type { TableColumn } from '../cqlengine/model/table.js'
import { baseRequest } from '../cqlengine/query/operation/statement-cache.js'
import { assignment } from '../cqlengine/statements/assignment.js'
import { qualified } from '../cqlengine/statements/identifiers.js'
import { relation } from '../cqlengine/statements/relation.js'
import { insert, update } from '../cqlengine/statements/write.js'
import { listed, meant, shown } from '../cqlengine/words.js'
import { BadLine, type FileRow } from './file-rows.js'
import type { TableRows } from './table-rows.js'
import { fromFile } from './values.js'

export interface RowStatement {
  readonly cql: string
  readonly params: readonly unknown[]
  readonly request: RequestOptions
}

type Values = ReadonlyMap<TableColumn, unknown>

export class RowStatements {
  readonly #rows: TableRows
  readonly #byName: ReadonlyMap<string, TableColumn>
  readonly #isCounter: boolean
  readonly #hasStatic: boolean
  /** By the columns that a row has. */
  readonly #texts = new Map<string, string>()
  readonly #request: RequestOptions

  constructor (rows: TableRows) {
    const { isCounter, hasStatic } = tableOf(rows.model)
    this.#rows = rows
    this.#byName = new Map(rows.columns.map((column) => [column.name, column]))
    this.#isCounter = isCounter
    this.#hasStatic = hasStatic
    this.#request = baseRequest(rows.model, rows.keyspace, 'write', !isCounter)
  }

  get byName (): ReadonlyMap<string, TableColumn> { return this.#byName }

  /** `undefined`: a row of counters that has none. @throws {BadLine} */
  of (row: FileRow): RowStatement | undefined {
    const values = this.#values(row)
    const key = [...values.keys()].filter(isKey)
    const others = [...values.keys()].filter((column) => !isKey(column))
    return this.#isCounter
      ? this.#addition(key, others.filter((column) => values.get(column) !== null), values)
      : this.#insertion([...key, ...others], values)
  }

  #values (row: FileRow): Values {
    const values = new Map<TableColumn, unknown>()
    for (const [name, given] of Object.entries(row.values)) {
      const column = this.#byName.get(name)
      const names = [...this.#byName.keys()]
      if (column === undefined) {
        throw new BadLine(
          row.line, `the model has no column ${shown(name)}${meant(name, names)}; it has ${listed(names)}`
        )
      }
      values.set(column, valueOf(row, column, given))
    }
    return this.#checked(row, values)
  }

  /** Whole keys; or of a table with static columns the partition key alone, and then nothing of a single row. */
  #checked ({ line }: FileRow, values: Map<TableColumn, unknown>): Values {
    const isMissing = (column: TableColumn): boolean =>
      (values.get(column) ?? null) === null || column.type.isEmpty(values.get(column))
    const key = this.#rows.columns.filter(isKey)
    const missing = key.filter(isMissing)
    const isPartOnly = this.#hasStatic && missing.length > 0 &&
      key.every((column) => (column.role === 'clustering') === missing.includes(column))
    const first = isPartOnly
      ? this.#rows.columns.find((column) => column.role === 'regular' && !isMissing(column)) && missing[0]
      : missing[0]
    if (first !== undefined) throw new BadLine(line, 'must be given: it is part of the key', first.name)
    if (isPartOnly) {
      for (const column of [...values.keys()]) {
        if (column.role === 'clustering' || column.role === 'regular') values.delete(column)
      }
    }
    return values
  }

  #insertion (columns: readonly TableColumn[], values: Values): RowStatement {
    const cql = this.#text(columns, () => insert(this.#table, columns.map((c) => c.cql), {}, false))
    return { cql, params: this.#bound(columns, values), request: this.#request }
  }

  #addition (key: readonly TableColumn[], counters: readonly TableColumn[], values: Values): RowStatement | undefined {
    if (counters.length === 0) return undefined
    const columns = [...counters, ...key]
    const cql = this.#text(
      columns,
      () =>
        update(
          this.#table,
          counters.map((c) => assignment(c.cql, 'increment')),
          key.map((c) => relation(c.cql, 'eq')),
          {},
          undefined
        )
    )
    return { cql, params: this.#bound(columns, values), request: this.#request }
  }

  get #table (): string { return qualified(this.#rows.keyspace, this.#rows.name) }

  #text (columns: readonly TableColumn[], make: () => string): string {
    const id = columns.map((c) => c.position).join()
    let text = this.#texts.get(id)
    if (text === undefined) this.#texts.set(id, text = make())
    return text
  }

  #bound (columns: readonly TableColumn[], values: Values): unknown[] {
    const { encoding } = this.#rows.connection
    return columns.map((column) => {
      const value = values.get(column)
      return value === null || value === undefined || column.type.isEmpty(value)
        ? null
        : column.type.toDriver(value, encoding)
    })
  }
}

const isKey = ({ role }: TableColumn): boolean => role === 'partition' || role === 'clustering'

function valueOf (row: FileRow, column: TableColumn, given: unknown): unknown {
  try {
    const json = row.read(column.name, given)
    if (json === null) return null
    const value = column.unruled.convert(fromFile(column.unruled, json))
    if (column.role === 'partition') checkKeyValue(column, value)
    return value
  } catch (error) {
    throw error instanceof InvalidValue ? new BadLine(row.line, error.message, column.name) : error
  }
}
