import type { RowValues } from './layout.js'
import type { State } from './state.js'
import type { TableColumn } from './table.js'

/**
 * What a default filled in counts as changed as soon as somebody assigns the column, be it the very same value (DRT-02, DRT-11). Of an object that
 * is seen by its identity. Of a string or number nothing is: so in an instance that its maker can still assign to, such a column begins as an
 * accessor, which the first assignment makes an ordinary property. `create()` needs none, and its instances have none.
 */
export interface Default {
  /** As the instance got it. */
  readonly held: unknown
  /** As it was then, for it may change in place. */
  readonly copy: unknown
}

interface Accessor { readonly get: () => unknown, readonly set: (this: object, value: unknown) => void, readonly enumerable: true, readonly configurable: true }

const accessors = new WeakMap<TableColumn, Accessor>()
const getters = new WeakSet<() => unknown>()

/** Sets all columns of a new instance, in the order of the model. */
export function assignWatched (instance: object, values: RowValues, columns: readonly TableColumn[], { defaulted }: State): void {
  for (const column of columns) {
    const { name, position } = column
    const value = values[position]
    if (defaulted?.has(name) === true && isPrimitive(value)) Object.defineProperty(instance, name, accessorOf(column, value))
    else (instance as Record<string, unknown>)[name] = value
  }
}

/** Forgets the defaults of columns that were assigned since. */
export function dropAssigned (instance: object, { defaulted, watched }: State): void {
  if (defaulted === undefined || !watched) return
  for (const [name, { held }] of defaulted) {
    if (isPrimitive(held) && !isWatched(Object.getOwnPropertyDescriptor(instance, name))) defaulted.delete(name)
  }
}

export function isWatched (own: PropertyDescriptor | undefined): boolean { return own?.get !== undefined && getters.has(own.get) }

/** For Node's `inspect`, which prints accessors as such: the instance, or one that looks like it and has values only. */
export function printable (instance: object): object {
  if (!Object.values(Object.getOwnPropertyDescriptors(instance)).some(isWatched)) return instance
  const looks = Object.create(Object.getPrototypeOf(instance) as object, { [inspect]: { value: undefined } }) as object
  return Object.assign(looks, instance)
}

/** See `util.inspect.custom`. */
export const inspect = Symbol.for('nodejs.util.inspect.custom')

/** A default that is no function is the same for all instances, which then have one layout in memory. */
function accessorOf (column: TableColumn, value: unknown): Accessor {
  if (typeof column.options.default === 'function') return newAccessor(column.name, value)
  let known = accessors.get(column)
  if (known === undefined) accessors.set(column, known = newAccessor(column.name, value))
  return known
}

function newAccessor (name: string, value: unknown): Accessor {
  const get = (): unknown => value
  getters.add(get)
  return {
    get,
    // `this` may be a proxy around the instance, or something that inherits from it. Of a property that is there only two attributes: all of
    // them would look like a class field to the guard of fields.
    set (assigned) {
      Object.defineProperty(this, name, Object.hasOwn(this, name) ? { value: assigned, writable: true } : { value: assigned, writable: true, enumerable: true, configurable: true })
    },
    enumerable: true,
    configurable: true
  }
}

function isPrimitive (value: unknown): boolean { return typeof value !== 'object' || value === null }
