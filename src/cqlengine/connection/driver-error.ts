// Errors of the driver, told by what they are called: a client of the user's may come from another installed copy,
// which has classes of its own.
import { errors } from '../driver.js'

/** Whether it is of this class of the driver's, ours or another copy's. */
export function isDriverError<Name extends keyof typeof errors> (
  error: unknown, name: Name
): error is InstanceType<typeof errors[Name]> {
  if (error instanceof errors.DriverError) return error instanceof errors[name]
  return error instanceof Error && isOfAnotherDriver(error, name)
}

/**
 * Others have errors of these names, too; those of a driver's all descend from its `DriverError`, which stands right
 * above `Error`.
 */
function isOfAnotherDriver (error: Error, name: string): boolean {
  const names = classNames(error)
  return names.at(-1) === 'DriverError' && names.includes(name) && 'info' in error
}

/** Of its class and those above, down to `Error`, which is left out. */
function classNames (error: Error): unknown[] {
  const names: unknown[] = []
  for (let above = prototypeOf(error); above !== null && above !== Error.prototype; above = prototypeOf(above)) {
    names.push(above.constructor?.name)
  }
  return names
}

const prototypeOf = (object: object): Partial<object> | null => Object.getPrototypeOf(object) as Partial<object> | null
