import { canGenerateCode } from './generate.js'
import { type ModelConstructor, tableOf } from './meta.js'
import type { State } from './state.js'
import type { TableColumn } from './table.js'

/** The values of an instance's columns, by position; `undefined` where one is not loaded or was taken away. */
export type RowValues = readonly unknown[]

/** The value of one column. Never calls the accessor that complains of columns that were not loaded. */
export function valueOf (instance: object, name: string): unknown {
  return Object.hasOwn(instance, name) ? (instance as Record<string, unknown>)[name] : undefined
}

type Reader = (instance: object) => RowValues
const readers = new WeakMap<ModelConstructor, Reader>()

/** All of them, for what looks at each: writing out the names makes that several times as fast as asking for each by its name. */
export function valuesOf (instance: object, { model, source }: State): RowValues {
  const { columns } = tableOf(model)
  if (source.columns.length !== columns.length) return columns.map((c) => valueOf(instance, c.name))
  let read = readers.get(model)
  if (read === undefined) readers.set(model, read = compile(model, columns))
  return read(instance)
}

function compile ({ prototype }: ModelConstructor, columns: readonly TableColumn[]): Reader {
  if (!canGenerateCode()) return (instance) => columns.map((c) => valueOf(instance, c.name))
  const values = columns.map(({ name }) => {
    const key = JSON.stringify(name)
    // A method of that name would show where the value was taken away.
    return name in prototype ? `(Object.hasOwn(o, ${key}) ? o[${key}] : undefined)` : `o[${key}]`
  })
  // eslint-disable-next-line no-new-func -- only names, as JSON strings
  return new Function('o', `'use strict'\nreturn [${values.join(', ')}]`) as Reader
}
