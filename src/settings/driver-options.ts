// `setupKwargs`: the driver's options, less what has an option of its own beside them.
import { checkDriverOptions } from '../cqlengine/connection/plan.js'
import type { DseClientOptions } from '../cqlengine/driver.js'

/** Checked options of the driver. Class instances in it are the user's own. */
export interface ReadDriverOptions {
  readonly driver: Partial<DseClientOptions>
  /** The driver's name for the option `hosts`. */
  readonly contactPoints: unknown
  /** What the option `localDataCenter` says, written among those of the driver. */
  readonly localDataCenter: unknown
}

/** @throws ConfigError naming the key, never its value */
export function splitDriverOptions (given: unknown, where: string): ReadDriverOptions {
  const { contactPoints, localDataCenter, ...driver } = checkDriverOptions(given, where)
  return { driver, contactPoints, localDataCenter }
}

/** Whether the options say by themselves where the cluster is: Astra's secure connect bundle does. */
export const hasHosts = (options: ReadDriverOptions | undefined): boolean =>
  options?.driver.cloud !== undefined || options?.contactPoints !== undefined

/** An object that is no array. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
