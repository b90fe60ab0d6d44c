import type { RowValues } from './compile/layout.js'
import { isHidden, setColumn } from './own-columns.js'
import type { State } from './state.js'
import type { TableColumn } from './table.js'

/**
 * What a default filled in counts as changed as soon as somebody assigns the column, be it the very same value (DRT-02,
 * DRT-11). Of an object that is seen by its identity. Of a string or number nothing is: so in an instance that its
 * maker can still assign to, a column with such a constant begins as an accessor, which the first assignment makes an
 * ordinary property. `create()` needs none, and its instances have none. Where a function gives the value, values are
 * compared: an accessor for each instance would cost ten times as much as all the rest of it.
 */
export interface Default {
  /** The column's name in the database. */
  readonly field: string
  /** As the instance got it. */
  readonly held: unknown
  /** As it was then, for it may change in place. */
  readonly copy: unknown
  /** The column begins as an accessor. */
  readonly watched: boolean
}

interface Accessor {
  readonly get: () => unknown
  readonly set: (this: object, value: unknown) => void
  readonly enumerable: boolean
  readonly configurable: true
}

const accessors = new WeakMap<TableColumn, Accessor>()
const getters = new WeakSet<() => unknown>()

/** What the default of a column filled in. */
export function defaultOf ({ field, type, options }: TableColumn, held: unknown, { watched }: State): Default {
  return {
    field, held, copy: type.copy(held), watched: watched && isPrimitive(held) && typeof options.default !== 'function'
  }
}

/** Sets all columns of a new instance, in the order of the model. */
export function assignWatched (
  instance: object, values: RowValues, columns: readonly TableColumn[], { defaulted }: State
): void {
  for (const column of columns) {
    const { name, position } = column
    if (defaulted?.get(name)?.watched === true) {
      Object.defineProperty(
        instance, name, accessorOf(column, values[position])
      )
    } else setColumn(instance, column, values[position])
  }
}

/** Forgets the defaults of columns that were assigned since. */
export function dropAssigned (instance: object, { defaulted }: State): void {
  if (defaulted === undefined) return
  for (const [name, { watched }] of defaulted) {
    if (watched && !isWatched(Object.getOwnPropertyDescriptor(instance, name))) defaulted.delete(name)
  }
}

/**
 * The defaults that no write has sent: they are neither stored nor changed. A new map, for batches look ahead with
 * copies of a state.
 */
export function unwritten ({ defaulted, stored = {} }: State): Map<string, Default> | undefined {
  let left: Map<string, Default> | undefined
  if (defaulted !== undefined) {
    for (const [name, one] of defaulted) if (!Object.hasOwn(stored, one.field)) (left ??= new Map()).set(name, one)
  }
  return left
}

export function isWatched (own: PropertyDescriptor | undefined): boolean {
  return own?.get !== undefined && getters.has(own.get)
}

/** The value is the same for all instances, which then have one layout in memory. */
function accessorOf (column: TableColumn, value: unknown): Accessor {
  let known = accessors.get(column)
  if (known === undefined) accessors.set(column, known = newAccessor(column.name, !isHidden(column), value))
  return known
}

function newAccessor (name: string, enumerable: boolean, value: unknown): Accessor {
  const get = (): unknown => value
  getters.add(get)
  return {
    get,
    // `this` may be a proxy around the instance, or something that inherits from it. Of a property that is there only
    // two attributes: all of them would look like a class field to the guard of fields.
    set (assigned) {
      Object.defineProperty(
        this,
        name,
        Object.hasOwn(this, name)
          ? { value: assigned, writable: true }
          : { value: assigned, writable: true, enumerable, configurable: true }
      )
    },
    enumerable,
    configurable: true
  }
}

function isPrimitive (value: unknown): boolean { return typeof value !== 'object' || value === null }
