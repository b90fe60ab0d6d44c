// What `console.log`, a log and a failing assertion print of an instance:
// `User { uid: 05c8f006-…, username: 'ada', password: [hidden] }`.
import { inspect as inspectOfNode } from 'node:util'
import { types } from '../driver.js'
import { isHidden } from './own-columns.js'

/** See `util.inspect.custom`. */
export const inspect = Symbol.for('nodejs.util.inspect.custom')

/**
 * What Node gives to {@link inspect}; loupe (chai, vitest) gives the like, with an `inspect` of its own. Plain types,
 * for the names of Node's change with the version of @types/node.
 */
export type InspectArguments = [depth?: number, options?: object, inspector?: unknown]

interface Printed { readonly name: string, readonly options: { readonly hidden?: boolean | undefined } }

/** One for each object, so that Node sees where an object holds itself. */
const standIns = new WeakMap<object, object>()

/**
 * For Node an object that looks like `instance`, holds values where it has accessors, and texts for the driver's
 * classes. For other inspectors, which would ask what they get once more, a text.
 */
export function printed (
  instance: object, columns: Iterable<Printed>, [depth, options, inspector]: InspectArguments
): object | string {
  const standIn = standInOf(instance, columns)
  if (inspector === inspectOfNode) return standIn
  const { truncate } = (options ?? {}) as { truncate?: number }
  const text = inspectOfNode(
    standIn, { depth: typeof depth === 'number' ? Math.max(depth, 0) : 2, breakLength: Infinity }
  )
  return typeof truncate === 'number' && truncate > 0 && text.length > truncate
    ? `${text.slice(0, Math.max(truncate - 1, 0))}…`
    : text
}

function standInOf (instance: object, columns: Iterable<Printed>): object {
  let standIn = standIns.get(instance)
  // With the class, for its name; without what would be asked again.
  if (standIn === undefined) {
    standIns.set(instance, standIn = Object.create(Object.getPrototypeOf(instance) as object) as object)
  }
  for (const key of Reflect.ownKeys(standIn)) Reflect.deleteProperty(standIn, key)
  for (const key of Reflect.ownKeys(instance)) {
    const own = Object.getOwnPropertyDescriptor(instance, key)
    if (own?.enumerable === true) define(standIn, key, own)
  }
  for (const column of columns) {
    if (isHidden(column) && Object.hasOwn(instance, column.name)) define(standIn, column.name, { value: hiddenValue })
  }
  return Object.defineProperty(standIn, inspect, { value: undefined, configurable: true })
}

function define (standIn: object, key: PropertyKey, own: PropertyDescriptor): void {
  Object.defineProperty(
    standIn,
    key,
    { value: own.get === undefined ? asText(own.value) : gottenValue(own), enumerable: true, configurable: true }
  )
}

/** Of the accessors only ours give constants; those of the user's fields are printed as Node prints them. */
function gottenValue ({ get }: PropertyDescriptor): unknown {
  try {
    return asText(get?.())
  } catch {
    return new Text('[Getter]')
  }
}

/** Printed as it is, without quotation marks. */
class Text {
  readonly #text: string
  constructor (text: string) { this.#text = text }
  [inspect] (): string { return this.#text }
}

const hiddenValue = new Text('[hidden]')

const classes = [
  types.Uuid, types.InetAddress, types.BigDecimal, types.LocalDate, types.LocalTime, types.Duration, types.Long,
  types.Integer
]

/** Larger collections are printed in part anyway. */
const mostElements = 200

/** The driver's classes show their bytes, where people look for ids. */
function asText (value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  try {
    if (classes.some((one) => value instanceof one)) return new Text(String(value))
    if (Object.getPrototypeOf(value) === Array.prototype && (value as unknown[]).length <= mostElements) {
      return (value as unknown[]).map(asText)
    }
    if (value instanceof Set && value.size <= mostElements) return new Set([...value].map(asText))
    if (value instanceof Map && value.size <= mostElements) {
      return new Map([...value].map(([k, v]) => [asText(k), asText(v)]))
    }
  } catch { /* hostile: as Node prints it */ }
  return value
}
