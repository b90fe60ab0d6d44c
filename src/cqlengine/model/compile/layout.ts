import { canGenerate, generate } from './generate.js'
import { codeToSet, setColumn, setHidden } from '../own-columns.js'
import type { TableColumn } from '../table.js'

/** The values of an instance's columns, by position; `undefined` where one is not loaded or was taken away. */
export type RowValues = readonly unknown[]

/**
 * Reads and writes all columns of instances of one class. Where code may be generated the names are written out in it:
 * that is several times as fast as asking for each by its name (measured in bench/). Names go in as JSON strings,
 * values never.
 */
export interface Layout {
  /** The values of the columns. Never meets a member of the class in place of a value that was taken away. */
  readonly read: (instance: object) => unknown[]
  /** Sets all columns, in the order of the model. */
  readonly assign: (instance: object, values: RowValues) => void
  /** Of a row as it is stored, by database name, the values by position; `undefined` for columns that are not in it. */
  readonly fields: (record: Readonly<Record<string, unknown>>) => unknown[]
}

export function layoutOf (prototype: object, columns: readonly TableColumn[]): Layout {
  return canGenerate('columns') ? generated(prototype, columns) : interpreted(columns)
}

/** The value of one column. Never calls the accessor that complains of columns that were not loaded. */
export function valueOf (instance: object, name: string): unknown {
  return Object.hasOwn(instance, name) ? (instance as Record<string, unknown>)[name] : undefined
}

/** As code, the value of a column of `o`. */
export function readOf (prototype: object, name: string): string {
  const key = JSON.stringify(name)
  return name in prototype ? `(Object.hasOwn(o, ${key}) ? o[${key}] : undefined)` : `o[${key}]`
}

function generated (prototype: object, columns: readonly TableColumn[]): Layout {
  const reads = columns.map(({ name }) => readOf(prototype, name))
  const writes = columns.map((column, i) => codeToSet(column, `v[${i}]`))
  const ofRecord = columns.map(({ field }) => {
    const key = JSON.stringify(field)
    return field in Object.prototype ? `(Object.hasOwn(r, ${key}) ? r[${key}] : undefined)` : `r[${key}]`
  })
  return {
    read: generate('read', {}, `return (o) => [${reads.join(', ')}]`),
    assign: generate('assign', { setHidden }, `return (o, v) => {\n${writes.join('\n')}\n}`),
    fields: generate('fields', {}, `return (r) => [${ofRecord.join(', ')}]`)
  }
}

function interpreted (columns: readonly TableColumn[]): Layout {
  return {
    read: (instance) => columns.map((c) => valueOf(instance, c.name)),
    assign: (instance, values) => {
      for (const column of columns) setColumn(instance, column, values[column.position])
    },
    fields: (record) => columns.map((c) => valueOf(record, c.field))
  }
}
