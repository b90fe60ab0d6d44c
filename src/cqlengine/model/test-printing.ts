// What test runners print. Jest and Vitest do it by pretty-format, which does not ask for `util.inspect.custom`: what
// says that it is one of their matchers is printed by its `toAsymmetricMatcher()`; for comparing they look for
// `asymmetricMatch()`, which is not there. And chai cuts what is called an Object down to its names.
import process from 'node:process'
import { types } from '../driver.js'

const matcher = Symbol.for('jest.asymmetricMatcher')

/**
 * The text of the original in a copy: Jest copies what it prints, with the values of all accessors, but not what is
 * private.
 */
const printed = Symbol('printed')

/**
 * Which properties Jest copies of an instance: else all accessors are asked, those of columns that were not loaded too.
 */
export const copiedByJest = Symbol.for('@jest/serializableProperties')

/**
 * Objects with that prototype are printed as `text` says, and called `name`, so that no runner takes them for data:
 * none equals `{}`.
 */
export function printAs<T extends object> (prototype: T, name: string, text: (value: T) => string): void {
  const safely = (value: T): string => {
    try {
      return text(value)
    } catch {
      return `${name} {}`
    }
  }
  Object.defineProperties(prototype, {
    [printed]: { get (this: T): string { return safely(this) }, configurable: true },
    [Symbol.toStringTag]: { value: name, configurable: true }
  })
  printByPrettyFormat(prototype, (value) => {
    const own: unknown = Object.getOwnPropertyDescriptor(value, printed)?.value
    return typeof own === 'string' ? own : safely(value)
  })
}

function printByPrettyFormat<T extends object> (prototype: T, text: (value: T) => string): void {
  Object.defineProperties(prototype, {
    $$typeof: { value: matcher, configurable: true, writable: true },
    toAsymmetricMatcher: { value (this: T): string { return text(this) }, configurable: true, writable: true }
  })
}

/**
 * Jest calls `toJSON()` of what it prints or sends from one of its processes to another; its whole file would fail if
 * that threw.
 */
export function isAskedByJest (given: readonly unknown[]): boolean {
  return given.length === 0 && process.env['JEST_WORKER_ID'] !== undefined
}

const classes = [
  types.Uuid, types.TimeUuid, types.InetAddress, types.BigDecimal, types.LocalDate, types.LocalTime, types.Duration,
  types.Long, types.Integer
]

/**
 * In tests run by Vitest, whose messages do not always call `toJSON()`: the driver's values as texts, where people look
 * for ids, instead of their bytes.
 */
export function printDriverValues (): void {
  if (process.env['VITEST'] === undefined) return
  for (const { prototype } of classes) {
    if (!Object.hasOwn(prototype, '$$typeof')) printByPrettyFormat<object>(prototype, String)
  }
}
